//! What an operation answers: one arm for each documented outcome.
//!
//! Arms are the documented answers from 200 to 499. Plain-text 404 is the router's. Of a built-in
//! behaviour also 400, 401, 403, 413 and 429 are left to the runtime, whether the spec has them or not.

mod arms;
mod merge;
mod outcomes;
mod reason;

pub(super) use arms::lower;

use std::sync::LazyLock;

use openapiv3::{
    MediaType, ObjectType, Response, Schema, SchemaData, SchemaKind, StatusCode, Type,
};

use super::bodies::schema_of;
use super::members::{self, Member, Object};
use super::operations::Draft;
use super::{Lowering, tolerances};
use crate::catalog::{Behaviour, Outcome};
use crate::spec::at::{At, Slot};

/// The key that tells the answers of built-in behaviours apart.
pub(super) const STATUS: &str = "status";

/// Answers that the runtime gives by itself for every built-in behaviour.
const TRANSPORT: &[u16] = &[400, 401, 403, 413, 429];

/// One alternative of one response.
#[derive(Debug)]
pub(super) struct Answered<'d> {
    pub(super) http: u16,
    /// The response's description, where it has this alternative only.
    pub(super) docs: String,
    /// Where it came from: the schema, or else the response.
    pub(super) pointer: String,
    /// The schema of the whole response.
    pub(super) schema: Option<Slot<'d>>,
    pub(super) body: Found<'d>,
}

/// What an alternative carries.
#[derive(Debug)]
pub(super) enum Found<'d> {
    Object(Object<'d>),
    /// JSON that is no object, or of no known form.
    Json,
    Text,
    Empty,
    Redirect,
    /// A media type that has no form here.
    Unsupported,
}

/// Every alternative of every response that belongs into the answer, in spec order.
pub(super) fn find<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>) -> Vec<Answered<'d>> {
    let responses = draft.spec.under("responses", &draft.spec.value.responses);
    let spans = &lowering.document.spans;
    let mut codes = spans.keys(&responses.pointer);
    let has_success = codes.any(|code| code.starts_with(['2', '3']));
    let mut answered = Vec::new();
    // The types have `default` apart from the others, and classes in one spelling.
    for code in spans.keys(&responses.pointer) {
        let (http, response) = match code {
            "default" if has_success => continue,
            "default" => (200, responses.value.default.as_ref()),
            _ => match code.replace(['X', 'x'], "0").parse::<u16>() {
                Ok(http @ 200..=499) => {
                    let status = if code.ends_with(['X', 'x']) {
                        StatusCode::Range(http / 100)
                    } else {
                        StatusCode::Code(http)
                    };
                    (http, responses.value.responses.get(&status))
                }
                _ => continue,
            },
        };
        let Some(response) = response else {
            continue;
        };
        let response = lowering.resolve(responses.under(code, response));
        let built_in = draft.built_in().is_some();
        if built_in && TRANSPORT.contains(&http) {
            note_text(lowering, &response);
            continue;
        }
        let (pointer, schema, found) = read(lowering, &response, http, built_in);
        let docs = match found.as_slice() {
            [_] => response.value.description.trim(),
            _ => "",
        };
        answered.extend(found.into_iter().map(|body| Answered {
            http,
            docs: docs.to_owned(),
            pointer: pointer.clone(),
            schema: schema.clone(),
            body,
        }));
    }
    answered
}

/// The alternatives of one response, and where they come from.
fn read<'d>(
    lowering: &mut Lowering<'d>,
    response: &At<&'d Response>,
    http: u16,
    built_in: bool,
) -> (String, Option<Slot<'d>>, Vec<Found<'d>>) {
    let here = |found| (response.pointer.clone(), None, vec![found]);
    if let Some((_, json)) = media(response).find(|(name, _)| is_json(name)) {
        return match schema_of(&json) {
            Some(schema) => {
                let found = alternatives(lowering, &schema);
                (schema.pointer.clone(), Some(schema), found)
            }
            None => (json.pointer, None, vec![Found::Json]),
        };
    }
    if media(response).any(|(name, _)| name.starts_with("text/")) {
        if http == 404 {
            return (response.pointer.clone(), None, Vec::new());
        }
        return here(Found::Text);
    }
    if let Some((_, first)) = media(response).next() {
        return (first.pointer, None, vec![Found::Unsupported]);
    }
    match http {
        300..=303 | 305..=399 => here(Found::Redirect),
        200..=299 if built_in => {
            let span = lowering.key(&response.pointer);
            lowering.tolerate(&tolerances::MISSING_BODY, span, "has no `content`");
            let empty = At::new(response.pointer.clone(), empty_object());
            let object = members::object(lowering, empty.into());
            here(object.map_or(Found::Empty, Found::Object))
        }
        _ => here(Found::Empty),
    }
}

/// The media types of a response.
fn media<'d>(
    response: &At<&'d Response>,
) -> impl Iterator<Item = (&'d str, At<&'d MediaType>)> + use<'d> {
    response.entries("content", &response.value.content)
}

/// The alternatives of one JSON schema.
fn alternatives<'d>(lowering: &mut Lowering<'d>, schema: &Slot<'d>) -> Vec<Found<'d>> {
    let members = members::flatten(lowering, schema.clone());
    let objects: Option<Vec<_>> = members
        .into_iter()
        .map(|member| match member {
            Member::Object(object) => Some(Found::Object(object)),
            Member::Other(_) => None,
        })
        .collect();
    match objects {
        Some(objects) if !objects.is_empty() => objects,
        _ => vec![Found::Json],
    }
}

/// A schema of an object without keys.
fn empty_object() -> &'static Schema {
    static EMPTY: LazyLock<Schema> = LazyLock::new(|| Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Type(Type::Object(ObjectType::default())),
    });
    &EMPTY
}

/// An error of the request that is described as text.
fn note_text(lowering: &mut Lowering<'_>, response: &At<&Response>) {
    let text = media(response).find(|(name, _)| name.starts_with("text/"));
    if let Some((_, media)) = text {
        let span = lowering.key(&media.pointer);
        lowering.tolerate(&tolerances::TEXT_ERROR, span, "is JSON");
    }
}

/// The outcomes of a behaviour that an object is the answer of.
pub(super) fn outcomes_of(
    lowering: &Lowering<'_>,
    behaviour: &'static Behaviour,
    object: &Object<'_>,
) -> Vec<&'static Outcome> {
    let literals = object.literals_of(lowering, STATUS);
    let outcomes = behaviour.outcomes.iter();
    outcomes
        .filter(|outcome| match outcome.status {
            Some(status) => literals.iter().any(|literal| literal == status),
            None => literals.is_empty(),
        })
        .collect()
}

/// Whether a media type is JSON.
pub(super) fn is_json(name: &str) -> bool {
    let name = name.split(';').next().unwrap_or(name).trim();
    matches!(
        name,
        "application/json" | "*/*" | "application/*" | "text/json"
    ) || name.ends_with("+json")
}
