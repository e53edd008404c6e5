//! Names for models that have none in the spec.

use crate::spec::place::Place;

/// What the models of an object without a model of its own are named after: the component it is part
/// of, or `fallback`.
pub(super) fn parent_of(place: &Place, fallback: &str) -> String {
    let name = place.within_component();
    let name = name
        .as_deref()
        .map(|name| name.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic()));
    name.filter(|name| !name.is_empty())
        .unwrap_or(fallback)
        .to_owned()
}

/// `loginMethods` → `loginMethod`; a word that has no other singular gets ` item`.
pub(super) fn singular(hint: &str) -> String {
    let shorter = if let Some(stem) = hint.strip_suffix("ies") {
        format!("{stem}y")
    } else if ["ss", "us", "is"].iter().any(|end| hint.ends_with(end)) {
        hint.to_owned()
    } else if let Some(stem) = hint.strip_suffix("sses") {
        format!("{stem}ss")
    } else {
        hint.strip_suffix('s').unwrap_or(hint).to_owned()
    };
    if shorter == hint {
        format!("{hint} item")
    } else {
        shorter
    }
}
