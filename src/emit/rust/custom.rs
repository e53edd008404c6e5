//! `api/custom.rs` and `api/handlers/custom.rs`: the operations that are left to the application.

mod decode;

use std::collections::BTreeSet;

use askama::Template;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Frame, custom_operations, docs, heading, layout, models, print, types};
use crate::ir::{Api, Auth, Operation, ParamPlace, Type};

#[derive(Template)]
#[template(path = "api/custom.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    imports: Vec<String>,
    methods: Vec<String>,
    refusals: Vec<String>,
    params: Vec<String>,
}

#[derive(Template)]
#[template(path = "api/handlers_custom.rs.jinja")]
struct HandlersView<'a> {
    frame: Frame<'a>,
    imports: Vec<String>,
    handlers: Vec<String>,
}

/// `api/custom.rs`.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> String {
    let operations: Vec<&Operation> = custom_operations(api).collect();
    let methods = operations.iter().map(|operation| method(api, operation));
    let refusals = operations.iter().map(|operation| refusal(api, operation));
    let with_params = operations
        .iter()
        .filter(|operation| !operation.params.is_empty());
    View {
        frame,
        imports: imports(api, &operations),
        methods: methods.collect(),
        refusals: refusals.collect(),
        params: with_params
            .map(|operation| print::item(params(api, operation)))
            .collect(),
    }
    .render()
    .expect("the template has no fallible part")
}

/// `api/handlers/custom.rs`.
pub(super) fn handlers(api: &Api, frame: Frame<'_>) -> String {
    let operations: Vec<&Operation> = custom_operations(api).collect();
    let mut answers = Vec::new();
    let mut custom = vec!["Custom".to_owned()];
    for operation in &operations {
        answers.push(operation.answer.name.as_str());
        if !operation.params.is_empty() {
            custom.push(params_name(operation));
        }
    }
    let custom: Vec<&str> = custom.iter().map(String::as_str).collect();
    let mut imports = vec![
        layout::import("crate::api::custom", &custom),
        layout::import("crate::api::models", &answers),
        "use crate::call::Call;".to_owned(),
        "use crate::error::Error;".to_owned(),
    ];
    if operations.iter().any(|operation| decode::reads(operation)) {
        imports.push("use crate::read;".to_owned());
    }
    HandlersView {
        frame,
        imports,
        handlers: operations
            .iter()
            .map(|operation| decode::handler(operation))
            .collect(),
    }
    .render()
    .expect("the template has no fallible part")
}

/// `VerifyEmailParams`.
fn params_name(operation: &Operation) -> String {
    format!("{}Params", operation.type_name.as_str())
}

/// The type of the body as the method takes it.
fn body_type(api: &Api, operation: &Operation) -> Option<String> {
    operation.body.as_ref().map(|body| {
        let ty = types::text(api, &body.ty);
        if body.required {
            ty
        } else {
            format!("Option<{ty}>")
        }
    })
}

/// Arguments of the method behind `&self`: name and type.
fn arguments(api: &Api, operation: &Operation) -> Vec<(&'static str, String)> {
    let mut arguments = vec![("call", "&mut Call".to_owned())];
    if operation.auth == Auth::Session {
        arguments.push(("session", "Session".to_owned()));
    }
    if !operation.params.is_empty() {
        arguments.push(("params", params_name(operation)));
    }
    arguments.extend(body_type(api, operation).map(|ty| ("body", ty)));
    arguments
}

/// A method of the trait.
fn method(api: &Api, operation: &Operation) -> String {
    let docs = docs::comment(4, &heading(operation));
    let mut list = vec!["&self".to_owned()];
    let arguments = arguments(api, operation).into_iter();
    list.extend(arguments.map(|(name, ty)| format!("{name}: {ty}")));
    let output = format!(
        "impl Future<Output = Result<{}, Error>> + Send",
        operation.answer.name.as_str()
    );
    let head = format!("fn {}", operation.name.rust());
    docs + "    " + &layout::signature(4, &head, &list, &output, ";")
}

/// The method of `NoCustom`, which nobody can call.
fn refusal(api: &Api, operation: &Operation) -> String {
    let mut list = vec!["&self".to_owned()];
    let arguments = arguments(api, operation).into_iter();
    list.extend(arguments.map(|(name, ty)| format!("_{name}: {ty}")));
    let output = format!("Result<{}, Error>", operation.answer.name.as_str());
    let head = format!("async fn {}", operation.name.rust());
    let signature = layout::signature(4, &head, &list, &output, " {");
    format!("    {signature}\n        match *self {{}}\n    }}")
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
        let field = models::declaration(api, None, &param.field);
        quote!(#docs pub #field,)
    });
    quote! {
        #docs
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name { #(#fields)* }
    }
}

fn imports(api: &Api, operations: &[&Operation]) -> Vec<String> {
    if operations.is_empty() {
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut needs = Needs::default();
    for operation in operations {
        names.insert(operation.answer.name.as_str());
        needs.session |= operation.auth == Auth::Session;
        let params = operation.params.iter().map(|param| &param.field.ty);
        let body = operation.body.iter().map(|body| &body.ty);
        for ty in params.chain(body) {
            needs.type_(api, ty, &mut names);
        }
    }
    let names: Vec<&str> = names.into_iter().collect();
    let mut lines = Vec::new();
    if needs.map {
        lines.extend(["use std::collections::BTreeMap;".to_owned(), String::new()]);
    }
    if needs.json {
        lines.extend(["use serde_json::Value;".to_owned(), String::new()]);
    }
    lines.push(layout::import("super::models", &names));
    lines.push("use crate::call::Call;".to_owned());
    lines.push("use crate::error::Error;".to_owned());
    if needs.session {
        lines.push("use crate::session::Session;".to_owned());
    }
    lines
}

#[derive(Default)]
struct Needs {
    map: bool,
    json: bool,
    session: bool,
}

impl Needs {
    fn type_<'a>(&mut self, api: &'a Api, ty: &Type, names: &mut BTreeSet<&'a str>) {
        match ty {
            Type::Bool | Type::Int | Type::Float | Type::String(_) => {}
            Type::Json => self.json = true,
            Type::List(item) | Type::Nullable(item) => self.type_(api, item, names),
            Type::Map(value) => {
                self.map = true;
                self.type_(api, value, names);
            }
            Type::Model(id) => {
                names.insert(api.model(*id).name.as_str());
            }
        }
    }
}
