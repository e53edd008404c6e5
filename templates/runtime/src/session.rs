//! Sessions: who a request comes from, and for how long that is true.
//!
//! A session has two tokens. The *access token* is a JWT that says who the user is; it is valid for an
//! hour and is accepted without a query. The *refresh token* is an opaque secret that
//! is exchanged for a new pair; it is valid for long, is sent to one path only, and is replaced at each
//! use, so that the use of a stolen one is noticed (`rotation`). Both travel as cookies or as headers
//! (`transport`); a third value, the front token, shows to scripts in the browser what the access
//! token says without showing it (`front_token`).
//!
//! Further reading: OWASP Session Management Cheat Sheet
//! (<https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html>) and
//! RFC 9700 §4.14 on refresh tokens (<https://www.rfc-editor.org/rfc/rfc9700>).

mod access;
mod claims;
mod config;
mod cookie;
mod cookie_names;
mod csrf;
mod device;
mod effects;
mod engine;
mod events;
mod front_token;
mod hooks;
mod keys;
mod origin;
mod places;
mod refresh;
mod rotation;
mod settings;
mod size;
#[cfg(test)]
mod tests;
mod transport;
mod verified_tokens;
mod website;

use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::store::PUBLIC_TENANT;

pub(crate) use claims::factors_missing;
pub use claims::{
    Claim, ClaimSource, ClaimValidators, CompletedFactors, FetchClaim, PROTECTED_CLAIMS, Subject,
    Validate, Validator, Verdict,
};
pub use config::{AntiCsrf, SameSite, SessionConfig, SettingError, TransferPolicy};
pub use cookie_names::CookieNames;
pub use effects::Effects;
pub use engine::{JwtOptions, SessionInformation, SessionTokens, Sessions};
pub use events::{RevokedBy, SessionEvent, SessionEventKind};
pub(crate) use hooks::GetTokenTransferMethod;
pub use hooks::{OnCreateSession, TransferRequest};
pub use keys::{Jwks, KeyInformation, KeyState, POLL as KEY_POLL, SigningKeys};
pub(crate) use origin::CookieUse;
pub use origin::Origin;
pub use settings::CookiePolicy;
pub use transport::TransferMethod;
pub(crate) use website::{ChooseWebsite, Websites};
pub use website::{Website, WebsiteRequest};

/// A session that a request is known to belong to. The fields of its [`TokenContent`] are read as if they
/// were its own (`session.user_id`); clones share them, so a clone copies no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    content: Arc<TokenContent>,
    /// How the tokens travel.
    pub transfer: TransferMethod,
}

/// What an access token says about its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenContent {
    /// Names the session; no secret.
    pub handle: String,
    /// The user.
    pub user_id: String,
    /// The login method with which the session began.
    pub recipe_user_id: String,
    /// The tenant in which the session began.
    pub tenant_id: String,
    /// All that the access token says, the server's own claims included.
    pub claims: Map<String, Value>,
    /// The access token itself, to be passed on to a service that trusts the keys of this server; empty
    /// where validators look at a session without a request.
    pub access_token: AccessToken,
    /// When the access token was issued, in milliseconds.
    pub issued_at: i64,
    /// When the access token expires, in milliseconds.
    pub expires_at: i64,
}

impl Deref for Session {
    type Target = TokenContent;

    fn deref(&self) -> &TokenContent {
        &self.content
    }
}

impl Session {
    /// The session of an access token, which travels in one way or the other.
    fn new(content: Arc<TokenContent>, transfer: TransferMethod) -> Self {
        Self { content, transfer }
    }

    /// The same session with other claims; its access token does not have them yet.
    fn with_claims(&self, claims: Map<String, Value>) -> Self {
        let content = TokenContent {
            claims,
            ..TokenContent::clone(&self.content)
        };
        Self::new(Arc::new(content), self.transfer)
    }

    /// The value of a claim, as the access token has it; `None` where it is missing or of another
    /// type.
    pub fn claim<T>(&self, claim: &Claim<T>) -> Option<T>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
    {
        claim.value(&self.claims)
    }

    /// The factors that the session has completed, as the access token has them.
    pub fn completed_factors(&self) -> CompletedFactors {
        CompletedFactors::of(&self.claims)
    }

