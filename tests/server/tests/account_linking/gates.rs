//! Who signs in as whom, and who is refused.

use super::*;

#[tokio::test]
async fn what_has_proven_its_address_becomes_one_user() {
    let world = World::start().await;
    let by_provider = world.by_provider("a1", ADDRESS, true).await;
    let primary = user(&by_provider);
    assert_eq!(primary["isPrimaryUser"], true);
    assert_eq!(by_provider.json()["createdNewRecipeUser"], true);
    assert_eq!(recipe_user_id(&by_provider), primary["id"]);

    // A password proves no address.
    let refused = world.sign_up(ADDRESS).await;
    assert_eq!(refused.brief(), refused_sign_up());
    assert!(!refused.has_session_headers());

    let by_code = world.by_code(ADDRESS).await;
    assert_eq!(id(&by_code), primary["id"]);
    assert_eq!(by_code.json()["createdNewRecipeUser"], true);
    assert_ne!(recipe_user_id(&by_code), primary["id"]);
    assert_eq!(recipes(&by_code), ["passwordless", "thirdparty"]);
    let linked = user(&by_code);
    assert_eq!(linked["emails"], json!([ADDRESS]));
    let account = json!([{"id": "example", "userId": "a1"}]);
    assert_eq!(
        (&linked["thirdParty"], &linked["tenantIds"]),
        (&account, &json!(["public"]))
    );

    // Each later sign-in is one of the same user, with its own login method.
    let again = world.by_code(ADDRESS).await;
    assert_eq!(again.json()["createdNewRecipeUser"], false);
    assert_eq!(user(&again), linked);
    assert_eq!(recipe_user_id(&again), recipe_user_id(&by_code));
    let again = world.by_provider("a1", ADDRESS, true).await;
    assert_eq!(user(&again), linked);
    assert_eq!(recipe_user_id(&again), primary["id"]);
    assert!(world.is_refreshed(&again).await);

    // A client of an early version sees the login method of its session.
    let begun = world.start_code(ADDRESS).await;
    let body = world.code(&begun).await;
    let old = world
        .post(CONSUME)
        .header("fdi-version", "2.0")
        .json(&body)
        .await
        .json();
    assert_eq!(
        (&old["user"]["id"], &old["user"]["email"]),
        (&primary["id"], &json!(ADDRESS))
    );
    assert_eq!(old["user"].get("thirdParty"), None);
}

#[tokio::test]
async fn an_address_that_is_not_proven_keeps_others_out_and_is_linked_to_no_one() {
    let world = World::start().await;
    let signed_up = world.sign_up(ADDRESS).await;
    assert_eq!(user(&signed_up)["isPrimaryUser"], false);
    for verified in [true, false] {
        let refused = world.by_provider("b1", ADDRESS, verified).await;
        assert_eq!(refused.brief(), refused_sign_in_up("006"), "{verified}");
        assert!(!refused.has_session_headers());
    }
    let refused = world.start_code(ADDRESS).await;
    assert_eq!(refused.brief(), refused_sign_in_up("002"));
    assert_eq!(world.all_mails().await.len(), 0, "no code was sent");
    let again = world.sign_up(ADDRESS).await;
    assert_eq!(again.json()["status"], "FIELD_ERROR", "as ever");
    let signed_in = world.sign_in(ADDRESS, PASSWORD).await;
    assert_eq!(user(&signed_in), user(&signed_up));
}

#[tokio::test]
async fn a_provider_links_an_address_only_where_it_says_that_it_is_verified() {
    let world = World::start().await;
    let by_code = world.by_code(ADDRESS).await;
    assert_eq!(user(&by_code)["isPrimaryUser"], true);
    let refused = world.by_provider("c1", ADDRESS, false).await;
    assert_eq!(refused.brief(), refused_sign_in_up("006"));
    let linked = world.by_provider("c2", ADDRESS, true).await;
    assert_eq!(id(&linked), id(&by_code));
    assert_eq!(linked.json()["createdNewRecipeUser"], true);
    assert_eq!(recipes(&linked), ["passwordless", "thirdparty"]);
    // A second account there is a further login method.
    let linked = world.by_provider("c3", ADDRESS, true).await;
    assert_eq!(
        recipes(&linked),
        ["passwordless", "thirdparty", "thirdparty"]
    );
}

