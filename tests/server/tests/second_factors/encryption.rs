//! Secrets at rest: encrypted under the first key, encrypted again when it is replaced, and refused without one.

use super::*;
use axum::body::{Body, to_bytes};
use common::app_info;
use common::opened::Database;
use config::Secret;
use http::Request;
use tower::ServiceExt as _;

const FIRST: &str = "00112233445566778899aabbccddeeff";
const SECOND: &str = "a3f1c2d4e5b60718293a4b5c6d7e8f90";

fn under(secrets: &str) -> impl FnOnce(&mut Config) {
    let encryption = secrets.parse().expect("they are long enough");
    |config: &mut Config| config.session.signing_key_encryption = encryption
}

#[tokio::test]
async fn a_key_is_replaced_while_the_secrets_stay() {
    let app = |auth| router(auth, Endpoints::new());
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    let access = ana.access.clone();
    drop(ana);
    let mut server = server;
    // In the clear, under the first key, under both, under the second one alone.
    for secrets in [
        FIRST.to_owned(),
        format!("{SECOND},{FIRST}"),
        SECOND.to_owned(),
    ] {
        server = server.restart(under(&secrets), app).await;
        server.clock.advance(STEP);
        let ana = Client {
            server: &server,
            access: access.clone(),
        };
        let answer = ana.verify(&code(&secret, ana.now())).await;
        assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#, "{secrets}");
    }
}

/// A server on a database, in this process.
async fn opened(database: &Database, secrets: Option<&str>, domain: &str) -> Result<Auth, String> {
    let mut config = Config::new(app_info(domain, domain));
    config.database_url = Secret::new(&database.url);
    config.session.signing_algorithm = crypto::keys::Algorithm::Es256;
    if let Some(secrets) = secrets {
        under(secrets)(&mut config);
    }
    let builder = Auth::builder(config).password_params(testing::FAST_PASSWORDS);
    builder.build().await.map_err(|error| error.to_string())
}

/// Status and body of a POST, and the access token that it carries.
async fn ask(auth: &Auth, path: &str, access: Option<&str>, body: &Value) -> (u16, String, String) {
    let mut request = Request::post(format!("/auth{path}")).header("st-auth-mode", "header");
    if let Some(access) = access {
        request = request.header("authorization", format!("Bearer {access}"));
    }
    let request = request
        .body(Body::from(body.to_string()))
        .expect("it is a request");
    let app = router(auth.clone(), Endpoints::new());
    let answer = app.oneshot(request).await.expect("it is answered");
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, 1 << 16).await.expect("it ends");
    let token = head.headers.get("st-access-token");
    let token = token.map(|token| token.to_str().expect("it is text").to_owned());
    let body = String::from_utf8(body.to_vec()).expect("it is text");
    (head.status.as_u16(), body, token.unwrap_or_default())
}

#[tokio::test]
async fn off_loopback_no_secret_is_stored_without_a_key_and_with_one_it_is_encrypted() {
    let database = Database::new();
    let domain = "https://auth.example.com";
    let auth = opened(&database, None, domain)
        .await
        .expect("other operations work");
    let (_, body, access) = ask(&auth, "/signup", None, &form("ana@ex.co", "passw0rd")).await;
    let body: Value = serde_json::from_str(&body).expect("it is JSON");
    let user = body["user"]["id"]
        .as_str()
        .expect("it is a text")
        .to_owned();
    let (status, body, _) = ask(&auth, "/totp/device", Some(&access), &json!({})).await;
    assert_eq!(status, 500, "{body}");
    assert!(!body.contains("secret"), "{body}");
    assert_eq!(auth.totp().list(&user).await.expect("it reads"), []);
    auth.close().await;

    let auth = opened(&database, Some(FIRST), domain)
        .await
        .expect("it starts");
    let (status, body, _) = ask(&auth, "/totp/device", Some(&access), &json!({})).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(auth.totp().list(&user).await.expect("it reads").len(), 1);
    auth.close().await;
    drop(auth);

    // Under a key that is gone the server does not start, and says why.
    for (secrets, part) in [
        (None, "is encrypted"),
        (Some(SECOND), "under another secret"),
    ] {
        let opened = opened(&database, secrets, "http://localhost:3001").await;
        let Err(error) = opened else {
            panic!("it does not start")
        };
        assert!(
            error.contains(part) && error.contains("AUTH_ENCRYPTION_SECRET"),
            "{error}"
        );
    }
}

#[test]
fn settings_that_are_none_are_refused() {
    for (setting, value) in [
        ("AUTH_TOTP_SKEW", "3"),
        ("AUTH_TOTP_MAX_ATTEMPTS", "1000"),
        ("AUTH_TOTP_COOLDOWN_MINUTES", "0"),
    ] {
        let read = Config::read(&APP_INFO, move |name| {
            (name == setting).then(|| value.to_owned())
        });
        let error = read.expect_err("it is no choice").to_string();
        assert!(
            error.contains(setting) && error.contains("must be one of"),
            "{error}"
        );
    }
}
