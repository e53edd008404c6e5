//! The example applications do what they show.

#[path = "../../../templates/server/examples/app.rs"]
#[allow(dead_code, reason = "its `main` is not called")]
mod app;
#[path = "../../../docs/examples/claims.rs"]
#[allow(dead_code, reason = "its `main` is not called")]
mod claims;
mod common;
#[path = "../../../docs/examples/settings.rs"]
#[allow(dead_code, reason = "its `main` is not called")]
mod settings;

use common::Server;
use http::Method;

const WEBSITE: &str = "http://localhost:3000";

async fn start() -> Server {
    Server::start_app(|_| {}, |auth| app::app(&auth)).await
}

#[tokio::test]
async fn an_invitation_signs_in_and_the_session_lasts_until_it_is_left() {
    let server = start().await;
    assert_eq!(server.get("/hello").send().await.body, "Hello!");
    let nobody = server.post("/invitations/forged").send().await;
    assert!(!nobody.has_session_headers());
    let ana = server.post("/invitations/for-ana").send().await;
    assert_eq!(ana.body, "Welcome!");
    let bearer = format!("Bearer {}", ana.access());
    let hello = server.get("/hello").header("authorization", &bearer);
    assert_eq!(hello.send().await.body, "Hello, ana!");

    let visit = server.post("/visits").header("authorization", &bearer);
    let visit = visit.send().await;
    assert_eq!(visit.body, "1");
    let bearer = format!("Bearer {}", visit.access());
    let visit = server.post("/visits").header("authorization", &bearer);
    assert_eq!(visit.send().await.body, "2");

    let left = server.post("/leave").header("authorization", &bearer);
    let left = left.send().await;
    assert_eq!(
        (left.body.as_str(), left.header("front-token")),
        ("Bye!", Some("remove"))
    );
    let refreshed = server
        .post("/auth/session/refresh")
        .header("authorization", &format!("Bearer {}", ana.refresh()));
    assert_eq!(refreshed.send().await.status, 401);
}

#[tokio::test]
async fn the_website_can_read_every_answer() {
    let server = start().await;
    for (method, path, status) in [
        (Method::GET, "/hello", 200),
        (Method::GET, "/sessioninfo", 401),
        (Method::GET, "/auth/nope", 404),
        (Method::POST, "/auth/session/refresh", 401),
    ] {
        let answer = server
            .ask(method, path)
            .header("origin", WEBSITE)
            .send()
            .await;
        assert_eq!(answer.status, status, "{path}");
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, Some(WEBSITE), "{path}");
        assert!(
            answer.headers["vary"]
                .to_str()
                .expect("text")
                .contains("origin")
        );
    }
    let preflight = server
        .ask(Method::OPTIONS, "/sessioninfo")
        .header("origin", WEBSITE)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization,rid");
    let preflight = preflight.send().await;
    assert_eq!(
        preflight.header("access-control-allow-credentials"),
        Some("true")
    );
    let signed_in = server
        .post("/invitations/for-ana")
        .header("origin", WEBSITE)
        .send()
        .await;
    assert_eq!(
        signed_in.header("access-control-expose-headers"),
        Some("front-token, st-access-token, st-refresh-token")
    );
    assert_eq!(
        signed_in.header("cache-control"),
        Some("no-cache, no-store, max-age=0, must-revalidate")
    );
}

#[tokio::test]
async fn settings_in_the_program_work_and_so_do_the_auth_apis_alone() {
    let config = settings::config().expect("the settings are right");
    config.session.check(&config.app_info).expect("they work");
    assert_eq!(config.listen.port(), 3001);
    let server = Server::start_app(|_| {}, |auth| settings::auth_apis(&auth)).await;
    assert_eq!(server.get("/hello").send().await.brief(), "404 Not found");
    assert_eq!(server.ana("header").await.json()["status"], "OK");
}

#[tokio::test]
async fn routes_demand_claims() {
    let server = Server::start_app(|_| {}, |auth| claims::app(&auth)).await;
    let sign_in = async |path: &str| {
        let answer = server.post(path).send().await;
        format!("Bearer {}", answer.access())
    };
    let ask = async |path: &str, bearer: &str| {
        let ask = server.post(path).header("authorization", bearer);
        ask.send().await
    };
    let (ana, cleo) = (
        sign_in("/invitations/ana").await,
        sign_in("/invitations/cleo").await,
    );
    assert_eq!(ask("/write", &ana).await.brief(), r#"200 ["admin"]"#);
    let reason = r#"{"message":"wrong value","expectedToIncludeAtLeastOneOf":["writer","admin"],"actualValue":[]}"#;
    let expected = format!(
        r#"403 {{"message":"invalid claim","claimValidationErrors":[{{"id":"roles","reason":{reason}}}]}}"#
    );
    assert_eq!(ask("/write", &cleo).await.brief(), expected);

    let team = server.get("/team").header("authorization", &cleo);
    let expected = r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"plan","reason":"there is no plan"}]}"#;
    assert_eq!(team.send().await.brief(), expected);
    let plan = ask("/plan/gold", &cleo).await;
    let bearer = format!("Bearer {}", plan.access());
    let team = server.get("/team").header("authorization", &bearer);
    assert_eq!(team.send().await.brief(), "200 5");

    assert_eq!(ask("/users/ana/sign-out", &cleo).await.status, 403);
    assert_eq!(ask("/users/cleo/sign-out", &ana).await.brief(), "200 1");
    let refused = ask("/users/ana/sign-out", &cleo).await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}
