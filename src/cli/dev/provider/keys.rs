//! What the provider signs and hashes with: AWS-LC, as the generated server does.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The key of ID tokens; RS256 is what every client of OpenID Connect accepts (Core 1.0, §15.1).
pub(super) struct SigningKey {
    pair: KeyPair,
    id: String,
}

impl SigningKey {
    /// A new one, which lives as long as this process.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(super) fn generate() -> Result<Self, Unspecified> {
        Ok(Self {
            pair: KeyPair::generate(KeySize::Rsa2048)?,
            id: random()?,
        })
    }

    /// The public key (RFC 7517).
    pub(super) fn jwk(&self) -> Value {
        let key = self.pair.public_key();
        let encoded = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": encoded(key.modulus().big_endian_without_leading_zero()),
            "e": encoded(key.exponent().big_endian_without_leading_zero()),
        })
    }

    /// A JWT in its compact form (RFC 7515 §3.1).
    ///
    /// # Errors
    /// The library cannot sign.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, Unspecified> {
        let header = json!({ "alg": "RS256", "kid": self.id, "typ": "JWT" });
        let encoded = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        let text = signed.as_bytes();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A secret of 256 bits, as text.
///
/// # Errors
/// The system has no random numbers.
pub(super) fn random() -> Result<String, Unspecified> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The hash of a text, as text: the challenge of a verifier (RFC 7636 §4.2).
pub(super) fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// The first half of the hash, as text: `at_hash` (OpenID Connect Core 1.0, §3.1.3.6).
pub(super) fn half_sha256(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

/// Whether two secrets are the same, in a time that depends on their lengths alone.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}
