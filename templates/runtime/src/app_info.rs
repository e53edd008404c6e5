//! appInfo: what the application is called and where it lives.
//!
//! The generated `api::app_info` holds [`AppInfoDefaults`], the values of the appInfo file.
//! [`AppInfo::resolve`] lays the environment over them when the server starts and brings every
//! value into its normal form; nothing behind this file sees a value in another form. appInfo is a
//! value, not a global: several of them can live in one process.
//!
//! An environment variable that is set to an empty text counts as not set. The root path is
//! therefore written `/`.

// The paths are spelled out because auth-gen compiles this file too, as a module of another name.
#[path = "app_info/normalise.rs"]
mod normalise;
#[path = "app_info/setting.rs"]
mod setting;
#[cfg(test)]
#[path = "app_info/tests.rs"]
mod tests;

use std::fmt;

pub use normalise::{
    is_loopback, loopback_port, normalise_cookie_domain, normalise_domain, normalise_path,
    top_level_domain,
};
pub use setting::{Change, Condition, Setting};

/// Where the auth APIs and the pages of the website lie unless appInfo says otherwise.
pub const DEFAULT_BASE_PATH: &str = "/auth";

/// The values of the appInfo file, as they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfoDefaults {
    /// Name of the application, as users read it in mails.
    pub app_name: Setting,
    /// Where this server is reached from outside.
    pub api_domain: Setting,
    /// Path in front of all auth APIs; `/auth` when absent.
    pub api_base_path: Option<Setting>,
    /// Path that a gateway takes away before requests reach this server; empty when absent.
    pub api_gateway_path: Option<Setting>,
    /// Where the website is.
    pub website_domain: Option<Setting>,
    /// Where the website is; wins over `website_domain`.
    pub origin: Option<Setting>,
    /// Path in front of the website's auth pages; `/auth` when absent.
    pub website_base_path: Option<Setting>,
}

/// The values that [`AppInfo::normalise`] starts from; `None` stands for "not given".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppInfoInput {
    /// `appName`, required.
    pub app_name: Option<String>,
    /// `apiDomain`, required.
    pub api_domain: Option<String>,
    /// `apiBasePath`.
    pub api_base_path: Option<String>,
    /// `apiGatewayPath`.
    pub api_gateway_path: Option<String>,
    /// `websiteDomain`; it or `origin` is required.
    pub website_domain: Option<String>,
    /// `origin`.
    pub origin: Option<String>,
    /// `websiteBasePath`.
    pub website_base_path: Option<String>,
}

/// appInfo in its normal form, as a running server uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// Name of the application.
    pub app_name: String,
    /// Scheme, host and port, such as `http://localhost:3001`.
    pub api_domain: String,
    /// Empty, or a path that begins with `/` and does not end with one, such as `/gateway`.
    pub api_gateway_path: String,
    /// Path of the auth APIs without the gateway's; same form.
    pub api_base_path: String,
    /// Origin of the website: scheme, host and port.
    pub website_domain: String,
    /// Path of the website's auth pages.
    pub website_base_path: String,
}

/// One value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfoError {
    /// The field, spelled as in the appInfo file.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl AppInfoDefaults {
    /// The names of the variables that appInfo reads.
    pub fn variables(&self) -> Vec<&'static str> {
        let fields = [
            Some(&self.app_name),
            Some(&self.api_domain),
            self.api_base_path.as_ref(),
            self.api_gateway_path.as_ref(),
            self.website_domain.as_ref(),
            self.origin.as_ref(),
            self.website_base_path.as_ref(),
        ];
        let fields = fields.into_iter().flatten();
        fields.flat_map(Setting::variables).collect()
    }

    /// The setting behind a field that an error names.
    fn setting(&self, field: &str) -> Option<&Setting> {
        match field {
            "appName" => Some(&self.app_name),
            "apiDomain" => Some(&self.api_domain),
            "apiBasePath" => self.api_base_path.as_ref(),
            "apiGatewayPath" => self.api_gateway_path.as_ref(),
            // Where neither is set, the error names this one.
            "websiteDomain" => self.website_domain.as_ref().or(self.origin.as_ref()),
            "origin" => self.origin.as_ref(),
            "websiteBasePath" => self.website_base_path.as_ref(),
            _ => None,
        }
    }
}

impl AppInfoError {
    fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

impl fmt::Display for AppInfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "appInfo.{}: {}", self.field, self.message)
    }
}

impl std::error::Error for AppInfoError {}

