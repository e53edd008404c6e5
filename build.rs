//! Writes down which files of `templates/runtime` and `templates/server` are embedded, and which recipes of
//! the runtime have a contract, so that a new one needs no list.
//!
//! Only kinds of files that they are made of are taken: an ignored database or an editor's
//! backup is never swallowed. `emit::runtime` has a test that compares the result with git.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Extensions of files that are copied verbatim.
const KINDS: &[&str] = &["html", "md", "rs", "snap", "sql", "toml", "txt"];
/// What auth-gen emits itself.
const EMITTED: &str = "src/api";

fn main() {
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=build.rs");
    let templates = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("templates");
    for name in ["runtime", "server"] {
        let root = templates.join(name);
        let mut paths = Vec::new();
        collect(&root, &root, &mut paths);
        paths.sort();
        let mut table = String::from("&[\n");
        for path in paths {
            let file = root.join(&path);
            writeln!(table, "    ({path:?}, include_str!({file:?})),").expect("a string takes all");
        }
        table.push_str("]\n");
        let output = Path::new(&variable("OUT_DIR")).join(format!("{name}_files.rs"));
        fs::write(&output, table).expect("OUT_DIR can be written");
    }
    let output = Path::new(&variable("OUT_DIR")).join("contracts.rs");
    let recipes = templates.join("runtime/src/recipes");
    fs::write(&output, contracts(&recipes)).expect("OUT_DIR can be written");
}

/// A module for the contract of each recipe, and the list of all.
fn contracts(recipes: &Path) -> String {
    let entries = fs::read_dir(recipes).expect("the folder is part of the package");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.path().join("contract.rs").is_file())
        .map(|entry| {
            entry
                .file_name()
                .into_string()
                .expect("our names are ASCII")
        })
        .collect();
    names.sort();
    let mut text = String::new();
    for name in &names {
        let file = recipes.join(name).join("contract.rs");
        writeln!(text, "#[path = {file:?}]\npub(crate) mod {name};").expect("a string takes all");
    }
    text.push_str("pub(super) static RECIPES: &[&[&crate::contract::Contract]] = &[\n");
    for name in &names {
        writeln!(text, "    {name}::CONTRACTS,").expect("a string takes all");
    }
    text.push_str("];\n");
    text
}

fn variable(name: &str) -> String {
    std::env::var(name).expect("cargo sets the variable")
}

/// Paths below `root`, with `/`.
fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    let entries = fs::read_dir(folder).expect("the folder is part of the package");
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let relative = path
            .strip_prefix(root)
            .expect("the path is below the root")
            .components()
            .map(|part| part.as_os_str().to_str().expect("our names are ASCII"))
            .collect::<Vec<_>>()
            .join("/");
        if path.is_dir() {
            if relative != EMITTED {
                collect(root, &path, paths);
            }
        } else if path
            .extension()
            .is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
        {
            paths.push(relative);
        }
    }
}
