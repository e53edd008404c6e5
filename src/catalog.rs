//! The built-in behaviours: the contracts that the runtime's recipes write down, compiled in.
//!
//! A contract says which operations it answers to, what it needs of the spec, and what it can answer.
//! `lower` checks the spec against it; `emit` turns each [`Outcome`] into an arm
//! of the answer.

/// The contracts of each recipe: the very files of the runtime. `build.rs` finds them.
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the runtime uses more of these files than the generator"
)]
pub(crate) mod recipes {
    include!(concat!(env!("OUT_DIR"), "/contracts.rs"));
}

pub(crate) use crate::contract::{
    BodyKind, Class, Contract, DomainField, DomainStruct, DomainType, Outcome, Tenancy,
};

/// All built-in behaviours, recipe by recipe.
pub(crate) fn behaviours() -> impl Iterator<Item = &'static Contract> + Clone {
    let recipes = recipes::RECIPES.iter();
    recipes.flat_map(|contracts| contracts.iter().copied())
}

/// The behaviour that `x-auth-gen` calls by this name.
pub(crate) fn by_name(name: &str) -> Option<&'static Contract> {
    behaviours().find(|behaviour| behaviour.name == name)
}

/// The behaviour that this operationId belongs to.
pub(crate) fn by_operation_id(id: &str) -> Option<&'static Contract> {
    behaviours().find(|behaviour| behaviour.operation_ids.contains(&id))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_and_an_operation_id_mean_one_behaviour() {
        let mut names = BTreeSet::new();
        for behaviour in behaviours() {
            for name in [&behaviour.name].into_iter().chain(behaviour.operation_ids) {
                assert!(names.insert(*name), "`{name}` is used twice");
            }
        }
        assert!(names.len() > 18, "{names:?}");
    }
}
