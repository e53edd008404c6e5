//! Where the application steps in: the example does what it shows, and what it leaves to the server stays.

mod common;
#[path = "../../../docs/examples/hooks.rs"]
#[allow(dead_code, reason = "its `main` is not called")]
mod hooks;

use auth_server::Endpoints;
use axum::Router;
use common::{Exchange, Server};
use http::Method;
use serde_json::json;

const WEBSITE: &str = "http://localhost:3000";

async fn start() -> Server {
    start_with(|_| {}).await
}

async fn start_with(change: impl FnOnce(&mut auth_server::Config)) -> Server {
    let settings = hooks::config().expect("the settings are right");
    let change = |config: &mut auth_server::Config| {
        config.session.expose_access_token = settings.session.expose_access_token;
        change(config);
    };
    Server::start_built(change, hooks::with_hooks, |auth| hooks::app(&auth)).await
}

/// Signs in as a browser, whose wish has no effect here.
async fn ana(server: &Server) -> Exchange {
    let ask = server
        .post("/invitations/ana")
        .header("st-auth-mode", "header");
    ask.header("accept-language", "fr")
        .header("user-agent", "a browser")
        .send()
        .await
}

#[tokio::test]
async fn how_tokens_travel_is_decided_for_each_request() {
    let server = start().await;
    let browser = ana(&server).await;
    assert_eq!(browser.cookie_lines().len(), 2);
    assert_eq!(browser.header("st-refresh-token"), None);
    let ask = server.post("/invitations/ana").header("x-native-app", "1");
    let native = ask.header("st-auth-mode", "cookie").send().await;
    assert!(native.cookie_lines().is_empty() && !native.refresh().is_empty());
    // A header is no way in for a browser, nor a cookie for a native app.
    let bearer = format!("Bearer {}", native.access());
    let device = |native: bool| {
        let ask = server.get("/device").header("authorization", &bearer);
        match native {
            true => ask.header("x-native-app", "1"),
            false => ask,
        }
    };
    assert_eq!(device(true).send().await.status, 200);
    assert_eq!(device(false).send().await.status, 401);
    let ask = server.get("/device").header("x-native-app", "1");
    let by_cookie = ask.header("cookie", &browser.as_cookies()).send().await;
    assert_eq!(by_cookie.status, 401);
}

#[tokio::test]
async fn a_hook_adds_to_every_session_or_refuses_it() {
    let server = start().await;
    let answer = ana(&server).await;
    assert_eq!(answer.front_token()["up"]["language"], "fr");
    let device = server.get("/device").header("cookie", &answer.as_cookies());
    assert_eq!(device.send().await.brief(), r#"200 "a browser""#);
    let refused = server.post("/invitations/mallory").send().await;
    let expected = r#"200 {"status":"GENERAL_ERROR","message":"Please call us."}"#;
    assert_eq!(refused.brief(), expected);
    assert!(!refused.has_session_headers());
    // A session that begins without a request begins in the same way.
    let new = auth_server::NewSessionFor::user("bea");
    let transfer = auth_server::session::TransferMethod::Header;
    let begun = server.auth.sessions().create_without_request(new, transfer);
    let (session, _) = begun.await.expect("it begins");
    assert_eq!(session.claims["language"], "en");
}

#[tokio::test]
async fn the_page_may_read_the_access_token_in_cookie_mode() {
    let server = start().await;
    let answer = ana(&server).await;
    let cookie = answer.cookie("sAccessToken").expect("it is set");
    assert_eq!(answer.access(), cookie);
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("front-token, st-access-token")
    );
    let refreshed = server.post("/auth/session/refresh");
    let refreshed = refreshed.header("cookie", &answer.as_cookies());
    let refreshed = refreshed.send().await;
    assert_ne!(refreshed.access(), answer.access());
    assert_eq!(
        Some(refreshed.access()),
        refreshed.cookie("sAccessToken").as_deref()
    );
    assert_eq!(refreshed.header("st-refresh-token"), None);
}

#[tokio::test]
async fn the_application_refreshes_at_a_route_of_its_own() {
    let server = start().await;
    let answer = ana(&server).await;
    server.clock.advance(3_600_001);
    let ask = server.post("/auth/session/refresh");
    let ask = ask.header("cookie", &answer.as_cookies());
    let refreshed = ask.header("origin", WEBSITE).send().await;
    assert_eq!(refreshed.brief(), "200 {}");
    assert_ne!(
        refreshed.cookie("sRefreshToken"),
        answer.cookie("sRefreshToken")
    );
    assert_ne!(
        refreshed.cookie("sAccessToken"),
        answer.cookie("sAccessToken")
    );
    assert_eq!(refreshed.front_token()["uid"], "ana");
    let allowed = refreshed.headers.get_all("access-control-allow-origin");
    assert_eq!(allowed.iter().collect::<Vec<_>>(), [WEBSITE]);
    let preflight = server
        .ask(Method::OPTIONS, "/auth/session/refresh")
        .header("origin", WEBSITE)
        .header("access-control-request-method", "POST");
    let preflight = preflight.send().await;
    assert_eq!(
        preflight.header("access-control-allow-origin"),
        Some(WEBSITE)
    );
}

