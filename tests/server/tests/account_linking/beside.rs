//! Adding a login method to the user of a session (`shouldTryLinkingWithSessionUser`): what is added, and what happens to the
//! session.

use std::sync::{Arc, Mutex};

use auth_server::Auth;
use auth_server::events::AuthEvent;
use auth_server::recipes::account_linking::LinkRequest;
use common::codes::RESEND;

use super::*;

pub(crate) const OTHER: &str = "other@ex.co";
const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;

/// Asks to add what it signs in with to the user of the session.
pub(crate) fn wanted(mut body: Value) -> Value {
    body["shouldTryLinkingWithSessionUser"] = json!(true);
    body
}

impl World {
    pub(crate) async fn ask_beside(&self, session: &Exchange, path: &str, body: Value) -> Exchange {
        with(self.post(path), session).json(&wanted(body)).await
    }

    pub(crate) async fn sign_up_beside(&self, session: &Exchange, email: &str) -> Exchange {
        let body = form(email, PASSWORD);
        self.ask_beside(session, "/auth/signup", body).await
    }

    pub(crate) async fn sign_in_beside(&self, session: &Exchange, email: &str) -> Exchange {
        let body = form(email, PASSWORD);
        self.ask_beside(session, "/auth/signin", body).await
    }

    /// The body with which a page comes back from the provider, which says this of its user.
    pub(crate) async fn agreed(&self, sub: &str, email: &str, verified: bool) -> Value {
        let begun = provider::begin(&self.server).await;
        self.provider.inner().user = json!({
            "sub": sub, "email": email, "email_verified": verified,
        });
        provider::body(&begun, &self.provider.agree(&begun))
    }

    pub(crate) async fn by_provider_beside(
        &self,
        session: &Exchange,
        sub: &str,
        email: &str,
        verified: bool,
    ) -> Exchange {
        let body = self.agreed(sub, email, verified).await;
        self.ask_beside(session, provider::SIGN_IN_UP, body).await
    }

    /// The body that presents a code, which was asked for beside the session.
    pub(crate) async fn code_beside(&self, session: &Exchange, email: &str) -> Value {
        let body = json!({ "email": email });
        let started = self.ask_beside(session, CREATE, body).await;
        self.code(&started).await
    }

    pub(crate) async fn by_code_beside(&self, session: &Exchange, email: &str) -> Exchange {
        let body = self.code_beside(session, email).await;
        self.ask_beside(session, CONSUME, body).await
    }

    /// A password user who has verified the address.
    pub(crate) async fn verified_sign_up(&self, email: &str) -> Exchange {
        let signed_up = self.sign_up(email).await;
        let token = self.verification_token(&signed_up).await;
        assert_eq!(self.verify(&token, Some(&signed_up)).await.brief(), OK);
        signed_up
    }

    /// How many login methods the user of a session has.
    pub(crate) async fn methods_of(&self, session: &Exchange) -> usize {
        let id = id(session);
        let user = self.server.auth.store().user(&id).await.expect("read");
        user.expect("there").login_methods.len()
    }
}

/// The recipes of the user of an answer that begins no session.
pub(crate) fn added(answer: &Exchange, session: &Exchange) -> Vec<String> {
    assert!(
        !answer.has_session_headers(),
        "the session is kept: {answer}"
    );
    let json = answer.json();
    assert_eq!(json["status"], "OK", "{answer}");
    let user = &json["user"];
    assert_eq!(user["id"], id(session), "{answer}");
    assert_eq!(user["isPrimaryUser"], true, "{answer}");
    let methods = user["loginMethods"].as_array().expect("it is a list");
    let recipes = methods.iter().map(|method| method["recipeId"].as_str());
    let mut recipes: Vec<_> = recipes.map(|it| it.expect("text").to_owned()).collect();
    recipes.sort_unstable();
    recipes
}

