//! What has happened to users and sessions, for applications that act on it.
//!
//! Rules: an event describes what is stored already, and is raised where it is stored, so that a transaction that was rolled back
//! raises none; it contains no secret; a request never waits for a handler: each handler has a queue, and what
//! does not fit in it is dropped with a warning; where there is no handler, an event costs one comparison.

mod queue;

use serde_json::{Map, Value};

pub(crate) use self::queue::{EventQueues, Queued};
use crate::shapes::User;

/// Something that has happened. Further kinds may come, and further fields of each, so a `match` has an arm for all others
/// and a pattern ends with `..`.
///
/// ```
/// use auth_runtime::events::AuthEvent;
///
/// fn log_line(event: &AuthEvent) -> Option<String> {
///     match event {
///         AuthEvent::SignedUp { user, form_fields, .. } => {
///             let name = form_fields.get("name").and_then(|name| name.as_str());
///             Some(format!("{} is {}", user.id, name.unwrap_or("new")))
///         }
///         AuthEvent::SignInFailed { account: Some(account), reason, .. } => {
///             Some(format!("{account} is not signed in: {reason:?}"))
///         }
///         _ => None,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AuthEvent {
    /// There is a new user. Their session has not begun yet; its beginning is an event of its own.
    #[non_exhaustive]
    SignedUp {
        /// The user.
        user: User,
        /// The login method with which they signed up: one of the user's.
        recipe_user_id: String,
        /// The tenant in which they did.
        tenant_id: String,
        /// What they wrote into the fields of the form that the application has declared, without address and password.
        form_fields: Map<String, Value>,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// A known user has signed in, and their session has begun.
    #[non_exhaustive]
    SignedIn {
        /// The user.
        user: User,
        /// The login method: one of the user's.
        recipe_user_id: String,
        /// The tenant in which they signed in.
        tenant_id: String,
        /// The session.
        session_handle: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// A sign-in failed: a secret was wrong or too old, a provider did not say who the user is, or the user may not sign in
    /// in this way. A request that is not built as documented, or that the limits refuse, is no such event: nothing was
    /// compared.
    #[non_exhaustive]
    SignInFailed {
        /// The id of the recipe on the wire: `emailpassword`.
        recipe_id: &'static str,
        /// Why.
        reason: SignInFailure,
        /// The mail address or the phone number that the client named, whether or not a user has it; for a code of a second
        /// factor, the id of the user; `None` for a sign-in through a provider, which names none.
        account: Option<String>,
        /// The id of the provider, for a sign-in through one.
        third_party_id: Option<String>,
        /// The tenant.
        tenant_id: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// The mail address of a login method is verified now and was not before: by a link of the verification of
    /// addresses, or by that of a password reset.
    #[non_exhaustive]
    EmailVerified {
        /// The login method.
        recipe_user_id: String,
        /// The address.
        email: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// A password was changed with a link that was sent by mail. The sessions that end with it are events of their own.
    #[non_exhaustive]
    PasswordReset {
        /// The login method.
        recipe_user_id: String,
        /// The tenant in which the link was used.
        tenant_id: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// A login method has become one of a primary user: from now on it signs in as that user.
    #[non_exhaustive]
    Linked {
        /// The login method.
        recipe_user_id: String,
        /// The user.
        primary_user_id: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// A user has set up a second factor: from now on it counts.
    #[non_exhaustive]
    FactorAdded {
        /// The user.
        user_id: String,
        /// The factor: `totp`.
        factor: &'static str,
        /// What the user calls it.
        name: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// A second factor was removed: by its user, or by the application.
    #[non_exhaustive]
    FactorRemoved {
        /// The user.
        user_id: String,
        /// The factor: `totp`.
        factor: &'static str,
        /// What the user called it.
        name: String,
        /// When it happened, in milliseconds since 1970.
        at: i64,
    },
    /// Something has happened to a session.
    Session(SessionEvent),
}

impl AuthEvent {
    /// What has happened, in one word for logs and metrics: `signed-up`, or for a session its kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SignedUp { .. } => "signed-up",
            Self::SignedIn { .. } => "signed-in",
            Self::SignInFailed { .. } => "sign-in-failed",
            Self::EmailVerified { .. } => "email-verified",
            Self::PasswordReset { .. } => "password-reset",
            Self::Linked { .. } => "linked",
            Self::FactorAdded { .. } => "factor-added",
            Self::FactorRemoved { .. } => "factor-removed",
            Self::Session(event) => match event.kind {
                SessionEventKind::Created => "session-created",
                SessionEventKind::Refreshed => "session-refreshed",
                SessionEventKind::SignedOut => "session-signed-out",
                SessionEventKind::Revoked(_) => "session-revoked",
                SessionEventKind::TheftDetected => "session-theft-detected",
            },
        }
    }

    /// When it happened, in milliseconds since 1970.
    pub fn at(&self) -> i64 {
        match self {
            Self::SignedUp { at, .. }
            | Self::SignedIn { at, .. }
            | Self::SignInFailed { at, .. }
            | Self::EmailVerified { at, .. }
            | Self::PasswordReset { at, .. }
            | Self::Linked { at, .. }
            | Self::FactorAdded { at, .. }
            | Self::FactorRemoved { at, .. } => *at,
            Self::Session(event) => event.at,
        }
    }
}

/// Why a sign-in failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignInFailure {
    /// There is no user with this address and this password.
    WrongCredentials,
    /// The code or the link is none of the attempt.
    WrongCode,
    /// The code or the link is too old.
    ExpiredCode,
    /// The provider did not authenticate the user, such as one who has cancelled, or refused the code or token of the client.
    RefusedByProvider,
    /// What the client or the provider says does not hold: a signature, an audience, a nonce, an issuer.
    NotVerified,
    /// The provider could not be asked.
    ProviderUnavailable,
    /// The provider gives no address of the user, and one is needed.
    NoEmail,
    /// Another user of the address or number could lose their account by it.
    NotAllowed,
}

/// Something that has happened to a session.
///
/// ```
/// use auth_runtime::session::{RevokedBy, SessionEvent, SessionEventKind};
///
/// fn is_suspicious(event: &SessionEvent) -> bool {
///     match event.kind {
///         SessionEventKind::TheftDetected => true,
///         SessionEventKind::Revoked(by) => by == RevokedBy::Theft,
///         _ => false,
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEvent {
    /// What has happened.
    pub kind: SessionEventKind,
    /// Names the session; no secret.
    pub handle: String,
    /// Whose session it is.
    pub user_id: String,
    /// The login method with which it began.
    pub recipe_user_id: String,
    /// The tenant in which it began.
    pub tenant_id: String,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
}

/// What has happened to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEventKind {
    /// It has begun.
    Created,
    /// Its refresh token was replaced. A second request with the old token (two tabs at once) gets the same new
    /// token, and is no further event.
    Refreshed,
    /// It was ended by a request of its own: by the sign-out operation, or by a handler of the application that
    /// revoked the session of its request.
    SignedOut,
    /// It was ended by something else than a request of its own.
    Revoked(RevokedBy),
    /// A refresh token was presented that had been replaced before: it was copied. The session is revoked
    /// because of it, which is an event of its own.
    TheftDetected,
}

/// What ended a session, other than a request of its own. A session that expires is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevokedBy {
    /// The application, by the handle of the session or by its user.
    Application,
    /// Its user: they signed in again at the same client.
    User,
    /// A credential of its user was changed, such as a password that was reset.
    CredentialChange,
    /// The server, because its refresh token was copied.
    Theft,
}
