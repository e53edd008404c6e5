//! The defence against forged requests.
//!
//! Cookies go along with requests that other sites cause. Where `SameSite` does not prevent that, a
//! request has to show something that another site cannot make a browser send: a custom header (a
//! preflight would be needed, and CORS refuses it), or a token that only the website was given.
//! Requests that carry their tokens in headers need none of it.
//!
//! The token is derived from the refresh token, so parallel refreshes get the same one, and nothing has to
//! be stored.

use http::{HeaderMap, HeaderName, Method};
use uuid::Builder;

use crate::crypto::token;

/// The header that carries the token, in both directions.
pub(super) const ANTI_CSRF: HeaderName = HeaderName::from_static("anti-csrf");

/// The header whose presence is the defence in custom-header mode.
const RID: HeaderName = HeaderName::from_static("rid");

/// Whether a method is checked unless the API says otherwise.
pub(super) fn applies_to(method: &Method) -> bool {
    method != Method::GET
}

/// What a request shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    /// Whether it carries the custom header, whatever that says.
    pub(super) custom_header: bool,
    /// The token that it carries.
    pub(super) token: Option<&'a str>,
}

impl<'a> Shown<'a> {
    /// What the headers of a request show.
    pub(super) fn by(headers: &'a HeaderMap) -> Self {
        Self {
            custom_header: headers.contains_key(RID),
            token: headers.get(ANTI_CSRF).and_then(|value| value.to_str().ok()),
        }
    }

    /// Whether it carries this token.
    pub(super) fn has_token(&self, expected: &str) -> bool {
        self.token
            .is_some_and(|token| token::constant_time_eq(token, expected))
    }
}

/// The anti-CSRF token that goes with a refresh token, in the form of a UUID.
pub(super) fn token_for(refresh_token: &str) -> String {
    let mac = token::hmac_sha256(refresh_token.as_bytes(), b"anti-csrf");
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_look_random_and_belong_to_one_refresh_token() {
        let token = token_for("h.secret");
        assert_eq!(token, token_for("h.secret"));
        assert_ne!(token, token_for("h.secret2"));
        assert_eq!(
            uuid::Uuid::parse_str(&token).map(|id| id.get_version_num()),
            Ok(4)
        );
    }

    #[test]
    fn the_header_must_be_there_and_equal() {
        let mut headers = HeaderMap::new();
        let shown = Shown::by(&headers);
        assert!(!shown.custom_header && !shown.has_token("t"));
        headers.insert(RID, "".parse().expect("value"));
        headers.insert(ANTI_CSRF, "t".parse().expect("value"));
        let shown = Shown::by(&headers);
        assert!(shown.custom_header && shown.has_token("t"));
        assert!(!shown.has_token("T") && !shown.has_token(""));
    }

    #[test]
    fn only_get_is_exempt() {
        assert!(!applies_to(&Method::GET));
        for method in [Method::POST, Method::HEAD, Method::DELETE, Method::PATCH] {
            assert!(applies_to(&method), "{method}");
        }
    }
}
