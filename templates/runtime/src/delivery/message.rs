//! A mail as a message of RFC 5322, made by `lettre`.

pub(super) use lettre::message::Mailbox;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::{Mail, SendError};

/// The longest line that may stand unencoded (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// Reads `Name <address>` or `address`.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, SendError> {
    text.parse()
        .map_err(|_| SendError::lasting("not a mail address such as `Name <name@example.com>`"))
}

/// The mail as a message.
pub(super) fn message(mail: &Mail, from: &Mailbox) -> Result<Message, SendError> {
    // An address and nothing else: what a user typed must not name a second recipient.
    let to: Address = mail
        .to
        .as_str()
        .parse()
        .map_err(|_| SendError::lasting("the recipient is not a mail address"))?;
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.subject.clone());
    let message = match &mail.html {
        // The last alternative is the best one (RFC 2046 §5.1.4).
        Some(html) => builder.multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
                .singlepart(part(ContentType::TEXT_HTML, html)),
        ),
        None => builder
            .header(ContentType::TEXT_PLAIN)
            .body(body(&mail.text)),
    };
    message.map_err(|_| SendError::lasting("the mail could not be put together"))
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(body(text))
}

/// Plain ASCII is sent without encoding, so that a long link stays on one line in the raw mail too.
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
    use crate::delivery::MessageSource;
    use crate::email::EmailAddress;

    #[test]
    fn a_mail_has_one_recipient() {
        let from = mailbox("Test <test@ex.co>").expect("a sender");
        let mail = Mail {
            id: "1".to_owned(),
            tenant_id: "public".to_owned(),
            to: "ana@ex.co".parse().expect("an address"),
            subject: "Subject".to_owned(),
            text: "Text".to_owned(),
            html: None,
            source: MessageSource::default(),
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
