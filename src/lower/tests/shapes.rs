//! Schemas, unions and answers.

use super::{errors, lowered, operation, show};

/// The models of a request body of this schema (a flow mapping), and its own type.
fn body(schema: &str, schemas: &str) -> String {
    let yaml = format!(
        "{}components:\n  schemas:\n{schemas}",
        operation(&format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}"
        ))
    );
    show::models(&lowered(&yaml))
}

#[test]
fn optional_nullable_lists_and_maps_stay_apart() {
    let models = body(
        "{ $ref: '#/components/schemas/Thing' }",
        "    Thing:
      type: object
      required: [a, b]
      properties:
        a: { type: string, format: email, nullable: true }
        b: { type: array, items: { type: integer } }
        c: { type: object, additionalProperties: { type: number } }
        d: { type: object }
        e: {}
        f: { type: integer, enum: [1, 2] }
        g: { type: string, enum: [x, y-z, null] }
        h: { allOf: [{ $ref: '#/components/schemas/Other' }], nullable: true }
    Other: { type: object, properties: { z: { type: boolean } }, additionalProperties: { type: string } }
",
    );
    assert_eq!(
        models,
        "Thing<: {a: string/Email|null, b: [int], c?: map float, d?: map json, e?: json, f?: 1|2, g?: ThingG|null, h?: Other|null}\n\
         ThingG<: X=x | YZ=y-z\n\
         Other<: {z?: bool} + string\n"
    );
}

#[test]
fn all_of_is_one_object() {
    let models = body(
        "{ $ref: '#/components/schemas/Both' }",
        "    Both: { allOf: [{ $ref: '#/components/schemas/One' }, { type: object, required: [a], properties: { b: { type: string } } }] }
    One: { type: object, properties: { a: { type: string } } }
",
    );
    assert_eq!(models, "Both<: {a: string, b?: string}\n");
}

#[test]
fn models_that_hold_themselves_are_marked() {
    let models = body(
        "{ $ref: '#/components/schemas/Tree' }",
        "    Tree: { type: object, properties: { left: { $ref: '#/components/schemas/Branch' }, rest: { $ref: '#/components/schemas/Forest' } } }
    Branch: { type: object, properties: { tree: { $ref: '#/components/schemas/Tree' } } }
    Forest: { type: object, properties: { forests: { type: array, items: { $ref: '#/components/schemas/Forest' } } } }
",
    );
    assert_eq!(
        models,
        "Tree<*: {left?: Branch, rest?: Forest}\nBranch<*: {tree?: Tree}\nForest<: {forests?: [Forest]}\n"
    );
}

#[test]
fn a_discriminator_or_a_literal_distinguishes_members() {
    let models = body(
        "{ $ref: '#/components/schemas/Pet' }",
        "    Pet:
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }]
      discriminator: { propertyName: kind, mapping: { meow: '#/components/schemas/Cat' } }
    Cat: { type: object, required: [kind], properties: { kind: { type: string }, lives: { type: integer } } }
    Dog: { type: object, required: [kind], properties: { kind: { type: string } } }
",
    );
    assert_eq!(
        models,
        "Pet<: union by kind\n    Meow meow {lives?: int}\n    Dog Dog {}\n"
    );
    let models = body(
        "{ anyOf: [{ type: object, properties: { by: { type: string, enum: [card, cash] }, n: { type: integer } } }, { type: object, properties: { m: { type: string } } }] }",
        "    Unused: { type: object }\n",
    );
    assert_eq!(
        models,
        "RunRequest<: union by by\n    Card card {n?: int}\n    Cash cash {n?: int}\n    M - {m?: string}\n"
    );
}

#[test]
fn the_member_that_demands_more_is_tried_first() {
    let models = body(
        "{ oneOf: [{ type: object, required: [a], properties: { a: { type: string } } }, { type: object, required: [a, b], properties: { a: { type: string }, b: { type: string } } }] }",
        "    Unused: { type: object }\n",
    );
    assert_eq!(
        models,
        "RunRequest<: union by -\n    B - {a: string, b: string}\n    A - {a: string}\n"
    );
}

