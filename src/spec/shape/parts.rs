//! Every other object of OpenAPI from which something is generated.

use super::Shape::{self, Anything, Flag, List, Map, Object, RefOr, Text, Word};
use super::Version::{V3_1, V3_2};
use super::{Field, Kind, ObjectShape, Section, docs, lost, of, plain, refused, used};
use crate::spec::tolerances::{
    ENCODING, IGNORED_SERVERS, NOT_GENERATED, PARAMETER_DETAILS, SCHEMA_IDENTITY,
};

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
pub(in crate::spec) static ROOT: ObjectShape = of(
    Kind::Root,
    "the description",
    &["info"],
    &[
        used("openapi", Text),
        used("info", Object(&INFO)),
        used("servers", List(&Object(&SERVER))),
        used("paths", Shape::Paths),
        used("components", Object(&COMPONENTS)),
        used("security", SECURITY),
        used("jsonSchemaDialect", Text).since(V3_1),
        lost("webhooks", Anything, &NOT_GENERATED).since(V3_1),
        lost("$self", Text, &SCHEMA_IDENTITY).since(V3_2),
        docs("tags"),
        docs("externalDocs"),
    ],
);

static INFO: ObjectShape = plain(
    "`info`",
    &["title", "version"],
    &[
        used("title", Text),
        used("version", Text),
        used("description", Text),
        docs("summary").since(V3_1),
        docs("termsOfService"),
        docs("contact"),
        docs("license"),
    ],
);

static SERVER: ObjectShape = plain(
    "a server",
    &["url"],
    &[
        used("url", Text),
        docs("name").since(V3_2),
        docs("description"),
        lost("variables", Anything, &IGNORED_SERVERS),
    ],
);

static COMPONENTS: ObjectShape = plain(
    "`components`",
    &[],
    &[
        used("schemas", Map(&SCHEMA_REF)),
        used("responses", Map(&RefOr(Section::Responses))),
        used("parameters", Map(&RefOr(Section::Parameters))),
        used("requestBodies", Map(&RefOr(Section::RequestBodies))),
        used("headers", HEADERS),
        used("securitySchemes", Map(&RefOr(Section::SecuritySchemes))),
        used("pathItems", Map(&RefOr(Section::PathItems))).since(V3_1),
        docs("examples"),
        lost("links", Anything, &NOT_GENERATED),
        lost("callbacks", Anything, &NOT_GENERATED),
        refused("mediaTypes", "write each media type where it is used").since(V3_2),
    ],
);

/// What stands under a route.
pub(super) static PATH_ITEM: ObjectShape = of(
    Kind::PathItem,
    "a path",
    &[],
    &[
        docs("summary"),
        docs("description"),
        used("get", Object(&OPERATION)),
        used("put", Object(&OPERATION)),
        used("post", Object(&OPERATION)),
        used("delete", Object(&OPERATION)),
        used("options", Object(&OPERATION)),
        used("head", Object(&OPERATION)),
        used("patch", Object(&OPERATION)),
        used("trace", Object(&OPERATION)),
        refused("query", "make the operation a `post`").since(V3_2),
        refused(
            "additionalOperations",
            "use a method of RFC 9110, such as `post`",
        )
        .since(V3_2),
        lost("servers", Anything, &IGNORED_SERVERS),
        used("parameters", PARAMETERS),
    ],
);

static OPERATION: ObjectShape = of(
    Kind::Operation,
    "an operation",
    &["responses"],
    &[
        used("tags", List(&Text)),
        used("summary", Text),
        used("description", Text),
        docs("externalDocs"),
        used("operationId", Text),
        used("parameters", PARAMETERS),
        used("requestBody", RefOr(Section::RequestBodies)),
        used("responses", Shape::Responses),
        lost("callbacks", Anything, &NOT_GENERATED),
        used("deprecated", Flag),
        used("security", SECURITY),
        lost("servers", Anything, &IGNORED_SERVERS),
    ],
);

