//! Signing in over a session that the browser has already (OWASP ASVS 5.0, 7.2.4): the old one ends.

mod common;

use auth_server::session::OldSession;
use auth_server::{Auth, AuthContext, Endpoints, Error, NewSessionFor};
use axum::Router;
use axum::routing::post;
use common::{Ask, Exchange, Server, form};

/// A second factor: a new session that replaces no other.
async fn second_factor(context: AuthContext) -> Result<(), Error> {
    let mut new = NewSessionFor::user("ana");
    new.old_session = OldSession::Keep;
    context.create_session(new).await.map(drop)
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/second-factor", post(second_factor))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn start() -> Server {
    Server::start_app(|_| {}, app).await
}

async fn is_valid(server: &Server, session: &Exchange) -> bool {
    let front = session.front_token();
    let handle = front["up"]["sessionHandle"].as_str().expect("it is text");
    let row = server.auth.store().session(handle).await;
    row.expect("the store works").is_some()
}

/// Signs in over the session of an answer, in a mode that may be another one.
async fn sign_in_over(server: &Server, old: &Exchange, old_mode: &str, mode: &str) -> Exchange {
    let ask = server.post("/auth/signin").header("st-auth-mode", mode);
    let answer = carrying(ask, old, old_mode)
        .json(&form("eva@ex.co", "passw0rd"))
        .await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    answer
}

fn carrying<'a>(ask: Ask<'a>, session: &Exchange, mode: &str) -> Ask<'a> {
    match mode {
        "header" => ask.header("authorization", &format!("Bearer {}", session.access())),
        // The refresh cookie goes to its own path alone.
        _ => {
            let token = session.cookie("sAccessToken").expect("it is set");
            ask.header("cookie", &format!("sAccessToken={token}"))
        }
    }
}

async fn eva(server: &Server) {
    let answer = server
        .post("/auth/signup")
        .json(&form("eva@ex.co", "passw0rd"))
        .await;
    assert_eq!(answer.json()["status"], "OK");
}

#[tokio::test]
async fn the_session_whose_access_token_the_request_carries_ends() {
    for old_mode in ["cookie", "header"] {
        for mode in ["cookie", "header"] {
            let server = start().await;
            eva(&server).await;
            let ana = server.ana(old_mode).await;
            let new = sign_in_over(&server, &ana, old_mode, mode).await;
            assert!(!is_valid(&server, &ana).await, "{old_mode} then {mode}");
            assert!(is_valid(&server, &new).await, "{old_mode} then {mode}");
            let ask = server.post("/auth/session/refresh");
            let refused = match old_mode {
                "header" => ask.header("authorization", &format!("Bearer {}", ana.refresh())),
                _ => ask.header("cookie", &ana.as_cookies()),
            };
            let refused = refused.send().await;
            assert!(refused.is_end_of_session("unauthorised"), "{refused}");
        }
    }
}

#[tokio::test]
async fn signing_up_ends_it_too_and_other_sessions_of_the_user_go_on() {
    let server = start().await;
    let elsewhere = server.ana("cookie").await;
    let sign_in = server.post("/auth/signin").header("st-auth-mode", "cookie");
    let here = sign_in.json(&form("ana@ex.co", "passw0rd")).await;
    let ask = carrying(server.post("/auth/signup"), &here, "cookie");
    let new = ask.json(&form("new@ex.co", "passw0rd")).await;
    assert_eq!(new.json()["status"], "OK");
    assert!(!is_valid(&server, &here).await);
    assert!(
        is_valid(&server, &elsewhere).await,
        "it is on another device"
    );
}

#[tokio::test]
async fn an_expired_access_token_still_identifies_its_session() {
    let server = start().await;
    eva(&server).await;
    let ana = server.ana("cookie").await;
    server.clock.advance(3_600_001);
    sign_in_over(&server, &ana, "cookie", "cookie").await;
    assert!(!is_valid(&server, &ana).await);
}

#[tokio::test]
async fn a_refresh_token_identifies_its_session() {
    let server = start().await;
    eva(&server).await;
    let ana = server.ana("header").await;
    let ask = server.post("/auth/signin");
    let ask = ask.header("authorization", &format!("Bearer {}", ana.refresh()));
    let answer = ask.json(&form("eva@ex.co", "passw0rd")).await;
    assert_eq!(answer.json()["status"], "OK");
    assert!(!is_valid(&server, &ana).await);
}

#[tokio::test]
async fn what_does_not_succeed_and_what_is_forged_ends_nothing() {
    let server = start().await;
    eva(&server).await;
    let ana = server.ana("cookie").await;
    let wrong = carrying(server.post("/auth/signin"), &ana, "cookie");
    let wrong = wrong.json(&form("eva@ex.co", "wr0ngwrong")).await;
    assert_eq!(wrong.json()["status"], "WRONG_CREDENTIALS_ERROR");
    assert!(
        is_valid(&server, &ana).await,
        "a wrong password ends nothing"
    );

    let access = ana.cookie("sAccessToken").expect("it is set");
    let (signed, _) = access.rsplit_once('.').expect("a JWT has three parts");
    let (handle, _) = ana
        .cookie("sRefreshToken")
        .expect("it is set")
        .split_once('.')
        .map(|(handle, secret)| (handle.to_owned(), secret.to_owned()))
        .expect("a refresh token has two parts");
    for forged in [
        format!("{signed}.{}", "A".repeat(86)),
        format!("{handle}.{}", "A".repeat(64)),
    ] {
        let cookies = format!("sAccessToken={forged}; sRefreshToken={forged}");
        let ask = server.post("/auth/signin").header("cookie", &cookies);
        let ask = ask.header("authorization", &format!("Bearer {forged}"));
        let answer = ask.json(&form("eva@ex.co", "passw0rd")).await;
        assert_eq!(answer.json()["status"], "OK");
        assert!(is_valid(&server, &ana).await, "{forged}");
    }
}

#[tokio::test]
async fn a_second_factor_keeps_the_session_that_it_completes() {
    let server = start().await;
    let ana = server.ana("cookie").await;
    let ask = carrying(server.post("/second-factor"), &ana, "cookie");
    let answer = ask.header("st-auth-mode", "cookie").send().await;
    assert_eq!(answer.status, 200);
    assert!(is_valid(&server, &ana).await && is_valid(&server, &answer).await);
}
