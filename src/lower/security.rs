//! What `security` asks for: the session, if one is meant at all.
//!
//! The session has two ways in: the cookie `sAccessToken` and a bearer token. Specs have other
//! bearer tokens too (OAuth2 access tokens, refresh tokens). A bearer scheme means the session when
//! some operation offers it beside that cookie, or when no scheme of the spec is that cookie.

use std::collections::BTreeMap;

use super::context::Context;
use super::drafts::Draft;
use crate::ir::Auth;
use crate::spec::document::{Scheme, SchemeKind};
use crate::spec::tolerances;

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
    pub(super) fn read(cx: &mut Context<'_>, drafts: &[Draft<'_>]) -> Self {
        let mut kinds = BTreeMap::new();
        for (name, scheme) in &cx.document.schemes {
            kinds.insert(name.clone(), kind(scheme));
            note_swapped(cx, scheme);
        }
        let has_cookie = kinds.values().any(|kind| *kind == Kind::Session);
        if !has_cookie {
            for kind in kinds.values_mut().filter(|kind| **kind == Kind::Bearer) {
                *kind = Kind::Session;
            }
            return Self(kinds);
        }
        for draft in drafts {
            let requirements = draft.spec.security.iter();
            let offered: Vec<&String> = requirements.flat_map(|one| &one.schemes).collect();
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
    pub(super) fn of(&self, cx: &mut Context<'_>, draft: &Draft<'_>) -> Auth {
        let mut session = false;
        let mut open = false;
        let mut unchecked = Vec::new();
        for requirement in &draft.spec.security {
            open |= requirement.schemes.is_empty();
            let kinds = requirement.schemes.iter().map(|name| self.0.get(name));
            let has_session = kinds.clone().any(|kind| kind == Some(&Kind::Session));
            session |= has_session;
            for (name, kind) in requirement.schemes.iter().zip(kinds) {
                if let Some(Kind::Bearer | Kind::Other) | None = kind {
                    unchecked.push((requirement.place.under(name), has_session));
                }
            }
        }
        if draft.built_in().is_none() {
            for (place, beside_session) in unchecked {
                let label = if session && !open && !beside_session {
                    "a request without a session is refused, whatever this says of it"
                } else {
                    ""
                };
                let span = cx.key(&place);
                cx.tolerate(&tolerances::UNCHECKED_SECURITY, span, label);
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
fn kind(scheme: &Scheme) -> Kind {
    match &scheme.kind {
        SchemeKind::Bearer => Kind::Bearer,
        SchemeKind::Cookie(name) => match name.as_str() {
            ACCESS_COOKIE => Kind::Session,
            REFRESH_COOKIE => Kind::Refresh,
            _ => Kind::Other,
        },
        SchemeKind::Other => Kind::Other,
    }
}

/// A bearer scheme that is described as a cookie, or the other way round.
fn note_swapped(cx: &mut Context<'_>, scheme: &Scheme) {
    let is_cookie = match scheme.kind {
        SchemeKind::Bearer => false,
        SchemeKind::Cookie(_) => true,
        SchemeKind::Other => return,
    };
    let text = scheme.docs.to_lowercase();
    let (cookie, header) = (text.contains("cookie"), text.contains("header"));
    if cookie != header && header == is_cookie {
        let span = cx.at(&scheme.place.under("description"));
        cx.tolerate(&tolerances::SWAPPED_DESCRIPTIONS, span, "");
    }
}
