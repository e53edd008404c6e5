//! Answers of the application's own operations: what the description says of them is what is sent. `api` is what is
//! emitted for `auth.yaml`.

// The generated crate of the test is this test itself.
extern crate self as auth_server;

#[allow(dead_code, reason = "the tests do not use all of it")]
#[rustfmt::skip]
pub mod api;
mod media_types;
mod reports;
mod statuses;

pub use api::{APP_INFO, Endpoints};
pub use auth_runtime::*;
