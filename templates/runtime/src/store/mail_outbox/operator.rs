//! What an operator sees and does, and the clean-up.

use super::super::{Retry, Transaction, Tx, TxError};
use crate::store::transaction::Access;

/// How many rows one transaction deletes, and one list shows, at most.
const BATCH: i64 = 1_000;

/// A mail that is not done, as an operator sees it.
#[derive(Debug, Clone)]
pub(crate) struct ListedMail {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) tenant_id: String,
    pub(crate) recipient: String,
    pub(crate) is_failed: bool,
    pub(crate) attempts: i64,
    pub(crate) created_at: i64,
    pub(crate) due_at: i64,
    pub(crate) failure: Option<String>,
}

/// The mails that wait or were given up, oldest first; the first thousand.
pub(crate) struct ListMails;

impl Transaction for ListMails {
    type Output = Vec<ListedMail>;
    const NAME: &'static str = "list_mails";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let rows = tx
            .query(
                "SELECT id, kind, tenant_id, recipient, state = 'failed', attempts, created_at,
                        due_at, failure
                 FROM mail_outbox WHERE state IN ('waiting', 'failed')
                 ORDER BY created_at, id LIMIT $1",
                &[BATCH.into()],
            )
            .await?;
        let read = rows.iter().map(|row| {
            Ok(ListedMail {
                id: row.get(0)?,
                kind: row.get(1)?,
                tenant_id: row.get(2)?,
                recipient: row.get(3)?,
                is_failed: row.get(4)?,
                attempts: row.get(5)?,
                created_at: row.get(6)?,
                due_at: row.get(7)?,
                failure: row.get(8)?,
            })
        });
        read.collect()
    }
}

/// Which mails an operator means.
#[derive(Debug, Clone)]
pub(crate) enum Picked {
    /// The one of this id, be it waiting or given up.
    One(String),
    /// All that were given up.
    AllFailed,
}

/// Tries mails again from now on; how many.
pub(crate) struct RetryMails {
    pub(crate) picked: Picked,
    pub(crate) now: i64,
    pub(crate) expires_at: i64,
}

impl Transaction for RetryMails {
    type Output = u64;
    const NAME: &'static str = "retry_mails";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        let (now, expires_at) = (self.now.into(), self.expires_at.into());
        match &self.picked {
            // A mail that is being sent at this moment is left to its worker.
            Picked::One(id) => {
                tx.execute(
                    "UPDATE mail_outbox
                     SET state = 'waiting', due_at = $1, expires_at = $2, finished_at = NULL
                     WHERE id = $3 AND state IN ('waiting', 'failed') AND leased_until <= $1",
                    &[now, expires_at, id.into()],
                )
                .await
            }
            Picked::AllFailed => {
                tx.execute(
                    "UPDATE mail_outbox
                     SET state = 'waiting', due_at = $1, expires_at = $2, finished_at = NULL
                     WHERE state = 'failed'",
                    &[now, expires_at],
                )
                .await
            }
        }
    }
}

/// Gives mails up for good, and deletes what they say; how many.
pub(crate) struct DiscardMails {
    pub(crate) picked: Picked,
    pub(crate) now: i64,
}

impl Transaction for DiscardMails {
    type Output = u64;
    const NAME: &'static str = "discard_mails";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        let now = self.now.into();
        match &self.picked {
            Picked::One(id) => {
                tx.execute(
                    "UPDATE mail_outbox
                     SET state = 'done', finished_at = $1, recipient = NULL, subject = NULL,
                         payload = NULL, failure = NULL
                     WHERE id = $2 AND state IN ('waiting', 'failed')",
                    &[now, id.into()],
                )
                .await
            }
            Picked::AllFailed => {
                tx.execute(
                    "UPDATE mail_outbox
                     SET state = 'done', finished_at = $1, recipient = NULL, subject = NULL,
                         payload = NULL, failure = NULL
                     WHERE state = 'failed'",
                    &[now],
                )
                .await
            }
        }
    }
}

/// How many mails are not done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MailCounts {
    /// Those that wait, or are being sent.
    pub(crate) waiting: i64,
    /// Those that were given up.
    pub(crate) failed: i64,
}

/// Counts the mails that are not done.
pub(crate) struct CountMails;

impl Transaction for CountMails {
    type Output = MailCounts;
    const NAME: &'static str = "count_mails";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<MailCounts, TxError> {
        Ok(MailCounts {
            waiting: count(
                tx,
                "SELECT COUNT(*) FROM mail_outbox WHERE state = 'waiting'",
            )
            .await?,
            failed: count(
                tx,
                "SELECT COUNT(*) FROM mail_outbox WHERE state = 'failed'",
            )
            .await?,
        })
    }
}

async fn count(tx: &mut Tx<'_>, sql: &'static str) -> Result<i64, TxError> {
    let row = tx.query_optional(sql, &[]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Deletes mails that are done, and mails that were given up and not tried again; how many.
pub(crate) struct ForgetMails {
    /// Those that were done and were made until then.
    pub(crate) done_until: i64,
    /// Those that were given up until then.
    pub(crate) failed_until: i64,
}

impl Transaction for ForgetMails {
    type Output = u64;
    const NAME: &'static str = "forget_mails";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<u64, TxError> {
        let done = tx
            .execute(
                "DELETE FROM mail_outbox WHERE id IN (
                     SELECT id FROM mail_outbox WHERE state = 'done' AND created_at <= $1
                     ORDER BY id LIMIT $2)",
                &[self.done_until.into(), BATCH.into()],
            )
            .await?;
        let failed = tx
            .execute(
                "DELETE FROM mail_outbox WHERE id IN (
                     SELECT id FROM mail_outbox WHERE state = 'failed' AND finished_at <= $1
                     ORDER BY id LIMIT $2)",
                &[self.failed_until.into(), BATCH.into()],
            )
            .await?;
        Ok(done + failed)
    }
}
