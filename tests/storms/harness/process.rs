//! Processes and signals.

use std::process::{Command, Stdio};

/// Sends a signal such as `STOP` to processes; those that are gone do not matter.
///
/// # Panics
/// There is no `kill`.
pub fn signal(name: &str, processes: &[u32]) {
    let _ = Command::new("kill")
        .arg(format!("-{name}"))
        .args(processes.iter().map(u32::to_string))
        .stderr(Stdio::null())
        .status()
        .expect("there is a `kill`");
}

/// A process and its children, as Linux shows them.
pub(crate) fn family(process: u32) -> Vec<u32> {
    let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = folders.filter_map(|folder| {
        let id: u32 = folder.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(folder.path().join("stat")).ok()?;
        // After the name, which may hold anything: the state, then the parent.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        (parent.parse() == Ok(process)).then_some(id)
    });
    std::iter::once(process).chain(children).collect()
}
