//! `GET /loginmethods`, and first factors.

use auth_server::Endpoints;
use auth_server::recipes::passwordless::FlowType;

use super::*;

async fn methods(world: &World, tenant: &str) -> Value {
    world.get(tenant, "/loginmethods").await.json()
}

fn states(answer: &Value) -> Vec<bool> {
    let keys = ["emailPassword", "thirdParty", "webauthn", "passwordless"];
    let states = keys
        .iter()
        .map(|key| answer[key]["enabled"].as_bool().expect("a flag"));
    states.collect()
}

const ALL: [&str; 6] = [
    "emailpassword",
    "otp-email",
    "otp-phone",
    "link-email",
    "link-phone",
    "thirdparty",
];

/// Wire facts 1, scenario 67.
#[tokio::test]
async fn the_public_tenant_has_all_that_the_server_offers() {
    let world = World::start().await;
    for tenant in ["public", "PUBLIC"] {
        let path = format!("/auth/{tenant}/loginmethods");
        let answer = world.server.get(&path).send().await;
        let plain = world.server.get("/auth/loginmethods").send().await;
        assert_eq!(answer.body, plain.body);
        assert_eq!(plain.status, 200);
        assert!(!plain.has_session_headers());
        let json = plain.json();
        assert_eq!(json["status"], "OK");
        assert_eq!(states(&json), [true, true, false, true]);
        assert_eq!(json["firstFactors"], json!(ALL));
        let providers = json!([
            {"id": "of-public", "name": "Example"},
            {"id": "shared", "name": "Example"},
        ]);
        assert_eq!(json["thirdParty"]["providers"], providers);
        // Where the published description has it.
        for key in [
            "emailPassword",
            "thirdParty",
            "passwordless",
            "firstFactors",
        ] {
            assert_eq!(json["recipes"][key], json[key], "{key}");
        }
        // In the order of the reference.
        let keys: Vec<_> = json.as_object().expect("an object").keys().collect();
        let expected = [
            "status",
            "emailPassword",
            "thirdParty",
            "webauthn",
            "passwordless",
            "firstFactors",
            "recipes",
        ];
        assert_eq!(keys, expected);
    }
    let posted = world.post("public", "/loginmethods", &json!({})).await;
    assert_eq!(posted.brief(), "404 Not found");
}

#[tokio::test]
async fn a_tenant_has_the_first_factors_that_it_lists() {
    let world = World::start().await;
    for (id, listed, expected, flags) in [
        (
            "t1",
            Some(&["thirdparty"][..]),
            &["thirdparty"][..],
            [false, true, false, false],
        ),
        (
            "t2",
            Some(&["otp-email", "emailpassword", "custom-one"]),
            &["otp-email", "emailpassword", "custom-one"],
            [true, false, false, true],
        ),
        ("t0", Some(&[]), &[], [false; 4]),
        ("t4", None, &ALL, [true, true, false, true]),
        (
            "t5",
            Some(&["webauthn", "link-phone", "webauthn"]),
            &["webauthn", "link-phone"],
            [false, false, true, true],
        ),
    ] {
        let tenant = tenant(id, listed);
        world.tenants().set(&tenant).await.expect("it is stored");
        for path in [id.to_owned(), id.to_uppercase()] {
            let answer = methods(&world, &path).await;
            assert_eq!(answer["firstFactors"], json!(expected), "{id}");
            assert_eq!(states(&answer), flags, "{id}");
            // None of the settings is meant for other tenants than `public`.
            assert_eq!(answer["thirdParty"]["providers"], json!([]), "{id}");
        }
    }
}

#[tokio::test]
async fn first_factors_follow_the_settings_and_the_operations_that_are_served() {
    let without = |auth| {
        let layer = auth_server::layer(auth, Endpoints::new());
        let layer = layer.without("third-party.sign-in-up");
        axum::Router::new().layer(layer)
    };
    let server = Server::start_app(|config| FlowType::Code.set(config), without).await;
    let factors = async || {
        let answer = server.get("/auth/loginmethods").send().await.json();
        answer["firstFactors"].clone()
    };
    assert_eq!(factors().await, json!(["emailpassword", "otp-email"]));
    // What the server does not offer is not shown, even if the tenant lists it.
    let all = tenant("public", Some(&ALL));
    server.auth.tenants().set(&all).await.expect("it is stored");
    assert_eq!(factors().await, json!(["emailpassword", "otp-email"]));
}

