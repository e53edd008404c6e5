//! Limits on guesses, sign-ups and questions: per account, per network, and per device.

mod common;

use std::time::Duration;

use auth_server::Config;
use auth_server::crypto::password::PasswordParams;
use auth_server::limits::{LimitSettings, Rates};
use common::{Exchange, Server, form, join_all};
use serde_json::json;

const WRONG: &str = r#"200 {"status":"WRONG_CREDENTIALS_ERROR"}"#;

/// The limits are on, and the test says where clients are.
fn limited(config: &mut Config) {
    config.limits = LimitSettings::default();
    config.trusted_proxies = "127.0.0.1".parse().expect("an address");
}

fn off() -> Rates {
    Rates::default()
}

async fn start() -> Server {
    Server::start_with(limited).await
}

async fn sign_in(server: &Server, client: &str, email: &str, password: &str) -> Exchange {
    let ask = server.post("/auth/signin");
    let ask = ask.header("x-forwarded-for", client);
    ask.header("st-auth-mode", "header")
        .json(&form(email, password))
        .await
}

/// Whether an attempt was refused without a look at the password.
fn is_limited(answer: &Exchange) -> bool {
    if answer.header("retry-after").is_none() {
        return false;
    }
    assert_eq!(answer.status, 200, "{answer}");
    let json = answer.json();
    assert_eq!(json["status"], "GENERAL_ERROR");
    let message = json["message"].as_str().expect("a sentence to show");
    assert!(
        message.starts_with("Too many attempts. Please try again in "),
        "{message}"
    );
    assert!(!answer.has_session_headers());
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_guesses_at_two_servers_no_more_are_verified_than_the_limit_says() {
    let one = start().await;
    one.ana("header").await;
    let two = one.beside(limited).await;
    let guesses = (0..50_u8).map(|number| {
        let server = if number % 2 == 0 { &one } else { &two };
        // From everywhere: the account alone counts.
        let client = format!("198.51.100.{number}");
        async move { sign_in(server, &client, "ana@ex.co", "wr0ng-guess").await }
    });
    let guesses: Vec<_> = guesses.map(Box::pin).collect();
    let mut verified = 0;
    for answer in join_all(guesses).await {
        if is_limited(&answer) {
            assert_eq!(answer.header("retry-after"), Some("30"));
        } else {
            assert_eq!(answer.brief(), WRONG);
            verified += 1;
        }
    }
    assert_eq!(verified, 5);
    // Nor is the right password looked at.
    let right =
        async |server: &Server| sign_in(server, "203.0.113.1", "ana@ex.co", "passw0rd").await;
    assert!(is_limited(&right(&one).await) && is_limited(&right(&two).await));
    one.clock.advance(30_000);
    assert_eq!(right(&two).await.json()["status"], "OK");
    // A success clears the count.
    for _ in 0..5 {
        let answer = sign_in(&one, "203.0.113.1", "ana@ex.co", "wr0ng-guess").await;
        assert_eq!(answer.brief(), WRONG);
    }
    assert!(is_limited(&right(&one).await));
}

#[tokio::test]
async fn unknown_accounts_are_limited_as_known_ones_are() {
    let server = start().await;
    server.ana("header").await;
    for _ in 0..8 {
        let known = sign_in(&server, "203.0.113.1", "ana@ex.co", "wr0ng").await;
        let unknown = sign_in(&server, "203.0.113.1", "eva@ex.co", "wr0ng").await;
        assert_eq!(known.brief(), unknown.brief());
        assert_eq!(known.header("retry-after"), unknown.header("retry-after"));
    }
}

#[tokio::test]
async fn a_restart_keeps_the_counters() {
    let server = start().await;
    server.ana("header").await;
    for _ in 0..5 {
        let answer = sign_in(&server, "203.0.113.1", "ana@ex.co", "wr0ng").await;
        assert_eq!(answer.brief(), WRONG);
    }
    let app = |auth| auth_server::router(auth, auth_server::Endpoints::new());
    let server = server.restart(limited, app).await;
    assert!(is_limited(
        &sign_in(&server, "203.0.113.1", "ana@ex.co", "passw0rd").await
    ));
}

#[tokio::test]
async fn after_100_failures_in_a_row_there_is_one_guess_an_hour() {
    let server = start().await;
    for number in 0..100_u8 {
        let client = format!("198.51.100.{number}");
        let answer = sign_in(&server, &client, "ana@ex.co", "wr0ng").await;
        assert_eq!(answer.brief(), WRONG, "{number}");
        server.clock.advance(30_000);
    }
    let answer = sign_in(&server, "203.0.113.1", "ana@ex.co", "wr0ng").await;
    assert!(is_limited(&answer));
    // 50 minutes have passed since the first one.
    assert_eq!(answer.header("retry-after"), Some("600"));
}

#[tokio::test]
async fn a_client_of_another_protocol_gets_the_status_429() {
    let server = start().await;
    for _ in 0..5 {
        sign_in(&server, "203.0.113.1", "ana@ex.co", "wr0ng").await;
    }
    let ask = server.post("/auth/signin").without("fdi-version");
    let answer = ask.json(&form("ana@ex.co", "wr0ng")).await;
    assert_eq!(answer.brief(), r#"429 {"message":"Too many requests"}"#);
    assert_eq!(answer.header("retry-after"), Some("30"));
}

/// How many guesses are verified, each at another account.
async fn guesses(server: &Server, clients: impl Iterator<Item = String>) -> usize {
    let mut verified = 0;
    for (number, client) in clients.enumerate() {
        let email = format!("user-{number}-{client}@ex.co").replace(':', "-");
        let answer = sign_in(server, &client, &email, "wr0ng").await;
        if !is_limited(&answer) {
            assert_eq!(answer.brief(), WRONG);
            verified += 1;
        }
    }
    verified
}

#[tokio::test]
async fn a_network_is_limited_whatever_accounts_it_tries() {
    let server = start().await;
    let same = |client: &str| std::iter::repeat_n(client.to_owned(), 70);
    assert_eq!(guesses(&server, same("203.0.113.1")).await, 60);
    assert_eq!(guesses(&server, same("203.0.113.2").take(5)).await, 5);
    // Two seconds later there is one more.
    server.clock.advance(2_000);
    assert_eq!(guesses(&server, same("203.0.113.1").take(3)).await, 1);
    // An IPv6 client has 2^64 addresses, which count as one.
    let addresses = (0..70).map(|number| format!("2001:db8:1:2::{number:x}"));
    assert_eq!(guesses(&server, addresses).await, 60);
    assert_eq!(guesses(&server, same("2001:db8:1:3::1").take(5)).await, 5);
}

#[tokio::test]
async fn a_right_password_costs_the_network_nothing() {
    let server = start().await;
    server.ana("header").await;
    for _ in 0..70 {
        let answer = sign_in(&server, "203.0.113.1", "ana@ex.co", "passw0rd").await;
        assert_eq!(answer.json()["status"], "OK");
    }
}

#[tokio::test]
async fn a_header_counts_only_from_a_trusted_proxy_and_from_right_to_left() {
    let forged = |number: u8| format!("198.51.100.{number}");
    let server = Server::start_with(|config| {
        limited(config);
        config.trusted_proxies = "none".parse().expect("a word");
    })
    .await;
    assert_eq!(
        guesses(&server, (0..70).map(forged)).await,
        60,
        "it is ignored"
    );

    let server = Server::start_with(|config| {
        limited(config);
        config.trusted_proxies = "127.0.0.1, 10.0.0.0/8".parse().expect("a list");
    })
    .await;
    let hops = |number| format!("{}, 203.0.113.9, 10.0.0.7, 10.0.0.8", forged(number));
    let mut verified = 0;
    for number in 0..70 {
        let email = format!("user-{number}@ex.co");
        let answer = sign_in(&server, &hops(number), &email, "wr0ng").await;
        verified += usize::from(!is_limited(&answer));
    }
    assert_eq!(verified, 60, "the client writes the left end of the list");
}

#[tokio::test]
async fn behind_an_undeclared_proxy_accounts_alone_are_limited() {
    let server = Server::start_with(|config| config.limits = LimitSettings::default()).await;
    let same = std::iter::repeat_n("203.0.113.1".to_owned(), 70);
    assert_eq!(guesses(&server, same).await, 70);
    for _ in 0..5 {
        sign_in(&server, "203.0.113.1", "ana@ex.co", "wr0ng").await;
    }
    assert!(is_limited(
        &sign_in(&server, "203.0.113.2", "ana@ex.co", "wr0ng").await
    ));
}

#[tokio::test]
async fn a_device_that_signed_in_before_has_guesses_of_its_own() {
    let server = start().await;
    let signed_up = server.ana("cookie").await;
    let device = signed_up.cookie("sDevice").expect("the device is known");
    let line = signed_up.cookie_lines();
    let line = line
        .iter()
        .find(|line| line.starts_with("sDevice="))
        .expect("it is set");
    assert!(
        line.contains("; Path=/auth; ") && line.contains("; HttpOnly"),
        "{line}"
    );
    assert!(!line.contains("Domain"), "{line}");
    server
        .post("/auth/signup")
        .json(&form("eva@ex.co", "passw0rd"))
        .await;

    for _ in 0..5 {
        sign_in(&server, "198.51.100.1", "ana@ex.co", "wr0ng").await;
    }
    let on_device = async |cookie: &str, email: &str, password: &str| {
        let ask = server.post("/auth/signin").header("st-auth-mode", "cookie");
        let ask = ask.header("x-forwarded-for", "203.0.113.1");
        ask.header("cookie", &format!("sDevice={cookie}"))
            .json(&form(email, password))
            .await
    };
    assert!(is_limited(&on_device("", "ana@ex.co", "passw0rd").await));
    let forged = device.replacen(|c: char| c.is_ascii_lowercase(), "A", 1);
    assert!(is_limited(
        &on_device(&forged, "ana@ex.co", "passw0rd").await
    ));
    let answer = on_device(&device, "ana@ex.co", "passw0rd").await;
    assert_eq!(answer.json()["status"], "OK");
    let renewed = answer.cookie("sDevice").expect("it is renewed");
    // Guesses there are limited too, and the cookie is good for one account only.
    for _ in 0..10 {
        assert_eq!(
            on_device(&renewed, "ana@ex.co", "wr0ng").await.brief(),
            WRONG
        );
    }
    assert!(is_limited(
        &on_device(&renewed, "ana@ex.co", "passw0rd").await
    ));
    for _ in 0..5 {
        sign_in(&server, "198.51.100.1", "eva@ex.co", "wr0ng").await;
    }
    assert!(is_limited(
        &on_device(&renewed, "eva@ex.co", "passw0rd").await
    ));
}

#[tokio::test]
async fn a_client_that_keeps_its_tokens_itself_gets_no_device_cookie() {
    let server = start().await;
    let answer = server.ana("header").await;
    assert_eq!(answer.json()["status"], "OK");
    assert!(answer.cookie_lines().is_empty());
}

#[tokio::test]
async fn a_new_password_clears_the_failures_of_others() {
    let server = start().await;
    server.ana("header").await;
    for _ in 0..5 {
        sign_in(&server, "198.51.100.1", "ana@ex.co", "wr0ng").await;
    }
    let token = server.reset_token("ana@ex.co").await;
    let body = json!({"method": "token", "token": token,
        "formFields": [{"id": "password", "value": "n3w-passw0rd"}]});
    let answer = server.post("/auth/user/password/reset").json(&body).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    let answer = sign_in(&server, "203.0.113.1", "ana@ex.co", "n3w-passw0rd").await;
    assert_eq!(answer.json()["status"], "OK");
}

#[tokio::test]
async fn sign_ups_questions_and_resets_are_limited_too() {
    let server = start().await;
    let (mut signed_up, mut let_through, mut looked_at) = (0, 0, 0);
    for number in 0..130 {
        let client = "203.0.113.1";
        let email = format!("user-{number}@ex.co");
        let ask = server.post("/auth/signup").header("st-auth-mode", "header");
        let ask = ask.header("x-forwarded-for", client);
        let answer = ask.json(&form(&email, "passw0rd")).await;
        if !is_limited(&answer) {
            assert!(answer.has_session_headers(), "{answer}");
            signed_up += 1;
        }
        let path = format!("/auth/emailpassword/email/exists?email={email}");
        let answer = server
            .get(&path)
            .header("x-forwarded-for", client)
            .send()
            .await;
        let_through += usize::from(!is_limited(&answer));
        let body = json!({"method": "token", "token": format!("made-up-{number}"),
            "formFields": [{"id": "password", "value": "n3w-passw0rd"}]});
        let ask = server.post("/auth/user/password/reset");
        let answer = ask.header("x-forwarded-for", client).json(&body).await;
        looked_at += usize::from(!is_limited(&answer));
    }
    assert_eq!((signed_up, let_through, looked_at), (60, 120, 60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_fills_the_queue_of_hashes_does_not_block_others() {
    let server = Server::start_built(
        |config| {
            limited(config);
            config.limits.sign_in_network = off();
            config.password_threads = 1;
        },
        // As slow as they really are.
        |builder| builder.password_params(PasswordParams::default()),
        |auth| auth_server::router(auth, auth_server::Endpoints::new()),
    )
    .await;
    server.ana("header").await;
    let flood = (0..100_u8).map(|number| {
        let server = &server;
        async move {
            let email = format!("user-{number}@ex.co");
            sign_in(server, "198.51.100.1", &email, "wr0ng").await
        }
    });
    let flood: Vec<_> = flood.map(Box::pin).collect();
    let owner = async {
        let is_full = || {
            let metrics = server.auth.metrics_text().expect("it is text");
            metrics.contains("auth_password_hashes_waiting 64")
        };
        while !is_full() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let answer = sign_in(&server, "203.0.113.1", "ana@ex.co", "passw0rd").await;
        assert_eq!(answer.json()["status"], "OK", "{answer}");
        let metrics = server.auth.metrics_text().expect("it is text");
        assert!(
            !metrics.contains("auth_password_hashes_waiting 0"),
            "they wait still"
        );
    };
    let (answers, ()) = tokio::join!(join_all(flood), owner);
    let refused = answers.iter().filter(|answer| answer.status == 503).count();
    // At most those beyond the queue; fewer where hashes ended while it filled.
    assert!((1..=40).contains(&refused), "{refused}");
}

#[tokio::test]
async fn counters_are_deleted_once_they_mean_nothing() {
    let server = start().await;
    for number in 0..3 {
        let email = format!("user-{number}@ex.co");
        sign_in(&server, "203.0.113.1", &email, "wr0ng").await;
    }
    assert_eq!(server.auth.clean_up().await.expect("it writes"), 0);
    server.clock.advance(3_600_000);
    // Two counters for each account, and one for the network.
    assert_eq!(server.auth.clean_up().await.expect("it writes"), 7);
}
