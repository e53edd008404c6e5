//! `operations.ts`: one function per operation.

mod request;

use std::collections::BTreeSet;

use super::names::{Names, OperationNames};
use super::types::expression;
use super::{WIDTH, docs};
use crate::emit::sections;
use crate::ir::{Api, ArmBody, Operation, Segment, Tenancy, Type};

/// The parts of `operations.ts`.
pub(super) struct Functions {
    pub(super) imports: String,
    pub(super) type_imports: String,
    pub(super) items: Vec<String>,
}

pub(super) fn functions(api: &Api, names: &Names) -> Functions {
    let mut used = BTreeSet::new();
    let mut items = Vec::new();
    for (index, (operation, own)) in names.operations(api).enumerate() {
        items.extend(sections::heading(api, index));
        items.push(function(operation, own, names, &mut used));
    }
    let needs_segment = api.operations.iter().any(|operation| {
        operation
            .path
            .iter()
            .any(|segment| matches!(segment, Segment::Param(_)))
    });
    Functions {
        imports: match (items.is_empty(), needs_segment) {
            (true, _) => "type CallOptions".to_owned(),
            (false, true) => "call, segment, type CallOptions".to_owned(),
            (false, false) => "call, type CallOptions".to_owned(),
        },
        type_imports: type_imports(&used),
        items,
    }
}

/// The operations as rows of a Markdown table.
pub(super) fn table(api: &Api, names: &Names) -> String {
    names
        .operations(api)
        .map(|(operation, own)| {
            format!(
                "| `{}` | `{}` | {} |",
                own.function,
                route(operation),
                docs::summary(&operation.docs).replace('|', "\\|")
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn type_imports(used: &BTreeSet<String>) -> String {
    if used.is_empty() {
        return String::new();
    }
    let list: Vec<&str> = used.iter().map(String::as_str).collect();
    let line = format!("import type {{ {} }} from \"./types.js\";", list.join(", "));
    if line.len() <= WIDTH {
        line
    } else {
        format!(
            "import type {{\n  {},\n}} from \"./types.js\";",
            list.join(",\n  ")
        )
    }
}

fn function(
    operation: &Operation,
    own: &OperationNames,
    names: &Names,
    used: &mut BTreeSet<String>,
) -> String {
    used.insert(own.response.clone());
    let mut arguments = vec!["client: AuthClient".to_owned()];
    if let Some(argument) = request_argument(operation, own, names, used) {
        arguments.push(argument);
    }
    arguments.push("options?: CallOptions".to_owned());

    let start = format!("export function {}(", own.function);
    let end = format!("): Promise<{}> {{", own.response);
    let line = format!("{start}{}{end}", arguments.join(", "));
    let signature = if line.len() <= WIDTH {
        line
    } else {
        format!("{start}\n  {},\n{end}", arguments.join(",\n  "))
    };
    format!(
        "{}{signature}\n{}\n}}",
        docs::comment(&function_docs(operation), ""),
        call(&request::entries(operation))
    )
}

/// The body itself, the parameters themselves, or the parameters with the body among them.
fn request_argument(
    operation: &Operation,
    own: &OperationNames,
    names: &Names,
    used: &mut BTreeSet<String>,
) -> Option<String> {
    if !operation.params.is_empty() {
        used.insert(own.params.clone());
        let optional = operation.params.iter().all(|param| !param.field.required)
            && operation.body.as_ref().is_none_or(|body| !body.required);
        let default = if optional { " = {}" } else { "" };
        return Some(format!("request: {}{default}", own.params));
    }
    let body = operation.body.as_ref()?;
    note_models(&body.ty, names, used);
    let ty = expression(&body.ty, names);
    Some(if body.required {
        format!("request: {ty}")
    } else {
        format!("request?: {ty}")
    })
}

fn note_models(ty: &Type, names: &Names, used: &mut BTreeSet<String>) {
    match ty {
        Type::Model(id) => {
            used.insert(names.model(*id).to_owned());
        }
        Type::List(element) | Type::Map(element) => note_models(element, names, used),
        Type::Bool | Type::Int | Type::Float | Type::String(_) | Type::Json => {}
    }
}

/// `return call(client, {…}, options);`, broken where it must be.
fn call(entries: &[String]) -> String {
    let object = format!("{{ {} }}", entries.join(", "));
    let line = format!("  return call(client, {object}, options);");
    if line.len() <= WIDTH {
        return line;
    }
    let object = if 4 + object.len() < WIDTH {
        object
    } else {
        format!("{{\n      {},\n    }}", entries.join(",\n      "))
    };
    format!("  return call(\n    client,\n    {object},\n    options,\n  );")
}

fn function_docs(operation: &Operation) -> String {
    let mut text = operation.docs.trim().to_owned();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&format!("`{}`", route(operation)));
    let mut errors = String::new();
    for arm in &operation.answer.arms {
        if (200..300).contains(&arm.http) {
            continue;
        }
        let summary = docs::summary(&arm.docs);
        let gap = if summary.is_empty() { "" } else { ": " };
        errors.push_str(&format!("\n- `{}`{gap}{summary}", arm.http));
        if matches!(arm.body, ArmBody::Redirect) {
            errors.push_str(" (not followed, see “Redirects” in README.md)");
        }
    }
    if !errors.is_empty() {
        text.push_str("\n\n@throws {ApiError} for these among others:");
        text.push_str(&errors);
    }
    if operation.deprecated {
        text.push_str(if errors.is_empty() { "\n\n" } else { "\n" });
        text.push_str("@deprecated");
    }
    text
}

/// `POST {apiBasePath}/{tenantId}/signup`.
fn route(operation: &Operation) -> String {
    let mut text = operation.method.as_str().to_owned();
    text.push(' ');
    if !operation.outside_base {
        text.push_str("{apiBasePath}");
    }
    if operation.tenancy == Tenancy::Tenant {
        text.push_str("/{tenantId}");
    }
    for segment in &operation.path {
        match segment {
            Segment::Literal(literal) => text.push_str(&format!("/{literal}")),
            Segment::Param(name) => text.push_str(&format!("/{{{name}}}")),
        }
    }
    text
}
