//! Where the server of `auth-gen dev` listens and is reached.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use url::{Host, Url};

use crate::RouteRow;
use crate::app_info::{AppInfo, Setting};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The port where neither the environment nor appInfo names one.
const PORT: u16 = 3001;

/// One server, seen from inside and from outside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// What it binds.
    pub(super) listen: SocketAddr,
    /// How a browser on this machine reaches it.
    pub(super) origin: String,
    /// Whether a Next.js application stands before it, at the `apiDomain` that both share.
    pub(super) is_behind: bool,
    /// Whether appInfo says that API and website are on this machine.
    pub(super) is_local: bool,
    base_path: String,
    /// What the paths of route rows begin with.
    row_base_path: String,
}

impl Address {
    /// One for tests.
    #[cfg(test)]
    pub(super) fn local(listen: &str, base_path: &str) -> Self {
        let listen = listen.parse().expect("an address");
        Self {
            listen,
            origin: format!("http://{}", reachable(listen)),
            is_behind: false,
            is_local: true,
            base_path: base_path.to_owned(),
            row_base_path: base_path.to_owned(),
        }
    }

    /// `AUTH_LISTEN_ADDR`, else the port of `apiDomain` where that is this machine and not where a
    /// Next.js application answers, else the default.
    pub(super) fn new(app_info: &AppInfo, has_nextjs: bool) -> Result<Self, Diagnostics> {
        Self::from_env(app_info, has_nextjs, super::given)
    }

    fn from_env(
        app_info: &AppInfo,
        has_nextjs: bool,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Diagnostics> {
        let value = |setting: &Setting| value(setting, &env);
        // A gateway takes its path away before requests reach the server; here is none.
        let base_path = path(app_info.api_base_path.as_ref().map(value).as_deref());
        let website = website_domain(app_info).and_then(|domain| local(&value(domain)));
        let api = local(&value(&app_info.api_domain));
        let is_local = api.is_some() && website.is_some();
        let is_behind = has_nextjs && api.is_some() && api == website;
        let local = api.filter(|_| !is_behind);
        let listen = match env("AUTH_LISTEN_ADDR") {
            Some(text) => text.parse().map_err(|_| {
                Diagnostic::error(
                    "invalid-setting",
                    format!("AUTH_LISTEN_ADDR is `{text}`, which is no address and port"),
                )
                .help("write it like `127.0.0.1:3001` or `[::1]:3001`")
            })?,
            None => local
                .as_ref()
                .map_or((Ipv4Addr::LOCALHOST, PORT).into(), |(_, listen)| *listen),
        };
        // `localhost` and `127.0.0.1` are two sites to a browser, so that a page on one has no session on
        // the other (SameSite cookies): the name of appInfo holds on every port.
        let origin = match local {
            Some((origin, expected)) if is_reached(expected, listen) => {
                let host = origin
                    .rsplit_once(':')
                    .map_or(origin.as_str(), |(host, _)| host);
                format!("{host}:{}", listen.port())
            }
            _ => format!("http://{}", reachable(listen)),
        };
        Ok(Self {
            listen,
            origin,
            is_behind,
            is_local,
            base_path,
            row_base_path: app_info.default_api_base_path(),
        })
    }

    /// The URL that all auth APIs begin with.
    pub(super) fn base(&self) -> String {
        format!("{}{}", self.origin, self.base_path)
    }

    /// Where an operation below the base path is answered, for the tenant that needs no naming.
    pub(super) fn url(&self, row: &RouteRow) -> String {
        let path = row.path.replace("[/{tenantId}]", "");
        let path = path.strip_prefix(&self.row_base_path).unwrap_or(&path);
        format!("{}{path}", self.base())
    }
}

/// The website, where appInfo says that it is on this machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Website {
    pub(super) app_name: String,
    pub(super) listen: SocketAddr,
    pub(super) origin: String,
    /// The path of the login page: `/auth`, or empty.
    pub(super) base_path: String,
}

impl Website {
    /// Its port, where it is on this machine.
    fn port(app_info: &AppInfo) -> Option<u16> {
        let domain = value(website_domain(app_info)?, &super::given);
        local(&domain).map(|(_, listen)| listen.port())
    }

    /// `None` where it is elsewhere, or where it is the API's own place.
    pub(super) fn new(app_info: &AppInfo, api: &Address) -> Option<Self> {
        let value = |setting: &Setting| value(setting, &super::given);
        let (origin, listen) = local(&value(website_domain(app_info)?))?;
        (listen.port() != api.listen.port() && !api.is_behind).then(|| Self {
            app_name: value(&app_info.app_name),
            listen,
            origin,
            base_path: path(app_info.website_base_path.as_ref().map(value).as_deref()),
        })
    }
}

fn website_domain(app_info: &AppInfo) -> Option<&Setting> {
    let website = app_info.website_domain.as_ref();
    app_info.origin.as_ref().or(website)
}

fn value(setting: &Setting, env: &impl Fn(&str) -> Option<String>) -> String {
    setting.read(env).unwrap_or_default()
}

/// `/auth`, also where nothing is said; empty for the root.
fn path(given: Option<&str>) -> String {
    match given.unwrap_or("/auth").trim().trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    }
}

