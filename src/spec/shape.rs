//! The shape of an OpenAPI description, as a table: which object has which fields of which kind, and
//! what becomes of each.
//!
//! The walk in `validate` compares the files with this table and so finds every misplaced value at
//! its exact place. A field that is not used says so here, and is then reported: nothing that a
//! description says is dropped without a word.

mod parts;
mod schema;

use super::tolerances::Tolerance;

pub(super) use parts::ROOT;

/// The verbs under a path.
pub(super) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// A minor version of OpenAPI 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    V3_0,
    V3_1,
    V3_2,
}

impl Version {
    /// `3.0`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
            Self::V3_2 => "3.2",
        }
    }
}

/// What a value must be.
#[derive(Debug)]
pub(super) enum Shape {
    /// Any JSON value.
    Anything,
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Count,
    /// Any number.
    Number,
    /// A number, or the flag that OpenAPI 3.0 has in its place.
    NumberOrFlag,
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
#[derive(Debug)]
pub(super) struct ObjectShape {
    /// For sentences: `an operation`.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: &'static [&'static str],
    pub(super) fields: &'static [Field],
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) shape: Shape,
    /// The first version that has it.
    pub(super) since: Version,
    /// The last version that has it.
    pub(super) until: Version,
    pub(super) treatment: Treatment,
}

/// What becomes of a field.
#[derive(Debug)]
pub(super) enum Treatment {
    /// It decides something in the server and in the client, or a later stage reports it.
    Honoured,
    /// It is for people, and reaches them in the copy of the description that the server ships.
    Documentation,
    /// It is ignored, and this warning says so once for all its places.
    Ignored(&'static Tolerance),
    /// It cannot be ignored without changing what is meant: the cure.
    Refused(&'static str),
}

impl Field {
    const fn new(key: &'static str, shape: Shape, treatment: Treatment) -> Self {
        Self {
            key,
            shape,
            since: Version::V3_0,
            until: Version::V3_2,
            treatment,
        }
    }

    const fn since(mut self, version: Version) -> Self {
        self.since = version;
        self
    }

    const fn until(mut self, version: Version) -> Self {
        self.until = version;
        self
    }
}

/// A field that is used.
const fn used(key: &'static str, shape: Shape) -> Field {
    Field::new(key, shape, Treatment::Honoured)
}

/// A field for people.
const fn docs(key: &'static str) -> Field {
    Field::new(key, Shape::Anything, Treatment::Documentation)
}

/// A field that is ignored with a warning.
const fn lost(key: &'static str, shape: Shape, warning: &'static Tolerance) -> Field {
    Field::new(key, shape, Treatment::Ignored(warning))
}

/// A field that stops the run.
const fn refused(key: &'static str, cure: &'static str) -> Field {
    Field::new(key, Shape::Anything, Treatment::Refused(cure))
}

/// Objects that need more than the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Root,
    PathItem,
    Operation,
    Parameter,
    Header,
    Response,
    Schema,
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
    PathItems,
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
            Self::PathItems => "pathItems",
        }
    }

    /// What its members look like.
    pub(super) fn shape(self) -> &'static ObjectShape {
        match self {
            Self::Schemas => &schema::SCHEMA,
            Self::Responses => &parts::RESPONSE,
            Self::Parameters => &parts::PARAMETER,
            Self::RequestBodies => &parts::REQUEST_BODY,
            Self::Headers => &parts::HEADER,
            Self::SecuritySchemes => &parts::SECURITY_SCHEME,
            Self::PathItems => &parts::PATH_ITEM,
        }
    }
}

const fn plain(
    name: &'static str,
    required: &'static [&'static str],
    fields: &'static [Field],
) -> ObjectShape {
    of(Kind::Plain, name, required, fields)
}

const fn of(
    kind: Kind,
    name: &'static str,
    required: &'static [&'static str],
    fields: &'static [Field],
) -> ObjectShape {
    ObjectShape {
        name,
        kind,
        required,
        fields,
    }
}
