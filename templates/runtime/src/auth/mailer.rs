//! The senders of messages that the settings ask for.
//!
//! Rule: a server without a way to send mails or text messages starts, warns where one of its operations sends
//! them, and logs an error for every message that it cannot send.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::recipe::Contacts;
use super::{Auth, StartError};
use crate::config::Config;
use crate::contract::Sends;
use crate::delivery::{Both, Mailer, Outbox, SendError, SmsSender, sms_sender};

/// Whether to warn that mails, or text messages, cannot be sent: until the warning has been logged.
#[derive(Default)]
pub(super) struct SenderWarnings {
    pub(super) mail: AtomicBool,
    pub(super) sms: AtomicBool,
}

impl Auth {
    /// Warns, once, that the messages of these operations cannot be sent, where that is so.
    pub(crate) fn warn_without_senders<'a>(
        &self,
        operations: impl Iterator<Item = (&'a str, Sends)>,
    ) {
        let config = self.config();
        let contacts = self.0.recipes.iter().filter_map(|one| one.contacts(config));
        let contacts: Vec<_> = contacts.collect();
        let (mut mailing, mut texting) = (Vec::new(), Vec::new());
        for (operation, sends) in operations {
            let may =
                |way: fn(&Contacts) -> bool| sends == Sends::MailOrSms && contacts.iter().any(way);
            if sends == Sends::Mail || may(|contacts| contacts.mail) {
                mailing.push(operation);
            }
            if may(|contacts| contacts.phone) {
                texting.push(operation);
            }
        }
        let warnings = &self.0.sender_warnings;
        if !mailing.is_empty() && warnings.mail.swap(false, Ordering::Relaxed) {
            tracing::warn!(
                "no mail will go out: neither AUTH_SMTP_URL nor AUTH_MAIL_OUTBOX is set, and these operations send \
                 mail: {}",
                mailing.join(", ")
            );
        }
        if !texting.is_empty() && warnings.sms.swap(false, Ordering::Relaxed) {
            tracing::warn!(
                "no text message will go out: neither AUTH_SMS_PROVIDER nor AUTH_MAIL_OUTBOX is set, and these \
                 operations send text messages: {}",
                texting.join(", ")
            );
        }
    }
}

/// What sends text messages: the service, the outbox, both; `None` where there is nothing.
pub(super) fn configured_sms(
    config: &Config,
    outbox: Option<&Arc<Outbox>>,
) -> Result<Option<Arc<dyn SmsSender>>, StartError> {
    let service = config.sms.as_ref();
    let service = service
        .map(|sms| sms_sender(&sms.of_provider()))
        .transpose()
        .map_err(|(variable, message)| StartError(format!("{variable}: {message}")))?;
    let outbox = outbox.map(|outbox| Arc::<Outbox>::clone(outbox) as Arc<dyn SmsSender>);
    Ok(match (service, outbox) {
        (Some(service), Some(outbox)) => Some(Arc::new(Both(outbox, service))),
        (service, outbox) => service.or(outbox),
    })
}

/// What sends mails: SMTP, the outbox, both; `None` where there is nothing.
pub(super) fn configured(
    config: &Config,
    outbox: Option<&Arc<Outbox>>,
) -> Result<Option<Arc<dyn Mailer>>, StartError> {
    let smtp = config
        .smtp_url
        .as_ref()
        .map(|url| smtp(url.expose(), &config.mail_from))
        .transpose()
        .map_err(|error| StartError(format!("AUTH_SMTP_URL: {error}")))?;
    let outbox = outbox.map(|outbox| Arc::<Outbox>::clone(outbox) as Arc<dyn Mailer>);
    Ok(match (smtp, outbox) {
        (Some(smtp), Some(outbox)) => Some(Arc::new(Both(outbox, smtp))),
        (smtp, outbox) => smtp.or(outbox),
    })
}

#[cfg(feature = "smtp")]
fn smtp(url: &str, from: &str) -> Result<Arc<dyn Mailer>, SendError> {
    Ok(Arc::new(crate::delivery::Smtp::new(url, from)?))
}

#[cfg(not(feature = "smtp"))]
fn smtp(url: &str, _from: &str) -> Result<Arc<dyn Mailer>, SendError> {
    crate::delivery::check_smtp_url(url)
        .map(|()| Arc::new(crate::delivery::NoMailer) as Arc<dyn Mailer>)
}
