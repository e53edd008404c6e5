//! From checked files to the plain tree: references are followed, and the spellings of OpenAPI 3.0
//! and 3.1 become one.
//!
//! Everything that can be wrong with a reference was refused before, so nothing here fails.

mod children;
mod edges;
mod keywords;
mod kinds;
mod operations;
mod schemas;
pub(super) mod servers;
mod views;

use std::collections::HashMap;

use openapiv3::{APIKeyLocation, SecurityScheme};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::document::{Document, Requirement, Schema, SchemaId, Scheme, SchemeKind};
use super::files::Files;
use super::place::Place;
use super::tolerances::Tolerated;
use crate::diagnostic::Diagnostics;
use crate::name::printable;

/// Makes the tree. `is_3_1`: the words beside a `$ref` count.
pub(super) fn build(files: Files, is_3_1: bool, mut warnings: Diagnostics) -> Document {
    let mut building = Building {
        files: &files,
        is_3_1,
        // To move all of them to a larger place takes the memory of both.
        schemas: Vec::with_capacity(files.mappings()),
        by_place: HashMap::new(),
        waiting: Vec::new(),
        has_marks: false,
        tolerated: Tolerated::default(),
    };
    let root = Place::root(0);
    let main = files.main();
    let security = building.requirements(&root, main).unwrap_or_default();
    let mut operations = building.operations(&root, main, &security);
    let schemes = building.schemes(&root, main);
    building.component_schemas(&root, main);
    let server = building.server(&root, main);
    let mut schemas = building.finish();
    let idle_marks = match building.has_marks {
        true => views::split(&mut schemas, &mut operations),
        false => Vec::new(),
    };
    warnings.extend(building.tolerated.report());
    let info = main.get("info");
    let info = |key: &str| info.map_or(String::new(), |info| prose(&text(info, key)));
    let (title, version, docs) = (info("title"), info("version"), info("description"));
    Document {
        title,
        version,
        docs,
        server,
        operations,
        extension: main.get("x-auth-gen").cloned(),
        schemes,
        schemas,
        idle_marks,
        warnings,
        files: files.without_values(),
    }
}

/// A tree that is being made.
struct Building<'f> {
    files: &'f Files,
    is_3_1: bool,
    /// Made or promised.
    schemas: Vec<Option<Schema>>,
    /// Which schema stands at a place.
    by_place: HashMap<Place, SchemaId>,
    /// Promised to a `$ref`: made one after the other, since chains may be as long as the file.
    waiting: Vec<(SchemaId, Place)>,
    /// Whether `readOnly` or `writeOnly` stands anywhere.
    has_marks: bool,
    tolerated: Tolerated,
}

impl<'f> Building<'f> {
    /// The place of what stands at a place, behind all references.
    fn follow(&self, place: Place, value: &'f Value) -> (Place, &'f Value) {
        let (mut place, mut value) = (place, value);
        while let Some(next) = self.next(&place, value) {
            (place, value) = next;
        }
        (place, value)
    }

    /// What the `$ref` of a value leads to, if it has one.
    fn next(&self, place: &Place, value: &'f Value) -> Option<(Place, &'f Value)> {
        let reference = value.get("$ref")?.as_str()?;
        let target = self.files.resolve(place.file, reference).ok()?;
        let value = self.files.value(&target)?;
        Some((target, value))
    }

    /// The security schemes.
    fn schemes(&self, root: &Place, main: &'f Value) -> Vec<(String, Scheme)> {
        let place = root.under("components").under("securitySchemes");
        let schemes = self.files.value(&place).and_then(Value::as_object);
        let schemes = schemes.into_iter().flatten().filter(|_| main.is_object());
        schemes
            .map(|(name, scheme)| {
                let (place, scheme) = self.follow(place.under(name), scheme);
                // OpenAPI 3.1 has a type more, `mutualTLS`, which openapiv3 does not know.
                let kind = match SecurityScheme::deserialize(scheme) {
                    Ok(SecurityScheme::HTTP { scheme, .. })
                        if scheme.eq_ignore_ascii_case("bearer") =>
                    {
                        SchemeKind::Bearer
                    }
                    Ok(SecurityScheme::APIKey {
                        location: APIKeyLocation::Cookie,
                        name,
                        ..
                    }) => SchemeKind::Cookie(name),
                    _ => SchemeKind::Other,
                };
                let docs = prose(&text(scheme, "description"));
                (name.clone(), Scheme { place, kind, docs })
            })
            .collect()
    }

    /// `security` of the description or of an operation, where it is given.
    fn requirements(&self, holder: &Place, value: &Value) -> Option<Vec<Requirement>> {
        let place = holder.under("security");
        let list = value.get("security")?.as_array()?;
        let requirements = list.iter().enumerate().map(|(index, requirement)| {
            let schemes = requirement.as_object().into_iter().flat_map(Map::keys);
            Requirement {
                place: place.item(index),
                schemes: schemes.cloned().collect(),
            }
        });
        Some(requirements.collect())
    }
}

/// A text, without blanks around it; empty where there is none.
fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().trim().to_owned()
}

/// Whether a flag is set.
fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

/// A text for people.
fn prose(text: &str) -> String {
    printable(text.trim()).trim().to_owned()
}
