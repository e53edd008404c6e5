//! Settings of the services that send text messages.

use auth_server::config::{Secret, SmsSettings};
use auth_server::delivery::SmsProvider;

pub(crate) const SID: &str = "AC0123456789abcdef0123456789abcdef";

pub(crate) fn settings(provider: SmsProvider, url: String) -> SmsSettings {
    let (account, secret, from) = match provider {
        SmsProvider::Webhook => ("", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""),
        SmsProvider::Twilio => (SID, "twilio-token", "+15005550006"),
        SmsProvider::Sns => (
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+EXAMPLEKEY",
            "Shop",
        ),
    };
    SmsSettings {
        provider,
        url: Some(url),
        account: account.to_owned(),
        secret: Secret::new(secret),
        from: from.to_owned(),
        region: "eu-central-1".to_owned(),
    }
}
