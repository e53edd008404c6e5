//! Compares the file with the table of shapes: one walk that reports every misplaced value, notes
//! the references and operations for the checks that follow, and copies what the typed document
//! needs.

mod objects;
mod routes;

use serde_json::{Map, Value};
use serde_yaml::{Mapping, Value as Typed};

use super::shape::{Kind, ObjectShape, ROOT, Section, Shape};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::source::spans::SpanMap;

/// What the walk brings home.
pub(super) struct Findings<'a> {
    /// The document in serde_yaml's form: known fields only, and no `null` where a field is optional.
    pub(super) typed: Typed,
    /// Every `$ref` in a place where a component may stand.
    pub(super) references: Vec<Reference<'a>>,
    /// Every operation, in the order of the file.
    pub(super) operations: Vec<(String, &'a Value)>,
    /// Every list of parameters.
    pub(super) parameters: Vec<(String, &'a [Value])>,
    /// What is wrong or doubtful.
    pub(super) diagnostics: Diagnostics,
}

/// One `$ref`.
pub(super) struct Reference<'a> {
    /// Pointer to the text behind `$ref`.
    pub(super) pointer: String,
    pub(super) text: &'a str,
    /// Where it must lead.
    pub(super) section: Section,
}

/// Walks the whole file, whose root is a mapping.
pub(super) fn validate<'a>(raw: &'a Value, spans: &SpanMap) -> Findings<'a> {
    let mut walk = Walk {
        spans,
        pointer: String::new(),
        found: Findings {
            typed: Typed::Null,
            references: Vec::new(),
            operations: Vec::new(),
            parameters: Vec::new(),
            diagnostics: Diagnostics::default(),
        },
    };
    walk.found.typed = walk.object(raw, &ROOT);
    walk.found
}

struct Walk<'a, 's> {
    spans: &'s SpanMap,
    /// The place of the value in hand.
    pointer: String,
    found: Findings<'a>,
}

