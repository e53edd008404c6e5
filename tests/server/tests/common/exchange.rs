//! An answer, and how a snapshot shows it.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// The headers that a snapshot shows.
const SHOWN: [&str; 17] = [
    "content-type",
    "cache-control",
    "location",
    "retry-after",
    "allow",
    "vary",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "front-token",
    "st-access-token",
    "st-refresh-token",
    "anti-csrf",
    "set-cookie",
    "content-encoding",
];

/// What is random, and what a snapshot shows in its place.
const FILTERS: [(&str, &str); 4] = [
    (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "<access token>"),
    (
        r"front-token: [A-Za-z0-9+/]{40,}=*",
        "front-token: <front token>",
    ),
    (
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[\w-]{43,}",
        "<refresh token>",
    ),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>"),
];

/// What was answered.
pub(crate) struct Exchange {
    pub(super) asked: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Exchange {
    /// A header, which must be there once at most.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("it is text"))
    }

    /// The value of a cookie that was set.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.headers.get_all("set-cookie").iter().find_map(|line| {
            let line = line.to_str().expect("it is text");
            let (pair, _) = line.split_once(';')?;
            pair.strip_prefix(name)?
                .strip_prefix('=')
                .map(str::to_owned)
        })
    }

    /// The `Cookie` that a browser sends to the refresh path from now on.
    pub(crate) fn as_cookies(&self) -> String {
        let value = |name| self.cookie(name).expect("the cookie is set");
        format!(
            "sAccessToken={}; sRefreshToken={}",
            value("sAccessToken"),
            value("sRefreshToken")
        )
    }

    /// The lines of all cookies that are set.
    pub(crate) fn cookie_lines(&self) -> Vec<&str> {
        let lines = self.headers.get_all("set-cookie").iter();
        lines
            .map(|line| line.to_str().expect("it is text"))
            .collect()
    }

    /// Whether both session cookies are taken away.
    pub(crate) fn clears_cookies(&self) -> bool {
        ["sAccessToken=; ", "sRefreshToken=; "].iter().all(|name| {
            self.cookie_lines().iter().any(|line| {
                line.starts_with(name) && line.contains("Expires=Thu, 01 Jan 1970 00:00:00 GMT")
            })
        })
    }

    /// Whether it is a 401 with this message that takes the tokens of both kinds away, and gives
    /// no other.
    pub(crate) fn is_end_of_session(&self, message: &str) -> bool {
        self.brief() == format!(r#"401 {{"message":"{message}"}}"#)
            && self.clears_cookies()
            && self.header("st-access-token") == Some("")
            && self.header("st-refresh-token") == Some("")
            && self.header("front-token") == Some("remove")
            && self.header("access-control-expose-headers")
                == Some("front-token, st-access-token, st-refresh-token")
    }

    /// Whether the path of the request lies under the base path.
    pub(crate) fn is_of_auth_apis(&self) -> bool {
        let (_, path) = self.asked.split_once(' ').expect("method and path");
        path == "/auth" || path.starts_with("/auth/")
    }

    /// Whatever lies under the base path or carries tokens must not be stored; only the public keys
    /// may be.
    pub(super) fn is_kept_by_no_cache(&self) {
        let (_, path) = self.asked.split_once(' ').expect("method and path");
        let is_auth = self.is_of_auth_apis();
        let is_keys =
            path.ends_with("/jwt/jwks.json") && [200, 304].contains(&self.status.as_u16());
        if (is_auth || self.has_session_headers()) && !is_keys {
            let rule = "no-cache, no-store, max-age=0, must-revalidate";
            assert_eq!(self.header("cache-control"), Some(rule), "{self}");
        }
    }

    /// What the front token says.
    pub(crate) fn front_token(&self) -> Value {
        use base64::Engine as _;
        let text = self.header("front-token").expect("there is a front token");
        let json = base64::engine::general_purpose::STANDARD.decode(text);
        serde_json::from_slice(&json.expect("it is base64")).expect("it is JSON")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("it is JSON")
    }

    pub(crate) fn access(&self) -> &str {
        self.header("st-access-token")
            .expect("it carries an access token")
    }

    pub(crate) fn refresh(&self) -> &str {
        self.header("st-refresh-token")
            .expect("it carries a refresh token")
    }

    /// Whether it touches the session in any way.
    pub(crate) fn has_session_headers(&self) -> bool {
        [
            "front-token",
            "st-access-token",
            "st-refresh-token",
            "set-cookie",
        ]
        .iter()
        .any(|name| self.headers.contains_key(*name))
    }

    /// Status and body on one line each.
    pub(crate) fn brief(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.body)
    }
}

impl std::fmt::Display for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\n\n{}", self.asked, self.status.as_u16())?;
        for name in SHOWN {
            for value in self.headers.get_all(name) {
                writeln!(f, "{name}: {}", value.to_str().unwrap_or("<not text>"))?;
            }
        }
        write!(f, "\n{}", self.body)
    }
}

/// Compares with a snapshot in which everything random is replaced.
pub(crate) fn shown(name: &str, exchange: &impl std::fmt::Display) {
    let mut settings = insta::Settings::clone_current();
    for (pattern, replacement) in FILTERS {
        settings.add_filter(pattern, replacement);
    }
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    settings.bind(|| insta::assert_snapshot!(name, exchange.to_string()));
}
