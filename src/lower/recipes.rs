//! The recipes that the description names itself: those without operations, and those whose functions the application calls.

use serde_json::Value;

use super::behaviours::EXTENSION;
use super::context::Context;
use crate::catalog;
use crate::diagnostic::{Diagnostic, closest};
use crate::spec::place::Place;

/// `x-auth-gen: { recipes: […] }` at the root of the description.
pub(super) fn named(cx: &mut Context<'_>) -> Vec<&'static str> {
    let document = cx.document;
    let Some(extension) = &document.extension else {
        return Vec::new();
    };
    let place = Place::root(0).under(EXTENSION);
    let listed = extension.as_object().filter(|keys| keys.len() == 1);
    let listed = listed.and_then(|keys| keys.get("recipes")?.as_array());
    let Some(listed) = listed else {
        refuse(
            cx,
            &place,
            format!("`{EXTENSION}` of the description names no recipes"),
            None,
        );
        return Vec::new();
    };
    let mut recipes = Vec::new();
    for (index, recipe) in listed.iter().enumerate() {
        let name = recipe.as_str().unwrap_or_default();
        if let Some(known) = catalog::recipe_features().find(|known| *known == name) {
            recipes.push(known);
            continue;
        }
        let title = match recipe {
            Value::String(name) => format!("there is no recipe `{name}`"),
            _ => "the name of a recipe is a text".to_owned(),
        };
        let near = closest(name, catalog::recipe_features());
        refuse(cx, &place.under("recipes").item(index), title, near);
    }
    recipes.sort_unstable();
    recipes.dedup();
    recipes
}

fn refuse(cx: &mut Context<'_>, place: &Place, title: String, near: Option<&str>) {
    let label = near.map_or(String::new(), |near| format!("did you mean `{near}`?"));
    let known: Vec<&str> = catalog::recipe_features().collect();
    let diagnostic = Diagnostic::error("unknown-recipe", title)
        .at(cx.at(place), label)
        .help(format!(
            "write `{EXTENSION}: {{ recipes: [{}] }}`, or another list of these: {}",
            known.last().copied().unwrap_or_default(),
            known.join(", ")
        ));
    cx.report(diagnostic);
}
