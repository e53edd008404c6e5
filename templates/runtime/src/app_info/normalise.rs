//! The normal forms of domains and paths, oddities included: frontends normalise the same values on
//! their side, and cookies, issuers and origins only match where both come to the same text.
//!
//! URLs are read after the WHATWG URL standard (<https://url.spec.whatwg.org/>), sites after the
//! public suffix list with its private section (<https://publicsuffix.org/>).

use std::net::Ipv4Addr;

use url::{Host, Url};

const BAD_DOMAIN: &str = "Please provide a valid domain name";
const BAD_PATH: &str = "Please provide a valid URL path";
const BAD_SITE: &str = "Please make sure that the apiDomain and websiteDomain have correct values";
const BAD_COOKIE_DOMAIN: &str = "Please provide a valid sessionScope";

/// Scheme, host and port of a domain in any spelling: `API.Example.com/x` is
/// `https://api.example.com`. Without a scheme it is `https`, but `http` on this machine and on
/// IPv4 addresses.
pub fn normalise_domain(text: &str) -> Result<String, String> {
    let text = trim(text).to_lowercase();
    let schemes = ["http://", "https://", "supertokens://"];
    if schemes.iter().any(|scheme| text.starts_with(scheme))
        && let Ok(url) = Url::parse(&text)
    {
        return Ok(format!("{}://{}", url.scheme(), authority(&url)));
    }
    let bare = text.strip_prefix('.').unwrap_or(&text);
    if text.starts_with('/')
        || has_http_scheme(bare)
        || !(bare.contains('.') || bare.starts_with("localhost"))
    {
        return Err(BAD_DOMAIN.to_owned());
    }
    let url = Url::parse(&format!("https://{bare}")).map_err(|_| BAD_DOMAIN.to_owned())?;
    let scheme = if is_local(hostname(&url)) {
        "http"
    } else {
        "https"
    };
    Ok(format!("{scheme}://{}", authority(&url)))
}

/// A path in any spelling, with `/` in front and none at the end; the root is the empty text. A
/// host in front of the path is dropped. Case is kept.
pub fn normalise_path(text: &str) -> Result<String, String> {
    let text = trim(text);
    let url = if has_http_scheme(text) {
        text.to_owned()
    } else if begins_with_host(text) {
        format!("http://{text}")
    } else {
        let slash = if text.starts_with('/') { "" } else { "/" };
        format!("http://example.com{slash}{text}")
    };
    let url = Url::parse(&url).map_err(|_| BAD_PATH.to_owned())?;
    let path = url.path();
    Ok(path.strip_suffix('/').unwrap_or(path).to_owned())
}

/// The site of a URL: the registrable domain of its host, or `localhost` for this machine and for
/// every IPv4 address.
pub fn top_level_domain(url: &str) -> Result<String, String> {
    let url = Url::parse(url).map_err(|_| BAD_SITE.to_owned())?;
    let host = hostname(&url);
    if is_local(host) {
        return Ok("localhost".to_owned());
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    // A name of multicast DNS is one machine, and an AWS host that is a public suffix itself is
    // of no one else.
    if host.ends_with(".local") || (host.ends_with(".amazonaws.com") && is_public_suffix(host)) {
        return Ok(host.to_owned());
    }
    psl::domain_str(host)
        .filter(|_| !host.starts_with('['))
        .map(str::to_owned)
        .ok_or_else(|| BAD_SITE.to_owned())
}

/// The `Domain` attribute of cookies: a host in lower case; a leading dot stays, but not in front of
/// this machine's name or an address.
pub fn normalise_cookie_domain(text: &str) -> Result<String, String> {
    let text = trim(text).to_lowercase();
    let bare = text.strip_prefix('.').unwrap_or(&text);
    let url = if has_http_scheme(bare) {
        Url::parse(bare)
    } else {
        Url::parse(&format!("http://{bare}"))
    };
    let url = url.map_err(|_| BAD_COOKIE_DOMAIN.to_owned())?;
    let host = hostname(&url);
    let host = host.strip_prefix('.').unwrap_or(host);
    let dotted = text.starts_with('.') && host != "localhost" && !is_ipv4(host);
    Ok(format!("{}{host}", if dotted { "." } else { "" }))
}

/// Whether a URL names the machine it is read on, by name or by address (RFC 6761, RFC 1122).
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The port that a URL of this machine gives explicitly.
pub fn loopback_port(url: &str) -> Option<u16> {
    let port = Url::parse(url).ok()?.port()?;
    is_loopback(url).then_some(port)
}

fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

fn has_http_scheme(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Whether a text without a scheme begins with a host rather than with a path.
fn begins_with_host(text: &str) -> bool {
    let dotted_host =
        || Url::parse(&format!("http://{text}")).is_ok_and(|url| hostname(&url).contains('.'));
    text.starts_with("localhost") || (text.contains('.') && !text.starts_with('/') && dotted_host())
}

fn hostname(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// Host and port; the scheme's own port is left out.
fn authority(url: &Url) -> String {
    let host = hostname(url);
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a host counts as this machine: every name that begins with `localhost`, and every
/// IPv4 address.
fn is_local(host: &str) -> bool {
    host.starts_with("localhost") || is_ipv4(host)
}

fn is_ipv4(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}

fn is_public_suffix(host: &str) -> bool {
    psl::suffix_str(host) == Some(host)
}
