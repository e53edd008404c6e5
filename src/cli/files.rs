//! Reading the files that flags and settings name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::watch::{Stamp, stamp};
use crate::app_info::AppInfoSource;
use crate::diagnostic::{Diagnostic, closest};
use crate::references;
use crate::source::{Files, SourceFile, Span};

/// What was read since [`take_read`], and what was looked for and missing, as it was then. One list for the
/// process: a script's imports are read by a plain function.
static READ: Mutex<BTreeMap<PathBuf, Stamp>> = Mutex::new(BTreeMap::new());

/// Starts a new list of what is read, and gives the old one.
pub(super) fn take_read() -> BTreeMap<PathBuf, Stamp> {
    std::mem::take(&mut *READ.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Notes that a file is about to be read, or that its change would be of interest.
pub(super) fn note(path: &Path) {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let stamp = stamp(path);
    read.entry(path.to_owned()).or_insert(stamp);
}

/// A text file, or standard input where it is called `-`.
pub(super) fn read(path: &Path) -> Result<SourceFile, Diagnostic> {
    if path == Path::new("-") {
        return read_stdin();
    }
    note(path);
    let name = shown(path);
    let problem = |reason: String, help: &str| {
        Diagnostic::error(
            "unreadable-input",
            format!("cannot read `{name}`: {reason}"),
        )
        .help(help)
    };
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => problem(
            "there is no such file".to_owned(),
            &neighbour(path).map_or_else(
                || {
                    "flags are relative to the current folder, paths in `auth-gen.toml` to that file"
                        .to_owned()
                },
                |near| format!("did you mean `{near}`?"),
            ),
        ),
        ErrorKind::IsADirectory => problem("it is a folder".to_owned(), "name a file in it"),
        ErrorKind::NotADirectory => problem(
            "there is no such file".to_owned(),
            "a part of this path is a file, not a folder",
        ),
        _ => problem(error.to_string(), "remove the cause and run the command again"),
    })?;
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(SourceFile::new(name.as_str(), &text)),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let help = "save the file as UTF-8; PowerShell does it with `-Encoding utf8`";
        return Err(problem("it is UTF-16".to_owned(), help));
    }
    if bytes.contains(&0) {
        return Err(problem("it is not text".to_owned(), "check the path"));
    }
    let wrong = format!("the byte 0x{:02X} here", bytes[valid]);
    let source = SourceFile::new(name.as_str(), &String::from_utf8_lossy(bytes));
    let place = Span {
        file: source,
        range: valid..valid + char::REPLACEMENT_CHARACTER.len_utf8(),
    };
    Err(problem("it is not UTF-8".to_owned(), "save the file as UTF-8").at(place, wrong))
}

/// The appInfo file, where a script also finds what it imports. `file#name` names one of its
/// exports, unless a file of just this name exists.
pub(super) fn read_app_info(path: &Path) -> Result<AppInfoSource, Diagnostic> {
    let text = path.to_string_lossy();
    let (file, name) = match text.rsplit_once('#') {
        Some((file, name)) if !name.is_empty() && !path.exists() => {
            (read(Path::new(file))?, Some(name.to_owned()))
        }
        _ => (read(path)?, None),
    };
    Ok(AppInfoSource {
        file,
        name,
        files: Files::new(|path| read(Path::new(path)).ok()),
    })
}

/// Files that one description may refer to; more are a mistake.
const MAX_PARTS: usize = 1_000;

/// The folder of the project if the description lies in it, or else that of the description.
pub(super) fn ref_root(home: &Path, spec: &Path) -> PathBuf {
    let here = |path: &Path| match path.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => path.to_owned(),
    };
    let (home, folder) = (here(home), here(spec.parent().unwrap_or(Path::new(""))));
    if resolved(&folder).starts_with(resolved(&home)) {
        home
    } else {
        folder
    }
}

/// Reads the files that a description refers to, as far as they lie in a folder. What is not read is
/// reported where it is referred to.
pub(super) fn with_parts(spec: SourceFile, root: &Path) -> SourceFile {
    let root = resolved(root);
    let mut parts: Vec<SourceFile> = Vec::new();
    let mut seen = BTreeSet::from([spec.name().to_owned()]);
    let mut todo = references(&spec);
    while let Some(path) = todo.pop() {
        if parts.len() == MAX_PARTS || !seen.insert(path.clone()) {
            continue;
        }
        // By its real place: a symbolic link may lead anywhere.
        if !resolved(Path::new(&path)).starts_with(&root) {
            continue;
        }
        if let Ok(part) = read(Path::new(&path)) {
            todo.extend(references(&part));
            parts.push(part);
        }
    }
    spec.with_parts(parts)
}

/// The text of standard input.
fn read_stdin() -> Result<SourceFile, Diagnostic> {
    let problem = |reason: String| {
        Diagnostic::error(
            "unreadable-input",
            format!("cannot read standard input: {reason}"),
        )
        .help("pipe a description into the command, as UTF-8")
    };
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| problem(error.to_string()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new("stdin", &text)),
        Err(_) => Err(problem("it is not UTF-8".to_owned())),
    }
}

/// A file of nearly this name beside the one that is not there.
fn neighbour(path: &Path) -> Option<String> {
    let parent = path.parent()?;
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let mut names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let near = closest(
        path.file_name()?.to_str()?,
        names.iter().map(String::as_str),
    )?;
    Some(shown(&parent.join(near)))
}

/// A folder by its one name, as far as it exists.
pub(super) fn resolved(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    fs::canonicalize(&absolute).unwrap_or_else(|_| absolute.components().collect())
}

/// A path as the user gave it, with `/` on every system.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
