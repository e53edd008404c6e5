//! The mails and text messages that were accepted, in the database.
//!
//! Rules: a mail that [`Queue::post`] accepted survives a stop, a crash and `kill -9`; it is sent at least
//! once. Workers (`worker`) of all servers on the database share the work, and try again by a schedule
//! with growing pauses, so that no recipient holds up another one. What is given up stays in the database
//! for an operator (`auth-server outbox`).
//!
//! The text is made when a mail is sent, and so are the tokens in it: a copy of the database holds none.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::worker::{self, Compose};
use super::{DueSms, Language, MailKind, Mailer, SmsKind, SmsPermit, SmsSender};
use crate::app_info::AppInfo;
use crate::clock::Clock;
use crate::crypto::encryption::Encryption;
use crate::email::EmailAddress;
use crate::error::Error;
use crate::metrics::{MailMetrics, MessageMetrics, Metrics};
use crate::phone::PhoneNumber;
use crate::request_id;
use crate::session::Website;
use crate::store::{ClaimedMail, EnqueueMail, MailLimit, NewMailRow, Store};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How many mails of one kind one address is sent: three at once, then one a minute, six an hour. Nobody's
/// mailbox is flooded by requests for their address (OWASP Forgot Password Cheat Sheet).
const LIMIT: MailLimit = MailLimit {
    burst: 3,
    pause: MINUTE,
    most: 6,
    window: HOUR,
};

/// How long a mail is tried.
pub(crate) const LIFETIME: i64 = 24 * HOUR;
/// How long the rows of mails that are done are kept: they are what [`LIMIT`] counts.
pub(crate) const DONE_KEPT: i64 = HOUR;
/// How long mails that were given up wait for an operator.
pub(crate) const FAILED_KEPT: i64 = 7 * 24 * HOUR;

/// A mail to be sent.
#[derive(Clone)]
pub struct NewMail {
    /// What it is about.
    pub kind: MailKind,
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its recipient, known to the server or not: what asks for mails behaves the same for both, and the
    /// worker finds out.
    pub to: EmailAddress,
    /// Where its links lead to, and its language.
    pub context: MessageContext,
    /// The user or login method that it is about, where that is known already.
    pub subject: Option<String>,
    /// What the text needs and nothing else knows, such as a code. It is stored encrypted where
    /// `AUTH_ENCRYPTION_SECRET` is set, and deleted once the mail is sent.
    pub payload: Option<Vec<u8>>,
}

/// What a message has of the request that asked for it, by [`message_context`](crate::RequestSession::message_context). The
/// default is the website of appInfo and the language of the settings.
#[derive(Debug, Clone, Default)]
pub struct MessageContext {
    /// The website that links lead to.
    pub website: Option<Website>,
    /// The language of the text, where the reader has none of their own ([`Auth::set_user_language`](crate::Auth::set_user_language)).
    pub language: Option<Language>,
}

/// A mail that is due.
#[derive(Clone)]
pub struct DueMail {
    /// Names it, the same each time that it is tried.
    pub id: String,
    /// The name of its kind ([`MailKind::name`]).
    pub kind: String,
    /// See [`NewMail::tenant_id`].
    pub tenant_id: String,
    /// See [`NewMail::to`].
    pub to: EmailAddress,
    /// The URL of the website's auth pages, without `/` at the end, as the server that accepted the mail had it. So all
    /// attempts to send a mail have the same links, whichever server sends it.
    pub website: String,
    /// The language that the server that accepted the mail found in the request. That of its reader goes before it.
    pub language: Option<Language>,
    /// See [`NewMail::subject`].
    pub subject: Option<String>,
    /// See [`NewMail::payload`].
    pub payload: Option<Vec<u8>>,
}

/// What a row of the queue asks for.
pub(crate) enum Due {
    /// A mail.
    Mail(DueMail),
    /// A text message.
    Sms(DueSms),
}

/// What sends the messages of a queue.
pub(crate) struct Senders {
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) sms: Arc<dyn SmsSender>,
}

/// Accepts mails and text messages. Cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

