//! Values: what released clients send against what is read now, and what is sent now against what
//! they read.

use indexmap::IndexMap;

use super::Effect::{Breaking, Code, Compatible, Ignored, Unknown};
use super::sheet::{Direction, Pair, Place, Sheet};
use super::{constructors, unions};
use crate::ir::{Api, Field, Model, Scalar, Shape, Type};
use crate::name::VariantName;

/// The types that a value may have, each with the name of its variant.
type Kinds<'a> = &'a [(VariantName, Type)];

/// Both APIs.
#[derive(Clone, Copy)]
pub(super) struct Types<'a> {
    pub(super) old: &'a Api,
    pub(super) new: &'a Api,
}

impl<'a> Types<'a> {
    /// Compares the models of these pairs and all that they use, each pair once.
    pub(super) fn models(self, first: impl IntoIterator<Item = Pair>) -> IndexMap<Pair, Sheet> {
        let mut sheets: IndexMap<Pair, Sheet> = IndexMap::new();
        let mut waiting: Vec<Pair> = first.into_iter().collect();
        while let Some(pair) = waiting.pop() {
            if !sheets.contains_key(&pair) {
                let sheet = self.model(pair);
                waiting.extend(&sheet.pairs);
                sheets.insert(pair, sheet);
            }
        }
        sheets
    }

    fn model(self, (old, new, direction): Pair) -> Sheet {
        let (old, new) = (self.old.model(old), self.new.model(new));
        let left_out = new.left_out.as_slice();
        let mut sheet = Sheet::default();
        let name = new.name.as_str();
        if old.name != new.name {
            let text = format!("the type `{}` is called `{name}`", old.name.as_str());
            sheet.note(Code, "type-renamed", text);
        }
        let place = Place::root(format!("`{name}`"));
        match (&old.shape, &new.shape) {
            (Shape::Enum { values: old }, Shape::Enum { values: new }) => {
                let old: Vec<&str> = old.iter().map(|(_, value)| value.as_str()).collect();
                let new: Vec<&str> = new.iter().map(|(_, value)| value.as_str()).collect();
                values(&mut sheet, &place, &old, &new, direction);
            }
            (
                Shape::Struct {
                    fields: old,
                    rest: old_rest,
                },
                Shape::Struct {
                    fields: new,
                    rest: new_rest,
                },
            ) => {
                let (old, new): (Vec<_>, Vec<_>) = (old.iter().collect(), new.iter().collect());
                let rest = new_rest.as_ref().map(|_| left_out);
                self.fields(&mut sheet, &place, (&old, &new), rest, direction);
                let items = place.key("*");
                match (old_rest, new_rest) {
                    (Some(old), Some(new)) => self.value(&mut sheet, &items, old, new, direction),
                    (Some(_), None) => {
                        let (effect, text) = match direction {
                            Direction::Request => (Ignored, "no longer read"),
                            Direction::Answer => (Breaking, "no longer sent"),
                        };
                        let text = format!("additional keys of {place} are {text}");
                        sheet.note(effect, "additional-keys-removed", text);
                    }
                    (None, Some(_)) => {
                        let text = format!("{place} may have additional keys");
                        sheet.note(Compatible, "additional-keys-added", text);
                    }
                    (None, None) => {}
                }
            }
            (Shape::Choice { kinds: old }, Shape::Choice { kinds: new }) => {
                self.kinds(&mut sheet, &place, (old, new), direction);
            }
            (Shape::Enum { .. } | Shape::Choice { .. }, _)
            | (_, Shape::Enum { .. } | Shape::Choice { .. }) => {
                kind_changed(&mut sheet, &place, shape_name(old), shape_name(new));
            }
            _ => unions::compare(self, &mut sheet, (old, new), direction),
        }
        sheet
    }

    /// Values of several kinds: kinds with one name are compared.
    fn kinds(
        self,
        sheet: &mut Sheet,
        place: &Place,
        (old, new): (Kinds<'_>, Kinds<'_>),
        direction: Direction,
    ) {
        for (name, is) in new {
            if let Some((_, was)) = old.iter().find(|(other, _)| other == name) {
                self.value(sheet, place, was, is, direction);
            }
        }
        let old: Vec<&str> = old.iter().map(|(_, ty)| type_name(self.old, ty)).collect();
        let new: Vec<&str> = new.iter().map(|(_, ty)| type_name(self.new, ty)).collect();
        values(sheet, place, &old, &new, direction);
    }

