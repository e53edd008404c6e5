//! What stands between a request and a `Custom` method: session, parameters, body.
//!
//! The reading itself is runtime (`crate::read`); here is only said what is read from where.

use super::{params_name, types};
use crate::emit::rust::layout::{self, Chain};
use crate::emit::rust::{docs, models};
use crate::ir::{Auth, Body, BodyEncoding, Operation, Param, ParamPlace};

/// Whether a handler reads anything.
pub(super) fn reads(operation: &Operation) -> bool {
    !operation.params.is_empty() || operation.body.is_some()
}

/// The function.
pub(super) fn handler(operation: &Operation) -> String {
    let docs = docs::comment(0, &format!("{}.", models::call_text(operation)));
    let name = operation.name.rust();
    let signature = layout::signature(
        0,
        &format!("pub async fn {name}<C: Custom>"),
        &["custom: &C".to_owned(), "call: &mut Call".to_owned()],
        &format!("Result<{}, Error>", operation.answer.name.as_str()),
        " {",
    );
    let mut lines = Vec::new();
    let mut arguments = vec!["call"];
    if operation.auth == Auth::Session {
        lines.push("    let session = call.require_session().await?;".to_owned());
        arguments.push("session");
    }
    if !operation.params.is_empty() {
        lines.push(params(operation));
        arguments.push("params");
    }
    if let Some(described) = &operation.body {
        lines.push(body(described));
        arguments.push("body");
    }
    let call = [
        "custom".to_owned(),
        format!(".{name}({})", arguments.join(", ")),
        ".await".to_owned(),
    ];
    lines.push(format!("    {}", layout::chain(4, &call)));
    format!("{docs}{signature}\n{}\n}}", lines.join("\n"))
}

fn params(operation: &Operation) -> String {
    let values: Vec<(String, Chain)> = operation.params.iter().map(param).collect();
    let literal = layout::struct_literal(4, &params_name(operation), &values);
    format!("    let params = {literal};")
}

/// `name` and `read::required("name", source)?`.
fn param(param: &Param) -> (String, Chain) {
    let wire = param.field.name.wire();
    let source = match param.place {
        ParamPlace::Path => format!("call.path_param({wire:?})"),
        ParamPlace::Query => format!("call.query({wire:?})"),
        ParamPlace::Header => format!("read::header(call, {wire:?})"),
    };
    let function = if types::is_option(&param.field) {
        "optional"
    } else {
        "required"
    };
    let name = param.field.name.rust().to_owned();
    let before = format!("{name}: ");
    let head = format!("{before}read::{function}");
    let call = layout::invoke(8, &head, &[format!("{wire:?}"), source], "?");
    (name, Chain(vec![call[before.len()..].to_owned()]))
}

fn body(body: &Body) -> String {
    let prefix = if body.required { "" } else { "optional_" };
    let takes = |encoding| body.encodings.contains(&encoding);
    match (takes(BodyEncoding::Json), takes(BodyEncoding::Form)) {
        (true, true) => format!(
            "    let body = if read::is_form(call) {{\n        read::{prefix}form(call)?\n    }} else {{\n        read::{prefix}json(call)?\n    }};"
        ),
        (false, true) => format!("    let body = read::{prefix}form(call)?;"),
        _ => format!("    let body = read::{prefix}json(call)?;"),
    }
}
