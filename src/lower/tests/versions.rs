//! One tree for OpenAPI 3.0 and 3.1, and what is composed of what.

use super::{lowered, show};

/// The models of a request body of this schema, with these components, in this version.
fn models(version: &str, schema: &str, schemas: &str) -> String {
    let yaml = format!(
        "openapi: {version}
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/run:
    post:
      operationId: run
      requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}
      responses: {{ '200': {{ description: done }} }}
components:
  schemas:
    Other: {{ type: object, properties: {{ z: {{ type: boolean }} }} }}
{schemas}"
    );
    show::models(&lowered(&yaml))
}

#[test]
fn both_versions_spell_one_tree() {
    let old = models(
        "3.0.3",
        "{ type: object, properties: {
            a: { type: string, nullable: true },
            b: { type: string, enum: [x] },
            c: { nullable: true, allOf: [{ $ref: '#/components/schemas/Other' }] },
            d: { type: array, items: { type: integer, nullable: true } },
            e: { type: object, additionalProperties: { type: string, nullable: true } },
            f: { oneOf: [{ type: string }, { type: integer }] } } }",
        "",
    );
    let new = models(
        "3.1.0",
        "{ type: object, properties: {
            a: { type: [string, 'null'] },
            b: { const: x },
            c: { anyOf: [{ $ref: '#/components/schemas/Other' }, { type: 'null' }] },
            d: { type: array, items: { type: [integer, 'null'] } },
            e: { type: object, additionalProperties: { oneOf: [{ type: string }, { const: null }] } },
            f: { type: [string, integer] } } }",
        "",
    );
    assert_eq!(old, new);
    assert_eq!(
        new,
        "RunRequest<: {a?: string|null, b?: RunRequestB, c?: Other|null, d?: [int|null], e?: map string|null, f?: RunRequestF}
RunRequestB<: X=x
Other<: {z?: boolean}
RunRequestF<: choice Text string, Number int
"
        .replace("boolean", "bool")
    );
}

#[test]
fn version_3_2_is_read_as_3_1() {
    let schema = "{ type: object, properties: { a: { type: [string, 'null'] }, b: { const: 3 } } }";
    assert_eq!(
        models("3.2.0", schema, ""),
        "RunRequest<: {a?: string|null, b?: 3}\n"
    );
}

#[test]
fn null_beside_a_reference_counts() {
    let text = models(
        "3.0.3",
        "{ type: object, properties: { a: { $ref: '#/components/schemas/Other', nullable: true } } }",
        "",
    );
    assert!(text.starts_with("RunRequest<: {a?: Other|null}"), "{text}");
}

#[test]
fn conditions_beside_a_reference_count_in_3_1() {
    let text = models(
        "3.1.0",
        "{ $ref: '#/components/schemas/Other', required: [z], properties: { y: { type: string } } }",
        "",
    );
    assert_eq!(text, "RunRequest<: {y?: string, z: bool}\n");
}

#[test]
fn definitions_inside_a_schema_have_names() {
    let text = models(
        "3.1.0",
        "{ $ref: '#/components/schemas/Outer' }",
        "    Outer: { type: object, properties: { in: { $ref: '#/components/schemas/Outer/$defs/Inner' } }, $defs: { Inner: { type: object, properties: { x: { type: integer } } } } }\n",
    );
    assert_eq!(text, "Outer<: {in?: Inner}\nInner<: {x?: int}\n");
}

#[test]
fn required_beside_one_part_counts() {
    let text = models(
        "3.0.3",
        "{ allOf: [{ $ref: '#/components/schemas/Other' }], required: [z] }",
        "",
    );
    assert_eq!(text, "RunRequest<: {z: bool}\n");
}

#[test]
fn a_mapping_decides_over_wide_enums() {
    let member = |name: &str, key: &str| {
        format!(
            "    {name}: {{ type: object, required: [by], properties: {{ by: {{ type: string, enum: [link, code, sms] }}, {key}: {{ type: string }} }} }}\n"
        )
    };
    let text = models(
        "3.0.3",
        "{ oneOf: [{ $ref: '#/components/schemas/Link' }, { $ref: '#/components/schemas/Code' }],
           discriminator: { propertyName: by, mapping: { link: Link, code: '#/components/schemas/Code', sms: '#/components/schemas/Code' } } }",
        &(member("Link", "mail") + &member("Code", "digits")),
    );
    assert_eq!(
        text,
        "RunRequest<: union by by
    Link link {mail?: string}
    Code code {digits?: string}
    Sms sms {digits?: string}
"
    );
}

#[test]
fn schemas_that_extend_one_with_a_discriminator_are_its_alternatives() {
    let schemas = "    Pet: { type: object, required: [kind], properties: { kind: { type: string } }, discriminator: { propertyName: kind, mapping: { tom: '#/components/schemas/Cat' } } }
    Cat: { allOf: [{ $ref: '#/components/schemas/Pet' }, { type: object, properties: { lives: { type: integer } } }] }
    Kitten: { allOf: [{ $ref: '#/components/schemas/Cat' }, { type: object, properties: { age: { type: integer } } }] }
    Fish: { allOf: [{ $ref: '#/components/schemas/Pet' }] }
";
    let text = models(
        "3.0.3",
        "{ type: object, properties: { pet: { $ref: '#/components/schemas/Pet' }, cat: { $ref: '#/components/schemas/Cat' } } }",
        schemas,
    );
    assert_eq!(
        text,
        "RunRequest<: {pet?: Pet, cat?: Cat}
Pet<: union by kind
    Tom tom {lives?: int}
    Kitten Kitten {lives?: int, age?: int}
    Fish Fish {}
Cat<: {kind: string, lives?: int}
"
    );
}

/// Each level names the one below twice: computed each time, that is two to the power of 40.
#[test]
fn a_diamond_of_parts_is_worked_out_once() {
    let mut schemas = "    L0: { type: object, properties: { a: { type: string } } }\n".to_owned();
    for level in 1..=40 {
        let below = level - 1;
        schemas.push_str(&format!(
            "    L{level}: {{ allOf: [{{ $ref: '#/components/schemas/L{below}' }}, {{ $ref: '#/components/schemas/L{below}' }}] }}\n"
        ));
    }
    let text = models("3.0.3", "{ $ref: '#/components/schemas/L40' }", &schemas);
    assert_eq!(text, "L40<: {a?: string}\n");
}

#[test]
fn a_list_contains_itself_through_a_model() {
    let text = models(
        "3.0.3",
        "{ type: array, items: { $ref: '#/components/schemas/Node' } }",
        "    Node: { type: object, properties: { nodes: { $ref: '#/components/schemas/Nodes' } } }
    Nodes: { type: array, items: { $ref: '#/components/schemas/Node' } }
",
    );
    assert_eq!(text, "Node<: {nodes?: [Node]}\n");
    let text = models(
        "3.0.3",
        "{ $ref: '#/components/schemas/Nodes' }",
        "    Node: { type: object, properties: { nodes: { $ref: '#/components/schemas/Nodes' } } }
    Nodes: { type: array, items: { $ref: '#/components/schemas/Node' } }
",
    );
    assert_eq!(text, "Node<: {nodes?: [Node]}\n");
}
