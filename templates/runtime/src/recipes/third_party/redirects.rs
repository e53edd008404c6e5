//! Where a user may be sent back to.
//!
//! A provider compares the redirect URI with those that are registered there, and the server does not rely on it: a
//! code is sent to pages of the website and to applications of the settings alone (RFC 9700 §2.1 and §4.1).

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use url::Url;

use crate::config::Config;
use crate::session::{Origin, Website};

/// The longest URL that is looked at.
const LONGEST: usize = 2048;

/// Behind the base path: where Apple sends its form.
const CALLBACK_APPLE: &str = "/callback/apple";

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// Whether a provider may send users back there: to a page of the website, an application of the settings, or the
/// operation that takes Apple's form.
pub(super) fn is_allowed(config: &Config, uri: &str) -> bool {
    let callback = format!("{}{CALLBACK_APPLE}", config.app_info.issuer());
    uri == callback || of_website(config, uri).is_some()
}

/// A URL whose origin is that of a website, or one of the settings (`AUTH_ALLOWED_ORIGINS`).
pub(super) fn of_website(config: &Config, text: &str) -> Option<Url> {
    if text.len() > LONGEST {
        return None;
    }
    let url = Url::parse(text).ok()?;
    // RFC 6749 §3.1.2: no fragment. A user name before the host misleads the reader.
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url
        .port()
        .map_or_else(String::new, |port| format!(":{port}"));
    let origin = format!("{}://{host}{port}", url.scheme());
    let website = [config.app_info.website_domain.as_str()].into_iter();
    let further = config.session.websites.iter().map(Website::as_str);
    let allowed = config.session.allowed_origins.iter().map(Origin::as_str);
    let mut own = website.chain(further).chain(allowed);
    own.any(|own| own.eq_ignore_ascii_case(&origin))
        .then_some(url)
}

/// The JSON that the page has written into `state`.
pub(super) fn state(text: &str) -> Option<Value> {
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::{AppInfo, AppInfoInput};

    #[test]
    fn users_are_sent_to_origins_of_the_website_alone() {
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("https://api.example.com".to_owned()),
            website_domain: Some("https://example.com".to_owned()),
            ..AppInfoInput::default()
        });
        let mut config = Config::new(app_info.expect("it is right"));
        let app: Origin = "com.example.app://oauth".parse().expect("it is an origin");
        config.session.allowed_origins.push(app);
        let shop: Website = "https://shop.example.com".parse().expect("it is one");
        config.session.websites.push(shop);
        for allowed in [
            "https://example.com/auth/callback/google",
            "https://EXAMPLE.com:443/x?y=1",
            "com.example.app://oauth/callback",
            "https://shop.example.com/auth/callback/google",
            "https://api.example.com/auth/callback/apple",
        ] {
            assert!(is_allowed(&config, allowed), "{allowed}");
        }
        for refused in [
            "",
            "/auth/callback",
            "//example.com/",
            "http://example.com/",
            "https://example.com:8443/",
            "https://example.com.evil.test/",
            "https://example.com@evil.test/",
            "https://user@example.com/",
            "https://evil.test/?https://example.com/",
            "https://example.com\\@evil.test/",
            "https://evil.test\\@example.com/",
            "https://example.com/#x",
            "https://sub.example.com/",
            "https://api.example.com/auth/callback/apple?x",
            "https://api.example.com/other",
            "com.example.app://other/callback",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            // A backslash is a slash for browsers and for the parser: the host is what stands before it.
            let is_own = refused == "https://example.com\\@evil.test/";
            assert_eq!(is_allowed(&config, refused), is_own, "{refused}");
        }
    }
}
