//! `api/mod.rs`: what is in the folder.

use askama::Template;

use super::{Frame, docs};
use crate::ir::Api;

#[derive(Template)]
#[template(path = "api/mod.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    title: String,
    docs: String,
}

/// The file.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> String {
    View {
        frame,
        title: docs::module(&format!("{} {}.", api.title, api.version)),
        docs: docs::module(&api.docs),
    }
    .render()
    .expect("the template has no fallible part")
}
