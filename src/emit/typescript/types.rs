//! `types.d.ts`: models, parameters and answers.

mod layout;

use layout::{Alternative, AlternativeKind, Member, interface, members, union};

use super::names::{Names, OperationNames};
use super::operations::request::{answers_raw, successes};
use super::string;
use crate::emit::sections::Sections;
use crate::ir::{
    Api, Arm, ArmBody, Body, BodyEncoding, BodyForm, Field, Model, Operation, Shape, Type,
    UnionVariant,
};

/// All type declarations: operation by operation, the models that it is the first to need, its
/// parameters, its answer.
pub(super) fn items(api: &Api, sections: &Sections, names: &Names) -> Vec<String> {
    let model = |id| declaration(api.model(id), names.model(id), names);
    let mut items = Vec::new();
    for (index, (operation, own)) in names.operations(api).enumerate() {
        items.extend(sections.heading(api, index));
        items.extend(sections.models(index).iter().copied().map(model));
        if !operation.params.is_empty() {
            items.push(params(operation, own, names));
        }
        items.push(response(operation, own, names));
    }
    items.extend(sections.unused().map(model));
    items
}

/// A type expression.
pub(super) fn expression(ty: &Type, names: &Names) -> String {
    match ty {
        Type::Bool => "boolean".to_owned(),
        Type::Int | Type::Float => "number".to_owned(),
        Type::String(_) => "string".to_owned(),
        Type::Literal(_, values) => values.join(" | "),
        Type::Json => "unknown".to_owned(),
        Type::List(element) if matches!(**element, Type::Nullable(_) | Type::Literal(..)) => {
            format!("({})[]", expression(element, names))
        }
        Type::List(element) => format!("{}[]", expression(element, names)),
        Type::Nullable(inner) => format!("{} | null", expression(inner, names)),
        Type::Map(element) => format!("Record<string, {}>", expression(element, names)),
        Type::Model(id) => names.model(*id).to_owned(),
    }
}

/// The type of a request body: the value itself, or the value beside its media type where there are several.
pub(super) fn body_type(body: &Body, names: &Names) -> String {
    let value = |form: &BodyForm| match form.encodings.as_slice() {
        [BodyEncoding::Bytes] => "Blob | ArrayBuffer | Uint8Array".to_owned(),
        _ => expression(&form.ty, names),
    };
    let named = |name: &String| match name.strip_suffix("/*") {
        Some(kind) => format!("`{kind}/${{string}}`"),
        None => string(name),
    };
    if let [form] = body.forms.as_slice() {
        return value(form);
    }
    let forms = body.forms.iter().map(|form| {
        let types: Vec<String> = form.types.iter().map(named).collect();
        format!("{{ type: {}; body: {} }}", types.join(" | "), value(form))
    });
    forms.collect::<Vec<_>>().join(" | ")
}

/// A key of an object type or literal: quoted where it is no identifier.
pub(super) fn key(wire: &str) -> String {
    if is_identifier(wire) {
        wire.to_owned()
    } else {
        string(wire)
    }
}

/// The name under which each parameter stands in `…Params`: its own, unless another place has
/// a parameter of the same name.
pub(super) fn param_keys(operation: &Operation) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for param in &operation.params {
        let mut name = param.field.name.wire().to_owned();
        while keys.contains(&name) || (operation.body.is_some() && name == "body") {
            name = match param.place {
                crate::ir::ParamPlace::Path => format!("{name}InPath"),
                crate::ir::ParamPlace::Query => format!("{name}InQuery"),
                crate::ir::ParamPlace::Header => format!("{name}InHeader"),
            };
        }
        keys.push(name);
    }
    keys
}

pub(super) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_' || other == '$')
}

