//! The refresh token: `<handle>.<secret>`.
//!
//! The handle finds the session, the secret proves the right to it: 256 random bits as 43
//! characters of URL-safe base64. The store keeps only a double hash. A text that has not exactly
//! this form is no refresh token of this server, so a foreign `Authorization: Bearer …` beside a
//! good cookie is left aside instead of ending the session.

use crate::crypto::token;

/// The longest handle: a UUID and the name of a tenant.
const MAX_HANDLE: usize = 200;

/// A text that has the form of a refresh token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RefreshToken {
    pub(super) handle: String,
    secret: String,
}

impl RefreshToken {
    /// A token for a session, of a secret.
    pub(super) fn new(handle: &str, secret: &[u8; token::SECRET_BYTES]) -> Self {
        Self {
            handle: handle.to_owned(),
            secret: token::encode(secret),
        }
    }

    /// Reads a token.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (handle, secret) = text.split_once('.')?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let well_formed = !handle.is_empty()
            && handle.len() <= MAX_HANDLE
            && handle.bytes().all(is_name)
            && token::decode_secret(secret).is_some();
        well_formed.then(|| Self {
            handle: handle.to_owned(),
            secret: secret.to_owned(),
        })
    }

    /// As it travels.
    pub(super) fn text(&self) -> String {
        format!("{}.{}", self.handle, self.secret)
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
        let secret = token::hmac_sha256(rotation_key, self.text().as_bytes());
        Self::new(&self.handle, &secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_form_is_taken() {
        let token = RefreshToken::new("5f0e-1_t1", &[9; 32]);
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
        let token = RefreshToken::new("h", &[1; 32]);
        let next = token.successor(b"key");
        assert!(next == token.successor(b"key"));
        assert!(next != token.successor(b"other") && next != token);
        assert!(RefreshToken::parse(&next.text()).is_some());
    }
}
