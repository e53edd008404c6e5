//! Fuzz targets for whatever reads what a client has written: tokens, cookies, paths, bodies, versions.
//!
//! Under `cargo test` each runs for some seconds on random edits; for as long as you like with
//! `BOLERO_RANDOM_TEST_TIME_MS=600000 cargo test -p auth-hostile --test fuzz`. Guided by coverage, on the
//! stable toolchain, after `cargo install cargo-bolero`:
//! `cargo bolero test -p auth-hostile --rustc-bootstrap --profile release -s NONE access_tokens`.

mod edits;
mod target;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use auth_hostile::figures;
use auth_server::call::FdiVersion;
use auth_server::session::{
    Effects, NewSessionFor, PROTECTED_CLAIMS, TransferMethod, VerifyOptions,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue, Method};
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use crate::edits::{Edit, edited};
use crate::target::{Target, payload};

/// How long each target runs, unless the environment says otherwise.
const TIME: Duration = Duration::from_secs(4);

/// Runs a target, which says whether it has accepted the input; and prints how often it did. Each target
/// must accept now and then, or it tests nothing.
macro_rules! fuzz {
    ($name:literal, $type:ty, $target:expr) => {
        static INPUTS: AtomicU64 = AtomicU64::new(0);
        static ACCEPTED: AtomicU64 = AtomicU64::new(0);
        let target: fn(&$type) -> bool = $target;
        bolero::check!()
            .with_test_time(TIME)
            .with_type::<$type>()
            .for_each(|input| {
                INPUTS.fetch_add(1, Ordering::Relaxed);
                ACCEPTED.fetch_add(u64::from(target(input)), Ordering::Relaxed);
            });
        let (inputs, accepted) = (
            INPUTS.load(Ordering::Relaxed),
            ACCEPTED.load(Ordering::Relaxed),
        );
        figures(
            $name,
            &format!("{inputs} inputs, {accepted} of them accepted rightly"),
        );
        assert!(accepted > 0, "nothing was ever accepted");
    };
}

/// An access token counts as it was issued, to the character, or not at all.
#[test]
fn access_tokens() {
    fuzz!("access tokens", (bool, Vec<Edit>), |(inside, edits)| {
        let target = Target::get();
        let token = &target.access;
        let text = if *inside {
            // Inside of the base64.
            let (head, signature) = token.rsplit_once('.').expect("a JWT has three parts");
            let (header, payload) = head.split_once('.').expect("a JWT has three parts");
            let plain = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("it is base64url");
            let joined = [plain(header), b"\n".to_vec(), plain(payload)].concat();
            let changed = edited(&joined, edits);
            let mut parts = changed.splitn(2, |byte| *byte == b'\n');
            let mut part = || URL_SAFE_NO_PAD.encode(parts.next().unwrap_or_default());
            format!("{}.{}.{signature}", part(), part())
        } else {
            String::from_utf8_lossy(&edited(token.as_bytes(), edits)).into_owned()
        };
        let accepted = target.is_session(&text);
        assert_eq!(accepted, text == *token, "{text}");
        accepted
    });
}

/// Whatever is signed with the server's own key: a session only if its claims have their form.
#[test]
fn signed_claims() {
    fuzz!("signed claims", Vec<Edit>, |edits| {
        let target = Target::get();
        let json = payload(&target.access);
        let json = edited(json.to_string().as_bytes(), edits);
        let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(&json) else {
            return false;
        };
        let token = target
            .signing_key()
            .sign(Some("5"), &claims)
            .expect("it signs");
        let Some(session) = target.session(&token) else {
            return false;
        };
        let text = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_str)
                .expect("it is text")
        };
        let time = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_i64)
                .expect("it is a whole number")
        };
        assert_eq!(
            (session.user_id.as_str(), session.handle.as_str()),
            (text("sub"), text("sessionHandle"))
        );
        assert_eq!(
            (session.recipe_user_id.as_str(), session.issued_at),
            (text("rsub"), time("iat") * 1000)
        );
        assert!(session.expires_at == time("exp") * 1000 && target.now() < session.expires_at);
        assert!(claims.get("stt").is_none_or(|kind| *kind == 0));
        true
    });
}

