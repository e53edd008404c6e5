//! Requests that the server makes itself, to hosts that its settings or a provider's documents name.
//!
//! Rules (OWASP, Server-Side Request Forgery Prevention Cheat Sheet):
//! - a name is resolved once, all of its addresses are checked ([`Reach`]), and the connection goes to one that was
//!   checked: an answer of DNS that changes between check and connection leads nowhere;
//! - https only, with a certificate that is verified. Plain http goes where the setting lets in the machine's own or
//!   private networks, which are for development and for providers inside of a company;
//! - no redirect is followed: the new address would be the choice of the other side;
//! - an exchange has a time limit, its answer a size limit, and there are so many at once at most, so that a slow
//!   host costs a few requests and not the server;
//! - no proxy of the environment is used, and nothing of a request or an answer is logged here: both hold secrets.

mod addresses;
mod names;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use url::{Host, Url};

pub(crate) use self::addresses::Reach;
use self::names::{CheckedNames, Refused};
use crate::crypto::tls;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// How long a whole exchange may take: name, connection, request and answer.
pub(crate) const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(8);

/// How many bytes an answer may have. Documents with keys of large providers have about 20 kB.
pub(crate) const ANSWER_BYTES: usize = 256 * 1024;

/// How many exchanges there may be at once.
const AT_ONCE: usize = 64;

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const AGENT: HeaderValue = HeaderValue::from_static("auth-gen");

/// Makes requests. Clones share its connections and its limits.
#[derive(Clone)]
pub(crate) struct Outgoing {
    client: Client<HttpsConnector<HttpConnector<CheckedNames>>, Body>,
    reach: Reach,
    timeout: Duration,
    at_once: Arc<Semaphore>,
}

/// An answer, whatever its status.
#[derive(Clone)]
pub(crate) struct OutgoingAnswer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// Why there is no answer. No text holds more of a URL than its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutgoingError {
    /// The settings do not allow this host, address or scheme.
    NotAllowed(String),
    /// Too many exchanges are going on.
    Busy,
    /// The exchange took too long.
    TimedOut(String),
    /// The answer has too many bytes.
    TooLarge(String),
    /// Whatever else went wrong between here and there.
    Failed(String),
}

impl Outgoing {
    /// A client that reaches so far.
    ///
    /// # Errors
    /// The TLS library does not work.
    pub(crate) fn new(reach: Reach) -> Result<Self, rustls::Error> {
        let tls = tls::client_config(tls::public_roots())?;
        let mut http = HttpConnector::new_with_resolver(CheckedNames { reach });
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls);
        let connector = match reach {
            Reach::Public => connector.https_only(),
            Reach::Loopback | Reach::Private => connector.https_or_http(),
        };
        let connector = connector.enable_http1().wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(8)
            .build(connector);
        Ok(Self {
            client,
            reach,
            timeout: EXCHANGE_TIMEOUT,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Asks for something.
    ///
    /// # Errors
    /// Why there is no answer. An answer of any status is none.
    pub(crate) async fn get(
        &self,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<OutgoingAnswer, OutgoingError> {
        self.exchange(Method::GET, url, headers, Body::empty())
            .await
    }

    /// Sends a body, whose type the headers name.
    ///
    /// # Errors
    /// As [`Self::get`].
    #[cfg(feature = "sms")]
    pub(crate) async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<OutgoingAnswer, OutgoingError> {
        self.exchange(Method::POST, url, headers, Body::from(body))
            .await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(crate) async fn post_form(
        &self,
        url: &Url,
        mut headers: HeaderMap,
        fields: &[(String, String)],
    ) -> Result<OutgoingAnswer, OutgoingError> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        headers.insert(header::CONTENT_TYPE, FORM);
        self.exchange(Method::POST, url, headers, Body::from(form))
            .await
    }

    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Body,
    ) -> Result<OutgoingAnswer, OutgoingError> {
        let host = self.check(url)?;
        headers.entry(header::USER_AGENT).or_insert(AGENT);
        let failed = |error: &dyn fmt::Display| OutgoingError::Failed(format!("{host}: {error}"));
        let mut request = Request::builder().method(method).uri(url.as_str());
        if let Some(given) = request.headers_mut() {
            *given = headers;
        }
        let request = request.body(body).map_err(|error| failed(&error))?;
        let _place = self
            .at_once
            .try_acquire()
            .map_err(|_| OutgoingError::Busy)?;
        let exchange = async {
            let response = self.client.request(request).await;
            let response = response.map_err(|error| reason(&host, &error))?;
            let (head, body) = response.into_parts();
            let body = to_bytes(Body::new(body), ANSWER_BYTES).await;
            // An answer that is too large and one that breaks off differ in their texts alone; both are refused.
            let body = body.map_err(|_| OutgoingError::TooLarge(host.clone()))?;
            Ok(OutgoingAnswer {
                status: head.status,
                body,
            })
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(OutgoingError::TimedOut(host)),
        }
    }

    /// The host of a URL that may be asked. An address in place of a name is checked here, since it is never
    /// resolved.
    fn check(&self, url: &Url) -> Result<String, OutgoingError> {
        let no = |why: &str| Err(OutgoingError::NotAllowed(why.to_owned()));
        match (url.scheme(), self.reach) {
            ("https", _) | ("http", Reach::Loopback | Reach::Private) => {}
            _ => return no("a URL that is not https"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return no("a URL with a user name");
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return no("a URL without a host"),
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        match address {
            Some(address) if !self.reach.includes(address) => Err(not_allowed(&host)),
            _ => Ok(host),
        }
    }

    /// The same with another time limit.
    #[cfg(test)]
    fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

fn not_allowed(host: &str) -> OutgoingError {
    OutgoingError::NotAllowed(format!(
        "{host}, which is not in the networks that the settings allow"
    ))
}

/// What a failed request is: the resolver's refusal is found among its causes.
fn reason(host: &str, error: &(dyn std::error::Error + 'static)) -> OutgoingError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.downcast_ref::<Refused>().is_some() {
            return not_allowed(host);
        }
        if let Some(refused) = error.downcast_ref::<io::Error>()
            && refused
                .get_ref()
                .is_some_and(|inner| inner.downcast_ref::<Refused>().is_some())
        {
            return not_allowed(host);
        }
        text = format!("{text}: {error}");
        cause = error.source();
    }
    OutgoingError::Failed(format!("{host}: {text}"))
}

impl fmt::Display for OutgoingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed(what) => write!(f, "not allowed: {what}"),
            Self::Busy => f.write_str("too many requests to other servers are going on"),
            Self::TimedOut(host) => write!(f, "{host} did not answer in time"),
            Self::TooLarge(host) => {
                write!(f, "the answer of {host} is too large, or broke off")
            }
            Self::Failed(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for OutgoingError {}

/// An answer may hold tokens.
impl fmt::Debug for OutgoingAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingAnswer({})", self.status)
    }
}
