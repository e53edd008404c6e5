//! Compares the files with the table of shapes: one walk that reports every misplaced value, and
//! notes the references and operations for the checks that follow.

mod objects;
mod routes;
mod schemas;

use serde_json::{Map, Value};

use super::place::Place;
use super::shape::{Field, Kind, ObjectShape, ROOT, Section, Shape, Treatment, Version};
use super::tolerances::Tolerated;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::source::Span;
use crate::source::spans::SpanMap;

/// What the walk brings home.
pub(super) struct Findings<'a> {
    /// Every `$ref` in a place where a component may stand.
    pub(super) references: Vec<Reference<'a>>,
    /// Every operation, in the order of the file.
    pub(super) operations: Vec<(Place, &'a Value)>,
    /// Every list of parameters.
    pub(super) parameters: Vec<(Place, &'a [Value])>,
    /// Every entry of a discriminator's `mapping`.
    pub(super) mappings: Vec<(Place, &'a str)>,
    /// What is ignored.
    pub(super) tolerated: Tolerated,
    /// Words of Swagger 2, reported together.
    pub(super) leftovers: Vec<(Span, String)>,
    /// What is wrong or doubtful.
    pub(super) diagnostics: Diagnostics,
}

impl Findings<'_> {
    /// Takes over what was found in another part.
    pub(super) fn extend(&mut self, part: Self) {
        self.references.extend(part.references);
        self.operations.extend(part.operations);
        self.parameters.extend(part.parameters);
        self.mappings.extend(part.mappings);
        self.tolerated.extend(part.tolerated);
        self.leftovers.extend(part.leftovers);
        self.diagnostics.extend(part.diagnostics);
    }
}

/// One `$ref`.
pub(super) struct Reference<'a> {
    /// The place of the text behind `$ref`.
    pub(super) place: Place,
    pub(super) text: &'a str,
    /// What it must lead to.
    pub(super) section: Section,
}

/// Walks the main file, whose root is a mapping.
pub(super) fn validate<'a>(raw: &'a Value, spans: &SpanMap, version: Version) -> Findings<'a> {
    let mut walk = Walk::new(0, String::new(), spans, version);
    walk.object(raw, &ROOT);
    walk.found
}

/// Walks a part that a `$ref` names and that is not under `components`.
pub(super) fn validate_part<'a>(
    value: &'a Value,
    place: &Place,
    spans: &SpanMap,
    (section, version): (Section, Version),
) -> Findings<'a> {
    let mut walk = Walk::new(place.file, place.pointer.to_string(), spans, version);
    walk.reference_or(value, section);
    walk.found
}

struct Walk<'a, 's> {
    spans: &'s SpanMap,
    version: Version,
    file: usize,
    /// The place of the value in hand.
    pointer: String,
    found: Findings<'a>,
}

impl<'a, 's> Walk<'a, 's> {
    fn new(file: usize, pointer: String, spans: &'s SpanMap, version: Version) -> Self {
        let found = Findings {
            references: Vec::new(),
            operations: Vec::new(),
            parameters: Vec::new(),
            mappings: Vec::new(),
            tolerated: Tolerated::default(),
            leftovers: Vec::new(),
            diagnostics: Diagnostics::default(),
        };
        Self {
            spans,
            version,
            file,
            pointer,
            found,
        }
    }

    fn value(&mut self, value: &'a Value, shape: &'static Shape) {
        match shape {
            Shape::Anything => {}
            Shape::Text => self.scalar(value, Value::is_string, "a text"),
            Shape::Flag => self.scalar(value, Value::is_boolean, "`true` or `false`"),
            Shape::Count => self.scalar(value, Value::is_u64, "a whole number from 0"),
            Shape::Number => self.scalar(value, Value::is_number, "a number"),
            Shape::NumberOrFlag => self.number_or_flag(value),
            Shape::Word(words) => self.word(value, words),
            Shape::SchemaType => self.schema_type(value),
            Shape::List(item) => self.list(value, item),
            Shape::Map(member) => self.map(value, member),
            Shape::Object(shape) => self.object(value, shape),
            Shape::RefOr(section) => self.reference_or(value, *section),
            Shape::SchemaOrFlag if value.is_boolean() => {}
            Shape::SchemaOrFlag => self.reference_or(value, Section::Schemas),
            Shape::Paths => self.paths(value),
            Shape::Responses => self.responses(value),
        }
    }

    /// The place of the value in hand.
    fn place(&self) -> Place {
        Place {
            file: self.file,
            pointer: self.pointer.as_str().into(),
        }
    }

