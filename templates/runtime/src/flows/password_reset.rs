//! Choosing a new password with a link that was sent by mail.
//!
//! Rules (OWASP, Forgot Password Cheat Sheet): the answer is the same, after the same work, whether or
//! not the address is known, and whether or not it has had enough mails; only a hash of the token is stored;
//! it holds for an hour and once. The new password is judged before the token is touched, so that a weak
//! one does not cost the link. With the password all sessions of the user end, so that whoever signed up
//! with somebody else's address before its owner did is out, and the owner is told by mail.
//!
//! The token was read in the mailbox, but the address does not count as verified by that: that is the
//! business of e-mail verification.

use super::FieldError;
use super::form_fields;
use crate::auth::Auth;
use crate::call::Call;
use crate::crypto::token;
use crate::delivery::{DueMail, Mail, MailKind, NewMail};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::limits::Kind;
use crate::store::{
    CreateResetToken, EMAIL_PASSWORD, ResetOutcome, ResetTokenOwner, SpendResetToken,
};

/// How long a link holds, in milliseconds.
const LIFETIME: i64 = 3_600_000;

/// How many random bytes a token has; as text, twice as many characters.
const TOKEN_BYTES: usize = 64;

/// What asking for a link comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateToken {
    /// The request was taken; nobody learns whether a mail goes out.
    Ok,
    /// The address was refused.
    FieldError {
        /// Why.
        form_fields: Vec<FieldError>,
    },
    /// A link could hand the account to somebody else.
    NotAllowed {
        /// A sentence to show.
        reason: String,
    },
}

/// What using a link comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumeToken {
    /// The password is set.
    Ok,
    /// The token is unknown, spent or too old.
    InvalidToken,
    /// The password was refused; the link still holds.
    FieldError {
        /// Why.
        form_fields: Vec<FieldError>,
    },
}

/// Enqueues a mail with a link; whether the address is known, is found out when it is sent.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented; the store failed.
pub async fn create_token(call: &mut Call) -> Result<CreateToken, Error> {
    let to = match form_fields::email(&call.json()?)? {
        Ok(email) => email,
        Err(form_fields) => return Ok(CreateToken::FieldError { form_fields }),
    };
    let mail = NewMail {
        kind: MailKind::PasswordReset,
        tenant_id: call.tenant().to_owned(),
        to,
        subject: None,
        payload: None,
    };
    call.auth().mail().post(mail).await?;
    Ok(CreateToken::Ok)
}

/// Sets a new password, ends all sessions of the user, and tells the owner.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented.
pub async fn consume_token(call: &mut Call) -> Result<ConsumeToken, Error> {
    let body = call.json()?;
    let password = match form_fields::new_password(&body)? {
        Ok(password) => password,
        Err(form_fields) => return Ok(ConsumeToken::FieldError { form_fields }),
    };
    let token = body
        .get("token")
        .ok_or_else(|| Error::bad_input("Please provide the password reset token"))?
        .as_str()
        .ok_or_else(|| Error::bad_input("The password reset token must be a string"))?;

    let hash = token::sha256_hex(token);
    let client = call.count(Kind::PasswordReset, &hash).await?;
    let auth = call.auth();
    // Hashing is costly: it is done for a token that was sent only. One that is too old goes on, too,
    // because presenting it spends all tokens of its user.
    let token_hash = hash.clone();
    let Some(owner) = auth.store().run(ResetTokenOwner { token_hash }).await? else {
        return Ok(ConsumeToken::InvalidToken);
    };
    let password_hash = auth.passwords().hash_for(client.network, &password).await?;
    let notice = auth.mail().row(
        MailKind::PasswordChanged,
        call.tenant(),
        Some(owner.recipe_user_id.clone()),
        None,
    )?;
    let spend = SpendResetToken {
        token_hash: hash,
        recipe_user_id: owner.recipe_user_id,
        password_hash,
        now: auth.clock().now(),
        notice,
    };
    match auth.store().run(spend).await? {
        ResetOutcome::Done { ended_sessions } => {
            auth.metrics().sessions.revoked.inc_by(ended_sessions);
            auth.mail().wake();
            call.allow_sign_in(&owner.email).await?;
            Ok(ConsumeToken::Ok)
        }
        ResetOutcome::InvalidToken => Ok(ConsumeToken::InvalidToken),
    }
}

/// Makes a reset token for a login method and stores its hash; `None` if the login method has no password.
/// For an application that brings the token to its user by itself; it holds for an hour.
///
/// # Errors
/// The store failed.
pub async fn new_token(
    auth: &Auth,
    recipe_user_id: &str,
    email: &EmailAddress,
) -> Result<Option<String>, Error> {
    let bytes = token::random_bytes::<TOKEN_BYTES>()?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let row = CreateResetToken {
        token_hash: token::sha256_hex(&token),
        recipe_user_id: recipe_user_id.to_owned(),
        email: email.to_string(),
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

/// The mail with a link; nothing for an unknown address.
pub(super) async fn compose_link(auth: &Auth, due: DueMail) -> Result<Option<Mail>, Error> {
    let store = auth.store();
    let Some((user, _)) = store.email_password_user(&due.tenant_id, &due.to).await? else {
        return Ok(None);
    };
    let method = user
        .login_methods
        .iter()
        .find(|method| method.recipe_id == EMAIL_PASSWORD);
    let recipe_user_id = method.map_or(&user.id, |method| &method.recipe_user_id);
    // The user may be gone by now.
    let Some(token) = new_token(auth, recipe_user_id, &due.to).await? else {
        return Ok(None);
    };
    let app_info = auth.app_info();
    let (origin, path) = (&app_info.website_domain, &app_info.website_base_path);
    let (name, tenant) = (&app_info.app_name, &due.tenant_id);
    Ok(Some(Mail {
        to: due.to,
        subject: "Password reset instructions".to_owned(),
        text: format!(
            "Somebody, probably you, asked for a new password at {name}.\n\n\
             This link leads to the page where you choose one. It holds for one hour:\n\n\
             {origin}{path}/reset-password?token={token}&tenantId={tenant}\n\n\
             If it was not you, there is nothing to do: your password stays as it is.\n"
        ),
    }))
}

/// The mail that tells of a changed password. There is no token in it.
pub(super) fn compose_notice(auth: &Auth, due: DueMail) -> Mail {
    let app_info = auth.app_info();
    let (origin, path) = (&app_info.website_domain, &app_info.website_base_path);
    let name = &app_info.app_name;
    Mail {
        to: due.to,
        subject: "Your password was changed".to_owned(),
        text: format!(
            "The password of your account at {name} was changed with a link from a mail to this \
             address. All devices are signed out.\n\n\
             If it was you, there is nothing to do: sign in with the new password.\n\n\
             If it was not you, somebody else can read your mail. Change the password of your mailbox \
             first, then ask for a new one here:\n\n\
             {origin}{path}/reset-password\n"
        ),
    }
}
