//! The house stands: no module uses a floor above its own, only the CLI prints, and only the CLI
//! and `disk` touch files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module's floor; a module may use its own floor and those below.
const FLOORS: &[&[&str]] = &[
    &["source", "name", "parallel", "tree"],
    &["diagnostic"],
    &["spec", "app_info", "catalog", "settings"],
    &["ir"],
    &["lower"],
    &["emit", "routes", "changes"],
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

/// The files of one module that a file of it uses: what its `use` lines name by `super::…`,
/// `self::…` and `crate::…`, and the folders that it declares and calls by name.
fn uses_within(module: &str, source: &Source, names: &BTreeSet<String>) -> BTreeSet<String> {
    let own = source.name.trim_end_matches(".rs").replace('/', "::");
    let mut found = BTreeSet::new();
    for path in paths(&source.code) {
        let mut segments: Vec<&str> = path.split("::").collect();
        if segments.len() == 1 {
            continue;
        }
        let mut at: Vec<&str> = match segments[0] {
            "crate" => Vec::new(),
            "self" | "super" => own.split("::").collect(),
            first if names.contains(&format!("{own}::{first}")) => own.split("::").collect(),
            _ => continue,
        };
        while let Some(word @ ("crate" | "self" | "super")) = segments.first().copied() {
            if word == "super" {
                at.pop();
            }
            segments.remove(0);
        }
        at.extend(segments);
        if at.first() != Some(&module) {
            continue;
        }
        // The longest beginning that is a file: what follows are items in it.
        while !at.is_empty() && !names.contains(&at.join("::")) {
            at.pop();
        }
        let used = at.join("::");
        if !used.is_empty() && used != own {
            found.insert(used);
        }
    }
    found
}

/// Every path of the code, groups of `use` lines written out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str) -> Vec<String> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let length = rest.find(|c: char| !is_path(c)).unwrap_or(rest.len());
        if length == 0 {
            match c {
                '}' | ';' if !prefixes.is_empty() => {
                    prefixes.pop();
                }
                _ => {}
            }
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (path, after) = rest.split_at(length);
        let whole = prefixes.concat() + path;
        rest = after;
        if path.ends_with("::") && rest.starts_with('{') {
            prefixes.push(path.to_owned());
            rest = &rest[1..];
        } else {
            found.push(whole.trim_end_matches(':').to_owned());
        }
    }
    found
}

/// In `lower` each file uses files further down only: what a schema is, then what it becomes.
#[test]
fn the_files_of_lower_use_each_other_downwards_only() {
    let sources = sources();
    let of_lower: Vec<&Source> = sources
        .iter()
        .filter(|source| source.module == "lower")
        .collect();
    let name = |source: &Source| source.name.trim_end_matches(".rs").replace('/', "::");
    let names: BTreeSet<String> = of_lower.iter().map(|source| name(source)).collect();
    let mut uses: BTreeMap<String, BTreeSet<String>> = of_lower
        .iter()
        .map(|source| (name(source), uses_within("lower", source, &names)))
        .collect();
    // The test would also pass if it saw nothing.
    assert!(uses["lower"].contains("lower::operations"), "{uses:?}");
    assert!(uses["lower::types"].contains("lower::members"), "{uses:?}");
    // Files that use no other are taken away until none is left, or only circles.
    while !uses.is_empty() {
        let bottom: Vec<String> = uses
            .iter()
            .filter(|(_, used)| used.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        assert!(!bottom.is_empty(), "these use each other: {uses:#?}");
        uses.retain(|name, _| !bottom.contains(name));
        for used in uses.values_mut() {
            used.retain(|name| !bottom.contains(name));
        }
    }
}

#[test]
fn paths_are_read_whole() {
    let code = "use super::{a, b::{self, c}};\nfn f() { crate::lower::x::y(d::e) }";
    let found = paths(code);
    for path in [
        "super::a",
        "super::b::self",
        "super::b::c",
        "crate::lower::x::y",
        "d::e",
    ] {
        assert!(found.iter().any(|known| known == path), "{path}: {found:?}");
    }
}
