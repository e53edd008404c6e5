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

/// The schema behind an `allOf`, `oneOf` or `anyOf` of one; and whether any of them allows `null`.
pub(super) fn core<'d>(document: &'d Document, slot: &Slot) -> (&'d Schema, bool) {
    let mut schema = document.schema(slot.schema);
    let mut nullable = slot.nullable || schema.nullable;
    for _ in 0..64 {
        // It says something of its own.
        if !(schema.properties.is_empty() && schema.required.is_empty() && schema.rest.is_none()) {
            break;
        }
        let mut inner = schema.parts();
        let (Some(only), None) = (inner.next(), inner.next()) else {
            break;
        };
        let next = document.schema(only.schema);
        if next.children.iter().any(|child| child.schema == schema.id) {
            break;
        }
        schema = next;
        nullable |= only.nullable || schema.nullable;
    }
    (schema, nullable)
}

/// The literals that a schema allows, when it is a closed list of strings.
pub(super) fn literals(document: &Document, slot: &Slot) -> Vec<String> {
    let (schema, _) = core(document, slot);
    schema.literals().into_iter().map(str::to_owned).collect()
}
