//! Where a setting comes from.
//!
//! Rule: the first of these that has a value counts: the variable; the file that `<NAME>_FILE` names, for settings that
//! may be secret; the settings file; the file that its key `<key>_file` names. The settings file is the one of
//! `AUTH_SETTINGS_FILE`, or `auth.toml` in the working directory where there is one. Paths are relative to the working
//! directory, wherever they stand.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use super::file::{self, Known};
use super::variables::{self, Variable, key};

/// The settings file where no other one is named.
const DEFAULT_FILE: &str = "auth.toml";
const SETTINGS_FILE: &str = "AUTH_SETTINGS_FILE";

/// What the settings file cannot set: its own name, and what a library reads from the environment.
const ENVIRONMENT_ONLY: [&str; 2] = [SETTINGS_FILE, "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The variable of the setting.
    Environment,
    /// The file that this variable names.
    FileOfVariable(String),
    /// This place of the settings file.
    SettingsFile(String),
    /// The file that is named at this place of the settings file.
    FileOfSettingsFile(String),
}

/// A value that is set, and where.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) source: Source,
}

/// All settings that are set.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    found: BTreeMap<String, Found>,
    /// What is wrong with the files.
    pub(super) errors: Vec<String>,
}

impl Sources {
    /// Those of the process. `app_info` are the variables that appInfo reads.
    pub(crate) fn of_process(app_info: &[&str]) -> Self {
        // A value that is not Unicode is refused where it is read, and not taken for one that is not set.
        let lossy = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Self::read(app_info, Path::new(""), |name| {
            std::env::var_os(name).map(lossy)
        })
    }

    /// Those of any environment, with paths that are relative to a folder.
    pub(super) fn read(
        app_info: &[&str],
        folder: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Self {
        // An empty variable counts as one that is not set.
        let set = |name: &str| environment(name).filter(|text| !text.trim().is_empty());
        let mut sources = Self::default();
        let names = variables::all().map(|variable| variable.name);
        for name in names.chain(app_info.iter().copied()) {
            if let Some(text) = set(name) {
                sources.add(name, text, Source::Environment);
            }
        }
        let files = with_files();
        for (name, variable) in &files {
            if let Some(path) = set(name) {
                let read = secret(&folder.join(&path));
                sources.add_secret(variable, read, name, Source::FileOfVariable(name.clone()));
            }
        }
        let known = known(app_info, &files);
        sources.add_file(&known, &files, folder, set(SETTINGS_FILE).as_deref());
        sources
    }

    /// The value of a setting.
    pub(crate) fn get(&self, name: &str) -> Option<&Found> {
        self.found.get(name)
    }

    /// What a message about a setting begins with: the name of its variable, or its key and place in a file.
    pub(crate) fn label(&self, name: &str) -> String {
        match self.found.get(name).map(|found| &found.source) {
            Some(Source::SettingsFile(place) | Source::FileOfSettingsFile(place)) => {
                format!("{} ({place})", key(name))
            }
            Some(Source::FileOfVariable(variable)) => variable.clone(),
            Some(Source::Environment) | None => name.to_owned(),
        }
    }

    /// Adds what the settings file has and nothing before it had.
    fn add_file(
        &mut self,
        known: &BTreeMap<String, Known<'_>>,
        files: &SecretFiles,
        folder: &Path,
        named: Option<&str>,
    ) {
        let name = named.unwrap_or(DEFAULT_FILE);
        let text = match std::fs::read_to_string(folder.join(name)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => return,
            Err(error) => {
                let setting = named.map_or(DEFAULT_FILE, |_| SETTINGS_FILE);
                let message = format!("{setting}: cannot read {name}: {error}");
                self.errors.push(message);
                return;
            }
        };
        let (entries, errors) = file::read(name, &text, known);
        self.errors.extend(errors);
        for (name, entry) in &entries {
            let place = entry.place.clone();
            let Some(variable) = files.get(name) else {
                self.add(name, entry.text.clone(), Source::SettingsFile(place));
                continue;
            };
            let label = format!("{} ({place})", key(name));
            if entries.contains_key(variable.name) {
                let other = key(variable.name);
                self.errors
                    .push(format!("{label}: leave out this or `{other}`"));
            } else if !self.found.contains_key(variable.name) {
                let read = secret(&folder.join(&entry.text));
                self.add_secret(variable, read, &label, Source::FileOfSettingsFile(place));
            }
        }
    }

    fn add(&mut self, name: &str, text: String, source: Source) {
        let found = Found { text, source };
        self.found.entry(name.to_owned()).or_insert(found);
    }

    fn add_secret(
        &mut self,
        variable: &Variable,
        read: Result<String, String>,
        label: &str,
        source: Source,
    ) {
        match read {
            Err(message) => self.errors.push(format!("{label}: {message}")),
            Ok(_) if self.found.contains_key(variable.name) => {
                let name = variable.name;
                self.errors.push(format!(
                    "{label}: {name} is set as well: leave out one of them"
                ));
            }
            Ok(text) => self.add(variable.name, text, source),
        }
    }
}

/// The settings that may be secret and so can stand in a file of their own, by the names of the variables that name the
/// file. No such name is that of another setting.
pub(super) type SecretFiles = BTreeMap<String, &'static Variable>;

pub(super) fn with_files() -> SecretFiles {
    let secrets = variables::all().filter(|variable| variable.is_secret);
    let mut files: SecretFiles = secrets
        .map(|variable| (format!("{}_FILE", variable.name), variable))
        .collect();
    for other in variables::all() {
        files.remove(other.name);
    }
    files
}

/// What a settings file may have, by keys.
fn known<'a>(app_info: &[&'a str], files: &SecretFiles) -> BTreeMap<String, Known<'a>> {
    let of_app_info = app_info
        .iter()
        .map(|name| (key(name), Known::AppInfo(name)));
    let secrets = files
        .iter()
        .map(|(name, variable)| (key(name), Known::SecretFile(variable)));
    let settings = variables::all().map(|variable| {
        let known = if ENVIRONMENT_ONLY.contains(&variable.name) {
            Known::EnvironmentOnly(variable.name)
        } else {
            Known::Setting(variable)
        };
        (key(variable.name), known)
    });
    of_app_info.chain(secrets).chain(settings).collect()
}

/// The content of a file that holds a secret, without the end of its last line.
fn secret(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{} is empty", path.display()));
    }
    Ok(text.to_owned())
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::FileOfVariable(variable) => write!(f, "file of {variable}"),
            Self::SettingsFile(place) => f.write_str(place),
            Self::FileOfSettingsFile(place) => write!(f, "file named at {place}"),
        }
    }
}
