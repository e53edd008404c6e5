//! Parameters outside of the body.

use std::collections::BTreeSet;

use openapiv3::{Parameter, ParameterSchemaOrContent, ReferenceOr};

use super::operations::Draft;
use super::{Lowering, models, text, tolerances};
use crate::diagnostic::Diagnostic;
use crate::ir::{Field, Format, Param, ParamPlace, Segment, Shape, Type};
use crate::name::Namer;
use crate::spec::at::At;

/// Headers that the session engine, the router or HTTP itself reads.
const OWNED_HEADERS: &[&str] = &[
    "rid",
    "anti-csrf",
    "st-auth-mode",
    "st-access-token",
    "st-refresh-token",
    "fdi-version",
    "authorization",
    "accept",
    "content-type",
    "cookie",
    "origin",
];

/// Path parameters that stand for the base path and the tenant.
const OWNED_SEGMENTS: &[&str] = &["apiBasePath", "tenantId"];

/// The parameters of one operation: those of its path item first, each replaced by one of its own.
pub(super) fn lower<'d>(lowering: &mut Lowering<'d>, draft: &Draft<'d>) -> Vec<Param> {
    let (spec, item) = (&draft.spec, &draft.path_item);
    let own = declared(lowering, spec.items("parameters", &spec.value.parameters));
    let replaced: BTreeSet<_> = own.iter().map(|(_, own)| identity(own.value)).collect();
    let mut all = declared(lowering, item.items("parameters", &item.value.parameters));
    all.retain(|(_, shared)| !replaced.contains(&identity(shared.value)));
    all.extend(own);

    let mut names = Namer::default();
    let mut params = Vec::new();
    for (place, parameter) in all {
        let name = &parameter.value.parameter_data_ref().name;
        let place = match parameter.value {
            Parameter::Path { .. }
                if OWNED_SEGMENTS.contains(&name.as_str()) && !has_segment(draft, name) =>
            {
                // The base path is taken off every path but those that stand outside of it.
                if draft.place.outside_base || name == "tenantId" && !draft.place.tenant {
                    let span = lowering.at(&place);
                    lowering.tolerate(
                        &tolerances::PARAMETER_NOT_IN_PATH,
                        span,
                        format!("`{name}` is not in `{}`", draft.route()),
                    );
                }
                continue;
            }
            Parameter::Path { .. } if !has_segment(draft, name) => {
                let span = lowering.at(&place);
                lowering.tolerate(
                    &tolerances::PARAMETER_NOT_IN_PATH,
                    span,
                    format!("`{name}` is not in `{}`", draft.route()),
                );
                continue;
            }
            Parameter::Path { .. } => ParamPlace::Path,
            Parameter::Query { .. } => ParamPlace::Query,
            Parameter::Header { .. }
                if OWNED_HEADERS
                    .iter()
                    .any(|owned| name.eq_ignore_ascii_case(owned)) =>
            {
                continue;
            }
            Parameter::Header { .. } => ParamPlace::Header,
            Parameter::Cookie { .. } => {
                let span = lowering.at(&place);
                lowering.tolerate(&tolerances::COOKIE_PARAMETER, span, format!("`{name}`"));
                continue;
            }
        };
        params.push(Param {
            place,
            field: field(lowering, draft, &parameter, place, &mut names),
        });
    }
    add_undeclared(lowering, draft, &mut params, &mut names);
    params
}

/// Parameters as they are listed: where each is listed, and what it says.
fn declared<'d>(
    lowering: &Lowering<'d>,
    listed: impl Iterator<Item = At<&'d ReferenceOr<Parameter>>>,
) -> Vec<(String, At<&'d Parameter>)> {
    listed
        .map(|listed| (listed.pointer.clone(), lowering.resolve(listed)))
        .collect()
}

/// What an operation's parameter has to share with that of its path to stand in for it.
fn identity(parameter: &Parameter) -> (&str, &str) {
    let place = match parameter {
        Parameter::Path { .. } => "path",
        Parameter::Query { .. } => "query",
        Parameter::Header { .. } => "header",
        Parameter::Cookie { .. } => "cookie",
    };
    (place, &parameter.parameter_data_ref().name)
}

/// One parameter.
fn field<'d>(
    lowering: &mut Lowering<'d>,
    draft: &Draft<'d>,
    parameter: &At<&'d Parameter>,
    place: ParamPlace,
    names: &mut Namer,
) -> Field {
    let data = parameter.value.parameter_data_ref();
    let name = &data.name;
    let hint = format!("{} {name}", draft.type_name.as_str());
    let (ty, nullable) = match &data.format {
        ParameterSchemaOrContent::Schema(schema) => {
            let schema = parameter.under("schema", schema);
            models::ty(lowering, schema.into(), &hint)
        }
        ParameterSchemaOrContent::Content(_) => (Type::String(Format::Plain), false),
    };
    if !is_flat(lowering, &ty) {
        let diagnostic = Diagnostic::error(
            "unsupported-parameter",
            format!("the parameter `{name}` is neither a scalar nor a list of scalars"),
        )
        .at(lowering.at(&parameter.pointer), "")
        .help("only such values can be written into a path, a query or a header; move it into the request body");
        lowering.report(diagnostic);
    }
    Field {
        name: names.field(name),
        ty,
        required: place == ParamPlace::Path || data.required,
        nullable,
        docs: text(data.description.as_ref()).to_owned(),
        deprecated: data.deprecated == Some(true),
    }
}

/// Whether a value can be written as one text, or as several.
fn is_flat(lowering: &Lowering<'_>, ty: &Type) -> bool {
    let scalar = |ty: &Type| match ty {
        Type::Bool | Type::Int | Type::Float | Type::String(_) => true,
        Type::Model(id) => {
            matches!(lowering.models[id.0].shape, Shape::Enum { .. })
        }
        Type::Json | Type::List(_) | Type::Map(_) => false,
    };
    match ty {
        Type::List(item) => scalar(item),
        other => scalar(other),
    }
}

/// Whether the path has a parameter of this name.
fn has_segment(draft: &Draft<'_>, name: &str) -> bool {
    let mut segments = draft.place.segments.iter();
    segments.any(|segment| matches!(segment, Segment::Param(known) if known == name))
}

/// Parameters of the path that nothing describes.
fn add_undeclared(
    lowering: &mut Lowering<'_>,
    draft: &Draft<'_>,
    params: &mut Vec<Param>,
    names: &mut Namer,
) {
    for segment in &draft.place.segments {
        let Segment::Param(name) = segment else {
            continue;
        };
        let known = params
            .iter()
            .any(|param| param.place == ParamPlace::Path && param.field.name.wire() == name);
        if known {
            continue;
        }
        let span = lowering.key(&draft.path_item.pointer);
        lowering.tolerate(&tolerances::UNDECLARED_PARAMETER, span, format!("`{name}`"));
        params.push(Param {
            place: ParamPlace::Path,
            field: Field {
                name: names.field(name),
                ty: Type::String(Format::Plain),
                required: true,
                nullable: false,
                docs: String::new(),
                deprecated: false,
            },
        });
    }
}
