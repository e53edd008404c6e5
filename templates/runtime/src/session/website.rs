//! The websites of an application, and the one that a request belongs to.
//!
//! An application has the website of appInfo, and may have others (`AUTH_WEBSITES`): their pages read answers and use
//! cookies, and links in mails lead to them. Which of them a request belongs to is decided here:
//!
//! 1. its `Origin`, where that is one of them;
//! 2. what the application's own function says ([`AuthBuilder::website`](crate::auth::AuthBuilder::website));
//! 3. the website of appInfo.
//!
//! Rule: whatever a request says, the outcome is a website of the settings. `Origin`, `Host` and `X-Forwarded-Host`
//! are texts that the client chooses. A link in a mail that is made of one of them takes the token in it to the server
//! of an attacker (OWASP, Forgot Password Cheat Sheet, "URL Tokens"; OWASP Web Security Testing Guide, "Testing for
//! Host Header Injection").

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, header};

use super::Origin;
use crate::app_info::{AppInfo, top_level_domain};

/// The origin of a website: `https://example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website(String);

/// A request whose website is to be chosen.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WebsiteRequest<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The headers of the request. The client chooses all of them.
    pub headers: &'a HeaderMap,
    /// The websites to choose from; that of appInfo is the first one.
    pub websites: &'a [Website],
}

/// Chooses the website of a request whose `Origin` does not say it.
pub(crate) type ChooseWebsite =
    dyn for<'a> Fn(WebsiteRequest<'a>) -> Option<&'a Website> + Send + Sync;

/// The websites of one server.
pub(crate) struct Websites {
    /// That of appInfo is the first one.
    all: Vec<Website>,
    choose: Option<Arc<ChooseWebsite>>,
}

impl Website {
    /// The website of appInfo.
    pub fn of(app: &AppInfo) -> Self {
        Self(app.website_domain.clone())
    }

    /// As it stands in the header `Origin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port, without the scheme: as it would stand in the header `Host`.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or(&self.0, |(_, rest)| rest)
    }
}

impl fmt::Display for Website {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Website {
    type Err = String;

    /// Reads `https://host[:port]`, in any case; `http` is possible too.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            format!(
                "`{text}` is no website: {why}; write https://host[:port], such as https://shop.example.com"
            )
        };
        let origin = Origin::from_str(text).map_err(|_| wrong("it is no origin"))?;
        let scheme = origin.as_str().split(':').next();
        if !matches!(scheme, Some("http" | "https")) {
            return Err(wrong(
                "mails cannot link to it (AUTH_ALLOWED_ORIGINS takes native shells)",
            ));
        }
        top_level_domain(origin.as_str())
            .map_err(|_| wrong("its host belongs to no registrable domain"))?;
        Ok(Self(origin.as_str().to_owned()))
    }
}

impl Websites {
    /// The website of appInfo, these, and the function that chooses one.
    pub(crate) fn new(
        app: &AppInfo,
        further: &[Website],
        choose: Option<Arc<ChooseWebsite>>,
    ) -> Self {
        let mut all = vec![Website::of(app)];
        for website in further {
            if !all.contains(website) {
                all.push(website.clone());
            }
        }
        Self { all, choose }
    }

    /// All of them; that of appInfo is the first one.
    pub(crate) fn all(&self) -> &[Website] {
        &self.all
    }

    /// The website that a request belongs to.
    pub(crate) fn of_request(&self, method: &Method, headers: &HeaderMap) -> &Website {
        let origin = headers.get(header::ORIGIN).map(HeaderValue::as_bytes);
        let by_origin = origin.and_then(|origin| {
            let mut all = self.all.iter();
            all.find(|website| website.0.as_bytes() == origin)
        });
        by_origin
            .or_else(|| self.chosen(method, headers))
            .unwrap_or(&self.all[0])
    }

