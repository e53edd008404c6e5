//! The messages of the recipe. Their texts stand in the folder `messages`. A text message is short, since each part of 160
//! characters is paid for; its last line lets browsers fill the code in on pages of its host alone (WICG, "Origin-bound
//! one-time codes").

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::derivation::DeviceId;
use super::settings::{self, FlowType};
use super::sql::IssueCode;
use crate::auth::{Auth, Compose, ComposeSms};
use crate::delivery::{Content, MailKind, SAMPLE_LINK, SmsKind, texts};
use crate::error::Error;

/// A code, a link or both.
pub const CODE: MailKind = MailKind::new(
    "passwordless-login",
    texts!("messages/passwordless-login"),
    SAMPLES,
);

/// The same as a text message.
pub const CODE_SMS: SmsKind = SmsKind::new(
    "passwordless-login-sms",
    texts!("messages/passwordless-login-sms"),
    SAMPLES,
);

/// A link, a code, and both.
const SAMPLES: &[Content] = &[
    Content {
        link: Some(Cow::Borrowed(SAMPLE_LINK)),
        code: None,
        minutes: Some(15),
    },
    Content {
        link: None,
        code: Some(Cow::Borrowed("123456")),
        minutes: Some(15),
    },
    Content {
        link: Some(Cow::Borrowed(SAMPLE_LINK)),
        code: Some(Cow::Borrowed("123456")),
        minutes: Some(15),
    },
];

/// All mails.
pub(super) static ALL: &[(MailKind, Compose)] = &[(CODE, |auth, due| {
    Box::pin(issue(
        auth,
        due.payload.as_deref(),
        &due.website,
        &due.tenant_id,
    ))
})];

/// All text messages.
pub(super) static ALL_SMS: &[(SmsKind, ComposeSms)] = &[(CODE_SMS, |auth, due| {
    Box::pin(issue(
        auth,
        due.payload.as_deref(),
        &due.website,
        &due.tenant_id,
    ))
})];

/// The data of a message in the queue, as JSON. Codes are made when a message is sent, and without a code the device id is
/// of no use. Where sending has failed before, the database holds the hash of a code that was made then, and a thief
/// who reads the id can find that code by trying all: `AUTH_ENCRYPTION_SECRET` makes the id unreadable.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    device_id: String,
    flow: FlowType,
}

impl Payload {
    pub(super) fn new(device_id: &DeviceId, flow: FlowType) -> Self {
        let device_id = device_id.text();
        Self { device_id, flow }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(Error::internal)
    }
}

/// Makes a new code, a link or both; nothing if the attempt is over.
async fn issue(
    auth: &Auth,
    payload: Option<&[u8]>,
    website: &str,
    tenant: &str,
) -> Result<Option<Content>, Error> {
    let payload = payload.unwrap_or_default();
    let Payload { device_id, flow } = serde_json::from_slice(payload).map_err(Error::internal)?;
    let device_id = DeviceId::parse(&device_id);
    let device_id = device_id.ok_or_else(|| Error::internal("a message names no device"))?;
    let pre_auth_session_id = device_id.pre_auth_session_id();
    let now = auth.clock().now();
    let minutes = settings::code_minutes(auth.config());
    let issue = IssueCode {
        device_id,
        now,
        works_until: now + minutes * 60_000,
    };
    let Some(sent) = auth.store().run(issue).await? else {
        return Ok(None);
    };
    let link_code = sent.link_code.text();
    // Behind the `#`, it reaches no server and no log when the link is opened.
    let link = format!(
        "{website}/verify?preAuthSessionId={pre_auth_session_id}&tenantId={tenant}#{link_code}"
    );
    Ok(Some(Content {
        link: flow.has_link().then(|| link.into()),
        code: flow.has_code().then(|| sent.user_input_code.into()),
        minutes: Some(minutes),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Language, Templates};

    /// What GSM 03.38 has of ASCII and of the accents of our languages; each other character more than halves what one part
    /// holds.
    fn is_gsm(character: char) -> bool {
        let is_ascii = matches!(character, '\n' | ' '..='~') && !"[\\]^`{|}~".contains(character);
        is_ascii || "£¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà¡¿§".contains(character)
    }

    #[test]
    fn a_text_message_with_a_code_is_one_part_in_languages_with_an_alphabet() {
        let kinds = [CODE_SMS.kind()];
        let templates = Templates::open(&kinds, None, "The Example Shop", &Language::default());
        let templates = templates.expect("the texts are right");
        let samples = templates.samples(&kinds, "The Example Shop");
        for (_, message) in samples.expect("the texts are right") {
            let (language, text) = (message.language.as_str(), message.text.trim_end());
            if language == "ja" {
                continue;
            }
            let other: String = text.chars().filter(|one| !is_gsm(*one)).collect();
            assert_eq!(other, "", "{language}: {text}");
            assert!(
                text.contains("https://") || text.len() <= 160,
                "{language}: {text}"
            );
        }
    }
}
