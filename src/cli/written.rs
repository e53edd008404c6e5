//! What a run has written, in groups, and which files a reviewer reads first.

use super::generate::files;

/// Beginnings of the paths of each group; the first that fits has a file.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "what the description decides",
        &[
            "server/src/api/",
            "client/js/operations.",
            "client/js/types.",
        ],
    ),
    (
        "the runtime, the same for every description",
        &["server/runtime/"],
    ),
    ("the server's package, examples and tests", &["server/"]),
    ("the client's package", &["client/"]),
    ("the route of Next.js", &[""]),
];

/// What says most about a change: what is mounted, then what travels.
const FIRST: [&str; 3] = [
    "server/src/api/routes.rs",
    "server/src/api/models.rs",
    "client/js/types.d.ts",
];

/// Files that are named; the others are counted.
const NAMED: usize = 3;

/// One line for each group.
pub(super) fn groups(written: &[String], removed: &[String]) -> String {
    let mut text = String::new();
    let mut left: Vec<&str> = written.iter().map(String::as_str).collect();
    for (name, beginnings) in GROUPS {
        let (own, others) = left.into_iter().partition(|path| {
            beginnings
                .iter()
                .any(|beginning| path.starts_with(beginning))
        });
        left = others;
        line(&mut text, name, &own);
    }
    let removed: Vec<&str> = removed.iter().map(String::as_str).collect();
    line(&mut text, "removed", &removed);
    let first = FIRST
        .iter()
        .filter(|path| written.iter().any(|known| known == *path));
    let first: Vec<String> = first.map(|path| format!("`{path}`")).collect();
    // Where few files are written, they are named already.
    if !first.is_empty() && written.len() > NAMED {
        text.push_str(&format!("  review first: {}\n", first.join(", ")));
    }
    text
}

fn line(text: &mut String, name: &str, paths: &[&str]) {
    match paths.len() {
        0 => {}
        1..=NAMED => text.push_str(&format!("  {name}: `{}`\n", paths.join("`, `"))),
        count => text.push_str(&format!("  {name}: {}\n", files(count))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_in_groups_and_a_few_are_named() {
        let paths =
            |list: &[&str]| -> Vec<String> { list.iter().map(|&path| path.into()).collect() };
        let written = paths(&[
            "client/js/http.js",
            "client/js/operations.js",
            "client/js/types.d.ts",
            "server/Cargo.toml",
            "server/runtime/src/lib.rs",
            "server/src/api/models.rs",
            "server/src/api/routes.rs",
            "server/src/lib.rs",
        ]);
        insta::assert_snapshot!(groups(&written, &paths(&["server/src/api/custom/a.rs"])), @r"
what the description decides: 4 files
the runtime, the same for every description: `server/runtime/src/lib.rs`
the server's package, examples and tests: `server/Cargo.toml`, `server/src/lib.rs`
the client's package: `client/js/http.js`
removed: `server/src/api/custom/a.rs`
review first: `server/src/api/routes.rs`, `server/src/api/models.rs`, `client/js/types.d.ts`
");
        assert_eq!(
            groups(&paths(&["app/api/auth/route.ts"]), &[]),
            "  the route of Next.js: `app/api/auth/route.ts`\n"
        );
        assert_eq!(groups(&[], &[]), "");
    }
}