    /// The keys of an object. `rest`: keys that the new description does not name are read all
    /// the same, but for these.
    pub(super) fn fields(
        self,
        sheet: &mut Sheet,
        place: &Place,
        (old, new): (&[&Field], &[&Field]),
        rest: Option<&[String]>,
        direction: Direction,
    ) {
        // Applications make what is answered.
        if direction == Direction::Answer {
            constructors::compare(self, sheet, place, (old, new));
        }
        let known: IndexMap<&str, &Field> = old
            .iter()
            .map(|field| (field.name.wire(), *field))
            .collect();
        let mut left = known.clone();
        for field in new {
            let place = place.key(field.name.wire());
            match known.get(field.name.wire()) {
                Some(old) => {
                    left.shift_remove(field.name.wire());
                    self.field(sheet, &place, old, field, direction);
                }
                None => match direction {
                    Direction::Request if field.required => {
                        sheet.note(Breaking, "field-required", format!("{place} must be sent"));
                    }
                    Direction::Request => {
                        sheet.note(Compatible, "field-added", format!("{place} can be sent"));
                    }
                    Direction::Answer => {
                        sheet.note(Compatible, "field-added", format!("{place} is sent"));
                    }
                },
            }
        }
        for (wire, field) in left {
            let place = place.key(wire);
            match direction {
                Direction::Request
                    if rest.is_some_and(|left_out| !left_out.iter().any(|key| key == wire)) => {}
                Direction::Request => {
                    let text = format!("{place} is no longer read");
                    sheet.note(Ignored, "field-removed", text);
                }
                Direction::Answer => {
                    let effect = if field.required { Breaking } else { Compatible };
                    let text = format!("{place} is no longer sent");
                    sheet.note(effect, "field-removed", text);
                }
            }
        }
    }

    /// One key that both descriptions have, or one parameter.
    pub(super) fn field(
        self,
        sheet: &mut Sheet,
        place: &Place,
        old: &Field,
        new: &Field,
        direction: Direction,
    ) {
        match (direction, old.required, new.required) {
            (Direction::Request, false, true) => {
                sheet.note(Breaking, "field-required", format!("{place} must be sent"));
            }
            (Direction::Request, true, false) => {
                let text = format!("{place} may be left out");
                sheet.note(Compatible, "field-optional", text);
            }
            (Direction::Answer, true, false) => {
                let text = format!("{place} may be missing");
                sheet.note(Breaking, "field-optional", text);
            }
            (Direction::Answer, false, true) => {
                sheet.note(
                    Compatible,
                    "field-required",
                    format!("{place} is always sent"),
                );
            }
            _ => {}
        }
        null(sheet, place, (old.nullable, new.nullable), direction);
        if new.deprecated && !old.deprecated {
            sheet.note(Compatible, "deprecated", format!("{place} is deprecated"));
        }
        self.value(sheet, place, &old.ty, &new.ty, direction);
    }

    /// Two types.
    pub(super) fn value(
        self,
        sheet: &mut Sheet,
        place: &Place,
        old: &Type,
        new: &Type,
        direction: Direction,
    ) {
        match (old, new) {
            (Type::Nullable(old), Type::Nullable(new)) => {
                self.value(sheet, place, old, new, direction);
            }
            (Type::Nullable(old), new) => {
                null(sheet, place, (true, false), direction);
                self.value(sheet, place, old, new, direction);
            }
            (old, Type::Nullable(new)) => {
                null(sheet, place, (false, true), direction);
                self.value(sheet, place, old, new, direction);
            }
            (Type::List(old), Type::List(new)) => {
                self.value(sheet, &place.items(), old, new, direction);
            }
            (Type::Map(old), Type::Map(new)) => {
                self.value(sheet, &place.key("*"), old, new, direction);
            }
            (Type::Literal(was, old), Type::Literal(is, new)) if was == is => {
                let old: Vec<&str> = old.iter().map(String::as_str).collect();
                let new: Vec<&str> = new.iter().map(String::as_str).collect();
                values(sheet, place, &old, &new, direction);
            }
            (Type::Model(old), Type::Model(new)) => sheet.pairs.push((*old, *new, direction)),
            // Formats are documentation: no value is refused for its format.
            (Type::String(_), Type::String(_))
            | (Type::Bool, Type::Bool)
            | (Type::Int, Type::Int)
            | (Type::Float, Type::Float)
            | (Type::Json, Type::Json) => {}
            (old, new) => self.other(sheet, place, (old, new), direction),
        }
    }

