//! The appInfo file: what the application is called and where it lives.
//!
//! The format goes by the file's extension: YAML, JSON, TOML, or the TypeScript or JavaScript that
//! the application has already, which is read and never run. A value may be a variable of the
//! environment of the generated server: `${NAME}` or `${NAME:-default}` in the data formats,
//! `process.env.NAME ?? "default"` and its like in scripts.
//!
//! One reader for each format hands over a `value::Object`; `check` makes an [`AppInfo`] of it.

mod check;
mod data;
mod script;
#[cfg(test)]
mod tests;
mod toml;
mod value;

use self::value::Findings;
use crate::diagnostic::Diagnostics;
use crate::source::SourceFile;

// The rules of the generated server, and so the very same file.
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the generated server uses more of this file than the generator"
)]
#[path = "../templates/server/src/app_info.rs"]
mod rules;

/// A value of appInfo: a text, or an environment variable of the generated server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A fixed text, as it was written.
    Text(String),
    /// Read from the environment when the generated server starts.
    Env {
        /// Name of the variable.
        name: String,
        /// What holds where it is not set; without it the server asks for the variable.
        default: Option<String>,
    },
}

/// appInfo as the file gives it, checked but not yet normalised; the fields of wire facts §2.
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
        let path = given.unwrap_or(rules::DEFAULT_BASE_PATH);
        rules::normalise_path(path).expect("parse() has checked the path")
    }
}

impl Setting {
    /// The text that holds where no variable is set.
    pub(crate) fn default_text(&self) -> Option<&str> {
        match self {
            Setting::Text(text) => Some(text),
            // An empty default says no more than none, as an empty variable does.
            Setting::Env { default, .. } => {
                let default = default.as_deref();
                default.filter(|text| !text.trim().is_empty())
            }
        }
    }
}

/// The extensions of scripts that [`parse`] takes.
const SCRIPTS: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "jsx"];

/// Reads an appInfo file; also gives the warnings where nothing is wrong.
pub(crate) fn parse(file: &SourceFile) -> Result<(AppInfo, Diagnostics), Diagnostics> {
    let mut findings = Findings::new(file);
    let name = file.name().to_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let object = match extension {
        "yaml" | "yml" | "json" => data::read(&mut findings),
        "toml" => toml::read(&mut findings),
        script if SCRIPTS.contains(&script) => script::read(script, &mut findings),
        _ => {
            findings.error(
                "app-info-unknown-format",
                format!("the format of `{}` is not known", file.name()),
                0..0,
                "",
                "the name must end in .yaml, .yml, .json, .toml, .ts, .tsx, .mts, .cts, .js, .mjs, .cjs \
                 or .jsx",
            );
            None
        }
    };
    match object {
        Some(object) => check::check(&object, findings),
        None => Err(findings.into_inner()),
    }
}
