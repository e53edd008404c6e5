//! Mail over SMTP (RFC 5321), TLS and authentication included, by way of `lettre`.

use async_trait::async_trait;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

use super::{Mail, Mailbox, Mailer, SendError, mailbox, message};
use crate::app_info::is_loopback;

/// A connection pool to one SMTP server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Takes a URL such as `smtps://user:password@mail.example.com` or, without TLS,
    /// `smtp://127.0.0.1:1025`; connects with the first mail.
    ///
    /// # Errors
    /// The URL or the sender cannot be understood. The message never repeats the URL, which may hold a
    /// password.
    pub fn new(url: &str, from: &str) -> Result<Self, SendError> {
        let builder = builder(url)?;
        Ok(Self {
            transport: builder.build(),
            from: mailbox(from)?,
        })
    }
}

/// Reads the URL without connecting; outside of a runtime, no more than this can be done.
pub(super) fn builder(url: &str) -> Result<AsyncSmtpTransportBuilder, SendError> {
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
        SendError::lasting("not an SMTP URL such as smtps://user:password@mail.example.com:465")
    })?;
    if shows_password(url) {
        return Err(SendError::lasting(
            "the password would travel unencrypted: write smtps://, or add ?tls=required",
        ));
    }
    Ok(builder)
}

/// Whether a password would leave this machine without TLS; `tls=opportunistic` does without it as soon
/// as an attacker on the network says so (RFC 3207 §6).
fn shows_password(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        let is_required = url
            .query_pairs()
            .any(|pair| pair == ("tls".into(), "required".into()));
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "smtp"
            && url.password().is_some()
            && !is_required
            && !is_loopback(&format!("http://{host}"))
    })
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let message = message(mail, &self.from)?;
        self.transport
            .send(message)
            .await
            .map(|_| ())
            .map_err(|error| SendError {
                // A permanent answer (5yz) stays the same; a lost connection or 4yz may pass.
                transient: !error.is_permanent(),
                message: error.status().map_or_else(
                    || "the SMTP server could not be reached".to_owned(),
                    |code| format!("the SMTP server refused the mail with code {code}"),
                ),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_leaves_the_machine_unencrypted() {
        for good in [
            "smtps://u:p@mail.test",
            "smtp://u:p@mail.test:587?tls=required",
            "smtp://mail.test",
            "smtp://u:p@localhost:1025",
            "smtp://u:p@127.0.0.1:1025",
        ] {
            assert!(builder(good).is_ok(), "{good}");
        }
        for bad in [
            "smtp://u:p@mail.test",
            "smtp://u:p@mail.test?tls=opportunistic",
            "mail.test",
        ] {
            assert!(builder(bad).is_err(), "{bad}");
        }
    }
}
