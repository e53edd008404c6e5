//! How tokens travel: as cookies, or as headers.
//!
//! Cookies are `HttpOnly`, so no script can read them; the refresh token's goes to the refresh path
//! alone. Headers are for clients that keep no cookies. A request that carries both is read by its
//! header, and each answer sets one kind only and clears the other, so that a client never holds
//! two sessions.

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName};

use super::CookieNames;
use super::config::TransferPolicy;
use super::cookie;
use super::csrf::ANTI_CSRF;
use super::effects::Effects;
use super::front_token;
use super::refresh::RefreshToken;
use super::settings::Settings;
use crate::error::Error;

const ST_ACCESS: HeaderName = HeaderName::from_static("st-access-token");
const ST_REFRESH: HeaderName = HeaderName::from_static("st-refresh-token");
const ST_AUTH_MODE: HeaderName = HeaderName::from_static("st-auth-mode");
const FRONT_TOKEN: HeaderName = HeaderName::from_static("front-token");

/// For how long browsers keep the access token's cookie. The token in it expires much earlier; the
/// cookie stays, so that an expired token can be distinguished from a missing one.
const ACCESS_COOKIE_MS: i64 = 365 * 24 * 3_600_000;

/// How many bytes of `Set-Cookie` take duplicated cookies away: with the other headers, half of what a stock
/// nginx takes (4 KiB).
const MAX_CLEARING_BYTES: usize = 2048;

/// How the tokens of a session travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferMethod {
    /// As cookies.
    Cookie,
    /// As headers.
    Header,
}

impl TransferMethod {
    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Cookie => Self::Header,
            Self::Header => Self::Cookie,
        }
    }
}

impl TransferPolicy {
    fn allows(self, method: TransferMethod) -> bool {
        match self {
            Self::Any => true,
            Self::Cookie => method == TransferMethod::Cookie,
            Self::Header => method == TransferMethod::Header,
        }
    }
}

/// Whether a request says that its tokens travel as headers: in `st-auth-mode`, or else by carrying one.
pub(super) fn is_header_mode(headers: &HeaderMap) -> bool {
    match headers.get(ST_AUTH_MODE).map(http::HeaderValue::as_bytes) {
        Some(mode) if mode.eq_ignore_ascii_case(b"header") => true,
        Some(mode) if mode.eq_ignore_ascii_case(b"cookie") => false,
        _ => bearer(headers).is_some(),
    }
}

/// How the tokens of a new session shall travel: where both are allowed, as the client says, and
/// as headers if it says nothing.
pub(super) fn wished(headers: &HeaderMap, policy: TransferPolicy) -> TransferMethod {
    let mode = headers.get(ST_AUTH_MODE).map(http::HeaderValue::as_bytes);
    match policy {
        TransferPolicy::Cookie => TransferMethod::Cookie,
        TransferPolicy::Any if mode.is_some_and(|mode| mode.eq_ignore_ascii_case(b"cookie")) => {
            TransferMethod::Cookie
        }
        TransferPolicy::Any | TransferPolicy::Header => TransferMethod::Header,
    }
}

/// The bearer value of the request. The scheme is compared with its case, as clients of this
/// protocol send it; any other value is not for this server.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let token = bearer_bytes(headers)?;
    let text = token.is_ascii().then(|| std::str::from_utf8(token));
    text?.ok()
}

/// [`bearer`], which may also be something else than ASCII.
fn bearer_bytes(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let token = value.strip_prefix(b"Bearer ")?.trim_ascii();
    (!token.is_empty()).then_some(token)
}

/// Whether the request carries something in the place of an access token.
pub(super) fn carries_access(
    settings: &Settings,
    headers: &HeaderMap,
    method: TransferMethod,
) -> bool {
    match method {
        TransferMethod::Cookie => !cookie::values(headers, &settings.cookies.access).is_empty(),
        TransferMethod::Header => bearer(headers).is_some(),
    }
}

/// The access token of a request.
pub(super) struct ChosenAccess<T> {
    /// How it travels.
    pub(super) transfer: TransferMethod,
    /// What was read from it.
    pub(super) token: T,
    /// Whether there are two cookies of its name; never where it travels as a header.
    pub(super) has_two_cookies: bool,
}

