//! AWS SNS: the action `Publish` to a phone number, as a form (API version 2010-03-31) that is signed with AWS
//! Signature Version 4 by way of the crate `aws-sigv4`.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;
use url::form_urlencoded::Serializer;

use super::super::settings::ProviderSettings;
use super::super::{SendError, Sms};
use super::{Provider, ProviderRequest, word};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// Codes of errors that may pass, whatever their status.
const MAY_PASS: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttled",
    "Throttling",
    "ThrottlingException",
];

pub(super) struct Sns {
    url: Url,
    credentials: Credentials,
    region: String,
    from: String,
}

impl Sns {
    pub(super) fn new(
        settings: &ProviderSettings<'_>,
        url: Option<Url>,
    ) -> Result<Self, (&'static str, String)> {
        let key = settings.account;
        let is_key =
            (16..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_key {
            let text = "must be the id of an AWS access key: `AKIA…`";
            return Err(("AUTH_SMS_ACCOUNT", text.to_owned()));
        }
        if settings.secret.is_empty() {
            let text = "must be the secret of the AWS access key";
            return Err(("AUTH_SMS_SECRET", text.to_owned()));
        }
        let region = settings.region;
        let is_region = !region.is_empty()
            && region
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_region {
            let text = "must be an AWS region such as `eu-central-1`";
            return Err(("AUTH_SMS_REGION", text.to_owned()));
        }
        let url = match url {
            Some(url) => url,
            None => Url::parse(&format!("https://sns.{region}.amazonaws.com/"))
                .map_err(|error| ("AUTH_SMS_REGION", format!("names no host: {error}")))?,
        };
        Ok(Self {
            url,
            credentials: Credentials::new(key, settings.secret, None, None, "settings"),
            region: region.to_owned(),
            from: settings.from.to_owned(),
        })
    }

    fn form(&self, sms: &Sms) -> String {
        let mut attributes = vec![("AWS.SNS.SMS.SMSType", "Transactional")];
        if self.from.starts_with('+') {
            attributes.push(("AWS.MM.SMS.OriginationNumber", self.from.as_str()));
        } else if !self.from.is_empty() {
            attributes.push(("AWS.SNS.SMS.SenderID", self.from.as_str()));
        }
        let mut form = Serializer::new(String::new());
        form.append_pair("Action", "Publish")
            .append_pair("Version", "2010-03-31")
            .append_pair("PhoneNumber", sms.to.as_str())
            .append_pair("Message", sms.text.trim_end());
        for (place, (name, value)) in attributes.iter().enumerate() {
            let entry = format!("MessageAttributes.entry.{}", place + 1);
            form.append_pair(&format!("{entry}.Name"), name)
                .append_pair(&format!("{entry}.Value.DataType"), "String")
                .append_pair(&format!("{entry}.Value.StringValue"), value);
        }
        form.finish()
    }

    /// The headers that sign a request.
    fn sign(&self, body: &str, time: SystemTime) -> Result<HeaderMap, SendError> {
        let failed = || SendError::lasting("the request to AWS SNS could not be signed");
        let identity = self.credentials.clone().into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("sns")
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| failed())?
            .into();
        let headers = [(header::CONTENT_TYPE.as_str(), FORM)];
        let body = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new("POST", self.url.as_str(), headers.into_iter(), body);
        let signed = sign(request.map_err(|_| failed())?, &params).map_err(|_| failed())?;
        let (instructions, _) = signed.into_parts();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
        for (name, value) in instructions.headers() {
            let name: HeaderName = name.parse().map_err(|_| failed())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| failed())?;
            value.set_sensitive(name == header::AUTHORIZATION);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

impl Provider for Sns {
    const NAME: &'static str = "AWS SNS";

    fn request(&self, sms: &Sms) -> Result<ProviderRequest, SendError> {
        let form = self.form(sms);
        Ok(ProviderRequest {
            url: self.url.clone(),
            headers: self.sign(&form, SystemTime::now())?,
            body: Bytes::from(form),
        })
    }

    /// Reads the code of an error, such as `<Code>Throttling</Code>`, which comes with status 400.
    fn reason(&self, body: &[u8]) -> (Option<String>, bool) {
        let code = std::str::from_utf8(body).ok().and_then(|text| {
            let (_, rest) = text.split_once("<Code>")?;
            word(rest.split_once("</Code>")?.0)
        });
        let may_pass = code.as_deref().is_some_and(|code| MAY_PASS.contains(&code));
        (code, may_pass)
    }
}