/// A refresh token buys something as it was issued, to the character, or not at all; and what is no token
/// ends no session.
#[test]
fn refresh_tokens() {
    fuzz!("refresh tokens", Vec<Edit>, |edits| {
        let target = Target::get();
        let text = edited(target.refresh.as_bytes(), edits);
        let text = String::from_utf8_lossy(&text);
        let sessions = target.auth.sessions();
        let refreshed = sessions.refresh_without_request(&text, None, TransferMethod::Header);
        let accepted = target.wait(refreshed).is_ok();
        assert_eq!(accepted, text == target.refresh, "{text}");
        accepted
    });
}

/// Cookies are read as RFC 6265 says, whatever stands between and beside them.
#[test]
fn cookie_headers() {
    fuzz!("cookie headers", (Vec<Edit>, Option<Vec<Edit>>), |(
        edits,
        second,
    )| {
        let target = Target::get();
        let line = format!(
            "theme=dark; sAccessToken={}; sRefreshToken={}; last=1",
            target.access, target.refresh
        );
        let mut headers = HeaderMap::new();
        let mut sent = Vec::new();
        for edits in [Some(edits), second.as_ref()].into_iter().flatten() {
            let bytes = edited(line.as_bytes(), edits);
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.append(COOKIE, value);
                sent.extend(bytes);
                sent.push(b'\n');
            }
        }
        let decoded: Vec<u8> = percent_decode(&sent).collect();
        let survives = |token: &str| {
            let is_in = |text: &[u8]| {
                text.windows(token.len())
                    .any(|part| part == token.as_bytes())
            };
            is_in(&sent) || is_in(&decoded)
        };
        let sessions = target.auth.sessions();
        let mut fx = Effects::new();
        let verified = sessions.verify(&Method::GET, &headers, &mut fx, VerifyOptions::default());
        let verified = matches!(target.wait(verified), Ok(Some(_)));
        assert!(!verified || survives(&target.access), "{sent:?}");
        let refreshed = target.wait(sessions.refresh(&headers, &mut fx)).is_ok();
        assert!(!refreshed || survives(&target.refresh), "{sent:?}");
        verified && refreshed
    });
}

/// `Authorization` is read for both tokens; two kinds of credentials never mix.
#[test]
fn authorization_headers() {
    fuzz!("authorization headers", (bool, Vec<Edit>), |(
        refresh,
        edits,
    )| {
        let target = Target::get();
        let token = if *refresh {
            &target.refresh
        } else {
            &target.access
        };
        let bytes = edited(format!("Bearer {token}").as_bytes(), edits);
        let Ok(value) = HeaderValue::from_bytes(&bytes) else {
            return false;
        };
        let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
        let sessions = target.auth.sessions();
        let mut fx = Effects::new();
        let verified = sessions.verify(&Method::POST, &headers, &mut fx, VerifyOptions::default());
        let verified = matches!(target.wait(verified), Ok(Some(_)));
        let refreshed = target.wait(sessions.refresh(&headers, &mut fx)).is_ok();
        let text = String::from_utf8_lossy(&bytes);
        let is_good = text
            .strip_prefix("Bearer ")
            .is_some_and(|text| text.trim() == token);
        assert_eq!(
            (verified, refreshed),
            (is_good && !refresh, is_good && *refresh),
            "{text}"
        );
        is_good
    });
}

/// A path whose dot segments are resolved by the URL parser; those that are percent-encoded are none.
fn without_dots(path: &str) -> String {
    let url = format!("seg://host{}", path.replace('%', "%25"));
    let url = url::Url::parse(&url).expect("an origin and a path");
    url.path().replace("%25", "%")
}

