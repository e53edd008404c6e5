//! Second factors. `api` is what is emitted for the description that `auth-gen init --with second-factors` writes.
//!
//! The tests go by what the reference was recorded to answer; where this server answers something else, the difference
//! is in `docs/differences.md`. Of the scenarios of second factors in the facts of the wire: 13–15 and 17–26.

// The generated crate is this test itself.
extern crate self as auth_server;

#[allow(dead_code, reason = "the tests do not use all of it")]
#[rustfmt::skip]
pub mod api;
#[path = "../common/mod.rs"]
mod common;
mod devices;
mod encryption;
mod guesses;
#[cfg(unix)]
mod operators;
mod protection;

pub use api::{APP_INFO, Endpoints};
pub use auth_runtime::*;

use aws_lc_rs::hmac;
use common::{Exchange, Server, form};
use serde_json::{Value, json};

/// For how long an app shows one code, in milliseconds.
const STEP: i64 = 30_000;

/// A user with a session in headers.
struct Client<'a> {
    server: &'a Server,
    access: String,
}

impl<'a> Client<'a> {
    /// Signs up.
    async fn sign_up(server: &'a Server, email: &str) -> Self {
        Self::by(server, "/auth/signup", email).await
    }

    /// Begins a further session.
    async fn sign_in(server: &'a Server, email: &str) -> Self {
        Self::by(server, "/auth/signin", email).await
    }

    async fn by(server: &'a Server, path: &str, email: &str) -> Self {
        let answer = server.post(path).header("st-auth-mode", "header");
        let answer = answer.json(&form(email, "passw0rd")).await;
        assert_eq!(answer.json()["status"], "OK", "{}", answer.body);
        let access = answer.access().to_owned();
        Self { server, access }
    }

    async fn post(&self, path: &str, body: &Value) -> Exchange {
        self.post_text(path, &body.to_string()).await
    }

    async fn post_text(&self, path: &str, body: &str) -> Exchange {
        let ask = self.server.post(&format!("/auth{path}"));
        let bearer = format!("Bearer {}", self.access);
        let ask = ask.header("authorization", &bearer);
        ask.header("content-type", "application/json")
            .text(body)
            .await
    }

    async fn list(&self) -> String {
        let ask = self.server.get("/auth/totp/device/list");
        let bearer = format!("Bearer {}", self.access);
        ask.header("authorization", &bearer).send().await.brief()
    }

    /// Makes a device; its secret.
    async fn create(&self, name: &str) -> Vec<u8> {
        let created = self
            .post("/totp/device", &json!({ "deviceName": name }))
            .await;
        assert_eq!(created.json()["status"], "OK", "{}", created.body);
        let created = created.json();
        decoded(created["secret"].as_str().expect("it is a text"))
    }

    async fn verify_device(&self, name: &str, code: &str) -> Exchange {
        let body = json!({ "deviceName": name, "totp": code });
        self.post("/totp/device/verify", &body).await
    }

    async fn verify(&self, code: &str) -> Exchange {
        self.post("/totp/verify", &json!({ "totp": code })).await
    }

    /// Makes a device and verifies it: from now on the session has completed the factor.
    async fn protect(&mut self, name: &str) -> Vec<u8> {
        let secret = self.create(name).await;
        let verified = self.verify_device(name, &code(&secret, self.now())).await;
        assert_eq!(verified.json()["status"], "OK", "{}", verified.body);
        self.access = verified.access().to_owned();
        secret
    }

    fn now(&self) -> i64 {
        use clock::Clock as _;
        self.server.clock.now()
    }
}

/// The bytes of a secret in base32 (RFC 4648 §6).
fn decoded(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'2'..=b'7' => letter - b'2' + 26,
        _ => panic!("{text} is not base32"),
    };
    let bits: String = text
        .bytes()
        .map(|letter| format!("{:05b}", value(letter)))
        .collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes
        .map(|byte| {
            let byte = std::str::from_utf8(byte).expect("digits are ASCII");
            u8::from_str_radix(byte, 2).expect("eight bits are a byte")
        })
        .collect()
}

/// What an app shows at a time in milliseconds: RFC 6238 and RFC 4226 §5.3, written a second time.
fn code(secret: &[u8], at: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &(at / STEP).to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let four = tag[offset..offset + 4].try_into().expect("four bytes");
    format!(
        "{:06}",
        (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000
    )
}

/// A code that is none of a secret around a time.
fn wrong(secret: &[u8], at: i64) -> &'static str {
    let around: Vec<_> = (-3..=3)
        .map(|shift| code(secret, at + shift * STEP))
        .collect();
    let mut codes = [
        "000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777",
    ]
    .into_iter();
    let wrong = codes.find(|wrong| around.iter().all(|right| right != wrong));
    wrong.expect("seven codes are right at most")
}

/// The answer to a wrong code.
fn invalid(count: i64, most: i64) -> String {
    format!(
        r#"200 {{"status":"INVALID_TOTP_ERROR","currentNumberOfFailedAttempts":{count},"maxNumberOfFailedAttempts":{most}}}"#
    )
}

/// The claim of completed factors, as an answer carries it.
fn factors(answer: &Exchange) -> Value {
    answer.front_token()["up"]["st-mfa"].clone()
}
