//! Values of the application's own operations that requests and answers see in another way (`readOnly`, `writeOnly`),
//! and values that may be `null`: what arrives, and what is answered. `api` is what is emitted for `auth.yaml`.

// The generated crate of the test is this test itself.
extern crate self as auth_server;

#[allow(dead_code, reason = "the tests do not use all of it")]
#[rustfmt::skip]
pub mod api;
mod members;
mod nulls;
mod requests_and_answers;

pub use api::{APP_INFO, Endpoints};
pub use auth_runtime::*;
