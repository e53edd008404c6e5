//! `api/constraints.rs`: what requests must keep to beyond their types, as data; the check is runtime.

use askama::Template;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{Frame, print};
use crate::ir::{Alternative, Api, Constraint, Constraints, ConstraintsId, Number};
use crate::parallel;

#[derive(Template)]
#[template(path = "api/constraints.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    imports: Vec<String>,
    items: Vec<String>,
}

/// The file; none where no request is limited.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> Option<String> {
    if api.constraints.is_empty() {
        return None;
    }
    let items = parallel::map(api.constraints.len(), |index| {
        print::item(item(api, &api.constraints[index]))
    });
    let is_used = |name: &&str| {
        items
            .iter()
            .any(|item| item.contains(&format!("{name} ")) || item.contains(&format!("{name}::")))
    };
    let mut names = vec!["Constraints"];
    names.extend(
        ["Alternative", "Format", "Kind", "Number"]
            .iter()
            .filter(|name| is_used(name)),
    );
    names.sort_unstable();
    let view = View {
        frame,
        imports: vec![
            "use auth_runtime::constraints::Constraint::*;".to_owned(),
            match names.as_slice() {
                [only] => format!("use auth_runtime::constraints::{only};"),
                names => format!("use auth_runtime::constraints::{{{}}};", names.join(", ")),
            },
        ],
        items,
    };
    Some(view.render().expect("the template has no fallible part"))
}

/// `constraints::CREATE_NOTE_REQUEST`; an empty list where there is nothing to check.
pub(super) fn argument(api: &Api, id: Option<ConstraintsId>) -> TokenStream {
    match id {
        Some(id) => {
            let name = format_ident!("{}", api.constraints_of(id).name);
            quote!(constraints::#name)
        }
        None => quote!(&[]),
    }
}

fn item(api: &Api, constraints: &Constraints) -> TokenStream {
    let name = format_ident!("{}", constraints.name);
    let all = list(api, &constraints.all);
    quote!(pub(super) static #name: Constraints = #all;)
}

fn list(api: &Api, all: &[Constraint]) -> TokenStream {
    let all = all.iter().map(|constraint| one(api, constraint));
    quote!(&[#(#all),*])
}

fn one(api: &Api, constraint: &Constraint) -> TokenStream {
    match constraint {
        Constraint::Number(name, number) => {
            let (name, number) = (format_ident!("{name}"), self::number(*number));
            quote!(#name(#number))
        }
        Constraint::Count(name, count) => {
            let (name, count) = (format_ident!("{name}"), Literal::u64_unsuffixed(*count));
            quote!(#name(#count))
        }
        Constraint::Pattern(pattern) => quote!(Pattern(#pattern)),
        Constraint::Format(format) => {
            let format = format_ident!("{format}");
            quote!(Format(Format::#format))
        }
        Constraint::UniqueItems => quote!(UniqueItems),
        Constraint::Listed(texts) => quote!(Listed(&[#(#texts),*])),
        Constraint::Closed(keys) => quote!(Closed(&[#(#keys),*])),
        Constraint::Key(key, inner) => {
            let inner = list(api, inner);
            quote!(Key(#key, #inner))
        }
        Constraint::OtherKeys(known, inner) => {
            let inner = list(api, inner);
            quote!(OtherKeys(&[#(#known),*], #inner))
        }
        Constraint::Items(inner) => {
            let inner = list(api, inner);
            quote!(Items(#inner))
        }
        Constraint::AnyOf(alternatives) => {
            let alternatives = alternatives.iter().map(|one| alternative(api, one));
            quote!(AnyOf(&[#(#alternatives),*]))
        }
        Constraint::Of(id) => {
            let name = format_ident!("{}", api.constraints_of(*id).name);
            quote!(Of(&#name))
        }
    }
}

fn number(number: Number) -> TokenStream {
    match number {
        Number::Int(whole) => {
            let whole = Literal::i64_unsuffixed(whole);
            quote!(Number::Int(#whole))
        }
        Number::Float(float) => {
            let float = Literal::f64_unsuffixed(float);
            quote!(Number::Float(#float))
        }
    }
}

fn alternative(api: &Api, alternative: &Alternative) -> TokenStream {
    let required = &alternative.required;
    let literals = alternative.literals.iter();
    let literals = literals.map(|(key, values)| quote!((#key, &[#(#values),*])));
    let constraints = list(api, &alternative.constraints);
    let kind = format_ident!("{}", alternative.kind);
    quote!(Alternative {
        kind: Kind::#kind,
        required: &[#(#required),*],
        literals: &[#(#literals),*],
        constraints: #constraints,
    })
}
