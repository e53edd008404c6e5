//! The literals that tell one object from another.

use serde_json::Value;

use super::{Member, Object, core};
use crate::lower::Lowering;
use crate::lower::node::Node;

/// Gives the members that one alternative came to the literal of the union's `discriminator`.
pub(super) fn discriminate<'d>(
    lowering: &Lowering<'d>,
    union: &Node<'d>,
    key: &str,
    index: usize,
    members: &mut [Member<'d>],
) {
    let Some(discriminator) = union.get("discriminator") else {
        return;
    };
    let Some(property) = discriminator.text("propertyName") else {
        return;
    };
    let Some(reference) = union
        .get(key)
        .and_then(|list| list.value.get(index))
        .and_then(|part| part.get("$ref"))
        .and_then(Value::as_str)
    else {
        return;
    };
    let component = reference.rsplit('/').next().unwrap_or(reference);
    let mapping = discriminator.get("mapping");
    let mapped = mapping.iter().flat_map(Node::entries).find(|(_, target)| {
        let target = target.value.as_str();
        target == Some(reference) || target == Some(component)
    });
    let literal = mapped.map_or(component, |(literal, _)| literal).to_owned();
    for member in members {
        let Member::Object(object) = member else {
            continue;
        };
        // A property that lists its literals says it better.
        let listed = object
            .properties
            .get(property)
            .is_some_and(|known| !literals(lowering, &known.node).is_empty());
        if !listed {
            object.discriminated = Some((property, literal.clone()));
        }
    }
}

/// The literals that a schema allows, when it is a closed list of strings.
pub(in crate::lower) fn literals(lowering: &Lowering<'_>, node: &Node<'_>) -> Vec<String> {
    let (node, _) = core(lowering, node.clone());
    let Some(values) = node.value.get("enum").and_then(Value::as_array) else {
        return Vec::new();
    };
    let texts: Vec<String> = values
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    if texts.len() == values.len() {
        texts
    } else {
        Vec::new()
    }
}

impl Object<'_> {
    /// The literals of one key that tell this object from others.
    pub(in crate::lower) fn literals_of(&self, lowering: &Lowering<'_>, key: &str) -> Vec<String> {
        if let Some((property, literal)) = &self.discriminated
            && *property == key
        {
            return vec![literal.clone()];
        }
        self.properties
            .get(key)
            .map_or(Vec::new(), |property| literals(lowering, &property.node))
    }

    /// What it says about itself.
    pub(in crate::lower) fn docs(&self) -> String {
        self.node.docs()
    }
}
