//! Events of users: what has happened to them, when it is stored, in its order and without secrets.

mod common;

use auth_server::auth::AuthBuilder;
use auth_server::events::{AuthEvent, SignInFailure};
use auth_server::recipes::email_verification::{self, Mode};
use auth_server::{Error, NewSessionFor};
use common::codes::{Attempt, sent, sent_code, wrong};
use common::heard::Heard;
use common::provider::{Provider, begin, body, finish, sign_in as sign_in_through};
use common::{Exchange, Server, form};
use http::HeaderMap;
use serde_json::{Value, json};

use SignInFailure::{
    ExpiredCode, NoEmail, NotVerified, ProviderUnavailable, RefusedByProvider, WrongCode,
    WrongCredentials,
};

async fn start(build: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Server {
    Server::start_extended(|config| Mode::Optional.set(config), build).await
}

async fn started() -> (Server, Heard) {
    let heard = Heard::default();
    let server = start(|builder| heard.listen(builder)).await;
    (server, heard)
}

async fn sign_in(server: &Server, password: &str) -> Exchange {
    let form = form("ana@ex.co", password);
    server.post("/auth/signin").json(&form).await
}

fn id(answer: &Exchange) -> String {
    let id = answer.json()["user"]["id"].as_str().map(str::to_owned);
    id.expect("the user is signed in")
}

#[tokio::test]
async fn a_sign_up_is_announced_before_its_session_and_a_sign_in_behind_it() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    let events = heard.events(&server).await;
    let names: Vec<_> = events.iter().map(AuthEvent::name).collect();
    assert_eq!(names, ["signed-up", "session-created"]);
    let AuthEvent::SignedUp {
        user,
        recipe_user_id,
        tenant_id,
        at,
        ..
    } = &events[0]
    else {
        panic!("{events:?}");
    };
    assert_eq!((user.id.clone(), recipe_user_id), (id(&ana), &user.id));
    assert_eq!((tenant_id.as_str(), *at), ("public", common::START));

    let again = sign_in(&server, "passw0rd").await;
    let events = heard.events(&server).await;
    let names: Vec<_> = events.iter().map(AuthEvent::name).collect();
    assert_eq!(names, ["session-created", "signed-in"]);
    let AuthEvent::SignedIn {
        user,
        session_handle,
        ..
    } = &events[1]
    else {
        panic!("{events:?}");
    };
    assert_eq!(user.id, id(&again));
    assert_eq!(*session_handle, again.front_token()["up"]["sessionHandle"]);
}

/// What failed sign-ins say, and nothing else: recipe, why, account or provider.
fn failures(events: &[AuthEvent]) -> Vec<(&str, SignInFailure, &str)> {
    let failure = |event| match event {
        &AuthEvent::SignInFailed {
            recipe_id,
            reason,
            ref account,
            ref third_party_id,
            ref tenant_id,
            ..
        } => {
            assert_eq!(tenant_id, "public");
            assert!(account.is_none() || third_party_id.is_none());
            let claimed = account.as_ref().or(third_party_id.as_ref());
            Some((recipe_id, reason, claimed?.as_str()))
        }
        _ => None,
    };
    events.iter().filter_map(failure).collect()
}

#[tokio::test]
async fn a_wrong_password_is_an_event_whether_or_not_there_is_such_a_user_and_holds_no_password() {
    let (server, heard) = started().await;
    server.ana("header").await;
    heard.events(&server).await;
    sign_in(&server, "my s3cret guess").await;
    let unknown = form("eva@ex.co", "my s3cret guess");
    server.post("/auth/signin").json(&unknown).await;
    let events = heard.events(&server).await;
    assert_eq!(events.len(), 2);
    let wrong = |account| ("emailpassword", WrongCredentials, account);
    let expected = ["ana@ex.co", "eva@ex.co"].map(wrong);
    assert_eq!(failures(&events), expected);
    assert!(!format!("{events:?}").contains("s3cret"));
}

