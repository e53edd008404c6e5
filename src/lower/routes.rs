//! Routes must not get in each other's way.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::drafts::Draft;
use crate::diagnostic::Diagnostic;
use crate::ir::{Method, Segment};
use crate::spec::tolerances;

/// Reports two operations behind one route.
pub(super) fn check(cx: &mut Context<'_>, drafts: &[Draft<'_>]) {
    let mut routes: BTreeMap<(Method, bool, String), Vec<&Draft<'_>>> = BTreeMap::new();
    for draft in drafts {
        let mut pattern = String::new();
        for segment in &draft.place.segments {
            pattern.push('/');
            match segment {
                Segment::Literal(text) => pattern.push_str(text),
                Segment::Param(_) => pattern.push_str("{}"),
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

/// Gives a parameter in one position of all paths of a form one name, the first: a request's path is
/// matched segment by segment, and has no names.
pub(super) fn unify_names(cx: &mut Context<'_>, drafts: &mut [Draft<'_>]) {
    let mut names: BTreeMap<(bool, String), String> = BTreeMap::new();
    for draft in drafts {
        let mut pattern = String::new();
        for segment in &mut draft.place.segments {
            pattern.push('/');
            let name = match segment {
                Segment::Literal(text) => {
                    pattern.push_str(text);
                    continue;
                }
                Segment::Param(name) => name,
            };
            pattern.push_str("{}");
            let key = (draft.place.outside_base, pattern.clone());
            let known = names.entry(key).or_insert_with(|| name.clone());
            if known != name {
                let span = cx.key(&draft.spec.path_place);
                let label = format!("`{name}` is called `{known}` elsewhere");
                cx.tolerate(&tolerances::TWO_NAMES, span, label);
                draft
                    .renamed
                    .push((std::mem::replace(name, known.clone()), known.clone()));
            }
        }
        check_distinct(cx, draft);
    }
}

/// Reports a path that has one name in two positions.
fn check_distinct(cx: &mut Context<'_>, draft: &Draft<'_>) {
    let mut seen = BTreeSet::new();
    for segment in &draft.place.segments {
        if let Segment::Param(name) = segment
            && !seen.insert(name)
        {
            let diagnostic = Diagnostic::error(
                "parameter-name-conflict",
                format!("two parameters of a path have the name `{name}`"),
            )
            .at(cx.key(&draft.spec.path_place), format!("`{}`", draft.route()))
            .help("give each parameter of a path a name of its own, and a position the same name in all paths that begin alike");
            cx.report(diagnostic);
        }
    }
}
