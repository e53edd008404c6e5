//! `api/routes.rs`: the operations, where they are, and who answers them.

use askama::Template;

use super::groups::Group;
use super::models::{self, outcomes};
use super::{Frame, docs, heading, path};
use crate::ir::{Api, Behaviour, Matched, Operation};
use crate::name::printable;

#[derive(Template)]
#[template(path = "api/routes.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    routes: Vec<Route>,
    groups: &'a [Group<'a>],
    has_built_in: bool,
}

struct Route {
    /// What it does, as lines of a comment.
    summary: String,
    /// The macro of the runtime that makes it.
    row: String,
}

/// The file.
pub(super) fn render(api: &Api, groups: &[Group<'_>], frame: Frame<'_>) -> String {
    View {
        frame,
        routes: api
            .operations
            .iter()
            .map(|operation| route(operation, groups))
            .collect(),
        groups,
        has_built_in: api
            .operations
            .iter()
            .any(|operation| matches!(operation.behaviour, Behaviour::BuiltIn(_))),
    }
    .render()
    .expect("the template has no fallible part")
}

fn route(operation: &Operation, groups: &[Group<'_>]) -> Route {
    Route {
        summary: docs::line_comment(4, &docs::summary(&heading(operation))),
        row: row(operation, groups),
    }
}

/// Where it stands and what answers it: the contract and function of a recipe and the answer that its outcome
/// becomes, or a method of a group. What a contract decides is not repeated.
fn row(operation: &Operation, groups: &[Group<'_>]) -> String {
    let scope = if operation.outside_base {
        "Root"
    } else {
        "Base"
    };
    let (method, path, id) = (operation.method.as_str(), path(operation), &operation.id);
    let place = format!("{method} {path:?}, {id:?}, {scope}");
    if let Some(built_in) = models::built_in(operation) {
        let contract = built_in.behaviour;
        let fallible = if outcomes::is_fallible(operation, built_in) {
            "try "
        } else {
            ""
        };
        let answer = format!(
            "{}::{{{}, {}}} => {fallible}models::{}",
            contract.module,
            contract.constant,
            contract.function,
            operation.answer.name.as_str()
        );
        return invocation("built_in", &place, &answer);
    }
    let group = groups
        .iter()
        .find(|group| group.tag == operation.tag)
        .expect("every custom operation is in a group");
    let (group, name) = (&group.name, operation.name.rust());
    let answer = format!(
        "{:?}, {:?}, {group} => custom::{group}::{name}",
        operation.recipe, operation.tenancy
    );
    invocation("custom", &place, &answer)
}

/// A macro on one line, or on two where that is too wide.
fn invocation(name: &str, place: &str, answer: &str) -> String {
    let one_line = format!("{name}!({place}, {answer})");
    if one_line.len() <= 95 {
        one_line
    } else {
        format!("{name}!({place},\n        {answer})")
    }
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
            printable(&operation.id),
            operation.behaviour.name(),
            why(operation),
        ));
    }
    table
}
