//! The OpenID provider of `auth-gen dev`: "Sign in with Example", without an account anywhere.
//!
//! It speaks what a real provider speaks (discovery, code flow with PKCE, signed ID tokens, RFC 9207), so that the
//! server and the page do what they do in production. Rules:
//! - it is a part of this command, and of nothing that is generated or deployed;
//! - it believes every address, so it exists only where the server, its website and itself are on this machine. It
//!   listens on a loopback address, answers requests that name this address as their host, and sends users to loopback
//!   addresses only;
//! - its keys and secrets are made when it starts. The id of a user follows from the address, so that a restart makes
//!   no new users.

mod endpoints;
mod keys;
mod request;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Round;
use super::address::Address;
use super::http;
use crate::RouteRow;
use crate::catalog::recipes::third_party;
use crate::diagnostic::{Diagnostic, Diagnostics};
use endpoints::Endpoints;

/// Its id in the settings of the server, and on the wire.
const ID: &str = "example";
/// What users call it.
const NAME: &str = "Example";
const CLIENT_ID: &str = "auth-gen-dev";

/// The settings of the server that it changes (`templates/runtime/src/recipes/third_party/variables.rs`).
const PROVIDERS: &str = "AUTH_THIRD_PARTY_PROVIDERS";
const PROVIDERS_FILE: &str = "AUTH_THIRD_PARTY_PROVIDERS_FILE";
const NETWORKS: &str = "AUTH_THIRD_PARTY_NETWORKS";

/// The running provider.
pub(super) struct Provider {
    /// Its issuer, where it is reached.
    pub(super) issuer: String,
    secret: String,
}

impl Provider {
    /// Starts one on a free port, until this process ends.
    ///
    /// # Errors
    /// No port is free, or no keys can be made.
    pub(super) fn start() -> Result<Self, Diagnostics> {
        let failed = |what: &str| {
            let title = format!("the provider to try a sign-in with cannot start: {what}");
            Diagnostic::error("no-provider", title)
        };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.map_err(|error| failed(&error.to_string()))?;
        let address = listener.local_addr();
        let address = address.map_err(|error| failed(&error.to_string()))?;
        let endpoints = Endpoints::new(address).map_err(|_| failed("no keys can be made"))?;
        let provider = Self {
            issuer: endpoints.issuer().to_owned(),
            secret: endpoints.secret().to_owned(),
        };
        let endpoints = Arc::new(endpoints);
        http::serve(listener, move |request| endpoints.answer(request));
        Ok(provider)
    }

    /// Makes it known to a server, beside the user's own providers.
    pub(super) fn configure(&self, own: &[Value], command: &mut Command) {
        let mut providers = own.to_vec();
        providers.push(json!({
            "thirdPartyId": ID,
            "name": NAME,
            "oidcDiscoveryEndpoint": format!("{}/.well-known/openid-configuration", self.issuer),
            "clients": [{
                "clientId": CLIENT_ID,
                "clientSecret": self.secret,
                "scope": ["openid", "email"],
            }],
        }));
        command
            .env(PROVIDERS, Value::from(providers).to_string())
            .env_remove(PROVIDERS_FILE);
        // `private` reaches this machine, too.
        if super::given(NETWORKS).is_none() {
            command.env(NETWORKS, "loopback");
        }
    }
}

/// The user's own providers, where this one can stand beside them: the description has the operations, everything
/// is on this machine, and the settings do not forbid it.
pub(super) fn beside(round: &Round) -> Option<Vec<Value>> {
    beside_of(&round.generated.routes, &round.address, super::given)
}

/// The ids of all providers, ours among them, for the login page.
pub(super) fn ids(own: &[Value]) -> Vec<String> {
    let own = own.iter().filter_map(|provider| id_of(provider));
    own.chain([ID]).map(str::to_owned).collect()
}

fn beside_of(
    routes: &[RouteRow],
    address: &Address,
    given: impl Fn(&str) -> Option<String>,
) -> Option<Vec<Value>> {
    let needed = [&third_party::AUTHORISATION_URL, &third_party::SIGN_IN_UP];
    let has = |name: &str| routes.iter().any(|row| row.behaviour == name);
    let is_served = needed.iter().all(|contract| has(contract.name));
    let is_local = address.listen.ip().is_loopback() && address.is_local;
    if !is_served || !is_local || given(NETWORKS).is_some_and(|reach| reach == "public") {
        return None;
    }
    let text = match (given(PROVIDERS), given(PROVIDERS_FILE)) {
        (None, None) => return Some(Vec::new()),
        (Some(text), None) => text,
        (None, Some(file)) => std::fs::read_to_string(file).ok()?,
        // The server says what is wrong with two lists, and with one that cannot be read.
        (Some(_), Some(_)) => return None,
    };
    let own: Vec<Value> = serde_json::from_str(&text).ok()?;
    let is_taken = own.iter().any(|provider| id_of(provider) == Some(ID));
    (!is_taken).then_some(own)
}

fn id_of(provider: &Value) -> Option<&str> {
    provider.get("thirdPartyId")?.as_str()
}

#[cfg(test)]
mod tests;
