//! Sessions by their handle or their user: what an application asks and does without being in a
//! request of that session — from an admin's page, a job, a webhook.
//!
//! What changes here is in the database at once. The access token that the browser holds does not
//! change before its next refresh, or before an API that checks the database
//! ([`VerifyOptions::check_database`](crate::session::VerifyOptions)); until then a revoked session is
//! accepted (at most [`SessionConfig::access_token_validity_ms`](crate::session::SessionConfig)). Times
//! are milliseconds since the epoch. Every function fails with [`Error::Unavailable`] or
//! [`Error::Internal`] if the store does. (OWASP ASVS 5.0, 7.4: administrators can end any session.)

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Sessions;
use crate::error::{ClaimError, Error};
use crate::session::claims::{self, Claim, ClaimSource, ClaimValidators, Subject};
use crate::session::config::TransferPolicy;
use crate::session::events::RevokedBy;
use crate::session::transport::TransferMethod;
use crate::session::{AccessToken, Session, TokenContent, access};
use crate::store::{ClaimsChange, SessionRow};

/// What is known about a session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionInformation {
    /// Names the session; no secret.
    pub handle: String,
    /// The user.
    pub user_id: String,
    /// The login method with which the session began.
    pub recipe_user_id: String,
    /// The tenant in which the session began.
    pub tenant_id: String,
    /// What the application keeps with the session on the server.
    pub data: Value,
    /// What the application has put into the access token, the issuer included.
    pub claims: Map<String, Value>,
    /// When the session began.
    pub created_at: i64,
    /// When it ends, unless it is refreshed before.
    pub expires_at: i64,
}

impl SessionInformation {
    /// The application's own claims, as [`Session::own_claims`] reads them.
    ///
    /// # Errors
    /// [`Error::Internal`] if they are not of this type.
    pub fn own_claims<T: DeserializeOwned>(&self) -> Result<T, Error> {
        claims::read_own(&self.claims)
    }
}

impl Sessions {
    /// What is known about a session; `None` if there is none of this handle, or it is expired.
    pub async fn information_by_handle(
        &self,
        handle: &str,
    ) -> Result<Option<SessionInformation>, Error> {
        Ok(self.row(handle).await?.map(|row| SessionInformation {
            handle: row.handle,
            user_id: row.user_id,
            recipe_user_id: row.recipe_user_id,
            tenant_id: row.tenant_id,
            data: row.data,
            claims: row.claims,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }))
    }

    /// Handles of the sessions of a user that are not expired, oldest first; of one tenant, or of all
    /// (`None`).
    pub async fn list(&self, user_id: &str, tenant_id: Option<&str>) -> Result<Vec<String>, Error> {
        let now = self.0.clock.now();
        self.0.store.session_handles(user_id, tenant_id, now).await
    }

    /// Ends a session; whether there was one.
    pub async fn revoke_by_handle(&self, handle: &str) -> Result<bool, Error> {
        let revoked = self.revoke_many(&[handle.to_owned()]).await?;
        Ok(!revoked.is_empty())
    }

    /// Ends sessions; the handles of those that existed.
    pub async fn revoke_many(&self, handles: &[String]) -> Result<Vec<String>, Error> {
        self.revoke_because(handles, RevokedBy::Application).await
    }

    /// Ends all sessions of a user, in one tenant or in all (`None`); their handles.
    pub async fn revoke_all(
        &self,
        user_id: &str,
        tenant_id: Option<&str>,
    ) -> Result<Vec<String>, Error> {
        let handles = self.list(user_id, tenant_id).await?;
        self.revoke_many(&handles).await
    }

    /// Replaces what the application keeps with a session on the server; `null` is `{}`. Whether there
    /// is such a session.
    pub async fn replace_data_by_handle(&self, handle: &str, data: Value) -> Result<bool, Error> {
        let data = if data.is_null() {
            Value::Object(Map::new())
        } else {
            data
        };
        self.0.store.replace_session_data(handle, data).await
    }

    /// Changes the claims of a session: each key of `update` replaces the one of its name, `null`
    /// deletes. Whether there is such a session.
    ///
    /// # Errors
    /// [`Error::Internal`] if a claim belongs to the server, or cookies cannot hold the claims.
    pub async fn merge_claims_by_handle(
        &self,
        handle: &str,
        update: &Map<String, Value>,
    ) -> Result<bool, Error> {
        let change = ClaimsChange::Merge(update.clone());
        self.change_claims_by_handle(handle, change).await
    }

    /// Replaces the application's own claims of a session by the fields of `claims`; those that are `null` are left
    /// out. What the server writes stays, and so do the claims that it fetches for every session. Whether there is
    /// such a session.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims_by_handle`]; [`Error::Internal`] if `claims` is no object.
    pub async fn replace_claims_by_handle<T: Serialize + Sync + ?Sized>(
        &self,
        handle: &str,
        claims: &T,
    ) -> Result<bool, Error> {
        let change = claims::replacement(&claims, &self.0.claims)?;
        self.change_claims_by_handle(handle, change).await
    }

