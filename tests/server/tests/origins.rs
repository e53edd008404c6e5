//! What pages of other origins may make a browser do (OWASP, Cross-Site Request Forgery Prevention Cheat
//! Sheet): in header mode all that needs no cookie, in cookie mode nothing that changes anything.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use auth_server::session::TransferMethod;
use auth_server::web::{
    Answer, Api, AuthLayer, Handler, Operation, Origins, Route, Scope, Sends, Sessions, Tenancy,
};
use auth_server::{Auth, AuthContext, Call, Config, Endpoints, Error, NewSessionFor};
use axum::Router;
use axum::routing::{get, post};
use common::{Ask, Exchange, Server, form};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const WEBSITE: &str = "http://localhost:3000";
const SHELL: &str = "capacitor://localhost";
const FOREIGN: [&str; 4] = [SHELL, "null", "https://evil.test", "http://localhost:3002"];

fn reset_form() -> Value {
    json!({"formFields": [{"id": "email", "value": "ana@ex.co"}]})
}

/// Every operation that changes something, with a body that it takes.
fn all_that_change() -> [(&'static str, Value); 6] {
    let reset = json!({
        "token": "x",
        "formFields": [{"id": "password", "value": "passw0rd2"}],
    });
    [
        ("/auth/signup", form("eva@ex.co", "passw0rd")),
        ("/auth/signin", form("ana@ex.co", "passw0rd")),
        ("/auth/signout", json!({})),
        ("/auth/session/refresh", json!({})),
        ("/auth/user/password/reset/token", reset_form()),
        ("/auth/user/password/reset", reset),
    ]
}

async fn user_exists(server: &Server, email: &str) -> bool {
    let path = format!("/auth/emailpassword/email/exists?email={email}");
    server.get(&path).send().await.json()["exists"] == true
}

/// Whether the session of an answer can still be refreshed.
async fn is_valid(server: &Server, session: &Exchange) -> bool {
    let ask = server.post("/auth/session/refresh");
    let ask = ask.header("cookie", &session.as_cookies());
    ask.send().await.status == 200
}

#[tokio::test]
async fn in_cookie_mode_nothing_changes_for_a_foreign_page() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    for origin in FOREIGN {
        for (path, body) in all_that_change() {
            // What a form can send, and what says that it is in cookie mode.
            for mode in [None, Some("cookie"), Some("whatever")] {
                let ask = server.post(path).header("origin", origin);
                let ask = ask.header("cookie", &ana.as_cookies());
                let ask = match mode {
                    Some(mode) => ask.header("st-auth-mode", mode),
                    None => ask,
                };
                let answer = ask.json(&body).await;
                let refused = r#"403 {"message":"This request must come from the website"}"#;
                assert_eq!(answer.brief(), refused, "{path} from {origin}, {mode:?}");
                assert!(!answer.has_session_headers(), "{answer}");
                assert_eq!(answer.header("access-control-allow-origin"), None);
            }
        }
    }
    assert_eq!(server.mails().await.len(), 0, "no reset was asked for");
    assert!(!user_exists(&server, "eva@ex.co").await);
    assert!(is_valid(&server, &ana).await, "the session was not ended");
}

#[tokio::test]
async fn a_foreign_page_is_refused_before_its_body_is_read() {
    let server = Server::start().await;
    for body in ["no JSON", &"x".repeat(200_000)] {
        let ask = server
            .post("/auth/signin")
            .header("origin", "https://evil.test");
        assert_eq!(ask.text(body).await.status, 403);
    }
}

/// A request of a native shell, with cookies that it should not have.
fn from_shell<'a>(ask: Ask<'a>, cookies: &str) -> Ask<'a> {
    let ask = ask.header("origin", SHELL).header("cookie", cookies);
    ask.header("st-auth-mode", "header")
}

