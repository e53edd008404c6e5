//! `api/models.rs`: operation by operation, the data types that it is the first to need, each with
//! its conversion from the runtime, and its answer. What the application makes has constructors.

mod answers;
mod constructors;
mod data;
mod domain;
mod keys;
pub(super) mod outcomes;
mod serde_attributes;
mod statuses;

use askama::Template;

use super::{Frame, print};
use crate::emit::sections::Sections;
use crate::ir::{Answer, Api, ArmBody, BuiltIn, Operation, Shape, Type};
use crate::parallel;
pub(super) use data::{declaration, field_docs};
use serde_attributes::attributes as serde_attributes;

#[derive(Template)]
#[template(path = "api/models.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    imports: Vec<&'static str>,
    items: Vec<String>,
}

/// For the fields that an application may set ([`constructors`]).
const OPTIONAL_FIELD: &str = "use auth_runtime::optional_field;";

/// The file.
pub(super) fn render(api: &Api, sections: &Sections, frame: Frame<'_>) -> String {
    let model = |id| data::items(api, sections, id);
    let mut items = parallel::map(api.operations.len(), |index| {
        let mut items = Vec::new();
        items.extend(sections.heading(api, index));
        items.extend(sections.models(index).iter().copied().map(model));
        items.push(answers::items(api, &api.operations[index]));
        join(&items)
    });
    items.extend(sections.unused().map(model));
    let mut imports = imports(api);
    if items.iter().any(|item| item.contains("optional_field!")) {
        // In the order of names, behind those of the standard library.
        let is_behind = |line: &&str| !line.contains(" std::") && *line > OPTIONAL_FIELD;
        let place = imports.iter().position(is_behind);
        imports.insert(place.unwrap_or(imports.len()), OPTIONAL_FIELD);
    }
    View {
        frame,
        imports,
        items,
    }
    .render()
    .expect("the template has no fallible part")
}

/// Whether an arm is written without fields: `SignUpResponse::WrongCredentials`.
pub(super) fn is_unit(answer: &Answer, arm: usize) -> bool {
    let arm = &answer.arms[arm];
    match &arm.body {
        // An untagged unit variant would be `null` on the wire.
        _ if arm.statuses.only().is_none() => false,
        ArmBody::Object(fields) => fields.is_empty() && arm.literal.is_some(),
        ArmBody::Empty => true,
        ArmBody::Json(_) | ArmBody::Text | ArmBody::Bytes | ArmBody::Events | ArmBody::Redirect => {
            false
        }
    }
}

/// What the operation does, for people: `` `POST /signup` ``.
pub(super) fn call_text(operation: &Operation) -> String {
    let method = operation.method.as_str();
    format!("`{method} {}`", super::path(operation))
}

/// The built-in behind an operation.
pub(super) fn built_in(operation: &Operation) -> Option<&BuiltIn> {
    match &operation.behaviour {
        crate::ir::Behaviour::BuiltIn(built_in) => Some(built_in),
        crate::ir::Behaviour::Custom(_) => None,
    }
}

/// The `use` lines: only what is used.
fn imports(api: &Api) -> Vec<&'static str> {
    let models = &api.models;
    let operations = &api.operations;
    let json_arm = |answer: &Answer| answer.arms.iter().any(answers::is_derived);
    let serialize = models.iter().any(|model| model.in_answers)
        || operations
            .iter()
            .any(|operation| json_arm(&operation.answer));
    let deserialize = models.iter().any(|model| model.in_requests);
    let map = any_type(api, &|ty| matches!(ty, Type::Map(_)))
        || models
            .iter()
            .any(|model| matches!(&model.shape, Shape::Struct { rest: Some(_), .. }));
    let json = any_type(api, &|ty| matches!(ty, Type::Json));
    let flows = models.iter().any(|model| model.filled_from.is_some());
    let flows = flows
        || operations
            .iter()
            .any(|operation| built_in(operation).is_some());
    let mut out = Vec::new();
    if map {
        out.extend(["use std::collections::BTreeMap;", ""]);
    }
    // An answer that is JSON with one status code needs no more than a macro.
    let mut answers = operations.iter().map(|operation| &operation.answer);
    let is_mixed = answers.any(|answer| answers::json_status(answer).is_none());
    let is_simple = operations
        .iter()
        .any(|operation| answers::json_status(&operation.answer).is_some());
    let is_fallible = operations.iter().any(|operation| {
        built_in(operation).is_some_and(|built_in| outcomes::is_fallible(operation, built_in))
    });
    if is_mixed || is_fallible {
        out.push("use auth_runtime::Error;");
    }
    if is_simple {
        out.push("use auth_runtime::json_answer;");
    }
    if flows {
        out.push("use auth_runtime::recipes;");
    }
    if is_mixed {
        out.extend(["use auth_runtime::web::Answer;", "use http::StatusCode;"]);
    }
    match (serialize, deserialize) {
        (true, true) => out.push("use serde::{Deserialize, Serialize};"),
        (true, false) => out.push("use serde::Serialize;"),
        (false, true) => out.push("use serde::Deserialize;"),
        (false, false) => {}
    }
    if json {
        out.push("use serde_json::Value;");
    }
    out
}

/// Whether any type that `models.rs` spells out, or a part of it, is of a kind.
fn any_type(api: &Api, kind: &dyn Fn(&Type) -> bool) -> bool {
    fn within(ty: &Type, kind: &dyn Fn(&Type) -> bool) -> bool {
        kind(ty)
            || match ty {
                Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => within(inner, kind),
                _ => false,
            }
    }
    let models = api.models.iter();
    let in_models = models
        .flat_map(|model| model.shape.types())
        .any(|ty| within(ty, kind));
    let mut in_answers = api.operations.iter().flat_map(Operation::answer_types);
    in_models || in_answers.any(|ty| within(ty, kind))
}

/// The texts of several items, a blank line between them.
fn join(items: &[String]) -> String {
    items.join("\n\n")
}

fn item(tokens: proc_macro2::TokenStream) -> String {
    print::item(tokens)
}
