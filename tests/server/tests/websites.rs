//! Several websites of one application: whose pages are served, and where links in mails lead. A text of the client's
//! making never decides about a link (OWASP, Forgot Password Cheat Sheet; OWASP Web Security Testing Guide, "Testing
//! for Host Header Injection").

mod common;

use auth_server::delivery::Mail;
use auth_server::session::{Website, WebsiteRequest};
use auth_server::{AuthContext, Config, Endpoints};
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use common::{Down, Server, form};
use http::Method;
use serde_json::json;

const MAIN: &str = "http://localhost:3000";
const SHOP: &str = "http://localhost:4000";
const SHELL: &str = "capacitor://localhost";

fn with_shop(config: &mut Config) {
    config.session.websites = vec![SHOP.parse().expect("a website")];
    config.session.allowed_origins = vec![SHELL.parse().expect("an origin")];
    let verification = "AUTH_EMAIL_VERIFICATION";
    config.recipes.set(verification, "optional");
}

/// An application that redirects to the website of the request.
fn app(auth: auth_server::Auth) -> Router {
    let home =
        async |context: AuthContext| Redirect::to(&format!("{}/home", context.website().as_str()));
    Router::new()
        .route("/home", get(home))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

/// The way of a function that trusts the host of a request, and may choose among the websites only.
fn by_host(request: WebsiteRequest<'_>) -> Option<&Website> {
    let host = request.headers.get("host")?.to_str().ok()?;
    let site = host.strip_prefix("api.")?;
    let mut websites = request.websites.iter();
    websites.find(|website| website.authority() == site)
}

/// Has every kind of mail with a link sent to Ana by requests with these headers; what each link begins with.
async fn links(server: &Server, headers: &[(&'static str, &str)]) -> Vec<String> {
    let ana = server.ana("header").await;
    let ana = match ana.json()["status"] == "OK" {
        true => ana,
        false => {
            let ask = server.post("/auth/signin").header("st-auth-mode", "header");
            ask.json(&form("ana@ex.co", "passw0rd")).await
        }
    };
    let before = server.mails().await.len();
    let reset = json!({"formFields": [{"id": "email", "value": "ana@ex.co"}]});
    let code = json!({"email": "ana@ex.co"});
    let bearer = format!("Bearer {}", ana.access());
    for (path, body) in [
        ("/auth/user/password/reset/token", &reset),
        ("/auth/signinup/code", &code),
        ("/auth/user/email/verify/token", &json!({})),
    ] {
        let mut ask = server.post(path).header("authorization", &bearer);
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let ask = ask.header("st-auth-mode", "header");
        let answer = ask.json(body).await;
        assert_eq!(answer.json()["status"], "OK", "{path}: {answer}");
    }
    let mails = server.mails().await;
    let mails = mails[before..].iter();
    // The limit of mails for one address goes by the hour.
    server.clock.advance(3_700_000);
    let link = |mail: &Mail| {
        let mut lines = mail.text.lines();
        let link = lines.find(|line| line.starts_with("http"));
        let (begin, _) = link.expect("a link").split_once('?').expect("a token");
        begin.to_owned()
    };
    let mut links: Vec<_> = mails.map(link).collect();
    links.sort();
    links
}

fn all_at(website: &str) -> Vec<String> {
    let pages = ["reset-password", "verify", "verify-email"];
    pages.map(|page| format!("{website}/auth/{page}")).to_vec()
}

#[tokio::test]
async fn a_listed_origin_decides_where_links_and_redirects_lead() {
    let server = Server::start_app(with_shop, app).await;
    for (origin, website) in [(Some(SHOP), SHOP), (Some(MAIN), MAIN), (None, MAIN)] {
        let headers: Vec<_> = origin
            .map(|origin| ("origin", origin))
            .into_iter()
            .collect();
        assert_eq!(
            links(&server, &headers).await,
            all_at(website),
            "{origin:?}"
        );
        let ask = server.get("/home");
        let ask = match origin {
            Some(origin) => ask.header("origin", origin),
            None => ask,
        };
        let answer = ask.send().await;
        let home = format!("{website}/home");
        assert_eq!(answer.header("location"), Some(home.as_str()));
    }
}

#[tokio::test]
async fn no_header_of_the_clients_making_decides_where_a_link_leads() {
    for chooses in [false, true] {
        let build = |builder: auth_server::auth::AuthBuilder| match chooses {
            true => builder.website(by_host),
            false => builder,
        };
        let server = Server::start_built(with_shop, build, app).await;
        for header in [
            ("origin", "https://evil.test"),
            ("origin", "http://localhost:4000.evil.test"),
            ("origin", "null"),
            ("origin", SHELL),
            ("host", "evil.test"),
            ("host", "api.evil.test"),
            ("x-forwarded-host", "evil.test"),
            ("forwarded", "host=evil.test;proto=https"),
            ("referer", "https://evil.test/"),
        ] {
            assert_eq!(links(&server, &[header]).await, all_at(MAIN), "{header:?}");
            let answer = server.get("/home").header(header.0, header.1).send().await;
            let home = format!("{MAIN}/home");
            assert_eq!(answer.header("location"), Some(home.as_str()), "{header:?}");
        }
    }
}

#[tokio::test]
async fn a_function_chooses_where_the_origin_does_not() {
    let server = Server::start_built(with_shop, |builder| builder.website(by_host), app).await;
    let host = ("host", "api.localhost:4000");
    assert_eq!(links(&server, &[host]).await, all_at(SHOP));
    for origin in ["https://evil.test", SHELL] {
        let headers = [("origin", origin), host];
        assert_eq!(links(&server, &headers).await, all_at(SHOP), "{origin}");
    }
    let listed = [("origin", MAIN), host];
    assert_eq!(links(&server, &listed).await, all_at(MAIN));
}

#[tokio::test]
async fn pages_of_every_website_are_served_with_cookies() {
    let server = Server::start_with(with_shop).await;
    server.ana("header").await;
    for (origin, is_own) in [
        (MAIN, true),
        (SHOP, true),
        ("http://localhost:4001", false),
        ("https://localhost:4000", false),
    ] {
        let preflight = server
            .ask(Method::OPTIONS, "/auth/signin")
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let ask = server.post("/auth/signin").header("origin", origin);
        let ask = ask.header("st-auth-mode", "cookie");
        let answer = ask.json(&form("ana@ex.co", "passw0rd")).await;
        assert_eq!(answer.status == 200, is_own, "{answer}");
        assert_eq!(answer.cookie_lines().len(), if is_own { 2 } else { 0 });
        for answer in [preflight.send().await, answer] {
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, is_own.then_some(origin), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_mail_that_is_tried_again_has_the_links_that_it_had() {
    let server = Server::start_built(with_shop, |builder| builder.mailer(Down), app).await;
    server.ana("header").await;
    let body = json!({"formFields": [{"id": "email", "value": "ana@ex.co"}]});
    let ask = server.post("/auth/user/password/reset/token");
    let answer = ask.header("origin", SHOP).json(&body).await;
    assert_eq!(answer.json()["status"], "OK");
    server.auth.close().await;
    server.clock.advance(60_000);
    // The next server has another website, and other pages.
    let change = |config: &mut Config| config.app_info.website_base_path = "/accounts".to_owned();
    let router = |auth| auth_server::router(auth, Endpoints::new());
    let server = server.restart(change, router).await;
    let mails = server.mails().await;
    assert_eq!(mails.len(), 1);
    let link = format!("\n{SHOP}/auth/reset-password?token=");
    assert!(mails[0].text.contains(&link), "{}", mails[0].text);
}

#[test]
fn what_is_no_website_is_named_when_the_server_starts() {
    let read = |value: &'static str| {
        Config::read(&auth_server::APP_INFO, move |name| {
            (name == "AUTH_WEBSITES").then(|| value.to_owned())
        })
    };
    let config = read(" https://Shop.example.com/ ,http://localhost:4000").expect("it is right");
    let websites = config.session.websites.iter().map(Website::as_str);
    let expected = ["https://shop.example.com", SHOP];
    assert!(websites.eq(expected), "{:?}", config.session.websites);
    for (wrong, why) in [
        ("shop.example.com", "write https://host[:port]"),
        ("https://shop.example.com/auth", "write https://host[:port]"),
        (
            "https://a.test,,https://b.test",
            "write https://host[:port]",
        ),
        (
            "capacitor://localhost",
            "AUTH_ALLOWED_ORIGINS takes native shells",
        ),
        ("*", "write https://host[:port]"),
    ] {
        let errors = read(wrong).expect_err(wrong).to_string();
        assert!(errors.contains("\n  AUTH_WEBSITES: "), "{errors}");
        assert!(errors.contains(why), "{errors}");
    }
}
