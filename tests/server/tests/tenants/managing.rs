//! Tenants by library and by file: made, changed, listed, deleted, and what cannot be one.

use std::fs;

use auth_server::recipes::multitenancy::Deletion;
use auth_server::session::{NewSessionFor, TransferMethod};
use auth_server::{Auth, Config};

use super::*;

async fn ids(world: &World) -> Vec<String> {
    let all = world.tenants().list(None).await.expect("they are read");
    all.into_iter().map(|tenant| tenant.id).collect()
}

#[tokio::test]
async fn tenants_are_made_changed_listed_and_deleted() {
    let world = World::start().await;
    assert_eq!(ids(&world).await, ["one", "public", "two"]);
    let acme = tenant("Acme-1", Some(&["otp-email"]));
    assert_eq!(acme.id, "acme-1");
    assert!(world.tenants().set(&acme).await.expect("it is stored"));
    assert!(!world.tenants().set(&acme).await.expect("it is stored"));
    for id in ["acme-1", "ACME-1", " acme-1 "] {
        let found = world.tenants().get(id).await.expect("it is read");
        assert_eq!(found.as_ref(), Some(&acme), "{id}");
    }
    for id in ["acme", "", "a b", "a.b"] {
        let found = world.tenants().get(id).await.expect("it is read");
        assert_eq!(found, None, "{id}");
    }
    let after = world.tenants().list(Some("one")).await.expect("read");
    let after: Vec<_> = after.iter().map(|tenant| tenant.id.as_str()).collect();
    assert_eq!(after, ["public", "two"]);

    let delete = async |id: &str| world.tenants().delete(id, false).await.expect("deleted");
    assert_eq!(delete("ACME-1").await, Deletion::Done { users: 0 });
    assert_eq!(delete("acme-1").await, Deletion::NotFound);
    assert_eq!(delete("a.b").await, Deletion::NotFound);
    assert!(world.tenants().delete("public", true).await.is_err());
    assert_eq!(ids(&world).await, ["one", "public", "two"]);
}

#[tokio::test]
async fn a_tenant_that_cannot_work_is_refused_and_its_secrets_are_not_shown() {
    let world = World::start().await;
    let refusal = async |tenant: &Tenant| {
        let refused = world.tenants().set(tenant).await;
        let text = refused.expect_err("it is refused").to_string();
        assert!(!text.contains("hidden"), "{text}");
        text
    };
    for id in ["", "a_b", "T1", "users", "appid-1"] {
        let mut wrong = tenant("t1", None);
        wrong.id = id.to_owned();
        refusal(&wrong).await;
    }
    let wrong = tenant("t1", Some(&["a b"]));
    assert!(refusal(&wrong).await.contains("`a b`"));
    for (provider, part) in [
        (json!({}), "thirdPartyId"),
        (json!({"thirdPartyId": "nosuch"}), "`clients` is missing"),
        (
            json!({"thirdPartyId": "own", "clients": [{"clientId": "c", "clientSecret": "hidden"}]}),
            "oidcDiscoveryEndpoint",
        ),
        (
            json!({"thirdPartyId": "shared", "clients": [{"clientId": "c", "clientSecret": {"hidden": 1}}]}),
            "another type",
        ),
        (
            json!({"thirdPartyId": "shared", "clients": [{"clientId": "c", "clientSecretFile": "/etc/hidden"}]}),
            "names no files",
        ),
        (
            json!({"thirdPartyId": "apple", "clients": [{
                "clientId": "c", "additionalConfig": {"privateKeyFile": "/etc/hidden"}}]}),
            "names no files",
        ),
        // The secret of the settings would go to another server.
        (
            json!({"thirdPartyId": "shared", "tokenEndpoint": "https://evil.test/token"}),
            "`tokenEndpoint` needs `clients` of its own",
        ),
    ] {
        let mut wrong = tenant("t1", None);
        wrong.providers = vec![provider.as_object().expect("an object").clone()];
        let text = refusal(&wrong).await;
        assert!(text.contains(part), "{text}");
    }
    let mut twice = tenant("t1", None);
    twice.providers = vec![provider_of(&world.provider, "x"); 2];
    assert!(refusal(&twice).await.contains("listed twice"));
    assert_eq!(world.tenants().get("t1").await.expect("read"), None);
}