    /// Walks one step down and comes back.
    fn below(&mut self, segment: &str, step: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        if segment.contains(['~', '/']) {
            self.pointer.push_str(&SpanMap::escape(segment));
        } else {
            self.pointer.push_str(segment);
        }
        step(self);
        self.pointer.truncate(length);
    }

    fn scalar(&mut self, value: &Value, holds: fn(&Value) -> bool, wanted: &str) {
        if !holds(value) {
            self.wrong_type(value, wanted);
        }
    }

    fn word(&mut self, value: &Value, words: &[&'static str]) {
        let Some(word) = value.as_str() else {
            self.wrong_type(value, "a word");
            return;
        };
        if !words.contains(&word) {
            let name = self.name();
            let help = suggestion(word, words);
            let label = format!("not a word of OpenAPI {}", self.version.as_str());
            self.report(
                Diagnostic::error("unknown-word", format!("{name} cannot be `{word}`"))
                    .at(self.spans.at(&self.pointer), label)
                    .help(help),
            );
        }
    }

    fn list(&mut self, value: &'a Value, item: &'static Shape) {
        let Some(items) = value.as_array() else {
            self.wrong_type(value, "a list");
            return;
        };
        if matches!(item, Shape::RefOr(Section::Parameters)) {
            self.found.parameters.push((self.place(), items));
        }
        for (index, value) in items.iter().enumerate() {
            self.below(&index.to_string(), |walk| walk.value(value, item));
        }
    }

    fn map(&mut self, value: &'a Value, member: &'static Shape) {
        for (key, value) in self.mapping(value).into_iter().flatten() {
            self.below(key, |walk| walk.value(value, member));
        }
    }

    fn reference_or(&mut self, value: &'a Value, section: Section) {
        if section == Section::Schemas && value.is_boolean() && self.version > Version::V3_0 {
            self.boolean_schema(value);
            return;
        }
        let Some(reference) = value.get("$ref") else {
            self.object(value, section.shape());
            return;
        };
        self.below("$ref", |walk| {
            if let Some(text) = reference.as_str() {
                let place = walk.place();
                walk.found.references.push(Reference {
                    place,
                    text,
                    section,
                });
            } else {
                walk.wrong_type(reference, "a text");
            }
        });
        if let Some(members) = value.as_object() {
            self.beside_reference(members, value, section);
        }
    }

    fn object(&mut self, value: &'a Value, shape: &'static ObjectShape) {
        let Some(members) = self.mapping(value) else {
            return;
        };
        for required in shape.required {
            if members.get(*required).is_none_or(Value::is_null) {
                self.missing(required, shape, members);
            }
        }
        for (key, value) in members {
            if key.starts_with("x-") || (shape.kind == Kind::PathItem && key == "$ref") {
                continue;
            }
            match shape.fields.iter().find(|field| field.key == key) {
                Some(field) if !value.is_null() => self.field(value, field, shape),
                // `const: null` is a value.
                Some(_) => {}
                None => self.unknown_field(key, shape, members),
            }
        }
        match shape.kind {
            Kind::Plain => {}
            Kind::Root => self.root(members),
            Kind::PathItem => self.path_item(members),
            Kind::Operation => {
                let place = self.place();
                self.found.operations.push((place, value));
            }
            Kind::Parameter => self.parameter(members),
            Kind::Header if members.contains_key("type") => {}
            Kind::Header => self.schema_or_content("a header", members),
            Kind::Response => self.response(members),
            Kind::Schema => self.schema(members),
            Kind::SecurityScheme => self.security_scheme(members),
        }
    }

    /// One field of an object, as the table has it.
    fn field(&mut self, value: &'a Value, field: &'static Field, shape: &'static ObjectShape) {
        self.below(field.key, |walk| {
            if field.since > walk.version && !walk.newer(field, shape) {
                return;
            }
            if field.until < walk.version {
                walk.older(field, shape);
            }
            walk.value(value, &field.shape);
            match &field.treatment {
                Treatment::Honoured | Treatment::Documentation => {}
                Treatment::Ignored(tolerance) => {
                    let span = walk.spans.key(&walk.pointer);
                    let label = format!("`{}`", field.key);
                    walk.found.tolerated.note(tolerance, span, label);
                }
                Treatment::Refused(cure) => {
                    let title = format!("`{}` of {} is not supported", field.key, shape.name);
                    let span = walk.spans.key(&walk.pointer);
                    walk.report(
                        Diagnostic::error("unsupported-keyword", title)
                            .at(span, "changes what is meant, and cannot be ignored")
                            .help(*cure),
                    );
                }
            }
        });
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

fn suggestion(word: &str, words: &[&'static str]) -> String {
    match closest(word, words.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if words.len() == 1 => format!("write `{}`", words[0]),
        None => format!("write one of `{}`", words.join("`, `")),
    }
}
