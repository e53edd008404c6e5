//! The queues between what happens and the handlers of the application.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot};

use super::AuthEvent;

/// How many events may wait for one handler: about two megabytes of session events.
const QUEUED: usize = 8192;

/// What waits for a handler.
#[derive(Debug)]
pub(crate) enum Queued {
    /// An event to be handled.
    Event(Box<AuthEvent>),
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
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts an event into the queues of all handlers. Where there is none, it is not made.
    pub(crate) fn raise(&self, make: impl FnOnce() -> AuthEvent) {
        let Some((last, others)) = self.0.split_last() else {
            return;
        };
        let event = make();
        for queue in others {
            queue.send(event.clone());
        }
        last.send(event);
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
    fn send(&self, event: AuthEvent) {
        match self.sender.try_send(Queued::Event(Box::new(event))) {
            Ok(()) => {
                let dropped = self.dropped.swap(0, Ordering::Relaxed);
                if dropped > 0 {
                    tracing::warn!(dropped, "a handler of events missed some of them");
                }
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                if self.dropped.fetch_add(1, Ordering::Relaxed) == 0 {
                    tracing::warn!(
                        "a handler of events is too slow: {QUEUED} events wait, and others are dropped"
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

    fn event(at: i64) -> AuthEvent {
        AuthEvent::EmailVerified {
            recipe_user_id: "r".to_owned(),
            email: "a@b.co".to_owned(),
            at,
        }
    }

    #[tokio::test]
    async fn a_full_queue_drops_events_and_counts_them() {
        let mut queues = EventQueues::default();
        let mut waiting = queues.add();
        let all = i64::try_from(QUEUED).expect("a small number") + 3;
        for at in 0..all {
            queues.raise(|| event(at));
        }
        let dropped = || queues.0[0].dropped.load(Ordering::Relaxed);
        assert_eq!(dropped(), 3);
        assert!(matches!(waiting.recv().await, Some(Queued::Event(first)) if *first == event(0)));
        queues.raise(|| event(all));
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
        queues.raise(|| event(1));
        queues.handled().await;
    }
}
