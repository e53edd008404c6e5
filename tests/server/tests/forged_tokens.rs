//! Tokens that this server did not make, or not for this purpose: none of them is a session.
//!
//! The attacks are those of RFC 8725 (JSON Web Token Best Current Practices) and of advisories against
//! other servers; the attacker has a token of its own, every public key, and the source code.

mod common;

use auth_server::crypto::keys::{self, Algorithm, SigningKey};
use auth_server::session::JwtOptions;
use auth_server::{Auth, Endpoints, Session};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::{Exchange, Server};
use http::Method;
use serde_json::{Value, json};

/// What comes before the numbers of a public key in its SubjectPublicKeyInfo (RFC 5280): a key of 2048
/// bits, and a point on P-256.
const RSA_PREFIX: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";
const EC_PREFIX: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";

async fn required(session: Session) -> String {
    session.user_id.clone()
}

async fn optional(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user_id.clone())
}

fn app(auth: Auth) -> Router {
    Router::new()
        .route("/required", get(required))
        .route("/optional", post(optional))
        .layer(auth_server::layer(auth, Endpoints::new()))
}

async fn start(algorithm: Algorithm) -> Server {
    Server::start_app(|config| config.session.signing_algorithm = algorithm, app).await
}

/// Presents a text wherever tokens are taken, and makes sure that it is accepted nowhere.
async fn is_worth_nothing(server: &Server, token: &str, what: &str) {
    let cookies = format!("sAccessToken={token}; sRefreshToken={token}");
    for (name, value) in [
        ("authorization", format!("Bearer {token}")),
        ("cookie", cookies),
    ] {
        if http::HeaderValue::from_str(&value).is_err() {
            continue;
        }
        for (method, path) in [
            (Method::GET, "/required"),
            (Method::POST, "/optional"),
            (Method::POST, "/auth/session/refresh"),
            (Method::POST, "/auth/signout"),
        ] {
            let answer = server.ask(method, path).header(name, &value).send().await;
            let refused = answer.status == 401;
            let ignored = path == "/optional" && answer.brief() == "200 nobody";
            assert!(refused || ignored, "{what} as {name} at {path}: {answer}");
            let carries = |name: &str| answer.header(name).is_some_and(|token| !token.is_empty());
            assert!(
                !carries("st-access-token") && !carries("st-refresh-token"),
                "{what}"
            );
            assert!(
                answer.cookie_lines().is_empty() || answer.clears_cookies(),
                "{what}"
            );
        }
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Header and payload of a token.
fn decoded(token: &str) -> (Value, Value) {
    let part = |place: usize| {
        let part = token.split('.').nth(place).expect("a JWT has three parts");
        let json = URL_SAFE_NO_PAD.decode(part).expect("it is base64url");
        serde_json::from_slice(&json).expect("it is JSON")
    };
    (part(0), part(1))
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
            is_worth_nothing(&server, &format!("{}.", with(alg)), alg).await;
            is_worth_nothing(&server, &format!("{}.{signature}", with(alg)), alg).await;
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
                is_worth_nothing(&server, &forged, alg).await;
            }
        }
        for alg in ["RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA"] {
            if alg != algorithm.name() {
                is_worth_nothing(&server, &format!("{}.{signature}", with(alg)), alg).await;
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
            is_worth_nothing(&server, &format!("{head}.{signature}"), name).await;
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
            is_worth_nothing(&server, &forged, &header.to_string()).await;
        }
    }
    let still = server
        .get("/required")
        .header("authorization", &bearer(&ana));
    assert_eq!(still.send().await.status, 200, "the keys are still there");
}

fn bearer(answer: &Exchange) -> String {
    format!("Bearer {}", answer.access())
}

