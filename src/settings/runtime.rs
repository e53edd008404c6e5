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
    pub(crate) fn dependency(&self, features: &[Feature]) -> String {
        let place = match self {
            Self::Vendored => "path = \"runtime\"".to_owned(),
            Self::Version(version) => format!("version = {version:?}"),
            Self::Git(url) => format!("git = {url:?}"),
            Self::Path(path) => format!("path = {path:?}"),
        };
        let features = features
            .iter()
            .map(|feature| format!("{:?}", feature.name()));
        let features = features.collect::<Vec<_>>().join(", ");
        format!("{{ {place}, default-features = false, features = [{features}] }}")
    }
}

/// What a server may do without, so that it compiles fewer packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Traces, sent to an OpenTelemetry collector.
    Otel,
    /// PostgreSQL as the database, beside SQLite.
    Postgres,
    /// Text messages: phone numbers, and the services that send. In a server alone that has an operation for them.
    Sms,
    /// Mail: by way of an SMTP server, or into the development outbox.
    Smtp,
}

impl Feature {
    /// All of them, which is the default.
    pub const ALL: [Self; 4] = [Self::Otel, Self::Postgres, Self::Sms, Self::Smtp];

    /// Its name in the settings and in the manifest of the runtime.
    pub fn name(self) -> &'static str {
        match self {
            Self::Otel => "otel",
            Self::Postgres => "postgres",
            Self::Sms => "sms",
            Self::Smtp => "smtp",
        }
    }
}

impl Reader<'_> {
    /// A list of features; `None` where it is wrong.
    pub(super) fn features(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Vec<Feature>> {
        let known = Feature::ALL.map(Feature::name).join(", ");
        let help = format!("write a list of these: {known}");
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(value, "a list", &help);
            return None;
        };
        let mut features = Vec::new();
        for entry in list {
            let name = entry.get_ref().as_str();
            let feature = Feature::ALL
                .into_iter()
                .find(|feature| Some(feature.name()) == name);
            match feature {
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
            settings.runtime.dependency(&settings.features)
        };
        let all =
            "default-features = false, features = [\"otel\", \"postgres\", \"sms\", \"smtp\"]";
        assert_eq!(dependency(""), format!("{{ path = \"runtime\", {all} }}"));
        assert_eq!(
            dependency("runtime = { version = \"1.2\" }"),
            format!("{{ version = \"1.2\", {all} }}")
        );
        assert_eq!(
            dependency("runtime = { path = \"../r\" }\n[server]\nfeatures = [\"smtp\", \"otel\"]"),
            "{ path = \"../r\", default-features = false, features = [\"otel\", \"smtp\"] }"
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
            assert!(error.contains("otel, postgres, sms, smtp"), "{error}");
        }
    }
}
