//! Values that are no objects, as types: whole numbers, and values of several kinds.

use serde_json::Value;

use super::context::{Context, Opening};
use super::kinds::{self, Group};
use super::members;
use super::object::Member;
use crate::ir::{ModelId, Scalar, Shape, Type};
use crate::name::Namer;
use crate::spec::document::{Schema, Slot};
use crate::spec::tolerances;

/// `integer`.
pub(super) fn integer(cx: &mut Context<'_>, schema: &Schema) -> Type {
    /// The largest whole number that JavaScript has without gaps (ECMA 262, `Number.MAX_SAFE_INTEGER`).
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let is_safe = |(key, value): &(&str, Value)| {
        key.to_ascii_lowercase().ends_with("maximum") && value.as_f64().is_some_and(|it| it <= SAFE)
    };
    if matches!(schema.format.as_deref(), Some("int64" | "uint64"))
        && schema.listed.is_empty()
        && !schema.limits.iter().any(is_safe)
    {
        let span = cx.key(&schema.place.under("format"));
        cx.tolerate(&tolerances::WIDE_INTEGER, span, "");
    }
    kinds::scalar(schema, Scalar::Int)
}

/// The model of a value of several kinds; `ty` makes the type of one of them.
pub(super) fn choice<'d>(
    cx: &mut Context<'d>,
    schema: &'d Schema,
    groups: &[Group<'d>],
    hint: &str,
    ty: impl Fn(&mut Context<'d>, &Group<'d>, &str) -> Type,
) -> ModelId {
    cx.model(Opening::of(schema, hint), |cx, parent| {
        let mut names = Namer::default();
        let kinds = groups.iter().map(|group| {
            let name = group.kind.name();
            let ty = ty(cx, group, &format!("{parent} {name}"));
            (names.variant(name), ty)
        });
        let kinds = kinds.collect();
        Shape::Choice { kinds }
    })
}

/// Whether the type of a schema is a model of several kinds, or any JSON value for want of one.
pub(super) fn is_mixed<'d>(cx: &mut Context<'d>, slot: &Slot) -> bool {
    let schema = cx.document.schema(slot.schema);
    let members = members::flatten(cx, slot.schema);
    let others = members.iter().filter_map(|member| match member {
        Member::Other(other) => Some(*other),
        Member::Object(_) => None,
    });
    let others: Vec<&Schema> = others.collect();
    others.len() == members.len()
        && others.len() > 1
        && !matches!(
            kinds::groups(cx.document, schema, &[], &others).as_deref(),
            Some([_])
        )
}
