//! Signatures and keys of an attacker.

use auth_server::crypto::keys::{self, Algorithm, SigningKey};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;

/// What comes before the numbers of a public key in its SubjectPublicKeyInfo (RFC 5280): a key of 2048
/// bits, and a point on P-256.
const RSA_PREFIX: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";
const EC_PREFIX: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The texts and bytes in which a public key is at hand, each a secret for code that confuses an HMAC with
/// a signature.
fn as_secrets(jwk: &Value) -> Vec<Vec<u8>> {
    let number = |name: &str| {
        let text = jwk[name].as_str().expect("it is text");
        URL_SAFE_NO_PAD.decode(text).expect("it is base64url")
    };
    let prefix = |text: &str| STANDARD.decode(text).expect("it is base64");
    let der = if jwk["kty"] == "RSA" {
        [prefix(RSA_PREFIX), number("n"), vec![2, 3], number("e")].concat()
    } else {
        [prefix(EC_PREFIX), number("x"), number("y")].concat()
    };
    let lines: Vec<_> = STANDARD
        .encode(&der)
        .as_bytes()
        .chunks(64)
        .map(<[u8]>::to_vec)
        .collect();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
        String::from_utf8(lines.join(&b'\n')).expect("base64 is text")
    );
    vec![
        format!("{pem}\n").into_bytes(),
        pem.into_bytes(),
        der,
        jwk.to_string().into_bytes(),
        jwk["kid"].as_str().expect("it is text").as_bytes().to_vec(),
        Vec::new(),
    ]
}

#[tokio::test]
async fn a_token_cannot_choose_how_it_is_verified() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let server = start(algorithm).await;
        let ana = server.ana("header").await;
        let (header, payload) = decoded(ana.access());
        let signature = ana
            .access()
            .rsplit('.')
            .next()
            .expect("a JWT has three parts");
        let jwks = server.get("/auth/jwt/jwks.json").send().await.json();
        let with = |alg: &str| {
            let mut header = header.clone();
            header["alg"] = json!(alg);
            format!("{}.{}", encoded(&header), encoded(&payload))
        };
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            assert_refused(&server, &format!("{}.", with(alg)), alg).await;
            assert_refused(&server, &format!("{}.{signature}", with(alg)), alg).await;
        }
        for secret in as_secrets(&jwks["keys"][0]) {
            for (alg, hash) in [
                ("HS256", hmac::HMAC_SHA256),
                ("HS512", hmac::HMAC_SHA512),
                (algorithm.name(), hmac::HMAC_SHA256),
            ] {
                let head = with(alg);
                let mac = hmac::sign(&hmac::Key::new(hash, &secret), head.as_bytes());
                let forged = format!("{head}.{}", URL_SAFE_NO_PAD.encode(mac));
                assert_refused(&server, &forged, alg).await;
            }
        }
        for alg in ["RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA"] {
            if alg != algorithm.name() {
                assert_refused(&server, &format!("{}.{signature}", with(alg)), alg).await;
            }
        }
    }
}

#[tokio::test]
async fn a_token_cannot_bring_its_own_key() {
    let server = start(Algorithm::Es256).await;
    let ana = server.ana("header").await;
    let (header, payload) = decoded(ana.access());
    let kid = header["kid"].as_str().expect("it is text");
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let pkcs8 = keys::generate(algorithm).expect("a key is made");
        let own = SigningKey::parse(kid, algorithm, &pkcs8).expect("it is a key");
        let jwk = serde_json::to_value(own.jwk()).expect("it is JSON");
        for (name, value) in [
            ("alg", json!(algorithm.name())),
            ("jwk", jwk),
            ("jku", json!("https://evil.test/jwks.json")),
            ("x5u", json!("https://evil.test/cert.pem")),
            ("x5c", json!(["MIIB"])),
            ("crit", json!(["exp"])),
        ] {
            let mut header = header.clone();
            header["alg"] = json!(algorithm.name());
            header[name] = value;
            let head = format!("{}.{}", encoded(&header), encoded(&payload));
            let signature = URL_SAFE_NO_PAD.encode(signature(algorithm, &pkcs8, &head));
            assert_refused(&server, &format!("{head}.{signature}"), name).await;
        }
    }
}

/// What an attacker's key says about a text.
fn signature(algorithm: Algorithm, pkcs8: &[u8], text: &str) -> Vec<u8> {
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(pkcs8).expect("it is a key");
            let mut bytes = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut bytes)
                .expect("it signs");
            bytes
        }
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
            let bytes = pair.expect("it is a key").sign(&random, text.as_bytes());
            bytes.expect("it signs").as_ref().to_vec()
        }
        Algorithm::EdDsa => {
            let pair = Ed25519KeyPair::from_pkcs8(pkcs8).expect("it is a key");
            pair.sign(text.as_bytes()).as_ref().to_vec()
        }
    }
}

#[tokio::test]
async fn the_name_of_a_key_is_only_a_name() {
    let server = start(Algorithm::Es256).await;
    let ana = server.ana("header").await;
    let (header, payload) = decoded(ana.access());
    for kid in [
        json!(""),
        json!("d-1"),
        json!("d-99999999999999999999"),
        json!("s-00000000-0000-4000-8000-000000000000"),
        json!("../../../../../../dev/null"),
        json!("d-/../../etc/passwd\u{0}"),
        json!("d-' OR '1'='1"),
        json!("d-1'; DROP TABLE signing_keys; --"),
        json!("d-' UNION SELECT 'key' -- "),
        json!("d-%00%0d%0aset-cookie: a=b"),
        json!(format!("d-{}", "9".repeat(8_000))),
        json!("d-é✓\u{202e}"),
        json!(["d-1"]),
        json!({"d": 1}),
        json!(1),
        json!(null),
    ] {
        let mut header = header.clone();
        header["kid"] = kid;
        for alg in ["ES256", "HS256"] {
            header["alg"] = json!(alg);
            let head = format!("{}.{}", encoded(&header), encoded(&payload));
            let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b""), head.as_bytes());
            let forged = format!("{head}.{}", URL_SAFE_NO_PAD.encode(mac));
            assert_refused(&server, &forged, &header.to_string()).await;
        }
    }
    let still = server
        .get("/required")
        .header("authorization", &bearer(&ana));
    assert_eq!(still.send().await.status, 200, "the keys are still there");
}
