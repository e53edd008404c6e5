//! `runtime`: where the generated server gets its runtime from.

use toml::Spanned;
use toml::de::DeValue;

use super::Reader;
use crate::catalog;

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
    /// What the manifest of the server says behind `auth-runtime = `, with these Cargo features, a line for each.
    pub(crate) fn dependency<'a>(&self, features: impl IntoIterator<Item = &'a str>) -> String {
        let place = match self {
            Self::Vendored => "path = \"runtime\"".to_owned(),
            Self::Version(version) => format!("version = {version:?}"),
            Self::Git(url) => format!("git = {url:?}"),
            Self::Path(path) => format!("path = {path:?}"),
        };
        let features = features.into_iter().map(|name| format!("\n    {name:?},"));
        let mut features: String = features.collect();
        if !features.is_empty() {
            features.push('\n');
        }
        format!("{{ {place}, default-features = false, features = [{features}] }}")
    }
}

/// A Cargo feature of the runtime: what a server may do without, so that it compiles fewer packages, or a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feature(&'static str);

impl Feature {
    /// Text messages: phone numbers, and the services that send. In a server alone that has an operation for them.
    pub const SMS: Self = Self("sms");

    /// The default: traces, PostgreSQL, text messages and mail. The recipes that the description asks for are
    /// turned on in any case.
    pub const DEFAULT: [Self; 4] = [Self("otel"), Self("postgres"), Self::SMS, Self("smtp")];

    /// The one of this name.
    fn named(name: &str) -> Option<Self> {
        catalog::features().find(|known| *known == name).map(Self)
    }

    /// Its name in the settings and in the manifest of the runtime.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl Reader<'_> {
    /// A list of features; `None` where it is wrong.
    pub(super) fn features(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<Feature>> {
        let known = catalog::features().collect::<Vec<_>>().join(", ");
        let help = format!("write a list of these: {known}");
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(value, "a list", &help);
            return None;
        };
        let mut features = Vec::new();
        for entry in list {
            match entry.get_ref().as_str().and_then(Feature::named) {
                Some(feature) => features.push(feature),
                None => self.wrong_type(entry, "the name of a feature", &help),
            }
        }
        features.sort();
        features.dedup();
        Some(features)
    }

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

#[cfg(test)]
mod tests {
    use crate::settings::{Project, parse};
    use crate::source::SourceFile;

    fn read(text: &str) -> Result<Project, String> {
        let source = SourceFile::new("auth-gen.toml", text);
        parse(&source).map_err(|diagnostics| diagnostics.render(false))
    }

    #[test]
    fn the_runtime_is_a_copy_unless_the_settings_name_another_place() {
        let dependency = |text: &str| {
            let settings = read(text).expect(text).settings;
            let features = settings.features.iter().map(|feature| feature.name());
            let text = settings.runtime.dependency(features);
            text.replace("\n    ", " ").replace(",\n", " ")
        };
        let all =
            "default-features = false, features = [ \"otel\", \"postgres\", \"sms\", \"smtp\" ]";
        assert_eq!(dependency(""), format!("{{ path = \"runtime\", {all} }}"));
        assert_eq!(
            dependency("runtime = { version = \"1.2\" }"),
            format!("{{ version = \"1.2\", {all} }}")
        );
        let some = "runtime = { path = \"../r\" }\n[server]\nfeatures = [\"smtp\", \"otel\"]";
        assert_eq!(
            dependency(some),
            "{ path = \"../r\", default-features = false, features = [ \"otel\", \"smtp\" ] }"
        );
        assert_eq!(
            dependency("[server]\nfeatures = []"),
            "{ path = \"runtime\", default-features = false, features = [] }"
        );
    }

    #[test]
    fn what_is_no_place_and_no_feature_is_refused_with_the_cure() {
        for wrong in [
            "runtime = \"registry\"",
            "runtime = { url = \"x\" }",
            "runtime = { git = \"a\", path = \"b\" }",
            "runtime = 1",
        ] {
            let error = read(wrong).expect_err(wrong);
            assert!(error.contains("`{ version = \"…\" }`"), "{error}");
        }
        for wrong in ["features = [\"oracle\"]", "features = \"smtp\""] {
            let text = format!("[server]\n{wrong}");
            let error = read(&text).expect_err(&text);
            for known in ["otel", "passwords", "postgres", "sms", "smtp"] {
                assert!(error.contains(known), "{error}");
            }
        }
    }
}
