//! Routes must not get in each other's way.

use std::collections::BTreeMap;

use super::context::Context;
use super::drafts::Draft;
use crate::diagnostic::Diagnostic;
use crate::ir::{Method, Segment};
use crate::source::Span;

/// Reports two operations behind one route, and two names of one path parameter.
pub(super) fn check(cx: &mut Context<'_>, drafts: &[Draft<'_>]) {
    let mut routes: BTreeMap<(Method, bool, String), Vec<&Draft<'_>>> = BTreeMap::new();
    let mut names: BTreeMap<(bool, String), (&str, Span)> = BTreeMap::new();
    for draft in drafts {
        let mut pattern = String::new();
        for segment in &draft.place.segments {
            pattern.push('/');
            match segment {
                Segment::Literal(text) => pattern.push_str(text),
                Segment::Param(name) => {
                    pattern.push_str("{}");
                    check_name(cx, draft, name, &pattern, &mut names);
                }
            }
        }
        let same = routes
            .entry((draft.method, draft.place.outside_base, pattern))
            .or_default();
        // Two recipes may share a route: the `rid` header decides, then the order.
        let taken = same.iter().find(|other| {
            other.recipe == draft.recipe || other.recipe.is_empty() || draft.recipe.is_empty()
        });
        if let Some(other) = taken {
            let diagnostic = Diagnostic::error(
                "duplicate-route",
                format!(
                    "`{}` and `{}` answer the same requests: {} {}",
                    other.id,
                    draft.id,
                    draft.method.as_str(),
                    draft.route(),
                ),
            )
            .at(cx.key(&draft.spec.path_place), "here")
            .at(cx.key(&other.spec.path_place), "and here")
            .help("give one of them another path or method, or drop it; two operations may share a route only if their `rid` headers tell them apart");
            cx.report(diagnostic);
        }
        same.push(draft);
    }
}

/// Reports a parameter that has another name in another path of the same form.
fn check_name<'a>(
    cx: &mut Context<'_>,
    draft: &'a Draft<'_>,
    name: &'a str,
    pattern: &str,
    names: &mut BTreeMap<(bool, String), (&'a str, Span)>,
) {
    let key = (draft.place.outside_base, pattern.to_owned());
    let span = cx.key(&draft.spec.path_place);
    let Some((known, place)) = names.get(&key) else {
        names.insert(key, (name, span));
        return;
    };
    if *known != name {
        let diagnostic = Diagnostic::error(
            "parameter-name-conflict",
            format!("one path parameter has two names: `{known}` and `{name}`"),
        )
        .at(span, format!("`{name}` here"))
        .at(place.clone(), format!("`{known}` here"))
        .help("a request's path is matched segment by segment, so that a parameter in one place needs one name in all paths; give both the same");
        cx.report(diagnostic);
    }
}
