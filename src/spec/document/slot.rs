//! Schemas where they are used, and what the place says of them.

use serde_json::Value;

use super::SchemaId;
use crate::spec::place::Place;

/// A schema where it is used.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// The place of the use.
    pub(crate) place: Place,
    /// What is used, behind all references.
    pub(crate) schema: SchemaId,
    /// Whether it is used by a `$ref`.
    pub(crate) is_ref: bool,
    /// What is said at this place: of the schema itself, or beside the `$ref`. May be empty.
    pub(crate) docs: String,
    /// `deprecated`, at this place.
    pub(crate) deprecated: bool,
    /// Whether the place adds `null` to what it refers to.
    pub(crate) nullable: bool,
    /// What the place says of what it refers to.
    pub(crate) marks: Marks,
    /// `default` beside a `$ref`.
    pub(crate) default: Option<Box<Value>>,
}

impl Slot {
    /// A use of a schema that says nothing of its own.
    pub(crate) fn plain(place: Place, schema: SchemaId, is_ref: bool) -> Self {
        Self {
            place,
            schema,
            is_ref,
            docs: String::new(),
            deprecated: false,
            nullable: false,
            marks: Marks::default(),
            default: None,
        }
    }
}

/// Whether a key belongs into answers only, or into requests only (JSON Schema 2020-12, Validation, §9.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    /// `readOnly`.
    pub(crate) read_only: bool,
    /// `writeOnly`.
    pub(crate) write_only: bool,
}

impl Marks {
    /// What either of them says.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            read_only: self.read_only || other.read_only,
            write_only: self.write_only || other.write_only,
        }
    }

    /// Whether they say anything.
    pub(crate) fn any(self) -> bool {
        self.read_only || self.write_only
    }
}
