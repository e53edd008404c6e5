//! `null` as a value, in all spellings.

use super::{errors, lowered, operation, show, try_lower};

/// The model of a body with one key of this schema.
fn key(version: &str, schema: &str) -> String {
    let yaml = format!(
        "openapi: {version}
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/run:
    post:
      operationId: run
      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ a: {schema} }} }} }} }} }}
      responses: {{ '200': {{ description: done }} }}
components:
  schemas:
    Thing: {{ type: object, properties: {{ z: {{ type: boolean }} }} }}
    Cat: {{ type: object, required: [kind], properties: {{ kind: {{ type: string, enum: [cat] }} }} }}
    Dog: {{ type: object, required: [kind], properties: {{ kind: {{ type: string, enum: [dog] }} }} }}
    Maybe{}
    NullEnum: {{ enum: [null] }}
",
        match version {
            "3.0.3" => ": { type: string, nullable: true }",
            _ => ": { type: [string, 'null'] }",
        }
    );
    let text = show::models(&lowered(&yaml));
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("RunRequest<: ").to_owned()
}

#[test]
fn null_is_read_in_every_spelling_of_3_0() {
    for (schema, expected) in [
        ("{ type: string, nullable: true }", "{a?: string|null}"),
        ("{ type: string, nullable: false }", "{a?: string}"),
        (
            "{ $ref: '#/components/schemas/Thing', nullable: true }",
            "{a?: Thing|null}",
        ),
        (
            "{ $ref: '#/components/schemas/Maybe' }",
            "{a?: string|null}",
        ),
        (
            "{ allOf: [{ $ref: '#/components/schemas/Maybe' }] }",
            "{a?: string|null}",
        ),
        (
            "{ nullable: true, allOf: [{ $ref: '#/components/schemas/Thing' }] }",
            "{a?: Thing|null}",
        ),
        (
            "{ allOf: [{ $ref: '#/components/schemas/Thing' }, { nullable: true }] }",
            "{a?: Thing|null}",
        ),
        (
            "{ allOf: [{ nullable: true }, { $ref: '#/components/schemas/Thing' }] }",
            "{a?: Thing|null}",
        ),
        (
            "{ allOf: [{ $ref: '#/components/schemas/Thing' }, { description: d }] }",
            "{a?: Thing}",
        ),
        (
            "{ oneOf: [{ $ref: '#/components/schemas/Maybe' }, { type: string, enum: ['x'] }] }",
            "{a?: string|null}",
        ),
        (
            "{ oneOf: [{ $ref: '#/components/schemas/Thing' }, { $ref: '#/components/schemas/NullEnum' }] }",
            "{a?: Thing|null}",
        ),
        (
            "{ type: string, enum: [x, null] }",
            "{a?: RunRequestA|null}",
        ),
        (
            "{ type: string, nullable: true, enum: [x] }",
            "{a?: RunRequestA|null}",
        ),
        (
            "{ type: array, items: { type: string, nullable: true } }",
            "{a?: [string|null]}",
        ),
        (
            "{ type: array, items: { $ref: '#/components/schemas/Thing', nullable: true } }",
            "{a?: [Thing|null]}",
        ),
        (
            "{ type: object, additionalProperties: { $ref: '#/components/schemas/Thing', nullable: true } }",
            "{a?: map Thing|null}",
        ),
        (
            "{ nullable: true, oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }], discriminator: { propertyName: kind } }",
            "{a?: RunRequestA|null}",
        ),
        (
            "{ type: string, nullable: true, default: null }",
            "{a?: string|null if absent}",
        ),
        ("{ nullable: true }", "{a?: json}"),
    ] {
        assert_eq!(key("3.0.3", schema), expected, "{schema}");
    }
}

