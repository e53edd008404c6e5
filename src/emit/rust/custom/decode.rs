//! What stands between a request and a method of the application: session, parameters, body.
//!
//! The reading itself is runtime (`auth_runtime::read`); here is only said what is read from where.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{params_name, types};
use crate::emit::rust::groups::Group;
use crate::emit::rust::{docs, models};
use crate::ir::{Auth, Body, BodyEncoding, Operation, Param, ParamPlace};

/// Whether a function reads anything.
pub(super) fn reads(operation: &Operation) -> bool {
    !operation.params.is_empty() || operation.body.is_some()
}

/// The function that reads a request and lets the group answer it.
pub(super) fn function(group: &Group<'_>, operation: &Operation) -> TokenStream {
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
        let values = operation.params.iter().map(param);
        steps.push(quote!(let params = #params { #(#values),* };));
        arguments.push(quote!(params));
    }
    if let Some(described) = &operation.body {
        let value = body(described);
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

/// `name: read::required("name", source)?`.
fn param(param: &Param) -> TokenStream {
    let wire = param.field.name.wire();
    let source = match param.place {
        ParamPlace::Path => quote!(call.path_param(#wire)),
        ParamPlace::Query => quote!(call.query(#wire)),
        ParamPlace::Header => quote!(read::header(call, #wire)),
    };
    let function = if types::is_option(&param.field) {
        format_ident!("optional")
    } else {
        format_ident!("required")
    };
    let name = format_ident!("{}", param.field.name.rust());
    quote!(#name: read::#function(#wire, #source)?)
}

fn body(body: &Body) -> TokenStream {
    let takes = |encoding| body.encodings.contains(&encoding);
    let prefix = if body.required { "" } else { "optional_" };
    let (json, form) = (format_ident!("{prefix}json"), format_ident!("{prefix}form"));
    match (takes(BodyEncoding::Json), takes(BodyEncoding::Form)) {
        (true, true) => quote! {
            if read::is_form(call) { read::#form(call)? } else { read::#json(call)? }
        },
        (false, true) => quote!(read::#form(call)?),
        _ => quote!(read::#json(call)?),
    }
}
