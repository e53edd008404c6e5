//! Structs, unions and enums.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::keys::Keys;
use super::{call_text, constructors, domain, item, join, serde_attributes};
use crate::emit::rust::{docs, types};
use crate::emit::sections::Sections;
use crate::ir::{Api, Field, Model, ModelId, Shape, Type, UnionVariant};
use crate::name::{Namer, VariantName};

/// A model, its `From`, and its constructors where the application makes it.
pub(super) fn items(api: &Api, sections: &Sections, id: ModelId) -> String {
    let model = api.model(id);
    let docs = model_docs(api, sections, id);
    let is_constructed = sections.is_constructed(id);
    let derives = derives(model, is_constructed);
    let declaration = match &model.shape {
        Shape::Struct { fields, rest } => structure(api, id, fields, rest.as_ref()),
        Shape::Union { tag, variants } => union(api, id, tag.as_deref(), variants),
        Shape::Enum { values } => enumeration(model, values),
        Shape::Choice { kinds } => choice(api, id, kinds),
    };
    let declaration = quote!(#docs #derives #declaration);
    let mut items = vec![item(declaration)];
    items.extend(other_keys(api, model).map(item));
    items.extend(domain::from_impl(model));
    if is_constructed {
        items.extend(constructors::of_model(api, id));
    }
    join(&items)
}

fn structure(api: &Api, id: ModelId, fields: &[Field], rest: Option<&Type>) -> TokenStream {
    let model = api.model(id);
    let name = format_ident!("{}", model.name.as_str());
    let json = Json::of(model, fields.iter());
    let attributes = serde_attributes(&json.parts("rename_all"));
    let fields = fields.iter().map(|field| {
        let attributes = json.field(field);
        let field = declaration(api, Some(id), field);
        quote!(#attributes pub #field,)
    });
    let rest = rest.map(|ty| {
        let name = format_ident!("{}", rest_name(model));
        let ty = types::map(api, ty);
        let mut parts = vec!["flatten".to_owned()];
        if reads_other_keys(model) {
            parts.push(format!("deserialize_with = {:?}", other_keys_name(model)));
        }
        let attributes = serde_attributes(&parts);
        quote! {
            #[doc = " All other keys."]
            #attributes
            pub #name: #ty,
        }
    });
    quote! {
        #attributes
        pub struct #name { #(#fields)* #rest }
    }
}

/// Whether what a client sends for keys that only answers have must not get into the map of the other keys.
fn reads_other_keys(model: &Model) -> bool {
    model.in_requests && !model.left_out.is_empty()
}

fn other_keys_name(model: &Model) -> String {
    let mut names = Namer::default();
    let name = names.function(&format!("{} other keys", model.name.as_str()));
    name.rust().to_owned()
}

/// The function that reads the other keys.
fn other_keys(api: &Api, model: &Model) -> Option<TokenStream> {
    let Shape::Struct {
        rest: Some(rest), ..
    } = &model.shape
    else {
        return None;
    };
    if !reads_other_keys(model) {
        return None;
    }
    let name = format_ident!("{}", other_keys_name(model));
    let ty = types::map(api, rest);
    let keys = &model.left_out;
    Some(quote! {
        /// Ignores what only answers have (OWASP API3:2023, mass assignment).
        fn #name<'de, D: serde::Deserializer<'de>>(source: D) -> Result<#ty, D::Error> {
            auth_runtime::read::other_keys(source, &[#(#keys),*])
        }
    })
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

fn union(api: &Api, id: ModelId, tag: Option<&str>, variants: &[UnionVariant]) -> TokenStream {
    let model = api.model(id);
    let name = format_ident!("{}", model.name.as_str());
    let sizes: Vec<usize> = variants
        .iter()
        .map(|variant| types::size(api, &variant.fields))
        .collect();
    let allow = allow_large_variant(&sizes);
    let json = Json::of(model, variants.iter().flat_map(|variant| &variant.fields));
    let attributes = serde_attributes(&json.enum_parts(tag));
    let variants = variants.iter().map(|variant| {
        let name = format_ident!("{}", variant.name.as_str());
        let docs = docs::attributes(&variant.docs);
        let literal = variant.literal.as_deref();
        let attributes = serde_attributes(&variant_parts(literal, variant.name.as_str(), tag));
        let fields = variant.fields.iter().map(|field| {
            let attributes = json.field(field);
            let field = declaration(api, Some(id), field);
            quote!(#attributes #field,)
        });
        if variant.fields.is_empty() && variant.literal.is_some() {
            quote!(#docs #attributes #name,)
        } else {
            quote!(#docs #attributes #name { #(#fields)* },)
        }
    });
    quote! {
        #attributes
        #allow
        pub enum #name { #(#variants)* }
    }
}

fn enumeration(model: &Model, values: &[(VariantName, String)]) -> TokenStream {
    let name = format_ident!("{}", model.name.as_str());
    let is_json = model.in_requests || model.in_answers;
    let variants = values.iter().map(|(variant, literal)| {
        let name = format_ident!("{}", variant.as_str());
        let renamed = is_json && variant.as_str() != literal;
        let parts = renamed.then(|| format!("rename = {literal:?}"));
        let attributes = serde_attributes(parts.as_slice());
        quote!(#attributes #name,)
    });
    quote!(pub enum #name { #(#variants)* })
}

fn choice(api: &Api, id: ModelId, kinds: &[(VariantName, Type)]) -> TokenStream {
    let name = format_ident!("{}", api.model(id).name.as_str());
    let kinds = kinds.iter().map(|(variant, ty)| {
        let variant = format_ident!("{}", variant.as_str());
        let ty = types::held(api, Some(id), ty);
        quote!(#variant(#ty),)
    });
    quote! {
        #[serde(untagged)]
        pub enum #name { #(#kinds)* }
    }
}

/// How the fields of one struct or enum stand in JSON.
pub(super) struct Json {
    /// They are read.
    in_requests: bool,
    /// They are written.
    in_answers: bool,
    keys: Keys,
}

impl Json {
    fn of<'a>(model: &Model, fields: impl Iterator<Item = &'a Field>) -> Self {
        let is_json = model.in_requests || model.in_answers;
        Self {
            in_requests: model.in_requests,
            in_answers: model.in_answers,
            keys: if is_json {
                Keys::of(fields)
            } else {
                Keys::AsNamed
            },
        }
    }

    /// Of an answer.
    pub(super) fn of_answer<'a>(fields: impl Iterator<Item = &'a Field>) -> Self {
        Self {
            in_requests: false,
            in_answers: true,
            keys: Keys::of(fields),
        }
    }

    /// The arguments of serde for all fields.
    fn parts(&self, attribute: &str) -> Vec<String> {
        self.keys.part(attribute).into_iter().collect()
    }

    /// The arguments of serde for an enum.
    pub(super) fn enum_parts(&self, tag: Option<&str>) -> Vec<String> {
        let mut parts = vec![match tag {
            Some(tag) => format!("tag = {tag:?}"),
            None => "untagged".to_owned(),
        }];
        parts.extend(self.parts("rename_all_fields"));
        parts
    }

    /// Docs and serde attributes of a field.
    pub(super) fn field(&self, field: &Field) -> TokenStream {
        let mut parts = Vec::new();
        if (self.in_requests || self.in_answers) && !self.keys.fits(field) {
            parts.push(format!("rename = {:?}", field.name.wire()));
        }
        if self.in_answers && !field.required {
            parts.push("skip_serializing_if = \"Option::is_none\"".to_owned());
        }
        if self.in_requests && field.required && field.nullable {
            // Without this, serde lets a missing key pass for `null`.
            parts.push("deserialize_with = \"Option::deserialize\"".to_owned());
        }
        let holds_null = types::is_double(field) || field.ty == Type::Json;
        if self.in_requests && !field.required && holds_null {
            // Without this, serde takes `null` for a missing key.
            parts.push("default".to_owned());
            parts.push("deserialize_with = \"auth_runtime::read::sent\"".to_owned());
        }
        let docs = field_docs(field, "");
        let attributes = serde_attributes(&parts);
        quote!(#docs #attributes)
    }
}

/// The spec's docs of a field, or others in their place.
pub(in crate::emit::rust) fn field_docs(field: &Field, otherwise: &str) -> TokenStream {
    let own = field.docs.trim();
    let text = if own.is_empty() { otherwise } else { own };
    docs::attributes(&docs::with_deprecation(text, field.deprecated))
}

/// `name: Type`.
pub(in crate::emit::rust) fn declaration(
    api: &Api,
    owner: Option<ModelId>,
    field: &Field,
) -> TokenStream {
    let name = format_ident!("{}", field.name.rust());
    let ty = types::field(api, owner, field);
    quote!(#name: #ty)
}

/// The arguments of serde for a variant.
pub(super) fn variant_parts(literal: Option<&str>, name: &str, tag: Option<&str>) -> Vec<String> {
    match (literal, tag) {
        (Some(literal), _) if literal != name => vec![format!("rename = {literal:?}")],
        (None, Some(_)) => vec!["untagged".to_owned()],
        _ => Vec::new(),
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
    quote!(#[allow(clippy::large_enum_variant, reason = "one value for each request")])
}

fn model_docs(api: &Api, sections: &Sections, id: ModelId) -> TokenStream {
    let model = api.model(id);
    if !model.docs.trim().is_empty() {
        return docs::attributes(&model.docs);
    }
    let takers = sections.takers(api, id).map(call_text);
    let takers: Vec<String> = takers.collect();
    let text = match (takers.as_slice(), sections.only_user(id)) {
        ([taker], _) => format!("What {taker} takes."),
        ([], Some(user)) => {
            let call = call_text(&api.operations[user]);
            match (model.in_requests, model.in_answers) {
                (true, false) => format!("Part of what {call} takes."),
                (false, true) => format!("Part of what {call} answers."),
                _ => format!("Part of what {call} takes and answers."),
            }
        }
        ([], None) => String::new(),
        ([first @ .., last], _) => format!("What {} and {last} take.", first.join(", ")),
    };
    docs::attributes(&text)
}

fn derives(model: &Model, is_constructed: bool) -> TokenStream {
    let mut names = vec!["Debug", "Clone", "PartialEq"];
    if matches!(model.shape, Shape::Enum { .. }) {
        names.insert(2, "Copy");
        names.push("Eq");
    }
    if let Shape::Struct { fields, .. } = &model.shape
        && is_constructed
        && constructors::is_default(fields)
    {
        names.push("Default");
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
