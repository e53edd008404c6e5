//! `settings`: what is set, to what, and where.

use crate::Config;
use crate::app_info::AppInfoDefaults;
use crate::config::Sources;
use crate::config::variables::{self, Kind, Variable, key};
use clap::Args;
use serde_json::{Map, Value, json};

use super::{Done, Failure, table};

/// What stands for a value that must not be shown.
const MASK: &str = "***";

/// Lists the settings in force and where each comes from; secrets are masked.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print the JSON Schema of the settings file, for editors
    #[arg(long, conflicts_with = "json")]
    schema: bool,
}

/// A setting with its value.
struct Row {
    key: String,
    name: &'static str,
    /// That of the table; none for a variable that appInfo alone reads.
    variable: Option<&'static Variable>,
    /// The value that is set, or the default as documents have it.
    value: String,
    from: String,
}

impl Settings {
    /// Reads all settings, and opens nothing.
    pub(super) fn run(&self, app_info: &AppInfoDefaults) -> Result<Done, Failure> {
        if self.schema {
            return Ok(Done::Well(format!("{:#}", schema(app_info))));
        }
        let sources = Sources::of_process(&app_info.variables());
        Config::from_sources(app_info, &sources)?;
        let rows = rows(app_info, &sources);
        Ok(Done::Well(if self.json {
            format!("{:#}", as_json(&rows))
        } else {
            let rows: Vec<_> = rows
                .into_iter()
                .map(|row| [row.key, row.value, row.from, row.name.to_owned()])
                .collect();
            table(&["SETTING", "VALUE", "FROM", "VARIABLE"], &rows)
        }))
    }
}

/// The settings of this program: not those of recipes that it is built without.
fn known() -> impl Iterator<Item = &'static Variable> {
    variables::of(|recipe| recipe.is_built)
}

fn rows(app_info: &AppInfoDefaults, sources: &Sources) -> Vec<Row> {
    let of_app_info = app_info.variables().into_iter().map(|name| (name, None));
    let settings = known().map(|variable| (variable.name, Some(variable)));
    let mut rows: Vec<Row> = Vec::new();
    for (name, variable) in of_app_info.chain(settings) {
        // One variable may serve two fields of appInfo.
        if rows.iter().any(|row| row.name == name) {
            continue;
        }
        let found = sources.get(name);
        let is_secret = variable.is_some_and(|variable| variable.is_secret);
        let value = match (found, variable) {
            (Some(_), _) if is_secret => MASK.to_owned(),
            (Some(found), _) => found.text.clone(),
            (None, Some(variable)) => variable.default.replace('`', ""),
            (None, None) => "as appInfo says".to_owned(),
        };
        let from = found.map_or("default".to_owned(), |found| found.source.to_string());
        rows.push(Row {
            key: key(name),
            name,
            variable,
            value,
            from,
        });
    }
    rows
}

fn as_json(rows: &[Row]) -> Value {
    let rows = rows.iter().map(|row| {
        let mut members = json!({
            "setting": row.key,
            "variable": row.name,
            "value": row.value,
            "from": row.from,
        });
        if let Some(variable) = row.variable {
            members["type"] = json!(variable.kind.name());
            members["default"] = json!(variable.default);
            members["meaning"] = json!(variable.meaning);
            members["secret"] = json!(variable.is_secret);
        }
        members
    });
    rows.collect()
}

/// The JSON Schema (2020-12) of the settings file. Keys can stand in tables as well; the schema has them in one.
fn schema(app_info: &AppInfoDefaults) -> Value {
    let mut properties = Map::new();
    for name in app_info.variables() {
        let described = json!({ "type": "string", "description": format!("Read by appInfo. Variable: `{name}`") });
        properties.insert(key(name), described);
    }
    for variable in known() {
        let key = key(variable.name);
        if variable.is_secret {
            let described = json!({
                "type": "string",
                "description": format!("The path of a file with the value of `{}`. {}", variable.name, variable.meaning),
            });
            properties.insert(format!("{key}_file"), described);
        }
        properties.insert(key, property(variable));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The settings of an auth server",
        "type": "object",
        "properties": properties,
    })
}

fn property(variable: &Variable) -> Value {
    let mut schema = match variable.kind {
        Kind::Number => json!({ "type": "integer", "minimum": 0 }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::List => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Text => json!({ "type": "string" }),
    };
    if !variable.choices.is_empty() {
        schema["enum"] = json!(variable.choices);
    }
    schema["description"] = json!(format!(
        "{}. Default: {}. Variable: `{}`",
        variable.meaning, variable.default, variable.name
    ));
    schema
}
