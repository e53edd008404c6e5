//! `readOnly` and `writeOnly`: what has such keys is one schema in requests, and another one in answers
//! (JSON Schema 2020-12, Validation, §9.4).
//!
//! A schema that has none, and uses none that has some, stays one schema. The key of a discriminator stays in both
//! forms, since nothing else tells the alternatives apart. What the parts of a composition say of a key holds in all
//! of its parts.

use std::collections::{BTreeSet, HashMap};

use super::edges::{Edges, index, targets};
use crate::spec::document::{Marks, Operation, Rest, Schema, SchemaId, Slot};
use crate::spec::place::Place;

/// Who sends a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum View {
    Request,
    Answer,
}

type Keys = BTreeSet<String>;

/// Lets requests and answers use the forms that are meant for them. Returned are the places of marks that mean
/// nothing, since what stands there is no key of an object.
pub(super) fn split(schemas: &mut Vec<Schema>, operations: &mut [Operation]) -> Vec<Place> {
    let all: &[Schema] = schemas;
    let edges = Edges::of(all);
    let marks = marks(all, &edges);
    let kept = discriminators(all);
    let requests = Form::of(View::Request, all, &edges, (&marks, &kept));
    let answers = Form::of(View::Answer, all, &edges, (&marks, &kept));
    let idle = idle(all, operations, &edges);
    let answered = reach(all, roots(operations, View::Answer), &answers.left_out);
    let has_both = |at: usize| answered[at] && (requests.differs[at] || answers.differs[at]);
    let has_both: Vec<bool> = (0..all.len()).map(has_both).collect();
    let mut copies: Vec<Schema> = Vec::new();
    for form in [&requests, &answers] {
        let mut copying = Copying {
            form,
            schemas: all,
            has_both: &has_both,
            first: all.len() + copies.len(),
            copies: HashMap::new(),
            waiting: Vec::new(),
        };
        for slot in roots(operations, form.view) {
            copying.plain(slot);
        }
        copies.extend(copying.finish());
    }
    for (at, schema) in schemas.iter_mut().enumerate() {
        schema.is_request_form = has_both[at] && !requests.differs[at];
    }
    schemas.extend(copies);
    idle
}

/// One of the two forms of all schemas.
struct Form {
    view: View,
    /// The keys that each schema and the parts of its `allOf` lack in it.
    left_out: Vec<Keys>,
    /// Whether a schema is another one than it is as it is written.
    differs: Vec<bool>,
}

impl Form {
    fn of(
        view: View,
        schemas: &[Schema],
        edges: &Edges,
        (marks, kept): (&[Marks], &[Keys]),
    ) -> Self {
        let is_out = |slot: &Slot| {
            let marks = slot.marks.or(marks[slot.schema.0]);
            match view {
                View::Request => marks.read_only,
                View::Answer => marks.write_only,
            }
        };
        let mut left_out: Vec<Keys> = schemas
            .iter()
            .map(|schema| {
                let keys = schema.properties.iter();
                let keys = keys.filter(|(key, slot)| {
                    is_out(slot) && !kept[schema.id.0].contains(key.as_str())
                });
                keys.map(|(key, _)| key.clone()).collect()
            })
            .collect();
        let some = |left_out: &[Keys]| index(left_out, |keys| !keys.is_empty());
        let mut waiting = some(&left_out);
        while let Some(part) = waiting.pop() {
            for &whole in &edges.wholes[part] {
                let new: Vec<String> = left_out[part]
                    .difference(&left_out[whole])
                    .cloned()
                    .collect();
                if !new.is_empty() {
                    left_out[whole].extend(new);
                    waiting.push(whole);
                }
            }
        }
        let mut differs = vec![false; schemas.len()];
        let mut waiting = some(&left_out);
        while let Some(at) = waiting.pop() {
            if !std::mem::replace(&mut differs[at], true) {
                waiting.extend(&edges.users[at]);
            }
        }
        Self {
            view,
            left_out,
            differs,
        }
    }
}

