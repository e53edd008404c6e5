//! Attacks on accounts by way of linking: those of the paper on account pre-hijacking (Sudhodanan and Paverd, USENIX
//! Security 2022), and of advisories about other servers.

use auth_server::recipes::account_linking::LinkRequest;

use super::*;

const NEW_PASSWORD: &str = "0wn-passw0rd";

/// Classic-federated merge, and the unexpired session (also GHSA-g38m-r43w-p2q7): an attacker signs up with the address
/// before its owner comes with a provider.
#[tokio::test]
async fn who_signed_up_with_an_address_does_not_get_into_the_account_of_its_owner() {
    let world = World::start().await;
    let attacker = world.sign_up(ADDRESS).await;
    let owner = world.by_provider("owner", ADDRESS, true).await;
    assert_eq!(
        owner.brief(),
        refused_sign_in_up("006"),
        "nothing is merged"
    );
    // The owner, who reads the mail of the address, takes the account.
    world.reset(ADDRESS, NEW_PASSWORD).await;
    assert!(!world.is_refreshed(&attacker).await);
    assert_eq!(world.sign_in(ADDRESS, PASSWORD).await.brief(), WRONG);
    let owner = world.by_provider("owner", ADDRESS, true).await;
    assert_eq!(recipes(&owner), ["emailpassword", "thirdparty"]);
    let by_password = world.sign_in(ADDRESS, NEW_PASSWORD).await;
    assert_eq!(id(&by_password), id(&owner));
    assert!(!world.is_refreshed(&attacker).await);
}

/// The same attacker, whose account is from before, or was overtaken, has a verification mail sent to the owner.
#[tokio::test]
async fn a_link_that_an_attacker_asked_for_adds_no_password_to_the_account_of_its_reader() {
    for is_primary in [true, false] {
        let world = World::start().await;
        let before = world.before().await;
        let attacker = before.sign_up(ADDRESS).await;
        let mut owner = before.by_provider("owner", ADDRESS, true).await;
        if is_primary {
            owner = world.by_provider("owner", ADDRESS, true).await;
        }
        assert_eq!(user(&owner)["isPrimaryUser"], is_primary);

        let token = world.verification_token(&attacker).await;
        // The owner opens it, with or without a session of their own.
        for session in [None, Some(&owner)] {
            let answer = world.verify(&token, session).await;
            assert_eq!(answer.brief(), INVALID_VERIFICATION, "{is_primary}");
        }
        assert_eq!(
            world.sign_in(ADDRESS, PASSWORD).await.brief(),
            refused_sign_in()
        );
        let owner = world.by_provider("owner", ADDRESS, true).await;
        assert_eq!(recipes(&owner), ["thirdparty"], "{is_primary}");
        // The token is not spent: who signed up may be the owner, and open it where they are signed in.
        assert_eq!(world.verify(&token, Some(&attacker)).await.brief(), OK);
        let linked = world.sign_in(ADDRESS, PASSWORD).await;
        assert_eq!(id(&linked), id(&owner));
    }
}

/// Non-verifying identity provider (also GHSA-9wqv-qhrh-87f4, CVE-2026-56666): it passes on any address.
#[tokio::test]
async fn an_address_that_a_provider_does_not_verify_opens_no_account() {
    let world = World::start().await;
    let owner = world.by_code(ADDRESS).await;
    let attacker = world.by_provider("attacker", ADDRESS, false).await;
    assert_eq!(attacker.brief(), refused_sign_in_up("006"));
    // An account there that is known changes its address to that of the owner.
    let known = world.by_provider("attacker", "attacker@ex.co", true).await;
    assert_eq!(recipes(&known), ["thirdparty"]);
    let attacker = world.by_provider("attacker", ADDRESS, false).await;
    assert_eq!(attacker.brief(), refused_address("005"));
    let found = world.server.auth.store().user(&id(&owner)).await;
    assert_eq!(found.expect("read").expect("there").login_methods.len(), 1);
}

