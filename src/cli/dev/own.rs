//! The user's own program, which runs in place of the generated one (`[dev] bin`).

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde::Deserialize;

use crate::cli::config::FILE;
use crate::cli::files::{resolved, shown};
use crate::cli::watch::{Stamp, stamp};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::settings::DevProgram;
use crate::tree::Tree;

/// Where a program is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    /// The name of its binary target.
    pub(super) bin: String,
    /// The manifest of its package.
    pub(super) manifest: PathBuf,
    /// The manifest of its workspace.
    workspace: PathBuf,
    /// Where its sources begin.
    source: PathBuf,
    /// Where Cargo puts what it builds.
    target: PathBuf,
}

/// What `cargo metadata` says, as far as it is read here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
}

/// The Cargo that started this command, under `cargo run`, or else the one in the PATH.
pub(super) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

impl Own {
    /// Finds the program that the settings name; `home` is their folder.
    ///
    /// # Errors
    /// When there is no manifest, when Cargo cannot read it, and when no program or several have the name.
    pub(super) fn find(setting: &DevProgram, home: &Path) -> Result<Self, Diagnostics> {
        let manifest = manifest(setting, home)?;
        let metadata = metadata(setting, &manifest)?;
        let mut found = metadata.packages.iter().flat_map(|package| {
            let bins = package
                .targets
                .iter()
                .filter(|target| target.kind.iter().any(|kind| kind == "bin"));
            bins.map(move |target| (package, target))
        });
        let named: Vec<(&Package, &Target)> = found
            .clone()
            .filter(|(_, target)| target.name == setting.bin)
            .collect();
        // Where several packages have it, that of the manifest itself goes before the others.
        let own = named
            .iter()
            .find(|(package, _)| resolved(&package.manifest_path) == resolved(&manifest));
        let chosen = match (own, named.as_slice()) {
            (Some(own), _) | (None, [own]) => own,
            (None, []) => {
                let names: Vec<&str> = found
                    .by_ref()
                    .map(|(_, target)| target.name.as_str())
                    .collect();
                let help = match (
                    closest(&setting.bin, names.iter().copied()),
                    names.as_slice(),
                ) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, []) => {
                        "it has none; `manifest = \"…\"` under `[dev]` names another".to_owned()
                    }
                    (None, names) => format!(
                        "its programs: `{}`; `manifest = \"…\"` under `[dev]` names another",
                        names.join("`, `")
                    ),
                };
                let title = format!("`{}` has no program `{}`", shown(&manifest), setting.bin);
                return Err(problem(setting, title).help(help).into());
            }
            (None, several) => {
                let manifests: Vec<String> = several
                    .iter()
                    .map(|(package, _)| shown(&package.manifest_path))
                    .collect();
                let title = format!(
                    "{} packages have a program `{}`",
                    several.len(),
                    setting.bin
                );
                let help = format!(
                    "name one by `manifest = \"…\"` under `[dev]`: {}",
                    manifests.join(", ")
                );
                return Err(problem(setting, title).help(help).into());
            }
        };
        let (package, target) = *chosen;
        Ok(Self {
            bin: setting.bin.clone(),
            manifest: package.manifest_path.clone(),
            workspace: metadata.workspace_root.join("Cargo.toml"),
            source: target.src_path.clone(),
            target: metadata.target_directory,
        })
    }

    /// The files that the program is made of, without what is generated into `out`. Cargo lists them beside
    /// the program that it has built.
    pub(super) fn sources(&self, program: &Path, out: &Path, generated: &Tree) -> Vec<PathBuf> {
        let list = fs::read_to_string(program.with_extension("d")).unwrap_or_default();
        let mut files = dependencies(&list);
        files.extend([
            self.manifest.clone(),
            self.workspace.clone(),
            self.source.clone(),
        ]);
        let out = resolved(out);
        let is_generated = |path: &Path| {
            let below = path.strip_prefix(&out).ok().map(shown);
            below.is_some_and(|below| generated.get(&below).is_some())
        };
        // What build scripts write changes only when something else has.
        files.retain(|path| !path.starts_with(&self.target) && !is_generated(&resolved(path)));
        files
    }
}

/// The files behind the first colon of a list in the syntax of `make`, in which a space within a name has `\\`
/// before it.
fn dependencies(list: &str) -> Vec<PathBuf> {
    let line = list.lines().next().unwrap_or_default();
    // A drive of Windows has a colon, too, but no space behind it.
    let Some((_, names)) = line.split_once(": ") else {
        return Vec::new();
    };
    let names = names.replace("\\ ", "\0");
    let names = names.split(' ').filter(|name| !name.is_empty());
    names
        .map(|name| PathBuf::from(name.replace('\0', " ")))
        .collect()
}

fn problem(setting: &DevProgram, title: String) -> Diagnostic {
    Diagnostic::error("no-program", title).at(setting.place.clone(), "")
}

