//! Secrets, the codes that follow from them (RFC 6238: HMAC-SHA-1, six digits), and the URL in which an app gets one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Algorithm, Builder, Secret};

use crate::crypto::token;
use crate::error::Error;

/// For how many seconds a code is shown. Widespread apps take no other value.
pub(super) const PERIOD: i64 = 30;

/// 160 bits, as RFC 4226 §4 recommends.
const SECRET_BYTES: usize = 20;

/// Many apps ignore other numbers of digits.
const DIGITS: u8 = 6;

/// What stands as it is in the label and the parameters of the URL. Unlike in the reference, characters that would end a part
/// of it are escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'@')
    .remove(b',')
    .remove(b';')
    .remove(b'$');

/// The same in the label, where a `+` is no blank: phone numbers begin with it.
const ESCAPED_IN_PATH: &AsciiSet = &ESCAPED.remove(b'+');

/// A new secret.
///
/// # Errors
/// The random generator failed.
pub(super) fn new_secret() -> Result<Vec<u8>, Error> {
    Ok(token::random_bytes::<SECRET_BYTES>()?.to_vec())
}

/// A secret as users type it: base32 without padding (RFC 4648).
pub(super) fn base32(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// The number of the period whose code this is, if it is that of the present one or one of `skew` before and after it.
/// `now` is in milliseconds. Codes are compared in constant time.
///
/// # Errors
/// The secret is too short: its row is damaged.
pub(super) fn matching_step(
    secret: &[u8],
    period: i64,
    skew: i64,
    code: &str,
    now: i64,
) -> Result<Option<i64>, Error> {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_secret(secret.to_vec())
        .with_skew(skew.try_into().map_err(Error::internal)?)
        .with_step_duration(period.try_into().map_err(Error::internal)?)
        .build()
        .map_err(Error::internal)?;
    let seconds = u64::try_from(now / 1000).map_err(Error::internal)?;
    let step = totp.check(code, seconds).map(i64::try_from);
    step.transpose().map_err(Error::internal)
}

/// The URL of the QR code (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>). `account` is the
/// address or number of the user, where there is one.
pub(super) fn url(issuer: &str, account: Option<&str>, secret: &str, period: i64) -> String {
    let mut label = utf8_percent_encode(issuer, ESCAPED).to_string();
    let issuer = label.clone();
    if let Some(account) = account {
        label.push(':');
        label.extend(utf8_percent_encode(account, ESCAPED_IN_PATH));
    }
    format!(
        "otpauth://totp/{label}?secret={secret}&issuer={issuer}&digits={DIGITS}&period={period}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        assert_eq!(base32(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = matching_step(SECRET, PERIOD, 0, code, seconds * 1000);
            assert_eq!(step.expect("it is computed"), Some(seconds / PERIOD));
        }
    }

    #[test]
    fn a_code_counts_in_the_periods_around_its_own() {
        let step = |skew, at: i64| {
            let step = matching_step(SECRET, PERIOD, skew, "005924", at * 1000);
            step.expect("it is computed")
        };
        let own = 1_234_567_890;
        for (skew, shift, counts) in [
            (0, 0, true),
            (0, 29, true),
            (0, 30, false),
            (0, -1, false),
            (1, 59, true),
            (1, 60, false),
            (1, -30, true),
            (1, -31, false),
            (2, 60, true),
            (2, 90, false),
        ] {
            let expected = counts.then_some(own / PERIOD);
            assert_eq!(step(skew, own + shift), expected, "{skew} {shift}");
        }
        for code in ["", "5924", "0059240", "005924 ", "00592४"] {
            let step = matching_step(SECRET, PERIOD, 1, code, own * 1000);
            assert_eq!(step.expect("it is computed"), None, "{code}");
        }
    }

    #[test]
    fn secrets_are_random_and_long() {
        let (one, two) = (new_secret().expect("random"), new_secret().expect("random"));
        assert_ne!(one, two);
        assert_eq!(base32(&one).len(), 32);
        assert!(
            base32(&one)
                .bytes()
                .all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
        );
    }

    #[test]
    fn no_name_breaks_the_url() {
        for (issuer, account, expected) in [
            (
                "My App",
                Some("a@x.io"),
                "My%20App:a@x.io?secret=S&issuer=My%20App&",
            ),
            (
                "A",
                Some("+36209876543"),
                "A:+36209876543?secret=S&issuer=A&",
            ),
            ("A", None, "A?secret=S&issuer=A&"),
            (
                "A&B: 1+1=2?#é",
                None,
                "A%26B%3A%201%2B1%3D2%3F%23%C3%A9?secret=S&issuer=A%26B%3A%201%2B1%3D2%3F%23%C3%A9&",
            ),
            (
                "A",
                Some("a?b#c/d%e&f"),
                "A:a%3Fb%23c%2Fd%25e%26f?secret=S&issuer=A&",
            ),
        ] {
            let url = url(issuer, account, "S", 30);
            assert_eq!(url, format!("otpauth://totp/{expected}digits=6&period=30"));
        }
    }
}
