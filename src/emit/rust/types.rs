//! `ir::Type` → Rust type.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::ir::{Api, Field, ModelId, Scalar, Shape, Type};

/// `Vec<FormField>`.
pub(super) fn ty(api: &Api, ty: &Type) -> TokenStream {
    let inner = |inner: &Type| self::ty(api, inner);
    match ty {
        Type::Bool => quote!(bool),
        Type::Int => quote!(i64),
        Type::Float => quote!(f64),
        Type::String(_) => quote!(String),
        Type::Literal(scalar, values) => literal(*scalar, values),
        Type::Json => quote!(Value),
        Type::List(item) => {
            let item = inner(item);
            quote!(Vec<#item>)
        }
        Type::Map(value) => map(api, value),
        Type::Nullable(value) => {
            let value = inner(value);
            quote!(Option<#value>)
        }
        Type::Model(id) => {
            let name = format_ident!("{}", api.model(*id).name.as_str());
            quote!(#name)
        }
    }
}

/// A map with values of a type.
pub(super) fn map(api: &Api, value: &Type) -> TokenStream {
    let value = ty(api, value);
    quote!(BTreeMap<String, #value>)
}

/// A type as it is written within a macro, which prettyplease does not print.
pub(super) fn text(ty: &TokenStream) -> String {
    ty.to_string().replace(' ', "").replace(',', ", ")
}

/// A type of one value where that can be written, or else the type of all of them, and the constraints of the
/// request say the rest.
fn literal(scalar: Scalar, values: &[String]) -> TokenStream {
    let value = |text: &String| -> TokenStream { text.parse().expect("JSON is tokens") };
    match (scalar, values) {
        (Scalar::Bool, [only]) => {
            let only = value(only);
            quote!(auth_runtime::literal::Flag<#only>)
        }
        (Scalar::Int, [only]) => {
            let only = value(only);
            quote!(auth_runtime::literal::Whole<#only>)
        }
        (Scalar::Bool, _) => quote!(bool),
        (Scalar::Int, _) => quote!(i64),
        (Scalar::Float, _) => quote!(f64),
    }
}

/// The one value that a field has wherever it stands, as an expression: it is not asked for.
pub(super) fn only_value(field: &Field) -> Option<TokenStream> {
    match field.only_value()? {
        Scalar::Bool => Some(quote!(auth_runtime::literal::Flag)),
        Scalar::Int => Some(quote!(auth_runtime::literal::Whole)),
        Scalar::Float => None,
    }
}

/// A value of a [`Shape::Choice`], or of a field: a `Box` where the type would otherwise contain itself.
pub(super) fn held(api: &Api, owner: Option<ModelId>, ty: &Type) -> TokenStream {
    let tokens = self::ty(api, ty);
    if is_boxed(api, owner, ty) {
        quote!(Box<#tokens>)
    } else {
        tokens
    }
}

fn is_boxed(api: &Api, owner: Option<ModelId>, ty: &Type) -> bool {
    let cycle = |id: ModelId| api.model(id).cycle;
    match (ty, owner) {
        (Type::Model(id), Some(owner)) => cycle(*id).is_some() && cycle(*id) == cycle(owner),
        _ => false,
    }
}

/// The type of a field: an `Option` where the key may be missing or null.
pub(super) fn field(api: &Api, owner: Option<ModelId>, field: &Field) -> TokenStream {
    let value = value(api, owner, field);
    if is_option(field) {
        quote!(Option<#value>)
    } else {
        value
    }
}

/// The type of what the `Option` of a field holds, or of one that is always there.
pub(super) fn value(api: &Api, owner: Option<ModelId>, field: &Field) -> TokenStream {
    let value = held(api, owner, &field.ty);
    if is_double(field) {
        quote!(Option<#value>)
    } else {
        value
    }
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

    fn field(api: &Api, owner: Option<ModelId>, field: &Field) -> String {
        text(&super::field(api, owner, field))
    }

    #[test]
    fn types_are_spelt_as_in_rust() {
        let api = sample::api();
        let spelt = |ty: &Type| text(&super::ty(&api, ty));
        let list = Type::List(Box::new(Type::Map(Box::new(Type::Json))));
        assert_eq!(spelt(&list), "Vec<BTreeMap<String, Value>>");
        assert_eq!(spelt(&sample::text()), "String");
        assert_eq!(spelt(&Type::Model(ModelId(0))), "Folder");
        let one = Type::Literal(Scalar::Int, vec!["-3".to_owned()]);
        assert_eq!(spelt(&one), "auth_runtime::literal::Whole<-3>");
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