/// The attacker is there first: a provider that does not verify leaves an account with the owner's address.
#[tokio::test]
async fn an_account_of_a_provider_that_does_not_verify_is_not_linked_to_its_owner_later() {
    let world = World::start().await;
    let attacker = world.by_provider("attacker", ADDRESS, false).await;
    assert_eq!(user(&attacker)["isPrimaryUser"], false);
    assert_eq!(world.sign_up(ADDRESS).await.brief(), refused_sign_up());
    assert_eq!(
        world.start_code(ADDRESS).await.brief(),
        refused_sign_in_up("002")
    );
    let owner = world.by_provider("owner", ADDRESS, true).await;
    assert_eq!(owner.brief(), refused_sign_in_up("006"));
}

/// Trojan identifier: an attacker adds a login method of their own to an account with the owner's address.
#[tokio::test]
async fn no_login_method_of_another_address_joins_an_account_by_itself() {
    let world = World::start().await;
    let attacker = world.sign_up(ADDRESS).await;
    let own = world.by_provider("attacker", "attacker@ex.co", true).await;
    assert_ne!(id(&own), id(&attacker));
    // Beside a session that has not proven the address of the owner nothing is added either.
    for sub in ["attacker", "second"] {
        let email = format!("{sub}@ex.co");
        let refused = world.by_provider_beside(&attacker, sub, &email, true).await;
        assert_eq!(refused.status, 403, "{refused}");
    }
    world.reset(ADDRESS, NEW_PASSWORD).await;
    let owner = world.sign_in(ADDRESS, NEW_PASSWORD).await;
    assert_eq!(recipes(&owner), ["emailpassword"]);
}

/// Unexpired change of the address (also CVE-2026-32700): a link that was sent to one address proves no other.
#[tokio::test]
async fn a_link_to_an_address_that_a_login_method_had_proves_none_that_it_has_now() {
    let world = World::start().await;
    let attacker = world.by_provider("attacker", "attacker@ex.co", false).await;
    let token = world.verification_token(&attacker).await;
    let changed = world.by_provider("attacker", ADDRESS, false).await;
    assert_eq!(user(&changed)["emails"], json!([ADDRESS]));
    assert_eq!(
        world.verify(&token, Some(&changed)).await.brief(),
        OK,
        "as ever"
    );
    let still = world.by_provider("attacker", ADDRESS, false).await;
    assert_eq!(user(&still)["loginMethods"][0]["verified"], false);
    assert_eq!(user(&still)["isPrimaryUser"], false);
}

/// Mass assignment (CVE-2026-27946, CVE-2025-61928): what a body says of the user changes nothing.
#[tokio::test]
async fn a_body_says_neither_that_an_address_is_proven_nor_whose_account_it_is() {
    let world = World::start().await;
    let owner = world.by_code("owner@ex.co").await;
    let mut body = form(ADDRESS, PASSWORD);
    for (key, value) in [
        ("verified", json!(true)),
        ("isPrimaryUser", json!(true)),
        ("userId", user(&owner)["id"].clone()),
        ("primaryUserId", user(&owner)["id"].clone()),
        ("recipeUserId", user(&owner)["id"].clone()),
    ] {
        body[key] = value;
    }
    let signed_up = world.post("/auth/signup").json(&body).await;
    assert_ne!(id(&signed_up), id(&owner));
    assert_eq!(user(&signed_up)["isPrimaryUser"], false);
    assert_eq!(user(&signed_up)["loginMethods"][0]["verified"], false);
}

/// A function of the application that says yes to everything.
#[tokio::test]
async fn the_application_cannot_have_linked_what_is_not_proven() {
    let world = World::with(Linking::Verified, |builder| {
        builder.should_link_accounts(|_: LinkRequest| async { Ok(true) })
    })
    .await;
    world.sign_up(ADDRESS).await;
    let refused = world.by_provider("h1", ADDRESS, true).await;
    assert_eq!(refused.brief(), refused_sign_in_up("006"));
    world.by_code("ben@ex.co").await;
    let refused = world.by_provider("h2", "ben@ex.co", false).await;
    assert_eq!(refused.brief(), refused_sign_in_up("006"));
    assert_eq!(world.sign_up("ben@ex.co").await.brief(), refused_sign_up());
}
