//! `GET /authorisationurl` and `POST /signinup`: what they answer.

mod common;

use auth_server::recipes::email_verification::Mode;
use auth_server::recipes::third_party::THIRD_PARTY;
use common::provider::{PAGE, Provider, SIGN_IN_UP, URL, ask_url, begin, body, finish, sign_in};
use common::shown;
use serde_json::{Value, json};
use url::Url;

#[tokio::test]
async fn a_sign_in_begins_at_the_provider_with_pkce_and_a_nonce_and_without_a_state() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let begun = begin(&server).await;
    let at = format!("{}/authorize?", provider.origin);
    assert!(begun.url.as_str().starts_with(&at), "{}", begun.url);
    let parameter = |name: &str| begun.parameter(name);
    for (name, value) in [
        ("client_id", "client"),
        ("redirect_uri", PAGE),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(parameter("state"), None);
    let verifier = begun.verifier.clone().expect("the page keeps it");
    assert_eq!(verifier.len(), 64);
    let nonce = parameter("nonce").expect("there is one");
    let challenge = parameter("code_challenge").expect("there is one");
    assert!(nonce != challenge && nonce.len() == 43 && challenge.len() == 43);
    // Each sign-in has its own.
    let other = begin(&server).await;
    assert!(other.verifier != begun.verifier && other.parameter("nonce") != Some(nonce));
    // The document is read once.
    assert_eq!(provider.count("/discovery"), 1);
}

#[tokio::test]
async fn the_first_sign_in_makes_a_user_and_the_next_one_finds_it() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let signed_up = sign_in(&server, &provider).await;
    shown("third_party_sign_up", &signed_up);
    let asked = provider.inner().asked.clone();
    let form = "client_id client_secret code code_verifier grant_type redirect_uri".to_owned();
    assert!(asked.contains(&("/token".to_owned(), form)), "{asked:?}");
    let again = sign_in(&server, &provider).await.json();
    assert_eq!(again["createdNewRecipeUser"], false);
    assert_eq!(again["user"], signed_up.json()["user"]);
    // Clients of early versions get the user in their shape.
    let begun = begin(&server).await;
    let code = provider.agree(&begun);
    let ask = server.post(SIGN_IN_UP).header("fdi-version", "1.17");
    let old = ask.json(&body(&begun, &code)).await.json();
    assert_eq!(old["createdNewUser"], false);
    assert_eq!(
        old["user"]["thirdParty"],
        json!({"id": "example", "userId": "u1"})
    );
}

#[tokio::test]
async fn a_user_is_the_account_and_never_the_address() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let by_password = server.ana("header").await.json()["user"]["id"].clone();
    let first = sign_in(&server, &provider).await.json();
    assert_eq!(first["user"]["emails"], json!(["ana@ex.co"]));
    assert_ne!(first["user"]["id"], by_password);
    provider.inner().user["sub"] = json!("u2");
    let second = sign_in(&server, &provider).await.json();
    assert_eq!(second["createdNewRecipeUser"], true);
    assert_ne!(second["user"]["id"], first["user"]["id"]);
}

#[tokio::test]
async fn the_address_follows_the_provider_and_is_verified_where_it_says_so() {
    let provider = Provider::start().await;
    let server = provider
        .server_with(&provider.settings(), |config| Mode::Optional.set(config))
        .await;
    let method = |answer: Value| answer["user"]["loginMethods"][0].clone();
    provider.inner().user["email_verified"] = json!(false);
    let first = sign_in(&server, &provider).await;
    assert_eq!(first.front_token()["up"]["st-ev"]["v"], false);
    let first = method(first.json());
    assert_eq!(
        (&first["email"], &first["verified"], &first["recipeId"]),
        (&json!("ana@ex.co"), &json!(false), &json!(THIRD_PARTY))
    );
    // As text, too.
    provider.inner().user["email_verified"] = json!("true");
    let verified = sign_in(&server, &provider).await;
    assert_eq!(verified.front_token()["up"]["st-ev"]["v"], true);
    assert_eq!(method(verified.json())["verified"], true);
    // What was proven of an address stays proven, and goes with it.
    provider.inner().user["email_verified"] = json!(false);
    let kept = method(sign_in(&server, &provider).await.json());
    assert_eq!(kept["verified"], true);
    provider.inner().user["email"] = json!("eva@ex.co");
    let moved = method(sign_in(&server, &provider).await.json());
    assert_eq!(
        (&moved["email"], &moved["verified"]),
        (&json!("eva@ex.co"), &json!(false))
    );
}

