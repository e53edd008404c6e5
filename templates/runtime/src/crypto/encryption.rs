//! Encryption at rest: it limits what a thief can do with a copy of the database.
//!
//! # What a stolen database allows
//!
//! Of **refresh tokens** and **reset tokens** it holds hashes of 256 and more random bits (`token`), of
//! passwords Argon2id hashes. Of an **anti-CSRF token** it holds nothing: that is an HMAC under the
//! refresh token. It does hold the key from which a session's refresh tokens are derived, and that is
//! not enough to compute one: each successor is an HMAC of that key over *the text of the token before
//! it*, the first token of a session is random, and the database knows every token as the SHA-256 of
//! its SHA-256 alone. So a thief would have to invert SHA-256 or to guess 256 bits. With that key a
//! thief can make texts that pass for old tokens of a session, and by presenting one can end that
//! session, as the owner of a stolen token could; it gives access to no other account. A thief who has
//! the database *and* a token that was replaced can follow the chain to the current one; a token in a
//! log is a secret for as long as its session exists.
//!
//! **Signing keys** cannot be hashed, because the server uses them. A thief who reads them can make access
//! tokens for every user, until the keys are replaced. So they are encrypted here, under secrets that
//! are in the environment of the server and not in its database (OWASP Cryptographic Storage Cheat
//! Sheet, "Separation of Keys and Data",
//! <https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html>).
//!
//! # Method
//!
//! AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits, of which a database sees a few in a
//! week. The key comes from the secret by HKDF-SHA-256 (RFC 5869). The name of what is encrypted is
//! authenticated with it, so that no two can change places. A ciphertext names its secret by an id,
//! also from HKDF, so that a missing secret can be distinguished from a broken database.
//!
//! The keys of sessions are not encrypted. No token can be forged with them, so encryption would prevent
//! nothing; and a secret that is lost would then end every session, while now it costs each session one
//! refresh.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

use crate::error::Error;

/// How a ciphertext begins; no private key in PKCS#8 does, for that is a DER sequence (0x30).
const MARK: &[u8] = b"enc1";

/// How long the id of a secret is.
const ID_BYTES: usize = 8;

const KEY_BYTES: usize = 32;

/// How long a secret has to be: 128 bits in hexadecimal.
const SHORTEST: usize = 32;

/// How many different characters a secret has to have.
const FEWEST_KINDS: usize = 8;

/// Keeps other uses of one secret apart from this one.
const SALT: &[u8] = b"auth-server encryption at rest";

/// How secrets of the server are encrypted in its database: under the first of several secrets of
/// the operator; or not at all, which is the default.
#[derive(Clone, Default)]
pub struct Encryption(Arc<[Key]>);

struct Key {
    id: [u8; ID_BYTES],
    key: RandomizedNonceKey,
}

/// A length, as HKDF wants it.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Why a ciphertext cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It was encrypted, and no secret is configured.
    NoSecret,
    /// It was encrypted under a secret that is not configured.
    OtherSecret,
    /// It was damaged, or belongs to another name.
    Broken,
}

impl Encryption {
    /// Encryption under these secrets: the first encrypts, all of them decrypt.
    ///
    /// # Errors
    /// A text without the secret that says what is wrong with it.
    pub fn under<S: AsRef<str>>(secrets: &[S]) -> Result<Self, String> {
        let keys = secrets.iter().map(|secret| Key::of(secret.as_ref()));
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }

    /// Whether there is a secret.
    pub fn is_on(&self) -> bool {
        !self.0.is_empty()
    }

    /// Encrypts `plain` under the first secret; without one, that is `plain` itself.
    ///
    /// # Errors
    /// The random generator failed.
    pub fn encrypt(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let Some(Key { id, key }) = self.0.first() else {
            return Ok(plain.to_vec());
        };
        let mut text = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(name), &mut text)
            .map_err(|_| Error::internal("a secret could not be encrypted"))?;
        Ok([MARK, id, nonce.as_ref(), &text].concat())
    }

    /// What [`Encryption::encrypt`] was given; bytes that are no ciphertext are returned as they are.
    ///
    /// # Errors
    /// Why there is nothing to read.
    pub fn decrypt(&self, name: &str, stored: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let Some(rest) = stored.strip_prefix(MARK) else {
            return Ok(stored.to_vec());
        };
        let (id, rest) = rest.split_at_checked(ID_BYTES).ok_or(Unreadable::Broken)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(Unreadable::Broken)?;
        let known = self.0.iter().find(|key| key.id == id);
        let Key { key, .. } = known.ok_or(if self.is_on() {
            Unreadable::OtherSecret
        } else {
            Unreadable::NoSecret
        })?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unreadable::Broken)?;
        let mut text = text.to_vec();
        key.open_in_place(nonce, Aad::from(name), &mut text)
            .map(|plain| plain.to_vec())
            .map_err(|_| Unreadable::Broken)
    }

    /// Whether [`Encryption::encrypt`] would write something else than what is stored: in the clear
    /// though there is a secret, or under one that is not the first any more.
    pub fn is_outdated(&self, stored: &[u8]) -> bool {
        let is_current = |key: &Key| {
            let id = stored.strip_prefix(MARK);
            id.is_some_and(|rest| rest.starts_with(&key.id))
        };
        self.0.first().is_some_and(|key| !is_current(key))
    }
}

