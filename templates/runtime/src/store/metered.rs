//! A store that measures another one: how long each verb takes, and how often it fails.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use serde_json::{Map, Value};
use tracing::Instrument;

use super::transaction::{AnyTransaction, Outcome};
use super::{
    Connections, CreateUser, NewEmailPasswordUser, Purge, RotateSession, SessionRow, SigningKeyRow,
    Store, User,
};
use crate::clock::Clock;
use crate::email::EmailAddress;
use crate::error::Error;
use crate::metrics::{SessionMetrics, StoreMetrics};

/// Counts what another store does. Sessions are counted here, where all ways to begin and to end one
/// come together.
pub(crate) struct Metered {
    inner: Arc<dyn Store>,
    store: StoreMetrics,
    sessions: SessionMetrics,
}

impl Metered {
    pub(crate) fn new(
        inner: Arc<dyn Store>,
        store: StoreMetrics,
        sessions: SessionMetrics,
    ) -> Self {
        Self {
            inner,
            store,
            sessions,
        }
    }

    async fn measure<T>(
        &self,
        verb: &'static str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        // Only whoever collects traces asks for this one.
        let span = tracing::debug_span!(target: "auth_runtime::trace", "store", verb);
        let outcome = work.instrument(span).await;
        let error = outcome.as_ref().err();
        self.store.done(verb, started.elapsed(), error);
        outcome
    }
}

#[async_trait]
impl Store for Metered {
    fn clock(&self) -> Arc<dyn Clock> {
        self.inner.clock()
    }

    fn connections(&self) -> Option<Connections> {
        self.inner.connections()
    }

    async fn ping(&self) -> Result<(), Error> {
        self.measure("ping", self.inner.ping()).await
    }

    async fn transact(&self, transaction: Arc<dyn AnyTransaction>) -> Result<Outcome, Error> {
        let name = transaction.name();
        self.measure(name, self.inner.transact(transaction)).await
    }

    async fn create_email_password_user(
        &self,
        user: NewEmailPasswordUser,
    ) -> Result<CreateUser, Error> {
        let work = self.inner.create_email_password_user(user);
        self.measure("create_email_password_user", work).await
    }

    async fn email_password_user(
        &self,
        tenant_id: &str,
        email: &EmailAddress,
    ) -> Result<Option<(User, String)>, Error> {
        let work = self.inner.email_password_user(tenant_id, email);
        self.measure("email_password_user", work).await
    }

    async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        self.measure("user", self.inner.user(id)).await
    }

    async fn create_session(&self, session: SessionRow) -> Result<(), Error> {
        let work = self.inner.create_session(session);
        self.measure("create_session", work).await?;
        self.sessions.created.inc();
        Ok(())
    }

    async fn session(&self, handle: &str) -> Result<Option<SessionRow>, Error> {
        self.measure("session", self.inner.session(handle)).await
    }

    async fn rotate_session(&self, rotation: RotateSession) -> Result<bool, Error> {
        let work = self.inner.rotate_session(rotation);
        self.measure("rotate_session", work).await
    }

    async fn revoke_sessions(&self, handles: &[String]) -> Result<Vec<String>, Error> {
        let work = self.inner.revoke_sessions(handles);
        let revoked = self.measure("revoke_sessions", work).await?;
        self.sessions.revoked.inc_by(revoked.len() as u64);
        Ok(revoked)
    }

    async fn merge_session_claims(
        &self,
        handle: &str,
        update: Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let work = self.inner.merge_session_claims(handle, update);
        self.measure("merge_session_claims", work).await
    }

    async fn replace_session_data(&self, handle: &str, data: Value) -> Result<bool, Error> {
        let work = self.inner.replace_session_data(handle, data);
        self.measure("replace_session_data", work).await
    }

    async fn session_handles(
        &self,
        user_id: &str,
        tenant_id: Option<&str>,
        now: i64,
    ) -> Result<Vec<String>, Error> {
        let work = self.inner.session_handles(user_id, tenant_id, now);
        self.measure("session_handles", work).await
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error> {
        self.measure("signing_keys", self.inner.signing_keys())
            .await
    }

    async fn add_signing_key(&self, key: SigningKeyRow) -> Result<SigningKeyRow, Error> {
        let work = self.inner.add_signing_key(key);
        self.measure("add_signing_key", work).await
    }

    async fn replace_private_key(
        &self,
        kid: &str,
        from: &[u8; 32],
        to: &[u8],
    ) -> Result<bool, Error> {
        let work = self.inner.replace_private_key(kid, from, to);
        self.measure("replace_private_key", work).await
    }

    async fn remove_signing_keys(&self, kids: &[String]) -> Result<u64, Error> {
        let work = self.inner.remove_signing_keys(kids);
        self.measure("remove_signing_keys", work).await
    }

    async fn close(&self) {
        self.inner.close().await;
    }

    async fn purge(&self, purge: Purge) -> Result<u64, Error> {
        self.measure("purge", self.inner.purge(purge)).await
    }
}
