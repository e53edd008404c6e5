//! `js/`: the client as JavaScript with declarations, for pages and tools that do not read
//! TypeScript.
//!
//! Of the modules that no spec changes it has what the TypeScript compiler makes of them, which
//! `npm run build` in `tests/client` writes; the rest is rendered again, without types and with
//! nothing but types.

use askama::Template;

use super::operations::Functions;
use super::{Defaults, insert};
use crate::tree::Tree;

/// Made of `templates/client/src`.
const COMPILED: &[(&str, &str)] = &[
    (
        "js/errors.d.ts",
        include_str!("../../../templates/client/js/errors.d.ts"),
    ),
    (
        "js/errors.js",
        include_str!("../../../templates/client/js/errors.js"),
    ),
    (
        "js/http.d.ts",
        include_str!("../../../templates/client/js/http.d.ts"),
    ),
    (
        "js/http.js",
        include_str!("../../../templates/client/js/http.js"),
    ),
    (
        "js/login-element.d.ts",
        include_str!("../../../templates/client/js/login-element.d.ts"),
    ),
    (
        "js/login-element.js",
        include_str!("../../../templates/client/js/login-element.js"),
    ),
    (
        "js/login-messages.d.ts",
        include_str!("../../../templates/client/js/login-messages.d.ts"),
    ),
    (
        "js/login-messages.js",
        include_str!("../../../templates/client/js/login-messages.js"),
    ),
    (
        "js/login-style.d.ts",
        include_str!("../../../templates/client/js/login-style.d.ts"),
    ),
    (
        "js/login-style.js",
        include_str!("../../../templates/client/js/login-style.js"),
    ),
    (
        "js/react.d.ts",
        include_str!("../../../templates/client/js/react.d.ts"),
    ),
    (
        "js/react.js",
        include_str!("../../../templates/client/js/react.js"),
    ),
    (
        "js/session.d.ts",
        include_str!("../../../templates/client/js/session.d.ts"),
    ),
    (
        "js/session.js",
        include_str!("../../../templates/client/js/session.js"),
    ),
    (
        "js/storage.d.ts",
        include_str!("../../../templates/client/js/storage.d.ts"),
    ),
    (
        "js/storage.js",
        include_str!("../../../templates/client/js/storage.js"),
    ),
];

/// What the source has and the scripts need, too.
pub(super) struct Parts<'a> {
    pub(super) header: &'a str,
    pub(super) defaults: &'a Defaults,
    pub(super) api_domain: &'a str,
    pub(super) options_default: &'a str,
    pub(super) api_domain_doc: &'a str,
    pub(super) api_domain_type: &'a str,
    pub(super) operations: &'a Functions,
}

/// Adds `js/`, except for declarations that are the source itself.
pub(super) fn emit(parts: &Parts<'_>, tree: &mut Tree) {
    for (path, text) in COMPILED {
        tree.insert(format!("client/{path}"), *text);
    }
    let Parts {
        header, operations, ..
    } = parts;
    let index = IndexScript { header };
    let client = ClientScript {
        header,
        app_info: &parts.defaults.lines(),
        options_default: parts.options_default,
        api_domain: parts.api_domain,
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
    let login_types = LoginDeclarations { header };
    insert(tree, "js/index.js", &index);
    insert(tree, "js/client.js", &client);
    insert(tree, "js/client.d.ts", &client_types);
    insert(tree, "js/operations.js", &functions);
    insert(tree, "js/operations.d.ts", &function_types);
    insert(tree, "js/login.d.ts", &login_types);
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

#[derive(Template)]
#[template(path = "client/login.d.ts.jinja")]
struct LoginDeclarations<'a> {
    header: &'a str,
}
