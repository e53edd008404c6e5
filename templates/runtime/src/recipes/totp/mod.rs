//! Authenticator apps: a second factor by codes that follow from a shared secret and the time (RFC 6238).
//!
//! Rules:
//! - all operations are about the user of the session, whatever its claims and its tenant: a user who has to complete the
//!   factor must be able to;
//! - a device counts once the user has shown a code of it. A user who has such a device changes factors only in a session
//!   that has completed the factor: a person who knows the password alone could otherwise add a device of their own
//!   (OWASP ASVS 5.0, 7.5.1);
//! - a right code notes the factor in the claim `st-mfa` of the session (`Call::complete_factor`). A device that is
//!   verified already notes nothing, since no code was looked at;
//! - codes, wrong and used ones, are judged in one transaction (`presenting`), and wrong ones are limited as all guesses
//!   are (`limits`);
//! - secrets are encrypted where they are stored, and without a key for it the operations are refused off loopback
//!   (`settings::check_encryption`). At each start what is not encrypted under the current key is encrypted again.

mod codes;
mod command;
pub mod contract;
mod devices;
mod presenting;
mod request;
mod settings;
mod sql;
#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;

use async_trait::async_trait;

pub(crate) use self::command::COMMAND;
pub use self::devices::TotpDevices;
use self::presenting::{Of, PresentCode, Presented};
use self::request::NAME_MISSING;
pub use self::request::{
    CreateDeviceRequest, RemoveDeviceRequest, VerifyCodeRequest, VerifyDeviceRequest,
};
use self::settings::AttemptLimit;
use self::sql::{AddDevice, Added, Devices, DropDevice, Dropped};
use crate::auth::{Auth, Recipe};
use crate::call::{Call, Claimed, removal_refused, set_up_refused};
use crate::config::Config;
use crate::error::Error;
use crate::events::{AuthEvent, SignInFailure};
use crate::limits::Kind;
use crate::session::{ClaimValidators, Session, VerifyOptions};
use crate::shapes::User;
use crate::store::names;

pub use contract::{
    CREATE_DEVICE, CreateDevice, LIST_DEVICES, ListDevices, REMOVE_DEVICE, RemoveDevice,
    VERIFY_CODE, VERIFY_DEVICE, VerifyCode, VerifyDevice,
};

/// The id of the factor, in claims and events.
const FACTOR: &str = "totp";

/// The recipe.
pub(crate) struct Totp;

#[async_trait]
impl Recipe for Totp {
    fn check_mounted(&self, config: &Config, behaviours: &[&str]) -> Result<(), String> {
        let mut own = contract::CONTRACTS.iter();
        if own.any(|contract| behaviours.contains(&contract.name)) {
            settings::check_encryption(config)?;
        }
        Ok(())
    }

    async fn start(&self, auth: &Auth) -> Result<(), String> {
        let encrypted = devices::encrypt_again(auth).await;
        encrypted.map_err(|error| error.to_string())
    }
}

/// Makes a device, which counts once it is verified, for the user of the session.
///
/// # Errors
/// [`Error::BadInput`] for a name that is none, [`Error::Session`] without a session, if its user is gone, or if it has
/// not completed the factor that its user has; [`Error::General`] for one device too many; [`Error::Internal`] where
/// secrets must not be stored; the store failed.
pub async fn create_device(call: &mut Call) -> Result<CreateDevice, Error> {
    let session = require_session(call).await?;
    let name = call.request::<CreateDevice>()?.device_name;
    if let Some(name) = &name {
        if name.is_empty() {
            return Err(Error::bad_input("deviceName cannot be empty"));
        }
        names::check("deviceName", name)?;
    }
    let config = call.auth().config();
    settings::check_encryption(config).map_err(Error::internal)?;
    let secret = codes::new_secret()?;
    let text = codes::base32(&secret);
    let add = AddDevice {
        user_id: session.user_id.clone(),
        recipe_user_id: session.recipe_user_id.clone(),
        name,
        secret,
        period: codes::PERIOD,
        skew: settings::skew(config),
        encryption: settings::encryption(config).clone(),
        has_completed: has_completed(&session),
        now: call.auth().clock().now(),
    };
    match call.auth().store().run(add).await? {
        Added::Done { name, user } => Ok(CreateDevice::Ok {
            qr_code_string: codes::url(
                settings::issuer(config),
                account(&user),
                &text,
                codes::PERIOD,
            ),
            device_name: name,
            secret: text,
        }),
        Added::AlreadyExists => Ok(CreateDevice::AlreadyExists),
        Added::FactorMissing => Err(set_up_refused()),
        Added::UnknownUser => call.refuse_session(),
        Added::TooMany => Err(Error::General(
            "You have too many authenticator apps. Remove one first.".to_owned(),
        )),
    }
}

