//! One enum for each operation: a variant for each documented outcome, and how it becomes an HTTP answer.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::data::{self, Json};
use super::{arm_path, call_text, is_unit, item, join, serde_attributes};
use crate::emit::rust::{docs, layout, types};
use crate::ir::{Answer, Api, Arm, ArmBody, Field, Operation};

/// The enum and its `TryFrom`.
pub(super) fn items(api: &Api, operation: &Operation) -> String {
    join(&[
        item(declaration(api, operation)),
        conversion(&operation.answer),
    ])
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

/// `impl TryFrom<SignUpResponse> for Answer`.
fn conversion(answer: &Answer) -> String {
    let name = answer.name.as_str();
    let codes: Vec<u16> = answer.arms.iter().map(|arm| arm.http).collect();
    let uniform = codes.windows(2).all(|pair| pair[0] == pair[1]);
    let all_json = answer.arms.iter().all(is_json);
    let body = match codes.first() {
        Some(code) if all_json && uniform => {
            format!("        Answer::json({}, &answer)\n", status_code(*code))
        }
        _ if all_json => {
            let arms = order(answer).into_iter().map(|arm| {
                let code = status_code(answer.arms[arm].http);
                (any(answer, arm), code)
            });
            format!(
                "        let status = match answer {{\n{}        }};\n        Answer::json(status, &answer)\n",
                match_arms(arms, ""),
            )
        }
        _ => mixed(answer),
    };
    format!(
        "impl TryFrom<{name}> for Answer {{\n    type Error = Error;\n\n    \
         fn try_from(answer: {name}) -> Result<Self, Error> {{\n{body}    }}\n}}"
    )
}

/// The body of the conversion of an answer that is not JSON throughout.
fn mixed(answer: &Answer) -> String {
    let (json, other): (Vec<usize>, Vec<usize>) = order(answer)
        .into_iter()
        .partition(|arm| is_json(&answer.arms[*arm]));
    let other = other.into_iter().map(|arm| plain_arm(answer, arm));
    let other = match_arms(other, "");
    let json_codes: BTreeSet<u16> = json.iter().map(|arm| answer.arms[*arm].http).collect();
    let to_json = |arm: usize| {
        let code = status_code(answer.arms[arm].http);
        (any(answer, arm), format!("Answer::json({code}, &json)"))
    };
    let json = match json.as_slice() {
        // Whatever is left is JSON of one status code.
        [arm, ..] if json_codes.len() == 1 => {
            match_arms([("json".to_owned(), to_json(*arm).1)].into_iter(), "")
        }
        _ => match_arms(json.iter().map(|arm| to_json(*arm)), "json @ "),
    };
    format!("        match answer {{\n{other}{json}        }}\n")
}

/// Pattern and body for an arm that is not JSON.
fn plain_arm(answer: &Answer, index: usize) -> (String, String) {
    let path = arm_path(answer, index);
    let code = status_code(answer.arms[index].http);
    match &answer.arms[index].body {
        ArmBody::Text => (
            format!("{path}(text)"),
            format!("Ok(Answer::text({code}, text))"),
        ),
        ArmBody::Redirect => (
            format!("{path} {{ location }}"),
            format!("Answer::redirect({code}, &location)"),
        ),
        ArmBody::Empty | ArmBody::Object(_) | ArmBody::Json(_) => {
            (path, format!("Ok(Answer::empty({code}))"))
        }
    }
}

/// Match arms; patterns with one body share an arm. `binding` stands before each arm's pattern.
fn match_arms(arms: impl Iterator<Item = (String, String)>, binding: &str) -> String {
    let mut groups: IndexMap<String, Vec<String>> = IndexMap::new();
    for (pattern, body) in arms {
        groups.entry(body).or_default().push(pattern);
    }
    groups
        .into_iter()
        .map(|(body, mut patterns)| {
            if !binding.is_empty() {
                let several = patterns.join(" | ");
                let bracketed = match patterns.len() {
                    1 => format!("{binding}{several}"),
                    _ => format!("{binding}({several})"),
                };
                patterns = vec![bracketed];
            }
            layout::alternatives(12, &patterns, &body) + "\n"
        })
        .collect()
}

/// A pattern that takes an arm whatever it carries.
fn any(answer: &Answer, index: usize) -> String {
    let path = arm_path(answer, index);
    match &answer.arms[index].body {
        _ if is_unit(answer, index) => path,
        ArmBody::Object(_) | ArmBody::Redirect => format!("{path} {{ .. }}"),
        ArmBody::Json(_) | ArmBody::Text => format!("{path}(_)"),
        ArmBody::Empty => path,
    }
}

/// The constant of the `http` crate.
fn status_code(code: u16) -> String {
    let name = match code {
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
        _ => return format!("StatusCode::from_u16({code}).map_err(Error::internal)?"),
    };
    format!("StatusCode::{name}")
}
