//! Scenarios 43, 49 and 53: the keys that sign, and what is published about them.

use auth_server::crypto::keys::Algorithm;

use serde_json::Value;

use crate::app::{app, by_header, decode, is_served, kid, login, published, start, start_with};
use crate::common::{Exchange, Server, shown};

const HOUR: i64 = 3_600_000;

async fn required(server: &Server, token: &str) -> String {
    let ask = by_header(server.get("/required"), token);
    ask.send().await.brief()
}

async fn refresh(server: &Server, session: &Exchange) -> Exchange {
    let ask = by_header(server.post("/auth/session/refresh"), session.refresh());
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "200 {}");
    answer
}

#[tokio::test]
async fn s43_everybody_may_read_the_keys_and_the_discovery_document() {
    if !is_served("jwt.jwks") || !is_served("openid.discovery") {
        return;
    }
    let server = start_with(|config| config.session.signing_algorithm = Algorithm::Rs256).await;
    let ask = |path| server.get(path).header("origin", "https://elsewhere.test");
    let keys = ask("/auth/jwt/jwks.json").send().await;
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#""n":"[\w-]+""#, r#""n":"<modulus>""#);
    settings.bind(|| shown("jwks", &keys));
    let discovery = ask("/auth/.well-known/openid-configuration").send().await;
    shown("discovery", &discovery);
    for answer in [&keys, &discovery] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    let cached = "max-age=60, must-revalidate";
    assert_eq!(keys.header("cache-control"), Some(cached));
    let kids = keys.json()["keys"].as_array().map(|keys| {
        let kinds = keys
            .iter()
            .map(|key| key["kid"].as_str().map(|kid| kid[..2].to_owned()));
        kinds.collect::<Option<Vec<_>>>()
    });
    assert_eq!(kids, Some(Some(vec!["d-".to_owned(), "s-".to_owned()])));
}

#[tokio::test]
async fn who_has_the_keys_already_is_not_sent_them_again() {
    if !is_served("jwt.jwks") {
        return;
    }
    let server = start().await;
    let ask = || {
        server
            .get("/auth/jwt/jwks.json")
            .header("origin", "https://elsewhere.test")
    };
    let keys = ask().send().await;
    let tag = keys.header("etag").expect("the keys have a tag").to_owned();
    assert_eq!(ask().send().await.header("etag"), Some(tag.as_str()));
    for known in [tag.clone(), format!("\"x\", {tag}"), "*".to_owned()] {
        let answer = ask().header("if-none-match", &known).send().await;
        assert_eq!(answer.brief(), "304 ", "{known}");
        for name in ["etag", "cache-control", "access-control-allow-origin"] {
            assert_eq!(
                answer.header(name),
                keys.header(name),
                "RFC 9110 §15.4.5: {name}"
            );
        }
    }
    let other = ask().header("if-none-match", "\"x\"").send().await;
    assert_eq!(other.body, keys.body);
    // Another set of keys is another text.
    server.clock.advance(1_000);
    server
        .auth
        .sessions()
        .keys()
        .rotate(true)
        .await
        .expect("the store works");
    let answer = ask().header("if-none-match", &tag).send().await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("etag"), Some(tag.as_str()));
    // Nothing else has a tag: it may not be stored.
    let refused = server
        .post("/auth/session/refresh")
        .header("if-none-match", "*")
        .send()
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("etag")),
        (401, None)
    );
}

#[tokio::test]
async fn s49_tokens_of_the_other_kind_of_key_have_to_be_refreshed() {
    let server = start().await;
    let first = login(&server, "header").await;
    assert!(kid(first.access()).starts_with("d-"));
    let change = |config: &mut auth_server::Config| {
        config.session.use_dynamic_signing_key = false;
    };
    let server = server.restart(change, app).await;
    let refused = required(&server, first.access()).await;
    assert_eq!(refused, crate::app::TRY_REFRESH);
    let second = refresh(&server, &first).await;
    assert!(kid(second.access()).starts_with("s-"));
    assert_eq!(required(&server, second.access()).await, "200 ana");
}

