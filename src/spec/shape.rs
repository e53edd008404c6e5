//! The shape of an OpenAPI 3.0 description, as a table: which object has which fields of which kind.
//!
//! The walk in `validate` compares the file with this table and so finds every misplaced value at
//! its exact place, before serde sees the document: serde would name the first one only, and the
//! wrong line. The table agrees with the types of `openapiv3`.

mod table;

pub(super) use table::{METHODS, PATH_ITEM, ROOT};

/// What a value must be.
pub(super) enum Shape {
    /// Any JSON value.
    Anything,
    /// Any JSON value; nothing is generated from it, so it does not reach the typed document.
    Unused,
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Count,
    /// Any number.
    Number,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A sequence of equals.
    List(&'static Shape),
    /// A mapping with free keys.
    Map(&'static Shape),
    /// A mapping with known keys.
    Object(&'static ObjectShape),
    /// The object of a section of `components`, or a `$ref` into that section.
    RefOr(Section),
    /// `additionalProperties`: a schema or a flag.
    SchemaOrFlag,
    /// The `type` of a schema.
    SchemaType,
    /// The paths by route.
    Paths,
    /// The responses by status.
    Responses,
}

/// A mapping with known keys; `x-` keys are always welcome.
pub(super) struct ObjectShape {
    /// For sentences: `an operation`.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: &'static [&'static str],
    pub(super) fields: &'static [(&'static str, Shape)],
}

/// Objects that need more than the table says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    PathItem,
    Operation,
    Parameter,
    Header,
    Response,
    SecurityScheme,
}

/// A section of `components`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Schemas,
    Responses,
    Parameters,
    RequestBodies,
    Headers,
    SecuritySchemes,
}

impl Section {
    /// Its key in `components`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Schemas => "schemas",
            Self::Responses => "responses",
            Self::Parameters => "parameters",
            Self::RequestBodies => "requestBodies",
            Self::Headers => "headers",
            Self::SecuritySchemes => "securitySchemes",
        }
    }

    /// What its members look like.
    pub(super) fn shape(self) -> &'static ObjectShape {
        match self {
            Self::Schemas => &table::SCHEMA,
            Self::Responses => &table::RESPONSE,
            Self::Parameters => &table::PARAMETER,
            Self::RequestBodies => &table::REQUEST_BODY,
            Self::Headers => &table::HEADER,
            Self::SecuritySchemes => &table::SECURITY_SCHEME,
        }
    }
}

const fn plain(
    name: &'static str,
    required: &'static [&'static str],
    fields: &'static [(&'static str, Shape)],
) -> ObjectShape {
    of(Kind::Plain, name, required, fields)
}

const fn of(
    kind: Kind,
    name: &'static str,
    required: &'static [&'static str],
    fields: &'static [(&'static str, Shape)],
) -> ObjectShape {
    ObjectShape {
        name,
        kind,
        required,
        fields,
    }
}
