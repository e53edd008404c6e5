//! What the recipe can be set to.

use crate::config::Config;

/// The variable.
const VARIABLE: &str = "AUTH_ROLE_CLAIMS";

/// Which claims a session begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleClaims {
    /// `st-role` and `st-perm`.
    Both,
    /// `st-role`.
    Roles,
    /// `st-perm`.
    Permissions,
    /// None; the database is not asked.
    Neither,
}

impl RoleClaims {
    /// What a server is set to.
    pub fn of(config: &Config) -> Self {
        match config.recipes.get(VARIABLE) {
            "roles" => Self::Roles,
            "permissions" => Self::Permissions,
            "none" => Self::Neither,
            _ => Self::Both,
        }
    }

    /// Sets a server, as the variable `AUTH_ROLE_CLAIMS` does.
    pub fn set(self, config: &mut Config) {
        let value = match self {
            Self::Both => "both",
            Self::Roles => "roles",
            Self::Permissions => "permissions",
            Self::Neither => "none",
        };
        config.recipes.set(VARIABLE, value);
    }
}
