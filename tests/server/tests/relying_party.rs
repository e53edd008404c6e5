//! What the OpenID Foundation asks of a relying party that knows a provider by its discovery document.
//!
//! Its test plans `oidcc-client-basic-certification-test-plan` and `oidcc-client-config-certification-test-plan` have 19
//! cases, and each is a test here by its name. A refused ID token has two signs, as there: no user is signed in, and
//! the access token that came with it is not used.

mod common;

use std::sync::LazyLock;
use std::time::Duration;

use auth_server::crypto::keys::{self, Algorithm, SigningKey};
use auth_server::crypto::token;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use common::Exchange;
use common::provider::{PAGE, Provider, ask_url, begin, body, finish, jwk, new_key, sign_in};
use serde_json::{Map, Value, json};

const NOT_VERIFIED: &str =
    r#"400 {"message":"the sign-in could not be verified: please start again"}"#;

/// The private keys of the provider, as PKCS#8: that which signs, and another one.
static KEYS: LazyLock<[Vec<u8>; 2]> =
    LazyLock::new(|| [(); 2].map(|()| keys::generate(Algorithm::Rs256).expect("a key is made")));

fn rsa_key(index: usize, kid: &str) -> SigningKey {
    SigningKey::parse(kid, Algorithm::Rs256, &KEYS[index]).expect("it is one")
}

/// A provider as the plans have it. It signs with RS256, publishes keys of several kinds, has no PKCE, and wants HTTP Basic.
/// Its ID tokens name the user alone; the address is user info.
async fn provider() -> Provider {
    let provider = Provider::start().await;
    let mut inner = provider.inner();
    inner.key = rsa_key(0, "signing");
    inner.published = published(&["signing", "other"]);
    inner.user = json!({"sub": "u1"});
    for (key, value) in [
        ("code_challenge_methods_supported", json!([])),
        (
            "token_endpoint_auth_methods_supported",
            json!(["client_secret_basic"]),
        ),
    ] {
        inner.metadata.insert(key.to_owned(), value);
    }
    drop(inner);
    provider
}

/// RSA keys of these names among others: of another kind, on a curve that is not known here, for encryption.
fn published(names: &[&str]) -> Vec<Value> {
    let rsa = names.iter().enumerate();
    let mut all: Vec<Value> = rsa.map(|(at, name)| jwk(&rsa_key(at, name))).collect();
    all.push(jwk(&new_key("of another kind", Algorithm::Es256)));
    all.push(jwk(&new_key("of a third kind", Algorithm::EdDsa)));
    let coordinate = token::encode(&[1; 32]);
    all.push(
        json!({"kty": "EC", "kid": "unknown", "use": "sig", "crv": "secp256k1",
        "x": coordinate, "y": coordinate}),
    );
    let mut encryption = jwk(&rsa_key(1, "encryption"));
    encryption["use"] = json!("enc");
    encryption["alg"] = json!("RSA-OAEP");
    all.push(encryption);
    for key in &mut all {
        // The plans leave it to the token, except for encryption.
        if key["use"] == "sig"
            && let Some(key) = key.as_object_mut()
        {
            key.remove("alg");
        }
    }
    all
}

/// The same keys without their names.
fn without_names(mut keys: Vec<Value>) -> Vec<Value> {
    for key in keys.iter_mut().filter_map(Value::as_object_mut) {
        key.remove("kid");
    }
    keys
}

/// The same token, signed under a header that does not name its key.
fn without_kid(jwt: &str) -> String {
    let claims = jwt.split('.').nth(1).expect("there are three parts");
    let header = token::encode(br#"{"typ":"JWT","alg":"RS256"}"#);
    let signed = format!("{header}.{claims}");
    let pair = RsaKeyPair::from_pkcs8(&KEYS[0]).expect("it is a key");
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .expect("it signs");
    format!("{signed}.{}", token::encode(&signature))
}

/// The provider has a new key, and no longer the old one.
fn rotate(provider: &Provider, kid: &str) {
    let key = new_key(kid, Algorithm::Es256);
    let mut inner = provider.inner();
    inner.published = vec![jwk(&key)];
    inner.key = key;
}

fn assert_signed_in(provider: &Provider, answer: &Exchange) {
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.json()["user"]["emails"], json!(["ana@ex.co"]));
    // RFC 6750 §2.1: the access token goes into the header, and never into the URL (RFC 9700 §4.3.2).
    let asked = provider.inner().asked.clone();
    assert!(
        asked.contains(&("/userinfo".to_owned(), String::new())),
        "{asked:?}"
    );
}

fn assert_refused(provider: &Provider, answer: &Exchange) {
    assert_eq!(answer.brief(), NOT_VERIFIED);
    assert_eq!(provider.count("/token"), 1);
    assert_eq!(provider.count("/userinfo"), 0);
}

