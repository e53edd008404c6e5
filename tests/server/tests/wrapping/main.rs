//! Code of the application around built-in operations: before, after and in place of them, and what it cannot skip.

#[path = "../common/mod.rs"]
mod common;
mod requests;

#[allow(dead_code, reason = "its main function starts a server of its own")]
#[path = "../../../../docs/examples/wrapping.rs"]
mod example;

use std::sync::atomic::{AtomicUsize, Ordering};

use auth_server::auth::AuthBuilder;
use auth_server::recipes::email_password::{EmailExists, SignIn};
use auth_server::recipes::session::Refresh;
use auth_server::{Call, Error, NewSessionFor, Next, Wrap, async_trait};
use common::{Exchange, Server, form};
use example::Welcomed;
use serde_json::{Value, json};

async fn start(build: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Server {
    Server::start_extended(|_| {}, build).await
}

async fn sign_in(server: &Server) -> Exchange {
    let form = form("ana@ex.co", "passw0rd");
    server.post("/auth/signin").json(&form).await
}

async fn sessions_of(server: &Server, user: &Value) -> usize {
    let user = user.as_str().expect("an id");
    let listed = server.auth.sessions().list(user, None).await;
    listed.expect("the store works").len()
}

#[tokio::test]
async fn the_example_does_what_it_shows() {
    let welcomed = Welcomed::default();
    let server = start(|builder| example::with_wraps(builder, &welcomed)).await;
    let sign_up = async |email: &str, invitation: &str| {
        let mut form = form(email, "passw0rd");
        let field = json!({"id": "invitation", "value": invitation});
        form["formFields"]
            .as_array_mut()
            .expect("a list")
            .push(field);
        server
            .post("/auth/signup")
            .header("st-auth-mode", "header")
            .json(&form)
            .await
    };
    let refused = sign_up("eva@ex.co", "stolen").await;
    let expected =
        r#"200 {"status":"SIGN_UP_NOT_ALLOWED","reason":"This invitation is not known."}"#;
    assert_eq!(refused.brief(), expected);
    assert!(!refused.has_session_headers());
    assert_eq!(sign_up("eva@ex.co", "").await.brief(), refused.brief());
    assert_eq!(welcomed.all(), [""; 0]);

    let ana = sign_up("ana@ex.co", "for-ana").await;
    assert_eq!(ana.json()["status"], "OK");
    assert_eq!(welcomed.all(), ["ana@ex.co"]);

    let closed = sign_in(&server).await;
    let expected = r#"200 {"status":"GENERAL_ERROR","message":"Please come back in an hour."}"#;
    assert_eq!(closed.brief(), expected);
    let ask = server.post("/auth/signin").header("x-administrator", "1");
    let open = ask.json(&form("ana", "passw0rd")).await;
    assert_eq!(open.json()["status"], "OK");
    let bearer = format!("Bearer {}", ana.access());
    let ask = server
        .post("/auth/signout")
        .header("authorization", &bearer);
    assert_eq!(ask.send().await.json()["status"], "OK");
}

/// What becomes of an outcome.
type Then = fn(SignIn) -> Result<SignIn, Error>;

/// Runs the behaviour, and changes its outcome.
struct After(Then);

#[async_trait]
impl Wrap<SignIn> for After {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignIn>) -> Result<SignIn, Error> {
        let outcome = next.run(call).await?;
        (self.0)(outcome)
    }
}

#[tokio::test]
async fn a_refusal_after_the_fact_signs_no_user_in() {
    let refuse: [(&str, Then); 4] = [
        ("WRONG_CREDENTIALS_ERROR", |_| Ok(SignIn::WrongCredentials)),
        ("GENERAL_ERROR", |_| Err(Error::General("No.".to_owned()))),
        ("500", |_| Err(Error::internal("the directory is down"))),
        ("500", |_| panic!("a mistake in the wrap")),
    ];
    for (expected, then) in refuse {
        let server = start(|builder| builder.wrap(After(then))).await;
        let user = server.ana("header").await.json()["user"]["id"].clone();
        for mode in ["header", "cookie"] {
            let ask = server.post("/auth/signin").header("st-auth-mode", mode);
            let answer = ask.json(&form("ana@ex.co", "passw0rd")).await;
            match expected {
                "500" => assert_eq!(answer.status, 500),
                status => assert_eq!(answer.json()["status"], status),
            }
            assert!(!answer.has_session_headers(), "{answer}");
            assert!(answer.cookie_lines().is_empty(), "{answer}");
            assert_eq!(sessions_of(&server, &user).await, 1, "that of the sign-up");
        }
    }
}

