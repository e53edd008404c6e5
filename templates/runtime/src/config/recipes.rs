//! The settings of recipes, by the names of their variables.
//!
//! The table of a recipe ([`variables::OF_RECIPES`]) says which there are and what they may be set to; what a
//! value means is said by the recipe. What is set for a recipe that the program is built without is refused: a
//! protection that is not there must not be taken for one that is.

use std::collections::BTreeMap;

use super::Env;
use super::variables::{self, AskedBy, OfRecipe, Variable};

/// What recipes are set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecipeSettings(BTreeMap<&'static str, String>);

impl RecipeSettings {
    /// The value of a variable; the first of its choices where it is not set, empty where there are none.
    pub fn get(&self, name: &str) -> &str {
        let default = || variable(name).and_then(|(_, known)| known.choices.first().copied());
        match self.0.get(name) {
            Some(value) => value,
            None => default().unwrap_or_default(),
        }
    }

    /// Sets a variable, as the environment would.
    ///
    /// # Panics
    /// No recipe that the program is built with has a variable of this name, or it cannot have this value: a
    /// mistake in the program.
    pub fn set(&mut self, name: &str, value: &str) {
        let known = variable(name);
        let (recipe, known) = known.unwrap_or_else(|| panic!("{name} is no variable of a recipe"));
        if let Err(message) = check(recipe, known, value) {
            panic!("{name}: {message}");
        }
        self.0.insert(known.name, value.to_owned());
    }

    /// Reads the variables of all recipes.
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        let mut settings = Self::default();
        for (recipe, variable) in all() {
            let Some(value) = env.text(variable.name) else {
                continue;
            };
            match check(recipe, variable, &value) {
                Ok(()) => {
                    settings.0.insert(variable.name, value);
                }
                Err(message) => env.wrong(variable.name, &message),
            }
        }
        settings
    }
}

fn all() -> impl Iterator<Item = (&'static OfRecipe, &'static Variable)> {
    let recipes = variables::OF_RECIPES.iter();
    recipes.flat_map(|recipe| recipe.variables.iter().map(move |known| (recipe, known)))
}

fn variable(name: &str) -> Option<(&'static OfRecipe, &'static Variable)> {
    all().find(|(_, known)| known.name == name)
}

fn check(recipe: &OfRecipe, variable: &Variable, value: &str) -> Result<(), String> {
    if !recipe.is_built {
        return Err(not_built(recipe));
    }
    if variable.choices.is_empty() || variable.choices.contains(&value) {
        return Ok(());
    }
    Err(format!("must be one of {}", variable.choices.join(", ")))
}

/// What is wrong with a setting of a recipe that is not there, and the cure.
fn not_built(
    OfRecipe {
        recipe, asked_by, ..
    }: &OfRecipe,
) -> String {
    let asked_by = match asked_by {
        AskedBy::Operation(operation) => {
            format!("an operation of the recipe, such as `{operation}`")
        }
        AskedBy::Answer(statuses) => format!("an answer such as `{}`", statuses.join("`, `")),
        AskedBy::Name => format!("`x-auth-gen: {{ recipes: [{recipe}] }}`"),
    };
    format!(
        "this program is built without the recipe `{recipe}`: turn on the feature `{recipe}` of auth-runtime, \
         as auth-gen does for a description with {asked_by}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_of_a_recipe_that_is_not_built_in_is_refused_with_the_cure() {
        let mut variables = all().map(|(_, variable)| variable);
        let variable = variables.find(|variable| !variable.choices.is_empty());
        let variable = variable.expect("recipes have variables with choices");
        for (asked_by, part) in [
            (
                AskedBy::Operation("createTotpDevice"),
                "operation of the recipe, such as `createTotpDevice`",
            ),
            (AskedBy::Answer(&["A", "B"]), "an answer such as `A`, `B`"),
            (
                AskedBy::Name,
                "a description with `x-auth-gen: { recipes: [totp] }`",
            ),
        ] {
            let recipe = OfRecipe {
                recipe: "totp",
                asked_by,
                is_built: false,
                variables: &[],
            };
            for value in [variable.choices[0], "nonsense"] {
                let refusal = check(&recipe, variable, value).expect_err("it is refused");
                for part in ["feature `totp` of auth-runtime", part] {
                    assert!(refusal.contains(part), "{refusal}");
                }
            }
        }
    }

    #[test]
    fn all_recipes_of_the_table_are_built_where_all_recipes_are() {
        for recipe in variables::OF_RECIPES {
            assert_eq!(recipe.is_built, cfg!(feature = "recipes"), "{recipe:?}");
        }
    }
}
