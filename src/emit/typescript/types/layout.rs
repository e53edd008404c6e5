//! Object and union types as text.

use super::super::docs;
use super::super::names::Names;
use super::{expression, key};
use crate::ir::Field;

/// One line of an object type, with its comment.
pub(super) struct Member {
    pub(super) docs: String,
    pub(super) text: String,
}

impl Member {
    pub(super) fn new(text: String) -> Self {
        Self {
            docs: String::new(),
            text,
        }
    }

    /// `may_be_undefined`: the code that writes the value may say `undefined` instead of leaving the
    /// key out, also under `exactOptionalPropertyTypes`.
    pub(super) fn field(field: &Field, name: &str, may_be_undefined: bool, names: &Names) -> Self {
        let mut docs = field.docs.trim().to_owned();
        if field.deprecated {
            let gap = if docs.is_empty() { "" } else { "\n\n" };
            docs.push_str(gap);
            docs.push_str("@deprecated");
        }
        let mut ty = expression(&field.ty, names);
        // `unknown` swallows the others.
        if ty != "unknown" {
            if field.nullable {
                ty.push_str(" | null");
            }
            if !field.required && may_be_undefined {
                ty.push_str(" | undefined");
            }
        }
        let mark = if field.required { "" } else { "?" };
        Self {
            docs,
            text: format!("{}{mark}: {ty}", key(name)),
        }
    }
}

pub(super) fn members(fields: &[Field], may_be_undefined: bool, names: &Names) -> Vec<Member> {
    fields
        .iter()
        .map(|field| Member::field(field, field.name.wire(), may_be_undefined, names))
        .collect()
}

/// `{ a: string; b?: number }` on one line, or one member a line where a member has a comment. `indent`: that
/// of the line with the closing brace.
pub(super) fn object(members: &[Member], indent: &str) -> String {
    if members.is_empty() {
        return "Record<string, never>".to_owned();
    }
    if members.iter().all(|member| member.docs.is_empty()) {
        let texts: Vec<&str> = members.iter().map(|member| member.text.as_str()).collect();
        return format!("{{ {} }}", texts.join("; "));
    }
    format!("{{\n{}{indent}}}", block(members, &format!("{indent}  ")))
}

/// One member a line.
fn block(members: &[Member], indent: &str) -> String {
    members
        .iter()
        .map(|member| {
            format!(
                "{}{indent}{};\n",
                docs::comment(&member.docs, indent),
                member.text
            )
        })
        .collect()
}

pub(super) fn interface(name: &str, docs: &str, members: &[Member]) -> String {
    let docs = docs::comment(docs, "");
    if members.is_empty() {
        return format!("{docs}export type {name} = Record<string, never>;");
    }
    format!(
        "{docs}export interface {name} {{\n{}}}",
        block(members, "  ")
    )
}

/// One member of a union type.
pub(super) struct Alternative {
    pub(super) docs: String,
    pub(super) kind: AlternativeKind,
}

pub(super) enum AlternativeKind {
    Object(Vec<Member>),
    Other(String),
}

impl AlternativeKind {
    pub(super) fn print(&self, indent: &str) -> String {
        match self {
            Self::Object(members) => object(members, indent),
            Self::Other(text) => text.clone(),
        }
    }
}

/// A union type, one alternative a line where there are several.
pub(super) fn union(name: &str, docs: &str, alternatives: &[Alternative]) -> String {
    let start = format!("export type {name} =");
    match alternatives {
        [] => format!("{}{start} never;", docs::comment(docs, "")),
        [only] => {
            let docs = docs::comment(&paragraphs(docs, &only.docs), "");
            format!("{docs}{start} {};", only.kind.print(""))
        }
        several => {
            let mut text = format!("{}{start}", docs::comment(docs, ""));
            for alternative in several {
                text.push('\n');
                text.push_str(&docs::comment(&alternative.docs, "  "));
                text.push_str("  | ");
                text.push_str(&alternative.kind.print("    "));
            }
            text.push(';');
            text
        }
    }
}

fn paragraphs(first: &str, second: &str) -> String {
    [first.trim(), second.trim()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}
