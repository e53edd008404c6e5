//! `POST /user/password/reset/token` and `POST /user/password/reset`.

mod common;

use auth_server::VerifyOptions;
use auth_server::session::TransferMethod;
use common::{Exchange, Server, form, shown};
use serde_json::{Value, json};

async fn reset(server: &Server, password: &str, token: &str) -> Exchange {
    let fields = json!([{"id": "password", "value": password}]);
    let body = json!({"method": "token", "formFields": fields, "token": token});
    server.post("/auth/user/password/reset").json(&body).await
}

async fn sign_in(server: &Server, password: &str) -> Value {
    server
        .post("/auth/signin")
        .json(&form("ana@ex.co", password))
        .await
        .json()
}

const OK: &str = r#"200 {"status":"OK"}"#;
const INVALID: &str = r#"200 {"status":"RESET_PASSWORD_INVALID_TOKEN_ERROR"}"#;

#[tokio::test]
async fn a_known_address_gets_a_mail_and_an_unknown_one_the_same_answer() {
    let server = Server::start().await;
    server.ana("header").await;
    server.reset_token(" ANA@ex.co ").await;
    let mails = server.mails().await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ana@ex.co"));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter("[0-9a-f]{128}", "<token>");
    settings.bind(|| {
        let text = format!("{}\n\n{}", mails[0].subject, mails[0].text);
        insta::assert_snapshot!("password_reset_mail", text);
    });

    let unknown = json!({"formFields": [{"id": "email", "value": "eva@ex.co"}]});
    let answer = server
        .post("/auth/user/password/reset/token")
        .json(&unknown)
        .await;
    shown("password_reset_token", &answer);
    assert_eq!(server.mails().await.len(), 1);
}

#[tokio::test]
async fn the_form_takes_an_address_only() {
    let server = Server::start().await;
    let both = server
        .post("/auth/user/password/reset/token")
        .json(&form("a@b.co", "x"))
        .await;
    assert_eq!(
        both.brief(),
        r#"400 {"message":"Are you sending too many formFields?"}"#
    );
    let bad = json!({"formFields": [{"id": "email", "value": "bad"}]});
    let bad = server
        .post("/auth/user/password/reset/token")
        .json(&bad)
        .await;
    assert_eq!(bad.json()["formFields"][0]["error"], "Email is invalid");
}

#[tokio::test]
async fn a_token_sets_a_password_and_does_not_verify_the_address() {
    let server = Server::start().await;
    server.ana("header").await;
    let token = server.reset_token("ana@ex.co").await;
    let answer = reset(&server, "newpass1", &token).await;
    assert!(!answer.has_session_headers());
    shown("password_reset", &answer);
    assert_eq!(
        sign_in(&server, "passw0rd").await["status"],
        "WRONG_CREDENTIALS_ERROR"
    );
    let user = sign_in(&server, "newpass1").await;
    assert_eq!(user["user"]["loginMethods"][0]["verified"], false);
}

/// Pre-hijacking: an attacker signs up with the address of another, and waits for its owner.
#[tokio::test]
async fn a_reset_ends_all_sessions_and_notifies_the_owner() {
    let server = Server::start().await;
    let first = server.ana("header").await;
    let second = server.post("/auth/signin");
    let second = second.json(&form("ana@ex.co", "passw0rd")).await;
    let other = server.post("/auth/signup").header("st-auth-mode", "header");
    let other = other.json(&form("eva@ex.co", "passw0rd")).await;
    let token = server.reset_token("ana@ex.co").await;
    assert_eq!(reset(&server, "newpass1", &token).await.brief(), OK);

    let refresh = async |exchange: &Exchange| {
        let bearer = format!("Bearer {}", exchange.refresh());
        let ask = server.post("/auth/session/refresh");
        let answer = ask.header("authorization", &bearer).send().await;
        answer.status.as_u16()
    };
    let counts = async |exchange: &Exchange| {
        let sessions = server.auth.sessions();
        let options = VerifyOptions {
            check_database: true,
            ..VerifyOptions::default()
        };
        let (access, header) = (exchange.access(), TransferMethod::Header);
        let session = sessions.verify_without_request(access, None, header, options);
        session.await.is_ok_and(|session| session.is_some())
    };
    for ended in [&first, &second] {
        assert!(!counts(ended).await);
        assert_eq!(refresh(ended).await, 401);
    }
    assert!(counts(&other).await, "that is another user");
    assert_eq!(refresh(&other).await, 200);
    assert_eq!(server.auth.metrics().sessions.revoked.get(), 2);

    let mails = server.mails().await;
    let notice = mails.last().expect("the owner gets a mail");
    assert_eq!(
        (mails.len(), notice.to.as_str(), notice.subject.as_str()),
        (2, "ana@ex.co", "Your password was changed")
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("password_changed_mail", notice.text));
}

