//! What an operation answers: one arm for each documented outcome.
//!
//! Arms are the documented answers from 200 to 499. Plain-text 404 is the router's. Of a built-in
//! behaviour also 400, 401, 403, 413 and 429 are left to the runtime, whether the spec has them or not.

mod arms;
mod merge;
mod outcomes;
mod reason;

pub(super) use arms::lower;

use super::members::{self, Member, Object};
use super::node::Node;
use super::operations::Draft;
use super::{Lowering, tolerances};
use crate::catalog::{Behaviour, Outcome};

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
    /// The schema that it came from, or the response.
    pub(super) source: Node<'d>,
    pub(super) body: Found<'d>,
}

/// What an alternative carries.
#[derive(Debug)]
pub(super) enum Found<'d> {
    Object(Object<'d>),
    /// JSON that is no object, or of no known form.
    Json(Option<Node<'d>>),
    Text,
    Empty,
    Redirect,
    /// A media type that has no form here.
    Unsupported,
}

/// Every alternative of every response that belongs into the answer, in spec order.
pub(super) fn find<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>) -> Vec<Answered<'d>> {
    let Some(responses) = draft.node.get("responses") else {
        return Vec::new();
    };
    let has_success = responses
        .entries()
        .any(|(code, _)| code.starts_with(['2', '3']));
    let mut answered = Vec::new();
    for (code, node) in responses.entries() {
        let http = match code {
            "default" if has_success => continue,
            "default" => 200,
            _ => match code.replace(['X', 'x'], "0").parse::<u16>() {
                Ok(http @ 200..=499) => http,
                _ => continue,
            },
        };
        let response = lowering.resolve(node.clone());
        let content = response.get("content");
        let built_in = draft.built_in().is_some();
        if built_in && TRANSPORT.contains(&http) {
            note_text(lowering, content.as_ref());
            continue;
        }
        let found = read(lowering, &response, content.as_ref(), http, built_in);
        let single = found.len() == 1;
        for (source, body) in found {
            answered.push(Answered {
                http,
                docs: if single {
                    response.docs()
                } else {
                    String::new()
                },
                source,
                body,
            });
        }
    }
    answered
}

/// The alternatives of one response.
fn read<'d>(
    lowering: &mut Lowering<'d>,
    response: &Node<'d>,
    content: Option<&Node<'d>>,
    http: u16,
    built_in: bool,
) -> Vec<(Node<'d>, Found<'d>)> {
    let mut media = content.into_iter().flat_map(Node::entries).peekable();
    if media.peek().is_none() {
        return match http {
            300..=303 | 305..=399 => vec![(response.clone(), Found::Redirect)],
            200..=299 if built_in => {
                let span = lowering.key(&response.pointer);
                lowering.tolerate(&tolerances::MISSING_BODY, span, "has no `content`");
                let object = members::object(
                    lowering,
                    Node {
                        pointer: response.pointer.clone(),
                        value: empty_object(),
                    },
                );
                vec![(response.clone(), object.map_or(Found::Empty, Found::Object))]
            }
            _ => vec![(response.clone(), Found::Empty)],
        };
    }
    let all: Vec<_> = media.collect();
    if let Some((_, json)) = all.iter().find(|(name, _)| is_json(name)) {
        let Some(schema) = json.get("schema") else {
            return vec![(json.clone(), Found::Json(None))];
        };
        return alternatives(lowering, &schema);
    }
    if all.iter().any(|(name, _)| name.starts_with("text/")) {
        if http == 404 {
            return Vec::new();
        }
        return vec![(response.clone(), Found::Text)];
    }
    let (_, first) = all.into_iter().next().expect("content is not empty");
    vec![(first, Found::Unsupported)]
}

/// The alternatives of one JSON schema.
fn alternatives<'d>(lowering: &mut Lowering<'d>, schema: &Node<'d>) -> Vec<(Node<'d>, Found<'d>)> {
    let members = members::flatten(lowering, schema.clone());
    let objects: Option<Vec<_>> = members
        .into_iter()
        .map(|member| match member {
            Member::Object(object) => Some((schema.clone(), Found::Object(object))),
            Member::Other(_) => None,
        })
        .collect();
    match objects {
        Some(objects) if !objects.is_empty() => objects,
        _ => vec![(schema.clone(), Found::Json(Some(schema.clone())))],
    }
}

/// A schema of an object without keys.
fn empty_object() -> &'static serde_json::Value {
    static EMPTY: std::sync::LazyLock<serde_json::Value> =
        std::sync::LazyLock::new(|| serde_json::json!({ "type": "object" }));
    &EMPTY
}

/// An error of the request that is described as text.
fn note_text(lowering: &mut Lowering<'_>, content: Option<&Node<'_>>) {
    let text = content
        .into_iter()
        .flat_map(Node::entries)
        .find(|(name, _)| name.starts_with("text/"));
    if let Some((_, node)) = text {
        let span = lowering.key(&node.pointer);
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
