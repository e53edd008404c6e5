//! What the recipe can be set to.

use crate::config::Config;

/// The variable.
const VARIABLE: &str = "AUTH_ACCOUNT_LINKING";

/// Which login methods become those of one user by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// None. An application links them by [`Accounts`](super::Accounts).
    Off,
    /// Those in one tenant that have the same address or phone number, once each of them has proven it.
    Verified,
}

impl Linking {
    /// What a server is set to.
    pub fn of(config: &Config) -> Self {
        match config.recipes.get(VARIABLE) {
            "verified" => Self::Verified,
            _ => Self::Off,
        }
    }

    /// Sets a server, as the variable `AUTH_ACCOUNT_LINKING` does.
    pub fn set(self, config: &mut Config) {
        let value = match self {
            Self::Off => "off",
            Self::Verified => "verified",
        };
        config.recipes.set(VARIABLE, value);
    }
}

/// What is wrong with a function of the application that would never be called.
pub(super) fn unused_hook() -> String {
    format!("should_link_accounts: without {VARIABLE}=verified no login methods are linked")
}
