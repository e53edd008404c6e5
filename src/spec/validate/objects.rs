//! What single kinds of objects need beyond the table of shapes, and the words for it.

use serde_json::{Map, Value};

use super::super::shape::{Kind, METHODS, ObjectShape, Version};
use super::{Walk, suggestion};
use crate::diagnostic::{Diagnostic, closest};

type Members = Map<String, Value>;

impl Walk<'_, '_> {
    pub(super) fn parameter(&mut self, members: &Members) {
        if !SWAGGER_PARAMETER
            .iter()
            .any(|key| members.contains_key(*key))
        {
            self.schema_or_content("a parameter", members);
        }
        let Some(place) = members.get("in").and_then(Value::as_str) else {
            return;
        };
        let styles: &[&'static str] = match place {
            "path" => &["simple", "label", "matrix"],
            "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
            "header" => &["simple"],
            "cookie" => &["form"],
            _ => {
                let help = match place {
                    "body" => "describe the body with `requestBody` beside `parameters`".to_owned(),
                    "formData" => "describe the form with `requestBody` and the media type \
                                   `application/x-www-form-urlencoded`"
                        .to_owned(),
                    _ => suggestion(place, &["path", "query", "header", "cookie"]),
                };
                let title = format!("a parameter cannot stand in `{place}`");
                let span = self.spans.at(&format!("{}/in", self.pointer));
                self.report(
                    Diagnostic::error("invalid-parameter-in", title)
                        .at(
                            span,
                            format!("not a place of OpenAPI {}", self.version.as_str()),
                        )
                        .help(help),
                );
                return;
            }
        };
        if let Some(style) = members.get("style").and_then(Value::as_str)
            && !styles.contains(&style)
        {
            let title = format!("a parameter in `{place}` cannot have the style `{style}`");
            let span = self.spans.at(&format!("{}/style", self.pointer));
            self.report(
                Diagnostic::error("invalid-parameter-style", title)
                    .at(span, format!("not a style for `in: {place}`"))
                    .help(suggestion(style, styles)),
            );
        }
    }

    pub(super) fn schema_or_content(&mut self, name: &str, members: &Members) {
        let given = |key| {
            members
                .get(key)
                .is_some_and(|value: &Value| !value.is_null())
        };
        if !given("schema") && !given("content") {
            let span = self.spans.key(&self.pointer);
            self.report(
                Diagnostic::error("missing-field", format!("{name} lacks its `schema`"))
                    .at(span, "here")
                    .help("say what it holds, such as `schema: { type: string }`"),
            );
        }
    }

    /// Many descriptions leave it out, and nothing depends on it.
    pub(super) fn response(&mut self, members: &Members) {
        let is_required = self.version < Version::V3_2;
        if is_required && members.get("description").is_none_or(Value::is_null) {
            let span = self.spans.key(&self.pointer);
            self.report(
                Diagnostic::warning("missing-description", "a response lacks its `description`")
                    .at(span, "OpenAPI requires one; it is taken as empty")
                    .help("add `description:` with a few words"),
            );
        }
    }

    pub(super) fn security_scheme(&mut self, members: &Members) {
        let required: &[&str] = match members.get("type").and_then(Value::as_str) {
            Some("apiKey") => &["name", "in"],
            Some("http") => &["scheme"],
            Some("oauth2") => &["flows"],
            Some("openIdConnect") => &["openIdConnectUrl"],
            _ => &[],
        };
        for key in required {
            if members.get(*key).is_none_or(Value::is_null) {
                self.lacks("a security scheme of this type", key);
            }
        }
    }

    pub(super) fn missing(&mut self, key: &str, shape: &ObjectShape, members: &Members) {
        if key != "responses" {
            self.lacks(shape.name, key);
            return;
        }
        let operation = match members.get("operationId").and_then(Value::as_str) {
            Some(id) => format!("the operation `{id}`"),
            None => "an operation".to_owned(),
        };
        let span = self.spans.key(&self.pointer);
        self.report(
            Diagnostic::error(
                "missing-responses",
                format!("{operation} lacks its `responses`"),
            )
            .at(span, "this operation never answers")
            .help(
                "add `responses:` with at least one status, such as `\"200\": { description: ok }`",
            ),
        );
    }

