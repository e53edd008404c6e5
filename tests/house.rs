//! The house of the runtime and the generator: recipes are named in their folders alone, the modules of the
//! runtime form no circle, and files stay short.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How many lines a file may have.
const LONGEST: usize = 400;

/// Recipes whose operations the core itself serves: it may name them.
const OF_THE_CORE: &[&str] = &["session", "jwt", "openid"];

/// Where a name of a recipe or of its operations stands outside of its folder, and why. The list may only
/// become shorter.
const NAMED_OUTSIDE: &[(&str, &str)] = &[
    // The login element's properties for operations have the same names.
    ("src/emit/typescript/login.rs", "signUp"),
    ("src/emit/typescript/login.rs", "signIn"),
    ("src/emit/typescript/login.rs", "createPasswordResetToken"),
    ("src/emit/typescript/login.rs", "resetPassword"),
    ("src/emit/typescript/login.rs", "authorisationUrl"),
    ("src/emit/typescript/login.rs", "signInUp"),
    // So do functions of the login element.
    ("src/emit/typescript/login.rs", "passwordless"),
    ("src/emit/typescript/login.rs", "totp"),
];

struct Source {
    /// From the root of the repository, with `/`.
    name: String,
    text: String,
}

impl Source {
    /// Its code without comments and without its test module.
    fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next();
        code.expect("a first part")
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| [line, "\n"])
            .collect()
    }

    /// Whether it is a file of tests.
    fn is_tests(&self) -> bool {
        self.name
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    }
}

/// The Rust files below a folder.
fn sources(folder: &str) -> Vec<Source> {
    let sources = files(folder, "rs");
    assert!(sources.len() > 5, "{folder}: {} files", sources.len());
    sources
}

/// The files below a folder with this extension.
fn files(folder: &str, extension: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                if !path.ends_with("node_modules") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|own| own == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    let source = |path: &PathBuf| Source {
        name: path
            .strip_prefix(root)
            .expect("it lies in the repository")
            .display()
            .to_string()
            .replace('\\', "/"),
        text: fs::read_to_string(path).expect("sources are UTF-8"),
    };
    files.iter().map(source).collect()
}

/// The texts between quotes of some code.
fn texts(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

const RECIPES: &str = "templates/runtime/src/recipes/";

/// Where they are registered.
const REGISTRY: &str = "templates/runtime/src/recipes.rs";

/// The names of recipes: those that a contract gives (its id, its behaviours and its operationIds), and that of the
/// folder, which is its Cargo feature too.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for contract in sources("templates/runtime/src") {
        let Some(rest) = contract.name.strip_prefix(RECIPES) else {
            continue;
        };
        // A recipe without operations has no contract.
        let (folder, _) = rest.split_once('/').expect("recipes are folders");
        if !OF_THE_CORE.contains(&folder) {
            names.insert(folder.to_owned());
        }
        let Some(recipe) = rest.strip_suffix("/contract.rs") else {
            continue;
        };
        if OF_THE_CORE.contains(&recipe) {
            continue;
        }
        names.insert(recipe.to_owned());
        for line in contract.code().lines().map(str::trim) {
            let is_named = ["recipe ", "name:", "operation_ids:"]
                .iter()
                .any(|key| line.starts_with(key));
            if is_named {
                names.extend(texts(line).map(str::to_owned));
            }
        }
    }
    // The test would also pass if it knew no name.
    for known in [
        "emailpassword",
        "email_password",
        "email-password.sign-in",
        "signInX",
        "resetPassword",
        "account_linking",
    ] {
        assert_eq!(names.contains(known), known != "signInX", "{names:?}");
    }
    names
}

