//! What an operation answers: one arm for each documented outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::binding::Binding;
use super::context::Context;
use super::drafts::Draft;
use super::merge::merge;
use super::names::parent_of;
use super::nulls::allows_null;
use super::object::Object;
use super::outcomes;
use super::reason::reason;
use super::responses::{Answered, Found, STATUS, outcomes_of};
use super::{types, unions};
use crate::catalog::{DomainField, DomainType};
use crate::diagnostic::Diagnostic;
use crate::ir::{Answer, Arm, ArmBody, Field, OutcomeArm, Type};
use crate::name::Namer;
use crate::spec::tolerances;

/// Every flow may answer it, so that its text is always there.
static GENERAL_ERROR: &[DomainField] = &[DomainField {
    wire: "message",
    rust: "message",
    ty: DomainType::Text,
    always: true,
}];

/// The answer of one operation, and where the outcomes of its behaviour go.
pub(super) fn lower<'d>(cx: &mut Context<'d>, draft: &Draft<'d>) -> (Answer, Vec<OutcomeArm>) {
    let answered = &draft.answered;
    let objects: Vec<&Object<'_>> = answered.iter().filter_map(|one| one.object()).collect();
    let tag = if status_is_outcome(cx, draft, &objects) {
        Some(STATUS.to_owned())
    } else if has_alternatives(answered) {
        unions::tag(cx.document, &objects)
    } else {
        None
    };
    let mut building = Building {
        draft,
        tag,
        names: Namer::default(),
        arms: Vec::new(),
    };
    building.add_tagged(cx, answered);
    building.add_untagged(cx, answered);
    let arms = building.arms;
    let outcomes = match draft.built_in() {
        Some(behaviour) => outcomes::tie(cx, draft, behaviour, &arms),
        None => Vec::new(),
    };
    let answer = Answer {
        name: draft.answer_name.clone(),
        tag: building.tag,
        arms,
    };
    (answer, outcomes)
}

