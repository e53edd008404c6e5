//! Schemas: the keywords of OpenAPI 3.0, and those of JSON Schema 2020-12 (core, applicators,
//! validation, meta-data, format, content, unevaluated), which OpenAPI 3.1 takes over.

use super::Shape::{Anything, Count, Flag, List, Map, Number, NumberOrFlag, Object, RefOr, Text};
use super::Version::{V3_0, V3_1, V3_2};
use super::{Kind, ObjectShape, Section, Shape, docs, lost, of, plain, refused, used};
use crate::spec::tolerances::{SCHEMA_IDENTITY, UNCHECKED_CONDITION};

const SCHEMA_REF: Shape = RefOr(Section::Schemas);

static DISCRIMINATOR: ObjectShape = plain(
    "a discriminator",
    &["propertyName"],
    &[
        used("propertyName", Text),
        used("mapping", Map(&Text)),
        refused("defaultMapping", "name every value in `mapping`").since(V3_2),
    ],
);

pub(super) static SCHEMA: ObjectShape = of(
    Kind::Schema,
    "a schema",
    &[],
    &[
        used("type", Shape::SchemaType),
        used("properties", Map(&SCHEMA_REF)),
        used("description", Text),
        used("required", List(&Text)),
        used("items", SCHEMA_REF),
        used("enum", List(&Anything)),
        used("oneOf", List(&SCHEMA_REF)),
        used("allOf", List(&SCHEMA_REF)),
        used("anyOf", List(&SCHEMA_REF)),
        used("additionalProperties", Shape::SchemaOrFlag),
        used("nullable", Flag).until(V3_0),
        used("format", Text),
        used("deprecated", Flag),
        used("title", Text),
        used("discriminator", Object(&DISCRIMINATOR)),
        used("const", Anything).since(V3_1),
        used("$ref", Text).since(V3_1),
        used("$defs", Map(&SCHEMA_REF)).since(V3_1),
        used("definitions", Map(&SCHEMA_REF)).since(V3_1),
        used("$schema", Text).since(V3_1),
        // What a value must keep to, beyond its type; `lower` says where it is not checked.
        used("pattern", Text),
        used("minLength", Count),
        used("maxLength", Count),
        used("minimum", Number),
        used("maximum", Number),
        used("exclusiveMinimum", NumberOrFlag),
        used("exclusiveMaximum", NumberOrFlag),
        used("multipleOf", Number),
        used("minItems", Count),
        used("maxItems", Count),
        used("uniqueItems", Flag),
        used("minProperties", Count),
        used("maxProperties", Count),
        // What a type cannot say.
        lost("not", SCHEMA_REF, &UNCHECKED_CONDITION),
        lost("if", SCHEMA_REF, &UNCHECKED_CONDITION).since(V3_1),
        lost("then", SCHEMA_REF, &UNCHECKED_CONDITION).since(V3_1),
        lost("else", SCHEMA_REF, &UNCHECKED_CONDITION).since(V3_1),
        lost("prefixItems", List(&SCHEMA_REF), &UNCHECKED_CONDITION).since(V3_1),
        lost("contains", SCHEMA_REF, &UNCHECKED_CONDITION).since(V3_1),
        lost("minContains", Count, &UNCHECKED_CONDITION).since(V3_1),
        lost("maxContains", Count, &UNCHECKED_CONDITION).since(V3_1),
        lost("patternProperties", Map(&SCHEMA_REF), &UNCHECKED_CONDITION).since(V3_1),
        lost("propertyNames", SCHEMA_REF, &UNCHECKED_CONDITION).since(V3_1),
        lost("dependentSchemas", Map(&SCHEMA_REF), &UNCHECKED_CONDITION).since(V3_1),
        lost("dependentRequired", Map(&List(&Text)), &UNCHECKED_CONDITION).since(V3_1),
        lost("dependencies", Anything, &UNCHECKED_CONDITION).since(V3_1),
        lost(
            "unevaluatedItems",
            Shape::SchemaOrFlag,
            &UNCHECKED_CONDITION,
        )
        .since(V3_1),
        lost(
            "unevaluatedProperties",
            Shape::SchemaOrFlag,
            &UNCHECKED_CONDITION,
        )
        .since(V3_1),
        used("readOnly", Flag),
        used("writeOnly", Flag),
        used("default", Anything),
        // How others may name it.
        lost("$id", Text, &SCHEMA_IDENTITY).since(V3_1),
        lost("$anchor", Text, &SCHEMA_IDENTITY).since(V3_1),
        lost("$dynamicAnchor", Text, &SCHEMA_IDENTITY).since(V3_1),
        lost("$vocabulary", Anything, &SCHEMA_IDENTITY).since(V3_1),
        refused(
            "$dynamicRef",
            "write the schema that is meant, or a plain `$ref`",
        )
        .since(V3_1),
        refused("$recursiveRef", "write a plain `$ref`").since(V3_1),
        refused("$recursiveAnchor", "write a plain `$ref` to this schema").since(V3_1),
        // For people.
        docs("example"),
        docs("examples").since(V3_1),
        docs("xml"),
        docs("externalDocs"),
        docs("$comment").since(V3_1),
        docs("contentEncoding").since(V3_1),
        docs("contentMediaType").since(V3_1),
        docs("contentSchema").since(V3_1),
    ],
);
