//! The counters in the database.
//!
//! Each counter is one row with one time, after the Generic Cell Rate Algorithm (ITU-T I.371, "virtual
//! scheduling"; the same as a token bucket): the *theoretical arrival time*, at which the counter would be at
//! rest. One more is allowed if that time is at most `(burst - 1) * interval` ahead, and moves it by one
//! interval. A missing row is a counter at rest, so a row may be deleted once its time has passed.
//!
//! A counter is tested and moved by one conditional write, so that of guesses that arrive at the same time on
//! several servers no more are allowed than the limit says.

use super::Counter;
use crate::store::{Access, Retry, Transaction, Tx, TxError};

/// How many counters are deleted in one step.
const PURGE_BATCH_SIZE: i64 = 1_000;

/// Counts an attempt for several keys, or for none of them. The outcome is the time, in milliseconds since
/// the epoch, at which the next attempt is allowed; `None` if this one is.
pub(super) struct Count {
    pub(super) now: i64,
    /// In the order of their ids: two transactions that lock the same rows in different orders would wait
    /// for each other.
    pub(super) counters: Vec<Counter>,
}

impl Transaction for Count {
    type Output = Option<i64>;
    const NAME: &'static str = "count_attempt";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, TxError> {
        for (place, counter) in self.counters.iter().enumerate() {
            if count(tx, counter, self.now).await? {
                continue;
            }
            // An attempt that is refused costs no key anything.
            for counted in &self.counters[..place] {
                give_back(tx, counted).await?;
            }
            return Ok(Some(allowed_at(tx, counter, self.now).await?));
        }
        Ok(None)
    }
}

async fn count(tx: &mut Tx<'_>, counter: &Counter, now: i64) -> Result<bool, TxError> {
    let Counter { id, rate } = counter;
    // A time further ahead than any attempt moves it is left from before the clock was set back.
    let row = tx
        .query_optional(
            "INSERT INTO limit_counters (id, rests_at) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET rests_at = CASE
                 WHEN limit_counters.rests_at < $3 OR limit_counters.rests_at > $4 THEN $2
                 ELSE limit_counters.rests_at + $5 END
             WHERE limit_counters.rests_at <= $6 OR limit_counters.rests_at > $4
             RETURNING rests_at",
            &[
                id.into(),
                (now + rate.interval_ms).into(),
                now.into(),
                now.saturating_add(rate.furthest_ms()).into(),
                rate.interval_ms.into(),
                now.saturating_add(rate.tolerance_ms()).into(),
            ],
        )
        .await?;
    Ok(row.is_some())
}

async fn allowed_at(tx: &mut Tx<'_>, counter: &Counter, now: i64) -> Result<i64, TxError> {
    let row = tx
        .query_optional(
            "SELECT rests_at FROM limit_counters WHERE id = $1",
            &[(&counter.id).into()],
        )
        .await?;
    // It may have been reset in between.
    let rests_at = row.map_or(Ok(now), |row| row.get(0))?;
    Ok(rests_at.saturating_sub(counter.rate.tolerance_ms()))
}

async fn give_back(tx: &mut Tx<'_>, counter: &Counter) -> Result<(), TxError> {
    tx.execute(
        "UPDATE limit_counters SET rests_at = rests_at - $2 WHERE id = $1",
        &[(&counter.id).into(), counter.rate.interval_ms.into()],
    )
    .await?;
    Ok(())
}

/// Takes an attempt back that turned out to be no guess.
pub(super) struct Forgive {
    /// Counters that start again.
    pub(super) reset: Vec<Counter>,
    /// Counters that take back this one attempt. After the others, and in the order of their ids.
    pub(super) give_back: Vec<Counter>,
}

impl Transaction for Forgive {
    type Output = ();
    const NAME: &'static str = "forgive_attempt";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let resets = self.reset.iter().map(|counter| (counter, true));
        let others = self.give_back.iter().map(|counter| (counter, false));
        let mut all: Vec<_> = resets.chain(others).collect();
        all.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        for (counter, is_reset) in all {
            if is_reset {
                tx.execute(
                    "DELETE FROM limit_counters WHERE id = $1",
                    &[(&counter.id).into()],
                )
                .await?;
            } else {
                give_back(tx, counter).await?;
            }
        }
        Ok(())
    }
}

/// Deletes counters that are at rest; `true` if there may be more of them.
pub(crate) struct PurgeCounters {
    pub(crate) now: i64,
}

impl Transaction for PurgeCounters {
    type Output = (u64, bool);
    const NAME: &'static str = "purge_counters";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(u64, bool), TxError> {
        let deleted = tx
            .execute(
                "DELETE FROM limit_counters WHERE id IN (
                     SELECT id FROM limit_counters WHERE rests_at <= $1
                     ORDER BY id LIMIT $2)",
                &[self.now.into(), PURGE_BATCH_SIZE.into()],
            )
            .await?;
        Ok((deleted, deleted >= PURGE_BATCH_SIZE.unsigned_abs()))
    }
}

/// Decrypts a stored key; `None` if it cannot be used.
type OpenKey = Box<dyn Fn(&[u8]) -> Option<[u8; 32]> + Send + Sync>;

/// The key of this name that all servers of a database share: the one that is stored, or `fresh` where there
/// is none yet or `opens` refuses the stored one.
pub(super) struct SharedKey {
    pub(super) name: &'static str,
    /// As it is to be stored, and as it is.
    pub(super) fresh: (Vec<u8>, [u8; 32]),
    /// What is stored, decrypted; `None` if it cannot be used.
    pub(super) open: OpenKey,
}

impl Transaction for SharedKey {
    type Output = [u8; 32];
    const NAME: &'static str = "shared_key";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<[u8; 32], TxError> {
        // Servers that start at the same time must end up with the same key.
        tx.lock("server_keys").await?;
        let stored = tx
            .query_optional(
                "SELECT value FROM server_keys WHERE name = $1",
                &[self.name.into()],
            )
            .await?;
        if let Some(row) = stored {
            let value: Vec<u8> = row.get(0)?;
            if let Some(key) = (self.open)(&value) {
                return Ok(key);
            }
        }
        let (value, key) = &self.fresh;
        tx.execute(
            "INSERT INTO server_keys (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[self.name.into(), value.as_slice().into()],
        )
        .await?;
        Ok(*key)
    }
}
