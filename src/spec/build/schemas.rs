//! Schemas: the keywords of JSON Schema, as OpenAPI 3.0 and 3.1 have them.

use indexmap::IndexMap;
use serde_json::Value;

use super::keywords::{docs, has_conditions, is_null, kinds, limits, texts};
use super::{Building, flag};
use crate::spec::document::{Discriminator, Kind, Literal, Marks, Rest, Schema, SchemaId, Slot};
use crate::spec::place::Place;
use crate::spec::tolerances;

/// A status of the published FDI 4.1, and what is sent.
const MISSPELT_STATUS: (&str, &str) = (
    "INVALID_AUTHENTICATOR_ERRORp",
    "INVALID_AUTHENTICATOR_ERROR",
);

impl<'f> Building<'f> {
    /// All schemas under `components`, used or not: others may extend them.
    pub(super) fn component_schemas(&mut self, root: &Place, main: &'f Value) {
        let place = root.under("components").under("schemas");
        let schemas = main
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        for (name, schema) in schemas.into_iter().flatten() {
            self.slot(place.under(name), schema);
        }
    }

    /// Makes what was promised, and ties schemas to those that extend them.
    pub(super) fn finish(&mut self) -> Vec<Schema> {
        while let Some((id, place)) = self.waiting.pop() {
            if self.schemas[id.0].is_none()
                && let Some(value) = self.files.value(&place)
            {
                self.make(id, place, value);
            }
        }
        // They stay where they are in memory, of which they are a good part.
        let made = std::mem::take(&mut self.schemas).into_iter();
        let made = made.map(|schema| schema.expect("what was promised is made"));
        let mut schemas: Vec<Schema> = made.collect();
        self.add_children(&mut schemas);
        schemas
    }

    /// The schema at a place, as it is used there.
    pub(super) fn slot(&mut self, place: Place, value: &'f Value) -> Slot {
        let is_ref = self.is_plain_ref(value);
        let schema = if is_ref {
            let (target, _) = self.target(place.clone(), value);
            self.promise_later(target)
        } else {
            let id = self.promise(&place);
            if self.schemas[id.0].is_none() {
                self.make(id, place.clone(), value);
            }
            id
        };
        Slot {
            schema,
            is_ref,
            docs: docs(value),
            deprecated: flag(value, "deprecated"),
            nullable: is_ref && flag(value, "nullable"),
            marks: if is_ref {
                self.marks(value)
            } else {
                Marks::default()
            },
            default: value
                .get("default")
                .filter(|_| is_ref)
                .cloned()
                .map(Box::new),
            place,
        }
    }

    /// `readOnly` and `writeOnly`.
    fn marks(&mut self, value: &Value) -> Marks {
        let marks = Marks {
            read_only: flag(value, "readOnly"),
            write_only: flag(value, "writeOnly"),
        };
        self.has_marks |= marks.any();
        marks
    }

    /// Whether a value is a `$ref` that stands for its target. In OpenAPI 3.0 it always does; in 3.1
    /// it may be one condition among others.
    fn is_plain_ref(&self, value: &Value) -> bool {
        value.get("$ref").is_some_and(Value::is_string)
            && !(self.is_3_1 && value.as_object().is_some_and(has_conditions))
    }

    /// The end of a chain of references.
    fn target(&mut self, place: Place, value: &'f Value) -> (Place, &'f Value) {
        let (mut place, mut value) = (place, value);
        while self.is_plain_ref(value) {
            let Some(next) = self.next(&place, value) else {
                break;
            };
            let at = place.under("$ref");
            (place, value) = next;
            if place.pointer.starts_with("/components/responses/") {
                let span = self.files.at(&at);
                self.tolerated
                    .note(&tolerances::RESPONSE_AS_SCHEMA, span, "");
                (place, value) = self.schema_of_response(place, value);
            }
        }
        (place, value)
    }