#[tokio::test]
async fn users_without_a_password_raise_the_same_events() {
    let (server, heard) = started().await;
    for expected in [
        ["sign-in-failed", "signed-up", "session-created"],
        ["sign-in-failed", "session-created", "signed-in"],
    ] {
        let attempt = Attempt::start(&server, "ana@ex.co").await;
        let code = sent_code(&server).await;
        attempt.with_code(&server, wrong(&code)).await;
        attempt.with_code(&server, &code).await;
        assert_eq!(heard.names(&server).await, expected);
    }
}

#[tokio::test]
async fn each_code_or_link_that_is_wrong_or_too_old_is_an_event_and_one_that_is_not_compared_is_none()
 {
    let (server, heard) = started().await;
    let failed = |reason| ("passwordless", reason, "ana@ex.co");
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let sent = sent(&server).await;
    let (code, link) = (sent.code.expect("a code"), sent.link_code.expect("a link"));
    let none = "A".repeat(43);
    attempt.with_link(&server, &none).await;
    // The fifth ends the attempt. What comes later is compared with nothing.
    for _ in 0..6 {
        attempt.with_code(&server, wrong(&code)).await;
    }
    attempt.with_link(&server, &link).await;
    let events = heard.events(&server).await;
    assert_eq!(failures(&events), [failed(WrongCode); 6]);
    // The time has zeros, as the code may.
    let shown = format!("{events:?}").replace("at: 1800000000000", "");
    assert!(
        !shown.contains(&none) && !shown.contains(wrong(&code)),
        "{shown}"
    );

    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let sent = common::codes::sent(&server).await;
    let (code, link) = (sent.code.expect("a code"), sent.link_code.expect("a link"));
    server.clock.advance(15 * 60_000 + 1);
    attempt.with_code(&server, &code).await;
    attempt.with_link(&server, &link).await;
    let events = heard.events(&server).await;
    assert_eq!(failures(&events), [failed(ExpiredCode); 2]);
}

#[tokio::test]
async fn a_sign_in_through_a_provider_that_fails_says_why_and_holds_neither_code_nor_token() {
    let provider = Provider::start().await;
    let heard = Heard::default();
    let server = provider
        .server_extended(
            &provider.settings(),
            |_| {},
            |builder| heard.listen(builder),
        )
        .await;
    let failed = |reason| [("thirdparty", reason, "example")];
    // The user has cancelled.
    let begun = begin(&server).await;
    let mut denied = body(&begun, "");
    denied["redirectURIInfo"]["redirectURIQueryParams"] = json!({"error": "access_denied"});
    let answer = finish(&server, &denied).await;
    assert_eq!(answer.json()["status"], "GENERAL_ERROR");
    assert_eq!(
        failures(&heard.events(&server).await),
        failed(RefusedByProvider)
    );
    // A code that the provider does not know.
    let answer = finish(&server, &body(&begun, "my-s3cret-code")).await;
    assert_eq!(answer.status, 400);
    let events = heard.events(&server).await;
    assert_eq!(failures(&events), failed(RefusedByProvider));
    let shown = format!("{events:?}");
    let verifier = begun.verifier.as_deref().expect("the page keeps it");
    assert!(
        !shown.contains("s3cret") && !shown.contains(verifier),
        "{shown}"
    );
    // A token for another client.
    provider.inner().change = Some(Box::new(|claims| {
        claims.insert("aud".to_owned(), json!("other"));
    }));
    assert_eq!(sign_in_through(&server, &provider).await.status, 400);
    assert_eq!(failures(&heard.events(&server).await), failed(NotVerified));
    provider.inner().change = None;
    // A user without an address.
    provider.inner().user = json!({"sub": "u1"});
    provider.inner().user_info = json!({"sub": "u1"});
    sign_in_through(&server, &provider).await;
    assert_eq!(failures(&heard.events(&server).await), failed(NoEmail));
    // A request that is not built as documented is no sign-in.
    assert_eq!(finish(&server, &body(&begun, "")).await.status, 400);
    assert_eq!(heard.names(&server).await, [""; 0]);
    // A provider that is down.
    provider.inner().is_broken = true;
    let answer = finish(&server, &body(&begun, "code")).await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        failures(&heard.events(&server).await),
        failed(ProviderUnavailable)
    );
}

