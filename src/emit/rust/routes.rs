//! `api/routes.rs`: the operations, where they are, and who answers them.

use askama::Template;

use super::groups::Group;
use super::models::{self, outcomes};
use super::{Frame, docs, heading, path};
use crate::ir::{Api, Behaviour, Matched, Operation};

#[derive(Template)]
#[template(path = "api/routes.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    table: String,
    routes: Vec<Route>,
    groups: &'a [Group<'a>],
    has_built_in: bool,
}

struct Route {
    /// What it does, as lines of a comment.
    summary: String,
    /// The function that makes it: what a contract decides is not repeated.
    constructor: &'static str,
    arguments: Vec<String>,
    handler: String,
}

/// The file.
pub(super) fn render(api: &Api, groups: &[Group<'_>], frame: Frame<'_>) -> String {
    View {
        frame,
        table: docs::module(&markdown(api)),
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
        constructor: match &operation.behaviour {
            Behaviour::BuiltIn(_) => "built_in",
            Behaviour::Custom(_) => "custom",
        },
        arguments: arguments(operation),
        handler: handler(operation, groups),
    }
}

/// What answers it: a flow and the answer that its outcome becomes, or a method of a group.
fn handler(operation: &Operation, groups: &[Group<'_>]) -> String {
    if let Some(built_in) = models::built_in(operation) {
        let behaviour = built_in.behaviour;
        let fallible = if outcomes::is_fallible(operation, built_in) {
            "try "
        } else {
            ""
        };
        return format!(
            "built_in!({fallible}{}::{} => {})",
            behaviour.module,
            behaviour.function,
            operation.answer.name.as_str()
        );
    }
    let group = groups
        .iter()
        .find(|group| group.tag == operation.tag)
        .expect("every custom operation is in a group");
    format!("custom!({}::{})", group.name, operation.name.rust())
}

/// What makes its route: the contract of a built-in, or what the spec says instead, and where it stands.
fn arguments(operation: &Operation) -> Vec<String> {
    let mut arguments = match &operation.behaviour {
        Behaviour::BuiltIn(built_in) => {
            let contract = built_in.behaviour;
            let (module, constant) = (contract.module, contract.constant);
            vec![format!("&recipes::{module}::{constant}")]
        }
        Behaviour::Custom(_) => vec![
            format!("{:?}", operation.recipe),
            format!("Tenancy::{:?}", operation.tenancy),
        ],
    };
    let scope = if operation.outside_base {
        "Root"
    } else {
        "Base"
    };
    arguments.extend([
        format!("{:?}", operation.id),
        format!("Method::{}", operation.method.as_str()),
        format!("{:?}", path(operation)),
        format!("Scope::{scope}"),
    ]);
    arguments
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
