//! The house stands: no module uses a floor above its own, only the CLI prints, and only the CLI
//! and `disk` touch files.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module's floor; a module may use its own floor and those below.
const FLOORS: &[&[&str]] = &[
    &["source", "name", "tree"],
    &["diagnostic"],
    &["spec", "app_info", "catalog", "settings"],
    &["ir"],
    &["lower"],
    &["emit", "routes"],
    &["disk"],
    &["cli", "main"],
];

/// What would be allowed by floor, and is not.
const APART: &[(&str, &str)] = &[
    ("emit", "spec"),
    ("lower", "tree"),
    ("disk", "spec"),
    ("disk", "ir"),
    ("disk", "emit"),
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The production code of one file: comments and the test module are blanked out, lines are kept.
struct Source {
    module: String,
    name: String,
    code: String,
}

impl Source {
    fn place(&self, offset: usize) -> String {
        let line = self.code[..offset].matches('\n').count() + 1;
        format!("src/{}:{line}", self.name)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
        .iter()
        .filter(|path| {
            let is_tests = |part: &OsStr| part == "tests" || part == "tests.rs";
            !path
                .strip_prefix(&root)
                .expect("it lies in src")
                .iter()
                .any(is_tests)
        })
        .map(|path| {
            let name = path.strip_prefix(&root).expect("it lies in src");
            let name = name.display().to_string().replace('\\', "/");
            let text = fs::read_to_string(path).expect("src is UTF-8");
            Source {
                module: first(&name, &['/', '.']).to_owned(),
                // A file's test module is its last item.
                code: text
                    .split("#[cfg(test)]\nmod tests {")
                    .next()
                    .expect("a first part")
                    .lines()
                    .flat_map(|line| [line.split("//").next().expect("a first part"), "\n"])
                    .collect(),
                name,
            }
        })
        .collect()
}

fn first<'a>(text: &'a str, separators: &[char]) -> &'a str {
    text.split(separators).next().expect("a first part")
}

/// The modules named by `crate::module` or `crate::{module, module::{…}}`, and where.
fn used(code: &str) -> Vec<(usize, String)> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect()
    };
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push((at, word(rest)));
            continue;
        };
        found.push((at, word(group)));
        let mut depth = 1;
        for (offset, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => found.push((at, word(&group[offset + 1..]))),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    // A trailing comma.
    found.retain(|(_, word)| !word.is_empty());
    found
}

#[test]
fn no_module_uses_a_floor_above_its_own() {
    let mut faults = Vec::new();
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let module = source.module.as_str();
        let Some(own) = floor(module) else {
            faults.push(format!(
                "src/{}: `{module}` stands on no floor",
                source.name
            ));
            continue;
        };
        for (at, used) in used(&source.code) {
            let place = source.place(at);
            let Some(other) = floor(&used) else {
                // What `lib.rs` itself holds is for the top floor alone. Anything else that we have
                // no module for stands in text that is emitted.
                if own + 1 < FLOORS.len() && ["Inputs", "Generated", "generate"].contains(&&*used) {
                    faults.push(format!("{place}: `{module}` may not use `crate::{used}`"));
                }
                continue;
            };
            *uses.entry(module.to_owned()).or_default() += 1;
            if other > own || APART.contains(&(module, used.as_str())) {
                faults.push(format!("{place}: `{module}` may not use `{used}`"));
            }
        }
        // `spec/resolve.rs` reaches the crate's root by two `super`s, unseen by the above.
        let depth = source.name.matches('/').count() + 1;
        if let Some(at) = source.code.find(&"super::".repeat(depth)) {
            let place = source.place(at);
            faults.push(format!(
                "{place}: write `crate::…`, so that this test sees what is used"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The test would also pass if it saw nothing.
    assert!(uses["cli"] > 5 && uses["disk"] > 3, "{uses:?}");
}

#[test]
fn groups_are_read_whole() {
    let code = "use crate::{\n    lower::{self, a, b},\n    spec,\n};\nuse crate::tree::Tree;";
    let names: Vec<_> = used(code).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["lower", "spec", "tree"]);
}

#[test]
fn only_the_cli_prints() {
    refuse(
        &["print!(", "println!(", "stdout()", "stderr()", "dbg!("],
        &["cli", "main"],
        "print",
    );
}

#[test]
fn only_the_cli_and_disk_touch_files() {
    refuse(
        &[
            "std::fs",
            "File::open",
            "File::create",
            "std::env::",
            "env::var",
            "std::process",
            "std::net",
        ],
        &["cli", "disk", "main"],
        "touch files or the environment",
    );
}

fn refuse(words: &[&str], allowed: &[&str], what: &str) {
    let mut faults = Vec::new();
    for source in sources() {
        if allowed.contains(&source.module.as_str()) {
            continue;
        }
        for word in words {
            if let Some(at) = source.code.find(word) {
                let (place, module) = (source.place(at), &source.module);
                faults.push(format!("{place}: `{module}` may not {what}: `{word}`"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
