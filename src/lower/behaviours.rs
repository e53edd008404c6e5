//! Who implements an operation: `x-auth-gen` first, then `operationId`, never the path alone.

use serde_json::Value;

use super::context::Context;
use crate::catalog;
use crate::diagnostic::Diagnostic;
use crate::ir::Matched;
use crate::spec::document::{Document, Literal, Operation, Parameter};
use crate::spec::place::Place;

/// Who implements an operation, and why.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice {
    BuiltIn(&'static catalog::Contract, Matched),
    Custom(Matched),
}

/// The extension of an operation, and of the description.
pub(super) const EXTENSION: &str = "x-auth-gen";

/// Whether `x-auth-gen: none` leaves an operation out: the server does not answer it and the client does not
/// call it.
pub(super) fn is_left_out(operation: &Operation) -> bool {
    operation.extension.as_ref().and_then(Value::as_str) == Some("none")
}

/// Decides for one operation.
pub(super) fn choose(cx: &mut Context<'_>, operation: &Operation, id: &str) -> Choice {
    if let Some(extension) = &operation.extension {
        return by_extension(cx, extension, &operation.place.under(EXTENSION));
    }
    if let Some(behaviour) = catalog::by_operation_id(id) {
        return Choice::BuiltIn(behaviour, Matched::OperationId);
    }
    if let Some(known) = near_miss(id) {
        let span = cx.at(&operation.place.under("operationId"));
        // An error, not a warning: with a wrong name a route of the protocol would not be served, which shows in
        // production only.
        let diagnostic = Diagnostic::error(
            "near-miss-operation-id",
            format!("`{id}` is almost the operationId of a built-in behaviour"),
        )
        .at(span, format!("did you mean `{known}`?"))
        .help(format!(
            "write `{known}` to get the built-in behaviour, or `{EXTENSION}: custom` to say that this operation is your own"
        ));
        cx.report(diagnostic);
    }
    Choice::Custom(Matched::Nothing)
}

/// `x-auth-gen: custom`, `x-auth-gen: <behaviour>` or `x-auth-gen: { behaviour: <behaviour> }`.
fn by_extension(cx: &mut Context<'_>, extension: &Value, place: &Place) -> Choice {
    let named = match extension {
        Value::String(name) => Some((name.as_str(), place.clone())),
        other => other
            .get("behaviour")
            .and_then(Value::as_str)
            .map(|name| (name, place.under("behaviour"))),
    };
    let Some((name, named)) = named else {
        let diagnostic = Diagnostic::error(
            "unknown-behaviour",
            format!("`{EXTENSION}` names no behaviour"),
        )
        .at(cx.at(place), "")
        .help(format!(
            "write `{EXTENSION}: custom`, or the name of a built-in behaviour such as `{EXTENSION}: {}`",
            catalog::behaviours().next().map_or("session", |known| known.name)
        ));
        cx.report(diagnostic);
        return Choice::Custom(Matched::Extension);
    };
    if name == "custom" {
        return Choice::Custom(Matched::Extension);
    }
    if let Some(behaviour) = catalog::by_name(name) {
        return Choice::BuiltIn(behaviour, Matched::Extension);
    }
    let names = catalog::behaviours().map(|behaviour| behaviour.name);
    let nearest = names
        .clone()
        .chain(["custom", "none"])
        .min_by_key(|known| distance(known, name))
        .filter(|known| distance(known, name) <= 3);
    let label = nearest.map_or(String::new(), |known| format!("did you mean `{known}`?"));
    let diagnostic = Diagnostic::error(
        "unknown-behaviour",
        format!("there is no built-in behaviour `{name}`"),
    )
    .at(cx.at(&named), label)
    .help(format!(
        "write `custom`, `none` (neither server nor client has it) or one of: {}",
        names.collect::<Vec<_>>().join(", ")
    ));
    cx.report(diagnostic);
    Choice::Custom(Matched::Extension)
}

/// The recipe id that `rid` may name: the built-in's, that of the `rid` parameter, or that of the first tag.
pub(super) fn recipe(document: &Document, operation: &Operation, choice: &Choice) -> String {
    if let Choice::BuiltIn(behaviour, _) = choice {
        return behaviour.recipe.to_owned();
    }
    let mut parameters = operation.parameters.iter();
    let rid = parameters.find(|parameter| parameter.name == "rid");
    if let Some(given) = rid.and_then(|rid| given(document, rid)) {
        return given.to_owned();
    }
    let tag = operation.tag.as_str();
    tag.strip_suffix("Recipe")
        .unwrap_or(tag)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}

/// The value that a parameter is described with.
fn given<'d>(document: &'d Document, parameter: &'d Parameter) -> Option<&'d str> {
    if let Some(example) = &parameter.example {
        return Some(example);
    }
    let schema = document.schema(parameter.schema.as_ref()?.schema);
    let mut literals = schema.listed.iter().filter_map(Literal::text);
    schema.sample.as_deref().or_else(|| literals.next())
}

/// The known operationId that this one seems to be meant for.
fn near_miss(id: &str) -> Option<&'static str> {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let wanted = plain(id);
    let mut known =
        catalog::behaviours().flat_map(|behaviour| behaviour.operation_ids.iter().copied());
    known.find(|known| {
        // Short ids are near to each other by nature: `signInUp` is not a misspelt `signIn`.
        let allowed = if known.len() < 10 { 1 } else { 2 };
        plain(known) == wanted
            || known.len().abs_diff(id.len()) <= allowed && distance(known, id) <= allowed
    })
}

/// How many letters have to be put in, left out, replaced or swapped to get from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut current = vec![row];
        for column in 1..=right.len() {
            let same = left[row - 1] == right[column - 1];
            let replaced = above[column - 1] + usize::from(!same);
            let mut best = replaced.min(above[column] + 1).min(current[column - 1] + 1);
            let swapped = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            if swapped {
                best = best.min(before[column - 2] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_ids_are_near_and_other_ids_are_not() {
        assert_eq!(near_miss("sigIn"), Some("signIn"));
        assert_eq!(near_miss("singUp"), Some("signUp"));
        assert_eq!(near_miss("sign_out"), Some("signOut"));
        assert_eq!(near_miss("passwordRest"), Some("passwordReset"));
        assert_eq!(near_miss("signInUp"), Some("signInUp"));
        assert_eq!(near_miss("signInOn"), None);
        assert_eq!(near_miss("webauthnEmailExists"), None);
        assert_eq!(near_miss("createCode"), None);
    }
}