/// What the queue and its workers share.
pub(super) struct Inner {
    /// The website of appInfo.
    website: Website,
    website_base_path: String,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) senders: Senders,
    pub(super) encryption: Encryption,
    pub(super) mail_metrics: MailMetrics,
    pub(super) sms_metrics: MessageMetrics,
    pub(super) signals: Arc<Signals>,
}

/// What the queue and its dispatcher share.
pub(super) struct Signals {
    /// There may be work.
    pub(super) wake: Notify,
    /// How often a caller has asked whether all work is done.
    pub(super) asked: AtomicU64,
    /// The last of these questions that was answered with yes.
    pub(super) answered: watch::Sender<u64>,
    /// Whether the workers have to stop, and whether they have.
    pub(super) stop: watch::Sender<Stop>,
}

/// The end of the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// They run.
    Running,
    /// What is being sent is to be finished, and nothing else begun.
    Finishing,
    /// A stop was requested.
    Requested,
    /// There are none (any more).
    Over,
}

impl Queue {
    /// A queue in this database. Nothing is sent before [`Queue::start`].
    pub(crate) fn new(
        app: &AppInfo,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        senders: Senders,
        encryption: Encryption,
        metrics: &Metrics,
    ) -> Self {
        let signals = Signals {
            wake: Notify::new(),
            asked: AtomicU64::new(0),
            answered: watch::Sender::new(0),
            stop: watch::Sender::new(Stop::Over),
        };
        Self(Arc::new(Inner {
            website: Website::of(app),
            website_base_path: app.website_base_path.clone(),
            store,
            clock,
            senders,
            encryption,
            mail_metrics: metrics.mail.clone(),
            sms_metrics: metrics.sms.clone(),
            signals: Arc::new(signals),
        }))
    }

    /// Starts to send, on the tokio runtime of the caller, for as long as the queue exists.
    pub(crate) fn start(&self, compose: Compose) {
        self.0.signals.stop.send_replace(Stop::Running);
        tokio::spawn(worker::run(Arc::downgrade(&self.0), compose));
    }

    /// Accepts a mail: when this answers, it is in the database. Beyond the limit for its recipient and
    /// kind it is dropped, which the caller does not learn, so that no client does.
    ///
    /// # Errors
    /// The store failed.
    pub async fn post(&self, mail: NewMail) -> Result<(), Error> {
        let NewMail {
            kind,
            tenant_id,
            to,
            context,
            subject,
            payload,
        } = mail;
        let enqueue = EnqueueMail {
            recipient: to.to_string(),
            row: self.row(kind, &tenant_id, &context, subject, payload)?,
            limit: LIMIT,
        };
        if self.0.store.run(enqueue).await? {
            self.wake();
        } else {
            self.0.mail_metrics.messages.refused();
            let kind = kind.name();
            tracing::debug!(kind, "a mail is not sent: too many for one address");
        }
        Ok(())
    }

    /// A row for a transaction that enqueues a mail together with something else. It is not limited: only
    /// what happens once, such as the change of a password, or what the caller has counted
    /// ([`Limits`](crate::limits::Limits)) may use it. [`Queue::wake`] comes after it.
    ///
    /// # Errors
    /// The payload cannot be encrypted.
    pub(crate) fn row(
        &self,
        kind: MailKind,
        tenant_id: &str,
        context: &MessageContext,
        subject: Option<String>,
        payload: Option<Vec<u8>>,
    ) -> Result<NewMailRow, Error> {
        self.new_row(kind.name(), tenant_id, context, (subject, payload))
    }

    /// The same for a text message, which the budget of its country was charged for.
    ///
    /// # Errors
    /// The payload cannot be encrypted.
    pub(crate) fn sms_row(
        &self,
        kind: SmsKind,
        _permit: SmsPermit,
        tenant_id: &str,
        context: &MessageContext,
        payload: Option<Vec<u8>>,
    ) -> Result<NewMailRow, Error> {
        self.new_row(kind.name(), tenant_id, context, (None, payload))
    }

