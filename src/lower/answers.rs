//! What an operation answers: one arm for each documented outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::binding::Binding;
use super::context::Context;
use super::drafts::Draft;
use super::merge::merge;
use super::names::parent_of;
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
/// have one value each, or `OK` among them.
fn status_is_outcome(cx: &Context<'_>, draft: &Draft<'_>, objects: &[&Object<'_>]) -> bool {
    objects.iter().any(|object| {
        let literals = object.literals_of(cx.document, STATUS);
        match literals.as_slice() {
            [] => false,
            [_] => true,
            many => draft.built_in().is_some() || many.iter().any(|literal| literal == "OK"),
        }
    })
}

/// Whether one HTTP status has several objects, so that something has to tell them apart.
fn has_alternatives(answered: &[Answered<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    let mut objects = answered.iter().filter(|one| one.object().is_some());
    !objects.all(|one| seen.insert(one.http))
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
        let mut known: BTreeMap<(u16, String), usize> = BTreeMap::new();
        for one in answered {
            let (Found::Object(object), Some(tag)) = (&one.body, self.tag.clone()) else {
                continue;
            };
            for literal in object.literals_of(cx.document, &tag) {
                let binding = self.binding(cx, object, Some(&literal));
                let fields = self.fields(cx, object, binding.as_ref());
                if let Some(&at) = known.get(&(one.http, literal.clone())) {
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
                known.insert((one.http, literal.clone()), self.arms.len());
                self.arms.push(Arm {
                    name: self.names.variant(&literal),
                    http: one.http,
                    literal: Some(literal),
                    docs: docs(object.docs(), one.docs),
                    body: ArmBody::Object(fields),
                });
            }
        }
    }

    /// All other arms.
    fn add_untagged(&mut self, cx: &mut Context<'d>, answered: &[Answered<'d>]) {
        let mut groups: Vec<(u16, Vec<&Answered<'d>>)> = Vec::new();
        for one in answered {
            if let (Found::Object(object), Some(tag)) = (&one.body, &self.tag)
                && !object.literals_of(cx.document, tag).is_empty()
            {
                continue;
            }
            match groups.iter_mut().find(|(http, _)| *http == one.http) {
                Some((_, group)) => group.push(one),
                None => groups.push((one.http, vec![one])),
            }
        }
        for (http, group) in groups {
            let objects: Vec<&Object<'_>> = group.iter().filter_map(|one| one.object()).collect();
            if objects.len() > 1 && unions::same_keys(&objects) {
                self.add_merged(cx, http, &group, &objects);
                continue;
            }
            if let Some((one, other)) = unions::indistinguishable(&objects) {
                let place = group[0].place;
                let diagnostic = unions::report_indistinguishable(cx.document, place, one, other);
                cx.report(diagnostic);
            }
            let owned: Vec<Object<'_>> = objects.into_iter().cloned().collect();
            for (index, one) in group.iter().enumerate() {
                let name = match &one.body {
                    Found::Object(object) if group.len() > 1 => {
                        unions::variant_name(object, &owned, index)
                    }
                    _ => reason(http),
                };
                self.add(cx, one, &name);
            }
        }
    }

    /// One arm of several objects that have the same keys.
    fn add_merged(
        &mut self,
        cx: &mut Context<'d>,
        http: u16,
        group: &[&Answered<'d>],
        objects: &[&Object<'d>],
    ) {
        let span = cx.key(group[0].place);
        cx.tolerate(&tolerances::MERGED_MEMBERS, span, "");
        let mut merged: Option<Vec<Field>> = None;
        for object in objects {
            let fields = self.fields(cx, object, None);
            match &mut merged {
                None => merged = Some(fields),
                Some(merged) => merge(cx, merged, fields),
            }
        }
        self.arms.push(Arm {
            name: self.names.variant(&reason(http)),
            http,
            literal: None,
            docs: docs(objects[0].docs(), group[0].docs),
            body: ArmBody::Object(merged.unwrap_or_default()),
        });
    }

    /// One arm without a literal.
    fn add(&mut self, cx: &mut Context<'d>, one: &Answered<'d>, name: &str) {
        let hint = format!("{} {}", self.draft.type_name.as_str(), reason(one.http));
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
            Found::Empty => ArmBody::Empty,
            Found::Redirect => ArmBody::Redirect,
            Found::Unsupported => {
                let diagnostic = Diagnostic::error(
                    "unsupported-media-type",
                    format!("`{}` answers something that is neither JSON nor text", self.draft.id),
                )
                .at(cx.key(one.place), "")
                .help("answers are `application/json` or `text/plain`; serve anything else from a route of your own");
                cx.report(diagnostic);
                ArmBody::Empty
            }
        };
        self.arms.push(Arm {
            name: self.names.variant(name),
            http: one.http,
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
