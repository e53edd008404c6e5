//! Who may change factors, and what a route may demand.

use std::time::Duration;

use super::*;
use axum::Router;
use axum::routing::get;

const SET_UP_REFUSED: &str = r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-mfa","reason":"Completed factors in the session does not satisfy the MFA requirements for auth"}]}"#;
const REMOVAL_REFUSED: &str = r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-mfa","reason":{"message":"MFA requirement for auth is not satisfied"}}]}"#;

#[tokio::test]
async fn a_password_alone_adds_and_removes_no_factor_of_a_user_who_has_one() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    ana.create("tablet").await;
    let secret = ana.protect("phone").await;
    // Who knows the password signs in.
    let mut thief = Client::sign_in(&server, "ana@ex.co").await;
    for body in [
        json!({}),
        json!({"deviceName": "mine"}),
        json!({"deviceName": "phone"}),
    ] {
        let refused = thief.post("/totp/device", &body).await;
        assert_eq!(refused.brief(), SET_UP_REFUSED);
    }
    for name in ["tablet", "phone", "nosuch"] {
        assert_eq!(
            thief.verify_device(name, "123456").await.brief(),
            SET_UP_REFUSED
        );
    }
    let remove = |name| json!({ "deviceName": name });
    let refused = thief.post("/totp/device/remove", &remove("phone")).await;
    assert_eq!(refused.brief(), REMOVAL_REFUSED);
    // What does not count protects nothing.
    let removed = thief.post("/totp/device/remove", &remove("tablet")).await;
    assert_eq!(
        removed.brief(),
        r#"200 {"status":"OK","didDeviceExist":true}"#
    );

    // With a code it is the owner.
    server.clock.advance(STEP);
    let answer = thief.verify(&code(&secret, thief.now())).await;
    thief.access = answer.access().to_owned();
    thief.create("mine").await;
    let removed = thief.post("/totp/device/remove", &remove("phone")).await;
    assert_eq!(
        removed.brief(),
        r#"200 {"status":"OK","didDeviceExist":true}"#
    );
}

#[tokio::test]
async fn a_factor_is_completed_in_its_session_alone_and_stays_when_it_is_refreshed() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    let ask = server.post("/auth/signin").header("st-auth-mode", "header");
    let signed_in = ask.json(&form("ana@ex.co", "passw0rd")).await;
    assert_eq!(factors(&signed_in), Value::Null);
    server.clock.advance(STEP);
    let other = Client {
        server: &server,
        access: signed_in.access().to_owned(),
    };
    let completed = other.verify(&code(&secret, other.now())).await;
    let refresh = format!("Bearer {}", signed_in.refresh());
    let ask = server
        .post("/auth/session/refresh")
        .header("authorization", &refresh);
    let refreshed = ask.header("st-auth-mode", "header").send().await;
    assert_eq!(factors(&refreshed), factors(&completed));
    assert_eq!(factors(&refreshed)["v"], true);
}

#[tokio::test]
async fn a_route_demands_the_factor_and_how_long_ago_it_may_be() {
    let app = |auth| {
        let route = |validator| {
            let options = VerifyOptions {
                claims: ClaimValidators::GlobalAnd(vec![validator]),
                ..VerifyOptions::default()
            };
            get(|| async { "open" }).layer(VerifySession::new(options))
        };
        let factor = Validator::completed_factor("totp");
        let recent = factor.clone().max_age(Duration::from_secs(60));
        let app = Router::new()
            .route("/factor", route(factor))
            .route("/recent", route(recent));
        app.layer(layer(auth, Endpoints::new()))
    };
    let server = Server::start_app(|_| {}, app).await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let ask = async |ana: &Client<'_>, path: &str| {
        let bearer = format!("Bearer {}", ana.access);
        server
            .get(path)
            .header("authorization", &bearer)
            .send()
            .await
            .brief()
    };
    let missing = r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-mfa","reason":{"message":"Factor validation failed: totp not completed","factorId":"totp"}}]}"#;
    for path in ["/factor", "/recent"] {
        assert_eq!(ask(&ana, path).await, missing);
    }
    ana.protect("phone").await;
    for path in ["/factor", "/recent"] {
        assert_eq!(ask(&ana, path).await, "200 open");
    }
    server.clock.advance(61_000);
    assert_eq!(ask(&ana, "/factor").await, "200 open");
    let expired = ask(&ana, "/recent").await;
    assert!(
        expired.contains(r#""message":"expired","ageInSeconds":61,"maxAgeInSeconds":60"#),
        "{expired}"
    );
}
