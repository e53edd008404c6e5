//! What is there before a project starts: a repository, a workspace, a website, an appInfo.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml::de::DeTable;

use super::OUT;
use crate::app_info;
use crate::cli::files::{read_app_info, shown};

/// Folders that hold no source of the project.
const SKIPPED: [&str; 6] = ["node_modules", "target", "dist", "build", "out", OUT];
/// How deep files are looked for.
const DEPTH: usize = 5;
/// How many files are looked at.
const FILES: usize = 20_000;
/// Names of files that hold an appInfo, the likeliest first, without their extensions.
const APP_INFOS: [&str; 4] = ["appinfo", "app-info", "app_info", "backendconfig"];
/// Names of files that may hold one among other things: these are read only if its fields occur in them.
const CONFIGS: [&str; 4] = [
    "supertokens",
    "supertokensconfig",
    "supertokens.config",
    "config",
];
/// Extensions that an appInfo may have.
const EXTENSIONS: [&str; 12] = [
    "ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "jsx", "yaml", "yml", "json", "toml",
];

/// What was found. Paths are relative to the folder of the project, unless something else is said.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Where the repository begins, if there is one; relative to the current folder.
    pub(super) repository: Option<PathBuf>,
    /// The way from there to the project.
    pub(super) inside: PathBuf,
    pub(super) workspace: Option<Workspace>,
    pub(super) frontend: Option<Frontend>,
    /// The appInfo that is used.
    pub(super) app_info: Option<PathBuf>,
    /// Those that cannot be read.
    pub(super) unreadable: Vec<PathBuf>,
    /// Whether API and website are on one origin, as far as appInfo says.
    pub(super) is_same_origin: bool,
}

/// A Cargo workspace around the output.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) manifest: PathBuf,
    /// Whether its members include the server.
    pub(super) has_server: bool,
}

/// A website.
#[derive(Debug)]
pub(super) struct Frontend {
    pub(super) kind: Kind,
    /// For Next.js the folder that has `app/` or `pages/`.
    pub(super) folder: PathBuf,
}

/// What a website is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    NextApp,
    NextPages,
    Vite,
}

impl Survey {
    /// Looks at a folder, which need not exist.
    pub(super) fn of(folder: &Path) -> Self {
        let absolute = absolute(folder);
        let (repository, inside) = repository(&absolute);
        let mut survey = Self {
            workspace: workspace(&absolute, inside.components().count()),
            is_same_origin: true,
            ..Self::default()
        };
        survey.look(folder, Path::new(""));
        // A new folder belongs to the website that the repository is, if it is one.
        let is_new = fs::read_dir(&absolute).map_or(true, |mut entries| entries.next().is_none());
        if let Some(repository) = &repository
            && is_new
            && repository.join("package.json").is_file()
        {
            let above: PathBuf = inside.components().map(|_| "..").collect();
            survey.look(repository, &above);
        }
        (survey.repository, survey.inside) = (repository, inside);
        survey
    }

    /// Looks for what was not found yet below a folder; `way` leads there from the project.
    fn look(&mut self, folder: &Path, way: &Path) {
        let mut files = Vec::new();
        collect(folder, Path::new(""), DEPTH, &mut files);
        if !way.as_os_str().is_empty() {
            // Packages of their own are other applications.
            let is_package = |path: &&PathBuf| path.ends_with("package.json");
            let packages = files
                .iter()
                .filter(is_package)
                .filter_map(|path| path.parent());
            let others = packages.filter(|package| !package.as_os_str().is_empty());
            let others: Vec<PathBuf> = others.map(Path::to_owned).collect();
            files.retain(|path| !others.iter().any(|other| path.starts_with(other)));
        }
        // By depth, then by name.
        files.sort_by_key(|path| (path.components().count(), path.clone()));
        if self.frontend.is_none() {
            self.frontend = files.iter().find_map(|path| frontend(folder, path));
            if let Some(frontend) = &mut self.frontend {
                frontend.folder = way
                    .components()
                    .chain(frontend.folder.components())
                    .collect();
            }
        }
        if self.app_info.is_none() {
            self.choose_app_info((folder, way), &files);
        }
    }

