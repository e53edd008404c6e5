//! The documentation names only tests that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rows of the ASVS tables of `docs/security.md`: number, state, and what stands behind it.
fn requirements(text: &str) -> Vec<(String, String, String)> {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, number, _, state, why, _] = cells[..] else {
            return None;
        };
        let is_number = number.split('.').count() == 3
            && number.split('.').all(|part| part.parse::<u8>().is_ok());
        is_number.then(|| (number.to_owned(), state.to_owned(), why.to_owned()))
    });
    rows.collect()
}

/// All files below a folder whose name ends in one of `endings`.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && name != "node_modules" {
                files(&path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
}

/// The names of all test functions, and the paths of all test scripts.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["templates/runtime", "templates/server", "tests", "src"] {
        files(&root.join(folder), &[".rs", ".mjs"], &mut found);
    }
    let mut names = BTreeSet::new();
    for path in found {
        let place = path.strip_prefix(root).expect("it is below the root");
        names.insert(place.display().to_string());
        let text = fs::read_to_string(&path).expect("text");
        let mut is_test = false;
        for line in text.lines() {
            let line = line.trim();
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some((_, rest)) = line.split_once("fn ")
                && is_test
            {
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                names.insert(name);
                is_test = false;
            }
        }
    }
    names
}

/// The texts between backquotes that are names of tests: functions in snake case, and paths of scripts.
fn named_tests(text: &str) -> Vec<&str> {
    let is_function = |name: &&str| {
        name.contains('_')
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    let quoted = text.split('`').skip(1).step_by(2);
    quoted
        .filter(|name| is_function(name) || name.ends_with(".mjs"))
        .collect()
}

#[test]
fn each_security_requirement_that_is_met_names_a_test_that_exists() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md");
    let text = fs::read_to_string(path).expect("docs/security.md");
    let tests = tests();
    let requirements = requirements(&text);
    let mut wrong = Vec::new();
    for (number, state, why) in &requirements {
        match state.as_str() {
            "met" => {
                let named = named_tests(why);
                if named.is_empty() {
                    wrong.push(format!("{number}: met, and names no test"));
                }
                for name in named.iter().filter(|name| !tests.contains(**name)) {
                    wrong.push(format!("{number}: there is no test `{name}`"));
                }
            }
            "documented" | "not met" | "not applicable" if !why.is_empty() => {}
            other => wrong.push(format!("{number}: `{other}` without a reason")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Chapters V3, V6, V7 and V9 of ASVS 5.0 have so many requirements.
    let of = |chapter: &str| {
        let rows = requirements
            .iter()
            .filter(|(number, ..)| number.starts_with(chapter));
        rows.map(|(number, ..)| number)
            .collect::<BTreeSet<_>>()
            .len()
    };
    assert_eq!([of("3."), of("6."), of("7."), of("9.")], [31, 47, 19, 7]);
}
