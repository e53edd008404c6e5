//! Operations: which are removed, moved or new, and what changes in the others.

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;

use super::Effect::{self, Breaking, Code, Compatible, Ignored, Open};
use super::models::Models;
use super::sheet::{Direction, Finding, Sheet};
use super::types::Types;
use super::{Change, answers, constructors, requests};
use crate::ir::{Api, Auth, Behaviour, Operation, Segment, Tenancy};

/// All changes, in the order of the new description; removed operations are first.
pub(super) fn compare(old: &Api, new: &Api) -> Vec<Change> {
    let types = Types { old, new };
    let (pairs, gone, added) = matched(old, new);
    let mut found = Found::default();
    for operation in gone {
        let text = format!("{} is removed", route(operation));
        found.note(operation, Breaking, "route-removed", text);
        if is_custom(operation) {
            let text = format!(
                "your method `{}` is removed from {}",
                operation.name.rust(),
                trait_of(operation)
            );
            found.note(operation, Code, "custom-removed", text);
        }
    }
    let mut sheets = Vec::new();
    for (old, new) in pairs {
        let sheet = operation(types, old, new);
        sheets.push((old, new, sheet));
    }
    let first = sheets.iter().flat_map(|(.., sheet)| sheet.pairs.clone());
    let mut models = Models::new(types.models(first));
    for (old, new, sheet) in &sheets {
        let changed = models.changed(&sheet.pairs);
        let below = changed.into_iter().flat_map(|(direction, sheet)| {
            let findings = sheet.findings.iter();
            findings.map(move |finding| (finding, Some(direction)))
        });
        let own = sheet.findings.iter().map(|finding| (finding, None));
        let all: Vec<(&Finding, Option<Direction>)> = own.chain(below).collect();
        let changes_types = all.iter().any(|(finding, _)| {
            finding.code != "deprecated" && finding.code != constructors::REORDERED
        });
        for (finding, direction) in all {
            // The application makes the answers of its own operations alone.
            if finding.code == constructors::REORDERED && !is_custom(new) {
                continue;
            }
            let is_request = direction == Some(Direction::Request);
            if is_request && is_same_built_in(old, new) {
                found.push(new, built_in_request(finding));
            } else {
                found.push(new, finding.clone());
            }
        }
        if is_custom(old) && is_custom(new) && changes_types {
            let text = format!("your method `{}` has other types", new.name.rust());
            found.note(new, Code, "custom-changed", text);
        }
    }
    for operation in added {
        let text = format!("{} is new", route(operation));
        found.note(operation, Compatible, "route-added", text);
        if is_custom(operation) {
            let text = format!(
                "{} needs a method `{}`",
                trait_of(operation),
                operation.name.rust()
            );
            found.note(operation, Code, "custom-added", text);
        }
    }
    found.changes()
}

/// The same change in several operations is one change.
#[derive(Default)]
struct Found(IndexMap<(Effect, &'static str, String), Vec<String>>);

impl Found {
    fn note(&mut self, operation: &Operation, effect: Effect, code: &'static str, text: String) {
        self.push(operation, Finding { effect, code, text });
    }

    fn push(&mut self, operation: &Operation, finding: Finding) {
        let key = (finding.effect, finding.code, finding.text);
        let operations = self.0.entry(key).or_default();
        if operations.last() != Some(&operation.id) {
            operations.push(operation.id.clone());
        }
    }

    fn changes(self) -> Vec<Change> {
        let changes = self.0.into_iter();
        let changes = changes.map(|((effect, code, text), operations)| Change {
            effect,
            code,
            text,
            operations,
        });
        changes.collect()
    }
}

/// A built-in reads its request by itself: what the description says of it reaches clients that are
/// generated again, and no call of released ones.
fn built_in_request(finding: &Finding) -> Finding {
    match finding.effect {
        Effect::Compatible => finding.clone(),
        _ => Finding {
            effect: Code,
            code: finding.code,
            text: format!(
                "{}, says the description; the built-in reads what it did",
                finding.text
            ),
        },
    }
}

type Matched<'a> = (
    Vec<(&'a Operation, &'a Operation)>,
    Vec<&'a Operation>,
    Vec<&'a Operation>,
);

/// Operations that both descriptions have, those that are removed, and those that are new. A route decides first,
/// since it is what released clients call; an `operationId` on another route has moved.
fn matched<'a>(old: &'a Api, new: &'a Api) -> Matched<'a> {
    let mut is_taken = vec![false; old.operations.len()];
    let mut pairs: Vec<Option<usize>> = vec![None; new.operations.len()];
    let keys: [fn(&Operation) -> String; 3] = [
        |operation| format!("{:?} {}", shape(operation), operation.recipe),
        |operation| format!("{:?}", shape(operation)),
        |operation| operation.id.clone(),
    ];
    for key in keys {
        let mut left: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, operation) in old
            .operations
            .iter()
            .enumerate()
            .filter(|(at, _)| !is_taken[*at])
        {
            left.entry(key(operation)).or_default().push_back(at);
        }
        for (operation, pair) in new.operations.iter().zip(&mut pairs) {
            if pair.is_none()
                && let Some(at) = left.get_mut(&key(operation)).and_then(VecDeque::pop_front)
            {
                *pair = Some(at);
                is_taken[at] = true;
            }
        }
    }
    let mut same = Vec::new();
    let mut added = Vec::new();
    for (operation, found) in new.operations.iter().zip(pairs) {
        match found {
            Some(at) => same.push((&old.operations[at], operation)),
            None => added.push(operation),
        }
    }
    let gone = old
        .operations
        .iter()
        .zip(is_taken)
        .filter(|(_, taken)| !taken);
    (same, gone.map(|(operation, _)| operation).collect(), added)
}

