//! The table of shapes, row by row: what it says of a keyword is what happens to it.

mod other_reader;

use serde_json::{Map, Value, json};

use super::check_spec;
use super::shape::{ObjectShape, ROOT, Shape, Treatment, Version};
use super::tolerances;
use crate::source::SourceFile;

/// A description that has every kind of object.
fn description(version: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({
        "openapi": version,
        "info": { "title": "t", "version": "1" },
        "servers": [{ "url": "/" }],
        "paths": { "/x": { "post": {
            "operationId": "x",
            "parameters": [{ "name": "p", "in": "query", "schema": schema }],
            "requestBody": { "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "description": "d", "headers": { "h": { "schema": schema } } } },
        } } },
        "components": {
            "schemas": {
                "s": {},
                "u": { "oneOf": [{ "type": "object" }], "discriminator": { "propertyName": "k" } },
            },
            "securitySchemes": { "o": { "type": "oauth2", "flows": {
                "implicit": { "authorizationUrl": "https://a.example", "scopes": {} },
            } } },
        },
    })
}

/// Where each kind of object stands in it.
const PLACES: &[(&str, &str)] = &[
    ("the description", ""),
    ("`info`", "/info"),
    ("a server", "/servers/0"),
    ("`components`", "/components"),
    ("a path", "/paths/~1x"),
    ("an operation", "/paths/~1x/post"),
    ("a parameter", "/paths/~1x/post/parameters/0"),
    ("a header", "/paths/~1x/post/responses/200/headers/h"),
    ("a request body", "/paths/~1x/post/requestBody"),
    (
        "a media type",
        "/paths/~1x/post/requestBody/content/application~1json",
    ),
    ("a response", "/paths/~1x/post/responses/200"),
    ("a security scheme", "/components/securitySchemes/o"),
    ("`flows`", "/components/securitySchemes/o/flows"),
    ("a flow", "/components/securitySchemes/o/flows/implicit"),
    ("a schema", "/components/schemas/s"),
    ("a discriminator", "/components/schemas/u/discriminator"),
];

/// A value that fits.
fn sample(key: &str, shape: &Shape) -> Value {
    match (key, shape) {
        ("in", _) => json!("query"),
        ("$ref", _) => json!("#/components/schemas/u"),
        ("style", _) => json!("form"),
        (_, Shape::Text) => json!("text"),
        (_, Shape::Flag | Shape::SchemaOrFlag | Shape::NumberOrFlag) => json!(true),
        (_, Shape::Count | Shape::Number) => json!(1),
        (_, Shape::Word(words)) => json!(words[0]),
        (_, Shape::SchemaType) => json!("string"),
        (_, Shape::List(_)) => json!([]),
        (_, Shape::Map(_) | Shape::RefOr(_) | Shape::Anything | Shape::Paths) => json!({}),
        (_, Shape::Responses) => json!({ "200": { "description": "d" } }),
        (_, Shape::Object(shape)) => {
            let required = shape.required.iter().map(|key| {
                let value = if *key == "scopes" {
                    json!({})
                } else {
                    json!("text")
                };
                let value = if *key == "responses" {
                    json!({ "200": { "description": "d" } })
                } else {
                    value
                };
                ((*key).to_owned(), value)
            });
            Value::Object(required.collect::<Map<_, _>>())
        }
    }
}

/// The shapes that a shape leads to.
fn inner<'s>(shape: &'s Shape, found: &mut Vec<&'s ObjectShape>) {
    match shape {
        Shape::List(item) | Shape::Map(item) => inner(item, found),
        Shape::Object(shape) => add(shape, found),
        Shape::RefOr(section) => add(section.shape(), found),
        Shape::Paths => add(super::shape::Section::PathItems.shape(), found),
        Shape::Responses => add(super::shape::Section::Responses.shape(), found),
        _ => {}
    }
}

fn add<'s>(shape: &'s ObjectShape, found: &mut Vec<&'s ObjectShape>) {
    if found.iter().any(|known| std::ptr::eq(*known, shape)) {
        return;
    }
    found.push(shape);
    for field in shape.fields {
        inner(&field.shape, found);
    }
}

fn shapes() -> Vec<&'static ObjectShape> {
    let mut found = Vec::new();
    add(&ROOT, &mut found);
    found
}

/// The codes of what is said about a description in which an object has this key.
fn codes(place: &str, key: &str, value: Value, version: &str) -> Vec<&'static str> {
    let mut description = description(version);
    let object = description.pointer_mut(place).expect("the object is there");
    object[key] = value;
    let file = SourceFile::new("api.json", &description.to_string());
    let found = check_spec(&file);
    found.iter().map(|one| one.code).collect()
}

