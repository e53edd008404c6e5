//! What a schema comes down to once `allOf`, `oneOf` and `anyOf` are worked out.

use indexmap::IndexMap;

use crate::spec::document::{Document, Rest, Schema, Slot};
use crate::spec::place::Place;

/// One alternative of a schema.
#[derive(Debug, Clone)]
pub(super) enum Member<'d> {
    Object(Object<'d>),
    /// Anything that is no object.
    Other(&'d Schema),
}

/// An object with its keys, `allOf` merged.
#[derive(Debug, Clone)]
pub(super) struct Object<'d> {
    /// Where it is described.
    pub(super) place: &'d Place,
    /// The schema that it was written as; `None` where the spec has none.
    pub(super) schema: Option<&'d Schema>,
    /// The keys in the order of the spec.
    pub(super) properties: IndexMap<&'d str, Property<'d>>,
    /// `additionalProperties`, unless `false` or absent.
    pub(super) rest: Option<&'d Rest>,
    /// Keys that this form of the object does not have, since only answers or only requests have them.
    pub(super) left_out: Vec<&'d str>,
    /// The key and the literals that a `discriminator` gives to this alternative.
    pub(super) discriminated: Option<(&'d str, Vec<String>)>,
}

/// A key of an object.
#[derive(Debug, Clone)]
pub(super) struct Property<'d> {
    /// Its schema, as it is used.
    pub(super) slot: &'d Slot,
    /// `required` names it.
    pub(super) required: bool,
}

impl<'d> Object<'d> {
    /// An object without keys.
    pub(super) fn empty(place: &'d Place) -> Self {
        Self {
            place,
            schema: None,
            properties: IndexMap::new(),
            rest: None,
            left_out: Vec::new(),
            discriminated: None,
        }
    }

    /// The literals of one key that tell this object from others.
    pub(super) fn literals_of(&self, document: &Document, key: &str) -> Vec<String> {
        if let Some((property, literals)) = &self.discriminated
            && *property == key
        {
            return literals.clone();
        }
        self.properties
            .get(key)
            .map_or(Vec::new(), |property| literals(document, property.slot))
    }

    /// What it says about itself; may be empty.
    pub(super) fn docs(&self) -> &'d str {
        self.schema.map_or("", |schema| &schema.docs)
    }

    /// The name of its schema, if it has one.
    pub(super) fn name(&self) -> Option<&'d str> {
        self.schema?.name.as_deref()
    }
}

/// What a schema says about `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Allowed,
    Refused,
    /// It says nothing about the type of its values.
    Unsaid,
}

/// The schema behind an `allOf`, `oneOf` or `anyOf` of one.
pub(super) fn core<'d>(document: &'d Document, slot: &Slot) -> &'d Schema {
    let mut schema = document.schema(slot.schema);
    for _ in 0..64 {
        // It says something of its own.
        let has_keys = !(schema.properties.is_empty() && schema.left_out.is_empty());
        if has_keys || !schema.required.is_empty() || schema.rest.is_some() {
            break;
        }
        let parts = schema
            .all_of
            .iter()
            .filter(|part| !is_vague(document, part));
        let mut inner = parts.chain(&schema.one_of).chain(&schema.any_of);
        let (Some(only), None) = (inner.next(), inner.next()) else {
            break;
        };
        let next = document.schema(only.schema);
        if next.children.iter().any(|child| child.schema == schema.id) {
            break;
        }
        schema = next;
    }
    schema
}

/// Whether a part of an `allOf` says nothing about the type of the whole.
pub(super) fn is_vague(document: &Document, part: &Slot) -> bool {
    document.schema(part.schema).is_vague()
}

/// Whether a schema says by itself what its values are, and its parts say nothing about that.
pub(super) fn is_plain(document: &Document, schema: &Schema) -> bool {
    schema.one_of.is_empty()
        && schema.any_of.is_empty()
        && schema.all_of.iter().all(|part| is_vague(document, part))
}

/// The literals that a schema allows, when it is a closed list of strings.
pub(super) fn literals(document: &Document, slot: &Slot) -> Vec<String> {
    let schema = core(document, slot);
    schema.literals().into_iter().map(str::to_owned).collect()
}
