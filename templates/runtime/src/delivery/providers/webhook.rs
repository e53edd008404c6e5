//! A webhook of the operator's own, signed as the Standard Webhooks specification says
//! (<https://www.standardwebhooks.com>): libraries in many languages verify it.
//!
//! `POST` with `{"type":"sms.send","data":{"to","text","tenantId"}}` and the headers
//! - `webhook-id`: the same each time that one message is tried, so that the receiver can send it once;
//! - `webhook-timestamp`: seconds since 1970, so that an old request cannot be repeated;
//! - `webhook-signature`: `v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`, with the secret's bytes as key.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use super::super::settings::ProviderSettings;
use super::super::{SendError, Sms};
use super::{Provider, ProviderRequest};
use crate::crypto::token;

/// How the specification marks a secret.
const PREFIX: &str = "whsec_";

/// How many bytes a secret has, by the specification.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

pub(super) struct Webhook {
    url: Url,
    key: Vec<u8>,
}

impl Webhook {
    pub(super) fn new(
        settings: &ProviderSettings<'_>,
        url: Option<Url>,
    ) -> Result<Self, (&'static str, String)> {
        let url = url.ok_or_else(|| ("AUTH_SMS_URL", "must be set for a webhook".to_owned()))?;
        let secret = settings.secret.strip_prefix(PREFIX);
        let key = secret.and_then(|secret| STANDARD.decode(secret).ok());
        let key = key.filter(|key| SECRET_BYTES.contains(&key.len()));
        let key = key.ok_or_else(|| {
            let text = "must be `whsec_` and the base64 of 24 to 64 random bytes";
            ("AUTH_SMS_SECRET", text.to_owned())
        })?;
        Ok(Self { url, key })
    }

    fn signed(&self, id: &str, seconds: u64, body: &str) -> Result<HeaderMap, SendError> {
        let content = format!("{id}.{seconds}.{body}");
        let tag = token::hmac_sha256(&self.key, content.as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(tag));
        let value = |text: &str| {
            HeaderValue::from_str(text)
                .map_err(|_| SendError::lasting("a header of the webhook is no header"))
        };
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(ID, value(id)?);
        headers.insert(TIMESTAMP, value(&seconds.to_string())?);
        headers.insert(SIGNATURE, value(&signature)?);
        Ok(headers)
    }
}

impl Provider for Webhook {
    const NAME: &'static str = "the webhook for text messages";

    fn request(&self, sms: &Sms) -> Result<ProviderRequest, SendError> {
        let body = serde_json::json!({
            "type": "sms.send",
            "data": {
                "to": sms.to.as_str(),
                "text": sms.text,
                "tenantId": sms.tenant_id,
            },
        });
        let body = body.to_string();
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = seconds.map_or(0, |since| since.as_secs());
        Ok(ProviderRequest {
            url: self.url.clone(),
            headers: self.signed(&sms.id, seconds, &body)?,
            body: Bytes::from(body),
        })
    }

    fn reason(&self, _body: &[u8]) -> (Option<String>, bool) {
        (None, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let webhook = Webhook {
            url: Url::parse("https://sms.example.com").expect("a URL"),
            key: key.expect("base64"),
        };
        let headers = webhook
            .signed(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                "{\"test\": 2432232314}",
            )
            .expect("it can be signed");
        assert_eq!(
            headers[SIGNATURE],
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
