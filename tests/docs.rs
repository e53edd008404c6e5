//! The documentation names only tests that exist, and its links lead somewhere, in the repository and in the book.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use toml::de::DeTable;

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
    for folder in ["templates", "tests", "src"] {
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

/// The folder of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the repository; `None` if it is not there.
fn text(place: &str) -> Option<String> {
    fs::read_to_string(root().join(place)).ok()
}

/// README, the other pages beside it, and all pages of the book, as places below the root.
fn pages() -> Vec<String> {
    let mut found = Vec::new();
    files(&root().join("docs"), &[".md"], &mut found);
    let places = found.into_iter().map(|path| {
        let place = path.strip_prefix(root()).expect("it is below the root");
        place.to_str().expect("UTF-8").replace('\\', "/")
    });
    let beside = ["README.md", "CHANGELOG.md", "SECURITY.md"].map(str::to_owned);
    beside.into_iter().chain(places).collect()
}

/// A page without its code, in which nothing is a link or a heading.
fn prose(page: &str) -> String {
    let mut prose = String::new();
    let mut in_code = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The targets of all links and images.
fn links(page: &str) -> Vec<String> {
    // What stands between backquotes is no link.
    let prose = prose(page);
    let plain: String = prose.split('`').step_by(2).collect();
    let targets = plain.split("](").skip(1);
    targets
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.to_owned())
        .collect()
}

/// The anchors of a page's headings, as both GitHub and mdBook make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(page).lines().filter(|line| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let anchor: String = heading.chars().filter(is_kept).collect();
        let anchor = anchor.replace(' ', "-");
        let count = |number: usize| match number {
            0 => anchor.clone(),
            number => format!("{anchor}-{number}"),
        };
        let free = (0..).map(count).find(|name| !anchors.contains(name));
        anchors.extend(free);
    }
    anchors
}

