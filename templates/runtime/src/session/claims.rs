//! Claims: what the access token says about the user.
//!
//! This file lists the claims that belong to the server. Each fact of the application is a [`Claim`]
//! ([`claim`]); what an API demands of them is a [`Validator`] ([`validator`]). The rule kept here:
//! an application never writes a claim of the server's, neither at the beginning of a session nor
//! later (RFC 8725 §3.8, <https://www.rfc-editor.org/rfc/rfc8725>).

mod claim;
mod demand;
mod factors;
mod validator;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};

pub use claim::{Claim, ClaimSource, FetchClaim, Subject};
pub use factors::CompletedFactors;
pub(crate) use factors::factors_missing;
pub use validator::{ClaimValidators, Validate, Validator, Verdict};

use self::factors::FACTORS;
use crate::error::Error;
use crate::store::ClaimsChange;

/// Claims that the server writes; an application can neither set nor change them.
pub const PROTECTED_CLAIMS: [&str; 10] = [
    "sub",
    "iat",
    "exp",
    "sessionHandle",
    "parentRefreshTokenHash1",
    "refreshTokenHash1",
    "antiCsrfToken",
    "rsub",
    "tId",
    "stt",
];

/// Whether a claim belongs to the server.
pub(super) fn is_protected(name: &str) -> bool {
    PROTECTED_CLAIMS.contains(&name)
}

/// Claims that stand in the application's part of a payload and are none of its facts: who issues and who takes tokens,
/// since an application may remove the first one and may set the second one where no setting does; and the factors that
/// the session has completed, which a handler of the application may complete too.
const NO_FACTS: [&str; 3] = ["iss", "aud", FACTORS];

/// Whether a claim is a fact of the application.
fn is_own(name: &str) -> bool {
    !is_protected(name) && !NO_FACTS.contains(&name)
}

/// The facts of the application in a payload, as a type of its own.
///
/// # Errors
/// [`Error::Internal`] if they are not of this type.
pub(super) fn read_own<T: DeserializeOwned>(payload: &Map<String, Value>) -> Result<T, Error> {
    let own = payload.iter().filter(|(name, _)| is_own(name));
    let own = own.map(|(name, value)| (name.as_str(), value));
    let read: Result<T, serde_json::Error> = T::deserialize(MapDeserializer::new(own));
    read.map_err(|error| {
        let name = std::any::type_name::<T>();
        let text = format!(
            "the claims of the session are no `{name}`: {error} (sessions that began earlier may have other claims: \
             `#[serde(default)]` fills in what they lack)"
        );
        Error::internal(text)
    })
}

/// A value of the application as claims of a session: its fields, without those that are `null`.
///
/// # Errors
/// [`Error::Internal`] if it is no object, or has a claim of the server's.
pub(super) fn own(claims: &impl Serialize) -> Result<Map<String, Value>, Error> {
    let claims = serde_json::to_value(claims).map_err(Error::internal)?;
    let Value::Object(mut claims) = claims else {
        let text =
            "the claims of a session are an object, such as a struct or a map with texts as keys";
        return Err(Error::internal(text));
    };
    check_update(&claims)?;
    claims.retain(|name, value| is_own(name) && !value.is_null());
    Ok(claims)
}

/// The change that replaces the facts of the application, but for those that `sources` fetch.
///
/// # Errors
/// As [`own`].
pub(super) fn replacement(
    claims: &impl Serialize,
    sources: &[Arc<dyn ClaimSource>],
) -> Result<ClaimsChange, Error> {
    let fetched = sources.iter().flat_map(|source| source.keys());
    let fetched = fetched.map(str::to_owned);
    let no_facts = NO_FACTS.map(str::to_owned);
    Ok(ClaimsChange::Replace {
        claims: own(claims)?,
        kept: fetched.chain(no_facts).collect(),
    })
}

