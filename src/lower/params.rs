//! Parameters outside of the body.

use std::collections::BTreeSet;

use super::context::Context;
use super::drafts::Draft;
use super::object::Member;
use super::{constraints, members, scalars, styles, types};
use crate::ir::{Field, Format, Param, ParamPlace, Segment, Style, Type};
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
            // Reported where the path stands.
            Location::Path if is_part_of_segment(draft, name) => continue,
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
        let mut field = field(cx, draft, parameter, place, &mut names);
        let hint = format!("{} {name}", draft.type_name.as_str());
        let constraints = match (&parameter.schema, draft.built_in()) {
            (Some(schema), None) => Some(constraints::root(cx, schema, &hint)),
            (Some(schema), Some(_)) => {
                constraints::note_unchecked(cx, schema, &draft.id);
                None
            }
            (None, _) => None,
        };
        let style = styles::of(cx, parameter, &field.ty);
        let default = styles::default(cx, parameter, &field, &style);
        if !default.is_empty() {
            let gap = if field.docs.is_empty() { "" } else { "\n\n" };
            field.docs = format!("{}{gap}Default: `{}`.", field.docs, default.join("`, `"));
        }
        params.push(Param {
            place,
            field,
            style,
            default,
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
        Some(_) if styles::is_other_document(parameter) => {
            let span = cx.at(&parameter.place);
            let label = format!("`{}` arrives as text", parameter.name);
            cx.tolerate(&tolerances::DOCUMENT_PARAMETER, span, label);
            (Type::String(Format::Plain), false)
        }
        // Several kinds of scalars are one text on the wire.
        Some(schema)
            if parameter.media_type.is_none()
                && is_text(cx, schema)
                && scalars::is_mixed(cx, schema) =>
        {
            (Type::String(Format::Plain), false)
        }
        Some(schema) => {
            let (ty, nullable) = types::ty(cx, schema, &hint);
            if ty == Type::Json && parameter.media_type.is_none() && is_text(cx, schema) {
                (Type::String(Format::Plain), false)
            } else {
                (ty, nullable)
            }
        }
        None => (Type::String(Format::Plain), false),
    };
    let is_json = parameter.media_type.is_some();
    let (ty, nullable) = match is_json {
        true => (ty, nullable),
        false => (without_null(cx, parameter, ty), nullable),
    };
    if nullable && place == ParamPlace::Path && !is_json {
        let span = cx.at(&parameter.place);
        cx.tolerate(&tolerances::NULL_PARAMETER, span, format!("`{name}`"));
    }
    Field {
        name: names.field(name),
        ty,
        required: place == ParamPlace::Path || parameter.required,
        nullable: nullable && (is_json || place != ParamPlace::Path),
        // Only JSON has a text for `null`.
        absent_is_null: !is_json,
        docs: parameter.docs.clone(),
        deprecated: parameter.deprecated,
    }
}

/// A list of texts whose items cannot be `null`.
fn without_null(cx: &mut Context<'_>, parameter: &Parameter, ty: Type) -> Type {
    let Type::List(item) = ty else {
        return ty;
    };
    let Type::Nullable(item) = *item else {
        return Type::List(item);
    };
    let span = cx.at(&parameter.place);
    let label = format!("the items of `{}`", parameter.name);
    cx.tolerate(&tolerances::NULL_PARAMETER, span, label);
    Type::List(item)
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

/// Whether the path has a parameter of this name.
fn has_segment(draft: &Draft<'_>, name: &str) -> bool {
    let mut segments = draft.place.segments.iter();
    segments.any(|segment| matches!(segment, Segment::Param(known) if known == name))
}

/// Whether the path has a segment of which the parameter is a part: `{name}.json`.
fn is_part_of_segment(draft: &Draft<'_>, name: &str) -> bool {
    let part = format!("{{{name}}}");
    let mut segments = draft.place.segments.iter();
    segments.any(|segment| matches!(segment, Segment::Literal(text) if text.contains(&part)))
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
                absent_is_null: false,
                docs: String::new(),
                deprecated: false,
            },
            style: Style::PLAIN,
            default: Vec::new(),
            constraints: None,
        });
    }
}
