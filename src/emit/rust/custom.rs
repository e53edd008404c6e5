//! `api/custom/<group>.rs`: the operations of one tag that are left to the application.

mod decode;

use askama::Template;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::groups::Group;
use super::{Frame, docs, heading, models, print, types};
use crate::ir::{Api, Auth, Operation, ParamPlace, Type};
use crate::parallel;

#[derive(Template)]
#[template(path = "api/custom.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    group: &'a Group<'a>,
    imports: Vec<&'static str>,
    /// The trait, the structs of parameters, the functions.
    items: Vec<String>,
}

#[derive(Template)]
#[template(path = "api/custom_mod.rs.jinja")]
struct ModuleView<'a> {
    frame: Frame<'a>,
    /// Sorted by name.
    groups: Vec<&'a Group<'a>>,
}

/// The files below `api/custom`: name and text; none where the runtime answers everything.
pub(super) fn render(api: &Api, groups: &[Group<'_>], frame: Frame<'_>) -> Vec<(String, String)> {
    if groups.is_empty() {
        return Vec::new();
    }
    let mut sorted: Vec<&Group<'_>> = groups.iter().collect();
    sorted.sort_by_key(|group| group.name.as_str());
    let module = ModuleView {
        frame,
        groups: sorted,
    };
    let module = module.render().expect("the template has no fallible part");
    let mut files = vec![("mod.rs".to_owned(), module)];
    files.extend(parallel::map(groups.len(), |index| {
        let group = &groups[index];
        (format!("{}.rs", group.name), file(api, group, frame))
    }));
    files
}

fn file(api: &Api, group: &Group<'_>, frame: Frame<'_>) -> String {
    let operations = &group.operations;
    let mut items = vec![print::item(declaration(api, group))];
    let with_params = operations
        .iter()
        .filter(|operation| !operation.params.is_empty());
    items.extend(with_params.map(|operation| print::item(params(api, operation))));
    items.extend(
        operations
            .iter()
            .filter_map(|operation| decode::body_enum(api, operation))
            .map(print::item),
    );
    let function = |index: usize| print::item(decode::function(api, group, operations[index]));
    items.extend(parallel::map(operations.len(), function));
    View {
        frame,
        group,
        imports: imports(operations),
        items,
    }
    .render()
    .expect("the template has no fallible part")
}

/// `VerifyEmailParams`.
fn params_name(operation: &Operation) -> String {
    format!("{}Params", operation.type_name.as_str())
}

/// The trait.
fn declaration(api: &Api, group: &Group<'_>) -> TokenStream {
    let name = format_ident!("{}", group.type_name);
    let methods = group.operations.iter().map(|operation| {
        let docs = docs::attributes(&heading(operation));
        let name = format_ident!("{}", operation.name.rust());
        let arguments = arguments(api, operation);
        let answer = format_ident!("{}", operation.answer.name.as_str());
        quote! {
            #docs
            async fn #name(&self, #(#arguments),*) -> Result<#answer, Error>;
        }
    });
    quote! {
        /// What a method returns is what the client sees. `call` is the request: it reads, creates,
        /// changes and revokes sessions, and the tokens travel back by themselves.
        #[async_trait]
        pub trait #name: Send + Sync + 'static { #(#methods)* }
    }
}

/// Arguments of the method behind `&self`.
fn arguments(api: &Api, operation: &Operation) -> Vec<TokenStream> {
    let mut arguments = vec![quote!(call: &mut Call)];
    if operation.auth == Auth::Session {
        // By its path: `Session` is a likely name for a data type of the spec.
        arguments.push(quote!(session: auth_runtime::Session));
    }
    if !operation.params.is_empty() {
        let params = format_ident!("{}", params_name(operation));
        arguments.push(quote!(params: #params));
    }
    if let Some(body) = &operation.body {
        let ty = match body.forms.as_slice() {
            [form] => decode::form_type(api, form),
            _ => {
                let name = format_ident!("{}", body.name.as_str());
                quote!(#name)
            }
        };
        arguments.push(if body.required {
            quote!(body: #ty)
        } else {
            quote!(body: Option<#ty>)
        });
    }
    arguments
}

/// `struct VerifyEmailParams`.
fn params(api: &Api, operation: &Operation) -> TokenStream {
    let name = format_ident!("{}", params_name(operation));
    let call = models::call_text(operation);
    let docs = docs::attributes(&format!("The parameters of {call}."));
    let fields = operation.params.iter().map(|param| {
        let place = match param.place {
            ParamPlace::Path => "path",
            ParamPlace::Query => "query",
            ParamPlace::Header => "header",
        };
        let otherwise = format!("`{}` in the {place}.", param.field.name.wire());
        let docs = models::field_docs(&param.field, &otherwise);
        let field = models::declaration(api, None, &decode::filled(param));
        quote!(#docs pub #field,)
    });
    quote! {
        #docs
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name { #(#fields)* }
    }
}

fn imports(operations: &[&Operation]) -> Vec<&'static str> {
    let mut needs = Needs::default();
    for operation in operations {
        needs.read |= decode::reads(operation);
        needs.constraints |= decode::checks(operation);
        operation.request_types().for_each(|ty| needs.type_(ty));
    }
    let mut lines = Vec::new();
    if needs.map {
        lines.extend(["use std::collections::BTreeMap;", ""]);
    }
    if needs.read {
        lines.push("use auth_runtime::read;");
    }
    lines.push("use auth_runtime::web::Answer;");
    lines.push("use auth_runtime::{Call, Error, async_trait};");
    if needs.json {
        lines.push("use serde_json::Value;");
    }
    lines.push("");
    if needs.constraints {
        lines.push("use crate::api::constraints;");
    }
    lines.push("use crate::api::models::*;");
    lines
}

#[derive(Default)]
struct Needs {
    map: bool,
    json: bool,
    read: bool,
    constraints: bool,
}

impl Needs {
    fn type_(&mut self, ty: &Type) {
        match ty {
            Type::Bool
            | Type::Int
            | Type::Float
            | Type::String(_)
            | Type::Literal(..)
            | Type::Model(_) => {}
            Type::Json => self.json = true,
            Type::List(item) | Type::Nullable(item) => self.type_(item),
            Type::Map(value) => {
                self.map = true;
                self.type_(value);
            }
        }
    }
}