    async fn change_claims_by_handle(
        &self,
        handle: &str,
        change: ClaimsChange,
    ) -> Result<bool, Error> {
        let Some(row) = self.row(handle).await? else {
            return Ok(false);
        };
        Ok(self.store_claims_of(&row, change).await?.is_some())
    }

    /// Sets a claim to a value, as of now. Whether there is such a session.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims_by_handle`].
    pub async fn set_claim_by_handle<T>(
        &self,
        handle: &str,
        claim: &Claim<T>,
        value: &T,
    ) -> Result<bool, Error>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let update = claim.setting(value, self.0.clock.now())?;
        self.merge_claims_by_handle(handle, &update).await
    }

    /// Fetches a claim, however new it is; leaves it where there is no value. Whether there is such a
    /// session.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims_by_handle`]; the claim could not be fetched.
    pub async fn fetch_claim_by_handle(
        &self,
        handle: &str,
        claim: &dyn ClaimSource,
    ) -> Result<bool, Error> {
        let Some(row) = self.row(handle).await? else {
            return Ok(false);
        };
        let entry = claim.entry(Subject::of(&row), self.0.clock.now()).await?;
        let update = entry.map(|entry| (claim.key().to_owned(), entry));
        let change = ClaimsChange::Merge(update.into_iter().collect());
        Ok(self.store_claims_of(&row, change).await?.is_some())
    }

    /// Removes a claim. Whether there is such a session.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims_by_handle`].
    pub async fn remove_claim_by_handle(
        &self,
        handle: &str,
        claim: &dyn ClaimSource,
    ) -> Result<bool, Error> {
        let update = [(claim.key().to_owned(), Value::Null)];
        let update = update.into_iter().collect();
        self.merge_claims_by_handle(handle, &update).await
    }

    /// The value of a claim: the outer `None` says that there is no such session, the inner one that
    /// the session does not have the claim.
    pub async fn claim_by_handle<T>(
        &self,
        handle: &str,
        claim: &Claim<T>,
    ) -> Result<Option<Option<T>>, Error>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let row = self.row(handle).await?;
        Ok(row.map(|row| claim.value(&row.claims)))
    }

    /// What validators find wrong with a session; claims that are missing or too old are fetched and
    /// stored first. `None` if there is no such session.
    ///
    /// # Errors
    /// A claim could not be fetched or belongs to the server.
    pub async fn validate_by_handle(
        &self,
        handle: &str,
        validators: &ClaimValidators,
    ) -> Result<Option<Vec<ClaimError>>, Error> {
        let Some(row) = self.row(handle).await? else {
            return Ok(None);
        };
        let validators = validators.of(&self.0.validators, &self.offline(&row));
        let update = self.fetch_due(Subject::of(&row), &validators).await?;
        let mut claims = row.claims.clone();
        if !update.is_empty() {
            let change = ClaimsChange::Merge(update);
            let Some(merged) = self.store_claims_of(&row, change).await? else {
                return Ok(None);
            };
            claims = merged;
        }
        self.failures(&claims, &validators).await.map(Some)
    }

    /// A session that is not expired.
    async fn row(&self, handle: &str) -> Result<Option<SessionRow>, Error> {
        let row = self.0.store.session(handle).await?;
        Ok(row.filter(|row| row.expires_at > self.0.clock.now()))
    }

    /// A stored session as validators see those of requests.
    fn offline(&self, row: &SessionRow) -> Session {
        let now = self.0.clock.now();
        let content = TokenContent {
            handle: row.handle.clone(),
            user_id: row.user_id.clone(),
            recipe_user_id: row.recipe_user_id.clone(),
            tenant_id: row.tenant_id.clone(),
            claims: row.claims.clone(),
            access_token: AccessToken::default(),
            issued_at: now,
            expires_at: now,
        };
        Session::new(Arc::new(content), TransferMethod::Header)
    }

    /// Stores a change of claims. How the session's tokens travel is not known here, so cookies must
    /// be able to hold them wherever there may be any.
    async fn store_claims_of(
        &self,
        row: &SessionRow,
        change: ClaimsChange,
    ) -> Result<Option<Map<String, Value>>, Error> {
        claims::check_update(change.given())?;
        let by_headers_only =
            self.0.transfer.is_none() && self.config().transfer == TransferPolicy::Header;
        let transfer = if by_headers_only {
            TransferMethod::Header
        } else {
            TransferMethod::Cookie
        };
        let changed = SessionRow {
            claims: change.apply(row.claims.clone()),
            ..row.clone()
        };
        let (hash, stamp) = (row.refresh_hash.as_str(), &self.0.settings.stamp);
        let times = (row.created_at / 1000, row.expires_at / 1000);
        let payload = access::payload(&changed, hash, None, stamp, times);
        self.check_size(transfer, &row.user_id, &payload)?;
        self.0
            .store
            .change_session_claims(&row.handle, change)
            .await
    }
}
