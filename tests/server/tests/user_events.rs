//! Events of users: what has happened to them, when it is stored, in its order and without secrets.

mod common;

use std::sync::{Arc, Mutex};

use auth_server::auth::AuthBuilder;
use auth_server::events::AuthEvent;
use auth_server::recipes::email_verification::{self, Mode};
use auth_server::{Auth, Endpoints, Error, NewSessionFor};
use common::codes::{Attempt, sent_code, wrong};
use common::{Exchange, Server, form};
use http::HeaderMap;
use serde_json::{Value, json};

/// The events that a handler has got.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<AuthEvent>>>);

impl Heard {
    /// The handler.
    fn listen(&self, builder: AuthBuilder) -> AuthBuilder {
        let heard = self.clone();
        builder.on_event(move |event: AuthEvent, _: Auth| {
            heard.0.lock().expect("no test panics with it").push(event);
            std::future::ready(Ok(()))
        })
    }

    /// What has come since the last look, in its order.
    async fn events(&self, server: &Server) -> Vec<AuthEvent> {
        server.auth.events_handled().await;
        std::mem::take(&mut *self.0.lock().expect("no test panics with it"))
    }

    async fn names(&self, server: &Server) -> Vec<&'static str> {
        self.events(server)
            .await
            .iter()
            .map(AuthEvent::name)
            .collect()
    }
}

async fn start(build: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Server {
    let app = |auth| auth_server::router(auth, Endpoints::new());
    let change = |config: &mut auth_server::Config| Mode::Optional.set(config);
    Server::start_built(change, build, app).await
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

#[tokio::test]
async fn a_wrong_password_is_an_event_whether_or_not_there_is_such_a_user_and_holds_no_password() {
    let (server, heard) = started().await;
    server.ana("header").await;
    heard.events(&server).await;
    sign_in(&server, "my s3cret guess").await;
    let unknown = form("eva@ex.co", "my s3cret guess");
    server.post("/auth/signin").json(&unknown).await;
    let events = heard.events(&server).await;
    let accounts = events.iter().map(|event| match event {
        AuthEvent::SignInFailed {
            recipe_id, account, ..
        } => (*recipe_id, account.as_str()),
        other => panic!("{other:?}"),
    });
    let accounts: Vec<_> = accounts.collect();
    assert_eq!(
        accounts,
        [
            ("emailpassword", "ana@ex.co"),
            ("emailpassword", "eva@ex.co")
        ]
    );
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
