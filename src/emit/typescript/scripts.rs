//! `js/`: the client as JavaScript with declarations, for pages and tools that do not read
//! TypeScript.
//!
//! The modules that no spec changes come from `modules`; the rest is rendered again, without types and
//! with nothing but types.

use askama::Template;

use super::operations::Functions;
use super::{Defaults, insert};
use crate::tree::Tree;

/// What the source has and the scripts need, too.
pub(super) struct Parts<'a> {
    pub(super) header: &'a str,
    pub(super) defaults: &'a Defaults,
    pub(super) api_domain: &'a str,
    pub(super) api_base_path: &'a str,
    pub(super) options_default: &'a str,
    pub(super) api_domain_doc: &'a str,
    pub(super) api_domain_type: &'a str,
    pub(super) operations: &'a Functions,
}

/// Adds `js/`, except for declarations that are the source itself.
pub(super) fn emit(parts: &Parts<'_>, tree: &mut Tree) {
    let Parts {
        header, operations, ..
    } = parts;
    let index = IndexScript { header };
    let client = ClientScript {
        header,
        app_info: &parts.defaults.lines(),
        options_default: parts.options_default,
        api_domain: parts.api_domain,
        api_base_path: parts.api_base_path,
    };
    let client_types = ClientDeclarations {
        header,
        app_info: &parts.defaults.declarations(),
        api_domain_doc: parts.api_domain_doc,
        api_domain_type: parts.api_domain_type,
        options_mark: if parts.options_default.is_empty() {
            ""
        } else {
            "?"
        },
    };
    let functions = OperationsScript {
        header,
        imports: &operations.script_imports,
        items: &operations.scripts,
    };
    let function_types = OperationsDeclarations {
        header,
        type_imports: &operations.type_imports,
        items: &operations.declarations,
    };
    insert(tree, "js/index.js", &index);
    insert(tree, "js/client.js", &client);
    insert(tree, "js/client.d.ts", &client_types);
    insert(tree, "js/operations.js", &functions);
    insert(tree, "js/operations.d.ts", &function_types);
}

#[derive(Template)]
#[template(path = "client/index.js.jinja")]
struct IndexScript<'a> {
    header: &'a str,
}

#[derive(Template)]
#[template(path = "client/client.js.jinja")]
struct ClientScript<'a> {
    header: &'a str,
    app_info: &'a str,
    options_default: &'a str,
    api_domain: &'a str,
    api_base_path: &'a str,
}

#[derive(Template)]
#[template(path = "client/client.d.ts.jinja")]
struct ClientDeclarations<'a> {
    header: &'a str,
    app_info: &'a str,
    api_domain_doc: &'a str,
    api_domain_type: &'a str,
    options_mark: &'a str,
}

#[derive(Template)]
#[template(path = "client/operations.js.jinja")]
struct OperationsScript<'a> {
    header: &'a str,
    imports: &'a str,
    items: &'a [String],
}

#[derive(Template)]
#[template(path = "client/operations.d.ts.jinja")]
struct OperationsDeclarations<'a> {
    header: &'a str,
    type_imports: &'a str,
    items: &'a [String],
}
