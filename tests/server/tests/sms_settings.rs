//! Settings of the services that send text messages: which are refused, and that no message shows a secret.

mod common;

use auth_server::Config;
use auth_server::config::{Secret, SmsSettings};
use auth_server::delivery::SmsProvider;
use common::sms::settings;

#[tokio::test]
async fn settings_with_which_nothing_can_be_sent_are_refused() {
    let https = || "https://sms.example.com/send".to_owned();
    let of = |provider| settings(provider, https());
    let changed = |provider, change: fn(&mut SmsSettings)| {
        let mut settings = of(provider);
        change(&mut settings);
        settings
    };
    let check = |settings: SmsSettings| {
        let app_info = common::app_info("http://localhost:3001", "http://localhost:3000");
        let mut config = Config::new(app_info);
        config.sms = Some(settings);
        config.check().err().map(|errors| errors.to_string())
    };
    for provider in [SmsProvider::Webhook, SmsProvider::Twilio, SmsProvider::Sns] {
        assert_eq!(check(of(provider)), None);
        let settings = of(provider);
        let secret = settings.secret.expose().to_owned();
        assert!(!format!("{settings:?}").contains(&secret));
    }
    for (settings, variable) in [
        (
            changed(SmsProvider::Webhook, |s| s.url = None),
            "AUTH_SMS_URL",
        ),
        (
            changed(SmsProvider::Webhook, |s| {
                s.url = Some("http://sms.example.com".to_owned());
            }),
            "AUTH_SMS_URL",
        ),
        (
            changed(SmsProvider::Webhook, |s| {
                s.url = Some("https://u:p@sms.example.com".to_owned());
            }),
            "AUTH_SMS_URL",
        ),
        (
            changed(SmsProvider::Webhook, |s| {
                s.secret = Secret::new("whsec_c2hvcnQ=");
            }),
            "AUTH_SMS_SECRET",
        ),
        (
            changed(SmsProvider::Twilio, |s| s.account = "../x".to_owned()),
            "AUTH_SMS_ACCOUNT",
        ),
        (
            changed(SmsProvider::Twilio, |s| s.from = String::new()),
            "AUTH_SMS_FROM",
        ),
        (
            changed(SmsProvider::Sns, |s| {
                s.region = "eu.example.com/".to_owned();
            }),
            "AUTH_SMS_REGION",
        ),
        (
            changed(SmsProvider::Sns, |s| s.secret = Secret::new("")),
            "AUTH_SMS_SECRET",
        ),
    ] {
        let secret = settings.secret.expose().to_owned();
        let error = check(settings).expect(variable);
        assert!(error.contains(variable), "{error}");
        assert!(secret.is_empty() || !error.contains(&secret), "{error}");
    }
}
