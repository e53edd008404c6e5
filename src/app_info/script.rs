//! appInfo from TypeScript and JavaScript: a small, total part of the language is evaluated, and
//! nothing of the file is run.
//!
//! `modules` reads the file and what it imports from the project, `statements` and `expressions`
//! evaluate it, `candidates` looks for appInfo among the values, `lower` makes settings of its fields,
//! and `report` says what could not be read. Every step is counted (`machine`). A value that depends
//! on environment variables stays an expression over them (`value`).

mod branches;
mod built_in;
mod calls;
mod candidates;
mod classes;
mod components;
mod conditions;
mod environment;
mod exports;
mod expressions;
mod jsx;
mod literals;
mod lower;
mod machine;
mod members;
mod modules;
mod operators;
mod paths;
mod report;
mod scope;
mod statements;
mod value;

use oxc_allocator::Allocator;
use oxc_ast::ast::{BindingPattern, Declaration, Expression, Statement};
use oxc_span::{GetSpan, SourceType};

use self::lower::Lowered;
use self::machine::Machine;
use self::modules::SyntaxFault;
use self::report::Unread;
use self::value::{Cause, Kind, Place, Value as Evaluated};
use super::check::{REQUIRED, is_field};
use super::value::{Entry, Findings, Format, Object, Value};
use crate::parallel;
use crate::source::{Files, SourceFile};

const SCRIPT: Format = Format {
    code: "invalid-script",
    name: "TypeScript",
    help: "a comma, a bracket or a quotation mark may be missing here or on the line above",
};

/// The appInfo object of a script, or the one behind a name of it; `None` after a finding. Parser and evaluation go down the
/// call stack as deep as the file nests.
pub(super) fn read(
    extension: &str,
    name: Option<&str>,
    files: Files,
    findings: &mut Findings,
) -> Option<Object> {
    parallel::deep(|| read_here(extension, name, files, findings))
}

fn read_here(
    extension: &str,
    name: Option<&str>,
    files: Files,
    findings: &mut Findings,
) -> Option<Object> {
    let source = components::script(extension, findings.file());
    if let Some(place) = too_deep(source.text()) {
        findings.syntax(&SCRIPT, "brackets nest too deeply", place..place + 1);
        return None;
    }
    let kind = source_type(extension);
    let allocator = Allocator::default();
    let mut machine = Machine::new(&allocator, files);
    if let Err(faults) = machine.load(source.clone(), kind) {
        report_syntax(&source, kind, &faults, findings);
        return None;
    }
    match machine.choose(name) {
        Ok(object) => Some(read_object(&mut machine, &object, findings)),
        Err(missing) => {
            machine.report_missing(missing, findings);
            None
        }
    }
}

fn report_syntax(
    source: &SourceFile,
    kind: SourceType,
    faults: &[SyntaxFault],
    findings: &mut Findings,
) {
    let is_typescript = || {
        let allocator = Allocator::default();
        let kind = SourceType::tsx();
        let parsed = oxc_parser::Parser::new(&allocator, source.text(), kind).parse();
        parsed.diagnostics.is_empty()
    };
    let format = match kind.is_typescript() {
        true => SCRIPT,
        false if is_typescript() => Format {
            name: "JavaScript",
            help: "this is TypeScript: give the file a name that ends in `.ts` or `.tsx`",
            ..SCRIPT
        },
        false => Format {
            name: "JavaScript",
            ..SCRIPT
        },
    };
    for fault in faults {
        findings.syntax(&format, &fault.message, fault.place.clone());
    }
}