#[tokio::test]
async fn in_header_mode_a_foreign_page_is_served_and_cookies_stay_out_of_it() {
    let server = Server::start().await;
    let ana = server.ana("cookie").await;
    let cookies = ana.as_cookies();
    let body = form("eva@ex.co", "passw0rd");
    let eva = from_shell(server.post("/auth/signup"), &cookies)
        .json(&body)
        .await;
    assert_eq!(eva.json()["status"], "OK");
    let answer = from_shell(server.post("/auth/signin"), &cookies)
        .json(&body)
        .await;
    assert_eq!(answer.json()["status"], "OK");
    let reset = from_shell(server.post("/auth/user/password/reset/token"), &cookies);
    assert_eq!(reset.json(&reset_form()).await.json()["status"], "OK");
    let bearer = |token: &str| format!("Bearer {token}");
    let refreshed = from_shell(server.post("/auth/session/refresh"), &cookies);
    let refreshed = refreshed
        .header("authorization", &bearer(eva.refresh()))
        .send()
        .await;
    assert_eq!(refreshed.brief(), "200 {}");
    let end = from_shell(server.post("/auth/signout"), &cookies);
    let end = end
        .header("authorization", &bearer(refreshed.access()))
        .send()
        .await;
    assert_eq!(end.brief(), r#"200 {"status":"OK"}"#);
    // Nothing but the cookies: there is no session for this page.
    let none = from_shell(server.post("/auth/session/refresh"), &cookies)
        .send()
        .await;
    assert_eq!(none.brief(), r#"401 {"message":"unauthorised"}"#);
    let unknown = from_shell(server.post("/auth/signout"), &cookies)
        .send()
        .await;
    assert_eq!(unknown.brief(), r#"401 {"message":"unauthorised"}"#);
    for answer in [eva, answer, refreshed, end, none, unknown] {
        assert!(answer.cookie_lines().is_empty(), "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    assert!(is_valid(&server, &ana).await, "the session continues");
}

#[tokio::test]
async fn where_only_headers_are_allowed_every_page_is_in_header_mode() {
    use auth_server::session::TransferPolicy;
    for (policy, status) in [(TransferPolicy::Header, 200), (TransferPolicy::Cookie, 403)] {
        let server = Server::start_with(|config| config.session.transfer = policy).await;
        let ask = server.post("/auth/signup").header("origin", SHELL);
        let ask = ask.header("st-auth-mode", "header");
        let answer = ask.json(&form("ana@ex.co", "passw0rd")).await;
        assert_eq!(answer.status, status, "{policy:?}");
        assert!(answer.cookie_lines().is_empty());
    }
}

#[tokio::test]
async fn origins_of_the_settings_count_as_the_website() {
    let server = Server::start_with(|config| {
        let origins = [SHELL, "https://shop.example.com"];
        let origins = origins.map(|origin| origin.parse().expect("it is an origin"));
        config.session.allowed_origins = origins.to_vec();
    })
    .await;
    server.ana("header").await;
    for origin in [SHELL, "https://shop.example.com", WEBSITE] {
        let preflight = server
            .ask(Method::OPTIONS, "/auth/signin")
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let ask = server.post("/auth/signin").header("origin", origin);
        let ask = ask.header("st-auth-mode", "cookie");
        let answer = ask.json(&form("ana@ex.co", "passw0rd")).await;
        assert_eq!(answer.json()["status"], "OK", "{origin}");
        assert_eq!(answer.cookie_lines().len(), 2, "{origin}");
        for answer in [preflight.send().await, answer] {
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, Some(origin), "{answer}");
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                Some("true")
            );
        }
    }
    for origin in ["null", "https://evil.test", "http://shop.example.com"] {
        let ask = server.post("/auth/signin").header("origin", origin);
        let answer = ask.json(&form("ana@ex.co", "passw0rd")).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn a_setting_that_is_no_origin_is_named() {
    let read = |value: &'static str| {
        Config::read(&auth_server::APP_INFO, move |name| {
            (name == "AUTH_ALLOWED_ORIGINS").then(|| value.to_owned())
        })
    };
    let config = read(" capacitor://localhost ,https://Shop.example.com/").expect("it is right");
    let origins = config.session.allowed_origins.iter();
    let origins: Vec<_> = origins.map(ToString::to_string).collect();
    assert_eq!(
        origins,
        ["capacitor://localhost", "https://shop.example.com"]
    );
    for wrong in [
        "*",
        "null",
        "https://a.test/x",
        "https://a.test,,https://b.test",
    ] {
        let errors = read(wrong).expect_err(wrong).to_string();
        assert!(errors.contains("AUTH_ALLOWED_ORIGINS"), "{errors}");
    }
}

/// Operations of the application's own.
#[derive(Default)]
struct OwnOperations {
    calls: AtomicUsize,
}

const fn own(
    id: &'static str,
    method: Method,
    path: &'static str,
    origins: Origins,
) -> Operation<&'static OwnOperations> {
    Operation {
        route: Route {
            id,
            method,
            path,
            tenancy: Tenancy::None,
            scope: Scope::Base,
            origins,
            sessions: Sessions::Begins,
            sends: Sends::Nothing,
            recipe: "",
            behaviour: Route::CUSTOM,
        },
        handler: Handler::Custom {
            is_given: |_| true,
            answer: |own, call| Box::pin(own.welcome(call)),
        },
    }
}

static OPERATIONS: &[Operation<&'static OwnOperations>] = &[
    own("enter", Method::POST, "/enter", Origins::Own),
    own("callback", Method::POST, "/callback", Origins::AnyMaySend),
    own("link", Method::GET, "/link", Origins::Own),
];

impl OwnOperations {
    async fn welcome(&self, call: &mut Call) -> Result<Answer, Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        call.create_session(NewSessionFor::user("ana")).await?;
        Ok(Answer::text(StatusCode::OK, "welcome"))
    }
}

/// Begins a session in a route that is none of the auth APIs.
async fn begin(context: AuthContext) -> Result<&'static str, Error> {
    context.create_session(NewSessionFor::user("ana")).await?;
    Ok("welcome")
}

/// The same with tokens that were made without the request.
async fn attach(context: AuthContext) -> Result<&'static str, Error> {
    let sessions = context.auth().sessions();
    let new = NewSessionFor::user("ana");
    let made = sessions.create_without_request(new, TransferMethod::Cookie);
    let (session, tokens) = made.await?;
    context.attach(&session, &tokens)?;
    Ok("welcome")
}

