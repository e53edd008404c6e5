//! A provider, put together of the table and the settings when the server starts.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use super::apple::SignedSecret;
use super::built_in::{self, BuiltIn};
use super::settings::{ClientSettings, MapSettings, ProviderSettings, file_text};
use crate::config::Secret;

/// The longest id that the reference stores.
const LONGEST_ID: usize = 28;

/// What stands behind the base of a discovery document.
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// A provider.
#[derive(Debug, Clone)]
pub(super) struct Provider {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) known: &'static BuiltIn,
    pub(super) clients: Vec<Client>,
    /// Further parameters of the authorisation URL.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) token_parameters: Vec<(String, String)>,
    pub(super) user_info_parameters: Vec<(String, String)>,
    pub(super) user_info_headers: Vec<(String, String)>,
    pub(super) from_id_token: Paths,
    pub(super) from_user_info: Paths,
    pub(super) require_email: bool,
    /// Whether tenants without providers of their own have it, beside `public`.
    pub(super) in_all_tenants: bool,
    pub(super) pkce: bool,
    pub(super) accept_access_tokens: bool,
}

/// A client of a provider, with where the provider is for it.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) client_type: Option<String>,
    pub(super) id: String,
    pub(super) secret: Option<ClientSecret>,
    pub(super) scope: Vec<String>,
    pub(super) force_pkce: bool,
    /// The organisation that users must belong to; `*` for any.
    pub(super) hosted_domain: Option<String>,
    pub(super) endpoints: Endpoints,
}

/// How a client proves at the token endpoint who it is.
#[derive(Debug, Clone)]
pub(super) enum ClientSecret {
    Text(Secret),
    Signed(Arc<SignedSecret>),
}

/// What the settings and the table say; a discovery document fills in the rest.
#[derive(Debug, Clone, Default)]
pub(super) struct Endpoints {
    pub(super) discovery: Option<Url>,
    pub(super) authorization: Option<Url>,
    pub(super) token: Option<Url>,
    pub(super) user_info: Option<Url>,
    pub(super) jwks: Option<Url>,
    pub(super) issuer: Option<String>,
}

/// Dotted paths into what a provider says of a user; an empty one leads nowhere.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) user_id: String,
    pub(super) email: String,
    pub(super) email_verified: String,
}

impl Provider {
    /// Puts one together.
    ///
    /// # Errors
    /// What is wrong with its settings.
    pub(super) fn new(settings: &ProviderSettings) -> Result<Self, String> {
        let id = settings.third_party_id.clone();
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if id.is_empty() || id.len() > LONGEST_ID || !id.chars().all(is_name) {
            return Err(format!(
                "thirdPartyId `{id}`: write 1 to {LONGEST_ID} letters, digits, `.`, `_` or `-`"
            ));
        }
        let wrong = |error: String| format!("provider `{id}`: {error}");
        let implementation = settings.third_party_implementation.as_deref();
        let known = built_in::find(implementation.unwrap_or(&id));
        if settings.clients.is_empty() {
            return Err(wrong("`clients` is empty".to_owned()));
        }
        let mut clients: Vec<Client> = Vec::new();
        for client in &settings.clients {
            let client = Client::new(known, settings, client).map_err(wrong)?;
            let is_known = |other: &Client| other.client_type == client.client_type;
            if settings.clients.len() > 1 && client.client_type.is_none()
                || clients.iter().any(is_known)
            {
                let text = "each of several clients needs a `clientType` of its own";
                return Err(wrong(text.to_owned()));
            }
            clients.push(client);
        }
        let texts = |map: &Map<String, Value>| texts(map).map_err(wrong);
        let mut parameters = pairs(known.parameters);
        for (key, value) in &settings.authorization_endpoint_query_params {
            parameters.retain(|(known, _)| known != key);
            if !value.is_null() {
                parameters.push((key.clone(), text_of(key, value).map_err(wrong)?));
            }
        }
        let mut user_info_parameters = pairs(known.user_info_parameters);
        user_info_parameters.extend(texts(&settings.user_info_endpoint_query_params)?);
        let maps = &settings.user_info_map;
        Ok(Self {
            name: settings.name.clone().unwrap_or_else(|| match known.name {
                "" => id.clone(),
                name => name.to_owned(),
            }),
            known,
            clients,
            parameters,
            token_parameters: texts(&settings.token_endpoint_body_params)?,
            user_info_parameters,
            user_info_headers: texts(&settings.user_info_endpoint_headers)?,
            from_id_token: Paths::new(&maps.from_id_token_payload, built_in::CUSTOM.map),
            from_user_info: Paths::new(&maps.from_user_info_api, known.map),
            require_email: settings.require_email.unwrap_or(known.require_email),
            in_all_tenants: settings.include_in_non_public_tenants_by_default,
            pkce: settings.pkce.unwrap_or(known.pkce),
            accept_access_tokens: settings.accept_access_tokens,
            id,
        })
    }

    /// The client of a type; without a type, the only one.
    pub(super) fn client(&self, client_type: Option<&str>) -> Option<&Client> {
        match (client_type, self.clients.as_slice()) {
            (None, [client]) => Some(client),
            (None, _) => None,
            (Some(_), clients) => {
                let mut clients = clients.iter();
                clients.find(|client| client.client_type.as_deref() == client_type)
            }
        }
    }
}

