//! `messages`: the texts of mails and text messages.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Done, Failure};
use crate::delivery::Templates;

#[derive(Debug, Subcommand)]
pub(crate) enum Messages {
    /// Writes the texts of the program into a folder, where you can change them; then set AUTH_MESSAGE_TEMPLATES
    /// to this folder. Existing files are kept
    Export {
        /// The folder; it is created if it does not exist
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

impl Messages {
    pub(super) fn run(&self) -> Result<Done, Failure> {
        let Self::Export { folder } = self;
        let kinds = crate::recipes::message_kinds();
        let cannot = |path: &Path, error| format!("cannot write {}: {error}", path.display());
        fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
        let mut lines = Vec::new();
        for (name, text) in Templates::built_in(&kinds) {
            let path = folder.join(name);
            let file = OpenOptions::new().write(true).create_new(true).open(&path);
            let word = match file {
                Ok(mut file) => {
                    let written = file.write_all(text.as_bytes());
                    written.map_err(|error| cannot(&path, error))?;
                    "written"
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => "kept",
                Err(error) => return Err(cannot(&path, error).into()),
            };
            lines.push(format!("{word}  {}", path.display()));
        }
        if kinds.is_empty() {
            lines.push("The operations of this server send no messages.".to_owned());
        }
        Ok(Done::Well(lines.join("\n")))
    }
}