/// What is said of each schema as the value of a key: by itself, by a part of its `allOf`, or by all of its
/// alternatives.
fn marks(schemas: &[Schema], edges: &Edges) -> Vec<Marks> {
    let mut marks: Vec<Marks> = schemas.iter().map(|schema| schema.marks).collect();
    let of = |marks: &[Marks], slot: &Slot| slot.marks.or(marks[slot.schema.0]);
    // All of them once, since a mark may stand beside a `$ref`.
    let mut waiting: Vec<usize> = (0..schemas.len()).collect();
    while let Some(at) = waiting.pop() {
        let schema = &schemas[at];
        let mut found = marks[at];
        for part in &schema.all_of {
            found = found.or(of(&marks, part));
        }
        for list in [&schema.one_of, &schema.any_of] {
            let read_only = list.iter().all(|slot| of(&marks, slot).read_only);
            let write_only = list.iter().all(|slot| of(&marks, slot).write_only);
            if !list.is_empty() {
                found = found.or(Marks {
                    read_only,
                    write_only,
                });
            }
        }
        if found != marks[at] {
            marks[at] = found;
            waiting.extend(&edges.compositions[at]);
        }
    }
    marks
}

/// The keys of each schema that tell alternatives apart.
fn discriminators(schemas: &[Schema]) -> Vec<Keys> {
    let mut kept = vec![Keys::new(); schemas.len()];
    for schema in schemas {
        let Some(discriminator) = &schema.discriminator else {
            continue;
        };
        let alternatives = schema.one_of.iter().chain(&schema.any_of);
        let mut waiting: Vec<usize> = alternatives
            .chain(&schema.children)
            .map(|slot| slot.schema.0)
            .collect();
        waiting.push(schema.id.0);
        while let Some(at) = waiting.pop() {
            if kept[at].insert(discriminator.property.clone()) {
                waiting.extend(schemas[at].parts().map(|slot| slot.schema.0));
            }
        }
    }
    kept
}

/// The marks that stand on something that is no key.
fn idle(schemas: &[Schema], operations: &mut [Operation], edges: &Edges) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |place: &Place, marks: Marks| {
        let words = [
            (marks.read_only, "readOnly"),
            (marks.write_only, "writeOnly"),
        ];
        let words = words.iter().filter(|(is_set, _)| *is_set);
        places.extend(words.map(|(_, word)| place.under(word)));
    };
    for schema in schemas {
        let is_key = edges.is_key[schema.id.0] || !edges.compositions[schema.id.0].is_empty();
        if !is_key {
            add(&schema.place, schema.marks);
        }
        let rest = match &schema.rest {
            Some(Rest::Of(slot)) => Some(slot.as_ref()),
            _ => None,
        };
        for slot in schema.items.as_deref().into_iter().chain(rest) {
            add(&slot.place, slot.marks);
        }
    }
    for view in [View::Request, View::Answer] {
        for slot in roots(operations, view) {
            add(&slot.place, slot.marks);
        }
    }
    places
}

/// What operations use directly.
fn roots(operations: &mut [Operation], view: View) -> impl Iterator<Item = &mut Slot> {
    operations.iter_mut().flat_map(move |operation| {
        let params = operation.parameters.iter_mut();
        let params = params.chain(&mut operation.shared_parameters);
        let params = params.filter_map(|param| param.schema.as_mut());
        let body = operation.body.iter_mut().flat_map(|body| &mut body.content);
        let body = body.filter_map(|media| media.schema.as_mut());
        let answers = operation.responses.iter_mut();
        let answers = answers.flat_map(|response| &mut response.content);
        let answers = answers.filter_map(|media| media.schema.as_mut());
        let slots = params.chain(body).map(|slot| (View::Request, slot));
        let slots = slots.chain(answers.map(|slot| (View::Answer, slot)));
        slots.filter_map(move |(own, slot)| (own == view).then_some(slot))
    })
}

