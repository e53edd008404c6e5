//! The table of tenants. A tenant is found by its primary key, in one read.

use std::fmt;

#[cfg(all(test, feature = "recipes"))]
use crate::store::Sql;
use crate::store::{
    Access, EndedSession, Retry, Row, Transaction, Tx, TxError, end_sessions_in, traces, users,
};

/// A tenant as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TenantRow {
    pub(super) id: String,
    /// A JSON list.
    pub(super) first_factors: Option<String>,
    /// A JSON list, as it is encrypted.
    pub(super) providers: Option<Vec<u8>>,
}

impl fmt::Debug for TenantRow {
    /// Without the providers: where no secret is set, they are not encrypted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How many tenants, or users of a tenant, one transaction reads or writes.
pub(super) const BATCH_SIZE: usize = 500;

/// The statement that finds a tenant; a test looks at how both databases carry it out.
macro_rules! find {
    ($before:literal) => {
        concat!(
            $before,
            "SELECT id, first_factors, providers FROM tenants WHERE id = $1"
        )
    };
}

/// The tenant of an id.
pub(super) struct FindTenant(pub(super) String);

impl Transaction for FindTenant {
    type Output = Option<TenantRow>;
    const NAME: &'static str = "tenant";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let row = tx.query_optional(find!(""), &[(&self.0).into()]).await?;
        row.map(read).transpose()
    }
}

/// How the database carries out [`FindTenant`].
#[cfg(all(test, feature = "recipes"))]
pub(super) struct ExplainFindTenant(pub(super) String);

#[cfg(all(test, feature = "recipes"))]
impl Transaction for ExplainFindTenant {
    type Output = String;
    const NAME: &'static str = "explain_tenant";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, TxError> {
        let sql = Sql::Each {
            sqlite: find!("EXPLAIN QUERY PLAN "),
            postgres: find!("EXPLAIN "),
        };
        crate::store::tests::plans::plan(tx, sql, &[(&self.0).into()]).await
    }
}

/// Tenants in the order of their ids, at most a batch.
pub(super) struct ListTenants {
    /// Those after this id.
    pub(super) after: String,
}

impl Transaction for ListTenants {
    type Output = Vec<TenantRow>;
    const NAME: &'static str = "list_tenants";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let rows = tx
            .query(
                "SELECT id, first_factors, providers FROM tenants WHERE id > $1 ORDER BY id LIMIT $2",
                &[(&self.after).into(), limit().into()],
            )
            .await?;
        rows.into_iter().map(read).collect()
    }
}

/// Stores tenants, in place of those of their ids; for each, whether it is new.
pub(super) struct SetTenants(pub(super) Vec<TenantRow>);

impl Transaction for SetTenants {
    type Output = Vec<bool>;
    const NAME: &'static str = "set_tenants";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<bool>, TxError> {
        let mut are_new = Vec::new();
        // In one order, so that two servers that store the same ones do not wait for each other.
        let mut rows: Vec<&TenantRow> = self.0.iter().collect();
        rows.sort_by_key(|row| &row.id);
        for row in rows {
            let values = [
                (&row.id).into(),
                row.first_factors.as_ref().into(),
                row.providers.as_ref().into(),
            ];
            let added = tx
                .execute(
                    "INSERT INTO tenants (id, first_factors, providers) VALUES ($1, $2, $3)
                     ON CONFLICT (id) DO NOTHING",
                    &values,
                )
                .await?;
            if added == 0 {
                tx.execute(
                    "UPDATE tenants SET first_factors = $2, providers = $3 WHERE id = $1",
                    &values,
                )
                .await?;
            }
            are_new.push(added == 1);
        }
        Ok(are_new)
    }
}

/// Replaces the stored providers of a tenant by the same in another encryption, unless they were changed meanwhile.
pub(super) struct ReplaceProviders {
    pub(super) id: String,
    pub(super) from: Vec<u8>,
    pub(super) to: Vec<u8>,
}

