//! How diagnostics look: as rustc's do on a terminal, and as JSON for tools.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{SourceFile, Span};

/// Longer lines are shown in part: minified JSON is one line of any length.
const MAX_LINE: usize = 160;
/// How much of a long line stands before the place in question.
const LEAD: usize = 40;
/// More characters of a place are not underlined.
const MAX_UNDERLINE: usize = 80;

impl Diagnostics {
    /// The report for a terminal; plain text, or with ANSI colours.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut report = String::new();
        for diagnostic in self.iter() {
            report.push_str(&one(&renderer, diagnostic));
            report.push_str("\n\n");
        }
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
    let mut group = level
        .primary_title(&diagnostic.title)
        .id(diagnostic.code)
        .elements(snippets(&diagnostic.labels));
    if !diagnostic.help.is_empty() {
        let help = annotate_snippets::normalize_untrusted_str(&diagnostic.help);
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group as Group])
}

/// One snippet for each run of labels in the same file; the lines of one file are shown together.
fn snippets(labels: &[(Span, String)]) -> Vec<Snippet<'_, annotate_snippets::Annotation<'_>>> {
    let mut files: Vec<(&SourceFile, Vec<usize>)> = Vec::new();
    for (index, (span, _)) in labels.iter().enumerate() {
        match files
            .iter_mut()
            .find(|(file, _)| file.name() == span.file.name())
        {
            Some((_, members)) => members.push(index),
            None => files.push((&span.file, vec![index])),
        }
    }
    files
        .into_iter()
        .map(|(file, members)| {
            let ranges: Vec<Range<usize>> = members
                .iter()
                .map(|index| underline(&labels[*index].0))
                .collect();
            let (source, ranges, line) = excerpt(file.text(), ranges);
            let annotations = members.into_iter().zip(ranges).map(|(index, range)| {
                let kind = if index == 0 {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let label = labels[index].1.as_str();
                kind.span(range).label((!label.is_empty()).then_some(label))
            });
            Snippet::source(source)
                .path(file.name())
                .line_start(line)
                .annotations(annotations)
        })
        .collect()
}

/// What to underline of a span: its first line, and not too much of that.
fn underline(span: &Span) -> Range<usize> {
    let first_line = span.text().lines().next().unwrap_or_default().trim_end();
    let length = first_line
        .char_indices()
        .nth(MAX_UNDERLINE)
        .map_or(first_line.len(), |(byte, _)| byte);
    span.range.start..span.range.start + length
}

/// The lines from the first place to the last, with their overlong lines cut; the places move along.
fn excerpt(text: &str, mut ranges: Vec<Range<usize>>) -> (Cow<'_, str>, Vec<Range<usize>>, usize) {
    let first = ranges.iter().map(|range| range.start).min().unwrap_or(0);
    let last = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[last..].find('\n').map_or(text.len(), |n| last + n);
    let line = text[..start].matches('\n').count() + 1;
    let lines = &text[start..end];
    for range in &mut ranges {
        *range = range.start - start..range.end - start;
    }
    if lines.split('\n').all(|line| line.len() <= MAX_LINE) {
        return (lines.into(), ranges, line);
    }
    let mut source = String::new();
    let mut moved = ranges.clone();
    let mut offset = 0;
    for full in lines.split('\n') {
        let whole = offset..offset + full.len();
        let inside = |range: &Range<usize>| whole.start <= range.start && range.start <= whole.end;
        let shown = window(
            full,
            ranges
                .iter()
                .filter(|range| inside(range))
                .map(|range| range.start - offset)
                .min(),
        );
        let before = if shown.start > 0 { "..." } else { "" };
        for (range, moved) in ranges.iter().zip(&mut moved) {
            if inside(range) {
                let place = |at: usize| {
                    (at - offset).clamp(shown.start, shown.end) - shown.start
                        + source.len()
                        + before.len()
                };
                *moved = place(range.start)..place(range.end.min(whole.end));
            }
        }
        source.push_str(before);
        source.push_str(&full[shown.clone()]);
        if shown.end < full.len() {
            source.push_str("...");
        }
        source.push('\n');
        offset += full.len() + 1;
    }
    (source.into(), moved, line)
}

/// Which part of a line to show, so that the first place in it is seen.
fn window(line: &str, place: Option<usize>) -> Range<usize> {
    if line.len() <= MAX_LINE {
        return 0..line.len();
    }
    let start = line.floor_char_boundary(place.unwrap_or(0).saturating_sub(LEAD));
    start..line.floor_char_boundary((start + MAX_LINE).min(line.len()))
}

fn object(diagnostic: &Diagnostic) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|(span, text)| {
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
        })
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "title": diagnostic.title,
        "help": diagnostic.help,
        "labels": labels,
    })
}
