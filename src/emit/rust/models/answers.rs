//! One enum for each operation: a variant for each documented outcome, and how it becomes an HTTP answer.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::data::{self, Json};
use super::{call_text, constructors, is_unit, item, join, outcomes, serde_attributes, statuses};
use crate::emit::rust::{docs, types};
use crate::ir::{Answer, Api, Arm, ArmBody, Behaviour, Field, Operation};

/// The enum, how it becomes an HTTP answer, and how an outcome of the runtime becomes it, or else its
/// constructors.
pub(super) fn items(api: &Api, operation: &Operation) -> String {
    let declaration = item(declaration(api, operation));
    let conversion = item(conversion(&operation.answer));
    // One line belongs to the enum above it.
    let mut items = match json_status(&operation.answer) {
        Some(_) => vec![format!("{declaration}\n{conversion}")],
        None => vec![declaration, conversion],
    };
    items.extend(outcomes::from_outcome(operation));
    if matches!(operation.behaviour, Behaviour::Custom(_)) {
        items.extend(constructors::of_answer(api, &operation.answer));
    }
    join(&items)
}

fn declaration(api: &Api, operation: &Operation) -> TokenStream {
    let answer = &operation.answer;
    let name = format_ident!("{}", answer.name.as_str());
    let docs = docs::attributes(&format!("What {} answers.", call_text(operation)));
    let serialize = answer.arms.iter().any(is_derived);
    let mut derives = vec!["Debug"];
    // Events are neither copied nor compared.
    if !answer
        .arms
        .iter()
        .any(|arm| matches!(arm.body, ArmBody::Events))
    {
        derives.extend(["Clone", "PartialEq"]);
    }
    derives.extend(serialize.then_some("Serialize"));
    let derives = derives.into_iter().map(|name| format_ident!("{name}"));
    let derives = quote!(#[derive(#(#derives),*)]);
    let json = Json::of_answer(answer.arms.iter().flat_map(fields));
    let parts = json.enum_parts(answer.tag.as_deref());
    let attributes = serialize.then(|| serde_attributes(&parts));
    let sizes: Vec<usize> = answer
        .arms
        .iter()
        .map(|arm| match &arm.body {
            ArmBody::Object(fields) => types::size(api, fields),
            ArmBody::Json(_) => 72,
            ArmBody::Bytes => 32,
            ArmBody::Text | ArmBody::Redirect => 24,
            ArmBody::Events => 16,
            ArmBody::Empty => 0,
        })
        .collect();
    let allow = data::allow_large_variant(&sizes);
    let variants = order(answer)
        .into_iter()
        .map(|arm| variant(api, answer, arm, serialize.then_some(&json)));
    quote! {
        #docs
        #derives
        #attributes
        #allow
        pub enum #name { #(#variants)* }
    }
}

/// serde wants untagged variants last; those that are not JSON stand before them.
fn order(answer: &Answer) -> Vec<usize> {
    let mut order: Vec<usize> = (0..answer.arms.len()).collect();
    order.sort_by_key(|arm| {
        let arm = &answer.arms[*arm];
        (arm.literal.is_none(), is_derived(arm))
    });
    order
}

/// Whether serde writes the variant as it stands. A value beside a status is written by itself.
pub(super) fn is_derived(arm: &Arm) -> bool {
    match &arm.body {
        ArmBody::Object(_) => true,
        ArmBody::Json(_) => arm.statuses.only().is_some(),
        ArmBody::Text | ArmBody::Bytes | ArmBody::Events | ArmBody::Empty | ArmBody::Redirect => {
            false
        }
    }
}

/// The status of JSON that is written as the runtime writes it.
fn plain_json(arm: &Arm) -> Option<u16> {
    let is_plain = is_derived(arm) && arm.media.is_none();
    arm.statuses.only().filter(|_| is_plain)
}

/// The keys of an arm without its tag.
fn fields(arm: &Arm) -> &[Field] {
    match &arm.body {
        ArmBody::Object(fields) => fields,
        _ => &[],
    }
}

/// `json`: how the enum is written as JSON, if any of it is.
fn variant(api: &Api, answer: &Answer, index: usize, json: Option<&Json>) -> TokenStream {
    let arm = &answer.arms[index];
    let name = format_ident!("{}", arm.name.as_str());
    let mut text = arm.docs.trim().to_owned();
    if arm.statuses.only() != Some(200) {
        let gap = if text.is_empty() { "" } else { "\n\n" };
        text.push_str(&format!("{gap}{}", statuses::text(&arm.statuses)));
    }
    if let Some(media) = &arm.media {
        let gap = if text.is_empty() { "" } else { "\n\n" };
        text.push_str(&format!("{gap}Media type `{media}`."));
    }
    let docs = docs::attributes(&text);
    let attributes = match json {
        None => TokenStream::new(),
        Some(_) if !is_derived(arm) => serde_attributes(&["skip".to_owned()]),
        Some(_) => {
            let (literal, tag) = (arm.literal.as_deref(), answer.tag.as_deref());
            serde_attributes(&data::variant_parts(literal, arm.name.as_str(), tag))
        }
    };
    let status = statuses::field(arm).map(|name| {
        let name = format_ident!("{name}");
        let attributes =
            (json.is_some() && is_derived(arm)).then(|| serde_attributes(&["skip".to_owned()]));
        quote!(#attributes #name: StatusCode,)
    });
    let value = match &arm.body {
        ArmBody::Json(ty) => Some(types::ty(api, ty)),
        ArmBody::Text => Some(quote!(String)),
        ArmBody::Bytes => Some(quote!(auth_runtime::web::Bytes)),
        ArmBody::Events => Some(quote!(auth_runtime::web::Events)),
        ArmBody::Object(_) | ArmBody::Empty | ArmBody::Redirect => None,
    };
    let body = match (&arm.body, value, status) {
        _ if is_unit(answer, index) => TokenStream::new(),
        (ArmBody::Object(fields), _, status) => {
            let fields = fields.iter().map(|field| {
                let attributes = json.map(|json| json.field(field));
                let field = data::declaration(api, None, field);
                quote!(#attributes #field,)
            });
            quote!({ #status #(#fields)* })
        }
        (_, Some(ty), None) => quote!((#ty)),
        (_, Some(ty), status) => quote!({ #status body: #ty }),
        (ArmBody::Redirect, _, status) => quote!({ #status location: String }),
        (_, _, status) => quote!({ #status }),
    };
    quote!(#docs #attributes #name #body,)
}

/// The name of the status code where all of an answer is JSON with one code, and the code has a name.
pub(super) fn json_status(answer: &Answer) -> Option<&'static str> {
    let first = plain_json(answer.arms.first()?)?;
    let is_uniform = answer.arms.iter().all(|arm| plain_json(arm) == Some(first));
    is_uniform.then(|| statuses::name(first)).flatten()
}

/// `json_answer!(SignUpResponse, OK)`, or `impl TryFrom<SignUpResponse> for Answer` where it takes more.
fn conversion(answer: &Answer) -> TokenStream {
    let name = format_ident!("{}", answer.name.as_str());
    if let Some(status) = json_status(answer) {
        let status = format_ident!("{status}");
        return quote!(json_answer!(#name, #status););
    }
    let codes: Option<Vec<u16>> = answer.arms.iter().map(plain_json).collect();
    let body = match codes.as_deref() {
        Some([code, others @ ..]) if others.iter().all(|other| other == code) => {
            let code = statuses::constant(*code);
            quote!(Answer::json(#code, &answer))
        }
        Some([_, ..]) => {
            let arms = order(answer).into_iter().map(|arm| {
                let code = statuses::expression(&answer.arms[arm]);
                (any(answer, arm), code)
            });
            let arms = match_arms(arms, None);
            quote! {
                let status = match answer { #arms };
                Answer::json(status, &answer)
            }
        }
        _ => mixed(answer),
    };
    quote! {
        impl TryFrom<#name> for Answer {
            type Error = Error;

            fn try_from(answer: #name) -> Result<Self, Error> { #body }
        }
    }
}

/// The body of the conversion of an answer that is not JSON throughout.
fn mixed(answer: &Answer) -> TokenStream {
    let (json, other): (Vec<usize>, Vec<usize>) = order(answer).into_iter().partition(|arm| {
        let arm = &answer.arms[*arm];
        is_derived(arm) && arm.statuses.only().is_some()
    });
    let is_all_json = other.is_empty();
    let other = other.into_iter().map(|arm| plain_arm(answer, arm));
    let other = match_arms(other, None);
    let to_json = |arm: usize| {
        let code = statuses::expression(&answer.arms[arm]);
        let json = typed(&answer.arms[arm], &quote!(Answer::json(#code, &json)));
        (any(answer, arm), json)
    };
    let bodies: BTreeSet<String> = json.iter().map(|arm| to_json(*arm).1.to_string()).collect();
    let json = match json.as_slice() {
        [arm, ..] if is_all_json && bodies.len() == 1 => {
            let code = statuses::expression(&answer.arms[*arm]);
            return typed(&answer.arms[*arm], &quote!(Answer::json(#code, &answer)));
        }
        // Whatever is left is JSON of one status code and media type.
        [arm, ..] if bodies.len() == 1 => {
            match_arms([(quote!(json), to_json(*arm).1)].into_iter(), None)
        }
        _ => match_arms(json.iter().map(|arm| to_json(*arm)), Some(&quote!(json))),
    };
    quote!(match answer { #other #json })
}

/// Pattern and body for an arm that is not JSON of one status code.
fn plain_arm(answer: &Answer, index: usize) -> (TokenStream, TokenStream) {
    let path = arm_path(answer, index);
    let arm = &answer.arms[index];
    let code = statuses::expression(arm);
    let status = statuses::field(arm).map(|name| format_ident!("{name}"));
    let with_value = |name: TokenStream| match &status {
        Some(status) => quote!(#path { #status, body: #name }),
        None => quote!(#path(#name)),
    };
    match &arm.body {
        ArmBody::Text => {
            let typed = media(arm);
            let text = quote!(Ok(Answer::text(#code, text) #typed));
            (with_value(quote!(text)), text)
        }
        ArmBody::Bytes => {
            let typed = media(arm);
            let bytes = quote!(Ok(Answer::bytes(#code, bytes) #typed));
            (with_value(quote!(bytes)), bytes)
        }
        ArmBody::Events => (
            with_value(quote!(events)),
            quote!(Ok(Answer::events(#code, events))),
        ),
        ArmBody::Redirect => (
            match &status {
                Some(status) => quote!(#path { #status, location }),
                None => quote!(#path { location }),
            },
            quote!(Answer::redirect(#code, &location)),
        ),
        ArmBody::Json(_) => {
            let json = typed(arm, &quote!(Answer::json(#code, &value)));
            (with_value(quote!(value)), json)
        }
        ArmBody::Object(_) => {
            let json = typed(arm, &quote!(Answer::json(#code, &answer)));
            (quote!(#path { #status, .. }), json)
        }
        ArmBody::Empty => {
            let pattern = match &status {
                Some(status) => quote!(#path { #status }),
                None => path,
            };
            (pattern, quote!(Ok(Answer::empty(#code))))
        }
    }
}

/// `.typed("text/csv")`, where an arm has a media type of its own.
fn media(arm: &Arm) -> Option<TokenStream> {
    let media = arm.media.as_ref()?;
    Some(quote!(.typed(#media)))
}

/// An answer that may fail with the media type of its arm.
fn typed(arm: &Arm, answer: &TokenStream) -> TokenStream {
    match media(arm) {
        Some(typed) => quote!(#answer.map(|answer| answer #typed)),
        None => answer.clone(),
    }
}

/// Match arms; patterns with one body share an arm, which binds the value where it has to.
fn match_arms(
    arms: impl Iterator<Item = (TokenStream, TokenStream)>,
    binding: Option<&TokenStream>,
) -> TokenStream {
    let mut groups: IndexMap<String, (TokenStream, Vec<TokenStream>)> = IndexMap::new();
    for (pattern, body) in arms {
        let group = groups.entry(body.to_string());
        group.or_insert_with(|| (body, Vec::new())).1.push(pattern);
    }
    let arms = groups.into_values().map(|(body, patterns)| match binding {
        None => quote!(#(#patterns)|* => #body,),
        Some(name) if patterns.len() == 1 => quote!(#name @ #(#patterns)* => #body,),
        Some(name) => quote!(#name @ (#(#patterns)|*) => #body,),
    });
    quote!(#(#arms)*)
}

/// `SignUpResponse::Ok`.
fn arm_path(answer: &Answer, index: usize) -> TokenStream {
    let name = format_ident!("{}", answer.name.as_str());
    let arm = format_ident!("{}", answer.arms[index].name.as_str());
    quote!(#name::#arm)
}

/// A pattern that takes an arm whatever it carries.
fn any(answer: &Answer, index: usize) -> TokenStream {
    let path = arm_path(answer, index);
    match &answer.arms[index].body {
        _ if is_unit(answer, index) => path,
        ArmBody::Object(_) | ArmBody::Redirect | ArmBody::Empty => quote!(#path { .. }),
        ArmBody::Json(_) | ArmBody::Text | ArmBody::Bytes | ArmBody::Events => quote!(#path(_)),
    }
}
