//! Which Rust files there are, and what their frames are filled with.
//!
//! A frame (`templates/api/*.jinja`) gives a file its header, order, comments and blank lines; it
//! holds no decision. Items are made here with `quote!` and printed one at a time.

mod app_info;
mod constraints;
mod custom;
mod docs;
mod groups;
mod models;
mod module;
mod package;
mod print;
pub(crate) mod routes;
mod types;

pub(crate) use self::package::environment;
use super::sections::Sections;
use crate::ir::{Api, Behaviour, Operation, Segment};
use crate::settings::Settings;
use crate::tree::Tree;

/// What every frame needs.
#[derive(Debug, Clone, Copy)]
struct Frame<'a> {
    /// `auth.yaml`.
    spec: &'a str,
}

/// The files of `server/` that the spec decides.
pub(crate) fn emit(api: &Api, sections: &Sections, settings: &Settings, tree: &mut Tree) {
    let frame = Frame {
        spec: &api.spec_name,
    };
    let mut add = |name: &str, text: String| {
        let path = format!("server/src/api/{name}");
        let text = one_line_break_at_the_end(text);
        print::check(&path, &text);
        tree.insert(path, text);
    };
    let groups = groups::groups(api);
    add("mod.rs", module::render(api, &groups, frame));
    add("app_info.rs", app_info::render(api, frame));
    if let Some(text) = constraints::render(api, frame) {
        add("constraints.rs", text);
    }
    add("models.rs", models::render(api, sections, frame));
    add("routes.rs", routes::render(api, &groups, frame));
    for (name, text) in custom::render(api, &groups, frame) {
        add(&format!("custom/{name}"), text);
    }
    package::emit(api, &groups, settings, tree);
}

fn one_line_break_at_the_end(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The operations that the spec leaves to the application.
fn custom_operations(api: &Api) -> impl Iterator<Item = &Operation> {
    api.operations
        .iter()
        .filter(|operation| matches!(operation.behaviour, Behaviour::Custom(_)))
}

/// `/users/{id}`, relative to the base path unless the operation stands outside of it.
fn path(operation: &Operation) -> String {
    let path = Segment::route(&operation.path);
    if path.is_empty() {
        "/".to_owned()
    } else {
        path
    }
}

/// `` `POST /signup`: what it does. ``
fn heading(operation: &Operation) -> String {
    let call = models::call_text(operation);
    let docs = operation.docs.trim();
    let text = if docs.is_empty() {
        format!("{call}.")
    } else {
        format!("{call}: {docs}")
    };
    docs::with_deprecation(&text, operation.deprecated)
}