/// Lists the devices of the user of the session.
///
/// # Errors
/// [`Error::Session`] without a session; the store failed.
pub async fn list_devices(call: &mut Call) -> Result<ListDevices, Error> {
    let session = require_session(call).await?;
    let devices = Devices(session.user_id.clone());
    let devices = call.auth().store().run(devices).await?;
    let devices = devices.into_iter().map(Into::into).collect();
    Ok(ListDevices::Ok { devices })
}

/// Removes a device of the user of the session.
///
/// # Errors
/// [`Error::BadInput`] without a name; [`Error::Session`] without a session, or, for a verified device, if it has not
/// completed the factor; the store failed.
pub async fn remove_device(call: &mut Call) -> Result<RemoveDevice, Error> {
    let session = require_session(call).await?;
    let name = call.request::<RemoveDevice>()?.device_name;
    if name.is_empty() {
        return Err(Error::bad_input(NAME_MISSING));
    }
    if !names::is_name(&name) {
        let did_device_exist = false;
        return Ok(RemoveDevice::Ok { did_device_exist });
    }
    let drop_device = DropDevice {
        user_id: session.user_id.clone(),
        name: name.clone(),
        may_be_verified: has_completed(&session),
    };
    let dropped = call.auth().store().run(drop_device).await?;
    if dropped == Dropped::FactorMissing {
        return Err(removal_refused());
    }
    if dropped == (Dropped::Done { was_verified: true }) {
        devices::announce_removal(call.auth(), &session.user_id, &name);
    }
    Ok(RemoveDevice::Ok {
        did_device_exist: dropped != Dropped::NotFound,
    })
}

/// Verifies a device with a code of it, which completes the factor in the session.
///
/// # Errors
/// [`Error::BadInput`] without a name and a code; [`Error::Session`] without a session, or if it has not completed the
/// factor that its user has; [`Error::TooManyRequests`]; the store failed.
pub async fn verify_device(call: &mut Call) -> Result<VerifyDevice, Error> {
    let mut session = require_session(call).await?;
    let VerifyDeviceRequest {
        device_name: name,
        totp: code,
    } = call.request::<VerifyDevice>()?;
    if name.is_empty() {
        return Err(Error::bad_input("deviceName cannot be empty"));
    }
    if !names::is_name(&name) {
        return Ok(VerifyDevice::UnknownDevice);
    }
    let of = Of::Named {
        name,
        has_completed: has_completed(&session),
    };
    let maximum = AttemptLimit::of(call.auth().config()).maximum();
    match present(call, &session, of, code).await? {
        Presented::Right { .. } => {
            call.complete_factor(&mut session, FACTOR).await?;
            let was_already_verified = false;
            Ok(VerifyDevice::Ok {
                was_already_verified,
            })
        }
        // Nothing was shown, so nothing is completed.
        Presented::AlreadyVerified => {
            let was_already_verified = true;
            Ok(VerifyDevice::Ok {
                was_already_verified,
            })
        }
        Presented::NoDevice => Ok(VerifyDevice::UnknownDevice),
        Presented::FactorMissing => Err(set_up_refused()),
        Presented::Wrong { failures } => Ok(VerifyDevice::Invalid {
            current_number_of_failed_attempts: failures,
            max_number_of_failed_attempts: maximum,
        }),
        Presented::Limited {
            retry_after,
            failures,
        } => Ok(VerifyDevice::LimitReached {
            retry_after_ms: retry_after,
            current_number_of_failed_attempts: failures,
            max_number_of_failed_attempts: maximum,
        }),
    }
}

