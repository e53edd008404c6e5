//! Ending sessions. Each way to end one passes through here, where it is counted and announced.

use super::Sessions;
use crate::error::Error;
use crate::events::AuthEvent;
use crate::session::Session;
use crate::session::effects::Effects;
use crate::session::events::{RevokedBy, SessionEvent, SessionEventKind};
use crate::session::transport;
use crate::store::EndedSession;

impl Sessions {
    /// Ends a session and clears the tokens of the method that it uses. It is no error if the
    /// session is gone already.
    pub async fn revoke(&self, session: &Session, fx: &mut Effects) -> Result<(), Error> {
        let handles = std::slice::from_ref(&session.handle);
        self.end_sessions(handles, SessionEventKind::SignedOut)
            .await?;
        transport::clear(&self.0.settings, fx, session.transfer)
    }

    /// Ends sessions and says why; the handles of those that existed.
    async fn end_sessions(
        &self,
        handles: &[String],
        kind: SessionEventKind,
    ) -> Result<Vec<String>, Error> {
        let ended = self.0.store.revoke_sessions(handles).await?;
        let handles = ended.iter().map(|session| session.handle.clone()).collect();
        self.after_end(ended, kind);
        Ok(handles)
    }

    /// Ends sessions because of something; the handles of those that existed.
    pub(crate) async fn revoke_because(
        &self,
        handles: &[String],
        by: RevokedBy,
    ) -> Result<Vec<String>, Error> {
        self.end_sessions(handles, SessionEventKind::Revoked(by))
            .await
    }

    /// Counts and announces sessions that a transaction of a recipe has ended.
    pub(crate) fn ended(&self, sessions: Vec<EndedSession>, by: RevokedBy) {
        self.after_end(sessions, SessionEventKind::Revoked(by));
    }

    fn after_end(&self, sessions: Vec<EndedSession>, kind: SessionEventKind) {
        self.0.metrics.revoked.inc_by(sessions.len() as u64);
        if self.0.events.is_empty() {
            return;
        }
        let now = self.0.clock.now();
        for session in sessions {
            let event = || AuthEvent::Session(SessionEvent::new(kind, session, now));
            self.0.events.raise(event);
        }
    }
}