    /// What the application's function says, where it is one of the websites.
    fn chosen(&self, method: &Method, headers: &HeaderMap) -> Option<&Website> {
        let request = WebsiteRequest {
            method,
            headers,
            websites: &self.all,
        };
        let chosen = self.choose.as_ref().and_then(|choose| choose(request))?;
        let allowed = self.all.iter().find(|website| *website == chosen);
        if allowed.is_none() {
            // A program can make a website of what a request says; it must not come through.
            tracing::error!(
                "the application chose a website that is none of its own: that of appInfo is used"
            );
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app_info::AppInfoInput;

    fn websites(choose: Option<Arc<ChooseWebsite>>) -> Websites {
        let app = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("https://api.example.com".to_owned()),
            website_domain: Some("https://example.com".to_owned()),
            ..AppInfoInput::default()
        });
        let further = ["https://example.org", "https://example.com"];
        let further = further.map(|text| text.parse().expect("a website"));
        Websites::new(&app.expect("it is right"), &further, choose)
    }

    fn of(websites: &Websites, headers: &[(&'static str, &'static str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a header value"));
        }
        websites.of_request(&Method::POST, &map).to_string()
    }

    #[test]
    fn a_website_is_an_origin_with_pages() {
        for (text, expected) in [
            ("https://Example.org/", "https://example.org"),
            ("http://localhost:3000", "http://localhost:3000"),
        ] {
            let website = text.parse::<Website>();
            assert_eq!(website.as_ref().map(Website::as_str), Ok(expected));
        }
        for (text, why) in [
            ("example.org", "no origin"),
            ("https://example.org/shop", "no origin"),
            ("https://*.example.org", "no origin"),
            ("null", "no origin"),
            ("", "no origin"),
            ("capacitor://localhost", "AUTH_ALLOWED_ORIGINS"),
            ("https://co.uk", "registrable"),
        ] {
            let error = text.parse::<Website>().expect_err(text);
            assert!(error.contains(why), "{error}");
            assert!(error.contains("write https://host[:port]"), "{error}");
        }
        let website: Website = "http://localhost:3000".parse().expect("a website");
        assert_eq!(website.authority(), "localhost:3000");
    }

    #[test]
    fn an_allowed_origin_decides_then_the_function_then_app_info() {
        let none = websites(None);
        assert_eq!(none.all().len(), 2, "the one of appInfo counts once");
        let by_host = websites(Some(Arc::new(|request: WebsiteRequest<'_>| {
            let host = request.headers.get("host")?.to_str().ok()?;
            let mut all = request.websites.iter();
            all.find(|website| host == format!("api.{}", website.authority()))
        })));
        let (com, org) = ("https://example.com", "https://example.org");
        for (headers, without, with) in [
            (&[][..], com, com),
            (&[("origin", org)], org, org),
            (&[("origin", com), ("host", "api.example.org")], com, com),
            (&[("host", "api.example.org")], com, org),
            (
                &[("origin", "https://evil.test"), ("host", "api.example.org")],
                com,
                org,
            ),
            (&[("origin", "https://evil.test")], com, com),
            (&[("host", "evil.test")], com, com),
            (&[("origin", "http://example.org")], com, com),
            (&[("origin", "null")], com, com),
            (&[("origin", "")], com, com),
        ] {
            assert_eq!(of(&none, headers), without, "{headers:?}");
            assert_eq!(of(&by_host, headers), with, "{headers:?}");
        }
    }

    #[test]
    fn a_website_of_the_requests_making_does_not_come_through() {
        let careless = websites(Some(Arc::new(|request: WebsiteRequest<'_>| {
            let host = request.headers.get("host")?.to_str().ok()?;
            let website: Website = format!("https://{host}").parse().ok()?;
            Some(Box::leak(Box::new(website)))
        })));
        assert_eq!(
            of(&careless, &[("host", "evil.test")]),
            "https://example.com"
        );
        assert_eq!(
            of(&careless, &[("host", "example.org")]),
            "https://example.org"
        );
    }
}
