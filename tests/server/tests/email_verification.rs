//! `POST /user/email/verify/token`, `POST` and `GET /user/email/verify`, and the claim `st-ev`.

mod common;

use auth_server::delivery::Mail;
use auth_server::limits::LimitSettings;
use auth_server::recipes::email_verification::{self, Mode};
use auth_server::{Auth, Config, Endpoints, Session};
use axum::Router;
use axum::routing::get;
use common::{Ask, Exchange, Server, form, shown};
use serde_json::{Value, json};

const TOKEN: &str = "/auth/user/email/verify/token";
const VERIFY: &str = "/auth/user/email/verify";
const OK: &str = r#"200 {"status":"OK"}"#;
const INVALID: &str = r#"200 {"status":"EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"}"#;
const ALREADY: &str = r#"200 {"status":"EMAIL_ALREADY_VERIFIED_ERROR"}"#;
const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;

/// Auth APIs with a route of the application that asks for a session.
async fn start(mode: Mode) -> Server {
    let app = |auth: Auth| {
        Router::new()
            .route(
                "/who",
                get(async |session: Session| session.user_id.clone()),
            )
            .layer(auth_server::layer(auth, Endpoints::new()))
    };
    Server::start_app(|config| mode.set(config), app).await
}

/// A request with the access token of an answer.
fn with<'a>(ask: Ask<'a>, session: &Exchange) -> Ask<'a> {
    ask.header("authorization", &format!("Bearer {}", session.access()))
}

async fn ask_for_mail(server: &Server, session: &Exchange) -> Exchange {
    with(server.post(TOKEN), session).json(&json!({})).await
}

/// The token of the latest mail, after a look at the whole link.
async fn sent_token(server: &Server) -> String {
    let mails = server.mails().await;
    token_of(mails.last().expect("a mail went out"))
}

fn token_of(mail: &Mail) -> String {
    let mut lines = mail.text.lines();
    let link = lines.find(|line| line.starts_with("http"));
    let token = link
        .and_then(|link| link.strip_prefix("http://localhost:3000/auth/verify-email?token="))
        .and_then(|rest| rest.strip_suffix("&tenantId=public"))
        .expect("the link is built as documented");
    assert!(
        token.len() == 128 && token.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{token}"
    );
    token.to_owned()
}

async fn verify(server: &Server, token: &str) -> Exchange {
    let body = json!({"method": "token", "token": token});
    server.post(VERIFY).json(&body).await
}

/// What the claim of an answer's session says.
fn claim(answer: &Exchange) -> Value {
    answer.front_token()["up"]["st-ev"]["v"].clone()
}

async fn sign_in(server: &Server) -> Exchange {
    let ask = server.post("/auth/signin").header("st-auth-mode", "header");
    ask.json(&form("ana@ex.co", "passw0rd")).await
}

fn login_method(answer: &Exchange) -> Value {
    answer.json()["user"]["loginMethods"][0].clone()
}

#[tokio::test]
async fn a_link_verifies_the_address_and_the_session_says_so() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    assert_eq!(claim(&ana), false);
    assert_eq!(login_method(&ana)["verified"], false);
    let who = with(server.get("/who"), &ana).send().await;
    assert_eq!(who.status, 200, "nothing is demanded");

    let asked = ask_for_mail(&server, &ana).await;
    shown("email_verification_token", &asked);
    let mails = server.mails().await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ana@ex.co"));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter("[0-9a-f]{128}", "<token>");
    settings.bind(|| {
        let text = format!("{}\n\n{}", mails[0].subject, mails[0].text);
        insta::assert_snapshot!("email_verification_mail", text);
    });

    let body = json!({"method": "token", "token": sent_token(&server).await});
    let verified = with(server.post(VERIFY), &ana).json(&body).await;
    assert_eq!(verified.brief(), OK);
    assert_eq!(claim(&verified), true);
    let again = sign_in(&server).await;
    assert_eq!(claim(&again), true);
    assert_eq!(login_method(&again)["verified"], true);
}

#[tokio::test]
async fn every_check_of_the_address_renews_the_claim() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    let no = with(server.get(VERIFY), &ana).send().await;
    assert_eq!(no.brief(), r#"200 {"status":"OK","isVerified":false}"#);
    assert_eq!(claim(&no), false);
    // Another device follows the link: no session is needed, and none begins.
    ask_for_mail(&server, &ana).await;
    let token = sent_token(&server).await;
    let other = verify(&server, &token).await;
    assert_eq!(other.brief(), OK);
    assert!(!other.has_session_headers(), "{other}");
    let yes = with(server.get(VERIFY), &ana).send().await;
    assert_eq!(yes.brief(), r#"200 {"status":"OK","isVerified":true}"#);
    assert_eq!(claim(&yes), true);
    let asked = ask_for_mail(&server, &ana).await;
    assert_eq!(asked.brief(), ALREADY);
    assert_eq!(claim(&asked), true);
    assert_eq!(server.mails().await.len(), 1);
}

#[tokio::test]
async fn a_session_of_another_user_is_not_changed() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    ask_for_mail(&server, &ana).await;
    let token = sent_token(&server).await;
    let eva = server.post("/auth/signup").header("st-auth-mode", "header");
    let eva = eva.json(&form("eva@ex.co", "passw0rd")).await;
    let body = json!({ "token": token });
    let answer = with(server.post(VERIFY), &eva).json(&body).await;
    assert_eq!(answer.brief(), OK);
    assert!(!answer.has_session_headers(), "{answer}");
    let of_eva = with(server.get(VERIFY), &eva).send().await;
    assert_eq!(of_eva.json()["isVerified"], false);
    let of_ana = with(server.get(VERIFY), &ana).send().await;
    assert_eq!(of_ana.json()["isVerified"], true);
}

