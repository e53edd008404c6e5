//! Operations: parameters, bodies and responses.

use serde_json::Value;

use super::{Building, flag, prose, text};
use crate::spec::document::{
    Location, Media, Operation, Parameter, RequestBody, Requirement, Response, Slot,
};
use crate::spec::place::Place;
use crate::spec::shape::METHODS;
use crate::spec::tolerances;

impl<'f> Building<'f> {
    /// All operations, in the order of the file.
    pub(super) fn operations(
        &mut self,
        root: &Place,
        main: &'f Value,
        security: &[Requirement],
    ) -> Vec<Operation> {
        let holder = root.under("paths");
        let paths = main.get("paths").and_then(Value::as_object);
        let mut operations = Vec::new();
        for (path, item) in paths.into_iter().flatten() {
            if path.starts_with("x-") {
                continue;
            }
            let (place, item) = self.follow(holder.under(path), item);
            for (key, operation) in item.as_object().into_iter().flatten() {
                if let Some(method) = METHODS.iter().find(|method| *method == key) {
                    let at = (place.under(key), operation);
                    let operation = self.operation(path, (&place, item), method, at, security);
                    operations.push(operation);
                }
            }
        }
        operations
    }

    fn operation(
        &mut self,
        path: &str,
        (item_place, item): (&Place, &'f Value),
        method: &'static str,
        (place, value): (Place, &'f Value),
        security: &[Requirement],
    ) -> Operation {
        let (summary, description) = (
            prose(&text(value, "summary")),
            prose(&text(value, "description")),
        );
        let docs = match (summary.as_str(), description.as_str()) {
            ("", description) => description.to_owned(),
            (summary, "") => summary.to_owned(),
            (summary, description) => format!("{summary}\n\n{description}"),
        };
        let tag = value.pointer("/tags/0").and_then(Value::as_str);
        let own = self.requirements(&place, value);
        let body = value.get("requestBody").filter(|body| !body.is_null());
        let responses_place = place.under("responses");
        Operation {
            path: path.to_owned(),
            path_place: item_place.clone(),
            method,
            id: value
                .get("operationId")
                .and_then(Value::as_str)
                .map(str::to_owned),
            docs,
            deprecated: flag(value, "deprecated"),
            tag: one_line(tag.unwrap_or_default()),
            extension: value.get("x-auth-gen").cloned(),
            parameters: self.parameters(&place, value),
            shared_parameters: self.parameters(item_place, item),
            body: body.map(|body| self.body(place.under("requestBody"), body)),
            responses: self.responses(&responses_place, value),
            responses_place,
            security: own.unwrap_or_else(|| security.to_vec()),
            place,
        }
    }

    fn parameters(&mut self, holder: &Place, value: &'f Value) -> Vec<Parameter> {
        let holder = holder.under("parameters");
        let list = value.get("parameters").and_then(Value::as_array);
        let list = list.into_iter().flatten().enumerate();
        list.filter_map(|(index, parameter)| self.parameter(holder.item(index), parameter))
            .collect()
    }

    fn parameter(&mut self, listed: Place, value: &'f Value) -> Option<Parameter> {
        let (place, value) = self.follow(listed.clone(), value);
        let location = match value.get("in")?.as_str()? {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            _ => return None,
        };
        let schema = value.get("schema").filter(|schema| !schema.is_null());
        let content = value.get("content").and_then(Value::as_object);
        let content = content.and_then(|content| content.iter().next());
        let schema = match (schema, content) {
            (Some(schema), _) => Some(self.slot(place.under("schema"), schema)),
            (None, Some((name, media))) => media.get("schema").map(|schema| {
                let place = place.under("content").under(name).under("schema");
                self.slot(place, schema)
            }),
            // Swagger 2 has the words of the schema beside `in`; that was said already.
            (None, None) => Some(self.slot(place.clone(), value)),
        };
        let word = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Parameter {
            listed,
            name: word("name").unwrap_or_default(),
            location,
            required: flag(value, "required"),
            deprecated: flag(value, "deprecated"),
            docs: prose(&text(value, "description")),
            media_type: match value.get("schema") {
                Some(_) => None,
                None => content.map(|(name, _)| name.clone()),
            },
            schema,
            style: word("style"),
            explode: value.get("explode").and_then(Value::as_bool),
            example: word("example"),
            place,
        })
    }

    fn body(&mut self, listed: Place, value: &'f Value) -> RequestBody {
        let (place, value) = self.follow(listed.clone(), value);
        RequestBody {
            listed,
            required: flag(value, "required"),
            content: match self.as_schema(&place, value) {
                Some(media) => vec![media],
                None => self.content(&place, value),
            },
        }
    }

    fn content(&mut self, holder: &Place, value: &'f Value) -> Vec<Media> {
        let holder = holder.under("content");
        let content = value.get("content").and_then(Value::as_object);
        let content = content.into_iter().flatten();
        let mut written: Vec<(usize, &Value, Slot)> = Vec::new();
        content
            .map(|(name, media)| {
                let (place, media) = self.follow(holder.under(name), media);
                let schema = media.get("schema").filter(|schema| !schema.is_null());
                let schema = schema.map(|schema| {
                    // A schema that is written twice, in one file, is one.
                    let is_same =
                        |known: &&(usize, &Value, Slot)| (known.0, known.1) == (place.file, schema);
                    if let Some((.., slot)) = written.iter().find(is_same) {
                        return slot.clone();
                    }
                    let slot: Slot = self.slot(place.under("schema"), schema);
                    written.push((place.file, schema, slot.clone()));
                    slot
                });
                Media {
                    name: name.clone(),
                    schema,
                    place,
                }
            })
            .collect()
    }

    fn responses(&mut self, holder: &Place, value: &'f Value) -> Vec<Response> {
        let responses = value.get("responses").and_then(Value::as_object);
        let responses = responses.into_iter().flatten();
        responses
            .filter(|(code, _)| !code.starts_with("x-"))
            .map(|(code, response)| self.response(code, holder.under(code), response))
            .collect()
    }

    fn response(&mut self, code: &str, place: Place, value: &'f Value) -> Response {
        let (place, value) = self.follow(place, value);
        let mut content = match self.as_schema(&place, value) {
            Some(media) => vec![media],
            None => self.content(&place, value),
        };
        // Swagger 2 has the schema of JSON right here.
        if let Some(schema) = value.get("schema").filter(|_| content.is_empty()) {
            content.push(Media {
                schema: Some(self.slot(place.under("schema"), schema)),
                name: "application/json".to_owned(),
                place: place.clone(),
            });
        }
        let headers = value.get("headers").and_then(Value::as_object);
        Response {
            code: code.to_owned(),
            docs: prose(&text(value, "description")),
            content,
            headers: headers
                .into_iter()
                .flat_map(serde_json::Map::keys)
                .cloned()
                .collect(),
            place,
        }
    }

    /// A schema that a `$ref` names in place of a response or a body: JSON of that schema.
    fn as_schema(&mut self, place: &Place, value: &'f Value) -> Option<Media> {
        if !place.pointer.starts_with("/components/schemas/") {
            return None;
        }
        let span = self.files.key(place);
        self.tolerated
            .note(&tolerances::SCHEMA_AS_RESPONSE, span, "");
        Some(Media {
            place: place.clone(),
            name: "application/json".to_owned(),
            schema: Some(self.slot(place.clone(), value)),
        })
    }
}

/// A name for people, which comments hold in one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    prose(&words.join(" "))
}
