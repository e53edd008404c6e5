//! `operations`: one function per operation, as JavaScript and its declarations.

pub(super) mod request;

use std::collections::BTreeSet;

use super::docs;
use super::names::{Names, OperationNames};
use super::types::body_type;
use crate::emit::sections::Sections;
use crate::ir::{Api, ArmBody, Operation, Segment, Style, Tenancy, Type};

/// The parts of `operations.js` and `operations.d.ts`.
pub(super) struct Functions {
    /// The imports of the scripts: a whole statement, or nothing.
    pub(super) imports: String,
    pub(super) type_imports: String,
    pub(super) scripts: Vec<String>,
    pub(super) declarations: Vec<String>,
}

pub(super) fn functions(api: &Api, sections: &Sections, names: &Names) -> Functions {
    let mut used = BTreeSet::new();
    let functions: Vec<Function> = names
        .operations(api)
        .map(|(operation, own)| Function::of(operation, own, names, &mut used))
        .collect();
    let texts = |text: fn(&Function) -> String| {
        let mut items = Vec::new();
        for (index, function) in functions.iter().enumerate() {
            items.extend(sections.heading(api, index));
            items.push(text(function));
        }
        items
    };
    let any = |test: fn(&Operation) -> bool| api.operations.iter().any(test);
    let helpers = [
        ("call", any(|operation| !request::is_raw(operation))),
        ("deepObject", any(has_deep_objects)),
        ("segment", any(has_segments)),
    ];
    let helpers = helpers.iter().filter(|(_, used)| *used);
    let helpers: Vec<&str> = helpers.map(|(name, _)| *name).collect();
    let mut imports = match helpers.as_slice() {
        [] => String::new(),
        names => format!("import {{ {} }} from \"./http.js\";\n", names.join(", ")),
    };
    if has_raw(api) {
        imports.push_str("import { receive } from \"./raw.js\";\n");
    }
    Functions {
        imports,
        type_imports: type_imports(&used),
        scripts: texts(Function::script),
        declarations: texts(Function::declaration),
    }
}

/// Whether a call is more than JSON, a form or a text.
pub(super) fn has_raw(api: &Api) -> bool {
    api.operations.iter().any(request::is_raw)
}

fn has_deep_objects(operation: &Operation) -> bool {
    let mut params = operation.params.iter();
    params.any(|param| param.style == Style::DeepObject)
}

fn has_segments(operation: &Operation) -> bool {
    operation
        .path
        .iter()
        .any(|segment| matches!(segment, Segment::Param(_)))
}