#[tokio::test]
async fn a_phone_number_links_nothing_but_itself() {
    let world = World::start().await;
    let by_number = async |number: &str| {
        let started = world
            .post(CREATE)
            .json(&json!({ "phoneNumber": number }))
            .await;
        let code = common::codes::code_by_sms(&world.server).await;
        let started = started.json();
        let body = json!({
            "preAuthSessionId": started["preAuthSessionId"],
            "deviceId": started["deviceId"],
            "userInputCode": code,
        });
        world.post(CONSUME).json(&body).await
    };
    let first = by_number("+36201234123").await;
    assert_eq!(user(&first)["isPrimaryUser"], true);
    let second = by_number("+36201234124").await;
    assert_ne!(id(&first), id(&second));
    assert_eq!(user(&by_number("+36201234123").await), user(&first));
}

#[tokio::test]
async fn users_from_before_are_refused_until_they_have_proven_the_address() {
    let world = World::start().await;
    let before = world.before().await;
    let signed_up = before.sign_up(ADDRESS).await;
    let by_provider = before.by_provider("d1", ADDRESS, true).await;
    assert_ne!(id(&signed_up), id(&by_provider));
    for answer in [&signed_up, &by_provider] {
        assert_eq!(user(answer)["isPrimaryUser"], false);
    }
    // Neither a right nor, unlike in the reference, a wrong password says anything before it is checked.
    let refused = world.sign_in(ADDRESS, PASSWORD).await;
    assert_eq!(refused.brief(), refused_sign_in());
    assert!(!refused.has_session_headers());
    assert_eq!(
        world.sign_in(ADDRESS, "wr0ng-passw0rd").await.brief(),
        WRONG
    );
    let primary = world.by_provider("d1", ADDRESS, true).await;
    assert_eq!(user(&primary)["isPrimaryUser"], true);
    assert_eq!(
        world.sign_in(ADDRESS, PASSWORD).await.brief(),
        refused_sign_in()
    );

    // The same for an account at a provider that says the address is not verified.
    before.by_provider("d2", "ben@ex.co", false).await;
    let primary = before.by_code("ben@ex.co").await;
    world.by_code("ben@ex.co").await;
    let refused = world.by_provider("d2", "ben@ex.co", false).await;
    assert_eq!(refused.brief(), refused_sign_in_up("004"));
    let linked = world.by_provider("d2", "ben@ex.co", true).await;
    assert_eq!(id(&linked), id(&primary));
    assert_eq!(linked.json()["createdNewRecipeUser"], false);
    assert_eq!(recipes(&linked), ["passwordless", "thirdparty"]);
}

#[tokio::test]
async fn an_account_at_a_provider_takes_no_address_of_another_user() {
    let world = World::start().await;
    let other = world.by_code("other@ex.co").await;
    // A primary user.
    let own = world.by_provider("e1", ADDRESS, true).await;
    for verified in [true, false] {
        let refused = world.by_provider("e1", "other@ex.co", verified).await;
        assert_eq!(refused.brief(), refused_address("005"), "{verified}");
    }
    // With the address that it had, the user signs in as before.
    assert_eq!(
        user(&world.by_provider("e1", ADDRESS, true).await),
        user(&own)
    );
    // An address that nobody has proven may still be one of another person.
    world.before().await.sign_up("squatted@ex.co").await;
    let refused = world.by_provider("e1", "squatted@ex.co", false).await;
    assert_eq!(refused.brief(), refused_address("024"));
    let changed = world.by_provider("e1", "new@ex.co", false).await;
    assert_eq!(user(&changed)["emails"], json!(["new@ex.co"]));
    assert_eq!(user(&changed)["loginMethods"][0]["verified"], false);

    // A user who is not primary and has proven an address comes with one of a primary user.
    let before = world.before().await;
    before.by_provider("e2", "eva@ex.co", true).await;
    let refused = world.by_provider("e2", "other@ex.co", false).await;
    assert_eq!(refused.brief(), refused_address("024"));
    let linked = world.by_provider("e2", "other@ex.co", true).await;
    assert_eq!(id(&linked), id(&other));
    assert_eq!(linked.json()["createdNewRecipeUser"], false);
    assert_eq!(user(&linked)["emails"], json!(["other@ex.co"]));
}

