//! The description of a request for the client's runtime: the object that each function passes to `call`.

use super::super::string;
use super::super::types::{is_identifier, key, param_keys};
use crate::ir::{
    Arm, ArmBody, Behaviour, Body, BodyEncoding, Field, Operation, Param, ParamPlace, Segment,
    Style, Tenancy,
};

/// The object that describes the call to the client's runtime: `key: value` texts.
pub(super) fn entries(operation: &Operation) -> Vec<String> {
    let mut entries = vec![
        format!("id: {}", string(&operation.id)),
        format!("method: \"{}\"", operation.method.as_str()),
        format!("path: {}", path(operation)),
    ];
    if !operation.recipe.is_empty() {
        entries.push(format!("rid: {}", string(&operation.recipe)));
    }
    if operation.tenancy == Tenancy::Tenant {
        entries.push("tenant: true".to_owned());
    }
    if operation.outside_base {
        entries.push("absolute: true".to_owned());
    }
    for (name, place) in [
        ("query", ParamPlace::Query),
        ("headers", ParamPlace::Header),
    ] {
        entries.extend(parameters(operation, name, place));
    }
    if let Some(body) = &operation.body {
        let value = if operation.params.is_empty() {
            "request"
        } else {
            "request.body"
        };
        entries.push(format!("{}: {value}", encoding(body)));
    }
    let is_json = |body: &ArmBody| matches!(body, ArmBody::Object(_) | ArmBody::Json(_));
    let mut others = successes(operation).filter(|arm| !is_json(&arm.body));
    let is_any = others.next().is_some() || successes(operation).next().is_none();
    if is_any && !is_raw(operation) {
        entries.push("anyBody: true".to_owned());
    }
    if operation
        .answer
        .arms
        .iter()
        .any(|arm| matches!(arm.body, ArmBody::Redirect))
    {
        entries.push("redirects: true".to_owned());
    }
    if ends_session(operation) {
        entries.push("signsOut: true".to_owned());
    }
    entries
}

/// The successes of an operation.
pub(in super::super) fn successes(operation: &Operation) -> impl Iterator<Item = &Arm> {
    let arms = operation.answer.arms.iter();
    arms.filter(|arm| arm.statuses.is_success())
}

/// Whether a call is more than JSON or a form: such calls are made by a module of their own, for which no other page pays.
pub(super) fn is_raw(operation: &Operation) -> bool {
    let mut bodies = operation.body.iter();
    bodies.any(|body| !matches!(encoding(body), "json" | "form")) || answers_raw(operation)
}

/// Whether a success is bytes or events.
pub(in super::super) fn answers_raw(operation: &Operation) -> bool {
    let mut arms = successes(operation);
    arms.any(|arm| matches!(arm.body, ArmBody::Bytes | ArmBody::Events))
}

fn encoding(body: &Body) -> &'static str {
    let [form] = body.forms.as_slice() else {
        return "typed";
    };
    match form.encodings.first() {
        None | Some(BodyEncoding::Json) => "json",
        Some(BodyEncoding::Form) => "form",
        Some(BodyEncoding::Text | BodyEncoding::Bytes) => "raw",
    }
}

/// The media type that a call names, where it is not that of its encoding. Of several bytes the caller knows which they
/// are: a `Blob` has a type.
fn media_type(body: &Body) -> Option<&str> {
    let [form] = body.forms.as_slice() else {
        return None;
    };
    let name = form.types.first()?.as_str();
    let is_encoding = match encoding(body) {
        "json" => matches!(name, "application/json" | "*/*" | "application/*"),
        "form" => true,
        _ => name.ends_with("/*"),
    };
    (!is_encoding).then_some(name)
}

