//! The development outbox: mails become `.eml` files in a folder instead of going out.
//!
//! What this process put there is also kept in memory for the page at `/dev/outbox`, which is served only
//! to this machine (`web/outbox.rs`).
//!
//! Rule: a mail may hold a link that changes a password, so only the owner reads it: folders that are made
//! here have the mode 0700, mails 0600, whatever the umask is.

use std::collections::VecDeque;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Mail, MailError, Mailbox, Mailer, mailbox, message};
use crate::clock::Clock;

/// How many mails the page shows.
const REMEMBERED: usize = 50;

/// A folder that takes mails.
pub struct Outbox {
    folder: PathBuf,
    from: Mailbox,
    clock: Arc<dyn Clock>,
    recent: Mutex<VecDeque<SentMail>>,
}

/// A mail and when it was put into the outbox.
#[derive(Debug, Clone)]
pub struct SentMail {
    /// Milliseconds since 1970.
    pub at: i64,
    /// What was sent.
    pub mail: Mail,
}

impl Outbox {
    /// Makes the folder if there is none.
    ///
    /// # Errors
    /// The folder cannot be made, or the sender is not a mail address.
    pub fn open(folder: &Path, from: &str, clock: Arc<dyn Clock>) -> Result<Self, MailError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| {
            MailError::lasting(format!(
                "cannot make the folder {}: {error}",
                folder.display()
            ))
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            from: mailbox(from)?,
            clock,
            recent: Mutex::new(VecDeque::new()),
        })
    }

    /// The mails of this process, newest first.
    pub fn recent(&self) -> Vec<SentMail> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().cloned().collect()
    }

    fn remember(&self, sent: SentMail) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        recent.push_back(sent);
    }
}

/// Writes a file that its owner alone can read.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let at = self.clock.now();
        let path = self
            .folder
            .join(format!("{at}-{}.eml", uuid::Uuid::new_v4()));
        let content = message(mail, &self.from)?.formatted();
        let written = tokio::task::spawn_blocking(move || write(&path, &content)).await;
        written
            .map_err(std::io::Error::other)
            .flatten()
            .map_err(|error| {
                MailError::transient(format!("cannot write to the outbox: {error}"))
            })?;
        self.remember(SentMail {
            at,
            mail: mail.clone(),
        });
        Ok(())
    }
}
