//! `POST /signin`, and the exists routes.

mod common;

use common::{Server, form, shown};
use serde_json::json;

#[tokio::test]
async fn the_shape_of_the_user_follows_the_largest_fdi_version() {
    let server = Server::start().await;
    server.ana("header").await;
    let with = async |version: &str| {
        let ask = server.post("/auth/signin").header("fdi-version", version);
        ask.json(&form("ana@ex.co", "passw0rd")).await
    };
    shown("sign_in_new_shape", &with("4.1").await);
    let old = with("1.17").await;
    assert!(old.has_session_headers());
    shown("sign_in_old_shape", &old);
    assert!(with("1.17,1.18").await.json()["user"]["loginMethods"].is_array());
    assert!(with("2.0").await.json()["user"]["loginMethods"].is_null());
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let server = Server::start().await;
    server.ana("header").await;
    let with = async |email: &str, password: &str| {
        let answer = server
            .post("/auth/signin")
            .json(&form(email, password))
            .await;
        assert!(!answer.has_session_headers());
        answer.brief()
    };
    let expected = r#"200 {"status":"WRONG_CREDENTIALS_ERROR"}"#;
    assert_eq!(with("ana@ex.co", "passw0rD").await, expected);
    assert_eq!(with("eva@ex.co", "passw0rd").await, expected);
    assert_eq!(with("ana@ex.co", "x").await, expected);
    assert_eq!(
        with("u@stfakeemail.supertokens.com", "passw0rd").await,
        expected
    );
}

#[tokio::test]
async fn a_password_counts_exactly_as_it_was_typed() {
    let server = Server::start().await;
    let password = format!(" Pässwört 1{}. ", "x".repeat(80));
    let answer = server
        .post("/auth/signup")
        .json(&form("ana@ex.co", &password))
        .await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    let with = async |password: &str| {
        let form = form("ana@ex.co", password);
        server.post("/auth/signin").json(&form).await.json()["status"].clone()
    };
    let shorter: String = password.chars().take(72).collect();
    for other in [password.trim(), &password.to_lowercase(), &shorter] {
        assert_eq!(with(other).await, "WRONG_CREDENTIALS_ERROR", "{other:?}");
    }
    assert_eq!(with(&password).await, "OK");
}

#[tokio::test]
async fn fields_are_judged_without_the_rules_for_new_passwords() {
    let server = Server::start().await;
    shown(
        "sign_in_no_password",
        &server
            .post("/auth/signin")
            .json(&form("ana@ex.co", ""))
            .await,
    );
    shown(
        "sign_in_bad_email",
        &server.post("/auth/signin").json(&form("bad", "x")).await,
    );
}

#[tokio::test]
async fn linking_needs_a_session_and_is_refused_with_one() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let mut body = form("ana@ex.co", "passw0rd");
    body["shouldTryLinkingWithSessionUser"] = json!(true);
    let without = server.post("/auth/signin").json(&body).await;
    assert_eq!(without.brief(), r#"401 {"message":"unauthorised"}"#);
    assert!(!without.has_session_headers());
    let bearer = format!("Bearer {}", ana.access());
    let with = server
        .post("/auth/signin")
        .header("authorization", &bearer)
        .json(&body)
        .await;
    shown("sign_in_linking", &with);
}

#[tokio::test]
async fn an_expired_session_matters_only_to_clients_that_do_not_know_the_flag() {
    let server = Server::start().await;
    let ana = server.ana("header").await;
    server.clock.advance(3_600_001);
    let bearer = format!("Bearer {}", ana.access());
    let with = async |version: &str| {
        let ask = server.post("/auth/signin").header("authorization", &bearer);
        ask.header("fdi-version", version)
            .json(&form("ana@ex.co", "passw0rd"))
            .await
    };
    let new = with("3.1").await;
    assert_eq!(new.json()["status"], "OK");
    assert!(new.has_session_headers());
    assert_eq!(
        with("3.0").await.brief(),
        r#"401 {"message":"try refresh token"}"#
    );
}

#[tokio::test]
async fn the_exists_routes_compare_in_lower_case() {
    let server = Server::start().await;
    server.ana("header").await;
    let answer = server
        .get("/auth/emailpassword/email/exists?email=ANA@ex.co")
        .send()
        .await;
    shown("email_exists", &answer);
    let unknown = server
        .get("/auth/emailpassword/email/exists?email=eva@ex.co")
        .send()
        .await;
    assert_eq!(unknown.json()["exists"], false);
    let old = server
        .get("/auth/signup/email/exists?email=ana@ex.co")
        .header("rid", "emailpassword");
    assert_eq!(old.send().await.json()["exists"], true);
    let other = server
        .get("/auth/signup/email/exists?email=ana@ex.co")
        .header("rid", "passwordless");
    assert_eq!(
        other.send().await.json()["exists"],
        true,
        "a hint to a recipe that is not there is none"
    );
}

#[tokio::test]
async fn the_exists_routes_want_one_address() {
    let server = Server::start().await;
    let none = server.get("/auth/emailpassword/email/exists").send().await;
    assert_eq!(
        none.brief(),
        r#"400 {"message":"Please provide the email as a GET param"}"#
    );
    let two = server
        .get("/auth/emailpassword/email/exists?email=a@b.co&email=c@d.co")
        .send()
        .await;
    assert_eq!(two.brief(), none.brief());
}

#[tokio::test]
async fn a_byte_order_mark_and_an_unknown_content_encoding_do_not_matter() {
    let server = Server::start().await;
    server.ana("header").await;
    let body = form("ana@ex.co", "passw0rd").to_string();
    let with_mark = format!("\u{feff}{body}");
    for (coding, body) in [
        ("identity", &with_mark),
        ("made-up", &body),
        ("zstd", &body),
        ("made-up", &with_mark),
    ] {
        let ask = server
            .post("/auth/signin")
            .header("content-encoding", coding);
        let answer = ask.text(body).await;
        assert_eq!(answer.json()["status"], "OK", "{coding}");
    }
    // The mark alone is no body, and only the first one is a mark.
    let empty = server.post("/auth/signin").text("\u{feff}").await;
    assert_eq!(
        empty.brief(),
        server.post("/auth/signin").text("{}").await.brief()
    );
    let twice = format!("\u{feff}{with_mark}");
    assert_eq!(server.post("/auth/signin").text(&twice).await.status, 400);
}
