//! Parameters outside of the body.

use std::collections::BTreeSet;

use super::context::Context;
use super::drafts::Draft;
use super::object::Member;
use super::{constraints, members, types};
use crate::diagnostic::Diagnostic;
use crate::ir::{Field, Format, Param, ParamPlace, Segment, Shape, Type};
use crate::name::Namer;
use crate::spec::document::{Kind, Location, Parameter, Schema, Slot};
use crate::spec::tolerances;

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
pub(super) fn lower<'d>(cx: &mut Context<'d>, draft: &Draft<'d>) -> Vec<Param> {
    let own = &draft.spec.parameters;
    let replaced: BTreeSet<_> = own.iter().map(identity).collect();
    let shared = draft.spec.shared_parameters.iter();
    let shared = shared.filter(|shared| !replaced.contains(&identity(shared)));

    let mut names = Namer::default();
    let mut params = Vec::new();
    for parameter in shared.chain(own) {
        let name = match parameter.location {
            Location::Path => draft.param_name(&parameter.name),
            _ => &parameter.name,
        };
        let place = match parameter.location {
            Location::Path if OWNED_SEGMENTS.contains(&name) && !has_segment(draft, name) => {
                // The base path is taken off every path but those that stand outside of it.
                if draft.place.outside_base || name == "tenantId" && !draft.place.tenant {
                    let span = cx.at(&parameter.listed);
                    cx.tolerate(
                        &tolerances::PARAMETER_NOT_IN_PATH,
                        span,
                        format!("`{name}` is not in `{}`", draft.route()),
                    );
                }
                continue;
            }
            Location::Path if !has_segment(draft, name) => {
                let span = cx.at(&parameter.listed);
                cx.tolerate(
                    &tolerances::PARAMETER_NOT_IN_PATH,
                    span,
                    format!("`{name}` is not in `{}`", draft.route()),
                );
                continue;
            }
            Location::Path => ParamPlace::Path,
            Location::Query => ParamPlace::Query,
            Location::Header
                if OWNED_HEADERS
                    .iter()
                    .any(|owned| name.eq_ignore_ascii_case(owned)) =>
            {
                continue;
            }
            Location::Header => ParamPlace::Header,
            Location::Cookie => {
                let span = cx.at(&parameter.listed);
                cx.tolerate(&tolerances::COOKIE_PARAMETER, span, format!("`{name}`"));
                continue;
            }
        };
        let field = field(cx, draft, parameter, place, &mut names);
        let hint = format!("{} {name}", draft.type_name.as_str());
        let constraints = match (&parameter.schema, draft.built_in()) {
            (Some(schema), None) => Some(constraints::root(cx, schema, &hint)),
            (Some(schema), Some(_)) => {
                constraints::note_unchecked(cx, schema, &draft.id);
                None
            }
            (None, _) => None,
        };
        params.push(Param {
            place,
            field,
            constraints,
        });
    }
    add_undeclared(cx, draft, &mut params, &mut names);
    params
}

/// What an operation's parameter has to share with that of its path to stand in for it.
fn identity(parameter: &Parameter) -> (Location, &str) {
    (parameter.location, &parameter.name)
}

/// One parameter.
fn field<'d>(
    cx: &mut Context<'d>,
    draft: &Draft<'d>,
    parameter: &'d Parameter,
    place: ParamPlace,
    names: &mut Namer,
) -> Field {
    let name = match place {
        ParamPlace::Path => draft.param_name(&parameter.name),
        _ => &parameter.name,
    };
    let hint = format!("{} {name}", draft.type_name.as_str());
    let (ty, nullable) = match &parameter.schema {
        Some(schema) if parameter.media_type.is_none() => {
            let (ty, nullable) = types::ty(cx, schema, &hint);
            if ty == Type::Json && is_text(cx, schema) {
                (Type::String(Format::Plain), false)
            } else {
                (ty, nullable)
            }
        }
        _ => (Type::String(Format::Plain), false),
    };
    check_style(cx, parameter, &ty);
    if !is_flat(cx, &ty) {
        let diagnostic = Diagnostic::error(
            "unsupported-parameter",
            format!("the parameter `{name}` is neither a scalar nor a list of scalars"),
        )
        .at(cx.at(&parameter.place), "")
        .help("only such values can be written into a path, a query or a header; move it into the request body");
        cx.report(diagnostic);
    }
    Field {
        name: names.field(name),
        ty,
        required: place == ParamPlace::Path || parameter.required,
        nullable,
        docs: parameter.docs.clone(),
        deprecated: parameter.deprecated,
    }
}

/// Whether any value of a schema is one text on the wire: anything, or one of several scalars.
fn is_text<'d>(cx: &mut Context<'d>, schema: &'d Slot) -> bool {
    let is_scalar = |schema: &Schema| match schema.kind {
        Some(Kind::Object | Kind::Array) => false,
        Some(_) => true,
        None => !schema.is_composed() && schema.items.is_none(),
    };
    let members = members::flatten(cx, schema.schema);
    members.iter().all(|member| match member {
        Member::Other(schema) => is_scalar(schema),
        Member::Object(_) => false,
    })
}

/// Lists are written with commas (`ids=a,b`); what other styles mean is said or refused.
fn check_style(cx: &mut Context<'_>, parameter: &Parameter, ty: &Type) {
    let span = cx.at(&parameter.place);
    if parameter.media_type.is_some() {
        let label = format!("`{}` arrives as text", parameter.name);
        cx.tolerate(&tolerances::JSON_PARAMETER, span, label);
        return;
    }
    let is_list = matches!(ty, Type::List(_));
    match (parameter.location, parameter.style.as_deref()) {
        (Location::Query, None | Some("form")) if is_list && parameter.explode != Some(false) => {
            let label = format!("`{}` is written `{0}=a,b`", parameter.name);
            cx.tolerate(&tolerances::COMMA_LIST, span, label);
        }
        (_, None | Some("form" | "simple" | "deepObject")) => {}
        (Location::Query, Some(_)) if !is_list => {}
        (location, Some(style)) => {
            let cure = match location {
                Location::Query => "`style: form` and `explode: false`, which is `ids=a,b`",
                _ => "`style: simple`",
            };
            let span = cx.at(&parameter.place.under("style"));
            let title = format!(
                "the parameter `{}` has the style `{style}`, which is not supported",
                parameter.name
            );
            cx.report(
                Diagnostic::error("unsupported-parameter-style", title)
                    .at(span, "neither the server nor the client can write it")
                    .help(format!("use {cure}")),
            );
        }
    }
}

/// Whether a value can be written as one text, or as several.
fn is_flat(cx: &Context<'_>, ty: &Type) -> bool {
    let scalar = |ty: &Type| match ty {
        Type::Bool | Type::Int | Type::Float | Type::String(_) => true,
        Type::Model(id) => {
            matches!(cx.models[id.0].shape, Shape::Enum { .. })
        }
        Type::Json | Type::List(_) | Type::Map(_) | Type::Nullable(_) => false,
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
    cx: &mut Context<'_>,
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
        let span = cx.key(&draft.spec.path_place);
        cx.tolerate(&tolerances::UNDECLARED_PARAMETER, span, format!("`{name}`"));
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
            constraints: None,
        });
    }
}
