//! What the recipe can be set to: a list of providers as JSON, with the keys of the reference.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::tenants::Written;
use crate::config::Config;
use crate::outgoing::Reach;

const PROVIDERS: &str = "AUTH_THIRD_PARTY_PROVIDERS";
const PROVIDERS_FILE: &str = "AUTH_THIRD_PARTY_PROVIDERS_FILE";
const NETWORKS: &str = "AUTH_THIRD_PARTY_NETWORKS";

/// A provider, as the settings describe it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ProviderSettings {
    pub(super) third_party_id: String,
    pub(super) third_party_implementation: Option<String>,
    pub(super) name: Option<String>,
    pub(super) clients: Vec<ClientSettings>,
    pub(super) authorization_endpoint: Option<String>,
    /// A `null` takes a parameter away.
    #[serde(default)]
    pub(super) authorization_endpoint_query_params: Map<String, Value>,
    pub(super) token_endpoint: Option<String>,
    #[serde(default)]
    pub(super) token_endpoint_body_params: Map<String, Value>,
    pub(super) user_info_endpoint: Option<String>,
    #[serde(default)]
    pub(super) user_info_endpoint_query_params: Map<String, Value>,
    #[serde(default)]
    pub(super) user_info_endpoint_headers: Map<String, Value>,
    #[serde(rename = "jwksURI")]
    pub(super) jwks_uri: Option<String>,
    pub(super) oidc_discovery_endpoint: Option<String>,
    /// Whom ID tokens must name as their issuer, where no discovery document says it.
    pub(super) issuer: Option<String>,
    pub(super) require_email: Option<bool>,
    #[serde(default)]
    pub(super) user_info_map: MapsSettings,
    /// Whether tenants without providers of their own have it, beside `public`.
    #[serde(default)]
    pub(super) include_in_non_public_tenants_by_default: bool,
    /// `false` for a provider that does not bear PKCE.
    pub(super) pkce: Option<bool>,
    /// Whether an application may send an access token alone (`oAuthTokens`). Nothing says for whom it was issued:
    /// that of any other application of the provider signs in as well.
    #[serde(default)]
    pub(super) accept_access_tokens: bool,
}

/// A client of a provider.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClientSettings {
    pub(super) client_type: Option<String>,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    /// A file with the secret, in place of it.
    pub(super) client_secret_file: Option<String>,
    pub(super) scope: Option<Vec<String>>,
    #[serde(rename = "forcePKCE", default)]
    pub(super) force_pkce: bool,
    #[serde(default)]
    pub(super) additional_config: Map<String, Value>,
}

/// Where user id, address and its verification stand.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MapsSettings {
    #[serde(default)]
    pub(super) from_id_token_payload: MapSettings,
    #[serde(rename = "fromUserInfoAPI", default)]
    pub(super) from_user_info_api: MapSettings,
}

/// Dotted paths into a JSON object.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MapSettings {
    pub(super) user_id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) email_verified: Option<String>,
}

/// The providers of a server.
///
/// # Errors
/// What cannot be read, by the name of the variable. No text holds a part of the value.
pub(super) fn read(config: &Config) -> Result<Vec<(ProviderSettings, Written)>, String> {
    let given = config.recipes.get(PROVIDERS);
    let file = config.recipes.get(PROVIDERS_FILE);
    let (variable, text) = match (given, file) {
        ("", "") => return Ok(Vec::new()),
        (text, "") => (PROVIDERS, text.to_owned()),
        ("", file) => (
            PROVIDERS_FILE,
            file_text(Path::new(file)).map_err(of(PROVIDERS_FILE))?,
        ),
        _ => {
            return Err(format!(
                "{PROVIDERS}, {PROVIDERS_FILE}: both are set: leave one of them out"
            ));
        }
    };
    let wrong = |error: serde_json::Error| format!("{variable}: {}", without_values(&error));
    let settings: Vec<ProviderSettings> = serde_json::from_str(&text).map_err(wrong)?;
    let written: Vec<Map<String, Value>> = serde_json::from_str(&text).map_err(wrong)?;
    let written = written.into_iter().map(Written);
    Ok(settings.into_iter().zip(written).collect())
}

/// What is wrong with some JSON. The message of a wrong value may quote it, and it may be a secret: only its place is
/// told, and names of keys.
pub(super) fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let is_of_key = ["unknown field", "missing field"]
        .iter()
        .any(|known| text.starts_with(known));
    match error.line() {
        _ if is_of_key => text,
        0 => "a value has another type than it must have".to_owned(),
        line => {
            let column = error.column();
            format!("the JSON cannot be read at line {line}, column {column}")
        }
    }
}

/// How far requests to providers go.
pub(super) fn reach(config: &Config) -> Reach {
    match config.recipes.get(NETWORKS) {
        "loopback" => Reach::Loopback,
        "private" => Reach::Private,
        _ => Reach::Public,
    }
}

/// What is wrong with a provider, with the variable before it.
pub(super) fn of_providers(error: &str) -> String {
    format!("{PROVIDERS}: {error}")
}

/// A small text of a file, without white space around it.
///
/// # Errors
/// It cannot be read.
pub(super) fn file_text(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    Ok(text.trim().to_owned())
}

fn of(variable: &'static str) -> impl Fn(String) -> String {
    move |error| format!("{variable}: {error}")
}