#[tokio::test]
async fn s53_tokens_of_a_replaced_key_count_until_they_expire() {
    let server = start().await;
    let first = login(&server, "header").await;
    // Half an hour before the key is replaced, a token is signed with it for the last time.
    server.clock.advance(167 * HOUR + HOUR / 2);
    let last = refresh(&server, &first).await;
    assert_eq!(kid(last.access()), kid(first.access()));
    server.clock.advance(HOUR / 2 + 60_000);
    let next = refresh(&server, &last).await;
    assert_ne!(kid(next.access()), kid(last.access()));
    assert_eq!(required(&server, last.access()).await, "200 ana");
    assert_eq!(required(&server, next.access()).await, "200 ana");
    if let Some(keys) = published(&server).await {
        assert_eq!(keys, [kid(next.access()), kid(last.access())]);
    }
    server.clock.advance(HOUR);
    let expired = required(&server, last.access()).await;
    assert_eq!(expired, crate::app::TRY_REFRESH);
}

/// What an access token says about who issued it and who takes it.
fn stamp(answer: &Exchange) -> (Value, Value) {
    let (_, payload) = decode(answer.access());
    (payload["iss"].clone(), payload["aud"].clone())
}

#[tokio::test]
async fn tokens_of_another_issuer_or_audience_cost_one_refresh_and_no_more() {
    let server = start().await;
    let first = login(&server, "header").await;
    assert_eq!(
        stamp(&first),
        ("http://localhost:3001/auth".into(), Value::Null)
    );

    let moved = |config: &mut auth_server::Config| {
        config.app_info =
            crate::common::app_info("http://api.localhost:3001", "http://localhost:3000");
    };
    let server = server.restart(moved, app).await;
    assert_eq!(
        required(&server, first.access()).await,
        crate::app::TRY_REFRESH
    );
    let second = refresh(&server, &first).await;
    let issuer = Value::from("http://api.localhost:3001/auth");
    assert_eq!(stamp(&second), (issuer.clone(), Value::Null));
    assert_eq!(required(&server, second.access()).await, "200 ana");
    // What the database keeps is as old as the session, and brings the old issuer back nowhere.
    let strict = by_header(server.get("/strict"), second.access())
        .send()
        .await;
    assert_eq!(strict.brief(), "200 ana");
    assert!(!strict.has_session_headers(), "nothing has changed");
    let merge = by_header(server.post("/merge"), second.access());
    let merged = merge.text(r#"{"k":1}"#).await;
    assert_eq!(stamp(&merged).0, issuer);
    assert_eq!(required(&server, merged.access()).await, "200 ana");

    let for_shop = move |config: &mut auth_server::Config| {
        moved(config);
        config.session.audience = Some("shop".to_owned());
    };
    let server = server.restart(for_shop, app).await;
    assert_eq!(
        required(&server, merged.access()).await,
        crate::app::TRY_REFRESH
    );
    let third = refresh(&server, &second).await;
    assert_eq!(stamp(&third), (issuer, "shop".into()));
    assert_eq!(required(&server, third.access()).await, "200 ana");
}

#[tokio::test]
async fn an_application_may_remove_the_issuer() {
    let server = start().await;
    let first = login(&server, "header").await;
    let merge = by_header(server.post("/merge"), first.access());
    let merged = merge.text(r#"{"iss":null}"#).await;
    assert_eq!(stamp(&merged).0, Value::Null);
    assert_eq!(required(&server, merged.access()).await, "200 ana");
    let refreshed = refresh(&server, &first).await;
    assert_eq!(stamp(&refreshed).0, Value::Null, "it stays away");
    assert_eq!(required(&server, refreshed.access()).await, "200 ana");
}
