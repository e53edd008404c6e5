//! The recipes that descriptions name.

use super::{Change, Effect};
use crate::ir::{Api, Behaviour, Operation};

/// Recipes that are removed, and then those that are new. One that the operations of a description bring by
/// themselves has no change of its own.
pub(super) fn compare(old: &Api, new: &Api) -> Vec<Change> {
    let removed = of(old).filter(|recipe| !has(new, recipe));
    let removed = removed.map(|recipe| {
        // Claims of a recipe are read by released clients.
        let text = format!(
            "the server is built without the recipe `{recipe}`: its functions, its settings and its claims are gone"
        );
        change(Effect::Breaking, "recipe-removed", text)
    });
    let added = of(new).filter(|recipe| !has(old, recipe));
    let added = added.map(|recipe| {
        let text = format!("the server is built with the recipe `{recipe}`");
        change(Effect::Compatible, "recipe-added", text)
    });
    removed.chain(added).collect()
}

fn of(api: &Api) -> impl Iterator<Item = &'static str> {
    api.recipes.iter().copied()
}

/// Whether a description has a recipe, by name or by an operation.
fn has(api: &Api, recipe: &str) -> bool {
    let mut operations = api.operations.iter();
    let is_of_recipe = |operation: &Operation| matches!(&operation.behaviour, Behaviour::BuiltIn(known) if known.behaviour.module == recipe);
    api.recipes.contains(&recipe) || operations.any(is_of_recipe)
}

fn change(effect: Effect, code: &'static str, text: String) -> Change {
    Change {
        effect,
        code,
        text,
        operations: Vec::new(),
    }
}
