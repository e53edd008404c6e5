//! Parameters outside of the body.

use std::collections::BTreeSet;

use super::operations::Draft;
use super::node::Node;
use super::{Lowering, models, tolerances};
use crate::diagnostic::Diagnostic;
use crate::ir::{Field, Format, Param, ParamPlace, Segment, Shape, Type};
use crate::name::Namer;

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
    let own = declared(lowering, &draft.node);
    let identity = |node: &Node<'_>| (node.text("in").map(str::to_owned), node.text("name").map(str::to_owned));
    let replaced: BTreeSet<_> = own.iter().map(|(_, node)| identity(node)).collect();
    let mut all = declared(lowering, &draft.path_item);
    all.retain(|(_, node)| !replaced.contains(&identity(node)));
    all.extend(own);

    let mut names = Namer::default();
    let mut params = Vec::new();
    for (place, node) in all {
        let Some(name) = node.text("name") else {
            continue;
        };
        let place = match node.text("in") {
            Some("path") if OWNED_SEGMENTS.contains(&name) && !has_segment(draft, name) => {
                // The base path is taken off every path but those that stand outside of it.
                if draft.place.outside_base || name == "tenantId" && !draft.place.tenant {
                    let span = lowering.at(&place);
                    lowering.tolerate(&tolerances::PARAMETER_NOT_IN_PATH, span, format!("`{name}` is not in `{}`", draft.route()));
                }
                continue;
            }
            Some("path") if !has_segment(draft, name) => {
                let span = lowering.at(&place);
                lowering.tolerate(&tolerances::PARAMETER_NOT_IN_PATH, span, format!("`{name}` is not in `{}`", draft.route()));
                continue;
            }
            Some("path") => ParamPlace::Path,
            Some("query") => ParamPlace::Query,
            Some("header") if OWNED_HEADERS.iter().any(|owned| name.eq_ignore_ascii_case(owned)) => continue,
            Some("header") => ParamPlace::Header,
            Some("cookie") => {
                let span = lowering.at(&place);
                lowering.tolerate(&tolerances::COOKIE_PARAMETER, span, format!("`{name}`"));
                continue;
            }
            _ => continue,
        };
        params.push(Param {
            place,
            field: field(lowering, draft, &node, name, place, &mut names),
        });
    }
    add_undeclared(lowering, draft, &mut params, &mut names);
    params
}

/// The parameters that a path item or an operation lists: where each is listed, and what it says.
fn declared<'d>(lowering: &Lowering<'d>, holder: &Node<'d>) -> Vec<(String, Node<'d>)> {
    let listed = holder.items("parameters");
    listed
        .map(|node| (node.pointer.clone(), lowering.resolve(node)))
        .collect()
}

/// One parameter.
fn field<'d>(
    lowering: &mut Lowering<'d>,
    draft: &Draft<'d>,
    node: &Node<'d>,
    name: &str,
    place: ParamPlace,
    names: &mut Namer,
) -> Field {
    let schema = node.get("schema");
    let hint = format!("{} {name}", draft.type_name.as_str());
    let (ty, nullable) = match schema {
        Some(schema) => models::ty(lowering, schema, &hint),
        None => (Type::String(Format::Plain), false),
    };
    if !is_flat(lowering, &ty) {
        let diagnostic = Diagnostic::error(
            "unsupported-parameter",
            format!("the parameter `{name}` is neither a scalar nor a list of scalars"),
        )
        .at(lowering.at(&node.pointer), "")
        .help("only such values can be written into a path, a query or a header; move it into the request body");
        lowering.report(diagnostic);
    }
    Field {
        name: names.field(name),
        ty,
        required: place == ParamPlace::Path || node.is_true("required"),
        nullable,
        docs: node.docs(),
        deprecated: node.is_true("deprecated"),
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
        let span = lowering.key(&draft.path_pointer);
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