#[test]
fn what_the_table_says_of_a_keyword_is_what_happens() {
    let ignored: Vec<&str> = tolerances::IGNORED.iter().map(|row| row.code()).collect();
    let mut rows = 0;
    for shape in shapes() {
        let (_, place) = PLACES
            .iter()
            .find(|(name, _)| *name == shape.name)
            .unwrap_or_else(|| panic!("the test knows no place of {}", shape.name));
        for field in shape.fields {
            rows += 1;
            let version = match (field.since, field.until) {
                (_, Version::V3_0) => "3.0.3".to_owned(),
                (since, _) => format!("{}.0", since.as_str()),
            };
            let value = if field.key == "openapi" {
                json!(version)
            } else {
                sample(field.key, &field.shape)
            };
            let codes = codes(place, field.key, value, &version);
            let row = format!("`{}` of {}: {codes:?}", field.key, shape.name);
            match &field.treatment {
                Treatment::Ignored(warning) => assert!(codes.contains(&warning.code()), "{row}"),
                Treatment::Refused(_) => assert!(codes.contains(&"unsupported-keyword"), "{row}"),
                Treatment::Honoured | Treatment::Documentation => assert!(
                    codes.iter().all(|code| !ignored.contains(code)
                        && !["unknown-field", "unsupported-keyword", "newer-spelling"]
                            .contains(code)),
                    "{row}"
                ),
            }
        }
    }
    assert!(rows > 150, "the walk saw only {rows} rows");
}

#[test]
fn a_keyword_that_is_not_in_the_table_is_reported() {
    for (name, place) in PLACES {
        let codes = codes(place, "swordfish", json!(1), "3.1.0");
        let wanted = if *name == "a path" {
            "unknown-method"
        } else {
            "unknown-field"
        };
        assert!(codes.contains(&wanted), "{name}: {codes:?}");
    }
}

/// JSON Schema 2020-12, vocabulary by vocabulary, and what OpenAPI adds to it.
const SCHEMA_KEYWORDS: &str = "
    $schema $id $ref $anchor $dynamicRef $dynamicAnchor $defs $comment $vocabulary
    prefixItems items contains additionalProperties properties patternProperties dependentSchemas
    propertyNames if then else allOf anyOf oneOf not
    unevaluatedItems unevaluatedProperties
    type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength
    pattern maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required
    dependentRequired
    title description default deprecated readOnly writeOnly examples
    format contentEncoding contentMediaType contentSchema
    discriminator xml externalDocs example nullable";

/// The objects of OpenAPI 3.0 and 3.1.
const OBJECT_KEYWORDS: &[(&str, &str)] = &[
    (
        "the description",
        "openapi info jsonSchemaDialect servers paths webhooks components security tags externalDocs",
    ),
    (
        "`info`",
        "title summary description termsOfService contact license version",
    ),
    ("a server", "url description variables"),
    (
        "`components`",
        "schemas responses parameters examples requestBodies headers securitySchemes links callbacks pathItems",
    ),
    (
        "a path",
        "summary description get put post delete options head patch trace servers parameters",
    ),
    (
        "an operation",
        "tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated security servers",
    ),
    (
        "a parameter",
        "name in description required deprecated allowEmptyValue style explode allowReserved schema example examples content",
    ),
    ("a request body", "description content required"),
    ("a media type", "schema example examples encoding"),
    ("a response", "description headers content links"),
    (
        "a header",
        "description required deprecated style explode schema example examples content",
    ),
    (
        "a security scheme",
        "type description name in scheme bearerFormat flows openIdConnectUrl",
    ),
    ("a flow", "authorizationUrl tokenUrl refreshUrl scopes"),
    ("a discriminator", "propertyName mapping"),
    ("a schema", SCHEMA_KEYWORDS),
];

#[test]
fn the_table_has_every_keyword_of_the_standards() {
    let shapes = shapes();
    for (name, keywords) in OBJECT_KEYWORDS {
        let rows = shapes.iter().filter(|shape| shape.name == *name);
        let rows: Vec<&str> = rows
            .flat_map(|shape| shape.fields)
            .map(|row| row.key)
            .collect();
        for keyword in keywords.split_whitespace() {
            assert!(
                rows.contains(&keyword),
                "`{keyword}` of {name} is not in the table"
            );
        }
    }
}
