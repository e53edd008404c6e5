//! Roles by library: what exists, what it permits, and who has it.

use std::sync::Arc;

use super::claims;
use super::sql::{
    AllRoles, Assigned, Assignment, DeleteRole, Grant, PermissionsOfRole, RemovePermissions,
    Revoke, RolesOfUser, RolesWithPermission, SetRole, UsersWithRole,
};
use crate::admin::Admin;
use crate::auth::Auth;
use crate::error::Error;
use crate::session::{Claim, Validator};
use crate::store::{Store, names};
use crate::tenant::Tenant;

/// The roles of a server. What is changed holds for the next session, and for a validator that fetches its claim again.
///
/// Names of roles and permissions are any texts, without blanks around them, of 512 bytes at most. Tenants are named by
/// their ids; whether there is such a tenant is not looked up.
///
/// ```no_run
/// # async fn run(auth: auth_runtime::Auth) -> Result<(), auth_runtime::Error> {
/// use auth_runtime::recipes::user_roles::RoleGrant;
///
/// let roles = auth.roles();
/// roles.set("editor", ["article:read", "article:write"]).await?;
/// match roles.grant("public", "the id of a user", "editor").await? {
///     RoleGrant::Granted | RoleGrant::HadRole => {}
///     RoleGrant::UnknownRole => println!("there is no such role"),
/// }
/// # Ok(()) }
/// ```
///
/// A handler demands roles and permissions by a type:
///
/// ```no_run
/// use auth_runtime::auth::Requirement;
/// use auth_runtime::{Auth, Require, Validator};
///
/// struct Editor;
///
/// impl Requirement for Editor {
///     fn validators(auth: &Auth) -> Vec<Validator> {
///         vec![auth.roles().has("editor"), auth.roles().permits("article:write")]
///     }
/// }
///
/// async fn publish(session: Require<Editor>) -> String {
///     format!("{} publishes", session.user_id)
/// }
/// ```
#[derive(Clone)]
pub struct Roles {
    store: Arc<dyn Store>,
}

/// Outcome of [`Roles::set`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleCreation {
    /// The role is new.
    Created,
    /// There was such a role; it has these permissions, too.
    Existed,
}

/// Outcome of [`Roles::remove_permissions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolePermissionsRemoval {
    /// The role has none of them, now or as before.
    Done,
    /// There is no such role.
    UnknownRole,
}

/// Outcome of [`Roles::delete`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleDeletion {
    /// The role is deleted; users have it no more.
    Deleted,
    /// There is no such role.
    NotFound,
}

/// Outcome of [`Roles::grant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleGrant {
    /// The user has the role.
    Granted,
    /// The user had it before.
    HadRole,
    /// There is no such role.
    UnknownRole,
}

/// Outcome of [`Roles::revoke`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleRevocation {
    /// The user has the role no more.
    Revoked,
    /// The user did not have it.
    HadNoRole,
    /// There is no such role.
    UnknownRole,
}

impl Auth {
    /// Roles and permissions.
    pub fn roles(&self) -> Roles {
        Roles {
            store: self.shared_store(),
        }
    }
}

impl Admin {
    /// Roles and permissions.
    pub fn roles(&self) -> Roles {
        Roles {
            store: self.shared_store(),
        }
    }
}

impl Roles {
    /// Makes a role, or adds permissions to one that exists.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a name that cannot be one; the store failed.
    pub async fn set<P: AsRef<str>>(
        &self,
        role: &str,
        permissions: impl IntoIterator<Item = P>,
    ) -> Result<RoleCreation, Error> {
        let set = SetRole {
            role: name_of_role(role)?,
            permissions: names_of_permissions(permissions)?,
        };
        Ok(if self.store.run(set).await? {
            RoleCreation::Created
        } else {
            RoleCreation::Existed
        })
    }

    /// Takes permissions from a role; those that it does not have count as taken.
    ///
    /// # Errors
    /// As [`Roles::set`].
    pub async fn remove_permissions<P: AsRef<str>>(
        &self,
        role: &str,
        permissions: impl IntoIterator<Item = P>,
    ) -> Result<RolePermissionsRemoval, Error> {
        let remove = RemovePermissions {
            role: name_of_role(role)?,
            permissions: names_of_permissions(permissions)?,
        };
        Ok(if self.store.run(remove).await? {
            RolePermissionsRemoval::Done
        } else {
            RolePermissionsRemoval::UnknownRole
        })
    }

    /// Deletes a role, with its permissions, and takes it from all users in all tenants.
    ///
    /// # Errors
    /// As [`Roles::set`].
    pub async fn delete(&self, role: &str) -> Result<RoleDeletion, Error> {
        let delete = DeleteRole(name_of_role(role)?);
        Ok(if self.store.run(delete).await? {
            RoleDeletion::Deleted
        } else {
            RoleDeletion::NotFound
        })
    }

