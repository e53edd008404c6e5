//! Writing files without touching what is there.

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::cli::files::shown;
use crate::diagnostic::Diagnostic;

/// A file of the project, and what was done with it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) path: PathBuf,
    pub(super) done: Done,
}

/// What was done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Written,
    /// Lines were added to it.
    Extended,
    /// It was there, and is as it was.
    Kept,
}

/// Writes a file that is not there.
///
/// # Errors
/// When the file system refuses it.
pub(super) fn create(path: &Path, text: &str) -> Result<Done, Diagnostic> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let created = fs::create_dir_all(folder)
        // `create_new`: what has appeared in the meantime is not overwritten either.
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(path))
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match created {
        Ok(()) => Ok(Done::Written),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.exists() => Ok(Done::Kept),
        Err(error) => Err(refused(path, &error)),
    }
}

/// Adds the lines that a file lacks to its end. Comments are added with the first line that is
/// missing.
///
/// # Errors
/// When the file system refuses it.
pub(super) fn append_lines(path: &Path, text: &str) -> Result<Done, Diagnostic> {
    let known = match fs::read_to_string(path) {
        Ok(known) => known,
        Err(error) if error.kind() == ErrorKind::NotFound => return create(path, text),
        Err(error) => return Err(refused(path, &error)),
    };
    let added = missing(&known, text);
    if added.is_empty() {
        return Ok(Done::Kept);
    }
    let end = if known.is_empty() || known.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    OpenOptions::new()
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(format!("{end}\n{added}").as_bytes()))
        .map_err(|error| refused(path, &error))?;
    Ok(Done::Extended)
}

/// The lines of a text that no line of another says.
fn missing(known: &str, text: &str) -> String {
    let plain = |line: &str| line.trim().trim_matches('/').to_owned();
    let known: Vec<String> = known.lines().map(plain).collect();
    let is_comment = |line: &str| line.starts_with('#');
    let is_new = |line: &&str| !is_comment(line) && !known.contains(&plain(line));
    if !text.lines().any(|line| is_new(&line)) {
        return String::new();
    }
    let lines = text.lines().filter(|line| is_comment(line) || is_new(line));
    lines.map(|line| format!("{line}\n")).collect()
}

fn refused(path: &Path, error: &Error) -> Diagnostic {
    Diagnostic::error(
        "unwritable-output",
        format!("cannot write `{}`: {error}", shown(path)),
    )
    .help(match error.kind() {
        ErrorKind::PermissionDenied => "give yourself the right to write in this folder",
        _ => "remove the cause and run the command again; it keeps what it has written",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_are_missing_are_added() {
        let text = "# Products.\ntarget/\nnode_modules/\n";
        assert_eq!(missing("", text), text);
        assert_eq!(missing("/target\n", text), "# Products.\nnode_modules/\n");
        assert_eq!(missing("node_modules\n  target/\n", text), "");
    }
}
