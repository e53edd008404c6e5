//! The two mappings whose keys mean something: paths by route, responses by status.

use serde_json::{Map, Value};

use super::super::shape::{METHODS, Section, Shape, Version};
use super::Walk;
use crate::diagnostic::Diagnostic;

impl<'a> Walk<'a, '_> {
    pub(super) fn root(&mut self, members: &'a Map<String, Value>) {
        if let Some(dialect) = members.get("jsonSchemaDialect").and_then(Value::as_str) {
            self.dialect(dialect, "jsonSchemaDialect");
        }
        let paths = members.get("paths").filter(|paths| !paths.is_null());
        if paths.is_none() && self.version == Version::V3_0 {
            self.lacks("the description", "paths");
        } else if paths.is_none_or(|paths| paths.as_object().is_some_and(Map::is_empty)) {
            let help = if members.contains_key("webhooks") {
                "webhooks are requests that a server sends: nothing is generated from them; describe what it answers under `paths`"
            } else {
                "the server answers health checks and nothing else; describe its operations under `paths`"
            };
            let span = match paths {
                Some(_) => self.spans.key("/paths"),
                None => self.spans.key(""),
            };
            self.report(
                Diagnostic::warning("no-operations", "the description has no operation")
                    .at(span, "no path stands here")
                    .help(help),
            );
        }
    }

    pub(super) fn paths(&mut self, value: &'a Value) {
        for (path, item) in self.mapping(value).into_iter().flatten() {
            if path.starts_with("x-") {
                continue;
            }
            self.below(path, |walk| {
                if !path.starts_with('/') {
                    walk.report(
                        Diagnostic::error(
                            "invalid-path",
                            format!("the path `{path}` does not start with `/`"),
                        )
                        .at(walk.spans.key(&walk.pointer), "this key is no path")
                        .help(format!("write `/{path}`, or `x-{path}` for an extension")),
                    );
                }
                walk.reference_or(item, Section::PathItems);
            });
        }
    }

    pub(super) fn responses(&mut self, value: &'a Value) {
        let Some(responses) = self.mapping(value) else {
            return;
        };
        let mut is_empty = true;
        for (status, response) in responses {
            if status.starts_with("x-") {
                continue;
            }
            is_empty = false;
            self.below(status, |walk| {
                walk.status(status);
                walk.value(response, &Shape::RefOr(Section::Responses));
            });
        }
        if is_empty {
            self.report(
                Diagnostic::error("missing-responses", "an operation has no response")
                    .at(self.spans.key(&self.pointer), "nothing stands in it")
                    .help("add at least one, such as `\"200\": { description: ok }`"),
            );
        }
    }

    /// A path item may be a `$ref`; operations beside it would be lost.
    pub(super) fn path_item(&mut self, members: &Map<String, Value>) {
        let has_operation = members.keys().any(|key| METHODS.contains(&key.as_str()));
        if members.contains_key("$ref") && has_operation {
            let place = self.spans.at(&format!("{}/$ref", self.pointer));
            self.report(
                Diagnostic::error(
                    "unsupported-ref",
                    "a path is a `$ref` and has operations too",
                )
                .at(place, "leads to the operations of another path")
                .help("write all operations in one of the two places"),
            );
        }
    }

    fn status(&mut self, status: &str) {
        let bytes = status.as_bytes();
        let holds = status == "default"
            || bytes.len() == 3
                && matches!(bytes[0], b'1'..=b'5')
                && (bytes[1..].iter().all(u8::is_ascii_digit)
                    || bytes[1..].iter().all(|byte| b"xX".contains(byte)));
        if !holds {
            let span = self.spans.key(&self.pointer);
            self.report(
                Diagnostic::error("invalid-status", format!("`{status}` is no HTTP status"))
                    .at(span, "not a status")
                    .help("write a status such as `\"200\"`, a class such as `4XX`, or `default`"),
            );
        }
    }
}
