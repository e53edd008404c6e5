//! The rows of the table: every object of OpenAPI 3.0 from which something is generated.

use super::Shape::{
    self, Anything, Count, Flag, List, Map, Number, Object, RefOr, Text, Unused, Word,
};
use super::{Kind, ObjectShape, Section, of, plain};

const SCHEMA_REF: Shape = RefOr(Section::Schemas);
const TEXTS: Shape = Map(&Text);
const MEDIA_TYPES: Shape = Map(&Object(&MEDIA_TYPE));
const SECURITY: Shape = List(&Map(&List(&Text)));
const PARAMETERS: Shape = List(&RefOr(Section::Parameters));
const HEADERS: Shape = Map(&RefOr(Section::Headers));
const STYLES: &[&str] = &[
    "form",
    "simple",
    "matrix",
    "label",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
];

/// The whole file.
pub(in crate::spec) static ROOT: ObjectShape = plain(
    "the description",
    &["info", "paths"],
    &[
        ("openapi", Text),
        ("info", Object(&INFO)),
        ("servers", List(&Object(&SERVER))),
        ("paths", Shape::Paths),
        ("components", Object(&COMPONENTS)),
        ("security", SECURITY),
        ("tags", List(&Object(&TAG))),
        ("externalDocs", Unused),
    ],
);

static INFO: ObjectShape = plain(
    "`info`",
    &["title", "version"],
    &[
        ("title", Text),
        ("description", Text),
        ("termsOfService", Text),
        ("contact", Unused),
        ("license", Unused),
        ("version", Text),
    ],
);

static SERVER: ObjectShape = plain(
    "a server",
    &["url"],
    &[("url", Text), ("description", Text), ("variables", Unused)],
);

static TAG: ObjectShape = plain(
    "a tag",
    &["name"],
    &[
        ("name", Text),
        ("description", Text),
        ("externalDocs", Unused),
    ],
);

static COMPONENTS: ObjectShape = plain(
    "`components`",
    &[],
    &[
        ("schemas", Map(&SCHEMA_REF)),
        ("responses", Map(&RefOr(Section::Responses))),
        ("parameters", Map(&RefOr(Section::Parameters))),
        ("requestBodies", Map(&RefOr(Section::RequestBodies))),
        ("headers", HEADERS),
        ("securitySchemes", Map(&RefOr(Section::SecuritySchemes))),
        ("examples", Unused),
        ("links", Unused),
        ("callbacks", Unused),
    ],
);

/// The verbs under a path.
pub(in crate::spec) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// What stands under a route.
pub(in crate::spec) static PATH_ITEM: ObjectShape = of(
    Kind::PathItem,
    "a path",
    &[],
    &[
        ("summary", Text),
        ("description", Text),
        ("get", Object(&OPERATION)),
        ("put", Object(&OPERATION)),
        ("post", Object(&OPERATION)),
        ("delete", Object(&OPERATION)),
        ("options", Object(&OPERATION)),
        ("head", Object(&OPERATION)),
        ("patch", Object(&OPERATION)),
        ("trace", Object(&OPERATION)),
        ("servers", Unused),
        ("parameters", PARAMETERS),
    ],
);

static OPERATION: ObjectShape = of(
    Kind::Operation,
    "an operation",
    &["responses"],
    &[
        ("tags", List(&Text)),
        ("summary", Text),
        ("description", Text),
        ("externalDocs", Unused),
        ("operationId", Text),
        ("parameters", PARAMETERS),
        ("requestBody", RefOr(Section::RequestBodies)),
        ("responses", Shape::Responses),
        ("callbacks", Unused),
        ("deprecated", Flag),
        ("security", SECURITY),
        ("servers", Unused),
    ],
);

pub(super) static PARAMETER: ObjectShape = of(
    Kind::Parameter,
    "a parameter",
    &["name", "in"],
    &[
        ("name", Text),
        ("in", Text),
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("allowEmptyValue", Flag),
        ("style", Word(STYLES)),
        ("explode", Flag),
        ("allowReserved", Flag),
        ("schema", SCHEMA_REF),
        ("content", MEDIA_TYPES),
        ("example", Anything),
        ("examples", Unused),
    ],
);

