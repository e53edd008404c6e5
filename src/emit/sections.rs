//! The order of the data types, for every target: each stands with the operation that needs it first.

use crate::ir::{Api, Behaviour, ModelId, Operation, Type};

/// Which operations need which models, and where another recipe begins.
pub(super) struct Sections {
    /// For each operation, the models that it is the first to need, in the order of the spec.
    first: Vec<Vec<ModelId>>,
    users: Vec<Users>,
    /// For each model, whether an answer of the application's own operations needs it: its code makes values of it.
    constructed: Vec<bool>,
    /// For each model, the operations whose body it is.
    takers: Vec<Vec<usize>>,
    /// Whether there are operations of several recipes.
    has_recipes: bool,
}

/// The operations that need a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Users {
    None,
    /// The index of the operation.
    One(usize),
    Several,
}

impl Sections {
    pub(super) fn of(api: &Api) -> Self {
        let mut users = vec![Users::None; api.models.len()];
        let mut constructed = vec![false; api.models.len()];
        let mut takers = vec![Vec::new(); api.models.len()];
        let mut first = vec![Vec::new(); api.operations.len()];
        for (index, operation) in api.operations.iter().enumerate() {
            // Each model is followed at most twice, by its first user and by the next one: the time is
            // linear in the size of the spec.
            let news = &mut first[index];
            let types = operation.request_types().chain(operation.answer_types());
            reach(api, types, |model| {
                let before = users[model.0];
                users[model.0] = match before {
                    Users::None => {
                        news.push(model);
                        Users::One(index)
                    }
                    Users::One(first) if first == index => before,
                    Users::One(_) | Users::Several => Users::Several,
                };
                users[model.0] != before
            });
            news.sort();
            for form in operation.forms() {
                if let Type::Model(model) = form.ty
                    && takers[model.0].last() != Some(&index)
                {
                    takers[model.0].push(index);
                }
            }
            if matches!(operation.behaviour, Behaviour::Custom(_)) {
                reach(api, operation.answer_types(), |model| {
                    !std::mem::replace(&mut constructed[model.0], true)
                });
            }
        }
        let recipes = api.operations.iter().map(|operation| &operation.recipe);
        let has_recipes = recipes
            .clone()
            .zip(recipes.skip(1))
            .any(|(one, other)| one != other);
        Self {
            first,
            users,
            constructed,
            takers,
            has_recipes,
        }
    }

    /// Whether the application makes values of the model.
    pub(super) fn is_constructed(&self, model: ModelId) -> bool {
        self.constructed[model.0]
    }

    /// The models that the operation is the first to need, in the order of the spec.
    pub(super) fn models(&self, operation: usize) -> &[ModelId] {
        &self.first[operation]
    }

    /// The operations whose body it is.
    pub(super) fn takers<'a>(
        &'a self,
        api: &'a Api,
        model: ModelId,
    ) -> impl Iterator<Item = &'a Operation> {
        self.takers[model.0]
            .iter()
            .map(|index| &api.operations[*index])
    }

    /// The heading above an operation where another recipe begins; none where there is but one.
    pub(super) fn heading(&self, api: &Api, operation: usize) -> Option<String> {
        let own = &api.operations[operation].recipe;
        let begins = operation == 0 || api.operations[operation - 1].recipe != *own;
        let name = if own.is_empty() { "other" } else { own };
        (self.has_recipes && begins).then(|| format!("// ----- {name} -----"))
    }

    /// The models that no operation needs.
    pub(super) fn unused(&self) -> impl Iterator<Item = ModelId> {
        let models = (0..self.users.len()).map(ModelId);
        models.filter(|model| self.users[model.0] == Users::None)
    }

    /// The one operation that needs the model.
    pub(super) fn only_user(&self, model: ModelId) -> Option<usize> {
        match self.users[model.0] {
            Users::One(only) => Some(only),
            Users::None | Users::Several => None,
        }
    }
}

/// Calls `enter` for the models that types need, and follows those for which it is true.
fn reach<'a>(
    api: &'a Api,
    types: impl Iterator<Item = &'a Type>,
    mut enter: impl FnMut(ModelId) -> bool,
) {
    // A stack of its own, because a spec may nest deeply.
    let mut todo: Vec<&Type> = types.collect();
    while let Some(ty) = todo.pop() {
        let id = match ty {
            Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => {
                todo.push(inner);
                continue;
            }
            Type::Model(id) => *id,
            Type::Bool
            | Type::Int
            | Type::Float
            | Type::String(_)
            | Type::Literal(..)
            | Type::Json => continue,
        };
        if enter(id) {
            todo.extend(api.model(id).shape.types());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::sample;

    #[test]
    fn every_model_stands_in_one_place() {
        let api = sample::api();
        let sections = Sections::of(&api);
        let operations = 0..api.operations.len();
        let mut all: Vec<ModelId> = operations
            .flat_map(|operation| sections.models(operation).to_vec())
            .chain(sections.unused())
            .collect();
        all.sort();
        let models: Vec<ModelId> = (0..api.models.len()).map(ModelId).collect();
        assert_eq!(all, models);
    }

    #[test]
    fn headings_tell_recipes_apart() {
        let mut api = sample::api();
        assert_eq!(Sections::of(&api).heading(&api, 0), None);
        api.operations[1].recipe = "folders".to_owned();
        let sections = Sections::of(&api);
        let headings = (0..3).map(|operation| sections.heading(&api, operation));
        let expected = ["// ----- other -----", "// ----- folders -----"];
        let headings: Vec<String> = headings.flatten().collect();
        assert_eq!(headings, [expected[0], expected[1], expected[0]]);
    }
}
