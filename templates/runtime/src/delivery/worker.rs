//! Sending the mails and text messages of the queue.
//!
//! One dispatcher for each server claims mails that are due, at most one for each recipient at a time, and
//! sends each on a task of its own. A mail that fails for now gets a later turn; its worker goes on with
//! another one.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tracing::Instrument;

use super::queue::{Due, Inner, Signals, Stop};
use super::{Message, SendError};
use crate::crypto::token;
use crate::error::Error;
use crate::phone::PhoneNumber;
use crate::store::{ClaimMails, ClaimedMail, CountMails, FinishMail, MailOutcome};

/// How many mails are sent at once.
const WORKERS: usize = 8;
/// How long sending one may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a claim counts, in milliseconds: longer than everything that a worker does with it. A mail
/// whose worker died is claimed again after that.
const LEASE: i64 = 60_000;
/// How often to look for work that was not announced: mails that are tried again, those of other servers.
const POLL: Duration = Duration::from_secs(5);
/// How often to count what waits.
const COUNT: Duration = Duration::from_secs(15);
/// The pause before the second attempt; each further one is three times as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause between attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// Makes the text of a mail, and the tokens in it; `None` when there is nothing to send, for the recipient
/// is unknown or gone.
pub(crate) type Compose = Arc<
    dyn Fn(Due) -> Pin<Box<dyn Future<Output = Result<Option<Message>, Error>> + Send>>
        + Send
        + Sync,
>;

/// The claim of a mail: its id and the number of the attempt.
type Claim = (String, i64);

/// Sends mails until the queue is dropped or stopped.
pub(super) async fn run(queue: Weak<Inner>, compose: Compose) {
    let Some(signals) = queue.upgrade().map(|inner| Arc::clone(&inner.signals)) else {
        return;
    };
    let mut sends = Sends::default();
    let mut stop = signals.stop.subscribe();
    let mut counted: Option<Instant> = None;
    loop {
        let Some(inner) = queue.upgrade() else { return };
        let way = *stop.borrow_and_update();
        if way == Stop::Requested {
            sends.cut_off(&inner).await;
        }
        if way != Stop::Running {
            sends.clear_ended();
            if sends.tasks.is_empty() {
                signals.stop.send_replace(Stop::Over);
                return;
            }
            drop(inner);
            wait(&signals, &mut stop, &mut sends, POLL).await;
            continue;
        }
        let question = signals.asked.load(Ordering::Acquire);
        let mut pause = POLL.mul_f64(0.75 + token::random_fraction().unwrap_or(0.5) / 2.0);
        match sends.fill(&inner, &compose).await {
            Ok(()) if sends.tasks.is_empty() => {
                signals.answered.send_replace(question);
            }
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, "the mails that are due could not be read");
                pause = POLL;
            }
        }
        if counted.is_none_or(|at| at.elapsed() >= COUNT) {
            counted = Some(Instant::now());
            count(&inner).await;
        }
        // The queue may be dropped while the worker waits.
        drop(inner);
        wait(&signals, &mut stop, &mut sends, pause).await;
    }
}

/// Waits until there may be something to do.
async fn wait(
    signals: &Signals,
    stop: &mut tokio::sync::watch::Receiver<Stop>,
    sends: &mut Sends,
    pause: Duration,
) {
    tokio::select! {
        Some(ended) = sends.tasks.join_next_with_id() => sends.remove(ended),
        () = signals.wake.notified() => {}
        _ = stop.changed() => {}
        () = tokio::time::sleep(pause) => {}
    }
}

/// What is being sent.
#[derive(Default)]
struct Sends {
    tasks: JoinSet<()>,
    claims: HashMap<Id, Claim>,
}

impl Sends {
    /// Claims as many mails as there are free workers, and begins to send them.
    async fn fill(&mut self, inner: &Arc<Inner>, compose: &Compose) -> Result<(), Error> {
        self.clear_ended();
        let free = WORKERS.saturating_sub(self.tasks.len());
        if free == 0 {
            return Ok(());
        }
        let now = inner.clock.now();
        let claim = ClaimMails {
            now,
            leased_until: now + LEASE,
            most: i64::try_from(free).unwrap_or(1),
        };
        for row in inner.store.run(claim).await? {
            let claim = (row.id.clone(), row.attempt);
            let span = match &row.request_id {
                Some(id) => tracing::info_span!(parent: None, "mail", request_id = %id),
                None => tracing::info_span!(parent: None, "mail"),
            };
            let send = send(Arc::clone(inner), Arc::clone(compose), row);
            let task = self.tasks.spawn(send.instrument(span));
            self.claims.insert(task.id(), claim);
        }
        Ok(())
    }

