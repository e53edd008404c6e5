//! Scenarios 14 to 20, 22, 23, 39 and 46: trading a refresh token.

use crate::app::{by_header, handle, login, refresh, refresh_with, start, start_with};
use crate::common::{Exchange, START, Server, shown};

/// A refresh with a token in the header.
async fn refresh_by_header(server: &Server, token: &str) -> Exchange {
    let ask = by_header(server.post("/auth/session/refresh"), token);
    ask.send().await
}

#[tokio::test]
async fn s14_a_refresh_without_cookies_clears_both_kinds() {
    let server = start().await;
    let answer = server.post("/auth/session/refresh").send().await;
    assert!(answer.is_end_of_session("unauthorised"), "{answer}");
    shown("refresh_without_token", &answer);
}

#[tokio::test]
async fn s15_an_access_token_alone_is_no_reason_to_refresh() {
    let server = start().await;
    let access = login(&server, "cookie").await.cookie("sAccessToken");
    let cookie = format!("sAccessToken={}", access.expect("it is set"));
    for cookie in [cookie.as_str(), "sAccessToken=abc"] {
        let answer = refresh_with(&server, cookie).send().await;
        assert!(answer.is_end_of_session("unauthorised"), "{answer}");
    }
}

#[tokio::test]
async fn s16_a_broken_refresh_token_ends_the_session_of_the_client_alone() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let token = ana.cookie("sRefreshToken").expect("it is set");
    let other_end = if token.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{other_end}", &token[..token.len() - 1]);
    let cut = &token[..token.len() - 1];
    for broken in ["garbage", "", &changed, cut, &token[1..]] {
        let cookie = format!("sRefreshToken={broken}");
        let answer = refresh_with(&server, &cookie).send().await;
        assert!(
            answer.is_end_of_session("unauthorised"),
            "{broken}: {answer}"
        );
    }
    assert_eq!(refresh(&server, &ana).send().await.brief(), "200 {}");
}

#[tokio::test]
async fn s17_a_refresh_by_cookie_sets_both_cookies() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    server.clock.advance(60_000);
    // The body is not read.
    let answer = refresh(&server, &ana).text("{not json").await;
    shown("refresh_cookie", &answer);
    assert_eq!(answer.brief(), "200 {}");
    for name in ["sAccessToken", "sRefreshToken"] {
        let (old, new) = (ana.cookie(name), answer.cookie(name));
        assert!(new.is_some() && new != old, "{name}");
    }
    assert_ne!(answer.header("front-token"), ana.header("front-token"));
    assert_eq!(answer.front_token()["up"]["iat"], (START + 60_000) / 1000);
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("front-token")
    );
}

#[tokio::test]
async fn s18_a_refresh_by_header_sets_headers() {
    let server = start().await;
    let ana = login(&server, "header").await;
    let ask = by_header(server.post("/auth/session/refresh"), ana.refresh());
    // The wish of the client has no effect here.
    let answer = ask.header("st-auth-mode", "cookie").send().await;
    shown("refresh_header", &answer);
    assert_eq!(answer.brief(), "200 {}");
    assert!(answer.access().starts_with("ey"));
    assert_ne!(answer.refresh(), ana.refresh());
    assert_eq!(answer.front_token()["uid"], "ana");
    assert!(answer.cookie_lines().is_empty());
}

#[tokio::test]
async fn s19_the_token_in_the_header_beats_the_cookie_which_is_cleared() {
    let server = start().await;
    let by_headers = login(&server, "header").await;
    let by_cookies = login(&server, "cookie").await;
    let ask = by_header(refresh(&server, &by_cookies), by_headers.refresh());
    let answer = ask.send().await;
    assert_eq!(answer.brief(), "200 {}");
    assert!(answer.clears_cookies() && answer.cookie_lines().len() == 2);
    assert_eq!(
        handle(&answer),
        handle(&by_headers),
        "a value, not `remove`"
    );
    assert!(answer.access().starts_with("ey") && !answer.refresh().is_empty());
}

