//! What providers publish about themselves: discovery documents and keys, kept for a while.
//!
//! Rules:
//! - a document is fetched once for all who wait for it, and is good for an hour; where it cannot be fetched again, the
//!   old one serves for a day;
//! - a host that has failed is not asked again for a few seconds, so that requests do not queue up behind it;
//! - a token whose key is not known has the keys fetched again, since providers replace them (OpenID Connect Core 1.0,
//!   §10.1.1), and not more often than every ten seconds, since any client can invent a key id;
//! - a discovery document speaks for the issuer of its URL alone (OpenID Connect Discovery 1.0, §4.3).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, HeaderValue, StatusCode, header};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::failure::Failure;
use super::provider::{Endpoints, Provider};
use crate::outgoing::{Outgoing, OutgoingAnswer};

/// How long a document is good for, in milliseconds.
const FRESH: i64 = 3_600_000;

/// How long it serves where no newer one can be had.
const STALE: i64 = 24 * 3_600_000;

/// How long a host that has failed is not asked again.
const PAUSE: i64 = 5_000;

/// How old keys must be to be fetched again because of a token that an application has sent: it may name any key.
const SETTLED: i64 = 10_000;

/// A discovery document, as far as it is used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Discovery {
    pub(super) issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    jwks_uri: Option<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The keys of a provider.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(pub(super) Vec<Jwk>);

/// Which copy of a document is good enough.
enum Wanted<'a, T> {
    /// One that is no older than this, in milliseconds.
    Younger(i64),
    /// Any other than this one.
    Other(&'a Arc<T>),
}

/// Where a provider is and what it understands: settings, table and discovery document in one.
#[derive(Debug, Clone)]
pub(super) struct Metadata {
    pub(super) issuer: Option<String>,
    pub(super) authorization: Option<Url>,
    pub(super) token: Option<Url>,
    pub(super) user_info: Option<Url>,
    pub(super) jwks: Option<Url>,
    /// Whether the provider understands PKCE with S256.
    pub(super) pkce: bool,
    /// Whether the client authenticates by HTTP Basic.
    pub(super) basic: bool,
    /// Whether every authorisation response names its issuer (RFC 9207 §3).
    pub(super) names_issuer: bool,
}

/// All documents of one server.
pub(super) struct Documents {
    http: Outgoing,
    discovery: Cache<Discovery>,
    keys: Cache<Keys>,
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Documents")
    }
}

impl Documents {
    pub(super) fn new(http: Outgoing) -> Self {
        Self {
            http,
            discovery: Cache::default(),
            keys: Cache::default(),
        }
    }

    /// What asks providers.
    pub(super) fn http(&self) -> &Outgoing {
        &self.http
    }

    /// Where a provider is at this time (in milliseconds).
    ///
    /// # Errors
    /// Its discovery document cannot be had, or speaks for another.
    pub(super) async fn metadata(
        &self,
        provider: &Provider,
        endpoints: &Endpoints,
        now: i64,
    ) -> Result<Metadata, Failure> {
        let own = Metadata {
            issuer: endpoints.issuer.clone(),
            authorization: endpoints.authorization.clone(),
            token: endpoints.token.clone(),
            user_info: endpoints.user_info.clone(),
            jwks: endpoints.jwks.clone(),
            pkce: provider.pkce,
            basic: provider.known.basic,
            names_issuer: false,
        };
        let Some(url) = &endpoints.discovery else {
            return Ok(own);
        };
        let wanted = Wanted::Younger(FRESH);
        let found = self.discovery.get(&self.http, url, now, wanted).await?;
        check_issuer(provider, endpoints, &found.issuer)?;
        let read = |own: Option<Url>, found: &Option<String>| match (own, found) {
            (Some(own), _) => Ok(Some(own)),
            (None, Some(found)) => endpoint(found).map(Some),
            (None, None) => Ok(None),
        };
        let methods = found.token_endpoint_auth_methods_supported.as_deref();
        // OpenID Connect Discovery 1.0, §3: a document that lists no method means HTTP Basic.
        let has = |method: &str| match methods {
            Some(all) => all.iter().any(|one| one == method),
            None => method == "client_secret_basic",
        };
        let challenges = &found.code_challenge_methods_supported;
        Ok(Metadata {
            issuer: Some(own.issuer.unwrap_or_else(|| found.issuer.clone())),
            authorization: read(own.authorization, &found.authorization_endpoint)?,
            token: read(own.token, &found.token_endpoint)?,
            user_info: read(own.user_info, &found.userinfo_endpoint)?,
            jwks: read(own.jwks, &found.jwks_uri)?,
            pkce: own.pkce && challenges.iter().any(|method| method == "S256"),
            basic: own.basic || has("client_secret_basic") && !has("client_secret_post"),
            names_issuer: found.authorization_response_iss_parameter_supported,
        })
    }

    /// The keys of a provider.
    ///
    /// # Errors
    /// They cannot be had.
    pub(super) async fn keys(&self, url: &Url, now: i64) -> Result<Arc<Keys>, Failure> {
        let wanted = Wanted::Younger(FRESH);
        self.keys.get(&self.http, url, now, wanted).await
    }