    fn clear_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.remove(ended);
        }
    }

    fn remove(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        if let Some((mail, attempt)) = self.claims.remove(&id)
            && ended.is_err_and(|error| error.is_panic())
        {
            // Its lease runs out, and then it is tried again.
            tracing::error!(mail, attempt, "the worker of a mail panicked");
        }
    }

    /// Ends what is being sent, and leaves it to the next server.
    async fn cut_off(&mut self, inner: &Inner) {
        self.tasks.abort_all();
        while let Some(ended) = self.tasks.join_next_with_id().await {
            let (id, is_cut) = match ended {
                Ok((id, ())) => (id, false),
                Err(error) => (error.id(), error.is_cancelled()),
            };
            let Some(claim) = self.claims.remove(&id).filter(|_| is_cut) else {
                continue;
            };
            let later = MailOutcome::Later {
                due_at: inner.clock.now(),
                failure: "the server stopped".to_owned(),
            };
            finish(inner, claim, later).await;
        }
    }
}

/// Sends one mail and remembers what became of it.
async fn send(inner: Arc<Inner>, compose: Compose, row: ClaimedMail) {
    let (kind, expires_at) = (row.kind.clone(), row.expires_at);
    let metrics = match PhoneNumber::from_normal(&row.recipient) {
        Some(_) => &inner.sms_metrics,
        None => &inner.mail_metrics.messages,
    };
    let claim = (row.id.clone(), row.attempt);
    let (id, attempt) = claim.clone();
    let failure = match attempt_once(&inner, &compose, row).await {
        Ok(is_sent) => {
            if is_sent {
                metrics.sent();
            }
            return finish(&inner, claim, MailOutcome::Done).await;
        }
        Err(error) => error,
    };
    let now = inner.clock.now();
    let due_at = now + pause_after(attempt, token::random_fraction().unwrap_or(0.5));
    let outcome = if failure.transient && due_at < expires_at {
        metrics.retried();
        tracing::warn!(mail = id, kind, attempt, error = %failure, "a message is tried again later");
        MailOutcome::Later {
            due_at,
            failure: failure.message,
        }
    } else {
        metrics.failed();
        tracing::error!(
            mail = id, kind, attempt, error = %failure,
            "a message was not delivered; see `outbox list`"
        );
        MailOutcome::Failed {
            failure: failure.message,
        }
    };
    finish(&inner, claim, outcome).await;
}

/// One attempt; `false` if there was nothing to send.
async fn attempt_once(
    inner: &Inner,
    compose: &Compose,
    row: ClaimedMail,
) -> Result<bool, SendError> {
    // A newer server, or one with the secret, can send it; so it is not given up.
    let due = inner.open(row).map_err(SendError::transient)?;
    let composed = compose(due).await.map_err(|error| {
        tracing::warn!(%error, "a message could not be prepared");
        SendError::transient("the message could not be prepared")
    });
    let Some(message) = composed? else {
        return Ok(false);
    };
    let sending = async {
        match &message {
            Message::Mail(mail) => inner.senders.mailer.send(mail).await,
            Message::Sms(sms) => inner.senders.sms.send(sms).await,
        }
    };
    tokio::time::timeout(SEND_TIMEOUT, sending)
        .await
        .unwrap_or_else(|_| Err(SendError::transient("sending took too long")))?;
    Ok(true)
}

async fn finish(inner: &Inner, (id, attempt): Claim, outcome: MailOutcome) {
    let finish = FinishMail {
        id: id.clone(),
        attempt,
        now: inner.clock.now(),
        outcome,
    };
    match inner.store.run(finish).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(mail = id, "another worker, or an operator, took this mail"),
        Err(error) => {
            tracing::error!(mail = id, %error, "what became of a mail was not stored: it may be sent twice");
        }
    }
}

/// How long to wait after so many attempts, in milliseconds; `fraction`, from 0 to 1, keeps mails that
/// failed together from being tried together.
fn pause_after(attempts: i64, fraction: f64) -> i64 {
    let exponent = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    let pause = FIRST_PAUSE.saturating_mul(3_u32.pow(exponent));
    let pause = pause.min(LONGEST_PAUSE).mul_f64(0.5 + fraction / 2.0);
    i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)
}

/// Shows how many mails wait and how many were given up.
async fn count(inner: &Inner) {
    // The metrics of the store show when this fails.
    if let Ok(counts) = inner.store.run(CountMails).await {
        inner.mail_metrics.pending.set(counts.waiting);
        inner.mail_metrics.undelivered.set(counts.failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        assert_eq!(pause_after(1, 1.0), 5_000);
        assert_eq!(pause_after(1, 0.0), 2_500);
        assert_eq!(pause_after(3, 1.0), 45_000);
        for attempts in [8, 100, i64::MAX] {
            assert_eq!(pause_after(attempts, 1.0), 3_600_000);
        }
        // Within a day, an address that answers 4yz is tried some thirty times.
        let day: i64 = (1..31).map(|attempts| pause_after(attempts, 1.0)).sum();
        assert!((24 * 3_600_000..27 * 3_600_000).contains(&day), "{day}");
    }
}
