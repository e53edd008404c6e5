//! The operations of the spec: where each is, who implements it, what it takes and answers.

use openapiv3::PathItem;

use super::behaviours::{self, Choice};
use super::paths::{Bases, Place};
use super::security::Schemes;
use super::{Lowering, answers, bodies, params, text};
use crate::app_info::AppInfo;
use crate::catalog;
use crate::ir::Behaviour;
use crate::ir::{Method, Operation, Segment, Tenancy};
use crate::name::{FnName, Namer, TypeName, VariantName};
use crate::spec::at::At;

/// An operation after the first round.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    /// The operation as the spec has it.
    pub(super) spec: At<&'d openapiv3::Operation>,
    /// The path item; its key is the path.
    pub(super) path_item: At<&'d PathItem>,
    pub(super) method: Method,
    pub(super) place: Place,
    /// `operationId`, or a name made of method and path.
    pub(super) id: String,
    pub(super) name: FnName,
    pub(super) type_name: VariantName,
    pub(super) answer_name: TypeName,
    /// Recipe id; empty when unknown.
    pub(super) recipe: String,
    pub(super) choice: Choice,
}

/// The methods of a path item.
const METHODS: &[(&str, Method)] = &[
    ("get", Method::Get),
    ("put", Method::Put),
    ("post", Method::Post),
    ("delete", Method::Delete),
    ("options", Method::Options),
    ("head", Method::Head),
    ("patch", Method::Patch),
    ("trace", Method::Trace),
];

impl Draft<'_> {
    /// `POST`.
    pub(super) fn method_name(&self) -> String {
        let (name, _) = METHODS
            .iter()
            .find(|(_, method)| *method == self.method)
            .expect("every method is in the table");
        name.to_uppercase()
    }

    /// `/users/{id}`, without base path and tenant.
    pub(super) fn route(&self) -> String {
        Segment::route(&self.place.segments)
    }

    /// The built-in behaviour, if there is one.
    pub(super) fn built_in(&self) -> Option<&'static catalog::Behaviour> {
        match self.choice {
            Choice::BuiltIn(behaviour, _) => Some(behaviour),
            Choice::Custom(_) => None,
        }
    }
}

/// First round: all operations in the order of the spec.
pub(super) fn collect<'d>(lowering: &mut Lowering<'d>, app_info: &AppInfo) -> Vec<Draft<'d>> {
    let bases = Bases::read(lowering, app_info);
    let mut functions = Namer::default();
    let mut variants = Namer::default();
    let mut drafts = Vec::new();
    let document = lowering.document;
    let root = At::new("", &document.api);
    for (path, item) in root.entries("paths", &root.value.paths.paths) {
        let path_item = item.value.as_item().expect("parse() refuses references");
        let item = At::new(item.pointer, path_item);
        let mut place = None;
        // The types have the methods in an order of their own.
        for key in document.spans.keys(&item.pointer) {
            let mut operations = item.value.iter();
            let operation = operations.find(|(name, _)| *name == key);
            let method = METHODS.iter().find(|(name, _)| *name == key);
            let (Some((_, operation)), Some((_, method))) = (operation, method) else {
                continue;
            };
            let spec = item.under(key, operation);
            let place = place
                .get_or_insert_with(|| bases.place(lowering, path, &item.pointer))
                .clone();
            let id = match &operation.operation_id {
                Some(id) => id.clone(),
                None => format!("{key} {path}"),
            };
            let choice = behaviours::choose(lowering, &spec, &id);
            let type_name = variants.variant(&id);
            lowering
                .types
                .reserve(&format!("{}Params", type_name.as_str()));
            let answer_name = lowering
                .types
                .type_name(&format!("{}Response", type_name.as_str()));
            let draft = Draft {
                recipe: behaviours::recipe(lowering, &spec, &choice),
                name: functions.function(&id),
                type_name,
                answer_name,
                spec,
                path_item: item.clone(),
                method: *method,
                place,
                id,
                choice,
            };
            drafts.push(draft);
        }
    }
    drafts
}

/// Third round: everything else about them.
pub(super) fn finish<'d>(
    lowering: &mut Lowering<'d>,
    drafts: Vec<Draft<'d>>,
    schemes: &Schemes,
) -> Vec<Operation> {
    drafts
        .into_iter()
        .map(|draft| finish_one(lowering, draft, schemes))
        .collect()
}

/// One operation.
fn finish_one<'d>(lowering: &mut Lowering<'d>, draft: Draft<'d>, schemes: &Schemes) -> Operation {
    let built_in = draft.built_in();
    let auth = schemes.of(lowering, &draft);
    let params = params::lower(lowering, &draft);
    let body = bodies::lower(lowering, &draft);
    let (answer, outcomes) = answers::lower(lowering, &draft);
    let behaviour = match draft.choice {
        Choice::BuiltIn(behaviour, matched) => Behaviour::BuiltIn(crate::ir::BuiltIn {
            behaviour,
            outcomes,
            matched,
        }),
        Choice::Custom(matched) => Behaviour::Custom(matched),
    };
    let tenancy = match built_in.map(|behaviour| behaviour.tenancy) {
        Some(catalog::Tenancy::Tenant) => Tenancy::Tenant,
        Some(catalog::Tenancy::Ignored) => Tenancy::Ignored,
        None if draft.place.tenant => Tenancy::Tenant,
        None => Tenancy::None,
    };
    Operation {
        docs: docs(draft.spec.value),
        deprecated: draft.spec.value.deprecated,
        id: draft.id,
        name: draft.name,
        type_name: draft.type_name,
        method: draft.method,
        path: draft.place.segments,
        outside_base: draft.place.outside_base,
        tenancy,
        recipe: draft.recipe,
        auth,
        params,
        body,
        answer,
        behaviour,
    }
}

/// `summary` and `description`.
fn docs(operation: &openapiv3::Operation) -> String {
    let summary = text(operation.summary.as_ref());
    match (summary, text(operation.description.as_ref())) {
        ("", description) => description.to_owned(),
        (summary, "") => summary.to_owned(),
        (summary, description) => format!("{summary}\n\n{description}"),
    }
}
