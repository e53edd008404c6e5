//! Choosing a new password with a link that was sent by mail.
//!
//! Rules (OWASP, Forgot Password Cheat Sheet): the answer is the same, after the same work, whether or
//! not the address is known, and whether or not it has had enough mails; only a hash of the token is stored;
//! it works for an hour, once, and in one tenant. The new password is validated before the token is spent, so that a weak
//! one does not use up the link. With the change all sessions of the user end, so that an attacker who signed up
//! with the address before its owner did is signed out, and the owner is informed by mail.
//!
//! The token was read in the mailbox, so the address is proven; what follows from that is up to other recipes
//! (`Event::AddressProven`).

pub mod contract;
pub mod messages;
mod request;
pub(crate) mod sql;

pub use contract::{CONSUME_TOKEN, CREATE_TOKEN, ConsumeToken, CreateToken};
pub use request::{ConsumeTokenRequest, CreateTokenRequest};

use self::sql::{CreateResetToken, ResetOutcome, ResetTokenOwner, SentTo, SpendResetToken};
use crate::auth::{Auth, Compose, Event, Recipe};
use crate::call::Call;
use crate::crypto::token;
use crate::delivery::{MailKind, NewMail};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::events::AuthEvent;
use crate::limits::Kind;
use crate::recipes::email_password;
use crate::session::RevokedBy;
use crate::store::FindByIdentifier;
use crate::store::users::primary;
use crate::users::form_fields;

/// How long a link works, in milliseconds.
const LIFETIME: i64 = 3_600_000;

/// How many random bytes a token has; as text, twice as many characters.
const TOKEN_BYTES: usize = 64;

/// Why no link is sent to an address that the user has not proven: another person may read its mail.
const REFUSED: &str = "Reset password link was not created because of account take over risk. Please contact support. \
     (ERR_CODE_001)";

/// The recipe.
pub(crate) struct PasswordReset;

impl Recipe for PasswordReset {
    fn mails(&self) -> &'static [(MailKind, Compose)] {
        messages::ALL
    }
}

/// Enqueues a mail with a link; whether the address is known, is found out when it is sent.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented; the store failed.
pub async fn create_token(call: &mut Call) -> Result<CreateToken, Error> {
    let to = match form_fields::email(&call.request::<CreateToken>()?.email) {
        Ok(email) => email,
        Err(error) => {
            let form_fields = vec![error];
            return Ok(CreateToken::FieldError { form_fields });
        }
    };
    if is_at_risk(call.auth(), call.tenant(), &to).await? {
        let reason = REFUSED.to_owned();
        return Ok(CreateToken::NotAllowed { reason });
    }
    let mail = NewMail {
        kind: messages::LINK,
        tenant_id: call.tenant().to_owned(),
        to,
        context: call.message_context(),
        subject: None,
        payload: None,
    };
    call.auth().mail().post(mail).await?;
    Ok(CreateToken::Ok)
}

/// Whether a link to this address could give away the account of a primary user, who has not proven the address and has
/// others.
async fn is_at_risk(auth: &Auth, tenant_id: &str, email: &EmailAddress) -> Result<bool, Error> {
    let find = FindByIdentifier {
        tenant_id: tenant_id.to_owned(),
        kind: primary::EMAIL,
        value: email.to_string(),
    };
    let Some(user) = auth.store().run(find).await? else {
        return Ok(false);
    };
    let mut methods = user.login_methods.iter();
    let is_proven = methods.any(|method| method.proves(Some(email.as_str()), None));
    let has_others = user.emails.len() > 1 || !user.phone_numbers.is_empty();
    Ok(!is_proven && has_others)
}

/// Sets a new password, ends all sessions of the user, and informs the owner by mail.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented.
pub async fn consume_token(call: &mut Call) -> Result<ConsumeToken, Error> {
    let request = call.request::<ConsumeToken>()?;
    let password = match email_password::new_password(call, &request.password).await? {
        Ok(password) => password,
        Err(error) => {
            let form_fields = vec![error];
            return Ok(ConsumeToken::FieldError { form_fields });
        }
    };
    let token = request.token;
    let token = token.ok_or_else(|| Error::bad_input("Please provide the password reset token"))?;

    let hash = token::sha256_hex(&token);
    let client = call.count(Kind::MailToken, &hash).await?;
    let auth = call.auth();
    // Hashing is costly: it is done for a token that was sent only. One that is too old goes on, too,
    // because presenting it spends all tokens of its user.
    let token_hash = hash.clone();
    let owner = auth.store().run(ResetTokenOwner { token_hash }).await?;
    // One of another tenant is not touched.
    let owner = owner.filter(|owner| owner.sent_to.tenant_id == call.tenant());
    let Some(owner) = owner else {
        return Ok(ConsumeToken::InvalidToken);
    };
    let password_hash = auth.passwords().hash_for(client.network, &password).await?;
    let notice = auth.mail().row(
        messages::NOTICE,
        call.tenant(),
        &call.message_context(),
        Some(owner.recipe_user_id.clone()),
        None,
    )?;
    let spend = SpendResetToken {
        token_hash: hash,
        recipe_user_id: owner.recipe_user_id.clone(),
        password_hash,
        now: auth.clock().now(),
        notice,
    };
    match auth.store().run(spend).await? {
        ResetOutcome::Done { ended_sessions } => {
            auth.sessions()
                .ended(ended_sessions, RevokedBy::CredentialChange);
            auth.mail().wake();
            auth.raise(|at| AuthEvent::PasswordReset {
                recipe_user_id: owner.recipe_user_id.clone(),
                tenant_id: call.tenant().to_owned(),
                at,
            });
            call.allow_sign_in(&owner.sent_to.email).await?;
            // The token was read in the mailbox of the address.
            let auth = call.auth().clone();
            let recipe_user_id = owner.recipe_user_id.clone();
            let proven = Event::AddressProven {
                recipe_user_id,
                email: owner.sent_to.email,
            };
            auth.announce(proven).await?;
            // From now on the password is that of the owner of the mailbox, also where another person signed up.
            if let Some(linker) = auth.linker() {
                linker.link(&auth, &owner.recipe_user_id).await?;
            }
            Ok(ConsumeToken::Ok)
        }
        ResetOutcome::InvalidToken => Ok(ConsumeToken::InvalidToken),
    }
}

/// Makes a reset token for a login method and stores its hash; `None` if the login method has no password.
/// For an application that sends the token to its user by its own means; the token works for an hour, in this
/// tenant.
///
/// # Errors
/// The store failed.
pub async fn new_token(
    auth: &Auth,
    recipe_user_id: &str,
    tenant_id: &str,
    email: &EmailAddress,
) -> Result<Option<String>, Error> {
    let bytes = token::random_bytes::<TOKEN_BYTES>()?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let row = CreateResetToken {
        token_hash: token::sha256_hex(&token),
        recipe_user_id: recipe_user_id.to_owned(),
        sent_to: SentTo {
            tenant_id: tenant_id.to_owned(),
            email: email.to_string(),
        },
        expires_at: auth.clock().now() + LIFETIME,
    };
    Ok(auth.store().run(row).await?.then_some(token))
}

/// The login method whose password a token resets; `None` if the token was never sent, or is spent. One
/// that is too old may still be there.
///
/// # Errors
/// The store failed.
pub async fn token_owner(auth: &Auth, token: &str) -> Result<Option<String>, Error> {
    let token_hash = token::sha256_hex(token);
    let owner = auth.store().run(ResetTokenOwner { token_hash }).await?;
    Ok(owner.map(|owner| owner.recipe_user_id))
}
