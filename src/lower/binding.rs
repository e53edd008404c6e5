//! How an object of the spec is tied to what a built-in behaviour fills or reads.

use std::borrow::Cow;

use crate::catalog::{BodyKind, Contract, DomainField, DomainStruct, DomainType};

/// One entry of `formFields`. Nothing in the runtime fills it, it is read.
pub(super) static FORM_FIELD: DomainStruct = DomainStruct {
    path: "",
    name: "FormField",
    fields: &[
        DomainField {
            wire: "id",
            rust: "id",
            ty: DomainType::Text,
            always: true,
        },
        DomainField {
            wire: "value",
            rust: "value",
            ty: DomainType::Text,
            always: true,
        },
    ],
};

/// How an object is to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    /// Two bindings of one name are equal.
    pub(super) name: &'static str,
    /// The fields that are known of it.
    pub(super) fields: Cow<'static, [DomainField]>,
    /// What fills it; `None` for requests.
    pub(super) filled: Option<&'static DomainStruct>,
    /// It is read, so that its keys are looked for in any case.
    read: bool,
}

impl Binding {
    /// A struct of the runtime that fills an object, or the form field that is read.
    pub(super) fn of(filled: &'static DomainStruct) -> Self {
        let read = std::ptr::eq(filled, &raw const FORM_FIELD);
        Self {
            name: filled.name,
            fields: Cow::Borrowed(filled.fields),
            filled: (!read).then_some(filled),
            read,
        }
    }

    /// The body that a behaviour reads.
    pub(super) fn of_body(behaviour: &'static Contract) -> Self {
        let fields = behaviour.body.iter().map(|(wire, kind)| DomainField {
            wire,
            rust: wire,
            ty: match kind {
                BodyKind::FormFields => DomainType::List(&FORM_FIELD),
                BodyKind::Text => DomainType::Text,
            },
            always: true,
        });
        // Behaviours that read the same keys may share a schema.
        let twin = crate::catalog::behaviours().find(|other| other.body == behaviour.body);
        Self {
            name: twin.unwrap_or(behaviour).name,
            fields: Cow::Owned(fields.collect()),
            filled: None,
            read: true,
        }
    }

    /// The fields of one outcome.
    pub(super) fn of_outcome(fields: &'static [DomainField]) -> Self {
        Self {
            name: "",
            fields: Cow::Borrowed(fields),
            filled: None,
            read: false,
        }
    }

    /// Whether nothing fills it.
    pub(super) fn is_read(&self) -> bool {
        self.read
    }

    /// The name for a model that has none in the spec.
    pub(super) fn model_name(&self) -> Option<&'static str> {
        // The body of a request is named after its operation instead.
        let named = self.filled.is_some() || self.name == FORM_FIELD.name;
        named.then_some(self.name)
    }

    /// The field that a key of an object is; `has` tells what other keys the object has.
    pub(super) fn field(&self, wire: &str, has: impl Fn(&str) -> bool) -> Option<DomainField> {
        let exact = self.fields.iter().find(|field| field.wire == wire);
        let read = || {
            let mut fields = self.fields.iter().filter(|_| self.read);
            fields.find(|field| field.wire.eq_ignore_ascii_case(wire) && !has(field.wire))
        };
        exact.or_else(read).copied()
    }
}