    fn new_row(
        &self,
        kind: &'static str,
        tenant_id: &str,
        context: &MessageContext,
        (subject, payload): (Option<String>, Option<Vec<u8>>),
    ) -> Result<NewMailRow, Error> {
        let id = Uuid::new_v4().to_string();
        let now = self.0.clock.now();
        let seal = |plain: Vec<u8>| self.0.encryption.encrypt(&sealed_name(&id), &plain);
        let payload = payload.map(seal).transpose()?;
        Ok(NewMailRow {
            kind,
            tenant_id: tenant_id.to_owned(),
            website: self.0.auth_pages(context.website.as_ref()),
            language: context.language.as_ref().map(ToString::to_string),
            subject,
            payload,
            request_id: request_id::current().map(|id| id.as_str().to_owned()),
            created_at: now,
            expires_at: now + LIFETIME,
            id,
        })
    }

    /// Notifies the workers that there is work.
    pub(crate) fn wake(&self) {
        self.0.signals.wake.notify_one();
    }

    /// Waits until no mail is due: all are sent, given up, or tried again later.
    pub async fn drained(&self) {
        let signals = &self.0.signals;
        let question = signals.asked.fetch_add(1, Ordering::AcqRel) + 1;
        let mut answered = signals.answered.subscribe();
        let mut stop = signals.stop.subscribe();
        self.wake();
        tokio::select! {
            // The sender lives as long as this queue.
            _ = answered.wait_for(|answer| *answer >= question) => {}
            _ = stop.wait_for(|stop| *stop == Stop::Over) => {}
        }
    }

    /// Stops to send. What is being sent is cut off and tried again by the next server.
    pub(crate) async fn stop(&self) {
        self.end_by(Stop::Requested).await;
    }

    /// Stops to send, after what is being sent. All other mails are left to the servers that go on.
    pub(crate) async fn finish(&self) {
        self.end_by(Stop::Finishing).await;
    }

    /// Has the workers end in this way, and waits until they have.
    async fn end_by(&self, way: Stop) {
        let stop = &self.0.signals.stop;
        let is_new = stop.send_if_modified(|stop| {
            let is_new = matches!(*stop, Stop::Running | Stop::Finishing) && *stop != way;
            if is_new {
                *stop = way;
            }
            is_new
        });
        if is_new {
            let _ = stop.subscribe().wait_for(|stop| *stop == Stop::Over).await;
        }
    }
}

impl Inner {
    /// The URL of a website's auth pages.
    fn auth_pages(&self, website: Option<&Website>) -> String {
        let origin = website.unwrap_or(&self.website);
        format!("{origin}{}", self.website_base_path)
    }

    /// A row as its sender needs it.
    ///
    /// # Errors
    /// What is wrong with it, without any part of it.
    pub(super) fn open(&self, row: ClaimedMail) -> Result<Due, String> {
        let open = |sealed: Vec<u8>| self.encryption.decrypt(&sealed_name(&row.id), &sealed);
        let payload = row.payload.clone().map(open).transpose();
        let payload = payload.map_err(|_| {
            "its content cannot be decrypted: is AUTH_ENCRYPTION_SECRET still the same?".to_owned()
        })?;
        let website = row.website.unwrap_or_else(|| self.auth_pages(None));
        // A value that is not a language tag comes from another program: the default language is used.
        let language = row.language.and_then(|tag| tag.parse().ok());
        // No address is a number: it has an `@`.
        if let Some(to) = PhoneNumber::from_normal(&row.recipient) {
            return Ok(Due::Sms(DueSms {
                id: row.id,
                kind: row.kind,
                tenant_id: row.tenant_id,
                to,
                website,
                language,
                payload,
            }));
        }
        let to = EmailAddress::parse(&row.recipient)
            .map_err(|_| "the recipient is neither a mail address nor a number".to_owned())?;
        Ok(Due::Mail(DueMail {
            id: row.id,
            kind: row.kind,
            tenant_id: row.tenant_id,
            to,
            website,
            language,
            subject: row.subject,
            payload,
        }))
    }
}

/// What a sealed payload is bound to, so that it cannot be moved to another row.
fn sealed_name(id: &str) -> String {
    format!("mail/{id}")
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl fmt::Debug for NewMail {
    /// The rest is left out: it names a person, or is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMail")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DueMail {
    /// As [`NewMail`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueMail")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
