//! What a project may choose about the output, apart from the spec and appInfo.

/// Names of the packages, and where the server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The Cargo package of the server; its library is always `auth_server`.
    pub server_package: String,
    /// The npm package of the client.
    pub client_package: String,
    /// Whether the server is a workspace of its own and not a member of one around it.
    pub standalone_workspace: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server_package: "auth-server".to_owned(),
            client_package: "auth-client".to_owned(),
            standalone_workspace: true,
        }
    }
}
