//! Structs, unions and enums.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{call_text, docs_or, domain, item, join, serde_attributes};
use crate::emit::rust::types;
use crate::ir::{Api, Field, Model, ModelId, Shape, Type, UnionVariant};
use crate::name::VariantName;

/// A model and its `From`.
pub(super) fn items(api: &Api, id: ModelId) -> String {
    let model = api.model(id);
    let declaration = match &model.shape {
        Shape::Struct { fields, rest } => structure(api, id, model, fields, rest.as_ref()),
        Shape::Union { tag, variants } => union(api, id, model, tag.as_deref(), variants),
        Shape::Enum { values } => enumeration(api, id, model, values),
    };
    let mut items = vec![item(declaration)];
    items.extend(domain::from_impl(model));
    join(&items)
}

fn structure(
    api: &Api,
    id: ModelId,
    model: &Model,
    fields: &[Field],
    rest: Option<&Type>,
) -> TokenStream {
    let name = format_ident!("{}", model.name.as_str());
    let docs = model_docs(api, id);
    let derives = derives(model, false);
    let fields = fields.iter().map(|field_| {
        field(
            api,
            Some(id),
            field_,
            model.in_requests,
            model.in_answers,
            true,
        )
    });
    let rest = rest.map(|ty| {
        let name = format_ident!("{}", rest_name(model));
        let ty = types::syn_type(&types::text(api, &Type::Map(Box::new(ty.clone()))));
        quote! {
            #[doc = " All other keys."]
            #[serde(flatten)]
            pub #name: #ty,
        }
    });
    quote! {
        #docs
        #derives
        pub struct #name { #(#fields)* #rest }
    }
}

/// The name of the map that keeps the other keys.
pub(super) fn rest_name(model: &Model) -> String {
    let mut name = String::from("rest");
    if let Shape::Struct { fields, .. } = &model.shape {
        while fields.iter().any(|field| field.name.rust() == name) {
            name.push('_');
        }
    }
    name
}

