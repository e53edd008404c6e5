//! The operations of the spec: where each is, who implements it, what it takes and answers.

use super::behaviours::{self, Choice};
use super::node::Node;
use super::paths::{Bases, Place};
use super::security::Schemes;
use super::{Lowering, answers, bodies, params};
use crate::app_info::AppInfo;
use crate::catalog;
use crate::ir::Behaviour;
use crate::ir::{Method, Operation, Segment, Tenancy};
use crate::name::{FnName, Namer, TypeName, VariantName};

/// An operation after the first round.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    /// The operation object.
    pub(super) node: Node<'d>,
    /// Pointer of the path item; its key is the path.
    pub(super) path_pointer: String,
    /// The path item.
    pub(super) path_item: Node<'d>,
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
        let mut route = String::new();
        for segment in &self.place.segments {
            match segment {
                Segment::Literal(text) => route.extend(["/", text]),
                Segment::Param(name) => route.extend(["/{", name, "}"]),
            }
        }
        route
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
    let Some(paths) = lowering.root().get("paths") else {
        return drafts;
    };
    for (path, item) in paths.entries() {
        if path.starts_with("x-") {
            continue;
        }
        let path_pointer = item.pointer.clone();
        let item = lowering.resolve(item);
        let mut place = None;
        for (key, node) in item.entries() {
            let Some((_, method)) = METHODS.iter().find(|(name, _)| *name == key) else {
                continue;
            };
            let place = place
                .get_or_insert_with(|| bases.place(lowering, path, &path_pointer))
                .clone();
            let id = match node.text("operationId") {
                Some(id) => id.to_owned(),
                None => format!("{key} {path}"),
            };
            let choice = behaviours::choose(lowering, &node, &id);
            let type_name = variants.variant(&id);
            lowering
                .types
                .reserve(&format!("{}Params", type_name.as_str()));
            let answer_name = lowering
                .types
                .type_name(&format!("{}Response", type_name.as_str()));
            let draft = Draft {
                recipe: behaviours::recipe(lowering, &node, &choice),
                name: functions.function(&id),
                type_name,
                answer_name,
                node,
                path_pointer: path_pointer.clone(),
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
        docs: docs(&draft.node),
        deprecated: draft.node.is_true("deprecated"),
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
fn docs(node: &Node<'_>) -> String {
    let text = |key| node.text(key).unwrap_or_default().trim();
    match (text("summary"), text("description")) {
        ("", description) => description.to_owned(),
        (summary, "") => summary.to_owned(),
        (summary, description) => format!("{summary}\n\n{description}"),
    }
}
