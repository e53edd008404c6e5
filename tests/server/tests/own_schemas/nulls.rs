//! `null`, and what is left out.

use http::Method;
use serde_json::{Value, json};

use crate::members;

/// What the server answers to a change: how it understood it, and the change itself.
async fn change(change: Value) -> (String, Value) {
    let server = members::server().await;
    let answer = server
        .send(Method::PATCH, "/auth/profile", None, Some(&change))
        .await;
    assert_eq!(answer.status, 200, "{change}: {:?}", answer.json());
    let answer = answer.json();
    let text = answer["text"].as_str().expect("a text").to_owned();
    (text, answer["profile"].clone())
}

#[tokio::test]
async fn null_is_told_from_absent_on_the_way_there_and_back() {
    let rows = [
        (
            json!({ "limit": null }),
            "limit: None, note: None, mode: None, level: None, home: None",
        ),
        (
            json!({ "limit": 1, "note": null }),
            "limit: Some(1), note: Some(None), mode: None",
        ),
        (
            json!({ "limit": 1, "note": "n" }),
            "note: Some(Some(\"n\")), mode: None",
        ),
        (json!({ "limit": 1, "mode": null }), "mode: Some(None)"),
        (
            json!({ "limit": 1, "mode": "dark" }),
            "mode: Some(Some(Dark))",
        ),
        (json!({ "limit": 1, "level": null }), "level: Some(None)"),
        (json!({ "limit": 1, "level": 2 }), "level: Some(Some(2))"),
        (json!({ "limit": 1, "home": null }), "home: Some(None)"),
        (
            json!({ "limit": 1, "home": { "city": "Rome" } }),
            "home: Some(Some(Address { city: \"Rome\" }))",
        ),
        (
            json!({ "limit": 1, "tags": ["a", null] }),
            "tags: Some([Some(\"a\"), None])",
        ),
        (
            json!({ "limit": 1, "homes": { "a": null } }),
            "homes: Some({\"a\": None})",
        ),
        (
            json!({ "limit": 1, "anything": null }),
            "anything: Some(Null)",
        ),
        (
            json!({ "limit": 1, "anything": [null] }),
            "anything: Some(Array [Null])",
        ),
    ];
    for (sent, understood) in rows {
        let (text, answered) = change(sent.clone()).await;
        assert!(text.contains(understood), "{sent}: {text}");
        assert_eq!(answered, sent);
    }
}

#[tokio::test]
async fn a_change_crosses_a_socket_as_it_is() {
    let profile = r#"{"limit":null,"note":null,"tags":["a",null]}"#;
    let answer = members::over_a_socket("PATCH /auth/profile", profile).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    assert!(
        body.ends_with(&format!(r#","profile":{profile}}}"#)),
        "{body}"
    );
}

#[tokio::test]
async fn a_key_that_defaults_to_null_has_one_form_for_both() {
    let (text, answered) = change(json!({ "limit": 1, "locale": null })).await;
    assert!(text.contains("locale: None"), "{text}");
    assert_eq!(answered, json!({ "limit": 1 }));
    let (text, _) = change(json!({ "limit": 1, "locale": "it" })).await;
    assert!(text.contains("locale: Some(\"it\")"), "{text}");
}

#[tokio::test]
async fn null_is_refused_where_it_is_no_value() {
    let server = members::server().await;
    for (change, reason) in [
        (json!({}), "missing field `limit`"),
        (
            json!({ "limit": 1, "tags": null, "home": { "city": null } }),
            "`home.city`",
        ),
        (
            json!({ "limit": 1, "level": 3 }),
            "`level` must be one of 1, 2, null",
        ),
        (json!({ "limit": 1, "note": "more than nine" }), "`note`"),
    ] {
        let refused = server
            .send(Method::PATCH, "/auth/profile", None, Some(&change))
            .await;
        assert_eq!(refused.status, 400, "{change}");
        let message = refused.json()["message"].to_string();
        assert!(message.contains(reason), "{message}");
    }
}

#[tokio::test]
async fn a_whole_body_and_a_whole_answer_may_be_null() {
    let server = members::server().await;
    let path = "/auth/motto";
    for motto in [json!(null), json!({ "words": "carpe diem" })] {
        let answer = server.send(Method::PUT, path, None, Some(&motto)).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, motto));
    }
    let refused = server
        .send(Method::PUT, path, None, Some(&json!("text")))
        .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_parameter_says_null_by_being_left_out_unless_it_is_json() {
    let server = members::server().await;
    let rows = [
        ("", "SetMottoParams { lang: None, sort: None }"),
        (
            "?lang=it",
            "SetMottoParams { lang: Some(\"it\"), sort: None }",
        ),
        (
            "?lang=null",
            "SetMottoParams { lang: Some(\"null\"), sort: None }",
        ),
        (
            "?sort=null",
            "SetMottoParams { lang: None, sort: Some(None) }",
        ),
        (
            "?sort=%7B%7D",
            "SetMottoParams { lang: None, sort: Some(Some(SetMottoSort { by: None })) }",
        ),
    ];
    for (query, understood) in rows {
        let body = json!({ "words": "params" });
        let path = format!("/auth/motto{query}");
        let answer = server.send(Method::PUT, &path, None, Some(&body)).await;
        assert_eq!(answer.json()["words"], understood);
    }
}
