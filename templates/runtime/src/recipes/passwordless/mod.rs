//! Signing in without a password: the user types a code, or opens a link, from a mail to their address, or
//! from a text message to their phone.
//!
//! Rules:
//! - the answer to the first step is the same whether or not there is a user; a user exists once the first code or
//!   link was presented, which proves the address or number;
//! - only hashes are stored, and a code alone is of no use: it works in the client that asked for it, which has
//!   the device id (`derivation`; OWASP ASVS 5.0, 6.6.2). A link works anywhere, so that it can be opened on another
//!   device;
//! - code and link are made when the message is sent, so no row of the queue contains one;
//! - wrong codes are counted in the transaction that checks them. The fifth ends the attempt (6.6.3), and wrong codes
//!   for one address or number are limited over all attempts, with a budget of its own for devices on which its owner has
//!   signed in before. A link code has 256 bits that cannot be guessed;
//! - a success ends every attempt of the address or number;
//! - a number is stored in the form of E.164, however it was written; text messages to each country have a budget
//!   (`limits::sms`), since each costs money;
//! - links are spent by a POST of the page that they lead to: mail scanners, which open links with GET, spend none.

mod contact;
pub mod contract;
mod derivation;
pub mod messages;
mod request;
mod settings;
mod signing_in;
mod sql;

pub use contract::{
    CONSUME_CODE, CREATE_CODE, ConsumeCode, CreateCode, EMAIL_EXISTS, EmailExists,
    PHONE_NUMBER_EXISTS, PhoneNumberExists, RESEND_CODE, ResendCode,
};
pub use request::{
    CodeOrLink, ConsumeCodeRequest, CreateCodeRequest, EmailExistsRequest,
    PhoneNumberExistsRequest, ResendCodeRequest,
};
pub use settings::{ContactMethod, FlowType};
pub use sql::PASSWORDLESS;

use self::contact::Contact;
use self::derivation::{DeviceId, LinkCode};
use self::messages::Payload;
use self::request::{INVALID_DEVICE_ID, INVALID_LINK_CODE};
use self::signing_in::is_known;
use self::sql::{
    Device, FindDevice, MOST_ATTEMPTS, PresentCode, Presentation, Presented, SendAgain, StartDevice,
};
use crate::auth::{Compose, ComposeSms, Contacts, Factors, Recipe};
use crate::call::{Call, Claimed, Linking};
use crate::config::Config;
use crate::delivery::{MailKind, SmsKind};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::events::SignInFailure;
use crate::limits::Kind;
use crate::phone::PhoneNumber;
use crate::store::NewMailRow;

/// Why a sign-up is refused that another user of the address or number could lose their account by.
const REFUSED: &str = "Cannot sign in / up due to security reasons. Please try a different login method or contact \
     support. (ERR_CODE_002)";

/// The recipe.
pub(crate) struct Passwordless;

impl Recipe for Passwordless {
    fn mails(&self) -> &'static [(MailKind, Compose)] {
        messages::ALL
    }

    fn text_messages(&self) -> &'static [(SmsKind, ComposeSms)] {
        messages::ALL_SMS
    }

    fn contacts(&self, config: &Config) -> Option<Contacts> {
        let method = ContactMethod::of(config);
        Some(Contacts {
            mail: method.has_email(),
            phone: method.has_phone(),
        })
    }

    fn email_identifier(&self) -> Option<&'static str> {
        Some(sql::EMAIL)
    }

    fn check(&self, config: &Config) -> Result<(), String> {
        settings::check(config)
    }

    fn factors(&self, config: &Config) -> Option<Factors> {
        Some(settings::factors(config))
    }
}

/// Begins an attempt and enqueues its message.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented, [`Error::General`] for an address or a number to
/// which no message can be sent, [`Error::Session`] for a session that must be refreshed first, [`Error::TooManyRequests`]; the
/// store failed.
pub async fn create_code(call: &mut Call) -> Result<CreateCode, Error> {
    let method = ContactMethod::of(call.auth().config());
    let contact = Contact::new(&call.request::<CreateCode>()?, method)?;
    let linking = call.linking().await?;
    let flow = flow(call, &linking, &contact)?;

    call.count(Kind::CodeRequest, contact.as_str()).await?;
    if !signing_in::may_begin(call, &linking, &contact).await? {
        let reason = REFUSED.to_owned();
        return Ok(CreateCode::NotAllowed { reason });
    }
    let device_id = DeviceId::random()?;
    let message = message(call, &contact, &device_id, flow).await?;
    let auth = call.auth();
    let pre_auth_session_id = device_id.pre_auth_session_id();
    let start = StartDevice {
        pre_auth_session_id: pre_auth_session_id.clone(),
        device: Device::new(call.tenant(), contact)?,
        works_until: auth.clock().now() + settings::code_minutes(auth.config()) * 60_000,
        message,
    };
    auth.store().run(start).await?;
    auth.mail().wake();
    Ok(CreateCode::Ok {
        device_id: device_id.text(),
        flow_type: flow.name().to_owned(),
        pre_auth_session_id,
    })
}