#[tokio::test]
async fn login_methods_with_other_addresses_are_added_and_sign_in_as_the_user() {
    let world = World::start().await;
    let session = world.by_code(ADDRESS).await;
    let by_provider = world.by_provider_beside(&session, "a1", OTHER, true).await;
    assert_eq!(
        added(&by_provider, &session),
        ["passwordless", "thirdparty"]
    );
    assert_eq!(by_provider.json()["createdNewRecipeUser"], true);
    let emails = &by_provider.json()["user"]["emails"];
    assert_eq!(emails.as_array().map(Vec::len), Some(2), "{emails}");
    let by_code = world.by_code_beside(&session, "third@ex.co").await;
    let expected = ["passwordless", "passwordless", "thirdparty"];
    assert_eq!(added(&by_code, &session), expected);
    assert_eq!(by_code.json()["createdNewRecipeUser"], true);
    // A password of an address that the user has proven counts as proven.
    let by_password = world.sign_up_beside(&session, ADDRESS).await;
    assert_eq!(added(&by_password, &session).len(), 4);
    let methods = by_password.json()["user"]["loginMethods"].clone();
    let methods = methods.as_array().expect("it is a list");
    assert!(methods.iter().all(|method| method["verified"] == true));

    // Each signs in as the user from now on.
    for answer in [
        world.by_provider("a1", OTHER, true).await,
        world.by_code("third@ex.co").await,
        world.sign_in(ADDRESS, PASSWORD).await,
    ] {
        assert_eq!(id(&answer), id(&session));
        assert_ne!(recipe_user_id(&answer), recipe_user_id(&session));
    }
    assert!(world.is_refreshed(&session).await, "it goes on");
}

#[tokio::test]
async fn a_user_who_is_not_primary_becomes_it_and_an_older_login_method_leaves_its_own_user() {
    let world = World::start().await;
    let before = world.before().await;
    let session = before.by_code(ADDRESS).await;
    assert_eq!(user(&session)["isPrimaryUser"], false);
    let old = before.verified_sign_up(OTHER).await;
    let signed_in = world.sign_in_beside(&session, OTHER).await;
    assert_eq!(
        added(&signed_in, &session),
        ["emailpassword", "passwordless"]
    );
    assert_eq!(signed_in.json().get("createdNewRecipeUser"), None);
    // Its sessions are those of a user that is gone.
    assert!(!world.is_refreshed(&old).await);
    assert_eq!(id(&world.sign_in(OTHER, PASSWORD).await), id(&session));

    let old = before.by_provider("b1", "third@ex.co", true).await;
    let again = world
        .by_provider_beside(&session, "b1", "third@ex.co", true)
        .await;
    assert_eq!(again.json()["createdNewRecipeUser"], false);
    assert_eq!(added(&again, &session).len(), 3);
    assert!(!world.is_refreshed(&old).await);
    assert!(world.is_refreshed(&session).await);
}

#[tokio::test]
async fn what_belongs_to_the_user_already_is_answered_and_changes_nothing() {
    let world = World::start().await;
    let session = world.by_code(ADDRESS).await;
    world.by_provider_beside(&session, "c1", OTHER, true).await;
    world.sign_up_beside(&session, ADDRESS).await;
    for answer in [
        world.by_provider_beside(&session, "c1", OTHER, true).await,
        world.by_code_beside(&session, ADDRESS).await,
        world.sign_in_beside(&session, ADDRESS).await,
    ] {
        assert_eq!(added(&answer, &session).len(), 3);
    }
    let wrong = wanted(form(ADDRESS, "wr0ng-passw0rd"));
    let answer = with(world.post("/auth/signin"), &session).json(&wrong);
    assert_eq!(answer.await.brief(), WRONG);
    let taken = world.sign_up_beside(&session, ADDRESS).await;
    assert_eq!(taken.json()["status"], "FIELD_ERROR");
    // One who is not primary stays as they are.
    let before = world.before().await;
    let session = before.sign_up("dora@ex.co").await;
    let answer = world.sign_in_beside(&session, "dora@ex.co").await;
    assert_eq!(answer.json()["user"], user(&session));
}

