//! The operations of the spec: where each is, and who implements it.

use super::behaviours::{self, Choice};
use super::context::Context;
use super::paths::{self, Bases, Place};
use super::responses::Answered;
use crate::app_info::AppInfo;
use crate::catalog;
use crate::ir::{Method, Segment};
use crate::name::{FnName, Namer, TypeName, VariantName};
use crate::spec::document::Operation;

/// An operation after the first round.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    /// The operation as the spec has it.
    pub(super) spec: &'d Operation,
    pub(super) method: Method,
    pub(super) place: Place,
    /// Path parameters that got the name of another path in the same position: old and new.
    pub(super) renamed: Vec<(String, String)>,
    /// `operationId`, or a name made of method and path.
    pub(super) id: String,
    pub(super) name: FnName,
    pub(super) type_name: VariantName,
    pub(super) answer_name: TypeName,
    /// Recipe id; empty when unknown.
    pub(super) recipe: String,
    pub(super) choice: Choice,
    /// Its documented answers; found in the second round.
    pub(super) answered: Vec<Answered<'d>>,
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
    /// `/users/{id}`, without base path and tenant.
    pub(super) fn route(&self) -> String {
        Segment::route(&self.place.segments)
    }

    /// The name that a path parameter has in the route.
    pub(super) fn param_name<'a>(&'a self, name: &'a str) -> &'a str {
        let mut renamed = self.renamed.iter();
        let new = renamed.find(|(old, _)| old == name);
        new.map_or(name, |(_, new)| new)
    }

    /// The built-in behaviour, if there is one.
    pub(super) fn built_in(&self) -> Option<&'static catalog::Contract> {
        match self.choice {
            Choice::BuiltIn(behaviour, _) => Some(behaviour),
            Choice::Custom(_) => None,
        }
    }
}

/// First round: all operations in the order of the spec.
pub(super) fn collect<'d>(cx: &mut Context<'d>, app_info: &AppInfo) -> Vec<Draft<'d>> {
    let bases = Bases::read(cx, app_info);
    let mut functions = Namer::default();
    let mut variants = Namer::default();
    let mut drafts: Vec<Draft<'d>> = Vec::new();
    let document = cx.document;
    for spec in &document.operations {
        if behaviours::is_left_out(spec) {
            continue;
        }
        let mut methods = METHODS.iter();
        let Some((_, method)) = methods.find(|(name, _)| *name == spec.method) else {
            continue;
        };
        let mut place = match drafts.last() {
            // Operations of one path stand together.
            Some(last) if last.spec.path == spec.path => last.place.clone(),
            _ => bases.place(cx, &spec.path, &spec.path_place),
        };
        paths::correct(cx, spec, &mut place);
        let id = match &spec.id {
            Some(id) => id.clone(),
            None => format!("{} {}", spec.method, spec.path),
        };
        let choice = behaviours::choose(cx, spec, &id);
        let type_name = variants.operation(&id);
        cx.types.reserve(&format!("{}Params", type_name.as_str()));
        let answer_name = cx
            .types
            .type_named(&format!("{}Response", type_name.as_str()));
        drafts.push(Draft {
            recipe: behaviours::recipe(cx.document, spec, &choice),
            name: functions.function(&id),
            type_name,
            answer_name,
            spec,
            method: *method,
            place,
            renamed: Vec::new(),
            id,
            choice,
            answered: Vec::new(),
        });
    }
    drafts
}
