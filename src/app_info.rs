//! The appInfo file: the name and the domains of the application.
//!
//! The file's extension decides the format: YAML, JSON, TOML, or the TypeScript or JavaScript that
//! the application has already, which is read and never run. A value may be a variable of the
//! environment of the generated server: `${NAME}` or `${NAME:-default}` in the data formats,
//! `process.env.NAME ?? "default"` and its like in scripts.
//!
//! One reader for each format returns a `value::Object`; `check` makes an [`AppInfo`] of it.

mod check;
mod data;
mod script;
mod setting;
#[cfg(test)]
mod tests;
mod toml;
mod value;

pub use self::setting::{Change, Condition, Setting};

use self::value::{Findings, Object, Value};
use crate::diagnostic::Diagnostics;
use crate::source::{Files, SourceFile, Span};

// The rules of the generated server, and so the very same file.
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the generated server uses more of this file than the generator"
)]
#[path = "../templates/runtime/src/app_info.rs"]
mod rules;

/// Where appInfo comes from.
#[derive(Debug, Clone)]
pub struct AppInfoSource {
    /// The file.
    pub file: SourceFile,
    /// The export or variable of a script, where several of its objects could be meant.
    pub name: Option<String>,
    /// Where a script finds the files that it imports.
    pub files: Files,
}

/// A file that imports nothing.
impl From<SourceFile> for AppInfoSource {
    fn from(file: SourceFile) -> Self {
        Self {
            file,
            name: None,
            files: Files::default(),
        }
    }
}

/// appInfo as the file gives it, checked but not yet normalised; the fields of docs/protocol.md#application-info.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// `appName`.
    pub app_name: Setting,
    /// `apiDomain`.
    pub api_domain: Setting,
    /// `apiBasePath`; `/auth` when absent.
    pub api_base_path: Option<Setting>,
    /// `apiGatewayPath`; empty when absent.
    pub api_gateway_path: Option<Setting>,
    /// `websiteDomain`; it or `origin` is there.
    pub website_domain: Option<Setting>,
    /// `origin`; wins over `websiteDomain`.
    pub origin: Option<Setting>,
    /// `websiteBasePath`; `/auth` when absent.
    pub website_base_path: Option<Setting>,
}

impl AppInfo {
    /// The path of the auth APIs, normalised, where no variable is set: `/auth`.
    pub(crate) fn default_api_base_path(&self) -> String {
        let given = self.api_base_path.as_ref().and_then(Setting::default_text);
        let path = given.unwrap_or_else(|| rules::DEFAULT_BASE_PATH.to_owned());
        rules::normalise_path(&path).expect("parse() has checked the path")
    }
}

/// The extensions of scripts that [`parse`] takes.
const SCRIPTS: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "jsx"];

/// The extensions of components that hold scripts.
const COMPONENTS: [&str; 2] = ["svelte", "vue"];

/// A field as it was read.
#[derive(Debug)]
pub(crate) struct ReadField {
    /// Its name.
    pub(crate) name: String,
    /// Its value.
    pub(crate) setting: Setting,
    /// Where the value stands.
    pub(crate) place: Span,
}

/// What reading a file gave: its fields, and whether they make an appInfo.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The fields that have a value, in the order in which people write them.
    pub(crate) fields: Vec<ReadField>,
    /// appInfo and the warnings about it, or all that is wrong with it.
    pub(crate) outcome: Result<(AppInfo, Diagnostics), Diagnostics>,
}

/// Reads an appInfo file; also gives the warnings where nothing is wrong.
pub(crate) fn parse(source: &AppInfoSource) -> Result<(AppInfo, Diagnostics), Diagnostics> {
    read(source).outcome
}

/// Reads an appInfo file, and says what it read even where something is wrong.
pub(crate) fn read(source: &AppInfoSource) -> Reading {
    let mut findings = Findings::new(&source.file);
    match object(source, &mut findings) {
        Some(object) => Reading {
            fields: fields(&object),
            outcome: check::check(&object, findings),
        },
        None => Reading {
            fields: Vec::new(),
            outcome: Err(findings.into_inner()),
        },
    }
}

fn fields(object: &Object) -> Vec<ReadField> {
    let fields = object
        .entries
        .iter()
        .filter_map(|entry| match &entry.value {
            Value::Setting(setting) if check::is_field(&entry.key) => Some(ReadField {
                name: entry.key.clone(),
                setting: setting.clone(),
                place: entry.place.clone(),
            }),
            _ => None,
        });
    let mut fields: Vec<ReadField> = fields.collect();
    fields.sort_by_key(|field| check::rank(&field.name));
    fields
}

fn object(source: &AppInfoSource, findings: &mut Findings) -> Option<Object> {
    let name = source.file.name().to_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "yaml" | "yml" | "json" => data::read(findings),
        "toml" => toml::read(findings),
        script if SCRIPTS.contains(&script) || COMPONENTS.contains(&script) => {
            script::read(script, source.name.as_deref(), source.files, findings)
        }
        _ => {
            findings.error(
                "app-info-unknown-format",
                format!("the format of `{}` is not known", source.file.name()),
                findings.span(0..0),
                "",
                "the name must end in .yaml, .yml, .json, .toml, .ts, .tsx, .mts, .cts, .js, .mjs, .cjs, \
                 .jsx, .svelte or .vue",
            );
            None
        }
    }
}
