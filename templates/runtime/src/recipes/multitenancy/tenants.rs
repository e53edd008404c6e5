//! Making, changing, listing and deleting tenants.

use serde_json::{Map, Value};

use super::sql::{
    BATCH_SIZE, DeleteRest, DeleteTenant, DeleteUsers, Deleted, FindTenant, ListTenants,
    ReplaceProviders, SetTenants, TenantRow,
};
use crate::admin::Admin;
use crate::auth::{Auth, Recipe};
use crate::config::Config;
use crate::crypto::encryption::{Encryption, Unreadable};
use crate::error::Error;
use crate::session::{RevokedBy, Sessions};
use crate::store::Store;
use crate::tenant::{PUBLIC_TENANT, Tenant};

/// The tenants of a server. What is changed holds for the next request, on all servers of the database.
///
/// ```no_run
/// # async fn run(auth: auth_runtime::Auth) -> Result<(), auth_runtime::Error> {
/// use auth_runtime::tenant::Tenant;
///
/// let mut tenant = Tenant::new("acme").map_err(auth_runtime::Error::bad_input)?;
/// tenant.first_factors = Some(vec!["otp-email".to_owned()]);
/// auth.tenants().set(&tenant).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Tenants<'a> {
    store: &'a dyn Store,
    sessions: &'a Sessions,
    config: &'a Config,
    recipes: &'static [&'static dyn Recipe],
}

/// Outcome of deleting a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is deleted, with so many users.
    Done {
        /// How many users were in no other tenant.
        users: usize,
    },
    /// There is no such tenant.
    NotFound,
    /// It has users, and was to be deleted only without.
    HasUsers,
}

impl Auth {
    /// The tenants.
    pub fn tenants(&self) -> Tenants<'_> {
        Tenants {
            store: self.store(),
            sessions: self.sessions(),
            config: self.config(),
            recipes: self.recipes(),
        }
    }
}

impl Admin {
    /// The tenants.
    pub fn tenants(&self) -> Tenants<'_> {
        Tenants {
            store: self.store(),
            sessions: self.sessions(),
            config: self.config(),
            recipes: self.recipes(),
        }
    }
}

