//! A description after it was checked: a plain tree, the same for OpenAPI 3.0 and 3.1.
//!
//! No `$ref` is left in it. Schemas stand in one list and name each other by [`SchemaId`], so that
//! a schema is known once, however often it is used, and may contain itself.

mod slot;

use indexmap::IndexMap;
use serde_json::Value;

use super::files::Files;
use super::place::Place;
use crate::diagnostic::Diagnostics;
pub(crate) use slot::{Marks, Slot};

/// A description that was read and checked.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// `info.title`.
    pub(crate) title: String,
    /// `info.version`.
    pub(crate) version: String,
    /// `info.description`; may be empty.
    pub(crate) docs: String,
    /// `url` of the first server, each variable with its default; may be empty.
    pub(crate) server: String,
    /// In the order of the file.
    pub(crate) operations: Vec<Operation>,
    /// `x-auth-gen` of the description itself.
    pub(crate) extension: Option<Value>,
    /// The security schemes by name.
    pub(crate) schemes: Vec<(String, Scheme)>,
    /// All schemas; a [`SchemaId`] is an index.
    pub(crate) schemas: Vec<Schema>,
    /// Where `readOnly` or `writeOnly` stands on something that is no key of an object.
    pub(crate) idle_marks: Vec<Place>,
    /// Where everything stands.
    pub(crate) files: Files,
    /// What is doubtful but understood.
    pub(crate) warnings: Diagnostics,
}

impl Document {
    /// The schema behind an id.
    pub(crate) fn schema(&self, id: SchemaId) -> &Schema {
        &self.schemas[id.0]
    }

    /// The `default` of a value, and where it stands: beside a `$ref`, or else in the schema.
    pub(crate) fn default_of<'d>(&'d self, slot: &'d Slot) -> Option<(&'d Place, &'d Value)> {
        let schema = self.schema(slot.schema);
        let here = slot.default.as_deref().map(|value| (&slot.place, value));
        here.or_else(|| Some((&schema.place, schema.default.as_deref()?)))
    }
}

/// Index into [`Document::schemas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SchemaId(pub(crate) usize);

/// An operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) place: Place,
    /// Its path as it is written.
    pub(crate) path: String,
    /// The path item.
    pub(crate) path_place: Place,
    /// `get`.
    pub(crate) method: &'static str,
    /// `operationId`.
    pub(crate) id: Option<String>,
    /// `summary` and `description`; may be empty.
    pub(crate) docs: String,
    pub(crate) deprecated: bool,
    /// The first of its `tags`; may be empty.
    pub(crate) tag: String,
    /// `x-auth-gen`.
    pub(crate) extension: Option<Value>,
    /// Its own parameters.
    pub(crate) parameters: Vec<Parameter>,
    /// Those of its path item.
    pub(crate) shared_parameters: Vec<Parameter>,
    pub(crate) body: Option<RequestBody>,
    /// In the order of the file.
    pub(crate) responses: Vec<Response>,
    /// `responses`.
    pub(crate) responses_place: Place,
    /// `security`, its own or that of the description.
    pub(crate) security: Vec<Requirement>,
}

/// Where a parameter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are OpenAPI's")]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    /// Where it is listed.
    pub(crate) listed: Place,
    /// Where it is described.
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    /// May be empty.
    pub(crate) docs: String,
    /// `schema`.
    pub(crate) schema: Option<Slot>,
    /// The media type of `content`, in place of a schema.
    pub(crate) media_type: Option<String>,
    /// `style`, where it is given.
    pub(crate) style: Option<String>,
    /// `explode`, where it is given.
    pub(crate) explode: Option<bool>,
    /// `example`, if it is a text.
    pub(crate) example: Option<String>,
}

/// A request body.
#[derive(Debug, Clone)]
pub(crate) struct RequestBody {
    /// Where the operation names it.
    pub(crate) listed: Place,
    pub(crate) required: bool,
    pub(crate) content: Vec<Media>,
}

/// A body in one media type.
#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) place: Place,
    /// `application/json`.
    pub(crate) name: String,
    pub(crate) schema: Option<Slot>,
}

/// A response.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) place: Place,
    /// `200`, `4XX` or `default`, as it is written.
    pub(crate) code: String,
    /// May be empty.
    pub(crate) docs: String,
    pub(crate) content: Vec<Media>,
    /// The names of its headers.
    pub(crate) headers: Vec<String>,
}

/// One alternative of `security`: all of these schemes together. An empty list asks for no authentication.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) place: Place,
    pub(crate) schemes: Vec<String>,
}

/// A security scheme.
#[derive(Debug, Clone)]
pub(crate) struct Scheme {
    pub(crate) place: Place,
    pub(crate) kind: SchemeKind,
    /// May be empty.
    pub(crate) docs: String,
}

/// What a security scheme is, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SchemeKind {
    /// `type: http`, `scheme: bearer`.
    Bearer,
    /// `type: apiKey`, `in: cookie`: its name.
    Cookie(String),
    /// Any other.
    Other,
}

