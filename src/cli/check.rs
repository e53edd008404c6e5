//! `auth-gen check`: is what stands in the output folder what the input generates?

use serde_json::{Value, json};
use similar::TextDiff;

use super::console::Console;
use super::files::shown;
use super::generate::{files, joined};
use super::project::OutputArgs;
use super::{Exit, Outcome};
use crate::disk::{self, Difference, Drift};

/// A diff longer than this is no longer read; the rest is counted, and its files are named.
const LINES: usize = 100;

/// GitHub shows no more annotations of one step.
const ANNOTATED: usize = 10;

pub(super) fn run(args: &OutputArgs, console: &Console) -> Outcome {
    let (_, outputs) = args.generate(console)?;
    let mut drifts = Vec::new();
    for output in &outputs {
        let drift = disk::check(&output.tree, &output.folder)?;
        drifts.push((shown(&output.folder), drift));
    }
    if console.is_json() {
        let folders = drifts.iter().map(|(out, drift)| json(drift, out));
        console.print_json(&joined(folders))?;
    } else {
        let reports: Vec<String> = drifts
            .iter()
            .map(|(out, drift)| render(drift, out))
            .collect();
        let report = reports.concat();
        console.print(&if console.colors_results() {
            painted(&report)
        } else {
            report
        })?;
    }
    for (out, drift) in &drifts {
        for difference in drift.differences.iter().take(ANNOTATED) {
            let text = format!(
                "{}: `auth-gen generate` brings it up to date",
                state(difference)
            );
            console.annotate(&format!("{out}/{}", difference.path()), "drift", &text);
        }
    }
    Ok(
        if drifts.iter().all(|(_, drift)| drift.differences.is_empty()) {
            Exit::Done
        } else {
            Exit::Drift
        },
    )
}

fn json(drift: &Drift, out: &str) -> Value {
    let differences: Vec<Value> = drift
        .differences
        .iter()
        .map(|difference| json!({"path": difference.path(), "state": state(difference)}))
        .collect();
    json!({"out": out, "files": drift.files, "differences": differences})
}

fn state(difference: &Difference) -> &'static str {
    match difference {
        Difference::Missing { .. } => "missing",
        Difference::Outdated { .. } => "outdated",
        Difference::Edited { .. } => "edited",
        Difference::Extra { .. } => "extra",
        Difference::Blocked { .. } => "blocked",
    }
}

fn render(drift: &Drift, out: &str) -> String {
    if drift.differences.is_empty() {
        return format!("`{out}` is up to date: {}\n", files(drift.files));
    }
    let mut text = format!(
        "`{out}` is not what the input generates: {} of {}\n\n",
        drift.differences.len(),
        files(drift.files)
    );
    for difference in &drift.differences {
        text.push_str(&format!(
            "{:10}{out}/{}",
            state(difference),
            difference.path()
        ));
        if let Difference::Blocked { what, .. } = difference {
            text.push_str(&format!(" {what}"));
        }
        text.push('\n');
    }
    text.push_str(&diffs(drift, out));
    let is_edited = |one: &Difference| matches!(one, Difference::Edited { .. });
    text.push_str(if drift.differences.iter().any(is_edited) {
        "\n`auth-gen generate --force` brings it up to date, and keeps edited files as `<file>.orig`\n"
    } else {
        "\n`auth-gen generate` brings it up to date\n"
    });
    text
}

/// The unified diffs, from what is there to what would be generated, cut at [`LINES`].
fn diffs(drift: &Drift, out: &str) -> String {
    let mut text = String::new();
    let mut left = LINES;
    let mut cut = 0;
    let mut cut_files = Vec::new();
    for difference in &drift.differences {
        let (Difference::Outdated {
            path,
            found,
            expected,
        }
        | Difference::Edited {
            path,
            found,
            expected,
        }) = difference
        else {
            continue;
        };
        let diff = TextDiff::from_lines(found.as_str(), expected.as_str())
            .unified_diff()
            .header(
                &format!("{out}/{path}"),
                &format!("{out}/{path} (generated)"),
            )
            .to_string();
        let lines: Vec<&str> = diff.lines().collect();
        let (shown, hidden) = lines.split_at(lines.len().min(left));
        left -= shown.len();
        if !shown.is_empty() {
            text.push('\n');
        }
        for line in shown {
            text.push_str(line);
            text.push('\n');
        }
        if !hidden.is_empty() {
            cut += hidden.len();
            cut_files.push(path.as_str());
        }
    }
    if cut > 0 {
        text.push_str(&format!(
            "\n… and {cut} more lines, in {}\n",
            cut_files.join(", ")
        ));
    }
    text
}

/// Red and green where a diff has them.
fn painted(report: &str) -> String {
    let mut text = String::new();
    for line in report.lines() {
        let color = match line.as_bytes().first() {
            Some(b'-') => "\u{1b}[31m",
            Some(b'+') => "\u{1b}[32m",
            Some(b'@') => "\u{1b}[36m",
            _ => "",
        };
        let end = if color.is_empty() { "" } else { "\u{1b}[0m" };
        text.push_str(&format!("{color}{line}{end}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_difference_is_named() {
        let drift = Drift {
            files: 12,
            differences: vec![
                Difference::Missing {
                    path: "client/js/types.d.ts".to_owned(),
                },
                Difference::Edited {
                    path: "server/src/lib.rs".to_owned(),
                    found: "mod api;\n// mine\n".to_owned(),
                    expected: "mod api;\n".to_owned(),
                },
                Difference::Extra {
                    path: "server/src/old.rs".to_owned(),
                },
                Difference::Blocked {
                    path: "server/tests/a.rs".to_owned(),
                    what: "is a symbolic link",
                },
            ],
        };
        insta::assert_snapshot!(render(&drift, "out"), @r"
`out` is not what the input generates: 4 of 12 files

missing   out/client/js/types.d.ts
edited    out/server/src/lib.rs
extra     out/server/src/old.rs
blocked   out/server/tests/a.rs is a symbolic link

--- out/server/src/lib.rs
+++ out/server/src/lib.rs (generated)
@@ -1,2 +1 @@
 mod api;
-// mine

`auth-gen generate --force` brings it up to date, and keeps edited files as `<file>.orig`
");
    }

    #[test]
    fn a_long_diff_is_cut() {
        let outdated = |path: &str| Difference::Outdated {
            path: path.to_owned(),
            found: String::new(),
            expected: "line\n".repeat(90),
        };
        let drift = Drift {
            files: 3,
            differences: vec![outdated("a"), outdated("b"), outdated("c")],
        };
        let report = render(&drift, "out");
        assert!(
            report.contains("\n… and 179 more lines, in b, c\n"),
            "{report}"
        );
    }
}
