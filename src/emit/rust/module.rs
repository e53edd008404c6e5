//! `api/mod.rs`: what is in the folder.

use askama::Template;

use super::{Frame, custom_operations, docs};
use crate::ir::Api;

#[derive(Template)]
#[template(path = "api/mod.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    title: String,
    docs: String,
    custom: bool,
}

/// The file.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> String {
    View {
        frame,
        title: docs::module(&format!("{} {}.", api.title, api.version)),
        docs: docs::module(&api.docs),
        custom: custom_operations(api).next().is_some(),
    }
    .render()
    .expect("the template has no fallible part")
}