/// The safer behaviour: see the table.
#[tokio::test]
async fn s20_a_foreign_bearer_does_not_hide_the_refresh_cookie() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let answer = by_header(refresh(&server, &ana), "x").send().await;
    assert_eq!(answer.brief(), "200 {}");
    assert_eq!(handle(&answer), handle(&ana));
    assert!(!answer.clears_cookies() && answer.cookie_lines().len() == 2);
    assert_eq!(answer.header("st-access-token"), None);
    // Without a cookie there is nothing to refresh.
    let answer = refresh_by_header(&server, "x").await;
    assert!(answer.is_end_of_session("unauthorised"), "{answer}");
}

#[tokio::test]
async fn s22_two_refreshes_at_the_same_moment_both_succeed() {
    let server = start().await;
    let ana = login(&server, "header").await;
    let (one, two) = tokio::join!(
        refresh_by_header(&server, ana.refresh()),
        refresh_by_header(&server, ana.refresh())
    );
    assert_eq!(
        (one.brief().as_str(), two.brief().as_str()),
        ("200 {}", "200 {}")
    );
    // Whichever was stored last works for the next request and the next refresh.
    for answer in [&one, &two] {
        let request = by_header(server.get("/strict"), answer.access());
        assert_eq!(request.send().await.brief(), "200 ana");
    }
    server.clock.advance(31_000);
    let next = refresh_by_header(&server, two.refresh()).await;
    assert_eq!(next.brief(), "200 {}");
    let request = by_header(server.get("/strict"), next.access());
    assert_eq!(request.send().await.brief(), "200 ana");
}

#[tokio::test]
async fn s23_a_refresh_whose_answer_was_lost_can_be_repeated() {
    let server = start().await;
    let ana = login(&server, "cookie").await;
    let _lost = refresh(&server, &ana).send().await;
    let answer = refresh(&server, &ana).send().await;
    assert_eq!(answer.brief(), "200 {}");
    assert_eq!(refresh(&server, &answer).send().await.brief(), "200 {}");
}

#[tokio::test]
async fn s39_a_cookie_that_comes_twice_is_cleared_for_the_older_domain_if_that_is_known() {
    let twice = "sAccessToken=a; sAccessToken=b; sRefreshToken=c";
    let unknown = refresh_with(&start().await, twice).send().await;
    let text = "The request contains multiple session cookies. This may happen if you've changed \
                the 'cookieDomain' value in your configuration. To clear tokens from the previous \
                domain, set 'olderCookieDomain' in your config.";
    assert_eq!(unknown.brief(), format!(r#"401 {{"message":"{text}"}}"#));
    assert_eq!(unknown.header("front-token"), None);
    let end = "Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
    let at = |path| format!("sAccessToken=; Path={path}; {end}");
    let expected = [at("/auth/session/refresh"), at("/")];
    assert_eq!(unknown.cookie_lines(), expected, "the other cookie stays");

    let known = |older: &'static str| async move {
        let server = start_with(|config| {
            config.session.older_cookie_domain = Some(older.to_owned());
        });
        let server = server.await;
        let answer = refresh_with(&server, twice).send().await;
        let text = "The request contains multiple session cookies. We are clearing the cookie from \
                    olderCookieDomain. Session will be refreshed in the next refresh call.";
        assert_eq!(answer.brief(), format!(r#"200 {{"message":"{text}"}}"#));
        assert_eq!(answer.header("front-token"), None);
        let all = format!("{twice}; sRefreshToken=d");
        (answer, refresh_with(&server, &all).send().await)
    };
    let (access, both) = known(".example.com").await;
    let access_line = format!("sAccessToken=; Domain=.example.com; Path=/; {end}");
    let refresh_line =
        format!("sRefreshToken=; Domain=.example.com; Path=/auth/session/refresh; {end}");
    assert_eq!(access.cookie_lines(), [access_line.as_str()]);
    assert_eq!(both.cookie_lines(), [access_line, refresh_line]);
    // The older domain was that of the host alone.
    let (access, _) = known("").await;
    assert_eq!(
        access.cookie_lines(),
        [format!("sAccessToken=; Path=/; {end}")]
    );
}

#[tokio::test]
async fn s46_rid_and_version_never_change_what_a_refresh_answers() {
    let server = start().await;
    for rid in ["emailpassword", "foo"] {
        for version in ["9.9", "banana"] {
            let ask = server.post("/auth/session/refresh").header("rid", rid);
            let answer = ask.header("fdi-version", version).send().await;
            assert!(answer.is_end_of_session("unauthorised"), "{rid} {version}");
        }
    }
}
