//! The layer around an application, and the session as an argument of its handlers.

mod common;

use auth_server::session::AntiCsrf;
use auth_server::{
    Auth, AuthContext, ErrorResponse, NewSessionFor, NoCustom, Session, VerifyOptions,
};
use axum::Router;
use axum::routing::{any, get, post};
use common::{Exchange, Server, app_info, form, shown};
use http::Method;
use serde_json::{Map, Value, json};

async fn required(session: Session) -> String {
    session.user_id
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id)
}

async fn leave(session: Session, context: AuthContext) -> &'static str {
    context
        .revoke_session(&session)
        .await
        .map_or("failed", |()| "bye")
}

/// Asks the database whether the session still exists.
async fn strict(context: AuthContext) -> Result<String, ErrorResponse> {
    let options = VerifyOptions {
        check_database: true,
        ..VerifyOptions::default()
    };
    let session = context.session(options).await;
    let session = session.map_err(|error| context.refusal(&error))?;
    Ok(session.map(|session| session.user_id).unwrap_or_default())
}

/// Starts a session with the claims of the body.
async fn start_session(context: AuthContext, body: String) -> Result<(), ErrorResponse> {
    let new = NewSessionFor {
        claims: claims(&body),
        ..NewSessionFor::user("ana")
    };
    let started = context.create_session(new).await;
    started.map(|_| ()).map_err(|error| context.refusal(&error))
}

/// Merges the body into the claims of the session.
async fn merge(
    mut session: Session,
    context: AuthContext,
    body: String,
) -> Result<String, ErrorResponse> {
    let merged = context.merge_claims(&mut session, &claims(&body)).await;
    merged.map_err(|error| context.refusal(&error))?;
    Ok(session.handle)
}

fn claims(body: &str) -> Map<String, Value> {
    serde_json::from_str(body).expect("the tests send objects")
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/required", get(required).post(required))
        .route("/optional", any(optional))
        .route("/any", any(required))
        .route("/leave", post(leave))
        .route("/strict", get(strict))
        .route("/start", post(start_session))
        .route("/merge", post(merge))
        .route(
            "/auth/own",
            get(|| async { "an application's route under the base path" }),
        )
        .layer(auth_server::layer(auth, None::<NoCustom>))
}

async fn start() -> Server {
    Server::start_app(|_| {}, app).await
}

fn bearer(ana: &Exchange) -> String {
    format!("Bearer {}", ana.access())
}

const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;
const TRY_REFRESH: &str = r#"401 {"message":"try refresh token"}"#;

#[tokio::test]
async fn the_layer_answers_auth_paths_and_lets_all_others_through() {
    let server = start().await;
    assert_eq!(server.ana("header").await.json()["status"], "OK");
    assert_eq!(server.get("/optional").send().await.brief(), "200 nobody");
    assert!(
        server
            .get("/auth/own")
            .send()
            .await
            .body
            .starts_with("an application's")
    );
    assert_eq!(server.get("/nowhere").send().await.status, 404);
    assert_eq!(server.get("/auth/nope").send().await.status, 404);
}

#[tokio::test]
async fn without_a_session_the_required_one_is_refused_and_the_optional_one_is_none() {
    let server = start().await;
    shown("app_unauthorised", &server.get("/required").send().await);
    let foreign = [
        ("cookie", "sAccessToken=abc"),
        ("authorization", "Bearer x.y.z"),
    ];
    for (name, value) in foreign {
        let refused = server.get("/required").header(name, value).send().await;
        assert_eq!(refused.brief(), UNAUTHORISED, "{value}");
        assert!(!refused.has_session_headers());
        let none = server.get("/optional").header(name, value).send().await;
        assert_eq!(none.brief(), "200 nobody", "{value}");
    }
}

#[tokio::test]
async fn a_valid_session_leaves_no_trace_on_the_answer() {
    let server = start().await;
    let ana = server.ana("header").await;
    let answer = server
        .get("/required")
        .header("authorization", &bearer(&ana))
        .send()
        .await;
    assert_eq!(
        answer.body,
        ana.json()["user"]["id"].as_str().expect("a text")
    );
    assert!(!answer.has_session_headers());
    assert_eq!(answer.header("cache-control"), None);
    let lower = format!("bearer {}", ana.access());
    let refused = server
        .get("/required")
        .header("authorization", &lower)
        .send()
        .await;
    assert_eq!(refused.brief(), UNAUTHORISED);
}