#[tokio::test]
async fn a_provider_of_a_tenant_completes_itself_from_the_settings() {
    let world = World::start().await;
    let offered = async |provider: Value| {
        let mut one = tenant("one", None);
        one.providers = vec![provider.as_object().expect("an object").clone()];
        world.tenants().set(&one).await.expect("it is stored");
        let answer = world.get("one", "/loginmethods").await.json();
        answer["thirdParty"]["providers"][0].clone()
    };
    let named = offered(json!({"thirdPartyId": "shared", "name": "Ours"})).await;
    assert_eq!(named, json!({"id": "shared", "name": "Ours"}));
    let begun = world.begin("one", "shared").await.ok().expect("known");
    let client_id = |begun: &Begun| {
        let mut pairs = begun.url.query_pairs();
        let found = pairs.find(|(key, _)| key == "client_id");
        found.expect("there is one").1.into_owned()
    };
    assert_eq!(client_id(&begun), "client");
    // Its own clients are the only ones.
    let own = json!({"thirdPartyId": "shared", "clients": [{"clientId": "of one"}]});
    assert_eq!(offered(own).await["name"], "Example");
    let begun = world.begin("one", "shared").await.ok().expect("known");
    assert_eq!(client_id(&begun), "of one");
    assert!(world.begin("one", "of-public").await.is_err());
}

#[tokio::test]
async fn a_provider_of_the_settings_is_in_other_tenants_where_it_says_so() {
    let provider = Provider::start().await;
    let mut everywhere = provider_of(&provider, "everywhere");
    everywhere.insert("includeInNonPublicTenantsByDefault".to_owned(), json!(true));
    let settings = json!([everywhere, provider_of(&provider, "public-only")]);
    let server = provider.server_with(&settings, |_| {}).await;
    let t1 = tenant("t1", None);
    server.auth.tenants().set(&t1).await.expect("it is stored");
    for (path, expected) in [
        ("/auth/loginmethods", &["everywhere", "public-only"][..]),
        ("/auth/t1/loginmethods", &["everywhere"]),
    ] {
        let answer = server.get(path).send().await.json();
        let providers = answer["thirdParty"]["providers"].as_array();
        let found = providers.expect("a list").iter();
        let found: Vec<_> = found.map(|it| it["id"].as_str().expect("text")).collect();
        assert_eq!(found, expected, "{path}");
    }
}

/// A tenant that does not exist has no operations, and one that is made or deleted has them, or not, from the next
/// request on, on every server of the database.
#[tokio::test]
async fn a_tenant_is_there_from_its_making_to_its_deletion_on_all_servers() {
    let world = World::start().await;
    let beside = world.server.beside(|_| {}).await;
    let status = async |server: &Server| {
        let ask = server.get("/auth/t1/loginmethods");
        ask.send().await.status.as_u16()
    };
    for (is_there, expected) in [(false, 404), (true, 200), (false, 404)] {
        if is_there {
            world
                .tenants()
                .set(&tenant("t1", None))
                .await
                .expect("it is stored");
        } else {
            world.tenants().delete("t1", true).await.expect("deleted");
        }
        assert_eq!(status(&world.server).await, expected);
        assert_eq!(status(&beside).await, expected);
    }
    let long = "x".repeat(2_000);
    for id in ["nosuch", "a.b", "a_b", "a%20b", "", &long] {
        let answer = world.server.get(&format!("/auth/{id}/loginmethods"));
        assert_eq!(answer.send().await.brief(), "404 Not found", "{id}");
    }
}

#[tokio::test]
async fn a_tenant_is_deleted_with_its_users_sessions_and_codes_and_no_others() {
    let world = World::start().await;
    let email = "ana@ex.co";
    let here = world.sign_up("one", email).await;
    let there = world.sign_up("two", email).await;
    let public = world.sign_up("public", email).await;
    let started = world.start_code("one", "eva@ex.co").await;
    let [code, _] = world.codes(&started, "eva@ex.co").await;
    // A session of a user whom only the application knows.
    let new = NewSessionFor {
        tenant_id: "one".to_owned(),
        ..NewSessionFor::user("of the application")
    };
    let sessions = world.server.auth.sessions();
    let begun = sessions.create_without_request(new, TransferMethod::Header);
    let (_, tokens) = begun.await.expect("it begins");
    let refresh = async |token: &str| {
        let ask = world.server.post("/auth/session/refresh");
        let ask = ask.header("authorization", &format!("Bearer {token}"));
        ask.header("st-auth-mode", "header").send().await.status
    };

    let delete = async |with_users| world.tenants().delete("one", with_users).await;
    assert_eq!(delete(false).await.expect("read"), Deletion::HasUsers);
    assert_eq!(user_id(&world.sign_in("one", email).await), user_id(&here));
    assert_eq!(
        delete(true).await.expect("deleted"),
        Deletion::Done { users: 1 }
    );
    assert_eq!(world.sign_in("one", email).await.status, 404);
    assert_eq!(refresh(here.refresh()).await, 401);
    let of_application = tokens.refresh_token.expect("it is sent");
    assert_eq!(refresh(&of_application).await, 401);
    let store = world.server.auth.store();
    let gone = store.user(&user_id(&here)).await.expect("it is read");
    assert_eq!(gone, None);
    for other in [&there, &public] {
        assert_eq!(refresh(other.refresh()).await, 200);
    }
    assert_eq!(user_id(&world.sign_in("two", email).await), user_id(&there));

    // A new tenant of its name begins empty.
    world
        .tenants()
        .set(&tenant("one", None))
        .await
        .expect("it is stored");
    let old = world.post("one", "/signinup/code/consume", &code).await;
    assert_eq!(old.json()["status"], "RESTART_FLOW_ERROR");
    let again = world.sign_up("one", email).await;
    assert_ne!(user_id(&again), user_id(&here));
}

