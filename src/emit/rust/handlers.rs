//! `api/handlers/*.rs`: one file for each module of flows, and one for the custom operations.
//!
//! A handler calls its flow and says which documented answer each outcome becomes. It is exhaustive:
//! an outcome that the spec lacks does not compile, or is written out as the error that it is.

mod built_in;

use askama::Template;

use super::{Frame, custom, custom_operations, layout, models};
use crate::ir::{Api, Operation};

#[derive(Template)]
#[template(path = "api/handlers.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    module: &'a str,
    imports: Vec<String>,
    handlers: Vec<String>,
}

#[derive(Template)]
#[template(path = "api/handlers_mod.rs.jinja")]
struct ModuleView<'a> {
    frame: Frame<'a>,
    modules: Vec<String>,
}

/// The files: name and text.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> Vec<(String, String)> {
    let mut modules: Vec<(&str, Vec<&Operation>)> = Vec::new();
    for operation in &api.operations {
        let Some(built_in) = models::built_in(operation) else {
            continue;
        };
        let name = built_in.behaviour.module;
        match modules.iter_mut().find(|(module, _)| *module == name) {
            Some((_, operations)) => operations.push(operation),
            None => modules.push((name, vec![operation])),
        }
    }
    let mut files: Vec<(String, String)> = modules
        .iter()
        .map(|(name, operations)| (format!("{name}.rs"), file(frame, name, operations)))
        .collect();
    let mut names: Vec<String> = modules.iter().map(|(name, _)| (*name).to_owned()).collect();
    if custom_operations(api).next().is_some() {
        files.push(("custom.rs".to_owned(), custom::handlers(api, frame)));
        names.push("custom".to_owned());
    }
    names.sort();
    let module = ModuleView {
        frame,
        modules: names,
    };
    let text = module.render().expect("the template has no fallible part");
    files.push(("mod.rs".to_owned(), text));
    files
}

fn file<'a>(frame: Frame<'a>, module: &'a str, operations: &[&Operation]) -> String {
    let mut flows = vec!["self"];
    let mut answers = Vec::new();
    for operation in operations {
        let built_in = models::built_in(operation).expect("the module holds built-ins");
        flows.push(built_in.behaviour.outcome_type);
        answers.push(operation.answer.name.as_str());
    }
    View {
        frame,
        module,
        imports: vec![
            layout::import("crate::api::models", &answers),
            "use crate::call::Call;".to_owned(),
            "use crate::error::Error;".to_owned(),
            layout::import(&format!("crate::flows::{module}"), &flows),
        ],
        handlers: operations
            .iter()
            .map(|operation| built_in::handler(operation))
            .collect(),
    }
    .render()
    .expect("the template has no fallible part")
}
