//! Input that is too large, too deep or too strange, and tenants that do not exist: each has its answer,
//! which is never a fault of the server, never a session, and changes nothing.

mod common;

use auth_server::session::TransferMethod;
use auth_server::{Auth, Endpoints, NewSessionFor, Session};
use axum::Router;
use axum::routing::get;
use common::{Exchange, Server, form};
use http::{Method, StatusCode};

fn app(auth: Auth) -> Router {
    Router::new()
        .route(
            "/who",
            get(async |session: Session| session.user_id.clone()),
        )
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn start() -> (Server, Exchange) {
    let server = Server::start_app(|_| {}, app).await;
    let ana = server.ana("header").await;
    (server, ana)
}

/// Whether Ana's tokens are as good as they were.
async fn nothing_happened(server: &Server, ana: &Exchange) {
    for (method, path, token) in [
        (Method::GET, "/who", ana.access()),
        (Method::POST, "/auth/session/refresh", ana.refresh()),
    ] {
        let value = format!("Bearer {token}");
        let ask = server.ask(method, path).header("authorization", &value);
        assert_eq!(ask.send().await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn long_headers_are_no_tokens_and_no_error() {
    let (server, ana) = start().await;
    for (name, value) in [
        ("authorization", format!("Bearer {}", "a".repeat(50_000))),
        ("authorization", format!("Bearer {}", "a.".repeat(25_000))),
        (
            "authorization",
            format!("Bearer {}.x", ana.access().repeat(40)),
        ),
        ("cookie", format!("sAccessToken={}", "%".repeat(50_000))),
        ("cookie", "sRefreshToken=;".repeat(3_000)),
        ("cookie", "a=b; ".repeat(10_000)),
        ("anti-csrf", "x".repeat(50_000)),
        ("fdi-version", "9.".repeat(25_000)),
        ("rid", "x".repeat(50_000)),
    ] {
        for (method, path) in [
            (Method::GET, "/who"),
            (Method::POST, "/auth/signout"),
            (Method::POST, "/auth/session/refresh"),
        ] {
            let answer = server.ask(method, path).header(name, &value).send().await;
            assert_eq!(answer.status, 401, "{name} at {path}");
        }
    }
    nothing_happened(&server, &ana).await;
}

#[tokio::test]
async fn bodies_that_are_too_deep_or_too_strange_are_answered_400() {
    let (server, ana) = start().await;
    let credentials = form("ana@ex.co", "passw0rd").to_string();
    let fields = |fields: &str| format!(r#"{{"formFields":{fields}}}"#);
    for body in [
        "[".repeat(50_000),
        format!("{}{}", "[".repeat(40_000), "]".repeat(40_000)),
        r#"{"a":"#.repeat(10_000),
        format!(r#"{{"formFields":{}1e400}}"#, "[".repeat(10)),
        fields("[{\"id\":\"email\",\"value\":1e309}]"),
        fields("99999999999999999999999999999999"),
        fields("[[],[]]"),
        fields("[null]"),
        fields(
            r#"[{"id":"email","value":["ana@ex.co","eva@ex.co"]},{"id":"password","value":"passw0rd"}]"#,
        ),
        fields(r#"[{"id":"email","value":{"$ne":null}},{"id":"password","value":{"$ne":null}}]"#),
        format!("{credentials}{credentials}"),
        format!("{credentials}\u{0}"),
        credentials.replace("ana", "\\ud800"),
        credentials.replace('"', "'"),
    ] {
        for path in ["/auth/signin", "/auth/signup"] {
            let answer = server.post(path).text(&body).await;
            let start: String = body.chars().take(60).collect();
            assert_eq!(answer.status, 400, "{start} at {path}: {answer}");
            assert!(!answer.has_session_headers());
        }
    }
    nothing_happened(&server, &ana).await;
}

/// Of a key that comes twice the last one counts, everywhere: nothing is checked on one and used on the
/// other.
#[tokio::test]
async fn of_keys_that_come_twice_the_last_one_counts() {
    let (server, _) = start().await;
    let of = |email: &str, password: &str| {
        let body = form(email, password).to_string();
        body.trim_start_matches('{')
            .trim_end_matches('}')
            .to_owned()
    };
    let both = async |first: String, second: String| {
        let answer = server
            .post("/auth/signin")
            .text(&format!("{{{first},{second}}}"))
            .await;
        answer.json()["status"].as_str().map(str::to_owned)
    };
    let (good, wrong) = (of("ana@ex.co", "passw0rd"), of("ana@ex.co", "wrong"));
    assert_eq!(
        both(wrong.clone(), good.clone()).await.as_deref(),
        Some("OK")
    );
    assert_eq!(
        both(good, wrong).await.as_deref(),
        Some("WRONG_CREDENTIALS_ERROR")
    );
}

/// Operations of a session are another matter: they take the tenant from the session, whatever the path
/// says (conformance, scenario 45).
#[tokio::test]
async fn another_tenant_is_not_found_whatever_is_shown() {
    let (server, ana) = start().await;
    let body = form("eva@ex.co", "passw0rd");
    for tenant in ["t1", "publi", "public1", "public-", "default", "null", "0"] {
        for path in ["signup", "signin", "user/password/reset/token"] {
            for token in [ana.access(), ana.refresh()] {
                let ask = server.post(&format!("/auth/{tenant}/{path}"));
                let value = format!("Bearer {token}");
                let answer = ask.header("authorization", &value).json(&body).await;
                assert_eq!(answer.status, 404, "{tenant} {path}");
                assert!(!answer.has_session_headers());
            }
        }
    }
    let ask = server.get("/auth/public/emailpassword/email/exists?email=eva@ex.co");
    assert_eq!(ask.send().await.json()["exists"], false);
    nothing_happened(&server, &ana).await;
}

/// A session that the application began in another tenant stays there.
#[tokio::test]
async fn a_session_belongs_to_its_tenant() {
    let (server, ana) = start().await;
    let user = ana.json()["user"]["id"]
        .as_str()
        .expect("it is text")
        .to_owned();
    let sessions = server.auth.sessions();
    let new = NewSessionFor {
        tenant_id: "t1".to_owned(),
        ..NewSessionFor::user(&user)
    };
    let begun = sessions
        .create_without_request(new, TransferMethod::Header)
        .await;
    let (session, tokens) = begun.expect("it begins");
    let id = session
        .handle
        .strip_suffix("_t1")
        .expect("the handle names the tenant");
    assert_eq!(session.tenant_id, "t1");
    let in_public = sessions
        .list(&user, Some("public"))
        .await
        .expect("the store works");
    assert_eq!(
        in_public,
        [ana.front_token()["up"]["sessionHandle"]
            .as_str()
            .expect("it is text")]
    );

    let refresh = tokens.refresh_token.expect("it is sent");
    let (_, secret) = refresh.split_once('.').expect("it has two parts");
    for handle in [
        id.to_owned(),
        format!("{id}_t2"),
        format!("{id}_public"),
        format!("{id}_t1_t1"),
    ] {
        let value = format!("Bearer {handle}.{secret}");
        let ask = server
            .post("/auth/session/refresh")
            .header("authorization", &value);
        assert_eq!(ask.send().await.status, 401, "{handle}");
    }
    let value = format!("Bearer {refresh}");
    let ask = server
        .post("/auth/session/refresh")
        .header("authorization", &value);
    let answer = ask.send().await;
    assert_eq!(
        (answer.status, &answer.front_token()["up"]["tId"]),
        (StatusCode::OK, &"t1".into())
    );
    sessions
        .revoke_all(&user, Some("public"))
        .await
        .expect("the store works");
    let left = sessions.list(&user, None).await.expect("the store works");
    assert_eq!(
        left,
        std::slice::from_ref(&session.handle),
        "that of the other tenant"
    );
}
