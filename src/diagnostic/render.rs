//! How diagnostics look: as rustc's do on a terminal, and as JSON for tools.

use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Renderer, Snippet, normalize_untrusted_str,
};
use serde_json::{Value, json};

use super::excerpt::excerpt;
use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{SourceFile, Span};

/// More are not read at once.
const MAX_SHOWN: usize = 100;

/// More warnings than these fill more than a screen with their lines.
const MAX_WARNINGS: usize = 4;

impl Diagnostics {
    /// The report for a terminal; plain text, or with ANSI colours.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut report = String::new();
        for diagnostic in self.iter().take(MAX_SHOWN) {
            report.push_str(&one(&renderer, diagnostic));
            report.push_str("\n\n");
        }
        let more = self.iter().count().saturating_sub(MAX_SHOWN);
        if more > 0 {
            report.push_str(&format!("... and {more} more like these\n\n"));
        }
        report
    }

    /// The report for a terminal, on one screen: many warnings have one line and one place each.
    pub fn render_short(&self, color: bool) -> String {
        let is_warning = |one: &&Diagnostic| one.severity == Severity::Warning;
        let warnings: Vec<&Diagnostic> = self.iter().filter(is_warning).collect();
        if warnings.len() <= MAX_WARNINGS {
            return self.render(color);
        }
        let errors = self.iter().filter(|one| !is_warning(one)).cloned();
        let mut report = Self(errors.collect()).render(color);
        let (start, end) = if color {
            ("\u{1b}[1m\u{1b}[33m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        for one in &warnings {
            let title = normalize_untrusted_str(&one.title);
            report.push_str(&format!("{start}warning[{}]{end}: {title}\n", one.code));
            if let Some((span, label)) = one.labels.first() {
                let (line, column) = span.file.line_column(span.range.start);
                let place = format!("{}:{line}:{column}", span.file.name());
                let label = if label.is_empty() {
                    String::new()
                } else {
                    format!(": {label}")
                };
                let more = match one.labels.len() + one.more.len() - 1 {
                    0 => String::new(),
                    1 => " (one more place)".to_owned(),
                    more => format!(" ({more} more places)"),
                };
                let text = format!("{place}{label}{more}");
                report.push_str(&format!("  {}\n", normalize_untrusted_str(&text)));
            }
        }
        report.push_str(&format!(
            "{} warnings; `--verbose` shows their lines and what to do; `allow = [\"{}\"]` under \
             `[warnings]` in `auth-gen.toml` silences one\n\n",
            warnings.len(),
            warnings[0].code
        ));
        report
    }

    /// The report for tools: a JSON array with one object for each diagnostic.
    pub fn to_json(&self) -> String {
        let objects: Vec<Value> = self.iter().map(object).collect();
        format!("{:#}", Value::Array(objects))
    }
}

fn one(renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group: Group = level
        .primary_title(&diagnostic.title)
        .id(diagnostic.code)
        .elements(Vec::<Element>::new());
    let mut corrections = Vec::new();
    for (file, members) in by_file(&diagnostic.labels) {
        group = snippet(group, file, &members, &mut corrections);
    }
    let help = match diagnostic.more.len() {
        0 => diagnostic.help.clone(),
        1 => format!("{} (one more place)", diagnostic.help),
        more => format!("{} ({more} more places)", diagnostic.help),
    };
    if !help.is_empty() {
        group = group.element(Level::HELP.message(normalize_untrusted_str(&help)));
    }
    let mut report = renderer.render(&[group]);
    for (shown, real) in corrections {
        report = report.replacen(&shown, &real, 1);
    }
    report
}

struct Label<'a> {
    primary: bool,
    place: Range<usize>,
    text: &'a str,
}

/// The lines of one file are shown together, in the order of the files' first labels.
fn by_file(labels: &[(Span, String)]) -> Vec<(&SourceFile, Vec<Label<'_>>)> {
    let mut files: Vec<(&SourceFile, Vec<Label>)> = Vec::new();
    for (index, (span, text)) in labels.iter().enumerate() {
        let label = Label {
            primary: index == 0,
            place: span.range.clone(),
            text,
        };
        match files.iter_mut().find(|(file, _)| **file == span.file) {
            Some((_, members)) => members.push(label),
            None => files.push((&span.file, vec![label])),
        }
    }
    files
}

