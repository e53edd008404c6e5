//! What a provider hands over is verified: codes, ID tokens, issuers, keys; and what happens where it does not answer.

mod common;

use std::time::Duration;

use auth_server::crypto::keys::Algorithm;
use common::Exchange;
use common::Server;
use common::provider::{Provider, begin, body, finish, jwk, new_key, sign_in};
use serde_json::{Map, Value, json};

const NOT_VERIFIED: &str =
    r#"400 {"message":"the sign-in could not be verified: please start again"}"#;
const REFUSED: &str = r#"400 {"message":"the provider refused the sign-in: please start again"}"#;

#[tokio::test]
async fn a_code_works_once_and_with_the_verifier_and_the_page_of_its_sign_in() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let begun = begin(&server).await;
    let code = provider.agree(&begun);
    let right = body(&begun, &code);
    assert_eq!(finish(&server, &right).await.status, 200);
    assert_eq!(finish(&server, &right).await.brief(), REFUSED);
    assert_eq!(
        finish(&server, &body(&begun, "made-up")).await.brief(),
        REFUSED
    );
    // A code that was stolen is no use to a page that has another verifier.
    let other = begin(&server).await;
    let stolen = provider.agree(&begun);
    assert_eq!(
        finish(&server, &body(&other, &stolen)).await.brief(),
        REFUSED
    );
}

#[tokio::test]
async fn a_nonce_of_another_sign_in_is_refused_where_the_provider_has_no_pkce() {
    let provider = Provider::start().await;
    provider
        .inner()
        .metadata
        .insert("code_challenge_methods_supported".into(), json!([]));
    let server = provider.server().await;
    let begun = begin(&server).await;
    assert_eq!(begun.parameter("code_challenge"), None);
    let other = begin(&server).await;
    let code = provider.agree(&begun);
    let answer = finish(&server, &body(&other, &code)).await;
    assert_eq!(answer.brief(), NOT_VERIFIED);
    assert_eq!(sign_in(&server, &provider).await.status, 200);
}

/// What happens with an ID token that was changed before it was signed.
async fn with(change: impl Fn(&mut Map<String, Value>) + Send + 'static) -> Exchange {
    let provider = Provider::start().await;
    provider.inner().change = Some(Box::new(change));
    let server = provider.server().await;
    sign_in(&server, &provider).await
}

#[tokio::test]
async fn each_claim_of_an_id_token_is_checked() {
    let now = common::START / 1000;
    for (name, value) in [
        ("iss", json!("https://other.test")),
        ("iss", json!(1)),
        ("aud", json!("another client")),
        ("aud", json!(["another client"])),
        ("aud", json!(["client", "another client"])),
        ("aud", json!([])),
        ("azp", json!("another client")),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("u".repeat(256))),
        ("exp", json!(now - 61)),
        ("exp", json!("never")),
        ("iat", json!(now + 61)),
        ("iat", json!(null)),
        ("nbf", json!(now + 61)),
        ("nbf", json!("x")),
        ("nonce", json!("of another sign-in")),
        ("nonce", json!(null)),
        ("at_hash", json!("of another access token")),
        ("at_hash", json!(1)),
    ] {
        let shown = format!("{name}: {value}");
        let answer = with(move |claims| {
            claims.insert(name.to_owned(), value.clone());
        })
        .await;
        assert_eq!(answer.brief(), NOT_VERIFIED, "{shown}");
    }
    for name in ["iss", "aud", "sub", "exp", "iat", "nonce"] {
        let answer = with(move |claims| {
            claims.remove(name);
        })
        .await;
        assert_eq!(answer.brief(), NOT_VERIFIED, "{name}");
    }
    // And what is right in another way.
    let answer = with(move |claims| {
        claims.remove("at_hash");
        claims.insert("aud".into(), json!(["other", "client"]));
        claims.insert("azp".into(), json!("client"));
        claims.insert("exp".into(), json!(now - 59));
        claims.insert("iat".into(), json!(now + 59));
        claims.insert("nbf".into(), json!(now));
    })
    .await;
    assert_eq!(answer.status, 200, "{answer}");
}

