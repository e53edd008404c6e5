//! `api/mod.rs`: what is in the folder.

use askama::Template;

use super::groups::Group;
use super::{Frame, docs};
use crate::ir::Api;

#[derive(Template)]
#[template(path = "api/mod.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    title: String,
    docs: String,
    has_constraints: bool,
    has_custom: bool,
    /// The version of this generator, and so of the runtime that the code needs.
    version: &'static str,
}

/// The file.
pub(super) fn render(api: &Api, groups: &[Group<'_>], frame: Frame<'_>) -> String {
    View {
        frame,
        title: docs::module(&format!("{} {}.", api.title, api.version)),
        docs: docs::module(&api.docs),
        has_constraints: !api.constraints.is_empty(),
        has_custom: !groups.is_empty(),
        version: env!("CARGO_PKG_VERSION"),
    }
    .render()
    .expect("the template has no fallible part")
}
