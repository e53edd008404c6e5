//! What a server does from time to time, for as long as its [`Auth`] exists and is not retired.
//!
//! Rules: several servers on one database may do all of this at once, and none needs another one for it;
//! what fails is counted, logged and tried again at the next turn; no step holds the database for long (the
//! store deletes in small transactions); and servers that start together do not work at the same times: each turn
//! is up to a tenth early or late, and the first one comes at a random moment.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::{Auth, Parts, messages};
use crate::crypto::token;
use crate::delivery::{DONE_KEPT, Due, FAILED_KEPT};
use crate::error::Error;
use crate::limits::PurgeCounters;
use crate::session::{KEY_POLL, Sessions};
use crate::store::{ForgetMails, PurgeSecrets};

/// The latest moment of the first clean-up after a start.
const FIRST: Duration = Duration::from_secs(60);

/// Says when a server is retired.
type Retired = watch::Receiver<bool>;

/// Starts all of it.
pub(super) fn start(parts: &Arc<Parts>) {
    tokio::spawn(prepare_key(parts.sessions.clone()));
    tokio::spawn(keep_clean(Arc::downgrade(parts), parts.retired.subscribe()));
    tokio::spawn(follow_keys(
        Arc::downgrade(parts),
        parts.retired.subscribe(),
    ));
    send_mails(parts);
}

/// Sends the messages that wait in the database.
fn send_mails(parts: &Arc<Parts>) {
    let server = Arc::downgrade(parts);
    parts.mail.start(Arc::new(move |due: Due| {
        let server = server.upgrade();
        Box::pin(async move {
            let parts = server.ok_or_else(|| Error::internal("the server was dropped"))?;
            let recipes = parts.recipes;
            messages::compose(recipes, &Auth(parts), due).await
        })
    }));
}

/// Makes the signing key before the first request needs it: making an RSA key takes longer than all the rest of
/// a start, and a server that issues no token does not wait for it.
async fn prepare_key(sessions: Sessions) {
    let rotates = sessions.config().use_dynamic_signing_key;
    // A request that needs the key tries again, and reports what fails then.
    if let Err(error) = sessions.keys().signing(rotates).await {
        tracing::warn!(%error, "the signing key could not be prepared");
    }
}

/// Deletes what has expired.
async fn keep_clean(parts: Weak<Parts>, mut retired: Retired) {
    let Some(interval) = parts.upgrade().map(|parts| parts.config.cleanup_interval) else {
        return;
    };
    let mut pause = interval.min(FIRST).mul_f64(random());
    while is_on_after(pause, &mut retired).await {
        let Some(parts) = parts.upgrade() else { return };
        // The failure is logged there; the next turn tries again.
        let _ = clean_up(&parts).await;
        drop(parts);
        pause = about(interval, random());
    }
}

/// Deletes what has expired now; returns the number of deleted rows.
pub(super) async fn clean_up(parts: &Parts) -> Result<u64, Error> {
    let metrics = &parts.metrics.cleanup;
    match delete_expired(parts).await {
        Ok(deleted) => {
            metrics.deleted.inc_by(deleted);
            metrics.last_success.set(parts.clock.now() / 1000);
            tracing::debug!(deleted, "deleted what had expired");
            Ok(deleted)
        }
        Err(error) => {
            metrics.failures.inc();
            tracing::error!(%error, "what had expired could not be deleted");
            Err(error)
        }
    }
}

/// Deletes in small transactions, one kind of row after the other; returns the number of deleted rows.
async fn delete_expired(parts: &Parts) -> Result<u64, Error> {
    let now = parts.clock.now();
    let store = parts.store.as_ref();
    let mut deleted = parts.sessions.purge_expired().await?;
    loop {
        let secrets = PurgeSecrets { expired_until: now };
        let mails = ForgetMails {
            done_until: now - DONE_KEPT,
            failed_until: now - FAILED_KEPT,
        };
        let (counters, _) = store.run(PurgeCounters { now }).await?;
        let gone = store.run(secrets).await? + store.run(mails).await? + counters;
        if gone == 0 {
            return Ok(deleted);
        }
        deleted += gone;
    }
}

/// Reads the signing keys again, for an operator may have replaced one.
async fn follow_keys(parts: Weak<Parts>, mut retired: Retired) {
    // Early, never late: the documentation promises within which time a removed key is refused.
    while is_on_after(KEY_POLL.mul_f64(1.0 - random() / 5.0), &mut retired).await {
        let Some(parts) = parts.upgrade() else { return };
        if let Err(error) = parts.sessions.keys().follow().await {
            tracing::warn!(%error, "the signing keys were not read again");
        }
    }
}

/// Whether the server is still to work after a pause. One that is retired, or gone, does not wait for its end.
async fn is_on_after(pause: Duration, retired: &mut Retired) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        _ = retired.wait_for(|is_retired| *is_retired) => false,
    }
}

/// A random fraction in `[0, 1)`. If the random generator fails, it is the same for all servers, which then work
/// at the same times.
fn random() -> f64 {
    token::random_fraction().unwrap_or(0.5)
}

/// A time within a tenth of this one.
fn about(time: Duration, fraction: f64) -> Duration {
    time.mul_f64(0.9 + fraction / 5.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_differ_by_a_tenth_at_most() {
        let hour = Duration::from_secs(3600);
        assert_eq!(about(hour, 0.0), Duration::from_secs(3240));
        assert_eq!(about(hour, 0.5), hour);
        assert!(about(hour, 0.999) < Duration::from_secs(3960));
    }
}
