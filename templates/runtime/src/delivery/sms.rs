//! Text messages: what is sent, and who sends it.

use std::fmt;

use async_trait::async_trait;

use super::{Both, Language, MessageSource, SendError};
use crate::phone::PhoneNumber;

/// One text message (SMS).
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// Names it, the same each time that it is tried.
    pub id: String,
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its one recipient.
    pub to: PhoneNumber,
    /// Its text; lines end with `\n`.
    pub text: String,
    /// What it was made from.
    pub source: MessageSource,
}

/// A text message whose turn has come.
#[derive(Clone)]
pub struct DueSms {
    /// Names it, the same each time that it is tried.
    pub id: String,
    /// The name of its kind ([`SmsKind::name`](super::SmsKind::name)).
    pub kind: String,
    /// The tenant that it belongs to.
    pub tenant_id: String,
    /// Its recipient.
    pub to: PhoneNumber,
    /// The URL of the website's auth pages, without `/` at the end.
    pub website: String,
    /// As that of a mail ([`DueMail::language`](super::DueMail::language)).
    pub language: Option<Language>,
    /// As that of a mail ([`NewMail::payload`](super::NewMail::payload)).
    pub payload: Option<Vec<u8>>,
}

/// That one text message may be sent: the budget of its country was charged.
#[must_use = "the budget was charged for a message"]
pub(crate) struct SmsPermit(());

impl SmsPermit {
    /// For `limits::sms` alone, which charges the budget.
    pub(crate) const fn charged() -> Self {
        Self(())
    }
}

/// A way to deliver text messages.
///
/// ```
/// use auth_runtime::delivery::{SendError, Sms, SmsSender};
///
/// struct Nowhere;
///
/// #[async_trait::async_trait]
/// impl SmsSender for Nowhere {
///     async fn send(&self, _sms: &Sms) -> Result<(), SendError> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait SmsSender: Send + Sync + 'static {
    /// Sends one message, or says why it could not.
    async fn send(&self, sms: &Sms) -> Result<(), SendError>;
}

/// The sender where nothing is configured: it delivers nothing, and logs an error for each message.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSmsSender;

#[async_trait]
impl SmsSender for NoSmsSender {
    async fn send(&self, _sms: &Sms) -> Result<(), SendError> {
        Err(SendError::lasting(
            "no way to send text messages is configured: set AUTH_SMS_PROVIDER or AUTH_MAIL_OUTBOX",
        ))
    }
}

#[async_trait]
impl SmsSender for Both<dyn SmsSender> {
    async fn send(&self, sms: &Sms) -> Result<(), SendError> {
        self.0.send(sms).await?;
        self.1.send(sms).await
    }
}

impl fmt::Debug for Sms {
    /// The rest is left out: it names a person, or is a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DueSms {
    /// The rest is left out: it names a person, or is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DueSms")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