#[test]
fn unions_of_several_kinds_have_a_type_where_a_text_is_among_them() {
    let models = body(
        "{ type: object, properties: { a: { oneOf: [{ type: string }, { type: string, enum: [x] }] }, b: { oneOf: [{ type: string }, { type: integer }] }, c: { oneOf: [{ type: boolean }, { type: integer }] },
            d: { anyOf: [{ type: string, format: uri }, { type: string, format: email }] }, e: { oneOf: [{ type: integer }, { type: number }] },
            f: { oneOf: [{ type: array, items: { type: string } }, { type: string, enum: [all] }, { type: object, properties: { g: { type: string } } }] } } }",
        "    Unused: { type: object }\n",
    );
    assert_eq!(
        models,
        "RunRequest<: {a?: string, b?: RunRequestB, c?: json, d?: string, e?: float, f?: RunRequestF}
RunRequestB<: choice Text string, Number int
RunRequestF<: choice List [string], Text RunRequestFText, Object RunRequestFObject
RunRequestFText<: All=all
RunRequestFObject<: {g?: string}
"
    );
}

#[test]
fn booleans_and_numbers_of_a_closed_list_are_literals() {
    let models = body(
        "{ type: object, properties: { a: { type: boolean, enum: [true] }, b: { type: integer, enum: [1, 2, 2] }, c: { type: number, enum: [0.5, 1] },
            d: { enum: [3, null] }, e: { type: integer, enum: [1.5] }, f: { enum: [x, 1] } } }",
        "    Unused: { type: object }\n",
    );
    assert_eq!(
        models,
        "RunRequest<: {a?: true, b?: 1|2, c?: 0.5|1, d?: 3|null, e?: int, f?: json}\n"
    );
}

#[test]
fn a_required_literal_distinguishes_the_members_of_a_union() {
    let models = body(
        "{ oneOf: [{ type: object, required: [ok], properties: { ok: { type: boolean, enum: [true] } } }, { type: object, required: [ok], properties: { ok: { type: boolean, enum: [false] }, why: { type: string } } }] }",
        "    Unused: { type: object }\n",
    );
    assert_eq!(
        models,
        "RunRequest<: union by -\n    OkTrue - {ok: true}\n    OkFalse - {ok: false, why?: string}\n"
    );
}

#[test]
fn a_union_of_too_many_members_is_any_json() {
    let member = |key: usize| format!("{{ type: object, required: [k{key}] }}");
    let members: Vec<String> = (0..300).map(member).collect();
    let models = body(
        &format!(
            "{{ type: object, properties: {{ a: {{ oneOf: [{}] }} }} }}",
            members.join(", ")
        ),
        "    Unused: { type: object }\n",
    );
    assert_eq!(models, "RunRequest<: {a?: json}\n");
}

#[test]
fn schemas_of_mixed_kinds_are_read_by_their_type() {
    let models = body(
        "{ type: object, properties: {
            a: { type: string, format: uuid, minimum: 1 },
            b: { type: integer, pattern: x },
            c: { type: array, items: { type: string }, description: d, enum: [[x]] },
            d: { type: object, properties: { z: { type: string } }, enum: [{ z: x }] },
            e: { properties: { z: { type: string } } },
            f: { items: { type: boolean } },
            g: { enum: [x] },
            h: { not: { type: string } } } }",
        "    Unused: { type: object }\n",
    );
    assert_eq!(
        models,
        "RunRequest<: {a?: string/Uuid, b?: int, c?: [string], d?: RunRequestD, e?: RunRequestE, f?: [bool], g?: RunRequestG, h?: json}\n\
         RunRequestD<: {z?: string}\n\
         RunRequestE<: {z?: string}\n\
         RunRequestG<: X=x\n"
    );
}

#[test]
fn words_beside_a_reference_are_the_keys_own() {
    let api = lowered(&format!(
        "{}components: {{ schemas: {{ Name: {{ type: string, description: any name }} }} }}\n",
        operation(
            "requestBody: { content: { application/json: { schema: { type: object, properties: {
                first: { $ref: '#/components/schemas/Name', description: ' the first ', deprecated: true },
                last: { $ref: '#/components/schemas/Name' } } } } } }",
        )
    ));
    let crate::ir::Shape::Struct { fields, .. } = &api.models[0].shape else {
        panic!("the body is an object");
    };
    assert_eq!(
        (fields[0].docs.as_str(), fields[0].deprecated),
        ("the first", true)
    );
    assert_eq!((fields[1].docs.as_str(), fields[1].deprecated), ("", false));
}

