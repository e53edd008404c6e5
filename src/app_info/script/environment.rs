//! Where environment variables come from, and what else a file finds without declaring it.

use super::operators::BROWSER;
use super::value::{Cause, Kind, Place, Value};
use crate::app_info::value::is_variable;

/// Variables that Node's tools set for a build or a start, and no environment of the generated
/// server has.
const TOOLS: [&str; 8] = [
    "NODE_ENV",
    "BABEL_ENV",
    "MODE",
    "PROD",
    "DEV",
    "SSR",
    "BASE_URL",
    "NEXT_RUNTIME",
];

/// The variable `name`.
pub(super) fn variable<'a>(name: &str, place: Place) -> Value<'a> {
    if TOOLS.contains(&name) {
        let what = format!("`{name}` is set by JavaScript tools; the generated server has none");
        return Value::unknown(Cause::Tool, what, place);
    }
    if !is_variable(name) {
        return Value::unknown(Cause::Unsupported, "a variable with an invalid name", place);
    }
    Value::new(Kind::Variable(name.into()), place)
}

/// Whether a name is written as environment variables are.
pub(super) fn is_capitals(name: &str) -> bool {
    let is_capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    is_variable(name) && name.chars().all(is_capital)
}

/// The member `key` of something that no file declares.
pub(super) fn global<'a>(path: &str, key: &str, place: Place) -> Value<'a> {
    let path = match path {
        // `globalThis`.
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    let kind = match path.as_str() {
        "process.env" | "Bun.env" | "import.meta.env" => Kind::Environment,
        "import.meta.client" | "import.meta.browser" => Kind::Bool(false),
        "import.meta.server" => Kind::Bool(true),
        _ => Kind::Global(path.into()),
    };
    Value::new(kind, place)
}

/// What a module that tools provide exports under a name.
pub(super) fn module<'a>(source: &str, name: &str, place: Place) -> Option<Value<'a>> {
    let kind = match (source, name) {
        ("process" | "node:process", "env")
        | ("$env/static/public" | "$env/static/private", "*")
        | ("$env/dynamic/public" | "$env/dynamic/private", "env")
        | ("astro:env/server" | "astro:env/client", "*") => Kind::Environment,
        ("process" | "node:process", _) => Kind::Global("process".into()),
        ("$env/static/public" | "$env/static/private", name)
        | ("astro:env/server" | "astro:env/client", name) => return Some(variable(name, place)),
        _ => return None,
    };
    Some(Value::new(kind, place))
}

/// Why something that no file declares has no known value.
pub(super) fn unknown_global<'a>(path: &str, place: Place) -> Value<'a> {
    let root = path.split('.').next().unwrap_or_default();
    let has = |part: &str| path.split('.').any(|it| it == part);
    let (cause, what) = if has("localStorage") || has("sessionStorage") {
        (
            Cause::Stored,
            format!("`{path}` is what a browser has stored"),
        )
    } else if path == "URLSearchParams" {
        (
            Cause::Stored,
            "the query of a page is known in a browser only".to_owned(),
        )
    } else if BROWSER.contains(&root) {
        (
            Cause::Runtime,
            format!("`{path}` is known in a browser only"),
        )
    } else if ["fetch", "axios", "XMLHttpRequest", "$fetch"].contains(&root) {
        (Cause::Network, "an answer of the network".to_owned())
    } else if [
        "Date",
        "Math",
        "crypto",
        "performance",
        "process",
        "require",
        "Deno",
        "Bun",
    ]
    .contains(&root)
    {
        (
            Cause::Runtime,
            format!("`{path}` is known at run time only"),
        )
    } else {
        (
            Cause::Unsupported,
            format!("no file of the project declares `{path}`"),
        )
    };
    Value::unknown(cause, what, place)
}
