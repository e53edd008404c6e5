//! Sessions without a request: tokens are arguments and results, and the caller transports them.
//!
//! For sign-ins that end elsewhere (a native app's own channel, a command line, tests) and for
//! transports that are not HTTP (a WebSocket's first message). `transfer` says how the client carries
//! the tokens, and with it whether the anti-CSRF rule applies, as on requests: tokens in headers need
//! none. Nothing is cleared here when a session turns out to be over: the caller has to do that. Tokens that
//! shall go with the answer to some request after all are put on it by [`Sessions::attach`].

use std::time::Duration;

use http::HeaderMap;
use serde_json::{Map, Value};

use super::Sessions;
use crate::error::{Error, SessionError};
use crate::session::config::AntiCsrf;
use crate::session::csrf::Shown;
use crate::session::refresh::RefreshToken;
use crate::session::transport::TransferMethod;
use crate::session::{NewSessionFor, Session, VerifyOptions, front_token};

/// The tokens of a session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionTokens {
    /// Says who the user is: the value of `sAccessToken` or `st-access-token`.
    pub access_token: String,
    /// Is exchanged for new tokens: the value of `sRefreshToken` or `st-refresh-token`; `None` where it is
    /// unchanged.
    pub refresh_token: Option<String>,
    /// When the refresh token expires, in milliseconds: the `Expires` of its cookie.
    pub refresh_token_expires_at: Option<i64>,
    /// What scripts may know: the value of `front-token`.
    pub front_token: String,
    /// What requests with cookies have to show: the value of `anti-csrf`, where that mode is set.
    pub anti_csrf_token: Option<String>,
}

/// How a JWT of the application's own is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JwtOptions {
    /// For how long it is valid; 100 years by default. Fractions of a second are cut off.
    pub validity: Duration,
    /// Whether the key that is never replaced signs it, so that the JWT outlives a week; true by
    /// default.
    pub use_static_signing_key: bool,
}

impl Sessions {
    /// Begins a session.
    ///
    /// # Errors
    /// The store failed, a claim could not be fetched, a hook refused the session, or cookies cannot
    /// work with the configured domains.
    pub async fn create_without_request(
        &self,
        new: NewSessionFor,
        transfer: TransferMethod,
    ) -> Result<(Session, SessionTokens), Error> {
        let begun = self.begin(new, &HeaderMap::new(), transfer).await?;
        let refresh_token = (&begun.refresh_token, begun.row.expires_at);
        let tokens = tokens(&begun.session, begun.jwt, Some(refresh_token))?;
        Ok((begun.session, tokens))
    }

    /// The session of an access token; with it come new tokens, where the claims have changed.
    ///
    /// # Errors
    /// As [`Sessions::verify`]. [`Error::Internal`] where the anti-CSRF rule asks for a custom header,
    /// which does not exist here: then set [`VerifyOptions::anti_csrf`] to `Some(false)`, and see to
    /// it that no browser of another site can cause the call.
    pub async fn verify_without_request(
        &self,
        access_token: &str,
        anti_csrf_token: Option<&str>,
        transfer: TransferMethod,
        options: VerifyOptions,
    ) -> Result<Option<(Session, Option<SessionTokens>)>, Error> {
        let checks_csrf = transfer == TransferMethod::Cookie && options.anti_csrf != Some(false);
        let shown = self.shown(anti_csrf_token, checks_csrf)?;
        let Some(token) = self.token(access_token) else {
            if options.required {
                return Err(SessionError::Unauthorised {
                    clear_tokens: false,
                }
                .into());
            }
            return Ok(None);
        };
        let session = self.session_of(&token, transfer).await?;
        if checks_csrf && !self.is_not_forged(shown, &session) {
            return Err(SessionError::TryRefreshToken.into());
        }
        let (session, renewed) = self.examine(session, &options).await?;
        let renewed = renewed.map(|jwt| tokens(&session, jwt, None)).transpose()?;
        Ok(Some((session, renewed)))
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// [`Error::Session`] if it is not valid, or was used before: then the session is over.
    /// [`Error::Internal`] where the anti-CSRF rule asks for a custom header.
    pub async fn refresh_without_request(
        &self,
        refresh_token: &str,
        anti_csrf_token: Option<&str>,
        transfer: TransferMethod,
    ) -> Result<(Session, SessionTokens), Error> {
        let shown = self.shown(anti_csrf_token, transfer == TransferMethod::Cookie)?;
        let presented = RefreshToken::parse(refresh_token);
        let (row, next) = self.rotate(shown, transfer, presented).await??;
        let now = self.0.clock.now();
        let (jwt, session) = self.issue(&row, &next, transfer, now).await?;
        let tokens = tokens(&session, jwt, Some((&next, row.expires_at)))?;
        Ok((session, tokens))
    }

    /// Signs a JWT of the application's own, which others verify with the published keys. It is never
    /// taken for a session. `iss` is the server unless the payload has one; `iat` and `exp` are set.
    ///
    /// # Errors
    /// There is no key and none can be stored.
    pub async fn create_jwt(
        &self,
        mut payload: Map<String, Value>,
        options: JwtOptions,
    ) -> Result<String, Error> {
        let issuer = self.0.settings.stamp.issuer.as_str();
        payload.entry("iss").or_insert_with(|| Value::from(issuer));
        let now = self.0.clock.now() / 1000;
        let validity = i64::try_from(options.validity.as_secs()).unwrap_or(i64::MAX);
        payload.insert("exp".to_owned(), Value::from(now.saturating_add(validity)));
        payload.insert("iat".to_owned(), Value::from(now));
        let key = self.0.keys.signing(!options.use_static_signing_key).await?;
        key.sign(None, &payload)
    }

    /// What a caller shows against forged requests.
    fn shown<'a>(&self, token: Option<&'a str>, is_checked: bool) -> Result<Shown<'a>, Error> {
        if is_checked && self.0.settings.anti_csrf == AntiCsrf::ViaCustomHeader {
            let text = "a custom header protects against forged requests here, and there is no \
                request to carry it: pass the tokens as headers do, or switch the check off";
            return Err(Error::internal(text));
        }
        Ok(Shown {
            custom_header: false,
            token,
        })
    }
}

fn tokens(
    session: &Session,
    access_token: String,
    refresh_token: Option<(&RefreshToken, i64)>,
) -> Result<SessionTokens, Error> {
    let anti_csrf = session.claims.get("antiCsrfToken").and_then(Value::as_str);
    Ok(SessionTokens {
        access_token,
        refresh_token: refresh_token.map(|(token, _)| token.text()),
        refresh_token_expires_at: refresh_token.map(|(_, expires_at)| expires_at),
        front_token: front_token::build(&session.user_id, session.expires_at, &session.claims)?,
        anti_csrf_token: anti_csrf.map(str::to_owned),
    })
}

impl Default for JwtOptions {
    fn default() -> Self {
        Self {
            validity: Duration::from_secs(3_153_600_000),
            use_static_signing_key: true,
        }
    }
}

impl std::fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionTokens").finish_non_exhaustive()
    }
}
