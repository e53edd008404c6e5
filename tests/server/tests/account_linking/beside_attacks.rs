//! Attacks by way of adding login methods to the user of a session: forged requests, planted sessions, sessions that are
//! over, other tenants, and requests at once.

use auth_server::session::AntiCsrf;

use super::beside::{OTHER, added, wanted};
use super::*;

const FOREIGN: &str = r#"403 {"message":"This request must come from the website"}"#;

/// Signs in by a code, with cookies.
async fn with_cookies(world: &World, email: &str) -> Exchange {
    let started = world.start_code(email).await;
    let body = world.code(&started).await;
    let ask = world.server.post(CONSUME).header("st-auth-mode", "cookie");
    let answer = ask.json(&body).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    answer
}

/// Cross-site request forgery: a page of an attacker makes the browser of the owner add the attacker's login method.
#[tokio::test]
async fn a_foreign_page_adds_nothing_to_the_user_of_a_browser() {
    let world = World::start().await;
    let owner = with_cookies(&world, ADDRESS).await;
    let code = world.start_code("attacker@ex.co").await;
    let code = world.code(&code).await;
    let agreed = world.agreed("attacker", "attacker@ex.co", true).await;
    for (path, body) in [
        ("/auth/signup", form(ADDRESS, "attackers-passw0rd")),
        (CONSUME, code),
        (provider::SIGN_IN_UP, agreed),
    ] {
        for origin in ["https://evil.test", "null"] {
            let ask = world.server.post(path).header("origin", origin);
            let ask = ask.header("cookie", &owner.as_cookies());
            let answer = ask.json(&wanted(body.clone())).await;
            assert_eq!(answer.brief(), FOREIGN, "{path} from {origin}");
            // In header mode the cookies do not count.
            let ask = world.post(path).header("origin", origin);
            let ask = ask.header("cookie", &owner.as_cookies());
            let answer = ask.json(&wanted(body.clone())).await;
            assert_eq!(answer.status, 401, "{path} from {origin}: {answer}");
        }
    }
    assert_eq!(world.methods_of(&owner).await, 1);
    assert_eq!(world.provider.count("/token"), 0);
}