    /// The JSON schema of a response that a `$ref` names in place of a schema.
    fn schema_of_response(&self, place: Place, value: &'f Value) -> (Place, &'f Value) {
        static ANYTHING: Value = Value::Bool(true);
        let (place, value) = self.follow(place, value);
        let content = place.under("content");
        let media = value.get("content").and_then(Value::as_object);
        let mut schemas = media.into_iter().flatten().filter_map(|(name, media)| {
            let schema = media.get("schema")?;
            Some((content.under(name).under("schema"), schema))
        });
        schemas.next().unwrap_or((content, &ANYTHING))
    }

    /// The id of the schema at a place, made or not.
    fn promise(&mut self, place: &Place) -> SchemaId {
        if let Some(id) = self.by_place.get(place) {
            return *id;
        }
        let id = SchemaId(self.schemas.len());
        self.schemas.push(None);
        self.by_place.insert(place.clone(), id);
        id
    }

    /// The same, and sees to it that it is made.
    fn promise_later(&mut self, place: Place) -> SchemaId {
        let id = self.promise(&place);
        if self.schemas[id.0].is_none() {
            self.waiting.push((id, place));
        }
        id
    }

    /// Makes the schema that was promised.
    fn make(&mut self, id: SchemaId, place: Place, value: &'f Value) {
        // Taken before the insides are made, which may use this schema.
        let schema = self.read(id, place, value);
        self.schemas[id.0] = Some(schema);
    }

    fn read(&mut self, id: SchemaId, place: Place, value: &'f Value) -> Schema {
        let kinds = kinds(value);
        let slots = |building: &mut Self, key: &str| building.slots(&place, value, key);
        let mut all_of = slots(self, "allOf");
        let (one_of, one_null) = self.alternatives(&place, value, "oneOf");
        let (mut any_of, any_null) = self.alternatives(&place, value, "anyOf");
        if value.get("$ref").is_some() {
            all_of.insert(0, self.referred(&place, value));
        }
        if let [_, _, ..] = kinds.kinds.as_slice()
            && any_of.is_empty()
        {
            any_of = self.one_for_each(&place, value, &kinds.kinds);
        }
        let members = |key: &str| value.get(key).and_then(Value::as_object);
        let properties = members("properties").into_iter().flatten();
        let holder = place.under("properties");
        let properties: IndexMap<String, Slot> = properties
            .map(|(key, property)| (key.clone(), self.slot(holder.under(key), property)))
            .collect();
        let items = value.get("items").filter(|items| !items.is_null());
        let items = items.map(|items| Box::new(self.slot(place.under("items"), items)));
        let kind = match kinds.kinds.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        if kind == Some(Kind::Array) && items.is_none() && !self.is_3_1 {
            let span = self.files.key(&place);
            self.tolerated.note(&tolerances::MISSING_ITEMS, span, "");
        }
        Schema {
            id,
            name: self.name_of(&place),
            kind,
            nullable: kinds.null || one_null || any_null || flag(value, "nullable"),
            marks: self.marks(value),
            is_request_form: false,
            left_out: Vec::new(),
            docs: docs(value),
            title: value
                .get("title")
                .and_then(Value::as_str)
                .map(str::to_owned),
            deprecated: flag(value, "deprecated"),
            format: value
                .get("format")
                .and_then(Value::as_str)
                .map(str::to_owned),
            limits: limits(value),
            listed: self.listed(&place, value),
            properties,
            required: texts(value, "required"),
            rest: self.rest(&place, value),
            items,
            all_of,
            one_of,
            any_of,
            discriminator: self.discriminator(&place, value),
            children: Vec::new(),
            default: value.get("default").cloned().map(Box::new),
            sample: ["default", "example"]
                .iter()
                .find_map(|key| value.get(key)?.as_str())
                .map(str::to_owned),
            is_empty: value.as_object().is_none_or(serde_json::Map::is_empty),
            place,
        }
    }

    /// The schemas of a list.
    fn slots(&mut self, place: &Place, value: &'f Value, key: &str) -> Vec<Slot> {
        let holder = place.under(key);
        let list = value.get(key).and_then(Value::as_array);
        let list = list.into_iter().flatten().enumerate();
        list.map(|(index, schema)| self.slot(holder.item(index), schema))
            .collect()
    }