/// Adds the lines. The renderer counts columns in what it is shown; where a line was cut, `corrections`
/// gets the position to replace and the real one.
fn snippet<'a>(
    mut group: Group<'a>,
    file: &'a SourceFile,
    labels: &[Label<'a>],
    corrections: &mut Vec<(String, String)>,
) -> Group<'a> {
    let places: Vec<Range<usize>> = labels.iter().map(|label| label.place.clone()).collect();
    let excerpt = excerpt(file.text(), &places);
    if excerpt.cut
        && let (Some(label), Some(Some(place))) = (labels.first(), excerpt.places.first())
    {
        let line_start = excerpt.text[..place.start].rfind('\n').map_or(0, |n| n + 1);
        let column = excerpt.text[line_start..place.start].chars().count() + 1;
        let (line, real) = file.line_column(label.place.start);
        let position = |column| format!("{}:{line}:{column}", file.name());
        corrections.push((position(column), position(real)));
    }
    let mut snippet = Snippet::source(excerpt.text)
        .path(file.name())
        .line_start(file.line_column(excerpt.start).0);
    let mut notes = Vec::new();
    for (label, place) in labels.iter().zip(excerpt.places) {
        let kind = if label.primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        match place {
            Some(place) => {
                let text = (!label.text.is_empty()).then_some(label.text);
                snippet = snippet.annotation(kind.span(place).label(text));
            }
            None => {
                let (line, column) = file.line_column(label.place.start);
                notes.push(format!("{}: {}:{line}:{column}", label.text, file.name()));
            }
        }
    }
    group = group.element(snippet);
    for note in notes {
        group = group.element(Level::NOTE.message(normalize_untrusted_str(&note)));
    }
    group
}

fn object(diagnostic: &Diagnostic) -> Value {
    let labels: Vec<Value> = diagnostic.labels.iter().map(place).collect();
    let more: Vec<Value> = diagnostic.more.iter().map(place).collect();
    let mut object = json!({
        "code": diagnostic.code,
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "title": diagnostic.title,
        "help": diagnostic.help,
        "labels": labels,
    });
    if !more.is_empty() {
        object["more"] = Value::Array(more);
    }
    object
}

fn place((span, text): &(Span, String)) -> Value {
    let (line, column) = span.file.line_column(span.range.start);
    let (end_line, end_column) = span.file.line_column(span.range.end);
    json!({
        "file": span.file.name(),
        "line": line,
        "column": column,
        "endLine": end_line,
        "endColumn": end_column,
        "offset": span.range.start,
        "length": span.range.len(),
        "text": text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(file: &SourceFile, word: &str) -> Span {
        let start = file.text().find(word).expect("the word is there");
        Span {
            file: file.clone(),
            range: start..start + word.len(),
        }
    }

    #[test]
    fn labels_in_two_files_are_shown_in_both() {
        let api = SourceFile::new("api.yaml", "openapi: 3.0.3\npaths:\n  /door: {}\n");
        let app = SourceFile::new("appInfo.yaml", "appName: Doors\napiBasePath: /door\n");
        let diagnostics = Diagnostics::from(
            Diagnostic::warning("example", "two files disagree")
                .at(span(&api, "/door"), "here")
                .at(span(&app, "/door"), "")
                .help("choose one"),
        );
        insta::assert_snapshot!(diagnostics.render(false), @r"
        warning[example]: two files disagree
         --> api.yaml:3:3
          |
        3 |   /door: {}
          |   ^^^^^ here
          |
         ::: appInfo.yaml:2:14
          |
        2 | apiBasePath: /door
          |              -----
          |
          = help: choose one
        ");
        assert!(diagnostics.render(true).contains("\u{1b}[1m"));
    }

    #[test]
    fn windows_line_ends_are_not_shown() {
        let api = SourceFile::new("api.yaml", "openapi: 3.0.3\r\npaths:\r\n  /door: {}\r\n");
        let diagnostics = Diagnostics::from(
            Diagnostic::error("example", "two lines")
                .at(span(&api, "openapi"), "one")
                .at(span(&api, "/door"), "another"),
        );
        insta::assert_snapshot!(diagnostics.render(false), @r"
        error[example]: two lines
         --> api.yaml:1:1
          |
        1 | openapi: 3.0.3
          | ^^^^^^^ one
        2 | paths:
        3 |   /door: {}
          |   ----- another
        ");
    }

    #[test]
    fn long_reports_are_cut() {
        let mut diagnostics = Diagnostics::default();
        for _ in 0..1_000 {
            diagnostics.push(Diagnostic::error("example", "nothing works"));
        }
        let report = diagnostics.render(false);
        assert!(report.ends_with("... and 900 more like these\n\n"));
        assert_eq!(report.matches("nothing works").count(), 100);
    }
}
