//! Codes: when they count, that each counts once, and how wrong ones are counted.

use super::*;
use common::join_all;
use limits::LimitSettings;

fn three_tries(config: &mut Config) {
    config.recipes.set("AUTH_TOTP_MAX_ATTEMPTS", "3");
    config.recipes.set("AUTH_TOTP_COOLDOWN_MINUTES", "5");
}

#[tokio::test]
async fn codes_of_the_periods_before_and_after_count_and_others_do_not() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    server.clock.advance(10 * STEP);
    let now = ana.now();
    for (shift, brief) in [
        (-2, invalid(1, 5)),
        (2, invalid(2, 5)),
        (-1, r#"200 {"status":"OK"}"#.to_owned()),
        (0, r#"200 {"status":"OK"}"#.to_owned()),
        (1, r#"200 {"status":"OK"}"#.to_owned()),
        // Codes of periods that are over, in the order of the device's own clock.
        (0, invalid(1, 5)),
        (-1, invalid(2, 5)),
    ] {
        let answer = ana.verify(&code(&secret, now + shift * STEP)).await;
        assert_eq!(answer.brief(), brief, "{shift}");
    }
}

#[tokio::test]
async fn a_code_counts_once_whatever_the_operation() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    let used = code(&secret, ana.now());
    assert_eq!(ana.verify(&used).await.brief(), invalid(1, 5));
    server.clock.advance(STEP);
    let next = code(&secret, ana.now());
    let answer = ana.verify(&next).await;
    assert_eq!(answer.brief(), r#"200 {"status":"OK"}"#);
    assert_eq!(
        factors(&answer),
        json!({"c": {"totp": ana.now() / 1000}, "v": true})
    );
    assert_eq!(ana.verify(&next).await.brief(), invalid(1, 5));
    // In another session of the user neither.
    let other = Client::sign_in(&server, "ana@ex.co").await;
    assert_eq!(other.verify(&next).await.brief(), invalid(2, 5));
}

#[tokio::test]
async fn a_right_code_starts_the_count_again_and_the_last_wrong_one_begins_a_cooldown() {
    let server = Server::start_with(three_tries).await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    let wrong_code = |ana: &Client| wrong(&secret, ana.now());
    server.clock.advance(STEP);
    for count in 1..=2 {
        assert_eq!(
            ana.verify(wrong_code(&ana)).await.brief(),
            invalid(count, 3)
        );
    }
    let right = code(&secret, ana.now());
    assert_eq!(ana.verify(&right).await.brief(), r#"200 {"status":"OK"}"#);
    for count in 1..=3 {
        assert_eq!(
            ana.verify(wrong_code(&ana)).await.brief(),
            invalid(count, 3)
        );
    }
    let limited = |ms: i64| {
        format!(
            r#"200 {{"status":"LIMIT_REACHED_ERROR","retryAfterMs":{ms},"currentNumberOfFailedAttempts":3,"maxNumberOfFailedAttempts":3}}"#
        )
    };
    assert_eq!(ana.verify(wrong_code(&ana)).await.brief(), limited(300_000));
    server.clock.advance(STEP);
    let right = code(&secret, ana.now());
    let answer = ana.verify(&right).await;
    assert_eq!(answer.brief(), limited(270_000));
    assert!(!answer.has_session_headers());
    // Both operations and all sessions share the count. A device of the user that is new does not escape it.
    let other = Client::sign_in(&server, "ana@ex.co").await;
    assert_eq!(other.verify(&right).await.brief(), limited(270_000));
    let new = ana.create("tablet").await;
    let answer = ana.verify_device("tablet", &code(&new, ana.now())).await;
    assert_eq!(answer.brief(), limited(270_000));
    server.clock.advance(270_000);
    server.auth.clean_up().await.expect("it writes");
    let right = code(&secret, ana.now());
    assert_eq!(ana.verify(&right).await.brief(), r#"200 {"status":"OK"}"#);
    assert_eq!(ana.verify(wrong_code(&ana)).await.brief(), invalid(1, 3));
    // A text that can be no code is no guess.
    assert_eq!(ana.verify("123456789").await.brief(), invalid(2, 3));
    assert_eq!(ana.verify(wrong_code(&ana)).await.brief(), invalid(2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_is_accepted_once_by_all_servers_together() {
    let one = Server::start_with(|config| config.recipes.set("AUTH_TOTP_MAX_ATTEMPTS", "10")).await;
    let mut ana = Client::sign_up(&one, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    let two = one
        .beside(|config| config.recipes.set("AUTH_TOTP_MAX_ATTEMPTS", "10"))
        .await;
    let beside = Client {
        server: &two,
        access: ana.access.clone(),
    };
    for _ in 0..5 {
        one.clock.advance(STEP);
        let code = code(&secret, ana.now());
        let asks = [&ana, &beside, &ana, &beside, &ana, &beside].map(|client| {
            let code = code.clone();
            Box::pin(async move { client.verify(&code).await })
        });
        let answers = join_all(asks.into()).await;
        let ok = answers
            .iter()
            .filter(|answer| answer.json()["status"] == "OK");
        assert_eq!(ok.count(), 1);
        let wrong = answers
            .iter()
            .filter(|answer| answer.json()["status"] == "INVALID_TOTP_ERROR");
        assert_eq!(wrong.count(), 5);
        // The next round begins without failures.
        one.clock.advance(STEP);
        let next = super::code(&secret, ana.now());
        assert_eq!(ana.verify(&next).await.brief(), r#"200 {"status":"OK"}"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_at_two_servers_never_exceed_the_limit() {
    let one = Server::start_with(three_tries).await;
    let mut ana = Client::sign_up(&one, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    let two = one.beside(three_tries).await;
    let beside = Client {
        server: &two,
        access: ana.access.clone(),
    };
    let wrong = wrong(&secret, ana.now());
    let asks = (0..12).map(|number| {
        let client = if number % 2 == 0 { &ana } else { &beside };
        Box::pin(client.verify(wrong))
    });
    let answers = join_all(asks.collect()).await;
    let mut counts: Vec<i64> = answers
        .iter()
        .filter(|answer| answer.json()["status"] == "INVALID_TOTP_ERROR")
        .map(|answer| {
            answer.json()["currentNumberOfFailedAttempts"]
                .as_i64()
                .expect("a number")
        })
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2, 3]);
    let limited = answers
        .iter()
        .filter(|answer| answer.json()["status"] == "LIMIT_REACHED_ERROR");
    assert_eq!(limited.count(), 9);
}

#[tokio::test]
async fn guesses_are_limited_over_all_cooldowns_too_and_right_codes_are_no_guesses() {
    let server = Server::start_with(|config| {
        config.limits = LimitSettings {
            code: "4+1/h".parse().expect("it is a rate"),
            ..LimitSettings::off()
        };
        config.recipes.set("AUTH_TOTP_MAX_ATTEMPTS", "10");
    })
    .await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let secret = ana.protect("phone").await;
    for _ in 0..8 {
        server.clock.advance(STEP);
        let right = code(&secret, ana.now());
        assert_eq!(ana.verify(&right).await.brief(), r#"200 {"status":"OK"}"#);
    }
    for count in 1..=4 {
        let answer = ana.verify(wrong(&secret, ana.now())).await;
        assert_eq!(answer.brief(), invalid(count, 10));
    }
    let refused = ana.verify(wrong(&secret, ana.now())).await;
    assert_eq!(
        refused.json()["status"],
        "GENERAL_ERROR",
        "{}",
        refused.body
    );
    assert!(refused.header("retry-after").is_some());
    // Under another tenant of the path it is the same user.
    let refused = ana
        .post("/t1/totp/verify", &json!({"totp": "000000"}))
        .await;
    assert_eq!(
        refused.json()["status"],
        "GENERAL_ERROR",
        "{}",
        refused.body
    );
}
