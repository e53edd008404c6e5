//! Requests that a foreign page makes a browser send (OWASP, Cross-Site Request Forgery
//! Prevention Cheat Sheet), and sessions that an attacker has planted in the browser (OWASP, Session
//! Management Cheat Sheet, "Session Fixation").

mod common;

use auth_server::session::{AntiCsrf, SameSite};
use auth_server::{Auth, Endpoints, Session};
use axum::Router;
use axum::routing::any;
use common::{Ask, Exchange, Server, form};
use http::Method;

async fn change(session: Session) -> String {
    session.user_id.clone()
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/change", any(change))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn start(mode: AntiCsrf) -> Server {
    let settings = |config: &mut auth_server::Config| {
        config.session.anti_csrf = Some(mode);
        if mode == AntiCsrf::None {
            config.session.cookie_same_site = Some(SameSite::Lax);
        }
    };
    Server::start_app(settings, app).await
}

fn handle(answer: &Exchange) -> String {
    let front = answer.front_token();
    front["up"]["sessionHandle"]
        .as_str()
        .expect("it is text")
        .to_owned()
}

async fn is_valid(server: &Server, answer: &Exchange) -> bool {
    let session = server.auth.store().session(&handle(answer)).await;
    session.expect("the store works").is_some()
}

/// What forms can send, and what fetch can without a preflight.
const SIMPLE: [&str; 3] = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
];

#[tokio::test]
async fn no_foreign_page_signs_a_visitor_in_or_up() {
    let server = start(AntiCsrf::None).await;
    server.ana("header").await;
    for origin in [
        "https://evil.test",
        "null",
        "",
        "http://localhost:3002",
        "https://localhost:3000",
        "http://localhost:3000.evil.test",
        "http://localhost:3000@evil.test",
        "http://evil.test/http://localhost:3000",
        "http://a.localhost:3000",
        "http://127.0.0.1:3000",
        "http://localhost:3000, https://evil.test",
    ] {
        for content_type in SIMPLE.into_iter().chain(["application/json"]) {
            for (path, email) in [("/auth/signin", "ana@ex.co"), ("/auth/signup", "eva@ex.co")] {
                let ask = server.post(path).header("origin", origin);
                let body = form(email, "passw0rd").to_string();
                let answer = ask.header("content-type", content_type).text(&body).await;
                assert_eq!(answer.status, 403, "{path} from {origin}: {answer}");
                assert!(!answer.has_session_headers(), "{path} from {origin}");
                assert_eq!(answer.header("access-control-allow-origin"), None);
            }
        }
    }
    let ask = server.get("/auth/emailpassword/email/exists?email=eva@ex.co");
    assert_eq!(ask.send().await.json()["exists"], false);
}

#[tokio::test]
async fn a_browser_that_names_no_origin_still_says_that_a_request_comes_from_another_site() {
    let server = start(AntiCsrf::None).await;
    server.ana("header").await;
    let sign_in = async |site: &str| {
        let ask = server.post("/auth/signin").header("sec-fetch-site", site);
        ask.json(&form("ana@ex.co", "passw0rd")).await
    };
    let refused = sign_in("cross-site").await;
    assert_eq!(refused.status, 403);
    assert!(!refused.has_session_headers());
    for site in ["same-origin", "same-site", "none"] {
        assert_eq!(sign_in(site).await.json()["status"], "OK", "{site}");
    }
}

/// A form has no way to write JSON into an encoded body, and only `text/plain` carries some.
#[tokio::test]
async fn the_bodies_of_forms_are_no_sign_in() {
    let server = start(AntiCsrf::None).await;
    server.ana("header").await;
    for body in [
        "email=ana%40ex.co&password=passw0rd",
        "formFields=%5B%5D",
        r#"formFields=[{"id":"email","value":"ana@ex.co"},{"id":"password","value":"passw0rd"}]"#,
        "--x\r\ncontent-disposition: form-data; name=\"email\"\r\n\r\nana@ex.co\r\n--x--\r\n",
    ] {
        for content_type in SIMPLE {
            let ask = server
                .post("/auth/signin")
                .header("content-type", content_type);
            let answer = ask.text(body).await;
            assert_eq!(answer.status, 400, "{answer}");
            assert!(!answer.has_session_headers());
        }
    }
}

/// The requests that matter, as a foreign page can cause them: with the cookies, and nothing else.
fn forged<'a>(server: &'a Server, cookies: &str) -> Vec<Ask<'a>> {
    let mut asks = vec![
        server.post("/auth/signout"),
        server.post("/auth/session/refresh"),
    ];
    for method in [
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
    ] {
        asks.push(server.ask(method, "/change"));
    }
    let from = |ask: Ask<'a>| {
        ask.header("origin", "https://evil.test")
            .header("cookie", cookies)
    };
    asks.into_iter().map(from).collect()
}

/// The auth APIs refuse the origin, a route of the application asks for what only the website can show.
fn is_refused(answer: &Exchange) -> bool {
    let status = if answer.is_of_auth_apis() { 403 } else { 401 };
    answer.status == status && !answer.has_session_headers()
}