/// A sign-in whose ID token is changed before it is signed is refused.
async fn refuses(change: impl Fn(&mut Map<String, Value>) + Send + 'static) {
    let provider = provider().await;
    provider.inner().change = Some(Box::new(change));
    let server = provider.server().await;
    assert_refused(&provider, &sign_in(&server, &provider).await);
}

/// A sign-in whose ID token is changed after it was signed is refused.
async fn refuses_forged(forge: fn(&str) -> String) {
    let provider = provider().await;
    provider.inner().forge = Some(forge);
    let server = provider.server().await;
    assert_refused(&provider, &sign_in(&server, &provider).await);
}

fn set(name: &'static str, value: impl Into<Value>) -> impl Fn(&mut Map<String, Value>) {
    let value = value.into();
    move |claims| {
        claims.insert(name.to_owned(), value.clone());
    }
}

fn remove(name: &'static str) -> impl Fn(&mut Map<String, Value>) {
    move |claims| {
        claims.remove(name);
    }
}

#[tokio::test]
async fn oidcc_client_test() {
    let provider = provider().await;
    let server = provider.server().await;
    let begun = begin(&server).await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client"),
        ("redirect_uri", PAGE),
        ("scope", "openid email"),
    ] {
        assert_eq!(begun.parameter(name).as_deref(), Some(value), "{name}");
    }
    // Characters that need no encoding, and no more than other providers take.
    let nonce = begun.parameter("nonce").expect("there is one");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    assert!(nonce.len() <= 43 && nonce.chars().all(is_plain), "{nonce}");
    let code = provider.agree(&begun);
    let answer = finish(&server, &body(&begun, &code)).await;
    assert_signed_in(&provider, &answer);
    let form = provider.inner().form.clone();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", PAGE),
    ] {
        assert_eq!(form[name], value, "{name}");
    }
}

