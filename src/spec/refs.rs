//! Where references lead: every `$ref` must reach a component of the right kind, and chains of
//! references must end.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shape::Section;
use super::validate::Reference;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::source::spans::SpanMap;

/// A reference taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// `#/components/<section>/<name>`.
    Component { section: &'a str, name: String },
    /// Into another file or to another host.
    External,
    /// Elsewhere in this file.
    Elsewhere,
}

/// Takes a reference apart.
pub(super) fn target(reference: &str) -> Target<'_> {
    let Some(pointer) = reference.strip_prefix('#') else {
        return Target::External;
    };
    let segments = pointer
        .strip_prefix("/components/")
        .and_then(|rest| rest.split_once('/'));
    match segments {
        Some((section, name)) if !name.is_empty() && !name.contains('/') => Target::Component {
            section,
            // A fragment is percent-encoded first, then escaped as a pointer.
            name: percent_decoded(name).replace("~1", "/").replace("~0", "~"),
        },
        _ => Target::Elsewhere,
    }
}

fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let decoded = match rest {
            [b'%', high, low, ..] => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &rest[3..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// A suggestion compares a name with all others; where so many are wrong, the cause is another.
const MAX_SUGGESTIONS: usize = 100;

/// Reports every reference that leads nowhere, and every circle.
pub(super) fn check(raw: &Value, spans: &SpanMap, references: &[Reference]) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut suggestions = MAX_SUGGESTIONS;
    for reference in references {
        if let Some((diagnostic, label)) = misled(raw, reference, &mut suggestions) {
            diagnostics.push(diagnostic.at(spans.at(&reference.pointer), label));
        }
    }
    diagnostics.extend(circles(raw, spans));
    diagnostics
}

/// What is wrong with a reference, and the words under it.
fn misled(
    raw: &Value,
    reference: &Reference,
    suggestions: &mut usize,
) -> Option<(Diagnostic, &'static str)> {
    let text = reference.text;
    let wanted = reference.section.key();
    let (section, name) = match target(text) {
        Target::External => {
            let title = format!("`$ref` to `{text}` leads out of this file");
            let help = format!(
                "copy what it names to `components/{wanted}` and refer to `#/components/{wanted}/...`; \
                 a bundler such as `redocly bundle` does it for whole descriptions"
            );
            let diagnostic = Diagnostic::error("external-ref", title).help(help);
            return Some((diagnostic, "only references inside the file are followed"));
        }
        Target::Elsewhere => {
            let title = format!("`$ref` to `{text}` does not lead to a component");
            let help = format!("move what it names to `components/{wanted}` and refer to it there");
            let diagnostic = Diagnostic::error("unsupported-ref", title).help(help);
            return Some((diagnostic, "not of the form `#/components/<kind>/<name>`"));
        }
        Target::Component { section, name } => (section, name),
    };
    let components = raw.get("components");
    let found = components.and_then(|all| all.get(section)?.get(name.as_str()));
    if found.is_some() && section == wanted {
        return None;
    }
    if found.is_some() {
        let title = format!("`$ref` to `{text}` stands where one into `{wanted}` belongs");
        let help = format!("refer to a member of `components/{wanted}`");
        let diagnostic = Diagnostic::error("wrong-ref-kind", title).help(help);
        return Some((diagnostic, "leads to another kind of component"));
    }
    let members = components.and_then(|all| all.get(wanted)?.as_object());
    let names = members.into_iter().flat_map(serde_json::Map::keys);
    let nearest = if *suggestions > 0 {
        *suggestions -= 1;
        closest(&name, names.map(String::as_str))
    } else {
        None
    };
    let help = match nearest {
        Some(nearest) => format!(
            "did you mean `#/components/{wanted}/{}`?",
            SpanMap::escape(nearest)
        ),
        None => format!("define `{name}` under `components/{wanted}`, or correct the name"),
    };
    let title = format!("`$ref` to `{text}` leads nowhere");
    let diagnostic = Diagnostic::error("dangling-ref", title).help(help);
    Some((diagnostic, "there is no such component"))
}

/// One step from a component to the next that it needs to be known at all: through a `$ref` in its
/// place, or in its `allOf`, `oneOf`, `anyOf`. Properties and items may lead back: that is recursion
/// of values, which ends.
struct Step {
    pointer: String,
    to: (String, String),
}

fn circles(raw: &Value, spans: &SpanMap) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut graph: BTreeMap<(String, String), Vec<Step>> = BTreeMap::new();
    let sections = [
        Section::Schemas,
        Section::Responses,
        Section::Parameters,
        Section::RequestBodies,
        Section::Headers,
        Section::SecuritySchemes,
    ];
    for section in sections.map(Section::key) {
        let members = raw
            .get("components")
            .and_then(|all| all.get(section)?.as_object());
        for (name, value) in members.into_iter().flatten() {
            let pointer = format!("/components/{section}/{}", SpanMap::escape(name));
            let mut steps = Vec::new();
            collect(value, &pointer, &mut steps);
            if !steps.is_empty() {
                graph.insert((section.to_owned(), name.clone()), steps);
            }
        }
    }
    // Depth first with a stack of our own: chains may be as long as the file.
    let mut done: BTreeMap<&(String, String), bool> = BTreeMap::new();
    for start in graph.keys() {
        if done.contains_key(start) {
            continue;
        }
        done.insert(start, false);
        let mut trail: Vec<(&(String, String), usize)> = vec![(start, 0)];
        while let Some((node, next)) = trail.last_mut() {
            let node: &(String, String) = node;
            let Some(step) = graph.get(node).and_then(|steps| steps.get(*next)) else {
                done.insert(node, true);
                trail.pop();
                continue;
            };
            *next += 1;
            match done.get(&step.to) {
                Some(true) => {}
                Some(false) => {
                    let first = trail.iter().position(|(node, _)| **node == step.to);
                    let steps = trail[first.unwrap_or(0)..]
                        .iter()
                        .map(|(node, next)| &graph[*node][next - 1]);
                    diagnostics.push(circle(&step.to.1, steps.collect(), spans));
                }
                None => {
                    if let Some((to, _)) = graph.get_key_value(&step.to) {
                        done.insert(to, false);
                        trail.push((to, 0));
                    }
                }
            }
        }
    }
    diagnostics
}

