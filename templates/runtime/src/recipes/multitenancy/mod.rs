//! Tenants: they are stored in a table, and one operation tells in which ways their users sign in.
//!
//! Rules:
//! - the tenant of a request is looked up once, for all operations, before anything of the request is read (`web`);
//!   what the table says holds for the next request, on all servers of a database: nothing is cached, since the read is
//!   one of a primary key;
//! - a tenant that does not exist has no operations. `public` always exists;
//! - a first factor that a tenant does not allow signs no user in, whatever the operation (`Call::tenant_settings`);
//! - providers of a tenant are stored encrypted where secrets are configured, since their clients have secrets;
//! - operators and applications make and change tenants (`Tenants`, the command `tenants`, a file); no operation of the
//!   HTTP API does.

mod command;
pub mod contract;
mod request;
mod settings;
mod sql;
mod tenants;
#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;

use async_trait::async_trait;
pub(crate) use command::COMMAND;
pub use contract::{LOGIN_METHODS, LoginMethods};
pub use request::LoginMethodsRequest;
use serde_json::{Value, json};
pub use tenants::{Deletion, Tenants};

use crate::auth::{Auth, Directory, Recipe};
use crate::call::Call;
use crate::config::Config;
use crate::error::Error;
use crate::shapes::{MethodState, OfferedProvider, ProviderState};
use crate::tenant::{PUBLIC_TENANT, Tenant};

/// The id of passkeys on the wire, for applications that answer their operations.
const PASSKEYS: &str = "webauthn";

/// The ids of all first factors behind the flag `passwordless`.
const PASSWORDLESS: [&str; 4] = ["otp-email", "otp-phone", "link-email", "link-phone"];

/// The recipe.
pub(crate) struct Multitenancy;

#[async_trait]
impl Recipe for Multitenancy {
    fn check(&self, config: &Config) -> Result<(), String> {
        settings::of_file(config).map(drop)
    }

    async fn start(&self, auth: &Auth) -> Result<(), String> {
        let tenants = auth.tenants();
        let encrypted = tenants.encrypt_again().await;
        encrypted.map_err(|error| error.to_string())?;
        let listed = settings::of_file(auth.config())?;
        match tenants.set_all(&listed).await {
            Ok(_) => Ok(()),
            Err(Error::BadInput(text)) => Err(settings::of_variable(&text)),
            Err(error) => Err(error.to_string()),
        }
    }

    fn directory(&self) -> Option<&dyn Directory> {
        Some(self)
    }
}

#[async_trait]
impl Directory for Multitenancy {
    async fn find(&self, auth: &Auth, id: &str) -> Result<Option<Tenant>, Error> {
        let found = auth.tenants().get(id).await?;
        Ok(found.or_else(|| (id == PUBLIC_TENANT).then(Tenant::public)))
    }
}

/// Answers in which ways users of the tenant sign in, for clients of the type that the query may name.
///
/// # Errors
/// [`Error::BadInput`] for a type of clients that no provider knows.
pub async fn login_methods(call: &mut Call) -> Result<LoginMethods, Error> {
    let LoginMethodsRequest { client_type } = call.request::<LoginMethods>()?;
    let (auth, tenant) = (call.auth(), call.tenant_settings());
    let mut providers: Vec<OfferedProvider> = Vec::new();
    for recipe in auth.recipes() {
        providers.extend(recipe.providers(auth, tenant, client_type.as_deref())?);
    }
    let first_factors = first_factors(call);
    let has = |factor: &str| first_factors.iter().any(|known| known == factor);
    let state = |enabled| MethodState { enabled };
    let email_password = state(has("emailpassword"));
    let passwordless = state(PASSWORDLESS.iter().any(|factor| has(factor)));
    let webauthn = state(has(PASSKEYS));
    let third_party = ProviderState {
        enabled: has("thirdparty"),
        providers,
    };
    Ok(LoginMethods::Ok {
        recipes: nested(&email_password, &third_party, &passwordless, &first_factors),
        email_password,
        third_party,
        webauthn,
        passwordless,
        first_factors,
    })
}

/// What the published description has one level down.
fn nested(
    email_password: &MethodState,
    third_party: &ProviderState,
    passwordless: &MethodState,
    first_factors: &[String],
) -> Value {
    let providers = third_party.providers.iter();
    let providers: Vec<Value> = providers
        .map(|provider| match &provider.name {
            Some(name) => json!({ "id": provider.id, "name": name }),
            None => json!({ "id": provider.id }),
        })
        .collect();
    json!({
        "emailPassword": { "enabled": email_password.enabled },
        "thirdParty": { "enabled": third_party.enabled, "providers": providers },
        "passwordless": { "enabled": passwordless.enabled },
        "firstFactors": first_factors,
    })
}

/// The first factors of a tenant: those that the server offers, or those of them that the tenant lists. What no recipe
/// knows is up to the application, and stays on the list.
fn first_factors(call: &Call) -> Vec<String> {
    let auth = call.auth();
    let recipes = auth.recipes().iter();
    let all = recipes.filter_map(|recipe| recipe.factors(auth.config()));
    let (mut known, mut offered) = (Vec::new(), Vec::new());
    for factors in all {
        known.extend(factors.known);
        if call.has_sign_in(factors.recipe) {
            offered.extend(factors.offered);
        }
    }
    if call.has_sign_in(PASSKEYS) {
        offered.push(PASSKEYS);
    }
    let Some(listed) = &call.tenant_settings().first_factors else {
        return offered.into_iter().map(str::to_owned).collect();
    };
    let mut first_factors: Vec<String> = Vec::new();
    for factor in listed {
        let is_offered = offered.contains(&factor.as_str()) || !known.contains(&factor.as_str());
        if is_offered && !first_factors.contains(factor) {
            first_factors.push(factor.clone());
        }
    }
    first_factors
}
