//! Sessions over a real store, request by request: what is sent, what is taken, what is refused.

mod administration;
mod claims;
mod create;
mod keys;
mod refresh;
mod refresh_cookies;
mod verified_tokens;
mod verify;
mod without_request;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, Method};
use serde_json::{Value, json};

use super::*;
use crate::app_info::AppInfo;
use crate::clock::{Clock, ManualClock};
use crate::crypto::keys::Algorithm;
use crate::error::{Error, SessionError};
use crate::store::{SqliteStore, Store};

/// 2026-11-23T13:21:06Z.
const NOW: i64 = 1_795_440_066_000;

const CLEARED_ACCESS: &str =
    "sAccessToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
const CLEARED_REFRESH: &str = "sRefreshToken=; Path=/auth/session/refresh; \
    Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";
const CLEARED_LEGACY: &str =
    "sIdRefreshToken=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax";

/// A server of its own, with a clock to move.
struct Server {
    sessions: Sessions,
    store: Arc<dyn Store>,
    clock: ManualClock,
}

/// The quickest keys to make, for tests that are not about keys.
fn config() -> SessionConfig {
    SessionConfig {
        signing_algorithm: Algorithm::EdDsa,
        ..SessionConfig::default()
    }
}

fn app_info(api: &str, website: &str) -> AppInfo {
    AppInfo {
        app_name: "Test".to_owned(),
        api_domain: api.to_owned(),
        api_gateway_path: String::new(),
        api_base_path: "/auth".to_owned(),
        website_domain: website.to_owned(),
        website_base_path: "/auth".to_owned(),
    }
}

fn server_at(app_info: &AppInfo, config: SessionConfig) -> Server {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open("sqlite::memory:").expect("store"));
    let clock = ManualClock::new(NOW);
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let sessions = Sessions::new(app_info, config, Arc::clone(&store), shared).expect("settings");
    Server {
        sessions,
        store,
        clock,
    }
}

fn server_with(config: SessionConfig) -> Server {
    server_at(
        &app_info("http://localhost:3001", "http://localhost:3000"),
        config,
    )
}

fn server() -> Server {
    server_with(config())
}

fn request(headers: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::try_from(*name).expect("name");
        map.append(name, value.parse().expect("value"));
    }
    map
}

fn user() -> NewSessionFor {
    NewSessionFor {
        recipe_user_id: "r1".to_owned(),
        ..NewSessionFor::user("u1")
    }
}

/// What an answer carries.
#[derive(Debug)]
struct Answer(HeaderMap);

impl Answer {
    fn of(fx: Effects) -> Self {
        let mut headers = HeaderMap::new();
        fx.apply(&mut headers);
        Self(headers)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.to_str().expect("text"))
    }

    fn exposed(&self) -> Option<&str> {
        self.header(ACCESS_CONTROL_EXPOSE_HEADERS.as_str())
    }

    fn cookies(&self) -> Vec<&str> {
        let lines = self.0.get_all(SET_COOKIE).iter();
        lines.map(|line| line.to_str().expect("text")).collect()
    }

    /// The value of a cookie and the rest of its line.
    fn cookie(&self, name: &str) -> Option<(&str, &str)> {
        let after = |line: &'_ str| line.strip_prefix(name)?.strip_prefix('=').map(str::len);
        self.cookies().into_iter().find_map(|line| {
            let start = line.len() - after(line)?;
            line[start..].split_once("; ")
        })
    }

    fn access(&self) -> &str {
        let header = self
            .header("st-access-token")
            .filter(|token| !token.is_empty());
        header
            .or_else(|| self.cookie("sAccessToken").map(|cookie| cookie.0))
            .expect("access token")
    }

    fn refresh(&self) -> &str {
        let header = self
            .header("st-refresh-token")
            .filter(|token| !token.is_empty());
        header
            .or_else(|| self.cookie("sRefreshToken").map(|cookie| cookie.0))
            .expect("refresh token")
    }

    /// The request that a browser makes with these cookies.
    fn as_cookies(&self) -> HeaderMap {
        let cookies = format!(
            "sAccessToken={}; sRefreshToken={}",
            self.access(),
            self.refresh()
        );
        request(&[(COOKIE.as_str(), &cookies)])
    }

    fn front_token(&self) -> Value {
        let token = STANDARD.decode(self.header("front-token").expect("front token"));
        serde_json::from_slice(&token.expect("base64")).expect("JSON")
    }
}

/// A request that carries a refresh token as a cookie.
fn with_refresh(token: &str) -> HeaderMap {
    request(&[("cookie", &format!("sRefreshToken={token}"))])
}

/// Decodes one part of a JWT.
fn part(jwt: &str, place: usize) -> Value {
    let part = jwt.split('.').nth(place).expect("part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

impl Server {
    async fn sign_in(&self, headers: &[(&str, &str)]) -> Answer {
        let mut fx = Effects::new();
        let created = self
            .sessions
            .create(&request(headers), &mut fx, user())
            .await;
        created.expect("session");
        Answer::of(fx)
    }

    async fn by_cookies(&self) -> Answer {
        self.sign_in(&[("st-auth-mode", "cookie")]).await
    }

    async fn verify(
        &self,
        headers: &HeaderMap,
        options: VerifyOptions,
    ) -> Result<Option<Session>, SessionError> {
        self.verify_with(Method::GET, headers, options).await.0
    }

    async fn verify_with(
        &self,
        method: Method,
        headers: &HeaderMap,
        options: VerifyOptions,
    ) -> (Result<Option<Session>, SessionError>, Answer) {
        let mut fx = Effects::new();
        let outcome = self
            .sessions
            .verify(&method, headers, &mut fx, options)
            .await;
        (outcome.map_err(verdict), Answer::of(fx))
    }

    async fn refresh(&self, headers: &HeaderMap) -> (Result<Session, SessionError>, Answer) {
        let mut fx = Effects::new();
        let outcome = self.sessions.refresh(headers, &mut fx).await;
        (outcome.map_err(verdict), Answer::of(fx))
    }
}

fn verdict(error: Error) -> SessionError {
    match error {
        Error::Session(verdict) => verdict,
        other => panic!("{other}"),
    }
}

const MISSING: SessionError = SessionError::Unauthorised {
    clear_tokens: false,
};
const ENDED: SessionError = SessionError::Unauthorised { clear_tokens: true };
