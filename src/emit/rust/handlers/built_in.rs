//! One handler: call the flow, turn its outcome into a documented answer.

use crate::catalog::{DomainType, Outcome};
use crate::emit::rust::models::{self, Converted};
use crate::emit::rust::{docs, layout};
use crate::ir::{Answer, ArmBody, BuiltIn, Operation, OutcomeArm};

/// Indentation of the arms of the `match`.
const ARM: usize = 8;

/// The function.
pub(super) fn handler(operation: &Operation) -> String {
    let built_in = models::built_in(operation).expect("custom operations have their own file");
    let behaviour = built_in.behaviour;
    let docs = docs::comment(0, &format!("{}.", models::call_text(operation)));
    let signature = layout::signature(
        0,
        &format!("pub async fn {}", operation.name.rust()),
        &["call: &mut Call".to_owned()],
        &format!("Result<{}, Error>", operation.answer.name.as_str()),
        " {",
    );
    let arms: String = built_in
        .outcomes
        .iter()
        .map(|outcome| arm(operation, built_in, outcome) + "\n")
        .collect();
    format!(
        "{docs}{signature}\n    Ok(match {}::{}(call).await? {{\n{arms}    }})\n}}",
        behaviour.module, behaviour.function
    )
}

fn arm(operation: &Operation, built_in: &BuiltIn, outcome: &OutcomeArm) -> String {
    let path = format!(
        "{}::{}",
        built_in.behaviour.outcome_type, outcome.outcome.variant
    );
    match outcome.arm {
        Some(index) => documented(operation, &path, outcome.outcome, index),
        None => undocumented(operation, &path, outcome.outcome),
    }
}

fn documented(
    operation: &Operation,
    path: &str,
    outcome: &'static Outcome,
    index: usize,
) -> String {
    let answer = &operation.answer;
    let target = models::arm_path(answer, index);
    let pattern =
        |used: &[&str]| layout::pattern(ARM, path, used, used.len() < outcome.fields.len());
    match &answer.arms[index].body {
        ArmBody::Object(_) if models::is_unit(answer, index) => {
            layout::arm(ARM, &pattern(&[]), &|_| target.clone())
        }
        ArmBody::Object(fields) => {
            let Converted { values, used } =
                models::convert(&operation.id, fields, outcome.fields, "");
            layout::arm(ARM, &pattern(&used), &|indent| {
                if values.is_empty() {
                    format!("{target} {{}}")
                } else {
                    layout::struct_literal(indent, &target, &values)
                }
            })
        }
        ArmBody::Empty => layout::arm(ARM, &pattern(&[]), &|_| target.clone()),
        ArmBody::Redirect => {
            let source = only_field(operation, outcome);
            layout::arm(ARM, &pattern(&[source]), &|indent| {
                let value = layout::Chain(vec![source.to_owned()]);
                layout::struct_literal(indent, &target, &[("location".to_owned(), value)])
            })
        }
        ArmBody::Text | ArmBody::Json(_) => {
            let source = only_field(operation, outcome);
            let value = match outcome.fields[0].ty {
                DomainType::Struct(_) => format!("{source}.into()"),
                DomainType::List(_) => format!("{source}.into_iter().map(Into::into).collect()"),
                _ => source.to_owned(),
            };
            layout::arm(ARM, &pattern(&[source]), &|_| format!("{target}({value})"))
        }
    }
}

/// The field of an outcome that is not written as an object.
fn only_field(operation: &Operation, outcome: &'static Outcome) -> &'static str {
    match outcome.fields {
        [field] => field.rust,
        _ => panic!(
            "`{}` of `{}` has no single value",
            outcome.variant, operation.id
        ),
    }
}

/// An outcome that the spec leaves out.
fn undocumented(operation: &Operation, path: &str, outcome: &'static Outcome) -> String {
    let answer = &operation.answer;
    let status = outcome.status.unwrap_or(outcome.variant);
    let pad = " ".repeat(ARM);
    if let Some((arm, message)) = general_error(answer) {
        let reason = outcome
            .fields
            .iter()
            .find(|field| field.ty == DomainType::Text && field.always);
        let target = models::arm_path(answer, arm);
        return match reason {
            Some(reason) => {
                let pattern = layout::pattern(ARM, path, &[reason.rust], outcome.fields.len() > 1);
                let value = layout::Chain(vec![reason.rust.to_owned()]);
                let values = [(message.to_owned(), value)];
                layout::arm(ARM, &pattern, &|indent| {
                    layout::struct_literal(indent, &target, &values)
                })
            }
            None => {
                let pattern = layout::pattern(ARM, path, &[], !outcome.fields.is_empty());
                let text = format!(
                    "{:?}.to_owned()",
                    format!("This is not possible: {status}.")
                );
                let values = [(message.to_owned(), layout::Chain(vec![text]))];
                layout::arm(ARM, &pattern, &|indent| {
                    layout::struct_literal(indent, &target, &values)
                })
            }
        };
    }
    let pattern = layout::pattern(ARM, path, &[], !outcome.fields.is_empty());
    let text = format!(
        "{:?}",
        format!(
            "the spec documents no `{status}` answer of `{}`",
            operation.id
        )
    );
    let failure = layout::call(ARM + 4, "return Err(Error::internal(", &text, "));");
    format!("{pad}{pattern} => {{\n{pad}    {failure}\n{pad}}}")
}

/// The arm that carries a refusal in the application's own words, and its field.
fn general_error(answer: &Answer) -> Option<(usize, &str)> {
    let index = answer
        .arms
        .iter()
        .position(|arm| arm.literal.as_deref() == Some("GENERAL_ERROR"))?;
    let ArmBody::Object(fields) = &answer.arms[index].body else {
        return None;
    };
    match fields.as_slice() {
        [message] if message.name.wire() == "message" && message.required && !message.nullable => {
            Some((index, message.name.rust()))
        }
        _ => None,
    }
}