fn declaration(model: &Model, name: &str, names: &Names) -> String {
    match &model.shape {
        Shape::Struct { fields, rest } => {
            let mut members = members(fields, model.in_requests, names);
            if let Some(rest) = rest {
                // Beside known keys of other types, only `unknown` is true of all keys.
                let rest = if fields.is_empty() {
                    expression(rest, names)
                } else {
                    "unknown".to_owned()
                };
                members.push(Member::new(format!("[key: string]: {rest}")));
            }
            interface(name, &model.docs, &members)
        }
        Shape::Union { tag, variants } => {
            let alternatives: Vec<Alternative> = variants
                .iter()
                .map(|variant| alternative(tag.as_deref(), variant, model.in_requests, names))
                .collect();
            union(name, &model.docs, &alternatives)
        }
        Shape::Enum { values } => {
            let alternatives: Vec<Alternative> = values
                .iter()
                .map(|(_, value)| Alternative {
                    docs: String::new(),
                    kind: AlternativeKind::Other(string(value)),
                })
                .collect();
            union(name, &model.docs, &alternatives)
        }
        Shape::Choice { kinds } => {
            let alternatives: Vec<Alternative> = kinds
                .iter()
                .map(|(_, ty)| Alternative {
                    docs: String::new(),
                    kind: AlternativeKind::Other(expression(ty, names)),
                })
                .collect();
            union(name, &model.docs, &alternatives)
        }
    }
}

fn alternative(
    tag: Option<&str>,
    variant: &UnionVariant,
    may_be_undefined: bool,
    names: &Names,
) -> Alternative {
    Alternative {
        docs: variant.docs.clone(),
        kind: AlternativeKind::Object(tagged(
            tag,
            variant.literal.as_deref(),
            &variant.fields,
            may_be_undefined,
            names,
        )),
    }
}

/// The members of an object in a union. Where its siblings have a tag and it has none, the tag is
/// declared absent, so that `answer.status === "OK"` is well-typed and narrows.
fn tagged(
    tag: Option<&str>,
    literal: Option<&str>,
    fields: &[Field],
    may_be_undefined: bool,
    names: &Names,
) -> Vec<Member> {
    let mut all = Vec::new();
    match (tag, literal) {
        (Some(tag), Some(literal)) => {
            all.push(Member::new(format!("{}: {}", key(tag), string(literal))));
        }
        (Some(tag), None) if fields.iter().all(|field| field.name.wire() != tag) => {
            all.push(Member::new(format!("{}?: never", key(tag))));
        }
        _ => {}
    }
    all.extend(members(fields, may_be_undefined, names));
    all
}

fn params(operation: &Operation, own: &OperationNames, names: &Names) -> String {
    let mut members: Vec<Member> = operation
        .params
        .iter()
        .zip(param_keys(operation))
        .map(|(param, name)| Member::field(&param.field, &name, true, names))
        .collect();
    if let Some(body) = &operation.body {
        let ty = body_type(body, names);
        members.push(Member {
            docs: "The request body.".to_owned(),
            text: if body.required {
                format!("body: {ty}")
            } else {
                format!("body?: {ty} | undefined")
            },
        });
    }
    let docs = format!("What `{}` takes.", own.function);
    interface(&own.params, &docs, &members)
}

fn response(operation: &Operation, own: &OperationNames, names: &Names) -> String {
    let mut alternatives: Vec<Alternative> = Vec::new();
    for arm in successes(operation) {
        let alternative = success(operation, arm, names);
        let text = alternative.kind.print("");
        if alternatives
            .iter()
            .all(|other| other.kind.print("") != text)
        {
            alternatives.push(alternative);
        }
    }
    let docs = format!("What `{}` answers.", own.function);
    union(&own.response, &docs, &alternatives)
}

fn success(operation: &Operation, arm: &Arm, names: &Names) -> Alternative {
    let tag = operation.answer.tag.as_deref();
    // Beside bytes, what is no `text/…` is read as bytes too.
    let is_text = |media: &String| media.starts_with("text/");
    let is_read_as_text = !answers_raw(operation) || arm.media.as_ref().is_none_or(is_text);
    let other = |text: &str| AlternativeKind::Other(text.to_owned());
    Alternative {
        docs: arm.docs.clone(),
        kind: match &arm.body {
            ArmBody::Object(fields) => {
                AlternativeKind::Object(tagged(tag, arm.literal.as_deref(), fields, false, names))
            }
            ArmBody::Json(ty) => AlternativeKind::Other(expression(ty, names)),
            ArmBody::Text if is_read_as_text => other("string"),
            ArmBody::Text | ArmBody::Bytes => other("Blob"),
            ArmBody::Events => other("AsyncIterable<{ event: string; data: string; id: string }>"),
            ArmBody::Empty | ArmBody::Redirect => other("undefined"),
        },
    }
}
