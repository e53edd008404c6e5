//! One path of the spec: its base path, its tenant, its segments.

use super::context::Context;
use crate::app_info::{AppInfo, Setting};
use crate::diagnostic::Diagnostic;
use crate::ir::Segment;
use crate::spec::document::Operation;
use crate::spec::place::Place as Spot;
use crate::spec::server_path;
use crate::spec::tolerances;

/// Where an operation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The segments without base path and tenant; all of them outside of the base path.
    pub(super) segments: Vec<Segment>,
    /// The path does not stand under the base path.
    pub(super) outside_base: bool,
    /// A tenant segment follows the base path.
    pub(super) tenant: bool,
}

/// What paths start with.
#[derive(Debug)]
pub(super) struct Bases {
    /// Segments of `apiBasePath`.
    base: Vec<String>,
    /// Segments of the path of the first server, which stand before every path of the spec.
    server: Vec<String>,
}

/// Paths that frontends ask for and that published specs write in another case.
const EXACT_PATHS: &[&str] = &[
    "/signup/phonenumber/exists",
    "/passwordless/phonenumber/exists",
];

/// Operations of FDI 4.1 whose published path no frontend calls, and the path that frontends call.
const PUBLISHED_PATHS: &[(&str, &str, &str)] = &[
    (
        "webauthnRegisterOptions",
        "/webauthn/register/options",
        "/webauthn/options/register",
    ),
    (
        "webauthnSignInOptions",
        "/webauthn/signin/options",
        "/webauthn/options/signin",
    ),
    (
        "webauthnGenerateRecoverAccountToken",
        "/webauthn/recover/account/token",
        "/user/webauthn/reset/token",
    ),
    (
        "webauthnRecoverAccount",
        "/webauthn/recover/account",
        "/user/webauthn/reset",
    ),
];

/// Moves an operation of the published FDI to the path that frontends call.
pub(super) fn correct(cx: &mut Context<'_>, spec: &Operation, place: &mut Place) {
    let route = Segment::route(&place.segments);
    let mut known = PUBLISHED_PATHS.iter();
    let known = known.find(|(id, path, _)| spec.id.as_deref() == Some(id) && route == *path);
    if let Some((_, _, called)) = known.filter(|_| !place.outside_base) {
        let span = cx.key(&spec.path_place);
        let label = format!("is read as `{called}`");
        cx.tolerate(&tolerances::PUBLISHED_PATH, span, label);
        place.segments = segments(called)
            .map(|segment| Segment::Literal(segment.to_owned()))
            .collect();
    }
}

impl Bases {
    /// Reads the base path of appInfo and the path of the first server.
    pub(super) fn read(cx: &Context<'_>, app_info: &AppInfo) -> Self {
        let base = app_info.api_base_path.as_ref();
        let base = base.map_or(Some("/auth".to_owned()), Setting::default_text);
        let base = base.unwrap_or_else(|| "/auth".to_owned());
        let server = &cx.document.server;
        Self {
            base: segments(&base).map(str::to_owned).collect(),
            server: segments(server_path(server)).map(str::to_owned).collect(),
        }
    }

    /// Splits a path of the spec; `at` is the path item.
    pub(super) fn place(&self, cx: &mut Context<'_>, path: &str, at: &Spot) -> Place {
        let visible: String = path.chars().filter(|c| !is_invisible(*c)).collect();
        if visible != path {
            let label = format!("is read as `{visible}`");
            let span = cx.key(at);
            cx.tolerate(&tolerances::INVISIBLE_BLANKS, span, label);
        }
        let server = self.server.iter().map(String::as_str);
        let mut all: Vec<&str> = server.chain(segments(&visible)).collect();
        let under_base = match all.iter().position(|segment| *segment == "{apiBasePath}") {
            Some(at) => {
                all.drain(..=at);
                true
            }
            None => {
                let starts = all.len() >= self.base.len()
                    && all
                        .iter()
                        .zip(&self.base)
                        .all(|(segment, base)| segment == base);
                if starts {
                    all.drain(..self.base.len());
                }
                starts
            }
        };
        let tenant = under_base && all.first().is_some_and(|first| is_tenant(first));
        if tenant {
            if all[0].starts_with('<') {
                let span = cx.key(at);
                cx.tolerate(&tolerances::ANGLE_BRACKETS, span, "");
            }
            all.remove(0);
        }
        let exact = exact_path(&all);
        if let Some(exact) = exact {
            let label = format!("is read as `{exact}`");
            let span = cx.key(at);
            cx.tolerate(&tolerances::PATH_CASE, span, label);
            all = segments(exact).collect();
        }
        Place {
            segments: all
                .into_iter()
                .map(|segment| parse(cx, segment, at))
                .collect(),
            outside_base: !under_base,
            tenant,
        }
    }
}

/// The spelling that frontends use, where this path differs from it in case only.
fn exact_path(all: &[&str]) -> Option<&'static str> {
    EXACT_PATHS.iter().copied().find(|exact| {
        let mut differs = false;
        let mut wanted = segments(exact);
        let equal = all.iter().all(|segment| {
            wanted.next().is_some_and(|wanted| {
                differs |= *segment != wanted;
                segment.eq_ignore_ascii_case(wanted)
            })
        });
        equal && differs && wanted.next().is_none()
    })
}

/// One segment of a path.
fn parse(cx: &mut Context<'_>, segment: &str, at: &Spot) -> Segment {
    let inner = |open, close| segment.strip_prefix(open)?.strip_suffix(close);
    if let Some(name) = inner('{', '}').filter(|name: &&str| !name.contains(['{', '}'])) {
        return Segment::Param(name.to_owned());
    }
    if let Some(name) = inner('<', '>') {
        let span = cx.key(at);
        cx.tolerate(&tolerances::ANGLE_BRACKETS, span, "");
        return Segment::Param(name.to_owned());
    }
    if segment.contains(['{', '}']) {
        cx.report(
            Diagnostic::error(
                "partial-path-parameter",
                format!("the segment `{segment}` is only in part a parameter"),
            )
            .at(cx.key(at), "")
            .help(
                "a parameter has to be a whole segment: `/files/{name}`, not `/files/{name}.json`",
            ),
        );
    }
    Segment::Literal(segment.to_owned())
}

/// Whether a segment stands for the tenant.
fn is_tenant(segment: &str) -> bool {
    matches!(segment, "{tenantId}" | "<tenantId>")
}

/// The pieces between the slashes.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Blanks, control characters, and characters without any ink.
fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}'
        )
}
