//! Data types: structs, unions, enums. Lists, maps and scalars have no name of their own.

use crate::catalog::DomainStruct;
use crate::name::{FieldName, TypeName, VariantName};

/// Index into `Api::models`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ModelId(pub(crate) usize);

/// A named data type.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    /// Its name in Rust and in TypeScript.
    pub(crate) name: TypeName,
    /// `title`/`description` of the schema; may be empty; may have several lines.
    pub(crate) docs: String,
    /// What it is made of.
    pub(crate) shape: Shape,
    /// Whether a request needs it (it derives `Deserialize`).
    pub(crate) in_requests: bool,
    /// Whether an answer needs it (it derives `Serialize`).
    pub(crate) in_answers: bool,
    /// Keys that it does not have because only answers have them: what a client sends for them is dropped, and does
    /// not get into `rest`.
    pub(crate) left_out: Vec<String>,
    /// The struct of the runtime that built-in flows fill it from; a `From` is emitted for it.
    pub(crate) filled_from: Option<&'static DomainStruct>,
    /// The cycle of models that hold each other directly (not through a list or a map), by number: a field that stays
    /// within it needs a `Box` in Rust. None where a value never holds another one of its type.
    pub(crate) cycle: Option<usize>,
}

/// What a [`Model`] is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object with known keys. `rest`: `additionalProperties`, kept in a map.
    Struct {
        fields: Vec<Field>,
        rest: Option<Type>,
    },
    /// One of several objects. `tag` is the key whose literal tells them apart; without it their required keys do.
    Union {
        tag: Option<String>,
        variants: Vec<UnionVariant>,
    },
    /// A string out of a closed list: (name, literal).
    Enum { values: Vec<(VariantName, String)> },
    /// A value of one of several kinds that JSON distinguishes: a text, a number, a boolean, a list, an object.
    /// A text is always among them.
    Choice { kinds: Vec<(VariantName, Type)> },
}

impl Shape {
    /// Every type that it spells out.
    pub(crate) fn types(&self) -> Vec<&Type> {
        match self {
            Self::Struct { fields, rest } => {
                fields.iter().map(|field| &field.ty).chain(rest).collect()
            }
            Self::Union { variants, .. } => {
                let fields = variants.iter().flat_map(|variant| &variant.fields);
                fields.map(|field| &field.ty).collect()
            }
            Self::Enum { .. } => Vec::new(),
            Self::Choice { kinds } => kinds.iter().map(|(_, ty)| ty).collect(),
        }
    }

    /// The same, to be changed.
    pub(crate) fn types_mut(&mut self) -> Vec<&mut Type> {
        match self {
            Self::Struct { fields, rest } => {
                let fields = fields.iter_mut().map(|field| &mut field.ty);
                fields.chain(rest).collect()
            }
            Self::Union { variants, .. } => {
                let fields = variants.iter_mut().flat_map(|variant| &mut variant.fields);
                fields.map(|field| &mut field.ty).collect()
            }
            Self::Enum { .. } => Vec::new(),
            Self::Choice { kinds } => kinds.iter_mut().map(|(_, ty)| ty).collect(),
        }
    }
}

/// One member of a [`Shape::Union`]: its fields without the tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnionVariant {
    /// Its name in Rust.
    pub(crate) name: VariantName,
    /// The literal of the tag; `None` in untagged unions.
    pub(crate) literal: Option<String>,
    /// May be empty.
    pub(crate) docs: String,
    /// The other keys.
    pub(crate) fields: Vec<Field>,
}

/// One key of an object. In an answer of a built-in, a field that its `DomainStruct` or outcome does not know is
/// optional and stays `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Wire name and the names made from it.
    pub(crate) name: FieldName,
    /// Its type when it is there and not null.
    pub(crate) ty: Type,
    /// The key must be there.
    pub(crate) required: bool,
    /// The value may be `null`.
    pub(crate) nullable: bool,
    /// To leave the key out means `null`: `default: null`, or a parameter, whose text cannot be `null`.
    pub(crate) absent_is_null: bool,
    /// May be empty.
    pub(crate) docs: String,
    /// `deprecated: true`.
    pub(crate) deprecated: bool,
}

impl Field {
    /// The type of the one value that the field has wherever it stands: constructors do not ask for it. Numbers with a
    /// fraction have no type of their own for each value.
    pub(crate) fn only_value(&self) -> Option<Scalar> {
        match &self.ty {
            Type::Literal(scalar @ (Scalar::Bool | Scalar::Int), values)
                if self.required && !self.nullable && values.len() == 1 =>
            {
                Some(*scalar)
            }
            _ => None,
        }
    }

    /// Whether constructors ask for it.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.required && self.only_value().is_none()
    }
}

/// A type expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// `boolean`.
    Bool,
    /// `integer`, or a `number` that a built-in flow fills with milliseconds or a count: `i64`.
    Int,
    /// `number`.
    Float,
    /// `string`.
    String(Format),
    /// A boolean or a number out of a closed list, which is not empty; JSON texts.
    Literal(Scalar, Vec<String>),
    /// Any JSON value.
    Json,
    /// `array`.
    List(Box<Type>),
    /// `object` with `additionalProperties` only: string keys.
    Map(Box<Type>),
    /// An item of a list, a value of a map, or a whole answer that may be `null`; a key of an object
    /// says it by [`Field::nullable`].
    Nullable(Box<Type>),
    /// A named type.
    Model(ModelId),
}

/// The type of a value that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// `boolean`.
    Bool,
    /// `integer`.
    Int,
    /// `number`.
    Float,
}

/// `format` of a string, where it changes how the value is documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// No format, or one without a meaning here.
    Plain,
    /// `date-time`.
    DateTime,
    /// `email`.
    Email,
    /// `uri`.
    Uri,
    /// `uuid`.
    Uuid,
    /// `byte`, `binary`.
    Bytes,
}
