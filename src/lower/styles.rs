//! How the values of parameters are written (OpenAPI 3.1.1, §4.8.12), and their defaults.

use serde_json::Value;

use super::context::Context;
use super::media::is_json_name;
use crate::diagnostic::Diagnostic;
use crate::ir::{Field, Shape, Style, Type};
use crate::spec::document::{Location, Parameter};
use crate::spec::tolerances;

/// Whether a parameter is a document of another media type than JSON.
pub(super) fn is_other_document(parameter: &Parameter) -> bool {
    let media_type = parameter.media_type.as_deref();
    media_type.is_some_and(|name| !is_json_name(name))
}

/// The style of one parameter; a value that none can write is reported.
pub(super) fn of(cx: &mut Context<'_>, parameter: &Parameter, ty: &Type) -> Style {
    if parameter.media_type.is_some() {
        return match is_other_document(parameter) {
            true => Style::PLAIN,
            false => Style::Json,
        };
    }
    let style = parameter
        .style
        .as_deref()
        .unwrap_or(match parameter.location {
            Location::Query | Location::Cookie => "form",
            Location::Path | Location::Header => "simple",
        });
    // `form` is the only style that repeats by default.
    let explode = parameter.explode.unwrap_or(style == "form");
    let is_list = matches!(ty, Type::List(item) if is_scalar(cx, item));
    if style == "deepObject" && is_flat_object(cx, ty) {
        return Style::DeepObject;
    }
    if style == "deepObject" || !(is_list || is_scalar(cx, ty)) {
        report(cx, parameter);
        return Style::PLAIN;
    }
    if is_list && explode && matches!(style, "spaceDelimited" | "pipeDelimited") {
        let span = cx.at(&parameter.place.under("explode"));
        let title = format!(
            "the parameter `{}` cannot have `explode: true`",
            parameter.name
        );
        let diagnostic = Diagnostic::error("unsupported-parameter-style", title)
            .at(
                span,
                format!("the style `{style}` has one text for all items"),
            )
            .help("drop it; `style: form` with `explode: true` repeats the name: `ids=a&ids=b`");
        cx.report(diagnostic);
    }
    let between = format!(";{}=", parameter.name);
    let (prefix, separator) = match (style, explode) {
        ("form", true) if is_list => return Style::Repeated,
        ("spaceDelimited", _) => ("", " "),
        ("pipeDelimited", _) => ("", "|"),
        ("label", true) => (".", "."),
        ("label", false) => (".", ","),
        ("matrix", true) => (between.as_str(), between.as_str()),
        ("matrix", false) => (between.as_str(), ","),
        _ => ("", ","),
    };
    Style::Text {
        prefix: prefix.to_owned(),
        separator: is_list.then(|| separator.to_owned()),
    }
}

fn report(cx: &mut Context<'_>, parameter: &Parameter) {
    let title = format!(
        "the parameter `{}` is neither a scalar nor a list of scalars",
        parameter.name
    );
    let cure = match parameter.location {
        Location::Query => {
            "an object of scalars can have `style: deepObject` (`filter[state]=open`); anything can be JSON: `content: { application/json: { schema: … } }` in place of `schema`"
        }
        _ => {
            "only such values can be written there; write it as JSON (`content: { application/json: { schema: … } }` in place of `schema`), or move it into the request body"
        }
    };
    let diagnostic = Diagnostic::error("unsupported-parameter", title)
        .at(cx.at(&parameter.place), "")
        .help(cure);
    cx.report(diagnostic);
}

fn is_scalar(cx: &Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::Float | Type::String(_) | Type::Literal(..) => true,
        Type::Model(id) => matches!(cx.models[id.0].shape, Shape::Enum { .. }),
        Type::Json | Type::List(_) | Type::Map(_) | Type::Nullable(_) => false,
    }
}

/// Whether a value is an object of scalars: what `deepObject` does with others is said nowhere.
fn is_flat_object(cx: &Context<'_>, ty: &Type) -> bool {
    match ty {
        Type::Map(value) => **value == Type::Json || is_scalar(cx, value),
        Type::Model(id) => match &cx.models[id.0].shape {
            Shape::Struct { fields, rest } => {
                fields.iter().all(|field| is_scalar(cx, &field.ty)) && rest.is_none()
            }
            _ => false,
        },
        _ => false,
    }
}

/// The default of one parameter as it would be sent.
pub(super) fn default(
    cx: &mut Context<'_>,
    parameter: &Parameter,
    field: &Field,
    style: &Style,
) -> Vec<String> {
    let document = cx.document;
    let Some((place, value)) = parameter
        .schema
        .as_ref()
        .and_then(|slot| document.default_of(slot))
        .filter(|(_, value)| !value.is_null())
    else {
        return Vec::new();
    };
    let span = cx.at(&place.under("default"));
    if parameter.location == Location::Path || *style == Style::DeepObject {
        // A path always has it, and an object is never left out as a whole.
        cx.tolerate(&tolerances::DEFAULT_NOT_FILLED, span, "");
        return Vec::new();
    }
    let texts = match (style, value) {
        (Style::Json, value) => Some(vec![value.to_string()]),
        (_, Value::Array(items)) => match &field.ty {
            Type::List(item) => items.iter().map(|value| text(cx, item, value)).collect(),
            _ => None,
        },
        (_, value) => text(cx, &field.ty, value).map(|text| vec![text]),
    };
    let Some(texts) = texts else {
        let title = format!(
            "the default of the parameter `{}` is not of its type",
            parameter.name
        );
        let diagnostic = Diagnostic::error("invalid-default", title)
            .at(span, "")
            .help("write a value of the schema, or drop it");
        cx.report(diagnostic);
        return Vec::new();
    };
    match style {
        Style::Text { prefix, separator } => {
            let between = separator.as_deref().unwrap_or_default();
            vec![format!("{prefix}{}", texts.join(between))]
        }
        _ => texts,
    }
}

/// A scalar of a type as text.
fn text(cx: &Context<'_>, ty: &Type, value: &Value) -> Option<String> {
    match (ty, value) {
        (Type::Bool, Value::Bool(flag)) => Some(flag.to_string()),
        (Type::Int, Value::Number(number)) => number.as_i64().map(|it| it.to_string()),
        (Type::Float, Value::Number(number)) => Some(number.to_string()),
        (Type::Literal(_, values), Value::Bool(_) | Value::Number(_)) => {
            Some(value.to_string()).filter(|text| values.contains(text))
        }
        (Type::String(_), Value::String(text)) => Some(text.clone()),
        // One of several scalars is a text.
        (Type::String(_), Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
        (Type::Model(id), Value::String(text)) => match &cx.models[id.0].shape {
            Shape::Enum { values } => {
                let known = values.iter().any(|(_, literal)| literal == text);
                known.then(|| text.clone())
            }
            _ => None,
        },
        _ => None,
    }
}
