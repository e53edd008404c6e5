//! The mails that were accepted and are still to be sent.
//!
//! A row is `waiting` until a worker has sent it, has found that there is nothing to send (both `done`),
//! or has given it up (`failed`). Any number of servers work on one table: a worker claims a row with a
//! conditional write that leases it for a time, and says what became of it only while its claim counts.
//! The lease of a worker that crashes runs out; so a mail is sent at least once, and twice where a
//! worker crashes between sending it and storing that.
//!
//! A row names kind, recipient and subject. No usable token stands in it: workers make tokens when they
//! send. What must be remembered until then (a code) is sealed by the caller. Once a row is done its
//! recipient, subject and payload are deleted; its hash of the recipient stays for an hour, since recent
//! rows are what limits mails for one address ([`MailLimit`]).

mod operator;

pub(crate) use operator::{
    CountMails, DiscardMails, ForgetMails, ListMails, ListedMail, Picked, RetryMails,
};

use super::{Access, Retry, Transaction, Tx, TxError};
use crate::crypto::token;
use crate::error::Error;

/// A mail to be remembered.
#[derive(Clone)]
pub(crate) struct NewMailRow {
    /// Names the row; random.
    pub(crate) id: String,
    /// What the mail is about, in the words of [`MailKind`](crate::delivery::MailKind).
    pub(crate) kind: &'static str,
    /// The tenant that it belongs to.
    pub(crate) tenant_id: String,
    /// The URL of the auth pages that its links lead to.
    pub(crate) website: String,
    /// The language of its text; `None` stands for that of the settings.
    pub(crate) language: Option<String>,
    /// Whom it is about: a user or a login method, where that is known already.
    pub(crate) subject: Option<String>,
    /// What the text needs and only this row knows; sealed.
    pub(crate) payload: Option<Vec<u8>>,
    /// The request that asked for it.
    pub(crate) request_id: Option<String>,
    /// Now, in milliseconds.
    pub(crate) created_at: i64,
    /// From when on it is not tried again.
    pub(crate) expires_at: i64,
}

/// How many mails of one kind one address may be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MailLimit {
    /// How many at once.
    pub(crate) burst: i64,
    /// When the next one may follow, in milliseconds after the last.
    pub(crate) pause: i64,
    /// How many in a window.
    pub(crate) most: i64,
    /// How long the window is, in milliseconds.
    pub(crate) window: i64,
}

/// Remembers a mail, unless its recipient has had enough of its kind; whether it is remembered.
pub(crate) struct EnqueueMail {
    pub(crate) row: NewMailRow,
    pub(crate) recipient: String,
    pub(crate) limit: MailLimit,
}

impl Transaction for EnqueueMail {
    type Output = bool;
    const NAME: &'static str = "enqueue_mail";
    // A second run does not count its own row, and inserts it once.
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let hash = token::sha256_hex(&self.recipient);
        // Thousands of requests for one address must not queue up for its lock, each with a
        // connection: those that are over the limit already need none.
        if self.is_over(tx, &hash).await? {
            return Ok(false);
        }
        tx.lock(&format!("mail/{}/{hash}", self.row.kind)).await?;
        if self.is_over(tx, &hash).await? {
            return Ok(false);
        }
        insert(tx, &self.row, &self.recipient).await?;
        Ok(true)
    }
}

impl EnqueueMail {
    /// Whether one more mail would be too much: beyond the burst one has to wait for the pause.
    async fn is_over(&self, tx: &mut Tx<'_>, hash: &str) -> Result<bool, TxError> {
        let now = self.row.created_at;
        let row = tx
            .query_optional(
                "SELECT COUNT(*), COALESCE(MAX(created_at), 0) FROM mail_outbox
                 WHERE recipient_hash = $1 AND kind = $2 AND created_at > $3 AND id <> $4",
                &[
                    hash.into(),
                    self.row.kind.into(),
                    (now - self.limit.window).into(),
                    (&self.row.id).into(),
                ],
            )
            .await?;
        let row = row.ok_or_else(|| Error::internal("a count returned no row"))?;
        let (count, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        let is_too_soon = count >= self.limit.burst && now - last < self.limit.pause;
        Ok(is_too_soon || count >= self.limit.most)
    }
}

/// Remembers a mail as part of another transaction. The caller wakes the workers when it is committed.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    row: &NewMailRow,
    recipient: &str,
) -> Result<(), TxError> {
    tx.execute(
        "INSERT INTO mail_outbox (id, kind, tenant_id, recipient, recipient_hash, subject, payload,
                              request_id, state, attempts, created_at, due_at, leased_until,
                              expires_at, website, language)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $9, 0, $10, $11, $12)
         ON CONFLICT (id) DO NOTHING",
        &[
            (&row.id).into(),
            row.kind.into(),
            (&row.tenant_id).into(),
            recipient.into(),
            (&token::sha256_hex(recipient)).into(),
            row.subject.as_ref().into(),
            row.payload.as_ref().into(),
            row.request_id.as_ref().into(),
            row.created_at.into(),
            row.expires_at.into(),
            (&row.website).into(),
            row.language.as_ref().into(),
        ],
    )
    .await
    .map(drop)
}

/// A mail that this worker has claimed.
#[derive(Clone)]
pub(crate) struct ClaimedMail {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) tenant_id: String,
    pub(crate) recipient: String,
    /// `None` in the row of a server that does not know the column.
    pub(crate) website: Option<String>,
    /// As that of the website.
    pub(crate) language: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) request_id: Option<String>,
    pub(crate) expires_at: i64,
    /// How often it was claimed, this time included. Names the claim.
    pub(crate) attempt: i64,
}

