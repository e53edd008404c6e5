//! Which operation a request is for.
//!
//! Rules: paths are case-sensitive; up to two trailing slashes, the query and the fragment do not count;
//! segments `.` and `..` are resolved first (RFC 3986 §5.2.4), here only: the application gets the path as
//! it was sent. Nothing is percent-decoded before a route is found, so that a proxy and this server
//! cannot read one path in two ways. One tenant segment of letters, digits and `-` may stand between base path
//! and path, and a path that matches without it wins; the header `rid` only helps to choose among several
//! matches, it never makes a request fail; any other method is no match (so HEAD and OPTIONS are not answered
//! by a GET operation). Operations of a session, which names its own tenant, ignore the segment. Whether a tenant
//! exists is up to [`layer`](super::layer): one that does not has no operations.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use super::{Route, Scope, Tenancy};
use crate::tenant::PUBLIC_TENANT;

/// The parts of a request that decide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) method: &'a Method,
    /// The path without query, [`resolved`].
    pub(super) path: &'a str,
    /// The header `rid`.
    pub(super) rid: Option<&'a str>,
}

/// The operation that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Names the operation to its [`Api`](super::Api).
    pub(super) index: usize,
    pub(super) route: &'static Route,
    /// The tenant that the path names, in lower case; `public` where it names none, or means nothing.
    pub(super) tenant: String,
    /// Percent-decoded values of `{name}` segments.
    pub(super) params: Vec<(&'static str, String)>,
}

/// One way to read a path; smaller is better: without a tenant segment, then with fewer parameters.
#[derive(Debug)]
struct Reading {
    rank: (bool, usize),
    found: Found,
}

/// Finds the operation, if there is one.
pub(super) fn find(
    routes: impl Iterator<Item = (usize, &'static Route)>,
    base_path: &str,
    target: Target<'_>,
) -> Option<Found> {
    let path = without_slashes(target.path);
    let under_base = path.strip_prefix(base_path);
    let candidates: Vec<_> = routes
        .filter(|(_, route)| route.method == *target.method)
        .filter_map(|(index, route)| match route.scope {
            Scope::Base => read(index, route, under_base?),
            Scope::Root => read(index, route, path),
        })
        .collect();
    best(candidates, target.rid)
}

/// A path without the segments `.` and `..`; what would lead above the root stays at the root.
pub(super) fn resolved(path: &str) -> Cow<'_, str> {
    if !path.contains("/.") {
        return Cow::Borrowed(path);
    }
    let mut segments = Vec::new();
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        if part == ".." {
            segments.pop();
        }
        match part {
            // At the end they name a directory, which ends in a slash.
            "." | ".." if parts.peek().is_none() => segments.push(""),
            "." | ".." => {}
            part => segments.push(part),
        }
    }
    Cow::Owned(format!("/{}", segments.join("/")))
}

/// A path without up to two slashes at its end.
pub(super) fn without_slashes(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path)
}

