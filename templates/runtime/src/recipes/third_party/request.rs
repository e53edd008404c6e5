//! What the operations read of a request.

use std::fmt;

use serde_json::{Map, Value};

use super::tokens::Tokens;
use super::{AuthorisationUrl, CallbackApple, SignInUp};
use crate::call::{Call, HasRequest};
use crate::error::Error;

/// How long a verifier may be (RFC 7636 §4.1).
const VERIFIER_LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// Asks where a sign-in begins at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorisationUrlRequest {
    /// The id of the provider.
    pub third_party_id: String,
    /// The page to which the provider sends the user back.
    pub redirect_uri: String,
    /// Which of the provider's clients it is.
    pub client_type: Option<String>,
}

/// What a client signs in, or up, with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInUpRequest {
    /// The id of the provider.
    pub third_party_id: String,
    /// Which of the provider's clients it is.
    pub client_type: Option<String>,
    /// What the provider has given.
    pub given: Given,
}

/// What a page or an application has of a provider.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// What the provider has added to the redirect URI, and what the page has kept.
    Redirect {
        /// The page to which the provider has sent the user back.
        uri: String,
        /// The parameters that the provider has added to it: `code`, `iss`, `error`.
        query: Map<String, Value>,
        /// The verifier of PKCE, which the page has kept.
        verifier: Option<String>,
    },
    /// Tokens that an application requested itself.
    Tokens(Tokens),
}

/// The form with which Apple sends a user back.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackAppleRequest {
    /// Its fields, in their order.
    pub form: Vec<(String, String)>,
}

impl HasRequest for AuthorisationUrl {
    type Request = AuthorisationUrlRequest;

    fn read(call: &Call) -> Result<AuthorisationUrlRequest, Error> {
        let needed = |name: &str| {
            let text = format!("Please provide the {name} as a GET param");
            let value = call.query(name).map(str::to_owned);
            value.ok_or_else(|| Error::bad_input(text))
        };
        Ok(AuthorisationUrlRequest {
            third_party_id: needed("thirdPartyId")?,
            redirect_uri: needed("redirectURIOnProviderDashboard")?,
            client_type: call.query("clientType").map(str::to_owned),
        })
    }
}

impl HasRequest for SignInUp {
    type Request = SignInUpRequest;

    fn read(call: &Call) -> Result<SignInUpRequest, Error> {
        let body = call.body()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let missing = || Error::bad_input("Please provide the thirdPartyId in request body");
        Ok(SignInUpRequest {
            third_party_id: text("thirdPartyId").ok_or_else(missing)?,
            client_type: text("clientType"),
            given: Given::read(body)?,
        })
    }
}

impl HasRequest for CallbackApple {
    type Request = CallbackAppleRequest;

    fn read(call: &Call) -> Result<CallbackAppleRequest, Error> {
        Ok(CallbackAppleRequest { form: call.form()? })
    }
}

impl Given {
    /// What the body contains; `redirectURIInfo` has priority over `oAuthTokens`.
    fn read(body: &Value) -> Result<Self, Error> {
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
            return Ok(Self::Redirect {
                uri,
                query: query.clone(),
                verifier: text("pkceCodeVerifier"),
            });
        }
        let tokens = there("oAuthTokens").ok_or_else(|| {
            let text = "Please provide one of redirectURIInfo or oAuthTokens in the request body";
            Error::bad_input(text)
        })?;
        let tokens = serde_json::from_value(tokens.clone());
        tokens.map(Self::Tokens).map_err(|_| no_tokens())
    }

    /// Refuses a verifier that is none, and tokens of which there are none.
    ///
    /// # Errors
    /// [`Error::BadInput`].
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Redirect {
                verifier: Some(verifier),
                ..
            } => {
                let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
                let is_right = VERIFIER_LENGTH.contains(&verifier.len())
                    && verifier.bytes().all(is_unreserved);
                match is_right {
                    true => Ok(()),
                    false => Err(Error::bad_input("the pkceCodeVerifier is none")),
                }
            }
            Self::Tokens(tokens) if tokens.access_token.is_none() && tokens.id_token.is_none() => {
                Err(no_tokens())
            }
            Self::Redirect { .. } | Self::Tokens(_) => Ok(()),
        }
    }
}

fn no_tokens() -> Error {
    Error::bad_input("the oAuthTokens are no object with access_token or id_token")
}

impl fmt::Debug for Given {
    /// Code, verifier and tokens are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect { uri, .. } => f
                .debug_struct("Redirect")
                .field("uri", uri)
                .finish_non_exhaustive(),
            Self::Tokens(_) => f.write_str("Tokens(..)"),
        }
    }
}

impl fmt::Debug for CallbackAppleRequest {
    /// The fields are left out: a code is one of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackAppleRequest")
            .finish_non_exhaustive()
    }
}
