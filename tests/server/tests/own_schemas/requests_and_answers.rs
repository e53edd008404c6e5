//! `readOnly` and `writeOnly`.

use serde_json::{Value, json};

use crate::members;

/// A member as a client sends one.
fn member(email: &str) -> Value {
    json!({ "email": email, "password": "secret", "login": { "kind": "PinLogin", "pin": "1234" } })
}

#[tokio::test]
async fn what_only_answers_have_is_not_asked_for_and_what_only_requests_have_is_not_answered() {
    let server = members::server().await;
    let mut ana = member("ana");
    ana["manager"] = member("bea");
    ana["friends"] = json!([member("carl")]);
    ana["byRole"] = json!({ "owner": member("dora") });
    ana["address"] = json!({ "city": "Rome" });
    let answer = server.post("/auth/members", None, &ana).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let answered =
        |email: &str| json!({ "id": "m1", "email": email, "login": { "kind": "PinLogin" } });
    let mut expected = answered("ana");
    expected["manager"] = answered("bea");
    expected["friends"] = json!([answered("carl")]);
    expected["byRole"] = json!({ "owner": answered("dora") });
    expected["address"] = json!({ "city": "Rome" });
    assert_eq!(answer.json()["member"], expected);
    let text = answer.json()["text"].to_string();
    assert!(text.contains("secret") && text.contains("1234"), "{text}");
}

#[tokio::test]
async fn a_client_may_send_back_what_it_was_answered_and_sets_nothing_by_that() {
    let server = members::server().await;
    let mut ana = member("ana");
    ana["id"] = json!({ "no": "text" });
    ana["createdAt"] = json!("no number");
    ana["login"] = json!({ "kind": "KeyLogin", "key": "k", "fingerprint": 7 });
    let answer = server.post("/auth/members", None, &ana).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let login = json!({ "kind": "KeyLogin", "key": "k", "fingerprint": "ab:cd" });
    let expected = json!({ "id": "m1", "email": "ana", "login": login });
    assert_eq!(answer.json()["member"], expected);
    // What the description does not have at all is still refused.
    ana["admin"] = json!(true);
    let refused = server.post("/auth/members", None, &ana).await;
    assert_eq!(refused.status, 400);
    let labels = json!({ "owner": "me", "title": "t", "a": 1 });
    let answer = server
        .send(http::Method::PUT, "/auth/labels", None, Some(&labels))
        .await;
    let expected = json!({ "owner": "the server", "title": "t", "a": 1 });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn what_only_requests_have_is_required_and_checked_there() {
    let server = members::server().await;
    for (change, reason) in [
        (json!({ "password": null }), "`password`"),
        (
            json!({ "password": "abc" }),
            "`password` must have at least 4 characters",
        ),
        (json!({ "manager": { "email": "bea" } }), "`manager`"),
    ] {
        let mut ana = member("ana");
        for (key, value) in change.as_object().expect("an object") {
            ana[key] = value.clone();
        }
        let refused = server.post("/auth/members", None, &ana).await;
        assert_eq!(refused.status, 400);
        let message = refused.json()["message"].to_string();
        assert!(message.contains(reason), "{message}");
    }
}
