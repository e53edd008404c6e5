//! `GET /jwt/jwks.json` and `GET /.well-known/openid-configuration`.

mod common;

use auth_server::crypto::keys::Algorithm;
use common::{Server, shown};

#[tokio::test]
async fn everybody_may_read_the_keys_and_keep_them_for_a_while() {
    let server = Server::start_with(|config| {
        config.session.signing_algorithm = Algorithm::Rs256;
    })
    .await;
    let ask = server
        .get("/auth/jwt/jwks.json")
        .header("origin", "https://elsewhere.test");
    let answer = ask.send().await;
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#""n":"[\w-]+""#, r#""n":"<modulus>""#);
    settings.bind(|| shown("jwks", &answer));
}

#[tokio::test]
async fn the_keys_are_those_that_tokens_are_signed_with() {
    use base64::Engine as _;
    let server = Server::start().await;
    let ana = server.ana("header").await;
    let head = ana.access().split('.').next().expect("a JWT has a header");
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(head)
        .expect("base64url");
    let head: serde_json::Value = serde_json::from_slice(&head).expect("it is JSON");
    let keys = server.get("/auth/jwt/jwks.json").send().await.json();
    assert_eq!(keys["keys"][0]["kid"], head["kid"]);
    assert_eq!(keys["keys"][0]["alg"], head["alg"]);
}

#[tokio::test]
async fn everybody_may_read_the_discovery_document() {
    let server = Server::start_with(|config| {
        config.session.signing_algorithm = Algorithm::Rs256;
    })
    .await;
    let ask = server.get("/auth/.well-known/openid-configuration");
    shown(
        "discovery",
        &ask.header("origin", "https://elsewhere.test").send().await,
    );
}
