//! Constructors of what an application makes: the answers of its own operations, and the data types in them.
//!
//! They take what the spec requires, but a value that cannot be another one. A field that the spec adds later, and does not require, is `None` there, so
//! that no caller of a constructor changes. There is no `Default` for required fields: a field that the caller omits
//! would be answered as an empty string.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{is_unit, item, statuses};
use crate::emit::rust::types;
use crate::ir::{Answer, Api, ArmBody, Field, ModelId, Shape, Type};
use crate::name::Namer;

/// Names that clippy reserves for methods of a trait.
const RESERVED: &[&str] = &["default", "from_str"];

/// The number of arguments from which on clippy warns.
const MANY_ARGUMENTS: usize = 8;

/// A variant that has named fields, or no fields.
struct Variant<'a> {
    name: &'a str,
    fields: &'a [Field],
    is_unit: bool,
    /// The field for the HTTP status, where the outcome may have several.
    status: Option<&'static str>,
}

/// Of an answer: one for each outcome that is an object.
pub(super) fn of_answer(api: &Api, answer: &Answer) -> Option<String> {
    let variants = answer.arms.iter().enumerate();
    let variants = variants.filter_map(|(index, arm)| match &arm.body {
        ArmBody::Object(fields) => Some(Variant {
            name: arm.name.as_str(),
            fields,
            is_unit: is_unit(answer, index),
            status: statuses::field(arm),
        }),
        _ => None,
    });
    of_enum(
        api,
        None,
        answer.name.as_str(),
        &variants.collect::<Vec<_>>(),
    )
}

/// Of a data type: `new`, or one for each variant; a closed list of strings and a value of several kinds need none.
pub(super) fn of_model(api: &Api, id: ModelId) -> Option<String> {
    let model = api.model(id);
    match &model.shape {
        Shape::Struct { fields, rest } => Some(of_struct(api, id, fields, rest.as_ref())),
        Shape::Union { variants, .. } => {
            let all = variants.iter().map(|variant| Variant {
                name: variant.name.as_str(),
                fields: &variant.fields,
                is_unit: variant.fields.is_empty() && variant.literal.is_some(),
                status: None,
            });
            of_enum(api, Some(id), model.name.as_str(), &all.collect::<Vec<_>>())
        }
        Shape::Enum { .. } | Shape::Choice { .. } => None,
    }
}

/// Whether no field is asked for, so that `new` takes nothing.
pub(super) fn is_default(fields: &[Field]) -> bool {
    !fields.iter().any(Field::is_asked_for)
}

fn of_struct(api: &Api, id: ModelId, fields: &[Field], rest: Option<&Type>) -> String {
    let name = format_ident!("{}", api.model(id).name.as_str());
    if is_default(fields) {
        return item(quote! {
            impl #name {
                /// One in which all fields are left out.
                pub fn new() -> Self { Self::default() }
            }
        });
    }
    let (allow, arguments) = arguments(api, Some(id), fields);
    let values = fields.iter().map(value);
    let rest = rest.map(|_| {
        let rest = format_ident!("{}", super::data::rest_name(api.model(id)));
        quote!(#rest: BTreeMap::new(),)
    });
    item(quote! {
        impl #name {
            /// One with the fields that are required; the others are left out.
            #allow
            pub fn new(#(#arguments),*) -> Self { Self { #(#values,)* #rest } }
        }
    })
}