/// The operations as rows of a Markdown table.
pub(super) fn table(api: &Api, names: &Names) -> String {
    names
        .operations(api)
        .map(|(operation, own)| {
            format!(
                "| `{}` | `{}` | {} |",
                own.function,
                route(operation),
                docs::summary(&operation.docs).replace('|', "\\|")
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn type_imports(used: &BTreeSet<String>) -> String {
    if used.is_empty() {
        return String::new();
    }
    let lines: String = used.iter().map(|name| format!("  {name},\n")).collect();
    format!("import type {{\n{lines}}} from \"./types.js\";")
}

/// One function, before it is written in one of two ways.
struct Function {
    docs: String,
    /// `async `, where the arguments may be refused: the function then rejects as it does for all else.
    keyword: &'static str,
    name: String,
    response: String,
    request: Option<Request>,
    /// What makes the call: `call`, or `receive` where it is more than JSON, a form or a text.
    helper: &'static str,
    /// The members of the object that tells the runtime how to make the call.
    call: String,
}

/// The second argument.
struct Request {
    ty: String,
    presence: Presence,
}

/// Whether an argument may be left out, and what it is then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
    DefaultsToEmpty,
}

impl Function {
    fn of(
        operation: &Operation,
        own: &OperationNames,
        names: &Names,
        used: &mut BTreeSet<String>,
    ) -> Self {
        used.insert(own.response.clone());
        Self {
            docs: docs::comment(&function_docs(operation), ""),
            keyword: if has_segments(operation) {
                "async "
            } else {
                ""
            },
            name: own.function.clone(),
            response: own.response.clone(),
            request: request_argument(operation, own, names, used),
            helper: if request::is_raw(operation) {
                "receive"
            } else {
                "call"
            },
            call: request::entries(operation).join(", "),
        }
    }

    fn declaration(&self) -> String {
        let request = self.request.as_ref().map(|request| {
            let mark = match request.presence {
                Presence::Required => "",
                Presence::Optional | Presence::DefaultsToEmpty => "?",
            };
            format!("request{mark}: {}, ", request.ty)
        });
        format!(
            "{}export declare function {}(client: AuthClient, {}options?: CallOptions): Promise<{}>;",
            self.docs,
            self.name,
            request.unwrap_or_default(),
            self.response
        )
    }

    fn script(&self) -> String {
        let request = match self.request.as_ref().map(|request| request.presence) {
            None => "",
            Some(Presence::DefaultsToEmpty) => "request = {}, ",
            Some(_) => "request, ",
        };
        format!(
            "export {}function {}(client, {request}options) {{\n  return {}(client, {{ {} }}, options);\n}}",
            self.keyword, self.name, self.helper, self.call
        )
    }
}

/// The body itself, the parameters themselves, or the parameters with the body among them.
fn request_argument(
    operation: &Operation,
    own: &OperationNames,
    names: &Names,
    used: &mut BTreeSet<String>,
) -> Option<Request> {
    if !operation.params.is_empty() {
        used.insert(own.params.clone());
        let optional = operation.params.iter().all(|param| !param.field.required)
            && operation.body.as_ref().is_none_or(|body| !body.required);
        return Some(Request {
            ty: own.params.clone(),
            presence: if optional {
                Presence::DefaultsToEmpty
            } else {
                Presence::Required
            },
        });
    }
    let body = operation.body.as_ref()?;
    for form in &body.forms {
        note_models(&form.ty, names, used);
    }
    Some(Request {
        ty: body_type(body, names),
        presence: if body.required {
            Presence::Required
        } else {
            Presence::Optional
        },
    })
}

fn note_models(ty: &Type, names: &Names, used: &mut BTreeSet<String>) {
    match ty {
        Type::Model(id) => {
            used.insert(names.model(*id).to_owned());
        }
        Type::List(element) | Type::Map(element) | Type::Nullable(element) => {
            note_models(element, names, used);
        }
        Type::Bool | Type::Int | Type::Float | Type::String(_) | Type::Literal(..) | Type::Json => {
        }
    }
}

fn function_docs(operation: &Operation) -> String {
    let mut text = operation.docs.trim().to_owned();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(&format!("`{}`", route(operation)));
    let mut errors = String::new();
    for arm in &operation.answer.arms {
        if !arm.statuses.is_error() {
            continue;
        }
        let summary = docs::summary(&arm.docs);
        let gap = if summary.is_empty() { "" } else { ": " };
        errors.push_str(&format!("\n- `{}`{gap}{summary}", arm.statuses));
        if matches!(arm.body, ArmBody::Redirect) {
            errors.push_str(" (not followed, see “Redirects” in README.md)");
        }
    }
    if !errors.is_empty() {
        text.push_str("\n\n@throws {ApiError} for these among others:");
        text.push_str(&errors);
    }
    if operation.deprecated {
        text.push_str(if errors.is_empty() { "\n\n" } else { "\n" });
        text.push_str("@deprecated");
    }
    text
}

/// `POST {apiBasePath}/{tenantId}/signup`.
fn route(operation: &Operation) -> String {
    let mut text = operation.method.as_str().to_owned();
    text.push(' ');
    if !operation.outside_base {
        text.push_str("{apiBasePath}");
    }
    if operation.tenancy == Tenancy::Tenant {
        text.push_str("/{tenantId}");
    }
    text + &Segment::route(&operation.path)
}