#[tokio::test]
async fn a_token_that_another_key_has_signed_or_none_is_refused() {
    /// The same claims under another header and with another signature.
    fn unsigned(jwt: &str) -> String {
        let claims = jwt.split('.').nth(1).expect("there are three parts");
        // {"alg":"none","typ":"JWT"}
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
    }
    fn symmetric(jwt: &str) -> String {
        let mut parts = jwt.split('.').skip(1);
        let (claims, signature) = (
            parts.next().expect("claims"),
            parts.next().expect("its end"),
        );
        // {"alg":"HS256","kid":"first"}
        format!("eyJhbGciOiJIUzI1NiIsImtpZCI6ImZpcnN0In0.{claims}.{signature}")
    }
    fn cut(jwt: &str) -> String {
        jwt[..jwt.len() - 6].to_owned()
    }
    fn garbage(_: &str) -> String {
        "garbage".to_owned()
    }
    for forge in [unsigned, symmetric, cut, garbage] {
        let provider = Provider::start().await;
        provider.inner().forge = Some(forge);
        let server = provider.server().await;
        let answer = sign_in(&server, &provider).await;
        assert_eq!(answer.brief(), NOT_VERIFIED);
    }
    // The right name, and another key behind it.
    let provider = Provider::start().await;
    provider.inner().key = new_key("first", Algorithm::Es256);
    let server = provider.server().await;
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
    // A key that is for something else.
    let mut published = jwk(&provider.inner().key);
    published["use"] = json!("enc");
    provider.inner().published = vec![published];
    let server = provider.server().await;
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
}

#[tokio::test]
async fn each_kind_of_key_verifies_and_unknown_kinds_are_passed_over() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let provider = Provider::start().await;
        let key = new_key("own", algorithm);
        let unknown = json!({"kty": "AKP", "kid": "new", "alg": "ML-DSA-44", "pub": "x"});
        // The at_hash of Ed25519 is made with SHA-512, which this provider does not.
        provider.inner().change = Some(Box::new(|claims| {
            claims.remove("at_hash");
        }));
        provider.inner().published = vec![unknown, jwk(&key)];
        provider.inner().key = key;
        let server = provider.server().await;
        let answer = sign_in(&server, &provider).await;
        assert_eq!(answer.status, 200, "{algorithm:?}: {answer}");
    }
}

#[tokio::test]
async fn new_keys_are_fetched_and_made_up_names_do_not_fetch_each_time() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    assert_eq!(sign_in(&server, &provider).await.status, 200);
    assert_eq!(provider.count("/jwks"), 1);
    server.clock.advance(60_000);
    let next = new_key("second", Algorithm::Es256);
    provider.inner().published = vec![jwk(&next)];
    provider.inner().key = next;
    assert_eq!(sign_in(&server, &provider).await.status, 200);
    assert_eq!(provider.count("/jwks"), 2);
    // Known by now.
    assert_eq!(sign_in(&server, &provider).await.status, 200);
    // An application may send a token that names any key.
    provider.inner().key = new_key("made up", Algorithm::Es256);
    for _ in 0..3 {
        let made_up = json!({"thirdPartyId": "example", "oAuthTokens": provider.tokens(None)});
        assert_eq!(finish(&server, &made_up).await.brief(), NOT_VERIFIED);
    }
    assert_eq!(provider.count("/jwks"), 2);
}

#[tokio::test]
async fn documents_are_good_for_an_hour_and_old_ones_serve_while_there_are_no_others() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    begin(&server).await;
    server.clock.advance(3_599_000);
    begin(&server).await;
    assert_eq!(provider.count("/discovery"), 1);
    server.clock.advance(1_000);
    begin(&server).await;
    assert_eq!(provider.count("/discovery"), 2);
    provider.inner().is_broken = true;
    server.clock.advance(3_600_000);
    begin(&server).await;
    assert_eq!(provider.count("/discovery"), 3);
    // It is left alone for a while.
    begin(&server).await;
    assert_eq!(provider.count("/discovery"), 3);
    server.clock.advance(24 * 3_600_000);
    let answer = ask(&server).await;
    assert_eq!(answer.status, 503, "{answer}");
    assert_eq!(answer.header("retry-after"), Some("5"));
    provider.inner().is_broken = false;
    server.clock.advance(5_000);
    begin(&server).await;
}

async fn ask(server: &Server) -> Exchange {
    common::provider::ask_url(server, "example", common::provider::PAGE).await
}

#[tokio::test]
async fn a_discovery_document_speaks_for_the_issuer_of_its_url() {
    let provider = Provider::start().await;
    let other = json!("https://other.test");
    provider.inner().metadata.insert("issuer".into(), other);
    let server = provider.server().await;
    assert_eq!(ask(&server).await.status, 500);
    // Nor does it send pages to what is no page.
    let provider = Provider::start().await;
    let script = json!("javascript:alert(1)");
    let mut metadata = Map::new();
    metadata.insert("authorization_endpoint".into(), script);
    provider.inner().metadata = metadata;
    let server = provider.server().await;
    assert_eq!(ask(&server).await.status, 500);
}

#[tokio::test]
async fn the_response_names_the_right_issuer_where_it_names_one_or_must() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    for (issuer, is_right) in [
        (json!(provider.origin), true),
        (json!("https://other.test"), false),
        (json!(null), false),
    ] {
        let begun = begin(&server).await;
        let mut body = body(&begun, &provider.agree(&begun));
        body["redirectURIInfo"]["redirectURIQueryParams"]["iss"] = issuer;
        let answer = finish(&server, &body).await;
        assert_eq!(answer.status == 200, is_right, "{body}: {answer}");
    }
    let must = "authorization_response_iss_parameter_supported";
    provider.inner().metadata.insert(must.into(), json!(true));
    let server = provider.server().await;
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
}

