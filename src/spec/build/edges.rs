//! Which schemas use which others.

use crate::spec::document::{Rest, Schema};

/// The uses of each schema, by its number.
pub(super) struct Edges {
    /// What uses it in any way.
    pub(super) users: Vec<Vec<usize>>,
    /// What has it as a part of `allOf`.
    pub(super) wholes: Vec<Vec<usize>>,
    /// What has it as a part of `allOf`, `oneOf` or `anyOf`.
    pub(super) compositions: Vec<Vec<usize>>,
    /// Whether it is the value of a key.
    pub(super) is_key: Vec<bool>,
}

impl Edges {
    pub(super) fn of(schemas: &[Schema]) -> Self {
        let none = vec![Vec::new(); schemas.len()];
        let mut edges = Self {
            users: none.clone(),
            wholes: none.clone(),
            compositions: none,
            is_key: vec![false; schemas.len()],
        };
        for (at, schema) in schemas.iter().enumerate() {
            for target in targets(schema, |_| true) {
                edges.users[target].push(at);
            }
            for part in &schema.all_of {
                edges.wholes[part.schema.0].push(at);
            }
            for part in schema.parts() {
                edges.compositions[part.schema.0].push(at);
            }
            for property in schema.properties.values() {
                edges.is_key[property.schema.0] = true;
            }
        }
        edges
    }
}

/// The numbers of the schemas that one uses, of its keys those that are asked for.
pub(super) fn targets(schema: &Schema, mut has_key: impl FnMut(&str) -> bool) -> Vec<usize> {
    let keys = schema.properties.iter();
    let keys = keys.filter(|(key, _)| has_key(key)).map(|(_, slot)| slot);
    let rest = match &schema.rest {
        Some(Rest::Of(slot)) => Some(slot.as_ref()),
        _ => None,
    };
    let slots = keys
        .chain(schema.items.as_deref())
        .chain(rest)
        .chain(schema.parts());
    let slots = slots.chain(&schema.children).map(|slot| slot.schema.0);
    let mapped = schema.discriminator.iter();
    let mapped = mapped.flat_map(|discriminator| &discriminator.mapping);
    slots.chain(mapped.map(|(_, target)| target.0)).collect()
}

/// The numbers of what something is true of.
pub(super) fn index<T>(all: &[T], is: impl Fn(&T) -> bool) -> Vec<usize> {
    let all = all.iter().enumerate();
    all.filter(|(_, one)| is(one)).map(|(at, _)| at).collect()
}
