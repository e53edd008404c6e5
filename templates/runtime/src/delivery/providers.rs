//! The services that send text messages, and what is sent to them: a webhook of the operator's own, Twilio, AWS SNS.
//!
//! Rules: a request goes over TLS, or to this machine; it has a time limit and follows no redirect (`outgoing`). An
//! answer 408, 429 or 5xx, and no answer, are tried again by the queue; any other refusal is final. No error holds a
//! number, a text or a secret.

mod sns;
mod twilio;
mod webhook;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use url::Url;

use self::sns::Sns;
use self::twilio::Twilio;
use self::webhook::Webhook;
use super::settings::{ProviderSettings, SmsProvider};
use super::{SendError, Sms, SmsSender};
use crate::app_info::is_loopback;
use crate::outgoing::{Outgoing, OutgoingAnswer, OutgoingError, Reach};

/// A request to a service.
struct ProviderRequest {
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

/// How one service is spoken to.
trait Provider: Send + Sync + 'static {
    /// Its name in errors.
    const NAME: &'static str;

    /// The request that sends a message.
    ///
    /// # Errors
    /// It cannot be put together; the message says nothing of its content.
    fn request(&self, sms: &Sms) -> Result<ProviderRequest, SendError>;

    /// What the service calls a failure, and whether it may pass although the status says otherwise. The text must not
    /// repeat what was sent.
    fn reason(&self, body: &[u8]) -> (Option<String>, bool);
}

/// Sends by way of a service.
struct Sender<P> {
    provider: P,
    outgoing: Outgoing,
}

/// What sends by these settings.
///
/// # Errors
/// What is wrong with them, and where.
pub(crate) fn sender(
    settings: &ProviderSettings<'_>,
) -> Result<Box<dyn SmsSender>, (&'static str, String)> {
    let url = settings.url.map(read_url).transpose()?;
    // Who operates the server chooses the address, so it may be inside of their network. Addresses of the services
    // themselves are public.
    let reach = match &url {
        None => Reach::Public,
        Some(url) if url.scheme() == "http" => Reach::Loopback,
        Some(_) => Reach::Private,
    };
    let outgoing = Outgoing::new(reach)
        .map_err(|error| ("AUTH_SMS_PROVIDER", format!("TLS does not work: {error}")))?;
    Ok(match settings.provider {
        SmsProvider::Webhook => {
            let provider = Webhook::new(settings, url)?;
            Box::new(Sender { provider, outgoing })
        }
        SmsProvider::Twilio => {
            let provider = Twilio::new(settings, url)?;
            Box::new(Sender { provider, outgoing })
        }
        SmsProvider::Sns => {
            let provider = Sns::new(settings, url)?;
            Box::new(Sender { provider, outgoing })
        }
    })
}

/// An address to which codes may go.
fn read_url(text: &str) -> Result<Url, (&'static str, String)> {
    let wrong = |message: &str| ("AUTH_SMS_URL", message.to_owned());
    let url = Url::parse(text);
    let url = url.map_err(|_| wrong("must be a URL such as https://sms.example.com/send"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("must not hold a password: it is no secret"));
    }
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&format!("http://{host}")) => Ok(url),
        _ => Err(wrong(
            "must be https, except on this machine: it carries codes to sign in",
        )),
    }
}

#[async_trait]
impl<P: Provider> SmsSender for Sender<P> {
    async fn send(&self, sms: &Sms) -> Result<(), SendError> {
        let ProviderRequest { url, headers, body } = self.provider.request(sms)?;
        match self.outgoing.post(&url, headers, body).await {
            Ok(answer) => judge(&self.provider, &answer),
            Err(error @ OutgoingError::NotAllowed(_)) => Err(SendError::lasting(error.to_string())),
            Err(error) => Err(SendError::transient(error.to_string())),
        }
    }
}

/// What an answer means.
fn judge<P: Provider>(provider: &P, answer: &OutgoingAnswer) -> Result<(), SendError> {
    let status = answer.status;
    if status.is_success() {
        return Ok(());
    }
    let (reason, may_pass) = provider.reason(&answer.body);
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    let message = format!("{} answered {}{reason}", P::NAME, status.as_u16());
    let is_transient = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || may_pass;
    Err(if is_transient {
        SendError::transient(message)
    } else {
        SendError::lasting(message)
    })
}

/// A word of an answer that may stand in an error: no text of the other side's choice gets into the log.
fn word(text: &str) -> Option<String> {
    let is_word = (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_');
    // Not a number that could be somebody's.
    let is_short = text.bytes().filter(u8::is_ascii_digit).count() <= 6;
    (is_word && is_short).then(|| text.to_owned())
}
