//! Mail over SMTP (RFC 5321), TLS and authentication included, by way of `lettre`.

use async_trait::async_trait;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::Url;

use super::{Mail, MailError, Mailer};
use crate::app_info::is_loopback;

/// The longest line that may stand unencoded (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

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
    pub fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let builder = builder(url)?;
        Ok(Self {
            transport: builder.build(),
            from: mailbox(from)?,
        })
    }
}

/// Reads the URL without connecting; outside of a runtime, no more than this can be done.
pub(super) fn builder(url: &str) -> Result<AsyncSmtpTransportBuilder, MailError> {
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
        MailError::lasting("not an SMTP URL such as smtps://user:password@mail.example.com:465")
    })?;
    if shows_password(url) {
        return Err(MailError::lasting(
            "the password would travel unencrypted: write smtps://, or add ?tls=required",
        ));
    }
    Ok(builder)
}

/// Whether a password would leave this machine without TLS; `tls=opportunistic` does without it as soon
/// as somebody in between says so (RFC 3207 §6).
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
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = message(mail, &self.from)?;
        self.transport
            .send(message)
            .await
            .map(|_| ())
            .map_err(|error| MailError {
                // A permanent answer (5yz) stays the same; a lost connection or 4yz may pass.
                transient: !error.is_permanent(),
                message: error.status().map_or_else(
                    || "the SMTP server could not be reached".to_owned(),
                    |code| format!("the SMTP server refused the mail with code {code}"),
                ),
            })
    }
}

/// Reads `Name <address>` or `address`.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    text.parse()
        .map_err(|_| MailError::lasting("not a mail address such as `Name <name@example.com>`"))
}

/// The mail as it goes over the wire.
pub(super) fn message(mail: &Mail, from: &Mailbox) -> Result<Message, MailError> {
    // An address and nothing else: what a user typed must not name a second recipient.
    let to: Address = mail
        .to
        .as_str()
        .parse()
        .map_err(|_| MailError::lasting("the recipient is not a mail address"))?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(body(&mail.text))
        .map_err(|_| MailError::lasting("the mail could not be put together"))
}

/// Plain ASCII goes out as it is, so that a long link stays on one line in the raw mail too.
fn body(text: &str) -> Body {
    let plain = text.is_ascii() && text.lines().all(|line| line.len() <= LONGEST_LINE);
    if plain {
        let crlf = text.lines().collect::<Vec<_>>().join("\r\n") + "\r\n";
        Body::dangerous_pre_encoded(crlf.into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::EmailAddress;

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

    #[test]
    fn a_mail_has_one_recipient() {
        let from = mailbox("Test <test@ex.co>").expect("a sender");
        let mail = Mail {
            to: "ana@ex.co".parse().expect("an address"),
            subject: "Subject".to_owned(),
            text: "Text".to_owned(),
        };
        let message = message(&mail, &from).expect("it can be put together");
        assert_eq!(message.envelope().to().len(), 1);
        for several in [
            "ana@ex.co, eva@ex.co",
            "ana@ex.co,eva@ex.co",
            "Ana <ana@ex.co>",
            "\"a\" <eva@ex.co>, \"b\"@ex.co",
            "ana@ex.co\r\nBcc: eva@ex.co",
        ] {
            assert!(several.parse::<EmailAddress>().is_err(), "{several}");
        }
    }
}
