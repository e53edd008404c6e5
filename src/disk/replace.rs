//! The few things that are done to files: put, set aside, remove.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::refused;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A file on its way to its name. The suffix makes what a killed run left behind recognisable.
const TEMPORARY: &str = ".auth-gen-tmp";

/// Writes a file beside its place and renames it there: readers see the old or the new, never half.
pub(super) fn put(folder: &Path, path: &str, text: &str) -> Result<(), Diagnostics> {
    let temporary = folder.join(format!("{path}{TEMPORARY}"));
    // `create_new` follows no link and takes over no file that is there already.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| refused("write", &temporary, &error))?;
    let target = folder.join(path);
    fs::rename(&temporary, &target).map_err(|error| {
        let _ = fs::remove_file(&temporary);
        refused("write", &target, &error).into()
    })
}

/// Renames the user's file to the first free of `<file>.orig`, `<file>.orig2`, …, and says which.
pub(super) fn set_aside(folder: &Path, path: &str) -> Result<String, Diagnostics> {
    let mut number = 1;
    let free = loop {
        let candidate = match number {
            1 => format!("{path}.orig"),
            _ => format!("{path}.orig{number}"),
        };
        if fs::symlink_metadata(folder.join(&candidate)).is_err() {
            break candidate;
        }
        number += 1;
    };
    let target = folder.join(path);
    fs::rename(&target, folder.join(&free)).map_err(|error| refused("rename", &target, &error))?;
    Ok(free)
}

/// Removes a file of ours, and the folders that are empty after it.
pub(super) fn remove(folder: &Path, path: &str) -> Result<(), Diagnostics> {
    let target = folder.join(path);
    match fs::remove_file(&target) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(refused("remove", &target, &error).into());
        }
        _ => {}
    }
    let mut rest = path;
    while let Some((parent, _)) = rest.rsplit_once('/') {
        // Refused by the system while anything is left in it.
        if fs::remove_dir(folder.join(parent)).is_err() {
            break;
        }
        rest = parent;
    }
    Ok(())
}

/// Removes the temporary files of a run that was killed.
pub(super) fn remove_leftovers<'a>(
    folder: &Path,
    paths: impl Iterator<Item = &'a str>,
) -> Result<(), Diagnostics> {
    for path in paths {
        let temporary = folder.join(format!("{path}{TEMPORARY}"));
        match fs::remove_file(&temporary) {
            Err(error)
                if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Err(refused("remove", &temporary, &error).into());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Creates a folder and those above it.
pub(super) fn create_folder(folder: &Path) -> Result<(), Diagnostics> {
    fs::create_dir_all(folder).map_err(|error| refused("create", folder, &error).into())
}

/// Refuses a symbolic link where a file or folder of ours is to stand: it may lead anywhere.
pub(super) fn refuse_link(path: &PathBuf) -> Result<(), Diagnostics> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(Diagnostic::error(
            "foreign-output",
            format!("`{}` is a symbolic link", super::shown(path)),
        )
        .help("nothing was written; remove the link, auth-gen writes no file through one")
        .into());
    }
    Ok(())
}
