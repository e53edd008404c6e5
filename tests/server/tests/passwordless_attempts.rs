//! Signing in without a password: how attempts are counted, how they end, and what holds when several requests
//! arrive at once.

mod common;

use auth_server::Config;
use auth_server::limits::LimitSettings;
use common::codes::{
    Attempt, CONSUME, CREATE, OK, RESEND, RESTART, counted, sent, sent_code, sent_link, wrong,
};
use common::{Exchange, Server, join_all};
use serde_json::{Value, json};

/// How long a code works, in milliseconds.
const LIFETIME: i64 = 15 * 60_000;

fn is_ok(answer: &Exchange) -> bool {
    answer.json()["status"] == "OK"
}

#[tokio::test]
async fn the_fifth_wrong_code_ends_the_attempt_and_a_resend_does_not_start_the_count_again() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    let wrong = wrong(&code);
    for count in 1..=4 {
        let answer = attempt.with_code(&server, wrong).await;
        assert_eq!(answer.brief(), counted("INCORRECT", count));
        assert_eq!(attempt.resend(&server).await, OK);
    }
    let last = sent(&server).await;
    assert_eq!(attempt.with_code(&server, wrong).await.brief(), RESTART);
    // Nothing of it works any more.
    let right = attempt.with_code(&server, &code).await;
    assert_eq!(right.brief(), RESTART);
    let link = last.link_code.expect("there is a link");
    assert_eq!(attempt.with_link(&server, &link).await.brief(), RESTART);
    assert_eq!(attempt.resend(&server).await, RESTART);
}

#[tokio::test]
async fn wrong_links_do_not_count() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    for _ in 0..6 {
        let answer = attempt.with_link(&server, &"A".repeat(43)).await;
        assert_eq!(answer.brief(), RESTART);
    }
    assert!(is_ok(&attempt.with_code(&server, &code).await));
}

#[tokio::test]
async fn a_resend_sends_another_code_and_the_first_still_works() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let first = sent(&server).await;
    assert_eq!(attempt.resend(&server).await, OK);
    let second = sent(&server).await;
    assert_eq!(server.mails().await.len(), 2);
    assert_ne!(first.link_code, second.link_code);
    let code = first.code.expect("there is a code");
    assert!(is_ok(&attempt.with_code(&server, &code).await));
    // A success ends all that was sent.
    let link = second.link_code.expect("there is a link");
    assert_eq!(attempt.with_link(&server, &link).await.brief(), RESTART);
}

#[tokio::test]
async fn a_code_of_one_attempt_is_none_of_another() {
    let server = Server::start().await;
    let ana = Attempt::start(&server, "ana@ex.co").await;
    let code = sent(&server).await;
    let eva = Attempt::start(&server, "eva@ex.co").await;
    let link = code.link_code.expect("there is a link");
    assert_eq!(eva.with_link(&server, &link).await.brief(), RESTART);
    // The device id of another attempt.
    let mixed = Attempt {
        device_id: eva.device_id,
        pre_auth_session_id: ana.pre_auth_session_id.clone(),
    };
    let code = code.code.expect("there is a code");
    assert_eq!(mixed.with_code(&server, &code).await.brief(), RESTART);
    assert!(is_ok(&ana.with_code(&server, &code).await));
}

#[tokio::test]
async fn a_success_ends_all_attempts_of_the_address_and_none_of_another() {
    let server = Server::start().await;
    let one = Attempt::start(&server, "ana@ex.co").await;
    let code_of_one = sent_code(&server).await;
    let two = Attempt::start(&server, "ana@ex.co").await;
    let code_of_two = sent_code(&server).await;
    let eva = Attempt::start(&server, "eva@ex.co").await;
    let code_of_eva = sent_code(&server).await;
    assert!(is_ok(&one.with_code(&server, &code_of_one).await));
    let answer = two.with_code(&server, &code_of_two).await;
    assert_eq!(answer.brief(), RESTART);
    assert!(is_ok(&eva.with_code(&server, &code_of_eva).await));
}

