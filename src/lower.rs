//! From the spec to what is to be generated: `Document` + `AppInfo` → [`Api`].
//!
//! Everything that is wrong is reported at once, and an [`Api`] comes out only where nothing is: it
//! keeps the invariants that stand at the top of `ir.rs`. The work goes in three rounds, each linear
//! in the size of the spec:
//!
//! 1. [`operations::collect`]: where each operation is and who implements it;
//! 2. [`contract::claim`]: what the built-in behaviours fill and read, so that their schemas are
//!    understood in one way wherever they occur;
//! 3. [`operations::finish`]: parameters, bodies, answers and the models that they need.

mod answers;
mod behaviours;
mod bodies;
mod contract;
mod fields;
mod members;
mod models;
mod operations;
mod params;
mod paths;
mod requests;
mod routes;
mod schema;
mod security;
mod tolerances;
mod unions;
mod wire_order;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::app_info::AppInfo;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{Api, Model, ModelId};
use crate::name::Namer;
use crate::source::Span;
use crate::spec::Document;
use crate::spec::at::{At, Slot};
use crate::spec::resolve::Component;
use openapiv3::{ReferenceOr, Schema};
use tolerances::{Tolerance, Tolerated};

/// Turns a spec and an appInfo into what is to be generated, and the warnings about it.
pub(crate) fn lower(
    document: &Document,
    app_info: AppInfo,
) -> Result<(Api, Diagnostics), Diagnostics> {
    let mut lowering = Lowering::new(document);
    let drafts = operations::collect(&mut lowering, &app_info);
    routes::check(&mut lowering, &drafts);
    for draft in &drafts {
        contract::claim(&mut lowering, draft);
    }
    let security = security::Schemes::read(&mut lowering, &drafts);
    let mut operations = operations::finish(&mut lowering, drafts, &security);

    let Lowering {
        mut found,
        tolerated,
        models,
        ..
    } = lowering;
    found.extend(tolerated.report());
    if found.has_errors() {
        return Err(found);
    }
    let info = &document.api.info;
    let mut models = models::complete(models, &mut operations);
    wire_order::arrange(&mut models, &mut operations);
    let api = Api {
        title: info.title.trim().to_owned(),
        version: info.version.trim().to_owned(),
        docs: text(info.description.as_ref()).to_owned(),
        spec_name: spec_name(document),
        app_info,
        models,
        operations,
    };
    Ok((api, found))
}

/// A text that may be missing, without blanks around it.
fn text(text: Option<&String>) -> &str {
    text.map_or("", |text| text.trim())
}

/// The file's name without its folder.
fn spec_name(document: &Document) -> String {
    let name = document.spans.file().name();
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}

/// What is known so far.
struct Lowering<'d> {
    document: &'d Document,
    /// Errors and warnings that belong to one place.
    found: Diagnostics,
    /// Known errors of published specs; one warning for each kind.
    tolerated: Tolerated,
    /// Names of types.
    types: Namer,
    /// Models in the order of first need.
    models: Vec<Model>,
    /// Which model a schema became: by its pointer and by what fills it.
    by_schema: BTreeMap<models::Key, ModelId>,
    /// Models of objects that stand under `components`, so that others may use them too.
    components: BTreeSet<ModelId>,
    /// Lists and maps that are being made: one that contains itself directly has no type.
    open: BTreeSet<String>,
    /// Which schemas are filled or read by built-in behaviours.
    claims: BTreeMap<String, Vec<contract::Claim>>,
}

/// Names that the generated files, the runtime and both languages need for themselves.
const RESERVED_TYPES: &[&str] = &[
    "Answer",
    "Any",
    "Api",
    "ApiError",
    "Array",
    "Auth",
    "Body",
    "Box",
    "Call",
    "Clone",
    "Copy",
    "Custom",
    "Date",
    "Debug",
    "Default",
    "Deserialize",
    "Drop",
    "Endpoints",
    "Err",
    "Error",
    "Fn",
    "From",
    "Function",
    "Future",
    "Headers",
    "Into",
    "Iterator",
    "Json",
    "Map",
    "Method",
    "NoCustom",
    "None",
    "Number",
    "Object",
    "Ok",
    "Operation",
    "Option",
    "Overrides",
    "Partial",
    "Promise",
    "Record",
    "Request",
    "Response",
    "Result",
    "Route",
    "Scope",
    "Self",
    "Send",
    "Serialize",
    "Set",
    "Sized",
    "Some",
    "StatusCode",
    "String",
    "Symbol",
    "Sync",
    "Tenancy",
    "TryFrom",
    "TryInto",
    "Url",
    "Value",
    "Vec",
];

impl<'d> Lowering<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            found: Diagnostics::default(),
            tolerated: Tolerated::default(),
            types: Namer::with_reserved(RESERVED_TYPES),
            models: Vec::new(),
            by_schema: BTreeMap::new(),
            components: BTreeSet::new(),
            open: BTreeSet::new(),
            claims: BTreeMap::new(),
        }
    }

    /// What stands at a place, behind all references.
    fn resolve<T: Component>(&self, at: At<&'d ReferenceOr<T>>) -> At<&'d T> {
        self.document.resolve(at)
    }

    /// The same for schemas.
    fn schema(&self, slot: Slot<'d>) -> At<&'d Schema> {
        self.document.schema(slot)
    }

    /// The place of a value.
    fn at(&self, pointer: &str) -> Span {
        self.document.spans.at(pointer)
    }

    /// The place of a key.
    fn key(&self, pointer: &str) -> Span {
        self.document.spans.key(pointer)
    }

    /// Reports a problem.
    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Notes a known error of published specs.
    fn tolerate(&mut self, tolerance: &'static Tolerance, span: Span, label: impl Into<String>) {
        self.tolerated.note(tolerance, span, label);
    }
}
