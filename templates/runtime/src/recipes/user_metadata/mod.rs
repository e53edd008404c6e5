//! User metadata: what an application keeps of a user, as a JSON object.
//!
//! Rules:
//! - an object for each user, in the whole app; a user without one has `{}`. The server reads none of it, and no token has
//!   any of it;
//! - an update replaces keys of the first level, and `null` removes one (a shallow merge). Two at once are one after
//!   the other, so that none loses what the other wrote;
//! - no operation of the HTTP API reads or writes it: operators do (the command `metadata`), and applications
//!   ([`Metadata`]). What a page sends must be judged by the application first (OWASP, Mass Assignment Cheat Sheet);
//! - an object has a limited size ([`LIMIT`]), since it is read and written whole. Deleting the user deletes it.

mod command;
mod metadata;
mod sql;
#[cfg(all(test, feature = "recipes"))]
pub(crate) mod tests;

pub(crate) use command::COMMAND;
pub use metadata::{LIMIT, Metadata};
