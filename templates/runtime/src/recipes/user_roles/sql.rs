//! The tables of roles. What a session begins with is one read by the primary key of the assignments.
//!
//! What changes a role, or gives it to a user, locks its name: without the lock, PostgreSQL would fail a grant whose role is
//! deleted at the same moment, instead of answering that there is no such role.

use std::collections::BTreeSet;

#[cfg(all(test, feature = "recipes"))]
use crate::store::Sql;
use crate::store::{Access, Retry, Row, Transaction, Tx, TxError};

/// How many users one transaction reads.
pub(super) const BATCH_SIZE: i64 = 500;

fn lock(role: &str) -> String {
    format!("role/{role}")
}

async fn exists(tx: &mut Tx<'_>, role: &str) -> Result<bool, TxError> {
    let found = tx
        .query_optional("SELECT 1 FROM roles WHERE name = $1", &[role.into()])
        .await?;
    Ok(found.is_some())
}

fn names(rows: Vec<Row>) -> Result<Vec<String>, TxError> {
    rows.into_iter().map(|mut row| row.take(0)).collect()
}

/// Makes a role where it is missing, and adds permissions; whether it is new.
pub(super) struct SetRole {
    pub(super) role: String,
    pub(super) permissions: Vec<String>,
}

impl Transaction for SetRole {
    type Output = bool;
    const NAME: &'static str = "set_role";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        tx.lock(&lock(&self.role)).await?;
        let added = tx
            .execute(
                "INSERT INTO roles (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
                &[(&self.role).into()],
            )
            .await?;
        for permission in &self.permissions {
            tx.execute(
                "INSERT INTO role_permissions (role, permission) VALUES ($1, $2)
                 ON CONFLICT (role, permission) DO NOTHING",
                &[(&self.role).into(), permission.into()],
            )
            .await?;
        }
        Ok(added == 1)
    }
}

/// Takes permissions from a role; `false` if there is no such role.
pub(super) struct RemovePermissions {
    pub(super) role: String,
    pub(super) permissions: Vec<String>,
}

impl Transaction for RemovePermissions {
    type Output = bool;
    const NAME: &'static str = "remove_permissions_of_role";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        tx.lock(&lock(&self.role)).await?;
        if !exists(tx, &self.role).await? {
            return Ok(false);
        }
        for permission in &self.permissions {
            tx.execute(
                "DELETE FROM role_permissions WHERE role = $1 AND permission = $2",
                &[(&self.role).into(), permission.into()],
            )
            .await?;
        }
        Ok(true)
    }
}

/// Deletes a role, and with it its permissions and who has it; whether there was one.
pub(super) struct DeleteRole(pub(super) String);

impl Transaction for DeleteRole {
    type Output = bool;
    const NAME: &'static str = "delete_role";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        tx.lock(&lock(&self.0)).await?;
        let deleted = tx
            .execute("DELETE FROM roles WHERE name = $1", &[(&self.0).into()])
            .await?;
        Ok(deleted == 1)
    }
}

/// A role of a user in a tenant.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    pub(super) tenant_id: String,
    pub(super) user_id: String,
    pub(super) role: String,
}

/// Outcome of a change of an [`Assignment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assigned {
    /// It is changed.
    Changed,
    /// It was so before.
    Unchanged,
    /// There is no such role.
    UnknownRole,
}

/// Gives a role to a user.
pub(super) struct Grant(pub(super) Assignment);

impl Transaction for Grant {
    type Output = Assigned;
    const NAME: &'static str = "grant_role";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Assigned, TxError> {
        let Assignment {
            tenant_id,
            user_id,
            role,
        } = &self.0;
        tx.lock(&lock(role)).await?;
        if !exists(tx, role).await? {
            return Ok(Assigned::UnknownRole);
        }
        let added = tx
            .execute(
                "INSERT INTO role_assignments (tenant_id, user_id, role) VALUES ($1, $2, $3)
                 ON CONFLICT (tenant_id, user_id, role) DO NOTHING",
                &[tenant_id.into(), user_id.into(), role.into()],
            )
            .await?;
        Ok(if added == 1 {
            Assigned::Changed
        } else {
            Assigned::Unchanged
        })
    }
}

/// Takes a role from a user.
pub(super) struct Revoke(pub(super) Assignment);

impl Transaction for Revoke {
    type Output = Assigned;
    const NAME: &'static str = "revoke_role";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Assigned, TxError> {
        let Assignment {
            tenant_id,
            user_id,
            role,
        } = &self.0;
        let deleted = tx
            .execute(
                "DELETE FROM role_assignments WHERE tenant_id = $1 AND user_id = $2 AND role = $3",
                &[tenant_id.into(), user_id.into(), role.into()],
            )
            .await?;
        if deleted == 1 {
            return Ok(Assigned::Changed);
        }
        Ok(if exists(tx, role).await? {
            Assigned::Unchanged
        } else {
            Assigned::UnknownRole
        })
    }
}

/// All roles, in their order.
pub(super) struct AllRoles;

