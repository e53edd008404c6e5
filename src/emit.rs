//! `Api` → `Tree`: every file of the output, in memory.
//!
//! Decisions were made in `lower`; here they are only written down. Nothing fails: what could was
//! a diagnostic before.

mod nextjs;
mod runtime;
mod rust;
#[cfg(test)]
pub(crate) mod sample;
mod sections;
mod typescript;

use crate::ir::Api;
use crate::parallel;
use crate::settings::Settings;
use crate::tree::Tree;
use sections::Sections;

/// Every file of the output.
///
/// # Panics
/// When an emitted Rust file does not parse: a bug of ours, named by file, line and column.
pub(crate) fn emit(api: &Api, settings: &Settings) -> Tree {
    let mut tree = Tree::default();
    runtime::emit(settings, &mut tree);
    let sections = Sections::of(api);
    let rust = || rust::emit(api, &sections, settings, &mut tree);
    let ((), client) = parallel::both(rust, || typescript::emit(api, &sections, settings));
    tree.extend(client);
    tree
}

pub(crate) use nextjs::emit as nextjs;
pub(crate) use rust::environment;

/// The name under which the server holds a copy of its spec.
pub(crate) fn spec_copy(api: &Api) -> &'static str {
    if api.spec_name.ends_with(".json") {
        "openapi.json"
    } else {
        "openapi.yaml"
    }
}
