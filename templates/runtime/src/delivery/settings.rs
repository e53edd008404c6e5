//! How text messages are sent, as settings say it.

use std::str::FromStr;

/// A service that sends text messages, and how it knows this server, as `SmsSettings` of the settings holds it. It
/// cannot be printed: one of the texts is a secret.
#[cfg_attr(
    not(feature = "sms"),
    allow(
        dead_code,
        reason = "a program without text messages refuses all settings of them"
    )
)]
pub(crate) struct ProviderSettings<'a> {
    pub(crate) provider: SmsProvider,
    pub(crate) url: Option<&'a str>,
    pub(crate) account: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) from: &'a str,
    pub(crate) region: &'a str,
}

/// The services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsProvider {
    /// A webhook of the operator's own, with signed requests.
    Webhook,
    /// Twilio's Programmable Messaging.
    Twilio,
    /// The Simple Notification Service of AWS.
    Sns,
}

impl FromStr for SmsProvider {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "webhook" => Ok(Self::Webhook),
            "twilio" => Ok(Self::Twilio),
            "sns" => Ok(Self::Sns),
            _ => Err("must be `webhook`, `twilio` or `sns`".to_owned()),
        }
    }
}