#[tokio::test]
async fn required_refuses_sessions_until_the_address_is_verified() {
    let server = start(Mode::Required).await;
    let ana = server.ana("header").await;
    let refused = with(server.get("/who"), &ana).send().await;
    let expected = r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-ev","reason":{"message":"wrong value","expectedValue":true,"actualValue":false}}]}"#;
    assert_eq!(refused.brief(), expected);
    // The operations of the recipe and signing out are not refused.
    assert_eq!(with(server.get(VERIFY), &ana).send().await.status, 200);
    assert_eq!(ask_for_mail(&server, &ana).await.brief(), OK);
    let other = sign_in(&server).await;
    let out = with(server.post("/auth/signout"), &other).send().await;
    assert_eq!(out.brief(), OK);

    // Verified on another device: the claim is fetched again once it is older than ten seconds.
    assert_eq!(
        verify(&server, &sent_token(&server).await).await.brief(),
        OK
    );
    assert_eq!(with(server.get("/who"), &ana).send().await.status, 403);
    server.clock.advance(10_001);
    let let_in = with(server.get("/who"), &ana).send().await;
    assert_eq!(let_in.status, 200, "{let_in}");
    assert_eq!(claim(&let_in), true);
}

#[tokio::test]
async fn without_a_mode_sessions_do_not_know_of_it() {
    let server = start(Mode::Off).await;
    let ana = server.ana("header").await;
    assert_eq!(claim(&ana), Value::Null);
    assert_eq!(ask_for_mail(&server, &ana).await.brief(), OK);
    let token = sent_token(&server).await;
    let body = json!({ "token": token });
    let answer = with(server.post(VERIFY), &ana).json(&body).await;
    assert_eq!(answer.brief(), OK);
    assert!(!answer.has_session_headers(), "{answer}");
    assert_eq!(login_method(&sign_in(&server).await)["verified"], true);
}

#[tokio::test]
async fn a_token_works_once_for_a_day_and_spends_the_others() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    ask_for_mail(&server, &ana).await;
    let late = sent_token(&server).await;
    server.clock.advance(24 * 3_600_000);
    assert_eq!(verify(&server, &late).await.brief(), INVALID);

    let ana = sign_in(&server).await;
    ask_for_mail(&server, &ana).await;
    let first = sent_token(&server).await;
    ask_for_mail(&server, &ana).await;
    let second = sent_token(&server).await;
    assert_ne!(first, second);
    assert_eq!(verify(&server, &first).await.brief(), OK);
    for spent in [&first, &second] {
        assert_eq!(verify(&server, spent).await.brief(), INVALID);
    }
}

#[tokio::test]
async fn one_token_is_spent_once_however_many_present_it_at_once() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    ask_for_mail(&server, &ana).await;
    let token = sent_token(&server).await;
    let try_it = || verify(&server, &token);
    let (a, b, c, d) = tokio::join!(try_it(), try_it(), try_it(), try_it());
    let worked = [a, b, c, d];
    let worked = worked.iter().filter(|answer| answer.brief() == OK);
    assert_eq!(worked.count(), 1);
}

#[tokio::test]
async fn a_token_proves_the_address_to_which_it_was_sent_alone() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    let id = ana.json()["user"]["id"]
        .as_str()
        .expect("it is text")
        .to_owned();
    // The address that the user had before, or will have.
    let other = "old@ex.co".parse().expect("an address");
    let token = email_verification::new_token(&server.auth, &id, "public", &other);
    let token = token.await.expect("the store works");
    let body = json!({ "token": token });
    let answer = with(server.post(VERIFY), &ana).json(&body).await;
    assert_eq!(answer.brief(), OK);
    assert_eq!(claim(&answer), false);
    // Of another tenant.
    let own = "ana@ex.co".parse().expect("an address");
    let token = email_verification::new_token(&server.auth, &id, "elsewhere", &own);
    let token = token.await.expect("the store works");
    assert_eq!(verify(&server, &token).await.brief(), INVALID);
    let verified = with(server.get(VERIFY), &ana).send().await;
    assert_eq!(verified.json()["isVerified"], false);
}

