//! From the runtime's structs and outcomes to wire types, field by field.

use heck::ToSnakeCase;

use super::data;
use crate::catalog::{DomainField, DomainStruct, DomainType};
use crate::emit::rust::layout::{self, Chain};
use crate::emit::rust::types;
use crate::ir::{Field, Model, Shape, Type};

/// `impl From<flows::User> for User`.
pub(super) fn from_impl(model: &Model) -> Option<String> {
    let domain = model.filled_from?;
    let Shape::Struct { fields, rest } = &model.shape else {
        panic!(
            "`{}` is filled by the runtime and is no struct",
            model.name.as_str()
        );
    };
    let path = flow_path(domain);
    let argument = domain
        .path
        .rsplit("::")
        .next()
        .expect("a path has a last part")
        .to_snake_case();
    let prefix = format!("{argument}.");
    let mut values = convert(model.name.as_str(), fields, domain.fields, &prefix).values;
    if rest.is_some() {
        let empty = Chain(vec!["BTreeMap::new()".to_owned()]);
        values.push((data::rest_name(model), empty));
    }
    let literal = layout::struct_literal(8, "Self", &values);
    let name = model.name.as_str();
    Some(format!(
        "impl From<{path}> for {name} {{\n    fn from({argument}: {path}) -> Self {{\n        {literal}\n    }}\n}}"
    ))
}

/// `flows::User`.
fn flow_path(domain: &DomainStruct) -> &'static str {
    domain.path.trim_start_matches("crate::")
}

/// The values of wire fields, and which fields of the runtime they take.
pub(in crate::emit::rust) struct Converted {
    /// Wire field (Rust name) and its value.
    pub(in crate::emit::rust) values: Vec<(String, Chain)>,
    /// Names of the runtime's fields that are used, in the runtime's order.
    pub(in crate::emit::rust) used: Vec<&'static str>,
}

/// Fills every one of `fields` from the runtime's field of the same wire name.
///
/// # Panics
/// When a required field has no source: `lower` refuses such a spec.
pub(in crate::emit::rust) fn convert(
    owner: &str,
    fields: &[Field],
    sources: &'static [DomainField],
    prefix: &str,
) -> Converted {
    let source = |field: &Field| {
        sources
            .iter()
            .find(|source| source.wire == field.name.wire())
    };
    let values = fields
        .iter()
        .map(|field| {
            let value = source(field).map_or_else(
                || {
                    assert!(
                        types::is_option(field),
                        "nothing fills the required `{}` of `{owner}`",
                        field.name.wire()
                    );
                    Chain(vec!["None".to_owned()])
                },
                |source| value(owner, field, source, &format!("{prefix}{}", source.rust)),
            );
            (field.name.rust().to_owned(), value)
        })
        .collect();
    let used = sources
        .iter()
        .filter(|source| fields.iter().any(|field| field.name.wire() == source.wire))
        .map(|source| source.rust)
        .collect();
    Converted { values, used }
}

/// How a value of the runtime becomes a wire value.
enum Step {
    Same,
    Into,
    Items,
    Float,
}

fn value(owner: &str, field: &Field, source: &DomainField, from: &str) -> Chain {
    let step = match (source.ty, &field.ty) {
        (DomainType::List(_), _) => Step::Items,
        (DomainType::Int, Type::Float) => Step::Float,
        (DomainType::Struct(_), _) => Step::Into,
        (source, Type::Json) if source != DomainType::Json => Step::Into,
        _ => Step::Same,
    };
    let optional = types::is_option(field);
    let start = || from.to_owned();
    let calls = match (step, source.always, optional) {
        (_, false, false) => panic!(
            "`{}` of `{owner}` is required and the runtime may leave it out",
            field.name.wire()
        ),
        (Step::Same, true, true) => vec![format!("Some({from})")],
        (Step::Same, ..) => vec![start()],
        (Step::Into, true, false) => vec![start(), ".into()".to_owned()],
        (Step::Into, true, true) => vec![format!("Some({from}.into())")],
        (Step::Into, false, _) => vec![start(), ".map(Into::into)".to_owned()],
        (Step::Items, true, false) => items(from),
        (Step::Items, true, true) => vec![format!("Some({})", items(from).concat())],
        (Step::Items, false, _) => {
            vec![start(), format!(".map(|list| {})", items("list").concat())]
        }
        (Step::Float, true, false) => vec![format!("{from} as f64")],
        (Step::Float, true, true) => vec![format!("Some({from} as f64)")],
        (Step::Float, false, _) => vec![start(), ".map(|number| number as f64)".to_owned()],
    };
    Chain(split_path(calls))
}

fn items(from: &str) -> Vec<String> {
    [from, ".into_iter()", ".map(Into::into)", ".collect()"]
        .map(str::to_owned)
        .into()
}

/// rustfmt counts `user.emails` as two links of a chain.
fn split_path(mut calls: Vec<String>) -> Vec<String> {
    let first = calls[0].clone();
    if calls.len() > 1
        && let Some((owner, field)) = first.split_once('.')
    {
        calls[0] = format!(".{field}");
        calls.insert(0, owner.to_owned());
    }
    calls
}
