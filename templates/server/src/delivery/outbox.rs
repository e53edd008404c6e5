//! The development outbox: mails become `.eml` files in a folder instead of going out.
//!
//! What this process put there is also kept in memory for the page at `/dev/outbox`, which is served only
//! where the server listens on a loopback address.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use lettre::message::Mailbox;

use super::{Mail, MailError, Mailer, mailbox, message};
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
        std::fs::create_dir_all(folder).map_err(|error| {
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

#[async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let at = self.clock.now();
        let path = self
            .folder
            .join(format!("{at}-{}.eml", uuid::Uuid::new_v4()));
        let content = message(mail, &self.from)?.formatted();
        let written = tokio::task::spawn_blocking(move || std::fs::write(path, content)).await;
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
