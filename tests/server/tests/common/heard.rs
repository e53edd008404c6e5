//! A handler that keeps the events that it gets.

use std::sync::{Arc, Mutex, MutexGuard};

use auth_server::Auth;
use auth_server::auth::AuthBuilder;
use auth_server::events::AuthEvent;

use super::Server;

/// The events that a handler has got; clones share them.
#[derive(Clone)]
pub(crate) struct Heard<E = AuthEvent>(Arc<Mutex<Vec<E>>>);

impl<E> Default for Heard<E> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<E: Clone> Heard<E> {
    pub(crate) fn keep(&self, event: E) {
        self.kept().push(event);
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Vec<E>> {
        self.0.lock().expect("no test panics with it")
    }

    /// What has come since the last look, in its order.
    pub(crate) async fn events(&self, server: &Server) -> Vec<E> {
        server.auth.events_handled().await;
        std::mem::take(&mut *self.kept())
    }
}

impl Heard {
    /// Adds the handler.
    pub(crate) fn listen(&self, builder: AuthBuilder) -> AuthBuilder {
        let heard = self.clone();
        builder.on_event(move |event: AuthEvent, _: Auth| {
            heard.keep(event);
            std::future::ready(Ok(()))
        })
    }

    /// The names of what has come since the last look, in its order.
    pub(crate) async fn names(&self, server: &Server) -> Vec<&'static str> {
        let events = self.events(server).await;
        events.iter().map(AuthEvent::name).collect()
    }
}
