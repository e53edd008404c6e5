//! `POST /callback/apple`, settings that cannot work, and limits.

mod common;

use auth_server::{Auth, Config};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::Server;
use common::provider::{PAGE, Provider, ask_url, begin, body, finish, sign_in};
use serde_json::json;
use url::Url;

const CALLBACK: &str = "/auth/callback/apple";

fn state(target: &str) -> String {
    let state = json!({"state": "s", "frontendRedirectURI": target}).to_string();
    STANDARD.encode(state)
}

async fn call_back(server: &Server, fields: &[(&str, &str)]) -> common::Exchange {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    // A page of Apple sends it.
    server
        .post(CALLBACK)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://appleid.apple.com")
        .text(&form)
        .await
}

#[tokio::test]
async fn a_form_of_apple_is_sent_on_to_the_page_and_to_no_other_site() {
    let server = Server::start().await;
    let state_of_page = state("http://localhost:3000/auth/callback/apple?x=1&code=old");
    let fields = [
        ("state", state_of_page.as_str()),
        ("code", "c d"),
        ("user", r#"{"name":{}}"#),
        ("other", "x"),
    ];
    let answer = call_back(&server, &fields).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (303, ""));
    let location = Url::parse(answer.header("location").expect("there is one"));
    let location = location.expect("it is a URL");
    assert_eq!(location.path(), "/auth/callback/apple");
    let pairs: Vec<_> = location.query_pairs().into_owned().collect();
    let expected = [
        ("x", "1"),
        ("state", state_of_page.as_str()),
        ("code", "c d"),
        ("user", r#"{"name":{}}"#),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(pairs, expected);
    let denied = [
        ("state", state_of_page.as_str()),
        ("error", "user_cancelled_authorize"),
    ];
    assert_eq!(call_back(&server, &denied).await.status, 303);
    for wrong in [
        state("https://evil.test/"),
        state("//evil.test/"),
        state("javascript:alert(1)"),
        state("http://localhost:3000.evil.test/"),
        state("http://localhost:3000@evil.test/"),
        STANDARD.encode("{}"),
        STANDARD.encode("null"),
        "!".to_owned(),
        String::new(),
    ] {
        let answer = call_back(&server, &[("state", &wrong), ("code", "c")]).await;
        assert_eq!(answer.status, 400, "{wrong}: {answer}");
        assert_eq!(answer.header("location"), None);
    }
    assert_eq!(call_back(&server, &[("code", "c")]).await.status, 400);
    assert_eq!(server.get(CALLBACK).send().await.status, 404);
}

/// Why a server with these settings does not start.
async fn refusal(settings: &str) -> String {
    let app_info = common::app_info("http://localhost:3001", "http://localhost:3000");
    let mut config = Config::new(app_info);
    config.recipes.set("AUTH_THIRD_PARTY_PROVIDERS", settings);
    // Before anything is opened: there is no such folder.
    config.database_url = auth_server::config::Secret::new("sqlite:///nowhere/auth.db");
    let refused = Auth::builder(config).build().await;
    refused.expect_err("it does not start").to_string()
}

#[tokio::test]
async fn settings_that_cannot_work_stop_the_start_and_show_no_secret() {
    let client = r#""clients":[{"clientId":"c","clientSecret":"hidden"}]"#;
    for (settings, part) in [
        ("{", "line 1"),
        (
            r#"[{"thirdPartyId":"google","clients":[{"clientId":"c","clientSecret":{"hidden":1}}]}]"#,
            "line 1",
        ),
        (
            r#"[{"thirdPartyId":"google","clients":[],"color":"x"}]"#,
            "unknown field `color`",
        ),
        (
            r#"[{"thirdPartyId":"google","clients":[]}]"#,
            "`clients` is empty",
        ),
        (
            &format!(r#"[{{"thirdPartyId":"a b",{client}}}]"#),
            "thirdPartyId",
        ),
        (
            &format!(r#"[{{"thirdPartyId":"own",{client}}}]"#),
            "oidcDiscoveryEndpoint",
        ),
        (
            &format!(r#"[{{"thirdPartyId":"okta",{client}}}]"#),
            "oktaDomain",
        ),
        (
            &format!(
                r#"[{{"thirdPartyId":"google",{client}}},{{"thirdPartyId":"google",{client}}}]"#
            ),
            "twice",
        ),
        (
            &format!(
                r#"[{{"thirdPartyId":"google","oidcDiscoveryEndpoint":"file:///x",{client}}}]"#
            ),
            "https",
        ),
        (
            r#"[{"thirdPartyId":"apple","clients":[{"clientId":"c"}]}]"#,
            "privateKey",
        ),
        (
            r#"[{"thirdPartyId":"apple","clients":[{"clientId":"c","additionalConfig":{"keyId":"k","teamId":"t","privateKey":"hidden"}}]}]"#,
            "no private key",
        ),
    ] {
        let error = refusal(settings).await;
        assert!(error.starts_with("AUTH_THIRD_PARTY_PROVIDERS: "), "{error}");
        assert!(error.contains(part), "{settings}: {error}");
        assert!(!error.contains("hidden"), "{error}");
    }
}

#[tokio::test]
async fn limits_hold_for_networks_that_begin_and_for_those_that_fail() {
    let provider = Provider::start().await;
    let server = provider
        .server_with(&provider.settings(), |config| {
            config.limits.provider_start_network = "3+1/m".parse().expect("it is a rate");
            config.limits.provider_sign_in_network = "2+1/m".parse().expect("it is a rate");
        })
        .await;
    // Those that succeed do not count.
    for _ in 0..3 {
        let answer = sign_in(&server, &provider).await;
        assert_eq!(answer.json()["status"], "OK", "{answer}");
    }
    let limited = ask_url(&server, "example", PAGE).await;
    assert_eq!(limited.json()["status"], "GENERAL_ERROR", "{limited}");
    server.clock.advance(60_000);
    let begun = begin(&server).await;
    for expected in [400, 400, 200] {
        let answer = finish(&server, &body(&begun, "wrong")).await;
        assert_eq!(answer.status, expected, "{answer}");
    }
    assert_eq!(provider.count("/token"), 5);
}