/// A route without the names of its parameters, which are not on the wire.
fn shape(operation: &Operation) -> (&'static str, bool, Vec<Option<&str>>) {
    let segments = operation.path.iter().map(|segment| match segment {
        Segment::Literal(text) => Some(text.as_str()),
        Segment::Param(_) => None,
    });
    (
        operation.method.as_str(),
        operation.outside_base,
        segments.collect(),
    )
}

fn route(operation: &Operation) -> String {
    let path = Segment::route(&operation.path);
    let path = if path.is_empty() { "/" } else { &path };
    format!("`{} {path}`", operation.method.as_str())
}

/// The trait that has the method of a custom operation: one for each tag.
fn trait_of(operation: &Operation) -> String {
    match operation.tag.as_str() {
        "" => "the trait of operations without a tag".to_owned(),
        tag => format!("the trait of the tag `{tag}`"),
    }
}

fn is_custom(operation: &Operation) -> bool {
    matches!(operation.behaviour, Behaviour::Custom(_))
}

fn is_same_built_in(old: &Operation, new: &Operation) -> bool {
    !is_custom(new) && old.behaviour.name() == new.behaviour.name()
}

/// One operation that both descriptions have.
fn operation(types: Types<'_>, old: &Operation, new: &Operation) -> Sheet {
    let mut sheet = Sheet::default();
    if shape(old) != shape(new) {
        let text = format!("{} has moved to {}", route(old), route(new));
        sheet.note(Breaking, "route-moved", text);
    }
    if old.tenancy != Tenancy::None && new.tenancy == Tenancy::None {
        let text = format!("{} has no tenant in its path", route(new));
        sheet.note(Breaking, "tenant-removed", text);
    }
    if old.id != new.id {
        let text = format!("`{}` is called `{}`", old.id, new.id);
        sheet.note(Code, "operation-renamed", text);
    }
    if new.deprecated && !old.deprecated {
        let text = format!("{} is deprecated", route(new));
        sheet.note(Compatible, "deprecated", text);
    }
    behaviour(&mut sheet, old, new);
    auth(&mut sheet, old, new);
    let mut request = Sheet::default();
    requests::params(types, &mut request, old, new);
    requests::body(types, &mut request, old, new);
    if is_same_built_in(old, new) {
        request.findings = request.findings.iter().map(built_in_request).collect();
    }
    sheet.extend(request);
    answers::compare(types, &mut sheet, &new.id, &old.answer, &new.answer);
    sheet
}

/// Who implements it.
fn behaviour(sheet: &mut Sheet, old: &Operation, new: &Operation) {
    let (was, is) = (old.behaviour.name(), new.behaviour.name());
    match (is_custom(old), is_custom(new)) {
        (false, true) => {
            let text = format!(
                "{} is yours to implement: {} needs a method `{}`, and `{was}` no longer answers",
                route(new),
                trait_of(new),
                new.name.rust()
            );
            sheet.note(Code, "custom-added", text);
        }
        (true, false) => {
            let text = format!(
                "{} is answered by the built-in `{is}`, no longer by your method `{}`",
                route(new),
                old.name.rust()
            );
            sheet.note(Code, "custom-removed", text);
        }
        (true, true) if old.tag != new.tag => {
            let text = format!(
                "your method `{}` belongs to {}",
                new.name.rust(),
                trait_of(new)
            );
            sheet.note(Code, "custom-moved", text);
        }
        (false, false) if was != is => {
            let text = format!("{} is answered by `{is}` instead of `{was}`", route(new));
            sheet.note(Breaking, "behaviour-changed", text);
        }
        _ => {}
    }
}

/// Whether a session is needed. For built-ins their contract says it.
fn auth(sheet: &mut Sheet, old: &Operation, new: &Operation) {
    let route = route(new);
    if !is_custom(new) {
        if old.auth != new.auth && is_same_built_in(old, new) {
            let text =
                format!("{route} has another `security`; its built-in checks sessions as it did");
            sheet.note(Compatible, "security-described", text);
        }
        return;
    }
    match (old.auth, new.auth) {
        (Auth::Session, Auth::None | Auth::OptionalSession) => {
            let text = format!("{route} no longer needs a session");
            sheet.note(Open, "session-dropped", text);
        }
        (Auth::None | Auth::OptionalSession, Auth::Session) => {
            let text = format!("{route} needs a session");
            sheet.note(Breaking, "session-required", text);
        }
        (Auth::OptionalSession, Auth::None) => {
            let text = format!("{route} no longer reads the session");
            sheet.note(Ignored, "session-ignored", text);
        }
        (Auth::None, Auth::OptionalSession) => {
            let text = format!("{route} reads the session where there is one");
            sheet.note(Compatible, "session-read", text);
        }
        _ => {}
    }
}