impl Client {
    fn new(
        known: &'static BuiltIn,
        provider: &ProviderSettings,
        settings: &ClientSettings,
    ) -> Result<Self, String> {
        if settings.client_id.is_empty() {
            return Err("`clientId` is empty".to_owned());
        }
        let additional = &settings.additional_config;
        let secret = match (&settings.client_secret, &settings.client_secret_file) {
            (Some(_), Some(_)) => {
                return Err("write `clientSecret` or `clientSecretFile`, not both".to_owned());
            }
            (Some(secret), None) => Some(ClientSecret::Text(Secret::new(secret.as_str()))),
            (None, Some(file)) => {
                let text = file_text(Path::new(file))?;
                Some(ClientSecret::Text(Secret::new(text)))
            }
            (None, None) if known.signed_secret => Some(ClientSecret::Signed(Arc::new(
                SignedSecret::new(additional)?,
            ))),
            (None, None) => None,
        };
        let scope = settings.scope.clone();
        let scope = scope.unwrap_or_else(|| {
            let scope = known.scope.iter();
            scope.map(|scope| (*scope).to_owned()).collect()
        });
        let hosted_domain = known.hosted_domain.then(|| {
            let domain = additional.get("hd").and_then(Value::as_str);
            domain.unwrap_or("*").to_owned()
        });
        Ok(Self {
            client_type: settings.client_type.clone(),
            id: settings.client_id.clone(),
            secret,
            scope,
            force_pkce: settings.force_pkce || known.force_pkce,
            hosted_domain,
            endpoints: Endpoints::new(known, provider, additional)?,
        })
    }

    /// Whether the provider is asked for an ID token.
    pub(super) fn is_openid(&self) -> bool {
        self.scope.iter().any(|scope| scope == "openid")
    }
}

impl Endpoints {
    fn new(
        known: &'static BuiltIn,
        settings: &ProviderSettings,
        additional: &Map<String, Value>,
    ) -> Result<Self, String> {
        let fill = |template: &str| -> Result<String, String> {
            let mut text = template.to_owned();
            for (key, default) in known.additional {
                let place = format!("{{{key}}}");
                if !text.contains(&place) {
                    continue;
                }
                let value = additional.get(*key).and_then(Value::as_str).or(*default);
                let value = value.ok_or_else(|| format!("`additionalConfig` needs `{key}`"))?;
                text = text.replace(&place, value.trim_end_matches('/'));
            }
            Ok(text)
        };
        let url = |key: &str, own: &Option<String>, known: Option<&str>| {
            let text = match (own, known) {
                (Some(own), _) => own.clone(),
                (None, Some(template)) => fill(template)?,
                (None, None) => return Ok(None),
            };
            let url = Url::parse(&text).map_err(|error| format!("`{key}`: {error}"))?;
            if matches!(url.scheme(), "http" | "https") {
                Ok(Some(url))
            } else {
                Err(format!("`{key}`: write a URL with https"))
            }
        };
        let own = &settings.oidc_discovery_endpoint;
        let mut discovery = url("oidcDiscoveryEndpoint", own, known.discovery)?;
        if let Some(discovery) = &mut discovery
            && !known.prefix.is_empty()
            && !discovery.path().ends_with(WELL_KNOWN)
        {
            let path = format!("{}{WELL_KNOWN}", discovery.path().trim_end_matches('/'));
            discovery.set_path(&path);
        }
        let own = &settings.authorization_endpoint;
        let endpoints = Self {
            authorization: url("authorizationEndpoint", own, known.authorization)?,
            token: url("tokenEndpoint", &settings.token_endpoint, known.token)?,
            user_info: url(
                "userInfoEndpoint",
                &settings.user_info_endpoint,
                known.user_info,
            )?,
            jwks: url("jwksURI", &settings.jwks_uri, None)?,
            issuer: settings.issuer.clone(),
            discovery,
        };
        if endpoints.discovery.is_some() {
            return Ok(endpoints);
        }
        for (key, is_there) in [
            ("authorizationEndpoint", endpoints.authorization.is_some()),
            ("tokenEndpoint", endpoints.token.is_some()),
        ] {
            if !is_there {
                return Err(format!("needs `oidcDiscoveryEndpoint`, or `{key}`"));
            }
        }
        // Without its issuer an ID token is not verified (OpenID Connect Core 1.0, §3.1.3.7), so none is used.
        if endpoints.jwks.is_some() && endpoints.issuer.is_none() {
            return Err("`jwksURI` needs `issuer`".to_owned());
        }
        if endpoints.jwks.is_none() && endpoints.user_info.is_none() {
            return Err("needs `userInfoEndpoint`, or `jwksURI` with `issuer`".to_owned());
        }
        Ok(endpoints)
    }

    /// What the issuer of a discovery document must be: the URL without what is added to it (OpenID Connect
    /// Discovery 1.0, §4.3).
    pub(super) fn issuer_of_discovery(&self) -> Option<String> {
        let url = self.discovery.as_ref()?.as_str();
        url.strip_suffix(WELL_KNOWN).map(str::to_owned)
    }
}

impl Paths {
    fn new(settings: &MapSettings, defaults: [&str; 3]) -> Self {
        let path =
            |own: &Option<String>, default: &str| own.clone().unwrap_or_else(|| default.to_owned());
        let [user_id, email, email_verified] = defaults;
        Self {
            user_id: path(&settings.user_id, user_id),
            email: path(&settings.email, email),
            email_verified: path(&settings.email_verified, email_verified),
        }
    }
}

fn pairs(table: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    table.iter().map(pair).collect()
}

fn texts(map: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let mut texts = Vec::new();
    for (key, value) in map {
        texts.push((key.clone(), text_of(key, value)?));
    }
    Ok(texts)
}

fn text_of(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("`{key}`: write a string")),
    }
}
