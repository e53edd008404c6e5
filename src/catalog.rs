//! The built-in behaviours: the contracts that the runtime's recipes write down, compiled in.
//!
//! A contract says which operations it answers to, what it needs of the spec, and what it can answer.
//! `lower` checks the spec against it; `emit` turns each [`Outcome`] into an arm
//! of the answer.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};

/// The manifest of the runtime. It stands outside of `templates/runtime`: a nested `Cargo.toml` would drop
/// that folder from the published package.
pub(crate) const RUNTIME_MANIFEST: &str = include_str!("../templates/crate/runtime.toml");

/// The Cargo features of the runtime, each with what it turns on, as its manifest has them.
static FEATURES: LazyLock<Vec<(String, Vec<String>)>> = LazyLock::new(|| {
    let manifest = DeTable::parse(RUNTIME_MANIFEST).expect("it is TOML: Cargo reads it");
    let table = manifest.get_ref().get("features");
    let table = table.and_then(|table| table.get_ref().as_table());
    let texts = |list: &DeValue<'_>| {
        let entries = list.as_array().into_iter().flatten();
        let texts = entries.filter_map(|entry| entry.get_ref().as_str());
        texts.map(str::to_owned).collect()
    };
    let features = table.into_iter().flatten();
    features
        .map(|(name, list)| (name.get_ref().to_string(), texts(list.get_ref())))
        .collect()
});

/// Features that stand for several others.
const GROUPS: &[&str] = &["default", "recipes"];

/// The names of the Cargo features of the runtime that a server can be built with: what it may do without, and a
/// feature for each recipe but those that the core itself serves.
pub(crate) fn features() -> impl Iterator<Item = &'static str> {
    let names = FEATURES.iter().map(|(name, _)| name.as_str());
    names.filter(|name| !GROUPS.contains(name))
}

/// The names of the recipes that a server can be built with, which are those of their features.
pub(crate) fn recipe_features() -> impl Iterator<Item = &'static str> + Clone {
    let recipes = FEATURES.iter().find(|(name, _)| name == "recipes");
    let recipes = recipes.into_iter().flat_map(|(_, recipes)| recipes);
    recipes.map(String::as_str)
}

/// Features with all that they build on.
pub(crate) fn with_those_below(features: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let mut all = features.clone();
    let mut new: Vec<&str> = features.iter().copied().collect();
    while let Some(feature) = new.pop() {
        let turns_on = FEATURES.iter().find(|(name, _)| name == feature);
        for below in turns_on.into_iter().flat_map(|(_, below)| below) {
            let below = self::features().find(|name| name == below);
            new.extend(below.filter(|below| all.insert(below)));
        }
    }
    all
}

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

    #[test]
    fn a_recipe_has_a_feature_unless_the_core_serves_it() {
        let features: BTreeSet<&str> = features().collect();
        for behaviour in behaviours() {
            let is_of_the_core = ["session", "jwt", "openid"].contains(&behaviour.module);
            let has_feature = features.contains(behaviour.module);
            assert_eq!(has_feature, !is_of_the_core, "{}", behaviour.module);
        }
        for core in ["otel", "passwords", "postgres", "smtp"] {
            assert!(features.contains(core), "{features:?}");
        }
    }

    #[test]
    fn a_feature_brings_those_that_it_builds_on() {
        let reset =
            behaviours().find(|behaviour| behaviour.operation_ids.contains(&"resetPassword"));
        let reset = reset.expect("it is built in").module;
        let sign_in = by_operation_id("signIn").expect("it is built in").module;
        let expected = BTreeSet::from([reset, sign_in, "messages", "passwords"]);
        assert_eq!(with_those_below(&BTreeSet::from([reset])), expected);
    }
}