#[tokio::test]
async fn a_file_makes_tenants_at_each_start() {
    let world = World::start().await;
    let folder = tempfile::TempDir::new().expect("there is room for a folder");
    let file = folder.path().join("tenants.json");
    let write = |value: &Value| fs::write(&file, value.to_string()).expect("it is written");
    let path = file.display().to_string();
    let start = async || {
        let server = world
            .server
            .beside(|config| config.recipes.set("AUTH_TENANTS_FILE", &path))
            .await;
        let all = server.auth.tenants().list(None).await.expect("read");
        let ids = all
            .into_iter()
            .map(|tenant| (tenant.id, tenant.first_factors));
        ids.collect::<Vec<_>>()
    };
    write(&json!([
        {"tenantId": "T3", "firstFactors": ["emailpassword"]},
        {"tenantId": "t4", "firstFactors": null, "thirdParty": {"providers": []}},
    ]));
    let all = start().await;
    let found = |id: &str| all.iter().find(|(known, _)| known == id).cloned();
    assert_eq!(
        found("t3"),
        Some(("t3".to_owned(), Some(vec!["emailpassword".to_owned()])))
    );
    assert_eq!(found("t4"), Some(("t4".to_owned(), None)));
    assert_eq!(all.len(), 5, "those that are not listed stay");
    // Another start changes what the file says now.
    write(&json!([{"tenantId": "t3"}]));
    let all = start().await;
    assert!(all.contains(&("t3".to_owned(), None)) && all.len() == 5);

    for (text, part) in [
        ("{", "line 1"),
        (r#"[{"tenantId":"a b"}]"#, "1 to 64 letters"),
        (r#"[{"tenantId":"t1"},{"tenantId":"T1"}]"#, "listed twice"),
        (
            r#"[{"tenantId":"t1","color":"hidden"}]"#,
            "unknown field `color`",
        ),
        (
            r#"[{"tenantId":"t1","firstFactors":["hidden value"]}]"#,
            "the tenant t1",
        ),
    ] {
        fs::write(&file, text).expect("it is written");
        let app_info = common::app_info("http://localhost:3001", "http://localhost:3000");
        let mut config = Config::new(app_info);
        config.recipes.set("AUTH_TENANTS_FILE", &path);
        // Before anything is opened: there is no such folder.
        config.database_url = auth_server::config::Secret::new("sqlite:///nowhere/auth.db");
        let refused = Auth::builder(config).build().await;
        let error = refused.expect_err("it does not start").to_string();
        assert!(error.starts_with("AUTH_TENANTS_FILE: "), "{error}");
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn providers_are_encrypted_where_there_is_a_secret_and_again_under_the_next() {
    let world = World::start().await;
    let secret = |text: &str| text.parse().expect("it is long enough");
    const FIRST: &str = "0f8a6c2e4b7d9153a0e6c8b2d4f71935";
    const SECOND: &str = "91c5e7a3f0b8d6427e1c9a5b3d8f0264";
    let read = async |server: &Server| {
        let tenant = server.auth.tenants().get("one").await;
        tenant.map(|tenant| tenant.expect("there is one").providers.len())
    };
    let providers = world.provider.settings().to_string();
    let with = async |secrets: &str| {
        let encryption = secret(secrets);
        world
            .server
            .beside(|config| {
                config.recipes.set("AUTH_THIRD_PARTY_PROVIDERS", &providers);
                config.session.signing_key_encryption = encryption;
            })
            .await
    };
    assert_eq!(read(&world.server).await.expect("it is read"), 2);
    let encrypted = with(FIRST).await;
    assert_eq!(read(&encrypted).await.expect("it is read"), 2);
    // It was in the clear before that start.
    let error = read(&world.server).await.expect_err("it is encrypted");
    assert!(
        error.to_string().contains("AUTH_ENCRYPTION_SECRET"),
        "{error}"
    );
    let both = with(&format!("{SECOND},{FIRST}")).await;
    assert_eq!(read(&both).await.expect("it is read"), 2);
    assert!(read(&encrypted).await.is_err(), "under the next secret");
    let second = with(SECOND).await;
    assert_eq!(read(&second).await.expect("it is read"), 2);
}
