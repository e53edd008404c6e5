//! `doctor`: the effect of the settings, and what is dangerous about them.

use crate::Config;
use crate::app_info::AppInfoDefaults;
use crate::config::ConfigErrors;
use crate::config::judgement::{self, Fact, Finding, Severity};
use clap::Args;
use serde_json::{Value, json};

use super::Done;

/// Judges the settings without opening or changing anything.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The name of a setting, how bad it is, what is wrong and what to do.
struct Row {
    severity: Severity,
    setting: String,
    problem: String,
    cure: Option<String>,
}

impl Doctor {
    pub(super) fn run(&self, app_info: &AppInfoDefaults) -> Done {
        let (facts, rows) = match Config::from_env(app_info) {
            Ok(config) => {
                let findings = judgement::judge(&config).into_iter().map(Row::from);
                (judgement::facts(&config), findings.collect())
            }
            Err(errors) => (Vec::new(), refused(errors)),
        };
        let is_dangerous = rows
            .iter()
            .any(|row: &Row| row.severity <= Severity::Danger);
        let answer = if self.json {
            as_json(&facts, &rows).to_string()
        } else {
            as_text(&facts, &rows)
        };
        if is_dangerous {
            Done::Badly(answer)
        } else {
            Done::Well(answer)
        }
    }
}

impl From<Finding> for Row {
    fn from(finding: Finding) -> Self {
        Self {
            severity: finding.severity,
            setting: finding.setting.variable.to_owned(),
            problem: finding.problem,
            cure: Some(finding.cure),
        }
    }
}

/// Errors of settings, each of which begins with the name of one.
fn refused(ConfigErrors(errors): ConfigErrors) -> Vec<Row> {
    let rows = errors.into_iter().map(|error| {
        let (setting, problem) = error.split_once(": ").unwrap_or(("settings", &error));
        Row {
            severity: Severity::Refused,
            setting: setting.to_owned(),
            problem: problem.to_owned(),
            cure: None,
        }
    });
    rows.collect()
}

fn as_json(facts: &[Fact], rows: &[Row]) -> Value {
    let facts = facts
        .iter()
        .map(|fact| json!({ "topic": fact.topic, "text": fact.text }));
    let findings = rows.iter().map(|row| {
        json!({
            "severity": row.severity.name(),
            "setting": row.setting,
            "problem": row.problem,
            "cure": row.cure,
        })
    });
    json!({ "facts": facts.collect::<Vec<_>>(), "findings": findings.collect::<Vec<_>>() })
}

fn as_text(facts: &[Fact], rows: &[Row]) -> String {
    let mut lines = Vec::new();
    let mut last = "";
    for Fact { topic, text } in facts {
        let shown = if *topic == last { "" } else { topic };
        lines.push(format!("{shown:9}{text}"));
        last = topic;
    }
    for row in rows {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!(
            "{}: {}: {}",
            row.severity.name(),
            row.setting,
            row.problem
        ));
        lines.extend(row.cure.iter().map(|cure| format!("  cure: {cure}")));
    }
    if rows.is_empty() {
        lines.push("\nNothing is wrong with the settings.".to_owned());
    }
    lines.join("\n")
}