#[tokio::test]
async fn oidcc_client_test_invalid_iss() {
    refuses(set("iss", "https://other.test")).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_sub() {
    refuses(remove("sub")).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_aud() {
    refuses(set("aud", "client1")).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_iat() {
    refuses(remove("iat")).await;
}

#[tokio::test]
async fn oidcc_client_test_kid_absent_single_jwks() {
    let provider = provider().await;
    provider.inner().forge = Some(without_kid);
    provider.inner().published = without_names(published(&["signing"]));
    let server = provider.server().await;
    assert_signed_in(&provider, &sign_in(&server, &provider).await);
}

#[tokio::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    // The plan takes either: a client that tries each key, and one that refuses. §10.1 demands a name.
    let provider = provider().await;
    provider.inner().forge = Some(without_kid);
    provider.inner().published = without_names(published(&["signing", "other"]));
    let server = provider.server().await;
    assert_refused(&provider, &sign_in(&server, &provider).await);
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_rs256() {
    let provider = provider().await;
    let algorithms = json!(["RS256"]);
    let key = "id_token_signing_alg_values_supported";
    provider.inner().metadata.insert(key.into(), algorithms);
    assert_eq!(provider.inner().key.algorithm(), Algorithm::Rs256);
    let server = provider.server().await;
    assert_signed_in(&provider, &sign_in(&server, &provider).await);
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    // Both plans have it, and leave it to the client. RFC 8725 §3.2: `none` is refused.
    refuses_forged(|jwt| {
        let claims = jwt.split('.').nth(1).expect("there are three parts");
        let header = token::encode(br#"{"alg":"none"}"#);
        format!("{header}.{claims}.")
    })
    .await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_rs256() {
    refuses_forged(|jwt| {
        let (signed, signature) = jwt.rsplit_once('.').expect("there is one");
        let first = if signature.starts_with('A') { 'B' } else { 'A' };
        format!("{signed}.{first}{}", &signature[1..])
    })
    .await;
}

#[tokio::test]
async fn oidcc_client_test_userinfo_invalid_sub() {
    let provider = provider().await;
    let server = provider.server().await;
    let address = json!({"email": "Ana@ex.co", "email_verified": true});
    for wrong in [json!("u1invalid"), json!(""), json!(1), json!(null)] {
        provider.inner().user_info = address.clone();
        provider.inner().user_info["sub"] = wrong.clone();
        let answer = sign_in(&server, &provider).await;
        assert_eq!(answer.brief(), NOT_VERIFIED, "{wrong}");
    }
    provider.inner().user_info = address;
    let answer = sign_in(&server, &provider).await;
    assert_eq!(answer.brief(), NOT_VERIFIED, "without one");
    // Another interface of the provider that the settings name has other keys.
    let mut settings = provider.settings();
    settings[0]["userInfoEndpoint"] = json!(format!("{}/userinfo", provider.origin));
    let server = provider.server_with(&settings, |_| {}).await;
    let answer = sign_in(&server, &provider).await;
    assert_eq!(answer.json()["createdNewRecipeUser"], true, "{answer}");
    provider.inner().user_info["sub"] = json!("u2");
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
}

#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    refuses(|claims| {
        let nonce = claims["nonce"].as_str().expect("there is one");
        let longer = json!(format!("{nonce}1"));
        claims.insert("nonce".into(), longer);
    })
    .await;
    refuses(remove("nonce")).await;
}

#[tokio::test]
async fn oidcc_client_test_scope_userinfo_claims() {
    let provider = provider().await;
    let mut settings = provider.settings();
    let scope = json!(["openid", "profile", "email", "phone", "address"]);
    settings[0]["clients"][0]["scope"] = scope;
    let server = provider.server_with(&settings, |_| {}).await;
    let begun = begin(&server).await;
    assert_eq!(
        begun.parameter("scope").as_deref(),
        Some("openid profile email phone address")
    );
    let code = provider.agree(&begun);
    let answer = finish(&server, &body(&begun, &code)).await;
    assert_signed_in(&provider, &answer);
}

#[tokio::test]
async fn oidcc_client_test_client_secret_basic() {
    // OpenID Connect Discovery 1.0, §3: also where the document lists no method.
    for methods in [json!(["client_secret_basic"]), json!(null)] {
        let provider = provider().await;
        let key = "token_endpoint_auth_methods_supported";
        provider.inner().metadata.insert(key.into(), methods);
        let server = provider.server().await;
        assert_signed_in(&provider, &sign_in(&server, &provider).await);
        // It takes the secret from the header or from the form, and the form has none.
        let form = provider.inner().form.clone();
        assert!(!form.contains_key("client_secret"), "{form:?}");
    }
}

#[tokio::test]
async fn oidcc_client_test_discovery_openid_config() {
    let provider = provider().await;
    let page = format!("{}/page/of/the/document", provider.origin);
    // OpenID Connect Discovery 1.0, §4.1: a slash at the end of the issuer is not part of the document's URL.
    let issuer = format!("{}/", provider.origin);
    {
        let mut inner = provider.inner();
        let metadata = &mut inner.metadata;
        metadata.insert("authorization_endpoint".into(), json!(page));
        metadata.insert("issuer".into(), json!(issuer));
        inner.change = Some(Box::new(set("iss", issuer)));
    }
    let server = provider.server().await;
    let begun = begin(&server).await;
    assert_eq!(provider.count("/discovery"), 1);
    assert!(begun.url.as_str().starts_with(&page), "{}", begun.url);
    let answer = finish(&server, &body(&begun, &provider.agree(&begun))).await;
    assert_signed_in(&provider, &answer);
}

#[tokio::test]
async fn oidcc_client_test_discovery_jwks_uri_keys() {
    let provider = provider().await;
    let elsewhere = Provider::start().await;
    elsewhere.inner().published = std::mem::take(&mut provider.inner().published);
    let url = json!(format!("{}/jwks", elsewhere.origin));
    provider.inner().metadata.insert("jwks_uri".into(), url);
    let server = provider.server().await;
    assert_signed_in(&provider, &sign_in(&server, &provider).await);
    assert_eq!((elsewhere.count("/jwks"), provider.count("/jwks")), (1, 0));
}

#[tokio::test]
async fn oidcc_client_test_discovery_issuer_mismatch() {
    let provider = provider().await;
    let other = json!(format!("{}INVALID", provider.origin));
    provider.inner().metadata.insert("issuer".into(), other);
    let server = provider.server().await;
    // No page is sent there.
    let answer = ask_url(&server, "example", PAGE).await;
    assert_eq!(answer.brief(), "500 Internal Server Error");
}

#[tokio::test]
async fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    let provider = provider().await;
    let server = provider.server().await;
    for (kid, fetched) in [("second", 1), ("third", 2)] {
        let begun = begin(&server).await;
        let code = provider.agree(&begun);
        rotate(&provider, kid);
        let answer = finish(&server, &body(&begun, &code)).await;
        assert_signed_in(&provider, &answer);
        assert_eq!(provider.count("/jwks"), fetched);
    }
}

#[tokio::test]
async fn oidcc_client_test_signing_key_rotation() {
    let provider = provider().await;
    let server = provider.server().await;
    assert_signed_in(&provider, &sign_in(&server, &provider).await);
    rotate(&provider, "second");
    // Those that come at once share the keys that one of them has fetched.
    provider.inner().delay = Duration::from_millis(50);
    let (one, other) = tokio::join!(sign_in(&server, &provider), sign_in(&server, &provider));
    assert_signed_in(&provider, &one);
    assert_signed_in(&provider, &other);
    assert_eq!(provider.count("/jwks"), 2);
    // The key that was taken away verifies nothing any more.
    provider.inner().key = rsa_key(0, "signing");
    assert_eq!(sign_in(&server, &provider).await.brief(), NOT_VERIFIED);
}
