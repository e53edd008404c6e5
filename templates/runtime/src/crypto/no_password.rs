//! In a program that is built without passwords (feature `passwords`), nothing hashes any.

use crate::error::Error;
use crate::metrics::PasswordMetrics;

#[path = "password/params.rs"]
mod params;

pub use params::PasswordParams;

/// Nothing that could hash or verify a password.
#[derive(Debug, Clone)]
pub(crate) struct Passwords;

impl Passwords {
    /// Nothing is started.
    #[allow(
        clippy::unnecessary_wraps,
        reason = "it has the signature of the one that starts threads"
    )]
    pub(crate) fn new(_: PasswordParams, _permits: usize, _queue: usize) -> Result<Self, Error> {
        Ok(Self)
    }

    /// Nothing is counted.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "it has the signature of the one that counts"
    )]
    pub(crate) fn with_metrics(self, _: PasswordMetrics) -> Self {
        self
    }
}
