//! The cookie that names a device for the limits (`limits/device.rs`).
//!
//! Rule: it is no part of a session. It is set beside a session that is kept in cookies, outlives it, and is
//! sent to the auth APIs alone.

use http::HeaderMap;

use super::Sessions;
use super::cookie;
use super::effects::Effects;
use crate::error::Error;

/// Where the refresh API stands under the path of the auth APIs.
const REFRESH: &str = "/session/refresh";

/// What the name of the cookie begins with; the rest is what the session's cookies have.
const NAME: &str = "sDevice";

impl Sessions {
    /// The values of the device cookies of a request.
    pub(crate) fn device_cookies(&self, headers: &HeaderMap) -> Vec<String> {
        cookie::values(headers, &self.device_cookie_name())
    }

    /// Sets the device cookie.
    ///
    /// # Errors
    /// The value cannot stand in a header.
    pub(crate) fn set_device_cookie(
        &self,
        fx: &mut Effects,
        value: &str,
        expires_at: i64,
    ) -> Result<(), Error> {
        let (settings, name) = (self.settings(), self.device_cookie_name());
        let base = settings.refresh_path.strip_suffix(REFRESH);
        let path = base.filter(|base| !base.is_empty()).unwrap_or("/");
        let line = cookie::line(settings, &name, value, None, path, expires_at);
        fx.set_cookie(&name, &line)
    }

    fn device_cookie_name(&self) -> String {
        let access = &self.settings().cookies.access;
        match access.strip_prefix("sAccessToken") {
            Some(app) => format!("{NAME}{app}"),
            None => format!("{NAME}_{access}"),
        }
    }
}
