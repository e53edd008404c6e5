//! References that go in a circle, so that nothing ever says what is meant.

use std::collections::HashMap;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::files::Files;
use crate::spec::place::Place;
use crate::spec::shape::Section;

/// One step from a definition to the next that it needs to be known at all: through a `$ref` in its
/// place, or in its `allOf`, `oneOf`, `anyOf`. Properties and items may lead back: that is recursion
/// of values, which ends.
struct Step {
    /// The place of the `$ref`.
    place: Place,
    to: Place,
}

/// Reports every circle among the components and the parts that references lead to.
pub(in crate::spec) fn circles(files: &Files, parts: &[Place]) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let starts: Vec<Place> = components(files).chain(parts.iter().cloned()).collect();
    let mut graph: HashMap<Place, Vec<Step>> = HashMap::new();
    // Depth first with a stack of our own: chains may be as long as the file.
    let mut done: HashMap<Place, bool> = HashMap::new();
    for start in starts {
        if done.contains_key(&start) {
            continue;
        }
        graph.insert(start.clone(), steps(files, &start));
        done.insert(start.clone(), false);
        let mut trail: Vec<(Place, usize)> = vec![(start, 0)];
        while let Some((node, next)) = trail.last_mut() {
            let Some(step) = graph.get(node).and_then(|steps| steps.get(*next)) else {
                done.insert(node.clone(), true);
                trail.pop();
                continue;
            };
            *next += 1;
            match done.get(&step.to) {
                Some(true) => {}
                Some(false) => {
                    let first = trail.iter().position(|(node, _)| *node == step.to);
                    let steps = trail[first.unwrap_or(0)..]
                        .iter()
                        .map(|(node, next)| &graph[node][next - 1]);
                    diagnostics.push(circle(&step.to.last(), steps.collect(), files));
                }
                None => {
                    let to = step.to.clone();
                    graph.insert(to.clone(), steps(files, &to));
                    done.insert(to.clone(), false);
                    trail.push((to, 0));
                }
            }
        }
    }
    diagnostics
}

/// The components of the main file that a `$ref` may stand for.
fn components(files: &Files) -> impl Iterator<Item = Place> {
    let sections = [
        Section::Schemas,
        Section::Responses,
        Section::Parameters,
        Section::RequestBodies,
        Section::Headers,
        Section::SecuritySchemes,
        Section::PathItems,
    ];
    let holder = Place::root(0).under("components");
    sections.into_iter().flat_map(move |section| {
        let holder = holder.under(section.key());
        let members = files.value(&holder).and_then(Value::as_object);
        let names = members.into_iter().flat_map(serde_json::Map::keys);
        names
            .map(move |name| holder.under(name))
            .collect::<Vec<_>>()
    })
}

/// The steps from one definition.
fn steps(files: &Files, place: &Place) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(value) = files.value(place) {
        collect(files, value, place, &mut steps);
    }
    steps
}

fn collect(files: &Files, value: &Value, place: &Place, steps: &mut Vec<Step>) {
    if let Some(reference) = value.get("$ref") {
        let target = reference
            .as_str()
            .and_then(|text| files.resolve(place.file, text).ok());
        if let Some(to) = target {
            steps.push(Step {
                place: place.under("$ref"),
                to,
            });
        }
    }
    for composition in ["allOf", "oneOf", "anyOf"] {
        let members = value.get(composition).and_then(Value::as_array);
        for (index, member) in members.into_iter().flatten().enumerate() {
            let place = place.under(composition).item(index);
            collect(files, member, &place, steps);
        }
    }
}

/// Long circles are shown by their first references.
const SHOWN_STEPS: usize = 5;

fn circle(name: &str, steps: Vec<&Step>, files: &Files) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        "circular-ref",
        format!("`{name}` is defined by itself: its references go in a circle"),
    )
    .help(
        "let one of them say what it is; a value may contain its own kind through `properties` or `items`",
    );
    let count = steps.len();
    for (index, step) in steps.into_iter().take(SHOWN_STEPS).enumerate() {
        let label = match index {
            _ if index + 1 == count => format!("leads back to `{}`", step.to.last()),
            _ => format!("leads to `{}`", step.to.last()),
        };
        diagnostic = diagnostic.at(files.at(&step.place), label);
    }
    diagnostic
}