#[tokio::test]
async fn a_code_that_is_read_proves_the_address_of_the_session_too() {
    let world = World::start().await;
    let session = world.sign_up(ADDRESS).await;
    assert_eq!(session.front_token()["up"]["st-ev"]["v"], false);
    let body = world.code_beside(&session, ADDRESS).await;
    let mut wrong = body.clone();
    wrong["userInputCode"] = json!(common::codes::wrong(
        body["userInputCode"].as_str().expect("text")
    ));
    let answer = world.ask_beside(&session, CONSUME, wrong).await;
    assert_eq!(answer.json()["status"], "INCORRECT_USER_INPUT_CODE_ERROR");
    assert_eq!(world.methods_of(&session).await, 1);

    let answer = world.ask_beside(&session, CONSUME, body).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    // The access token is new, since the claim is; the session is the same.
    assert_eq!(answer.header("st-refresh-token"), None);
    let front = answer.front_token();
    assert_eq!(front["up"]["st-ev"]["v"], true);
    assert_eq!(front["up"]["rsub"], user(&session)["id"]);
    let methods = answer.json()["user"]["loginMethods"].clone();
    let methods = methods.as_array().expect("it is a list");
    assert_eq!(methods.len(), 2);
    assert!(methods.iter().all(|method| method["verified"] == true));
    assert!(world.is_refreshed(&session).await);
}