#[test]
fn recipes_and_their_operations_are_named_in_their_folders_alone() {
    let names = names();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for folder in ["templates/runtime/src", "src"] {
        for source in sources(folder) {
            // The sample of the emitter's tests is an API of its own.
            let is_sample = source.name.starts_with("src/emit/sample");
            if source.name.starts_with(RECIPES) || source.is_tests() || is_sample {
                continue;
            }
            let code = source.code();
            // A recipe is registered behind the Cargo feature of its name.
            let is_registration =
                |line: &&str| source.name == REGISTRY && line.trim().starts_with("#[cfg(feature");
            let code: String = code.lines().filter(|line| !is_registration(line)).collect();
            for text in texts(&code).filter(|text| names.contains(*text)) {
                if NAMED_OUTSIDE.contains(&(&source.name, text)) {
                    seen.insert((source.name.clone(), text.to_owned()));
                } else {
                    faults.push(format!("{}: \"{text}\"", source.name));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "these belong into the folder of their recipe, or are read from its contract:\n{}",
        faults.join("\n")
    );
    let listed = |(file, text): &(&str, &str)| ((*file).to_owned(), (*text).to_owned());
    let unused: Vec<_> = NAMED_OUTSIDE
        .iter()
        .filter(|known| !seen.contains(&listed(known)))
        .collect();
    assert!(unused.is_empty(), "take these off the list: {unused:?}");
}

/// Recipes that use another one, and why: nothing else may. The list may only become shorter.
const RECIPES_THAT_USE: &[(&str, &str)] = &[
    // A reset changes the password of the other recipe; on the wire the two are one recipe.
    ("password_reset", "email_password"),
];

#[test]
fn recipes_meet_in_events_and_do_not_use_each_other() {
    let all = sources("templates/runtime/src");
    let of_recipes = all.iter().filter_map(|source| {
        let rest = source.name.strip_prefix(RECIPES)?;
        let (recipe, _) = rest.split_once('/')?;
        Some((recipe, source))
    });
    let of_recipes: Vec<(&str, &Source)> = of_recipes.collect();
    let recipes: BTreeSet<&str> = of_recipes.iter().map(|(recipe, _)| *recipe).collect();
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (recipe, source) in &of_recipes {
        if source.is_tests() {
            continue;
        }
        let code = source.code();
        for other in recipes.iter().filter(|other| *other != recipe) {
            if !code.contains(&format!("recipes::{other}")) {
                continue;
            }
            if RECIPES_THAT_USE.contains(&(recipe, other)) {
                seen.insert((*recipe, *other));
            } else {
                faults.push(format!("{}: it uses `{other}`", source.name));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "let one announce an event, and the other act on it:\n{}",
        faults.join("\n")
    );
    assert_eq!(seen.len(), RECIPES_THAT_USE.len(), "{seen:?}");
}

#[test]
fn a_recipe_with_mails_has_an_operation_whose_contract_says_that_it_sends_them() {
    let all = sources("templates/runtime/src");
    let texts: BTreeMap<&str, &str> = all
        .iter()
        .map(|source| (source.name.as_str(), source.text.as_str()))
        .collect();
    let mut checked = 0;
    for name in texts.keys() {
        let rest = name.strip_prefix(RECIPES).unwrap_or_default();
        let Some(recipe) = rest.strip_suffix("/messages.rs") else {
            continue;
        };
        let contract = texts[format!("{RECIPES}{recipe}/contract.rs").as_str()];
        assert!(
            contract.contains("sends: Mail,") || contract.contains("sends: MailOrSms,"),
            "{recipe}: without `sends: Mail` or `MailOrSms`, a server without a mail server does not warn"
        );
        checked += 1;
    }
    assert!(checked >= 2, "{checked}");
}

#[test]
fn the_modules_of_the_runtime_use_floors_below_their_own() {
    let all = sources("templates/runtime/src");
    let lib = all
        .iter()
        .find(|source| source.name == "templates/runtime/src/lib.rs")
        .expect("the runtime is a library");
    // The table in the documentation of the crate: a floor a row, the highest first.
    let floors: Vec<Vec<&str>> = lib
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "))
        .filter(|row| row.contains('`'))
        .map(|row| row.split('`').skip(1).step_by(2).collect())
        .collect();
    let floor = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    let modules: BTreeSet<&str> = lib
        .text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .filter_map(|rest| rest.strip_suffix(';'))
        .collect();
    for module in &modules {
        assert!(floor(module).is_some(), "`{module}` stands on no floor");
    }

    let mut uses: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut faults = Vec::new();
    let codes: Vec<(&str, String)> = all
        .iter()
        .filter(|source| !source.is_tests())
        .map(|source| (source.name.as_str(), source.code()))
        .collect();
    for (name, code) in &codes {
        let name = name
            .strip_prefix("templates/runtime/src/")
            .expect("it is of the runtime");
        let own = name.split(['/', '.']).next().expect("a first part");
        let Some(own_floor) = floor(own) else {
            continue;
        };
        for used in code.split("crate::").skip(1) {
            let end = used.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let used = &used[..end.unwrap_or(used.len())];
            let Some(used) = modules.get(used).copied().filter(|used| *used != own) else {
                continue;
            };
            if floor(used).is_some_and(|floor| floor < own_floor) {
                faults.push(format!("{name}: `{own}` may not use `{used}` above it"));
            }
            uses.entry(own).or_default().insert(used);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(uses["recipes"].contains("auth"), "{uses:?}");
    // Modules that use no other are taken away until none is left, or only circles.
    while !uses.is_empty() {
        let left: BTreeSet<&str> = uses.keys().copied().collect();
        let before = uses.len();
        uses.retain(|_, used| used.iter().any(|module| left.contains(module)));
        assert!(uses.len() < before, "these use each other: {uses:#?}");
    }
}

/// What people review of a generated server is read in twenty minutes.
#[test]
fn the_glue_has_fifteen_hundred_lines_at_most() {
    let lines = |source: Source| source.text.lines().count();
    let glue: usize = sources("templates/server").into_iter().map(lines).sum();
    assert!(glue <= 1_500, "{glue} lines");
}

/// The kinds of files that the rule is about, and where they are.
const SOURCES: &[(&str, &str)] = &[
    ("src", "rs"),
    ("templates", "rs"),
    ("templates", "ts"),
    ("templates/client/js", "js"),
    ("templates/dev", "js"),
    ("tests", "rs"),
    ("tests", "mjs"),
    ("tests/browser", "js"),
];

#[test]
fn files_have_four_hundred_lines_at_most() {
    let mut faults = Vec::new();
    for (folder, extension) in SOURCES {
        let sources = files(folder, extension);
        assert!(!sources.is_empty(), "{folder}: no `.{extension}`");
        for source in sources {
            // Generated, as long as the description.
            let generated = [
                "templates/server/src/api/",
                "tests/server/tests/second_factors/api/",
            ];
            if generated
                .iter()
                .any(|folder| source.name.starts_with(folder))
            {
                continue;
            }
            let lines = source.text.lines().count();
            if lines > LONGEST {
                faults.push(format!("{}: {lines} lines", source.name));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "files of more than {LONGEST} lines are to be split:\n{}",
        faults.join("\n")
    );
}