    /// The first one that can be read. Paths are kept as `way` leads to them.
    fn choose_app_info(&mut self, (folder, way): (&Path, &Path), files: &[PathBuf]) {
        let rank = |path: &Path| {
            let name = path.file_stem()?.to_str()?.to_lowercase();
            let extension = path.extension()?.to_str()?;
            if !EXTENSIONS.contains(&extension) {
                return None;
            }
            let is_it = |known: &&str| **known == *name;
            APP_INFOS.iter().position(is_it).or_else(|| {
                let rank = CONFIGS.iter().position(is_it)?;
                let text = fs::read_to_string(folder.join(path)).ok()?;
                let has_fields = ["appInfo", "apiDomain"].iter().all(|it| text.contains(it));
                has_fields.then_some(APP_INFOS.len() + rank)
            })
        };
        let mut candidates: Vec<_> = files
            .iter()
            .filter_map(|path| Some((rank(path)?, path)))
            .collect();
        candidates.sort_by_key(|(rank, _)| *rank);
        for (_, path) in candidates {
            let source = read_app_info(&folder.join(path)).ok();
            match source.and_then(|source| app_info::parse(&source).ok()) {
                Some((read, _)) => {
                    let website = read.origin.as_ref().or(read.website_domain.as_ref());
                    let website = website.and_then(app_info::Setting::default_text);
                    self.is_same_origin = read.api_domain.default_text() == website;
                    self.app_info = Some(way.join(path));
                    return;
                }
                None => self.unreadable.push(way.join(path)),
            }
        }
    }

    /// What is said about it, one line each.
    pub(super) fn findings(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(path) = &self.app_info {
            lines.push(format!(
                "`{}` is read as appInfo; `auth-gen app-info` shows its values",
                shown(path)
            ));
        } else {
            for path in &self.unreadable {
                let path = shown(path);
                lines.push(format!(
                    "`{path}` is not read; `auth-gen app-info --app-info {path}` says why"
                ));
            }
        }
        if let Some(Frontend { kind, folder }) = &self.frontend {
            let place = match shown(folder) {
                path if path.is_empty() => String::new(),
                path => format!(" in `{path}`"),
            };
            lines.push(match kind {
                Kind::Vite => format!("Vite{place}: appInfo has its port 5173, where it is new"),
                _ if self.is_same_origin => {
                    format!("Next.js{place}: the route that forwards to the server is generated, too")
                }
                _ => format!(
                    "Next.js{place}: appInfo has the APIs on another origin, so `[nextjs]` is left out"
                ),
            });
        }
        if let Some(Workspace {
            manifest,
            has_server,
        }) = &self.workspace
        {
            let manifest = shown(manifest);
            lines.push(if *has_server {
                format!("the Cargo workspace `{manifest}`: `{OUT}/server` is a member of it")
            } else {
                format!(
                    "the Cargo workspace `{manifest}`: `{OUT}/server` is not among its members and stays a \
                     workspace of its own; to make it a member, say `standalone_workspace = false`"
                )
            });
        }
        lines
    }
}

/// The folder with `.git` at or above another, and the way from it.
fn repository(absolute: &Path) -> (Option<PathBuf>, PathBuf) {
    let mut folders = absolute.ancestors();
    match folders.find(|above| above.join(".git").exists()) {
        Some(above) => {
            let inside = absolute.strip_prefix(above).unwrap_or(Path::new(""));
            (Some(relative(above)), inside.to_owned())
        }
        None => (None, PathBuf::new()),
    }
}

/// A folder by its full name, also the current one that is written as nothing.
pub(super) fn absolute(folder: &Path) -> PathBuf {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

/// A folder as the user sees it from the current one.
fn relative(folder: &Path) -> PathBuf {
    let Ok(current) = std::env::current_dir() else {
        return folder.to_owned();
    };
    if let Ok(below) = folder.strip_prefix(&current) {
        return below.to_owned();
    }
    match current.strip_prefix(folder) {
        Ok(below) => below.components().map(|_| "..").collect(),
        Err(_) => folder.to_owned(),
    }
}

/// The files below a folder.
fn collect(root: &Path, inside: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let here = match root.join(inside) {
        path if path.as_os_str().is_empty() => PathBuf::from("."),
        path => path,
    };
    for entry in fs::read_dir(here).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = inside.join(&name);
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                let is_skipped = name.starts_with('.') || SKIPPED.contains(&name.as_str());
                if depth > 0 && !is_skipped {
                    collect(root, &path, depth - 1, files);
                }
            }
            Ok(kind) if kind.is_file() && files.len() < FILES => files.push(path),
            _ => {}
        }
    }
}

