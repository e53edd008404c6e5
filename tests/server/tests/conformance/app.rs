//! The application of the scenarios, and the requests to it.

use auth_server::api::OPERATIONS;
use auth_server::{
    Auth, AuthContext, Claim, ClaimValidators, Config, Endpoints, Error, NewSessionFor, Session,
    Subject, VerifyOptions, VerifySession,
};
use axum::Router;
use axum::routing::{any, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::common::{Ask, Exchange, Server};

pub(crate) const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;
pub(crate) const TRY_REFRESH: &str = r#"401 {"message":"try refresh token"}"#;

/// The claim of the scenarios, which is found to be `value` wherever it is fetched.
pub(crate) fn my_bool(value: bool) -> Claim<bool> {
    Claim::new("my-bool", move |_: Subject| async move { Ok(Some(value)) })
}

/// Routes that demand different things of a session.
pub(crate) fn app(auth: Auth) -> Router {
    let in_database = VerifySession::new(VerifyOptions {
        check_database: true,
        ..VerifyOptions::default()
    });
    let is_true = |value| {
        VerifySession::new(VerifyOptions {
            claims: ClaimValidators::Only(vec![my_bool(value).is_true()]),
            ..VerifyOptions::default()
        })
    };
    Router::new()
        .route("/login", post(login_handler))
        .route("/merge", post(merge))
        .route("/required", any(required))
        .route("/optional", any(optional))
        .route("/strict", get(required).route_layer(in_database))
        .route("/is-true", get(required).route_layer(is_true(true)))
        .route("/is-false", get(required).route_layer(is_true(false)))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn required(session: Session) -> String {
    session.user_id.clone()
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id.clone())
}

/// Starts a session with the claims of the body.
async fn login_handler(context: AuthContext, body: String) -> Result<(), Error> {
    let new = NewSessionFor {
        claims: object(&body)?,
        ..NewSessionFor::user("ana")
    };
    context.create_session(new).await.map(drop)
}

/// Merges the body into the claims of the session.
async fn merge(mut session: Session, context: AuthContext, body: String) -> Result<String, Error> {
    context.merge_claims(&mut session, &object(&body)?).await?;
    Ok(session.handle.clone())
}

fn object(body: &str) -> Result<Map<String, Value>, Error> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(body).map_err(|error| Error::bad_input(error.to_string()))
}

/// The server of most scenarios.
pub(crate) async fn start() -> Server {
    start_with(|_| {}).await
}

/// The same with other settings.
pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Server {
    Server::start_app(change, app).await
}

/// Signs in; the tokens travel as `mode` says.
pub(crate) async fn login(server: &Server, mode: &str) -> Exchange {
    let ask = server.post("/login").header("st-auth-mode", mode);
    let answer = ask.send().await;
    assert_eq!(answer.status, 200, "{answer}");
    answer
}

/// A request with the access token that an answer has set as a cookie.
pub(crate) fn by_cookie<'a>(ask: Ask<'a>, session: &Exchange) -> Ask<'a> {
    let token = session.cookie("sAccessToken").expect("it is set");
    ask.header("cookie", &format!("sAccessToken={token}"))
}

/// A request with a token in `Authorization`.
pub(crate) fn by_header<'a>(ask: Ask<'a>, token: &str) -> Ask<'a> {
    ask.header("authorization", &format!("Bearer {token}"))
}

/// A refresh with the cookies that an answer has set.
pub(crate) fn refresh<'a>(server: &'a Server, session: &Exchange) -> Ask<'a> {
    refresh_with(server, &session.as_cookies())
}

/// A refresh with these cookies.
pub(crate) fn refresh_with<'a>(server: &'a Server, cookies: &str) -> Ask<'a> {
    let ask = server.post("/auth/session/refresh");
    ask.header("cookie", cookies)
}

/// The handle of the session that an answer speaks of.
pub(crate) fn handle(answer: &Exchange) -> String {
    let handle = &answer.front_token()["up"]["sessionHandle"];
    handle.as_str().expect("it is text").to_owned()
}

/// Whether the spec has an operation of a behaviour; where it has none, there is nothing to hold it to.
#[allow(clippy::print_stderr, reason = "the log of a test")]
pub(crate) fn is_served(behaviour: &str) -> bool {
    let is_served = OPERATIONS
        .iter()
        .any(|operation| operation.route.behaviour == behaviour);
    if !is_served {
        eprintln!("skipped: the spec has no {behaviour}");
    }
    is_served
}

/// The names of the published keys that sign sessions and are replaced, newest first; `None` where the
/// spec does not publish them.
pub(crate) async fn published(server: &Server) -> Option<Vec<String>> {
    if !is_served("jwt.jwks") {
        return None;
    }
    let keys = server.get("/auth/jwt/jwks.json").send().await.json();
    let keys = keys["keys"].as_array().expect("it is a list");
    let kid = |key: &Value| key["kid"].as_str().expect("it is text").to_owned();
    let rotates = |kid: &String| kid.starts_with("d-");
    Some(keys.iter().map(kid).filter(rotates).collect())
}

/// Header and payload of a JWT.
pub(crate) fn decode(jwt: &str) -> (Value, Value) {
    let part = |place: usize| {
        let part = jwt.split('.').nth(place).expect("a JWT has three parts");
        let json = URL_SAFE_NO_PAD.decode(part).expect("it is base64url");
        serde_json::from_slice(&json).expect("it is JSON")
    };
    (part(0), part(1))
}

/// The name of the key that signed a token.
pub(crate) fn kid(jwt: &str) -> String {
    let (header, _) = decode(jwt);
    header["kid"].as_str().expect("it is text").to_owned()
}
