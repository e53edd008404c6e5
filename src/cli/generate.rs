//! `auth-gen generate`: write the tree.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::console::Console;
use super::files::{note, shown, take_read};
use super::project::{Output, OutputArgs, Target};
use super::watch::Watcher;
use super::written::groups;
use super::{Exit, Outcome, layout};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::disk::{Hashed, LOCK_FILE, Overwrite, Report};

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    #[command(flatten)]
    output: OutputArgs,
    /// Replace edited and foreign files that are in the way, keeping each as `<file>.orig`
    #[arg(long)]
    force: bool,
    /// Replace the output of a newer auth-gen by that of this one
    #[arg(long)]
    downgrade: bool,
    /// Generate again whenever the description, appInfo, the settings, or a file that they refer to
    /// changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
}

pub(super) fn run(args: &GenerateArgs, console: &Console) -> Outcome {
    if args.watch {
        watch(args, console)
    } else {
        once(args, console)
    }
}

/// Generates after each change. A mistake in the input is shown, and does not end the command.
fn watch(args: &GenerateArgs, console: &Console) -> Outcome {
    if args.output.reads_stdin() {
        return Err(
            Diagnostic::error("cannot-watch", "standard input cannot be watched")
                .help("write the description to a file, and name it with `--spec FILE`")
                .into(),
        );
    }
    let mut watcher = Watcher::new()?;
    loop {
        if let Err(diagnostics) = once(args, console) {
            console.diagnose(diagnostics);
        }
        console.finish();
        let read = take_read();
        let count = files(read.len());
        watcher.follow(read)?;
        if !console.is_json() {
            console.print(&format!("watching {count}; Ctrl-C ends it\n"))?;
        }
        let changed = loop {
            let changed = watcher.wait(Duration::from_secs(60))?;
            if !changed.is_empty() {
                break changed;
            }
        };
        if !console.is_json() {
            console.print(&format!("\n`{}` has changed\n", changed.join("`, `")))?;
        }
    }
}

fn once(args: &GenerateArgs, console: &Console) -> Outcome {
    let (generated, outputs) = args.output.generate(console)?;
    let overwrite = Overwrite {
        conflicts: args.force,
        newer: args.downgrade,
    };
    let reports = write(&outputs, overwrite)?;
    if console.is_json() {
        console.print_json(&json(&outputs, &reports))?;
        return Ok(Exit::Done);
    }
    let custom = generated
        .routes
        .iter()
        .filter(|row| row.behaviour == "custom")
        .count();
    let mut text = String::new();
    for (output, report) in outputs.iter().zip(&reports) {
        text.push_str(&summary(output, report));
        match (output.target, custom) {
            (Target::Nextjs, _) | (_, 0) => {}
            (_, 1) => text.push_str("1 operation is yours to implement, see `auth-gen routes`\n"),
            (_, n) => text.push_str(&format!(
                "{n} operations are yours to implement, see `auth-gen routes`\n"
            )),
        }
    }
    for (output, report) in outputs.iter().zip(&reports) {
        if report.unchanged > 0 {
            continue;
        }
        let folder = shown(&output.folder);
        text.push_str(&match output.target {
            Target::Server => {
                format!("next: cargo run --manifest-path {folder}/server/Cargo.toml\n")
            }
            Target::Nextjs => {
                format!("next: tell Next.js where the server is, see {folder}/auth-gen/README.md\n")
            }
        });
    }
    console.print(&text)?;
    Ok(Exit::Done)
}

/// Writes all of them, or none where something of the user's is in the way of one.
pub(super) fn write(outputs: &[Output], overwrite: Overwrite) -> Result<Vec<Report>, Diagnostics> {
    let trees: Vec<(Hashed<'_>, &Path)> = outputs
        .iter()
        .map(|output| (Hashed::new(&output.tree), output.folder.as_path()))
        .collect();
    for (tree, folder) in &trees {
        // Some errors are resolved by a change of the lock: then the commands that watch run again.
        tree.survey(folder, overwrite)
            .inspect_err(|_| note(&folder.join(LOCK_FILE)))?;
    }
    trees
        .iter()
        .map(|(tree, folder)| tree.write(folder, overwrite))
        .collect()
}

fn json(outputs: &[Output], reports: &[Report]) -> Value {
    joined(outputs.iter().zip(reports).map(|(output, report)| {
        json!({
            "out": shown(&output.folder),
            "written": report.written,
            "unchanged": report.unchanged,
            "removed": report.removed,
            "saved": report.saved.iter().map(|(path, saved)| json!({"path": path, "saved": saved})).collect::<Vec<_>>(),
            "repaired": report.repaired,
            "moved": layout::notice(&report.removed, is_vendored(output)).map(|text| text.trim().to_owned()),
        })
    }))
}

/// What is said of the first output, and in it that of the Next.js application where there are two.
pub(super) fn joined(mut outputs: impl Iterator<Item = Value>) -> Value {
    let mut first = outputs.next().unwrap_or_default();
    if let Some(second) = outputs.next() {
        first["nextjs"] = second;
    }
    first
}

/// What was done, in a few lines.
pub(super) fn summary(output: &Output, report: &Report) -> String {
    let out = shown(&output.folder);
    let mut text = String::new();
    if report.repaired {
        text.push_str("completed what an interrupted run had begun\n");
    }
    for (path, saved) in &report.saved {
        text.push_str(&format!("kept your `{out}/{path}` as `{out}/{saved}`\n"));
    }
    if report.written.is_empty() && report.removed.is_empty() {
        text.push_str(&format!(
            "`{out}` is up to date: {}\n",
            files(report.unchanged)
        ));
    } else {
        text.push_str(&format!(
            "`{out}`: {} written, {} unchanged, {} removed\n",
            files(report.written.len()),
            report.unchanged,
            report.removed.len()
        ));
        text.push_str(&groups(&report.written, &report.removed));
        text.extend(layout::notice(&report.removed, is_vendored(output)));
    }
    text
}

/// Whether the output holds a copy of the runtime.
fn is_vendored(output: &Output) -> bool {
    output.tree.get("server/runtime/Cargo.toml").is_some()
}

/// `1 file`, `2 files`.
pub(super) fn files(count: usize) -> String {
    match count {
        1 => "1 file".to_owned(),
        _ => format!("{count} files"),
    }
}
