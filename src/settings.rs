//! `auth-gen.toml`: where the input is, where the output goes, and what its packages are called.
//!
//! Only text is read here; the CLI finds the file, resolves the paths in it relative to it, and lets
//! its flags win.

mod dev;
mod names;
mod nextjs;
mod runtime;
#[cfg(test)]
mod tests;
mod warnings;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics, WarningLevels, closest};
use crate::source::{SourceFile, Span};

pub use dev::DevProgram;
pub(crate) use names::is_app_id;
use names::{is_cargo_name, is_npm_name};
pub use nextjs::{Nextjs, Router, Runtime};
pub use runtime::{Feature, RuntimeSource};

/// What of the output the spec does not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Package name of the generated server; its library is always called `auth_server`.
    pub server_package: String,
    /// Package name of the generated client.
    pub client_package: String,
    /// Whether the server's manifest opens a workspace of its own, so that one around it does not
    /// claim it.
    pub standalone_workspace: bool,
    /// Where the server gets its runtime from.
    pub runtime: RuntimeSource,
    /// What of the runtime the server is built with, beside the recipes that the description asks for.
    pub features: Vec<Feature>,
    /// Whether requests of the application's own operations are checked against the limits of the description
    /// (`minLength`, `pattern`, …) before its methods run.
    pub check_constraints: bool,
    /// Which app the server is, as `AUTH_APP_ID` says it: two projects on one host (`localhost`) need
    /// different ones, or they share the names of their cookies. `None` leaves it to the environment.
    pub app_id: Option<String>,
    /// Whether `.env.example` and `auth-gen dev` refuse the most common passwords, as `AUTH_PASSWORD_BLOCK_LIST` says it.
    /// The server itself does so by its environment alone.
    pub block_common_passwords: bool,
    /// What a Next.js application gets; `None` where there is none.
    pub nextjs: Option<Nextjs>,
    /// What is done about warnings.
    pub warnings: WarningLevels,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server_package: "auth-server".to_owned(),
            client_package: "auth-client".to_owned(),
            standalone_workspace: true,
            runtime: RuntimeSource::default(),
            features: Feature::DEFAULT.to_vec(),
            check_constraints: true,
            app_id: None,
            block_common_passwords: false,
            nextjs: None,
            warnings: WarningLevels::default(),
        }
    }
}

/// The whole file; what is not in it is `None`, or the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// The OpenAPI description.
    pub spec: Option<String>,
    /// The appInfo file.
    pub app_info: Option<String>,
    /// The output folder.
    pub out: Option<String>,
    /// The folder of the Next.js application.
    pub nextjs_out: Option<String>,
    /// The program that `auth-gen dev` runs in place of the generated one.
    pub dev: Option<DevProgram>,
    /// The rest.
    pub settings: Settings,
}

/// Reads the file.
///
/// # Errors
/// With all that is wrong in it: TOML itself, unknown keys, values of another type, package names
/// that Cargo or npm would refuse.
pub fn parse(source: &SourceFile) -> Result<Project, Diagnostics> {
    let root = DeTable::parse(source.text()).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        Diagnostic::error("invalid-toml", "this is not valid TOML")
            .at(span(source, range), error.message().trim())
    })?;
    let mut reader = Reader {
        source,
        diagnostics: Diagnostics::default(),
    };
    let mut project = Project::default();
    reader.table("", root.get_ref(), &mut project);
    // The table is sorted by key.
    reader.diagnostics.sort_by_place();
    if reader.diagnostics.has_errors() {
        Err(reader.diagnostics)
    } else {
        Ok(project)
    }
}

/// The keys of each table, as users write them.
const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "spec", "app_info", "out", "runtime", "server", "client", "nextjs", "dev", "warnings",
        ],
    ),
    (
        "server",
        &[
            "package",
            "standalone_workspace",
            "app_id",
            "block_common_passwords",
            "features",
            "check_constraints",
        ],
    ),
    ("client", &["package"]),
    ("dev", &["bin", "manifest"]),
    ("nextjs", &["out", "router", "runtime", "session"]),
    ("warnings", &["allow", "deny"]),
];

