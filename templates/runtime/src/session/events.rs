//! What happens to sessions, for applications that act on it.
//!
//! Rules: an event describes what is stored already, and contains no secret; a request never waits for a handler: each
//! handler has a queue, and what does not fit in it is dropped with a warning; where there is no handler, an event
//! costs one comparison.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot};

use crate::store::{EndedSession, SessionRow};

/// How many events may wait for one handler: about two megabytes.
const QUEUED: usize = 8192;

/// Something that has happened to a session.
///
/// ```
/// use auth_runtime::session::{RevokedBy, SessionEvent, SessionEventKind};
///
/// fn is_suspicious(event: &SessionEvent) -> bool {
///     match event.kind {
///         SessionEventKind::TheftDetected => true,
///         SessionEventKind::Revoked(by) => by == RevokedBy::Theft,
///         _ => false,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEvent {
    /// What has happened.
    pub kind: SessionEventKind,
    /// Names the session; no secret.
    pub handle: String,
    /// Whose session it is.
    pub user_id: String,
    /// The login method with which it began.
    pub recipe_user_id: String,
    /// The tenant in which it began.
    pub tenant_id: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
}

/// What has happened to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEventKind {
    /// It has begun.
    Created,
    /// Its refresh token was replaced. A second request with the old token (two tabs at once) gets the same new
    /// token, and is no further event.
    Refreshed,
    /// It was ended by a request of its own: by the sign-out operation, or by a handler of the application that
    /// revoked the session of its request.
    SignedOut,
    /// It was ended by something else than a request of its own.
    Revoked(RevokedBy),
    /// A refresh token was presented that had been replaced before: it was copied. The session is revoked
    /// because of it, which is an event of its own.
    TheftDetected,
}

/// What ended a session, other than a request of its own. A session that expires is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevokedBy {
    /// The application, by the handle of the session or by its user.
    Application,
    /// Its user: they signed in again at the same client.
    User,
    /// A credential of its user was changed, such as a password that was reset.
    CredentialChange,
    /// The server, because its refresh token was copied.
    Theft,
}

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

/// What waits for a handler.
#[derive(Debug)]
pub(crate) enum Queued {
    /// An event to be handled.
    Event(SessionEvent),
    /// A caller waits until everything before it is handled.
    Mark(oneshot::Sender<()>),
}

/// The queues of all handlers.
#[derive(Clone, Default)]
pub(crate) struct EventQueues(Vec<Queue>);

#[derive(Clone)]
struct Queue {
    sender: mpsc::Sender<Queued>,
    /// How many events did not fit in since the last one that did.
    dropped: Arc<AtomicU64>,
}

impl EventQueues {
    /// Adds a queue; returns its receiving end.
    pub(crate) fn add(&mut self) -> mpsc::Receiver<Queued> {
        let (sender, receiver) = mpsc::channel(QUEUED);
        let dropped = Arc::default();
        self.0.push(Queue { sender, dropped });
        receiver
    }

    /// Whether there is no handler.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts an event into the queues of all handlers.
    pub(super) fn send(&self, event: &SessionEvent) {
        for queue in &self.0 {
            queue.send(event.clone());
        }
    }

    /// Waits until everything that is queued now is handled.
    pub(crate) async fn handled(&self) {
        for queue in &self.0 {
            let (mark, reached) = oneshot::channel();
            // A handler that is gone handles nothing any more.
            if queue.sender.send(Queued::Mark(mark)).await.is_ok() {
                let _ = reached.await;
            }
        }
    }
}

impl Queue {
    fn send(&self, event: SessionEvent) {
        match self.sender.try_send(Queued::Event(event)) {
            Ok(()) => {
                let dropped = self.dropped.swap(0, Ordering::Relaxed);
                if dropped > 0 {
                    tracing::warn!(dropped, "a handler of session events missed some of them");
                }
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                if self.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
                    tracing::warn!(
                        "a handler of session events is too slow: {QUEUED} events wait, and others are dropped"
                    );
                }
            }
            // The server was closed.
            Err(mpsc::error::TrySendError::Closed(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: i64) -> SessionEvent {
        let session = EndedSession {
            handle: "h".to_owned(),
            user_id: "u".to_owned(),
            recipe_user_id: "r".to_owned(),
            tenant_id: "public".to_owned(),
        };
        SessionEvent::new(SessionEventKind::Refreshed, session, at)
    }

    #[tokio::test]
    async fn a_full_queue_drops_events_and_counts_them() {
        let mut queues = EventQueues::default();
        let mut waiting = queues.add();
        let all = i64::try_from(QUEUED).expect("a small number") + 3;
        for at in 0..all {
            queues.send(&event(at));
        }
        let dropped = || queues.0[0].dropped.load(Ordering::Relaxed);
        assert_eq!(dropped(), 3);
        assert!(matches!(waiting.recv().await, Some(Queued::Event(first)) if first.at == 0));
        queues.send(&event(all));
        assert_eq!(
            dropped(),
            0,
            "the next one that fits has the number of the missing ones"
        );
    }

    #[tokio::test]
    async fn a_dropped_handler_delays_no_event() {
        let mut queues = EventQueues::default();
        drop(queues.add());
        queues.send(&event(1));
        queues.handled().await;
    }
}
