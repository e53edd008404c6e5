//! `ir::Type` → Rust type.

use proc_macro2::TokenStream;

use crate::ir::{Api, Field, ModelId, Scalar, Shape, Type};

/// A type as tokens: split, but not parsed.
pub(super) fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the text below is made of tokens")
}

/// The type as text: `Vec<FormField>`.
pub(super) fn text(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "i64".to_owned(),
        Type::Float => "f64".to_owned(),
        Type::String(_) => "String".to_owned(),
        Type::Literal(scalar, values) => literal(*scalar, values),
        Type::Json => "Value".to_owned(),
        Type::List(item) => format!("Vec<{}>", text(api, item)),
        Type::Map(value) => format!("BTreeMap<String, {}>", text(api, value)),
        Type::Nullable(inner) => format!("Option<{}>", text(api, inner)),
        Type::Model(id) => api.model(*id).name.as_str().to_owned(),
    }
}

/// A type of one value where that can be written, or else the type of all of them, and the constraints of the
/// request say the rest.
fn literal(scalar: Scalar, values: &[String]) -> String {
    match (scalar, values) {
        (Scalar::Bool, [only]) => format!("auth_runtime::literal::Flag<{only}>"),
        (Scalar::Int, [only]) => format!("auth_runtime::literal::Whole<{only}>"),
        (Scalar::Bool, _) => "bool".to_owned(),
        (Scalar::Int, _) => "i64".to_owned(),
        (Scalar::Float, _) => "f64".to_owned(),
    }
}

/// The one value that a field has wherever it stands, as an expression: it is not asked for.
pub(super) fn only_value(field: &Field) -> Option<&'static str> {
    match field.only_value()? {
        Scalar::Bool => Some("auth_runtime::literal::Flag"),
        Scalar::Int => Some("auth_runtime::literal::Whole"),
        Scalar::Float => None,
    }
}

/// A value of a [`Shape::Choice`]: a `Box` where the type would otherwise contain itself.
pub(super) fn kind(api: &Api, owner: ModelId, ty: &Type) -> String {
    let text = text(api, ty);
    if is_boxed(api, Some(owner), ty) {
        format!("Box<{text}>")
    } else {
        text
    }
}

fn is_boxed(api: &Api, owner: Option<ModelId>, ty: &Type) -> bool {
    let cycle = |id: ModelId| api.model(id).cycle;
    match (ty, owner) {
        (Type::Model(id), Some(owner)) => cycle(*id).is_some() && cycle(*id) == cycle(owner),
        _ => false,
    }
}

/// The type of a field: an `Option` where the key may be missing or null, a `Box` where the type
/// would otherwise contain itself.
pub(super) fn field(api: &Api, owner: Option<ModelId>, field: &Field) -> String {
    let mut ty = text(api, &field.ty);
    if is_boxed(api, owner, &field.ty) {
        ty = format!("Box<{ty}>");
    }
    if is_option(field) {
        ty = format!("Option<{ty}>");
    }
    if is_double(field) {
        ty = format!("Option<{ty}>");
    }
    ty
}

/// Whether the field is an `Option` in Rust.
pub(super) fn is_option(field: &Field) -> bool {
    !field.required || field.nullable
}

/// Whether the field is an `Option<Option<_>>`: to leave its key out and to send `null` are two things.
pub(super) fn is_double(field: &Field) -> bool {
    !field.required && field.nullable && !field.absent_is_null
}

/// Bytes that a value takes on the stack of a 64-bit machine, roughly: enough to foresee
/// `clippy::large_enum_variant`.
pub(super) fn size(api: &Api, fields: &[Field]) -> usize {
    fields
        .iter()
        .map(|field| {
            let inner = match &field.ty {
                Type::Int | Type::Float if is_option(field) => 16,
                Type::Bool | Type::Int | Type::Float | Type::Literal(..) => 8,
                Type::String(_) | Type::List(_) | Type::Map(_) => 24,
                Type::Json | Type::Nullable(_) => 72,
                Type::Model(id) => model_size(api, *id, 0),
            };
            inner.max(8)
        })
        .sum()
}

fn model_size(api: &Api, id: ModelId, depth: usize) -> usize {
    // Deep enough for an estimate, and an end for types that contain themselves.
    if depth > 4 {
        return 24;
    }
    let of_fields = |fields: &[Field]| {
        fields
            .iter()
            .map(|field| match &field.ty {
                Type::Model(id) => model_size(api, *id, depth + 1),
                _ => size(api, std::slice::from_ref(field)),
            })
            .sum::<usize>()
    };
    match &api.model(id).shape {
        Shape::Struct { fields, rest } => of_fields(fields) + if rest.is_some() { 24 } else { 0 },
        Shape::Union { variants, .. } => {
            8 + variants
                .iter()
                .map(|variant| of_fields(&variant.fields))
                .max()
                .unwrap_or(0)
        }
        Shape::Enum { .. } => 8,
        Shape::Choice { .. } => 32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::sample;

    #[test]
    fn types_are_spelt_as_in_rust() {
        let api = sample::api();
        let list = Type::List(Box::new(Type::Map(Box::new(Type::Json))));
        assert_eq!(text(&api, &list), "Vec<BTreeMap<String, Value>>");
        assert_eq!(text(&api, &sample::text()), "String");
        assert_eq!(text(&api, &Type::Model(ModelId(0))), "Folder");
    }

    #[test]
    fn what_may_be_missing_or_null_is_an_option() {
        let api = sample::api();
        let mut key = sample::field("n", Type::Int, true);
        assert_eq!(field(&api, None, &key), "i64");
        key.nullable = true;
        assert_eq!(field(&api, None, &key), "Option<i64>");
        key.required = false;
        assert_eq!(field(&api, None, &key), "Option<Option<i64>>");
        key.absent_is_null = true;
        assert_eq!(field(&api, None, &key), "Option<i64>");
        key.nullable = false;
        assert_eq!(field(&api, None, &key), "Option<i64>");
    }

    #[test]
    fn only_a_type_that_holds_itself_is_boxed() {
        let api = sample::api();
        let parent = sample::field("parent", Type::Model(ModelId(0)), false);
        assert_eq!(
            field(&api, Some(ModelId(0)), &parent),
            "Option<Box<Folder>>"
        );
        assert_eq!(field(&api, Some(ModelId(1)), &parent), "Option<Folder>");
        let children = Type::List(Box::new(Type::Model(ModelId(0))));
        let children = sample::field("children", children, true);
        assert_eq!(field(&api, Some(ModelId(0)), &children), "Vec<Folder>");
    }
}
