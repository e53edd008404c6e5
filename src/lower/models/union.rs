//! Unions as models: one variant for each literal, or one for each member.

use super::{close, name_of, open, parent_of};
use crate::diagnostic::Diagnostic;
use crate::ir::{ModelId, Shape, UnionVariant};
use crate::lower::members::Object;
use crate::lower::schema::SchemaAt;
use crate::lower::{Lowering, fields, unions};
use crate::name::Namer;

/// The model of several objects.
pub(super) fn union<'d>(
    lowering: &mut Lowering<'d>,
    schema: &SchemaAt<'d>,
    mut objects: Vec<Object<'d>>,
    hint: &str,
) -> ModelId {
    let key = (schema.pointer.clone(), "");
    if let Some(id) = lowering.by_schema.get(&key) {
        return *id;
    }
    let name = schema.component().unwrap_or_else(|| hint.to_owned());
    let id = open(lowering, &name, schema.docs(), None);
    lowering.by_schema.insert(key, id);
    let parent = name_of(lowering, id);
    let borrowed: Vec<&Object<'_>> = objects.iter().collect();
    let tag = unions::tag(lowering, &borrowed);
    if tag.is_none() {
        if let Some((one, other)) = unions::indistinguishable(&borrowed) {
            let diagnostic = report_indistinguishable(lowering, &schema.pointer, one, other);
            lowering.report(diagnostic);
        }
        unions::most_demanding_first(&mut objects, unions::requires_more);
    }
    let mut names = Namer::default();
    let mut variants = Vec::new();
    let mut untagged = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let literals = match &tag {
            Some(tag) => object.literals_of(lowering, tag),
            None => Vec::new(),
        };
        let own = parent_of(&object.schema.pointer, &parent);
        let fields = fields::lower(lowering, object, None, tag.as_deref(), &own);
        for literal in &literals {
            variants.push(UnionVariant {
                name: names.variant(literal),
                literal: Some(literal.clone()),
                docs: object.docs(),
                fields: fields.clone(),
            });
        }
        if literals.is_empty() {
            untagged.push((variant_name(object, &objects, index), object.docs(), fields));
        }
    }
    for (name, docs, fields) in untagged {
        variants.push(UnionVariant {
            name: names.variant(&name),
            literal: None,
            docs,
            fields,
        });
    }
    close(lowering, id, Shape::Union { tag, variants });
    id
}

/// Two members of the union at a pointer that nothing tells apart.
pub(in crate::lower) fn report_indistinguishable(
    lowering: &Lowering<'_>,
    union: &str,
    one: &Object<'_>,
    other: &Object<'_>,
) -> Diagnostic {
    Diagnostic::error(
        "indistinguishable-union",
        "nothing tells two members of this union apart",
    )
    .at(lowering.key(union), "this union")
    .at(lowering.key(&one.schema.pointer), "a value of this member")
    .at(lowering.key(&other.schema.pointer), "could be one of this member")
    .help("give each member a key such as `status` with an `enum` of one value of its own, or let each require a key that the other does not have")
}

/// A name for a member without a literal: its component, its title, or the key that only it requires.
pub(in crate::lower) fn variant_name(
    object: &Object<'_>,
    all: &[Object<'_>],
    index: usize,
) -> String {
    if let Some(name) = object.schema.component() {
        return name;
    }
    if let Some(title) = &object.schema.value.schema_data.title {
        return title.clone();
    }
    let of_others = |key: &str| {
        let mut others = all.iter().enumerate().filter(|(at, _)| *at != index);
        others.any(|(_, other)| other.properties.contains_key(key))
    };
    let required = object
        .properties
        .iter()
        .filter(|(_, property)| property.required);
    let own = required.map(|(key, _)| *key).find(|key| !of_others(key));
    let any = object.properties.keys().next().copied();
    own.or(any).unwrap_or("other").to_owned()
}