/// Whether `status` says what came of a call. It always does for a built-in. Elsewhere it may be a
/// state of something that is stored (`active`, `banned`), which is a key like any other: outcomes
/// have one value each, or `OK` among them, and are never `null`.
fn status_is_outcome(cx: &mut Context<'_>, draft: &Draft<'_>, objects: &[&Object<'_>]) -> bool {
    let is_built_in = draft.built_in().is_some();
    objects.iter().any(|object| {
        let literals = object.literals_of(cx.document, STATUS);
        let property = object.properties.get(STATUS);
        if !is_built_in && property.is_some_and(|it| allows_null(cx, it.slot)) {
            return false;
        }
        match literals.as_slice() {
            [] => false,
            [_] => true,
            many => is_built_in || many.iter().any(|literal| literal == "OK"),
        }
    })
}

/// Whether one HTTP status has several objects in one media type, so that something has to tell them apart.
fn has_alternatives(answered: &[Answered<'_>]) -> bool {
    let objects: Vec<&Answered<'_>> = answered
        .iter()
        .filter(|one| one.object().is_some())
        .collect();
    let mut pairs = objects.iter().enumerate();
    pairs.any(|(at, one)| objects[..at].iter().any(|other| one.is_beside(other)))
}

/// An answer that is being made.
struct Building<'a, 'd> {
    draft: &'a Draft<'d>,
    tag: Option<String>,
    names: Namer,
    arms: Vec<Arm>,
}

impl<'d> Building<'_, 'd> {
    /// The arms that a literal names. Those of one status and one literal are one arm.
    fn add_tagged(&mut self, cx: &mut Context<'d>, answered: &[Answered<'d>]) {
        let mut known: BTreeMap<(String, &str, String), usize> = BTreeMap::new();
        for one in answered {
            let (Found::Object(object), Some(tag)) = (&one.body, self.tag.clone()) else {
                continue;
            };
            for literal in object.literals_of(cx.document, &tag) {
                let binding = self.binding(cx, object, Some(&literal));
                let fields = self.fields(cx, object, binding.as_ref());
                let key = (one.statuses.to_string(), one.kind.as_str(), literal.clone());
                if let Some(&at) = known.get(&key) {
                    if let ArmBody::Object(first) = &mut self.arms[at].body
                        && *first != fields
                    {
                        merge(cx, first, fields);
                        let span = cx.key(object.place);
                        cx.tolerate(
                            &tolerances::MERGED_MEMBERS,
                            span,
                            format!("`{literal}` again"),
                        );
                    }
                    continue;
                }
                known.insert(key, self.arms.len());
                self.arms.push(Arm {
                    name: self.names.variant(&with_kind(&literal, &one.kind)),
                    statuses: one.statuses.clone(),
                    media: one.media.clone(),
                    literal: Some(literal),
                    docs: docs(object.docs(), one.docs),
                    body: ArmBody::Object(fields),
                });
            }
        }
    }

    /// All other arms.
    fn add_untagged(&mut self, cx: &mut Context<'d>, answered: &[Answered<'d>]) {
        let mut groups: Vec<Vec<&Answered<'d>>> = Vec::new();
        for one in answered {
            if let (Found::Object(object), Some(tag)) = (&one.body, &self.tag)
                && !object.literals_of(cx.document, tag).is_empty()
            {
                continue;
            }
            match groups.iter_mut().find(|group| group[0].is_beside(one)) {
                Some(group) => group.push(one),
                None => groups.push(vec![one]),
            }
        }
        for group in groups {
            let objects: Vec<&Object<'_>> = group.iter().filter_map(|one| one.object()).collect();
            let alike = unions::indistinguishable(cx, &objects);
            if alike.is_some() && unions::same_keys(&objects) && !self.are_variants(&objects) {
                self.add_merged(cx, &group, &objects);
                continue;
            }
            // Who reads a request has to distinguish the members; an answer is only written.
            if self.draft.built_in().is_some()
                && let Some((one, other)) = alike
            {
                let place = group[0].place;
                let diagnostic = unions::report_indistinguishable(cx.document, place, one, other);
                cx.report(diagnostic);
            }
            let owned: Vec<Object<'_>> = objects.into_iter().cloned().collect();
            for (index, one) in group.iter().enumerate() {
                let name = match &one.body {
                    Found::Object(object) if group.len() > 1 => {
                        unions::variant_name(cx, object, &owned, index)
                    }
                    _ => reason(&one.statuses),
                };
                self.add(cx, one, &with_kind(&name, &one.kind));
            }
        }
    }

    /// Whether objects with the same keys are variants all the same: each has a name of its own, and a method of the
    /// application says which one it answers.
    fn are_variants(&self, objects: &[&Object<'_>]) -> bool {
        let mut names = BTreeSet::new();
        let name = |object: &Object<'_>| {
            let title = object.schema.and_then(|schema| schema.title.clone());
            object.name().map(str::to_owned).or(title)
        };
        self.draft.built_in().is_none()
            && objects
                .iter()
                .all(|object| name(object).is_some_and(|name| names.insert(name)))
    }

    /// One arm of several objects that have the same keys.
    fn add_merged(
        &mut self,
        cx: &mut Context<'d>,
        group: &[&Answered<'d>],
        objects: &[&Object<'d>],
    ) {
        let first = group[0];
        let span = cx.key(first.place);
        cx.tolerate(&tolerances::MERGED_MEMBERS, span, "");
        let mut merged: Option<Vec<Field>> = None;
        for object in objects {
            let fields = self.fields(cx, object, None);
            match &mut merged {
                None => merged = Some(fields),
                Some(merged) => merge(cx, merged, fields),
            }
        }
        let name = with_kind(&reason(&first.statuses), &first.kind);
        self.arms.push(Arm {
            name: self.names.variant(&name),
            statuses: first.statuses.clone(),
            media: first.media.clone(),
            literal: None,
            docs: docs(objects[0].docs(), first.docs),
            body: ArmBody::Object(merged.unwrap_or_default()),
        });
    }

    /// One arm without a literal.
    fn add(&mut self, cx: &mut Context<'d>, one: &Answered<'d>, name: &str) {
        let hint = format!(
            "{} {}",
            self.draft.type_name.as_str(),
            reason(&one.statuses)
        );
        let mut text = one.docs.to_owned();
        let body = match &one.body {
            Found::Object(object) => {
                text = docs(object.docs(), one.docs);
                let binding = self.binding(cx, object, None);
                if object.properties.is_empty() && binding.is_none() {
                    ArmBody::Json(types::map(cx, object, &hint))
                } else if object.rest.is_some() && binding.is_none() {
                    // Unknown keys beside known ones need a struct of their own.
                    ArmBody::Json(json(cx, one, &hint))
                } else {
                    ArmBody::Object(self.fields(cx, object, binding.as_ref()))
                }
            }
            Found::Json => ArmBody::Json(json(cx, one, &hint)),
            Found::Text => ArmBody::Text,
            Found::Bytes => ArmBody::Bytes,
            Found::Events => ArmBody::Events,
            Found::Empty => ArmBody::Empty,
            Found::Redirect => ArmBody::Redirect,
            Found::Unsupported => {
                let diagnostic = Diagnostic::error(
                    "unsupported-media-type",
                    format!("`{}` answers a media type that cannot be written", self.draft.id),
                )
                .at(cx.key(one.place), "")
                .help("an answer is of one media type, without parts: name each that there may be, as `image/png`, or serve anything else from a route of your own");
                cx.report(diagnostic);
                ArmBody::Empty
            }
        };
        self.arms.push(Arm {
            name: self.names.variant(name),
            statuses: one.statuses.clone(),
            media: one.media.clone(),
            literal: None,
            docs: text,
            body,
        });
    }

    /// What a built-in fills an arm with.
    fn binding(
        &self,
        cx: &Context<'_>,
        object: &Object<'_>,
        literal: Option<&str>,
    ) -> Option<Binding> {
        let behaviour = self.draft.built_in()?;
        let known = outcomes_of(cx.document, behaviour, object);
        let outcome = known.iter().find(|outcome| outcome.status == literal);
        let fields = match (outcome, literal) {
            (Some(outcome), _) => outcome.fields,
            (None, Some("GENERAL_ERROR")) => GENERAL_ERROR,
            (None, _) => return None,
        };
        Some(Binding::of_outcome(fields))
    }

    /// The keys of an object but the tag.
    fn fields(
        &self,
        cx: &mut Context<'d>,
        object: &Object<'d>,
        binding: Option<&Binding>,
    ) -> Vec<Field> {
        let parent = parent_of(object.place, self.draft.type_name.as_str());
        types::fields(cx, object, binding, self.tag.as_deref(), &parent)
    }
}

/// The name of an arm whose response has other media types too: `Ok csv`.
fn with_kind(name: &str, kind: &str) -> String {
    match kind {
        "" => name.to_owned(),
        kind => format!("{name} {kind}"),
    }
}

/// The type of the whole response.
fn json<'d>(cx: &mut Context<'d>, one: &Answered<'d>, hint: &str) -> Type {
    match one.schema {
        Some(schema) => match types::ty(cx, schema, hint) {
            (Type::Json, _) => Type::Json,
            (ty, true) => Type::Nullable(Box::new(ty)),
            (ty, false) => ty,
        },
        None => Type::Json,
    }
}

/// The description of the object, or else that of the response.
fn docs(object: &str, response: &str) -> String {
    let text = if object.is_empty() { response } else { object };
    text.to_owned()
}