/// The same, where something else shows that the user wants it.
async fn begin_for_any(context: AuthContext) -> Result<&'static str, Error> {
    let mut new = NewSessionFor::user("ana");
    new.any_origin = true;
    context.create_session(new).await?;
    Ok("welcome")
}

async fn start_own() -> (Server, &'static OwnOperations) {
    let operations: &'static OwnOperations = Box::leak(Box::default());
    let app = |auth: Auth| {
        Router::new()
            .route("/begin", post(begin).get(begin))
            .route("/attach", post(attach).get(attach))
            .route("/begin-for-any", get(begin_for_any))
            .layer(AuthLayer::new(auth, Api::new(OPERATIONS, operations)))
    };
    let by_cookie = |config: &mut Config| {
        config.session.transfer = auth_server::session::TransferPolicy::Cookie;
    };
    (Server::start_app(by_cookie, app).await, operations)
}

#[tokio::test]
async fn an_operation_of_the_application_is_protected_like_a_built_in_one() {
    let (server, operations) = start_own().await;
    let ask = |method, path| {
        server
            .ask(method, path)
            .header("origin", "https://evil.test")
    };
    let refused = ask(Method::POST, "/auth/enter").send().await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        operations.calls.load(Ordering::Relaxed),
        0,
        "it did not run"
    );
    // A link may be followed from anywhere; a session does not begin by that.
    let followed = server
        .get("/auth/link")
        .header("sec-fetch-site", "cross-site");
    let followed = followed.send().await;
    assert_eq!(followed.status, 403);
    assert_eq!(operations.calls.load(Ordering::Relaxed), 1);
    let own = server
        .post("/auth/enter")
        .header("origin", WEBSITE)
        .send()
        .await;
    assert_eq!((own.status.as_u16(), own.cookie_lines().len()), (200, 2));
    // Its contract allows any sender.
    let sent = ask(Method::POST, "/auth/callback").send().await;
    assert_eq!((sent.status.as_u16(), sent.cookie_lines().len()), (200, 2));
    assert_eq!(
        sent.header("access-control-allow-origin"),
        None,
        "no one else reads it"
    );
    for answer in [refused, followed] {
        assert!(!answer.has_session_headers(), "{answer}");
    }
}

#[tokio::test]
async fn a_session_that_begins_in_a_route_of_the_application_is_protected_too() {
    let (server, _) = start_own().await;
    let origins = FOREIGN.map(|origin| ("origin", origin));
    for (name, value) in origins
        .into_iter()
        .chain([("sec-fetch-site", "cross-site")])
    {
        for (method, path) in [
            (Method::POST, "/begin"),
            (Method::GET, "/begin"),
            (Method::POST, "/attach"),
            (Method::GET, "/attach"),
        ] {
            let answer = server.ask(method, path).header(name, value).send().await;
            assert_eq!(answer.status, 403, "{value}");
            assert!(!answer.has_session_headers());
        }
        let answer = server
            .get("/begin-for-any")
            .header(name, value)
            .send()
            .await;
        assert_eq!(answer.brief(), "200 welcome");
    }
    for (name, value) in [
        ("origin", WEBSITE),
        ("sec-fetch-site", "same-site"),
        ("x", "y"),
    ] {
        let answer = server.post("/begin").header(name, value).send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.cookie_lines().len()),
            (200, 2)
        );
    }
}

#[tokio::test]
async fn without_the_auth_layer_s_own_routes_there_is_nothing_to_refuse() {
    let server = Server::start_app(
        |_| {},
        |auth| {
            Router::new()
                .route("/public", post(|| async { "hello" }))
                .layer(auth_server::layer(auth, Endpoints::new()))
        },
    )
    .await;
    let ask = server.post("/public").header("origin", "https://evil.test");
    assert_eq!(
        ask.send().await.brief(),
        "200 hello",
        "the application's routes are its own"
    );
}
