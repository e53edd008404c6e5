//! `Api` → `Tree`: every file of the output, in memory.
//!
//! Decisions were made in `lower`; here they are only written down. Nothing fails: what could was
//! a diagnostic before.

mod nextjs;
mod runtime;
mod rust;
#[cfg(test)]
pub(crate) mod sample;
mod sections;
mod typescript;

use crate::ir::Api;
use crate::settings::Settings;
use crate::tree::Tree;

/// Every file of the output.
///
/// # Panics
/// When an emitted Rust file does not parse: a bug of ours, named by file, line and column.
pub(crate) fn emit(api: &Api, settings: &Settings) -> Tree {
    let mut tree = Tree::default();
    runtime::emit(api, &mut tree);
    rust::emit(api, settings, &mut tree);
    typescript::emit(api, settings, &mut tree);
    tree
}

pub(crate) use nextjs::emit as nextjs;

/// The name under which the server holds a copy of its spec.
pub(crate) fn spec_copy(api: &Api) -> &'static str {
    if api.spec_name.ends_with(".json") {
        "openapi.json"
    } else {
        "openapi.yaml"
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    /// The emitted sources of the sample.
    fn sources() -> Vec<(String, String)> {
        let tree = emit(&sample::api(), &Settings::default());
        tree.iter()
            .filter(|(path, _)| path.starts_with("server/src/api/"))
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect()
    }

    #[test]
    fn what_is_emitted_is_what_rustfmt_would_write() {
        for (path, text) in sources() {
            let rustfmt = Command::new("rustfmt")
                .args([
                    "--edition",
                    "2024",
                    "--style-edition",
                    "2024",
                    "--emit",
                    "stdout",
                ])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn();
            // Not every machine has it; ours and CI's do.
            let Ok(mut rustfmt) = rustfmt else { return };
            let mut input = rustfmt.stdin.take().expect("it was asked for");
            input.write_all(text.as_bytes()).expect("rustfmt reads");
            drop(input);
            let output = rustfmt.wait_with_output().expect("rustfmt ends");
            let formatted = String::from_utf8(output.stdout).expect("it is Rust");
            similar_lines(&path, &text, &formatted);
        }
    }

    fn similar_lines(path: &str, ours: &str, theirs: &str) {
        let diff = similar::TextDiff::from_lines(ours, theirs);
        let diff = diff.unified_diff().header("ours", "rustfmt").to_string();
        assert!(diff.is_empty(), "{path}\n{diff}");
    }
}