impl<'a> Walk<'a, '_> {
    fn value(&mut self, value: &'a Value, shape: &'static Shape) -> Typed {
        match shape {
            Shape::Anything => plain(value),
            Shape::Unused => Typed::Null,
            Shape::Text => self.scalar(value, Value::is_string, "a text"),
            Shape::Flag => self.scalar(value, Value::is_boolean, "`true` or `false`"),
            Shape::Count => self.scalar(value, Value::is_u64, "a whole number from 0"),
            Shape::Number => self.scalar(value, Value::is_number, "a number"),
            Shape::Word(words) => self.word(value, words),
            Shape::SchemaType => self.schema_type(value),
            Shape::List(item) => self.list(value, item),
            Shape::Map(member) => self.map(value, member),
            Shape::Object(shape) => self.object(value, shape),
            Shape::RefOr(section) => self.reference_or(value, *section),
            Shape::SchemaOrFlag if value.is_boolean() => plain(value),
            Shape::SchemaOrFlag => self.reference_or(value, Section::Schemas),
            Shape::Paths => self.paths(value),
            Shape::Responses => self.responses(value),
        }
    }

    /// Walks one step down and comes back.
    fn below(&mut self, segment: &str, step: impl FnOnce(&mut Self) -> Typed) -> Typed {
        let length = self.pointer.len();
        self.pointer.push('/');
        if segment.contains(['~', '/']) {
            self.pointer.push_str(&SpanMap::escape(segment));
        } else {
            self.pointer.push_str(segment);
        }
        let typed = step(self);
        self.pointer.truncate(length);
        typed
    }

    fn scalar(&mut self, value: &Value, holds: fn(&Value) -> bool, wanted: &str) -> Typed {
        if !holds(value) {
            self.wrong_type(value, wanted);
        }
        plain(value)
    }

    fn word(&mut self, value: &Value, words: &[&'static str]) -> Typed {
        let Some(word) = value.as_str() else {
            self.wrong_type(value, "a word");
            return Typed::Null;
        };
        if !words.contains(&word) {
            let name = self.name();
            let help = suggestion(word, words);
            self.report(
                Diagnostic::error("unknown-word", format!("{name} cannot be `{word}`"))
                    .at(self.spans.at(&self.pointer), "not a word of OpenAPI 3.0")
                    .help(help),
            );
        }
        plain(value)
    }

    fn schema_type(&mut self, value: &Value) -> Typed {
        const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "object", "array"];
        let (title, help) = match value {
            Value::String(word) if TYPES.contains(&word.as_str()) => return plain(value),
            Value::String(word) if word == "null" => (
                "the schema type `null` does not exist in OpenAPI 3.0".to_owned(),
                "say `nullable: true` beside the type of the value that may be null".to_owned(),
            ),
            Value::String(word) => (
                format!("unknown schema type `{word}`"),
                suggestion(word, &TYPES),
            ),
            Value::Array(_) => (
                "a schema has one type in OpenAPI 3.0".to_owned(),
                "write one type; for `null` among them say `nullable: true`, for others use `oneOf`"
                    .to_owned(),
            ),
            _ => {
                self.wrong_type(value, "the name of a type");
                return Typed::Null;
            }
        };
        self.report(
            Diagnostic::error("unknown-schema-type", title)
                .at(self.spans.at(&self.pointer), "not a type of OpenAPI 3.0")
                .help(help),
        );
        Typed::Null
    }

    fn list(&mut self, value: &'a Value, item: &'static Shape) -> Typed {
        let Some(items) = value.as_array() else {
            self.wrong_type(value, "a list");
            return Typed::Null;
        };
        if matches!(item, Shape::RefOr(Section::Parameters)) {
            self.found.parameters.push((self.pointer.clone(), items));
        }
        let typed = items
            .iter()
            .enumerate()
            .map(|(index, value)| self.below(&index.to_string(), |walk| walk.value(value, item)));
        Typed::Sequence(typed.collect())
    }

    fn map(&mut self, value: &'a Value, member: &'static Shape) -> Typed {
        let Some(members) = self.mapping(value) else {
            return Typed::Null;
        };
        let mut typed = Mapping::with_capacity(members.len());
        for (key, value) in members {
            let value = self.below(key, |walk| walk.value(value, member));
            typed.insert(key.as_str().into(), value);
        }
        Typed::Mapping(typed)
    }

    fn reference_or(&mut self, value: &'a Value, section: Section) -> Typed {
        let Some(reference) = value.get("$ref") else {
            return self.object(value, section.shape());
        };
        self.below("$ref", |walk| {
            if let Some(text) = reference.as_str() {
                walk.found.references.push(Reference {
                    pointer: walk.pointer.clone(),
                    text,
                    section,
                });
            } else {
                walk.wrong_type(reference, "a text");
            }
            Typed::Null
        });
        let mut typed = Mapping::with_capacity(1);
        typed.insert("$ref".into(), plain(reference));
        Typed::Mapping(typed)
    }

    fn object(&mut self, value: &'a Value, shape: &'static ObjectShape) -> Typed {
        let Some(members) = self.mapping(value) else {
            return Typed::Null;
        };
        for required in shape.required {
            if members.get(*required).is_none_or(Value::is_null) {
                self.missing(required, shape, members);
            }
        }
        let mut typed = Mapping::with_capacity(members.len());
        for (key, value) in members {
            if key.starts_with("x-") {
                typed.insert(key.as_str().into(), plain(value));
            } else if let Some((_, field)) = shape.fields.iter().find(|(name, _)| name == key) {
                if value.is_null() || matches!(field, Shape::Unused) {
                    continue;
                }
                let value = self.below(key, |walk| walk.value(value, field));
                typed.insert(key.as_str().into(), value);
            } else if !(shape.kind == Kind::PathItem && key == "$ref") {
                self.unknown_field(key, shape);
            }
        }
        self.special(value, members, shape.kind, &mut typed);
        Typed::Mapping(typed)
    }

    fn special(
        &mut self,
        value: &'a Value,
        members: &'a Map<String, Value>,
        kind: Kind,
        typed: &mut Mapping,
    ) {
        match kind {
            Kind::Plain => {}
            Kind::PathItem => self.path_item(members),
            Kind::Operation => self.found.operations.push((self.pointer.clone(), value)),
            Kind::Parameter => self.parameter(members, typed),
            Kind::Header => self.schema_or_content("a header", members),
            Kind::Response => self.response(members, typed),
            Kind::SecurityScheme => self.security_scheme(members),
        }
    }

    fn mapping(&mut self, value: &'a Value) -> Option<&'a Map<String, Value>> {
        if !value.is_object() {
            self.wrong_type(value, "a mapping");
        }
        value.as_object()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.diagnostics.push(diagnostic);
    }
}

/// Copies a value whose content nobody checks.
fn plain(value: &Value) -> Typed {
    match value {
        Value::Null => Typed::Null,
        Value::Bool(flag) => Typed::Bool(*flag),
        Value::String(text) => Typed::String(text.clone()),
        Value::Array(items) => Typed::Sequence(items.iter().map(plain).collect()),
        Value::Object(members) => Typed::Mapping(
            members
                .iter()
                .map(|(key, value)| (key.as_str().into(), plain(value)))
                .collect(),
        ),
        Value::Number(number) => Typed::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().unwrap_or_default().into(),
        }),
    }
}

fn suggestion(word: &str, words: &[&'static str]) -> String {
    match closest(word, words.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if words.len() == 1 => format!("write `{}`", words[0]),
        None => format!("write one of `{}`", words.join("`, `")),
    }
}
