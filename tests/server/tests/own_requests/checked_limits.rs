//! A value that does not keep to its limits is answered 400, and the message names it.

use serde_json::{Value, json};

use crate::parcels;

/// A parcel that keeps to everything, changed.
fn parcel(change: &Value) -> Value {
    let mut parcel = json!({
        "title": "Books",
        "weight": 19.99,
        "stamps": 5,
        "tags": ["heavy", "dry"],
        "until": "2030-01-31",
        "contact": { "kind": "mail", "address": "ana@example.com" },
        "labels": { "a": "short" },
        "inside": [{ "title": "Letter" }],
    });
    for (key, value) in change.as_object().expect("an object") {
        parcel[key] = value.clone();
    }
    parcel
}

#[tokio::test]
async fn a_body_is_checked_before_the_method_runs_and_the_refusal_names_the_key() {
    let server = parcels::server().await;
    let good = server
        .post("/auth/parcels", None, &parcel(&json!({})))
        .await;
    assert_eq!(good.status, 200);
    let rows = [
        (
            json!({ "title": "" }),
            "`title` must have at least 1 character",
        ),
        (
            json!({ "title": "a book about very long titles" }),
            "`title` must have at most 20 characters",
        ),
        (json!({ "weight": 0 }), "`weight` must be more than 0"),
        (json!({ "weight": 40 }), "`weight` must be at most 31.5"),
        (
            json!({ "weight": 1.005 }),
            "`weight` must be a multiple of 0.01",
        ),
        (json!({ "stamps": 3 }), "`stamps` must be one of 1, 2, 5"),
        (json!({ "tags": [] }), "`tags` must have at least 1 item"),
        (
            json!({ "tags": ["a", "b", "c", "d"] }),
            "`tags` must have at most 3 items",
        ),
        (
            json!({ "tags": ["a", "a"] }),
            "`tags` must not have two equal items",
        ),
        (
            json!({ "tags": ["a", "B"] }),
            "`tags[1]` must match the pattern ^[a-z]+$",
        ),
        (
            json!({ "until": "31.1.2030" }),
            "`until` must be a date, such as 2030-01-31",
        ),
        (
            json!({ "contact": { "kind": "mail", "address": "ana" } }),
            "`contact.address` must be an email address",
        ),
        (
            json!({ "contact": { "kind": "phone", "number": "112" } }),
            "`contact.number` must have at least 6 characters",
        ),
        (
            json!({ "labels": { "a": "too long" } }),
            "`labels.a` must have at most 5 characters",
        ),
        (
            json!({ "labels": { "a": "", "b": "", "c": "" } }),
            "`labels` must have at most 2 keys",
        ),
        (
            json!({ "inside": [{ "title": "a" }, { "title": "" }] }),
            "`inside[1].title` must have at least 1 character",
        ),
        (json!({ "colour": "red" }), "`colour` is not known here"),
        (
            json!({ "weight": "1" }),
            "`weight`: invalid type: string \"1\", expected f64",
        ),
    ];
    for (change, problem) in rows {
        let answer = server.post("/auth/parcels", None, &parcel(&change)).await;
        let message = format!("the request body is wrong: {problem}");
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (400, json!({ "message": message }))
        );
    }
}

#[tokio::test]
async fn parameters_are_checked() {
    let server = parcels::server().await;
    let get = async |query: &str| server.get(&format!("/auth/parcels?{query}"), None).await;
    assert_eq!(get("limit=100&code=DE-12").await.status, 200);
    for (query, problem) in [
        ("limit=101", "`limit` is wrong: it must be at most 100"),
        ("limit=0", "`limit` is wrong: it must be at least 1"),
        (
            "code=de-12",
            "`code` is wrong: it must match the pattern ^[A-Z]{2}-\\d+$",
        ),
    ] {
        let answer = get(query).await;
        let message = format!("the parameter {problem}");
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (400, json!({ "message": message }))
        );
    }
}