/// The `type` of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are JSON Schema's")]
pub(crate) enum Kind {
    String,
    Number,
    Integer,
    Boolean,
    Object,
    Array,
}

/// The keywords of JSON Schema that limit values beyond their type and are checked.
pub(crate) const LIMITS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// A schema without references.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    pub(crate) id: SchemaId,
    pub(crate) place: Place,
    /// Its name, where it stands in a collection of named schemas: `User`.
    pub(crate) name: Option<String>,
    /// `type`, where it is one.
    pub(crate) kind: Option<Kind>,
    /// Whether `null` is a value too.
    pub(crate) nullable: bool,
    /// `readOnly`, `writeOnly`.
    pub(crate) marks: Marks,
    /// Whether it is the form of its name that requests have, and answers have another one.
    pub(crate) is_request_form: bool,
    /// The keys that answers have and this form for requests does not.
    pub(crate) left_out: Vec<String>,
    /// `description` or `title`; may be empty.
    pub(crate) docs: String,
    pub(crate) title: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) format: Option<String>,
    /// The keywords that limit its values beyond their type ([`LIMITS`]), as they are written.
    pub(crate) limits: Vec<(&'static str, Value)>,
    /// `enum`, or the one value of `const`.
    pub(crate) listed: Vec<Literal>,
    /// In the order of the file.
    pub(crate) properties: IndexMap<String, Slot>,
    pub(crate) required: Vec<String>,
    /// `additionalProperties`; `None` where it is absent.
    pub(crate) rest: Option<Rest>,
    /// `items`.
    pub(crate) items: Option<Box<Slot>>,
    pub(crate) all_of: Vec<Slot>,
    pub(crate) one_of: Vec<Slot>,
    pub(crate) any_of: Vec<Slot>,
    pub(crate) discriminator: Option<Discriminator>,
    /// The schemas that extend this one by `allOf`, where its discriminator tells them apart.
    pub(crate) children: Vec<Slot>,
    /// `default`.
    pub(crate) default: Option<Box<Value>>,
    /// `default`, or else `example`, if it is a text.
    pub(crate) sample: Option<String>,
    /// Whether it says nothing at all.
    pub(crate) is_empty: bool,
}

impl Schema {
    /// Whether it is composed of others.
    pub(crate) fn is_composed(&self) -> bool {
        !(self.all_of.is_empty() && self.one_of.is_empty() && self.any_of.is_empty())
    }

    /// The schemas that it is composed of.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Slot> {
        let parts = self.all_of.iter().chain(&self.one_of);
        parts.chain(&self.any_of)
    }

    /// Whether it is an object, by its `type` or else by what it has.
    pub(crate) fn is_object(&self) -> bool {
        match self.kind {
            Some(kind) => kind == Kind::Object,
            None => !self.properties.is_empty() || self.rest.is_some(),
        }
    }

    /// Whether it says nothing about the type of its values.
    pub(crate) fn is_vague(&self) -> bool {
        self.kind.is_none()
            && self.listed.is_empty()
            && self.items.is_none()
            && self.required.is_empty()
            && self.left_out.is_empty()
            && self.children.is_empty()
            && !self.is_object()
            && !self.is_composed()
    }

    /// Whether `enum` has texts, and nothing else but `null`.
    pub(crate) fn lists_texts(&self) -> bool {
        let is_text = |literal: &Literal| literal.text().is_some();
        self.listed.iter().any(is_text) && !self.listed.iter().any(Literal::is_other)
    }

    /// `enum`, where it is a closed list of texts; nothing for any other.
    pub(crate) fn literals(&self) -> Vec<&str> {
        let texts: Option<Vec<&str>> = self.listed.iter().map(Literal::text).collect();
        texts.unwrap_or_default()
    }
}

/// One value of an `enum`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Null,
    Other(Value),
}

impl Literal {
    /// The value, if it is a text.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Other(_) => None,
        }
    }

    /// Whether it is neither a text nor `null`.
    pub(crate) fn is_other(&self) -> bool {
        matches!(self, Self::Other(_))
    }
}

/// What keys that `properties` does not name may hold.
#[derive(Debug, Clone)]
pub(crate) enum Rest {
    /// `additionalProperties: false`: there are none.
    Closed,
    Anything,
    Of(Box<Slot>),
}

/// What tells the alternatives of a schema apart.
#[derive(Debug, Clone)]
pub(crate) struct Discriminator {
    /// The key whose value decides.
    pub(crate) property: String,
    /// The value and what it stands for, in the order of the file.
    pub(crate) mapping: Vec<(String, SchemaId)>,
}

impl Discriminator {
    /// The values that `mapping` gives to a schema.
    pub(crate) fn values_of(&self, schema: SchemaId) -> Vec<String> {
        let given = self.mapping.iter().filter(|(_, target)| *target == schema);
        given.map(|(value, _)| value.clone()).collect()
    }
}
