//! What the recipe can be set to.

use crate::config::Config;

/// The variable.
const VARIABLE: &str = "AUTH_EMAIL_VERIFICATION";

/// What sessions have to do with the address of their user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing: the operations work, and sessions do not know of it.
    Off,
    /// Sessions say whether it is verified (claim `st-ev`), and nothing is demanded of them.
    Optional,
    /// The same, and a session whose user has not verified it is refused (403) wherever a session is asked for,
    /// unless the route demands other claims.
    Required,
}

impl Mode {
    /// The mode of a server.
    pub fn of(config: &Config) -> Self {
        match config.recipes.get(VARIABLE) {
            "required" => Self::Required,
            "optional" => Self::Optional,
            _ => Self::Off,
        }
    }

    /// Sets the mode of a server, as the variable `AUTH_EMAIL_VERIFICATION` does.
    pub fn set(self, config: &mut Config) {
        let value = match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        };
        config.recipes.set(VARIABLE, value);
    }
}
