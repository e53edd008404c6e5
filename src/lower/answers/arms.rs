//! From alternatives to arms: the tag, the names, and the outcomes of built-in behaviours.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Answered, Found, STATUS, find, outcomes_of};
use crate::catalog::{Behaviour, Class, DomainField, DomainType};
use crate::diagnostic::Diagnostic;
use crate::ir::{Answer, Arm, ArmBody, Field, OutcomeArm, Type};
use crate::lower::contract::Claim;
use crate::lower::members::Object;
use crate::lower::operations::Draft;
use crate::lower::{Lowering, fields, models, tolerances, unions};
use crate::name::Namer;

/// Every flow may answer it, so that its text is always there.
static GENERAL_ERROR: &[DomainField] = &[DomainField {
    wire: "message",
    rust: "message",
    ty: DomainType::Text,
    always: true,
}];

/// The answer of one operation, and where the outcomes of its behaviour go.
pub(in crate::lower) fn lower<'d>(
    lowering: &mut Lowering<'d>,
    draft: &Draft<'d>,
) -> (Answer, Vec<OutcomeArm>) {
    let answered = find(lowering, draft);
    let objects: Vec<&Object<'_>> = answered
        .iter()
        .filter_map(|answered| match &answered.body {
            Found::Object(object) => Some(object),
            _ => None,
        })
        .collect();
    let has_status = objects
        .iter()
        .any(|object| !object.literals_of(lowering, STATUS).is_empty());
    let tag = if has_status {
        Some(STATUS.to_owned())
    } else if objects.len() > 1 {
        unions::tag(lowering, &objects)
    } else {
        None
    };
    let mut building = Building {
        draft,
        tag,
        names: Namer::default(),
        arms: Vec::new(),
    };
    building.add_tagged(lowering, &answered);
    building.add_untagged(lowering, &answered);
    let arms = building.arms;
    let outcomes = match draft.built_in() {
        Some(behaviour) => outcomes(lowering, draft, behaviour, &arms),
        None => Vec::new(),
    };
    let answer = Answer {
        name: draft.answer_name.clone(),
        tag: building.tag,
        arms,
    };
    (answer, outcomes)
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
    fn add_tagged(&mut self, lowering: &mut Lowering<'d>, answered: &[Answered<'d>]) {
        let mut known: BTreeMap<(u16, String), usize> = BTreeMap::new();
        for one in answered {
            let (Found::Object(object), Some(tag)) = (&one.body, self.tag.clone()) else {
                continue;
            };
            for literal in object.literals_of(lowering, &tag) {
                let claim = self.claim(lowering, object, Some(&literal));
                let fields = self.fields(lowering, object, claim.as_ref());
                if let Some(&at) = known.get(&(one.http, literal.clone())) {
                    if let ArmBody::Object(first) = &mut self.arms[at].body
                        && *first != fields
                    {
                        merge(lowering, first, fields);
                        let span = lowering.key(&object.node.pointer);
                        lowering.tolerate(&tolerances::MERGED_MEMBERS, span, format!("`{literal}` again"));
                    }
                    continue;
                }
                known.insert((one.http, literal.clone()), self.arms.len());
                self.arms.push(Arm {
                    name: self.names.variant(&literal),
                    http: one.http,
                    literal: Some(literal),
                    docs: docs(&object.docs(), &one.docs),
                    body: ArmBody::Object(fields),
                });
            }
        }
    }

    /// All other arms.
    fn add_untagged(&mut self, lowering: &mut Lowering<'d>, answered: &[Answered<'d>]) {
        let mut groups: Vec<(u16, Vec<&Answered<'d>>)> = Vec::new();
        for one in answered {
            if let (Found::Object(object), Some(tag)) = (&one.body, &self.tag)
                && !object.literals_of(lowering, tag).is_empty()
            {
                continue;
            }
            match groups.iter_mut().find(|(http, _)| *http == one.http) {
                Some((_, group)) => group.push(one),
                None => groups.push((one.http, vec![one])),
            }
        }
        for (http, group) in groups {
            let objects: Vec<&Object<'_>> = group
                .iter()
                .filter_map(|one| match &one.body {
                    Found::Object(object) => Some(object),
                    _ => None,
                })
                .collect();
            if objects.len() > 1 && unions::same_keys(&objects) {
                self.add_merged(lowering, http, &group, &objects);
                continue;
            }
            if let Some((one, other)) = unions::indistinguishable(&objects) {
                let diagnostic = models::report_indistinguishable(lowering, &group[0].source, one, other);
                lowering.report(diagnostic);
            }
            let owned: Vec<Object<'_>> = objects.into_iter().cloned().collect();
            for (index, one) in group.iter().enumerate() {
                let name = match &one.body {
                    Found::Object(object) if group.len() > 1 => models::variant_name(object, &owned, index),
                    _ => reason(http),
                };
                self.add(lowering, one, &name);
            }
        }
    }

    /// One arm of several objects that have the same keys.
    fn add_merged(
        &mut self,
        lowering: &mut Lowering<'d>,
        http: u16,
        group: &[&Answered<'d>],
        objects: &[&Object<'d>],
    ) {
        let span = lowering.key(&group[0].source.pointer);
        lowering.tolerate(&tolerances::MERGED_MEMBERS, span, "");
        let mut merged: Option<Vec<Field>> = None;
        for object in objects {
            let fields = self.fields(lowering, object, None);
            match &mut merged {
                None => merged = Some(fields),
                Some(merged) => merge(lowering, merged, fields),
            }
        }
        self.arms.push(Arm {
            name: self.names.variant(&reason(http)),
            http,
            literal: None,
            docs: docs(&objects[0].docs(), &group[0].docs),
            body: ArmBody::Object(merged.unwrap_or_default()),
        });
    }

    /// One arm without a literal.
    fn add(&mut self, lowering: &mut Lowering<'d>, one: &Answered<'d>, name: &str) {
        let hint = format!("{} {}", self.draft.type_name.as_str(), reason(one.http));
        let mut text = one.docs.clone();
        let body = match &one.body {
            Found::Object(object) => {
                text = docs(&object.docs(), &one.docs);
                let claim = self.claim(lowering, object, None);
                if object.properties.is_empty() && claim.is_none() {
                    ArmBody::Json(models::map(lowering, object, &hint))
                } else if object.rest.is_some() && claim.is_none() {
                    // Unknown keys beside known ones need a struct of their own.
                    ArmBody::Json(models::ty(lowering, one.source.clone(), &hint).0)
                } else {
                    ArmBody::Object(self.fields(lowering, object, claim.as_ref()))
                }
            }
            Found::Json(Some(schema)) => ArmBody::Json(models::ty(lowering, schema.clone(), &hint).0),
            Found::Json(None) => ArmBody::Json(Type::Json),
            Found::Text => ArmBody::Text,
            Found::Empty => ArmBody::Empty,
            Found::Redirect => ArmBody::Redirect,
            Found::Unsupported => {
                let diagnostic = Diagnostic::error(
                    "unsupported-media-type",
                    format!("`{}` answers something that is neither JSON nor text", self.draft.id),
                )
                .at(lowering.key(&one.source.pointer), "")
                .help("answers are `application/json` or `text/plain`; serve anything else from a route of your own");
                lowering.report(diagnostic);
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
    fn claim(
        &self,
        lowering: &Lowering<'_>,
        object: &Object<'_>,
        literal: Option<&str>,
    ) -> Option<Claim> {
        let behaviour = self.draft.built_in()?;
        let known = outcomes_of(lowering, behaviour, object);
        let outcome = known.iter().find(|outcome| outcome.status == literal);
        let fields = match (outcome, literal) {
            (Some(outcome), _) => outcome.fields,
            (None, Some("GENERAL_ERROR")) => GENERAL_ERROR,
            (None, _) => return None,
        };
        Some(Claim {
            name: "",
            fields: Cow::Borrowed(fields),
            filled: None,
            read: false,
        })
    }

    /// The keys of an object but the tag.
    fn fields(
        &self,
        lowering: &mut Lowering<'d>,
        object: &Object<'d>,
        claim: Option<&Claim>,
    ) -> Vec<Field> {
        let parent = models::parent_of(&object.node, self.draft.type_name.as_str());
        fields::lower(lowering, object, claim, self.tag.as_deref(), &parent)
    }
}

/// Ties each outcome of a behaviour to its arm, and reports those that the spec has to document.
fn outcomes(
    lowering: &mut Lowering<'_>,
    draft: &Draft<'_>,
    behaviour: &'static Behaviour,
    arms: &[Arm],
) -> Vec<OutcomeArm> {
    let mut tied = Vec::new();
    let mut missing = Vec::new();
    for outcome in behaviour.outcomes {
        let arm = arms.iter().position(|arm| {
            (200..300).contains(&arm.http)
                && matches!(arm.body, ArmBody::Object(_))
                && arm.literal.as_deref() == outcome.status
        });
        if arm.is_none() && outcome.class == Class::Required {
            missing.push(match outcome.status {
                Some(status) => format!("`status: {status}`"),
                None => "a JSON object without `status`".to_owned(),
            });
        }
        tied.push(OutcomeArm { outcome, arm });
    }
    if !missing.is_empty() {
        let responses = draft.node.get("responses");
        let success = responses.as_ref().and_then(|responses| responses.get("200"));
        let place = success.or(responses).map_or_else(|| draft.node.pointer.clone(), |node| node.pointer);
        let diagnostic = Diagnostic::error(
            "behaviour-status",
            format!("`{}` lacks answers of the built-in behaviour `{}`", draft.id, behaviour.name),
        )
        .at(lowering.key(&place), format!("lacks {}", missing.join(", ")))
        .help("add each as a member of the `oneOf` of the 200 response, an object whose `status` is an `enum` of that one value, or mark the operation `x-auth-gen: custom`");
        lowering.report(diagnostic);
    }
    tied
}

/// Makes one object of two: what only one has is optional, what differs may be any JSON value.
fn merge(lowering: &mut Lowering<'_>, into: &mut Vec<Field>, other: Vec<Field>) {
    for field in into.iter_mut() {
        if !other.iter().any(|known| known.name.wire() == field.name.wire()) {
            field.required = false;
        }
    }
    for field in other {
        match into.iter_mut().find(|known| known.name.wire() == field.name.wire()) {
            Some(known) => {
                known.required &= field.required;
                known.nullable |= field.nullable;
                known.ty = merge_types(lowering, &known.ty, &field.ty);
            }
            None => into.push(Field {
                required: false,
                ..field
            }),
        }
    }
}

/// One type for two.
fn merge_types(lowering: &mut Lowering<'_>, one: &Type, other: &Type) -> Type {
    use crate::ir::Shape::Struct;
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (Type::List(one), Type::List(other)) => {
            Type::List(Box::new(merge_types(lowering, one, other)))
        }
        (Type::Model(one), Type::Model(other)) if !lowering.is_component(*one) => {
            let shape = lowering.models[other.0].shape.clone();
            let (Struct { fields: mut merged, rest }, Struct { fields: others, .. }) =
                (lowering.models[one.0].shape.clone(), shape)
            else {
                return Type::Json;
            };
            merge(lowering, &mut merged, others);
            lowering.models[one.0].shape = Struct { fields: merged, rest };
            Type::Model(*one)
        }
        _ => Type::Json,
    }
}

/// The description of the object, or else that of the response.
fn docs(object: &str, response: &str) -> String {
    let text = if object.is_empty() { response } else { object };
    text.to_owned()
}

/// A name for an HTTP status (RFC 9110).
fn reason(http: u16) -> String {
    let name = match http {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        204 => "NoContent",
        301 => "MovedPermanently",
        302 => "Found",
        303 => "SeeOther",
        304 => "NotModified",
        307 => "TemporaryRedirect",
        308 => "PermanentRedirect",
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        410 => "Gone",
        412 => "PreconditionFailed",
        413 => "ContentTooLarge",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableContent",
        429 => "TooManyRequests",
        _ => return format!("Status{http}"),
    };
    name.to_owned()
}