/// How to start the server on another port, so that the page still finds it: by the variable that
/// appInfo has for it, or else by the server's own.
pub(super) fn elsewhere(app_info: &AppInfo, listen: SocketAddr) -> String {
    let port = free_port(listen, Website::port(app_info));
    let value = value(&app_info.api_domain, &super::given);
    match (
        &app_info.api_domain,
        local(&value),
        super::given("AUTH_LISTEN_ADDR"),
    ) {
        (Setting::Env { name, .. }, Some((origin, _)), None) => {
            let host = origin
                .rsplit_once(':')
                .map_or(origin.as_str(), |(host, _)| host);
            format!("{name}={host}:{port}")
        }
        _ => format!("AUTH_LISTEN_ADDR={}", SocketAddr::new(listen.ip(), port)),
    }
}

/// The next port that is free, and not the website's.
fn free_port(listen: SocketAddr, website: Option<u16>) -> u16 {
    let is_free = |port: &u16| {
        Some(*port) != website && TcpListener::bind(SocketAddr::new(listen.ip(), *port)).is_ok()
    };
    let mut next = (listen.port()..=u16::MAX).skip(1);
    next.find(is_free).unwrap_or(PORT)
}

/// Whether what listens at one address answers at the other's host.
fn is_reached(expected: SocketAddr, listen: SocketAddr) -> bool {
    let listens_on = listen.ip();
    listens_on == expected.ip()
        || listens_on.is_unspecified() && (listen.is_ipv6() || expected.is_ipv4())
}

/// A server that listens everywhere is reached on the loopback interface.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        _ => listen,
    }
}

/// The origin and address of an `apiDomain` that is this machine and names its port.
fn local(api_domain: &str) -> Option<(String, SocketAddr)> {
    let api_domain = api_domain.trim();
    let url = if api_domain.contains("://") {
        Url::parse(api_domain)
    } else {
        Url::parse(&format!("http://{api_domain}"))
    }
    .ok()?;
    let port = url.port()?;
    let listen = match url.host()? {
        Host::Domain("localhost") => (Ipv4Addr::LOCALHOST, port).into(),
        Host::Ipv4(ip) if ip.is_loopback() => (ip, port).into(),
        Host::Ipv6(ip) if ip.is_loopback() => (ip, port).into(),
        _ => return None,
    };
    // The server itself speaks plain HTTP, whatever stands before it in production.
    Some((format!("http://{}:{port}", url.host_str()?), listen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(api_domain: &str, listen: Option<&str>) -> (String, String) {
        let app_info = AppInfo {
            app_name: Setting::Text("app".to_owned()),
            api_domain: Setting::Env {
                name: "API_DOMAIN".to_owned(),
                default: Some(api_domain.to_owned()),
            },
            api_base_path: None,
            api_gateway_path: Some(Setting::Text("/gw/".to_owned())),
            website_domain: None,
            origin: None,
            website_base_path: None,
        };
        let env = |name: &str| {
            listen
                .filter(|_| name == "AUTH_LISTEN_ADDR")
                .map(str::to_owned)
        };
        let address = Address::from_env(&app_info, false, env).expect("the address is well-formed");
        (address.listen.to_string(), address.base())
    }

    #[test]
    fn the_address_follows_app_info_and_the_environment_wins() {
        for (api_domain, env, listen, base) in [
            (
                "http://localhost:4000",
                None,
                "127.0.0.1:4000",
                "http://localhost:4000/auth",
            ),
            (
                "localhost:4000",
                None,
                "127.0.0.1:4000",
                "http://localhost:4000/auth",
            ),
            ("[::1]:4000", None, "[::1]:4000", "http://[::1]:4000/auth"),
            (
                "http://localhost",
                None,
                "127.0.0.1:3001",
                "http://127.0.0.1:3001/auth",
            ),
            (
                "https://api.example.com:8443",
                None,
                "127.0.0.1:3001",
                "http://127.0.0.1:3001/auth",
            ),
            (
                "localhost:4000",
                Some("0.0.0.0:5000"),
                "0.0.0.0:5000",
                "http://localhost:5000/auth",
            ),
            (
                "localhost:4000",
                Some("127.0.0.1:5000"),
                "127.0.0.1:5000",
                "http://localhost:5000/auth",
            ),
            (
                "localhost:4000",
                Some("[::1]:5000"),
                "[::1]:5000",
                "http://[::1]:5000/auth",
            ),
            (
                "localhost:4000",
                Some("0.0.0.0:4000"),
                "0.0.0.0:4000",
                "http://localhost:4000/auth",
            ),
        ] {
            assert_eq!(
                address(api_domain, env),
                (listen.to_owned(), base.to_owned())
            );
        }
    }

    #[test]
    fn behind_a_nextjs_application_its_port_is_left_to_it() {
        let text = |text: &str| Some(Setting::Text(text.to_owned()));
        let app_info = AppInfo {
            app_name: Setting::Text("app".to_owned()),
            api_domain: Setting::Text("http://localhost:3000".to_owned()),
            api_base_path: text("/api/auth"),
            api_gateway_path: None,
            website_domain: text("localhost:3000"),
            origin: None,
            website_base_path: None,
        };
        let address = Address::from_env(&app_info, true, |_| None).expect("it is well-formed");
        assert_eq!(address.base(), "http://127.0.0.1:3001/api/auth");
        assert_eq!(Website::new(&app_info, &address), None);
        let alone = Address::from_env(&app_info, false, |_| None).expect("it is well-formed");
        assert_eq!(alone.base(), "http://localhost:3000/api/auth");
    }
}
