//! The OpenAPI description: text in, checked [`Document`] out.
//!
//! Everything that is wrong with the text itself is found here, all of it at once and each at its
//! place: syntax, version, shape, references, duplicates. Then it becomes a plain tree without
//! references, the same for all versions of OpenAPI 3. What it *means* is the business of `lower`.

mod build;
pub(crate) mod document;
mod duplicates;
pub(crate) mod files;
pub(crate) mod place;
mod refs;
mod shape;
pub(crate) mod tolerances;
mod validate;
mod version;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{SourceFile, read};
use document::Document;
use files::{File, Files};
use place::Place;
use refs::{Checker, Target};
use shape::{Section, Version};
use validate::Findings;

pub(crate) use build::servers::server_path;

/// Reads and checks a description and the files that it refers to.
pub(crate) fn parse(file: &SourceFile) -> Result<Document, Diagnostics> {
    let (raw, spans) = read::read(file).map_err(Diagnostics::from)?;
    let version = version::check(&raw, &spans)?;
    let mut diagnostics = Diagnostics::default();
    let mut parts = Vec::new();
    for other in file.parts() {
        match read::read(other) {
            Ok((value, spans)) => parts.push(File::new(value, spans)),
            Err(faults) => diagnostics.extend(Diagnostics::from(faults)),
        }
    }
    let files = Files::new(File::new(raw, spans), parts);
    diagnostics.extend(check(&files, version));
    diagnostics.sort_by_place();
    diagnostics.group();
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    Ok(build::build(files, version > Version::V3_0, diagnostics))
}

/// All that is wrong or doubtful about the files.
fn check(files: &Files, version: Version) -> Diagnostics {
    let mut findings = validate::validate(files.main(), files.spans(0), version);
    let mut checker = Checker::new(files);
    let mut parts: BTreeSet<(Place, Section)> = BTreeSet::new();
    let mut next = 0;
    while let Some(reference) = findings.references.get(next) {
        next += 1;
        let section = reference.section;
        match checker.follow(reference) {
            Err(diagnostic) => findings.diagnostics.push(diagnostic),
            Ok(Target::Part(place)) if !parts.contains(&(place.clone(), section)) => {
                parts.insert((place.clone(), section));
                if let Some(value) = files.value(&place) {
                    let spans = files.spans(place.file);
                    let part = validate::validate_part(value, &place, spans, (section, version));
                    findings.extend(part);
                }
            }
            Ok(_) => {}
        }
    }
    let mappings = std::mem::take(&mut findings.mappings);
    let mut diagnostics = std::mem::take(&mut findings.diagnostics);
    for (place, target) in mappings {
        diagnostics.extend(checker.mapping(&place, target));
    }
    let parts: Vec<Place> = parts.into_iter().map(|(place, _)| place).collect();
    diagnostics.extend(refs::circles(files, &parts));
    diagnostics.extend(duplicates::check(files, &findings));
    diagnostics.extend(leftovers(&mut findings));
    diagnostics.extend(findings.tolerated.report());
    diagnostics
}

/// Words of Swagger 2, in one message.
fn leftovers(findings: &mut Findings<'_>) -> Diagnostics {
    let places = std::mem::take(&mut findings.leftovers);
    if places.is_empty() {
        return Diagnostics::default();
    }
    let warning = Diagnostic::warning(
        "swagger-2-leftover",
        "the description has words of Swagger 2, which OpenAPI 3 writes in another way",
    )
    .help("types of parameters and schemas of responses are read as they are meant there; write `schema: { type: … }` for a parameter, and `content: { application/json: { schema: … } }` for a response; `npx swagger2openapi` converts whole files");
    warning.at_each(places).into()
}

/// The paths of the files that a file refers to by `$ref`, relative to where its own path is relative
/// to. URLs and absolute paths are left out, and so is everything where the file cannot be read:
/// reading the description reports both.
pub fn references(file: &SourceFile) -> Vec<String> {
    // Most descriptions are one file: reading it twice would be half of all work.
    let is_local = |rest: &str| {
        rest.trim_start_matches(['"', '\'', ':', ' '])
            .starts_with('#')
    };
    let mut uses = file.text().match_indices("$ref");
    if uses.all(|(at, word)| is_local(&file.text()[at + word.len()..])) {
        return Vec::new();
    }
    let mut found = BTreeSet::new();
    if let Ok((value, _)) = read::read(file) {
        collect_references(&value, file.name(), &mut found);
    }
    found.into_iter().collect()
}

fn collect_references(value: &Value, holder: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                collect_references(item, holder, found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(reference) if key == "$ref" => {
                        let path = reference.split('#').next().unwrap_or_default();
                        if !path.is_empty() {
                            found.extend(files::beside(holder, path));
                        }
                    }
                    _ => collect_references(member, holder, found),
                }
            }
        }
        _ => {}
    }
}

/// Everything that can be said about a description by itself: errors, or else warnings.
pub fn check_spec(file: &SourceFile) -> Diagnostics {
    match parse(file) {
        Ok(document) => document.warnings,
        Err(diagnostics) => diagnostics,
    }
}
