//! Handlers of events: each works through its queue in a task of its own.

use std::future::Future;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use tokio::sync::mpsc::Receiver;

use super::{Auth, AuthBuilder, Parts};
use crate::error::Error;
use crate::events::{AuthEvent, Queued};

/// Handles events. An async closure over the event and the server is one:
/// `|event: AuthEvent, auth: Auth| async move { Ok(()) }`.
#[async_trait]
pub trait OnEvent: Send + Sync {
    /// Handles an event.
    ///
    /// # Errors
    /// An error is logged. The request that caused the event has its answer already, and the event is not
    /// repeated.
    async fn on_event(&self, event: AuthEvent, auth: Auth) -> Result<(), Error>;
}

#[async_trait]
impl<F, R> OnEvent for F
where
    F: Fn(AuthEvent, Auth) -> R + Send + Sync,
    R: Future<Output = Result<(), Error>> + Send,
{
    async fn on_event(&self, event: AuthEvent, auth: Auth) -> Result<(), Error> {
        self(event, auth).await
    }
}

/// A handler and its queue.
pub(super) type Listener = (Arc<dyn OnEvent>, Receiver<Queued>);

impl AuthBuilder {
    /// Adds a handler, which gets an [`AuthEvent`] for every sign-up, sign-in and failed sign-in, for addresses that are
    /// verified and passwords that are reset, and for every session that begins, is refreshed, is signed out or revoked, or
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
    /// use auth_runtime::events::{AuthEvent, SessionEventKind};
    ///
    /// let auth = Auth::builder(config)
    ///     .on_event(|event: AuthEvent, auth: Auth| async move {
    ///         match event {
    ///             // A thief of one token may have others.
    ///             AuthEvent::Session(event) if event.kind == SessionEventKind::TheftDetected => {
    ///                 auth.sessions().revoke_all(&event.user_id, None).await?;
    ///             }
    ///             AuthEvent::SignedUp { user, .. } => tracing::info!(user = %user.id, "welcome"),
    ///             _ => {}
    ///         }
    ///         Ok(())
    ///     })
    ///     .build()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn on_event(mut self, handler: impl OnEvent + 'static) -> Self {
        self.hooks.on_event.push(Arc::new(handler));
        self
    }
}

impl Auth {
    /// Announces to the handlers of the application what is stored. The argument of `make` is the time.
    pub(crate) fn raise(&self, make: impl FnOnce(i64) -> AuthEvent) {
        self.0.events.raise(|| make(self.clock().now()));
    }

    /// Waits until the handlers have handled all events so far. For tests, and for a program that ends without
    /// [`Auth::close`].
    pub async fn events_handled(&self) {
        self.0.events.handled().await;
    }
}

/// Starts the handlers, which work for as long as the server exists.
pub(super) fn start(listeners: Vec<Listener>, parts: &Arc<Parts>) {
    for (handler, queue) in listeners {
        tokio::spawn(work(handler, queue, Arc::downgrade(parts)));
    }
}

async fn work(handler: Arc<dyn OnEvent>, mut queue: Receiver<Queued>, server: Weak<Parts>) {
    while let Some(queued) = queue.recv().await {
        match queued {
            // The caller may have stopped waiting.
            Queued::Mark(mark) => drop(mark.send(())),
            Queued::Event(event) => {
                let Some(parts) = server.upgrade() else {
                    return;
                };
                handle(Arc::clone(&handler), *event, Auth(parts)).await;
            }
        }
    }
}

/// Handles one event in a task, so that a panic ends no other event.
async fn handle(handler: Arc<dyn OnEvent>, event: AuthEvent, auth: Auth) {
    let name = event.name();
    let handling = async move { handler.on_event(event, auth).await };
    match tokio::spawn(handling).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(event = name, %error, "a handler of events failed");
        }
        Err(error) => {
            tracing::error!(event = name, %error, "a handler of events broke off");
        }
    }
}
