//! What an application demands of sessions, and what it changes about them from its handlers.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_server::session::AntiCsrf;
use auth_server::{
    Auth, AuthContext, Claim, ClaimValidators, Config, Error, NewSessionFor, NoCustom, Session,
    Subject, VerifyOptions, VerifySession,
};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, Server, shown};
use http::Method;
use serde_json::{Map, Value, json};

/// The claim of the examples: `value` is what fetching gives, `fetches` counts.
fn my_bool(value: Option<bool>, fetches: &Arc<AtomicUsize>) -> Claim<bool> {
    let fetches = Arc::clone(fetches);
    Claim::new("my-bool", move |_: Subject| {
        fetches.fetch_add(1, Ordering::Relaxed);
        async move { Ok(value) }
    })
}

async fn who(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id)
}

async fn sign_in(context: AuthContext) -> Result<String, Error> {
    let session = context.create_session(NewSessionFor::user("u1")).await?;
    Ok(session.handle)
}

async fn merge(mut session: Session, context: AuthContext, body: String) -> Result<String, Error> {
    let update: Map<String, Value> = serde_json::from_str(&body).map_err(Error::internal)?;
    context.merge_claims(&mut session, &update).await?;
    Ok(session.handle)
}

/// Routes that demand different things; `fetched` is what the demanded claim is found to be.
fn app(fetched: Option<bool>, fetches: Arc<AtomicUsize>) -> impl FnOnce(Auth) -> Router {
    move |auth| {
        let claim = my_bool(fetched, &fetches);
        let demanding = VerifySession::new;
        let is_true = demanding(VerifyOptions {
            claims: ClaimValidators::Only(vec![claim.is_true()]),
            ..VerifyOptions::default()
        });
        let in_database = demanding(VerifyOptions {
            check_database: true,
            ..VerifyOptions::default()
        });
        let optional = demanding(VerifyOptions {
            required: false,
            anti_csrf: Some(true),
            ..VerifyOptions::default()
        });
        let unchecked = demanding(VerifyOptions {
            anti_csrf: Some(false),
            ..VerifyOptions::default()
        });
        Router::new()
            .route("/sign-in", post(sign_in))
            .route("/merge", post(merge))
            .route("/who", any(who))
            .route("/is-true", get(who).route_layer(is_true))
            .route("/in-database", get(who).route_layer(in_database))
            .route("/optional", any(who).layer(optional))
            .route("/unchecked", any(who).layer(unchecked))
            .layer(auth_server::layer(auth, None::<NoCustom>))
    }
}

async fn start(fetched: Option<bool>) -> (Server, Arc<AtomicUsize>) {
    start_with(fetched, |_| {}).await
}

async fn start_with(
    fetched: Option<bool>,
    change: impl FnOnce(&mut Config),
) -> (Server, Arc<AtomicUsize>) {
    let fetches = Arc::new(AtomicUsize::new(0));
    let server = Server::start_app(change, app(fetched, Arc::clone(&fetches))).await;
    (server, fetches)
}

/// Signs in by cookies: what was answered and what the browser sends from then on.
async fn signed_in(server: &Server) -> (Exchange, String) {
    let answer = server
        .post("/sign-in")
        .header("st-auth-mode", "cookie")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookies = answer.as_cookies();
    (answer, cookies)
}

const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;
const TRY_REFRESH: &str = r#"401 {"message":"try refresh token"}"#;
const INVALID: &str = r#"{"message":"invalid claim","claimValidationErrors":[{"id":"my-bool","reason":{"message":"wrong value","expectedValue":true,"actualValue":false}}]}"#;

/// Scenario 24.
#[tokio::test]
async fn a_revoked_session_ends_at_once_where_the_database_is_asked() {
    let (server, _) = start(None).await;
    let (answer, cookies) = signed_in(&server).await;
    let ask = |path| server.get(path).header("cookie", &cookies).send();
    assert_eq!(ask("/in-database").await.brief(), "200 u1");
    let revoked = server.auth.sessions().revoke_by_handle(&answer.body).await;
    assert!(revoked.expect("the store works"));
    assert_eq!(ask("/who").await.brief(), "200 u1");
    let refused = ask("/in-database").await;
    assert_eq!(refused.brief(), UNAUTHORISED);
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}

/// Scenario 29, and what it leaves in the database.
#[tokio::test]
async fn a_claim_that_is_fetched_and_not_met_is_stored_but_not_sent() {
    let (server, fetches) = start(Some(false)).await;
    let (answer, cookies) = signed_in(&server).await;
    let refused = server
        .get("/is-true")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(refused.brief(), format!("403 {INVALID}"));
    assert!(!refused.has_session_headers());
    let stored = server.auth.sessions().get(&answer.body).await;
    let stored = stored.expect("the store works").expect("it is there");
    assert_eq!(
        stored.claims["my-bool"],
        json!({ "v": false, "t": common::START })
    );
    assert_eq!(fetches.load(Ordering::Relaxed), 1);
}

