//! The documented answers of an operation, before they become types.
//!
//! They are those from 200 to 499. Plain-text 404 is the router's. Of a built-in behaviour also 400,
//! 401, 403, 413 and 429 are left to the runtime, whether the spec has them or not.

use super::context::Context;
use super::media::is_json;
use super::members;
use super::nulls::allows_null;
use super::object::{Member, Object};
use crate::catalog::{Contract, Outcome};
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
    pub(super) http: u16,
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
pub(super) fn find<'d>(
    cx: &mut Context<'d>,
    operation: &'d Operation,
    built_in: bool,
) -> Vec<Answered<'d>> {
    let mut codes = operation.responses.iter().map(|response| &response.code);
    let has_success = codes.any(|code| code.starts_with(['2', '3']));
    let mut answered = Vec::new();
    for response in &operation.responses {
        let http = match response.code.as_str() {
            "default" if has_success => continue,
            "default" => 200,
            code => match code.replace(['X', 'x'], "0").parse::<u16>() {
                Ok(http @ 200..=499) => http,
                _ => continue,
            },
        };
        if built_in && TRANSPORT.contains(&http) {
            note_text(cx, response);
            continue;
        }
        if !built_in && !response.headers.is_empty() {
            let span = cx.key(&response.place.under("headers"));
            let names: Vec<String> = response
                .headers
                .iter()
                .map(|it| format!("`{it}`"))
                .collect();
            cx.tolerate(&tolerances::ANSWER_HEADERS, span, names.join(", "));
        }
        let (place, schema, found) = read(cx, response, http, built_in);
        let docs = match found.as_slice() {
            [_] => response.docs.as_str(),
            _ => "",
        };
        answered.extend(found.into_iter().map(|body| Answered {
            http,
            docs,
            place,
            schema,
            body,
        }));
    }
    answered
}

/// The alternatives of one response, and where they come from.
fn read<'d>(
    cx: &mut Context<'d>,
    response: &'d Response,
    http: u16,
    built_in: bool,
) -> (&'d Place, Option<&'d Slot>, Vec<Found<'d>>) {
    let here = |found| (&response.place, None, vec![found]);
    if let Some(json) = response.content.iter().find(|media| is_json(media)) {
        return match &json.schema {
            // An object has no arm of its own where `null` may stand in its place.
            Some(schema) if !built_in && allows_null(cx, schema) => {
                (&schema.place, Some(schema), vec![Found::Json])
            }
            Some(schema) => (&schema.place, Some(schema), alternatives(cx, schema)),
            None => (&json.place, None, vec![Found::Json]),
        };
    }
    let mut media = response.content.iter();
    if media.any(|media| media.name.starts_with("text/")) {
        if http == 404 {
            return (&response.place, None, Vec::new());
        }
        return here(Found::Text);
    }
    if let Some(first) = response.content.first() {
        return (&first.place, None, vec![Found::Unsupported]);
    }
    match http {
        300..=303 | 305..=399 => here(Found::Redirect),
        200..=299 if built_in => {
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
    if let Some(media) = media.find(|media| media.name.starts_with("text/")) {
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
