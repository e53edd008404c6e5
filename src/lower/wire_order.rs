//! What a built-in answers has the keys in the order of the protocol (docs/protocol.md#user-object), whatever the order of the
//! spec: two specs that both describe an operation get the same bytes.

use crate::catalog::DomainField;
use crate::ir::{ArmBody, Behaviour, Field, Model, Operation, Shape};

/// Orders the fields that the runtime fills.
pub(super) fn arrange(models: &mut [Model], operations: &mut [Operation]) {
    for model in models {
        if let (Some(domain), Shape::Struct { fields, .. }) = (model.filled_from, &mut model.shape)
        {
            sort(fields, domain.fields);
        }
    }
    for operation in operations {
        let Behaviour::BuiltIn(built_in) = &operation.behaviour else {
            continue;
        };
        for outcome in &built_in.outcomes {
            let arm = outcome.arm.map(|arm| &mut operation.answer.arms[arm].body);
            if let Some(ArmBody::Object(fields)) = arm {
                sort(fields, outcome.outcome.fields);
            }
        }
    }
}

/// Fields that only the spec knows stay absent, and stand behind.
fn sort(fields: &mut [Field], order: &[DomainField]) {
    fields.sort_by_key(|field| {
        let place = order
            .iter()
            .position(|known| known.wire == field.name.wire());
        place.unwrap_or(order.len())
    });
}
