//! The appInfo file: what the application is called and where it lives.

/// The rules of the generated server, and so the very same file.
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the generated server uses more of this file than the generator"
)]
#[path = "../templates/server/src/app_info.rs"]
mod rules;

/// A value of appInfo: a text, or an environment variable of the generated server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A fixed text, as it was written.
    Text(String),
    /// Read from the environment when the generated server starts.
    Env {
        /// Name of the variable.
        name: String,
        /// What holds where it is not set; without it the server asks for the variable.
        default: Option<String>,
    },
}

/// appInfo as the file gives it, checked but not yet normalised; the fields of wire facts §2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// `appName`.
    pub app_name: Setting,
    /// `apiDomain`.
    pub api_domain: Setting,
    /// `apiBasePath`; `/auth` when absent.
    pub api_base_path: Option<Setting>,
    /// `apiGatewayPath`; empty when absent.
    pub api_gateway_path: Option<Setting>,
    /// `websiteDomain`; it or `origin` is there.
    pub website_domain: Option<Setting>,
    /// `origin`; wins over `websiteDomain`.
    pub origin: Option<Setting>,
    /// `websiteBasePath`; `/auth` when absent.
    pub website_base_path: Option<Setting>,
}
