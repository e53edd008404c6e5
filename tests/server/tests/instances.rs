//! Several auth servers in one process: nothing of one is accepted by the other.

mod common;
#[path = "../../../docs/examples/instances.rs"]
#[allow(dead_code, reason = "its `main` is not called")]
mod instances;

use auth_server::config::Secret;
use auth_server::session::CookieNames;
use auth_server::{Auth, Config};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{Exchange, Server};
use serde_json::Value;
use tempfile::TempDir;

/// The shop is the server of the test; the staff's keeps its database in a folder of its own.
async fn start() -> (Server, TempDir) {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut staff = instances::staff().expect("the settings are right");
    staff.database_url = at(&folder, "staff.db");
    staff.session.signing_algorithm = auth_server::crypto::keys::Algorithm::Es256;
    let staff = Auth::open(staff).await.expect("it opens");
    let change = |config: &mut Config| {
        let shop = instances::shop().expect("the settings are right");
        config.app_info = shop.app_info;
        config.app_id = shop.app_id;
        config.session = shop.session;
        config.session.signing_algorithm = auth_server::crypto::keys::Algorithm::Es256;
    };
    // Both go by the time of day: the clock of a test is that of one server.
    let build = |builder: auth_server::auth::AuthBuilder| {
        builder.clock(auth_server::clock::SystemClock::new())
    };
    let app = |shop: Auth| instances::app(&shop, &staff);
    (Server::start_built(change, build, app).await, folder)
}

fn at(folder: &TempDir, name: &str) -> Secret {
    Secret::new(format!("sqlite://{}", folder.path().join(name).display()))
}

async fn sign_in(server: &Server, path: &str, mode: &str) -> Exchange {
    let answer = server.post(path).header("st-auth-mode", mode).send().await;
    assert_eq!(answer.status, 200, "{answer}");
    answer
}

fn payload(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).expect("a JWT has three parts");
    let json = URL_SAFE_NO_PAD.decode(part).expect("it is base64url");
    serde_json::from_slice(&json).expect("it is JSON")
}

async fn with_bearer(server: &Server, path: &str, token: &str) -> Exchange {
    let bearer = format!("Bearer {token}");
    let ask = match path.ends_with("/refresh") {
        true => server.post(path),
        false => server.get(path),
    };
    ask.header("authorization", &bearer).send().await
}

#[tokio::test]
async fn a_token_of_one_is_refused_by_the_other() {
    let (server, _folder) = start().await;
    let shop = sign_in(&server, "/orders/sign-in", "header").await;
    let staff = sign_in(&server, "/stock/sign-in", "header").await;
    let ask = async |path: &str, token: &str| with_bearer(&server, path, token).await.brief();
    assert_eq!(ask("/orders", shop.access()).await, "200 orders of ana");
    assert_eq!(
        ask("/stock", staff.access()).await,
        "200 the stock, for ana"
    );
    let refused = r#"401 {"message":"try refresh token"}"#;
    assert_eq!(ask("/orders", staff.access()).await, refused);
    assert_eq!(ask("/stock", shop.access()).await, refused);

    let crossed = with_bearer(&server, "/staff/auth/session/refresh", shop.refresh()).await;
    assert_eq!(crossed.brief(), r#"401 {"message":"unauthorised"}"#);
    let lines = crossed.cookie_lines();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.contains("_staff=; ")));
    let own = with_bearer(&server, "/shop/auth/session/refresh", shop.refresh()).await;
    assert_eq!(own.brief(), "200 {}", "the other one did it no harm");
}

#[tokio::test]
async fn each_has_its_issuer_its_lifetimes_and_its_cookies() {
    let (server, _folder) = start().await;
    let shop = sign_in(&server, "/orders/sign-in", "cookie").await;
    let staff = sign_in(&server, "/stock/sign-in", "cookie").await;
    for (answer, app, seconds) in [(&shop, "shop", 3600), (&staff, "staff", 300)] {
        let lines = answer.cookie_lines();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with(&format!("sAccessToken_{app}=ey")));
        assert!(lines[1].starts_with(&format!("sRefreshToken_{app}=")));
        let path = format!("; Path=/{app}/auth/session/refresh; ");
        assert!(lines[1].contains(&path), "{}", lines[1]);
        let jwt = answer.cookie(&format!("sAccessToken_{app}"));
        let payload = payload(&jwt.expect("it is set"));
        let issuer = format!("http://localhost:3001/{app}/auth");
        assert_eq!(payload["iss"], issuer.as_str());
        let number = |name: &str| payload[name].as_i64().expect("a number");
        let lifetime = number("exp") - number("iat");
        assert!(
            lifetime <= seconds && lifetime >= seconds * 9 / 10,
            "{lifetime}"
        );
    }
    // A browser sends all of them to both.
    let all: Vec<_> = [&shop, &staff]
        .iter()
        .flat_map(|answer| answer.cookie_lines())
        .map(|line| line.split(';').next().expect("it has a value"))
        .collect();
    let all = all.join("; ");
    let ask = async |path| server.get(path).header("cookie", &all).send().await;
    assert_eq!(ask("/orders").await.brief(), "200 orders of ana");
    assert_eq!(ask("/stock").await.brief(), "200 the stock, for ana");
    let out = server.post("/staff/auth/signout").header("cookie", &all);
    let out = out.send().await;
    assert_eq!(out.brief(), r#"200 {"status":"OK"}"#);
    let lines = out.cookie_lines();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.contains("_staff=; ")));
}

#[tokio::test]
async fn the_database_of_one_app_is_refused_to_another() {
    let folder = TempDir::new().expect("there is room for a folder");
    let open = async |app_id: &str| {
        let mut config = instances::shop().expect("the settings are right");
        config.app_id = app_id.to_owned();
        config.database_url = at(&folder, "auth.db");
        Auth::open(config).await
    };
    let first = open("shop").await.expect("it is empty");
    assert!(open("shop").await.is_ok(), "several servers of one app");
    let refused = open("staff").await.expect_err("it belongs to the shop");
    let text = refused.to_string();
    assert!(
        text.starts_with(
            "the database belongs to the app `shop`, and this server is the app `staff`"
        ),
        "{text}"
    );
    assert!(text.contains("AUTH_APP_ID") && text.contains("DATABASE_URL"));
    assert_eq!(first.config().app_id, "shop");
}

#[tokio::test]
async fn cookies_may_have_any_names() {
    let server = Server::start_app(
        |config| {
            config.session.cookie_names = Some(CookieNames {
                access: "a".to_owned(),
                refresh: "r".to_owned(),
            });
        },
        |auth| instances::app(&auth, &auth),
    )
    .await;
    let answer = sign_in(&server, "/orders/sign-in", "cookie").await;
    let value = |name| answer.cookie(name).expect("it is set");
    let cookies = format!("a={}; r={}", value("a"), value("r"));
    let refresh = |cookies: &str| {
        let ask = server.post("/auth/session/refresh");
        ask.header("cookie", cookies).send()
    };
    // The cookies of a server with the usual names are none of ours.
    let foreign = format!("{cookies}; sAccessToken=x; sAccessToken=y; sIdRefreshToken=x");
    let ask = server.get("/orders").header("cookie", &foreign);
    assert_eq!(ask.send().await.brief(), "200 orders of ana");
    assert_eq!(refresh(&foreign).await.brief(), "200 {}");
    let twice = format!("{cookies}; r=x");
    assert_eq!(refresh(&twice).await.status, 401);
}
