//! What an application demands of sessions, and what it changes about them from its handlers.

mod common;

use auth_server::session::AntiCsrf;
use auth_server::{
    Auth, AuthContext, Config, Error, NewSessionFor, NoCustom, Session, VerifyOptions,
    VerifySession,
};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, Server};
use http::Method;
use serde_json::{Map, Value};

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

/// Routes that demand different things.
fn app(auth: Auth) -> Router {
    let optional = VerifySession::new(VerifyOptions {
        required: false,
        anti_csrf: Some(true),
        ..VerifyOptions::default()
    });
    let unchecked = VerifySession::new(VerifyOptions {
        anti_csrf: Some(false),
        ..VerifyOptions::default()
    });
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/merge", post(merge))
        .route("/who", any(who))
        .route("/optional", any(who).layer(optional))
        .route("/unchecked", any(who).layer(unchecked))
        .layer(auth_server::layer(auth, None::<NoCustom>))
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

/// A session that is gone when its claims shall change is over for the browser, too.
#[tokio::test]
async fn claims_of_a_session_that_is_gone_cannot_be_changed() {
    let server = Server::start_app(|_| {}, app).await;
    let (answer, cookies) = signed_in(&server).await;
    let revoked = server.auth.sessions().revoke_by_handle(&answer.body).await;
    assert!(revoked.expect("the store works"));
    let ask = server.post("/merge").header("cookie", &cookies);
    let refused = ask.text(r#"{"k":1}"#).await;
    assert_eq!(refused.brief(), UNAUTHORISED);
    assert_eq!(refused.header("front-token"), Some("remove"));
}

#[tokio::test]
async fn a_layer_forces_or_waives_the_anti_csrf_rule() {
    let change = |config: &mut Config| config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    let server = Server::start_app(change, app).await;
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
