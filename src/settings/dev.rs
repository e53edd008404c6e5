//! `[dev]`: which program `auth-gen dev` runs.

use toml::Spanned;
use toml::de::DeValue;

use super::{Reader, span};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A program of the user, which runs in place of the generated one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevProgram {
    /// The name of its binary target.
    pub bin: String,
    /// Where the name stands, for errors.
    pub place: Span,
    /// The manifest of its package or workspace, relative to the settings; `None` for the nearest one.
    pub manifest: Option<String>,
}

impl Reader<'_> {
    /// The whole table; `None` where it names no program, or is wrong.
    pub(super) fn dev(&mut self, value: &Spanned<DeValue<'_>>) -> Option<DevProgram> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(
                value,
                "a table",
                "write `[dev]`, and its keys on the lines below",
            );
            return None;
        };
        let (mut bin, mut manifest) = (None, None);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "bin" => bin = self.text(value).map(|name| (name.to_owned(), value.span())),
                "manifest" => manifest = self.path(value),
                _ => self.unknown("dev", key),
            }
        }
        let Some((bin, range)) = bin else {
            if manifest.is_some() {
                self.diagnostics.push(
                    Diagnostic::error("invalid-setting", "`[dev]` names no program")
                        .at(span(self.source, value.span()), "")
                        .help("write `bin = \"…\"`, the name of a program of that manifest"),
                );
            }
            return None;
        };
        Some(DevProgram {
            bin,
            place: span(self.source, range),
            manifest,
        })
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
    fn a_program_has_a_name_and_may_have_a_manifest() {
        let dev = |text: &str| read(text).expect(text).dev;
        assert_eq!(dev("[dev]\n"), None);
        let program = dev("[dev]\nbin = \"shop\"\n").expect("a program");
        assert_eq!((program.bin.as_str(), program.manifest), ("shop", None));
        assert_eq!(program.place.text(), "\"shop\"");
        let program = dev("[dev]\nmanifest = \"../Cargo.toml\"\nbin = \"shop\"\n");
        let manifest = program.expect("a program").manifest;
        assert_eq!(manifest.as_deref(), Some("../Cargo.toml"));
    }

    #[test]
    fn what_names_no_program_is_refused() {
        for (text, expected) in [
            ("dev = \"shop\"", "write `[dev]`"),
            ("[dev]\nbin = true", "expected a string"),
            ("[dev]\nbinary = \"shop\"", "known here: `bin`, `manifest`"),
            (
                "[dev]\nmanifest = \"Cargo.toml\"",
                "`[dev]` names no program",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(expected), "{error}");
        }
    }
}
