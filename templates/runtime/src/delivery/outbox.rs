//! The development outbox: mails become `.eml` files in a folder instead of going out, text messages `.txt` files.
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

use super::{Mail, Mailbox, Mailer, Message, SendError, Sms, SmsSender, mailbox, message};
use crate::clock::Clock;

/// How many messages the page shows.
const REMEMBERED: usize = 50;

/// A folder that takes mails and text messages.
pub struct Outbox {
    folder: PathBuf,
    from: Mailbox,
    clock: Arc<dyn Clock>,
    recent: Mutex<VecDeque<SentMessage>>,
}

/// A message and when it was put into the outbox.
#[derive(Debug, Clone)]
pub struct SentMessage {
    /// Milliseconds since 1970.
    pub at: i64,
    /// What was sent.
    pub message: Message,
}

impl Outbox {
    /// Makes the folder if there is none.
    ///
    /// # Errors
    /// The folder cannot be made, or the sender is not a mail address.
    pub fn open(folder: &Path, from: &str, clock: Arc<dyn Clock>) -> Result<Self, SendError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| {
            SendError::lasting(format!(
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

    /// The messages of this process, newest first.
    pub fn recent(&self) -> Vec<SentMessage> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().cloned().collect()
    }

    /// Writes a file, and remembers the message.
    async fn keep(
        &self,
        extension: &str,
        content: Vec<u8>,
        message: Message,
    ) -> Result<(), SendError> {
        let at = self.clock.now();
        let name = format!("{at}-{}.{extension}", uuid::Uuid::new_v4());
        let path = self.folder.join(name);
        let written = tokio::task::spawn_blocking(move || write(&path, &content)).await;
        written
            .map_err(std::io::Error::other)
            .flatten()
            .map_err(|error| {
                SendError::transient(format!("cannot write to the outbox: {error}"))
            })?;
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == REMEMBERED {
            recent.pop_front();
        }
        recent.push_back(SentMessage { at, message });
        Ok(())
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
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let content = message(mail, &self.from)?.formatted();
        self.keep("eml", content, Message::Mail(mail.clone())).await
    }
}

#[async_trait]
impl SmsSender for Outbox {
    async fn send(&self, sms: &Sms) -> Result<(), SendError> {
        let content = format!("To: {}\n\n{}\n", sms.to, sms.text).into_bytes();
        self.keep("txt", content, Message::Sms(sms.clone())).await
    }
}
