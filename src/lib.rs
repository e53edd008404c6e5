//! auth-gen: from an OpenAPI description and an appInfo file to an auth server and its client.

pub mod app_info;
mod catalog;
pub mod diagnostic;
mod emit;
mod ir;
mod name;
pub mod source;
pub mod tree;

/// What the caller may decide about the output beside the spec and appInfo.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the emitted Rust package.
    pub server_package: String,
    /// Name of the emitted TypeScript package.
    pub client_package: String,
    /// Whether the emitted crate is a workspace of its own.
    pub standalone_workspace: bool,
}