/// `query: request`, or `query: { page: request.page }`.
fn parameters(operation: &Operation, name: &str, place: ParamPlace) -> Option<String> {
    let keys = param_keys(operation);
    let own: Vec<_> = operation
        .params
        .iter()
        .zip(&keys)
        .filter(|(param, _)| param.place == place)
        .collect();
    let body = operation.body.as_ref();
    let media = body.and_then(media_type);
    let media = media.filter(|_| place == ParamPlace::Header);
    if own.is_empty() && media.is_none() {
        return None;
    }
    let is_plain = |param: &Param| match &param.style {
        Style::Text { separator, .. } => separator.is_none(),
        Style::Repeated => true,
        Style::DeepObject | Style::Json => false,
    };
    let all = own.len() == operation.params.len()
        && operation.body.is_none()
        && own.iter().all(|(param, _)| is_plain(param));
    if all
        && own
            .iter()
            .all(|(param, key)| param.field.name.wire() == *key)
    {
        return Some(format!("{name}: request"));
    }
    let pairs: Vec<String> = own
        .iter()
        .map(|(param, name)| {
            let wire = param.field.name.wire();
            match param.style {
                Style::DeepObject => format!("...deepObject({}, {})", string(wire), access(name)),
                _ => format!("{}: {}", key(wire), written(param, &access(name))),
            }
        })
        .collect();
    let media = media.map(|media| format!("\"content-type\": {}", string(media)));
    let pairs: Vec<String> = media.into_iter().chain(pairs).collect();
    Some(format!("{name}: {{ {} }}", pairs.join(", ")))
}

/// The value of a parameter as its style writes it; nothing where it is left out.
fn written(param: &Param, value: &str) -> String {
    match &param.style {
        Style::Text { prefix, separator } => {
            let joined = separator.as_ref().map(|separator| {
                let chain = if is_always_there(&param.field) {
                    "."
                } else {
                    "?."
                };
                let separator = match separator.as_str() {
                    "," => String::new(),
                    other => string(other),
                };
                format!("{value}{chain}join({separator})")
            });
            let value = joined.unwrap_or_else(|| value.to_owned());
            match prefix.as_str() {
                "" => value,
                // Only a path has prefixes, and a path has all its parameters.
                prefix => format!("{} + {value}", string(prefix)),
            }
        }
        Style::Json => format!("JSON.stringify({value})"),
        Style::Repeated | Style::DeepObject => value.to_owned(),
    }
}

fn is_always_there(field: &Field) -> bool {
    field.required && !field.nullable
}

fn access(name: &str) -> String {
    if is_identifier(name) {
        format!("request.{name}")
    } else {
        format!("request[{}]", string(name))
    }
}

/// A string, or a template literal where the path has parameters.
fn path(operation: &Operation) -> String {
    let keys = param_keys(operation);
    let mut has_params = false;
    let mut template = String::new();
    let mut plain = String::new();
    for segment in &operation.path {
        template.push('/');
        plain.push('/');
        match segment {
            Segment::Literal(text) => {
                plain.push_str(text);
                template.push_str(
                    &text
                        .replace('\\', "\\\\")
                        .replace('`', "\\`")
                        .replace("${", "\\${"),
                );
            }
            Segment::Param(name) => {
                has_params = true;
                let mut known = operation.params.iter().zip(&keys);
                let found = known.find(|(param, _)| {
                    param.place == ParamPlace::Path && param.field.name.wire() == name
                });
                let value = match found {
                    Some((param, key)) => written(param, &access(key)),
                    None => access(name),
                };
                template.push_str(&format!("${{segment({value})}}"));
            }
        }
    }
    if has_params {
        format!("`{template}`")
    } else {
        string(&plain)
    }
}

/// Whether it is the built-in that ends the session and its answer can say that it did.
fn ends_session(operation: &Operation) -> bool {
    matches!(&operation.behaviour, Behaviour::BuiltIn(built_in) if built_in.behaviour.name == "session.sign-out")
        && operation
            .answer
            .arms
            .iter()
            .any(|arm| arm.statuses.only() == Some(200) && arm.literal.as_deref() == Some("OK"))
}
