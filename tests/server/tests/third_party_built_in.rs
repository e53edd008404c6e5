//! Providers that are built in: where a sign-in begins, and what is their own.

mod common;

use auth_server::crypto::keys::{self, Algorithm, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::provider::{PAGE, Provider, ask_url, begin, body, finish};
use common::{START, Server};
use serde_json::{Value, json};
use url::Url;

/// A server with these providers, each with a client `c`.
async fn server(ids: &[&str]) -> Server {
    let provider = |id: &&str| {
        json!({"thirdPartyId": id, "clients": [{
            "clientId": "c",
            "clientSecret": "s",
            "additionalConfig": {"boxyURL": "https://boxy.test/"},
        }]})
    };
    let settings = Value::Array(ids.iter().map(provider).collect()).to_string();
    Server::start_with(|config| {
        config.recipes.set("AUTH_THIRD_PARTY_PROVIDERS", &settings);
    })
    .await
}

#[tokio::test]
async fn a_sign_in_begins_where_each_provider_has_it() {
    let ids = [
        "bitbucket",
        "discord",
        "facebook",
        "github",
        "linkedin",
        "twitter",
        "boxy-saml",
    ];
    let server = server(&ids).await;
    let mut shown = String::new();
    for id in ids {
        let answer = ask_url(&server, id, PAGE).await.json();
        let url = answer["urlWithQueryParams"].as_str().expect("there is one");
        let mut url = Url::parse(url).expect("it is a URL");
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        shown += &format!("{id}: {url}\n");
        for (key, value) in pairs {
            let value = match key.as_str() {
                "code_challenge" => "<43 characters>".to_owned(),
                _ => value,
            };
            shown += &format!("  {key}={value}\n");
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    insta::assert_snapshot!("third_party_built_in", shown);
}

/// A server that takes the provider of the test for one that is built in.
async fn server_of(provider: &Provider, id: &str, discovery: &str, client: Value) -> Server {
    let settings = json!([{
        "thirdPartyId": id,
        "oidcDiscoveryEndpoint": format!("{}{discovery}", provider.origin),
        "clients": [client],
    }]);
    provider.server_with(&settings, |_| {}).await
}

/// Signs in through a provider of this id.
async fn sign_in(server: &Server, provider: &Provider, id: &str) -> common::Exchange {
    let answer = ask_url(server, id, PAGE).await;
    let url = answer.json()["urlWithQueryParams"].clone();
    let url = url.as_str().unwrap_or_else(|| panic!("{answer}"));
    let begun = common::provider::Begun {
        url: Url::parse(url).expect("it is a URL"),
        verifier: answer.json()["pkceCodeVerifier"]
            .as_str()
            .map(str::to_owned),
    };
    let mut body = body(&begun, &provider.agree(&begun));
    body["thirdPartyId"] = json!(id);
    finish(server, &body).await
}

#[tokio::test]
async fn the_client_secret_of_apple_is_signed_for_each_request() {
    let pkcs8 = keys::generate(Algorithm::Es256).expect("a key is made");
    let key = SigningKey::parse("KEY", Algorithm::Es256, &pkcs8).expect("it is one");
    let text = STANDARD.encode(&pkcs8);
    // As a variable of the environment has it.
    let pem = format!("-----BEGIN PRIVATE KEY-----\\n{text}\\n-----END PRIVATE KEY-----\\n");
    let provider = Provider::start().await;
    provider.inner().client = ("com.example.app".to_owned(), None);
    let client = json!({"clientId": "com.example.app", "additionalConfig": {
        "keyId": "KEY", "teamId": "TEAM", "privateKey": pem,
    }});
    let server = server_of(&provider, "apple", "", client).await;
    let url = ask_url(&server, "apple", PAGE).await.body;
    assert!(url.contains("response_mode=form_post"), "{url}");
    provider.inner().user["email_verified"] = json!("true");
    let answer = sign_in(&server, &provider, "apple").await;
    let user = &answer.json()["user"]["loginMethods"][0];
    assert_eq!(user["verified"], true, "{answer}");
    let secret = provider.inner().form["client_secret"].clone();
    let claims = key.verify(&secret).expect("it is signed with the key");
    let now = START / 1000;
    let expected = json!({
        "iss": "TEAM",
        "iat": now,
        "exp": now + 300,
        "aud": "https://appleid.apple.com",
        "sub": "com.example.app",
    });
    assert_eq!(Value::Object(claims), expected);
}

#[tokio::test]
async fn users_of_google_workspaces_belong_to_the_organisation_of_the_settings() {
    for (wanted, domain, is_allowed) in [
        (None, Some("ex.co"), true),
        (None, None, false),
        (Some("ex.co"), Some("ex.co"), true),
        (Some("ex.co"), Some("other.test"), false),
    ] {
        let provider = Provider::start().await;
        if let Some(domain) = domain {
            provider.inner().user["hd"] = json!(domain);
        }
        let mut client = json!({"clientId": "client", "clientSecret": "secret"});
        if let Some(wanted) = wanted {
            client["additionalConfig"] = json!({ "hd": wanted });
        }
        let server = server_of(&provider, "google-workspaces", "", client).await;
        let url = ask_url(&server, "google-workspaces", PAGE).await.body;
        let hd = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("hd", wanted.unwrap_or("*"))
            .finish();
        assert!(url.contains(&format!("&{hd}&")), "{url}");
        let answer = sign_in(&server, &provider, "google-workspaces").await;
        assert_eq!(
            answer.status == 200,
            is_allowed,
            "{wanted:?} {domain:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn an_id_token_of_active_directory_is_of_the_issuer_of_its_tenant() {
    let provider = Provider::start().await;
    let issuer = format!("{}/{{tenantid}}/v2.0", provider.origin);
    provider
        .inner()
        .metadata
        .insert("issuer".into(), json!(issuer));
    let client = json!({"clientId": "client", "clientSecret": "secret",
        "additionalConfig": {"directoryId": "common"}});
    let server = server_of(&provider, "active-directory", "", client).await;
    for (tenant, of_tenant, is_right) in [("t1", "t1", true), ("t1", "t2", false)] {
        let issuer = format!("{}/{of_tenant}/v2.0", provider.origin);
        let tenant = tenant.to_owned();
        provider.inner().change = Some(Box::new(move |claims| {
            claims.insert("iss".into(), json!(issuer));
            claims.insert("tid".into(), json!(tenant));
        }));
        let answer = sign_in(&server, &provider, "active-directory").await;
        assert_eq!(answer.status == 200, is_right, "{answer}");
    }
    // Others name their issuer as it is.
    let client = json!({"clientId": "client", "clientSecret": "secret"});
    let server = server_of(&provider, "google", "", client).await;
    assert_eq!(ask_url(&server, "google", PAGE).await.status, 500);
}

#[tokio::test]
async fn settings_are_read_from_files_as_well() {
    let folder = tempfile::TempDir::new().expect("there is room");
    let provider = Provider::start().await;
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "secret\n").expect("it is written");
    let mut settings = provider.settings();
    let client = settings[0]["clients"][0]
        .as_object_mut()
        .expect("it is one");
    client.remove("clientSecret");
    client.insert("clientSecretFile".into(), json!(secret));
    let list = folder.path().join("providers.json");
    std::fs::write(&list, settings.to_string()).expect("it is written");
    let server = Server::start_with(|config| {
        let list = list.to_str().expect("it is text");
        config.recipes.set("AUTH_THIRD_PARTY_PROVIDERS_FILE", list);
        config.recipes.set("AUTH_THIRD_PARTY_NETWORKS", "loopback");
    })
    .await;
    let begun = begin(&server).await;
    let answer = finish(&server, &body(&begun, &provider.agree(&begun))).await;
    assert_eq!(answer.status, 200, "{answer}");
}
