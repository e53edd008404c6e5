//! What a built-in behaviour needs of its operation: method, path, query and body.

use std::borrow::Cow;

use openapiv3::Parameter;

use super::contract::{self, Claim};
use super::members::{self, Object};
use super::operations::Draft;
use super::{Lowering, bodies, tolerances};
use crate::catalog::{Behaviour, BodyKind, DomainField, DomainStruct, DomainType};
use crate::diagnostic::Diagnostic;

/// One entry of `formFields`. Nothing in the runtime fills it, it is read.
pub(super) static FORM_FIELD: DomainStruct = DomainStruct {
    path: "",
    name: "FormField",
    fields: &[
        DomainField {
            wire: "id",
            rust: "id",
            ty: DomainType::Text,
            always: true,
        },
        DomainField {
            wire: "value",
            rust: "value",
            ty: DomainType::Text,
            always: true,
        },
    ],
};

/// The way out that every mismatch offers.
const CUSTOM: &str = "or mark the operation `x-auth-gen: custom`";

/// Checks the request of one operation, and claims the schema of its body.
pub(super) fn check<'d>(
    lowering: &mut Lowering<'d>,
    draft: &Draft<'d>,
    behaviour: &'static Behaviour,
) {
    if draft.method_name() != behaviour.method {
        let diagnostic = Diagnostic::error(
            "behaviour-method",
            format!(
                "`{}` is asked for with {}, not {}",
                behaviour.name,
                behaviour.method,
                draft.method_name()
            ),
        )
        .at(
            lowering.key(&draft.spec.pointer),
            format!("`{}` here", draft.id),
        )
        .help(format!(
            "make it `{}`, {CUSTOM}",
            behaviour.method.to_lowercase()
        ));
        lowering.report(diagnostic);
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
            lowering.key(&draft.path_item.pointer),
            format!("`{}` here", draft.id),
        )
        .help(format!("make the path {}, {CUSTOM}", wanted.join(" or ")));
        lowering.report(diagnostic);
    }
    for name in behaviour.query {
        let (spec, item) = (&draft.spec, &draft.path_item);
        let mut listed = spec
            .items("parameters", &spec.value.parameters)
            .chain(item.items("parameters", &item.value.parameters));
        let known = listed.any(|listed| match lowering.resolve(listed).value {
            Parameter::Query { parameter_data, .. } => parameter_data.name == *name,
            _ => false,
        });
        if !known {
            let diagnostic = Diagnostic::error(
                "behaviour-query",
                format!("`{}` needs the query parameter `{name}`", behaviour.name),
            )
            .at(
                lowering.key(&draft.spec.pointer),
                format!("`{}` lacks it", draft.id),
            )
            .help(format!(
                "add it under `parameters` with `in: query` and `type: string`, {CUSTOM}"
            ));
            lowering.report(diagnostic);
        }
    }
    if !behaviour.body.is_empty() {
        check_body(lowering, draft, behaviour);
    }
}

/// Checks that the body has the keys that the behaviour reads.
fn check_body<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>, behaviour: &'static Behaviour) {
    let schema =
        bodies::json_schema(lowering, draft).map(|schema| members::core(lowering, schema).0);
    let object = schema
        .clone()
        .and_then(|schema| members::object(lowering, schema.into()));
    let (Some(schema), Some(object)) = (schema, object) else {
        let pointer = match draft.spec.value.request_body {
            Some(_) => draft.spec.under("requestBody", ()).pointer,
            None => draft.spec.pointer.clone(),
        };
        missing(
            lowering,
            behaviour,
            &pointer,
            "has to be a JSON object",
            "describe the body as `application/json` with a schema of `type: object`",
        );
        return;
    };
    let claim = claim_of(behaviour);
    for field in claim.fields.iter() {
        let written = object.properties.keys().copied().find(|wire| {
            claim
                .field(&object, wire)
                .is_some_and(|known| known.wire == field.wire)
        });
        let Some(property) = written.and_then(|wire| object.properties.get(wire)) else {
            missing(
                lowering,
                behaviour,
                &object.schema.pointer,
                &format!("lacks `{}`", field.wire),
                &format!("add `{}` to `properties`", field.wire),
            );
            continue;
        };
        if written != Some(field.wire) {
            let span = lowering.key(&property.slot.pointer);
            lowering.tolerate(
                &tolerances::KEY_CASE,
                span,
                format!("is read as `{}`", field.wire),
            );
        }
        contract::check_type(lowering, behaviour.name, &property.slot, field.ty);
    }
    let claims = lowering.claims.entry(schema.pointer).or_default();
    if !claims.contains(&claim) {
        claims.push(claim);
    }
}

/// How the body of a behaviour is to be understood.
fn claim_of(behaviour: &'static Behaviour) -> Claim {
    let fields = behaviour.body.iter().map(|(wire, kind)| DomainField {
        wire,
        rust: wire,
        ty: match kind {
            BodyKind::FormFields => DomainType::List(&FORM_FIELD),
            BodyKind::Text => DomainType::Text,
        },
        always: true,
    });
    // Behaviours that read the same keys may share a schema.
    let twin = crate::catalog::BEHAVIOURS
        .iter()
        .find(|other| other.body == behaviour.body);
    Claim {
        name: twin.unwrap_or(behaviour).name,
        fields: Cow::Owned(fields.collect()),
        filled: None,
        read: true,
    }
}

/// One entry of `formFields`: its keys, and that its ids are open.
pub(super) fn check_form_field<'d>(
    lowering: &mut Lowering<'d>,
    behaviour: &str,
    object: &Object<'d>,
) {
    for field in FORM_FIELD.fields {
        match object.properties.get(field.wire) {
            None => {
                let cure = format!(
                    "describe each entry as an object with `id` and `value`: it lacks `{}`",
                    field.wire
                );
                contract::mismatch(
                    lowering,
                    behaviour,
                    &object.schema.pointer,
                    "is no form field",
                    &cure,
                );
            }
            Some(property) => contract::check_type(lowering, behaviour, &property.slot, field.ty),
        }
    }
    if let Some(id) = object.properties.get("id")
        && !members::literals(lowering, &id.slot).is_empty()
    {
        let (id, _) = members::core(lowering, id.slot.clone());
        let span = lowering.key(&id.under("enum", ()).pointer);
        lowering.tolerate(
            &tolerances::CLOSED_FORM_FIELD,
            span,
            "any string is accepted",
        );
    }
}

/// A body that lacks what the behaviour reads.
fn missing(
    lowering: &mut Lowering<'_>,
    behaviour: &Behaviour,
    pointer: &str,
    what: &str,
    cure: &str,
) {
    let diagnostic = Diagnostic::error(
        "behaviour-body",
        format!(
            "the request body does not fit the built-in behaviour `{}`",
            behaviour.name
        ),
    )
    .at(lowering.key(pointer), what)
    .help(format!("{cure}, {CUSTOM}"));
    lowering.report(diagnostic);
}
