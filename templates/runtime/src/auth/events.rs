//! Handlers of session events: each works through its queue in a task of its own.

use std::future::Future;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use tokio::sync::mpsc::Receiver;

use super::{Auth, AuthBuilder, Parts};
use crate::error::Error;
use crate::session::{Queued, SessionEvent};

/// Handles session events. An async closure over the event and the server is one:
/// `|event: SessionEvent, auth: Auth| async move { Ok(()) }`.
#[async_trait]
pub trait OnSessionEvent: Send + Sync {
    /// Handles an event.
    ///
    /// # Errors
    /// An error is logged. The request that caused the event has its answer already, and the event is not
    /// repeated.
    async fn on_session_event(&self, event: SessionEvent, auth: Auth) -> Result<(), Error>;
}

#[async_trait]
impl<F, R> OnSessionEvent for F
where
    F: Fn(SessionEvent, Auth) -> R + Send + Sync,
    R: Future<Output = Result<(), Error>> + Send,
{
    async fn on_session_event(&self, event: SessionEvent, auth: Auth) -> Result<(), Error> {
        self(event, auth).await
    }
}

/// A handler and its queue.
pub(super) type Listener = (Arc<dyn OnSessionEvent>, Receiver<Queued>);

impl AuthBuilder {
    /// Adds a handler, which gets an event for every session that begins, is refreshed, is signed out or revoked, or
    /// whose refresh token was copied, after the change is stored. Several handlers do not wait for each other.
    ///
    /// A handler gets events one after the other, in their order, outside of the request: it cannot change, refuse
    /// or delay the answer. An error or a panic of a handler is logged, and the next event follows. Where a handler is
    /// so slow that thousands of events wait for it, further ones are dropped with a warning. Each server of a
    /// database reports only what it did itself; what the command line does is no event. Events are not stored: what
    /// must not be lost belongs in the database of the application, in the step that causes it.
    ///
    /// ```no_run
    /// # async fn run(config: auth_runtime::Config) -> Result<(), auth_runtime::auth::StartError> {
    /// use auth_runtime::Auth;
    /// use auth_runtime::session::{SessionEvent, SessionEventKind};
    ///
    /// let auth = Auth::builder(config)
    ///     .on_session_event(|event: SessionEvent, auth: Auth| async move {
    ///         if event.kind == SessionEventKind::TheftDetected {
    ///             // A thief of one token may have others.
    ///             auth.sessions().revoke_all(&event.user_id, None).await?;
    ///         }
    ///         Ok(())
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn on_session_event(mut self, handler: impl OnSessionEvent + 'static) -> Self {
        self.hooks.on_session_event.push(Arc::new(handler));
        self
    }
}

impl Auth {
    /// Waits until the handlers of session events have handled all events so far. For tests, and for a program that
    /// ends without [`Auth::close`].
    pub async fn session_events_handled(&self) {
        self.sessions().events_handled().await;
    }
}

/// Starts the handlers, which work for as long as the server exists.
pub(super) fn start(listeners: Vec<Listener>, parts: &Arc<Parts>) {
    for (handler, queue) in listeners {
        tokio::spawn(work(handler, queue, Arc::downgrade(parts)));
    }
}

async fn work(handler: Arc<dyn OnSessionEvent>, mut queue: Receiver<Queued>, server: Weak<Parts>) {
    while let Some(queued) = queue.recv().await {
        match queued {
            // The caller may have stopped waiting.
            Queued::Mark(mark) => drop(mark.send(())),
            Queued::Event(event) => {
                let Some(parts) = server.upgrade() else {
                    return;
                };
                handle(Arc::clone(&handler), event, Auth(parts)).await;
            }
        }
    }
}

/// Handles one event in a task, so that a panic ends no other event.
async fn handle(handler: Arc<dyn OnSessionEvent>, event: SessionEvent, auth: Auth) {
    let (kind, handle) = (event.kind, event.handle.clone());
    let handling = async move { handler.on_session_event(event, auth).await };
    match tokio::spawn(handling).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(?kind, session = %handle, %error, "a handler of session events failed");
        }
        Err(error) => {
            tracing::error!(?kind, session = %handle, %error, "a handler of session events broke off");
        }
    }
}
