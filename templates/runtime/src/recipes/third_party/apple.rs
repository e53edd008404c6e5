//! What is Apple's own: a client secret that the server signs, and a form in place of a redirect.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::request::CallbackAppleRequest;
use super::settings::file_text;
use super::{CallbackApple, redirects};
use crate::call::Call;
use crate::crypto::keys::{Algorithm, SigningKey};
use crate::error::Error;

/// How long a secret works, in seconds: it is made for one request.
const SECRET_SECONDS: i64 = 300;

const AUDIENCE: &str = "https://appleid.apple.com";

/// What Apple's form may hold.
const FIELDS: [&str; 5] = ["state", "code", "id_token", "user", "error"];

/// What signs client secrets (Apple, "Creating a client secret").
#[derive(Debug)]
pub(super) struct SignedSecret {
    team_id: String,
    key: SigningKey,
}

impl SignedSecret {
    /// Reads `keyId`, `teamId` and `privateKey` (or `privateKeyFile`).
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub(super) fn new(additional: &Map<String, Value>) -> Result<Self, String> {
        let text = |key: &str| additional.get(key).and_then(Value::as_str);
        let needed = |key: &str| {
            let missing = || format!("needs `clientSecret`, or `{key}` in `additionalConfig`");
            text(key).ok_or_else(missing)
        };
        let pem = match (text("privateKey"), text("privateKeyFile")) {
            // Variables of the environment often have the two characters in place of a line break.
            (Some(pem), None) => pem.replace("\\n", "\n"),
            (None, Some(file)) => file_text(Path::new(file))?,
            _ => {
                return Err(
                    "`additionalConfig` needs one of `privateKey` and `privateKeyFile`".into(),
                );
            }
        };
        let lines = pem.lines().map(str::trim);
        let body: String = lines.filter(|line| !line.starts_with("-----")).collect();
        let unreadable = || "`privateKey` is no private key of Apple (PKCS#8, P-256)".to_owned();
        let der = STANDARD.decode(body).map_err(|_| unreadable())?;
        let key = SigningKey::parse(needed("keyId")?, Algorithm::Es256, &der);
        Ok(Self {
            team_id: needed("teamId")?.to_owned(),
            key: key.map_err(|_| unreadable())?,
        })
    }

    /// A secret for a client, at this time in milliseconds.
    ///
    /// # Errors
    /// The random generator failed.
    pub(super) fn sign(&self, client_id: &str, now: i64) -> Result<String, Error> {
        let now = now / 1000;
        let claims = json!({
            "iss": self.team_id,
            "iat": now,
            "exp": now + SECRET_SECONDS,
            "aud": AUDIENCE,
            "sub": client_id,
        });
        match claims {
            Value::Object(claims) => self.key.sign(None, &claims),
            _ => Err(Error::internal("claims are an object")),
        }
    }
}

/// The URL of the page that the form of Apple belongs to, with the values of the form.
///
/// The page writes the target into `state`, and so can an attacker who makes a user send such a form: only targets on
/// origins of the website are accepted (RFC 9700 §4.11, open redirectors).
///
/// # Errors
/// [`Error::BadInput`] where `state` names no page of the website.
pub(super) fn page(call: &Call) -> Result<String, Error> {
    let CallbackAppleRequest { form } = call.request::<CallbackApple>()?;
    let field = |name: &str| {
        let mut fields = form.iter().filter(|(key, _)| key == name);
        fields.next().map(|(_, value)| value.as_str())
    };
    let no_page = || Error::bad_input("the state names no page of the website");
    let state = field("state")
        .and_then(redirects::state)
        .ok_or_else(no_page)?;
    let target = state.get("frontendRedirectURI").and_then(Value::as_str);
    let target = target.and_then(|target| redirects::of_website(call.auth().config(), target));
    let mut target = target.ok_or_else(no_page)?;
    let kept: Vec<(String, String)> = target
        .query_pairs()
        .filter(|(key, _)| !FIELDS.contains(&key.as_ref()))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let sent = form
        .iter()
        .filter(|(key, _)| FIELDS.contains(&key.as_str()));
    target
        .query_pairs_mut()
        .clear()
        .extend_pairs(kept.iter().chain(sent));
    Ok(target.into())
}