/// The statement that finds mails that are due: the first one of each recipient who has none that is being sent. The index
/// of states gives them in their order, and the search ends after `$2`: so a claim costs the same however many mails
/// wait. `|| ''` keeps SQLite, which has no statistics, from looking through all that wait in the same index for the other
/// mails of a recipient. A test looks at how both databases carry it out.
macro_rules! find_due {
    ($before:literal) => {
        concat!(
            $before,
            "SELECT id FROM mail_outbox AS candidate
             WHERE state = 'waiting' AND due_at <= $1 AND leased_until <= $1
               AND NOT EXISTS (
                   SELECT 1 FROM mail_outbox AS other
                   WHERE other.recipient_hash = candidate.recipient_hash AND other.state || '' = 'waiting'
                     AND (other.leased_until > $1 OR other.due_at < candidate.due_at
                          OR (other.due_at = candidate.due_at AND other.id < candidate.id)))
             ORDER BY due_at LIMIT $2"
        )
    };
}

/// Claims mails that are due, until a time: at most one for each recipient, and none for a recipient
/// whose mail is being sent, so that one who is slow holds up one worker.
pub(crate) struct ClaimMails {
    pub(crate) now: i64,
    pub(crate) leased_until: i64,
    pub(crate) most: i64,
}

impl Transaction for ClaimMails {
    type Output = Vec<ClaimedMail>;
    const NAME: &'static str = "claim_mails";
    // A lost answer leaves leases that run out.
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let found = tx
            .query(find_due!(""), &[self.now.into(), self.most.into()])
            .await?;
        let mut claimed = Vec::with_capacity(found.len());
        for row in found {
            claimed.extend(self.claim(tx, &row.get::<String>(0)?).await?);
        }
        Ok(claimed)
    }
}

impl ClaimMails {
    /// The mail, unless another worker was faster.
    async fn claim(&self, tx: &mut Tx<'_>, id: &str) -> Result<Option<ClaimedMail>, TxError> {
        let row = tx
            .query_optional(
                "UPDATE mail_outbox SET leased_until = $2, attempts = attempts + 1
                 WHERE id = $3 AND state = 'waiting' AND leased_until <= $1
                 RETURNING id, kind, tenant_id, recipient, subject, payload, request_id, expires_at,
                       attempts, website, language",
                &[self.now.into(), self.leased_until.into(), id.into()],
            )
            .await?;
        row.map(|row| {
            Ok(ClaimedMail {
                id: row.get(0)?,
                kind: row.get(1)?,
                tenant_id: row.get(2)?,
                recipient: row.get(3)?,
                subject: row.get(4)?,
                payload: row.get(5)?,
                request_id: row.get(6)?,
                expires_at: row.get(7)?,
                attempt: row.get(8)?,
                website: row.get(9)?,
                language: row.get(10)?,
            })
        })
        .transpose()
    }
}

/// How the database finds the mails of [`ClaimMails`].
#[cfg(all(test, feature = "recipes"))]
pub(super) struct ExplainClaim;

#[cfg(all(test, feature = "recipes"))]
impl Transaction for ExplainClaim {
    type Output = String;
    const NAME: &'static str = "explain_claim";
    const ACCESS: Access = Access::Read;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<String, TxError> {
        let sql = super::Sql::Each {
            sqlite: find_due!("EXPLAIN QUERY PLAN "),
            postgres: find_due!("EXPLAIN "),
        };
        super::tests::plans::plan(tx, sql, &[10_i64.into(), 8_i64.into()]).await
    }
}

/// What became of a claimed mail.
#[derive(Debug, Clone)]
pub(crate) enum MailOutcome {
    /// It was sent, or there was nothing to send.
    Done,
    /// It is to be tried again at this time.
    Later {
        /// When, in milliseconds.
        due_at: i64,
        /// What went wrong, without any part of the mail.
        failure: String,
    },
    /// It was given up.
    Failed {
        /// What went wrong, without any part of the mail.
        failure: String,
    },
}

/// Says what became of a claimed mail; `false` if the claim does not count any more.
pub(crate) struct FinishMail {
    pub(crate) id: String,
    pub(crate) attempt: i64,
    pub(crate) now: i64,
    pub(crate) outcome: MailOutcome,
}

impl Transaction for FinishMail {
    type Output = bool;
    const NAME: &'static str = "finish_mail";
    const ACCESS: Access = Access::WriteOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let (id, attempt) = ((&self.id).into(), self.attempt.into());
        let changed = match &self.outcome {
            MailOutcome::Done => {
                tx.execute(
                    "UPDATE mail_outbox
                     SET state = 'done', finished_at = $3, leased_until = 0, recipient = NULL,
                         subject = NULL, payload = NULL, failure = NULL
                     WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
                    &[id, attempt, self.now.into()],
                )
                .await?
            }
            MailOutcome::Later { due_at, failure } => {
                tx.execute(
                    "UPDATE mail_outbox SET due_at = $3, leased_until = 0, failure = $4
                     WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
                    &[id, attempt, (*due_at).into(), failure.into()],
                )
                .await?
            }
            MailOutcome::Failed { failure } => {
                tx.execute(
                    "UPDATE mail_outbox
                     SET state = 'failed', finished_at = $3, leased_until = 0, failure = $4
                     WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
                    &[id, attempt, self.now.into(), failure.into()],
                )
                .await?
            }
        };
        Ok(changed == 1)
    }
}
