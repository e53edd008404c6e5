//! `auth-gen diff`: what a change of the description means, as a list for people or as JSON.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::config::{Config, SPEC, config};
use super::console::Console;
use super::files::{read, read_app_info, ref_root, with_parts};
use super::{Exit, Outcome};
use crate::app_info::AppInfoSource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::SourceFile;
use crate::{Change, Effect, compare};

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Effects:
  breaking    calls of released clients fail, or lack something that they rely on
  open        what needed a session is open to everyone
  unknown     answers and values that released clients do not know
  ignored     what released clients send is no longer read
  code        your code has to change when server and client are generated again
  compatible  nothing has to change

In CI, with the description of the main branch on standard input:
  git show origin/main:auth.yaml | auth-gen diff -
Other files that it refers to are read from the current folder; a description of several files is
compared by two checkouts, `git worktree add ../old origin/main`.

Exit codes: 0 no change of an effect that `--fail-on` names, 1 at least one, 2 errors.")]
pub(super) struct DiffArgs {
    /// The description that released clients were generated from; `-` reads standard input
    old: PathBuf,
    /// The description as it is now [default: that of auth-gen.toml]
    new: Option<PathBuf>,
    /// The effects that end the command with exit code 1
    #[arg(
        long,
        value_name = "EFFECTS",
        value_delimiter = ',',
        default_value = "breaking,open"
    )]
    fail_on: Vec<FailOn>,
    /// The folder that holds all files that the descriptions refer to [default: that of
    /// auth-gen.toml, or else that of each description]
    #[arg(long, value_name = "DIR")]
    ref_root: Option<PathBuf>,
    /// The appInfo file, which tells paths under `apiBasePath` from others [default: that of
    /// auth-gen.toml, or else `/auth`]
    #[arg(long, value_name = "FILE")]
    app_info: Option<PathBuf>,
    /// The settings file [default: auth-gen.toml in the current folder or the next one above
    /// that has it, within the same repository]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// An [`Effect`] as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Breaking,
    Open,
    Unknown,
    Ignored,
    Code,
    Compatible,
    /// No change
    None,
}

impl FailOn {
    fn is(self, effect: Effect) -> bool {
        match self {
            Self::Breaking => effect == Effect::Breaking,
            Self::Open => effect == Effect::Open,
            Self::Unknown => effect == Effect::Unknown,
            Self::Ignored => effect == Effect::Ignored,
            Self::Code => effect == Effect::Code,
            Self::Compatible => effect == Effect::Compatible,
            Self::None => false,
        }
    }
}

/// What appInfo decides here is the base path alone; this is its default.
const DEFAULT_APP_INFO: &str = "appName: default\n\
    apiDomain: http://localhost:3001\nwebsiteDomain: http://localhost:3000\n";

pub(super) fn run(args: &DiffArgs, console: &Console) -> Outcome {
    let config = config(args.config.as_deref())?;
    let (old, new, app_info) = args.load(&config)?;
    let changes = compare(&old, &new, &app_info)?;
    let fails = |change: &&Change| args.fail_on.iter().any(|on| on.is(change.effect));
    let failing = changes.iter().filter(fails).count();
    if console.is_json() {
        console.print_json(&json(&old, &new, &changes))?;
    } else {
        console.print(&render(&old, &new, &changes))?;
    }
    Ok(if failing == 0 {
        Exit::Done
    } else {
        Exit::Drift
    })
}

impl DiffArgs {
    fn load(
        &self,
        config: &Config,
    ) -> Result<(SourceFile, SourceFile, AppInfoSource), Diagnostics> {
        let Some(new) = config.place(self.new.as_ref(), |project| &project.spec) else {
            let (_, key, what) = SPEC;
            return Err(
                Diagnostic::error("missing-setting", format!("no new {what} is named"))
                    .help(format!(
                        "name it behind the old one, or write `{key} = \"…\"` in `auth-gen.toml`"
                    ))
                    .into(),
            );
        };
        if self.old == new && new == Path::new("-") {
            return Err(Diagnostic::error(
                "unreadable-input",
                "standard input cannot be both descriptions",
            )
            .help("give a file for one of them")
            .into());
        }
        let app_info = config.place(self.app_info.as_ref(), |project| &project.app_info);
        let app_info = match app_info {
            Some(path) => read_app_info(&path),
            None => Ok(SourceFile::new("appInfo.yaml", DEFAULT_APP_INFO).into()),
        };
        match (
            self.read(config, &self.old),
            self.read(config, &new),
            app_info,
        ) {
            (Ok(old), Ok(new), Ok(app_info)) => Ok((old, new, app_info)),
            (old, new, app_info) => {
                let mut diagnostics = Diagnostics::default();
                let errors = [old.err(), new.err(), app_info.err()];
                errors
                    .into_iter()
                    .flatten()
                    .for_each(|one| diagnostics.push(one));
                Err(diagnostics)
            }
        }
    }

    fn read(&self, config: &Config, path: &Path) -> Result<SourceFile, Diagnostic> {
        let spec = read(path)?;
        let root = self.ref_root.clone();
        let root = root.unwrap_or_else(|| ref_root(&config.home, Path::new(spec.name())));
        Ok(with_parts(spec, &root))
    }
}

fn json(old: &SourceFile, new: &SourceFile, changes: &[Change]) -> Value {
    let list = changes.iter().map(|change| {
        json!({
            "effect": change.effect.name(),
            "code": change.code,
            "text": change.text,
            "operations": change.operations,
        })
    });
    json!({ "old": old.name(), "new": new.name(), "changes": list.collect::<Vec<_>>() })
}

fn heading(effect: Effect) -> &'static str {
    match effect {
        Effect::Breaking => "breaks released clients",
        Effect::Open => "is open to everyone",
        Effect::Unknown => "is not known to released clients",
        Effect::Ignored => "is no longer read",
        Effect::Code => "changes your code",
        Effect::Compatible => "is compatible",
    }
}

fn render(old: &SourceFile, new: &SourceFile, changes: &[Change]) -> String {
    let (old, new) = (old.name(), new.name());
    if changes.is_empty() {
        return format!("`{old}` and `{new}` describe the same API\n");
    }
    let mut text = format!("from `{old}` to `{new}`:\n");
    for effect in Effect::ALL {
        let of_effect: Vec<&Change> = changes.iter().filter(|one| one.effect == effect).collect();
        if of_effect.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{}: {}\n", heading(effect), of_effect.len()));
        for change in of_effect {
            text.push_str(&format!("  {}{}\n", change.text, operations(change)));
        }
    }
    text
}

/// Operations that are named; the others are counted.
const NAMED: usize = 4;

/// The operations that the sentence does not name itself.
fn operations(change: &Change) -> String {
    let known = |id: &&String| !change.text.contains(&format!("`{id}`"));
    let names: Vec<&str> = change
        .operations
        .iter()
        .filter(known)
        .map(String::as_str)
        .collect();
    match names.len() {
        0 => String::new(),
        count if count > NAMED => {
            let more = count - NAMED;
            format!(" ({} and {more} more)", names[..NAMED].join(", "))
        }
        _ => format!(" ({})", names.join(", ")),
    }
}