/// Paths, queries and bodies, of every coding: answered, and never by a fault.
#[test]
fn requests() {
    type Input = (u8, Vec<Edit>, Vec<Edit>, u8);
    fuzz!("requests", Input, |(route, path, body, coding)| {
        let target = Target::get();
        let (method, seed) = target::ROUTES[usize::from(*route) % target::ROUTES.len()];
        let path = edited(seed.as_bytes(), path);
        let Ok(uri) = http::Uri::try_from(path.as_slice()) else {
            return false;
        };
        let body = target::coded(&edited(target::BODY.as_bytes(), body), *coding);
        let (status, found) = target.ask(method, uri.clone(), body, *coding);
        assert!(status < 500, "{status} for {uri}");
        // By another road: a path is known if it is one of the routes, without dot segments, up to two
        // trailing slashes and a tenant: `public`, or any at all where it does not matter.
        let plain = without_dots(uri.path());
        let plain = plain.strip_suffix('/').unwrap_or(&plain);
        let plain = plain.strip_suffix('/').unwrap_or(plain);
        let rest = plain.strip_prefix("/auth").unwrap_or_default();
        let is_known = target::ROUTES.iter().any(|(known, path)| {
            let path = path.split('?').next().unwrap_or_default();
            let path = path.strip_prefix("/auth").unwrap_or_default();
            let takes_any_tenant = target::OF_ANY_TENANT.contains(&path);
            let tenant = rest.strip_suffix(path).map(|tenant| {
                let name = tenant.strip_prefix('/').unwrap_or_default();
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                tenant.is_empty()
                    || name.eq_ignore_ascii_case("public")
                    || takes_any_tenant && !name.is_empty() && name.bytes().all(is_name)
            });
            *known == method && tenant.unwrap_or(false)
        });
        assert_eq!(found, is_known, "{method} {uri}");
        found
    });
}

/// The front token says what the access token says, and neither says of the server what the application,
/// or somebody through it, would like.
#[test]
fn front_tokens() {
    const SEED: &str =
        r#"{"role":"admin","é✓":"\u0000?>","n":[1,-2.5,1e9,{"sub":"evil"}],"stt":1,"iss":"x"}"#;
    fuzz!("front tokens", Vec<Edit>, |edits| {
        let target = Target::get();
        let json = edited(SEED.as_bytes(), edits);
        let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(&json) else {
            return false;
        };
        let new = NewSessionFor {
            claims: claims.clone(),
            ..NewSessionFor::user("ana")
        };
        let sessions = target.auth.sessions();
        let begun = target.wait(sessions.create_without_request(new, TransferMethod::Cookie));
        let (session, tokens) = begun.expect("any claims will do");
        let front = STANDARD.decode(&tokens.front_token).expect("it is base64");
        let front: Value = serde_json::from_slice(&front).expect("it is JSON");
        let payload = payload(&tokens.access_token);
        assert_eq!(front["up"], payload);
        assert_eq!(
            (&front["uid"], &front["ate"]),
            (&"ana".into(), &session.expires_at.into())
        );
        assert_eq!(
            (&payload["sub"], &payload["tId"]),
            (&"ana".into(), &"public".into())
        );
        assert_eq!(payload["iss"], "http://localhost:3001/auth");
        assert_eq!(payload.get("stt"), None);
        for (name, value) in &claims {
            if !PROTECTED_CLAIMS.contains(&name.as_str()) && name != "iss" {
                assert_eq!(payload.get(name), Some(value), "{name}");
            }
        }
        true
    });
}

/// A version list is read without a fault, and a version is at least each that is smaller.
#[test]
fn versions() {
    fuzz!("versions", (Vec<Edit>, u8, u8), |(edits, major, minor)| {
        let text = edited(b"1.16,1.17, 2.0,3.1,4.0,4.2", edits);
        let text = String::from_utf8_lossy(&text);
        let version = FdiVersion::parse(Some(&text));
        let (major, minor) = (u64::from(*major), u64::from(*minor));
        if version.at_least(&[major, minor]) {
            assert!(
                version.at_least(&[major, minor.saturating_sub(1)]),
                "{text}"
            );
            assert!(
                version.at_least(&[major.saturating_sub(1), minor]),
                "{text}"
            );
        }
        version.at_least(&[1, 16])
    });
}
