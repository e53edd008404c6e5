//! Scenario 21: a refresh token that was copied.

use crate::app::{by_cookie, handle, login, refresh, start};
use crate::common::shown;

#[tokio::test]
async fn s21_a_replaced_refresh_token_ends_the_session_for_everybody() {
    let server = start().await;
    let first = login(&server, "cookie").await;
    let second = refresh(&server, &first).send().await;
    let used = by_cookie(server.get("/required"), &second).send().await;
    assert_eq!(used.status, 200);
    let third = refresh(&server, &second).send().await;
    assert_eq!(third.brief(), "200 {}");
    let used = by_cookie(server.get("/required"), &third).send().await;
    assert_eq!(used.status, 200);
    server.clock.advance(31_000);

    let thief = refresh(&server, &first).send().await;
    assert!(thief.is_end_of_session("token theft detected"), "{thief}");
    shown("refresh_theft", &thief);
    let victim = refresh(&server, &third).send().await;
    assert!(victim.is_end_of_session("unauthorised"), "{victim}");
    let known = server
        .auth
        .sessions()
        .information_by_handle(&handle(&first))
        .await;
    assert_eq!(known.expect("the store works"), None);
    let refused = by_cookie(server.get("/strict"), &third).send().await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}