/// Completes the factor in the session with a code of a verified device.
///
/// # Errors
/// [`Error::BadInput`] without a code; [`Error::Session`] without a session; [`Error::TooManyRequests`]; the store failed.
pub async fn verify_code(call: &mut Call) -> Result<VerifyCode, Error> {
    let mut session = require_session(call).await?;
    let code = call.request::<VerifyCode>()?.totp;
    let maximum = AttemptLimit::of(call.auth().config()).maximum();
    match present(call, &session, Of::Verified, code).await? {
        Presented::Right { .. } => {
            call.complete_factor(&mut session, FACTOR).await?;
            Ok(VerifyCode::Ok)
        }
        Presented::NoDevice => Ok(VerifyCode::UnknownUser),
        Presented::Wrong { failures } => Ok(VerifyCode::Invalid {
            current_number_of_failed_attempts: failures,
            max_number_of_failed_attempts: maximum,
        }),
        Presented::Limited {
            retry_after,
            failures,
        } => Ok(VerifyCode::LimitReached {
            retry_after_ms: retry_after,
            current_number_of_failed_attempts: failures,
            max_number_of_failed_attempts: maximum,
        }),
        Presented::AlreadyVerified | Presented::FactorMissing => Err(Error::internal(
            "a code of a verified device was taken for one of a new device",
        )),
    }
}

/// Checks a code, after counting the guess for the user and for the network of the client.
async fn present(call: &Call, session: &Session, of: Of, code: String) -> Result<Presented, Error> {
    let auth = call.auth();
    let attempt = call.guess(Kind::Code, &session.user_id).await?;
    let present = PresentCode {
        user_id: session.user_id.clone(),
        of,
        code,
        limit: AttemptLimit::of(auth.config()),
        encryption: settings::encryption(auth.config()).clone(),
        now: auth.clock().now(),
    };
    let presented = auth.store().run(present).await?;
    match &presented {
        Presented::Right { newly_verified } => {
            attempt.succeeded().await?;
            if let Some(name) = newly_verified {
                auth.raise(|at| AuthEvent::FactorAdded {
                    user_id: session.user_id.clone(),
                    factor: FACTOR,
                    name: name.clone(),
                    at,
                });
            }
        }
        Presented::Wrong { .. } => call.sign_in_failed(
            VERIFY_CODE.recipe,
            SignInFailure::WrongCode,
            Claimed::Account(&session.user_id),
        ),
        // The code was not looked at.
        Presented::Limited { .. }
        | Presented::NoDevice
        | Presented::AlreadyVerified
        | Presented::FactorMissing => attempt.give_back().await?,
    }
    Ok(presented)
}

/// No claim is demanded: who lacks the factor must be able to complete it.
async fn require_session(call: &Call) -> Result<Session, Error> {
    let options = VerifyOptions {
        claims: ClaimValidators::Skip,
        ..VerifyOptions::default()
    };
    call.require_session_with(options).await
}

fn has_completed(session: &Session) -> bool {
    session.completed_factors().include(FACTOR)
}

/// What an app shows as the account: the address or number of the login method that gave the user its id, or of another.
fn account(user: &User) -> Option<&str> {
    let own = user.login_method(&user.id);
    let own = own.and_then(|method| method.email.as_ref().or(method.phone_number.as_ref()));
    let any = || user.emails.first().or(user.phone_numbers.first());
    own.or_else(any).map(String::as_str)
}
