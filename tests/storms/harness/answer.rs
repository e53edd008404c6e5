//! What a server said.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// The two tokens of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The tokens that it carries, if it carries both.
    pub fn pair(&self) -> Option<Pair> {
        let token = |name| self.header(name).filter(|text| !text.is_empty());
        Some(Pair {
            access: token("st-access-token")?.to_owned(),
            refresh: token("st-refresh-token")?.to_owned(),
        })
    }

    /// The tokens of an answer that must be 200.
    ///
    /// # Panics
    /// It is not.
    pub fn expect_pair(&self, what: &str) -> Pair {
        let pair = self.pair().filter(|_| self.status == StatusCode::OK);
        pair.unwrap_or_else(|| panic!("{what}: {self:?}"))
    }

    /// The member `status` of the body.
    pub fn status_text(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["status"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether it touches the tokens of the client in any way.
    pub fn touches_tokens(&self) -> bool {
        [
            "front-token",
            "st-access-token",
            "st-refresh-token",
            "set-cookie",
        ]
        .iter()
        .any(|name| self.headers.contains_key(*name))
    }

    /// Whether it is the 401 that ends a session: with this message, and all tokens of both kinds
    /// cleared.
    pub fn ends_session(&self, message: &str) -> bool {
        let cookies = |name: &str| {
            self.headers
                .get_all("set-cookie")
                .iter()
                .filter_map(|line| line.to_str().ok())
                .any(|line| line.starts_with(name) && line.contains("01 Jan 1970"))
        };
        self.status == StatusCode::UNAUTHORIZED
            && self.body == format!(r#"{{"message":"{message}"}}"#)
            && self.header("front-token") == Some("remove")
            && self.header("st-access-token") == Some("")
            && self.header("st-refresh-token") == Some("")
            && cookies("sAccessToken=;")
            && cookies("sRefreshToken=;")
    }

    /// Whether it is a 503 that says when to come back and leaves the client's tokens alone.
    pub fn is_unavailable(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
            && self
                .header("retry-after")
                .is_some_and(|text| text.parse::<u32>().is_ok())
            && !self.touches_tokens()
    }
}
