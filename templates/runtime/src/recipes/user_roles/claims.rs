//! The claims `st-role` and `st-perm`: lists of texts, in their order.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::sql::{RolesAndPermissions, RolesOfUser, RolesWithPermissions};
use crate::error::Error;
use crate::session::{Claim, ClaimSource, Subject};
use crate::store::Store;

const ROLES: &str = "st-role";
const PERMISSIONS: &str = "st-perm";

/// The roles of the user of a session, in its tenant.
pub(super) fn roles(store: &Arc<dyn Store>) -> Claim<Vec<String>> {
    let store = Arc::clone(store);
    Claim::new(ROLES, move |subject: Subject| {
        let store = Arc::clone(&store);
        async move {
            let Subject {
                tenant_id, user_id, ..
            } = subject;
            let roles = store.run(RolesOfUser { tenant_id, user_id }).await?;
            Ok(Some(roles))
        }
    })
}

/// What these roles permit, each once.
pub(super) fn permissions(store: &Arc<dyn Store>) -> Claim<Vec<String>> {
    let store = Arc::clone(store);
    Claim::new(PERMISSIONS, move |subject: Subject| {
        let store = Arc::clone(&store);
        async move { Ok(Some(read(&store, subject).await?.permissions)) }
    })
}

async fn read(store: &Arc<dyn Store>, subject: Subject) -> Result<RolesAndPermissions, Error> {
    let Subject {
        tenant_id, user_id, ..
    } = subject;
    store.run(RolesWithPermissions { tenant_id, user_id }).await
}

/// Both claims, which a new session begins with by one read.
pub(super) struct Both {
    store: Arc<dyn Store>,
    roles: Claim<Vec<String>>,
}

impl Both {
    pub(super) fn new(store: &Arc<dyn Store>) -> Self {
        Self {
            store: Arc::clone(store),
            roles: roles(store),
        }
    }
}

#[async_trait]
impl ClaimSource for Both {
    fn key(&self) -> &str {
        ROLES
    }

    async fn entry(&self, user: Subject, now: i64) -> Result<Option<Value>, Error> {
        self.roles.entry(user, now).await
    }

    fn keys(&self) -> Vec<&str> {
        vec![ROLES, PERMISSIONS]
    }

    async fn entries(&self, user: Subject, now: i64) -> Result<Map<String, Value>, Error> {
        let RolesAndPermissions { roles, permissions } = read(&self.store, user).await?;
        let entry = |values: Vec<String>| json!({ "v": values, "t": now });
        let entries = [
            (ROLES.to_owned(), entry(roles)),
            (PERMISSIONS.to_owned(), entry(permissions)),
        ];
        Ok(entries.into_iter().collect())
    }
}