#[tokio::test]
async fn what_stores_nothing_is_no_event() {
    let (server, heard) = started().await;
    server.ana("header").await;
    heard.events(&server).await;
    // The address is taken, the form is wrong, the token is none.
    server.ana("header").await;
    server.post("/auth/signup").json(&form("x", "y")).await;
    let fields = json!([{"id": "password", "value": "passw0rd2"}]);
    let body = json!({"formFields": fields, "token": "none"});
    server.post("/auth/user/password/reset").json(&body).await;
    let body = json!({"method": "token", "token": "none"});
    server.post("/auth/user/email/verify").json(&body).await;
    assert_eq!(heard.names(&server).await, [""; 0]);
}

#[tokio::test]
async fn a_user_whose_session_is_refused_has_signed_up_all_the_same() {
    let heard = Heard::default();
    let server = start(|builder| {
        let builder = heard.listen(builder);
        builder.on_create_session(|_: NewSessionFor, _: HeaderMap| async move {
            Err(Error::General("Please wait for our call.".to_owned()))
        })
    })
    .await;
    let answer = server.ana("header").await;
    assert_eq!(answer.json()["status"], "GENERAL_ERROR");
    assert_eq!(heard.names(&server).await, ["signed-up"]);
    assert_eq!(
        sign_in(&server, "passw0rd").await.json()["status"],
        "GENERAL_ERROR"
    );
    assert_eq!(heard.names(&server).await, [""; 0]);
}

#[tokio::test]
async fn a_reset_ends_sessions_and_verifies_the_address_once() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    heard.events(&server).await;
    for (password, expected) in [
        (
            "passw0rd2",
            &["session-revoked", "password-reset", "email-verified"][..],
        ),
        ("passw0rd3", &["password-reset"]),
    ] {
        let token = server.reset_token("ana@ex.co").await;
        let fields = json!([{"id": "password", "value": password}]);
        let body = json!({"formFields": fields, "token": token});
        let answer = server.post("/auth/user/password/reset").json(&body).await;
        assert_eq!(answer.json()["status"], "OK");
        let events = heard.events(&server).await;
        let names: Vec<_> = events.iter().map(AuthEvent::name).collect();
        assert_eq!(names, expected);
        let shown = format!("{events:?}");
        assert!(
            !shown.contains(password) && !shown.contains(&token),
            "{shown}"
        );
        assert!(shown.contains(&id(&ana)), "{shown}");
    }
}

#[tokio::test]
async fn a_link_verifies_an_address_once() {
    let (server, heard) = started().await;
    let ana = server.ana("header").await;
    let address = auth_server::email::EmailAddress::parse("ana@ex.co").expect("it is one");
    let user = id(&ana);
    let new_token = async || {
        let token = email_verification::new_token(&server.auth, &user, "public", &address);
        token.await.expect("the store works")
    };
    let tokens = [new_token().await, new_token().await];
    heard.events(&server).await;
    let mut statuses = Vec::new();
    for token in tokens {
        let body = json!({"method": "token", "token": token});
        let answer = server.post("/auth/user/email/verify").json(&body).await;
        statuses.push(answer.json()["status"].clone());
    }
    let invalid = "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR";
    assert_eq!(statuses, [Value::from("OK"), Value::from(invalid)]);
    let events = heard.events(&server).await;
    let [
        AuthEvent::EmailVerified {
            recipe_user_id,
            email,
            ..
        },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!((recipe_user_id, email.as_str()), (&user, "ana@ex.co"));
}
