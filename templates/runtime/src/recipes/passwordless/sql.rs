//! What the recipe stores: attempts to sign in ("devices"), the hashes of their codes, and users.
//!
//! Both are one-time secrets. A device is found by the SHA-256 of its id, counts wrong codes, and is about an
//! address or a phone number; a code is found by the SHA-256 of its link code and belongs to a device. A conditional
//! write decides: a sign-in deletes the device, so of two requests that present codes of it, one deletes no row.

use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::derivation::{DeviceId, LinkCode, user_input_code};
use crate::crypto::token;
use crate::error::Error;
use crate::events::SignInFailure;
use crate::shapes::{LoginMethod, User};
use crate::store::{
    Access, NewMailRow, Retry, Transaction, Tx, TxError, enqueue_mail, secrets, users,
};

/// The recipe of users that sign in without a password.
pub const PASSWORDLESS: &str = "passwordless";

/// The identifier: the address in its normal form.
pub(super) const EMAIL: &str = "passwordless/email";

/// The identifier: the phone number in the form of E.164.
const PHONE: &str = "passwordless/phone";

/// The one-time secret of an attempt: its subject is the address or number with its tenant, its data is [`Device`].
const DEVICE: &str = "passwordless/device";

/// The one-time secret of a code: its subject is the device, its data until when it works.
const CODE: &str = "passwordless/code";

/// How long devices and codes are kept when they work no more, in milliseconds: as long as a code is there, the
/// answer can say that it is right and too old.
const KEPT: i64 = 3_600_000;

/// With how many wrong codes an attempt is over.
pub(super) const MOST_ATTEMPTS: i64 = 5;

/// How many codes are drawn until one is new to its device.
const DRAWS: usize = 3;

/// An attempt to sign in, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Device {
    pub(super) tenant_id: String,
    /// Where its messages go.
    #[serde(flatten)]
    pub(super) contact: Contact,
    /// Base64url; see `derivation`.
    salt: String,
}

impl Device {
    /// A new one.
    ///
    /// # Errors
    /// The random generator failed.
    pub(super) fn new(tenant_id: &str, contact: Contact) -> Result<Self, Error> {
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            contact,
            salt: token::random_secret()?,
        })
    }

    /// The address or number that it is for: all its devices end together.
    fn subject(&self) -> String {
        format!("{} {}", self.tenant_id, self.contact.as_str())
    }

    fn link_code(&self, device_id: &DeviceId, code: &str) -> Result<LinkCode, Error> {
        let salt = token::decode::<{ token::SECRET_BYTES }>(&self.salt);
        let salt = salt.ok_or_else(|| Error::internal("the salt of a device is damaged"))?;
        Ok(LinkCode::derive(device_id, &salt, code))
    }
}

/// Until when the row of something that works until then is kept.
fn kept_until(works_until: i64) -> i64 {
    works_until.saturating_add(KEPT)
}

/// Stores an attempt, together with the message for it.
pub(super) struct StartDevice {
    pub(super) pre_auth_session_id: String,
    pub(super) device: Device,
    /// Until when a code works that is made now.
    pub(super) works_until: i64,
    pub(super) message: NewMailRow,
}

impl Transaction for StartDevice {
    type Output = ();
    const NAME: &'static str = "start_device";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), TxError> {
        let data = serde_json::to_string(&self.device).map_err(Error::internal)?;
        let new = secrets::NewSecret {
            kind: DEVICE,
            hash: &self.pre_auth_session_id,
            subject: &self.device.subject(),
            data: &data,
            expires_at: kept_until(self.works_until),
        };
        secrets::issue(tx, &new).await?;
        enqueue_mail(tx, &self.message, self.device.contact.as_str()).await
    }
}

/// An attempt that has begun in a tenant and is not over.
pub(super) struct FindDevice {
    pub(super) pre_auth_session_id: String,
    pub(super) tenant_id: String,
    pub(super) now: i64,
}

impl Transaction for FindDevice {
    type Output = Option<Device>;
    const NAME: &'static str = "find_device";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        find_device(tx, &self.pre_auth_session_id, &self.tenant_id, self.now).await
    }
}

async fn find_device(
    tx: &mut Tx<'_>,
    pre_auth_session_id: &str,
    tenant_id: &str,
    now: i64,
) -> Result<Option<Device>, TxError> {
    let secret = secrets::find(tx, DEVICE, pre_auth_session_id).await?;
    let Some(secret) = secret.filter(|secret| secret.expires_at > now) else {
        return Ok(None);
    };
    let device: Device = serde_json::from_str(&secret.data).map_err(Error::internal)?;
    Ok(Some(device).filter(|device| device.tenant_id == tenant_id))
}

