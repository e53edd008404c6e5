//! What is to be generated, free of OpenAPI and of any output language.
//!
//! Invariants, which `lower` establishes and `emit` relies on:
//!
//! - every [`ModelId`] is an index into [`Api::models`], every [`ConstraintsId`] into [`Api::constraints`];
//! - every name was made by `name::Namer`: valid in Rust and TypeScript, no keyword, unique in its scope;
//! - a union of a request has a tag with distinct literals, or members that their required keys, or literals
//!   of these, tell apart; one of
//!   answers alone has a tag with distinct literals, or none;
//! - no two routes conflict: same method and path only with different [`Operation::recipe`]s;
//! - order is the order of the spec; no `$ref` is left;
//! - *optional* (the key may be missing) and *nullable* (the value may be `null`) are separate;
//! - no `syn`, `serde_json` or template type appears here.

mod constraint;
mod model;
mod operation;
mod walk;

pub(crate) use constraint::{Alternative, Constraint, Constraints, ConstraintsId, Number};
pub(crate) use model::{Field, Format, Model, ModelId, Scalar, Shape, Type, UnionVariant};
pub(crate) use operation::{
    Answer, Arm, ArmBody, Auth, Behaviour, Body, BodyEncoding, BodyForm, BuiltIn, Matched, Method,
    Operation, OutcomeArm, Param, ParamPlace, Segment, Statuses, Style,
};

use crate::app_info::AppInfo;
pub(crate) use crate::catalog::Tenancy;

/// Everything that one spec and one appInfo decide.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    /// `info.title`.
    pub(crate) title: String,
    /// `info.version`.
    pub(crate) version: String,
    /// `info.description`, may be empty.
    pub(crate) docs: String,
    /// The name of the spec file, for the header of generated files (`auth.yaml`, no folder).
    pub(crate) spec_name: String,
    /// The appInfo defaults that are generated in.
    pub(crate) app_info: AppInfo,
    /// The data types, in the order in which the spec first needs them.
    pub(crate) models: Vec<Model>,
    /// What requests of custom operations must keep to beyond their types.
    pub(crate) constraints: Vec<Constraints>,
    /// The operations, in spec order.
    pub(crate) operations: Vec<Operation>,
    /// The recipes that the description names, beside those of its operations: sorted, each once.
    pub(crate) recipes: Vec<&'static str>,
}

impl Api {
    /// The model behind an id.
    pub(crate) fn model(&self, id: ModelId) -> &Model {
        &self.models[id.0]
    }

    /// The constraints behind an id.
    pub(crate) fn constraints_of(&self, id: ConstraintsId) -> &Constraints {
        &self.constraints[id.0]
    }

    /// Leaves what is beyond types to the methods of the application.
    pub(crate) fn drop_constraints(&mut self) {
        self.constraints.clear();
        for operation in &mut self.operations {
            let params = operation.params.iter_mut();
            params.for_each(|param| param.constraints = None);
            let forms = operation.forms_mut();
            forms.for_each(|form| form.constraints = None);
        }
    }

    /// Whether an operation has the built-in behaviour of this name.
    pub(crate) fn has(&self, behaviour: &str) -> bool {
        self.operations.iter().any(|operation| {
            matches!(&operation.behaviour, Behaviour::BuiltIn(built_in) if built_in.behaviour.name == behaviour)
        })
    }
}