impl Tenants<'_> {
    /// The tenant of an id, in any case; `None` if there is none.
    ///
    /// # Errors
    /// The store failed, or the providers cannot be decrypted.
    pub async fn get(&self, id: &str) -> Result<Option<Tenant>, Error> {
        // What cannot be an id is not asked for, however long it is.
        let Ok(Tenant { id, .. }) = Tenant::new(id) else {
            return Ok(None);
        };
        let row = self.store.run(FindTenant(id)).await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// Tenants in the order of their ids, 500 at most: those after an id, or the first ones.
    ///
    /// # Errors
    /// As [`Tenants::get`].
    pub async fn list(&self, after: Option<&str>) -> Result<Vec<Tenant>, Error> {
        let after = after.unwrap_or_default().to_owned();
        let rows = self.store.run(ListTenants { after }).await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// Makes a tenant, or changes the one of its id to this; whether it is new.
    ///
    /// # Errors
    /// [`Error::BadInput`] for what a tenant cannot be: an id, a first factor, a provider; the store failed.
    pub async fn set(&self, tenant: &Tenant) -> Result<bool, Error> {
        let are_new = self.set_all(std::slice::from_ref(tenant)).await?;
        Ok(are_new.contains(&true))
    }

    /// The same for several, all of which are checked before one is stored; for each, in the order of their ids,
    /// whether it is new.
    ///
    /// # Errors
    /// As [`Tenants::set`]; where the store failed, some may be stored.
    pub async fn set_all(&self, tenants: &[Tenant]) -> Result<Vec<bool>, Error> {
        let mut rows = Vec::new();
        for tenant in tenants {
            let checked = tenant.check().and_then(|()| {
                let mut recipes = self.recipes.iter();
                recipes.try_for_each(|recipe| recipe.check_tenant(self.config, tenant))
            });
            checked
                .map_err(|error| Error::bad_input(format!("the tenant {}: {error}", tenant.id)))?;
            rows.push(self.close(tenant)?);
        }
        rows.sort_by(|one: &TenantRow, other| one.id.cmp(&other.id));
        let mut are_new = Vec::new();
        for rows in rows.chunks(BATCH_SIZE) {
            are_new.extend(self.store.run(SetTenants(rows.to_vec())).await?);
        }
        Ok(are_new)
    }

    /// Deletes a tenant with its sessions, and the users who are in no other tenant; users who are in another one, too,
    /// leave it. Without `with_users` a tenant that has users is left as it is. An access token that was issued is
    /// accepted until it expires.
    ///
    /// # Errors
    /// [`Error::BadInput`] for `public`; the store failed: then some users may be left, and the next call deletes them.
    pub async fn delete(&self, id: &str, with_users: bool) -> Result<Deletion, Error> {
        let Ok(Tenant { id, .. }) = Tenant::new(id) else {
            return Ok(Deletion::NotFound);
        };
        if id == PUBLIC_TENANT {
            return Err(Error::bad_input("the tenant public cannot be deleted"));
        }
        let delete = DeleteTenant {
            id: id.clone(),
            with_users,
        };
        let deleted = self.store.run(delete).await?;
        if deleted == Deleted::HasUsers {
            return Ok(Deletion::HasUsers);
        }
        // In small transactions: SQLite has one writer. What an earlier call has left is deleted, too.
        let mut users = 0;
        loop {
            let batch = DeleteUsers {
                tenant_id: id.clone(),
            };
            let (count, ended) = self.store.run(batch).await?;
            self.sessions.ended(ended, RevokedBy::Application);
            users += count;
            if count < BATCH_SIZE {
                break;
            }
        }
        let ended = self.store.run(DeleteRest { tenant_id: id }).await?;
        self.sessions.ended(ended, RevokedBy::Application);
        Ok(if deleted == Deleted::NotFound && users == 0 {
            Deletion::NotFound
        } else {
            Deletion::Done { users }
        })
    }

    /// Encrypts under the current secret what is not.
    ///
    /// # Errors
    /// As [`Tenants::get`].
    pub(super) async fn encrypt_again(&self) -> Result<(), Error> {
        if !self.encryption().is_on() {
            return Ok(());
        }
        let mut after = String::new();
        loop {
            let rows = self.store.run(ListTenants { after }).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id.clone();
            for row in rows {
                let TenantRow { id, providers, .. } = row;
                let outdated = providers.filter(|stored| self.encryption().is_outdated(stored));
                let Some(from) = outdated else { continue };
                let plain = self.decrypted(&id, &from)?;
                let to = self.encryption().encrypt(&label(&id), &plain)?;
                // Where another server was faster there is nothing left to do.
                self.store.run(ReplaceProviders { id, from, to }).await?;
            }
        }
    }

    fn encryption(&self) -> &Encryption {
        &self.config.session.signing_key_encryption
    }

    /// The providers of a tenant as JSON.
    fn decrypted(&self, id: &str, stored: &[u8]) -> Result<Vec<u8>, Error> {
        let opened = self.encryption().decrypt(&label(id), stored);
        opened.map_err(|unreadable| unreadable_providers(id, unreadable))
    }

    /// A tenant of its row.
    fn open(&self, row: TenantRow) -> Result<Tenant, Error> {
        let first_factors = row.first_factors.as_deref().map(serde_json::from_str);
        let first_factors = first_factors.transpose().map_err(Error::internal)?;
        let providers: Vec<Map<String, Value>> = match &row.providers {
            Some(stored) => {
                let plain = self.decrypted(&row.id, stored)?;
                // What the parser says of it may repeat a secret.
                serde_json::from_slice(&plain)
                    .map_err(|_| unreadable_providers(&row.id, Unreadable::Broken))?
            }
            None => Vec::new(),
        };
        Ok(Tenant {
            id: row.id,
            first_factors,
            providers,
        })
    }

    /// The row of a tenant.
    fn close(&self, tenant: &Tenant) -> Result<TenantRow, Error> {
        let first_factors = tenant.first_factors.as_ref().map(serde_json::to_string);
        let providers = if tenant.providers.is_empty() {
            None
        } else {
            let plain = serde_json::to_vec(&tenant.providers).map_err(Error::internal)?;
            Some(self.encryption().encrypt(&label(&tenant.id), &plain)?)
        };
        Ok(TenantRow {
            id: tenant.id.clone(),
            first_factors: first_factors.transpose().map_err(Error::internal)?,
            providers,
        })
    }
}

/// What is authenticated with the ciphertext, so that no two change places.
fn label(id: &str) -> String {
    format!("providers of the tenant {id}")
}

fn unreadable_providers(id: &str, unreadable: Unreadable) -> Error {
    let what = match unreadable {
        Unreadable::NoSecret => {
            "are encrypted: set AUTH_ENCRYPTION_SECRET to the secret they were encrypted under"
        }
        Unreadable::OtherSecret => {
            "are encrypted under another secret: add that one to AUTH_ENCRYPTION_SECRET, after the current one"
        }
        Unreadable::Broken => "are damaged",
    };
    Error::internal(format!("the providers of the tenant {id} {what}"))
}
