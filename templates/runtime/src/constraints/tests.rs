//! Each keyword: what it lets through, what it refuses, and what it says nothing about.

use serde_json::json;

use super::Constraint::*;
use super::*;

fn refusal(constraints: Constraints, value: &Value) -> String {
    match check(constraints, value, Notation::Json) {
        Ok(()) => String::new(),
        Err(found) => format!("{} {}", found.place, found.demand),
    }
}

#[test]
fn each_keyword_refuses_what_json_schema_refuses() {
    const UNIQUE: Constraints = &[UniqueItems];
    let rows: &[(Constraints, Value, Value, &str)] = &[
        (
            &[Minimum(Number::Int(2))],
            json!(2),
            json!(1),
            "must be at least 2",
        ),
        (
            &[Maximum(Number::Float(2.5))],
            json!(2.5),
            json!(3),
            "must be at most 2.5",
        ),
        (
            &[ExclusiveMinimum(Number::Int(0))],
            json!(0.1),
            json!(0),
            "must be more than 0",
        ),
        (
            &[ExclusiveMaximum(Number::Int(9))],
            json!(8),
            json!(9),
            "must be less than 9",
        ),
        (
            &[MultipleOf(Number::Int(5))],
            json!(-10),
            json!(7),
            "must be a multiple of 5",
        ),
        (
            &[MultipleOf(Number::Float(0.01))],
            json!(19.99),
            json!(0.005),
            "must be a multiple of 0.01",
        ),
        (
            &[MinLength(1)],
            json!("é"),
            json!(""),
            "must have at least 1 character",
        ),
        (
            &[MaxLength(2)],
            json!("日本"),
            json!("abc"),
            "must have at most 2 characters",
        ),
        (
            &[Pattern("^[a-z]+$")],
            json!("abc"),
            json!("a1"),
            "must match the pattern ^[a-z]+$",
        ),
        (
            &[Pattern(r"\@(?=x)")],
            json!("a@x"),
            json!("a@y"),
            r"must match the pattern \@(?=x)",
        ),
        (
            &[Listed(&["1", "2.5", "\"a\""])],
            json!(1.0),
            json!("1"),
            "must be one of 1, 2.5, \"a\"",
        ),
        (
            &[MinItems(1)],
            json!([0]),
            json!([]),
            "must have at least 1 item",
        ),
        (
            &[MaxItems(1)],
            json!([0]),
            json!([0, 1]),
            "must have at most 1 item",
        ),
        (
            UNIQUE,
            json!([1, "1", [1], null]),
            json!([1, 1.0]),
            "must not have two equal items",
        ),
        (
            UNIQUE,
            json!([{ "a": 1 }, { "a": 2 }]),
            json!([{ "a": 1, "b": 2 }, { "b": 2, "a": 1 }]),
            "must not have two equal items",
        ),
        (
            &[MinProperties(1)],
            json!({ "a": 0 }),
            json!({}),
            "must have at least 1 key",
        ),
        (
            &[MaxProperties(1)],
            json!({ "a": 0 }),
            json!({ "a": 0, "b": 0 }),
            "must have at most 1 key",
        ),
        (
            &[Format(super::Format::Int32)],
            json!(2_147_483_647),
            json!(2_147_483_648_i64),
            "must be a number of 32 bits",
        ),
    ];
    for (constraints, good, bad, demand) in rows {
        assert_eq!(refusal(constraints, good), "", "{constraints:?} of {good}");
        assert_eq!(
            refusal(constraints, bad).trim(),
            *demand,
            "{constraints:?} of {bad}"
        );
        // A keyword says nothing about values of another type, but for a list of values.
        if matches!(constraints, [Listed(_)]) {
            continue;
        }
        assert_eq!(refusal(constraints, &json!(true)), "", "{constraints:?}");
    }
}

#[test]
fn a_large_number_keeps_its_digits() {
    let constraints: Constraints = &[Maximum(Number::Int(9_007_199_254_740_992))];
    assert_eq!(refusal(constraints, &json!(9_007_199_254_740_992_i64)), "");
    assert_ne!(refusal(constraints, &json!(9_007_199_254_740_993_i64)), "");
}