#[tokio::test]
async fn a_code_works_for_a_quarter_of_an_hour_and_is_then_reported_as_too_old() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let sent = sent(&server).await;
    let (code, link) = (sent.code.expect("a code"), sent.link_code.expect("a link"));
    server.clock.advance(LIFETIME + 1);
    let expired = attempt.with_code(&server, &code).await;
    assert_eq!(expired.brief(), counted("EXPIRED", 1));
    let incorrect = attempt.with_code(&server, wrong(&code)).await;
    assert_eq!(incorrect.brief(), counted("INCORRECT", 2));
    assert_eq!(attempt.with_link(&server, &link).await.brief(), RESTART);
    // Another one for the same attempt works at once.
    assert_eq!(attempt.resend(&server).await, OK);
    let fresh = sent_code(&server).await;
    assert!(is_ok(&attempt.with_code(&server, &fresh).await));

    // In the last moment.
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    server.clock.advance(LIFETIME);
    assert!(is_ok(&attempt.with_code(&server, &code).await));
}

#[tokio::test]
async fn expired_codes_count_like_wrong_ones_and_an_old_attempt_is_over() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    server.clock.advance(LIFETIME + 1);
    // The clean-up leaves what still has something to say.
    server.auth.clean_up().await.expect("it writes");
    for count in 1..=4 {
        let answer = attempt.with_code(&server, &code).await;
        assert_eq!(answer.brief(), counted("EXPIRED", count));
    }
    assert_eq!(attempt.with_code(&server, &code).await.brief(), RESTART);

    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    server.clock.advance(LIFETIME + 3_600_000);
    assert_eq!(attempt.with_code(&server, &code).await.brief(), RESTART);
    assert_eq!(attempt.resend(&server).await, RESTART);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_signs_in_once_however_many_present_it_at_once() {
    let one = Server::start().await;
    let mut attempts = Vec::new();
    for round in 0..5 {
        let attempt = Attempt::start(&one, &format!("ana{round}@ex.co")).await;
        attempts.push((attempt, sent_code(&one).await, sent_link(&one).await));
    }
    // From now on either of them sends mails.
    let two = one.beside(|_| {}).await;
    for (attempt, code, link) in attempts {
        let with_code = |server| Box::pin(attempt.with_code(server, &code));
        let with_link = |server| Box::pin(attempt.with_link(server, &link));
        let by_code = [&one, &two, &one, &two].map(with_code).into();
        let by_link = [&one, &two].map(with_link).into();
        let (by_code, by_link) = tokio::join!(join_all(by_code), join_all(by_link));
        let all: Vec<_> = by_code.iter().chain(&by_link).collect();
        let signed_in: Vec<_> = all.iter().filter(|answer| is_ok(answer)).collect();
        assert_eq!(signed_in.len(), 1);
        assert_eq!(signed_in[0].json()["createdNewRecipeUser"], true);
        for answer in all.iter().filter(|answer| !is_ok(answer)) {
            assert_eq!(answer.brief(), RESTART);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_attempts_for_one_address_that_end_at_once_one_makes_the_user() {
    let one = Server::start().await;
    let mut rounds = Vec::new();
    for round in 0..5 {
        let email = format!("ana{round}@ex.co");
        let mut attempts = Vec::new();
        for _ in 0..3 {
            let attempt = Attempt::start(&one, &email).await;
            attempts.push((attempt, sent_code(&one).await));
        }
        rounds.push(attempts);
    }
    let two = one.beside(|_| {}).await;
    for attempts in rounds {
        let all = attempts.iter().zip([&one, &two, &two]);
        let answers =
            all.map(|((attempt, code), server)| Box::pin(attempt.with_code(server, code)));
        let answers = join_all(answers.collect()).await;
        let signed_in = answers.iter().filter(|answer| is_ok(answer)).count();
        assert_eq!(signed_in, 1);
        let over = answers.iter().filter(|answer| answer.brief() == RESTART);
        assert_eq!(over.count(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_that_arrive_at_once_are_counted_one_by_one() {
    let one = Server::start().await;
    let attempt = Attempt::start(&one, "ana@ex.co").await;
    let code = sent_code(&one).await;
    let two = one.beside(|_| {}).await;
    let guesses = (0..20).map(|number| {
        let server = if number % 2 == 0 { &one } else { &two };
        Box::pin(attempt.with_code(server, wrong(&code)))
    });
    let answers = join_all(guesses.collect()).await;
    let mut seen: Vec<String> = answers.iter().map(Exchange::brief).collect();
    seen.sort();
    seen.retain(|answer| answer != RESTART);
    let expected: Vec<String> = (1..=4).map(|count| counted("INCORRECT", count)).collect();
    assert_eq!(seen, expected);
    assert_eq!(attempt.with_code(&one, &code).await.brief(), RESTART);
}

#[tokio::test]
async fn an_attempt_outlives_a_restart() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    let answer = attempt.with_code(&server, wrong(&code)).await;
    assert_eq!(answer.brief(), counted("INCORRECT", 1));
    let app = |auth| auth_server::router(auth, auth_server::Endpoints::new());
    let server = server.restart(|_| {}, app).await;
    let answer = attempt.with_code(&server, wrong(&code)).await;
    assert_eq!(answer.brief(), counted("INCORRECT", 2));
    assert!(is_ok(&attempt.with_code(&server, &code).await));
}

/// The limits are on, and the test says where clients are.
fn limited(config: &mut Config) {
    config.limits = LimitSettings::default();
    config.trusted_proxies = "127.0.0.1".parse().expect("an address");
}

#[tokio::test]
async fn messages_for_one_address_are_limited_for_all_clients() {
    let server = Server::start_with(limited).await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let body = json!({"email": "ana@ex.co"});
    for number in 1..4 {
        assert_eq!(attempt.resend(&server).await, OK, "{number}");
    }
    let ask = server.post(CREATE).header("x-forwarded-for", "192.0.2.7");
    let fifth = ask.json(&body).await;
    assert_eq!(fifth.json()["status"], "GENERAL_ERROR", "{fifth}");
    assert!(fifth.header("retry-after").is_some());
    assert_eq!(server.mails().await.len(), 4);
    Attempt::start(&server, "eva@ex.co").await;
    server.clock.advance(60_000);
    assert_eq!(attempt.resend(&server).await, OK);
}

#[tokio::test]
async fn guesses_for_one_address_are_limited_over_all_attempts_but_links_still_work() {
    let server = Server::start_with(|config| {
        limited(config);
        config.limits.code_request = "off".parse().expect("it is one");
    })
    .await;
    for _ in 0..4 {
        let attempt = Attempt::start(&server, "ana@ex.co").await;
        let code = sent_code(&server).await;
        for _ in 0..5 {
            let answer = attempt.with_code(&server, wrong(&code)).await;
            assert!(answer.header("retry-after").is_none(), "{answer}");
        }
    }
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let sent = sent(&server).await;
    let code = sent.code.expect("a code");
    let limited = attempt.with_code(&server, &code).await;
    assert_eq!(limited.json()["status"], "GENERAL_ERROR", "{limited}");
    assert!(limited.header("retry-after").is_some());
    // The owner, who has the mail, is not locked out.
    let link = sent.link_code.expect("a link");
    assert!(is_ok(&attempt.with_link(&server, &link).await));
}

#[tokio::test]
async fn guesses_of_others_do_not_keep_the_owner_out_of_a_device_that_signed_in_before() {
    let server = Server::start_with(|config| {
        limited(config);
        config.limits.code_request = "off".parse().expect("it is one");
    })
    .await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let body = attempt.body_with_code(&sent_code(&server).await);
    let ask = server.post(CONSUME).header("st-auth-mode", "cookie");
    let signed_in = ask.json(&body).await;
    let device = signed_in.cookie("sDevice").expect("the device is known");

    for _ in 0..4 {
        let attempt = Attempt::start(&server, "ana@ex.co").await;
        let code = sent_code(&server).await;
        for _ in 0..5 {
            attempt.with_code(&server, wrong(&code)).await;
        }
    }
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let body = attempt.body_with_code(&sent_code(&server).await);
    let elsewhere = server.post(CONSUME).json(&body).await;
    assert_eq!(elsewhere.json()["status"], "GENERAL_ERROR");
    let ask = server.post(CONSUME).header("st-auth-mode", "cookie");
    let ask = ask.header("cookie", &format!("sDevice={device}"));
    assert!(is_ok(&ask.json(&body).await));
}

#[tokio::test]
async fn a_user_who_was_deleted_signs_up_with_a_code_that_waits() {
    let server = Server::start().await;
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let signed_up = attempt.with_code(&server, &sent_code(&server).await).await;
    let user = signed_up.json()["user"]["id"].clone();
    let attempt = Attempt::start(&server, "ana@ex.co").await;
    let code = sent_code(&server).await;
    let id = user.as_str().expect("it is text");
    let deleted = server.auth.store().delete_user(id).await;
    assert!(deleted.expect("the store works"));
    let again = attempt.with_code(&server, &code).await.json();
    assert_eq!(again["createdNewRecipeUser"], true, "{again}");
    assert_ne!(again["user"]["id"], user);
}

#[tokio::test]
async fn a_network_is_limited_in_what_it_requests_guesses_and_presents_whatever_the_address() {
    let server = Server::start_with(|config| {
        let rate = |text: &str| text.parse().expect("a rate");
        config.trusted_proxies = "127.0.0.1".parse().expect("an address");
        config.limits.code_request_network = rate("4+1/h");
        config.limits.code_network = rate("2+1/h");
        config.limits.mail_token_network = rate("3+1/h");
        config.limits.mail_token = rate("2+1/h");
    })
    .await;
    let post = async |client: &str, path: &'static str, body: &Value| {
        let ask = server.post(path).header("x-forwarded-for", client);
        ask.json(body).await
    };
    let is_limited = |answer: &Exchange| answer.header("retry-after").is_some();
    let (here, there) = ("203.0.113.1", "198.51.100.1");

    let mut attempts = Vec::new();
    for number in 0..3 {
        let body = json!({ "email": format!("u{number}@ex.co") });
        attempts.push(Attempt::of(&post(here, CREATE, &body).await));
    }
    let [first, second, third] = attempts.as_slice() else {
        panic!("three have begun");
    };
    let resend =
        json!({"deviceId": first.device_id, "preAuthSessionId": first.pre_auth_session_id});
    assert!(is_ok(&post(here, RESEND, &resend).await));
    let other = json!({"email": "u9@ex.co"});
    for (path, body) in [(CREATE, &other), (RESEND, &resend)] {
        let limited = post(here, path, body).await;
        assert!(is_limited(&limited) && !is_ok(&limited), "{limited}");
    }
    assert!(is_ok(&post(there, CREATE, &other).await));

    let code = "no code";
    for (attempt, is_refused) in [(first, false), (second, false), (third, true)] {
        let answer = post(here, CONSUME, &attempt.body_with_code(code)).await;
        assert_eq!(is_limited(&answer), is_refused, "{answer}");
    }
    let elsewhere = post(there, CONSUME, &third.body_with_code(code)).await;
    assert!(!is_limited(&elsewhere), "{elsewhere}");

    // One link, whatever the network; and links of one network.
    let link = |of: &str| {
        let id = &first.pre_auth_session_id;
        json!({"preAuthSessionId": id, "linkCode": of.repeat(43)})
    };
    for (client, of, is_refused) in [
        (here, "A", false),
        (there, "A", false),
        (there, "A", true),
        (here, "E", false),
        (here, "I", false),
        (here, "M", true),
        (there, "M", false),
    ] {
        let answer = post(client, CONSUME, &link(of)).await;
        assert_eq!(is_limited(&answer), is_refused, "{client} {of}: {answer}");
    }
}
