//! Random secrets, and their hashes.
//!
//! Every secret that the server hands out has 256 random bits from the generator of AWS-LC (OWASP
//! Session Management Cheat Sheet asks for 64 at least, ASVS 5.0 7.2.3 for 128). Because they
//! cannot be guessed, a fast hash is enough to store them: a database dump contains nothing that
//! can be presented to the server.

use aws_lc_rs::{constant_time, digest, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Error;

/// How many random bytes a secret has.
pub const SECRET_BYTES: usize = 32;

/// Random bytes from the operating system's entropy.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the random generator failed"))?;
    Ok(bytes)
}

/// A new secret as text: 43 characters of the URL-safe base64 alphabet.
pub fn random_secret() -> Result<String, Error> {
    Ok(encode(&random_bytes::<SECRET_BYTES>()?))
}

/// Bytes as URL-safe base64 without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a text; `None` unless it is exactly what [`encode`] makes of `N` bytes.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// SHA-256 of a text, in lower-case hexadecimal.
pub fn sha256_hex(text: &str) -> String {
    hex(&sha256(text.as_bytes()))
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// HMAC-SHA-256 (RFC 2104).
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub fn constant_time_eq(left: &str, right: &str) -> bool {
    constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

/// A fraction in `[0, 1)`.
pub fn random_fraction() -> Result<f64, Error> {
    let bits = u32::from_le_bytes(random_bytes()?);
    Ok(f64::from(bits) / (f64::from(u32::MAX) + 1.0))
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, two) = (random_secret().expect("one"), random_secret().expect("two"));
        assert_eq!(one.len(), 43);
        assert_ne!(one, two);
        assert!(decode::<SECRET_BYTES>(&one).is_some());
    }

    #[test]
    fn a_secret_has_one_spelling() {
        let secret = encode(&[7; SECRET_BYTES]);
        // The last character carries two bits that mean nothing; only zeros are taken.
        let head = &secret[..secret.len() - 1];
        let spellings =
            ('0'..='z').filter(|last| decode(&format!("{head}{last}")) == Some([7; SECRET_BYTES]));
        assert_eq!(spellings.count(), 1);
        let (padded, longer) = (format!("{secret}="), format!("{secret}A"));
        for wrong in ["", "abc", &padded, &longer, head] {
            assert_eq!(decode::<SECRET_BYTES>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hashes_are_those_of_the_standards() {
        assert_eq!(
            sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        // RFC 4231, test case 2.
        assert_eq!(
            hex(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn comparison_is_by_content() {
        assert!(constant_time_eq("a", "a"));
        assert!(!constant_time_eq("a", "b"));
        assert!(!constant_time_eq("a", "aa"));
    }

    #[test]
    fn fractions_stay_below_one() {
        for _ in 0..1000 {
            let fraction = random_fraction().expect("random");
            assert!((0.0..1.0).contains(&fraction));
        }
    }
}
