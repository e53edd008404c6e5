//! Settings of text messages: the service that sends them, and how it knows this server.

use super::Secret;
use super::env::Env;
use crate::delivery::{ProviderSettings, SmsProvider, check_sms};

/// A service that sends text messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsSettings {
    /// The service.
    pub provider: SmsProvider,
    /// The address of a webhook, or another address for the API of the service. It is https, or on this machine.
    pub url: Option<String>,
    /// Twilio: the SID of the account. AWS: the id of the access key.
    pub account: String,
    /// A webhook: the secret that signs requests. Twilio: the auth token. AWS: the secret access key.
    pub secret: Secret,
    /// The sender that messages name: a number, a name, or at Twilio the SID of a messaging service.
    pub from: String,
    /// AWS: the region.
    pub region: String,
}

impl SmsSettings {
    /// The same for what sends.
    pub(crate) fn of_provider(&self) -> ProviderSettings<'_> {
        ProviderSettings {
            provider: self.provider,
            url: self.url.as_deref(),
            account: &self.account,
            secret: self.secret.expose(),
            from: &self.from,
            region: &self.region,
        }
    }
}

/// Reads the variables; `None` where they name no service, or are wrong.
pub(super) fn read(env: &mut Env<'_>) -> Option<SmsSettings> {
    const PROVIDER: &str = "AUTH_SMS_PROVIDER";
    let is_named = env.text(PROVIDER).is_some();
    let provider = env.explained(PROVIDER);
    let [url, account, secret, from, region] = [
        "AUTH_SMS_URL",
        "AUTH_SMS_ACCOUNT",
        "AUTH_SMS_SECRET",
        "AUTH_SMS_FROM",
        "AUTH_SMS_REGION",
    ]
    .map(|name| {
        let value = env.text(name);
        if value.is_some() && !is_named {
            env.wrong(PROVIDER, &format!("must be set where {name} is"));
        }
        value
    });
    let settings = SmsSettings {
        provider: provider?,
        url,
        account: account.unwrap_or_default(),
        secret: Secret::new(secret.unwrap_or_default()),
        from: from.unwrap_or_default(),
        region: region.unwrap_or_default(),
    };
    if let Err((name, message)) = check_sms(&settings.of_provider()) {
        env.wrong(name, &message);
        return None;
    }
    Some(settings)
}
