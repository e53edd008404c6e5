//! The literals that tell one object from another.

use super::{Member, Object, core};
use crate::lower::Lowering;
use crate::lower::schema::SchemaAt;
use crate::spec::at::{SchemaOrRef, Slot};

/// Gives the members that one alternative came to the literal of the union's `discriminator`.
pub(super) fn discriminate<'d>(
    lowering: &Lowering<'d>,
    union: &SchemaAt<'d>,
    alternative: &Slot<'d>,
    members: &mut [Member<'d>],
) {
    let discriminator = union.value.schema_data.discriminator.as_ref();
    let (Some(discriminator), SchemaOrRef::Ref(reference)) = (discriminator, alternative.value)
    else {
        return;
    };
    let property = discriminator.property_name.as_str();
    let component = reference.rsplit('/').next().unwrap_or(reference);
    let mut mapping = discriminator.mapping.iter();
    let mapped = mapping.find(|(_, target)| *target == reference || *target == component);
    let literal = mapped.map_or(component, |(literal, _)| literal).to_owned();
    for member in members {
        let Member::Object(object) = member else {
            continue;
        };
        // A property that lists its literals says it better.
        let listed = object
            .properties
            .get(property)
            .is_some_and(|known| !literals(lowering, &known.slot).is_empty());
        if !listed {
            object.discriminated = Some((property, literal.clone()));
        }
    }
}

/// The literals that a schema allows, when it is a closed list of strings.
pub(in crate::lower) fn literals<'d>(lowering: &Lowering<'d>, slot: &Slot<'d>) -> Vec<String> {
    let (schema, _) = core(lowering, slot.clone());
    schema.literals().into_iter().map(str::to_owned).collect()
}

impl<'d> Object<'d> {
    /// The literals of one key that tell this object from others.
    pub(in crate::lower) fn literals_of(&self, lowering: &Lowering<'d>, key: &str) -> Vec<String> {
        if let Some((property, literal)) = &self.discriminated
            && *property == key
        {
            return vec![literal.clone()];
        }
        self.properties
            .get(key)
            .map_or(Vec::new(), |property| literals(lowering, &property.slot))
    }

    /// What it says about itself.
    pub(in crate::lower) fn docs(&self) -> String {
        self.schema.docs()
    }
}
