//! `POST /signup`.

mod common;

use common::{Server, form, shown};
use serde_json::{Value, json};

/// What a sign-up with this body is answered, and that it starts no session.
async fn refused(server: &Server, body: &Value) -> String {
    let answer = server.post("/auth/signup").json(body).await;
    assert!(!answer.has_session_headers(), "{answer}");
    answer.brief()
}

#[tokio::test]
async fn a_new_user_is_signed_in_and_the_address_is_stored_in_lower_case() {
    let server = Server::start().await;
    let answer = server
        .post("/auth/signup")
        .json(&form(" Ana@Ex.co ", "passw0rd"))
        .await;
    shown("sign_up_header", &answer);
    let user = &answer.json()["user"];
    assert_eq!(user["id"], user["loginMethods"][0]["recipeUserId"]);
    let unknown_mode = server
        .post("/auth/signup")
        .header("st-auth-mode", "foo")
        .json(&form("eva@ex.co", "passw0rd"))
        .await;
    assert!(unknown_mode.cookie_lines().is_empty() && !unknown_mode.access().is_empty());
}

#[tokio::test]
async fn cookie_mode_sets_two_cookies_and_no_token_headers() {
    let server = Server::start().await;
    shown("sign_up_cookie", &server.ana("cookie").await);
}

#[tokio::test]
async fn an_address_signs_up_once() {
    let server = Server::start().await;
    server.ana("header").await;
    let answer = server.ana("header").await;
    assert!(!answer.has_session_headers());
    shown("sign_up_taken", &answer);
    let fake = refused(&server, &form("u@stfakeemail.supertokens.com", "passw0rd")).await;
    assert_eq!(fake, answer.brief());
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named_password_first() {
    let server = Server::start().await;
    shown(
        "sign_up_fields",
        &server.post("/auth/signup").json(&form("x", "short")).await,
    );
    let password = async |password: &str| {
        let answer = server
            .post("/auth/signup")
            .json(&form("p@ex.co", password))
            .await
            .json();
        answer["formFields"][0]["error"]
            .as_str()
            .unwrap_or("OK")
            .to_owned()
    };
    assert_eq!(
        password("abcdefgh").await,
        "Password must contain at least one number"
    );
    assert_eq!(
        password("12345678").await,
        "Password must contain at least one alphabet"
    );
    let long = format!("a1{}", "x".repeat(98));
    assert_eq!(
        password(&long).await,
        "Password's length must be lesser than 100 characters"
    );
    assert_eq!(password(&long[..99]).await, "OK");
    let only_password = json!({"formFields": [{"id": "password", "value": "passw0rd"}]});
    let expected = r#"200 {"status":"FIELD_ERROR","formFields":[{"id":"email","error":"Field is not optional"}]}"#;
    assert_eq!(refused(&server, &only_password).await, expected);
}

/// The same answer on both databases, and before any hash.
#[tokio::test]
async fn an_address_that_can_never_get_a_mail_is_refused_everywhere() {
    let server = Server::start().await;
    let long = format!("{}@ex.co", "x".repeat(3_000));
    let local = format!("{}@ex.co", "x".repeat(65));
    let domain = format!("a@{}.co", vec!["d".repeat(63); 4].join("."));
    for email in [
        "\"a b\"@ex.co",
        "a@[1.2.3.4]",
        "a@exämple.com",
        "a\u{0}@ex.co",
        "a\u{9f}@ex.co",
        "😀@ex.co",
        "a@-ex.co",
        &long,
        &local,
        &domain,
    ] {
        let expected = r#"200 {"status":"FIELD_ERROR","formFields":[{"id":"email","error":"Email is invalid"}]}"#;
        for path in ["/auth/signup", "/auth/signin"] {
            let answer = server.post(path).json(&form(email, "passw0rd")).await;
            assert_eq!(answer.brief(), expected, "{path} {email:?}");
        }
        let only_email = json!({"formFields": [{"id": "email", "value": email}]});
        let reset = server.post("/auth/user/password/reset/token");
        let answer = reset.json(&only_email).await;
        assert_eq!(answer.brief(), expected, "reset {email:?}");
        let email = url_encoded(email);
        let exists = server.get(&format!("/auth/emailpassword/email/exists?email={email}"));
        let answer = exists.send().await;
        assert_eq!(answer.brief(), r#"200 {"status":"OK","exists":false}"#);
    }
    let metrics = server.auth.metrics_text().expect("it is text");
    let hashes = "auth_password_hash_duration_seconds_count 0";
    assert!(metrics.lines().any(|line| line == hashes), "{metrics}");
}

fn url_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

#[tokio::test]
async fn a_body_that_is_not_built_as_documented_is_answered_400() {
    let server = Server::start().await;
    let message = async |body: Value| {
        let answer = server.post("/auth/signup").json(&body).await;
        assert_eq!(answer.status, 400);
        answer.json()["message"]
            .as_str()
            .expect("there is a message")
            .to_owned()
    };
    assert_eq!(message(json!({})).await, "Missing input param: formFields");
    assert_eq!(
        message(Value::Null).await,
        "Missing input param: formFields"
    );
    assert_eq!(
        message(json!({"formFields": {}})).await,
        "formFields must be an array"
    );
    let incomplete = json!({"formFields": [{"id": "email"}]});
    let text = "All elements of formFields must contain an 'id' and 'value' field";
    assert_eq!(message(incomplete).await, text);
    let number = json!({"formFields": [{"id": "email", "value": 5}]});
    assert_eq!(message(number).await, "email value must be a string");
    let field = json!({"id": "name", "value": "Ana"});
    let three = json!({"formFields": [field, field, field]});
    assert_eq!(message(three).await, "Are you sending too many formFields?");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_answered_400() {
    let server = Server::start().await;
    shown(
        "sign_up_not_json",
        &server.post("/auth/signup").text("not json").await,
    );
    let body = form("a@ex.co", "passw0rd").to_string();
    let latin = "application/json; charset=latin1";
    let answer = server
        .post("/auth/signup")
        .header("content-type", latin)
        .text(&body)
        .await;
    assert_eq!(answer.status, 400);
    let zipped = server
        .post("/auth/signup")
        .header("content-encoding", "gzip")
        .text(&body)
        .await;
    assert_eq!(zipped.status, 400, "it says so and is not");
    let brotli = server
        .post("/auth/signup")
        .header("content-encoding", "br")
        .text(&body)
        .await;
    assert_eq!(
        brotli.brief(),
        r#"400 {"message":"API input error: Brotli decompression not implement, Please add a middleware that handles decompression before the SuperTokens middleware."}"#
    );
    let plain = server
        .post("/auth/signup")
        .header("content-type", "text/plain")
        .text(&body)
        .await;
    assert_eq!(
        plain.json()["status"],
        "OK",
        "the content type itself does not count"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_413() {
    let server = Server::start_with(|config| config.body_limit = 200).await;
    let body = form("a@ex.co", &"x".repeat(200));
    shown(
        "sign_up_too_large",
        &server.post("/auth/signup").json(&body).await,
    );
}

#[tokio::test]
async fn a_page_of_another_site_cannot_start_a_session() {
    let server = Server::start().await;
    let from = async |origin: &str| {
        let body = form("a@ex.co", "passw0rd").to_string();
        server
            .post("/auth/signup")
            .header("origin", origin)
            .text(&body)
            .await
    };
    let answer = from("https://evil.test").await;
    assert!(!answer.has_session_headers());
    shown("sign_up_foreign_origin", &answer);
    assert_eq!(from("null").await.status, 403);
    assert_eq!(from("http://localhost:3000").await.json()["status"], "OK");
}
