//! `api/routes.rs`: the operations, where they are, and who answers them.

use askama::Template;

use super::{Frame, custom_operations, heading, path};
use crate::catalog::Origins;
use crate::emit::rust::{docs, layout, print};
use crate::ir::{Api, Behaviour, Matched, Operation, Tenancy};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

#[derive(Template)]
#[template(path = "api/routes.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    table: String,
    operation: String,
    routes: Vec<Route<'a>>,
    arms: Vec<String>,
    mounted: String,
    custom: Custom,
    imports: Vec<String>,
}

/// How many of the operations are custom ones.
#[derive(PartialEq, Eq)]
enum Custom {
    None,
    Some,
    All,
}

struct Route<'a> {
    operation: &'a str,
    id: String,
    method: &'static str,
    path: String,
    tenancy: &'static str,
    scope: &'static str,
    origins: &'static str,
    recipe: String,
    behaviour: String,
}

/// The file.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> String {
    let routes: Vec<Route<'_>> = api.operations.iter().map(route).collect();
    let custom = match custom_operations(api).count() {
        0 => Custom::None,
        count if count == api.operations.len() => Custom::All,
        _ => Custom::Some,
    };
    let modules: Vec<&str> = api.operations.iter().map(module).collect();
    let handlers = layout::import("super::handlers", &modules);
    let error = layout::import("crate::error", &["Error"]);
    let web = layout::import(
        "crate::web",
        &["Answer", "Api", "Origins", "Route", "Scope", "Tenancy"],
    );
    View {
        frame,
        table: docs::module(&markdown(api)),
        operation: print::item(operations(api)),
        arms: api.operations.iter().map(arm).collect(),
        mounted: mounted(api),
        custom,
        imports: vec![handlers, "use crate::call::Call;".to_owned(), error, web],
        routes,
    }
    .render()
    .expect("the template has no fallible part")
}

fn route(operation: &Operation) -> Route<'_> {
    Route {
        operation: operation.type_name.as_str(),
        id: format!("{:?}", operation.id),
        method: operation.method.as_str(),
        path: format!("{:?}", path(operation)),
        tenancy: match operation.tenancy {
            Tenancy::Tenant => "Tenant",
            Tenancy::Ignored => "Ignored",
            Tenancy::None => "None",
        },
        scope: if operation.outside_base {
            "Root"
        } else {
            "Base"
        },
        origins: origins(operation).variant(),
        recipe: format!("{:?}", operation.recipe),
        behaviour: format!("{:?}", operation.behaviour.name()),
    }
}

/// Which origins may call it: as its contract says; operations of the application, the website alone.
fn origins(operation: &Operation) -> Origins {
    match &operation.behaviour {
        Behaviour::BuiltIn(built_in) => built_in.behaviour.origins,
        Behaviour::Custom(_) => Origins::Own,
    }
}

fn operations(api: &Api) -> TokenStream {
    let variants = api.operations.iter().map(|operation| {
        let name = format_ident!("{}", operation.type_name.as_str());
        let summary = docs::summary(&heading(operation));
        let docs = docs::attributes(&summary);
        quote!(#docs #name,)
    });
    quote! {
        #[doc = " The operations of the spec."]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation { #(#variants)* }
    }
}

/// The file of handlers that an operation is in.
fn module(operation: &Operation) -> &'static str {
    match &operation.behaviour {
        Behaviour::BuiltIn(built_in) => built_in.behaviour.module,
        Behaviour::Custom(_) => "custom",
    }
}

/// An arm of `Endpoints::handle`.
fn arm(operation: &Operation) -> String {
    let pattern = format!("Operation::{}", operation.type_name.as_str());
    let name = operation.name.rust();
    let arguments = match &operation.behaviour {
        Behaviour::BuiltIn(_) => "call",
        Behaviour::Custom(_) => "self.custom()?, call",
    };
    let calls = [
        format!("{}::{name}({arguments})", module(operation)),
        ".await?".to_owned(),
        ".try_into()".to_owned(),
    ];
    layout::chain_arm(12, &pattern, &calls)
}

/// The arm of `Endpoints::mounted` for operations that need a `Custom`; empty without any.
fn mounted(api: &Api) -> String {
    let custom: Vec<String> = custom_operations(api)
        .map(|operation| format!("Operation::{}", operation.type_name.as_str()))
        .collect();
    if custom.is_empty() {
        return String::new();
    }
    layout::alternatives(12, &custom, "self.0.is_some()")
}

/// Why it has that behaviour.
fn why(operation: &Operation) -> &'static str {
    match operation.behaviour.matched() {
        Matched::Extension => "`x-auth-gen`",
        Matched::OperationId => "operationId",
        Matched::Nothing => "no built-in of that name",
    }
}

/// The operations as a Markdown table. Columns are not aligned, so that a change of one operation is a
/// change of one row.
pub(crate) fn markdown(api: &Api) -> String {
    let mut table = "| Method | Path | operationId | Behaviour | Why |\n".to_owned();
    table.push_str("|---|---|---|---|---|\n");
    for operation in &api.operations {
        let scope = if operation.outside_base {
            " (outside the base path)"
        } else {
            ""
        };
        table.push_str(&format!(
            "| {} | `{}`{scope} | `{}` | `{}` | {} |\n",
            operation.method.as_str(),
            path(operation),
            operation.id,
            operation.behaviour.name(),
            why(operation),
        ));
    }
    table
}
