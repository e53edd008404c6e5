//! Media types.

use super::context::Context;
use super::object::core;
use crate::spec::document::{Kind, Media, Schema, Slot};
use crate::spec::tolerances;

/// Events, one after the other (HTML, Server-sent events).
const EVENTS: &str = "text/event-stream";

/// How a body of a media type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Text,
    Bytes,
    Events,
    /// It has parts, which nothing here writes or reads.
    Parts,
    /// `image/*`: any of several.
    Range,
}

/// How a body is written: by its media type, and where that says nothing by its schema.
pub(super) fn form(cx: &Context<'_>, media: &Media) -> Form {
    let name = essence(&media.name);
    let schema = schema(cx, media);
    let is_text = schema.is_some_and(|schema| schema.kind == Some(Kind::String));
    let is_binary = schema.is_some_and(|schema| schema.format.as_deref() == Some("binary"));
    match name.as_str() {
        "*/*" | "application/*" if is_binary => Form::Bytes,
        plain if is_json_essence(plain) => Form::Json,
        EVENTS => Form::Events,
        _ if is_binary => Form::Bytes,
        _ if name.starts_with("text/") => Form::Text,
        _ if name.starts_with("multipart/") => Form::Parts,
        _ if name.ends_with("/*") => Form::Range,
        _ if is_text => Form::Text,
        _ => Form::Bytes,
    }
}

/// Says that a schema has no effect, where it says more of a body than that it is text or bytes.
pub(super) fn note_schema(cx: &mut Context<'_>, media: &Media) {
    let schema = schema(cx, media);
    if schema.is_some_and(|schema| !schema.is_empty && schema.kind != Some(Kind::String)) {
        let span = cx.key(&media.place);
        cx.tolerate(
            &tolerances::SCHEMA_OF_TEXT,
            span,
            format!("of `{}`", essence(&media.name)),
        );
    }
}

/// Whether two media types have one schema, or the same is written at both.
pub(super) fn is_same_schema(one: Option<&Slot>, other: Option<&Slot>) -> bool {
    one.map(|slot| slot.schema) == other.map(|slot| slot.schema)
}

fn schema<'d>(cx: &Context<'d>, media: &Media) -> Option<&'d Schema> {
    let slot = media.schema.as_ref()?;
    Some(core(cx.document, slot))
}

/// Whether a media type is JSON.
pub(super) fn is_json(media: &Media) -> bool {
    is_json_name(&media.name)
}

/// Whether the name of a media type is one of JSON.
pub(super) fn is_json_name(name: &str) -> bool {
    is_json_essence(&essence(name))
}

fn is_json_essence(essence: &str) -> bool {
    is_plain(essence) || essence.ends_with("+json")
}

/// Whether it is JSON that says no more than that.
pub(super) fn is_plain_json(name: &str) -> bool {
    is_plain(&essence(name))
}

fn is_plain(essence: &str) -> bool {
    matches!(
        essence,
        "application/json" | "*/*" | "application/*" | "text/json"
    )
}

/// Whether it is text to read.
pub(super) fn is_text(media: &Media) -> bool {
    essence(&media.name).starts_with("text/")
}

/// A media type without its parameters, in lower case: its letters have no case (RFC 9110 §8.3.1).
pub(super) fn essence(name: &str) -> String {
    let essence = name.split(';').next().unwrap_or(name);
    essence.trim().to_ascii_lowercase()
}

/// What stands in `Content-Type`; nothing where it is what the runtime writes anyway.
pub(super) fn written(name: &str, form: Form) -> Option<String> {
    let plain = essence(name);
    match form {
        Form::Json if is_plain(&plain) && plain != "text/json" => None,
        Form::Text if matches!(plain.as_str(), "text/plain" | "text/*") => None,
        Form::Bytes if plain.ends_with("/*") => Some("application/octet-stream".to_owned()),
        Form::Events => None,
        // Texts are UTF-8, which is not the default of all of these (RFC 6657).
        Form::Text if plain.starts_with("text/") => Some(format!("{plain}; charset=utf-8")),
        _ => Some(plain),
    }
}
