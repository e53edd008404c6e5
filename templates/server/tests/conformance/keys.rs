//! Scenarios 43, 49 and 53: the keys that sign, and what is published about them.

use auth_server::crypto::keys::Algorithm;

use crate::app::{app, by_header, is_served, kid, login, published, start, start_with};
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
