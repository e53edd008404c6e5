//! The one error type of the server.
//!
//! A variant says *what went wrong*, not how it looks on the wire: `web` turns it into a status
//! and a body. The rule kept here: nothing of the inside of the server reaches a client. The text
//! of [`Error::Internal`] goes to the log only, and the session errors carry no text at all, since
//! their bodies are fixed (OWASP Error Handling Cheat Sheet,
//! <https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html>).

use std::fmt;

use serde_json::Value;

/// Why a request was not answered as asked.
#[derive(Debug)]
pub enum Error {
    /// The request is not what the API takes; the text is shown to the client (400).
    BadInput(String),
    /// The session of the request is missing, expired, abused or not allowed to do this.
    Session(SessionError),
    /// A page of another origin may not do this with cookies (403).
    ForeignOrigin,
    /// There is no such API (404).
    NotFound,
    /// The body is larger than the server reads (413).
    PayloadTooLarge,
    /// The body of the request did not arrive in time (408).
    RequestTimeout,
    /// The client asks too often (429).
    TooManyRequests {
        /// When to come back.
        retry_after_seconds: u64,
    },
    /// The server cannot answer at the moment: a queue is full, the database is locked (503).
    Unavailable {
        /// When to come back.
        retry_after_seconds: u64,
    },
    /// A refusal in the words of the application: 200 with `GENERAL_ERROR` and this text.
    General(String),
    /// A fault of the server; logged, never shown (500).
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with the session of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionError {
    /// There is no session.
    Unauthorised {
        /// Whether the answer takes the tokens away from the client. They are in the effects
        /// already; this says it to those who look.
        clear_tokens: bool,
    },
    /// The access token cannot be used any more; the client must refresh.
    TryRefreshToken,
    /// A refresh token was used that a newer one replaced. The session is revoked already.
    TokenTheft {
        /// The session.
        handle: String,
        /// Whose session it was.
        user_id: String,
        /// The way in which that user had signed in.
        recipe_user_id: String,
    },
    /// The session does not hold what the API asks for.
    InvalidClaims(Vec<ClaimError>),
    /// Two cookies of one name, and no older cookie domain is configured; both are being cleared.
    DuplicateCookies,
    /// Two cookies of one name; the one of the older cookie domain is being cleared.
    ClearDuplicateCookies,
}

/// One demand on the claims of a session that is not met.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimError {
    /// Names the validator.
    pub id: String,
    /// What the validator says about it, as clients see it.
    pub reason: Option<Value>,
}

/// Text for clients and logs when a request carries two session cookies of one name and no older
/// cookie domain is configured.
pub const DUPLICATE_COOKIES: &str = "The request contains multiple session cookies. This may \
    happen if you've changed the 'cookieDomain' value in your configuration. To clear tokens from \
    the previous domain, set 'olderCookieDomain' in your config.";

/// Text for clients when the cookie of the older domain is being cleared.
pub const CLEAR_DUPLICATE_COOKIES: &str = "The request contains multiple session cookies. We are \
    clearing the cookie from olderCookieDomain. Session will be refreshed in the next refresh call.";

impl Error {
    /// A fault of the server: the cause is logged, the client learns nothing about it.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A request that is not what the API takes.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadInput(message.into())
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadInput(message) => write!(f, "bad input: {message}"),
            Self::Session(error) => error.fmt(f),
            Self::ForeignOrigin => f.write_str("the request comes from a foreign origin"),
            Self::NotFound => f.write_str("no such API"),
            Self::PayloadTooLarge => f.write_str("the body is too large"),
            Self::RequestTimeout => f.write_str("the body did not arrive in time"),
            Self::TooManyRequests { .. } => f.write_str("too many requests"),
            Self::Unavailable { .. } => f.write_str("not available at the moment"),
            Self::General(message) => f.write_str(message),
            Self::Internal(cause) => write!(f, "internal error: {cause}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Session(error) => Some(error),
            Self::Internal(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthorised { .. } => "unauthorised",
            Self::TryRefreshToken => "try refresh token",
            Self::TokenTheft { .. } => "token theft detected",
            Self::InvalidClaims(_) => "invalid claim",
            Self::DuplicateCookies => DUPLICATE_COOKIES,
            Self::ClearDuplicateCookies => CLEAR_DUPLICATE_COOKIES,
        })
    }
}

impl std::error::Error for SessionError {}
