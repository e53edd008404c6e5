//! Tenants as JSON, in the form of the reference's core, and the file with them.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::tenant::Tenant;

const FILE: &str = "AUTH_TENANTS_FILE";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    tenant_id: String,
    first_factors: Option<Vec<String>>,
    #[serde(default)]
    third_party: WrittenThirdParty,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenThirdParty {
    providers: Vec<Map<String, Value>>,
}

/// The tenants of the file that the settings name; none without one.
///
/// # Errors
/// What cannot be read, by the name of the variable. No text holds a value of the file, which may be a secret.
pub(super) fn of_file(config: &Config) -> Result<Vec<Tenant>, String> {
    match config.recipes.get(FILE) {
        "" => Ok(Vec::new()),
        file => read_file(Path::new(file)).map_err(|error| of_variable(&error)),
    }
}

/// What is wrong with the file, with the variable before it.
pub(super) fn of_variable(error: &str) -> String {
    format!("{FILE}: {error}")
}

/// The tenants of a file.
///
/// # Errors
/// What cannot be read.
pub(super) fn read_file(path: &Path) -> Result<Vec<Tenant>, String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let written: Vec<Written> = from_json(&text)?;
    let mut tenants: Vec<Tenant> = Vec::new();
    for one in written {
        let mut tenant = Tenant::new(&one.tenant_id)?;
        tenant.first_factors = one.first_factors;
        tenant.providers = one.third_party.providers;
        let wrong = |error: String| format!("the tenant {}: {error}", tenant.id);
        tenant.check().map_err(wrong)?;
        if tenants.iter().any(|known| known.id == tenant.id) {
            return Err(wrong("it is listed twice".to_owned()));
        }
        tenants.push(tenant);
    }
    Ok(tenants)
}

/// The providers of a file, as a JSON list.
///
/// # Errors
/// What cannot be read.
pub(super) fn read_providers(path: &Path) -> Result<Vec<Map<String, Value>>, String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    from_json(&text)
}

/// The message of a wrong value may quote it, and it may be a secret: only its place is told, and names of keys.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let text = error.to_string();
        let (line, column) = (error.line(), error.column());
        if text.starts_with("unknown field") || text.starts_with("missing field") {
            return text;
        }
        format!("the JSON cannot be read at line {line}, column {column}")
    })
}