impl Transaction for ReplaceProviders {
    type Output = bool;
    const NAME: &'static str = "replace_tenant_providers";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let changed = tx
            .execute(
                "UPDATE tenants SET providers = $3 WHERE id = $1 AND providers = $2",
                &[
                    (&self.id).into(),
                    self.from.as_slice().into(),
                    self.to.as_slice().into(),
                ],
            )
            .await?;
        Ok(changed == 1)
    }
}

/// Deletes the row of a tenant, from which on no operation finds the tenant.
pub(super) struct DeleteTenant {
    pub(super) id: String,
    /// Whether it may have users.
    pub(super) with_users: bool,
}

/// Outcome of a [`DeleteTenant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deleted {
    Done,
    NotFound,
    HasUsers,
}

impl Transaction for DeleteTenant {
    type Output = Deleted;
    const NAME: &'static str = "delete_tenant";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Deleted, TxError> {
        if !self.with_users {
            let user = tx
                .query_optional(
                    "SELECT 1 FROM login_identifiers WHERE tenant_id = $1 LIMIT 1",
                    &[(&self.id).into()],
                )
                .await?;
            if user.is_some() {
                return Ok(Deleted::HasUsers);
            }
        }
        let deleted = tx
            .execute("DELETE FROM tenants WHERE id = $1", &[(&self.id).into()])
            .await?;
        Ok(if deleted == 1 {
            Deleted::Done
        } else {
            Deleted::NotFound
        })
    }
}

/// Deletes users who are in no other tenant, at most a batch; how many, and the sessions that ended. Users who are in
/// another tenant, too, leave this one.
pub(super) struct DeleteUsers {
    pub(super) tenant_id: String,
}

impl Transaction for DeleteUsers {
    type Output = (usize, Vec<EndedSession>);
    const NAME: &'static str = "delete_users_of_tenant";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let rows = tx
            .query(
                "SELECT DISTINCT method.user_id FROM login_identifiers AS owner
                 JOIN login_methods AS method ON method.recipe_user_id = owner.recipe_user_id
                 WHERE owner.tenant_id = $1 AND NOT EXISTS (
                     SELECT 1 FROM login_methods AS other
                     JOIN login_method_tenants AS place ON place.recipe_user_id = other.recipe_user_id
                     WHERE other.user_id = method.user_id AND place.tenant_id <> $1)
                 LIMIT $2",
                &[(&self.tenant_id).into(), limit().into()],
            )
            .await?;
        let mut ended = Vec::new();
        let count = rows.len();
        for mut row in rows {
            let id: String = row.take(0)?;
            ended.extend(users::delete(tx, &id).await?.1);
        }
        Ok((count, ended))
    }
}

/// Deletes what is left of a tenant without users of its own: sessions, places of users, secrets, mails, what recipes keep;
/// the sessions that ended.
pub(super) struct DeleteRest {
    pub(super) tenant_id: String,
}

impl Transaction for DeleteRest {
    type Output = Vec<EndedSession>;
    const NAME: &'static str = "delete_rest_of_tenant";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<EndedSession>, TxError> {
        let id = &self.tenant_id;
        let ended = end_sessions_in(tx, id).await?;
        for sql in [
            "DELETE FROM login_identifiers WHERE tenant_id = $1",
            "DELETE FROM login_method_tenants WHERE tenant_id = $1",
            "DELETE FROM mail_outbox WHERE tenant_id = $1 AND state = 'waiting'",
        ] {
            tx.execute(sql, &[id.into()]).await?;
        }
        traces::delete_of_tenant(tx, id).await?;
        // The subject of a secret that belongs to no user begins with the tenant and a blank. `!` follows the blank.
        let (first, behind) = (format!("{id} "), format!("{id}!"));
        tx.execute(
            "DELETE FROM one_time_secrets WHERE subject >= $1 AND subject < $2",
            &[(&first).into(), (&behind).into()],
        )
        .await?;
        Ok(ended)
    }
}

fn limit() -> i64 {
    i64::try_from(BATCH_SIZE).unwrap_or(i64::MAX)
}

fn read(mut row: Row) -> Result<TenantRow, TxError> {
    Ok(TenantRow {
        id: row.take(0)?,
        first_factors: row.take(1)?,
        providers: row.take(2)?,
    })
}