#[test]
fn formats_are_those_of_the_standards() {
    use super::Format::*;
    let rows: &[(super::Format, &str, &str)] = &[
        (
            DateTime,
            "2024-02-29T23:59:59.5+01:00",
            "2023-02-29T00:00:00Z",
        ),
        (DateTime, "2024-02-29T23:59:59Z", "2024-02-29 23:59"),
        (Date, "2024-02-29", "2024-2-29"),
        (Time, "12:00:00Z", "25:00:00Z"),
        (Email, "ana@example.com", "ana"),
        (Hostname, "a-b.example", "a_b.example"),
        (Ipv4, "127.0.0.1", "127.0.0.256"),
        (Ipv6, "::1", "127.0.0.1"),
        (Uri, "https://example.com/a?b", "/a?b"),
        (
            Uuid,
            "67e55044-10b1-426f-9247-bb680e5fe0c8",
            "67e5504410b1426f9247bb680e5fe0c8",
        ),
        (Base64, "aGk=", "aGk"),
    ];
    for (format, good, bad) in rows {
        assert!(format.holds(good), "{format:?}: {good}");
        assert!(!format.holds(bad), "{format:?}: {bad}");
    }
}

static NODE: Constraints = &[
    Key("name", &[MaxLength(3)]),
    Key("children", &[Items(&[Of(&NODE)])]),
    Closed(&["name", "children"]),
];

#[test]
fn a_violation_names_its_place_in_schemas_that_hold_themselves_too() {
    let value = json!({ "name": "a", "children": [{}, { "children": [{ "name": "long" }] }] });
    assert_eq!(
        refusal(NODE, &value),
        "children[1].children[0].name must have at most 3 characters"
    );
    assert_eq!(
        refusal(NODE, &json!({ "nmae": 1 })),
        "nmae is not known here"
    );
}

#[test]
fn keys_and_literals_decide_which_alternative_holds() {
    const ONE: Constraints = &[AnyOf(&[
        Alternative {
            kind: Kind::Object,
            required: &["kind", "code"],
            literals: &[("kind", &["code"])],
            constraints: &[Key("code", &[MinLength(6)])],
        },
        Alternative {
            kind: Kind::Any,
            required: &["link"],
            literals: &[],
            constraints: &[Key("link", &[MinLength(2)])],
        },
    ])];
    assert_eq!(
        refusal(ONE, &json!({ "kind": "code", "code": "123456" })),
        ""
    );
    assert_eq!(
        refusal(ONE, &json!({ "kind": "code", "code": "1" })),
        "code must have at least 6 characters"
    );
    assert_eq!(refusal(ONE, &json!({ "link": "ab" })), "");
    assert_eq!(
        refusal(ONE, &json!({ "kind": "other", "code": "1", "link": "a" })),
        "link must have at least 2 characters"
    );
    // None of them: reading refuses it.
    assert_eq!(refusal(ONE, &json!({ "kind": "other" })), "");
}

#[test]
fn an_alternative_of_another_kind_does_not_hold() {
    const fn of(kind: Kind, constraints: Constraints) -> Alternative {
        Alternative {
            kind,
            required: &[],
            literals: &[],
            constraints,
        }
    }
    const ONE: Constraints = &[AnyOf(&[
        of(Kind::Text, &[MinLength(3)]),
        of(Kind::Number, &[Maximum(Number::Int(5))]),
    ])];
    assert_eq!(refusal(ONE, &json!("abc")), "");
    assert_eq!(
        refusal(ONE, &json!("ab")),
        " must have at least 3 characters"
    );
    assert_eq!(refusal(ONE, &json!(5)), "");
    assert_eq!(refusal(ONE, &json!(6)), " must be at most 5");
    // Written as texts, a number is both.
    let text = |value: &str| check(ONE, &json!(value), Notation::Text).is_ok();
    assert!(text("5"));
    assert!(!text("6"));
    assert!(text("600"));
}

#[test]
fn other_keys_are_those_that_are_not_named() {
    const MAP: Constraints = &[OtherKeys(&["id"], &[Maximum(Number::Int(1))])];
    assert_eq!(refusal(MAP, &json!({ "id": 7, "a": 1 })), "");
    assert_eq!(refusal(MAP, &json!({ "a": 2 })), "a must be at most 1");
}

#[test]
fn texts_of_parameters_and_forms_are_numbers_and_lists_where_that_is_asked() {
    let text = |constraints, value: Value| check(constraints, &value, Notation::Text).is_ok();
    assert!(text(&[Minimum(Number::Int(2))], json!("2")));
    assert!(!text(&[Minimum(Number::Int(2))], json!("1")));
    assert!(!text(&[Items(&[MaxLength(1)])], json!("ab")));
    assert!(!text(&[MinItems(2)], json!("a")));
    assert!(text(&[Listed(&["1"])], json!("1")));
    assert!(text(&[MinItems(2)], json!(["a", "b"])));
}

#[test]
fn a_long_list_of_equal_looking_items_is_checked_in_one_walk() {
    let items: Vec<Value> = (0..200_000).map(Value::from).collect();
    assert_eq!(refusal(&[UniqueItems], &Value::Array(items)), "");
}
