//! `auth-gen generate`: write the tree.

use clap::Args;
use serde_json::json;

use super::console::Console;
use super::project::{InputArgs, shown};
use super::{Exit, Outcome};
use crate::disk::{self, Conflicts, Report};

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Replace edited and foreign files that are in the way, keeping each as `<file>.orig`
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &GenerateArgs, console: &Console) -> Outcome {
    let (loaded, out) = args.input.load_with_out()?;
    let out = out.as_path();
    let generated = loaded.generate()?;
    console.diagnose(generated.warnings.clone());
    let conflicts = if args.force {
        Conflicts::SaveAndOverwrite
    } else {
        Conflicts::Stop
    };
    let report = disk::write(&generated.tree, out, conflicts)?;
    let out = shown(out);
    if console.is_json() {
        console.print_json(&json!({
            "out": out,
            "written": report.written,
            "unchanged": report.unchanged,
            "removed": report.removed,
            "saved": report.saved.iter().map(|(path, saved)| json!({"path": path, "saved": saved})).collect::<Vec<_>>(),
            "repaired": report.repaired,
        }))?;
        return Ok(Exit::Done);
    }
    let custom = generated
        .routes
        .iter()
        .filter(|row| row.behaviour == "custom");
    let mut text = summary(&report, &out);
    match custom.count() {
        0 => {}
        1 => text.push_str("1 operation is yours to implement, see `auth-gen routes`\n"),
        n => text.push_str(&format!(
            "{n} operations are yours to implement, see `auth-gen routes`\n"
        )),
    }
    if report.unchanged == 0 {
        text.push_str(&format!(
            "next: cargo run --manifest-path {out}/server/Cargo.toml\n"
        ));
    }
    console.print(&text)?;
    Ok(Exit::Done)
}

/// What was done, in a few lines.
pub(super) fn summary(report: &Report, out: &str) -> String {
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
    }
    text
}

/// `1 file`, `2 files`.
pub(super) fn files(count: usize) -> String {
    match count {
        1 => "1 file".to_owned(),
        _ => format!("{count} files"),
    }
}
