//! The mailer that the settings ask for.
//!
//! Rule: a server without a way to send mail starts, warns where one of its operations sends mail, and
//! reports every mail that it cannot send; it never drops one without a message.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Auth, StartError};
use crate::config::Config;
use crate::delivery::{Both, MailError, Mailer, NoMailer, Outbox};

/// Whether to warn that mails cannot be sent: until the warning has been logged.
#[derive(Default)]
pub(super) struct MailWarning(AtomicBool);

impl MailWarning {
    fn due() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Auth {
    /// Warns, once, if the mails of these operations cannot be sent.
    pub(crate) fn warn_without_mailer<'a>(&self, operations: impl Iterator<Item = &'a str>) {
        let mut operations = operations.peekable();
        if operations.peek().is_none() || !self.0.mail_warning.0.swap(false, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(
            "no mail will go out: neither AUTH_SMTP_URL nor AUTH_MAIL_OUTBOX is set, and these operations send \
             mail: {}",
            operations.collect::<Vec<_>>().join(", ")
        );
    }
}

/// SMTP, the outbox, both, or a mailer that fails; and the warning to give for the last of these.
pub(super) fn configured(
    config: &Config,
    outbox: Option<&Arc<Outbox>>,
) -> Result<(Arc<dyn Mailer>, MailWarning), StartError> {
    let smtp = config
        .smtp_url
        .as_ref()
        .map(|url| smtp(url.expose(), &config.mail_from))
        .transpose()
        .map_err(|error| StartError(format!("AUTH_SMTP_URL: {error}")))?;
    let mailer: Arc<dyn Mailer> = match (smtp, outbox) {
        (Some(smtp), Some(outbox)) => Arc::new(Both(Arc::<Outbox>::clone(outbox), smtp)),
        (Some(smtp), None) => smtp,
        (None, Some(outbox)) => Arc::<Outbox>::clone(outbox),
        (None, None) => return Ok((Arc::new(NoMailer), MailWarning::due())),
    };
    Ok((mailer, MailWarning::default()))
}

#[cfg(feature = "smtp")]
fn smtp(url: &str, from: &str) -> Result<Arc<dyn Mailer>, MailError> {
    Ok(Arc::new(crate::delivery::Smtp::new(url, from)?))
}

#[cfg(not(feature = "smtp"))]
fn smtp(url: &str, _from: &str) -> Result<Arc<dyn Mailer>, MailError> {
    crate::delivery::check_smtp_url(url).map(|()| Arc::new(NoMailer) as Arc<dyn Mailer>)
}
