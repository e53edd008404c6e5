//! What is refused beside a session, with the codes and texts that the reference gave.

use common::codes::RESEND;

use super::beside::{OTHER, added};
use super::*;

/// A refusal beside a session.
fn refused_beside(status: &str, code: &str) -> String {
    refused(
        status,
        "sign in / up due to security reasons. Please",
        "contact support",
        code,
    )
}

const SIGN_UP: &str = "SIGN_UP_NOT_ALLOWED";
const SIGN_IN: &str = "SIGN_IN_NOT_ALLOWED";
const SIGN_IN_UP: &str = "SIGN_IN_UP_NOT_ALLOWED";

#[tokio::test]
async fn what_is_not_proven_is_not_added() {
    let world = World::start().await;
    let session = world.by_code(ADDRESS).await;
    let refused = world.sign_up_beside(&session, OTHER).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_UP, "013"));
    assert!(!refused.has_session_headers());
    // Nothing of it is left, unlike in the reference.
    assert_eq!(world.sign_in(OTHER, PASSWORD).await.brief(), WRONG);
    let refused = world.by_provider_beside(&session, "a1", OTHER, false).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "020"));
    let by_provider = world.by_provider("a1", OTHER, true).await;
    assert_eq!(by_provider.json()["createdNewRecipeUser"], true);

    world.sign_up("third@ex.co").await;
    let refused = world.sign_in_beside(&session, "third@ex.co").await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN, "009"));
    let taken = world.sign_up_beside(&session, "third@ex.co").await;
    assert_eq!(taken.json()["status"], "FIELD_ERROR");
    assert_eq!(world.methods_of(&session).await, 1);
    assert!(world.is_refreshed(&session).await);
}

#[tokio::test]
async fn a_login_method_of_another_primary_user_is_not_added() {
    let world = World::start().await;
    let session = world.by_code(ADDRESS).await;
    world.verified_sign_up("password@ex.co").await;
    let refused = world.sign_in_beside(&session, "password@ex.co").await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN, "010"));
    world.by_provider("b1", OTHER, true).await;
    let refused = world.by_provider_beside(&session, "b1", OTHER, true).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "021"));
    world.by_code("code@ex.co").await;
    let refused = world.by_code_beside(&session, "code@ex.co").await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "017"));
    assert_eq!(world.methods_of(&session).await, 1);
}

#[tokio::test]
async fn an_address_of_another_primary_user_is_not_added() {
    let world = World::start().await;
    let before = world.before().await;
    let session = world.by_code(ADDRESS).await;
    // From before: two users of one address, of whom the other one is primary.
    before.verified_sign_up(OTHER).await;
    before.by_provider("c1", OTHER, true).await;
    let other = before.by_provider("c1", OTHER, true).await;
    let accounts = world.server.auth.accounts();
    accounts.make_primary(&id(&other)).await.expect("write");
    let refused = world.sign_in_beside(&session, OTHER).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN, "011"));
    let refused = world.by_provider_beside(&session, "c2", OTHER, true).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "022"));
    // The reference answers 015: it has no rule that is as strict about passwords.
    let refused = world.sign_up_beside(&session, "fourth@ex.co").await;
    assert_eq!(refused.brief(), refused_beside(SIGN_UP, "013"));
    world.by_provider("c3", "third@ex.co", true).await;
    let refused = world.sign_up_beside(&session, "third@ex.co").await;
    assert_eq!(refused.brief(), refused_sign_up());

    // Only who has the code is told.
    let body = world.code_beside(&session, OTHER).await;
    let mut wrong = body.clone();
    let code = body["userInputCode"].as_str().expect("text");
    wrong["userInputCode"] = json!(common::codes::wrong(code));
    let answer = world.ask_beside(&session, CONSUME, wrong).await;
    assert_eq!(answer.json()["status"], "INCORRECT_USER_INPUT_CODE_ERROR");
    let refused = world.ask_beside(&session, CONSUME, body).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "018"));
    assert_eq!(world.methods_of(&session).await, 1);
    // The code has proven the address, to the account of its owner.
    assert_eq!(id(&world.by_code(OTHER).await), id(&other));
}

#[tokio::test]
async fn a_user_whose_address_another_primary_user_has_gets_nothing() {
    let world = World::start().await;
    let before = world.before().await;
    let session = before.by_code(ADDRESS).await;
    let other = before.by_provider("d1", ADDRESS, true).await;
    let accounts = world.server.auth.accounts();
    accounts.make_primary(&id(&other)).await.expect("write");
    before.verified_sign_up("password@ex.co").await;

    let refused = world
        .by_provider_beside(&session, "d2", "third@ex.co", true)
        .await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "023"));
    let refused = world.sign_up_beside(&session, "fourth@ex.co").await;
    assert_eq!(refused.brief(), refused_beside(SIGN_UP, "016"));
    let refused = world.sign_in_beside(&session, "password@ex.co").await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN, "012"));
    // The first two steps are answered, and the code is not spent by the refusal.
    let body = world.code_beside(&session, "code@ex.co").await;
    let resend = json!({
        "deviceId": body["deviceId"], "preAuthSessionId": body["preAuthSessionId"],
    });
    let resent = world.ask_beside(&session, RESEND, resend).await;
    assert_eq!(resent.brief(), OK);
    let refused = world.ask_beside(&session, CONSUME, body.clone()).await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "019"));
    assert_eq!(world.post(CONSUME).json(&body).await.json()["status"], "OK");
    assert_eq!(world.methods_of(&session).await, 1);
    assert!(world.is_refreshed(&session).await);
}

#[tokio::test]
async fn a_session_that_has_not_proven_its_address_is_sent_to_prove_it() {
    let world = World::start().await;
    let session = world.sign_up(ADDRESS).await;
    let demanded = r#"403 {"message":"invalid claim","claimValidationErrors":[{"id":"st-ev","reason":{"message":"wrong value","expectedValue":true,"actualValue":false}}]}"#;
    world.before().await.verified_sign_up("third@ex.co").await;
    let code = world.code_beside(&session, "code@ex.co").await;
    for answer in [
        world.by_provider_beside(&session, "e1", OTHER, true).await,
        world.sign_up_beside(&session, OTHER).await,
        world.sign_in_beside(&session, "third@ex.co").await,
        world.ask_beside(&session, CONSUME, code.clone()).await,
    ] {
        assert_eq!(answer.brief(), demanded, "{answer}");
    }
    assert_eq!(world.methods_of(&session).await, 1);
    let token = world.verification_token(&session).await;
    let verified = world.verify(&token, Some(&session)).await;
    let answer = world.ask_beside(&verified, CONSUME, code).await;
    assert_eq!(added(&answer, &session), ["emailpassword", "passwordless"]);
}

#[tokio::test]
async fn a_server_without_verification_refuses_a_session_that_has_not_proven_its_address() {
    let world = World::start().await;
    let change = |config: &mut Config| {
        settings(config, &world.provider, Linking::Verified);
        Mode::Off.set(config);
    };
    let without = World {
        server: world.server.beside_with(change, world.mails.clone()).await,
        mails: world.mails.clone(),
        provider: world.provider.clone(),
    };
    let session = without.sign_up(ADDRESS).await;
    let refused = without
        .by_provider_beside(&session, "f1", OTHER, true)
        .await;
    assert_eq!(refused.brief(), refused_beside(SIGN_IN_UP, "023"));
    // A code proves it there, too.
    let answer = without.by_code_beside(&session, ADDRESS).await;
    assert_eq!(added(&answer, &session), ["emailpassword", "passwordless"]);
}