#[tokio::test]
async fn the_oldest_user_who_has_proven_the_address_stays() {
    let world = World::start().await;
    let before = world.before().await;
    let oldest = before.by_code(ADDRESS).await;
    world.server.clock.advance(1_000);
    before.by_provider("f1", ADDRESS, true).await;
    let session = before.by_provider("f1", ADDRESS, true).await;
    let linked = world.by_provider("f1", ADDRESS, true).await;
    assert_eq!(id(&linked), id(&oldest));
    assert_eq!(recipes(&linked), ["passwordless", "thirdparty"]);
    // Sessions of the user that is gone have ended, those of the other go on.
    assert!(!world.is_refreshed(&session).await);
    assert!(world.is_refreshed(&oldest).await);
}

#[tokio::test]
async fn nothing_is_linked_in_another_tenant() {
    let world = World::start().await;
    let tenant = Tenant::new("one").expect("it can be an id");
    world
        .server
        .auth
        .tenants()
        .set(&tenant)
        .await
        .expect("it is stored");
    let primary = world.by_code(ADDRESS).await;
    let signed_up = world
        .post("/auth/one/signup")
        .json(&form(ADDRESS, PASSWORD))
        .await;
    assert_eq!(user(&signed_up)["isPrimaryUser"], false);
    assert_ne!(id(&signed_up), id(&primary));
    assert_eq!(user(&signed_up)["tenantIds"], json!(["one"]));
    let by_code = world.by_code(ADDRESS).await;
    assert_eq!(recipes(&by_code), ["passwordless"]);
}

#[tokio::test]
async fn nothing_is_linked_unless_the_settings_say_so() {
    let world = World::with(Linking::Off, |builder| builder).await;
    let answers = [
        world.by_provider("g1", ADDRESS, true).await,
        world.sign_up(ADDRESS).await,
        world.by_code(ADDRESS).await,
        world.by_provider("g2", ADDRESS, false).await,
        world.sign_in(ADDRESS, PASSWORD).await,
    ];
    for answer in &answers {
        assert_eq!(user(answer)["isPrimaryUser"], false);
        assert_eq!(recipes(answer).len(), 1);
    }
    assert_eq!(id(&answers[1]), id(&answers[4]));
    let mut ids: Vec<_> = answers.iter().map(id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    // Nor is a login added to the user of a session.
    let session = world.sign_up("session@ex.co").await;
    let mails = world.all_mails().await.len();
    let agreed = world.agreed("g3", "third@ex.co", true).await;
    let asked_tokens = world.provider.count("/token");
    for (path, body) in [
        ("/auth/signup", form("another@ex.co", PASSWORD)),
        ("/auth/signin", form(ADDRESS, PASSWORD)),
        (CREATE, json!({"email": "another@ex.co"})),
        (provider::SIGN_IN_UP, agreed),
    ] {
        let refused = world.ask_beside(&session, path, body).await;
        assert_eq!(refused.status, 400, "{refused}");
        assert!(
            refused.body.contains("shouldTryLinkingWithSessionUser"),
            "{refused}"
        );
    }
    assert_eq!(world.all_mails().await.len(), mails);
    assert_eq!(world.provider.count("/token"), asked_tokens);
}