#[tokio::test]
async fn what_is_no_token_is_named() {
    let server = start(Mode::Optional).await;
    let missing = r#"400 {"message":"Please provide the email verification token"}"#;
    for body in [json!({}), json!({"token": null}), json!("x"), json!([])] {
        assert_eq!(server.post(VERIFY).json(&body).await.brief(), missing);
    }
    let number = server.post(VERIFY).json(&json!({"token": 5})).await;
    let expected = r#"400 {"message":"The email verification token must be a string"}"#;
    assert_eq!(number.brief(), expected);
    for token in ["", "garbage"] {
        assert_eq!(verify(&server, token).await.brief(), INVALID);
    }
    // A session is not needed, but one that has expired is refreshed first.
    let ana = server.ana("header").await;
    server.clock.advance(3_600_001);
    let ask = with(server.post(VERIFY), &ana);
    let expired = ask.json(&json!({"token": "garbage"})).await;
    assert_eq!(expired.brief(), r#"401 {"message":"try refresh token"}"#);
}

#[tokio::test]
async fn asking_for_a_mail_takes_a_session_and_reads_no_body() {
    let server = start(Mode::Optional).await;
    let ask = server.post(TOKEN).json(&json!({})).await;
    assert_eq!(ask.brief(), UNAUTHORISED);
    assert_eq!(server.get(VERIFY).send().await.brief(), UNAUTHORISED);
    let ana = server.ana("header").await;
    assert_eq!(with(server.post(TOKEN), &ana).send().await.brief(), OK);
    let broken = with(server.post(TOKEN), &ana);
    let broken = broken.header("content-type", "application/json");
    assert_eq!(broken.text("{").await.brief(), OK);
    // The tenant is that of the session.
    let elsewhere = server.post("/auth/nosuch/user/email/verify/token");
    assert_eq!(with(elsewhere, &ana).send().await.brief(), OK);
    let links = server.mails().await;
    let tokens: Vec<String> = links.iter().map(token_of).collect();
    assert_eq!(tokens.len(), 3);
    // Beyond the limit for one address the answer is the same, and no mail goes out.
    assert_eq!(ask_for_mail(&server, &ana).await.brief(), OK);
    assert_eq!(server.mails().await.len(), 3);
}

#[tokio::test]
async fn a_session_whose_user_is_deleted_is_refused_and_its_tokens_are_cleared() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    ask_for_mail(&server, &ana).await;
    let token = sent_token(&server).await;
    let id = ana.json()["user"]["id"]
        .as_str()
        .expect("it is text")
        .to_owned();
    let deleted = server.auth.store().delete_user(&id).await;
    assert!(deleted.expect("the store works"));
    for ask in [server.post(TOKEN), server.get(VERIFY)] {
        let answer = with(ask, &ana).send().await;
        assert_eq!(answer.brief(), UNAUTHORISED);
        assert_eq!(answer.header("front-token"), Some("remove"));
    }
    assert_eq!(verify(&server, &token).await.brief(), INVALID);
}

#[tokio::test]
async fn a_password_reset_proves_the_address_where_addresses_are_verified() {
    for (mode, verified) in [(Mode::Optional, true), (Mode::Off, false)] {
        let server = start(mode).await;
        let ana = server.ana("header").await;
        ask_for_mail(&server, &ana).await;
        let link = sent_token(&server).await;
        let token = server.reset_token("ana@ex.co").await;
        let fields = json!([{"id": "password", "value": "passw0rd"}]);
        let body = json!({"method": "token", "formFields": fields, "token": token});
        let reset = server.post("/auth/user/password/reset").json(&body).await;
        assert_eq!(reset.brief(), OK);
        assert_eq!(login_method(&sign_in(&server).await)["verified"], verified);
        // The links that were sent before are of no more use.
        let expected = if verified { INVALID } else { OK };
        assert_eq!(verify(&server, &link).await.brief(), expected);
    }
}

#[tokio::test]
async fn guesses_of_a_token_are_limited() {
    let app = |auth: Auth| auth_server::router(auth, Endpoints::new());
    let change = |config: &mut Config| {
        Mode::Optional.set(config);
        config.limits = LimitSettings::default();
    };
    let server = Server::start_app(change, app).await;
    for _ in 0..5 {
        assert_eq!(verify(&server, "guess").await.brief(), INVALID);
    }
    let sixth = verify(&server, "guess").await;
    assert_eq!(sixth.json()["status"], "GENERAL_ERROR", "{sixth}");
    assert_eq!(verify(&server, "another").await.brief(), INVALID);
}

#[tokio::test]
async fn clients_of_all_versions_get_the_same_answers() {
    let server = start(Mode::Optional).await;
    let ana = server.ana("header").await;
    for version in ["1.17", "1.19", "2.0", "3.1", "4.1"] {
        let ask = with(server.get(VERIFY), &ana).header("fdi-version", version);
        let answer = ask.send().await;
        assert_eq!(answer.brief(), r#"200 {"status":"OK","isVerified":false}"#);
    }
}