/// The place that a relative link of a page leads to; `None` if it leaves the repository.
fn target(page: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in Path::new(link).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// What is wrong with a relative link of a page.
fn fault(page: &str, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let place = match path {
        "" => page.to_owned(),
        path => target(page, path)?,
    };
    if !root().join(&place).exists() {
        return Some(format!("{page}: `{link}` leads to no file"));
    }
    // The book has nothing but its own pages.
    if page.starts_with("docs/") && !place.starts_with("docs/") {
        return Some(format!("{page}: `{link}` leads out of the book"));
    }
    if anchor.is_empty() || anchors(&text(&place)?).contains(anchor) {
        return None;
    }
    Some(format!("{page}: `{link}` leads to no heading"))
}

fn is_external(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("mailto:")
}

#[test]
fn each_relative_link_leads_to_a_file_or_a_heading() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let links = links(&text(&page).expect("the page is there"));
        let relative = links.iter().filter(|link| !is_external(link));
        count += relative.clone().count();
        wrong.extend(relative.filter_map(|link| fault(&page, link)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "only {count} links were found");
}

/// The file and the anchor of each `{{#include file:anchor}}`.
fn includes(page: &str) -> Vec<(&str, Option<&str>)> {
    let found = page.split("{{#include ").skip(1);
    found
        .filter_map(|rest| rest.split_once("}}"))
        .map(|(what, _)| match what.split_once(':') {
            Some((file, anchor)) => (file, Some(anchor)),
            None => (what, None),
        })
        .collect()
}

#[test]
fn what_the_book_includes_is_there_and_has_no_links_of_another_folder() {
    let mut included = BTreeSet::new();
    for page in pages() {
        let own = text(&page).expect("the page is there");
        for (file, anchor) in includes(&own) {
            let place = target(&page, file).expect("it is below the root");
            let whole = text(&place).unwrap_or_else(|| panic!("{page}: there is no {place}"));
            let part = match anchor {
                None => whole,
                Some(name) => {
                    let begin = format!("<!-- ANCHOR: {name} -->");
                    let end = format!("<!-- ANCHOR_END: {name} -->");
                    let rest = whole.split_once(&begin).map(|(_, rest)| rest);
                    let part = rest.and_then(|rest| rest.split_once(&end));
                    let (part, _) = part.unwrap_or_else(|| panic!("{place} has no part {name}"));
                    part.to_owned()
                }
            };
            let links = links(&part);
            let inner = links.iter().find(|link| !is_external(link));
            assert_eq!(inner, None, "{place} is read in two folders");
            included.insert(place);
        }
    }
    let mut expected =
        BTreeSet::from(["CHANGELOG.md", "README.md", "SECURITY.md"].map(str::to_owned));
    for example in fs::read_dir(root().join("docs/examples")).expect("the examples") {
        let name = example.expect("a file").file_name();
        expected.insert(format!("docs/examples/{}", name.to_string_lossy()));
    }
    assert_eq!(included, expected);
}

#[test]
fn the_table_of_contents_lists_each_page_once() {
    const SUMMARY: &str = "docs/SUMMARY.md";
    let summary = text(SUMMARY).expect("the table of contents");
    let mut listed: Vec<_> = links(&summary)
        .iter()
        .filter_map(|link| target(SUMMARY, link))
        .collect();
    listed.sort();
    let mut expected = pages();
    expected.retain(|page| page.starts_with("docs/") && page != SUMMARY);
    expected.sort();
    assert_eq!(listed, expected);
}

#[test]
fn references_to_the_documentation_lead_somewhere() {
    let mut found = Vec::new();
    for folder in ["src", "spec", "templates", "tests"] {
        let endings = [
            ".rs", ".ts", ".js", ".mjs", ".jinja", ".md", ".yaml", ".toml",
        ];
        files(&root().join(folder), &endings, &mut found);
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in found {
        let code = fs::read_to_string(&path).expect("text");
        for (position, _) in code.match_indices("docs/") {
            let is_named = |c: char| c.is_ascii_alphanumeric() || "/-_.#".contains(c);
            let rest = &code[position..];
            let end = rest.find(|c| !is_named(c)).unwrap_or(rest.len());
            let reference = rest[..end].trim_end_matches('.');
            let (place, anchor) = reference.split_once('#').unwrap_or((reference, ""));
            // An address of the web is not ours.
            let is_address = code[..position].ends_with('/');
            if !place.ends_with(".md") || is_address {
                continue;
            }
            count += 1;
            let is_there = text(place)
                .is_some_and(|page| anchor.is_empty() || anchors(&page).contains(anchor));
            if !is_there {
                wrong.push(format!("{}: `{reference}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 0, "no reference was found");
}

#[test]
fn the_scenarios_are_numbered() {
    let page = text("docs/scenarios.md").expect("the scenarios");
    let numbers: Vec<u32> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"))
        .filter_map(|(number, _)| number.trim_end_matches("\\*").parse().ok())
        .collect();
    assert_eq!(numbers, (1..=54).collect::<Vec<_>>());
}

/// Adds the names in all tables of dependencies of a manifest.
fn dependencies(manifest: &DeTable<'_>, found: &mut BTreeSet<String>) {
    for (key, value) in manifest {
        let Some(table) = value.get_ref().as_table() else {
            continue;
        };
        match key.get_ref().as_ref() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                found.extend(table.keys().map(|name| name.get_ref().to_string()));
            }
            "target" => {
                let platforms = table.values().filter_map(|one| one.get_ref().as_table());
                platforms.for_each(|platform| dependencies(platform, found));
            }
            _ => {}
        }
    }
}

#[test]
fn each_dependency_has_its_reason() {
    let mut manifests = Vec::new();
    files(&root().join("tests"), &["Cargo.toml"], &mut manifests);
    manifests.push(root().join("Cargo.toml"));
    let mut used = BTreeSet::new();
    for path in manifests {
        let manifest = fs::read_to_string(path).expect("the manifest");
        dependencies(
            DeTable::parse(&manifest).expect("TOML").get_ref(),
            &mut used,
        );
    }
    used.retain(|name| !name.starts_with("auth-"));
    let page = text("docs/dependencies.md").expect("the page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let crates = rows
        .filter_map(|row| row.split_once(" |"))
        .map(|(names, _)| names);
    let named: BTreeSet<&str> = crates
        .filter(|names| *names != "crate")
        .flat_map(|names| names.split(", "))
        .collect();
    let is_named = |name: &str| named.contains(name) || name.starts_with("oxc_");
    let unnamed: Vec<_> = used.iter().filter(|name| !is_named(name)).collect();
    assert_eq!(
        unnamed, [""; 0],
        "docs/dependencies.md does not explain these"
    );
    let is_used = |name: &str| used.contains(name) || name == "oxc_*";
    let gone: Vec<_> = named.iter().filter(|name| !is_used(name)).collect();
    assert_eq!(gone, [&""; 0], "nothing depends on these");
}
