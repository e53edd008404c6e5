//! The two mappings whose keys mean something: paths by route, responses by status.

use serde_json::{Map, Value};
use serde_yaml::{Mapping, Value as Typed};

use super::super::shape::{PATH_ITEM, Section, Shape};
use super::Walk;
use crate::diagnostic::Diagnostic;

impl<'a> Walk<'a, '_> {
    pub(super) fn paths(&mut self, value: &'a Value) -> Typed {
        let Some(paths) = self.mapping(value) else {
            return Typed::Null;
        };
        let mut typed = Mapping::with_capacity(paths.len());
        for (path, item) in paths {
            if path.starts_with("x-") {
                continue;
            }
            let item = self.below(path, |walk| {
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
                walk.object(item, &PATH_ITEM)
            });
            typed.insert(path.as_str().into(), item);
        }
        Typed::Mapping(typed)
    }

    pub(super) fn responses(&mut self, value: &'a Value) -> Typed {
        let Some(responses) = self.mapping(value) else {
            return Typed::Null;
        };
        let mut typed = Mapping::with_capacity(responses.len());
        for (status, response) in responses {
            if status.starts_with("x-") {
                continue;
            }
            let response = self.below(status, |walk| {
                walk.status(status);
                walk.value(response, &Shape::RefOr(Section::Responses))
            });
            typed.insert(status.as_str().into(), response);
        }
        if typed.is_empty() {
            self.report(
                Diagnostic::error("missing-responses", "an operation has no response")
                    .at(self.spans.key(&self.pointer), "nothing stands in it")
                    .help("add at least one, such as `\"200\": { description: ok }`"),
            );
        }
        Typed::Mapping(typed)
    }

    pub(super) fn path_item(&mut self, members: &Map<String, Value>) {
        if members.contains_key("$ref") {
            let place = self.spans.at(&format!("{}/$ref", self.pointer));
            self.report(
                Diagnostic::error("unsupported-ref", "a path cannot be a `$ref`")
                    .at(place, "leads away from this file's paths")
                    .help("write the operations out under this path"),
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
