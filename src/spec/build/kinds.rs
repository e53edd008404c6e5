//! A schema of several types, which OpenAPI 3.1 has: one schema for each of them.

use indexmap::IndexMap;
use serde_json::Value;

use super::Building;
use super::keywords::{limits, texts};
use crate::spec::document::{Kind, Literal, Marks, Schema, SchemaId, Slot};
use crate::spec::place::Place;

impl<'f> Building<'f> {
    /// A schema of several types as one schema for each.
    pub(super) fn one_for_each(
        &mut self,
        place: &Place,
        value: &'f Value,
        kinds: &[Kind],
    ) -> Vec<Slot> {
        let slots = kinds.iter().enumerate().map(|(index, kind)| {
            let id = SchemaId(self.schemas.len());
            self.schemas.push(None);
            let mut schema = self.read_one(id, place, value, *kind);
            schema.name = None;
            schema.docs.clear();
            self.schemas[id.0] = Some(schema);
            Slot::plain(place.under("type").item(index), id, false)
        });
        slots.collect()
    }

    /// What a schema of several types says about one of them.
    fn read_one(&mut self, id: SchemaId, place: &Place, value: &'f Value, kind: Kind) -> Schema {
        let mut schema = Schema {
            id,
            place: place.clone(),
            name: None,
            kind: Some(kind),
            nullable: false,
            marks: Marks::default(),
            is_request_form: false,
            left_out: Vec::new(),
            docs: String::new(),
            title: None,
            deprecated: false,
            format: None,
            limits: limits(value),
            listed: Vec::new(),
            properties: IndexMap::new(),
            required: Vec::new(),
            rest: None,
            items: None,
            all_of: Vec::new(),
            one_of: Vec::new(),
            any_of: Vec::new(),
            discriminator: None,
            children: Vec::new(),
            default: None,
            sample: None,
            is_empty: false,
        };
        match kind {
            Kind::String => {
                schema.format = value
                    .get("format")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                let is_text = |literal: &Literal| literal.text().is_some();
                let listed = self.listed(place, value);
                schema.listed = listed.into_iter().filter(is_text).collect();
            }
            Kind::Array => {
                let items = value.get("items").filter(|items| !items.is_null());
                let items = items.map(|items| self.slot(place.under("items"), items));
                schema.items = items.map(Box::new);
            }
            Kind::Object => {
                let holder = place.under("properties");
                let properties = value.get("properties").and_then(Value::as_object);
                schema.properties = properties
                    .into_iter()
                    .flatten()
                    .map(|(key, property)| (key.clone(), self.slot(holder.under(key), property)))
                    .collect();
                schema.required = texts(value, "required");
                schema.rest = self.rest(place, value);
            }
            Kind::Number | Kind::Integer | Kind::Boolean => {}
        }
        schema
    }
}