impl Transaction for AllRoles {
    type Output = Vec<String>;
    const NAME: &'static str = "all_roles";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, TxError> {
        names(
            tx.query("SELECT name FROM roles ORDER BY name", &[])
                .await?,
        )
    }
}

/// The permissions of a role, in their order; `None` if there is no such role.
pub(super) struct PermissionsOfRole(pub(super) String);

impl Transaction for PermissionsOfRole {
    type Output = Option<Vec<String>>;
    const NAME: &'static str = "permissions_of_role";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let rows = tx
            .query(
                "SELECT own.permission FROM roles LEFT JOIN role_permissions AS own ON own.role = roles.name
                 WHERE roles.name = $1 ORDER BY own.permission",
                &[(&self.0).into()],
            )
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let permissions = rows.into_iter().map(|mut row| row.take(0));
        // A role without permissions is one row with NULL.
        let permissions: Vec<Option<String>> = permissions.collect::<Result<_, TxError>>()?;
        Ok(Some(permissions.into_iter().flatten().collect()))
    }
}

/// The roles that have a permission, in their order.
pub(super) struct RolesWithPermission(pub(super) String);

impl Transaction for RolesWithPermission {
    type Output = Vec<String>;
    const NAME: &'static str = "roles_with_permission";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, TxError> {
        let sql = "SELECT role FROM role_permissions WHERE permission = $1 ORDER BY role";
        names(tx.query(sql, &[(&self.0).into()]).await?)
    }
}

/// The roles of a user in a tenant, in their order.
pub(super) struct RolesOfUser {
    pub(super) tenant_id: String,
    pub(super) user_id: String,
}

impl Transaction for RolesOfUser {
    type Output = Vec<String>;
    const NAME: &'static str = "roles_of_user";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, TxError> {
        let rows = tx
            .query(
                "SELECT role FROM role_assignments WHERE tenant_id = $1 AND user_id = $2 ORDER BY role",
                &[(&self.tenant_id).into(), (&self.user_id).into()],
            )
            .await?;
        names(rows)
    }
}

/// The users with a role in a tenant, in the order of their ids, at most a batch; `None` if there is no such role.
pub(super) struct UsersWithRole {
    pub(super) tenant_id: String,
    pub(super) role: String,
    /// Those after this id.
    pub(super) after: String,
}

impl Transaction for UsersWithRole {
    type Output = Option<Vec<String>>;
    const NAME: &'static str = "users_with_role";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        if !exists(tx, &self.role).await? {
            return Ok(None);
        }
        let rows = tx
            .query(
                "SELECT user_id FROM role_assignments WHERE role = $1 AND tenant_id = $2 AND user_id > $3
                 ORDER BY user_id LIMIT $4",
                &[
                    (&self.role).into(),
                    (&self.tenant_id).into(),
                    (&self.after).into(),
                    BATCH_SIZE.into(),
                ],
            )
            .await?;
        names(rows).map(Some)
    }
}

/// The statement that finds what a session begins with; a test looks at how both databases carry it out.
macro_rules! find {
    ($before:literal) => {
        concat!(
            $before,
            "SELECT held.role, own.permission FROM role_assignments AS held
             LEFT JOIN role_permissions AS own ON own.role = held.role
             WHERE held.tenant_id = $1 AND held.user_id = $2
             ORDER BY held.role, own.permission"
        )
    };
}

/// What a user may do in a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RolesAndPermissions {
    /// In their order.
    pub(super) roles: Vec<String>,
    /// Of all roles, each once, in their order.
    pub(super) permissions: Vec<String>,
}

/// The roles of a user in a tenant, with what they permit.
pub(super) struct RolesWithPermissions {
    pub(super) tenant_id: String,
    pub(super) user_id: String,
}

impl Transaction for RolesWithPermissions {
    type Output = RolesAndPermissions;
    const NAME: &'static str = "roles_with_permissions";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<RolesAndPermissions, TxError> {
        let rows = tx
            .query(
                find!(""),
                &[(&self.tenant_id).into(), (&self.user_id).into()],
            )
            .await?;
        let (mut roles, mut permissions) = (Vec::new(), BTreeSet::new());
        for mut row in rows {
            let role: String = row.take(0)?;
            if roles.last() != Some(&role) {
                roles.push(role);
            }
            permissions.extend(row.take::<Option<String>>(1)?);
        }
        Ok(RolesAndPermissions {
            roles,
            permissions: permissions.into_iter().collect(),
        })
    }
}

/// How the database carries out [`RolesWithPermissions`].
#[cfg(all(test, feature = "recipes"))]
pub(super) struct Explain;

#[cfg(all(test, feature = "recipes"))]
impl Transaction for Explain {
    type Output = String;
    const NAME: &'static str = "explain_roles_with_permissions";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, TxError> {
        let sql = Sql::Each {
            sqlite: find!("EXPLAIN QUERY PLAN "),
            postgres: find!("EXPLAIN "),
        };
        crate::store::tests::plans::plan(tx, sql, &["public".into(), "u7".into()]).await
    }
}
