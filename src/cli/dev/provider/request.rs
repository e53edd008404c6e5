//! A request for a sign-in (RFC 6749 §4.1.1, OpenID Connect Core 1.0, §3.1.2.1).

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::CLIENT_ID;
use crate::cli::dev::http::Fields;

/// The fields of a request; the page sends them back with what the user has chosen.
const FIELDS: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
];

/// A request that may be answered at its redirect URI.
#[derive(Debug)]
pub(super) struct SignIn {
    pub(super) redirect_uri: Url,
    /// As it was sent: the token request must repeat it.
    pub(super) sent_redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: String,
    pub(super) has_email: bool,
    /// Its fields, as they were sent.
    pub(super) fields: Vec<(String, String)>,
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// On a page: nothing says where the user could be sent (RFC 6749 §4.1.2.1).
    Shown(&'static str),
    /// At the redirect URI, by an error code.
    Sent(&'static str, Box<Url>, Option<String>),
}

impl SignIn {
    /// Reads one.
    ///
    /// # Errors
    /// Why it is refused.
    pub(super) fn read(fields: &Fields) -> Result<Self, Refusal> {
        if fields.get("client_id") != Some(CLIENT_ID) {
            return Err(Refusal::Shown("The client is not known here."));
        }
        let sent = fields.get("redirect_uri").unwrap_or_default();
        let redirect_uri = Url::parse(sent).ok().filter(is_of_this_machine);
        let Some(redirect_uri) = redirect_uri else {
            return Err(Refusal::Shown(
                "The redirect URI is none of this machine: users are sent to loopback addresses only.",
            ));
        };
        let text = |name: &str| fields.get(name).map(str::to_owned);
        let state = text("state");
        let refuse = |error| Refusal::Sent(error, Box::new(redirect_uri.clone()), state.clone());
        if fields.has_duplicates() {
            return Err(refuse("invalid_request"));
        }
        match fields.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(refuse("unsupported_response_type")),
            None => return Err(refuse("invalid_request")),
        }
        if fields.get("request").is_some() {
            return Err(refuse("request_not_supported"));
        }
        let scopes: Vec<&str> = fields.get("scope").unwrap_or_default().split(' ').collect();
        if !scopes.contains(&"openid") {
            return Err(refuse("invalid_scope"));
        }
        // RFC 9700 §2.1.1: PKCE for every client, so that a code is of use to its page alone.
        let challenge = fields.get("code_challenge").unwrap_or_default();
        let is_s256 = fields.get("code_challenge_method") == Some("S256");
        if !is_s256 || challenge.len() != 43 {
            return Err(refuse("invalid_request"));
        }
        if fields.get("prompt") == Some("none") {
            return Err(refuse("login_required"));
        }
        Ok(Self {
            sent_redirect_uri: sent.to_owned(),
            state: text("state"),
            nonce: text("nonce"),
            challenge: challenge.to_owned(),
            has_email: scopes.contains(&"email"),
            fields: FIELDS
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), text(name)?)))
                .collect(),
            redirect_uri,
        })
    }
}

/// Whether a page is served on this machine. What signs in with any address must not send codes elsewhere.
fn is_of_this_machine(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    };
    is_loopback && matches!(url.scheme(), "http" | "https") && url.fragment().is_none()
}