#[tokio::test]
async fn an_expired_or_forged_token_is_to_be_refreshed_even_where_none_is_needed() {
    let server = start().await;
    let ana = server.ana("header").await;
    let (payload, _) = ana
        .access()
        .rsplit_once('.')
        .expect("a JWT has three parts");
    let forged = format!("Bearer {payload}.{}", "A".repeat(86));
    for path in ["/required", "/optional"] {
        let answer = server
            .get(path)
            .header("authorization", &forged)
            .send()
            .await;
        assert_eq!(answer.brief(), TRY_REFRESH);
        assert!(!answer.has_session_headers());
    }
    server.clock.advance(3_600_001);
    for path in ["/required", "/optional"] {
        let answer = server
            .get(path)
            .header("authorization", &bearer(&ana))
            .send()
            .await;
        assert_eq!(answer.brief(), TRY_REFRESH);
    }
}

#[tokio::test]
async fn a_foreign_bearer_does_not_hide_the_cookie() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let cookie = ana.as_cookies();
    let ask = server.get("/required").header("cookie", &cookie);
    assert_eq!(
        ask.header("authorization", "Bearer x.y.z")
            .send()
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_the_application_does_to_the_session_is_put_on_its_answer() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let cookie = ana.as_cookies();
    shown(
        "app_revokes",
        &server.post("/leave").header("cookie", &cookie).send().await,
    );
}

#[tokio::test]
async fn anti_csrf_is_checked_for_all_methods_but_get() {
    let change = |config: &mut auth_server::Config| {
        config.session.anti_csrf = Some(AntiCsrf::ViaCustomHeader);
    };
    let server = Server::start_app(change, app).await;
    let ana = server.ana("cookie").await;
    let cookie = ana.as_cookies();
    let ask = |method| server.ask(method, "/required").header("cookie", &cookie);
    assert_eq!(ask(Method::POST).send().await.brief(), TRY_REFRESH);
    assert_eq!(
        ask(Method::POST).header("rid", "x").send().await.status,
        200
    );
    assert_eq!(ask(Method::GET).send().await.status, 200);
}

#[tokio::test]
async fn options_is_not_checked() {
    let server = start().await;
    let answer = server.ask(Method::OPTIONS, "/optional").send().await;
    assert_eq!(answer.brief(), "200 nobody");
    assert_eq!(server.ask(Method::OPTIONS, "/any").send().await.status, 204);
}

#[tokio::test]
async fn a_route_without_the_layer_says_so() {
    let server = Server::start_app(|_| {}, |_| Router::new().route("/x", get(required))).await;
    let expected =
        "500 This route asks for a session, but auth_server::layer(..) does not stand around it";
    assert_eq!(server.get("/x").send().await.brief(), expected);
}

