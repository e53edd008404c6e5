//! What the server uses: its files, which are kept between runs in `.auth-gen/` beside the settings, and the provider.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};

use super::given;
use super::provider::Provider;
use crate::cli::files::shown;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// What a running server uses.
pub(super) struct State {
    folder: PathBuf,
    pub(super) database: String,
    /// `None` where the user has a mail server to try.
    pub(super) outbox: Option<String>,
    /// The provider to try a sign-in with, from the first server that needs it.
    provider: OnceCell<Provider>,
}

impl State {
    /// Makes the folder, which keeps itself out of version control.
    pub(super) fn create(home: &Path) -> Result<Self, Diagnostics> {
        let folder = home.join(".auth-gen");
        let outbox = folder.join("mail");
        let ignore = folder.join(".gitignore");
        // The server makes the folder of the mails, which only its own user may read.
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&ignore, "*\n"))
            .map_err(|error| {
                Diagnostic::error(
                    "unwritable-output",
                    format!("cannot write in `{}`: {error}", shown(&folder)),
                )
                .help("the development database and mails are kept there")
            })?;
        let database = format!("sqlite://{}", shown(&folder.join("auth.db")));
        Ok(Self {
            folder,
            database: given("DATABASE_URL").unwrap_or(database),
            outbox: match (given("AUTH_MAIL_OUTBOX"), given("AUTH_SMTP_URL")) {
                (None, Some(_)) => None,
                (given, _) => Some(given.unwrap_or(shown(&outbox))),
            },
            provider: OnceCell::new(),
        })
    }

    /// One for tests.
    #[cfg(test)]
    pub(super) fn at(database: &str, outbox: Option<&str>) -> Self {
        Self {
            folder: PathBuf::new(),
            database: database.to_owned(),
            outbox: outbox.map(str::to_owned),
            provider: OnceCell::new(),
        }
    }

    /// The provider to try a sign-in with, which is started when it is first needed.
    pub(super) fn start_provider(&self) -> Result<&Provider, Diagnostics> {
        if let Some(provider) = self.provider.get() {
            return Ok(provider);
        }
        let provider = Provider::start()?;
        Ok(self.provider.get_or_init(|| provider))
    }

    /// That provider, if it runs.
    pub(super) fn provider(&self) -> Option<&Provider> {
        self.provider.get()
    }

    /// A copy of a program, so that the next build can replace it while it runs. Two are kept by turns.
    pub(super) fn keep(&self, program: &Path, turn: usize) -> Result<PathBuf, Diagnostics> {
        let extension = std::env::consts::EXE_SUFFIX;
        let copy = self.folder.join(format!("server-{}{extension}", turn % 2));
        // What runs cannot be written to; its name can be taken away.
        let _ = fs::remove_file(&copy);
        fs::copy(program, &copy).map_err(|error| {
            Diagnostic::error(
                "unwritable-output",
                format!("cannot write `{}`: {error}", shown(&copy)),
            )
            .help("the program that runs is kept there")
        })?;
        // A name without a folder would be looked for in PATH.
        Ok(std::path::absolute(&copy).unwrap_or(copy))
    }
}
