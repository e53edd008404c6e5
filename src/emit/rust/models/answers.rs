//! One enum for each operation: a variant for each documented outcome, and how it becomes an HTTP answer.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::data::{self, Json};
use super::{call_text, constructors, is_unit, item, join, outcomes, serde_attributes};
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
    let serialize = answer.arms.iter().any(is_json);
    let derives = if serialize {
        quote!(#[derive(Debug, Clone, PartialEq, Serialize)])
    } else {
        quote!(#[derive(Debug, Clone, PartialEq)])
    };
    let json = Json::of_answer(answer.arms.iter().flat_map(fields));
    let parts = json.enum_parts(answer.tag.as_deref());
    let attributes = serialize.then(|| serde_attributes(&parts));
    let sizes: Vec<usize> = answer
        .arms
        .iter()
        .map(|arm| match &arm.body {
            ArmBody::Object(fields) => types::size(api, fields),
            ArmBody::Json(_) => 72,
            ArmBody::Text | ArmBody::Redirect => 24,
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
        (arm.literal.is_none(), is_json(arm))
    });
    order
}

fn is_json(arm: &Arm) -> bool {
    matches!(arm.body, ArmBody::Object(_) | ArmBody::Json(_))
}

/// The keys of an arm without its tag.
fn fields(arm: &Arm) -> &[Field] {
    match &arm.body {
        ArmBody::Object(fields) => fields,
        ArmBody::Json(_) | ArmBody::Text | ArmBody::Empty | ArmBody::Redirect => &[],
    }
}

/// `json`: how the enum is written as JSON, if any of it is.
fn variant(api: &Api, answer: &Answer, index: usize, json: Option<&Json>) -> TokenStream {
    let arm = &answer.arms[index];
    let name = format_ident!("{}", arm.name.as_str());
    let mut text = arm.docs.trim().to_owned();
    if arm.http != 200 {
        let gap = if text.is_empty() { "" } else { "\n\n" };
        text.push_str(&format!("{gap}Status code {}.", arm.http));
    }
    let docs = docs::attributes(&text);
    let attributes = match json {
        None => TokenStream::new(),
        Some(_) if !is_json(arm) => serde_attributes(&["skip".to_owned()]),
        Some(_) => {
            let (literal, tag) = (arm.literal.as_deref(), answer.tag.as_deref());
            serde_attributes(&data::variant_parts(literal, arm.name.as_str(), tag))
        }
    };
    let body = match &arm.body {
        ArmBody::Object(_) if is_unit(answer, index) => TokenStream::new(),
        ArmBody::Object(fields) => {
            let fields = fields.iter().map(|field| {
                let attributes = json.map(|json| json.field(field));
                let field = data::declaration(api, None, field);
                quote!(#attributes #field,)
            });
            quote!({ #(#fields)* })
        }
        ArmBody::Json(ty) => {
            let ty = types::syn_type(&types::text(api, ty));
            quote!((#ty))
        }
        ArmBody::Text => quote!((String)),
        ArmBody::Empty => TokenStream::new(),
        ArmBody::Redirect => quote!({ location: String }),
    };
    quote!(#docs #attributes #name #body,)
}

/// The name of the status code where all of an answer is JSON with one code, and the code has a name.
pub(super) fn json_status(answer: &Answer) -> Option<&'static str> {
    let first = answer.arms.first()?.http;
    let is_uniform = answer
        .arms
        .iter()
        .all(|arm| is_json(arm) && arm.http == first);
    is_uniform.then(|| status_name(first)).flatten()
}

/// `json_answer!(SignUpResponse, OK)`, or `impl TryFrom<SignUpResponse> for Answer` where it takes more.
fn conversion(answer: &Answer) -> TokenStream {
    let name = format_ident!("{}", answer.name.as_str());
    if let Some(status) = json_status(answer) {
        let status = format_ident!("{status}");
        return quote!(json_answer!(#name, #status););
    }
    let codes: Vec<u16> = answer.arms.iter().map(|arm| arm.http).collect();
    let is_uniform = codes.windows(2).all(|pair| pair[0] == pair[1]);
    let is_all_json = answer.arms.iter().all(is_json);
    let body = match codes.first() {
        Some(code) if is_all_json && is_uniform => {
            let code = status_code(*code);
            quote!(Answer::json(#code, &answer))
        }
        _ if is_all_json => {
            let arms = order(answer).into_iter().map(|arm| {
                let code = status_code(answer.arms[arm].http);
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
    let (json, other): (Vec<usize>, Vec<usize>) = order(answer)
        .into_iter()
        .partition(|arm| is_json(&answer.arms[*arm]));
    let other = other.into_iter().map(|arm| plain_arm(answer, arm));
    let other = match_arms(other, None);
    let json_codes: BTreeSet<u16> = json.iter().map(|arm| answer.arms[*arm].http).collect();
    let to_json = |arm: usize| {
        let code = status_code(answer.arms[arm].http);
        (any(answer, arm), quote!(Answer::json(#code, &json)))
    };
    let json = match json.as_slice() {
        // Whatever is left is JSON of one status code.
        [arm, ..] if json_codes.len() == 1 => {
            match_arms([(quote!(json), to_json(*arm).1)].into_iter(), None)
        }
        _ => match_arms(json.iter().map(|arm| to_json(*arm)), Some(&quote!(json))),
    };
    quote!(match answer { #other #json })
}

/// Pattern and body for an arm that is not JSON.
fn plain_arm(answer: &Answer, index: usize) -> (TokenStream, TokenStream) {
    let path = arm_path(answer, index);
    let code = status_code(answer.arms[index].http);
    match &answer.arms[index].body {
        ArmBody::Text => (quote!(#path(text)), quote!(Ok(Answer::text(#code, text)))),
        ArmBody::Redirect => (
            quote!(#path { location }),
            quote!(Answer::redirect(#code, &location)),
        ),
        ArmBody::Empty | ArmBody::Object(_) | ArmBody::Json(_) => {
            (path, quote!(Ok(Answer::empty(#code))))
        }
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
        ArmBody::Object(_) | ArmBody::Redirect => quote!(#path { .. }),
        ArmBody::Json(_) | ArmBody::Text => quote!(#path(_)),
        ArmBody::Empty => path,
    }
}

/// The constant of the `http` crate.
fn status_code(code: u16) -> TokenStream {
    match status_name(code) {
        Some(name) => {
            let name = format_ident!("{name}");
            quote!(StatusCode::#name)
        }
        None => quote!(StatusCode::from_u16(#code).map_err(Error::internal)?),
    }
}

/// Its name in the `http` crate.
fn status_name(code: u16) -> Option<&'static str> {
    Some(match code {
        200 => "OK",
        201 => "CREATED",
        202 => "ACCEPTED",
        203 => "NON_AUTHORITATIVE_INFORMATION",
        204 => "NO_CONTENT",
        205 => "RESET_CONTENT",
        206 => "PARTIAL_CONTENT",
        300 => "MULTIPLE_CHOICES",
        301 => "MOVED_PERMANENTLY",
        302 => "FOUND",
        303 => "SEE_OTHER",
        304 => "NOT_MODIFIED",
        307 => "TEMPORARY_REDIRECT",
        308 => "PERMANENT_REDIRECT",
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        402 => "PAYMENT_REQUIRED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        406 => "NOT_ACCEPTABLE",
        408 => "REQUEST_TIMEOUT",
        409 => "CONFLICT",
        410 => "GONE",
        411 => "LENGTH_REQUIRED",
        412 => "PRECONDITION_FAILED",
        413 => "PAYLOAD_TOO_LARGE",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        418 => "IM_A_TEAPOT",
        422 => "UNPROCESSABLE_ENTITY",
        423 => "LOCKED",
        424 => "FAILED_DEPENDENCY",
        428 => "PRECONDITION_REQUIRED",
        429 => "TOO_MANY_REQUESTS",
        451 => "UNAVAILABLE_FOR_LEGAL_REASONS",
        _ => return None,
    })
}
