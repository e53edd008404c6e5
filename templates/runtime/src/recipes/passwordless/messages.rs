//! The messages of the recipe.

use serde::{Deserialize, Serialize};

use super::derivation::DeviceId;
use super::settings::{self, FlowType};
use super::sql::IssueCode;
use crate::auth::{Auth, Compose, ComposeSms};
use crate::delivery::{DueMail, DueSms, Mail, MailKind, Sms, SmsKind};
use crate::error::Error;

/// A code, a link or both.
pub const CODE: MailKind = MailKind::new("passwordless-login");

/// All of them.
pub(super) static ALL: &[(MailKind, Compose)] =
    &[(CODE, |auth, due| Box::pin(compose_code(auth, due)))];

/// The same as a text message.
pub const CODE_SMS: SmsKind = SmsKind::new("passwordless-login-sms");

/// All text messages.
pub(super) static ALL_SMS: &[(SmsKind, ComposeSms)] =
    &[(CODE_SMS, |auth, due| Box::pin(compose_sms(auth, due)))];

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

/// What a message says.
struct Issued {
    flow: FlowType,
    /// How long it works.
    minutes: i64,
    code: String,
    link: String,
}

/// Makes a new code; nothing if the attempt is over.
async fn issue(
    auth: &Auth,
    payload: Option<Vec<u8>>,
    (website, tenant): (&str, &str),
) -> Result<Option<Issued>, Error> {
    let payload = payload.unwrap_or_default();
    let Payload { device_id, flow } = serde_json::from_slice(&payload).map_err(Error::internal)?;
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
    Ok(Some(Issued {
        flow,
        minutes,
        code: sent.user_input_code,
        link,
    }))
}

/// The mail with a new code.
async fn compose_code(auth: &Auth, due: DueMail) -> Result<Option<Mail>, Error> {
    let Some(issued) = issue(auth, due.payload, (&due.website, &due.tenant_id)).await? else {
        return Ok(None);
    };
    let name = &auth.app_info().app_name;
    let Issued {
        flow,
        minutes,
        code,
        link,
    } = issued;
    let code = format!("This code works there for {minutes} minutes:\n\n{code}\n\n");
    let link = if flow.has_code() {
        format!("Or open this link:\n\n{link}\n\n")
    } else {
        format!("This link signs you in. It works once, for {minutes} minutes:\n\n{link}\n\n")
    };
    let code = if flow.has_code() { code.as_str() } else { "" };
    let link = if flow.has_link() { link.as_str() } else { "" };
    Ok(Some(Mail {
        to: due.to,
        subject: "Login to your account".to_owned(),
        text: format!(
            "A sign-in to {name} with this address was requested.\n\n\
             {code}{link}\
             If it was not you, ignore this mail. Do not share the code or the link.\n"
        ),
    }))
}

/// The text message with a new code. It is short, since each part of 160 characters is paid for.
async fn compose_sms(auth: &Auth, due: DueSms) -> Result<Option<Sms>, Error> {
    let Some(issued) = issue(auth, due.payload, (&due.website, &due.tenant_id)).await? else {
        return Ok(None);
    };
    let Issued {
        flow,
        minutes,
        code,
        link,
    } = issued;
    let name = &auth.app_info().app_name;
    let mut text = if flow.has_code() {
        format!(
            "{code} is your code to sign in to {name}. It works for {minutes} minutes. Do not share it.\n"
        )
    } else {
        format!("Sign in to {name} with this link. It works once, for {minutes} minutes.\n")
    };
    if flow.has_link() {
        text += &format!("{link}\n");
    }
    if flow.has_code() {
        // Browsers fill the code in on pages of this host alone (WICG, "Origin-bound one-time codes").
        let host = url::Url::parse(&due.website).ok();
        let host = host.as_ref().and_then(url::Url::host_str);
        text += &host.map_or_else(String::new, |host| format!("\n@{host} #{code}\n"));
    }
    Ok(Some(Sms {
        id: due.id,
        tenant_id: due.tenant_id,
        to: due.to,
        text,
    }))
}
