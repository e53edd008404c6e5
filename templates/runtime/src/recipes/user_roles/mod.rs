//! Roles and permissions: what a user may do in a tenant, and the claims that say it.
//!
//! Rules:
//! - a role exists in the whole app, with its permissions; a user has it in one tenant. What is granted in one tenant
//!   counts in no other one;
//! - the claims `st-role` and `st-perm` are fetched in one read when a session begins, and by validators that find them missing or
//!   too old. A refresh fetches nothing: what was taken away counts in a session until then. A route that
//!   must notice it sooner says how old a claim may be (OWASP ASVS 5.0, 8.3.2);
//! - no operation of the HTTP API changes roles: operators do (the command `roles`), and applications ([`Roles`]);
//! - roles belong to the id of a user. Deleting the user deletes them; linking a login method gives its user none of the
//!   roles that it had by itself, since no privilege may move by an address (see `account_linking`).

mod claims;
mod command;
mod roles;
mod settings;
mod sql;
#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;

use std::sync::Arc;

use async_trait::async_trait;
pub(crate) use command::COMMAND;
pub use roles::{
    RoleCreation, RoleDeletion, RoleGrant, RolePermissionsRemoval, RoleRevocation, Roles,
};
pub use settings::RoleClaims;

use crate::auth::Recipe;
use crate::config::Config;
use crate::session::ClaimSource;
use crate::store::Store;

/// The recipe.
pub(crate) struct UserRoles;

#[async_trait]
impl Recipe for UserRoles {
    fn claims(&self, config: &Config, store: &Arc<dyn Store>) -> Vec<Arc<dyn ClaimSource>> {
        match RoleClaims::of(config) {
            RoleClaims::Both => vec![Arc::new(claims::Both::new(store))],
            RoleClaims::Roles => vec![Arc::new(claims::roles(store))],
            RoleClaims::Permissions => vec![Arc::new(claims::permissions(store))],
            RoleClaims::Neither => Vec::new(),
        }
    }
}