/// Which place of access tokens counts, and the token in it: as `find` knows it by its bytes before anything is
/// decoded or parsed, or else as `read` reads it. Of several cookies the first one counts, as it does for the
/// reference: where it is no access token, the request has none by cookie.
pub(super) fn choose_access<T>(
    settings: &Settings,
    headers: &HeaderMap,
    policy: TransferPolicy,
    find: impl Fn(&[u8]) -> Option<T>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<ChosenAccess<T>> {
    let by_header = || {
        let token = bearer_bytes(headers)?;
        find(token).or_else(|| read(bearer(headers)?))
    };
    if policy.allows(TransferMethod::Header)
        && let Some(token) = by_header()
    {
        return Some(ChosenAccess {
            transfer: TransferMethod::Header,
            token,
            has_two_cookies: false,
        });
    }
    if !policy.allows(TransferMethod::Cookie) {
        return None;
    }
    let (value, count) = cookie::first(headers, &settings.cookies.access)?;
    let token = find(value.as_bytes()).or_else(|| read(&cookie::decoded(value)))?;
    Some(ChosenAccess {
        transfer: TransferMethod::Cookie,
        token,
        has_two_cookies: count > 1,
    })
}

/// All that may be access tokens in a request, the header first.
pub(super) fn access_texts(
    settings: &Settings,
    headers: &HeaderMap,
    with_cookies: bool,
) -> Vec<String> {
    let mut texts: Vec<_> = bearer(headers).map(str::to_owned).into_iter().collect();
    if with_cookies {
        texts.extend(cookie::values(headers, &settings.cookies.access));
    }
    texts
}

/// What a request carries in the places of refresh tokens.
pub(super) struct RefreshTokens {
    header: Option<RefreshToken>,
    /// Not parsed: a broken cookie is a reason to clear it, unlike a foreign header.
    cookie: Option<String>,
}

impl RefreshTokens {
    /// Reads both places. A bearer value that is none of this server's refresh tokens is ignored and does not
    /// hide the cookie.
    pub(super) fn read(settings: &Settings, headers: &HeaderMap) -> Self {
        let cookies = cookie::values(headers, &settings.cookies.refresh);
        Self {
            header: bearer(headers).and_then(RefreshToken::parse),
            cookie: cookies.into_iter().find(|value| !value.is_empty()),
        }
    }

    /// Which place counts, and the token in it (`None` where it is broken).
    pub(super) fn choose(
        &self,
        policy: TransferPolicy,
    ) -> Option<(TransferMethod, Option<RefreshToken>)> {
        let header = self
            .header
            .as_ref()
            .map(|token| (TransferMethod::Header, Some(token.clone())));
        let cookie = || {
            let token = RefreshToken::parse(self.cookie.as_ref()?);
            Some((TransferMethod::Cookie, token))
        };
        let allowed = |(method, _): &(TransferMethod, _)| policy.allows(*method);
        header.filter(allowed).or_else(|| cookie().filter(allowed))
    }

    /// Whether there is a token in a place.
    pub(super) fn has(&self, method: TransferMethod) -> bool {
        match method {
            TransferMethod::Cookie => self.cookie.is_some(),
            TransferMethod::Header => self.header.is_some(),
        }
    }
}

/// Sends an access token, and the front token that goes with it.
pub(super) fn send_access(
    settings: &Settings,
    fx: &mut Effects,
    method: TransferMethod,
    jwt: &str,
    front_token: &str,
    now: i64,
) -> Result<(), Error> {
    fx.set_exposed(FRONT_TOKEN, front_token)?;
    if method == TransferMethod::Header || settings.config.expose_access_token {
        fx.set_exposed(ST_ACCESS, jwt)?;
    }
    if method == TransferMethod::Cookie {
        set_access_cookie(settings, fx, jwt, now + ACCESS_COOKIE_MS)?;
    }
    Ok(())
}

/// Sends a refresh token.
pub(super) fn send_refresh(
    settings: &Settings,
    fx: &mut Effects,
    method: TransferMethod,
    token: &str,
    expires_at: i64,
) -> Result<(), Error> {
    match method {
        TransferMethod::Header => fx.set_exposed(ST_REFRESH, token),
        TransferMethod::Cookie => set_refresh_cookie(settings, fx, token, expires_at),
    }
}

/// Sends an anti-CSRF token.
pub(super) fn send_anti_csrf(fx: &mut Effects, token: &str) -> Result<(), Error> {
    fx.set_exposed(ANTI_CSRF, token)
}

/// Takes the tokens of one method away from the client.
pub(super) fn clear(
    settings: &Settings,
    fx: &mut Effects,
    method: TransferMethod,
) -> Result<(), Error> {
    fx.remove(&ANTI_CSRF);
    match method {
        TransferMethod::Cookie => {
            set_access_cookie(settings, fx, "", 0)?;
            set_refresh_cookie(settings, fx, "", 0)?;
        }
        TransferMethod::Header => {
            fx.set_exposed(ST_ACCESS, "")?;
            fx.set_exposed(ST_REFRESH, "")?;
        }
    }
    fx.set_exposed(FRONT_TOKEN, front_token::REMOVE)
}

/// Takes the cookie away that old servers set, if the request carries it.
pub(super) fn clear_legacy(
    settings: &Settings,
    fx: &mut Effects,
    headers: &HeaderMap,
) -> Result<(), Error> {
    if !settings.clears_legacy || cookie::values(headers, cookie::LEGACY).is_empty() {
        return Ok(());
    }
    let path = &settings.config.access_token_path;
    for domain in settings.places.domains(settings.domain.as_deref()) {
        let line = cookie::line(settings, cookie::LEGACY, "", domain, path, 0);
        fx.clear_cookie(cookie::LEGACY, &line)?;
    }
    Ok(())
}

/// Takes cookies away wherever they may have been set: at our paths, for the host and for the domains above
/// it, where a sibling of the host can set them ("cookie tossing"; RFC 6265 §8.6). At other paths they
/// stay, because the server cannot know those paths.
pub(super) fn clear_everywhere(
    settings: &Settings,
    fx: &mut Effects,
    names: &[&str],
) -> Result<(), Error> {
    let mut paths = vec![settings.refresh_path.as_str()];
    if settings.config.access_token_path != settings.refresh_path {
        paths.push(&settings.config.access_token_path);
    }
    let mut bytes = 0;
    for path in paths {
        for domain in settings.places.domains(settings.domain.as_deref()) {
            for name in names {
                let line = cookie::line(settings, name, "", domain, path, 0);
                bytes += line.len();
                if bytes > MAX_CLEARING_BYTES {
                    tracing::debug!("not all places of a duplicated cookie fit into one answer");
                    return Ok(());
                }
                fx.clear_cookie(name, &line)?;
            }
        }
    }
    Ok(())
}

/// Which of the session cookies a request carries more than once; none count where cookies do not.
pub(super) fn duplicates<'a>(
    settings: &'a Settings,
    headers: &HeaderMap,
    policy: TransferPolicy,
) -> Vec<&'a str> {
    let is_twice = |name: &&str| cookie::values(headers, name).len() > 1;
    let CookieNames { access, refresh } = &settings.cookies;
    let names = [access.as_str(), refresh.as_str()].into_iter();
    names
        .filter(|name| policy.allows(TransferMethod::Cookie) && is_twice(name))
        .collect()
}

/// Takes a cookie away that was set for an older cookie domain.
pub(super) fn clear_older(
    settings: &Settings,
    fx: &mut Effects,
    name: &str,
    domain: &str,
) -> Result<(), Error> {
    let path = if name == settings.cookies.access {
        &settings.config.access_token_path
    } else {
        &settings.refresh_path
    };
    let line = cookie::line(settings, name, "", Some(domain), path, 0);
    fx.set_cookie(name, &line)
}

fn set_access_cookie(
    settings: &Settings,
    fx: &mut Effects,
    value: &str,
    expires_at: i64,
) -> Result<(), Error> {
    let (domain, path) = (
        settings.domain.as_deref(),
        &settings.config.access_token_path,
    );
    let name = &settings.cookies.access;
    let line = cookie::line(settings, name, value, domain, path, expires_at);
    fx.set_cookie(name, &line)
}

fn set_refresh_cookie(
    settings: &Settings,
    fx: &mut Effects,
    value: &str,
    expires_at: i64,
) -> Result<(), Error> {
    let (domain, path) = (settings.domain.as_deref(), &settings.refresh_path);
    let name = &settings.cookies.refresh;
    let line = cookie::line(settings, name, value, domain, path, expires_at);
    fx.set_cookie(name, &line)
}