#[tokio::test]
async fn without_an_address_it_depends_on_the_settings() {
    let provider = Provider::start().await;
    provider.inner().user = json!({"sub": "U1"});
    provider.inner().user_info = json!({"sub": "U1", "email": "no address"});
    let server = provider.server().await;
    let refused = sign_in(&server, &provider).await;
    assert_eq!(
        refused.brief(),
        r#"200 {"status":"NO_EMAIL_GIVEN_BY_PROVIDER"}"#
    );
    let mut settings = provider.settings();
    settings[0]["requireEmail"] = json!(false);
    let server = provider.server_with(&settings, |_| {}).await;
    let user = sign_in(&server, &provider).await.json()["user"].clone();
    let made_up = "u1.example@stfakeemail.supertokens.com";
    assert_eq!(user["emails"], json!([made_up]));
    assert_eq!(user["thirdParty"][0]["userId"], "U1");
    assert_eq!(user["loginMethods"][0]["verified"], true);
}

#[tokio::test]
async fn a_provider_of_oauth_alone_is_asked_who_the_user_is() {
    let provider = Provider::start().await;
    let mut settings = provider.plain_settings();
    provider.inner().user_info =
        json!({"account": {"number": 4711}, "mail": "ana@ex.co", "checked": true});
    settings[0]["userInfoMap"] = json!({"fromUserInfoAPI": {
        "userId": "account.number", "email": "mail", "emailVerified": "checked",
    }});
    settings[0]["authorizationEndpointQueryParams"] = json!({"prompt": "consent"});
    let server = provider.server_with(&settings, |_| {}).await;
    let begun = begin(&server).await;
    assert_eq!(begun.parameter("prompt").as_deref(), Some("consent"));
    assert_eq!(begun.parameter("nonce"), None);
    assert!(begun.verifier.is_some(), "PKCE all the same");
    let answer = sign_in(&server, &provider).await.json();
    let method = &answer["user"]["loginMethods"][0];
    assert_eq!(method["thirdParty"]["userId"], "4711");
    assert_eq!(method["verified"], true);
    // One that does not bear PKCE.
    settings[0]["pkce"] = json!(false);
    let server = provider.server_with(&settings, |_| {}).await;
    assert!(begin(&server).await.verifier.is_none());
    let again = sign_in(&server, &provider).await;
    assert_eq!(again.status, 200, "{again}");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    for (path, text) in [
        (
            URL.to_owned(),
            "Please provide the thirdPartyId as a GET param",
        ),
        (
            format!("{URL}?thirdPartyId=example"),
            "Please provide the redirectURIOnProviderDashboard as a GET param",
        ),
        (
            format!("{URL}?thirdPartyId=nope&redirectURIOnProviderDashboard={PAGE}"),
            "the provider nope could not be found in the configuration",
        ),
        (
            format!(
                "{URL}?thirdPartyId=example&clientType=x&redirectURIOnProviderDashboard={PAGE}"
            ),
            "Could not find client config for clientType: x",
        ),
        (
            format!("{URL}?thirdPartyId=example&redirectURIOnProviderDashboard=https://evil.test/"),
            "the redirectURIOnProviderDashboard is none of the website",
        ),
    ] {
        let answer = server.get(&path).send().await;
        let expected = format!("400 {}", json!({ "message": text }));
        assert_eq!(answer.brief(), expected, "{path}");
    }
    let info = |info: Value| json!({"thirdPartyId": "example", "redirectURIInfo": info});
    let page = "redirectURIOnProviderDashboard";
    let verifier = "v".repeat(43);
    for (body, text) in [
        (json!({}), "Please provide the thirdPartyId in request body"),
        (
            json!({"thirdPartyId": "example"}),
            "Please provide one of redirectURIInfo or oAuthTokens in the request body",
        ),
        (
            info(json!({})),
            "Please provide the redirectURIOnProviderDashboard in request body",
        ),
        (
            info(json!("text")),
            "Please provide the redirectURIOnProviderDashboard in request body",
        ),
        (
            info(json!({page: PAGE})),
            "Please provide the redirectURIQueryParams in request body",
        ),
        (
            info(json!({page: PAGE, "redirectURIQueryParams": {}, "pkceCodeVerifier": verifier})),
            "Please provide the code in redirectURIQueryParams",
        ),
        (
            info(json!({page: PAGE, "redirectURIQueryParams": {"code": "c"}})),
            "Please provide the pkceCodeVerifier",
        ),
        (
            info(
                json!({page: PAGE, "redirectURIQueryParams": {"code": "c"}, "pkceCodeVerifier": "v"}),
            ),
            "the pkceCodeVerifier is none",
        ),
        (
            info(json!({page: "https://evil.test/", "redirectURIQueryParams": {"code": "c"}})),
            "the redirectURIOnProviderDashboard is none of the website",
        ),
        (
            json!({"thirdPartyId": "nope", "oAuthTokens": {"id_token": "x"}}),
            "the provider nope could not be found in the configuration",
        ),
        (
            json!({"thirdPartyId": "example", "oAuthTokens": {}}),
            "the oAuthTokens are no object with access_token or id_token",
        ),
    ] {
        let answer = finish(&server, &body).await;
        let expected = format!("400 {}", json!({ "message": text }));
        assert_eq!(answer.brief(), expected, "{body}");
    }
    // A user who turned back is told so, and sees it.
    let begun = begin(&server).await;
    let mut turned_back = body(&begun, "");
    turned_back["redirectURIInfo"]["redirectURIQueryParams"] = json!({"error": "access_denied"});
    let answer = finish(&server, &turned_back).await;
    assert_eq!(answer.json()["status"], "GENERAL_ERROR", "{answer}");
    assert_eq!(provider.count("/token"), 0);
}

