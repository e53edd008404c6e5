//! auth-gen: from an OpenAPI description and an appInfo file to an auth server and its client.

pub mod app_info;
mod catalog;
pub mod diagnostic;
mod ir;
mod lower;
mod name;
pub mod source;
mod spec;
pub use lower::check;
pub use spec::check_spec;
pub mod tree;