#[test]
fn answers_have_an_arm_for_each_documented_outcome() {
    let api = lowered(
        "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /{apiBasePath}/run:
    post:
      operationId: run
      responses:
        201: { description: made, content: { application/json: { schema: { type: array, items: { type: string } } } } }
        '204': { description: nothing }
        '302': { description: elsewhere }
        '409': { description: taken, content: { application/problem+json: { schema: { type: object, properties: { why: { type: string } } } } } }
        '4XX': { description: wrong, content: { text/plain: {} } }
        '404': { description: gone, content: { text/plain: { schema: { type: string } } } }
        '500': { description: broken }
        default: { description: anything }
  /{apiBasePath}/ask:
    get:
      operationId: ask
      responses:
        default: { description: anything, content: { application/json: { schema: { type: object } } } }
",
    );
    assert_eq!(
        show::show(&api),
        "run POST BASE/run = custom (Nothing)
  RunResponse by -
    201 Created - [string]
    204 NoContent - nothing
    302 Found - redirect
    409 Conflict - {why?: string} as application/problem+json
    400-499,!404,!409 ClientError - text
    404 NotFound - text
    500 InternalServerError - nothing
    500-599,!500 Other - nothing
ask GET BASE/ask = custom (Nothing)
  AskResponse by -
    200-599,!204,!205,!304 Other - map json
"
    );
}

#[test]
fn members_that_nothing_distinguishes_are_refused() {
    let text = errors(&operation(
        "requestBody: { content: { application/json: { schema: { oneOf: [{ type: object, properties: { a: { type: string } } }, { type: object, properties: { a: { type: integer }, b: { type: integer } } }] } } } }",
    ));
    assert!(text.starts_with("error[indistinguishable-union]"), "{text}");
}

#[test]
fn one_literal_in_two_members_makes_one_arm() {
    let api = lowered(
        "openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /{apiBasePath}/run:
    post:
      operationId: run
      responses:
        200:
          description: done
          content:
            application/json:
              schema:
                oneOf:
                  - { type: object, required: [a], properties: { status: { type: string, enum: [OK] }, a: { type: string } } }
                  - { type: object, properties: { status: { type: string, enum: [OK, NO] }, a: { type: integer }, b: { type: integer } } }
",
    );
    let text = show::show(&api);
    assert!(
        text.ends_with("200 Ok OK {a?: json, b?: int}\n    200 No NO {a?: int, b?: int}\n"),
        "{text}"
    );
}

/// The answer of one operation with this schema.
fn answer(schema: &str) -> String {
    let api = lowered(&format!(
        "openapi: 3.0.3
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/run:
    post:
      operationId: run
      responses:
        200: {{ description: done, content: {{ application/json: {{ schema: {schema} }} }} }}
        404: {{ description: none, content: {{ application/json: {{ schema: {{ type: object, properties: {{ why: {{ type: string }} }} }} }} }} }}
"
    ));
    let text = show::show(&api);
    let lines: Vec<&str> = text.lines().skip(1).take(3).map(str::trim).collect();
    lines.join("; ")
}

#[test]
fn the_status_of_something_stored_is_a_key_like_any_other() {
    let stored = "{ type: object, properties: { id: { type: string }, status: { type: string, enum: [active, banned] } } }";
    assert_eq!(
        answer(stored),
        "RunResponse by -; 200 Ok - {id?: string, status?: RunStatus}; 404 NotFound - {why?: string}"
    );
    let outcome =
        "{ type: object, properties: { status: { type: string, enum: [OK, NOT_FOUND] } } }";
    assert_eq!(
        answer(outcome),
        "RunResponse by status; 200 Ok OK {}; 200 NotFound NOT_FOUND {}"
    );
    let nullable = "{ type: object, properties: { status: { type: string, nullable: true, enum: [banned, null] } } }";
    assert!(
        answer(nullable).starts_with("RunResponse by -;"),
        "{}",
        answer(nullable)
    );
}