/// Who signs in with the old password while it is reset has no session afterwards, however close it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_races_with_a_reset_has_no_session_afterwards() {
    let server = Server::start().await;
    let user = server.ana("header").await.json()["user"]["id"].clone();
    let user = user.as_str().expect("it is text");
    let token = server.reset_token("ana@ex.co").await;
    let attack = async || {
        for _ in 0..8 {
            sign_in(&server, "passw0rd").await;
        }
    };
    let (answer, (), (), ()) = tokio::join!(
        reset(&server, "newpass1", &token),
        attack(),
        attack(),
        attack()
    );
    assert_eq!(answer.brief(), OK);
    let left = server.auth.sessions().list(user, None).await;
    assert_eq!(left.expect("the store works"), Vec::<String>::new());
}

#[tokio::test]
async fn one_token_spends_all_tokens() {
    let server = Server::start().await;
    server.ana("header").await;
    let first = server.reset_token("ana@ex.co").await;
    let second = server.reset_token("ana@ex.co").await;
    assert_ne!(first, second);
    assert_eq!(reset(&server, "newpass1", &first).await.brief(), OK);
    assert_eq!(reset(&server, "newpass1", &first).await.brief(), INVALID);
    assert_eq!(reset(&server, "newpass1", &second).await.brief(), INVALID);
}

#[tokio::test]
async fn one_token_is_spent_once_however_many_present_it_at_once() {
    let server = Server::start().await;
    server.ana("header").await;
    let token = server.reset_token("ana@ex.co").await;
    let try_it = || reset(&server, "newpass1", &token);
    let (a, b, c, d) = tokio::join!(try_it(), try_it(), try_it(), try_it());
    let answers = [a, b, c, d].map(|answer| answer.brief());
    let done = answers.iter().filter(|answer| *answer == OK).count();
    let refused = answers.iter().filter(|answer| *answer == INVALID).count();
    assert_eq!((done, refused), (1, 3), "{answers:?}");
}

#[tokio::test]
async fn the_link_leads_to_the_website_whatever_the_request_says() {
    let server = Server::start().await;
    server.ana("header").await;
    let body = json!({"formFields": [{"id": "email", "value": "ana@ex.co"}]});
    for name in [
        "host",
        "origin",
        "referer",
        "forwarded",
        "x-forwarded-host",
        "x-original-url",
    ] {
        server.clock.advance(60_000);
        let ask = server.post("/auth/user/password/reset/token");
        let ask = ask.header("st-auth-mode", "header");
        let answer = ask.header(name, "evil.test").json(&body).await;
        assert_eq!(answer.brief(), OK, "{name}");
        let mails = server.mails().await;
        common::token_of(mails.last().expect("a mail went out"));
        assert!(
            !mails.iter().any(|mail| mail.text.contains("evil")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_weak_password_does_not_cost_the_token() {
    let server = Server::start().await;
    server.ana("header").await;
    let token = server.reset_token("ana@ex.co").await;
    let weak = reset(&server, "x", &token).await;
    shown("password_reset_weak", &weak);
    assert_eq!(reset(&server, "newpass2", &token).await.brief(), OK);
}

#[tokio::test]
async fn the_structure_is_judged_before_the_password_and_that_before_the_token() {
    let server = Server::start().await;
    let fields = json!([{"id": "password", "value": "newpass1"}]);
    let ask = async |body: Value| {
        server
            .post("/auth/user/password/reset")
            .json(&body)
            .await
            .brief()
    };
    let none = ask(json!({"formFields": fields})).await;
    assert_eq!(
        none,
        r#"400 {"message":"Please provide the password reset token"}"#
    );
    let number = ask(json!({"formFields": fields, "token": 5})).await;
    assert_eq!(
        number,
        r#"400 {"message":"The password reset token must be a string"}"#
    );
    let weak = json!([{"id": "password", "value": "x"}]);
    assert_eq!(ask(json!({"formFields": weak, "token": 5})).await, number);
    let both = ask(json!({"formFields": weak, "token": "unknown"})).await;
    assert!(both.starts_with(r#"200 {"status":"FIELD_ERROR""#), "{both}");
    assert_eq!(reset(&server, "newpass1", "unknown").await.brief(), INVALID);
}

#[tokio::test]
async fn a_token_holds_for_an_hour() {
    let server = Server::start().await;
    server.ana("header").await;
    let token = server.reset_token("ana@ex.co").await;
    server.clock.advance(1_000);
    let later = server.reset_token("ana@ex.co").await;
    server.clock.advance(3_599_001);
    assert_eq!(reset(&server, "newpass1", &token).await.brief(), INVALID);
    assert_eq!(
        reset(&server, "newpass1", &later).await.brief(),
        INVALID,
        "one that is too old spends the others, too"
    );
}
