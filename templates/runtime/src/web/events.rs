//! Answers that go on: events, as `EventSource` and `fetch` read them (HTML, Server-sent events).
//!
//! Rule: a connection on which nothing happens is written to all the same, so that proxies keep it open and the server
//! learns that its client has left.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::IntoResponse;
pub use axum::response::sse::Event;
use axum::response::sse::{KeepAlive, Sse};
use futures_core::Stream;
use tokio::sync::mpsc;

/// Events, one after the other. The answer ends when they do; when the client leaves, they are dropped.
///
/// The headers are sent at once, so whatever should be refused is refused before. A server that stops cuts the answer
/// off after its grace period.
pub struct Events(Pin<Box<dyn Stream<Item = Event> + Send>>);

impl Events {
    /// The events of a stream.
    pub fn new(stream: impl Stream<Item = Event> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// Events that are sent from elsewhere, such as a task: as many as `capacity` (at least one) wait for a client that
    /// reads slowly.
    pub fn channel(capacity: usize) -> (EventSender, Self) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (EventSender(sender), Self::new(Received(receiver)))
    }

    /// The body of the answer.
    pub(super) fn into_body(self) -> Body {
        let events = Sse::new(Infallibly(self.0)).keep_alive(KeepAlive::default());
        events.into_response().into_body()
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

/// Where the events of [`Events::channel`] are sent from. When all clones are dropped, the answer ends.
#[derive(Debug, Clone)]
pub struct EventSender(mpsc::Sender<Event>);

impl EventSender {
    /// Sends an event, once there is room for it. `false`: the client has left, and no event reaches it any more.
    pub async fn send(&self, event: Event) -> bool {
        self.0.send(event).await.is_ok()
    }

    /// Waits until the client has left.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}

struct Received(mpsc::Receiver<Event>);

impl Stream for Received {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.poll_recv(cx)
    }
}

/// Events that cannot fail, in the form that axum asks for.
struct Infallibly(Pin<Box<dyn Stream<Item = Event> + Send>>);

impl Stream for Infallibly {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map(|event| event.map(Ok))
    }
}
