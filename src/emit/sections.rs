//! The order of the data types, for every target: each stands with the operation that needs it first.

use std::collections::BTreeSet;

use crate::ir::{Api, ArmBody, Behaviour, Field, ModelId, Operation, Shape, Type};

/// Which operations need which models.
pub(super) struct Sections {
    /// For each model, the operations that need it, in spec order.
    users: Vec<Vec<usize>>,
    /// The models that an answer of the application's own operations needs: its code makes values of them.
    constructed: BTreeSet<ModelId>,
}

impl Sections {
    pub(super) fn of(api: &Api) -> Self {
        let mut users = vec![Vec::new(); api.models.len()];
        let mut constructed = BTreeSet::new();
        for (index, operation) in api.operations.iter().enumerate() {
            let mut reached = BTreeSet::new();
            for ty in types(operation) {
                reach(api, ty, &mut reached);
            }
            for ModelId(model) in reached {
                users[model].push(index);
            }
            if matches!(operation.behaviour, Behaviour::Custom(_)) {
                for ty in answer_types(operation) {
                    reach(api, ty, &mut constructed);
                }
            }
        }
        Self { users, constructed }
    }

    /// Whether the application makes values of the model.
    pub(super) fn is_constructed(&self, model: ModelId) -> bool {
        self.constructed.contains(&model)
    }

    /// The models that the operation is the first to need, in the order of the spec.
    pub(super) fn models(&self, operation: usize) -> Vec<ModelId> {
        self.with_first_user(Some(operation))
    }

    /// The models that no operation needs.
    pub(super) fn unused(&self) -> Vec<ModelId> {
        self.with_first_user(None)
    }

    /// The one operation that needs the model.
    pub(super) fn only_user(&self, ModelId(model): ModelId) -> Option<usize> {
        match self.users[model].as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn with_first_user(&self, operation: Option<usize>) -> Vec<ModelId> {
        let models = 0..self.users.len();
        models
            .filter(|model| self.users[*model].first().copied() == operation)
            .map(ModelId)
            .collect()
    }
}

/// The heading above an operation where another recipe begins; none where there is but one.
pub(super) fn heading(api: &Api, operation: usize) -> Option<String> {
    let recipe = |operation: &Operation| match operation.recipe.as_str() {
        "" => "other".to_owned(),
        recipe => recipe.to_owned(),
    };
    let own = recipe(&api.operations[operation]);
    let several = api.operations.iter().any(|other| recipe(other) != own);
    let begins = operation == 0 || recipe(&api.operations[operation - 1]) != own;
    (several && begins).then(|| format!("// ----- {own} -----"))
}

/// The types that an operation spells out.
fn types(operation: &Operation) -> impl Iterator<Item = &Type> {
    let params = operation.params.iter().map(|param| &param.field.ty);
    let body = operation.body.iter().map(|body| &body.ty);
    params.chain(body).chain(answer_types(operation))
}

/// The types that its answer spells out.
fn answer_types(operation: &Operation) -> impl Iterator<Item = &Type> {
    operation.answer.arms.iter().flat_map(|arm| {
        let (fields, ty): (&[Field], _) = match &arm.body {
            ArmBody::Object(fields) => (fields, None),
            ArmBody::Json(ty) => (&[], Some(ty)),
            ArmBody::Text | ArmBody::Empty | ArmBody::Redirect => (&[], None),
        };
        fields.iter().map(|field| &field.ty).chain(ty)
    })
}

fn reach(api: &Api, ty: &Type, reached: &mut BTreeSet<ModelId>) {
    let id = match ty {
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => {
            return reach(api, inner, reached);
        }
        Type::Model(id) => *id,
        Type::Bool | Type::Int | Type::Float | Type::String(_) | Type::Json => return,
    };
    if !reached.insert(id) {
        return;
    }
    match &api.model(id).shape {
        Shape::Struct { fields, rest } => {
            let fields = fields.iter().map(|field| &field.ty);
            fields
                .chain(rest)
                .for_each(|inner| reach(api, inner, reached));
        }
        Shape::Union { variants, .. } => variants
            .iter()
            .flat_map(|variant| &variant.fields)
            .for_each(|field| reach(api, &field.ty, reached)),
        Shape::Enum { .. } => {}
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
            .flat_map(|operation| sections.models(operation))
            .chain(sections.unused())
            .collect();
        all.sort();
        let models: Vec<ModelId> = (0..api.models.len()).map(ModelId).collect();
        assert_eq!(all, models);
    }

    #[test]
    fn headings_tell_recipes_apart() {
        let mut api = sample::api();
        assert_eq!(heading(&api, 0), None);
        api.operations[1].recipe = "folders".to_owned();
        let headings = (0..3).map(|operation| heading(&api, operation));
        let expected = ["// ----- other -----", "// ----- folders -----"];
        let headings: Vec<String> = headings.flatten().collect();
        assert_eq!(headings, [expected[0], expected[1], expected[0]]);
    }
}