    /// The keys of a provider, where `seen` lacks the key of a token.
    ///
    /// A provider may replace its keys at any time (OpenID Connect Core 1.0, §10.1.1). So for a token that comes from its
    /// token endpoint (`is_of_provider`) keys are fetched at once: no more often than tokens are.
    ///
    /// # Errors
    /// They cannot be had.
    pub(super) async fn newer_keys(
        &self,
        url: &Url,
        seen: &Arc<Keys>,
        is_of_provider: bool,
        now: i64,
    ) -> Result<Arc<Keys>, Failure> {
        let wanted = if is_of_provider {
            Wanted::Other(seen)
        } else {
            Wanted::Younger(SETTLED)
        };
        self.keys.get(&self.http, url, now, wanted).await
    }
}

fn check_issuer(provider: &Provider, endpoints: &Endpoints, issuer: &str) -> Result<(), Failure> {
    let expected = endpoints.issuer.clone();
    let Some(expected) = expected.or_else(|| endpoints.issuer_of_discovery()) else {
        return Ok(());
    };
    let origin = |text: &str| Url::parse(text).map(|url| url.origin());
    let is_same = issuer.trim_end_matches('/') == expected.trim_end_matches('/');
    let is_of_tenant = provider.known.issuer_of_tenant
        && matches!((origin(issuer), origin(&expected)), (Ok(one), Ok(other)) if one == other);
    if is_same || is_of_tenant {
        return Ok(());
    }
    Err(Failure::Misconfigured(format!(
        "the discovery document is that of another issuer than {expected}"
    )))
}

/// An endpoint of a document. Where it may be is checked when it is asked; a page is sent to one of them.
fn endpoint(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| {
            Failure::Misconfigured("the discovery document has an endpoint that is no URL".into())
        })
}

/// A document that is read out of JSON.
trait Document: Sized {
    fn read(json: Value) -> Option<Self>;
}

impl Document for Discovery {
    fn read(json: Value) -> Option<Self> {
        serde_json::from_value(json).ok()
    }
}

impl Document for Keys {
    /// Keys of kinds that are not known are left out: a provider may have further ones (RFC 7517 §5).
    fn read(json: Value) -> Option<Self> {
        let keys = json.get("keys")?.as_array()?.iter().cloned();
        let keys = keys.filter_map(|key| serde_json::from_value(key).ok());
        Some(Self(keys.collect()))
    }
}

/// Documents of one kind, by their URLs: those of the settings, and those that their documents name.
struct Cache<T>(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Entry<T>>>>>);

struct Entry<T> {
    found: Option<(Arc<T>, i64)>,
    failed: Option<(Failure, i64)>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Document> Cache<T> {
    /// The document that is wanted if it can be had, and an older one otherwise.
    async fn get(
        &self,
        http: &Outgoing,
        url: &Url,
        now: i64,
        wanted: Wanted<'_, T>,
    ) -> Result<Arc<T>, Failure> {
        let entry = {
            let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || {
                Arc::new(tokio::sync::Mutex::new(Entry {
                    found: None,
                    failed: None,
                }))
            };
            Arc::clone(entries.entry(url.as_str().to_owned()).or_insert_with(new))
        };
        let mut entry = entry.lock().await;
        let usable = |found: &Option<(Arc<T>, i64)>, age: i64| {
            let found = found.as_ref();
            // A clock that was set back makes nothing younger.
            let found = found.filter(|(_, at)| (0..age).contains(&now.saturating_sub(*at)));
            found.map(|(document, _)| Arc::clone(document))
        };
        let known = match wanted {
            Wanted::Younger(age) => usable(&entry.found, age),
            Wanted::Other(seen) => {
                let found = entry.found.as_ref().map(|(document, _)| document);
                found.filter(|found| !Arc::ptr_eq(found, seen)).cloned()
            }
        };
        if let Some(document) = known {
            return Ok(document);
        }
        let failure = match &entry.failed {
            Some((failure, at)) if (0..PAUSE).contains(&now.saturating_sub(*at)) => failure.clone(),
            _ => match fetch::<T>(http, url).await {
                Ok(document) => {
                    let document = Arc::new(document);
                    *entry = Entry {
                        found: Some((Arc::clone(&document), now)),
                        failed: None,
                    };
                    return Ok(document);
                }
                Err(failure) => {
                    entry.failed = Some((failure.clone(), now));
                    failure
                }
            },
        };
        match usable(&entry.found, STALE) {
            Some(document) => {
                tracing::warn!(why = %failure, "a document of a provider could not be renewed");
                Ok(document)
            }
            None => Err(failure),
        }
    }
}

async fn fetch<T: Document>(http: &Outgoing, url: &Url) -> Result<T, Failure> {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::ACCEPT, json);
    let answer = http.get(url, headers).await?;
    let json: Value = json_of(&answer)?;
    let unreadable = || Failure::Unreachable(format!("{} has no such document", host(url)));
    T::read(json).ok_or_else(unreadable)
}

/// The JSON of a successful answer.
///
/// # Errors
/// The answer is another.
pub(super) fn json_of<T: DeserializeOwned>(answer: &OutgoingAnswer) -> Result<T, Failure> {
    if answer.status != StatusCode::OK {
        let status = answer.status.as_u16();
        return Err(Failure::Unreachable(format!("it answered {status}")));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|_| Failure::Unreachable("its answer is no JSON".to_owned()))
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}
