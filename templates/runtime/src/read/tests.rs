//! Bodies: what is read of them, and what is said of those that are wrong.

use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::constraints::Constraint::*;
use crate::constraints::Number;

#[derive(Debug, PartialEq, Deserialize)]
struct Filter {
    limit: i64,
    deep: bool,
    #[serde(default)]
    tags: Vec<String>,
    note: Option<String>,
}

const LIMITS: Constraints = &[
    Key("limit", &[Maximum(Number::Int(9))]),
    Key("tags", &[MaxItems(2)]),
];

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result.expect_err("the input is wrong") {
        Error::BadInput(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn forms_become_structs() {
    let form = pairs(&[
        ("limit", "3"),
        ("deep", "false"),
        ("tags", "a"),
        ("tags", "b"),
        ("unknown", "is ignored"),
    ]);
    let filter = Filter {
        limit: 3,
        deep: false,
        tags: vec!["a".to_owned(), "b".to_owned()],
        note: None,
    };
    assert_eq!(from_form::<Filter>(&form, LIMITS).expect("a form"), filter);
    assert_eq!(
        message(from_form::<Filter>(&pairs(&[("limit", "3")]), LIMITS)),
        "the request body is wrong: missing field `deep`"
    );
}

#[test]
fn a_key_that_does_not_keep_to_its_constraints_is_named_in_forms_and_in_json() {
    assert_eq!(
        message(from_form::<Filter>(&pairs(&[("limit", "10")]), LIMITS)),
        "the request body is wrong: `limit` must be at most 9"
    );
    let body = json!({ "limit": 1, "deep": true, "tags": ["a", "b", "c"] });
    assert_eq!(
        message(body_of::<Filter>(&body, LIMITS)),
        "the request body is wrong: `tags` must have at most 2 items"
    );
}

#[test]
fn a_key_of_another_type_is_named() {
    let body = json!({ "limit": 1, "deep": true, "tags": ["a", 2] });
    assert_eq!(
        message(body_of::<Filter>(&body, LIMITS)),
        "the request body is wrong: `tags[1]`: invalid type: integer `2`, expected a string"
    );
}
