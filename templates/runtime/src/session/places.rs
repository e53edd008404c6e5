//! The domains at which a cookie that reaches this server may have been set.
//!
//! A host may set cookies for itself and for each domain above it, up to its site: so may its siblings, and
//! browsers send them all along (RFC 6265 §4.1.2.3).

use url::Url;

use crate::app_info::top_level_domain;

/// The most domains above a host that are cleared.
const MAX_PARENTS: usize = 4;

/// The domains of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CookiePlaces {
    /// The site first, then the domains between it and the host, then the host; empty for a host without
    /// any, such as `localhost` and addresses.
    parents: Vec<String>,
}

impl CookiePlaces {
    /// The domains of the host of a URL.
    pub(super) fn of(api_domain: &str) -> Self {
        let parents = parents(api_domain).unwrap_or_default();
        Self { parents }
    }

    /// What stands in `Domain`: nothing, the configured domain, and all that the host may set. Each once.
    pub(super) fn domains<'a>(
        &'a self,
        configured: Option<&'a str>,
    ) -> impl Iterator<Item = Option<&'a str>> {
        let bare = |domain: &str| domain.strip_prefix('.').unwrap_or(domain).to_owned();
        let parents = self.parents.iter().map(String::as_str);
        let others = parents
            .filter(move |parent| configured.is_none_or(|configured| bare(configured) != *parent));
        let configured = configured.into_iter().filter(|domain| !domain.is_empty());
        std::iter::once(None).chain(configured.chain(others).map(Some))
    }
}

fn parents(api_domain: &str) -> Option<Vec<String>> {
    let url = Url::parse(api_domain).ok()?;
    let host = url.domain()?;
    let site = top_level_domain(api_domain).ok()?;
    let is_below = host == site || host.ends_with(&format!(".{site}"));
    (is_below && site != "localhost").then_some(())?;
    let mut parents: Vec<_> = std::iter::successors(Some(host), |host| {
        let (_, parent) = host.split_once('.')?;
        (parent.len() >= site.len()).then_some(parent)
    })
    .map(str::to_owned)
    .collect();
    parents.reverse();
    parents.truncate(MAX_PARENTS);
    Some(parents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_may_stand_at_each_domain_up_to_the_site() {
        for (url, expected) in [
            ("http://localhost:3001", &[][..]),
            ("http://127.0.0.1", &[]),
            ("https://example.com", &["example.com"]),
            (
                "https://api.example.com:8443",
                &["example.com", "api.example.com"],
            ),
            (
                "https://a.b.example.co.uk",
                &["example.co.uk", "b.example.co.uk", "a.b.example.co.uk"],
            ),
            ("https://me.github.io", &["me.github.io"]),
        ] {
            assert_eq!(CookiePlaces::of(url).parents, expected, "{url}");
        }
        let deep = CookiePlaces::of("https://a.b.c.d.e.f.example.com");
        assert_eq!(deep.parents.len(), MAX_PARENTS);
    }

    #[test]
    fn each_domain_is_named_once() {
        let places = CookiePlaces::of("https://api.example.com");
        let named = |configured| places.domains(configured).collect::<Vec<_>>();
        let all = [None, Some("example.com"), Some("api.example.com")];
        assert_eq!(named(None), all);
        let configured = [None, Some(".example.com"), Some("api.example.com")];
        assert_eq!(named(Some(".example.com")), configured);
    }
}