#[tokio::test]
async fn an_outcome_of_the_same_kind_may_be_changed_and_the_session_stays() {
    let server = start(|builder| {
        builder.wrap(After(|outcome| {
            Ok(match outcome {
                SignIn::Ok { mut user } => {
                    user.is_primary_user = true;
                    SignIn::Ok { user }
                }
                other => other,
            })
        }))
    })
    .await;
    server.ana("header").await;
    let answer = sign_in(&server).await;
    assert_eq!(answer.json()["user"]["isPrimaryUser"], true);
    assert!(answer.has_session_headers());
}

/// Signs users in by a card, in place of the behaviour.
struct ByCard;

#[async_trait]
impl Wrap<SignIn> for ByCard {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignIn>) -> Result<SignIn, Error> {
        let Some(id) = call.headers().get("x-card").and_then(|id| id.to_str().ok()) else {
            return next.run(call).await;
        };
        let user = call.auth().store().user(id).await?;
        let Some(user) = user else {
            return Ok(SignIn::WrongCredentials);
        };
        call.create_session(NewSessionFor::user(&user.id)).await?;
        Ok(SignIn::Ok { user })
    }
}

#[tokio::test]
async fn what_runs_in_place_of_a_behaviour_begins_sessions_and_no_foreign_page_makes_it() {
    let server = start(|builder| builder.wrap(ByCard)).await;
    let user = server.ana("header").await.json()["user"]["id"].clone();
    let id = user.as_str().expect("an id").to_owned();
    let by_card = || {
        server
            .post("/auth/signin")
            .header("x-card", &id)
            .header("st-auth-mode", "cookie")
    };
    let answer = by_card().json(&json!({})).await;
    assert!(answer.cookie("sAccessToken").is_some(), "{answer}");
    let foreign = by_card()
        .header("origin", "https://evil.example")
        .json(&json!({}))
        .await;
    assert_eq!(foreign.status, 403, "{foreign}");
    assert!(foreign.cookie_lines().is_empty());
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(200_000));
    assert_eq!(by_card().text(&large).await.status, 413);
    let nowhere = server
        .post("/auth/t1/signin")
        .header("x-card", &id)
        .json(&json!({}))
        .await;
    assert_eq!(nowhere.status, 404, "there is no such tenant");
}

/// Tries to begin a session in an operation that begins none.
struct WithASession;

#[async_trait]
impl Wrap<EmailExists> for WithASession {
    async fn wrap(&self, call: &mut Call, _: Next<'_, EmailExists>) -> Result<EmailExists, Error> {
        call.create_session(NewSessionFor::user("ana")).await?;
        Ok(EmailExists::Ok { exists: true })
    }
}

#[tokio::test]
async fn an_operation_whose_contract_begins_no_session_begins_none_in_a_wrap() {
    let server = start(|builder| builder.wrap(WithASession)).await;
    // Both routes of the contract are wrapped.
    for path in [
        "/auth/emailpassword/email/exists",
        "/auth/signup/email/exists",
    ] {
        let answer = server.get(&format!("{path}?email=a@ex.co")).send().await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(!answer.has_session_headers());
    }
}

/// Counts refreshes.
struct Counted(&'static AtomicUsize);

#[async_trait]
impl Wrap<Refresh> for Counted {
    async fn wrap(&self, call: &mut Call, next: Next<'_, Refresh>) -> Result<Refresh, Error> {
        let outcome = next.run(call).await;
        self.0.fetch_add(1, Ordering::Relaxed);
        outcome
    }
}

#[tokio::test]
async fn operations_of_sessions_are_wrapped_like_all_others() {
    static REFRESHES: AtomicUsize = AtomicUsize::new(0);
    let server = start(|builder| builder.wrap(Counted(&REFRESHES))).await;
    let ana = server.ana("header").await;
    let bearer = format!("Bearer {}", ana.refresh());
    let ask = server
        .post("/auth/session/refresh")
        .header("authorization", &bearer);
    let refreshed = ask.send().await;
    assert_eq!(refreshed.status, 200);
    assert!(refreshed.has_session_headers());
    assert_eq!(
        server.post("/auth/session/refresh").send().await.status,
        401
    );
    assert_eq!(REFRESHES.load(Ordering::Relaxed), 2);
}
