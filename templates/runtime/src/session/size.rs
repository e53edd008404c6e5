//! How large the tokens of a session may get.
//!
//! The claims of a session stand twice on each answer that carries it: in the access token, which services
//! verify, and in the front token, which scripts read. Both are the protocol's. So some hundred bytes of
//! claims fill the head that a proxy takes from a server, and a few thousand what any client can carry.
//! Rules: a session that no client could carry never begins, and the error names the claims; a head that
//! proxies may refuse is a warning in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Map, Value};

use super::claims;
use super::settings::Settings;
use super::transport::TransferMethod;
use crate::error::Error;

/// The cookie in which scripts keep the front token.
const FRONT_COOKIE: &str = "sFrontToken";

/// The largest `name=value` that browsers keep (RFC 6265 §6.1); they drop a larger one without a message.
const COOKIE_BYTES: usize = 4096;

/// The largest token in a header: nginx takes lines of 8 KiB from clients
/// (`large_client_header_buffers`), Apache of 8190 bytes (`LimitRequestFieldSize`).
const HEADER_BYTES: usize = 8_000;

/// The head of an answer, in bytes, from which on the log warns: nginx takes 4 KiB from a server
/// (`proxy_buffer_size`), and other proxies add headers of their own.
const WARN_FROM: usize = 3_584;

/// What an answer has beside the session's headers: status, date, lengths, CORS, cache and protection.
const OTHER_HEADERS: usize = 700;

/// How long the log is silent after a warning, in milliseconds.
const SILENCE_MS: i64 = 60_000;

/// How many claims an error or a warning names.
const NAMED: usize = 5;

/// Refuses tokens of these lengths if no client could carry them.
pub(super) fn check(
    settings: &Settings,
    transfer: TransferMethod,
    (jwt, front_token): (usize, usize),
    payload: &Map<String, Value>,
) -> Result<(), Error> {
    let access = settings.cookies.access.as_str();
    let (what, limit, places) = match transfer {
        TransferMethod::Cookie => (
            "cookie",
            COOKIE_BYTES,
            [
                (access, access.len() + 1 + jwt),
                (FRONT_COOKIE, FRONT_COOKIE.len() + 1 + front_token),
            ],
        ),
        TransferMethod::Header => (
            "header",
            HEADER_BYTES,
            [("st-access-token", jwt), ("front-token", front_token)],
        ),
    };
    let Some((name, bytes)) = places.into_iter().find(|(_, bytes)| *bytes > limit) else {
        return Ok(());
    };
    Err(Error::internal(format!(
        "the claims of the session are too large: the {what} {name} would have {bytes} bytes, and clients \
         carry {limit} at most; the largest claims: {}",
        largest(payload)
    )))
}

/// The names and sizes of the application's largest claims, never their values.
fn largest(payload: &Map<String, Value>) -> String {
    let claims = claims::of_application(payload);
    let bytes = |value: &Value| serde_json::to_vec(value).map_or(0, |json| json.len());
    let mut sizes: Vec<_> = claims
        .iter()
        .map(|(name, value)| (bytes(value), name))
        .collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let named = sizes.iter().take(NAMED);
    let named = named.map(|(bytes, name)| format!("{name} ({bytes} bytes)"));
    named.collect::<Vec<_>>().join(", ")
}

/// Warns of large heads, now and then.
#[derive(Debug, Clone)]
pub(super) struct HeadWarning(Arc<AtomicI64>);

impl HeadWarning {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MIN)))
    }

    /// Warns if an answer whose session headers have so many bytes may be too large for a proxy.
    pub(super) fn look(&self, session_headers: usize, payload: &Map<String, Value>, now: i64) {
        let bytes = session_headers + OTHER_HEADERS;
        if bytes < WARN_FROM {
            return;
        }
        let last = self.0.load(Ordering::Relaxed);
        if last != i64::MIN && (now - last).abs() < SILENCE_MS {
            return;
        }
        self.0.store(now, Ordering::Relaxed);
        tracing::warn!(
            head_bytes = bytes,
            largest_claims = %largest(payload),
            "the head of an answer that carries a session is large: behind a proxy with default settings \
             (nginx: 4 KiB) users cannot sign in; keep claims small, or raise proxy_buffer_size"
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_largest_claims_are_named_without_their_values() {
        let payload = json!({
            "sub": "the server's own claims do not count".repeat(10),
            "small": 1, "roles": ["secret"], "plan": "secret secret",
        });
        let payload = payload.as_object().expect("it is an object");
        let text = largest(payload);
        assert_eq!(text, "plan (15 bytes), roles (10 bytes), small (1 bytes)");
    }
}