    /// Two kinds of values: one may be a special case of the other.
    fn other(
        self,
        sheet: &mut Sheet,
        place: &Place,
        (old, new): (&Type, &Type),
        direction: Direction,
    ) {
        let (was, is) = (type_name(self.old, old), type_name(self.new, new));
        let is_special = |api: &Api, special: &Type, general: &Type| match (special, general) {
            (_, Type::Json) | (Type::Int, Type::Float) => true,
            (Type::Literal(scalar, _), general) => match scalar {
                Scalar::Bool => *general == Type::Bool,
                Scalar::Int => matches!(general, Type::Int | Type::Float),
                Scalar::Float => *general == Type::Float,
            },
            (Type::Model(id), Type::String(_)) => {
                matches!(api.model(*id).shape, Shape::Enum { .. })
            }
            _ => false,
        };
        let is_wider = is_special(self.old, old, new);
        let is_narrower = is_special(self.new, new, old);
        let text = format!("{place} is {is} instead of {was}");
        match direction {
            Direction::Request if is_wider => sheet.note(Compatible, "type-widened", text),
            Direction::Answer if is_narrower => sheet.note(Compatible, "type-narrowed", text),
            // A client that knows some values has to be ready for others.
            Direction::Answer
                if is_wider
                    && matches!(old, Type::Model(_) | Type::Literal(..))
                    && *new != Type::Json =>
            {
                sheet.note(Unknown, "type-widened", text);
            }
            Direction::Request | Direction::Answer => kind_changed(sheet, place, was, is),
        }
    }
}

fn kind_changed(sheet: &mut Sheet, place: &Place, was: &str, is: &str) {
    let text = format!("{place} is {is} instead of {was}");
    sheet.note(Breaking, "type-changed", text);
}

/// What `null` means on either side.
fn null(sheet: &mut Sheet, place: &Place, (old, new): (bool, bool), direction: Direction) {
    let (effect, code, text) = match (direction, old, new) {
        (Direction::Request, true, false) => (Breaking, "null-refused", "no longer be `null`"),
        (Direction::Request, false, true) => (Compatible, "null-allowed", "be `null`"),
        (Direction::Answer, false, true) => (Breaking, "null-allowed", "be `null`"),
        (Direction::Answer, true, false) => (Compatible, "null-refused", "no longer be `null`"),
        _ => return,
    };
    sheet.note(effect, code, format!("{place} can {text}"));
}

/// The values of an enum.
fn values(sheet: &mut Sheet, place: &Place, old: &[&str], new: &[&str], direction: Direction) {
    for value in old.iter().filter(|value| !new.contains(value)) {
        let (effect, text) = match direction {
            Direction::Request => (Breaking, "no longer accepted"),
            Direction::Answer => (Compatible, "no longer answered"),
        };
        sheet.note(
            effect,
            "value-removed",
            format!("`{value}` of {place} is {text}"),
        );
    }
    for value in new.iter().filter(|value| !old.contains(value)) {
        let (effect, text) = match direction {
            Direction::Request => (Compatible, "can be sent"),
            Direction::Answer => (Unknown, "may be answered"),
        };
        sheet.note(
            effect,
            "value-added",
            format!("`{value}` of {place} {text}"),
        );
    }
}

fn shape_name(model: &Model) -> &'static str {
    match model.shape {
        Shape::Struct { .. } => "an object",
        Shape::Union { .. } => "one of several objects",
        Shape::Enum { .. } => "one of several strings",
        Shape::Choice { .. } => "a value of several kinds",
    }
}

pub(super) fn type_name(api: &Api, ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a boolean",
        Type::Int => "an integer",
        Type::Float => "a number",
        Type::String(_) => "a string",
        Type::Literal(Scalar::Bool, _) => "one of several booleans",
        Type::Literal(..) => "one of several numbers",
        Type::Json => "any JSON value",
        Type::List(_) => "a list",
        Type::Map(_) => "a map",
        Type::Nullable(inner) => type_name(api, inner),
        Type::Model(id) => shape_name(api.model(*id)),
    }
}