#[test]
fn null_is_read_in_every_spelling_of_3_1() {
    for (schema, expected) in [
        ("{ type: [string, 'null'] }", "{a?: string|null}"),
        (
            "{ type: ['null', array], items: { type: [integer, 'null'] } }",
            "{a?: [int|null]|null}",
        ),
        (
            "{ anyOf: [{ type: string }, { type: 'null' }] }",
            "{a?: string|null}",
        ),
        (
            "{ anyOf: [{ $ref: '#/components/schemas/Thing' }, { const: null }] }",
            "{a?: Thing|null}",
        ),
        (
            "{ oneOf: [{ $ref: '#/components/schemas/Thing' }, { enum: [null] }] }",
            "{a?: Thing|null}",
        ),
        (
            "{ anyOf: [{ $ref: '#/components/schemas/Maybe' }, { type: string }] }",
            "{a?: string|null}",
        ),
        ("{ enum: [x, null] }", "{a?: RunRequestA|null}"),
        (
            "{ type: [string, 'null'], enum: [x, null] }",
            "{a?: RunRequestA|null}",
        ),
        (
            "{ allOf: [{ $ref: '#/components/schemas/Maybe' }, { type: string }] }",
            "{a?: string}",
        ),
        (
            "{ allOf: [{ $ref: '#/components/schemas/Maybe' }, { minLength: 1 }] }",
            "{a?: string|null}",
        ),
        (
            "{ oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }, { type: 'null' }], discriminator: { propertyName: kind } }",
            "{a?: RunRequestA|null}",
        ),
        (
            "{ anyOf: [{ type: integer }, { type: 'null' }], default: null }",
            "{a?: int|null if absent}",
        ),
        (
            "{ type: object, additionalProperties: { type: [integer, 'null'] } }",
            "{a?: map int|null}",
        ),
        ("{ anyOf: [{}, { type: 'null' }] }", "{a?: json}"),
    ] {
        assert_eq!(key("3.1.0", schema), expected, "{schema}");
    }
}

#[test]
fn a_body_an_answer_and_a_parameter_may_be_null() {
    let api = lowered(
        "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /{apiBasePath}/run:
    post:
      operationId: run
      parameters:
        - { name: must, in: query, required: true, schema: { type: string, nullable: true } }
        - { name: may, in: query, schema: { type: string, nullable: true, enum: [x, null] } }
        - { name: json, in: query, content: { application/json: { schema: { type: integer, nullable: true } } } }
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Thing', nullable: true } } } }
      responses:
        200: { description: done, content: { application/json: { schema: { nullable: true, allOf: [{ $ref: '#/components/schemas/Thing' }] } } } }
        404: { description: none, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
components: { schemas: { Thing: { type: object, properties: { z: { type: boolean, nullable: true } } } } }
",
    );
    assert_eq!(
        show::show(&api),
        "run POST BASE/run = custom (Nothing)
  Query must: string|null if absent
  Query may?: RunMay|null if absent
  Query json?: int|null
  body [Json] Thing|null
  RunResponse by -
    200 Ok - Thing|null
    404 NotFound - {z?: bool|null}
RunMay<: X=x
Thing<>: {z?: bool|null}
"
    );
}

#[test]
fn null_that_no_text_can_say_is_warned_about() {
    let yaml = super::operation(
        "parameters: [{ name: ids, in: query, schema: { type: array, items: { type: string, nullable: true } } }]",
    );
    let (api, warnings) =
        try_lower(&yaml).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let text = warnings.render(false);
    assert!(text.contains("warning[null-parameter]"), "{text}");
    assert!(show::show(&api).contains("Query ids?: [string]\n"));
}

#[test]
fn a_key_that_may_be_null_in_both_members_of_a_union_distinguishes_nothing() {
    let body = |yes: &str| {
        let yaml = operation(&format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {{ oneOf: [{{ type: object, required: [ok], properties: {{ ok: {yes} }} }}, {{ type: object, required: [ok], properties: {{ ok: {{ type: boolean, enum: [false] }} }} }}] }} }} }} }}"
        ));
        errors(&format!(
            "{yaml}components: {{ schemas: {{ Yes: {{ type: boolean, enum: [true] }} }} }}\n"
        ))
    };
    assert_eq!(body("{ $ref: '#/components/schemas/Yes' }"), "");
    for yes in [
        "{ $ref: '#/components/schemas/Yes', nullable: true }",
        "{ allOf: [{ $ref: '#/components/schemas/Yes' }, { nullable: true }] }",
    ] {
        let errors = body(yes);
        assert!(
            errors.contains("error[indistinguishable-union]"),
            "{yes}: {errors}"
        );
    }
}
