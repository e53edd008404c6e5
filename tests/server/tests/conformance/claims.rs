//! Scenarios 29, 30, 32 and 33: what a session says, and what routes demand of it.

use serde_json::json;

use crate::app::{by_cookie, decode, handle, login, start};
use crate::common::{START, shown};

/// The answer of the facts where `my-bool` is not true.
pub(crate) const INVALID: &str = r#"{"message":"invalid claim","claimValidationErrors":[{"id":"my-bool","reason":{"message":"wrong value","expectedValue":true,"actualValue":false}}]}"#;

#[tokio::test]
async fn s29_a_claim_that_is_fetched_and_not_met_is_stored_but_not_sent() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let refused = by_cookie(server.get("/is-false"), &ana).send().await;
    assert_eq!(refused.brief(), format!("403 {INVALID}"));
    assert!(!refused.has_session_headers());
    let stored = server
        .auth
        .sessions()
        .information_by_handle(&handle(&ana))
        .await;
    let stored = stored.expect("the store works").expect("it is there");
    assert_eq!(stored.claims["my-bool"], json!({ "v": false, "t": START }));
}

#[tokio::test]
async fn s30_a_claim_that_is_fetched_and_met_is_sent() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    server.clock.advance(5_000);
    let answer = by_cookie(server.get("/is-true"), &ana).send().await;
    assert_eq!(answer.brief(), "200 ana");
    shown("claims_fetched", &answer);
    let lines = answer.cookie_lines();
    assert!(lines.len() == 1 && lines[0].starts_with("sAccessToken=ey"));
    let entry = json!({ "v": true, "t": START + 5_000 });
    assert_eq!(answer.front_token()["up"]["my-bool"], entry);
    // The next request has it already.
    let again = by_cookie(server.get("/is-true"), &answer).send().await;
    assert_eq!(again.brief(), "200 ana");
    assert!(!again.has_session_headers());
}

#[tokio::test]
async fn s32_merged_claims_are_sent_at_once_and_live_no_longer() {
    let server = start().await;
    let ask = server.post("/login").header("st-auth-mode", "cookie");
    let ana = ask.json(&json!({"old": 1, "kept": {"n": null}})).await;
    server.clock.advance(5_000);
    let ask = by_cookie(server.post("/merge"), &ana);
    let answer = ask.json(&json!({"k": 1, "old": null})).await;
    assert_eq!(answer.brief(), format!("200 {}", handle(&ana)));
    let lines = answer.cookie_lines();
    assert!(
        lines.len() == 1 && lines[0].starts_with("sAccessToken=ey"),
        "no refresh cookie: {answer}"
    );
    let (before, after) = (ana.front_token(), answer.front_token());
    let (before, after) = (&before["up"], &after["up"]);
    assert_eq!((&after["k"], after.get("old")), (&json!(1), None));
    assert_eq!(after["kept"], json!({"n": null}));
    for same in ["exp", "sessionHandle", "refreshTokenHash1", "antiCsrfToken"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(after["iat"], (START + 5_000) / 1000);
    let jwt = answer.cookie("sAccessToken").expect("it is set");
    assert_eq!(decode(&jwt).1, *after);
}

#[tokio::test]
async fn s33_a_claim_of_the_servers_cannot_be_changed() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let ask = by_cookie(server.post("/merge"), &ana);
    let answer = ask.json(&json!({"k": 1, "sub": "x"})).await;
    assert_eq!(answer.brief(), "500 Internal Server Error");
    assert!(!answer.has_session_headers());
    let checked = by_cookie(server.get("/strict"), &ana).send().await;
    assert_eq!(checked.brief(), "200 ana");
    assert!(!checked.has_session_headers(), "nothing changed");
}
