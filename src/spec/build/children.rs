//! Schemas that extend others.

use std::collections::BTreeSet;

use super::Building;
use crate::spec::document::{Schema, SchemaId, Slot};

impl Building<'_> {
    /// Gives each schema with a discriminator and without alternatives those that extend it by
    /// `allOf`, directly or through others, in the order of the file.
    pub(super) fn add_children(&self, schemas: &mut [Schema]) {
        let is_parent = |schema: &Schema| {
            schema.discriminator.is_some() && schema.one_of.is_empty() && schema.any_of.is_empty()
        };
        if !schemas.iter().any(is_parent) {
            return;
        }
        let mut extended_by: Vec<Vec<usize>> = vec![Vec::new(); schemas.len()];
        for schema in schemas.iter().filter(|schema| schema.name.is_some()) {
            for part in schema.all_of.iter().filter(|part| part.is_ref) {
                extended_by[part.schema.0].push(schema.id.0);
            }
        }
        for parent in 0..schemas.len() {
            if !is_parent(&schemas[parent]) {
                continue;
            }
            let mut found = BTreeSet::new();
            let mut todo = extended_by[parent].clone();
            while let Some(child) = todo.pop() {
                if child != parent && found.insert(child) {
                    todo.extend(&extended_by[child]);
                }
            }
            let mut found: Vec<usize> = found.into_iter().collect();
            found.sort_by_key(|child| {
                let place = &schemas[*child].place;
                (place.file, self.files.key(place).range.start)
            });
            let children = found
                .into_iter()
                .map(|child| Slot::plain(schemas[child].place.clone(), SchemaId(child), true));
            schemas[parent].children = children.collect();
        }
    }
}