/// Scenario 30.
#[tokio::test]
async fn a_claim_that_is_fetched_and_met_is_sent() {
    let (server, fetches) = start(Some(true)).await;
    let (_, cookies) = signed_in(&server).await;
    server.clock.advance(5_000);
    let answer = server
        .get("/is-true")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(answer.brief(), "200 u1");
    shown("claims_fetched", &answer);
    let lines = answer.cookie_lines();
    assert!(
        lines.len() == 1 && lines[0].starts_with("sAccessToken=ey"),
        "{answer}"
    );
    let entry = json!({ "v": true, "t": common::START + 5_000 });
    assert_eq!(answer.front_token()["up"]["my-bool"], entry);

    let access = answer.cookie("sAccessToken").expect("it is set");
    let cookies = format!("sAccessToken={access}");
    let again = server
        .get("/is-true")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(again.brief(), "200 u1");
    assert!(!again.has_session_headers());
    assert_eq!(fetches.load(Ordering::Relaxed), 1);
}

/// Scenario 31.
#[tokio::test]
async fn anybody_may_sign_out() {
    let fetches = Arc::new(AtomicUsize::new(0));
    let claim = my_bool(Some(false), &fetches);
    let build = |builder: auth_server::auth::AuthBuilder| builder.claim_validator(claim.is_true());
    let server = Server::start_built(|_| {}, build, app(None, Arc::default())).await;
    let (_, cookies) = signed_in(&server).await;
    let refused = server.get("/who").header("cookie", &cookies).send().await;
    assert_eq!(refused.brief(), format!("403 {INVALID}"));
    let ask = server.post("/auth/signout").header("cookie", &cookies);
    assert_eq!(ask.send().await.brief(), r#"200 {"status":"OK"}"#);
}

/// Scenario 33.
#[tokio::test]
async fn a_claim_of_the_servers_cannot_be_changed() {
    let (server, _) = start(None).await;
    let (_, cookies) = signed_in(&server).await;
    let ask = server.post("/merge").header("cookie", &cookies);
    let answer = ask.text(r#"{"k":1,"sub":"x"}"#).await;
    assert_eq!(answer.brief(), "500 Internal Server Error");
    assert!(!answer.has_session_headers());
    let checked = server.get("/in-database").header("cookie", &cookies);
    assert!(
        !checked.send().await.has_session_headers(),
        "nothing changed"
    );
}

/// A session that is gone when its claims shall change is over for the browser, too.
#[tokio::test]
async fn claims_of_a_session_that_is_gone_cannot_be_changed() {
    let (server, _) = start(None).await;
    let (answer, cookies) = signed_in(&server).await;
    let revoked = server.auth.sessions().revoke_by_handle(&answer.body).await;
    assert!(revoked.expect("the store works"));
    let ask = server.post("/merge").header("cookie", &cookies);
    let refused = ask.text(r#"{"k":1}"#).await;
    assert_eq!(refused.brief(), UNAUTHORISED);
    assert_eq!(refused.header("front-token"), Some("remove"));
}

/// Scenario 41.
#[tokio::test]
async fn both_statuses_of_sessions_are_settings() {
    let change = |config: &mut Config| {
        config.session.session_expired_status_code = 440;
        config.session.invalid_claim_status_code = 418;
    };
    let (server, _) = start_with(Some(false), change).await;
    let missing = server.get("/is-true").send().await;
    assert_eq!(missing.brief(), r#"440 {"message":"unauthorised"}"#);
    let (answer, cookies) = signed_in(&server).await;
    let refused = server
        .get("/is-true")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(refused.brief(), format!("418 {INVALID}"));
    // So is the status of what a handler answers itself.
    let revoked = server.auth.sessions().revoke_by_handle(&answer.body).await;
    assert!(revoked.expect("the store works"));
    let ask = server.post("/merge").header("cookie", &cookies);
    assert_eq!(
        ask.text("{}").await.brief(),
        r#"440 {"message":"unauthorised"}"#
    );
}

#[tokio::test]
async fn a_layer_forces_or_waives_the_anti_csrf_rule() {
    let change = |config: &mut Config| config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    let (server, _) = start_with(None, change).await;
    let (answer, cookies) = signed_in(&server).await;
    let token = answer.header("anti-csrf").expect("it is sent").to_owned();
    let ask = |method, path| server.ask(method, path).header("cookie", &cookies);
    assert_eq!(
        ask(Method::GET, "/optional").send().await.brief(),
        TRY_REFRESH
    );
    let with_token = ask(Method::GET, "/optional").header("anti-csrf", &token);
    assert_eq!(with_token.send().await.brief(), "200 u1");
    assert_eq!(
        ask(Method::POST, "/unchecked").send().await.brief(),
        "200 u1"
    );
    assert_eq!(ask(Method::POST, "/who").send().await.brief(), TRY_REFRESH);
    assert_eq!(server.post("/optional").send().await.brief(), "200 nobody");
    let options = server.ask(Method::OPTIONS, "/unchecked").send().await;
    assert_eq!(options.brief(), "200 nobody");
}

#[tokio::test]
async fn a_route_that_demands_without_the_layer_says_so() {
    let demands = VerifySession::new(VerifyOptions::default());
    let app = |_| Router::new().route("/x", get(who).route_layer(demands));
    let server = Server::start_app(|_| {}, app).await;
    let answer = server.get("/x").send().await;
    assert!(
        answer
            .brief()
            .starts_with("500 This route asks for a session")
    );
}
