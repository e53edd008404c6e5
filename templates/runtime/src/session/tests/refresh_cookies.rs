//! Refreshing with cookies that come twice, are encoded, or were set by another server.

use super::*;

#[tokio::test]
async fn two_cookies_of_one_name() {
    let cookies = request(&[("cookie", "sAccessToken=a; sAccessToken=b; sRefreshToken=c")]);
    let (outcome, sent) = server().refresh(&cookies).await;
    assert_eq!(outcome, Err(SessionError::DuplicateCookies));
    let at = |path| CLEARED_ACCESS.replace("Path=/;", path);
    let expected = [at("Path=/auth/session/refresh;"), at("Path=/;")];
    assert_eq!(sent.cookies(), expected, "only what came twice is cleared");
    assert_eq!(sent.0.len(), 2, "nothing else does");
    for (older, domain) in [(".example.com", "; Domain=.example.com"), ("", "")] {
        let config = SessionConfig {
            older_cookie_domain: Some(older.to_owned()),
            ..config()
        };
        let (outcome, sent) = server_with(config).refresh(&cookies).await;
        assert_eq!(outcome, Err(SessionError::ClearDuplicateCookies));
        let expected = format!(
            "sAccessToken={domain}; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; \
             HttpOnly; SameSite=Lax"
        );
        assert_eq!(sent.cookies(), [expected]);
        assert_eq!(sent.header("front-token"), None);
    }
}

/// A sibling of the host plants cookies for the domain above both ("cookie tossing").
#[tokio::test]
async fn planted_cookies_go_at_every_domain_that_a_sibling_can_reach() {
    let https = app_info("https://api.shop.example.com", "https://shop.example.com");
    let server = server_at(&https, config());
    let token = server.by_cookies().await.refresh().to_owned();
    let end = "Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax";
    let domains = [
        "",
        "; Domain=example.com",
        "; Domain=shop.example.com",
        "; Domain=api.shop.example.com",
    ];
    let lines = |name: &str, path: &str| {
        domains.map(|domain| format!("{name}={domain}; Path={path}; {end}"))
    };

    let planted = format!("sRefreshToken={token}; sRefreshToken=planted; sAccessToken=x");
    let (outcome, sent) = server.refresh(&request(&[("cookie", &planted)])).await;
    assert_eq!(outcome, Err(SessionError::DuplicateCookies));
    let paths = ["/auth/session/refresh", "/"];
    let expected = paths.map(|path| lines("sRefreshToken", path)).concat();
    assert_eq!(sent.cookies(), expected);

    let planted = format!("sRefreshToken={token}; sIdRefreshToken=x");
    let (outcome, sent) = server.refresh(&request(&[("cookie", &planted)])).await;
    outcome.expect("it does not stand in the way");
    let legacy: Vec<_> = sent.cookies();
    let legacy = legacy
        .iter()
        .filter(|line| line.starts_with("sIdRefreshToken"));
    assert_eq!(
        legacy.copied().collect::<Vec<_>>(),
        lines("sIdRefreshToken", "/")
    );
}

#[tokio::test]
async fn clearing_planted_cookies_stays_within_the_head_that_proxies_take() {
    let host = format!(
        "https://{}example.com",
        "a-rather-long-label-of-a-host.".repeat(7)
    );
    let server = server_at(&app_info(&host, &host), config());
    let twice = "sAccessToken=a; sAccessToken=b; sRefreshToken=a; sRefreshToken=b";
    let (_, sent) = server.refresh(&request(&[("cookie", twice)])).await;
    let bytes: usize = sent.cookies().iter().map(|line| line.len()).sum();
    assert!((1_500..=2_048).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn the_cookie_of_old_servers_is_cleared() {
    let server = server();
    let token = server.by_cookies().await.refresh().to_owned();
    for token in [token.as_str(), "garbage"] {
        let cookies = format!("sRefreshToken={token}; sIdRefreshToken=x");
        let (_, sent) = server.refresh(&request(&[("cookie", &cookies)])).await;
        assert_eq!(sent.cookies().last(), Some(&CLEARED_LEGACY));
    }
}

#[tokio::test]
async fn encoded_cookies_are_read() {
    let server = server();
    let token = server.by_cookies().await.refresh().replace('.', "%2E");
    assert!(server.refresh(&with_refresh(&token)).await.0.is_ok());
}