/// Enqueues another message for an attempt. What was sent before still works.
///
/// # Errors
/// As [`create_code`].
pub async fn resend_code(call: &mut Call) -> Result<ResendCode, Error> {
    let ResendCodeRequest { device_id } = call.request::<ResendCode>()?;
    let Some(device_id) = device_id else {
        return Ok(ResendCode::RestartFlow);
    };
    let device_id = read_device_id(&device_id)?;
    let linking = call.linking().await?;

    let pre_auth_session_id = device_id.pre_auth_session_id();
    let device = find_device(call, &pre_auth_session_id).await?;
    // The setting may have changed since the attempt began.
    let method = ContactMethod::of(call.auth().config());
    let Some(device) = device.filter(|device| device.contact.is_of(method)) else {
        return Ok(ResendCode::RestartFlow);
    };
    let flow = flow(call, &linking, &device.contact)?;
    call.count(Kind::CodeRequest, device.contact.as_str())
        .await?;
    let message = message(call, &device.contact, &device_id, flow).await?;
    let auth = call.auth();
    let again = SendAgain {
        pre_auth_session_id,
        tenant_id: call.tenant().to_owned(),
        now: auth.clock().now(),
        message,
    };
    if !auth.store().run(again).await? {
        return Ok(ResendCode::RestartFlow);
    }
    auth.mail().wake();
    Ok(ResendCode::Ok)
}

/// Signs a user in, or up, with a code or a link, or adds the login method to the user of the session.
///
/// # Errors
/// As [`create_code`]; also [`Error::Session`] for a code or a link where messages hold none, and for a session that has to
/// prove its address before a login method is added.
pub async fn consume_code(call: &mut Call) -> Result<ConsumeCode, Error> {
    let ConsumeCodeRequest {
        pre_auth_session_id,
        presented,
    } = call.request::<ConsumeCode>()?;
    let presented = read_presented(&presented)?;
    let linking = call.linking().await?;

    let Some(device) = find_device(call, &pre_auth_session_id).await? else {
        return Ok(ConsumeCode::RestartFlow);
    };
    let flow = FlowType::of(call.auth().config());
    let is_link = matches!(presented, Presented::Link(_));
    if flow.limited_to(!is_link, is_link).is_none() {
        return linking.refuse_factor(call);
    }
    linking.require_factor(call, device.contact.factor(is_link))?;
    if let Presented::Code(device_id, _) = &presented
        && device_id.pre_auth_session_id() != pre_auth_session_id
    {
        return Ok(ConsumeCode::RestartFlow);
    }
    let contact = device.contact.clone();
    let failed = |call: &Call, reason| {
        call.sign_in_failed(
            CONSUME_CODE.recipe,
            reason,
            Claimed::Account(contact.as_str()),
        );
    };
    if let Some(reason) = signing_in::refusal(call, &linking, &contact).await? {
        failed(call, SignInFailure::NotAllowed);
        return Ok(ConsumeCode::NotAllowed { reason });
    }
    match present(call, &pre_auth_session_id, device, presented).await? {
        Presentation::SignedIn {
            user,
            recipe_user_id,
            is_new,
        } => {
            let recognised = (*user, recipe_user_id, is_new);
            let outcome = signing_in::enter(call, &linking, &contact, recognised).await?;
            if let ConsumeCode::NotAllowed { .. } = outcome {
                failed(call, SignInFailure::NotAllowed);
            }
            Ok(outcome)
        }
        Presentation::Incorrect(attempts) => {
            failed(call, SignInFailure::WrongCode);
            Ok(ConsumeCode::IncorrectCode {
                failed_code_input_attempt_count: attempts,
                maximum_code_input_attempts: MOST_ATTEMPTS,
            })
        }
        Presentation::Expired(attempts) => {
            failed(call, SignInFailure::ExpiredCode);
            Ok(ConsumeCode::ExpiredCode {
                failed_code_input_attempt_count: attempts,
                maximum_code_input_attempts: MOST_ATTEMPTS,
            })
        }
        Presentation::Over(reason) => {
            reason.into_iter().for_each(|reason| failed(call, reason));
            Ok(ConsumeCode::RestartFlow)
        }
    }
}

