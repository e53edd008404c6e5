//! The documented answers of an operation, before they become types.
//!
//! An operation of the application has all of them. Of a built-in behaviour they are those from 200 to 499 but 400, 401,
//! 403, 413, 429 and plain-text 404, which are left to the runtime, whether the spec has them or not.

use super::context::Context;
use super::media::{self, Form, is_json};
use super::members;
use super::nulls::allows_null;
use super::object::{Member, Object};
use super::statuses;
use crate::catalog::{Contract, Outcome};
use crate::ir::Statuses;
use crate::spec::document::{Document, Operation, Response, Slot};
use crate::spec::place::Place;
use crate::spec::tolerances;

/// The key that tells the answers of built-in behaviours apart.
pub(super) const STATUS: &str = "status";

/// Answers that the runtime gives by itself for every built-in behaviour.
const TRANSPORT: &[u16] = &[400, 401, 403, 413, 429];

/// One alternative of one response.
#[derive(Debug)]
pub(super) struct Answered<'d> {
    pub(super) statuses: Statuses,
    /// The second half of its media type, where it is not the first of its response; empty for the first.
    pub(super) kind: String,
    /// The media type, where it has to be named.
    pub(super) media: Option<String>,
    /// The response's description, where it has this alternative only.
    pub(super) docs: &'d str,
    /// Where it came from: the schema, or else the response.
    pub(super) place: &'d Place,
    /// The schema of the whole response.
    pub(super) schema: Option<&'d Slot>,
    pub(super) body: Found<'d>,
}

impl<'d> Answered<'d> {
    /// What it carries, if that is an object.
    pub(super) fn object(&self) -> Option<&Object<'d>> {
        match &self.body {
            Found::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether another one has the same status and media type, so that something else tells the two apart.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.statuses == other.statuses && self.kind == other.kind
    }
}

/// What an alternative carries.
#[derive(Debug)]
pub(super) enum Found<'d> {
    Object(Object<'d>),
    /// JSON that is no object, or of no known form.
    Json,
    Text,
    Bytes,
    Events,
    Empty,
    Redirect,
    /// A media type that has no form here.
    Unsupported,
}

/// Every alternative of every response that belongs into the answer, in spec order.
pub(super) fn find<'d>(
    cx: &mut Context<'d>,
    operation: &'d Operation,
    built_in: bool,
) -> Vec<Answered<'d>> {
    let mut answered = Vec::new();
    for response in &operation.responses {
        let statuses = match built_in {
            true => statuses::of_built_in(operation, &response.code),
            false => statuses::of_custom(operation, &response.code),
        };
        let Some(statuses) = statuses else {
            if !built_in {
                let span = cx.key(&response.place);
                cx.tolerate(
                    &tolerances::UNANSWERED_STATUS,
                    span,
                    format!("`{}`", response.code),
                );
            }
            continue;
        };
        if built_in && statuses.only().is_some_and(|it| TRANSPORT.contains(&it)) {
            note_text(cx, response);
            continue;
        }
        if !built_in {
            note_headers(cx, response);
            answered.extend(read(cx, response, &statuses));
            continue;
        }
        let (place, schema, found) = read_built_in(cx, response, &statuses);
        let docs = match found.as_slice() {
            [_] => response.docs.as_str(),
            _ => "",
        };
        answered.extend(found.into_iter().map(|body| Answered {
            statuses: statuses.clone(),
            kind: String::new(),
            media: None,
            docs,
            place,
            schema,
            body,
        }));
    }
    answered
}

/// Says that headers have no place in the type of an answer. `Content-Type` is no such header (OpenAPI 3.1.1, §4.8.17.1),
/// and the location of a redirect has its place.
fn note_headers(cx: &mut Context<'_>, response: &Response) {
    let is_redirect = response.code.starts_with('3');
    let has_place = |name: &str| {
        let is = |known| name.eq_ignore_ascii_case(known);
        is("content-type") || is_redirect && is("location")
    };
    let names = response.headers.iter().filter(|name| !has_place(name));
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if !names.is_empty() {
        let span = cx.key(&response.place.under("headers"));
        cx.tolerate(&tolerances::ANSWER_HEADERS, span, names.join(", "));
    }
}

