//! What `security` asks for: the session, if one is meant at all.
//!
//! The session has two ways in: the cookie `sAccessToken` and a bearer token. Specs have other
//! bearer tokens too (OAuth2 access tokens, refresh tokens). A bearer scheme means the session when
//! some operation offers it beside that cookie, or when no scheme of the spec is that cookie.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{APIKeyLocation, SecurityScheme};

use super::operations::Draft;
use super::{Lowering, text, tolerances};
use crate::ir::Auth;
use crate::spec::at::At;

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
    pub(super) fn read(lowering: &mut Lowering<'_>, drafts: &[Draft<'_>]) -> Self {
        let mut kinds = BTreeMap::new();
        if let Some(components) = &lowering.document.api.components {
            let components = At::new("/components", components);
            let schemes = &components.value.security_schemes;
            for (name, scheme) in components.entries("securitySchemes", schemes) {
                let scheme = lowering.resolve(scheme);
                kinds.insert(name.to_owned(), kind(scheme.value));
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
        for draft in drafts {
            let requirements = draft.spec.value.security.iter().flatten();
            let offered: Vec<&String> = requirements.flat_map(IndexMap::keys).collect();
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
        let shared = lowering.document.api.security.as_deref();
        let (holder, requirements) = match &draft.spec.value.security {
            Some(own) => (draft.spec.pointer.as_str(), own.as_slice()),
            None => ("", shared.unwrap_or_default()),
        };
        let mut session = false;
        let mut open = false;
        let mut unchecked = Vec::new();
        for requirement in At::new(holder, ()).items("security", requirements) {
            open |= requirement.value.is_empty();
            for name in requirement.value.keys() {
                match self.0.get(name) {
                    Some(Kind::Session) => session = true,
                    Some(Kind::Refresh) => {}
                    Some(Kind::Bearer | Kind::Other) | None => {
                        unchecked.push(requirement.under(name, ()).pointer);
                    }
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

/// What a scheme says about itself.
fn kind(scheme: &SecurityScheme) -> Kind {
    match scheme {
        SecurityScheme::HTTP { scheme, .. } if scheme.eq_ignore_ascii_case("bearer") => {
            Kind::Bearer
        }
        SecurityScheme::APIKey {
            location: APIKeyLocation::Cookie,
            name,
            ..
        } => match name.as_str() {
            ACCESS_COOKIE => Kind::Session,
            REFRESH_COOKIE => Kind::Refresh,
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

/// A bearer scheme that is described as a cookie, or the other way round.
fn note_swapped(lowering: &mut Lowering<'_>, scheme: &At<&SecurityScheme>) {
    let (description, is_cookie) = match scheme.value {
        SecurityScheme::HTTP { description, .. } => (description, false),
        SecurityScheme::APIKey {
            location: APIKeyLocation::Cookie,
            description,
            ..
        } => (description, true),
        _ => return,
    };
    let text = text(description.as_ref()).to_lowercase();
    let (cookie, header) = (text.contains("cookie"), text.contains("header"));
    if cookie != header && header == is_cookie {
        let span = lowering.at(&scheme.under("description", ()).pointer);
        lowering.tolerate(&tolerances::SWAPPED_DESCRIPTIONS, span, "");
    }
}
