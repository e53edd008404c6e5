//! Where references lead: every `$ref` must reach something of the right kind, and chains of
//! references must end.

mod circles;

pub(super) use circles::circles;

use serde_json::Value;

use super::files::{Files, Unresolved};
use super::place::Place;
use super::shape::Section;
use super::validate::Reference;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::source::spans::SpanMap;

/// A suggestion compares a name with all others; where so many are wrong, the cause is another.
const MAX_SUGGESTIONS: usize = 100;

/// Follows references, and reports those that lead nowhere.
pub(super) struct Checker<'f> {
    files: &'f Files,
    suggestions: usize,
}

/// Where a reference leads.
pub(super) enum Target {
    /// To a component of the main file, which was checked with it.
    Component,
    /// To a part that still has to be checked as what stands in its place.
    Part(Place),
}

impl<'f> Checker<'f> {
    pub(super) fn new(files: &'f Files) -> Self {
        Self {
            files,
            suggestions: MAX_SUGGESTIONS,
        }
    }

    /// Where a reference leads, or what is wrong with it.
    pub(super) fn follow(&mut self, reference: &Reference<'_>) -> Result<Target, Diagnostic> {
        let text = reference.text;
        let wanted = reference.section;
        let place = self
            .files
            .resolve(reference.place.file, text)
            .map_err(|why| self.unresolved(reference, &why))?;
        let Some((section, _)) = component(&place) else {
            return Ok(Target::Part(place));
        };
        if section == wanted.key() || is_clear(wanted, section) {
            return Ok(Target::Component);
        }
        let wanted = wanted.key();
        Err(Diagnostic::error(
            "wrong-ref-kind",
            format!("`$ref` to `{text}` stands where one into `{wanted}` belongs"),
        )
        .at(
            self.files.at(&reference.place),
            "leads to another kind of component",
        )
        .help(format!("refer to a member of `components/{wanted}`")))
    }

    /// What is wrong with an entry of a discriminator's `mapping`.
    pub(super) fn mapping(&mut self, place: &Place, target: &str) -> Diagnostics {
        let schemas = Place::root(0).under("components").under("schemas");
        if self.files.value(&schemas.under(target)).is_some()
            || self.files.resolve(place.file, target).is_ok()
        {
            return Diagnostics::default();
        }
        let span = self.files.at(place);
        Diagnostic::warning(
            "dangling-mapping",
            format!("the `mapping` of a discriminator names `{target}`, which is not there"),
        )
        .at(span, "ignored")
        .help(self.nearest(
            &schemas.under(target.rsplit('/').next().unwrap_or(target)),
            "schemas",
        ))
        .into()
    }

    /// A reference that leads nowhere.
    fn unresolved(&mut self, reference: &Reference<'_>, why: &Unresolved) -> Diagnostic {
        let text = reference.text;
        let wanted = reference.section.key();
        let span = self.files.at(&reference.place);
        match why {
            Unresolved::Remote => Diagnostic::error(
                "external-ref",
                format!("`$ref` to `{text}` leads out of the project"),
            )
            .at(span, "only files of the project are read")
            .help(format!(
                "save what it names beside this file, or copy it to `components/{wanted}` and refer to `#/components/{wanted}/...`; \
                 a bundler such as `redocly bundle` does it for whole descriptions"
            )),
            Unresolved::NoFile(path) => Diagnostic::error(
                "external-ref",
                format!("`$ref` to `{text}` leads to a file that is not there"),
            )
            .at(span, format!("`{path}` was not read"))
            .help(
                "paths are relative to the file that the `$ref` stands in; files outside of the project's folder are read only with \
                 `--ref-root`, and a bundler such as `redocly bundle` makes one file of all",
            ),
            Unresolved::Anchor => Diagnostic::error(
                "unsupported-ref",
                format!("`$ref` to `{text}` does not lead to a component"),
            )
            .at(span, "names an anchor, not a place")
            .help(format!(
                "refer to the place: `#/components/{wanted}/<name>`"
            )),
            Unresolved::Nowhere(place) => {
                let title = format!("`$ref` to `{text}` leads nowhere");
                Diagnostic::error("dangling-ref", title)
                    .at(span, "there is no such component")
                    .help(self.nearest(place, wanted))
            }
        }
    }

    /// What may be meant by a place where nothing stands.
    fn nearest(&mut self, place: &Place, wanted: &str) -> String {
        let name = place.last();
        let holder = Place::root(place.file).under("components").under(wanted);
        let members = self.files.value(&holder).and_then(Value::as_object);
        let names = members.into_iter().flat_map(serde_json::Map::keys);
        let nearest = if self.suggestions > 0 {
            self.suggestions -= 1;
            closest(&name, names.map(String::as_str))
        } else {
            None
        };
        match nearest {
            Some(nearest) => format!(
                "did you mean `#/components/{wanted}/{}`?",
                SpanMap::escape(nearest)
            ),
            None => format!("define `{name}` under `components/{wanted}`, or correct the name"),
        }
    }
}

/// Section and name of a component of the main file.
fn component(place: &Place) -> Option<(&str, &str)> {
    let rest = place.pointer.strip_prefix("/components/")?;
    let (section, name) = rest.split_once('/')?;
    (place.file == 0 && !name.contains('/')).then_some((section, name))
}

/// Mistakes whose meaning is certain; `build` warns about them.
fn is_clear(wanted: Section, found: &str) -> bool {
    match wanted {
        Section::Schemas => found == "responses",
        Section::Responses | Section::RequestBodies => found == "schemas",
        _ => false,
    }
}