/// The website of a `package.json`.
fn frontend(root: &Path, path: &Path) -> Option<Frontend> {
    if path.file_name()? != "package.json" {
        return None;
    }
    let text = fs::read_to_string(root.join(path)).ok()?;
    let package: Value = serde_json::from_str(&text).ok()?;
    let uses = |name: &str| {
        let tables = ["dependencies", "devDependencies"];
        tables.iter().any(|table| !package[table][name].is_null())
    };
    let folder = path.parent()?;
    if uses("next") {
        let routers = [("app", Kind::NextApp), ("pages", Kind::NextPages)];
        let places = [folder.to_owned(), folder.join("src")];
        for (name, kind) in routers {
            for place in &places {
                if root.join(place).join(name).is_dir() {
                    let folder = place.clone();
                    return Some(Frontend { kind, folder });
                }
            }
        }
        let folder = folder.to_owned();
        return Some(Frontend {
            kind: Kind::NextApp,
            folder,
        });
    }
    uses("vite").then(|| Frontend {
        kind: Kind::Vite,
        folder: folder.to_owned(),
    })
}

/// The nearest manifest with `[workspace]`, at the project or above it within the repository.
fn workspace(absolute: &Path, depth: usize) -> Option<Workspace> {
    for above in absolute.ancestors().take(depth + 1) {
        let manifest = above.join("Cargo.toml");
        if let Some(has_server) = fs::read_to_string(&manifest)
            .ok()
            .and_then(|text| members(&text, &absolute.join(OUT).join("server"), above))
        {
            let manifest = relative(above).join("Cargo.toml");
            return Some(Workspace {
                manifest,
                has_server,
            });
        }
    }
    None
}

/// Whether the members of a workspace include a folder; `None` where it is no workspace.
fn members(manifest: &str, member: &Path, root: &Path) -> Option<bool> {
    let table = DeTable::parse(manifest).ok()?;
    let workspace = table
        .get_ref()
        .get("workspace")?
        .get_ref()
        .as_table()?
        .clone();
    let member = shown(member.strip_prefix(root).ok()?);
    let list = |key: &str| -> Vec<String> {
        let values = workspace
            .get(key)
            .and_then(|value| value.get_ref().as_array());
        let texts = values.into_iter().flatten();
        texts
            .filter_map(|value| value.get_ref().as_str().map(str::to_owned))
            .collect()
    };
    let is_member = list("members").iter().any(|pattern| {
        // As Cargo reads it: `*` does not go beyond a slash.
        let options = glob::MatchOptions {
            require_literal_separator: true,
            ..glob::MatchOptions::default()
        };
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(&member, options))
    });
    let is_excluded = list("exclude")
        .iter()
        .any(|path| Path::new(&member).starts_with(path));
    Some(is_member && !is_excluded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_cargo_reads_them() {
        let has = |manifest: &str| members(manifest, Path::new("/r/auth/server"), Path::new("/r"));
        assert_eq!(has("[package]\nname = \"a\"\n"), None);
        assert_eq!(has("[workspace]\nmembers = [\"crates/*\"]\n"), Some(false));
        assert_eq!(
            has("[workspace]\nmembers = [\"auth/server\"]\n"),
            Some(true)
        );
        assert_eq!(has("[workspace]\nmembers = [\"./auth/*/\"]\n"), Some(true));
        assert_eq!(has("[workspace]\nmembers = [\"*\"]\n"), Some(false));
        let excluded = "[workspace]\nmembers = [\"*/*\"]\nexclude = [\"auth\"]\n";
        assert_eq!(has(excluded), Some(false));
        assert_eq!(has("not toml"), None);
    }
}
