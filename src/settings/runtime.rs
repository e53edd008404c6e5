//! `runtime`: where the generated server gets its runtime from.

use toml::Spanned;
use toml::de::DeValue;

use super::Reader;

/// Where the runtime comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RuntimeSource {
    /// A copy of it stands beside the generated code, in `server/runtime`.
    #[default]
    Vendored,
    /// Cargo gets this version from the registry.
    Version(String),
    /// Cargo gets it from a Git repository.
    Git(String),
    /// It stands in a folder, which is relative to the manifest of the server.
    Path(String),
}

impl RuntimeSource {
    /// What the manifest of the server says behind `auth-runtime = `.
    pub(crate) fn dependency(&self) -> String {
        match self {
            Self::Vendored => "{ path = \"runtime\" }".to_owned(),
            Self::Version(version) => format!("{{ version = {version:?} }}"),
            Self::Git(url) => format!("{{ git = {url:?} }}"),
            Self::Path(path) => format!("{{ path = {path:?} }}"),
        }
    }
}

impl Reader<'_> {
    /// `"vendored"`, or a table with one of three keys.
    pub(super) fn runtime(&mut self, value: &Spanned<DeValue<'_>>) -> RuntimeSource {
        const HELP: &str = "write `runtime = \"vendored\"`, or a table with one key: \
                            `{ version = \"…\" }`, `{ git = \"…\" }` or `{ path = \"…\" }`";
        if value.get_ref().as_str() == Some("vendored") {
            return RuntimeSource::Vendored;
        }
        let table = value.get_ref().as_table();
        let mut entries = table.into_iter().flatten();
        if let (Some((key, inner)), None) = (entries.next(), entries.next()) {
            let make = match key.get_ref().as_ref() {
                "version" => RuntimeSource::Version,
                "git" => RuntimeSource::Git,
                "path" => RuntimeSource::Path,
                _ => {
                    self.wrong_type(value, "where the runtime comes from", HELP);
                    return RuntimeSource::default();
                }
            };
            let text = self.text(inner).map(str::to_owned);
            return text.map_or_else(RuntimeSource::default, make);
        }
        self.wrong_type(value, "where the runtime comes from", HELP);
        RuntimeSource::default()
    }
}