/// Enqueues another message for an attempt; `false` if it is over.
pub(super) struct SendAgain {
    pub(super) pre_auth_session_id: String,
    pub(super) tenant_id: String,
    pub(super) now: i64,
    pub(super) message: NewMailRow,
}

impl Transaction for SendAgain {
    type Output = bool;
    const NAME: &'static str = "send_code_again";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        let device = find_device(tx, &self.pre_auth_session_id, &self.tenant_id, self.now).await?;
        // If the attempt ends at this moment, no message is made for it.
        if let Some(device) = &device {
            enqueue_mail(tx, &self.message, device.contact.as_str()).await?;
        }
        Ok(device.is_some())
    }
}

/// Makes a code for an attempt and stores its hash; `None` if the attempt is over. The codes before it still work.
pub(super) struct IssueCode {
    pub(super) device_id: DeviceId,
    pub(super) now: i64,
    pub(super) works_until: i64,
}

/// A code, as it is sent.
pub(super) struct SentCode {
    pub(super) user_input_code: String,
    pub(super) link_code: LinkCode,
}

impl Transaction for IssueCode {
    type Output = Option<SentCode>;
    const NAME: &'static str = "issue_code";
    // A code that is issued twice is another code, and neither was sent.
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Self::Output, TxError> {
        let hash = self.device_id.pre_auth_session_id();
        let expires_at = kept_until(self.works_until);
        let Some(secret) = secrets::extend(tx, DEVICE, &hash, self.now, expires_at).await? else {
            return Ok(None);
        };
        let device: Device = serde_json::from_str(&secret.data).map_err(Error::internal)?;
        for _ in 0..DRAWS {
            let user_input_code = user_input_code()?;
            let link_code = device.link_code(&self.device_id, &user_input_code)?;
            let new = secrets::NewSecret {
                kind: CODE,
                hash: &link_code.hash(),
                subject: &hash,
                data: &self.works_until.to_string(),
                expires_at,
            };
            if secrets::issue(tx, &new).await? {
                return Ok(Some(SentCode {
                    user_input_code,
                    link_code,
                }));
            }
        }
        Err(Error::internal("the random generator repeats itself").into())
    }
}

/// What a client presents to sign in.
pub(super) enum Presented {
    /// What stood behind the `#` of a link.
    Link(LinkCode),
    /// What the user typed, in the client that began the attempt. The id is that of the attempt.
    Code(DeviceId, String),
}

/// Signs a user in, or up, and ends all attempts of their address or number. A wrong or expired code is counted, and the last
/// one that is allowed ends the attempt.
pub(super) struct PresentCode {
    pub(super) pre_auth_session_id: String,
    /// The device, as [`FindDevice`] says.
    pub(super) device: Device,
    pub(super) presented: Presented,
    /// The language of a new user.
    pub(super) language: Option<String>,
    pub(super) now: i64,
}

/// Its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Presentation {
    /// The user of this login method has proven that they read the messages to the address or number.
    SignedIn {
        user: Box<User>,
        recipe_user_id: String,
        is_new: bool,
    },
    /// It is not a code of the attempt; holds how many wrong codes there were.
    Incorrect(i64),
    /// It is, and it is too old; counted in the same way.
    Expired(i64),
    /// The attempt is over, or the link is none of it. Holds what was wrong with the code or the link, if it was compared.
    Over(Option<SignInFailure>),
}