pub(super) static HEADER: ObjectShape = of(
    Kind::Header,
    "a header",
    &[],
    &[
        ("description", Text),
        ("required", Flag),
        ("deprecated", Flag),
        ("style", Word(&["simple"])),
        ("explode", Unused),
        ("schema", SCHEMA_REF),
        ("content", MEDIA_TYPES),
        ("example", Anything),
        ("examples", Unused),
    ],
);

pub(super) static REQUEST_BODY: ObjectShape = plain(
    "a request body",
    &["content"],
    &[
        ("description", Text),
        ("content", MEDIA_TYPES),
        ("required", Flag),
    ],
);

static MEDIA_TYPE: ObjectShape = plain(
    "a media type",
    &[],
    &[
        ("schema", SCHEMA_REF),
        ("example", Anything),
        ("examples", Unused),
        ("encoding", Unused),
    ],
);

pub(super) static RESPONSE: ObjectShape = of(
    Kind::Response,
    "a response",
    &[],
    &[
        ("description", Text),
        ("headers", HEADERS),
        ("content", MEDIA_TYPES),
        ("links", Unused),
    ],
);

pub(super) static SECURITY_SCHEME: ObjectShape = of(
    Kind::SecurityScheme,
    "a security scheme",
    &["type"],
    &[
        ("type", Word(&["apiKey", "http", "oauth2", "openIdConnect"])),
        ("description", Text),
        ("name", Text),
        ("in", Word(&["query", "header", "cookie"])),
        ("scheme", Text),
        ("bearerFormat", Text),
        ("flows", Object(&FLOWS)),
        ("openIdConnectUrl", Text),
    ],
);

static FLOWS: ObjectShape = plain(
    "`flows`",
    &[],
    &[
        ("implicit", Object(&IMPLICIT_FLOW)),
        ("password", Object(&TOKEN_FLOW)),
        ("clientCredentials", Object(&TOKEN_FLOW)),
        ("authorizationCode", Object(&CODE_FLOW)),
    ],
);

static IMPLICIT_FLOW: ObjectShape = plain("a flow", &["authorizationUrl", "scopes"], FLOW_FIELDS);
static TOKEN_FLOW: ObjectShape = plain("a flow", &["tokenUrl", "scopes"], FLOW_FIELDS);
static CODE_FLOW: ObjectShape = plain(
    "a flow",
    &["authorizationUrl", "tokenUrl", "scopes"],
    FLOW_FIELDS,
);
const FLOW_FIELDS: &[(&str, Shape)] = &[
    ("authorizationUrl", Text),
    ("tokenUrl", Text),
    ("refreshUrl", Text),
    ("scopes", TEXTS),
];

static DISCRIMINATOR: ObjectShape = plain(
    "a discriminator",
    &["propertyName"],
    &[("propertyName", Text), ("mapping", TEXTS)],
);

pub(super) static SCHEMA: ObjectShape = plain(
    "a schema",
    &[],
    &[
        ("type", Shape::SchemaType),
        ("properties", Map(&SCHEMA_REF)),
        ("description", Text),
        ("required", List(&Text)),
        ("items", SCHEMA_REF),
        ("enum", List(&Anything)),
        ("oneOf", List(&SCHEMA_REF)),
        ("allOf", List(&SCHEMA_REF)),
        ("anyOf", List(&SCHEMA_REF)),
        ("not", SCHEMA_REF),
        ("additionalProperties", Shape::SchemaOrFlag),
        ("nullable", Flag),
        ("format", Text),
        ("pattern", Text),
        ("minLength", Count),
        ("maxLength", Count),
        ("minimum", Number),
        ("maximum", Number),
        ("exclusiveMinimum", Flag),
        ("exclusiveMaximum", Flag),
        ("multipleOf", Number),
        ("minItems", Count),
        ("maxItems", Count),
        ("uniqueItems", Flag),
        ("minProperties", Count),
        ("maxProperties", Count),
        ("discriminator", Object(&DISCRIMINATOR)),
        ("readOnly", Flag),
        ("writeOnly", Flag),
        ("deprecated", Flag),
        ("title", Text),
        ("default", Anything),
        ("example", Anything),
        ("xml", Unused),
        ("externalDocs", Unused),
    ],
);
