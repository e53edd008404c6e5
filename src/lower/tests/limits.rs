//! What requests must keep to beyond their types.

use super::{lowered, operation, show};

/// The constraints of a body with the key `a` of this schema.
fn limits(schema: &str) -> String {
    let yaml = operation(&format!(
        "requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ a: {schema} }} }} }} }} }}"
    ));
    let text = show::constraints(&lowered(&format!(
        "{yaml}components:
  schemas:
    Level: {{ type: integer, enum: [1, 2] }}
    Maybe: {{ type: integer, nullable: true, enum: [1, 2] }}
"
    )));
    let text = text.trim_start_matches("RUN_REQUEST: a(");
    text.trim_end_matches(")\n").to_owned()
}

#[test]
fn a_closed_list_of_numbers_has_null_where_the_type_has_it() {
    for schema in [
        "{ $ref: '#/components/schemas/Maybe' }",
        "{ $ref: '#/components/schemas/Level', nullable: true }",
        "{ nullable: true, allOf: [{ $ref: '#/components/schemas/Level' }] }",
        "{ allOf: [{ $ref: '#/components/schemas/Level' }, { nullable: true }] }",
        "{ allOf: [{ $ref: '#/components/schemas/Maybe' }, { minimum: 0 }] }",
        "{ allOf: [{ allOf: [{ $ref: '#/components/schemas/Level' }, { nullable: true }] }] }",
        "{ type: integer, nullable: true, enum: [1, 2] }",
    ] {
        let limits = limits(schema);
        assert!(limits.starts_with("1|2|null"), "{schema}: {limits}");
    }
    for schema in [
        "{ $ref: '#/components/schemas/Level' }",
        "{ allOf: [{ $ref: '#/components/schemas/Level' }, { description: d }] }",
        "{ type: integer, enum: [1, 2] }",
    ] {
        assert_eq!(limits(schema), "1|2", "{schema}");
    }
}

#[test]
fn a_limit_of_one_kind_holds_whatever_values_of_other_kinds_are() {
    for (schema, expected) in [
        (
            "{ oneOf: [{ type: string, maxLength: 3 }, { type: integer }] }",
            "<Text: MaxLength 3 or Number>",
        ),
        (
            "{ anyOf: [{ type: boolean }, { type: array, maxItems: 2, items: { type: string } }, { type: string }] }",
            "<Boolean or List: MaxItems 2 or Text>",
        ),
        (
            "{ oneOf: [{ oneOf: [{ type: string }, { type: boolean }] }, { type: array, maxItems: 2 }] }",
            "<Boolean or Text or List: MaxItems 2>",
        ),
        (
            "{ oneOf: [{ type: object, required: [b], properties: { b: { type: string, minLength: 1 } } }, { type: string }] }",
            "<Object b: b(MinLength 1) or Text>",
        ),
    ] {
        assert_eq!(limits(schema), expected, "{schema}");
    }
}

#[test]
fn an_alternative_without_limits_takes_all_values_of_its_kind() {
    for schema in [
        "{ oneOf: [{ type: string, maxLength: 3 }, { type: string }] }",
        "{ oneOf: [{ type: string, maxLength: 3 }, {}] }",
        "{ oneOf: [{ type: integer, minimum: 3 }, { type: number }] }",
    ] {
        assert_eq!(limits(schema), "", "{schema}");
    }
}

#[test]
fn an_alternative_of_whole_numbers_takes_no_others() {
    for (schema, expected) in [
        (
            "{ oneOf: [{ type: integer }, { type: number, minimum: 3 }] }",
            "<Number: MultipleOf 1 or Number: Minimum 3>",
        ),
        (
            "{ oneOf: [{ type: integer, maximum: 2 }, { type: number, minimum: 3 }] }",
            "<Number: MultipleOf 1, Maximum 2 or Number: Minimum 3>",
        ),
        (
            "{ oneOf: [{ type: integer }, { type: integer, minimum: 3 }] }",
            "",
        ),
    ] {
        assert_eq!(limits(schema), expected, "{schema}");
    }
}