    pub(super) fn lacks(&mut self, name: &str, key: &str) {
        let span = self.spans.key(&self.pointer);
        self.report(
            Diagnostic::error("missing-field", format!("{name} lacks its `{key}`"))
                .at(span, format!("`{key}` is required here"))
                .help(format!("add `{key}:`")),
        );
    }

    pub(super) fn unknown_field(&mut self, key: &str, shape: &ObjectShape, members: &Members) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer
            .push_str(&crate::source::spans::SpanMap::escape(key));
        let span = self.spans.key(&self.pointer);
        self.pointer.truncate(length);
        if is_swagger_2(key, shape, members) {
            self.found.leftovers.push((span, format!("`{key}`")));
            return;
        }
        if shape.kind == Kind::PathItem {
            // A misspelt verb would silently lose an operation.
            let label = format!("not a method of OpenAPI {}", self.version.as_str());
            self.report(
                Diagnostic::error("unknown-method", format!("`{key}` is no HTTP method"))
                    .at(span, label)
                    .help(suggestion(key, &METHODS)),
            );
            return;
        }
        let version = self.version;
        let known = shape.fields.iter().filter(|field| field.since <= version);
        let help = match closest(key, known.map(|field| field.key)) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("take it away, or name it `x-{key}` if it is your own"),
        };
        let title = format!(
            "`{key}` is not a field of {} in OpenAPI {}",
            shape.name,
            version.as_str()
        );
        self.report(
            Diagnostic::warning("unknown-field", title)
                .at(span, "ignored")
                .help(help),
        );
    }

    pub(super) fn wrong_type(&mut self, value: &Value, wanted: &str) {
        let found = match value {
            Value::Null => "is empty",
            Value::Bool(_) => "is a truth value",
            Value::Number(_) => "is a number",
            Value::String(_) => "is a text",
            Value::Array(_) => "is a list",
            Value::Object(_) => "is a mapping",
        };
        let name = self.name();
        let help = match value {
            Value::Bool(_) if self.pointer.ends_with("/required") => {
                "list the required properties in `required` beside `properties`".to_owned()
            }
            Value::Number(_) | Value::Bool(_) if wanted == "a text" => {
                "put it between quotation marks".to_owned()
            }
            Value::String(text) if matches!(text.as_str(), "yes" | "on" | "no" | "off") => {
                "YAML 1.2 knows only `true` and `false`".to_owned()
            }
            Value::Null => format!("write {wanted} here, or take the key away"),
            _ => format!("write {wanted} here"),
        };
        let span = if value.is_object() || value.is_array() {
            self.spans.key(&self.pointer)
        } else {
            self.spans.at(&self.pointer)
        };
        self.report(
            Diagnostic::error("wrong-type", format!("{name} must be {wanted}"))
                .at(span, format!("this {found}"))
                .help(help),
        );
    }

    /// How a sentence calls the value in hand.
    pub(super) fn name(&self) -> String {
        let mut segments = self.pointer.rsplit('/');
        let last = segments.next().unwrap_or_default();
        let above = segments.next().unwrap_or_default();
        if self.pointer.is_empty() {
            "the description".to_owned()
        } else if last.bytes().all(|byte| byte.is_ascii_digit()) && above != "responses" {
            format!("an item of `{above}`")
        } else {
            format!("`{}`", last.replace("~1", "/").replace("~0", "~"))
        }
    }
}

/// What Swagger 2 has beside a parameter's `in`, where OpenAPI 3 has a `schema`.
const SWAGGER_PARAMETER: [&str; 4] = ["type", "items", "format", "collectionFormat"];

/// Whether a field is one of Swagger 2 whose meaning is certain here: the types of parameters, the
/// schemas of responses, and media types in general.
fn is_swagger_2(key: &str, shape: &ObjectShape, members: &Members) -> bool {
    match shape.kind {
        Kind::Parameter => {
            let is_described = members.contains_key("schema") || members.contains_key("content");
            !is_described
                && (SWAGGER_PARAMETER.contains(&key)
                    || matches!(
                        key,
                        "enum"
                            | "default"
                            | "minimum"
                            | "maximum"
                            | "pattern"
                            | "minLength"
                            | "maxLength"
                    ))
        }
        Kind::Header => key == "type" || key == "format",
        Kind::Response => key == "schema" && !members.contains_key("content"),
        Kind::Operation | Kind::Root => matches!(key, "produces" | "consumes" | "schemes"),
        _ => false,
    }
}