fn of_enum(
    api: &Api,
    owner: Option<ModelId>,
    name: &str,
    variants: &[Variant<'_>],
) -> Option<String> {
    if variants.is_empty() {
        return None;
    }
    let name = format_ident!("{name}");
    let mut names = Namer::with_reserved(RESERVED);
    let mut functions: Vec<TokenStream> = Vec::new();
    for variant in variants {
        let function = format_ident!("{}", names.function(variant.name).rust());
        let own = format_ident!("{}", variant.name);
        let (allow, arguments) = arguments(api, owner, variant.fields);
        let values = variant.fields.iter().map(value);
        let status = variant.status.map(|name| format_ident!("{name}"));
        let value = match &status {
            _ if variant.is_unit => quote!(Self::#own),
            Some(status) => quote!(Self::#own { #status, #(#values),* }),
            None => quote!(Self::#own { #(#values),* }),
        };
        let rest = match variant.fields.iter().all(|field| field.required) {
            true => "",
            false => "; what is not required is left out",
        };
        let docs = format!(" [`Self::{}`]{rest}.", variant.name);
        let status = status.map(|name| quote!(#name: StatusCode,));
        functions.push(quote! {
            #[doc = #docs]
            #allow
            pub fn #function(#status #(#arguments),*) -> Self { #value }
        });
    }
    let mut text = item(quote!(impl #name { #(#functions)* }));
    // prettyplease puts no blank lines between the items of an `impl`, and blanks around all brackets of a macro.
    text = text.replace("    }\n    ///", "    }\n\n    ///");
    let setters = setters(api, owner, variants, &mut names);
    if !setters.is_empty() {
        text.truncate(text.trim_end_matches('}').len());
        text.push('\n');
        text.extend(setters);
        text.push('}');
    }
    Some(text)
}

/// One for each field that is not required: a variant has no other way to set one and to leave out the others.
fn setters(
    api: &Api,
    owner: Option<ModelId>,
    variants: &[Variant<'_>],
    names: &mut Namer,
) -> Vec<String> {
    let mut known: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for variant in variants {
        for field in variant.fields.iter().filter(|field| !field.required) {
            let ty = types::text(&types::value(api, owner, field));
            let name = field.name.rust();
            match known
                .iter_mut()
                .find(|(one, other, _)| *one == name && *other == ty)
            {
                Some((_, _, holders)) => holders.push(variant.name),
                None => known.push((name, ty, vec![variant.name])),
            }
        }
    }
    let setter = |(field, ty, holders): (&str, String, Vec<&str>)| {
        let function = names.function(&format!("with_{}", field.trim_end_matches('_')));
        let holders = holders.join(" | ");
        format!(
            "    optional_field!({}({ty}), {field} of {holders});\n",
            function.rust()
        )
    };
    known.into_iter().map(setter).collect()
}

/// `id: String` for each field that is required, and what clippy needs if they are many.
fn arguments(
    api: &Api,
    owner: Option<ModelId>,
    fields: &[Field],
) -> (TokenStream, Vec<TokenStream>) {
    let required = fields.iter().filter(|field| field.is_asked_for());
    let arguments: Vec<TokenStream> = required
        .map(|field| super::declaration(api, owner, field))
        .collect();
    let allow = (arguments.len() >= MANY_ARGUMENTS).then(
        || quote!(#[allow(clippy::too_many_arguments, reason = "the spec requires as many")]),
    );
    (allow.unwrap_or_default(), arguments)
}

/// `id`, `note: None`, or the one value that there is.
fn value(field: &Field) -> TokenStream {
    let name = format_ident!("{}", field.name.rust());
    if let Some(only) = types::only_value(field) {
        quote!(#name: #only)
    } else if field.required {
        quote!(#name)
    } else {
        quote!(#name: None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::sample::{api, field, text};
    use crate::ir::UnionVariant;

    /// A model of the sample that is changed for a test.
    fn constructors(shape: Shape) -> String {
        let mut api = api();
        api.models[0].shape = shape;
        of_model(&api, ModelId(0)).expect("it has constructors")
    }

    #[test]
    fn what_is_required_is_an_argument_and_the_rest_is_left_out() {
        let mut nullable = field("kind", text(), true);
        nullable.nullable = true;
        let fields = vec![
            field("id", text(), true),
            field("note", text(), false),
            nullable,
        ];
        let rest = Some(text());
        insta::assert_snapshot!(constructors(Shape::Struct { fields, rest }));
    }

    #[test]
    fn where_nothing_is_required_new_takes_nothing() {
        let fields = vec![field("note", text(), false)];
        insta::assert_snapshot!(constructors(Shape::Struct { fields, rest: None }));
    }

    #[test]
    fn many_arguments_are_allowed() {
        let fields = (0..8)
            .map(|number| field(&format!("f{number}"), text(), true))
            .collect();
        let text = constructors(Shape::Struct { fields, rest: None });
        assert!(text.contains("clippy::too_many_arguments"), "{text}");
    }

    #[test]
    fn a_variant_has_a_function_and_its_optional_fields_have_setters() {
        let variant = |name: &str, fields: Vec<Field>| UnionVariant {
            name: Namer::default().variant(name),
            literal: Some(name.to_owned()),
            docs: String::new(),
            fields,
        };
        let variants = vec![
            variant(
                "OK",
                vec![field("id", text(), true), field("note", text(), false)],
            ),
            variant(
                "LATER",
                vec![
                    field("note", text(), false),
                    field("type", Type::Int, false),
                ],
            ),
            variant("DEFAULT", Vec::new()),
        ];
        let tag = Some("status".to_owned());
        insta::assert_snapshot!(constructors(Shape::Union { tag, variants }));
    }
}