    /// The application's own claims, as a type of its own: all that the access token says, but for what the server
    /// writes ([`PROTECTED_CLAIMS`], `iss`, `aud` and `st-mfa`). They are set as a whole by
    /// [`RequestSession::replace_claims`](crate::RequestSession::replace_claims); a [`Claim`] among them is an object
    /// with `v` and `t`.
    ///
    /// ```
    /// use auth_runtime::{AuthContext, Error, Session};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Default, Serialize, Deserialize)]
    /// #[serde(default)]
    /// struct MyClaims {
    ///     visits: u32,
    ///     nickname: Option<String>,
    /// }
    ///
    /// async fn visit(mut session: Session, context: AuthContext) -> Result<String, Error> {
    ///     let mut claims: MyClaims = session.own_claims()?;
    ///     claims.visits += 1;
    ///     context.replace_claims(&mut session, &claims).await?;
    ///     Ok(claims.visits.to_string())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::Internal`] if they are not of this type.
    pub fn own_claims<T: DeserializeOwned>(&self) -> Result<T, Error> {
        claims::read_own(&self.claims)
    }

    /// Whose session it is, as claims are fetched for.
    pub fn subject(&self) -> Subject {
        Subject {
            user_id: self.user_id.clone(),
            recipe_user_id: self.recipe_user_id.clone(),
            tenant_id: self.tenant_id.clone(),
            claims: self.claims.clone(),
        }
    }
}

/// The text of an access token. A person who has it can act as the user at every service that trusts the keys of
/// this server, so `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AccessToken(Arc<str>);

impl AccessToken {
    /// The JWT.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for AccessToken {
    fn from(jwt: String) -> Self {
        Self(jwt.into())
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The user of a new session, and what the session begins with.
#[derive(Debug, Clone)]
pub struct NewSessionFor {
    /// The user.
    pub user_id: String,
    /// The login method.
    pub recipe_user_id: String,
    /// The tenant in which the user signed in.
    pub tenant_id: String,
    /// What the application wants to have in the access token.
    pub claims: Map<String, Value>,
    /// What the application wants to keep with the session on the server.
    pub data: Value,
    /// What happens to the session that the browser has already.
    pub old_session: OldSession,
    /// Whether the session may begin by cookies though a page of a foreign origin caused the request. Only
    /// where something else protects it against forged requests, such as the `state` of an OAuth callback
    /// (RFC 9700 §4.7).
    pub any_origin: bool,
}

/// What happens to the session whose tokens a request carries when another one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OldSession {
    /// It ends (OWASP ASVS 5.0, 7.2.4), whichever user it belongs to: neither the next user of the browser nor
    /// an attacker who planted it there can continue it.
    #[default]
    End,
    /// It goes on: a login method is being linked, or a second factor completes it.
    Keep,
}

impl NewSessionFor {
    /// For a user with one login method, who signed in without a tenant; no claims, no data.
    pub fn user(user_id: impl Into<String>) -> Self {
        let user_id = user_id.into();
        Self {
            recipe_user_id: user_id.clone(),
            user_id,
            tenant_id: PUBLIC_TENANT.to_owned(),
            claims: Map::new(),
            data: Value::Object(Map::new()),
            old_session: OldSession::default(),
            any_origin: false,
        }
    }

    /// The same with these claims of the application, besides those that it has: the fields of a value of its own.
    ///
    /// # Errors
    /// [`Error::Internal`] if the value is no object, or has a claim of the server's.
    pub fn with_claims(mut self, claims: &impl Serialize) -> Result<Self, Error> {
        self.claims.extend(claims::own(claims)?);
        Ok(self)
    }
}

/// What a request must show.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Whether a request without a session is refused.
    pub required: bool,
    /// Whether the defence against forged requests is checked; by default on all methods but GET.
    pub anti_csrf: Option<bool>,
    /// Whether the database is asked if the session still exists. Without it, a revoked session
    /// is accepted until its access token expires.
    pub check_database: bool,
    /// What is demanded of the claims; by default what the server demands everywhere.
    pub claims: ClaimValidators,
}

impl Default for VerifyOptions {
    /// A session is required; the token is accepted without the database; its claims are as the server demands.
    fn default() -> Self {
        Self {
            required: true,
            anti_csrf: None,
            check_database: false,
            claims: ClaimValidators::Global,
        }
    }
}
