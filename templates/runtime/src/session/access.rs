//! The access token: a JWT with a fixed set of claims, version 5 of this protocol.
//!
//! A text is first looked at for its *form*; what does not have the form of an access token is no
//! access token, and is treated as absent, since clients and proxies put other things into
//! `Authorization`, too. Then its signature and its expiry decide. Expiry has no leeway, and a
//! token whose `exp` or `iat` is not a whole number is refused by its form, never taken for one
//! that does not expire (RFC 8725 §3.8 and §3.11, <https://www.rfc-editor.org/rfc/rfc8725>).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::claims::{self, Stamp};
use super::{AccessToken, Session, TokenContent, TransferMethod};
use crate::store::{PUBLIC_TENANT, SessionRow};

/// The version that this server issues.
pub(super) const VERSION: &str = "5";

/// The oldest version whose claims have the names read here.
const OLDEST_VERSION: u32 = 3;

/// The longest text that is looked at; header lines are not much longer anyway.
const MAX_BYTES: usize = 32 * 1024;

/// 9999-12-31, in seconds: no time beyond it is accepted.
const MAX_TIME: i64 = 253_402_300_799;

/// A text that has the form of an access token; nothing about it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unverified {
    pub(super) jwt: String,
    pub(super) kid: String,
}

impl Unverified {
    /// Looks at the form of a text. A token without a version is none of a session: other JWTs of
    /// this server have no version.
    pub(super) fn parse(jwt: &str) -> Option<Self> {
        if jwt.len() > MAX_BYTES {
            return None;
        }
        let mut parts = jwt.split('.');
        let (header, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let header = object(header)?;
        let version: u32 = header.get("version")?.as_str()?.parse().ok()?;
        let kid = header.get("kid")?.as_str()?;
        let is_ours = header.get("typ")?.as_str()? == "JWT" && version >= OLDEST_VERSION;
        let payload = object(payload)?;
        has_form(&payload, version).then_some(())?;
        is_ours.then(|| Self {
            jwt: jwt.to_owned(),
            kid: kid.to_owned(),
        })
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Whether claims are those of a session.
fn has_form(claims: &Map<String, Value>, version: u32) -> bool {
    let is_text = |name| claims.get(name).is_some_and(Value::is_string);
    let kind_is_session = claims.get("stt").is_none_or(|kind| *kind == 0);
    ["sub", "sessionHandle", "refreshTokenHash1"]
        .into_iter()
        .all(is_text)
        && (version < 5 || is_text("rsub"))
        && time(claims, "exp").is_some()
        && time(claims, "iat").is_some()
        && kind_is_session
}

/// A time of a payload, in seconds.
fn time(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let seconds = claims.get(name)?.as_i64()?;
    (0..=MAX_TIME).contains(&seconds).then_some(seconds)
}

/// The session that the verified claims of a token describe; `None` if they are not those of a session.
pub(super) fn session(
    payload: Map<String, Value>,
    jwt: &str,
    transfer: TransferMethod,
) -> Option<Session> {
    let text = |name: &str| payload.get(name)?.as_str().map(str::to_owned);
    has_form(&payload, 5).then_some(())?;
    let content = TokenContent {
        handle: text("sessionHandle")?,
        user_id: text("sub")?,
        recipe_user_id: text("rsub")?,
        tenant_id: text("tId").unwrap_or_else(|| PUBLIC_TENANT.to_owned()),
        issued_at: time(&payload, "iat")? * 1000,
        expires_at: time(&payload, "exp")? * 1000,
        claims: payload,
        access_token: AccessToken::from(jwt.to_owned()),
    };
    Some(Session::new(Arc::new(content), transfer))
}

/// The payload of a new access token; times in seconds.
pub(super) fn payload(
    row: &SessionRow,
    refresh_hash1: &str,
    anti_csrf: Option<&str>,
    stamp: &Stamp,
    (issued_at, expires_at): (i64, i64),
) -> Map<String, Value> {
    let mut payload = Map::new();
    for (name, value) in [
        ("sub", Value::from(row.user_id.as_str())),
        ("exp", Value::from(expires_at)),
        ("iat", Value::from(issued_at)),
        ("tId", Value::from(row.tenant_id.as_str())),
        ("rsub", Value::from(row.recipe_user_id.as_str())),
        ("sessionHandle", Value::from(row.handle.as_str())),
        ("refreshTokenHash1", Value::from(refresh_hash1)),
        // Tokens of this server replace the token before them at once, so none needs to name it.
        ("parentRefreshTokenHash1", Value::Null),
        ("antiCsrfToken", Value::from(anti_csrf)),
    ] {
        payload.insert(name.to_owned(), value);
    }
    payload.extend(claims::of_application(&row.claims));
    stamp.apply(&mut payload);
    payload
}

/// The payload of a token that replaces one of the same session: other claims of the application,
/// issued now, valid no longer than before.
pub(super) fn replace_claims(
    payload: &Map<String, Value>,
    claims: &Map<String, Value>,
    stamp: &Stamp,
    issued_at: i64,
) -> Map<String, Value> {
    let mut replaced = payload.clone();
    replaced.retain(|name, _| claims::is_protected(name));
    replaced.insert("iat".to_owned(), Value::from(issued_at));
    replaced.extend(claims::of_application(claims));
    stamp.apply(&mut replaced);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::token;
    use serde_json::json;

    fn jwt(header: &Value, payload: &Value) -> String {
        let part = |value: &Value| token::encode(value.to_string().as_bytes());
        format!("{}.{}.c2ln", part(header), part(payload))
    }

    fn good() -> (Value, Value) {
        let header = json!({ "kid": "d-1", "typ": "JWT", "version": "5", "alg": "RS256" });
        let payload = json!({
            "sub": "u", "exp": 20, "iat": 10, "tId": "public", "rsub": "u", "sessionHandle": "h",
            "refreshTokenHash1": "r", "parentRefreshTokenHash1": null, "antiCsrfToken": null,
        });
        (header, payload)
    }

    #[test]
    fn a_token_is_known_by_its_form() {
        let (header, payload) = good();
        let parsed = Unverified::parse(&jwt(&header, &payload)).expect("ours");
        assert_eq!(parsed.kid, "d-1");
        for text in ["", "abc", "a.b", "a.b.c", "..", "é.é.é"] {
            assert_eq!(Unverified::parse(text), None, "{text}");
        }
        assert_eq!(Unverified::parse(&format!("{}.x", parsed.jwt)), None);
        assert_eq!(Unverified::parse(&"x".repeat(1_000_000)), None);
    }

    #[test]
    fn a_foreign_header_makes_it_none_of_ours() {
        let (header, payload) = good();
        for (name, value) in [
            ("kid", json!(null)),
            ("kid", json!(1)),
            ("typ", json!("at+jwt")),
            ("version", json!(null)),
            ("version", json!(5)),
            ("version", json!("2")),
            ("version", json!("x")),
        ] {
            let mut header = header.clone();
            header[name] = value;
            assert_eq!(Unverified::parse(&jwt(&header, &payload)), None, "{header}");
        }
    }

    #[test]
    fn claims_of_a_wrong_type_make_it_none_of_ours() {
        let (header, payload) = good();
        for (name, value) in [
            ("sub", json!(1)),
            ("rsub", json!(null)),
            ("sessionHandle", json!(["h"])),
            ("refreshTokenHash1", json!(null)),
            ("exp", json!("9999999999")),
            ("exp", json!(-1)),
            ("exp", json!(20.5)),
            ("exp", json!(1e300)),
            ("exp", json!(u64::MAX)),
            ("exp", json!(null)),
            ("iat", json!("10")),
            ("stt", json!(1)),
            ("stt", json!(null)),
        ] {
            let mut payload = payload.clone();
            payload[name] = value;
            assert_eq!(
                Unverified::parse(&jwt(&header, &payload)),
                None,
                "{payload}"
            );
            let payload = payload.as_object().cloned().expect("an object");
            assert_eq!(session(payload, "", TransferMethod::Cookie), None);
        }
        let mut zero = payload.clone();
        zero["stt"] = json!(0);
        assert!(Unverified::parse(&jwt(&header, &zero)).is_some());
    }
}
