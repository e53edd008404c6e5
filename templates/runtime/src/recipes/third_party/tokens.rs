//! Exchanges the code of a provider for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use serde_json::Value;

use super::documents::Metadata;
use super::failure::Failure;
use super::provider::{Client, ClientSecret, Provider};
use crate::outgoing::Outgoing;

/// The longest error code that goes into the log.
const LONGEST_ERROR: usize = 60;

/// The tokens that a provider or an application sends.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Tokens {
    /// An access token of the provider.
    pub access_token: Option<String>,
    /// An ID token of the provider.
    pub id_token: Option<String>,
}

/// What came back with the user.
pub(super) struct Code<'a> {
    pub(super) code: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: Option<&'a str>,
}

/// Exchanges a code for tokens.
///
/// # Errors
/// The provider refuses it, or cannot be asked.
pub(super) async fn exchange(
    http: &Outgoing,
    provider: &Provider,
    client: &Client,
    metadata: &Metadata,
    code: &Code<'_>,
    now: i64,
) -> Result<Tokens, Failure> {
    let url = metadata.token.as_ref();
    let url = url.ok_or_else(|| Failure::Misconfigured("it has no token endpoint".to_owned()))?;
    let mut fields = Vec::new();
    let mut add = |key: &str, value: &str| fields.push((key.to_owned(), value.to_owned()));
    add("client_id", &client.id);
    add("redirect_uri", code.redirect_uri);
    add("code", code.code);
    add("grant_type", "authorization_code");
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::ACCEPT, json);
    let secret = match &client.secret {
        Some(ClientSecret::Text(secret)) => Some(secret.expose().to_owned()),
        Some(ClientSecret::Signed(secret)) => Some(
            secret
                .sign(&client.id, now)
                .map_err(|error| Failure::Misconfigured(error.to_string()))?,
        ),
        None => None,
    };
    match secret {
        Some(secret) if metadata.basic => {
            headers.insert(header::AUTHORIZATION, basic(&client.id, &secret)?);
        }
        Some(secret) => add("client_secret", &secret),
        None => {}
    }
    if let Some(verifier) = code.verifier {
        add("code_verifier", verifier);
    }
    for (key, value) in &provider.token_parameters {
        fields.retain(|(known, _)| known != key);
        fields.push((key.clone(), value.clone()));
    }
    let answer = http.post_form(url, headers, &fields).await?;
    if answer.status.is_server_error() {
        let status = answer.status.as_u16();
        return Err(Failure::Unreachable(format!(
            "its token endpoint answered {status}"
        )));
    }
    let json: Value = serde_json::from_slice(&answer.body).map_err(|_| {
        let status = answer.status.as_u16();
        Failure::Unreachable(format!("its token endpoint answered {status} without JSON"))
    })?;
    // Some answer 200 with an error.
    if !answer.status.is_success() || json.get("error").is_some() {
        return Err(refusal(&json));
    }
    let tokens: Tokens = serde_json::from_value(json)
        .map_err(|_| Failure::Unreachable("its tokens are no texts".to_owned()))?;
    if tokens.access_token.is_none() && tokens.id_token.is_none() {
        return Err(Failure::Unreachable("it gave no token".to_owned()));
    }
    Ok(tokens)
}

/// Whose fault an error is: that of the code, or that of the settings.
fn refusal(json: &Value) -> Failure {
    // Facebook answers an object.
    let error = json.get("error");
    let code = error.and_then(|error| error.as_str().or_else(|| error.get("type")?.as_str()));
    let code = code.unwrap_or("an error");
    // RFC 6749 §5.2: printable ASCII. It goes into the log.
    let is_code = code.len() <= LONGEST_ERROR && code.bytes().all(|b| b.is_ascii_graphic());
    let code = if is_code { code } else { "an error" };
    let why = format!("its token endpoint answered {code}");
    match code {
        "invalid_client"
        | "unauthorized_client"
        | "unsupported_grant_type"
        | "incorrect_client_credentials"
        | "redirect_uri_mismatch" => Failure::Misconfigured(why),
        _ => Failure::Refused(why),
    }
}

/// RFC 6749 §2.3.1: both are encoded as in a form before they are joined.
fn basic(id: &str, secret: &str) -> Result<HeaderValue, Failure> {
    let encode =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    let mut value = HeaderValue::from_str(&format!("Basic {pair}"))
        .map_err(|error| Failure::Misconfigured(error.to_string()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let value = basic("my client:1", "s%+&é").expect("it is a header");
        let pair = STANDARD.encode("my+client%3A1:s%25%2B%26%C3%A9");
        assert_eq!(value, format!("Basic {pair}"));
        assert!(value.is_sensitive());
    }
}
