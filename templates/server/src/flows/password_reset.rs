//! Choosing a new password with a link that was sent by mail.
//!
//! Rules (OWASP, Forgot Password Cheat Sheet): the answer is the same, after the same time, whether or
//! not the address is known; only a hash of the token is stored; it holds for an hour and once. The new
//! password is judged before the token is touched, so that a weak one does not cost the link.

use super::FieldError;
use super::form_fields::{self, Form};
use crate::auth::Auth;
use crate::call::Call;
use crate::crypto::token;
use crate::delivery::Mail;
use crate::error::Error;
use crate::limits::Kind;
use crate::store::{EMAIL_PASSWORD, NewPasswordResetToken, ResetPassword};

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

/// Queues a mail with a link, if the address is known.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented, [`Error::Unavailable`] when the
/// queue is full.
pub async fn create_token(call: &mut Call) -> Result<CreateToken, Error> {
    let values = match form_fields::read(&call.json()?, Form::ResetToken)? {
        Ok(values) => values,
        Err(form_fields) => return Ok(CreateToken::FieldError { form_fields }),
    };
    // Even looking the address up is left to the queue: the answer's time tells nothing.
    let (auth, tenant) = (call.auth().clone(), call.tenant().to_owned());
    call.auth()
        .mail()
        .post(async move { prepare(&auth, &tenant, &values.email).await })?;
    Ok(CreateToken::Ok)
}

/// Sets a new password. Existing sessions go on.
///
/// # Errors
/// [`Error::BadInput`] for a request that is not built as documented.
pub async fn consume_token(call: &mut Call) -> Result<ConsumeToken, Error> {
    let body = call.json()?;
    let values = match form_fields::read(&body, Form::Reset)? {
        Ok(values) => values,
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
    let now = auth.clock().now();
    // Hashing is costly: it is done for a token that was sent only. One that is too old goes on, too,
    // because presenting it spends all tokens of its user.
    let Some(sent) = auth.store().password_reset_token(&hash).await? else {
        return Ok(ConsumeToken::InvalidToken);
    };
    let password_hash = auth
        .passwords()
        .hash_for(client.network, &values.password)
        .await?;
    match auth
        .store()
        .reset_password(&hash, &password_hash, now)
        .await?
    {
        ResetPassword::Done(_) => {
            call.allow_sign_in(&sent.email).await?;
            Ok(ConsumeToken::Ok)
        }
        ResetPassword::InvalidToken => Ok(ConsumeToken::InvalidToken),
    }
}

/// Makes a token and the mail that carries it; nothing for an unknown address.
async fn prepare(auth: &Auth, tenant: &str, email: &str) -> Result<Option<Mail>, Error> {
    let Some((user, _)) = auth.store().email_password_user(tenant, email).await? else {
        return Ok(None);
    };
    let method = user
        .login_methods
        .iter()
        .find(|method| method.recipe_id == EMAIL_PASSWORD);
    let token = new_token()?;
    let row = NewPasswordResetToken {
        token_hash: token::sha256_hex(&token),
        user_id: method.map_or(user.id.clone(), |method| method.recipe_user_id.clone()),
        email: email.to_owned(),
        expires_at: auth.clock().now() + LIFETIME,
    };
    // The user may be gone by now.
    let stored = auth.store().create_password_reset_token(row).await?;
    Ok(stored.then(|| mail(auth, tenant, email, &token)))
}

fn new_token() -> Result<String, Error> {
    let bytes = token::random_bytes::<TOKEN_BYTES>()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn mail(auth: &Auth, tenant: &str, email: &str, token: &str) -> Mail {
    let app_info = auth.app_info();
    let (origin, path) = (&app_info.website_domain, &app_info.website_base_path);
    let name = &app_info.app_name;
    Mail {
        to: email.to_owned(),
        subject: "Password reset instructions".to_owned(),
        text: format!(
            "Somebody, probably you, asked for a new password at {name}.\n\n\
             This link leads to the page where you choose one. It holds for one hour:\n\n\
             {origin}{path}/reset-password?token={token}&tenantId={tenant}\n\n\
             If it was not you, there is nothing to do: your password stays as it is.\n"
        ),
    }
}
