//! Second round: the operations of built-in behaviours are held against what these need.

use super::behaviours::Choice;
use super::context::Context;
use super::drafts::Draft;
use super::responses::Found;
use super::{fit, outcomes, requests, responses};
use crate::catalog::{Class, Contract, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::Matched;

/// Finds the answers of one operation; where a built-in implements it, checks its request and its
/// answers, and binds their schemas.
pub(super) fn check<'d>(cx: &mut Context<'d>, draft: &mut Draft<'d>) {
    let behaviour = draft.built_in();
    let before = std::mem::take(&mut cx.found);
    let tolerated = std::mem::take(&mut cx.tolerated);
    if let Some(behaviour) = behaviour {
        requests::check(cx, draft, behaviour);
    }
    draft.answered = responses::find(cx, draft.spec, behaviour.is_some());
    if let Some(behaviour) = behaviour {
        check_answers(cx, draft, behaviour);
    }
    let found = std::mem::replace(&mut cx.found, before);
    let noted = std::mem::replace(&mut cx.tolerated, tolerated);
    match behaviour {
        Some(behaviour) if is_another(cx, draft, behaviour, &found) => {
            let label = format!("`{}` is not `{}`", draft.id, behaviour.name);
            let diagnostic = Diagnostic::error(
                "not-the-built-in",
                "an operation has the operationId of a built-in behaviour, and is nothing like it",
            )
            .at(cx.at(&draft.spec.place.under("operationId")), label)
            .help("if the operation is your own, mark it `x-auth-gen: custom`; if the built-in is meant, copy its operation from the description that `auth-gen init` writes");
            cx.report(diagnostic);
            // Nothing that follows from this is worth a message of its own.
            draft.choice = Choice::Custom(Matched::Nothing);
        }
        _ => {
            cx.found.extend(found);
            cx.tolerated.extend(noted);
        }
    }
}

fn check_answers<'d>(cx: &mut Context<'d>, draft: &Draft<'d>, behaviour: &'static Contract) {
    for object in draft.answered.iter().filter_map(|one| one.object()) {
        for outcome in responses::outcomes_of(cx.document, behaviour, object) {
            let tag = outcome.status.map(|_| responses::STATUS);
            fit::check_fields(cx, behaviour.name, object, outcome.fields, tag);
        }
    }
}

/// Whether an operation only has the operationId of a built-in: it is called in another way and
/// differs in more than that, or it shares neither the body nor any answer.
fn is_another(
    cx: &Context<'_>,
    draft: &Draft<'_>,
    behaviour: &'static Contract,
    found: &Diagnostics,
) -> bool {
    // An extension says what is meant.
    if !matches!(draft.choice, Choice::BuiltIn(_, Matched::OperationId)) {
        return false;
    }
    let has = |code: &str| found.iter().any(|one| one.code == code);
    let is_answered = |outcome: &&Outcome| {
        if outcomes::is_redirect(outcome) {
            let mut answered = draft.answered.iter();
            return answered.any(|one| matches!(one.body, Found::Redirect));
        }
        let objects = draft
            .answered
            .iter()
            .filter(|one| one.statuses.is_success());
        objects.filter_map(|one| one.object()).any(|object| {
            let known = responses::outcomes_of(cx.document, behaviour, object);
            known.iter().any(|known| std::ptr::eq(*known, *outcome))
        })
    };
    let required = || {
        let outcomes = behaviour.outcomes.iter();
        outcomes.filter(|outcome| outcome.class == Class::Required)
    };
    let lacks_some = !required().all(|outcome| is_answered(&outcome));
    let lacks_all = lacks_some && !required().any(|outcome| is_answered(&outcome));
    let is_elsewhere = has("behaviour-path") || has("behaviour-method");
    let has_other_body = has("behaviour-body") || has("behaviour-field") || has("behaviour-query");
    is_elsewhere && (has_other_body || lacks_some) || has("behaviour-body") && lacks_all
}
