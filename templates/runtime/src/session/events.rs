//! Events of sessions, made of what the store has.

pub use crate::events::{RevokedBy, SessionEvent, SessionEventKind};
use crate::store::{EndedSession, SessionRow};

impl SessionEvent {
    pub(super) fn new(kind: SessionEventKind, session: EndedSession, at: i64) -> Self {
        let EndedSession {
            handle,
            user_id,
            recipe_user_id,
            tenant_id,
        } = session;
        Self {
            kind,
            handle,
            user_id,
            recipe_user_id,
            tenant_id,
            at,
        }
    }

    pub(super) fn of(kind: SessionEventKind, row: &SessionRow, at: i64) -> Self {
        Self {
            kind,
            handle: row.handle.clone(),
            user_id: row.user_id.clone(),
            recipe_user_id: row.recipe_user_id.clone(),
            tenant_id: row.tenant_id.clone(),
            at,
        }
    }
}
