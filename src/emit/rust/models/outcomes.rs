//! From an outcome of a flow, which does not depend on the protocol, to an answer that the spec documents.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::domain::{self, Converted};
use super::{built_in, is_unit, item};
use crate::catalog::{DomainType, Outcome};
use crate::ir::{Answer, ArmBody, BuiltIn, Operation, OutcomeArm};

/// `impl From<recipes::email_password::SignUp> for SignUpResponse`; `TryFrom` where the spec lacks the answer
/// of an outcome and has none to stand in for it. Nothing for an operation of the application.
pub(super) fn from_outcome(operation: &Operation) -> Option<String> {
    let built_in = built_in(operation)?;
    let behaviour = built_in.behaviour;
    let module = format_ident!("{}", behaviour.module);
    let outcome = format_ident!("{}", behaviour.outcome_type);
    let source = quote!(recipes::#module::#outcome);
    let name = format_ident!("{}", operation.answer.name.as_str());
    let is_fallible = is_fallible(operation, built_in);
    // The short name leaves most arms on one line.
    let arms = built_in
        .outcomes
        .iter()
        .map(|outcome| arm(operation, &quote!(Outcome), outcome));
    Some(item(if is_fallible {
        quote! {
            impl TryFrom<#source> for #name {
                type Error = Error;

                fn try_from(outcome: #source) -> Result<Self, Error> {
                    use #source as Outcome;
                    Ok(match outcome { #(#arms)* })
                }
            }
        }
    } else {
        quote! {
            impl From<#source> for #name {
                fn from(outcome: #source) -> Self {
                    use #source as Outcome;
                    match outcome { #(#arms)* }
                }
            }
        }
    }))
}

/// Whether an outcome of the flow has no answer.
pub(in crate::emit::rust) fn is_fallible(operation: &Operation, built_in: &BuiltIn) -> bool {
    general_error(&operation.answer).is_none()
        && built_in
            .outcomes
            .iter()
            .any(|outcome| outcome.arm.is_none())
}

fn arm(operation: &Operation, source: &TokenStream, outcome: &OutcomeArm) -> TokenStream {
    let variant = format_ident!("{}", outcome.outcome.variant);
    let path = quote!(#source::#variant);
    match outcome.arm {
        Some(index) => documented(operation, &path, outcome.outcome, index),
        None => undocumented(operation, &path, outcome.outcome),
    }
}

/// A pattern that takes some of the fields of an outcome.
fn pattern(path: &TokenStream, outcome: &Outcome, used: &[&str]) -> TokenStream {
    if outcome.fields.is_empty() {
        return path.clone();
    }
    let names = used.iter().map(|name| format_ident!("{name}"));
    let rest = (used.len() < outcome.fields.len()).then(|| quote!(..));
    quote!(#path { #(#names,)* #rest })
}

fn documented(
    operation: &Operation,
    path: &TokenStream,
    outcome: &'static Outcome,
    index: usize,
) -> TokenStream {
    let answer = &operation.answer;
    let name = format_ident!("{}", answer.arms[index].name.as_str());
    let target = quote!(Self::#name);
    match &answer.arms[index].body {
        ArmBody::Object(_) if is_unit(answer, index) => {
            let pattern = pattern(path, outcome, &[]);
            quote!(#pattern => #target,)
        }
        ArmBody::Object(fields) => {
            let Converted { values, used } =
                domain::convert(&operation.id, fields, outcome.fields, None);
            let pattern = pattern(path, outcome, &used);
            quote!(#pattern => #target { #(#values),* },)
        }
        ArmBody::Empty => {
            let pattern = pattern(path, outcome, &[]);
            quote!(#pattern => #target,)
        }
        ArmBody::Redirect => {
            let source = only_field(operation, outcome);
            let pattern = pattern(path, outcome, &[source]);
            let source = format_ident!("{source}");
            quote!(#pattern => #target { location: #source.into() },)
        }
        ArmBody::Text | ArmBody::Bytes | ArmBody::Events | ArmBody::Json(_) => {
            let source = only_field(operation, outcome);
            let pattern = pattern(path, outcome, &[source]);
            let source = format_ident!("{source}");
            let value = match outcome.fields[0].ty {
                DomainType::Struct(_) => quote!(#source.into()),
                DomainType::List(_) => quote!(#source.into_iter().map(Into::into).collect()),
                _ => quote!(#source),
            };
            quote!(#pattern => #target(#value),)
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

/// An outcome that the spec leaves out: `GENERAL_ERROR` in its place, or an internal error.
fn undocumented(
    operation: &Operation,
    path: &TokenStream,
    outcome: &'static Outcome,
) -> TokenStream {
    let answer = &operation.answer;
    let status = outcome.status.unwrap_or(outcome.variant);
    let Some((arm, message)) = general_error(answer) else {
        let pattern = pattern(path, outcome, &[]);
        let text = format!(
            "the spec documents no `{status}` answer of `{}`",
            operation.id
        );
        return quote!(#pattern => return Err(Error::internal(#text)),);
    };
    let name = format_ident!("{}", answer.arms[arm].name.as_str());
    let message = format_ident!("{message}");
    let reason = outcome
        .fields
        .iter()
        .find(|field| field.ty == DomainType::Text && field.always);
    match reason {
        Some(reason) => {
            let pattern = pattern(path, outcome, &[reason.rust]);
            let reason = format_ident!("{}", reason.rust);
            quote!(#pattern => Self::#name { #message: #reason },)
        }
        None => {
            let pattern = pattern(path, outcome, &[]);
            let text = format!("This is not possible: {status}.");
            quote!(#pattern => Self::#name { #message: #text.to_owned() },)
        }
    }
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