/// The fields of an appInfo object; what cannot be read is reported.
fn read_object<'a>(
    machine: &mut Machine<'a>,
    object: &Evaluated<'a>,
    findings: &mut Findings,
) -> Object {
    let mut entries = Vec::new();
    let mut unread = Vec::new();
    let mut assumed = Vec::new();
    for (key, key_place) in machine.keys(object) {
        if let Some(before) = machine.written_before(object, &key) {
            entries.push(Entry {
                key: key.to_string(),
                key_place: machine.span(before),
                value: Value::Refused,
                place: machine.span(before),
            });
        }
        let member = machine.member(object, &key, key_place);
        let mut place = machine.place_of(&member);
        let value = if is_field(&key) {
            match machine.lower(&member, &mut assumed) {
                Lowered::Setting(setting) => Value::Setting(setting),
                Lowered::Absent => Value::Absent,
                Lowered::Other("a function", at) => {
                    let what = function_label(&key);
                    let reason = Evaluated::unknown(Cause::Unsupported, what, at);
                    if let Kind::Unknown(reason) = reason.kind {
                        unread.push(unread_field(&key, key_place, &member, reason));
                    }
                    Value::Refused
                }
                Lowered::Other(what, at) => {
                    place = at;
                    Value::Other(what)
                }
                Lowered::Unknown(reason) => {
                    unread.push(unread_field(&key, key_place, &member, reason));
                    Value::Refused
                }
            }
        } else {
            Value::Other("not read")
        };
        entries.push(Entry {
            key: key.to_string(),
            key_place: machine.span(key_place),
            value,
            place: machine.span(place),
        });
    }
    machine.report_unread(&unread, findings);
    machine.report_assumed(&assumed, findings);
    let hidden = machine.hidden_in(object);
    if let Some(reason) = &hidden {
        let is_given = |field: &&str| entries.iter().any(|entry| entry.key == *field);
        let missing: Vec<&str> = REQUIRED
            .iter()
            .copied()
            .filter(|it| !is_given(it))
            .collect();
        machine.report_hidden(reason, &missing, findings);
    }
    Object {
        head: machine.span(object.place),
        hides: hidden.is_some(),
        entries,
    }
}

fn unread_field<'a>(
    field: &str,
    key: Place,
    value: &Evaluated<'a>,
    reason: std::rc::Rc<value::Reason>,
) -> Unread<'a> {
    Unread {
        field: field.to_owned(),
        key,
        value: value.clone(),
        reason,
    }
}

fn function_label(field: &str) -> &'static str {
    match field {
        "origin" => {
            "a function that decides for each request; write one website here, and others into AUTH_WEBSITES"
        }
        _ => "a function, where a text is needed",
    }
}

/// How oxc reads a file of this extension. JavaScript may hold JSX under any name.
fn source_type(extension: &str) -> SourceType {
    let kind = SourceType::from_extension(extension);
    // Components of Svelte and Vue: TypeScript reads their JavaScript, too.
    let kind = kind.unwrap_or_else(|_| SourceType::ts());
    if kind.is_typescript() {
        kind
    } else {
        kind.with_jsx(true)
    }
}

/// Whether brackets nest deeper than in real files: the parser is recursive, and would overflow the call stack.
/// Brackets in texts and comments count too, which at this depth makes no difference.
fn too_deep(text: &str) -> Option<usize> {
    const MAX_DEPTH: usize = 200;
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// The name that a statement of the top level declares around a place.
fn declared_name(statement: &Statement, place: Place) -> Option<String> {
    let declaration = match statement {
        Statement::ExportDeclaration(export) => &export.declaration,
        Statement::ExportDefaultDeclaration(_) => return Some("default".to_owned()),
        other => other.as_declaration()?,
    };
    match declaration {
        Declaration::VariableDeclaration(declaration) => {
            let holds = |span: oxc_span::Span| span.start <= place.start && place.end <= span.end;
            let mut declarators = declaration.declarations.iter();
            let declarator = declarators.find(|it| holds(it.span()))?;
            match &declarator.id {
                BindingPattern::BindingIdentifier(id) => Some(id.name.to_string()),
                _ => None,
            }
        }
        Declaration::FunctionDeclaration(function) => {
            function.id.as_ref().map(|id| id.name.to_string())
        }
        Declaration::ClassDeclaration(class) => class.id.as_ref().map(|id| id.name.to_string()),
        _ => None,
    }
}

/// What lies inside of parentheses, casts and assertions, none of which change the value.
fn bare<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    match expression {
        Expression::ParenthesizedExpression(inner) => bare(&inner.expression),
        Expression::TSAsExpression(inner) => bare(&inner.expression),
        Expression::TSSatisfiesExpression(inner) => bare(&inner.expression),
        Expression::TSTypeAssertion(inner) => bare(&inner.expression),
        Expression::TSNonNullExpression(inner) => bare(&inner.expression),
        other => other,
    }
}

/// What an expression is that is not evaluated, in words for a label.
fn describe(expression: &Expression) -> &'static str {
    match expression {
        Expression::BigIntLiteral(_) => "a number",
        Expression::TaggedTemplateExpression(_) => "a tagged template",
        Expression::StringLiteral(_) => "a text with an invalid escape",
        Expression::UpdateExpression(_) => "a counter",
        Expression::YieldExpression(_) => "a generator",
        _ => "an expression",
    }
}