fn collect(value: &Value, pointer: &str, steps: &mut Vec<Step>) {
    if let Some(reference) = value.get("$ref") {
        let target = reference.as_str().map(target);
        if let Some(Target::Component { section, name }) = target {
            steps.push(Step {
                pointer: format!("{pointer}/$ref"),
                to: (section.to_owned(), name),
            });
        }
        return;
    }
    for composition in ["allOf", "oneOf", "anyOf"] {
        let members = value.get(composition).and_then(Value::as_array);
        for (index, member) in members.into_iter().flatten().enumerate() {
            let pointer = format!("{pointer}/{composition}/{index}");
            collect(member, &pointer, steps);
        }
    }
}

/// Long circles are shown by their first references.
const SHOWN_STEPS: usize = 5;

fn circle(name: &str, steps: Vec<&Step>, spans: &SpanMap) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        "circular-ref",
        format!("`{name}` is defined by itself: its references go in a circle"),
    )
    .help(
        "let one of them say what it is; a value may contain its own kind through `properties` or `items`",
    );
    let count = steps.len();
    for (index, step) in steps.into_iter().take(SHOWN_STEPS).enumerate() {
        let label = match index {
            _ if index + 1 == count => format!("leads back to `{}`", step.to.1),
            _ => format!("leads to `{}`", step.to.1),
        };
        diagnostic = diagnostic.at(spans.at(&step.pointer), label);
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let component = |section, name: &str| Target::Component {
            section,
            name: name.into(),
        };
        assert_eq!(
            target("#/components/schemas/User"),
            component("schemas", "User")
        );
        assert_eq!(
            target("#/components/schemas/a~1b%20c"),
            component("schemas", "a/b c")
        );
        assert_eq!(
            target("other.yaml#/components/schemas/User"),
            Target::External
        );
        assert_eq!(target("#/paths/~1signin/post"), Target::Elsewhere);
        assert_eq!(
            target("#/components/schemas/A/properties/b"),
            Target::Elsewhere
        );
        assert_eq!(
            target("#/components/schemas/%zz%"),
            component("schemas", "%zz%")
        );
    }
}