/// Tells whether a user signs in with the address of the query and without a password.
///
/// # Errors
/// [`Error::BadInput`] without an address.
pub async fn email_exists(call: &mut Call) -> Result<EmailExists, Error> {
    let request = call.request::<EmailExists>()?;
    // No mail can be sent to what is no address.
    let Ok(email) = EmailAddress::parse(&request.email) else {
        return Ok(EmailExists::Ok { exists: false });
    };
    call.count(Kind::EmailExists, email.as_str()).await?;
    let exists = is_known(call, Contact::Email(email.to_string())).await?;
    Ok(EmailExists::Ok { exists })
}

/// Tells whether a user signs in with the number of the query and without a password.
///
/// # Errors
/// [`Error::BadInput`] without a number.
pub async fn phone_number_exists(call: &mut Call) -> Result<PhoneNumberExists, Error> {
    let request = call.request::<PhoneNumberExists>()?;
    let Ok(number) = PhoneNumber::parse(&request.phone_number) else {
        return Ok(PhoneNumberExists::Ok { exists: false });
    };
    call.count(Kind::EmailExists, number.as_str()).await?;
    let exists = is_known(call, Contact::Phone(number.to_string())).await?;
    Ok(PhoneNumberExists::Ok { exists })
}

/// Checks a code or a link, after counting the attempt: a code for its address or number, whatever the device; a link for
/// itself.
async fn present(
    call: &Call,
    pre_auth_session_id: &str,
    device: Device,
    presented: Presented,
) -> Result<Presentation, Error> {
    let attempt = match &presented {
        Presented::Link(link_code) => {
            call.count(Kind::MailToken, &link_code.hash()).await?;
            None
        }
        Presented::Code(..) => Some(call.guess(Kind::Code, device.contact.as_str()).await?),
    };
    let present = PresentCode {
        pre_auth_session_id: pre_auth_session_id.to_owned(),
        device,
        presented,
        language: call.language().map(ToString::to_string),
        now: call.auth().clock().now(),
    };
    let outcome = call.auth().store().run(present).await?;
    if let (Some(attempt), Presentation::SignedIn { .. }) = (attempt, &outcome) {
        attempt.succeeded().await?;
    }
    Ok(outcome)
}

/// What the messages of this request hold: what the tenant allows, and next to a session no link, since it may open
/// where there is none.
fn flow(call: &Call, linking: &Linking, contact: &Contact) -> Result<FlowType, Error> {
    let flow = FlowType::of(call.auth().config());
    let allows = |is_link| call.tenant_settings().allows(contact.factor(is_link));
    match flow.limited_to(allows(false), allows(true)) {
        Some(flow) if linking.has_session() && flow.has_code() => Ok(FlowType::Code),
        Some(flow) => Ok(flow),
        None => linking.refuse_factor(call),
    }
}

/// The row of a message. One to a phone number is charged to the budget of its country.
async fn message(
    call: &Call,
    contact: &Contact,
    device_id: &DeviceId,
    flow: FlowType,
) -> Result<NewMailRow, Error> {
    let payload = Some(Payload::new(device_id, flow).to_bytes()?);
    let auth = call.auth();
    let (queue, tenant) = (auth.mail(), call.tenant());
    let context = call.message_context();
    let Some(number) = contact.phone_number() else {
        return queue.row(messages::CODE, tenant, &context, None, payload);
    };
    let number = PhoneNumber::from_normal(number);
    let number = number.ok_or_else(|| Error::internal("a device has a damaged number"))?;
    let permit = auth.limits().take_sms(&number).await?;
    queue.sms_row(messages::CODE_SMS, permit, tenant, &context, payload)
}

async fn find_device(call: &Call, pre_auth_session_id: &str) -> Result<Option<Device>, Error> {
    let auth = call.auth();
    let find = FindDevice {
        pre_auth_session_id: pre_auth_session_id.to_owned(),
        tenant_id: call.tenant().to_owned(),
        now: auth.clock().now(),
    };
    auth.store().run(find).await
}

/// A code or a link in the forms in which they are compared.
fn read_presented(presented: &CodeOrLink) -> Result<Presented, Error> {
    match presented {
        CodeOrLink::Link { link_code } => {
            let link_code = LinkCode::parse(link_code);
            let invalid = || Error::bad_input(INVALID_LINK_CODE);
            link_code.map(Presented::Link).ok_or_else(invalid)
        }
        CodeOrLink::Code {
            device_id,
            user_input_code,
        } => Ok(Presented::Code(
            read_device_id(device_id)?,
            user_input_code.clone(),
        )),
    }
}

fn read_device_id(device_id: &str) -> Result<DeviceId, Error> {
    DeviceId::parse(device_id).ok_or_else(|| Error::bad_input(INVALID_DEVICE_ID))
}
