//! What each operation means, free of HTTP and of the spec.
//!
//! Rule: a flow takes a [`Call`](crate::call::Call) and returns an outcome of its own enum. It never
//! names a status code or a wire type, so one runtime serves every version of a spec.

pub mod email_password;
mod form_fields;
pub mod jwt;
pub mod openid;
pub mod password_reset;
pub mod session;
mod validators;

use crate::auth::Auth;
use crate::delivery::{DueMail, Mail, MailKind};
use crate::error::Error;

pub use crate::crypto::keys::Jwk;
pub use crate::store::{LoginMethod, ThirdParty, User, Webauthn};

/// Why one field of a form was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Which field.
    pub id: String,
    /// A sentence for the user; the browser library uses it as a translation key.
    pub error: String,
}

/// Makes the text of a mail, and the tokens in it; `None` when there is nothing to send.
pub(crate) async fn compose(auth: &Auth, mail: DueMail) -> Result<Option<Mail>, Error> {
    match mail.kind {
        MailKind::PasswordReset => password_reset::compose_link(auth, mail).await,
        MailKind::PasswordChanged => Ok(Some(password_reset::compose_notice(auth, mail))),
    }
}
