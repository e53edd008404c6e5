//! What can only be said of models once all operations are known: who needs them, and which hold themselves.

use std::collections::BTreeSet;

use crate::ir::{Constraints, ConstraintsId, Model, ModelId, Operation, Shape, Type};

/// Drops what no operation needs, numbers the rest again in the same order, and fills in
/// `in_requests`, `in_answers` and `cycle`.
pub(super) fn complete(mut models: Vec<Model>, operations: &mut [Operation]) -> Vec<Model> {
    let mut answered = Vec::new();
    for operation in operations.iter() {
        for ty in operation.answer_types() {
            models_of(ty, &mut answered);
        }
    }
    for id in asked(&models, operations) {
        models[id.0].in_requests = true;
    }
    for id in reach(&models, answered) {
        models[id.0].in_answers = true;
    }
    number_cycles(&mut models);

    let mut numbers = Vec::new();
    let mut next = 0;
    for model in &models {
        numbers.push(ModelId(next));
        next += usize::from(model.in_requests || model.in_answers);
    }
    models.retain(|model| model.in_requests || model.in_answers);
    for model in &mut models {
        for ty in model.shape.types_mut() {
            renumber(ty, &numbers);
        }
    }
    for operation in operations {
        for ty in operation.types_mut() {
            renumber(ty, &numbers);
        }
    }
    models
}

/// The models that a request needs.
pub(super) fn asked(models: &[Model], operations: &[Operation]) -> BTreeSet<ModelId> {
    let mut asked = Vec::new();
    for operation in operations {
        for ty in operation.request_types() {
            models_of(ty, &mut asked);
        }
    }
    reach(models, asked).into_iter().collect()
}

/// Puts the constraints of bodies and parameters in the place of the numbers that stood for them.
pub(super) fn name_constraints(
    (constraints, roots): (Vec<Constraints>, Vec<Option<ConstraintsId>>),
    operations: &mut [Operation],
) -> Vec<Constraints> {
    for operation in operations {
        let named = |id: Option<ConstraintsId>| id.and_then(|root| roots[root.0]);
        for param in &mut operation.params {
            param.constraints = named(param.constraints);
        }
        for form in operation.forms_mut() {
            form.constraints = named(form.constraints);
        }
    }
    constraints
}

/// The models that a type names, through lists and maps too.
fn models_of(ty: &Type, into: &mut Vec<ModelId>) {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => models_of(inner, into),
        Type::Model(id) => into.push(*id),
        Type::Bool | Type::Int | Type::Float | Type::String(_) | Type::Literal(..) | Type::Json => {
        }
    }
}

/// Everything that can be reached from some models, themselves included.
fn reach(models: &[Model], mut todo: Vec<ModelId>) -> Vec<ModelId> {
    let mut seen = vec![false; models.len()];
    let mut reached = Vec::new();
    while let Some(id) = todo.pop() {
        if std::mem::replace(&mut seen[id.0], true) {
            continue;
        }
        reached.push(id);
        for ty in models[id.0].shape.types() {
            models_of(ty, &mut todo);
        }
    }
    reached
}

/// Gives a type its models' new numbers.
fn renumber(ty: &mut Type, numbers: &[ModelId]) {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Nullable(inner) => renumber(inner, numbers),
        Type::Model(id) => *id = numbers[id.0],
        Type::Bool | Type::Int | Type::Float | Type::String(_) | Type::Literal(..) | Type::Json => {
        }
    }
}

/// Numbers the cycles of models that hold themselves directly, through others too: Tarjan's strongly connected
/// components, with a stack of its own because a spec may nest deeply.
fn number_cycles(models: &mut [Model]) {
    let edges: Vec<Vec<usize>> = models.iter().map(|model| held(&model.shape)).collect();
    let mut index = vec![usize::MAX; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut on_stack = vec![false; edges.len()];
    let mut stack = Vec::new();
    let (mut count, mut cycles) = (0, 0);
    for start in 0..edges.len() {
        if index[start] != usize::MAX {
            continue;
        }
        let mut walk = vec![(start, 0)];
        while let Some((node, edge)) = walk.pop() {
            if edge == 0 {
                index[node] = count;
                low[node] = count;
                count += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&next) = edges[node].get(edge) {
                walk.push((node, edge + 1));
                if index[next] == usize::MAX {
                    walk.push((next, 0));
                } else if on_stack[next] {
                    low[node] = low[node].min(index[next]);
                }
                continue;
            }
            if let Some((above, _)) = walk.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == index[node] {
                let at = stack.iter().rposition(|other| *other == node).unwrap_or(0);
                let component = stack.split_off(at);
                let is_cycle = component.len() > 1 || edges[node].contains(&node);
                for member in component {
                    on_stack[member] = false;
                    models[member].cycle = is_cycle.then_some(cycles);
                }
                cycles += usize::from(is_cycle);
            }
        }
    }
}

/// The models that a value holds directly: lists and maps keep theirs elsewhere.
fn held(shape: &Shape) -> Vec<usize> {
    let types = match shape {
        // Other keys stand in a map.
        Shape::Struct { fields, .. } => fields.iter().map(|field| &field.ty).collect(),
        other => other.types(),
    };
    let types = types.into_iter();
    types
        .filter_map(|ty| match ty {
            Type::Model(id) => Some(id.0),
            _ => None,
        })
        .collect()
}
