//! `auth-gen init`: the files that a new project begins with.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::json;

use super::console::Console;
use super::{Exit, Outcome};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Path and text of each. The description and appInfo are those of auth-gen itself, so what a
/// newcomer starts from is what our tests run.
const FILES: &[(&str, &str)] = &[
    ("auth.yaml", include_str!("../../spec/auth.yaml")),
    ("appInfo.yaml", include_str!("../../spec/appInfo.yaml")),
    (
        "auth-gen.toml",
        include_str!("../../templates/project/auth-gen.toml"),
    ),
    (
        ".gitignore",
        include_str!("../../templates/project/gitignore"),
    ),
    (
        ".github/workflows/auth-gen.yml",
        include_str!("../../templates/project/workflow.yml"),
    ),
];

pub(super) fn run(console: &Console) -> Outcome {
    refuse_existing()?;
    for (path, text) in FILES {
        create(path, text)?;
    }
    let paths = FILES.iter().map(|(path, _)| *path);
    if console.is_json() {
        console.print_json(&json!({ "written": paths.collect::<Vec<_>>() }))?;
    } else {
        let list: String = paths.map(|path| format!("  {path}\n")).collect();
        console.print(&format!(
            "started a project:\n{list}next:\n  name your application in `appInfo.yaml`\n  \
             `auth-gen dev` generates, builds and runs the server\n  \
             commit all of it, `auth/` too: CI compares that with what the description generates\n"
        ))?;
    }
    Ok(Exit::Done)
}

/// All or nothing: with one of the files there already, none is written.
fn refuse_existing() -> Result<(), Diagnostics> {
    let mut existing: Vec<Diagnostic> = FILES
        .iter()
        .filter(|(path, _)| fs::symlink_metadata(path).is_ok())
        .map(|(path, _)| Diagnostic::error("file-exists", format!("`{path}` is already there")))
        .collect();
    let Some(last) = existing.pop() else {
        return Ok(());
    };
    let mut diagnostics = Diagnostics::default();
    existing.into_iter().for_each(|one| diagnostics.push(one));
    diagnostics.push(last.help("nothing was written; run `auth-gen init` in an empty folder"));
    Err(diagnostics)
}

fn create(path: &str, text: &str) -> Result<(), Diagnostics> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)
        // `create_new`: what appeared since we looked is not overwritten either.
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(path))
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| {
            Diagnostic::error(
                "unwritable-output",
                format!("cannot write `{path}`: {error}"),
            )
            .help(match error.kind() {
                ErrorKind::PermissionDenied => "give yourself the right to write in this folder",
                _ => "see to the cause and run the command again",
            })
            .into()
        })
}
