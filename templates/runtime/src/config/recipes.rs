//! The settings of recipes, by the names of their variables.
//!
//! The table of a recipe ([`variables::OF_RECIPES`]) says which there are and what they may be set to; what a
//! value means is said by the recipe.

use std::collections::BTreeMap;

use super::Env;
use super::variables::{self, Variable};

/// What recipes are set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecipeSettings(BTreeMap<&'static str, String>);

impl RecipeSettings {
    /// The value of a variable; the first of its choices where it is not set, empty where there are none.
    pub fn get(&self, name: &str) -> &str {
        let default = || variable(name).and_then(|known| known.choices.first().copied());
        match self.0.get(name) {
            Some(value) => value,
            None => default().unwrap_or_default(),
        }
    }

    /// Sets a variable, as the environment would.
    ///
    /// # Panics
    /// No recipe has a variable of this name, or it cannot have this value: a mistake in the program.
    pub fn set(&mut self, name: &str, value: &str) {
        let known = variable(name);
        let known = known.unwrap_or_else(|| panic!("{name} is no variable of a recipe"));
        if let Err(message) = check(known, value) {
            panic!("{name}: {message}");
        }
        self.0.insert(known.name, value.to_owned());
    }

    /// Reads the variables of all recipes.
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        let mut settings = Self::default();
        for variable in variables::OF_RECIPES.iter().copied().flatten() {
            let Some(value) = env.text(variable.name) else {
                continue;
            };
            match check(variable, &value) {
                Ok(()) => {
                    settings.0.insert(variable.name, value);
                }
                Err(message) => env.wrong(variable.name, &message),
            }
        }
        settings
    }
}

fn variable(name: &str) -> Option<&'static Variable> {
    let mut all = variables::OF_RECIPES.iter().copied().flatten();
    all.find(|known| known.name == name)
}

fn check(variable: &Variable, value: &str) -> Result<(), String> {
    if variable.choices.is_empty() || variable.choices.contains(&value) {
        return Ok(());
    }
    Err(format!("must be one of {}", variable.choices.join(", ")))
}
