//! The id of the request that is being answered.
//!
//! It stands on every line that is logged for the request, on its answer and, where the client or a proxy
//! has chosen it, in their logs as well. It is a name, never a proof of anything.

use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

/// The header that carries it, both ways.
pub const HEADER: &str = "x-request-id";

/// The longest id that is taken from a client.
const LONGEST: usize = 128;

/// Names a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// That of the request, if it is one that a log can hold: up to 128 characters of `A`-`Z`, `a`-`z`,
    /// `0`-`9` and `-_.:/+=`. A new UUID otherwise, and where there are two.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut sent = headers.get_all(HEADER).iter();
        let given = match (sent.next(), sent.next()) {
            (Some(value), None) => value.to_str().ok().filter(|text| is_sane(text)),
            _ => None,
        };
        Self(given.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as the value of a header.
    pub fn header(&self) -> HeaderValue {
        // It consists of visible ASCII.
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static(""))
    }

    /// Runs the answering of the request, for which this is [`current`].
    pub async fn scope<F: Future>(self, answering: F) -> F::Output {
        CURRENT.scope(self, answering).await
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of the request that this task answers.
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(Clone::clone).ok()
}

fn is_sane(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header's value");
            headers.append(HEADER, value);
        }
        RequestId::of(&headers).0
    }

    #[test]
    fn a_sane_id_is_kept_and_anything_else_replaced() {
        for sane in [
            "1",
            "Root=1-67891233-abcdef",
            "a/b+c=",
            &"x".repeat(LONGEST),
        ] {
            assert_eq!(of(&[sane]), sane);
        }
        for odd in [
            "",
            "a b",
            "a\tb",
            "é",
            "<script>",
            "a\"b",
            &"x".repeat(LONGEST + 1),
        ] {
            let id = of(&[odd]);
            assert!(id != odd && Uuid::parse_str(&id).is_ok(), "{odd}");
        }
        assert!(
            Uuid::parse_str(&of(&["a", "b"])).is_ok(),
            "which of the two?"
        );
        assert!(Uuid::parse_str(&of(&[])).is_ok());
    }
}