    /// The schemas of a list but those of `null` alone, and whether there was one.
    fn alternatives(&mut self, place: &Place, value: &'f Value, key: &str) -> (Vec<Slot>, bool) {
        let holder = place.under(key);
        let list = value.get(key).and_then(Value::as_array);
        let mut null = false;
        let mut slots = Vec::new();
        for (index, schema) in list.into_iter().flatten().enumerate() {
            let place = holder.item(index);
            // A component may be what stands for `null`.
            if is_null(self.target(place.clone(), schema).1) {
                null = true;
            } else {
                slots.push(self.slot(place, schema));
            }
        }
        (slots, null)
    }

    /// What a `$ref` among other conditions leads to.
    fn referred(&mut self, place: &Place, value: &'f Value) -> Slot {
        let target = match self.next(place, value) {
            Some((next, found)) => self.target(next, found).0,
            None => place.clone(),
        };
        Slot::plain(place.clone(), self.promise_later(target), true)
    }

    /// `additionalProperties`.
    pub(super) fn rest(&mut self, place: &Place, value: &'f Value) -> Option<Rest> {
        match value.get("additionalProperties")? {
            Value::Null => None,
            Value::Bool(false) => Some(Rest::Closed),
            Value::Bool(true) => Some(Rest::Anything),
            schema => {
                let slot = self.slot(place.under("additionalProperties"), schema);
                Some(Rest::Of(Box::new(slot)))
            }
        }
    }

    /// `enum` or `const`.
    pub(super) fn listed(&mut self, place: &Place, value: &Value) -> Vec<Literal> {
        let one = value.get("const").map(std::slice::from_ref);
        let key = if one.is_some() { "const" } else { "enum" };
        let values = match value.get("enum").and_then(Value::as_array) {
            Some(values) if one.is_none() => values.as_slice(),
            _ => one.unwrap_or_default(),
        };
        let literals = values.iter().map(|literal| match literal {
            Value::String(text) if text == MISSPELT_STATUS.0 => {
                let span = self.files.key(&place.under(key));
                let label = format!("`{text}` is read as `{}`", MISSPELT_STATUS.1);
                self.tolerated
                    .note(&tolerances::MISSPELT_STATUS, span, label);
                Literal::Text(MISSPELT_STATUS.1.to_owned())
            }
            Value::String(text) => Literal::Text(text.clone()),
            Value::Null => Literal::Null,
            other => Literal::Other(other.clone()),
        });
        literals.collect()
    }

    fn discriminator(&mut self, place: &Place, value: &'f Value) -> Option<Discriminator> {
        let value = value.get("discriminator")?;
        let property = value.get("propertyName")?.as_str()?.to_owned();
        let mapping = value.get("mapping").and_then(Value::as_object);
        let mut known = Vec::new();
        for (literal, target) in mapping.into_iter().flatten() {
            if let Some(target) = target.as_str()
                && let Some(target) = self.mapped(place.file, target)
                && let Some(found) = self.files.value(&target)
            {
                let schema = self.slot(target, found).schema;
                known.push((literal.clone(), schema));
            }
        }
        Some(Discriminator {
            property,
            mapping: known,
        })
    }

    /// What an entry of a `mapping` names: a component by its name, or a reference.
    fn mapped(&self, file: usize, target: &str) -> Option<Place> {
        let by_name = Place::root(0)
            .under("components")
            .under("schemas")
            .under(target);
        if self.files.value(&by_name).is_some() {
            return Some(by_name);
        }
        self.files.resolve(file, target).ok()
    }

    /// The name of a schema: its key, where it stands in a collection of schemas, or that of its file.
    fn name_of(&self, place: &Place) -> Option<String> {
        if place.pointer.is_empty() {
            return Some(self.files.stem(place.file).to_owned());
        }
        let (above, _) = place.pointer.rsplit_once('/')?;
        let is_collection = above == "/components/schemas"
            || above.ends_with("/$defs")
            || above.ends_with("/definitions")
            || (place.file > 0 && above.is_empty());
        is_collection.then(|| place.last())
    }
}