/// The schemas that are used, through others too, but not through the keys that are left out.
fn reach<'s>(
    schemas: &[Schema],
    roots: impl Iterator<Item = &'s mut Slot>,
    left_out: &[Keys],
) -> Vec<bool> {
    let mut reached = vec![false; schemas.len()];
    let mut waiting: Vec<usize> = roots.map(|slot| slot.schema.0).collect();
    while let Some(at) = waiting.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            waiting.extend(targets(&schemas[at], |key| !left_out[at].contains(key)));
        }
    }
    reached
}

/// Schemas that are copied into one form. A copy is promised before it is made: schemas may use each other.
struct Copying<'a> {
    form: &'a Form,
    schemas: &'a [Schema],
    /// Whether answers have another form of a schema than requests.
    has_both: &'a [bool],
    /// The number of the first copy.
    first: usize,
    /// By the original, and by the keys that a whole leaves out in its parts.
    copies: HashMap<(SchemaId, Keys), SchemaId>,
    waiting: Vec<(SchemaId, Keys)>,
}

impl Copying<'_> {
    /// The form of a schema.
    fn copy(&mut self, id: SchemaId, inherited: Keys) -> SchemaId {
        if !self.form.differs[id.0] && inherited.is_empty() {
            return id;
        }
        let next = SchemaId(self.first + self.copies.len());
        let key = (id, inherited);
        if let Some(known) = self.copies.get(&key) {
            return *known;
        }
        self.copies.insert(key.clone(), next);
        self.waiting.push(key);
        next
    }

    fn plain(&mut self, slot: &mut Slot) {
        slot.schema = self.copy(slot.schema, Keys::new());
    }

    /// Makes what was promised.
    fn finish(mut self) -> Vec<Schema> {
        let mut made = Vec::new();
        while let Some((id, inherited)) = self.waiting.pop() {
            let copy = self.copies[&(id, inherited.clone())];
            made.push(self.make(copy, id, inherited));
        }
        made.sort_by_key(|schema: &Schema| schema.id);
        made
    }

    fn make(&mut self, copy: SchemaId, id: SchemaId, inherited: Keys) -> Schema {
        let original = &self.schemas[id.0];
        let mut schema = original.clone();
        let mut out = inherited;
        out.extend(self.form.left_out[id.0].iter().cloned());
        schema.id = copy;
        schema.properties.retain(|key, _| !out.contains(key));
        schema.required.retain(|key| !out.contains(key));
        if self.form.view == View::Request {
            let own = original.properties.keys().filter(|key| out.contains(*key));
            schema.left_out = own.cloned().collect();
            schema.is_request_form = self.has_both[id.0];
        }
        let items = schema.items.as_deref_mut();
        for slot in schema.properties.values_mut().chain(items) {
            self.plain(slot);
        }
        if let Some(Rest::Of(slot)) = &mut schema.rest {
            self.plain(slot);
        }
        schema.children.iter_mut().for_each(|slot| self.plain(slot));
        let mut renamed = HashMap::new();
        let alternatives = schema.one_of.iter_mut().chain(&mut schema.any_of);
        for slot in schema.all_of.iter_mut().chain(alternatives) {
            let inherited = self.inherited(slot.schema, &out);
            let form = self.copy(slot.schema, inherited);
            renamed.insert(slot.schema, form);
            slot.schema = form;
        }
        for (_, target) in schema
            .discriminator
            .iter_mut()
            .flat_map(|it| &mut it.mapping)
        {
            *target = match renamed.get(target) {
                Some(form) => *form,
                None => self.copy(*target, Keys::new()),
            };
        }
        schema
    }

    /// The keys that a part has, and that it has to leave out because of the whole.
    fn inherited(&self, part: SchemaId, out: &Keys) -> Keys {
        let own = &self.form.left_out[part.0];
        if out.is_subset(own) {
            return Keys::new();
        }
        let mut seen = BTreeSet::new();
        let mut found = Keys::new();
        let mut waiting = vec![part];
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                let schema = &self.schemas[id.0];
                let keys = schema.properties.keys();
                found.extend(keys.filter(|key| out.contains(*key)).cloned());
                waiting.extend(schema.parts().map(|slot| slot.schema));
            }
        }
        found.difference(own).cloned().collect()
    }
}
