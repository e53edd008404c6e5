//! Mails and text messages: what is sent, who sends it, and when.
//!
//! Rule: a request never waits for a mail server or a telephone company. It puts a row into the [`Queue`], which is a table of the
//! database, and answers; whether the address has an account is looked up by the sender of the message. So an address
//! that has an account and one that has none are answered after the same work (OWASP, Forgot Password
//! Cheat Sheet). And nothing here logs a text, an address or a number: a reset link and a code are
//! credentials.

use std::sync::Arc;

use async_trait::async_trait;

mod kind;
mod language;
#[cfg(feature = "smtp")]
mod message;
#[cfg(not(feature = "smtp"))]
#[path = "delivery/no_message.rs"]
mod message;
mod outbox;
#[cfg(feature = "sms")]
mod providers;
mod queue;
mod settings;
mod sms;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "messages")]
mod templates;
#[cfg(not(feature = "messages"))]
#[path = "delivery/no_templates.rs"]
mod templates;
mod worker;

#[allow(unused_imports, reason = "for recipes that send messages")]
pub(crate) use self::kind::{
    About, Content, Kind, LINK_SAMPLES, SAMPLE_LINK, Written, text_name, texts,
};
pub use self::kind::{MailKind, MessageSource, SmsKind, Texts};
pub use self::language::Language;
pub use self::outbox::{Outbox, SentMessage};
pub(crate) use self::queue::{DONE_KEPT, FAILED_KEPT, LIFETIME};
pub(crate) use self::queue::{Due, Senders};
pub use self::queue::{DueMail, MessageContext, NewMail, Queue};
pub(crate) use self::settings::ProviderSettings;
pub use self::settings::SmsProvider;
pub(crate) use self::sms::SmsPermit;
pub use self::sms::{DueSms, NoSmsSender, Sms, SmsSender};
#[cfg(feature = "smtp")]
pub use self::smtp::Smtp;
pub(crate) use self::templates::Templates;

use self::message::{Mailbox, mailbox, message};
use crate::email::EmailAddress;

/// A mail or a text message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A mail.
    Mail(Mail),
    /// A text message.
    Sms(Sms),
}

/// Whether mails can come from this sender.
///
/// # Errors
/// It is not a mail address.
#[cfg(feature = "smtp")]
pub(crate) fn check_sender(sender: &str) -> Result<(), SendError> {
    mailbox(sender).map(|_| ())
}

/// Accepts every sender: nothing is sent.
#[cfg(not(feature = "smtp"))]
pub(crate) fn check_sender(_sender: &str) -> Result<(), SendError> {
    Ok(())
}

/// Whether a URL names an SMTP server.
///
/// # Errors
/// It cannot be understood; the message does not repeat it.
#[cfg(feature = "smtp")]
pub(crate) fn check_smtp_url(url: &str) -> Result<(), SendError> {
    smtp::builder(url).map(|_| ())
}

/// Refuses every URL.
///
/// # Errors
/// Always, with the cure.
#[cfg(not(feature = "smtp"))]
pub(crate) fn check_smtp_url(_url: &str) -> Result<(), SendError> {
    Err(message::missing())
}

/// A setting that is wrong: its variable, and a sentence without the value of a secret.
type WrongSetting = (&'static str, String);

/// What sends text messages by these settings.
///
/// # Errors
/// Which variable is wrong.
#[cfg(feature = "sms")]
pub(crate) fn sms_sender(
    settings: &ProviderSettings<'_>,
) -> Result<Arc<dyn SmsSender>, WrongSetting> {
    providers::sender(settings).map(Arc::from)
}

/// Refuses all settings.
///
/// # Errors
/// Always, with the cure.
#[cfg(not(feature = "sms"))]
pub(crate) fn sms_sender(
    _settings: &ProviderSettings<'_>,
) -> Result<Arc<dyn SmsSender>, WrongSetting> {
    let text =
        "this program is built without text messages: turn on the feature `sms` of auth-runtime";
    Err(("AUTH_SMS_PROVIDER", text.to_owned()))
}

/// Whether text messages can be sent by these settings.
///
/// # Errors
/// Which variable is wrong.
pub(crate) fn check_sms(settings: &ProviderSettings<'_>) -> Result<(), WrongSetting> {
    sms_sender(settings).map(drop)
}

/// One mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Names it, the same each time that it is tried.
    pub id: String,
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its one recipient.
    pub to: EmailAddress,
    /// What its subject line says.
    pub subject: String,
    /// Its text; lines end with `\n`.
    pub text: String,
    /// The same as HTML, for programs that show it; `None` for a mail that is plain text alone.
    pub html: Option<String>,
    /// What it was made from.
    pub source: MessageSource,
}

/// A way to deliver mails. It takes the place of everything that the settings say about sending
/// ([`AuthBuilder::mailer`](crate::auth::AuthBuilder::mailer)); with [`Mail::source`] it can write other texts, too, as
/// services with templates of their own do.
///
/// ```
/// use auth_runtime::delivery::{Mail, SendError, Mailer};
///
/// struct Nowhere;
///
/// #[async_trait::async_trait]
/// impl Mailer for Nowhere {
///     async fn send(&self, _mail: &Mail) -> Result<(), SendError> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Sends one mail, or says why it could not.
    async fn send(&self, mail: &Mail) -> Result<(), SendError>;
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    /// What happened, without any part of the message.
    pub message: String,
    /// Whether it may work a little later.
    pub transient: bool,
}

/// The mailer where nothing is configured: it delivers nothing, and logs an error for each mail.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMailer;

#[async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _mail: &Mail) -> Result<(), SendError> {
        Err(SendError::lasting(
            "no way to send mail is configured: set AUTH_SMTP_URL or AUTH_MAIL_OUTBOX",
        ))
    }
}

/// Sends through two senders, each message through both.
pub(crate) struct Both<S: ?Sized>(pub(crate) Arc<S>, pub(crate) Arc<S>);

#[async_trait]
impl Mailer for Both<dyn Mailer> {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        self.0.send(mail).await?;
        self.1.send(mail).await
    }
}

impl SendError {
    /// A failure that may pass.
    pub fn transient(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            transient: true,
        }
    }

    /// A failure that trying again does not mend.
    pub fn lasting(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            transient: false,
        }
    }
}

impl std::fmt::Debug for Mail {
    /// The text is left out: it may hold a credential.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SendError {}
