//! From the runtime's structs and outcomes to wire types, field by field.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{data, item};
use crate::catalog::{DomainField, DomainType};
use crate::emit::rust::types;
use crate::ir::{Field, Model, Shape, Type};

/// `impl From<recipes::User> for User`.
pub(super) fn from_impl(model: &Model) -> Option<String> {
    let domain = model.filled_from?;
    let Shape::Struct { fields, rest } = &model.shape else {
        panic!(
            "`{}` is filled by the runtime and is no struct",
            model.name.as_str()
        );
    };
    let path: TokenStream = domain.path.parse().expect("it is a path");
    let argument = domain
        .path
        .rsplit("::")
        .next()
        .expect("a path has a last part")
        .to_snake_case();
    let values = convert(model.name.as_str(), fields, domain.fields, Some(&argument)).values;
    let rest = rest.is_some().then(|| {
        let name = format_ident!("{}", data::rest_name(model));
        quote!(#name: BTreeMap::new())
    });
    let values = values.into_iter().chain(rest);
    let name = format_ident!("{}", model.name.as_str());
    let argument = format_ident!("{argument}");
    Some(item(quote! {
        impl From<#path> for #name {
            fn from(#argument: #path) -> Self {
                Self { #(#values),* }
            }
        }
    }))
}

/// The values of wire fields, and which fields of the runtime they take.
pub(super) struct Converted {
    /// `name: value` for each wire field, or `name` in short.
    pub(super) values: Vec<TokenStream>,
    /// Names of the runtime's fields that are used, in the runtime's order.
    pub(super) used: Vec<&'static str>,
}

/// Fills every one of `fields` from the runtime's field of the same wire name: a field of `owner`, or a
/// variable where there is none.
///
/// # Panics
/// When a required field has no source: `lower` refuses such a spec.
pub(super) fn convert(
    target: &str,
    fields: &[Field],
    sources: &'static [DomainField],
    owner: Option<&str>,
) -> Converted {
    let source = |field: &Field| {
        sources
            .iter()
            .find(|source| source.wire == field.name.wire())
    };
    let values = fields
        .iter()
        .map(|field| {
            let name = format_ident!("{}", field.name.rust());
            let Some(source) = source(field) else {
                assert!(
                    types::is_option(field),
                    "nothing fills the required `{}` of `{target}`",
                    field.name.wire()
                );
                return quote!(#name: None);
            };
            let from = format_ident!("{}", source.rust);
            let from = match owner {
                Some(owner) => {
                    let owner = format_ident!("{owner}");
                    quote!(#owner.#from)
                }
                None => quote!(#from),
            };
            let value = value(target, field, source, &from);
            if name == value.to_string() {
                quote!(#name)
            } else {
                quote!(#name: #value)
            }
        })
        .collect();
    let used = sources
        .iter()
        .filter(|source| fields.iter().any(|field| field.name.wire() == source.wire))
        .map(|source| source.rust)
        .collect();
    Converted { values, used }
}

/// How a value of the runtime becomes a wire value.
enum Step {
    Same,
    Into,
    Items,
    Float,
}

fn value(target: &str, field: &Field, source: &DomainField, from: &TokenStream) -> TokenStream {
    let step = match (source.ty, &field.ty) {
        (DomainType::List(_), _) => Step::Items,
        (DomainType::Int, Type::Float) => Step::Float,
        (DomainType::Struct(_), _) => Step::Into,
        (source, Type::Json) if source != DomainType::Json => Step::Into,
        _ => Step::Same,
    };
    let is_optional = types::is_option(field);
    let items = |list: &TokenStream| quote!(#list.into_iter().map(Into::into).collect());
    match (step, source.always, is_optional) {
        (_, false, false) => panic!(
            "`{}` of `{target}` is required and the runtime may leave it out",
            field.name.wire()
        ),
        (Step::Same, true, true) => quote!(Some(#from)),
        (Step::Same, ..) => from.clone(),
        (Step::Into, true, false) => quote!(#from.into()),
        (Step::Into, true, true) => quote!(Some(#from.into())),
        (Step::Into, false, _) => quote!(#from.map(Into::into)),
        (Step::Items, true, false) => items(from),
        (Step::Items, true, true) => {
            let items = items(from);
            quote!(Some(#items))
        }
        (Step::Items, false, _) => {
            let items = items(&quote!(list));
            quote!(#from.map(|list| #items))
        }
        (Step::Float, true, false) => quote!(#from as f64),
        (Step::Float, true, true) => quote!(Some(#from as f64)),
        (Step::Float, false, _) => quote!(#from.map(|number| number as f64)),
    }
}