impl Transaction for PresentCode {
    type Output = Presentation;
    const NAME: &'static str = "present_code";
    const RETRY: Retry = Retry::Never;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Presentation, TxError> {
        let (hash, now) = (&self.pre_auth_session_id, self.now);
        // The attempts of one address or number end together.
        let subject = self.device.subject();
        tx.lock(&format!("passwordless/{subject}")).await?;
        let Some(device) = find_device(tx, hash, &self.device.tenant_id, now).await? else {
            return Ok(Presentation::Over(None));
        };
        let (code_hash, is_typed) = match &self.presented {
            Presented::Link(link_code) => (link_code.hash(), false),
            Presented::Code(id, code) => (device.link_code(id, code)?.hash(), true),
        };
        let code = secrets::find(tx, CODE, &code_hash).await?;
        let code = code.filter(|code| code.subject == *hash);
        let works = match &code {
            Some(code) => code.data.parse::<i64>().map_err(Error::internal)? >= now,
            None => false,
        };
        if works {
            // The DELETE decides: only one request deletes the device.
            return match secrets::consume(tx, DEVICE, hash).await? {
                Some(_) => self.sign_in(tx, &device).await,
                None => Ok(Presentation::Over(None)),
            };
        }
        let failure = match &code {
            Some(_) => SignInFailure::ExpiredCode,
            None => SignInFailure::WrongCode,
        };
        if !is_typed {
            return Ok(Presentation::Over(Some(failure)));
        }
        // A refusal that counts must commit: it is `Ok`.
        let counted = secrets::count_attempt(tx, DEVICE, hash).await?;
        let Some(attempts) = counted.map(|device| device.attempts) else {
            return Ok(Presentation::Over(None));
        };
        if attempts >= MOST_ATTEMPTS {
            secrets::consume_all(tx, CODE, hash).await?;
            secrets::consume(tx, DEVICE, hash).await?;
            return Ok(Presentation::Over(Some(failure)));
        }
        Ok(match code {
            Some(_) => Presentation::Expired(attempts),
            None => Presentation::Incorrect(attempts),
        })
    }
}

impl PresentCode {
    async fn sign_in(&self, tx: &mut Tx<'_>, device: &Device) -> Result<Presentation, TxError> {
        secrets::consume_all(tx, CODE, &self.pre_auth_session_id).await?;
        let subject = device.subject();
        tx.execute(
            "DELETE FROM one_time_secrets WHERE kind = $1 AND subject IN (
                 SELECT hash FROM one_time_secrets WHERE kind = $2 AND subject = $3)",
            &[CODE.into(), DEVICE.into(), (&subject).into()],
        )
        .await?;
        secrets::consume_all(tx, DEVICE, &subject).await?;

        let identifier = identifier(&device.contact);
        let known = users::find(tx, &device.tenant_id, identifier).await?;
        let is_new = known.is_none();
        let user = match known {
            Some(user) => Some(user),
            None => {
                let new = users::NewUser {
                    recipe_id: PASSWORDLESS,
                    tenant_id: &device.tenant_id,
                    email: device.contact.email(),
                    phone_number: device.contact.phone_number(),
                    third_party: None,
                    verified: true,
                    identifiers: &[identifier],
                    credentials: &[],
                    language: self.language.as_deref(),
                    time_joined: self.now,
                };
                users::create(tx, &new).await?
            }
        };
        // Another request may have made the user meanwhile: the client then starts again, and signs in.
        let Some(mut user) = user else {
            return Ok(Presentation::Over(None));
        };
        let method = login_method(&mut user, &device.contact)?;
        let recipe_user_id = method.recipe_user_id.clone();
        // A number is proven from the first sign-in on.
        if let (false, Some(email)) = (method.verified, device.contact.email()) {
            method.verified = true;
            users::set_verified(tx, &recipe_user_id, email, true).await?;
        }
        Ok(Presentation::SignedIn {
            user: Box::new(user),
            recipe_user_id,
            is_new,
        })
    }
}

/// What a user is found by.
pub(super) fn identifier(contact: &Contact) -> (&'static str, &str) {
    match contact {
        Contact::Email(email) => (EMAIL, email),
        Contact::Phone(number) => (PHONE, number),
    }
}

/// The login method of the user that has an address or number.
pub(super) fn login_method<'a>(
    user: &'a mut User,
    contact: &Contact,
) -> Result<&'a mut LoginMethod, Error> {
    let (email, number) = (contact.email(), contact.phone_number());
    let mut methods = user.login_methods.iter_mut();
    let found = methods.find(|method| {
        method.recipe_id == PASSWORDLESS
            && method.email.as_deref() == email
            && method.phone_number.as_deref() == number
    });
    found.ok_or_else(|| Error::internal("an identifier belongs to no login method of its user"))
}

/// Whether a user of a tenant signs in with an address or a number and without a password.
pub(super) struct ContactIsKnown {
    pub(super) tenant_id: String,
    pub(super) contact: Contact,
}

impl Transaction for ContactIsKnown {
    type Output = bool;
    const NAME: &'static str = "passwordless_contact_is_known";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        users::has_identifier(tx, &self.tenant_id, identifier(&self.contact)).await
    }
}
