//! Names that only this target has to think of: those that the client's own runtime has taken.

use std::collections::BTreeSet;

use crate::catalog::Contract;
use crate::ir::{Api, Behaviour, ModelId, Operation};

/// Types that the package exports beside the spec's, and global ones that the emitted code uses.
const TAKEN_TYPES: [&str; 21] = [
    "ApiError",
    "ArrayBuffer",
    "AsyncIterable",
    "AuthClient",
    "AuthClientOptions",
    "Blob",
    "CallOptions",
    "ClaimFailure",
    "CreateAuthClientOptions",
    "NetworkError",
    "Omit",
    "Promise",
    "Record",
    "RequestOptions",
    "Session",
    "SessionEvent",
    "TimeoutError",
    "TokenStorage",
    "TokenTransferMethod",
    "Uint8Array",
    "Array",
];

/// Values that the package exports or that `operations.ts` imports.
const TAKEN_FUNCTIONS: [&str; 8] = [
    "call",
    "cookieStorage",
    "createAuthClient",
    "deepObject",
    "forRequest",
    "memoryStorage",
    "receive",
    "segment",
];

/// The names of everything in the package that the spec decides.
pub(super) struct Names {
    models: Vec<String>,
    operations: Vec<OperationNames>,
}

/// The names that belong to one operation.
pub(super) struct OperationNames {
    pub(super) function: String,
    /// `SignUpParams`, where it has parameters.
    pub(super) params: String,
    pub(super) response: String,
}

impl Names {
    pub(super) fn of(api: &Api) -> Self {
        let mut types: BTreeSet<String> = TAKEN_TYPES.map(str::to_owned).into();
        let mut functions: BTreeSet<String> = TAKEN_FUNCTIONS.map(str::to_owned).into();
        let models = api
            .models
            .iter()
            .map(|model| free(&mut types, model.name.as_str(), "Model"))
            .collect();
        // All responses before any parameters: the former stand in the contract of both targets.
        let responses: Vec<String> = api
            .operations
            .iter()
            .map(|operation| free(&mut types, operation.answer.name.as_str(), "Answer"))
            .collect();
        let operations = api
            .operations
            .iter()
            .zip(responses)
            .map(|(operation, response)| OperationNames {
                function: free(&mut functions, operation.name.typescript(), "Operation"),
                params: if operation.params.is_empty() {
                    String::new()
                } else {
                    let name = format!("{}Params", operation.type_name.as_str());
                    free(&mut types, &name, "Of")
                },
                response,
            })
            .collect();
        Self { models, operations }
    }

    /// The name of a model.
    pub(super) fn model(&self, id: ModelId) -> &str {
        &self.models[id.0]
    }

    /// The function for a behaviour, where the spec has that.
    pub(super) fn of_behaviour(&self, api: &Api, behaviour: &Contract) -> Option<&str> {
        let is_it = |operation: &Operation| match &operation.behaviour {
            Behaviour::BuiltIn(built_in) => built_in.behaviour == behaviour,
            Behaviour::Custom(_) => false,
        };
        let index = api.operations.iter().position(is_it)?;
        Some(&self.operations[index].function)
    }

    /// The operations with their names.
    pub(super) fn operations<'a>(
        &'a self,
        api: &'a Api,
    ) -> impl Iterator<Item = (&'a Operation, &'a OperationNames)> {
        api.operations.iter().zip(&self.operations)
    }
}

/// `name`, or `name` with the suffix, or with a number behind that.
fn free(taken: &mut BTreeSet<String>, name: &str, suffix: &str) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        candidate = if number == 1 {
            format!("{name}{suffix}")
        } else {
            format!("{name}{suffix}{number}")
        };
        number += 1;
    }
    candidate
}
