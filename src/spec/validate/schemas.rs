//! What schemas need beyond the table: their types, what stands beside a `$ref`, and the spellings
//! of one version in a file of another.

use serde_json::{Map, Value};

use super::super::shape::{Field, ObjectShape, Section, Version};
use super::{Walk, suggestion};
use crate::diagnostic::Diagnostic;

/// The types of JSON Schema; OpenAPI 3.0 lacks the last one.
const TYPES: [&str; 7] = [
    "string", "number", "integer", "boolean", "object", "array", "null",
];

/// The dialects that are read: that of OpenAPI 3.1, and JSON Schema 2020-12, which it extends.
const DIALECTS: [&str; 2] = [
    "https://spec.openapis.org/oas/3.1/dialect/",
    "https://json-schema.org/draft/2020-12/schema",
];

/// Keywords that say something about the place where a `$ref` stands, and are taken over from there.
const BESIDE_REFERENCE: [&str; 13] = [
    "$ref",
    "title",
    "description",
    "summary",
    "deprecated",
    "nullable",
    "default",
    "example",
    "examples",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "$comment",
];

impl<'a> Walk<'a, '_> {
    pub(super) fn schema_type(&mut self, value: &Value) {
        match value {
            Value::String(word) => self.type_word(word, ""),
            Value::Array(words) => {
                if self.version == Version::V3_0 {
                    self.newer_spelling(
                        "a list of types",
                        "in OpenAPI 3.0 write one type, with `nullable: true` for `null` among them and `oneOf` for several others",
                    );
                }
                for (index, word) in words.iter().enumerate() {
                    match word.as_str() {
                        Some(word) => self.type_word(word, &format!("/{index}")),
                        None => self.below(&index.to_string(), |walk| {
                            walk.wrong_type(word, "the name of a type");
                        }),
                    }
                }
            }
            _ => self.wrong_type(value, "the name of a type"),
        }
    }

    fn type_word(&mut self, word: &str, below: &str) {
        if word == "null" {
            if self.version == Version::V3_0 && below.is_empty() {
                self.newer_spelling(
                    "the type `null`",
                    "in OpenAPI 3.0 write `nullable: true` beside the type of the value that may be null; beside a `$ref`: `nullable: true` and `allOf: [{ $ref: … }]`",
                );
            }
            return;
        }
        if TYPES.contains(&word) {
            return;
        }
        let help = if word == "file" {
            "write `type: string` and `format: binary`".to_owned()
        } else {
            suggestion(word, &TYPES[..6])
        };
        let label = format!("not a type of OpenAPI {}", self.version.as_str());
        let span = self.spans.at(&format!("{}{below}", self.pointer));
        self.report(
            Diagnostic::error(
                "unknown-schema-type",
                format!("unknown schema type `{word}`"),
            )
            .at(span, label)
            .help(help),
        );
    }

    /// A field of a later version. Keywords of schemas mean the same in any version, so that they
    /// are read; any other field is unknown. Whether it is to be read.
    pub(super) fn newer(&mut self, field: &Field, shape: &ObjectShape) -> bool {
        if shape.name != "a schema" {
            let title = format!(
                "`{}` is not a field of {} in OpenAPI {}",
                field.key,
                shape.name,
                self.version.as_str()
            );
            let span = self.spans.key(&self.pointer);
            let cure = format!(
                "drop it, or write `openapi: {}.0`, which has it",
                field.since.as_str()
            );
            self.report(
                Diagnostic::warning("unknown-field", title)
                    .at(span, "ignored")
                    .help(cure),
            );
            return false;
        }
        let cure = match field.key {
            "const" => "in OpenAPI 3.0 write `enum` with that one value",
            "examples" => "in OpenAPI 3.0 write one `example`",
            "$defs" | "definitions" => {
                "in OpenAPI 3.0 schemas with a name stand in `components/schemas`"
            }
            _ => "OpenAPI 3.0 has nothing in its place: write `openapi: 3.1.0`, or drop it",
        };
        self.newer_spelling(&format!("`{}`", field.key), cure);
        true
    }

    /// A field that a later version no longer has.
    pub(super) fn older(&mut self, field: &Field, shape: &ObjectShape) {
        let title = format!(
            "`{}` of {} is the spelling of OpenAPI {}",
            field.key,
            shape.name,
            field.until.as_str()
        );
        let span = self.spans.key(&self.pointer);
        self.report(
            Diagnostic::warning("older-spelling", title)
                .at(span, "is read as it is meant there")
                .help("write `null` among the types: `type: [string, 'null']`"),
        );
    }

    pub(super) fn number_or_flag(&mut self, value: &Value) {
        match (value, self.version) {
            (Value::Number(_), Version::V3_0) => self.newer_spelling(
                "a number as an exclusive limit",
                "in OpenAPI 3.0 `minimum` or `maximum` has the number, and `exclusiveMinimum` or `exclusiveMaximum` is `true`",
            ),
            (Value::Number(_) | Value::Bool(_), _) => {}
            _ => self.wrong_type(value, "a number"),
        }
    }

    /// JSON Schema 2020-12 has `true` for any value and `false` for none.
    pub(super) fn boolean_schema(&mut self, value: &Value) {
        if value == &Value::Bool(false) {
            let span = self.spans.at(&self.pointer);
            self.report(
                Diagnostic::error(
                    "unsupported-keyword",
                    "the schema `false` allows no value at all",
                )
                .at(span, "nothing can be generated from it")
                .help("leave the key out; `additionalProperties: false` forbids other keys"),
            );
        }
    }

    /// Keywords that only OpenAPI 3.1 and later have, in a file of 3.0.
    fn newer_spelling(&mut self, what: &str, cure: &str) {
        let span = self.spans.key(&self.pointer);
        self.report(
            Diagnostic::warning(
                "newer-spelling",
                format!("{what} is the spelling of OpenAPI 3.1"),
            )
            .at(span, "is read as it is meant there")
            .help(cure.to_owned()),
        );
    }

    /// What stands beside a `$ref`: words for people are taken over, OpenAPI 3.1 has conditions too,
    /// and OpenAPI 3.0 ignores these.
    pub(super) fn beside_reference(
        &mut self,
        members: &'a Map<String, Value>,
        value: &'a Value,
        section: Section,
    ) {
        if section == Section::PathItems && members.len() > 1 {
            self.object(value, section.shape());
            return;
        }
        if section == Section::Schemas && self.version > Version::V3_0 {
            if members.len() > 1 {
                self.object(value, section.shape());
            }
            return;
        }
        for key in members.keys() {
            if key.starts_with("x-") || BESIDE_REFERENCE.contains(&key.as_str()) {
                continue;
            }
            self.below(key, |walk| {
                let span = walk.spans.key(&walk.pointer);
                walk.report(
                    Diagnostic::warning("beside-ref", format!("`{key}` stands beside a `$ref`"))
                        .at(span, "ignored")
                        .help("OpenAPI reads only the `$ref`; to say more of a schema write `allOf` with the `$ref` and another schema"),
                );
            });
        }
    }

    pub(super) fn schema(&mut self, members: &'a Map<String, Value>) {
        if let Some(dialect) = members.get("$schema").and_then(Value::as_str) {
            self.dialect(dialect, "$schema");
        }
        let mapping = members
            .get("discriminator")
            .and_then(|it| it.get("mapping"));
        for (key, target) in mapping.and_then(Value::as_object).into_iter().flatten() {
            if let Some(target) = target.as_str() {
                let place = self
                    .place()
                    .under("discriminator")
                    .under("mapping")
                    .under(key);
                self.found.mappings.push((place, target));
            }
        }
    }

    /// The dialect that schemas are written in.
    pub(super) fn dialect(&mut self, dialect: &str, key: &str) {
        if DIALECTS.iter().any(|known| dialect.starts_with(known)) {
            return;
        }
        let span = self.spans.at(&format!("{}/{key}", self.pointer));
        self.report(
            Diagnostic::warning(
                "unknown-dialect",
                format!("schemas are said to be written in the dialect `{dialect}`"),
            )
            .at(span, "is read as JSON Schema 2020-12")
            .help("keywords mean what they mean in JSON Schema 2020-12; drop the line if that is right"),
        );
    }
}