#[tokio::test]
async fn a_session_is_read_as_the_client_asks_and_no_account_is_linked() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let ana = server.ana("header").await;
    let begun = begin(&server).await;
    let mut body = body(&begun, &provider.agree(&begun));
    body["shouldTryLinkingWithSessionUser"] = json!(true);
    let without = finish(&server, &body).await;
    assert_eq!(without.brief(), r#"401 {"message":"unauthorised"}"#);
    let bearer = format!("Bearer {}", ana.access());
    let ask = server.post(SIGN_IN_UP).header("authorization", &bearer);
    assert_eq!(ask.json(&body).await.status, 400);
    // Neither has used the code up.
    assert_eq!(provider.count("/token"), 0);
}

#[tokio::test]
async fn one_of_several_clients_is_named_by_its_type() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    let web = json!({"clientType": "web", "clientId": "client", "clientSecret": "secret"});
    let ios = json!({"clientType": "ios", "clientId": "of-ios", "scope": ["openid"]});
    settings[0]["clients"] = json!([web, ios]);
    let server = provider.server_with(&settings, |_| {}).await;
    let neither = ask_url(&server, "example", PAGE).await;
    assert_eq!(neither.status, 400, "{neither}");
    for (name, id, scope) in [("web", "client", None), ("ios", "of-ios", Some("openid"))] {
        let path = format!(
            "{URL}?thirdPartyId=example&clientType={name}&redirectURIOnProviderDashboard={PAGE}"
        );
        let answer = server.get(&path).send().await.json();
        let url = answer["urlWithQueryParams"].as_str().expect("there is one");
        let url = Url::parse(url).expect("it is one");
        let find = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        assert_eq!(find("client_id").as_deref(), Some(id));
        assert_eq!(find("scope").as_deref(), scope);
    }
}