#[tokio::test]
async fn where_an_id_token_is_due_nothing_else_will_do() {
    let provider = Provider::start().await;
    provider.inner().gives_id_tokens = false;
    let server = provider.server().await;
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
}

#[tokio::test]
async fn what_an_id_token_lacks_is_asked_for_and_must_be_about_the_same_user() {
    let provider = Provider::start().await;
    provider.inner().user = json!({"sub": "u1"});
    let server = provider.server().await;
    let answer = sign_in(&server, &provider).await.json();
    assert_eq!(answer["user"]["loginMethods"][0]["email"], "ana@ex.co");
    assert_eq!(answer["user"]["loginMethods"][0]["verified"], true);
    provider.inner().user_info["sub"] = json!("u2");
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
    // That another address is verified says nothing about this one.
    provider.inner().user = json!({"sub": "u3", "email": "eva@ex.co"});
    provider.inner().user_info = json!({"sub": "u3", "email": "ana@ex.co", "email_verified": true});
    let answer = sign_in(&server, &provider).await.json();
    let method = &answer["user"]["loginMethods"][0];
    assert_eq!(
        (&method["email"], &method["verified"]),
        (&json!("eva@ex.co"), &json!(false))
    );
}

#[tokio::test]
async fn an_application_hands_over_an_id_token_and_no_access_token_alone() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let body = |tokens: &Value| json!({"thirdPartyId": "example", "oAuthTokens": tokens});
    let tokens = provider.tokens(None);
    let answer = finish(&server, &body(&tokens)).await;
    assert_eq!(answer.json()["createdNewRecipeUser"], true, "{answer}");
    // The other access token would be that of another user.
    let mut mixed = provider.tokens(None);
    mixed["access_token"] = tokens["access_token"].clone();
    let answer = finish(&server, &body(&mixed)).await;
    assert_eq!(answer.brief(), NOT_VERIFIED);
    let alone = json!({"access_token": tokens["access_token"]});
    let answer = finish(&server, &body(&alone)).await;
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.body.contains("id_token"), "{answer}");
    assert_eq!(provider.count("/userinfo"), 0);
    // Unless the settings say that it may.
    let mut settings = provider.plain_settings();
    settings[0]["acceptAccessTokens"] = json!(true);
    let server = provider.server_with(&settings, |_| {}).await;
    let answer = finish(&server, &body(&alone)).await;
    assert_eq!(answer.status, 200, "{answer}");
    // `redirectURIInfo` goes before it.
    let mut both = body(&tokens);
    both["redirectURIInfo"] = json!({});
    assert_eq!(finish(&server, &both).await.status, 400);
}

#[tokio::test]
async fn a_provider_that_is_slow_or_broken_is_an_answer_to_come_back() {
    let provider = Provider::start().await;
    let server = provider.server().await;
    let begun = begin(&server).await;
    provider.inner().is_broken = true;
    let answer = finish(&server, &body(&begun, "c")).await;
    assert_eq!(answer.status, 503, "{answer}");
    provider.inner().is_broken = false;
    provider.inner().delay = Duration::from_secs(60);
    let asked = std::time::Instant::now();
    let answer = finish(&server, &body(&begun, "c")).await;
    assert_eq!(answer.status, 503, "{answer}");
    assert!(asked.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn a_client_authenticates_as_the_provider_understands() {
    let provider = Provider::start().await;
    let methods = json!(["client_secret_basic"]);
    let key = "token_endpoint_auth_methods_supported";
    provider.inner().metadata.insert(key.into(), methods);
    let server = provider.server().await;
    assert_eq!(sign_in(&server, &provider).await.status, 200);
    let form = "client_id code code_verifier grant_type redirect_uri".to_owned();
    let asked = provider.inner().asked.clone();
    assert!(asked.contains(&("/token".to_owned(), form)), "{asked:?}");
    // A wrong secret is the fault of the server, and the client learns nothing.
    let mut settings = provider.settings();
    settings[0]["clients"][0]["clientSecret"] = json!("wrong");
    let server = provider.server_with(&settings, |_| {}).await;
    let answer = sign_in(&server, &provider).await;
    assert_eq!(answer.brief(), "500 Internal Server Error");
}

#[tokio::test]
async fn providers_inside_are_out_of_reach_unless_the_settings_let_them_in() {
    let provider = Provider::start().await;
    let server = provider
        .server_with(&provider.settings(), |config| {
            config.recipes.set("AUTH_THIRD_PARTY_NETWORKS", "public");
        })
        .await;
    assert_eq!(ask(&server).await.status, 500);
    assert_eq!(provider.count("/discovery"), 0);
}