/// The manifest that the settings name, or the nearest one above them, not beyond the repository.
fn manifest(setting: &DevProgram, home: &Path) -> Result<PathBuf, Diagnostics> {
    let home = match home.as_os_str().is_empty() {
        true => resolved(Path::new(".")),
        false => resolved(home),
    };
    let Some(named) = &setting.manifest else {
        for folder in home.ancestors() {
            let manifest = folder.join("Cargo.toml");
            if manifest.is_file() {
                return Ok(manifest);
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        let title = format!("there is no `Cargo.toml` beside `{FILE}` or in a folder above it");
        let help = "write under `[dev]` where the manifest of your program is: `manifest = \"…/Cargo.toml\"`";
        return Err(problem(setting, title).help(help).into());
    };
    let path = home.join(named);
    let path = if path.is_dir() {
        path.join("Cargo.toml")
    } else {
        path
    };
    if path.is_file() {
        return Ok(path);
    }
    let title = format!("there is no manifest `{named}`");
    let help = format!("`manifest` under `[dev]` is relative to `{FILE}`");
    Err(problem(setting, title).help(help).into())
}

fn metadata(setting: &DevProgram, manifest: &Path) -> Result<Metadata, Diagnostics> {
    let output = Command::new(cargo())
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(manifest)
        .output();
    let reason = match output {
        Err(error) => format!("cannot run Cargo: {error}"),
        Ok(output) if !output.status.success() => {
            String::from_utf8_lossy(&output.stderr).trim().to_owned()
        }
        Ok(output) => match serde_json::from_slice(&output.stdout) {
            Ok(metadata) => return Ok(metadata),
            Err(error) => error.to_string(),
        },
    };
    let title = format!("Cargo cannot read `{}`", shown(manifest));
    Err(problem(setting, title).help(reason).into())
}

/// The sources of the program that runs, as they were when its build began.
#[derive(Default)]
pub(super) struct Sources {
    files: BTreeMap<PathBuf, Stamp>,
    began: Option<SystemTime>,
}

impl Sources {
    /// Notes how they are now, before they are built; whether one has changed.
    pub(super) fn look(&mut self) -> bool {
        let mut has_changed = false;
        for (path, was) in &mut self.files {
            let now = stamp(path);
            has_changed |= now != *was;
            *was = now;
        }
        self.began = Some(SystemTime::now());
        has_changed
    }

    /// Takes the files of a program that was built. One that changed during the build is built again.
    pub(super) fn replace(&mut self, files: Vec<PathBuf>) {
        let known = std::mem::take(&mut self.files);
        let began = self.began;
        let is_older = |(time, _): &(SystemTime, u64)| began.is_none_or(|began| *time < began);
        let files = files.into_iter().map(|path| {
            let was = known.get(&path).copied();
            let was = was.unwrap_or_else(|| stamp(&path).filter(is_older));
            (path, was)
        });
        self.files = files.collect();
    }

    /// What a command has read, and they.
    pub(super) fn and(&self, mut read: BTreeMap<PathBuf, Stamp>) -> BTreeMap<PathBuf, Stamp> {
        read.extend(self.files.clone());
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_from_the_list_of_cargo() {
        let list = "/t/debug/shop: /shop/src/main.rs /my\\ libs/a.rs\n\n/shop/src/main.rs:\n";
        let expected = ["/shop/src/main.rs", "/my libs/a.rs"].map(PathBuf::from);
        assert_eq!(dependencies(list), expected);
        let list = "C:\\t\\shop.exe: C:\\shop\\main.rs\n";
        assert_eq!(dependencies(list), ["C:\\shop\\main.rs"].map(PathBuf::from));
        assert_eq!(dependencies(""), Vec::<PathBuf>::new());
    }

    #[test]
    fn what_is_generated_or_built_is_not_watched() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = resolved(folder.path());
        let path = |name: &str| home.join(name);
        let list = [
            "shop/main.rs",
            "auth/server/lib.rs",
            "auth/mine.rs",
            "target/debug/out.rs",
        ];
        let list: Vec<String> = list.iter().map(|name| shown(&path(name))).collect();
        fs::create_dir_all(path("target/debug")).expect("writable");
        fs::write(
            path("target/debug/shop.d"),
            format!("x: {}\n", list.join(" ")),
        )
        .expect("writable");
        let own = Own {
            bin: "shop".to_owned(),
            manifest: path("shop/Cargo.toml"),
            workspace: path("Cargo.toml"),
            source: path("shop/main.rs"),
            target: path("target"),
        };
        let mut tree = Tree::default();
        tree.insert("server/lib.rs", "");
        let sources = own.sources(&path("target/debug/shop"), &path("auth"), &tree);
        let names = [
            "shop/main.rs",
            "auth/mine.rs",
            "shop/Cargo.toml",
            "Cargo.toml",
            "shop/main.rs",
        ];
        assert_eq!(sources, names.map(path));
    }

    #[test]
    fn a_change_is_seen_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("main.rs");
        let mut sources = Sources::default();
        sources.replace(vec![file.clone()]);
        assert!(!sources.look());
        fs::write(&file, "fn main() {}").expect("writable");
        assert!(sources.look());
        assert!(!sources.look());
        // During the build: what was seen before it stays, and what was not known is older than it or not.
        let other = folder.path().join("other.rs");
        fs::write(&file, "fn main() { }").expect("writable");
        fs::write(&other, "").expect("writable");
        sources.replace(vec![file, other]);
        assert_eq!(
            sources
                .files
                .values()
                .filter(|stamp| stamp.is_none())
                .count(),
            1
        );
        assert!(sources.look());
        assert!(!sources.look());
    }
}
