//! What an operator has to know about the settings: determined in one place, for every start and for the command
//! `doctor`.
//!
//! Rules: a setting that can never work or never be safe is refused; a dangerous one that may have a reason
//! is one warning, which names the setting and the cure (OWASP ASVS 5.0, 13.1 and 13.4); a default is safe,
//! or is judged like any other value. No text holds a secret.
//!
//! An area of settings is a module with a function `judge`; [`judge`] lists them all.

mod cookies;
mod facts;
mod listeners;
mod mail;
mod storage;
#[cfg(test)]
mod tests;

use std::fmt;

use super::Config;

pub use self::facts::{Fact, facts};

/// What follows from a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It can never work or never be safe: the server does not start.
    Refused,
    /// It is dangerous, and there may be a reason for it: the server starts and warns.
    Danger,
    /// For information.
    Notice,
}

/// Something that an operator has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What follows from it.
    pub severity: Severity,
    /// The setting.
    pub setting: Setting,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub cure: String,
}

/// A setting, by its two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable of the environment, or the place in appInfo.
    pub variable: &'static str,
    /// The field of [`Config`], for settings that are made in code.
    pub field: &'static str,
}

impl Severity {
    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Danger => "danger",
            Self::Notice => "notice",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}",
            self.setting.variable, self.problem, self.cure
        )
    }
}

/// Judges all settings, the worst first. Looks at the modes of files and reads nothing else.
pub fn judge(config: &Config) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    cookies::judge(config, &mut findings);
    listeners::judge(config, &mut findings);
    mail::judge(config, &mut findings);
    storage::judge(config, &mut findings);
    unknown(config, &mut findings);
    let Findings(mut findings) = findings;
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// What makes settings unusable, each as `describe` has it.
pub(super) fn refusals(config: &Config, describe: impl Fn(&Setting) -> String) -> Vec<String> {
    let findings = judge(config).into_iter();
    let refused = findings.filter(|finding| finding.severity == Severity::Refused);
    refused
        .map(|finding| {
            let name = describe(&finding.setting);
            format!("{name}: {}: {}", finding.problem, finding.cure)
        })
        .collect()
}

/// Logs each finding once. Settings that are refused have stopped the start before.
pub(crate) fn warn(config: &Config) {
    for finding in judge(config) {
        tracing::warn!("{finding}");
    }
}

fn unknown(config: &Config, findings: &mut Findings) {
    if config.unknown_variables.is_empty() {
        return;
    }
    let setting = Setting {
        variable: "AUTH_*",
        field: "unknown_variables",
    };
    let names = config.unknown_variables.join(", ");
    findings.notice(
        setting,
        format!("not settings of this server: {names}"),
        "nothing, where another program needs them; otherwise correct or remove them",
    );
}

/// What was found so far.
struct Findings(Vec<Finding>);

impl Findings {
    fn refuse(&mut self, setting: Setting, problem: impl Into<String>, cure: impl Into<String>) {
        self.add(Severity::Refused, setting, problem.into(), cure.into());
    }

    fn danger(&mut self, setting: Setting, problem: impl Into<String>, cure: impl Into<String>) {
        self.add(Severity::Danger, setting, problem.into(), cure.into());
    }

    fn notice(&mut self, setting: Setting, problem: impl Into<String>, cure: impl Into<String>) {
        self.add(Severity::Notice, setting, problem.into(), cure.into());
    }

    fn add(&mut self, severity: Severity, setting: Setting, problem: String, cure: String) {
        self.0.push(Finding {
            severity,
            setting,
            problem,
            cure,
        });
    }
}
