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

/// What the template of the settings has where the project's own id belongs.
const APP_ID: &str = "app_id = \"app\" ";

pub(super) fn run(console: &Console) -> Outcome {
    refuse_existing()?;
    let folder = std::env::current_dir().ok();
    let name = folder.as_deref().and_then(Path::file_name);
    let app_id = app_id(&name.unwrap_or_default().to_string_lossy());
    for (path, text) in FILES {
        let own = format!("app_id = \"{app_id}\" ");
        create(path, &text.replace(APP_ID, &own))?;
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

/// The id of the app, after the folder: two projects on `localhost` with one id would have cookies of one
/// name, and browsers do not tell cookies apart by port (RFC 6265 §8.5), so each would sign the other's users
/// out.
fn app_id(folder: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = folder.chars().map(plain).take(32).collect();
    let id = id.trim_matches('-').to_lowercase();
    // The server's own default is what every project without an id has.
    if id.is_empty() || id == "public" {
        "app".to_owned()
    } else {
        id
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;
    use crate::source::SourceFile;

    #[test]
    fn each_project_has_an_id_after_its_folder() {
        for (folder, id) in [
            ("shop", "shop"),
            ("My Shop 2", "my-shop-2"),
            (".tmpX", "tmpx"),
            ("läden", "l-den"),
            ("", "app"),
            ("店", "app"),
            ("public", "app"),
        ] {
            assert_eq!(app_id(folder), id, "{folder}");
            assert!(settings::is_app_id(&app_id(folder)));
        }
    }

    #[test]
    fn the_template_has_a_place_for_the_id() {
        let (path, text) = FILES[2];
        assert_eq!(text.matches(APP_ID).count(), 1, "{path}");
        let settings = settings::parse(&SourceFile::new(path, text)).expect("it is right");
        assert_eq!(settings.settings.app_id.as_deref(), Some("app"));
    }
}
