//! Replaces mail messages in a program that is built without the feature `smtp`.

use super::{Mail, SendError};

/// A sender; there is none.
#[derive(Debug, Clone)]
pub(super) enum Mailbox {}

/// A mail as a message; there is none.
pub(super) enum Message {}

/// Why nothing can be sent.
pub(super) fn missing() -> SendError {
    SendError::lasting(
        "this program is built without mail: turn on the feature `smtp` of auth-runtime",
    )
}

/// Refuses every sender.
pub(super) fn mailbox(_text: &str) -> Result<Mailbox, SendError> {
    Err(missing())
}

/// Cannot be called: there is no sender.
pub(super) fn message(_mail: &Mail, from: &Mailbox) -> Result<Message, SendError> {
    match *from {}
}

impl Message {
    /// Cannot be called.
    pub(super) fn formatted(&self) -> Vec<u8> {
        match *self {}
    }
}