impl Key {
    fn of(secret: &str) -> Result<Self, String> {
        let secret = secret.trim();
        if secret.len() < SHORTEST {
            return Err(format!(
                "each must have {SHORTEST} characters at least and be random, as `openssl rand -hex 32` \
                 makes them"
            ));
        }
        if is_guessable(secret) {
            return Err(
                "one of them repeats a few characters, so that it can be guessed: take what \
                 `openssl rand -hex 32` prints"
                    .to_owned(),
            );
        }
        let failed = |_| "no key can be made of the secret".to_owned();
        let derive = |purpose: &[u8], bytes: &mut [u8]| {
            Salt::new(HKDF_SHA256, SALT)
                .extract(secret.as_bytes())
                .expand(&[purpose], Length(bytes.len()))
                .and_then(|key| key.fill(bytes))
                .map_err(failed)
        };
        let (mut id, mut key) = ([0; ID_BYTES], [0; KEY_BYTES]);
        derive(b"id", &mut id)?;
        derive(b"key", &mut key)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(failed)?;
        Ok(Self { id, key })
    }
}

/// Whether a secret is no random text: of 32 random hexadecimal digits, fewer than eight kinds occur less than
/// once in ten million times.
fn is_guessable(secret: &str) -> bool {
    let bytes = secret.as_bytes();
    let kinds: std::collections::BTreeSet<_> = bytes.iter().collect();
    let repeats = |length: usize| bytes.chunks(length).all(|part| bytes.starts_with(part));
    kinds.len() < FEWEST_KINDS || (1..=bytes.len() / 2).any(repeats)
}

/// Reads secrets with commas between them.
impl FromStr for Encryption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::under(&text.split(',').collect::<Vec<_>>())
    }
}

impl PartialEq for Encryption {
    fn eq(&self, other: &Self) -> bool {
        self.0
            .iter()
            .map(|key| key.id)
            .eq(other.0.iter().map(|key| key.id))
    }
}

impl fmt::Debug for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encryption({} secrets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "a3f1c2d4e5b60718293a4b5c6d7e8f90";
    const OLD: &str = "00112233445566778899aabbccddeeff";

    fn under(secrets: &str) -> Encryption {
        secrets.parse().expect("they are long enough")
    }

    #[test]
    fn decryption_needs_the_same_secret_and_the_same_name() {
        let stored = under(NEW).encrypt("d-1", b"private").expect("random");
        assert_eq!(under(NEW).decrypt("d-1", &stored), Ok(b"private".to_vec()));
        assert_eq!(under(NEW).decrypt("d-2", &stored), Err(Unreadable::Broken));
        assert_eq!(
            under(OLD).decrypt("d-1", &stored),
            Err(Unreadable::OtherSecret)
        );
        let off = Encryption::default();
        assert_eq!(off.decrypt("d-1", &stored), Err(Unreadable::NoSecret));
        let again = under(NEW).encrypt("d-1", b"private").expect("random");
        assert_ne!(stored, again, "the nonce is random");
        assert!(!stored.windows(7).any(|part| part == b"private"));
    }

    #[test]
    fn a_changed_byte_is_noticed_wherever_it_is() {
        let stored = under(NEW).encrypt("d-1", b"private").expect("random");
        for place in MARK.len()..stored.len() {
            let mut changed = stored.clone();
            changed[place] ^= 1;
            assert!(under(NEW).decrypt("d-1", &changed).is_err(), "byte {place}");
            let cut = &stored[..place];
            assert!(under(NEW).decrypt("d-1", cut).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn the_first_secret_encrypts_and_the_others_still_decrypt() {
        let before = under(OLD).encrypt("d-1", b"private").expect("random");
        let both = under(&format!("{NEW}, {OLD}"));
        assert_eq!(both.decrypt("d-1", &before), Ok(b"private".to_vec()));
        assert!(both.is_outdated(&before) && both.is_outdated(b"private"));
        let after = both.encrypt("d-1", b"private").expect("random");
        assert!(!both.is_outdated(&after));
        assert_eq!(under(NEW).decrypt("d-1", &after), Ok(b"private".to_vec()));
    }

    #[test]
    fn without_a_secret_everything_stays_as_it_is() {
        let off = Encryption::default();
        assert_eq!(off.encrypt("d-1", b"private").expect("copied"), b"private");
        assert_eq!(off.decrypt("d-1", b"private"), Ok(b"private".to_vec()));
        assert!(!off.is_outdated(b"private") && !off.is_on());
    }

    #[test]
    fn a_secret_that_can_be_guessed_is_refused_and_never_shown() {
        for secrets in [
            "hunter2",
            "",
            ",",
            &format!("{NEW},"),
            &format!("hunter2,{NEW}"),
        ] {
            let error = secrets.parse::<Encryption>().expect_err("too short");
            assert!(error.contains("32 characters") && !error.contains("hunter2"));
        }
        assert_eq!(format!("{:?}", under(NEW)), "Encryption(1 secrets)");
        for secret in [
            "a".repeat(64),
            "changeme".repeat(8),
            "0123456789abcdef".repeat(2),
            "hunter2hunter2hunter2hunter2hunter2".to_owned(),
        ] {
            let error = secret.parse::<Encryption>().expect_err("it repeats");
            assert!(
                error.contains("guessed") && !error.contains(&secret),
                "{error}"
            );
        }
    }
}
