//! What a schema says, whichever of its forms `openapiv3` gave it: a schema of one kind is that
//! kind's struct, and a schema that mixes kinds is an `AnySchema` with the keys of all of them.

use openapiv3::{
    AdditionalProperties, AnySchema, ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat,
    Type, VariantOrUnknownOrEmpty,
};
use serde::Deserialize;

use super::{Lowering, text};
use crate::spec::at::{At, SchemaOrRef, Slot};

/// A schema itself, behind all references.
pub(super) type SchemaAt<'d> = At<&'d Schema>;

/// One value of an `enum`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed<'d> {
    Text(&'d str),
    Null,
    Other,
}

impl<'d> Listed<'d> {
    /// The value, if it is a text.
    pub(super) fn text(self) -> Option<&'d str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Other => None,
        }
    }
}

/// What keys that `properties` does not name may hold.
#[derive(Debug, Clone)]
pub(super) enum Rest<'d> {
    Anything,
    Of(Slot<'d>),
}

/// The keys that compose a schema of others.
pub(super) const COMPOSITIONS: [&str; 3] = ["allOf", "oneOf", "anyOf"];

impl<'d> SchemaAt<'d> {
    /// The schema's keys, where it mixes kinds.
    fn mixed(&self) -> Option<&'d AnySchema> {
        match &self.value.schema_kind {
            SchemaKind::Any(any) => Some(any),
            _ => None,
        }
    }

    /// `type`.
    pub(super) fn kind(&self) -> Option<&'d str> {
        match &self.value.schema_kind {
            SchemaKind::Type(Type::String(_)) => Some("string"),
            SchemaKind::Type(Type::Number(_)) => Some("number"),
            SchemaKind::Type(Type::Integer(_)) => Some("integer"),
            SchemaKind::Type(Type::Object(_)) => Some("object"),
            SchemaKind::Type(Type::Array(_)) => Some("array"),
            SchemaKind::Type(Type::Boolean(_)) => Some("boolean"),
            _ => self.mixed()?.typ.as_deref(),
        }
    }

    /// Whether it is an object, by its `type` or else by what it has.
    pub(super) fn is_object(&self) -> bool {
        match self.kind() {
            Some(kind) => kind == "object",
            None => self.has_properties() || self.additional().is_some(),
        }
    }

    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.mixed() == Some(&AnySchema::default())
            && self.value.schema_data == SchemaData::default()
    }

    /// Whether it is composed of others.
    pub(super) fn is_composed(&self) -> bool {
        match &self.value.schema_kind {
            SchemaKind::AllOf { .. } | SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } => true,
            _ => COMPOSITIONS
                .iter()
                .any(|key| !self.composed(key).is_empty()),
        }
    }

    /// The schemas under `allOf`, `oneOf` or `anyOf`.
    pub(super) fn parts(&self, key: &str) -> impl Iterator<Item = Slot<'d>> + use<'d> {
        self.items(key, self.composed(key)).map(Slot::from)
    }

    fn composed(&self, key: &str) -> &'d [ReferenceOr<Schema>] {
        match (&self.value.schema_kind, key) {
            (SchemaKind::AllOf { all_of: list }, "allOf")
            | (SchemaKind::OneOf { one_of: list }, "oneOf")
            | (SchemaKind::AnyOf { any_of: list }, "anyOf") => list,
            (SchemaKind::Any(any), "allOf") => &any.all_of,
            (SchemaKind::Any(any), "oneOf") => &any.one_of,
            (SchemaKind::Any(any), "anyOf") => &any.any_of,
            _ => &[],
        }
    }

    /// `properties`.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&'d str, Slot<'d>)> + use<'d> {
        let members = match &self.value.schema_kind {
            SchemaKind::Type(Type::Object(object)) => Some(&object.properties),
            SchemaKind::Any(any) => Some(&any.properties),
            _ => None,
        };
        let entries = members.map(|members| self.entries("properties", members));
        let entries = entries.into_iter().flatten();
        entries.map(|(key, property)| (key, property.into()))
    }

    /// Whether `properties` names any.
    pub(super) fn has_properties(&self) -> bool {
        self.properties().next().is_some()
    }

    /// `required`.
    pub(super) fn required(&self) -> &'d [String] {
        match &self.value.schema_kind {
            SchemaKind::Type(Type::Object(object)) => &object.required,
            SchemaKind::Any(any) => &any.required,
            _ => &[],
        }
    }

    /// `additionalProperties`, unless `false` or absent.
    pub(super) fn rest(&self) -> Option<Rest<'d>> {
        match self.additional()? {
            AdditionalProperties::Any(false) => None,
            AdditionalProperties::Any(true) => Some(Rest::Anything),
            AdditionalProperties::Schema(schema) => {
                let slot = self.under("additionalProperties", &**schema);
                Some(Rest::Of(slot.into()))
            }
        }
    }

    fn additional(&self) -> Option<&'d AdditionalProperties> {
        match &self.value.schema_kind {
            SchemaKind::Type(Type::Object(object)) => object.additional_properties.as_ref(),
            SchemaKind::Any(any) => any.additional_properties.as_ref(),
            _ => None,
        }
    }

    /// `items`: what each item is.
    pub(super) fn item(&self) -> Option<Slot<'d>> {
        let items = match &self.value.schema_kind {
            SchemaKind::Type(Type::Array(array)) => array.items.as_ref(),
            SchemaKind::Any(any) => any.items.as_ref(),
            _ => None,
        };
        items.map(|items| self.under("items", items).into())
    }

    /// `enum`.
    pub(super) fn listed(&self) -> Vec<Listed<'d>> {
        fn of<T>(values: &[Option<T>]) -> Vec<Listed<'_>> {
            let null = |value: &Option<T>| value.is_none();
            values
                .iter()
                .map(|value| {
                    if null(value) {
                        Listed::Null
                    } else {
                        Listed::Other
                    }
                })
                .collect()
        }
        match &self.value.schema_kind {
            SchemaKind::Type(Type::String(text)) => {
                let texts = text.enumeration.iter();
                texts
                    .map(|text| text.as_deref().map_or(Listed::Null, Listed::Text))
                    .collect()
            }
            SchemaKind::Type(Type::Number(number)) => of(&number.enumeration),
            SchemaKind::Type(Type::Integer(number)) => of(&number.enumeration),
            SchemaKind::Type(Type::Boolean(flag)) => of(&flag.enumeration),
            SchemaKind::Any(any) => any
                .enumeration
                .iter()
                .map(|value| match value {
                    serde_json::Value::String(text) => Listed::Text(text),
                    serde_json::Value::Null => Listed::Null,
                    _ => Listed::Other,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// `enum`, where it is a closed list of texts; nothing for any other.
    pub(super) fn literals(&self) -> Vec<&'d str> {
        let listed = self.listed().into_iter();
        let texts: Option<Vec<&str>> = listed.map(Listed::text).collect();
        texts.unwrap_or_default()
    }

    /// `format`, of texts.
    pub(super) fn format(&self) -> Option<&'d str> {
        let SchemaKind::Type(Type::String(text)) = &self.value.schema_kind else {
            return self.mixed()?.format.as_deref();
        };
        match &text.format {
            VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Some("date-time"),
            VariantOrUnknownOrEmpty::Item(StringFormat::Byte | StringFormat::Binary) => {
                Some("binary")
            }
            VariantOrUnknownOrEmpty::Unknown(format) => Some(format),
            VariantOrUnknownOrEmpty::Item(StringFormat::Date | StringFormat::Password)
            | VariantOrUnknownOrEmpty::Empty => None,
        }
    }

    /// What it says about itself.
    pub(super) fn docs(&self) -> String {
        docs(&self.value.schema_data)
    }
}

impl Lowering<'_> {
    /// What is said in one place, for people: of the schema there, or beside the reference there.
    pub(super) fn said(&self, slot: &Slot<'_>) -> (String, bool) {
        let said = |data: &SchemaData| (docs(data), data.deprecated);
        match slot.value {
            SchemaOrRef::Schema(schema) => said(&schema.schema_data),
            // OpenAPI 3.0 ignores it and the typed document drops it, but people write it.
            SchemaOrRef::Ref(_) => {
                let beside = self.document.raw.pointer(&slot.pointer);
                let data = beside.and_then(|beside| SchemaData::deserialize(beside).ok());
                said(&data.unwrap_or_default())
            }
        }
    }
}

/// `description` or `title`, without blanks around it.
fn docs(data: &SchemaData) -> String {
    text(data.description.as_ref().or(data.title.as_ref())).to_owned()
}