#[tokio::test]
async fn a_type_of_clients_leaves_out_providers_without_it() {
    let world = World::start().await;
    let two_clients = json!({
        "thirdPartyId": "two-clients",
        "oidcDiscoveryEndpoint": "https://id.example.com/.well-known/openid-configuration",
        "clients": [
            {"clientType": "web", "clientId": "w"},
            {"clientType": "ios", "clientId": "i"},
        ],
    });
    let mut t1 = tenant("t1", None);
    t1.providers = vec![
        two_clients.as_object().expect("an object").clone(),
        provider_of(&world.provider, "example"),
    ];
    world.tenants().set(&t1).await.expect("it is stored");
    for (query, ids) in [
        ("", vec!["example"]),
        ("?clientType=ios", vec!["two-clients"]),
    ] {
        let answer = world.get("t1", &format!("/loginmethods{query}")).await;
        let providers = answer.json()["thirdParty"]["providers"].clone();
        let found = providers.as_array().expect("a list").iter();
        let found: Vec<_> = found.map(|it| it["id"].as_str().expect("text")).collect();
        assert_eq!(found, ids, "{query}");
    }
    let unknown = world.get("t1", "/loginmethods?clientType=x").await;
    assert_eq!(
        unknown.brief(),
        r#"400 {"message":"Could not find client config for clientType: x"}"#
    );
    // Without providers there is none to lack it.
    let none = tenant("t2", None);
    world.tenants().set(&none).await.expect("it is stored");
    let answer = world.get("t2", "/loginmethods?clientType=x").await;
    assert_eq!(answer.status, 200, "{answer}");
}

/// Wire facts 1, scenarios 68 and 69.
#[tokio::test]
async fn a_password_is_refused_where_the_tenant_does_not_allow_it() {
    let world = World::start().await;
    user_id(&world.sign_up("one", "ana@ex.co").await);
    let mut one = tenant("one", Some(&["thirdparty"]));
    world.tenants().set(&one).await.expect("it is stored");
    assert!(is_refused(&world.sign_up("one", "eva@ex.co").await));
    let unknown = world.sign_in("one", "eva@ex.co").await;
    assert_eq!(
        unknown.brief(),
        r#"200 {"status":"WRONG_CREDENTIALS_ERROR"}"#
    );
    assert!(is_refused(&world.sign_in("one", "ana@ex.co").await));
    // In all others everything is as it was.
    user_id(&world.sign_up("two", "ana@ex.co").await);
    one.first_factors = None;
    world.tenants().set(&one).await.expect("it is stored");
    user_id(&world.sign_in("one", "ana@ex.co").await);
}

#[tokio::test]
async fn messages_hold_what_the_tenant_allows() {
    let world = World::start().await;
    for (factors, flow, has_code, has_link) in [
        (&["otp-email"][..], "USER_INPUT_CODE", true, false),
        (&["link-email", "otp-phone"], "MAGIC_LINK", false, true),
        (
            &["otp-email", "link-email"],
            "USER_INPUT_CODE_AND_MAGIC_LINK",
            true,
            true,
        ),
    ] {
        let one = tenant("one", Some(factors));
        world.tenants().set(&one).await.expect("it is stored");
        let email = world.address();
        let started = world.start_code("one", &email).await;
        assert_eq!(started.json()["flowType"], flow, "{factors:?}");
        let message = world.message_to(&email).await.expect("a message was sent");
        assert_eq!(message.contains("Your code:"), has_code, "{message}");
        assert_eq!(message.contains("/auth/verify?"), has_link, "{message}");
    }
    let one = tenant("one", Some(&["otp-phone"]));
    world.tenants().set(&one).await.expect("it is stored");
    let email = world.address();
    let refused = world.start_code("one", &email).await;
    assert!(is_refused(&refused), "{refused}");
    assert_eq!(world.message_to(&email).await, None);
    let started = world.start_code("one", &world.phone_number()).await;
    assert_eq!(started.json()["flowType"], "USER_INPUT_CODE");
}

#[tokio::test]
async fn a_resent_message_holds_what_the_tenant_allows_by_then() {
    let world = World::start().await;
    let email = world.address();
    let started = world.start_code("one", &email).await.json();
    let body = json!({
        "preAuthSessionId": started["preAuthSessionId"],
        "deviceId": started["deviceId"],
    });
    let one = tenant("one", Some(&["link-email"]));
    world.tenants().set(&one).await.expect("it is stored");
    let resent = world.post("one", "/signinup/code/resend", &body).await;
    assert_eq!(resent.json()["status"], "OK");
    let message = world.message_to(&email).await.expect("a message was sent");
    assert!(!message.contains("Your code:"), "{message}");
    let one = tenant("one", Some(&[]));
    world.tenants().set(&one).await.expect("it is stored");
    let refused = world.post("one", "/signinup/code/resend", &body).await;
    assert!(is_refused(&refused), "{refused}");
}
