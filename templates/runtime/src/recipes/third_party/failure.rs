//! Why a provider did not say who a user is, and what of it a client learns.

use std::fmt;

use crate::error::Error;
use crate::outgoing::OutgoingError;

/// When to try again where a provider does not answer, in seconds.
const RETRY_SECONDS: u64 = 5;

/// Why there is no user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The provider cannot be reached, is too slow, or fails itself.
    Unreachable(String),
    /// The provider refuses what the client sent: a code that is wrong, used or too old, a token that is none.
    Refused(String),
    /// What the provider or the client says does not hold: a signature, an audience, a nonce.
    NotVerified(String),
    /// The server is not set up for this provider as it should be.
    Misconfigured(String),
}

impl Failure {
    pub(super) fn not_verified(what: impl Into<String>) -> Self {
        Self::NotVerified(what.into())
    }

    /// What is answered. The log says why; the client learns whose fault it is (OWASP, Error Handling Cheat Sheet).
    pub(super) fn answer(self, provider: &str) -> Error {
        match self {
            Self::Unreachable(why) => {
                tracing::warn!(provider, why, "a provider could not be asked");
                Error::Unavailable {
                    retry_after_seconds: RETRY_SECONDS,
                }
            }
            Self::Refused(why) => {
                tracing::info!(provider, why, "a provider refused a sign-in");
                Error::bad_input("the provider refused the sign-in: please start again")
            }
            Self::NotVerified(why) => {
                tracing::warn!(provider, why, "a sign-in could not be verified");
                Error::bad_input("the sign-in could not be verified: please start again")
            }
            Self::Misconfigured(why) => Error::internal(format!("provider `{provider}`: {why}")),
        }
    }
}

impl From<OutgoingError> for Failure {
    fn from(error: OutgoingError) -> Self {
        match error {
            OutgoingError::NotAllowed(_) => Self::Misconfigured(format!(
                "{error} (AUTH_THIRD_PARTY_NETWORKS says where providers may be)"
            )),
            _ => Self::Unreachable(error.to_string()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unreachable(why)
        | Self::Refused(why)
        | Self::NotVerified(why)
        | Self::Misconfigured(why)) = self;
        f.write_str(why)
    }
}