/// The same from a page that the browser takes for one of the site: the rule against forged requests holds.
#[tokio::test]
async fn a_request_without_the_token_against_forgery_adds_nothing() {
    let provider = Provider::start().await;
    let mails = auth_server::testing::CapturedMails::default();
    let change = |config: &mut Config| {
        settings(config, &provider, Linking::Verified);
        config.session.anti_csrf = Some(AntiCsrf::ViaToken);
    };
    let build = |builder: AuthBuilder| builder.mailer(mails.clone());
    let app = |auth| auth_server::router(auth, Endpoints::new());
    let server = Server::start_built(change, build, app).await;
    provider.inner().clock = server.clock.clone();
    let world = World {
        server,
        mails,
        provider,
    };
    let owner = with_cookies(&world, ADDRESS).await;
    let body = wanted(form(ADDRESS, "attackers-passw0rd"));
    let ask = || {
        let ask = world.server.post("/auth/signup");
        ask.header("cookie", &owner.as_cookies())
    };
    let refused = ask().json(&body).await;
    assert_eq!(refused.brief(), r#"401 {"message":"try refresh token"}"#);
    assert_eq!(world.methods_of(&owner).await, 1);
    let token = owner.header("anti-csrf").expect("there is one");
    let answer = ask().header("anti-csrf", token).json(&body).await;
    assert_eq!(answer.json()["status"], "OK");
    assert_eq!(world.methods_of(&owner).await, 2);
}

/// Session fixation: the session of an attacker stands in the browser of the owner, who signs in.
#[tokio::test]
async fn a_planted_session_takes_no_login_method_of_its_owner() {
    let world = World::start().await;
    let owner = world.by_provider("owner", ADDRESS, true).await;
    world.sign_up_beside(&owner, ADDRESS).await;
    let attacker = world.by_code("attacker@ex.co").await;
    // All that the owner has is of the owner, who learns it by the refusal.
    for refused in [
        world
            .by_provider_beside(&attacker, "owner", ADDRESS, true)
            .await,
        world.sign_in_beside(&attacker, ADDRESS).await,
        world.by_code_beside(&attacker, ADDRESS).await,
        // Another account with the address.
        world
            .by_provider_beside(&attacker, "second", ADDRESS, true)
            .await,
    ] {
        let status = refused.json()["status"].as_str().map(str::to_owned);
        assert!(
            status.is_some_and(|status| status.ends_with("_NOT_ALLOWED")),
            "{refused}"
        );
        assert!(!refused.has_session_headers(), "{refused}");
    }
    assert_eq!(world.methods_of(&attacker).await, 1);
    let again = world.by_provider("owner", ADDRESS, true).await;
    assert_eq!(id(&again), id(&owner));
    assert_ne!(id(&world.by_code(ADDRESS).await), id(&attacker));

    // A session whose address is not proven takes nothing at all: neither of the owner, nor new.
    let planted = world.sign_up("planted@ex.co").await;
    for sub in ["owner", "third"] {
        let email = if sub == "owner" { ADDRESS } else { OTHER };
        let refused = world.by_provider_beside(&planted, sub, email, true).await;
        assert_eq!(refused.status, 403, "{refused}");
    }
}

/// An attacker starts a code for the address of the owner beside the attacker's session: no link comes that the owner
/// could open by mistake, and without the code nothing is added.
#[tokio::test]
async fn no_link_is_sent_that_would_add_a_login_method_elsewhere() {
    let world = World::start().await;
    let attacker = world.by_code("attacker@ex.co").await;
    let mut body = world.code_beside(&attacker, ADDRESS).await;
    let mails = world.all_mails().await;
    let text = &mails.last().expect("one was sent").text;
    assert!(!text.contains("/verify?"), "{text}");
    let code = body["userInputCode"].as_str().expect("text").to_owned();
    body["userInputCode"] = json!(common::codes::wrong(&code));
    for _ in 0..5 {
        world.ask_beside(&attacker, CONSUME, body.clone()).await;
    }
    body["userInputCode"] = json!(code);
    let over = world.ask_beside(&attacker, CONSUME, body).await;
    assert_eq!(over.brief(), r#"200 {"status":"RESTART_FLOW_ERROR"}"#);
    assert_eq!(world.methods_of(&attacker).await, 1);
}

/// A code of the provider that an attacker has got for their own account is of no use in the browser of the owner.
#[tokio::test]
async fn a_code_of_another_browser_adds_no_account_of_a_provider() {
    let world = World::start().await;
    let owner = world.by_code(ADDRESS).await;
    let stolen = world.agreed("attacker", "attacker@ex.co", true).await;
    let mut of_owner = world.agreed("owner", ADDRESS, true).await;
    let code = &stolen["redirectURIInfo"]["redirectURIQueryParams"]["code"];
    of_owner["redirectURIInfo"]["redirectURIQueryParams"]["code"] = code.clone();
    let refused = world
        .ask_beside(&owner, provider::SIGN_IN_UP, of_owner)
        .await;
    assert_eq!(refused.status, 400, "{refused}");
    assert_eq!(world.methods_of(&owner).await, 1);
}

#[tokio::test]
async fn a_session_that_has_ended_adds_nothing_though_its_access_token_lives() {
    let world = World::start().await;
    let session = world.by_code(ADDRESS).await;
    let handle = session.front_token()["up"]["sessionHandle"].clone();
    let handle = handle.as_str().expect("text").to_owned();
    let body = world.agreed("a1", OTHER, true).await;
    let sessions = world.server.auth.sessions();
    sessions.revoke_many(&[handle]).await.expect("write");
    let refused = world
        .ask_beside(&session, provider::SIGN_IN_UP, body.clone())
        .await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
    assert_eq!(world.provider.count("/token"), 0, "nothing is spent");
    // One that has to be refreshed first.
    let session = world.by_code(ADDRESS).await;
    world.server.clock.advance(3_600_001);
    let refused = world.ask_beside(&session, provider::SIGN_IN_UP, body).await;
    assert_eq!(refused.brief(), r#"401 {"message":"try refresh token"}"#);
    assert_eq!(world.methods_of(&session).await, 1);
    // A user who is deleted.
    let session = world.by_code(ADDRESS).await;
    let store = world.server.auth.store();
    assert!(store.delete_user(&id(&session)).await.expect("write"));
    let refused = world.sign_up_beside(&session, ADDRESS).await;
    assert!(refused.is_end_of_session("unauthorised"), "{refused}");
}

/// What is added is added in the tenant of the session, whichever one the path names.
#[tokio::test]
async fn a_session_of_another_tenant_adds_in_its_own() {
    let world = World::start().await;
    let tenants = world.server.auth.tenants();
    for name in ["one", "two"] {
        let tenant = Tenant::new(name).expect("it can be an id");
        tenants.set(&tenant).await.expect("it is stored");
    }
    let in_one = async |path: &str, body: Value| {
        let path = path.replace("/auth/", "/auth/one/");
        world.post(&path).json(&body).await
    };
    let started = in_one(CREATE, json!({"email": ADDRESS})).await;
    let session = in_one(CONSUME, world.code(&started).await).await;
    assert_eq!(user(&session)["tenantIds"], json!(["one"]));

    for path in ["/auth/signup", "/auth/two/signup"] {
        let answer = world
            .ask_beside(&session, path, form(ADDRESS, PASSWORD))
            .await;
        let status = answer.json()["status"].clone();
        assert!(status == "OK" || status == "FIELD_ERROR", "{answer}");
    }
    assert_eq!(world.methods_of(&session).await, 2);
    assert_eq!(world.sign_in(ADDRESS, PASSWORD).await.brief(), WRONG);
    let signed_in = in_one("/auth/signin", form(ADDRESS, PASSWORD)).await;
    assert_eq!(id(&signed_in), id(&session));
    assert_eq!(user(&signed_in)["tenantIds"], json!(["one"]));

    // A code of another tenant is not looked at, and not spent.
    let started = world.start_code(OTHER).await;
    let code = world.code(&started).await;
    let refused = world.ask_beside(&session, CONSUME, code.clone()).await;
    assert_eq!(refused.brief(), r#"200 {"status":"RESTART_FLOW_ERROR"}"#);
    let elsewhere = world.post(CONSUME).json(&code).await;
    assert_eq!(user(&elsewhere)["tenantIds"], json!(["public"]));
    // The rules of the tenant of the session hold.
    let mut tenant = Tenant::new("one").expect("it can be an id");
    tenant.first_factors = Some(vec!["otp-email".to_owned()]);
    tenants.set(&tenant).await.expect("it is stored");
    let refused = world.sign_up_beside(&session, OTHER).await;
    assert_eq!(refused.status, 400, "{refused}");
    assert!(refused.body.contains("non-first factor"), "{refused}");
    assert_eq!(world.methods_of(&session).await, 2);
}

/// Two users who add one account at once: it is one of a single user at the end.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_two_sessions_add_at_once_is_one_of_a_single_user() {
    let world = World::start().await;
    for round in 0..6 {
        let sub = format!("race{round}");
        let email = format!("{sub}@ex.co");
        let one = world.by_code(&format!("one{round}@ex.co")).await;
        let two = world.by_code(&format!("two{round}@ex.co")).await;
        let bodies = (
            world.agreed(&sub, &email, true).await,
            world.agreed(&sub, &email, true).await,
        );
        let (first, second) = tokio::join!(
            world.ask_beside(&one, provider::SIGN_IN_UP, bodies.0),
            world.ask_beside(&two, provider::SIGN_IN_UP, bodies.1),
        );
        let counts = (world.methods_of(&one).await, world.methods_of(&two).await);
        assert!(counts == (2, 1) || counts == (1, 2), "{counts:?}");
        for (answer, session, count) in [(&first, &one, counts.0), (&second, &two, counts.1)] {
            if count == 2 {
                assert_eq!(added(answer, session).len(), 2);
            } else {
                assert_eq!(
                    answer.json()["status"],
                    "SIGN_IN_UP_NOT_ALLOWED",
                    "{answer}"
                );
            }
        }
    }
}

/// The password that is added and the one that is reset at this moment: who only knew the old one has added nothing, or did
/// so before.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_replaced_while_it_is_added_stays_with_its_owner_or_was_added_before() {
    let world = World::start().await;
    let before = world.before().await;
    for round in 0..6 {
        let email = format!("race{round}@ex.co");
        let session = world.by_code(&format!("user{round}@ex.co")).await;
        before.verified_sign_up(&email).await;
        let (answer, ()) = tokio::join!(
            world.sign_in_beside(&session, &email),
            before.reset(&email, "0wn-passw0rd"),
        );
        let is_added = world.methods_of(&session).await == 2;
        assert_eq!(is_added, answer.json()["status"] == "OK", "{answer}");
        let owner = before.sign_in(&email, "0wn-passw0rd").await;
        assert_eq!(id(&owner) == id(&session), is_added);
    }
}
