//! The refresh token: `<handle>.<secret>`.
//!
//! The handle finds the session, the secret proves the right to it. The secret is 48 bytes as 64
//! characters of URL-safe base64: 32 random bytes, and 16 bytes that prove that this
//! server issued them for this session. The proof matters because a replaced token, presented
//! again, ends the session: handles are no secret, and without it anyone who has seen one could
//! end the session with an invented token.
//!
//! The store keeps only a double hash. A text that has not exactly this form is no refresh token of
//! this server, so a foreign `Authorization: Bearer …` beside a good cookie is left aside instead
//! of ending the session.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::crypto::token;

/// The longest handle: a UUID and the name of a tenant.
const MAX_HANDLE: usize = 200;

/// How many bytes are unguessable.
const RANDOM_BYTES: usize = token::SECRET_BYTES;

/// How many bytes prove where the token comes from.
const PROOF_BYTES: usize = 16;

const ALL_BYTES: usize = RANDOM_BYTES + PROOF_BYTES;

/// A text that has the form of a refresh token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RefreshToken {
    pub(super) handle: String,
    secret: [u8; ALL_BYTES],
}

impl RefreshToken {
    /// The token of a session, of its rotation key and random bytes.
    pub(super) fn new(handle: &str, rotation_key: &[u8], random: &[u8; RANDOM_BYTES]) -> Self {
        let mut secret = [0; ALL_BYTES];
        secret[..RANDOM_BYTES].copy_from_slice(random);
        secret[RANDOM_BYTES..].copy_from_slice(&proof(handle, rotation_key, random));
        Self {
            handle: handle.to_owned(),
            secret,
        }
    }

    /// Reads a token.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (handle, secret) = text.split_once('.')?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_handle =
            !handle.is_empty() && handle.len() <= MAX_HANDLE && handle.bytes().all(is_name);
        is_handle.then_some(())?;
        Some(Self {
            handle: handle.to_owned(),
            secret: token::decode(secret)?,
        })
    }

    /// Whether it was issued for the session of this rotation key, at whatever time.
    pub(super) fn is_genuine(&self, rotation_key: &[u8]) -> bool {
        let (random, found) = self.secret.split_at(RANDOM_BYTES);
        verify_slices_are_equal(found, &proof(&self.handle, rotation_key, random)).is_ok()
    }

    /// As it travels.
    pub(super) fn text(&self) -> String {
        format!("{}.{}", self.handle, token::encode(&self.secret))
    }

    /// Single hash, as access tokens name the refresh token they belong to.
    pub(super) fn hash1(&self) -> String {
        token::sha256_hex(&self.text())
    }

    /// Double hash, as the store keeps it: what access tokens show does not match it.
    pub(super) fn hash2(&self) -> String {
        token::sha256_hex(&self.hash1())
    }

    /// The one token that replaces this one, as the session's rotation key has it.
    pub(super) fn successor(&self, rotation_key: &[u8]) -> Self {
        let random = token::hmac_sha256(rotation_key, format!("next {}", self.text()).as_bytes());
        Self::new(&self.handle, rotation_key, &random)
    }

    /// The token of this double hash, if it is among the next `generations` successors.
    pub(super) fn descendant(
        &self,
        rotation_key: &[u8],
        hash2: &str,
        generations: usize,
    ) -> Option<Self> {
        let next = |token: &Self| Some(token.successor(rotation_key));
        std::iter::successors(next(self), next)
            .take(generations)
            .find(|token| token::constant_time_eq(&token.hash2(), hash2))
    }
}

/// What proves that random bytes belong to a session.
fn proof(handle: &str, rotation_key: &[u8], random: &[u8]) -> [u8; PROOF_BYTES] {
    let mut message = format!("issued {handle} ").into_bytes();
    message.extend_from_slice(random);
    let mac = token::hmac_sha256(rotation_key, &message);
    let mut proof = [0; PROOF_BYTES];
    proof.copy_from_slice(&mac[..PROOF_BYTES]);
    proof
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_form_is_taken() {
        let token = RefreshToken::new("5f0e-1_t1", b"key", &[9; 32]);
        let text = token.text();
        assert!(RefreshToken::parse(&text).is_some_and(|read| read == token));
        let secret = text.split_once('.').expect("two parts").1;
        let long = "h".repeat(MAX_HANDLE + 1);
        for wrong in [
            String::new(),
            ".".to_owned(),
            format!(".{secret}"),
            "handle.".to_owned(),
            format!("han dle.{secret}"),
            format!("hän.{secret}"),
            format!("{long}.{secret}"),
            format!("{text}x"),
            format!("{text}.V2"),
            "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln".to_owned(),
        ] {
            assert!(RefreshToken::parse(&wrong).is_none(), "{wrong}");
        }
        for end in 0..text.len() {
            assert!(RefreshToken::parse(&text[..end]).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn a_token_has_one_successor_for_each_key() {
        let token = RefreshToken::new("h", b"key", &[1; 32]);
        let next = token.successor(b"key");
        assert!(next == token.successor(b"key"));
        assert!(next != token.successor(b"other") && next != token);
        assert!(next.is_genuine(b"key") && !next.is_genuine(b"other"));
        let third = next.successor(b"key");
        let found = |generations| token.descendant(b"key", &third.hash2(), generations);
        assert!(found(1).is_none() && found(2).is_some_and(|found| found == third));
        assert!(third.descendant(b"key", &token.hash2(), 2).is_none());
    }

    #[test]
    fn only_the_server_can_make_a_token() {
        let token = RefreshToken::new("h", b"key", &[1; 32]);
        assert!(token.is_genuine(b"key"));
        for place in 0..ALL_BYTES {
            let mut forged = token.clone();
            forged.secret[place] ^= 1;
            assert!(!forged.is_genuine(b"key"), "byte {place}");
        }
        let moved = RefreshToken {
            handle: "i".to_owned(),
            ..token
        };
        assert!(!moved.is_genuine(b"key"), "another session");
    }
}
