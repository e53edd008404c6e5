//! The providers of each tenant.
//!
//! Rules:
//! - a tenant with providers of its own has these alone. Without any, `public` has all providers of the settings, and
//!   every other tenant those that the settings include in other tenants (`includeInNonPublicTenantsByDefault`);
//! - a provider of a tenant completes itself from the provider of its id in the settings. A secret of the settings is
//!   sent nowhere but where the settings say: a provider of a tenant that has no clients of its own may only change
//!   how it is shown and read (`HARMLESS`), and one that has clients has these alone, with what is sent beside them (`SENT`);
//! - a provider of a tenant names no files: an application may hand out the right to set it, and the content of a file
//!   would be sent to the provider.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Providers;
use super::provider::Provider;
use super::settings::{self, ProviderSettings};
use crate::error::Error;
use crate::shapes::OfferedProvider;
use crate::tenant::{PUBLIC_TENANT, Tenant};

/// What a provider of a tenant may change of one of the settings while it uses its clients.
const HARMLESS: [&str; 4] = ["thirdPartyId", "name", "requireEmail", "userInfoMap"];

/// What the server sends to the provider beside the secret of a client, and which may be secret as well: of the settings
/// where the clients are.
const SENT: [&str; 3] = [
    "tokenEndpointBodyParams",
    "userInfoEndpointHeaders",
    "userInfoEndpointQueryParams",
];

/// A provider of the settings, and how it is written there.
#[derive(Debug)]
pub(super) struct OfSettings {
    pub(super) provider: Provider,
    pub(super) written: Written,
}

/// A provider as JSON. It hides its secrets.
pub(super) struct Written(pub(super) Map<String, Value>);

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written")
    }
}

impl Providers {
    /// A provider of a tenant.
    ///
    /// # Errors
    /// [`Error::BadInput`] if the tenant has none of this id; [`Error::Internal`] if it does not fit the settings any
    /// more.
    pub(super) fn find(&self, tenant: &Tenant, id: &str) -> Result<Cow<'_, Provider>, Error> {
        let unknown = || {
            let text = format!("the provider {id} could not be found in the configuration");
            Error::bad_input(text)
        };
        if tenant.providers.is_empty() {
            let mut all = self.included(tenant);
            let found = all.find(|provider| provider.id == id);
            return found.map(Cow::Borrowed).ok_or_else(unknown);
        }
        let mut own = tenant.providers.iter();
        let own = own.find(|own| id_of(own) == Some(id)).ok_or_else(unknown)?;
        let provider = completed(&self.all, own);
        let provider = provider.map_err(|error| wrong(tenant, &error))?;
        Ok(Cow::Owned(provider))
    }

    /// The providers that a tenant offers to clients of a type. Those without a client of the type are left out.
    ///
    /// # Errors
    /// [`Error::BadInput`] for a type that no provider of the tenant knows; [`Error::Internal`] as with
    /// [`Self::find`].
    pub(super) fn offered(
        &self,
        tenant: &Tenant,
        client_type: Option<&str>,
    ) -> Result<Vec<OfferedProvider>, Error> {
        let all: Vec<Cow<'_, Provider>> = if tenant.providers.is_empty() {
            self.included(tenant).map(Cow::Borrowed).collect()
        } else {
            let own = tenant.providers.iter();
            let own = own.map(|own| completed(&self.all, own).map(Cow::Owned));
            let own: Result<_, String> = own.collect();
            own.map_err(|error| wrong(tenant, &error))?
        };
        let has_client = |provider: &&Cow<'_, Provider>| provider.client(client_type).is_some();
        let offered: Vec<_> = all.iter().filter(has_client).collect();
        if let Some(client_type) = client_type
            && offered.is_empty()
            && !all.is_empty()
        {
            let text = format!("Could not find client config for clientType: {client_type}");
            return Err(Error::bad_input(text));
        }
        let offered = offered.into_iter().map(|provider| OfferedProvider {
            id: provider.id.clone(),
            name: Some(provider.name.clone()),
        });
        Ok(offered.collect())
    }

    /// The providers of the settings that a tenant without own ones has.
    fn included(&self, tenant: &Tenant) -> impl Iterator<Item = &Provider> {
        let is_public = tenant.id == PUBLIC_TENANT;
        let all = self.all.iter().map(|known| &known.provider);
        all.filter(move |provider| is_public || provider.in_all_tenants)
    }
}