impl AppInfo {
    /// Lays the environment over the defaults and normalises the outcome. All errors at once.
    pub fn resolve(
        defaults: &AppInfoDefaults,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<AppInfoError>> {
        let value = |setting: Option<&Setting>| setting.and_then(|it| it.read(&env));
        let input = AppInfoInput {
            app_name: value(Some(&defaults.app_name)),
            api_domain: value(Some(&defaults.api_domain)),
            api_base_path: value(defaults.api_base_path.as_ref()),
            api_gateway_path: value(defaults.api_gateway_path.as_ref()),
            website_domain: value(defaults.website_domain.as_ref()),
            origin: value(defaults.origin.as_ref()),
            website_base_path: value(defaults.website_base_path.as_ref()),
        };
        Self::normalise(&input).map_err(|mut errors| {
            for error in &mut errors {
                let setting = defaults.setting(error.field);
                let names = setting.map(Setting::variables).unwrap_or_default();
                match names.as_slice() {
                    [] => {}
                    [name] => error.message += &format!(" (environment variable {name})"),
                    names => {
                        let names = names.join(", ");
                        error.message += &format!(" (environment variables {names})");
                    }
                }
            }
            errors
        })
    }

    /// Normalises values that may come from anywhere. All errors at once.
    pub fn normalise(input: &AppInfoInput) -> Result<Self, Vec<AppInfoError>> {
        let mut errors = Vec::new();
        let app_name = input.app_name.as_deref().map(str::trim);
        let app_name = app_name.filter(|name| !name.is_empty());
        if app_name.is_none() {
            errors.push(missing("appName", "your appName"));
        }
        let api_domain = match &input.api_domain {
            Some(text) => domain("apiDomain", text, &mut errors),
            None => {
                errors.push(missing("apiDomain", "your apiDomain"));
                String::new()
            }
        };
        let website_domain = match (&input.origin, &input.website_domain) {
            (Some(text), _) => domain("origin", text, &mut errors),
            (None, Some(text)) => domain("websiteDomain", text, &mut errors),
            (None, None) => {
                errors.push(missing("websiteDomain", "either origin or websiteDomain"));
                String::new()
            }
        };
        let mut path = |field, text: &Option<String>, default| {
            normalise_path(text.as_deref().unwrap_or(default)).unwrap_or_else(|message| {
                errors.push(AppInfoError::new(field, message));
                String::new()
            })
        };
        let api_gateway_path = path("apiGatewayPath", &input.api_gateway_path, "");
        let api_base_path = path("apiBasePath", &input.api_base_path, DEFAULT_BASE_PATH);
        let website_base_path = path(
            "websiteBasePath",
            &input.website_base_path,
            DEFAULT_BASE_PATH,
        );
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            app_name: app_name.unwrap_or_default().to_owned(),
            api_domain,
            api_gateway_path,
            api_base_path,
            website_domain,
            website_base_path,
        })
    }

    /// What tokens and the discovery document name as their issuer: domain, gateway and base path.
    pub fn issuer(&self) -> String {
        let Self {
            api_domain,
            api_gateway_path,
            api_base_path,
            ..
        } = self;
        format!("{api_domain}{api_gateway_path}{api_base_path}")
    }

    /// Path of the refresh API as browsers see it; refresh cookies are bound to it.
    pub fn refresh_path(&self) -> String {
        let (gateway, base) = (&self.api_gateway_path, &self.api_base_path);
        format!("{gateway}{base}/session/refresh")
    }

    /// Whether browsers take API and website for one site: same registrable domain, same scheme.
    /// Where they do not, cookies need `SameSite=None` and with it https.
    pub fn same_site(&self) -> Result<bool, AppInfoError> {
        let site =
            |field, url| top_level_domain(url).map_err(|message| AppInfoError::new(field, message));
        let same_domain =
            site("apiDomain", &self.api_domain)? == site("websiteDomain", &self.website_domain)?;
        Ok(same_domain && scheme(&self.api_domain) == scheme(&self.website_domain))
    }

    /// Whether browsers take the API and this URL for one site, as [`AppInfo::same_site`] has it.
    pub fn is_same_site(&self, url: &str) -> bool {
        let api = top_level_domain(&self.api_domain);
        api.is_ok() && api == top_level_domain(url) && scheme(&self.api_domain) == scheme(url)
    }

    /// Whether API and website are the machine that the server runs on: a developer's.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.api_domain) && is_loopback(&self.website_domain)
    }

    /// The port to listen on by default: that of `apiDomain`, where it names this very
    /// machine and gives a port.
    pub fn loopback_port(&self) -> Option<u16> {
        loopback_port(&self.api_domain)
    }
}

/// Normalises a domain whose site is known.
fn domain(field: &'static str, text: &str, errors: &mut Vec<AppInfoError>) -> String {
    let outcome = normalise_domain(text).and_then(|url| top_level_domain(&url).map(|_| url));
    outcome.unwrap_or_else(|message| {
        errors.push(AppInfoError::new(field, message));
        String::new()
    })
}

fn missing(field: &'static str, what: &str) -> AppInfoError {
    AppInfoError::new(
        field,
        format!("Please provide {what} inside the appInfo object"),
    )
}

fn scheme(url: &str) -> &str {
    url.split(':').next().unwrap_or_default()
}
