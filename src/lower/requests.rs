//! What a built-in behaviour needs of its request: method, path, query and body.

use super::binding::Binding;
use super::context::Context;
use super::drafts::Draft;
use super::fit;
use super::media::is_json;
use super::members;
use super::object::core;
use crate::catalog::Contract;
use crate::diagnostic::Diagnostic;
use crate::spec::document::Location;
use crate::spec::place::Place;
use crate::spec::tolerances;

/// The way out that every mismatch offers.
const CUSTOM: &str = "or mark the operation `x-auth-gen: custom`";

/// Checks the request of one operation, and binds the schema of its body.
pub(super) fn check<'d>(cx: &mut Context<'d>, draft: &Draft<'d>, behaviour: &'static Contract) {
    if draft.method.as_str() != behaviour.method {
        let diagnostic = Diagnostic::error(
            "behaviour-method",
            format!(
                "`{}` is asked for with {}, not {}",
                behaviour.name,
                behaviour.method,
                draft.method.as_str()
            ),
        )
        .at(cx.key(&draft.spec.place), format!("`{}` here", draft.id))
        .help(format!(
            "make it `{}`, {CUSTOM}",
            behaviour.method.to_lowercase()
        ));
        cx.report(diagnostic);
    }
    let route = draft.route();
    if draft.place.outside_base || !behaviour.paths.contains(&route.as_str()) {
        let wanted: Vec<String> = behaviour
            .paths
            .iter()
            .map(|path| format!("`/{{apiBasePath}}{path}`"))
            .collect();
        let diagnostic = Diagnostic::error(
            "behaviour-path",
            format!("frontends do not ask for `{}` at this path", behaviour.name),
        )
        .at(
            cx.key(&draft.spec.path_place),
            format!("`{}` here", draft.id),
        )
        .help(format!("make the path {}, {CUSTOM}", wanted.join(" or ")));
        cx.report(diagnostic);
    }
    for name in behaviour.query {
        let own = draft.spec.parameters.iter();
        let known = own
            .chain(&draft.spec.shared_parameters)
            .any(|parameter| parameter.location == Location::Query && parameter.name == *name);
        if !known {
            let diagnostic = Diagnostic::error(
                "behaviour-query",
                format!("`{}` needs the query parameter `{name}`", behaviour.name),
            )
            .at(
                cx.key(&draft.spec.place),
                format!("`{}` lacks it", draft.id),
            )
            .help(format!(
                "add it under `parameters` with `in: query` and `type: string`, {CUSTOM}"
            ));
            cx.report(diagnostic);
        }
    }
    if !behaviour.body.is_empty() {
        check_body(cx, draft, behaviour);
    }
}

/// Checks that the body has the keys that the behaviour reads.
fn check_body<'d>(cx: &mut Context<'d>, draft: &Draft<'d>, behaviour: &'static Contract) {
    let body = draft.spec.body.as_ref();
    let mut media = body.into_iter().flat_map(|body| &body.content);
    let json = media.find(|media| is_json(media));
    let schema = json.and_then(|json| json.schema.as_ref());
    let schema = schema.map(|schema| core(cx.document, schema));
    let object = schema.and_then(|schema| members::object(cx, schema.id));
    let (Some(schema), Some(object)) = (schema, object) else {
        let place = match body {
            Some(body) => &body.listed,
            None => &draft.spec.place,
        };
        missing(
            cx,
            behaviour,
            place,
            "has to be a JSON object",
            "describe the body as `application/json` with a schema of `type: object`",
        );
        return;
    };
    let binding = Binding::of_body(behaviour);
    let has = |key: &str| object.properties.contains_key(key);
    for field in binding.fields.iter() {
        let written = object.properties.keys().copied().find(|wire| {
            binding
                .field(wire, has)
                .is_some_and(|known| known.wire == field.wire)
        });
        let Some(property) = written.and_then(|wire| object.properties.get(wire)) else {
            missing(
                cx,
                behaviour,
                object.place,
                &format!("lacks `{}`", field.wire),
                &format!("add `{}` to `properties`", field.wire),
            );
            continue;
        };
        if written != Some(field.wire) {
            let span = cx.key(&property.slot.place);
            cx.tolerate(
                &tolerances::KEY_CASE,
                span,
                format!("is read as `{}`", field.wire),
            );
        }
        fit::check_type(cx, behaviour.name, property.slot, field.ty);
    }
    let bindings = cx.bindings.entry(schema.id).or_default();
    if !bindings.contains(&binding) {
        bindings.push(binding);
    }
}

/// A body that lacks what the behaviour reads.
fn missing(cx: &mut Context<'_>, behaviour: &Contract, place: &Place, what: &str, cure: &str) {
    let diagnostic = Diagnostic::error(
        "behaviour-body",
        format!(
            "the request body does not fit the built-in behaviour `{}`",
            behaviour.name
        ),
    )
    .at(cx.key(place), what)
    .help(format!("{cure}, {CUSTOM}"));
    cx.report(diagnostic);
}