/// Refuses a tenant whose providers cannot work.
///
/// # Errors
/// What is wrong, without any secret.
pub(super) fn check(all: &[OfSettings], tenant: &Tenant) -> Result<(), String> {
    let mut ids = Vec::new();
    for own in &tenant.providers {
        let provider = completed(all, own)?;
        if ids.contains(&provider.id) {
            return Err(format!("provider `{}`: it is listed twice", provider.id));
        }
        ids.push(provider.id);
    }
    Ok(())
}

/// A provider of a tenant, completed from the one of its id in the settings.
fn completed(all: &[OfSettings], own: &Map<String, Value>) -> Result<Provider, String> {
    let id = id_of(own).ok_or("a provider of a tenant needs a `thirdPartyId`")?;
    let wrong = |error: &str| format!("provider `{id}`: {error}");
    if names_a_file(own) {
        let error = "a provider of a tenant names no files: write the secret itself";
        return Err(wrong(error));
    }
    let mut known = all.iter();
    let known = known.find(|known| known.provider.id == id);
    if !own.contains_key("clients") {
        if known.is_none() {
            return Err(wrong("`clients` is missing"));
        }
        if let Some(key) = own.keys().find(|key| !HARMLESS.contains(&key.as_str())) {
            return Err(wrong(&format!(
                "`{key}` needs `clients` of its own: those of the settings are for the provider of the settings"
            )));
        }
    }
    let mut all = known.map_or_else(Map::new, |known| known.written.0.clone());
    if own.contains_key("clients") {
        all.retain(|key, _| !SENT.contains(&key.as_str()));
    }
    for (key, value) in own {
        match (all.get_mut(key), value) {
            (Some(Value::Object(under)), Value::Object(over)) if key == "userInfoMap" => {
                merge(under, over);
            }
            _ => {
                all.insert(key.clone(), value.clone());
            }
        }
    }
    let settings: ProviderSettings = serde_json::from_value(Value::Object(all))
        .map_err(|error| wrong(&settings::without_values(&error)))?;
    Provider::new(&settings)
}

fn merge(under: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(Value::Object(under)), Value::Object(over)) => merge(under, over),
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

fn id_of(provider: &Map<String, Value>) -> Option<&str> {
    provider.get("thirdPartyId").and_then(Value::as_str)
}

fn names_a_file(provider: &Map<String, Value>) -> bool {
    let clients = provider.get("clients").and_then(Value::as_array);
    clients.into_iter().flatten().any(|client| {
        let additional = client.get("additionalConfig");
        client.get("clientSecretFile").is_some()
            || additional.is_some_and(|additional| additional.get("privateKeyFile").is_some())
    })
}

fn wrong(tenant: &Tenant, error: &str) -> Error {
    Error::internal(format!("the tenant {}: {error}", tenant.id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_settings_send_to_a_provider_is_not_sent_where_a_tenant_says() {
        let written = json!({
            "thirdPartyId": "own",
            "clients": [{"clientId": "c", "clientSecret": "s"}],
            "authorizationEndpoint": "https://provider.test/authorize",
            "tokenEndpoint": "https://provider.test/token",
            "userInfoEndpoint": "https://provider.test/user",
            "tokenEndpointBodyParams": {"key": "hidden"},
            "userInfoEndpointHeaders": {"x-api-key": "hidden"},
            "userInfoEndpointQueryParams": {"key": "hidden"},
        });
        let settings = serde_json::from_value(written.clone()).expect("they are complete");
        let provider = Provider::new(&settings).expect("it can be built");
        let written = Written(written.as_object().expect("an object").clone());
        let all = [OfSettings { provider, written }];
        let completed =
            |own: Value| completed(&all, own.as_object().expect("an object")).expect("it is right");
        let named = completed(json!({"thirdPartyId": "own", "name": "Ours"}));
        assert_eq!(named.token_parameters.len(), 1);
        assert_eq!(named.user_info_headers.len(), 1);
        assert_eq!(named.user_info_parameters.len(), 1);
        let moved = completed(json!({
            "thirdPartyId": "own",
            "clients": [{"clientId": "theirs"}],
            "tokenEndpoint": "https://other.test/token",
            "userInfoEndpoint": "https://other.test/user",
            "userInfoEndpointHeaders": {"x-theirs": "1"},
        }));
        assert!(moved.token_parameters.is_empty(), "{moved:?}");
        assert!(moved.user_info_parameters.is_empty(), "{moved:?}");
        let theirs = [("x-theirs".to_owned(), "1".to_owned())];
        assert_eq!(moved.user_info_headers, theirs);
    }
}
