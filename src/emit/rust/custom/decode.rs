//! What stands between a request and a method of the application: session, parameters, body.
//!
//! The reading itself is runtime (`auth_runtime::read`); here is only said what is read from where.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{params_name, types};
use crate::emit::rust::groups::Group;
use crate::emit::rust::{constraints, docs, models};
use crate::ir::{
    Api, Auth, Body, BodyEncoding, BodyForm, Field, Operation, Param, ParamPlace, Style,
};

/// Whether a function reads anything.
pub(super) fn reads(operation: &Operation) -> bool {
    !operation.params.is_empty() || operation.body.is_some()
}

/// Whether a function checks constraints.
pub(super) fn checks(operation: &Operation) -> bool {
    let mut params = operation.params.iter();
    params.any(|param| param.constraints.is_some())
        || operation.forms().any(|form| form.constraints.is_some())
}

/// The function that reads a request and lets the group answer it.
pub(super) fn function(api: &Api, group: &Group<'_>, operation: &Operation) -> TokenStream {
    let docs = docs::attributes(&format!("{}.", models::call_text(operation)));
    let name = format_ident!("{}", operation.name.rust());
    let group = format_ident!("{}", group.type_name);
    let mut steps = Vec::new();
    let mut arguments = vec![quote!(call)];
    if operation.auth == Auth::Session {
        steps.push(quote!(let session = call.require_session().await?;));
        arguments.push(quote!(session));
    }
    if !operation.params.is_empty() {
        let params = format_ident!("{}", params_name(operation));
        let values = operation.params.iter().map(|one| param(api, one));
        steps.push(quote!(let params = #params { #(#values),* };));
        arguments.push(quote!(params));
    }
    if let Some(described) = &operation.body {
        let value = body(api, described);
        steps.push(quote!(let body = #value;));
        arguments.push(quote!(body));
    }
    quote! {
        #docs
        pub(in crate::api) async fn #name(group: &dyn #group, call: &mut Call) -> Result<Answer, Error> {
            #(#steps)*
            group.#name(#(#arguments),*).await?.try_into()
        }
    }
}

/// `name: read::query(call, "name").required()?`.
fn param(api: &Api, param: &Param) -> TokenStream {
    let wire = param.field.name.wire();
    let source = match (param.place, &param.style) {
        (_, Style::DeepObject) => quote!(deep_object),
        (ParamPlace::Path, _) => quote!(path),
        (ParamPlace::Query, _) => quote!(query),
        (ParamPlace::Header, _) => quote!(header),
    };
    let style = match &param.style {
        Style::Text { prefix, separator } => {
            let prefix = (!prefix.is_empty()).then(|| quote!(.prefixed(#prefix)));
            let separator = separator.as_ref().map(|it| quote!(.separated_by(#it)));
            quote!(#prefix #separator)
        }
        Style::Repeated => quote!(.repeated()),
        Style::DeepObject => TokenStream::new(),
        Style::Json => quote!(.json()),
    };
    let default = (!param.default.is_empty()).then(|| {
        let texts = &param.default;
        quote!(.or(&[#(#texts),*]))
    });
    let checked = param.constraints.map(|id| {
        let constraints = constraints::argument(api, Some(id));
        quote!(.checked(#constraints))
    });
    let field = filled(param);
    let is_optional = match param.style {
        // Its text may be `null`.
        Style::Json => !field.required,
        _ => types::is_option(&field),
    };
    let function = match is_optional {
        true => format_ident!("optional"),
        false => format_ident!("required"),
    };
    let name = format_ident!("{}", param.field.name.rust());
    quote!(#name: read::#source(call, #wire) #style #default #checked .#function()?)
}

/// The field of a parameter as the method sees it: one with a default is always there.
pub(super) fn filled(param: &Param) -> Field {
    let mut field = param.field.clone();
    field.required |= !param.default.is_empty();
    field
}

/// What a method takes of a form.
pub(super) fn form_type(api: &Api, form: &BodyForm) -> TokenStream {
    match form.encodings.as_slice() {
        [BodyEncoding::Bytes] => quote!(auth_runtime::web::Bytes),
        _ => types::ty(api, &form.ty),
    }
}

/// `enum ImportNotesBody`, where a body may be one of several things.
pub(super) fn body_enum(api: &Api, operation: &Operation) -> Option<TokenStream> {
    let body = operation.body.as_ref()?;
    if body.forms.len() < 2 {
        return None;
    }
    let docs = docs::attributes(&format!(
        "The body of {}, by its media type.",
        models::call_text(operation)
    ));
    let name = format_ident!("{}", body.name.as_str());
    let variants = body.forms.iter().map(|form| {
        let types: Vec<String> = form.types.iter().map(|name| format!("`{name}`")).collect();
        let docs = docs::attributes(&format!("{}.", types.join(" or ")));
        let name = format_ident!("{}", form.name.as_str());
        let ty = form_type(api, form);
        quote!(#docs #name(#ty),)
    });
    Some(quote! {
        #docs
        #[derive(Debug, Clone, PartialEq)]
        pub enum #name { #(#variants)* }
    })
}

/// The body, or the form of it that its media type names.
fn body(api: &Api, body: &Body) -> TokenStream {
    if let [form] = body.forms.as_slice() {
        return self::form(api, form, body.required);
    }
    let types = body.forms.iter().map(|form| {
        let types = &form.types;
        quote!(&[#(#types),*])
    });
    let name = format_ident!("{}", body.name.as_str());
    let last = body.forms.len() - 1;
    let arms = body.forms.iter().enumerate().map(|(index, form)| {
        let value = self::form(api, form, body.required);
        let variant = format_ident!("{}", form.name.as_str());
        let value = match body.required {
            true => quote!(#name::#variant(#value)),
            false => quote!(Option::map(#value, #name::#variant)),
        };
        let pattern = if index == last {
            quote!(_)
        } else {
            let index = Literal::usize_unsuffixed(index);
            quote!(#index)
        };
        quote!(#pattern => #value,)
    });
    quote!(match read::media_type(call, &[#(#types),*])? { #(#arms)* })
}

/// What reads a form.
fn form(api: &Api, form: &BodyForm, required: bool) -> TokenStream {
    let constraints = constraints::argument(api, form.constraints);
    let takes = |encoding| form.encodings.contains(&encoding);
    let function = |name: &str| match required {
        true => format_ident!("{name}"),
        false => format_ident!("optional_{name}"),
    };
    let (json, urlencoded) = (function("json"), function("form"));
    if takes(BodyEncoding::Bytes) {
        let bytes = function("bytes");
        return quote!(read::#bytes(call)?);
    }
    if takes(BodyEncoding::Text) {
        let text = function("text");
        return quote!(read::#text(call, #constraints)?);
    }
    match (takes(BodyEncoding::Json), takes(BodyEncoding::Form)) {
        (true, true) => quote! {
            if read::is_form(call) { read::#urlencoded(call, #constraints)? } else { read::#json(call, #constraints)? }
        },
        (false, true) => quote!(read::#urlencoded(call, #constraints)?),
        _ => quote!(read::#json(call, #constraints)?),
    }
}