    /// Gives a role to a user in a tenant. The user may be one whom only the application knows.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a tenant, a user or a role that cannot be one; the store failed.
    pub async fn grant(
        &self,
        tenant_id: &str,
        user_id: &str,
        role: &str,
    ) -> Result<RoleGrant, Error> {
        let grant = Grant(assignment(tenant_id, user_id, role)?);
        Ok(match self.store.run(grant).await? {
            Assigned::Changed => RoleGrant::Granted,
            Assigned::Unchanged => RoleGrant::HadRole,
            Assigned::UnknownRole => RoleGrant::UnknownRole,
        })
    }

    /// Takes a role from a user in a tenant. Sessions that have begun go on saying that the user has it, until a validator
    /// fetches the claim again, or they end: [`Sessions::revoke_all`](crate::session::Sessions::revoke_all) ends them.
    ///
    /// # Errors
    /// As [`Roles::grant`].
    pub async fn revoke(
        &self,
        tenant_id: &str,
        user_id: &str,
        role: &str,
    ) -> Result<RoleRevocation, Error> {
        let revoke = Revoke(assignment(tenant_id, user_id, role)?);
        Ok(match self.store.run(revoke).await? {
            Assigned::Changed => RoleRevocation::Revoked,
            Assigned::Unchanged => RoleRevocation::HadNoRole,
            Assigned::UnknownRole => RoleRevocation::UnknownRole,
        })
    }

    /// All roles, in the order of their names.
    ///
    /// # Errors
    /// The store failed.
    pub async fn all(&self) -> Result<Vec<String>, Error> {
        self.store.run(AllRoles).await
    }

    /// The roles of a user in a tenant, in the order of their names.
    ///
    /// # Errors
    /// As [`Roles::grant`].
    pub async fn of_user(&self, tenant_id: &str, user_id: &str) -> Result<Vec<String>, Error> {
        let roles = RolesOfUser {
            tenant_id: id_of_tenant(tenant_id)?,
            user_id: id_of_user(user_id)?,
        };
        self.store.run(roles).await
    }

    /// The ids of the users who have a role in a tenant, in their order, 500 at most: those after an id, or the first ones;
    /// `None` if there is no such role.
    ///
    /// # Errors
    /// As [`Roles::grant`].
    pub async fn users_with(
        &self,
        tenant_id: &str,
        role: &str,
        after: Option<&str>,
    ) -> Result<Option<Vec<String>>, Error> {
        let users = UsersWithRole {
            tenant_id: id_of_tenant(tenant_id)?,
            role: name_of_role(role)?,
            after: after.unwrap_or_default().to_owned(),
        };
        self.store.run(users).await
    }

    /// The permissions of a role, in their order; `None` if there is no such role.
    ///
    /// # Errors
    /// As [`Roles::set`].
    pub async fn permissions_of(&self, role: &str) -> Result<Option<Vec<String>>, Error> {
        self.store.run(PermissionsOfRole(name_of_role(role)?)).await
    }

    /// The roles that have a permission, in the order of their names.
    ///
    /// # Errors
    /// As [`Roles::set`].
    pub async fn with_permission(&self, permission: &str) -> Result<Vec<String>, Error> {
        let permission = name("a permission", permission)?;
        self.store.run(RolesWithPermission(permission)).await
    }

    /// The claim `st-role`: the roles of the user of a session in its tenant. A validator of it fetches it where it is missing;
    /// with [`Validator::max_age`], also where it is too old.
    pub fn claim(&self) -> Claim<Vec<String>> {
        claims::roles(&self.store)
    }

    /// The claim `st-perm`: what these roles permit. As [`Roles::claim`].
    pub fn permissions_claim(&self) -> Claim<Vec<String>> {
        claims::permissions(&self.store)
    }

    /// Demands that the user has a role.
    pub fn has(&self, role: &str) -> Validator {
        self.claim().includes(role)
    }

    /// Demands that a role of the user has a permission.
    pub fn permits(&self, permission: &str) -> Validator {
        self.permissions_claim().includes(permission)
    }
}

fn assignment(tenant_id: &str, user_id: &str, role: &str) -> Result<Assignment, Error> {
    Ok(Assignment {
        tenant_id: id_of_tenant(tenant_id)?,
        user_id: id_of_user(user_id)?,
        role: name_of_role(role)?,
    })
}

fn id_of_tenant(id: &str) -> Result<String, Error> {
    Ok(Tenant::new(id).map_err(Error::bad_input)?.id)
}

fn id_of_user(id: &str) -> Result<String, Error> {
    names::check("the id of a user", id)?;
    Ok(id.to_owned())
}

fn name_of_role(role: &str) -> Result<String, Error> {
    name("a role", role)
}

fn names_of_permissions<P: AsRef<str>>(
    permissions: impl IntoIterator<Item = P>,
) -> Result<Vec<String>, Error> {
    let permissions = permissions.into_iter();
    permissions
        .map(|permission| name("a permission", permission.as_ref()))
        .collect()
}

/// A name, without blanks around it.
fn name(what: &str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::bad_input(format!("the name of {what} is empty")));
    }
    names::check(&format!("the name of {what}"), text)?;
    Ok(text.to_owned())
}
