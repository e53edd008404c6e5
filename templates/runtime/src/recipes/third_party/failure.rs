//! Why a provider did not say who a user is, and what of it a client learns.

use std::fmt;

use super::SIGN_IN_UP;
use super::provider::Provider;
use crate::call::{Call, Claimed};
use crate::error::Error;
use crate::events::SignInFailure;
use crate::outgoing::OutgoingError;

/// When to try again where a provider does not answer, in seconds.
const RETRY_SECONDS: u64 = 5;

/// Why there is no user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The provider did not authenticate the user: it has sent them back with an error.
    Denied,
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
    pub(super) fn answer(self, provider: &Provider) -> Error {
        let (id, name) = (&provider.id, &provider.name);
        match self {
            Self::Denied => {
                Error::General(format!("{name} did not sign you in. Please start again."))
            }
            Self::Unreachable(why) => {
                tracing::warn!(provider = id, why, "a provider could not be asked");
                Error::Unavailable {
                    retry_after_seconds: RETRY_SECONDS,
                }
            }
            Self::Refused(why) => {
                tracing::info!(provider = id, why, "a provider refused a sign-in");
                Error::bad_input("the provider refused the sign-in: please start again")
            }
            Self::NotVerified(why) => {
                tracing::warn!(provider = id, why, "a sign-in could not be verified");
                Error::bad_input("the sign-in could not be verified: please start again")
            }
            Self::Misconfigured(why) => Error::internal(format!("provider `{id}`: {why}")),
        }
    }

    /// The same for a sign-in, which has failed by it.
    pub(super) fn announced(self, call: &Call, provider: &Provider) -> Error {
        let reason = match self {
            Self::Denied | Self::Refused(_) => Some(SignInFailure::RefusedByProvider),
            Self::NotVerified(_) => Some(SignInFailure::NotVerified),
            Self::Unreachable(_) => Some(SignInFailure::ProviderUnavailable),
            // An error of the server, which its log shows.
            Self::Misconfigured(_) => None,
        };
        if let Some(reason) = reason {
            announce(call, provider, reason);
        }
        self.answer(provider)
    }
}

/// Announces that a sign-in has failed.
pub(super) fn announce(call: &Call, provider: &Provider, reason: SignInFailure) {
    call.sign_in_failed(SIGN_IN_UP.recipe, reason, Claimed::ThirdParty(&provider.id));
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
        match self {
            Self::Denied => f.write_str("the user is not authenticated"),
            Self::Unreachable(why)
            | Self::Refused(why)
            | Self::NotVerified(why)
            | Self::Misconfigured(why) => f.write_str(why),
        }
    }
}
