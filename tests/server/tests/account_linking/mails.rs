//! What links of mails do: a verified address, and a new password.

use super::*;

#[tokio::test]
async fn who_verifies_the_address_becomes_primary_and_keeps_the_session() {
    let world = World::start().await;
    let session = world.sign_up(ADDRESS).await;
    let token = world.verification_token(&session).await;
    let verified = world.verify(&token, Some(&session)).await;
    assert_eq!(verified.brief(), OK);
    assert_eq!(verified.front_token()["up"]["sub"], user(&session)["id"]);
    assert_eq!(verified.front_token()["up"]["st-ev"]["v"], true);
    assert_eq!(verified.header("st-refresh-token"), None);
    assert!(world.is_refreshed(&session).await);
    let primary = world.sign_in(ADDRESS, PASSWORD).await;
    assert_eq!(user(&primary)["isPrimaryUser"], true);
    let linked = world.by_provider("a1", ADDRESS, true).await;
    assert_eq!(id(&linked), id(&primary));
    assert_eq!(recipes(&linked), ["emailpassword", "thirdparty"]);
}

#[tokio::test]
async fn a_link_works_in_another_browser_where_no_other_user_has_proven_the_address() {
    let world = World::start().await;
    let session = world.sign_up(ADDRESS).await;
    let token = world.verification_token(&session).await;
    assert_eq!(world.verify(&token, None).await.brief(), OK);
    assert_eq!(
        user(&world.sign_in(ADDRESS, PASSWORD).await)["isPrimaryUser"],
        true
    );
    assert!(world.is_refreshed(&session).await);
    // A token works once, and one that was never sent does not.
    for token in [token.as_str(), "none"] {
        let answer = world.verify(token, Some(&session)).await;
        assert_eq!(answer.brief(), INVALID_VERIFICATION);
    }
}

#[tokio::test]
async fn a_verified_address_links_to_an_older_primary_user_with_a_session_of_that_user() {
    let world = World::start().await;
    let before = world.before().await;
    let session = before.sign_up(ADDRESS).await;
    before.by_provider("b1", ADDRESS, true).await;
    let primary = world.by_provider("b1", ADDRESS, true).await;
    let token = world.verification_token(&session).await;
    let verified = world.verify(&token, Some(&session)).await;
    assert_eq!(verified.brief(), OK);
    let front = verified.front_token();
    assert_eq!(front["up"]["sub"], user(&primary)["id"]);
    assert_eq!(front["up"]["rsub"], user(&session)["id"]);
    assert_eq!(front["up"]["st-ev"]["v"], true);
    assert!(world.is_refreshed(&verified).await);
    assert!(
        !world.is_refreshed(&session).await,
        "the session has another user"
    );
    // The access token of the session that ended is refused, where the reference answers 500.
    let asked = with(world.server.get(VERIFY), &session).send().await;
    assert_eq!(asked.status, 401, "{asked}");
    let linked = world.sign_in(ADDRESS, PASSWORD).await;
    assert_eq!(id(&linked), id(&primary));
    assert_eq!(recipes(&linked), ["emailpassword", "thirdparty"]);
}

#[tokio::test]
async fn a_new_password_proves_the_address_and_links_to_the_primary_user() {
    let world = World::start().await;
    let before = world.before().await;
    before.sign_up(ADDRESS).await;
    before.by_provider("c1", ADDRESS, true).await;
    let primary = world.by_provider("c1", ADDRESS, true).await;
    assert_eq!(
        world.sign_in(ADDRESS, PASSWORD).await.brief(),
        refused_sign_in()
    );
    world.reset(ADDRESS, "0wn-passw0rd").await;
    let linked = world.sign_in(ADDRESS, "0wn-passw0rd").await;
    assert_eq!(id(&linked), id(&primary));
    assert_eq!(recipes(&linked), ["emailpassword", "thirdparty"]);
    // A later reset ends the sessions of all login methods.
    world.reset(ADDRESS, "an0ther-passw0rd").await;
    for session in [&linked, &primary] {
        assert!(!world.is_refreshed(session).await);
    }
    // Users without a password get none by a reset.
    world.by_code("ben@ex.co").await;
    let mails = world.all_mails().await.len();
    assert_eq!(world.ask_for_reset("ben@ex.co").await.brief(), OK);
    assert_eq!(world.all_mails().await.len(), mails);
}

#[tokio::test]
async fn no_new_password_for_a_user_of_whose_addresses_the_mailbox_proves_none() {
    // Linked by the application, with and without the setting.
    for linking in [Linking::Verified, Linking::Off] {
        let world = World::with(linking, |builder| builder).await;
        let by_provider = id(&world.by_provider("d1", "owner@ex.co", true).await);
        let by_password = id(&world.sign_up(ADDRESS).await);
        let accounts = world.server.auth.accounts();
        accounts.make_primary(&by_provider).await.expect("write");
        accounts
            .link(&by_password, &by_provider)
            .await
            .expect("write");
        let refused = world.ask_for_reset(ADDRESS).await;
        let expected = r#"200 {"status":"PASSWORD_RESET_NOT_ALLOWED","reason":"Reset password link was not created because of account take over risk. Please contact support. (ERR_CODE_001)"}"#;
        assert_eq!(refused.brief(), expected);
        assert_eq!(world.all_mails().await.len(), 0);
        assert_eq!(world.ask_for_reset("owner@ex.co").await.brief(), OK);
    }
}