#[tokio::test]
async fn a_built_in_route_that_is_off_is_the_applications_to_answer() {
    for name in ["session.refresh", "session.sign-out"] {
        let app = |auth| {
            let layer = auth_server::layer(auth, Endpoints::new()).without(name);
            Router::new().layer(layer)
        };
        let server = Server::start_app(|_| {}, app).await;
        let is_off = async |path: &str| server.post(path).send().await.status == 404;
        let (refresh, sign_out) = (is_off("/auth/session/refresh"), is_off("/auth/signout"));
        let expected = (name == "session.refresh", name == "session.sign-out");
        assert_eq!((refresh.await, sign_out.await), expected);
    }
}

#[tokio::test]
#[should_panic(expected = "`session.refersh` is neither a behaviour nor an operationId")]
async fn what_the_spec_does_not_have_cannot_be_switched_off() {
    let server = Server::start().await;
    let layer = auth_server::layer(server.auth.clone(), Endpoints::new());
    drop(layer.without("session.refersh"));
}

#[tokio::test]
async fn refusals_are_answered_by_the_application() {
    let server = start_with(|config| {
        config.session.older_cookie_domain = Some("example.com".to_owned());
    })
    .await;
    // Unauthorised, from a route; the headers of CORS stay.
    let answer = server.get("/device").header("origin", WEBSITE).send().await;
    assert_eq!(answer.brief(), "401 Please sign in.");
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(answer.header("access-control-allow-origin"), Some(WEBSITE));
    assert_eq!(answer.header("vary"), Some("origin"));
    // From a built-in operation.
    let answer = server.post("/auth/signout").send().await;
    assert_eq!(answer.brief(), "401 Please sign in.");
    // The tokens are taken away all the same.
    let cookies = "sRefreshToken=garbage";
    let ask = server
        .post("/auth/session/refresh")
        .header("cookie", cookies);
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "401 Please sign in.");
    assert!(answer.clears_cookies(), "{answer}");
    assert_eq!(answer.header("front-token"), Some("remove"));

    let ana = ana(&server).await;
    let ask = |path| server.get(path).header("cookie", &ana.as_cookies());
    let answer = ask("/admin").send().await;
    assert_eq!(answer.brief(), "403 /admin is not for you.");
    let again = server.post("/auth/session/refresh");
    let again = again.header("cookie", &ana.as_cookies()).send().await;
    server.clock.advance(3_600_001);
    let answer = ask("/device").send().await;
    assert_eq!(answer.brief(), r#"401 {"message":"try refresh token"}"#);
    assert_eq!(answer.header("x-next-step"), Some("refresh"));
    assert!(!answer.has_session_headers());

    let next = server.post("/auth/session/refresh");
    let next = next.header("cookie", &again.as_cookies()).send().await;
    assert_eq!(next.brief(), "200 {}");
    let stolen = server.post("/auth/session/refresh");
    let stolen = stolen.header("cookie", &ana.as_cookies()).send().await;
    assert_eq!(stolen.brief(), "401 You were signed out everywhere.");
    assert!(stolen.clears_cookies(), "{stolen}");
    assert_eq!(
        stolen.header("cache-control"),
        Some("no-cache, no-store, max-age=0, must-revalidate")
    );

    let twice = "sAccessToken=a; sAccessToken=b";
    let ask = server.post("/auth/session/refresh").header("cookie", twice);
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "200 Please try again.");
    assert!(answer.cookie_lines()[0].starts_with("sAccessToken=; Domain=example.com; "));
}

#[tokio::test]
async fn a_theft_ends_the_sessions_of_the_user_elsewhere_too() {
    let server = start().await;
    let (first, elsewhere) = (ana(&server).await, ana(&server).await);
    let refresh = |cookies: String| {
        let ask = server.post("/auth/session/refresh");
        async move { ask.header("cookie", &cookies).send().await }
    };
    let second = refresh(first.as_cookies()).await;
    assert_eq!(refresh(second.as_cookies()).await.brief(), "200 {}");
    server.clock.advance(31_000);
    let stolen = refresh(first.as_cookies()).await;
    assert_eq!(stolen.brief(), "401 You were signed out everywhere.");
    server.auth.events_handled().await;
    let ended = refresh(elsewhere.as_cookies()).await;
    assert_eq!(ended.brief(), "401 Please sign in.");
}

#[tokio::test]
async fn the_statuses_of_the_settings_reach_the_handlers() {
    let server = start_with(|config| config.session.session_expired_status_code = 440).await;
    let answer = server.get("/device").send().await;
    assert_eq!(answer.brief(), "440 Please sign in.");
    // A session that ended while a handler worked with it: its data cannot be read any more.
    let ana = ana(&server).await;
    let handle = ana.front_token()["up"]["sessionHandle"].clone();
    let handle = handle.as_str().expect("it is text");
    let revoked = server.auth.sessions().revoke_by_handle(handle).await;
    assert!(revoked.expect("the store works"));
    let ask = server.get("/device").header("cookie", &ana.as_cookies());
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "440 Please sign in.");
    assert!(answer.clears_cookies());
    assert_eq!(json!(answer.header("front-token")), json!("remove"));
}
