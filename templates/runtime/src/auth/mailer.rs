//! The mailer that the settings ask for.
//!
//! Rule: a server without a way to send mail starts, says so, and complains at every mail; it never
//! drops one in silence.

use std::sync::Arc;

use super::StartError;
use crate::config::Config;
use crate::delivery::{Both, MailError, Mailer, NoMailer, Outbox};

/// SMTP, the outbox, both, or a mailer that complains.
pub(super) fn configured(
    config: &Config,
    outbox: Option<&Arc<Outbox>>,
) -> Result<Arc<dyn Mailer>, StartError> {
    let smtp = config
        .smtp_url
        .as_ref()
        .map(|url| smtp(url.expose(), &config.mail_from))
        .transpose()
        .map_err(|error| StartError(format!("AUTH_SMTP_URL: {error}")))?;
    Ok(match (smtp, outbox) {
        (Some(smtp), Some(outbox)) => Arc::new(Both(Arc::<Outbox>::clone(outbox), smtp)),
        (Some(smtp), None) => smtp,
        (None, Some(outbox)) => Arc::<Outbox>::clone(outbox),
        (None, None) => {
            tracing::warn!(
                "no mail will go out: neither AUTH_SMTP_URL nor AUTH_MAIL_OUTBOX is set"
            );
            Arc::new(NoMailer)
        }
    })
}

#[cfg(feature = "smtp")]
fn smtp(url: &str, from: &str) -> Result<Arc<dyn Mailer>, MailError> {
    Ok(Arc::new(crate::delivery::Smtp::new(url, from)?))
}

#[cfg(not(feature = "smtp"))]
fn smtp(url: &str, _from: &str) -> Result<Arc<dyn Mailer>, MailError> {
    crate::delivery::check_smtp_url(url).map(|()| Arc::new(NoMailer) as Arc<dyn Mailer>)
}