/// A time of a wrong type once counted as no time at all (CVE-2026-25537).
#[tokio::test]
async fn even_with_a_good_signature_claims_of_a_wrong_form_are_no_session() {
    let server = start(Algorithm::Es256).await;
    let ana = server.ana("header").await;
    let payload = decoded(ana.access()).1;
    let key = server
        .auth
        .sessions()
        .keys()
        .signing(true)
        .await
        .expect("there is a key");
    let sign = |claims: &Value, version: Option<&str>| {
        key.sign(version, claims.as_object().expect("it is an object"))
            .expect("it signs")
    };
    let good = sign(&payload, Some("5"));
    let ask = server
        .get("/required")
        .header("authorization", &format!("Bearer {good}"));
    assert_eq!(ask.send().await.status, 200, "what is signed here counts");
    let times = [
        json!(null),
        json!("1800003600"),
        json!("x"),
        json!(""),
        json!(-1),
        json!(0),
        json!(1_800_003_600.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(true),
        json!([1_800_003_600]),
        json!({}),
    ];
    let texts = [
        json!(null),
        json!(1),
        json!(["x"]),
        json!({"x": 1}),
        json!(true),
    ];
    let of_times = times.iter().map(|value| ("exp", value));
    // A token may have been issued in 1970, if its expiry says so.
    let of_iat = times
        .iter()
        .filter(|time| **time != json!(0))
        .map(|value| ("iat", value));
    let names = ["sub", "rsub", "sessionHandle", "refreshTokenHash1"];
    let of_texts = names
        .into_iter()
        .flat_map(|name| texts.iter().map(move |value| (name, value)));
    for (name, value) in of_times.chain(of_iat).chain(of_texts) {
        let mut claims = payload.clone();
        claims[name] = value.clone();
        let what = format!("{name}: {value}");
        is_worth_nothing(&server, &sign(&claims, Some("5")), &what).await;
        claims
            .as_object_mut()
            .expect("it is an object")
            .remove(name);
        is_worth_nothing(&server, &sign(&claims, Some("5")), &format!("no {name}")).await;
    }
    for version in [
        None,
        Some(""),
        Some("2"),
        Some("-5"),
        Some("5.0"),
        Some("99999999999"),
    ] {
        is_worth_nothing(&server, &sign(&payload, version), &format!("{version:?}")).await;
    }
}

/// A token of one kind in the place of another (CVE-2023-48309).
#[tokio::test]
async fn every_token_counts_in_its_own_place_only() {
    let change = |config: &mut auth_server::Config| {
        config.session.anti_csrf = Some(auth_server::session::AntiCsrf::ViaToken);
    };
    let server = Server::start_app(change, app).await;
    let ana = server.ana("cookie").await;
    let cookie = |name: &str| ana.cookie(name).expect("it is set");
    let (access, refresh) = (cookie("sAccessToken"), cookie("sRefreshToken"));
    let sessions = server.auth.sessions();
    let claims = decoded(&access)
        .1
        .as_object()
        .cloned()
        .expect("it is an object");
    let own = sessions
        .create_jwt(claims, JwtOptions::default())
        .await
        .expect("it signs");
    let reset = server.reset_token("ana@ex.co").await;
    let front = ana.header("front-token").expect("it is sent").to_owned();
    let csrf = ana.header("anti-csrf").expect("it is sent").to_owned();
    let handle = decoded(&access).1["sessionHandle"]
        .as_str()
        .expect("it is text")
        .to_owned();
    let hash = decoded(&access).1["refreshTokenHash1"]
        .as_str()
        .expect("it is text")
        .to_owned();
    let handle_and_hash = format!("{handle}.{hash}");
    for (what, token) in [
        ("a JWT of the application", &own),
        ("a reset token", &reset),
        ("a front token", &front),
        ("an anti-CSRF token", &csrf),
        ("a handle", &handle),
        ("a hash", &hash),
        ("a handle with a hash", &handle_and_hash),
    ] {
        is_worth_nothing(&server, token, what).await;
    }
    let asks = [
        (Method::POST, "/auth/session/refresh", &access),
        (Method::GET, "/required", &refresh),
        (Method::POST, "/auth/signout", &refresh),
    ];
    for (method, path, token) in asks {
        let value = format!("Bearer {token}");
        let answer = server
            .ask(method, path)
            .header("authorization", &value)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{path}");
    }
    let form_fields = json!([{"id": "password", "value": "passw0rd2"}]);
    for token in [&access, &refresh, &csrf, &hash] {
        let body = json!({"method": "token", "token": token, "formFields": form_fields});
        let answer = server.post("/auth/user/password/reset").json(&body).await;
        assert_eq!(
            answer.json()["status"],
            "RESET_PASSWORD_INVALID_TOKEN_ERROR"
        );
    }
}

/// A part of a token, or a token with one character changed (GHSA-6mq3-xmgp-pjm5), is refused, and costs
/// the session nothing: invented tokens end no session.
#[tokio::test]
async fn no_part_and_no_neighbour_of_a_token_counts() {
    let server = start(Algorithm::Es256).await;
    let ana = server.ana("header").await;
    for token in [ana.access(), ana.refresh()] {
        let texts = (0..token.len()).step_by(7).flat_map(|place| {
            let changed = if token.as_bytes()[place] == b'A' {
                "B"
            } else {
                "A"
            };
            let neighbour = format!("{}{changed}{}", &token[..place], &token[place + 1..]);
            [token[..place].to_owned(), neighbour]
        });
        for text in texts {
            is_worth_nothing(&server, &text, "a changed token").await;
        }
        for text in [
            format!("{token}="),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}{token}"),
            format!("{token},{token}"),
            token.to_uppercase(),
            token.replace('.', ".."),
        ] {
            is_worth_nothing(&server, &text, "a changed token").await;
        }
    }
    let refresh = server.post("/auth/session/refresh");
    let value = format!("Bearer {}", ana.refresh());
    let answer = refresh.header("authorization", &value).send().await;
    assert_eq!(answer.brief(), "200 {}", "the session is as it was");
}

/// Two servers whose keys have the same name, as they may when they are made in the same millisecond.
#[tokio::test]
async fn tokens_of_another_server_are_worth_nothing_here() {
    let (here, there) = (start(Algorithm::Es256).await, start(Algorithm::Es256).await);
    here.ana("header").await;
    let foreign = there.ana("header").await;
    let kids = async |server: &Server| {
        server.get("/auth/jwt/jwks.json").send().await.json()["keys"][0]["kid"].clone()
    };
    assert_eq!(kids(&here).await, kids(&there).await);
    is_worth_nothing(&here, foreign.access(), "a foreign access token").await;
    is_worth_nothing(&here, foreign.refresh(), "a foreign refresh token").await;
    let value = format!("Bearer {}", foreign.refresh());
    let ask = there
        .post("/auth/session/refresh")
        .header("authorization", &value);
    assert_eq!(
        ask.send().await.brief(),
        "200 {}",
        "it was good all the time"
    );
}