/// The alternatives of one response of an operation of the application: those of each of its media types.
fn read<'d>(
    cx: &mut Context<'d>,
    response: &'d Response,
    statuses: &Statuses,
) -> Vec<Answered<'d>> {
    let one = |statuses, body| Answered {
        statuses,
        kind: String::new(),
        media: None,
        docs: &response.docs,
        place: &response.place,
        schema: None,
        body,
    };
    if response.content.is_empty() {
        return vec![match is_redirect(statuses) {
            // 304 leads nowhere else.
            true => one(statuses::with_body(statuses), Found::Redirect),
            false => one(statuses.clone(), Found::Empty),
        }];
    }
    let statuses = statuses::with_body(statuses);
    // The one that needs no further name: JSON, if there is any.
    let first = response.content.iter().position(is_json).unwrap_or(0);
    let mut answered: Vec<Answered<'d>> = Vec::new();
    for (index, media) in response.content.iter().enumerate() {
        let form = media::form(cx, media);
        let name = media::essence(&media.name);
        let kind = match name.split_once('/') {
            _ if index == first => "",
            Some((_, kind)) => kind,
            None => &name,
        };
        let written = media::written(&media.name, form);
        let schema = media.schema.as_ref();
        // `application/json` and `text/json` with one schema are one answer.
        let beside = &response.content[first];
        if index != first
            && media::is_plain_json(&name)
            && media::is_plain_json(&beside.name)
            && media::is_same_schema(schema, beside.schema.as_ref())
        {
            continue;
        }
        let found = match form {
            Form::Json => match schema {
                // An object has no arm of its own where `null` may stand in its place.
                Some(schema) if allows_null(cx, schema) => vec![Found::Json],
                Some(schema) => alternatives(cx, schema),
                None => vec![Found::Json],
            },
            Form::Text => vec![Found::Text],
            Form::Bytes => vec![Found::Bytes],
            Form::Events => vec![Found::Events],
            Form::Parts | Form::Range => vec![Found::Unsupported],
        };
        if form != Form::Json {
            media::note_schema(cx, media);
        }
        let docs = match found.as_slice() {
            [_] => response.docs.as_str(),
            _ => "",
        };
        let place = match (form, schema) {
            (Form::Json, Some(schema)) => &schema.place,
            _ => &media.place,
        };
        answered.extend(found.into_iter().map(|body| Answered {
            kind: kind.to_owned(),
            media: written.clone(),
            docs,
            place,
            schema,
            ..one(statuses.clone(), body)
        }));
    }
    answered
}

/// Whether an answer without a body is a redirect.
fn is_redirect(statuses: &Statuses) -> bool {
    match statuses {
        Statuses::One(http) => matches!(http, 300..=303 | 305..=399),
        Statuses::Several { written, .. } => written.starts_with('3'),
    }
}

/// The alternatives of one response of a built-in, and where they come from.
fn read_built_in<'d>(
    cx: &mut Context<'d>,
    response: &'d Response,
    statuses: &Statuses,
) -> (&'d Place, Option<&'d Slot>, Vec<Found<'d>>) {
    let here = |found| (&response.place, None, vec![found]);
    if let Some(json) = response.content.iter().find(|media| is_json(media)) {
        return match &json.schema {
            Some(schema) => (&schema.place, Some(schema), alternatives(cx, schema)),
            None => (&json.place, None, vec![Found::Json]),
        };
    }
    if response.content.iter().any(media::is_text) {
        // That of the router.
        if statuses.only() == Some(404) {
            return (&response.place, None, Vec::new());
        }
        return here(Found::Text);
    }
    if let Some(first) = response.content.first() {
        return (&first.place, None, vec![Found::Unsupported]);
    }
    match statuses {
        _ if is_redirect(statuses) => here(Found::Redirect),
        _ if statuses.is_success() => {
            let span = cx.key(&response.place);
            cx.tolerate(&tolerances::MISSING_BODY, span, "has no `content`");
            here(Found::Object(Object::empty(&response.place)))
        }
        _ => here(Found::Empty),
    }
}

/// The alternatives of one JSON schema.
fn alternatives<'d>(cx: &mut Context<'d>, schema: &Slot) -> Vec<Found<'d>> {
    let members = members::flatten(cx, schema.schema);
    let objects: Option<Vec<_>> = members
        .iter()
        .map(|member| match member {
            Member::Object(object) => Some(Found::Object(object.clone())),
            Member::Other(_) => None,
        })
        .collect();
    match objects {
        Some(objects) if !objects.is_empty() => objects,
        _ => vec![Found::Json],
    }
}

/// An error of the request that is described as text.
fn note_text(cx: &mut Context<'_>, response: &Response) {
    let mut media = response.content.iter();
    if let Some(media) = media.find(|media| media::is_text(media)) {
        let span = cx.key(&media.place);
        cx.tolerate(&tolerances::TEXT_ERROR, span, "is JSON");
    }
}

/// The outcomes of a behaviour that an object is the answer of.
pub(super) fn outcomes_of(
    document: &Document,
    behaviour: &'static Contract,
    object: &Object<'_>,
) -> Vec<&'static Outcome> {
    let literals = object.literals_of(document, STATUS);
    let outcomes = behaviour.outcomes.iter();
    outcomes
        .filter(|outcome| match outcome.status {
            Some(status) => literals.iter().any(|literal| literal == status),
            None => literals.is_empty(),
        })
        .collect()
}
