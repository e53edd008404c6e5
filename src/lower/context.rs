//! What is known while a spec is lowered.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::binding::Binding;
use super::graph::Graph;
use super::object::{Member, Null};
use crate::catalog::DomainStruct;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{Model, ModelId, Shape};
use crate::name::{Namer, TypeName};
use crate::source::Span;
use crate::spec::document::{Document, Schema, SchemaId};
use crate::spec::place::Place;
use crate::spec::tolerances::{Tolerance, Tolerated};

/// A schema (`None`: the spec has none), and the name of what fills it (empty: nothing).
pub(super) type Key = (Option<SchemaId>, &'static str);

/// The schema that becomes a model.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) schema: &'a Schema,
    /// The name of what fills it; empty: nothing.
    pub(super) filler: &'static str,
    pub(super) filled_from: Option<&'static DomainStruct>,
    /// Its name, where the schema has none.
    pub(super) hint: &'a str,
    pub(super) docs: &'a str,
}

impl<'a> Opening<'a> {
    /// A model that nothing but the schema decides.
    pub(super) fn of(schema: &'a Schema, hint: &'a str) -> Self {
        Self {
            schema,
            filler: "",
            filled_from: None,
            hint,
            docs: &schema.docs,
        }
    }

    /// By what it is found again.
    pub(super) fn key(&self) -> Key {
        (Some(self.schema.id), self.filler)
    }
}

/// What is known so far.
pub(super) struct Context<'d> {
    pub(super) document: &'d Document,
    /// Errors and warnings that belong to one place.
    pub(super) found: Diagnostics,
    /// Known errors of published specs; one warning for each kind.
    pub(super) tolerated: Tolerated,
    /// Names of types.
    pub(super) types: Namer,
    /// Models in the order of first need.
    pub(super) models: Vec<Model>,
    /// Which model a schema became.
    pub(super) by_schema: HashMap<Key, ModelId>,
    /// Models of named schemas, so that others may use them too.
    pub(super) components: BTreeSet<ModelId>,
    /// The names of all named schemas, as types; for [`Self::form_name`].
    component_names: OnceCell<BTreeSet<TypeName>>,
    /// Whether `null` is a value of a schema.
    pub(super) nulls: HashMap<SchemaId, Null>,
    /// Lists and maps that are being made: one that contains itself directly has no type.
    pub(super) open: BTreeSet<SchemaId>,
    /// Unions that nothing tells apart: an error where a request has one, since it is read.
    pub(super) indistinct: Vec<(ModelId, Diagnostic)>,
    /// What requests must keep to beyond their types.
    pub(super) constraints: Graph,
    /// Which schemas are filled or read by built-in behaviours.
    pub(super) bindings: HashMap<SchemaId, Vec<Binding>>,
    /// The alternatives of schemas; `true`: without the schemas that extend them.
    pub(super) flattened: HashMap<(SchemaId, bool), Rc<[Member<'d>]>>,
}

/// Names that the generated files, the runtime and both languages need for themselves.
const RESERVED_TYPES: &[&str] = &[
    "Answer",
    "Any",
    "Api",
    "ApiError",
    "Array",
    "Auth",
    "BTreeMap",
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

impl<'d> Context<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self {
            document,
            found: Diagnostics::default(),
            tolerated: Tolerated::default(),
            types: Namer::with_reserved(RESERVED_TYPES),
            models: Vec::new(),
            by_schema: HashMap::new(),
            components: BTreeSet::new(),
            component_names: OnceCell::new(),
            nulls: HashMap::new(),
            open: BTreeSet::new(),
            indistinct: Vec::new(),
            constraints: Graph::default(),
            bindings: HashMap::new(),
            flattened: HashMap::new(),
        }
    }

    /// The place of a value.
    pub(super) fn at(&self, place: &Place) -> Span {
        self.document.files.at(place)
    }

    /// The place of a key.
    pub(super) fn key(&self, place: &Place) -> Span {
        self.document.files.key(place)
    }

    /// Reports a problem.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Notes a known error of published specs.
    pub(super) fn tolerate(
        &mut self,
        tolerance: &'static Tolerance,
        span: Span,
        label: impl Into<String>,
    ) {
        self.tolerated.note(tolerance, span, label);
    }

    /// The one binding of a schema; where two differ, those who do not know what they want get the
    /// plain schema.
    pub(super) fn binding(&self, schema: SchemaId) -> Option<Binding> {
        match self.bindings.get(&schema)?.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }

    /// The name of a form of a schema: `User request` where answers have a `User`.
    pub(super) fn form_name(&self, schema: &Schema, name: &str) -> String {
        if !schema.is_request_form {
            return name.to_owned();
        }
        let type_name = |name: &str| Namer::default().type_name(name);
        let taken = self.component_names.get_or_init(|| {
            let schemas = self.document.schemas.iter();
            let names = schemas.filter_map(|schema| schema.name.as_deref());
            names.map(type_name).collect()
        });
        let names = ["request", "input"].map(|form| format!("{name} {form}"));
        let free = names.iter().find(|name| !taken.contains(&type_name(name)));
        free.unwrap_or(&names[0]).clone()
    }

    /// The model of a schema: what it became before, or a new one, whose shape `shape` makes. It is given the name that inner
    /// models begin with.
    pub(super) fn model(
        &mut self,
        opening: Opening<'_>,
        shape: impl FnOnce(&mut Self, &str) -> Shape,
    ) -> ModelId {
        let key = opening.key();
        if let Some(id) = self.by_schema.get(&key) {
            return *id;
        }
        let schema = opening.schema;
        let name = schema.name.as_deref().unwrap_or(opening.hint);
        let id = self.open_model(
            &self.form_name(schema, name),
            opening.docs,
            opening.filled_from,
        );
        self.by_schema.insert(key, id);
        let parent = match schema.is_request_form {
            // What both forms of it share has one name.
            true => name.to_owned(),
            false => self.models[id.0].name.as_str().to_owned(),
        };
        // A list may contain itself through a model, which has a name.
        let open = std::mem::take(&mut self.open);
        let shape = shape(self, &parent);
        self.open = open;
        self.close_model(id, shape);
        id
    }

    /// Inline schemas that say the same of one struct of the runtime are one model: returns the earlier one, if `id` is the
    /// newest model.
    pub(super) fn without_twin(&mut self, id: ModelId, key: Key) -> ModelId {
        let Some((last, models)) = self.models.split_last() else {
            return id;
        };
        let is_twin =
            |model: &Model| model.filled_from == last.filled_from && model.shape == last.shape;
        match models.iter().position(is_twin) {
            Some(twin) if id.0 == models.len() => {
                self.models.pop();
                self.by_schema.insert(key, ModelId(twin));
                ModelId(twin)
            }
            _ => id,
        }
    }

    /// Starts a model: gives it its place in the order, and its name.
    pub(super) fn open_model(
        &mut self,
        name: &str,
        docs: &str,
        filled_from: Option<&'static DomainStruct>,
    ) -> ModelId {
        let id = ModelId(self.models.len());
        let name = self.types.type_name(name);
        self.models.push(Model {
            name,
            docs: docs.to_owned(),
            shape: Shape::Enum { values: Vec::new() },
            in_requests: false,
            in_answers: false,
            left_out: Vec::new(),
            filled_from,
            cycle: None,
        });
        id
    }

    /// Ends a model.
    pub(super) fn close_model(&mut self, id: ModelId, shape: Shape) {
        self.models[id.0].shape = shape;
    }
}
