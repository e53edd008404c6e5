//! Twilio's Programmable Messaging: `POST /2010-04-01/Accounts/{sid}/Messages.json` with HTTP Basic authentication
//! and a form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use super::super::settings::ProviderSettings;
use super::super::{SendError, Sms};
use super::{Provider, ProviderRequest, word};

const API: &str = "https://api.twilio.com";

pub(super) struct Twilio {
    url: Url,
    authorization: HeaderValue,
    from: String,
}

/// What an error of the API holds beside texts.
#[derive(Deserialize)]
struct Failure {
    code: Option<u32>,
}

impl Twilio {
    pub(super) fn new(
        settings: &ProviderSettings<'_>,
        url: Option<Url>,
    ) -> Result<Self, (&'static str, String)> {
        let account = settings.account;
        let digits = account.strip_prefix("AC").unwrap_or_default();
        if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            let text = "must be the SID of a Twilio account: `AC` and 32 hexadecimal digits";
            return Err(("AUTH_SMS_ACCOUNT", text.to_owned()));
        }
        if settings.secret.is_empty() {
            let text = "must be the auth token of the Twilio account";
            return Err(("AUTH_SMS_SECRET", text.to_owned()));
        }
        if settings.from.is_empty() {
            let text =
                "must be a number or name to send from, or the SID of a messaging service (`MG…`)";
            return Err(("AUTH_SMS_FROM", text.to_owned()));
        }
        let api = url.map_or_else(|| API.to_owned(), |url| url.as_str().to_owned());
        let url = format!(
            "{}/2010-04-01/Accounts/{account}/Messages.json",
            api.trim_end_matches('/')
        );
        let url = Url::parse(&url)
            .map_err(|error| ("AUTH_SMS_URL", format!("is no address of an API: {error}")))?;
        let pair = STANDARD.encode(format!("{account}:{}", settings.secret));
        let authorization = HeaderValue::from_str(&format!("Basic {pair}"));
        let mut authorization = authorization
            .map_err(|_| ("AUTH_SMS_SECRET", "cannot be sent in a header".to_owned()))?;
        authorization.set_sensitive(true);
        Ok(Self {
            url,
            authorization,
            from: settings.from.to_owned(),
        })
    }
}

impl Provider for Twilio {
    const NAME: &'static str = "Twilio";

    fn request(&self, sms: &Sms) -> Result<ProviderRequest, SendError> {
        let sender = if self.from.starts_with("MG") {
            "MessagingServiceSid"
        } else {
            "From"
        };
        let form = Serializer::new(String::new())
            .append_pair("To", sms.to.as_str())
            .append_pair(sender, &self.from)
            .append_pair("Body", sms.text.trim_end())
            .finish();
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::ACCEPT, json);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, kind);
        Ok(ProviderRequest {
            url: self.url.clone(),
            headers,
            body: Bytes::from(form),
        })
    }

    fn reason(&self, body: &[u8]) -> (Option<String>, bool) {
        let failure = serde_json::from_slice::<Failure>(body).ok();
        let code = failure.and_then(|failure| failure.code);
        (code.and_then(|code| word(&code.to_string())), false)
    }
}
