//! What each operation means, free of HTTP and of the spec: one folder for each recipe.
//!
//! A folder holds all that belongs to its recipe: the contract of its operations (`contract.rs`, which the
//! generator compiles too), a function for each of them, the texts of its mails, its settings and its tests.
//! What the core asks of a recipe is the trait `Recipe`; `ALL` is the one list of them.
//!
//! Rule: the function of an operation takes a [`Call`](crate::call::Call) and returns an outcome of its own
//! enum. It never names a status code or a wire type, so one runtime serves every version of a spec.

pub mod email_password;
pub mod email_verification;
pub mod jwt;
pub mod openid;
pub mod password_reset;
pub mod passwordless;
pub mod session;

use crate::auth::{Auth, AuthBuilder, Recipe, StartError};

pub use crate::shapes::{FieldError, Jwk, LoginMethod, ThirdParty, User, Webauthn};

/// The recipes that take part in more than their own operations.
static ALL: &[&dyn Recipe] = &[
    &password_reset::PasswordReset,
    &email_verification::EmailVerification,
    &passwordless::Passwordless,
];

impl AuthBuilder {
    /// Opens and starts what was not given.
    ///
    /// # Errors
    /// What could not be opened.
    pub async fn build(self) -> Result<Auth, StartError> {
        self.build_with(ALL).await
    }
}
