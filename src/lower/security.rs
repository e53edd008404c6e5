//! What `security` asks for: the session, if one is meant at all.
//!
//! The session has two ways in: the cookie `sAccessToken` and a bearer token. Specs have other
//! bearer tokens too (OAuth2 access tokens, refresh tokens). A bearer scheme means the session when
//! some operation offers it beside that cookie, or when no scheme of the spec is that cookie.

use std::collections::BTreeMap;

use super::operations::Draft;
use super::node::Node;
use super::{Lowering, tolerances};
use crate::ir::Auth;

/// What a security scheme stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Session,
    Refresh,
    Bearer,
    Other,
}

/// The security schemes of the spec.
#[derive(Debug)]
pub(super) struct Schemes(BTreeMap<String, Kind>);

const ACCESS_COOKIE: &str = "sAccessToken";
const REFRESH_COOKIE: &str = "sRefreshToken";

impl Schemes {
    /// Reads all schemes, and finds out which bearer tokens are the session's.
    pub(super) fn read(lowering: &mut Lowering<'_>) -> Self {
        let mut kinds = BTreeMap::new();
        let components = lowering.root().get("components");
        if let Some(schemes) = components.and_then(|node| node.get("securitySchemes")) {
            for (name, scheme) in schemes.entries() {
                let scheme = lowering.resolve(scheme);
                kinds.insert(name.to_owned(), kind(&scheme));
                note_swapped(lowering, &scheme);
            }
        }
        let has_cookie = kinds.values().any(|kind| *kind == Kind::Session);
        if !has_cookie {
            for kind in kinds.values_mut().filter(|kind| **kind == Kind::Bearer) {
                *kind = Kind::Session;
            }
            return Self(kinds);
        }
        let paths = lowering.root().get("paths");
        let items = paths.into_iter().flat_map(|paths| paths.entries());
        let operations = items.flat_map(|(_, item)| item.entries());
        for (_, operation) in operations {
            let offered: Vec<&str> = names(&operation).collect();
            for cookie in [Kind::Session, Kind::Refresh] {
                if offered.iter().any(|name| kinds.get(*name) == Some(&cookie)) {
                    for name in &offered {
                        if let Some(kind @ Kind::Bearer) = kinds.get_mut(*name) {
                            *kind = cookie;
                        }
                    }
                }
            }
        }
        Self(kinds)
    }

    /// What one operation asks for.
    pub(super) fn of(&self, lowering: &mut Lowering<'_>, draft: &Draft<'_>) -> Auth {
        let root = lowering.root();
        let holder = if draft.node.has("security") {
            &draft.node
        } else {
            &root
        };
        let mut session = false;
        let mut open = false;
        let mut unchecked = Vec::new();
        for requirement in holder.items("security") {
            let mut meant = requirement.entries().peekable();
            if meant.peek().is_none() {
                open = true;
            }
            for (name, node) in meant {
                match self.0.get(name) {
                    Some(Kind::Session) => session = true,
                    Some(Kind::Refresh) => {}
                    Some(Kind::Bearer | Kind::Other) | None => unchecked.push(node.pointer),
                }
            }
        }
        if draft.built_in().is_none() && !session {
            for pointer in unchecked {
                let span = lowering.key(&pointer);
                lowering.tolerate(&tolerances::UNCHECKED_SECURITY, span, "");
            }
        }
        match (session, open) {
            (false, _) => Auth::None,
            (true, false) => Auth::Session,
            (true, true) => Auth::OptionalSession,
        }
    }
}

/// All schemes that an operation names.
fn names<'d>(operation: &Node<'d>) -> impl Iterator<Item = &'d str> {
    operation
        .items("security")
        .flat_map(|requirement| requirement.entries())
        .map(|(name, _)| name)
}

/// What a scheme says about itself.
fn kind(scheme: &Node<'_>) -> Kind {
    let is = |key, value: &str| {
        let text = scheme.text(key);
        text.is_some_and(|text| text.eq_ignore_ascii_case(value))
    };
    if is("type", "http") && is("scheme", "bearer") {
        return Kind::Bearer;
    }
    if is("type", "apiKey") && is("in", "cookie") {
        return match scheme.text("name") {
            Some(ACCESS_COOKIE) => Kind::Session,
            Some(REFRESH_COOKIE) => Kind::Refresh,
            _ => Kind::Other,
        };
    }
    Kind::Other
}

/// A bearer scheme that is described as a cookie, or the other way round.
fn note_swapped(lowering: &mut Lowering<'_>, scheme: &Node<'_>) {
    let Some(description) = scheme.get("description") else {
        return;
    };
    let text = scheme.docs().to_lowercase();
    let (cookie, header) = (text.contains("cookie"), text.contains("header"));
    let swapped = match scheme.text("type") {
        Some("http") => cookie && !header,
        Some("apiKey") if scheme.text("in") == Some("cookie") => header && !cookie,
        _ => false,
    };
    if swapped {
        let span = lowering.at(&description.pointer);
        lowering.tolerate(&tolerances::SWAPPED_DESCRIPTIONS, span, "");
    }
}