#[tokio::test]
async fn with_a_custom_header_or_a_token_nothing_forged_gets_through() {
    for mode in [AntiCsrf::ViaCustomHeader, AntiCsrf::ViaToken] {
        let server = start(mode).await;
        let ana = server.ana("cookie").await;
        let body = form("eva@ex.co", "passw0rd");
        let sign_up = server.post("/auth/signup").header("st-auth-mode", "cookie");
        let eva = sign_up.json(&body).await;
        let cookies = ana.as_cookies();
        for ask in forged(&server, &cookies) {
            let answer = ask.send().await;
            assert!(is_refused(&answer), "{mode:?}: {answer}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
        // The token of another session, which the attacker may have, shows nothing.
        if let Some(token) = eva.header("anti-csrf") {
            for ask in forged(&server, &cookies) {
                let answer = ask.header("anti-csrf", token).send().await;
                assert!(is_refused(&answer), "{answer}");
            }
        }
        assert!(
            is_valid(&server, &ana).await,
            "{mode:?}: it was not signed out"
        );
        for ask in forged(&server, &cookies).into_iter().skip(2) {
            let ask = match ana.header("anti-csrf") {
                Some(token) => ask.header("anti-csrf", token),
                None => ask.header("rid", "anti-csrf"),
            };
            assert_eq!(ask.send().await.status, 200, "the page itself may");
        }
    }
}

/// What a foreign page may cause without reading it has to be harmless: GET changes nothing, and the
/// one mode without a token relies on cookies that do not travel between sites.
#[tokio::test]
async fn without_a_token_the_cookies_stay_at_home() {
    let server = start(AntiCsrf::None).await;
    let ana = server.ana("cookie").await;
    for line in ana.cookie_lines() {
        assert!(
            line.contains("SameSite=Lax") && line.contains("HttpOnly"),
            "{line}"
        );
    }
    for path in [
        "/auth/signout",
        "/auth/session/refresh",
        "/auth/signin",
        "/auth/signup",
    ] {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
            let ask = server.ask(method.clone(), path);
            let answer = ask.header("cookie", &ana.as_cookies()).send().await;
            assert_eq!(answer.status, 404, "{method} {path}");
        }
    }
    assert!(is_valid(&server, &ana).await);
}

#[tokio::test]
async fn a_preflight_of_a_foreign_page_gets_no_leave() {
    let server = start(AntiCsrf::ViaCustomHeader).await;
    for path in ["/auth/signin", "/auth/session/refresh", "/auth/signout"] {
        for origin in ["https://evil.test", "null"] {
            let ask = server.ask(Method::OPTIONS, path).header("origin", origin);
            let ask = ask.header("access-control-request-method", "POST");
            let answer = ask
                .header("access-control-request-headers", "rid")
                .send()
                .await;
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        }
    }
}

#[tokio::test]
async fn a_planted_session_is_never_adopted() {
    for mode in ["cookie", "header"] {
        let server = start(AntiCsrf::ViaToken).await;
        server.ana("header").await;
        let sign_up = server.post("/auth/signup").header("st-auth-mode", mode);
        let mallory = sign_up.json(&form("mallory@ex.co", "passw0rd")).await;
        let planted = handle(&mallory);
        let tokens = |answer: &Exchange| match mode {
            "cookie" => answer.as_cookies(),
            _ => format!(
                "sAccessToken={}; sRefreshToken={}",
                answer.access(),
                answer.refresh()
            ),
        };
        let made_up = format!(
            "sAccessToken=a.b.c; sRefreshToken={planted}.{}",
            "A".repeat(64)
        );
        for cookies in [tokens(&mallory), made_up] {
            for (path, email) in [("/auth/signin", "ana@ex.co"), ("/auth/signup", "new@ex.co")] {
                let email = match path {
                    "/auth/signup" => format!("{}-{email}", cookies.len()),
                    _ => email.to_owned(),
                };
                let refresh = cookies.rsplit('=').next().expect("there is a token");
                let answer = server
                    .post(path)
                    .header("st-auth-mode", mode)
                    .header("cookie", &cookies)
                    .header("authorization", &format!("Bearer {refresh}"))
                    .header("anti-csrf", "5f2b5c0e-0000-4000-8000-000000000000")
                    .json(&form(&email, "passw0rd"))
                    .await;
                assert_eq!(answer.json()["status"], "OK", "{answer}");
                let begun = handle(&answer);
                assert_ne!(begun, planted, "a new session has a new handle");
                let all = answer.to_string();
                assert!(
                    !all.contains(refresh) && !all.contains("5f2b5c0e-0000"),
                    "{all}"
                );
                let user = answer.front_token()["uid"].clone();
                assert_eq!(user, answer.json()["user"]["id"]);
            }
        }
        let row = server
            .auth
            .store()
            .session(&planted)
            .await
            .expect("the store works");
        assert!(row.is_none(), "the attacker cannot use it either");
    }
}

#[tokio::test]
async fn every_sign_in_begins_a_session_of_its_own() {
    let server = start(AntiCsrf::None).await;
    let mut last = server.ana("cookie").await;
    let mut handles = vec![handle(&last)];
    for _ in 0..5 {
        let ask = server.post("/auth/signin").header("st-auth-mode", "cookie");
        let ask = ask.header("cookie", &last.as_cookies());
        last = ask.json(&form("ana@ex.co", "passw0rd")).await;
        handles.push(handle(&last));
    }
    let all = handles.len();
    handles.sort_unstable();
    handles.dedup();
    assert_eq!(handles.len(), all, "no handle survives a sign-in");
}
