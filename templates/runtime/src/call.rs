//! One request of the auth APIs, and what its answer carries besides status and body.
//!
//! Rule: flows and the application's own operations see requests through [`Call`] only. It reads the
//! body by the rules of the protocol (an empty one is `{}`, the content type is not checked), and it
//! collects the session's headers, so that no operation has to write them.

mod body;
mod collected;
mod content;
mod factors;
mod fdi_version;
mod linking;
mod negotiation;
mod request_session;
mod sign_in;
mod typed;
mod website;

use std::any::Any;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use serde_json::Value;

pub(crate) use self::collected::Collected;
pub(crate) use self::factors::{removal_refused, set_up_refused};
pub use self::fdi_version::FdiVersion;
pub(crate) use self::linking::Linking;
pub use self::request_session::RequestSession;
pub(crate) use self::sign_in::{Claimed, Entered, Recognised};
pub use self::typed::HasRequest;

use crate::auth::Auth;
use crate::contract::Sessions;
use crate::error::Error;
use crate::limits::{Client, Kind};
use crate::session::{CookieUse, Effects, Session, TransferMethod};
use crate::tenant::Tenant;

/// One request. What it can do with sessions are the methods of [`RequestSession`].
pub struct Call {
    session: RequestSession,
    query: Vec<(String, String)>,
    tenant: Arc<Tenant>,
    sign_ins: Arc<[&'static str]>,
    path_params: Vec<(&'static str, String)>,
    body: Bytes,
    /// The body as JSON, once it was read.
    json: OnceLock<Value>,
    /// What a wrap has put in the place of the request, as the type that the operation reads.
    replaced: Option<Arc<dyn Any + Send + Sync>>,
    fdi_version: FdiVersion,
    may_be_stored_for: Option<u64>,
    /// Headers that the operation puts on the answer.
    own_headers: Effects,
    /// Whether the answer is one of several media types.
    is_negotiated: bool,
    cookies: CookieUse,
    peer: Option<SocketAddr>,
}

impl Deref for Call {
    type Target = RequestSession;

    fn deref(&self) -> &RequestSession {
        &self.session
    }
}

impl Call {
    /// A request whose operation is known and whose body is read.
    pub(crate) fn new(
        auth: Auth,
        parts: Parts,
        body: Bytes,
        tenant: Arc<Tenant>,
        path_params: Vec<(&'static str, String)>,
    ) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let versions: Vec<_> = parts
            .headers
            .get_all("fdi-version")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .collect();
        let versions = (!versions.is_empty()).then(|| versions.join(","));
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self {
            peer: peer.map(|ConnectInfo(peer)| *peer),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            fdi_version: FdiVersion::parse(versions.as_deref()),
            session: RequestSession::new(auth, parts.method, parts.headers, Collected::default()),
            tenant,
            sign_ins: Arc::new([]),
            path_params,
            body,
            json: OnceLock::new(),
            replaced: None,
            may_be_stored_for: None,
            own_headers: Effects::new(),
            is_negotiated: false,
            cookies: CookieUse::Allowed,
        }
    }

    /// The same request, with what its origin and its operation may do.
    pub(crate) fn with_rights(self, any: bool, cookies: CookieUse, sessions: Sessions) -> Self {
        Self {
            session: self.session.with_rights(any, sessions),
            cookies,
            ..self
        }
    }

    /// The same request, with the recipes whose operations begin sessions.
    pub(crate) fn with_sign_ins(self, sign_ins: Arc<[&'static str]>) -> Self {
        Self { sign_ins, ..self }
    }

    /// The id of the tenant that the path names, in lower case; `public` when it names none.
    pub fn tenant(&self) -> &str {
        &self.tenant.id
    }

    /// That tenant, as it is stored at the time of the request.
    pub fn tenant_settings(&self) -> &Tenant {
        &self.tenant
    }

    /// Whether the server has an operation of a recipe that begins sessions.
    pub(crate) fn has_sign_in(&self, recipe: &str) -> bool {
        self.sign_ins.contains(&recipe)
    }

    /// The version of the interface that the client speaks.
    pub fn fdi_version(&self) -> &FdiVersion {
        &self.fdi_version
    }

    /// A query parameter; one that is repeated counts as missing.
    pub fn query(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// All parameters of the query, decoded, in their order.
    pub fn query_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.query.iter();
        pairs.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// All values of a query parameter, in their order.
    pub fn query_all<'call>(&'call self, name: &'call str) -> impl Iterator<Item = &'call str> {
        let values = self.query.iter().filter(move |(key, _)| key == name);
        values.map(|(_, value)| value.as_str())
    }

    /// A `{name}` segment of the path, decoded.
    pub fn path_param(&self, name: &str) -> Option<&str> {
        self.path_params
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Lets caches keep the answer for so many seconds, unless it is an error or carries tokens.
    pub fn let_caches_store(&mut self, seconds: u64) {
        self.may_be_stored_for = Some(seconds);
    }

    /// Puts a header on the answer, whatever becomes of it, and lets scripts of the website read it. What the session
    /// writes goes before it.
    ///
    /// # Errors
    /// [`Error::Internal`] for a value that cannot stand in a header, and for headers that say how the body is sent: those
    /// are the server's (RFC 9112 §6).
    pub fn set_header(&mut self, name: HeaderName, value: &str) -> Result<(), Error> {
        const OF_THE_SERVER: [HeaderName; 4] = [
            header::CONNECTION,
            header::CONTENT_LENGTH,
            header::CONTENT_TYPE,
            header::TRANSFER_ENCODING,
        ];
        if OF_THE_SERVER.contains(&name) {
            return Err(Error::internal(format!(
                "`{name}` is not an operation's to set"
            )));
        }
        self.own_headers.set_exposed(name, value)
    }

    /// Which of these media types the client wants by its `Accept` header (RFC 9110 §12.5.1). The first one where it
    /// does not say, or wants none of them; an empty text where none is offered.
    pub fn preferred<'a>(&mut self, offered: &[&'a str]) -> &'a str {
        self.is_negotiated = true;
        negotiation::preferred(self.headers(), offered).unwrap_or_default()
    }

    /// Puts what the operation said about its answer on the response.
    pub(crate) fn finish(&mut self, headers: &mut HeaderMap) {
        std::mem::take(&mut self.own_headers).apply(headers);
        if self.is_negotiated {
            // RFC 9110 §12.5.5.
            headers.append(header::VARY, HeaderValue::from_static("accept"));
        }
    }

    /// The client, as limits count it.
    pub(crate) fn client(&self) -> Client {
        let proxies = &self.auth().config().trusted_proxies;
        let location = proxies.locate(self.peer, self.headers());
        let cookies = match self.cookies {
            CookieUse::Allowed => self.auth().sessions().device_cookies(self.headers()),
            CookieUse::Ignored | CookieUse::Refused => Vec::new(),
        };
        self.auth().limits().client(location, cookies)
    }

    /// Whether a password is the one of an account of this tenant; `stored` is its hash, if there is such an
    /// account. The attempt is counted before anything is compared.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] where the password is not looked at; [`Error::Unavailable`] when too many
    /// passwords are being hashed; the store failed.
    #[cfg(feature = "passwords")]
    pub(crate) async fn verify_password(
        &self,
        account: &str,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, Error> {
        let (client, account) = (self.client(), self.account(account));
        let (limits, passwords) = (self.auth().limits(), self.auth().passwords());
        limits
            .verify_password(passwords, &client, &account, password, stored)
            .await
    }

    /// Counts a request of a kind, for the account that it names and for the network of its client.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`]; the store failed.
    pub(crate) async fn count(&self, kind: Kind, account: &str) -> Result<Client, Error> {
        let client = self.client();
        let account = self.account(account);
        // The request counts, whatever its outcome.
        let _attempt = self.auth().limits().count(kind, &client, &account).await?;
        Ok(client)
    }

    /// Clears the failed sign-ins of an account whose owner has proven their identity in another way.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn allow_sign_in(&self, account: &str) -> Result<(), Error> {
        let account = self.account(account);
        self.auth().limits().reset(Kind::SignIn, &account).await
    }

    /// Marks the device as one on which the owner of an account has signed in, where the session is kept in cookies.
    ///
    /// # Errors
    /// The random generator failed.
    pub(crate) fn remember_device(&self, account: &str, session: &Session) -> Result<(), Error> {
        let limits = self.auth().limits();
        if session.transfer != TransferMethod::Cookie || !limits.uses_devices() {
            return Ok(());
        }
        let sessions = self.auth().sessions();
        let known = sessions.device_cookies(self.headers());
        let cookie = self
            .auth()
            .limits()
            .device_cookie(known.first().map(String::as_str), &self.account(account))?;
        sessions.set_device_cookie(
            &mut self.session.effects(),
            &cookie.value,
            cookie.expires_at,
        )
    }

    /// The key of an account of this tenant in the limits.
    fn account(&self, name: &str) -> String {
        format!("{} {name}", self.tenant.id)
    }

    /// What the session engine puts on the answer.
    pub(crate) fn take_effects(&self) -> Effects {
        let mut effects = self.session.take_effects();
        if self.cookies == CookieUse::Ignored {
            effects.leave_cookies();
        }
        effects
    }

    /// See [`Call::let_caches_store`].
    pub(crate) fn may_be_stored_for(&self) -> Option<u64> {
        self.may_be_stored_for
    }

    /// The login method of the session that was started.
    pub(crate) fn signed_in_with(&self) -> Option<String> {
        self.session.signed_in_with()
    }
}