/// Whether a path belongs to the auth APIs as a whole, so that even its 404 must not be cached.
pub(super) fn is_under(path: &str, base_path: &str) -> bool {
    !base_path.is_empty()
        && path
            .strip_prefix(base_path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The best reading among those of the recipe that `rid` names; failing that, among all.
fn best(mut readings: Vec<Reading>, rid: Option<&str>) -> Option<Found> {
    // The browser library puts `anti-csrf` on every call of the app: no recipe is meant.
    if let Some(rid) = rid.filter(|rid| *rid != "anti-csrf") {
        let is_exact = readings
            .iter()
            .any(|reading| reading.found.route.recipe == rid);
        let is_meant = |reading: &Reading| {
            let recipe = reading.found.route.recipe;
            recipe == rid || !is_exact && means(rid, recipe)
        };
        if readings.iter().any(is_meant) {
            readings.retain(is_meant);
        }
    }
    // `min_by_key` keeps the first of equals: the order of the spec.
    let reading = readings.into_iter().min_by_key(|reading| reading.rank)?;
    Some(reading.found)
}

/// Whether a `rid` means a recipe: by its id, or by the id of two recipes in one word, as clients of early
/// FDI versions name them (third-party accounts and passwords behind one form).
fn means(rid: &str, recipe: &str) -> bool {
    !recipe.is_empty() && (rid.starts_with(recipe) || rid.ends_with(recipe))
}

/// Reads a path as that of a route: as it is, or with a tenant segment in front.
fn read(index: usize, route: &'static Route, path: &str) -> Option<Reading> {
    let (tenant, params) = match params(route.path, path) {
        Some(params) => (None, params),
        None if route.tenancy == Tenancy::None => return None,
        None => {
            let (tenant, rest) = split_tenant(path)?;
            (Some(tenant), params(route.path, rest)?)
        }
    };
    Some(Reading {
        rank: (tenant.is_some(), params.len()),
        found: Found {
            index,
            route,
            tenant: match (route.tenancy, tenant) {
                (Tenancy::Tenant, Some(tenant)) => tenant.to_ascii_lowercase(),
                _ => PUBLIC_TENANT.to_owned(),
            },
            params,
        },
    })
}

/// `/t1/signin` is tenant `t1` and path `/signin`.
fn split_tenant(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix('/')?;
    let (tenant, _) = rest.split_once('/')?;
    let valid = !tenant.is_empty()
        && tenant
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
    valid.then(|| (tenant, &rest[tenant.len()..]))
}

/// The values of the parameters when `path` has the form of `pattern`.
fn params(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut values = Vec::new();
    let mut segments = path.split('/');
    for part in pattern.split('/') {
        let segment = segments.next()?;
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            Some(name) if !segment.is_empty() => {
                let value = percent_decode_str(segment).decode_utf8().ok()?;
                values.push((name, value.into_owned()));
            }
            None if part == segment => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn route(
        scope: Scope,
        path: &'static str,
        recipe: &'static str,
        tenancy: Tenancy,
    ) -> Route {
        Route::custom(recipe, tenancy, path, Method::GET, path, scope)
    }

    const ROUTES: &[Route] = &[
        route(Scope::Base, "/users/{id}", "", Tenancy::None),
        route(Scope::Base, "/users/me", "", Tenancy::None),
        route(Scope::Base, "/exists", "passwordless", Tenancy::Tenant),
        route(Scope::Base, "/exists", "emailpassword", Tenancy::Tenant),
        route(Scope::Base, "/session/refresh", "session", Tenancy::Ignored),
        route(Scope::Root, "/example", "", Tenancy::None),
    ];

    fn found(path: &str, rid: Option<&str>) -> Option<(&'static str, &'static str)> {
        let target = Target {
            method: &Method::GET,
            path,
            rid,
        };
        find(ROUTES.iter().enumerate(), "/auth", target)
            .map(|found| (found.route.path, found.route.recipe))
    }

    #[test]
    fn a_literal_beats_a_parameter() {
        assert_eq!(found("/auth/users/me", None), Some(("/users/me", "")));
        assert_eq!(found("/auth/users/x%2Fy", None), Some(("/users/{id}", "")));
        assert_eq!(found("/auth/users/", None), None);
    }

    #[test]
    fn parameters_are_percent_decoded() {
        let target = Target {
            method: &Method::GET,
            path: "/auth/users/x%2Fy",
            rid: None,
        };
        let found = find(ROUTES.iter().enumerate(), "/auth", target).expect("it matches");
        assert_eq!(found.params, [("id", "x/y".to_owned())]);
    }

    #[test]
    fn rid_distinguishes_equal_paths_and_is_a_hint_only() {
        let first = Some(("/exists", "passwordless"));
        let second = Some(("/exists", "emailpassword"));
        assert_eq!(found("/auth/exists", None), first);
        assert_eq!(found("/auth/exists", Some("anti-csrf")), first);
        assert_eq!(found("/auth/exists", Some("emailpassword")), second);
        assert_eq!(
            found("/auth/exists", Some("thirdpartyemailpassword")),
            second
        );
        assert_eq!(found("/auth/exists", Some("thirdpartypasswordless")), first);
        assert_eq!(found("/auth/exists", Some("session")), first);
    }

    #[test]
    fn a_tenant_segment_is_letters_digits_and_dashes() {
        assert!(found("/auth/public/exists", None).is_some());
        assert!(found("/auth/T-1/exists", None).is_some());
        assert!(found("/auth/public/session/refresh/", None).is_some());
        assert!(found("/auth/t1/session/refresh", None).is_some());
        assert!(found("/auth/t_1/session/refresh", None).is_none());
        assert!(found("/auth/t_1/exists", None).is_none());
        assert!(found("/auth/t.1/exists", None).is_none());
        assert!(found("/auth//exists", None).is_none());
        assert!(found("/auth/public/exists//", None).is_some());
        assert!(found("/auth/public/exists///", None).is_none());
        assert!(found("/auth/public/users/me", None).is_none());
    }

    #[test]
    fn a_tenant_is_named_in_lower_case_by_operations_that_know_tenants_alone() {
        for (path, tenant) in [
            ("/auth/exists", "public"),
            ("/auth/public/exists", "public"),
            ("/auth/PUBLIC/exists", "public"),
            ("/auth/T-1/exists", "t-1"),
            ("/auth/t1/session/refresh", "public"),
            ("/auth/users/me", "public"),
        ] {
            let target = Target {
                method: &Method::GET,
                path,
                rid: None,
            };
            let found = find(ROUTES.iter().enumerate(), "/auth", target).expect(path);
            assert_eq!(found.tenant, tenant, "{path}");
        }
    }

    #[test]
    fn case_and_prefix_count() {
        assert!(found("/AUTH/exists", None).is_none());
        assert!(found("/authx/exists", None).is_none());
        assert!(found("//auth/exists", None).is_none());
        assert!(found("/example", None).is_some());
        assert!(found("/auth/example", None).is_none());
    }

    #[test]
    fn dot_segments_are_resolved_and_never_lead_above_the_root() {
        for (path, expected) in [
            ("/auth/signin", "/auth/signin"),
            ("/auth/./signin", "/auth/signin"),
            ("/auth/x/../signin", "/auth/signin"),
            ("/../../auth/signin", "/auth/signin"),
            ("/auth/signin/.", "/auth/signin/"),
            ("/auth/signin/x/..", "/auth/signin/"),
            ("/auth/..", "/"),
            ("/..", "/"),
            ("/auth/.well-known/x", "/auth/.well-known/x"),
            ("/auth/.../signin", "/auth/.../signin"),
            ("/auth/%2e%2e/signin", "/auth/%2e%2e/signin"),
            ("/auth/%2e./signin", "/auth/%2e./signin"),
            ("/auth//../signin", "/auth/signin"),
        ] {
            assert_eq!(resolved(path), expected, "{path}");
        }
    }
}
