//! The workflow of GitHub Actions, which installs auth-gen as it was installed here.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::de::DeTable;
use url::Url;

use super::OUT;
use crate::cli::files::shown;

const WORKFLOW: &str = include_str!("../../../templates/project/workflow.yml");

/// Where a workflow gets auth-gen from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The registry of crates.
    Registry,
    /// A Git repository, and the revision if it is known.
    Git {
        url: String,
        revision: Option<String>,
    },
    /// A variable of the repository on GitHub has to say it.
    Unknown,
}

impl Source {
    /// The source that the user names, or else the one from which this program was installed.
    pub(super) fn find(given: Option<&str>) -> Self {
        if let Some(url) = given {
            let (url, revision) = (url.to_owned(), None);
            return Self::Git { url, revision };
        }
        Self::of_program().unwrap_or(Self::Unknown)
    }

    fn of_program() -> Option<Self> {
        let program = fs::canonicalize(env::current_exe().ok()?).ok()?;
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")))?;
        let home = fs::canonicalize(home).ok()?;
        if program.starts_with(home.join("bin")) {
            let list = fs::read_to_string(home.join(".crates.toml")).ok()?;
            return Self::of_list(&list);
        }
        // Built in a clone.
        let clone = program
            .ancestors()
            .find(|folder| folder.join(".git").exists())?;
        Self::of_clone(clone)
    }

    /// From Cargo's list of what it has installed: `"auth-gen 0.1.0 (git+https://…#revision)"`.
    fn of_list(list: &str) -> Option<Self> {
        let table = DeTable::parse(list).ok()?;
        let packages = table.get_ref().get("v1")?.get_ref().as_table()?;
        let name = concat!(env!("CARGO_PKG_NAME"), " ");
        let package = packages
            .keys()
            .find_map(|key| key.get_ref().strip_prefix(name))?;
        let (_, place) = package.split_once('(')?;
        let place = place.strip_suffix(')')?;
        if place.starts_with("registry+") || place.starts_with("sparse+") {
            return Some(Self::Registry);
        }
        if let Some(folder) = place.strip_prefix("path+") {
            return Self::of_clone(&Url::parse(folder).ok()?.to_file_path().ok()?);
        }
        let (url, revision) = place.strip_prefix("git+")?.split_once('#')?;
        let mut url = Url::parse(url).ok()?;
        url.set_query(None);
        Some(Self::Git {
            url: public(url.as_str())?,
            revision: Some(revision.to_owned()),
        })
    }

    /// The remote of a clone.
    fn of_clone(folder: &Path) -> Option<Self> {
        let output = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(["remote", "get-url", "origin"])
            .output()
            .ok()?;
        let url = String::from_utf8(output.stdout).ok()?;
        let url = public(url.trim()).filter(|_| output.status.success())?;
        let revision = None;
        Some(Self::Git { url, revision })
    }
}

/// A URL that others can use, without credentials.
fn public(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    if !matches!(url.scheme(), "https" | "http" | "git") {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.to_string())
}

/// The workflow. `inside` is the way from the repository to the project.
pub(super) fn text(source: &Source, inside: &Path, spec: &str) -> String {
    let lock = format!("{OUT}/auth-gen.lock");
    let version = "\"$(sed -n 's/^# auth-gen //p' auth/auth-gen.lock)\"";
    // Where the newest one is installed, another output may need another one.
    let by_output = format!("${{{{ hashFiles('{}') }}}}", within(inside, &lock));
    let (install, key) = match source {
        Source::Registry => (
            format!("cargo install auth-gen --locked --version {version}"),
            by_output,
        ),
        Source::Git { url, revision } => {
            let at = revision
                .as_ref()
                .map_or(String::new(), |revision| format!(" --rev {revision}"));
            let key = revision.clone().unwrap_or(by_output);
            (
                format!("cargo install auth-gen --locked --git {url}{at}"),
                key,
            )
        }
        Source::Unknown => (
            "cargo install auth-gen --locked --git ${{ vars.AUTH_GEN_GIT }}".to_owned(),
            by_output,
        ),
    };
    let folder = shown(inside);
    let text = match folder.as_str() {
        "" => WORKFLOW.replace("defaults:\n  run:\n    working-directory: FOLDER\n", ""),
        folder => WORKFLOW.replace("FOLDER", &format!("{folder:?}")),
    };
    text.replace("KEY", &key)
        .replace("INSTALL", &install)
        .replace("./SPEC", &format!("./{}", spec.trim_start_matches("./")))
        .replace("TARGET", &within(inside, &format!("{OUT}/server/target")))
        .replace("LOCK", &within(inside, &lock))
}

fn within(inside: &Path, path: &str) -> String {
    shown(&inside.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_where_cargo_installed_it_from() {
        let of = |place: &str| {
            let list = format!(
                "[v1]\n\"cargo-insta 1.0.0 (registry+x)\" = [\"cargo-insta\"]\n\"auth-gen 0.1.0 ({place})\" = [\"auth-gen\"]\n"
            );
            Source::of_list(&list)
        };
        assert_eq!(
            of("registry+https://example.org/index"),
            Some(Source::Registry)
        );
        let git = |url: &str, revision: &str| {
            let (url, revision) = (url.to_owned(), Some(revision.to_owned()));
            Some(Source::Git { url, revision })
        };
        let found = of("git+https://example.org/auth-gen?branch=main#0123abc");
        assert_eq!(found, git("https://example.org/auth-gen", "0123abc"));
        // A token of its owner never reaches a file that is committed.
        let found = of("git+https://me:token@example.org/auth-gen#0123abc");
        assert_eq!(found, git("https://example.org/auth-gen", "0123abc"));
        assert_eq!(of("git+ssh://git@example.org/auth-gen#0123abc"), None);
    }

    #[test]
    fn a_project_below_the_repository_works_in_its_folder() {
        let text = text(
            &Source::Registry,
            Path::new("services/auth"),
            "api/auth.yaml",
        );
        assert!(
            text.contains("working-directory: \"services/auth\"\n"),
            "{text}"
        );
        assert!(text.contains(":./api/auth.yaml\""), "{text}");
        assert!(
            text.contains("hashFiles('services/auth/auth/auth-gen.lock')"),
            "{text}"
        );
        assert!(
            text.contains(" services/auth/auth/server/target\n"),
            "{text}"
        );
        for marker in ["FOLDER", "KEY", "INSTALL", "SPEC", "TARGET", "LOCK"] {
            assert!(!text.contains(marker), "{marker} is left in\n{text}");
        }
    }
}
