//! Finding `auth-gen.toml`, and saying what neither it nor the flags name.

use std::path::{Path, PathBuf};

use super::files::read;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::settings::{self, Project};

/// The name of the settings file.
pub(super) const FILE: &str = "auth-gen.toml";

/// What a command may need: its flag, its key in the settings, and what it is.
pub(super) type Input = (&'static str, &'static str, &'static str);

pub(super) const SPEC: Input = ("--spec FILE", "spec", "OpenAPI description");
pub(super) const APP_INFO: Input = ("--app-info FILE", "app_info", "appInfo file");
pub(super) const OUT: Input = ("--out DIR", "out", "output folder");

/// The settings, and where they were found.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) project: Project,
    /// The folder that their paths are relative to; empty for the current one.
    pub(super) home: PathBuf,
    is_found: bool,
}

/// Reads the settings file that a flag names, or else the one of this project, or else none.
pub(super) fn config(flag: Option<&Path>) -> Result<Config, Diagnostics> {
    let Some(path) = flag.map(Path::to_owned).or_else(nearest) else {
        return Ok(Config {
            project: Project::default(),
            home: PathBuf::new(),
            is_found: false,
        });
    };
    Ok(Config {
        project: settings::parse(&read(&path)?)?,
        home: path.parent().unwrap_or(Path::new("")).to_owned(),
        is_found: true,
    })
}

/// The settings file of the current folder or the next folder above, not beyond the repository: what
/// lies outside of it belongs to another project, or to another user.
fn nearest() -> Option<PathBuf> {
    let current = std::env::current_dir().ok()?;
    let mut way = PathBuf::new();
    for folder in current.ancestors() {
        if folder.join(FILE).is_file() {
            return Some(way.join(FILE));
        }
        if folder.join(".git").exists() {
            return None;
        }
        way.push("..");
    }
    None
}

impl Config {
    /// What a flag says, or else the settings, whose paths are relative to them.
    pub(super) fn place(
        &self,
        flag: Option<&PathBuf>,
        setting: fn(&Project) -> &Option<String>,
    ) -> Option<PathBuf> {
        let setting = setting(&self.project).as_ref();
        flag.cloned()
            .or_else(|| setting.map(|path| self.home.join(path)))
    }

    /// What is said about inputs that are not named. Without a settings file that is one thing to do.
    pub(super) fn missing(&self, inputs: &[(Input, bool)]) -> Diagnostics {
        let missing = inputs.iter().filter(|(_, is_missing)| *is_missing);
        let missing: Vec<Input> = missing.map(|(input, _)| *input).collect();
        let mut diagnostics = Diagnostics::default();
        if self.is_found || missing.is_empty() {
            missing
                .into_iter()
                .for_each(|one| diagnostics.push(not_named(one)));
            return diagnostics;
        }
        let flags: Vec<String> = missing
            .iter()
            .map(|(flag, ..)| format!("`{flag}`"))
            .collect();
        let title = format!("there is no `{FILE}` in this folder or in one above it");
        diagnostics.push(Diagnostic::error("missing-setting", title).help(format!(
            "`auth-gen init` starts a project that has it; without it, give {}",
            flags.join(" and ")
        )));
        diagnostics
    }
}

/// An input that neither a flag nor the settings name.
pub(super) fn not_named((flag, key, what): Input) -> Diagnostic {
    Diagnostic::error("missing-setting", format!("no {what} is named")).help(format!(
        "give `{flag}`, or write `{key} = \"…\"` in `{FILE}`"
    ))
}