/// After a login method was added, verification is about that of the session.
#[tokio::test]
async fn a_session_verifies_the_address_of_its_own_login_method() {
    let world = World::start().await;
    let primary = world.by_code(ADDRESS).await;
    let password = world.before().await.sign_up(OTHER).await;
    // The application links what is not proven.
    let accounts = world.server.auth.accounts();
    let linked = accounts.link(&id(&password), &id(&primary)).await;
    linked.expect("write");
    let session = world.sign_in(OTHER, PASSWORD).await;
    let (front, rsub) = (session.front_token(), recipe_user_id(&session));
    assert_eq!((id(&session), rsub.clone()), (id(&primary), id(&password)));
    assert_eq!(front["up"]["st-ev"]["v"], false);
    let asked = with(world.server.get(VERIFY), &session).send().await;
    assert_eq!(asked.brief(), r#"200 {"status":"OK","isVerified":false}"#);
    // With it nothing is added, though its user is primary.
    let refused = world
        .by_provider_beside(&session, "d1", "third@ex.co", true)
        .await;
    assert_eq!(refused.status, 403, "{refused}");

    let token = world.verification_token(&session).await;
    let mails = world.all_mails().await;
    assert_eq!(mails.last().expect("one was sent").to.as_str(), OTHER);
    let verified = world.verify(&token, Some(&session)).await;
    assert_eq!(verified.brief(), OK);
    assert_eq!(
        verified.header("st-refresh-token"),
        None,
        "the same session"
    );
    let front = verified.front_token();
    assert_eq!(front["up"]["st-ev"]["v"], true);
    assert_eq!(
        (&front["up"]["sub"], &front["up"]["rsub"]),
        (&json!(id(&primary)), &json!(rsub))
    );
    let added_now = world
        .by_provider_beside(&verified, "d1", "third@ex.co", true)
        .await;
    assert_eq!(added(&added_now, &session).len(), 3);
    assert!(world.is_refreshed(&session).await);
}

#[tokio::test]
async fn without_a_session_nothing_is_added_and_nothing_is_spent() {
    let world = World::start().await;
    let started = world.start_code(ADDRESS).await;
    let code = world.code(&started).await;
    let agreed = world.agreed("e1", OTHER, true).await;
    let resend = json!({
        "deviceId": code["deviceId"], "preAuthSessionId": code["preAuthSessionId"],
    });
    for (path, body) in [
        ("/auth/signup", form(ADDRESS, PASSWORD)),
        ("/auth/signin", form(ADDRESS, PASSWORD)),
        (CREATE, json!({"email": ADDRESS})),
        (RESEND, resend),
        (CONSUME, code.clone()),
        (provider::SIGN_IN_UP, agreed.clone()),
    ] {
        let answer = world.post(path).json(&wanted(body)).await;
        assert_eq!(answer.brief(), UNAUTHORISED, "{path}");
        assert!(!answer.has_session_headers(), "{path}");
    }
    assert_eq!(world.all_mails().await.len(), 1);
    assert_eq!(world.provider.count("/token"), 0);
    assert_eq!(id(&world.post(CONSUME).json(&code).await).len(), 36);
}

#[tokio::test]
async fn the_application_sees_the_session_and_may_decline() {
    let asked: Arc<Mutex<Vec<LinkRequest>>> = Arc::default();
    let heard: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let world = World::with(Linking::Verified, |builder| {
        let (asked, heard) = (Arc::clone(&asked), Arc::clone(&heard));
        let builder = builder.on_event(move |event: AuthEvent, _: Auth| {
            let name = match event {
                AuthEvent::SignedUp { .. } => Some("signed up"),
                AuthEvent::SignedIn { .. } => Some("signed in"),
                AuthEvent::Linked { .. } => Some("linked"),
                _ => None,
            };
            heard.lock().expect("no test panics with it").extend(name);
            std::future::ready(Ok(()))
        });
        builder.should_link_accounts(move |request: LinkRequest| {
            let is_partner = request.account.email.as_deref() == Some("partner@ex.co");
            let begins = request.user.is_none();
            let is_apart = request.account.email.as_deref() == Some("apart@ex.co");
            asked.lock().expect("no test panics with it").push(request);
            let keeps_apart = is_partner || (begins && is_apart);
            async move { Ok(!keeps_apart) }
        })
    })
    .await;
    let declined = r#"400 {"message":"shouldDoAutomaticAccountLinking returned false when making the session user primary but shouldTryLinkingWithSessionUser is true"}"#;
    let session = world.by_code(ADDRESS).await;
    let partner = "partner@ex.co";
    let mails = world.all_mails().await.len();
    for answer in [
        world
            .by_provider_beside(&session, "f1", partner, true)
            .await,
        world.sign_up_beside(&session, partner).await,
        world
            .ask_beside(&session, CREATE, json!({"email": partner}))
            .await,
    ] {
        assert_eq!(answer.brief(), declined, "{answer}");
    }
    assert_eq!(world.all_mails().await.len(), mails);
    assert_eq!(world.methods_of(&session).await, 1);
    // A user whom it keeps from becoming primary gets nothing.
    let apart = world.by_code("apart@ex.co").await;
    assert_eq!(user(&apart)["isPrimaryUser"], false);
    let refused = world.by_provider_beside(&apart, "f2", OTHER, true).await;
    assert_eq!(refused.brief(), declined);

    asked.lock().expect("no test panics with it").clear();
    world.server.auth.events_handled().await;
    heard.lock().expect("no test panics with it").clear();
    let answer = world.by_provider_beside(&session, "f3", OTHER, true).await;
    assert_eq!(added(&answer, &session).len(), 2);
    let asked = asked.lock().expect("no test panics with it").clone();
    let of_session = asked.iter().find(|request| request.user.is_some());
    let request = of_session.expect("it was asked");
    let known = request.session.as_ref().map(|it| it.user_id.clone());
    assert_eq!(known, Some(id(&session)));
    assert_eq!(request.account.email.as_deref(), Some(OTHER));
    assert_eq!(request.user.as_ref().map(|it| it.id.clone()), known);
    world.server.auth.events_handled().await;
    let heard = heard.lock().expect("no test panics with it").clone();
    assert_eq!(heard, ["signed up", "linked"]);
}
