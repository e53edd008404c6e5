//! Requests of the application's own operations, over a socket: what the description says of them holds before
//! a method runs. `api` is what is emitted for `auth.yaml`.

// The generated crate of the test is this test itself.
extern crate self as auth_server;

#[allow(dead_code, reason = "the tests do not use all of it")]
#[rustfmt::skip]
pub mod api;
mod checked_limits;
mod parameter_styles;
mod parcels;

pub use api::{APP_INFO, Endpoints};
pub use auth_runtime::*;
