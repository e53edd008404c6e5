//! Verifies an ID token (OpenID Connect Core 1.0, §3.1.3.7; RFC 8725).
//!
//! The signature is checked by `jsonwebtoken`; the claims are checked here, by the clock of the server. The key decides
//! what a signature must be: keys of one kind do not verify those of another, symmetric ones verify nothing, and `none`
//! is no algorithm.

use aws_lc_rs::digest;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use super::documents::Keys;
use super::failure::Failure;
use crate::crypto::{keys::install_provider, token};

/// How far the clocks of provider and server may be apart, in seconds.
const LEEWAY: f64 = 60.0;

/// The longest token that is looked at.
const LONGEST: usize = 32 * 1024;

/// The longest user id (OpenID Connect Core 1.0, §2).
const LONGEST_SUBJECT: usize = 255;

/// What a token must be.
pub(super) struct Expected<'a> {
    /// Its issuer is one of these; `{tenantid}` stands for the claim `tid`.
    pub(super) issuers: &'a [&'a str],
    /// The client that it is for.
    pub(super) client_id: &'a str,
    /// The clients that may have asked for it: those of the provider.
    pub(super) clients: &'a [&'a str],
    /// What the authorisation URL carried; `None` where an application requested the token itself.
    pub(super) nonce: Option<&'a str>,
    /// The access token that came with it.
    pub(super) access_token: Option<&'a str>,
    /// Now, in milliseconds.
    pub(super) now: i64,
}

/// What became of it.
pub(super) enum Verdict {
    /// Its claims.
    Holds(Map<String, Value>),
    /// No key of its name is known: the provider may have new ones.
    UnknownKey,
}

/// Verifies a token.
///
/// # Errors
/// Why it does not hold.
pub(super) fn verify(jwt: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Verdict, Failure> {
    let wrong = |what: &str| Failure::not_verified(format!("the ID token: {what}"));
    if jwt.len() > LONGEST {
        return Err(wrong("it is too long"));
    }
    let header = jsonwebtoken::decode_header(jwt).map_err(|_| wrong("it is no signed token"))?;
    // RFC 7515 §4.1.11: what must be understood, and is not.
    if header.crit.is_some() {
        return Err(wrong("it has critical headers"));
    }
    // RFC 8725 §3.11: a token of another kind, such as a logout token.
    let kind = header.typ.as_deref().unwrap_or("JWT");
    if kind.to_ascii_lowercase().ends_with("+jwt") {
        return Err(wrong("it is a token of another kind"));
    }
    if !is_asymmetric(header.alg) {
        return Err(wrong("its algorithm is not one of a public key"));
    }
    let mut fitting = keys.0.iter().filter(|key| {
        let is_named = header.kid.is_none() || key.common.key_id == header.kid;
        is_named && may_sign(key, header.alg)
    });
    let Some(key) = fitting.next() else {
        return Ok(Verdict::UnknownKey);
    };
    // §10.1: where there are several keys, the token names one.
    if header.kid.is_none() && fitting.next().is_some() {
        return Err(wrong("it does not name its key, and there are several"));
    }
    let key = DecodingKey::from_jwk(key).map_err(|_| wrong("its key cannot be read"))?;
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    install_provider();
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(jwt, &key, &validation);
    let claims = decoded.map_err(|_| wrong("its signature is wrong"))?.claims;
    check(&claims, header.alg, expected).map_err(wrong)?;
    Ok(Verdict::Holds(claims))
}

fn check(
    claims: &Map<String, Value>,
    algorithm: Algorithm,
    expected: &Expected<'_>,
) -> Result<(), &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let issuer = text("iss").ok_or("it names no issuer")?;
    let is_issuer = |known: &&str| match (known.contains("{tenantid}"), text("tid")) {
        (false, _) => issuer == *known,
        (true, Some(tenant)) => issuer == known.replace("{tenantid}", tenant),
        (true, None) => false,
    };
    if !expected.issuers.iter().any(is_issuer) {
        return Err("it is of another issuer");
    }
    let subject = text("sub").ok_or("it names no user")?;
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT {
        return Err("its user id is empty or too long");
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audiences.contains(&expected.client_id) {
        return Err("it is for another client");
    }
    match (text("azp"), audiences.len()) {
        (None, 1) => {}
        // An application on a telephone asks for a token that is for the server.
        (Some(party), _) if expected.clients.contains(&party) => {}
        _ => return Err("it was issued to another client"),
    }
    let now = expected.now as f64 / 1000.0;
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    let expires = time("exp").ok_or("it does not say when it expires")?;
    if expires <= now - LEEWAY {
        return Err("it is expired");
    }
    let issued = time("iat").ok_or("it does not say when it was issued")?;
    if issued > now + LEEWAY {
        return Err("it was issued in the future");
    }
    match (claims.get("nbf"), time("nbf")) {
        (None, _) => {}
        (Some(_), Some(from)) if from <= now + LEEWAY => {}
        _ => return Err("it does not hold yet"),
    }
    if let Some(nonce) = expected.nonce {
        let given = text("nonce").ok_or("it has no nonce")?;
        // It ties the token to the page that began this sign-in (§15.5.2).
        if !token::constant_time_eq(given, nonce) {
            return Err("its nonce is that of another sign-in");
        }
    }
    // §3.1.3.6: ties the access token to it.
    if let (Some(hash), Some(access)) = (claims.get("at_hash"), expected.access_token) {
        let hash = hash.as_str().ok_or("its at_hash is no text")?;
        if hash != access_token_hash(algorithm, access) {
            return Err("it came with another access token");
        }
    }
    Ok(())
}

/// The left half of the hash of an access token, by the hash of the signature.
fn access_token_hash(algorithm: Algorithm, access_token: &str) -> String {
    let hash = match algorithm {
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 => &digest::SHA384,
        Algorithm::RS512 | Algorithm::PS512 | Algorithm::EdDSA => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let hash = digest::digest(hash, access_token.as_bytes());
    let hash = hash.as_ref();
    token::encode(&hash[..hash.len() / 2])
}

fn is_asymmetric(algorithm: Algorithm) -> bool {
    !matches!(
        algorithm,
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512
    )
}

/// Whether a key is one for signatures of this algorithm.
fn may_sign(key: &Jwk, algorithm: Algorithm) -> bool {
    let common = &key.common;
    let is_for_signatures =
        !matches!(common.public_key_use, Some(ref other) if *other != PublicKeyUse::Signature);
    let is_of_algorithm = common.key_algorithm.is_none_or(|own| {
        let own = own.to_string().parse::<Algorithm>();
        own.is_ok_and(|own| own == algorithm)
    });
    let is_of_family =
        DecodingKey::from_jwk(key).is_ok_and(|key| key.family() == algorithm.family());
    is_for_signatures && is_of_algorithm && is_of_family
}
