//! Diagnostics for other programs: SARIF 2.1.0 (OASIS), and the workflow commands of GitHub Actions.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{Span, join};

impl Diagnostics {
    /// One SARIF log. Each place of a repeated mistake is a result of its own. `folder` is as for
    /// [`Self::to_github`].
    pub fn to_sarif(&self, folder: &str) -> String {
        let codes: BTreeSet<&str> = self.iter().map(|one| one.code).collect();
        let rules: Vec<Value> = codes.iter().map(|code| json!({ "id": code })).collect();
        let results: Vec<Value> = self.iter().flat_map(|one| results(one, folder)).collect();
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": env!("CARGO_PKG_NAME"),
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                } },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        });
        format!("{log:#}")
    }

    /// One line for each place, which GitHub shows at that line of a pull request. `folder` is the way
    /// from the repository to where file names begin; it may be empty.
    pub fn to_github(&self, folder: &str) -> String {
        let lines = self.iter().flat_map(|one| annotations(one, folder));
        lines.collect()
    }
}

fn results(diagnostic: &Diagnostic, folder: &str) -> Vec<Value> {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let result = |place: Option<&(Span, String)>, related: &[(Span, String)]| {
        let mut result = json!({
            "ruleId": diagnostic.code,
            "level": level,
            "message": { "text": message(diagnostic, place) },
        });
        if let Some((span, _)) = place {
            result["locations"] = json!([location(span, folder)]);
        }
        if !related.is_empty() {
            let related = related.iter().map(|(span, text)| {
                let mut location = location(span, folder);
                location["message"] = json!({ "text": text });
                location
            });
            result["relatedLocations"] = related.collect();
        }
        result
    };
    let first = diagnostic.labels.first();
    let others = diagnostic.labels.get(1..).unwrap_or_default();
    let mut results = vec![result(first, others)];
    results.extend(diagnostic.more.iter().map(|place| result(Some(place), &[])));
    results
}

/// Title, the words at the place, and what to do.
fn message(diagnostic: &Diagnostic, place: Option<&(Span, String)>) -> String {
    let mut message = diagnostic.title.clone();
    if let Some((_, label)) = place.filter(|(_, label)| !label.is_empty()) {
        message.push_str(&format!(": {label}"));
    }
    if !diagnostic.help.is_empty() {
        message.push_str(&format!("\n{}", diagnostic.help));
    }
    message
}

fn location(span: &Span, folder: &str) -> Value {
    let (line, column) = span.file.line_column(span.range.start);
    let (end_line, end_column) = span.file.line_column(span.range.end);
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&from_root(folder, span.file.name())) },
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        },
    } })
}

/// The path of a file from the root of the repository, without `.` and `..`: tools compare it with those that they know.
/// One that leads out of the repository, or is absolute, stays so.
pub(crate) fn from_root(folder: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    join(folder, name)
}

/// A relative path as a reference (RFC 3986).
fn uri(path: &str) -> String {
    path.replace('%', "%25")
        .replace(' ', "%20")
        .replace('#', "%23")
}

fn annotations(diagnostic: &Diagnostic, folder: &str) -> Vec<String> {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let line = |place: Option<&(Span, String)>| {
        let position = place.map_or(String::new(), |(span, _)| {
            let (line, column) = span.file.line_column(span.range.start);
            let (end_line, _) = span.file.line_column(span.range.end);
            let file = property(&from_root(folder, span.file.name()));
            // Columns are for places on one line only.
            if line == end_line {
                format!("file={file},line={line},col={column},")
            } else {
                format!("file={file},line={line},endLine={end_line},")
            }
        });
        let text = data(&message(diagnostic, place));
        format!("::{command} {position}title={}::{text}\n", diagnostic.code)
    };
    let mut lines = vec![line(diagnostic.labels.first())];
    lines.extend(diagnostic.more.iter().map(|place| line(Some(place))));
    lines
}

/// Text of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn found() -> Diagnostics {
        let file = SourceFile::new("my api.yaml", "openapi: 3.0.3\npaths: {}\n");
        let span = |range| Span {
            file: file.clone(),
            range,
        };
        let places = vec![
            (span(0..7), "here".to_owned()),
            (span(15..20), String::new()),
            (span(15..20), String::new()),
            (span(22..24), "and, 100% there".to_owned()),
        ];
        let warning = Diagnostic::warning("example", "a mistake").help("correct it");
        warning.at_each(places).into()
    }

    #[test]
    fn each_place_is_a_result_of_sarif() {
        let log: Value = serde_json::from_str(&found().to_sarif("")).expect("it is JSON");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        assert_eq!(results.len(), 2);
        assert_eq!(results[0]["message"]["text"], "a mistake: here\ncorrect it");
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "my%20api.yaml");
        assert_eq!(place["region"]["endColumn"], 8);
        assert_eq!(
            results[0]["relatedLocations"].as_array().map(Vec::len),
            Some(2)
        );
        assert_eq!(results[1]["ruleId"], "example");
    }

    #[test]
    fn files_are_named_from_the_root_of_the_repository() {
        assert_eq!(from_root("", "api.yaml"), "api.yaml");
        assert_eq!(from_root("web/app/", "../../api.yaml"), "api.yaml");
        assert_eq!(from_root("web/", "./spec/../api.yaml"), "web/api.yaml");
        assert_eq!(from_root("", "../../api.yaml"), "../../api.yaml");
        assert_eq!(from_root("web/", "/tmp/api.yaml"), "/tmp/api.yaml");
        let log: Value = serde_json::from_str(&found().to_sarif("web/")).expect("it is JSON");
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "web/my%20api.yaml");
    }

    #[test]
    fn github_gets_one_line_for_each_place() {
        assert_eq!(
            found().to_github("web/"),
            "::warning file=web/my api.yaml,line=1,col=1,title=example::a mistake: here%0Acorrect it\n\
             ::warning file=web/my api.yaml,line=2,col=8,title=example::a mistake: and, 100%25 there%0Acorrect it\n"
        );
    }
}