fn union(
    api: &Api,
    id: ModelId,
    model: &Model,
    tag: Option<&str>,
    variants: &[UnionVariant],
) -> TokenStream {
    let name = format_ident!("{}", model.name.as_str());
    let docs = model_docs(api, id);
    let derives = derives(model, false);
    let sizes: Vec<usize> = variants
        .iter()
        .map(|variant| types::size(api, &variant.fields))
        .collect();
    let allow = allow_large_variant(&sizes);
    let representation = representation(tag);
    let variants = variants.iter().map(|variant| {
        let name = format_ident!("{}", variant.name.as_str());
        let otherwise = match (&variant.literal, tag) {
            (Some(literal), Some(tag)) => format!("`{tag}` is `{literal}`."),
            _ => "Told apart by its keys.".to_owned(),
        };
        let docs = docs_or(&variant.docs, &otherwise);
        let attributes = serde_attributes(&variant_parts(
            variant.literal.as_deref(),
            variant.name.as_str(),
            tag,
        ));
        let fields = variant.fields.iter().map(|field_| {
            field(
                api,
                Some(id),
                field_,
                model.in_requests,
                model.in_answers,
                false,
            )
        });
        if variant.fields.is_empty() && variant.literal.is_some() {
            quote!(#docs #attributes #name,)
        } else {
            quote!(#docs #attributes #name { #(#fields)* },)
        }
    });
    quote! {
        #docs
        #derives
        #representation
        #allow
        pub enum #name { #(#variants)* }
    }
}

fn enumeration(
    api: &Api,
    id: ModelId,
    model: &Model,
    values: &[(VariantName, String)],
) -> TokenStream {
    let name = format_ident!("{}", model.name.as_str());
    let docs = model_docs(api, id);
    let derives = derives(model, true);
    let variants = values.iter().map(|(variant, literal)| {
        let name = format_ident!("{}", variant.as_str());
        let docs = docs_or("", &format!("`{literal}`."));
        let attributes = if variant.as_str() == literal || !(model.in_requests || model.in_answers)
        {
            TokenStream::new()
        } else {
            serde_attributes(&[format!("rename = {literal:?}")])
        };
        quote!(#docs #attributes #name,)
    });
    quote! {
        #docs
        #derives
        pub enum #name { #(#variants)* }
    }
}

/// A field of a struct (`public`) or of a variant.
pub(in crate::emit::rust) fn field(
    api: &Api,
    owner: Option<ModelId>,
    field: &Field,
    in_requests: bool,
    in_answers: bool,
    public: bool,
) -> TokenStream {
    let name = format_ident!("{}", field.name.rust());
    let ty = types::syn_type(&types::field(api, owner, field));
    let otherwise = match &field.ty {
        // What the spec says of the type holds for the field.
        Type::Model(id) if !api.model(*id).docs.trim().is_empty() => api.model(*id).docs.clone(),
        _ => format!("The key `{}`.", field.name.wire()),
    };
    let mut docs = docs_or(&field.docs, &otherwise);
    if field.deprecated {
        docs.extend(quote!(#[doc = ""] #[doc = " Deprecated."]));
    }
    let mut parts = Vec::new();
    if (in_requests || in_answers) && field.name.rust() != field.name.wire() {
        parts.push(format!("rename = {:?}", field.name.wire()));
    }
    if in_answers && !field.required {
        parts.push("skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    if in_requests && field.required && field.nullable {
        // Without this, serde lets a missing key pass for `null`.
        parts.push("deserialize_with = \"Option::deserialize\"".to_owned());
    }
    let attributes = serde_attributes(&parts);
    let visibility = if public { quote!(pub) } else { quote!() };
    quote!(#docs #attributes #visibility #name: #ty,)
}

/// What serde is told about a variant.
pub(super) fn variant_parts(literal: Option<&str>, name: &str, tag: Option<&str>) -> Vec<String> {
    match (literal, tag) {
        (Some(literal), _) if literal != name => vec![format!("rename = {literal:?}")],
        (None, Some(_)) => vec!["untagged".to_owned()],
        _ => Vec::new(),
    }
}

/// How serde writes an enum.
pub(super) fn representation(tag: Option<&str>) -> TokenStream {
    match tag {
        Some(tag) => quote!(#[serde(tag = #tag)]),
        None => quote!(#[serde(untagged)]),
    }
}

/// Clippy would have the largest variant boxed; these values live for one answer.
pub(super) fn allow_large_variant(sizes: &[usize]) -> TokenStream {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    let gap = match sizes.as_slice() {
        [.., second, largest] => largest - second,
        _ => 0,
    };
    // Clippy's limit is 200; the sizes are estimates.
    if gap < 190 {
        return TokenStream::new();
    }
    quote!(#[allow(clippy::large_enum_variant, reason = "one per request")])
}

fn model_docs(api: &Api, id: ModelId) -> TokenStream {
    let model = api.model(id);
    let mut takers = api.operations.iter().filter(|operation| {
        let body = operation.body.as_ref();
        body.is_some_and(|body| body.ty == Type::Model(id))
    });
    let otherwise = match (takers.next(), takers.next()) {
        (Some(operation), None) => format!("What {} takes.", call_text(operation)),
        _ => format!("`{}` of the spec.", model.name.as_str()),
    };
    docs_or(&model.docs, &otherwise)
}

fn derives(model: &Model, plain: bool) -> TokenStream {
    let mut names = vec!["Debug", "Clone"];
    if plain {
        names.push("Copy");
    }
    names.push("PartialEq");
    if plain {
        names.push("Eq");
    }
    if model.in_answers {
        names.push("Serialize");
    }
    if model.in_requests {
        names.push("Deserialize");
    }
    let names = names.into_iter().map(|name| format_ident!("{name}"));
    quote!(#[derive(#(#names),*)])
}
