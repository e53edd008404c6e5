//! The names of the session's cookies.
//!
//! The cookies are `HttpOnly`: no script reads them, so their names are the server's to choose. Names
//! matter where two servers share a host, because browsers distinguish cookies by name, domain and path, and
//! not by port (RFC 6265 §8.5). Two apps with one name for the access token's cookie would sign each
//! other's users out; so every app except the default one has its own names.

use super::SettingError;
use super::cookie::LEGACY;
use crate::store::DEFAULT_APP_ID;

/// What the session's cookies are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieNames {
    /// The cookie of the access token.
    pub access: String,
    /// The cookie of the refresh token.
    pub refresh: String,
}

impl Default for CookieNames {
    /// `sAccessToken` and `sRefreshToken`, as the reference has them.
    fn default() -> Self {
        Self {
            access: "sAccessToken".to_owned(),
            refresh: "sRefreshToken".to_owned(),
        }
    }
}

impl CookieNames {
    /// The names of an app: the usual ones of the default app, `sAccessToken_<id>` of another.
    pub fn of_app(app_id: &str) -> Self {
        let Self { access, refresh } = Self::default();
        if app_id == DEFAULT_APP_ID {
            return Self { access, refresh };
        }
        Self {
            access: format!("{access}_{app_id}"),
            refresh: format!("{refresh}_{app_id}"),
        }
    }

    /// What is wrong with the names, given how the cookies are set.
    pub(super) fn check(
        &self,
        secure: bool,
        has_domain: bool,
        access_path: &str,
    ) -> Option<SettingError> {
        let wrong = |message: &str| {
            Some(SettingError {
                setting: "cookie_names",
                message: message.to_owned(),
            })
        };
        let names = [self.access.as_str(), self.refresh.as_str()];
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_token_byte);
        if !names.iter().all(|name| is_name(name)) {
            return wrong("must be tokens: letters, digits and - _ . ~");
        }
        if self.access == self.refresh || names.contains(&LEGACY) {
            return wrong("must differ from each other and from sIdRefreshToken");
        }
        // Browsers drop cookies that do not keep what these prefixes promise (RFC 6265bis §4.1.3).
        let begins = |name: &str, prefix: &str| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if !secure && names.iter().any(|name| begins(name, "__Secure-")) {
            return wrong("`__Secure-` needs cookies that are secure");
        }
        if begins(&self.refresh, "__Host-") {
            return wrong("`__Host-` needs the path `/`, which the refresh cookie never has");
        }
        if begins(&self.access, "__Host-") && (!secure || has_domain || access_path != "/") {
            return wrong(
                "`__Host-` needs cookies that are secure, have no domain and the path `/`",
            );
        }
        None
    }
}

/// Less than RFC 9110 §5.6.2 allows: what every client and proxy takes.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_have_names_of_their_own() {
        assert_eq!(CookieNames::of_app("public"), CookieNames::default());
        let names = CookieNames::of_app("shop");
        assert_eq!(names.access, "sAccessToken_shop");
        assert_eq!(names.refresh, "sRefreshToken_shop");
    }

    #[test]
    fn names_that_browsers_would_drop_are_refused() {
        let good = |access: &str, refresh: &str, secure, has_domain| {
            let names = CookieNames {
                access: access.to_owned(),
                refresh: refresh.to_owned(),
            };
            names.check(secure, has_domain, "/").is_none()
        };
        assert!(good("a", "r", false, true));
        assert!(good("__Host-a", "__Secure-r", true, false));
        for (access, refresh, secure, has_domain) in [
            ("", "r", true, false),
            ("a;", "r", true, false),
            ("a", "a", true, false),
            ("sIdRefreshToken", "r", true, false),
            ("__secure-a", "r", false, false),
            ("__Host-a", "r", false, false),
            ("__Host-a", "r", true, true),
            ("a", "__Host-r", true, false),
        ] {
            assert!(
                !good(access, refresh, secure, has_domain),
                "{access} {refresh}"
            );
        }
    }
}
