//! Two requests at once.

use super::*;

/// Two that prove one address are one user at the end, whoever is first.
#[tokio::test(flavor = "multi_thread")]
async fn two_sign_ups_with_one_address_at_once_are_one_user() {
    let world = World::start().await;
    for round in 0..6 {
        let email = format!("race{round}@ex.co");
        let started = world.start_code(&email).await;
        let code = world.code(&started).await;
        let begun = provider::begin(&world.server).await;
        world.provider.inner().user = json!({
            "sub": email, "email": email, "email_verified": true,
        });
        let body = provider::body(&begun, &world.provider.agree(&begun));
        let (by_code, by_provider) = tokio::join!(
            world.post(CONSUME).json(&code),
            provider::finish(&world.server, &body),
        );
        for answer in [&by_code, &by_provider] {
            assert_eq!(answer.json()["status"], "OK", "{answer}");
        }
        let (by_code, by_provider) = (
            world.by_code(&email).await,
            world.by_provider(&email, &email, true).await,
        );
        assert_eq!(id(&by_code), id(&by_provider));
        assert_eq!(user(&by_code)["isPrimaryUser"], true);
        assert_eq!(recipes(&by_code), ["passwordless", "thirdparty"]);
    }
}

/// A password that was set at the same moment as its owner proved the address is not one of the owner's account.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_sign_up_at_the_moment_of_another_is_not_linked() {
    let world = World::start().await;
    for round in 0..6 {
        let email = format!("race{round}@ex.co");
        let begun = provider::begin(&world.server).await;
        world.provider.inner().user = json!({
            "sub": email, "email": email, "email_verified": true,
        });
        let body = provider::body(&begun, &world.provider.agree(&begun));
        let (by_password, by_provider) = tokio::join!(
            world.sign_up(&email),
            provider::finish(&world.server, &body),
        );
        let is_in = |answer: &Exchange| answer.json()["status"] == "OK";
        assert!(is_in(&by_password) || is_in(&by_provider));
        for answer in [&by_password, &by_provider] {
            if is_in(answer) {
                assert_eq!(recipes(answer).len(), 1, "{answer}");
            }
        }
        if is_in(&by_password) && is_in(&by_provider) {
            assert_eq!(
                world.sign_in(&email, PASSWORD).await.brief(),
                refused_sign_in()
            );
        }
    }
}

/// A user who is deleted while a login method is linked leaves nothing that signs in as them.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_deleted_while_a_login_method_is_linked_is_gone() {
    let world = World::start().await;
    for round in 0..6 {
        let email = format!("race{round}@ex.co");
        let primary = id(&world.by_code(&email).await);
        let store = world.server.auth.store();
        let (answer, deleted) = tokio::join!(
            world.by_provider(&email, &email, true),
            store.delete_user(&primary),
        );
        assert!(deleted.expect("write"));
        assert_eq!(store.user(&primary).await.expect("read"), None);
        assert!(answer.status == 200 || answer.status == 500, "{answer}");
        let again = world.by_provider(&email, &email, true).await;
        assert_ne!(id(&again), primary);
        assert_eq!(user(&again)["isPrimaryUser"], true);
    }
}