struct Reader<'a> {
    source: &'a SourceFile,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn table(&mut self, name: &str, table: &DeTable<'_>, project: &mut Project) {
        for (key, value) in table {
            let settings = &mut project.settings;
            match (name, key.get_ref().as_ref()) {
                ("", "spec") => project.spec = self.path(value),
                ("", "app_info") => project.app_info = self.path(value),
                ("", "out") => project.out = self.path(value),
                ("", "runtime") => settings.runtime = self.runtime(value),
                ("", "dev") => project.dev = self.dev(value),
                ("", inner @ ("server" | "client" | "nextjs" | "warnings")) => {
                    if let Some(table) = value.get_ref().as_table() {
                        if inner == "nextjs" {
                            settings.nextjs.get_or_insert_default();
                        }
                        self.table(inner, table, project);
                    } else {
                        let help = format!("write `[{inner}]`, and its keys on the lines below");
                        self.wrong_type(value, "a table", &help);
                    }
                }
                ("server", "package") => {
                    if let Some(package) = self.package(value, is_cargo_name, "Cargo") {
                        settings.server_package = package;
                    }
                }
                ("client", "package") => {
                    if let Some(package) = self.package(value, is_npm_name, "npm") {
                        settings.client_package = package;
                    }
                }
                ("server", "standalone_workspace") => {
                    if let Some(standalone) = self.flag(value) {
                        settings.standalone_workspace = standalone;
                    }
                }
                ("server", "check_constraints") => {
                    if let Some(check) = self.flag(value) {
                        settings.check_constraints = check;
                    }
                }
                ("server", "block_common_passwords") => {
                    if let Some(block) = self.flag(value) {
                        settings.block_common_passwords = block;
                    }
                }
                ("server", "features") => {
                    if let Some(features) = self.features(value) {
                        settings.features = features;
                    }
                }
                ("server", "app_id") => settings.app_id = self.app_id(value),
                ("nextjs", "out") => project.nextjs_out = self.path(value),
                ("nextjs", part @ ("router" | "runtime" | "session")) => {
                    let nextjs = settings.nextjs.get_or_insert_default();
                    match part {
                        "router" => self.choice(value, Router::NAMES, &mut nextjs.router),
                        "runtime" => self.choice(value, Runtime::NAMES, &mut nextjs.runtime),
                        _ => nextjs.session = self.flag(value).unwrap_or_default(),
                    }
                }
                ("warnings", "allow") => settings.warnings.allow = self.codes(value),
                ("warnings", "deny") => {
                    settings.warnings.deny = self.flag(value).unwrap_or_default();
                }
                _ => self.unknown(name, key),
            }
        }
    }

    fn unknown(&mut self, table: &str, key: &Spanned<std::borrow::Cow<'_, str>>) {
        let known = KEYS
            .iter()
            .find(|(name, _)| *name == table)
            .map_or(&[][..], |(_, keys)| keys);
        let written = key.get_ref().as_ref();
        // `appInfo` and `app-info` are `app_info` in another spelling, however many letters differ.
        let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
        let near = known
            .iter()
            .copied()
            .find(|known| plain(known) == plain(written))
            .or_else(|| closest(written, known.iter().copied()));
        let elsewhere = KEYS.iter().find(|(_, keys)| keys.contains(&written));
        let help = match (elsewhere, near) {
            (Some(("", _)), _) => "it belongs above the first table".to_owned(),
            (Some((table, _)), _) => format!("it belongs under `[{table}]`"),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!("known here: {}", list(known)),
        };
        let place = match table {
            "" => String::new(),
            _ => format!(" in `[{table}]`"),
        };
        self.diagnostics.push(
            Diagnostic::error(
                "unknown-setting",
                format!("unknown setting `{written}`{place}"),
            )
            .at(span(self.source, key.span()), "")
            .help(help),
        );
    }

    fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, wanted: &str, help: &str) {
        let found = value.get_ref().type_str();
        self.diagnostics.push(
            Diagnostic::error(
                "invalid-setting",
                format!("expected {wanted}, found {found}"),
            )
            .at(span(self.source, value.span()), "")
            .help(help),
        );
    }

    fn text<'v>(&mut self, value: &'v Spanned<DeValue<'_>>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, "a string", "put the value between quotation marks");
        }
        text
    }

    fn app_id(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = self.text(value)?;
        if is_app_id(text) {
            return Some(text.to_owned());
        }
        self.diagnostics.push(
            Diagnostic::error("invalid-setting", format!("`{text}` is no id of an app"))
                .at(span(self.source, value.span()), "")
                .help("use 1 to 64 letters, digits, `-` and `_`"),
        );
        None
    }

    fn flag(&mut self, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            let help = "write it without quotation marks";
            self.wrong_type(value, "`true` or `false`", help);
        }
        flag
    }

    fn choice<T: Copy>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        names: &[(&str, T)],
        place: &mut T,
    ) {
        let Some(text) = self.text(value) else { return };
        match names.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => *place = *choice,
            None => {
                let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                self.diagnostics.push(
                    Diagnostic::error("invalid-setting", format!("`{text}` is not known here"))
                        .at(span(self.source, value.span()), "")
                        .help(format!("known here: {}", list(&known))),
                );
            }
        }
    }

    fn path(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = self.text(value)?;
        if text.is_empty() {
            self.diagnostics.push(
                Diagnostic::error("invalid-setting", "expected a path, found nothing")
                    .at(span(self.source, value.span()), "")
                    .help("paths are relative to this file; `.` is the folder that it lies in"),
            );
            return None;
        }
        Some(text.to_owned())
    }

    fn package(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        is_valid: fn(&str) -> bool,
        tool: &str,
    ) -> Option<String> {
        let text = self.text(value)?;
        if is_valid(text) {
            return Some(text.to_owned());
        }
        self.diagnostics.push(
            Diagnostic::error(
                "invalid-setting",
                format!("`{text}` is no package name that {tool} takes"),
            )
            .at(span(self.source, value.span()), "")
            .help("use lower-case letters, digits and `-`, and begin with a letter"),
        );
        None
    }
}

fn span(source: &SourceFile, range: Range<usize>) -> Span {
    Span {
        file: source.clone(),
        range,
    }
}

fn list(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}