/// The application's part of a payload.
pub(super) fn of_application(payload: &Map<String, Value>) -> Map<String, Value> {
    payload
        .iter()
        .filter(|(name, _)| !is_protected(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The application's part of a new session's payload; the issuer is the server's.
pub(super) fn initial(claims: &Map<String, Value>, issuer: &str) -> Map<String, Value> {
    let mut claims = of_application(claims);
    claims.shift_remove("iss");
    claims.insert("iss".to_owned(), Value::from(issuer));
    claims
}

/// What access tokens say about who issues and who takes them, and what this server's verifier demands
/// (RFC 7519 §4.1.1 and §4.1.3; RFC 8725 §3.8 and §3.9; OWASP ASVS 5.0, 9.2.3 and 9.2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The `iss`, as appInfo has it now.
    pub(super) issuer: String,
    /// The `aud`, where it is configured.
    pub(super) audience: Option<String>,
}

impl Stamp {
    /// Brings claims up to date that were stored under other settings. An application may remove `iss`;
    /// then it stays away.
    pub(super) fn apply(&self, claims: &mut Map<String, Value>) {
        if let Some(issuer) = claims.get_mut("iss") {
            *issuer = Value::from(self.issuer.as_str());
        }
        if let Some(audience) = &self.audience {
            claims.insert("aud".to_owned(), Value::from(audience.as_str()));
        }
    }

    /// Whether the claims of a token with a good signature were made for this server. Older tokens and
    /// those of an application that removed `iss` have none.
    pub(super) fn accepts(&self, claims: &Map<String, Value>) -> bool {
        let is_issuer = claims.get("iss").is_none_or(|iss| *iss == *self.issuer);
        let is_audience = self
            .audience
            .as_ref()
            .is_none_or(|wanted| match claims.get("aud") {
                Some(Value::Array(all)) => all.iter().any(|aud| aud == wanted),
                Some(aud) => aud == wanted,
                None => false,
            });
        is_issuer && is_audience
    }
}

/// Refuses an update that would change a claim of the server's. `null` asks to delete it and has no effect, as in
/// the reference: the stored claims of the application never hold one of the server's.
pub(super) fn check_update(update: &Map<String, Value>) -> Result<(), Error> {
    update
        .iter()
        .find(|(name, value)| is_protected(name) && !value.is_null())
        .map_or(Ok(()), |(name, _)| {
            let text = format!("the claim {name} belongs to the server and cannot be changed");
            Err(Error::internal(text))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn the_application_cannot_pose_as_the_server() {
        let asked = map(&json!({ "sub": "evil", "tId": "x", "iss": "x", "stt": 1, "role": "a" }));
        let expected = map(&json!({ "role": "a", "iss": "http://a/auth" }));
        assert_eq!(initial(&asked, "http://a/auth"), expected);
    }

    #[test]
    fn a_token_is_for_the_server_that_its_issuer_and_its_audience_name() {
        let stamp = |audience: Option<&str>| Stamp {
            issuer: "http://a/auth".to_owned(),
            audience: audience.map(str::to_owned),
        };
        for (claims, audience, expected) in [
            (json!({}), None, true),
            (json!({ "iss": "http://a/auth" }), None, true),
            (json!({ "iss": "http://b/auth" }), None, false),
            (json!({ "iss": null }), None, false),
            (json!({ "iss": "http://a/auth", "aud": "x" }), None, true),
            (json!({ "iss": "http://a/auth" }), Some("x"), false),
            (json!({ "aud": "x" }), Some("x"), true),
            (json!({ "aud": ["y", "x"] }), Some("x"), true),
            (json!({ "aud": ["y"] }), Some("x"), false),
            (json!({ "aud": 1 }), Some("x"), false),
        ] {
            let accepted = stamp(audience).accepts(&map(&claims));
            assert_eq!(accepted, expected, "{claims} {audience:?}");
        }
    }

    #[test]
    fn stored_claims_get_the_issuer_of_today() {
        let stamp = Stamp {
            issuer: "http://b/auth".to_owned(),
            audience: Some("x".to_owned()),
        };
        let mut claims = map(&json!({ "iss": "http://a/auth", "k": 1 }));
        stamp.apply(&mut claims);
        assert_eq!(
            claims,
            map(&json!({ "iss": "http://b/auth", "k": 1, "aud": "x" }))
        );
        let mut removed = map(&json!({ "k": 1 }));
        stamp.apply(&mut removed);
        assert_eq!(removed, map(&json!({ "k": 1, "aud": "x" })));
    }

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Cart {
        items: u32,
        coupon: Option<String>,
    }

    #[test]
    fn an_application_reads_its_own_claims_as_a_type_of_its_own() {
        let payload = map(&json!({
            "sub": "u", "exp": 1, "iss": "http://a/auth", "aud": "x", "items": 2, "other": [1],
        }));
        let cart = Cart {
            items: 2,
            coupon: None,
        };
        assert_eq!(read_own::<Cart>(&payload).expect("it is a cart"), cart);
        let own: Map<String, Value> = read_own(&payload).expect("it is a map");
        assert_eq!(own, map(&json!({ "items": 2, "other": [1] })));
        let missing = read_own::<Cart>(&map(&json!({ "sub": "u" }))).expect_err("no items");
        let text = missing.to_string();
        assert!(text.contains("Cart`: missing field `items`"), "{text}");
        assert!(!text.contains("sub"), "{text}");
    }

    #[test]
    fn claims_that_replace_others_are_an_object_without_those_of_the_server() {
        let cart = Cart {
            items: 1,
            coupon: None,
        };
        assert_eq!(own(&cart).expect("an object"), map(&json!({ "items": 1 })));
        let issuer = json!({ "items": 1, "iss": "evil", "aud": "evil", "st-mfa": "evil" });
        assert_eq!(
            own(&issuer).expect("an object"),
            map(&json!({ "items": 1 }))
        );
        for name in PROTECTED_CLAIMS {
            assert!(own(&json!({ (name): "evil" })).is_err(), "{name}");
            assert_eq!(
                own(&json!({ (name): null })).expect("an object"),
                Map::new()
            );
        }
        for wrong in [json!(1), json!([1]), json!(null)] {
            assert!(own(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_servers_claims_cannot_be_changed() {
        for name in PROTECTED_CLAIMS {
            assert!(check_update(&map(&json!({ "k": 1, (name): 1 }))).is_err());
            assert!(check_update(&map(&json!({ "k": 1, (name): null }))).is_ok());
        }
        assert!(check_update(&map(&json!({ "k": 1, "iss": "x" }))).is_ok());
    }
}
