//! What is said about values that cannot be read: the place, the kind, and lines to paste.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::candidates::{Candidate, Missing};
use super::machine::Machine;
use super::value::{Cause, Kind, Place, Reason, Value};
use crate::app_info::value::{Findings, first_line};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A field whose value is not known.
pub(super) struct Unread<'a> {
    pub(super) field: String,
    pub(super) key: Place,
    pub(super) value: Value<'a>,
    pub(super) reason: Rc<Reason>,
}

impl<'a> Machine<'a> {
    /// A place, for a diagnostic.
    pub(super) fn span(&self, place: Place) -> Span {
        let file = self.modules[place.file].source.clone();
        Span {
            range: first_line(file.text(), place.range()),
            file,
        }
    }

    /// One diagnostic for each place that hides values.
    pub(super) fn report_unread(&mut self, unread: &[Unread<'a>], findings: &mut Findings) {
        let mut places: BTreeMap<Place, Vec<&Unread<'a>>> = BTreeMap::new();
        for one in unread {
            places.entry(one.reason.place).or_default().push(one);
        }
        for (place, fields) in places {
            let names: Vec<String> = fields.iter().map(|it| format!("`{}`", it.field)).collect();
            let title = match names.as_slice() {
                [one] => format!("the value of {one} cannot be read without running the file"),
                [all @ .., last] => format!(
                    "the values of {} and {last} cannot be read without running the file",
                    all.join(", ")
                ),
                [] => continue,
            };
            let reason = &fields[0].reason;
            let mut diagnostic =
                Diagnostic::error("app-info-not-static", title).at(self.span(place), label(reason));
            for one in &fields {
                if self.is_elsewhere(place, one.key) {
                    diagnostic = diagnostic.at(self.span(one.key), "used here");
                }
            }
            let mut defaults = BTreeMap::new();
            let lines = fields.iter().map(|one| self.line(one, &mut defaults));
            let lines: Vec<String> = lines.collect();
            findings.push(diagnostic.help(advice(reason, &lines)));
        }
    }

    /// Whether a reason stands on another line than the field.
    fn is_elsewhere(&self, reason: Place, key: Place) -> bool {
        let line = |place: Place| {
            let source = &self.modules[place.file].source;
            (place.file, source.line_column(place.start as usize).0)
        };
        line(reason) != line(key)
    }

    /// What to write in place of a field: the values that were found, and a variable. A variable
    /// has one default, whichever fields it serves.
    fn line(&mut self, unread: &Unread<'a>, defaults: &mut BTreeMap<String, String>) -> String {
        let field = &unread.field;
        let (texts, variables) = self.known_parts(&unread.value);
        let best = best(&texts);
        let text = best.clone().unwrap_or_else(|| example(field));
        let quoted = serde_json::Value::from(text).to_string();
        if let Kind::Function(_) = unread.value.kind {
            return format!("{field}: {quoted},");
        }
        let hinted = unread.reason.variable.clone();
        let variable = hinted.or_else(|| variables.first().cloned());
        let variable = variable.unwrap_or_else(|| variable_name(field));
        let default = defaults.entry(variable.clone()).or_insert(quoted);
        let mut line = format!("{field}: process.env.{variable} ?? {default},");
        let mut others = texts.iter().filter(|text| Some(*text) != best.as_ref());
        if let Some(other) = others.find(|text| !text.trim().is_empty()) {
            // What production needs is not lost with the line that is replaced.
            line += &format!(" // or {variable}={other}");
        }
        line
    }

    /// Something that was spread into appInfo, or a key, that hides what it holds.
    pub(super) fn report_hidden(
        &self,
        reason: &Rc<Reason>,
        missing: &[&str],
        findings: &mut Findings,
    ) {
        let lines: Vec<String> = missing
            .iter()
            .map(|field| {
                let quoted = serde_json::Value::from(example(field)).to_string();
                format!("{field}: process.env.{} ?? {quoted},", variable_name(field))
            })
            .collect();
        let help = match lines.as_slice() {
            [] => "write the fields out".to_owned(),
            lines => format!("write the fields out:\n{}", lines.join("\n")),
        };
        findings.push(
            Diagnostic::error(
                "app-info-not-static",
                "not all that appInfo holds can be read",
            )
            .at(self.span(reason.place), label(reason))
            .help(help),
        );
    }

    /// Values for which the code has a fallback were taken to be absent.
    pub(super) fn report_assumed(&self, assumed: &[Rc<Reason>], findings: &mut Findings) {
        for reason in assumed {
            let help = match reason.what.contains("argument") {
                true => {
                    "the default in the code was read; give `--app-info` another file or \
                         `file#name` if that is not meant"
                }
                false => "the fallback in the code was read, as on a server that has none of it",
            };
            findings.push(
                Diagnostic::warning(
                    "app-info-assumed",
                    "a value of the run time is taken as absent",
                )
                .at(self.span(reason.place), label(reason))
                .help(help),
            );
        }
    }

    /// No object was found, or too many.
    pub(super) fn report_missing(&mut self, missing: Missing<'a>, findings: &mut Findings) {
        match missing {
            Missing::Nothing => self.report_nothing(findings),
            Missing::NoObject(candidate) => self.report_no_object(&candidate, findings),
            Missing::Several(several) => self.report_several(several, findings),
            Missing::NoName(names) => {
                let help = match names.as_slice() {
                    [] => "nothing in it is named; leave out what follows the `#`".to_owned(),
                    names => format!("it has `{}`", names.join("`, `")),
                };
                let title = "no appInfo of this name is in the file";
                let whole = self.top();
                findings.push(
                    Diagnostic::error("app-info-not-found", title)
                        .at(whole, "")
                        .help(help),
                );
            }
        }
    }

    fn top(&self) -> Span {
        let file = self.modules[0].source.clone();
        Span {
            range: first_line(file.text(), 0..file.text().len()),
            file,
        }
    }

    fn report_nothing(&self, findings: &mut Findings) {
        let name = self.modules[0].source.name();
        let is_types = [".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|end| name.ends_with(end));
        let help = if is_types {
            "this file declares types and has no values: name the file that has them"
        } else {
            "write `export const appInfo = { appName: \"…\", apiDomain: \"…\", websiteDomain: \"…\" }`"
        };
        findings.push(
            Diagnostic::error("app-info-not-found", "no appInfo object is in this file")
                .at(self.top(), "no `appInfo`, and no object with its fields")
                .help(help),
        );
    }

    fn report_no_object(&mut self, candidate: &Candidate<'a>, findings: &mut Findings) {
        let reason = self.why_no_object(candidate);
        let (place, what) = match &reason {
            Some(reason) => (reason.place, label(reason)),
            None => (candidate.value.place, "this is no object".to_owned()),
        };
        let mut diagnostic = Diagnostic::error("app-info-not-static", "`appInfo` cannot be read")
            .at(self.span(place), what);
        if self.is_elsewhere(place, candidate.place) {
            diagnostic = diagnostic.at(self.span(candidate.place), "used here");
        }
        let lines = ["appName", "apiDomain", "websiteDomain"].map(|field| {
            let quoted = serde_json::Value::from(example(field)).to_string();
            format!("{field}: {quoted}")
        });
        let mut help = format!("write the object out: `{{ {} }}`", lines.join(", "));
        if reason.is_some_and(|it| it.cause == Cause::Imported) {
            help += ", or give `--app-info` the file that has it";
        }
        findings.push(diagnostic.help(help));
    }

    fn report_several(
        &self,
        several: Vec<(Option<String>, Candidate<'a>)>,
        findings: &mut Findings,
    ) {
        let title = "the file has several appInfo objects, and they differ";
        let mut diagnostic = Diagnostic::error("app-info-ambiguous", title);
        let file = self.modules[0].source.name();
        let mut names: Vec<String> = Vec::new();
        for (name, candidate) in several {
            let label = match &name {
                Some(name) => format!("`#{name}`"),
                None => String::new(),
            };
            diagnostic = diagnostic.at(self.span(candidate.place), label);
            let choice = name.map(|name| format!("`--app-info {file}#{name}`"));
            names.extend(choice.filter(|choice| !names.contains(choice)));
        }
        let help = match names.as_slice() {
            [] | [_] => "export the one that is meant: `export const appInfo = …`".to_owned(),
            names => format!("say which one: {}", names.join(" or ")),
        };
        findings.push(diagnostic.help(help));
    }
}

fn label(reason: &Reason) -> String {
    match reason.what.as_str() {
        "" => "an argument: only the caller knows it".to_owned(),
        what => what.to_owned(),
    }
}

/// What to do, and the lines to paste.
fn advice(reason: &Reason, lines: &[String]) -> String {
    let these = if lines.len() == 1 {
        "this line"
    } else {
        "these lines"
    };
    let sentence = match reason.cause {
        Cause::Tool => format!(
            "use a variable of your own, with the value of development as its default; write {these}"
        ),
        Cause::Imported if reason.what.ends_with("is not found") => {
            format!("check the path, or write {these}")
        }
        Cause::Argument => format!("write the value where appInfo stands, with {these}"),
        _ if lines.iter().all(|line| !line.contains("process.env")) => format!("write {these}"),
        _ => format!("write {these} instead, and set the variable for the generated server"),
    };
    format!("{sentence}:\n{}", lines.join("\n"))
}

/// The text that a developer's machine would use, else the last one.
fn best(texts: &[String]) -> Option<String> {
    let texts: Vec<&String> = texts
        .iter()
        .filter(|text| !text.trim().is_empty())
        .collect();
    let local = texts
        .iter()
        .find(|it| it.contains("localhost") || it.contains("127.0.0.1"));
    local.or(texts.last()).map(|text| (*text).clone())
}

fn example(field: &str) -> String {
    match field {
        "appName" => "My app",
        "apiDomain" => "http://localhost:3001",
        "websiteDomain" | "origin" => "http://localhost:3000",
        "apiGatewayPath" => "/",
        _ => "/auth",
    }
    .to_owned()
}

/// `apiDomain` as a variable: `API_DOMAIN`.
fn variable_name(field: &str) -> String {
    use heck::ToShoutySnakeCase;
    field.to_shouty_snake_case()
}
