//! The body of a sign-in: a code and what belongs to it, or tokens.

use serde_json::{Map, Value};

use super::tokens::Tokens;
use crate::error::Error;

/// How long a verifier may be (RFC 7636 §4.1).
const VERIFIER_LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// What a page or an application sends.
pub(super) enum Given {
    /// What the provider has added to the redirect URI, and what the page has kept.
    Redirect {
        uri: String,
        query: Map<String, Value>,
        verifier: Option<String>,
    },
    /// Tokens that an application requested itself.
    Tokens(Tokens),
}

impl Given {
    /// What the body contains; `redirectURIInfo` has priority over `oAuthTokens`.
    ///
    /// # Errors
    /// [`Error::BadInput`] where it contains neither, or not in the documented form.
    pub(super) fn read(body: &Value) -> Result<Self, Error> {
        let there = |name: &str| body.get(name).filter(|value| !value.is_null());
        if let Some(info) = there("redirectURIInfo") {
            let text = |name: &str| info.get(name).and_then(Value::as_str).map(str::to_owned);
            let uri = text("redirectURIOnProviderDashboard").ok_or_else(|| {
                Error::bad_input(
                    "Please provide the redirectURIOnProviderDashboard in request body",
                )
            })?;
            let query = info
                .get("redirectURIQueryParams")
                .and_then(Value::as_object);
            let query = query.ok_or_else(|| {
                Error::bad_input("Please provide the redirectURIQueryParams in request body")
            })?;
            let verifier = text("pkceCodeVerifier");
            let is_verifier = |verifier: &String| {
                let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
                VERIFIER_LENGTH.contains(&verifier.len()) && verifier.bytes().all(is_unreserved)
            };
            if verifier
                .as_ref()
                .is_some_and(|verifier| !is_verifier(verifier))
            {
                return Err(Error::bad_input("the pkceCodeVerifier is none"));
            }
            return Ok(Self::Redirect {
                uri,
                query: query.clone(),
                verifier,
            });
        }
        let tokens = there("oAuthTokens").ok_or_else(|| {
            let text = "Please provide one of redirectURIInfo or oAuthTokens in the request body";
            Error::bad_input(text)
        })?;
        let wrong =
            || Error::bad_input("the oAuthTokens are no object with access_token or id_token");
        let tokens: Tokens = serde_json::from_value(tokens.clone()).map_err(|_| wrong())?;
        if tokens.access_token.is_none() && tokens.id_token.is_none() {
            return Err(wrong());
        }
        Ok(Self::Tokens(tokens))
    }
}
