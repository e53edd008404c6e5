//! What each operation means, free of HTTP and of the spec: one folder for each recipe.
//!
//! A folder holds all that belongs to its recipe: the contract of its operations (`contract.rs`, which the
//! generator compiles too), a function for each of them, the texts of its mails, its settings and its tests.
//! What the core asks of a recipe is the trait `Recipe`; `ALL` is the one list of them.
//!
//! Each is compiled where the Cargo feature of its name is on, but for the core's own: `session`, `jwt` and `openid`.
//! Its settings and its migrations are known in every build (`config::variables`, `store::migrations`).
//!
//! Rule: the function of an operation takes a [`Call`](crate::call::Call) and returns an outcome of its own
//! enum. It never names a status code or a wire type, so one runtime serves every version of a spec.

#[cfg(feature = "account_linking")]
pub mod account_linking;
#[cfg(feature = "email_password")]
pub mod email_password;
#[cfg(feature = "email_verification")]
pub mod email_verification;
pub mod jwt;
#[cfg(feature = "multitenancy")]
pub mod multitenancy;
pub mod openid;
#[cfg(feature = "password_reset")]
pub mod password_reset;
#[cfg(feature = "passwordless")]
pub mod passwordless;
pub mod session;
#[cfg(feature = "third_party")]
pub mod third_party;
#[cfg(feature = "totp")]
pub mod totp;
#[cfg(feature = "user_metadata")]
pub mod user_metadata;
#[cfg(feature = "user_roles")]
pub mod user_roles;

use crate::admin::{Admin, RecipeCommand};
use crate::auth::{Auth, AuthBuilder, Recipe, StartError};
use crate::config::Config;
use crate::delivery::Kind;
use crate::error::Error;

pub use crate::shapes::{
    FieldError, Jwk, LoginMethod, MethodState, OfferedProvider, ProviderState, ThirdParty,
    TotpDevice, User, Webauthn,
};

/// The recipes that take part in more than their own operations.
static ALL: &[&dyn Recipe] = &[
    #[cfg(feature = "email_password")]
    &email_password::EmailPassword,
    #[cfg(feature = "password_reset")]
    &password_reset::PasswordReset,
    #[cfg(feature = "email_verification")]
    &email_verification::EmailVerification,
    #[cfg(feature = "passwordless")]
    &passwordless::Passwordless,
    #[cfg(feature = "third_party")]
    &third_party::ThirdParty,
    #[cfg(feature = "multitenancy")]
    &multitenancy::Multitenancy,
    #[cfg(feature = "totp")]
    &totp::Totp,
    // Behind the verification of addresses, which announces that an address was not verified before.
    #[cfg(feature = "account_linking")]
    &account_linking::AccountLinking,
    // Behind the verification of addresses: tokens have their claims in the order of the reference.
    #[cfg(feature = "user_roles")]
    &user_roles::UserRoles,
];

/// The commands of recipes for operators.
pub(crate) static COMMANDS: &[&RecipeCommand] = &[
    #[cfg(feature = "multitenancy")]
    &multitenancy::COMMAND,
    #[cfg(feature = "totp")]
    &totp::COMMAND,
    #[cfg(feature = "user_metadata")]
    &user_metadata::COMMAND,
    #[cfg(feature = "user_roles")]
    &user_roles::COMMAND,
];

/// The kinds of messages that the recipes of this program send.
pub(crate) fn message_kinds() -> Vec<Kind> {
    crate::auth::kinds(ALL)
}

impl AuthBuilder {
    /// Opens and starts what was not given.
    ///
    /// # Errors
    /// What could not be opened.
    pub async fn build(self) -> Result<Auth, StartError> {
        self.build_with(ALL).await
    }
}

impl Admin {
    /// Opens the database that the settings name, and brings its tables up to date.
    ///
    /// # Errors
    /// There is none, or it cannot be opened; the settings of sessions are wrong.
    pub async fn open(config: Config) -> Result<Self, Error> {
        Self::open_with(config, ALL).await
    }
}
