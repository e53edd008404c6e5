//! The claims of a request's session: changing, fetching and judging them.
//!
//! A change is first checked as a whole, then stored, then sent: claims that no cookie can hold
//! must not reach the store, because no later refresh could send them either.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Sessions;
use crate::error::{ClaimError, Error, SessionError};
use crate::session::claims::{self, Claim, ClaimSource, Subject, Validator};
use crate::session::effects::Effects;
use crate::session::{Session, access};
use crate::store::{ClaimsChange, merge_claims};

impl Sessions {
    /// Changes the application's claims: each key of `update` replaces the one of its name, `null`
    /// deletes. The database has the new claims at once, the client with this answer; if the access
    /// token has expired meanwhile, with the next refresh.
    ///
    /// # Errors
    /// [`SessionError::Unauthorised`] if the session is gone; [`Error::Internal`] if a claim belongs
    /// to the server, or cookies cannot hold the claims.
    pub async fn merge_claims(
        &self,
        session: &mut Session,
        update: &Map<String, Value>,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let change = ClaimsChange::Merge(update.clone());
        self.change_claims(session, change, fx).await
    }

    /// Replaces the application's own claims by the fields of `claims`; those that are `null` are left out. What the
    /// server writes stays, and so do the claims that it fetches for every session.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims`]; [`Error::Internal`] if `claims` is no object.
    pub async fn replace_claims<T: Serialize + Sync + ?Sized>(
        &self,
        session: &mut Session,
        claims: &T,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let change = claims::replacement(&claims, &self.0.claims)?;
        self.change_claims(session, change, fx).await
    }

    async fn change_claims(
        &self,
        session: &mut Session,
        change: ClaimsChange,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let changed = match self.store_claims(session, change).await {
            Ok(changed) => changed,
            Err(error) => return Err(self.clearing(fx, error)),
        };
        if self.0.clock.now() < session.expires_at {
            *session = self.reissue(fx, session.clone(), &changed).await?;
        }
        Ok(())
    }

    /// Sets a claim to a value, as of now.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims`].
    pub async fn set_claim<T>(
        &self,
        session: &mut Session,
        claim: &Claim<T>,
        value: &T,
        fx: &mut Effects,
    ) -> Result<(), Error>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        let update = claim.setting(value, self.0.clock.now())?;
        self.merge_claims(session, &update, fx).await
    }

    /// Fetches a claim, however new it is; leaves it where there is no value.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims`]; the claim could not be fetched.
    pub async fn fetch_claim(
        &self,
        session: &mut Session,
        claim: &dyn ClaimSource,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let entry = claim.entry(session.subject(), self.0.clock.now()).await?;
        let update = entry.map(|entry| (claim.key().to_owned(), entry));
        let update = update.into_iter().collect();
        self.merge_claims(session, &update, fx).await
    }

    /// Removes a claim.
    ///
    /// # Errors
    /// As [`Sessions::merge_claims`].
    pub async fn remove_claim(
        &self,
        session: &mut Session,
        claim: &dyn ClaimSource,
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let update = [(claim.key().to_owned(), Value::Null)];
        let update = update.into_iter().collect();
        self.merge_claims(session, &update, fx).await
    }

    /// Demands something of a session that was verified before; fetches what is missing or too old.
    ///
    /// # Errors
    /// [`SessionError::InvalidClaims`] with all that is not met; otherwise as
    /// [`Sessions::merge_claims`].
    pub async fn assert_claims(
        &self,
        session: &mut Session,
        validators: &[Validator],
        fx: &mut Effects,
    ) -> Result<(), Error> {
        let update = self.fetch_due(session.subject(), validators).await?;
        if !update.is_empty() {
            self.merge_claims(session, &update, fx).await?;
        }
        let failed = self.failures(&session.claims, validators).await?;
        if failed.is_empty() {
            return Ok(());
        }
        Err(SessionError::InvalidClaims(failed).into())
    }

    /// Fetches the claims that validators want, each once: the update to be merged.
    pub(super) async fn fetch_due(
        &self,
        mut user: Subject,
        validators: &[Validator],
    ) -> Result<Map<String, Value>, Error> {
        let now = self.0.clock.now();
        let mut update = Map::new();
        for validator in validators {
            let Some(claim) = validator.claim_to_fetch(&user.claims, now) else {
                continue;
            };
            if let Some(entry) = claim.entry(user.clone(), now).await? {
                update.insert(claim.key().to_owned(), entry);
                user.claims = merge_claims(user.claims, update.clone());
            }
        }
        Ok(update)
    }

    /// All that a payload does not meet.
    pub(super) async fn failures(
        &self,
        payload: &Map<String, Value>,
        validators: &[Validator],
    ) -> Result<Vec<ClaimError>, Error> {
        let now = self.0.clock.now();
        let mut failed = Vec::new();
        for validator in validators {
            failed.extend(validator.judge(payload, now).await?);
        }
        Ok(failed)
    }

    /// Stores a change of claims; all claims of the application as they are then.
    pub(super) async fn store_claims(
        &self,
        session: &Session,
        change: ClaimsChange,
    ) -> Result<Map<String, Value>, Error> {
        claims::check_update(change.given())?;
        let changed = change.apply(claims::of_application(&session.claims));
        let stamp = &self.0.settings.stamp;
        let changed = access::replace_claims(&session.claims, &changed, stamp, 0);
        self.check_size(session.transfer, &session.user_id, &changed)?;
        let stored = self.0.store.change_session_claims(&session.handle, change);
        stored
            .await?
            .ok_or_else(|| SessionError::Unauthorised { clear_tokens: true }.into())
    }

    /// The claims that a new session begins with, besides those that it was given.
    pub(super) async fn first_claims(
        &self,
        mut user: Subject,
        now: i64,
    ) -> Result<Map<String, Value>, Error> {
        for claim in &self.0.claims {
            let update = claim.entries(user.clone(), now).await?;
            claims::check_update(&update)?;
            user.claims = merge_claims(user.claims, update);
        }
        Ok(user.claims)
    }
}