#[tokio::test]
async fn the_status_codes_of_sessions_are_settings() {
    let change = |config: &mut auth_server::Config| {
        config.session.session_expired_status_code = 440;
    };
    let server = Server::start_app(change, app).await;
    let answer = server.get("/required").send().await;
    assert_eq!(answer.brief(), r#"440 {"message":"unauthorised"}"#);
}

#[tokio::test]
async fn the_application_cannot_set_the_claims_of_the_server() {
    let server = start().await;
    let evil = json!({"sub": "evil", "tId": "x", "iss": "x", "stt": 1, "role": "admin"});
    let answer = server.post("/start").json(&evil).await;
    let payload = &answer.front_token()["up"];
    assert_eq!(
        (
            &payload["sub"],
            &payload["tId"],
            &payload["iss"],
            &payload["role"]
        ),
        (
            &json!("ana"),
            &json!("public"),
            &json!("http://localhost:3001/auth"),
            &json!("admin")
        )
    );
    assert_eq!(payload.get("stt"), None);
    let bearer = bearer(&answer);
    let who = server.get("/required").header("authorization", &bearer);
    assert_eq!(who.send().await.brief(), "200 ana");
}

#[tokio::test]
async fn a_session_that_was_revoked_is_missed_only_by_who_asks_the_database() {
    let server = start().await;
    let ana = server.ana("header").await;
    let ask = |path: &str| server.get(path).header("authorization", &bearer(&ana));
    assert_eq!(ask("/strict").send().await.status, 200);
    let handle = ana.front_token()["up"]["sessionHandle"].clone();
    let handles = [handle.as_str().expect("it is text").to_owned()];
    let revoked = server.auth.store().revoke_sessions(&handles).await;
    assert_eq!(revoked.expect("the store works"), handles);
    assert_eq!(ask("/required").send().await.status, 200);
    let refused = ask("/strict").send().await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}

#[tokio::test]
async fn merged_claims_are_sent_at_once_and_live_no_longer() {
    let server = start().await;
    let first = json!({"old": 1});
    let ana = server
        .post("/start")
        .header("st-auth-mode", "cookie")
        .json(&first)
        .await;
    server.clock.advance(5_000);
    let ask = server.post("/merge").header("cookie", &ana.as_cookies());
    let answer = ask.json(&json!({"k": 1, "old": null})).await;
    let (before, after) = (ana.front_token(), answer.front_token());
    assert_eq!(
        (&after["up"]["k"], after["up"].get("old")),
        (&json!(1), None)
    );
    assert_eq!(after["up"]["exp"], before["up"]["exp"]);
    assert_eq!(after["up"]["sessionHandle"], answer.body);
    let lines = answer.cookie_lines();
    assert!(
        lines.len() == 1 && lines[0].starts_with("sAccessToken=ey"),
        "{answer}"
    );
    assert_eq!(
        answer.header("cache-control"),
        Some("no-cache, no-store, max-age=0, must-revalidate")
    );

    let ask = server.post("/merge").header("cookie", &ana.as_cookies());
    let refused = ask.json(&json!({"sub": "x"})).await;
    assert_eq!(refused.brief(), "500 Internal Server Error");
    assert!(!refused.has_session_headers());
}

#[tokio::test]
async fn anti_csrf_tokens_are_checked_for_all_methods_but_get() {
    let change = |config: &mut auth_server::Config| {
        config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    };
    let server = Server::start_app(change, app).await;
    let ana = server.ana("cookie").await;
    let token = ana.header("anti-csrf").expect("it is sent");
    let ask = |method| {
        server
            .ask(method, "/required")
            .header("cookie", &ana.as_cookies())
    };
    assert_eq!(ask(Method::POST).send().await.brief(), TRY_REFRESH);
    let wrong = ask(Method::POST).header("anti-csrf", "wrong").send().await;
    assert_eq!(wrong.brief(), TRY_REFRESH);
    assert!(!wrong.has_session_headers());
    let right = ask(Method::POST).header("anti-csrf", token).send().await;
    assert_eq!(right.status, 200);
    assert_eq!(ask(Method::GET).send().await.status, 200);
}

#[tokio::test]
async fn between_sites_requests_that_change_something_need_a_custom_header() {
    let change = |config: &mut auth_server::Config| {
        config.app_info = app_info("https://api.example.com", "https://other.org");
    };
    let server = Server::start_app(change, app).await;
    let ana = server.ana("cookie").await;
    let ask = |method, path| server.ask(method, path).header("cookie", &ana.as_cookies());
    let without = ask(Method::POST, "/required").send().await;
    assert_eq!(without.brief(), TRY_REFRESH);
    let with = ask(Method::POST, "/required").header("rid", "x");
    assert_eq!(with.send().await.status, 200);
    assert_eq!(ask(Method::GET, "/required").send().await.status, 200);
    let signing_out = ask(Method::POST, "/auth/signout").send().await;
    assert_eq!(signing_out.brief(), TRY_REFRESH);
    assert!(!signing_out.has_session_headers());
}

#[tokio::test]
async fn an_access_cookie_that_comes_twice_or_with_that_of_old_servers_is_to_be_refreshed() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let token = ana.cookie("sAccessToken").expect("it is set");
    for cookies in [
        format!("sAccessToken={token}; sAccessToken={token}"),
        format!("sAccessToken={token}; sIdRefreshToken=x"),
        "sIdRefreshToken=x".to_owned(),
    ] {
        for path in ["/required", "/optional"] {
            let answer = server.get(path).header("cookie", &cookies).send().await;
            assert_eq!(answer.brief(), TRY_REFRESH, "{cookies}");
            assert!(!answer.has_session_headers());
        }
    }
}

#[tokio::test]
async fn a_session_that_is_signed_in_over_another_replaces_it_on_the_client() {
    let server = start().await;
    let first = server.ana("cookie").await;
    let answer = server
        .post("/auth/signin")
        .header("cookie", &first.as_cookies())
        .header("st-auth-mode", "header")
        .json(&form("ana@ex.co", "passw0rd"))
        .await;
    assert!(answer.clears_cookies(), "{answer}");
    let handle = |answer: &Exchange| answer.front_token()["up"]["sessionHandle"].clone();
    assert_ne!(handle(&answer), handle(&first), "no session is adopted");
}

#[tokio::test]
async fn what_is_no_token_is_never_an_error_of_the_server() {
    let server = start().await;
    let long = format!("Bearer {}", "a.".repeat(10_000));
    for value in [
        "Bearer",
        "Bearer ",
        "Bearer ..",
        "Bearer \u{7f}",
        "Basic x",
        &long,
    ] {
        let Ok(header) = http::HeaderValue::from_str(value) else {
            continue;
        };
        let header = header.to_str().unwrap_or_default().to_owned();
        for (method, path) in [
            (Method::GET, "/required"),
            (Method::POST, "/auth/session/refresh"),
            (Method::POST, "/auth/signout"),
        ] {
            let ask = server.ask(method, path).header("authorization", &header);
            assert_eq!(ask.send().await.status, 401, "{value} at {path}");
        }
    }
}