pub(super) static PARAMETER: ObjectShape = of(
    Kind::Parameter,
    "a parameter",
    &["name", "in"],
    &[
        used("name", Text),
        used("in", Text),
        used("description", Text),
        used("required", Flag),
        used("deprecated", Flag),
        used("style", Word(STYLES)),
        used("explode", Flag),
        used("schema", SCHEMA_REF),
        used("content", MEDIA_TYPES),
        used("example", Anything),
        lost("allowEmptyValue", Flag, &PARAMETER_DETAILS),
        lost("allowReserved", Flag, &PARAMETER_DETAILS),
        docs("examples"),
    ],
);

/// Headers of answers; `lower` says where they are ignored.
pub(super) static HEADER: ObjectShape = of(
    Kind::Header,
    "a header",
    &[],
    &[
        docs("description"),
        docs("required"),
        docs("deprecated"),
        docs("style"),
        docs("explode"),
        docs("allowReserved"),
        docs("allowEmptyValue"),
        used("schema", SCHEMA_REF),
        used("content", MEDIA_TYPES),
        docs("example"),
        docs("examples"),
    ],
);

pub(super) static REQUEST_BODY: ObjectShape = plain(
    "a request body",
    &["content"],
    &[
        docs("description"),
        used("content", MEDIA_TYPES),
        used("required", Flag),
    ],
);

static MEDIA_TYPE: ObjectShape = plain(
    "a media type",
    &[],
    &[
        used("schema", SCHEMA_REF),
        docs("example"),
        docs("examples"),
        lost("encoding", Anything, &ENCODING),
        refused("itemSchema", "describe the whole body in `schema`").since(V3_2),
        refused("prefixEncoding", "describe the body as JSON or as a form").since(V3_2),
        refused("itemEncoding", "describe the body as JSON or as a form").since(V3_2),
    ],
);

pub(super) static RESPONSE: ObjectShape = of(
    Kind::Response,
    "a response",
    &[],
    &[
        used("description", Text),
        docs("summary").since(V3_2),
        used("headers", HEADERS),
        used("content", MEDIA_TYPES),
        lost("links", Anything, &NOT_GENERATED),
    ],
);

pub(super) static SECURITY_SCHEME: ObjectShape = of(
    Kind::SecurityScheme,
    "a security scheme",
    &["type"],
    &[
        used(
            "type",
            Word(&["apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"]),
        ),
        used("description", Text),
        used("name", Text),
        used("in", Word(&["query", "header", "cookie"])),
        used("scheme", Text),
        docs("bearerFormat"),
        docs("deprecated").since(V3_2),
        docs("oauth2MetadataUrl").since(V3_2),
        used("flows", Object(&FLOWS)),
        used("openIdConnectUrl", Text),
    ],
);

static FLOWS: ObjectShape = plain(
    "`flows`",
    &[],
    &[
        used("implicit", Object(&IMPLICIT_FLOW)),
        used("password", Object(&TOKEN_FLOW)),
        used("clientCredentials", Object(&TOKEN_FLOW)),
        used("authorizationCode", Object(&CODE_FLOW)),
        docs("deviceAuthorization").since(V3_2),
    ],
);

static IMPLICIT_FLOW: ObjectShape = plain("a flow", &["authorizationUrl", "scopes"], FLOW_FIELDS);
static TOKEN_FLOW: ObjectShape = plain("a flow", &["tokenUrl", "scopes"], FLOW_FIELDS);
static CODE_FLOW: ObjectShape = plain(
    "a flow",
    &["authorizationUrl", "tokenUrl", "scopes"],
    FLOW_FIELDS,
);
const FLOW_FIELDS: &[Field] = &[
    used("authorizationUrl", Text),
    used("tokenUrl", Text),
    used("refreshUrl", Text),
    used("scopes", TEXTS),
];
