//! What a change of the spec does to the output, as a reviewer of it would see.
//!
//! `tests/changes/<change>.yaml` changes the reference, and the snapshot beside it is the difference
//! between the two outputs: first the files that come and go, then the unified diff of all others.
//! A change that touches more than its reader expects is a fault of the emitter.
//!
//! A change is a JSON merge patch (RFC 7396) written in YAML, one under `spec` and one under `appInfo`.
//! It has the shape of what it changes: `null` takes a key away, lists are given whole. Repeating a
//! `oneOf` is the price for not counting positions in it, which would go stale without a word. `base` names another
//! description than the reference, by its path in the repository.
//!
//! `tests/changes/recipes` shows for each tag of the reference, which stands for a recipe, what comes with its operations and
//! what goes with them.

mod patch;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::tree::Tree;
use auth_gen::{Inputs, generate};
use patch::merge;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn changes() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join("tests/changes"))
        .expect("the folder of changes is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the file is UTF-8");
    serde_yaml::from_str(&text).expect("the file is YAML")
}

/// JSON is YAML, so the headers may name the file as they always do.
fn source(name: &str, value: &Value) -> SourceFile {
    SourceFile::new(name, &format!("{value:#}"))
}

/// The output, and the warnings.
fn emit(title: &str, spec: &Value, app_info: &Value) -> (Tree, String) {
    let inputs = Inputs {
        spec: source("auth.yaml", spec),
        app_info: source("appInfo.yaml", app_info).into(),
        settings: Settings::default(),
    };
    match generate(&inputs) {
        Ok(generated) => (generated.tree, generated.warnings.render(false)),
        Err(diagnostics) => panic!("{title} is refused:\n{}", diagnostics.render(false)),
    }
}

/// What comes (with its text), what goes (by name), and what changes.
fn difference(before: &Tree, after: &Tree) -> String {
    let mut text = String::new();
    for (path, _) in before.iter().filter(|(path, _)| after.get(path).is_none()) {
        text.push_str(&format!("removed {path}\n"));
    }
    for (path, _) in after.iter().filter(|(path, _)| before.get(path).is_none()) {
        text.push_str(&format!("added {path}\n"));
    }
    // The copy of the spec is the change itself.
    let paths: BTreeSet<&str> = after.iter().map(|(path, _)| path).collect();
    for path in paths
        .into_iter()
        .filter(|path| *path != "server/openapi.yaml")
    {
        let (old, new) = (before.get(path).unwrap_or_default(), after.get(path));
        let new = new.expect("it is a path of this tree");
        if old != new {
            let diff = similar::TextDiff::from_lines(old, new);
            let diff = diff.unified_diff().context_radius(3).to_string();
            text.push_str(&format!("\n=== {path}\n{}", shortened(&diff)));
        }
    }
    text
}

/// What goes is known from the reference, so a few lines of it are enough.
fn shortened(diff: &str) -> String {
    const SHOWN: usize = 3;
    let mut text = String::new();
    let mut lines = diff.lines().peekable();
    while let Some(line) = lines.next() {
        let mut gone = vec![line];
        while line.starts_with('-') && lines.peek().is_some_and(|next| next.starts_with('-')) {
            gone.extend(lines.next());
        }
        let hidden = gone.len().saturating_sub(SHOWN);
        // A replacement is read line by line; only what goes without one is cut.
        let is_replaced = lines.peek().is_some_and(|next| next.starts_with('+'));
        let cut = hidden > SHOWN && !is_replaced;
        for line in &gone[..if cut { SHOWN } else { gone.len() }] {
            text.push_str(line);
            text.push('\n');
        }
        if cut {
            text.push_str(&format!("-… {hidden} more lines\n"));
        }
    }
    text
}

#[test]
fn every_change_makes_the_difference_that_its_snapshot_shows() {
    let spec = read(&root().join("spec/auth.yaml"));
    let app_info = read(&root().join("spec/appInfo.yaml"));
    for path in changes() {
        let title = path.file_stem().expect("a change has a name");
        let title = title.to_string_lossy();
        let mut change = read(&path);
        let fields = change.as_object_mut().expect("a mapping");
        let spec = match fields.shift_remove("base") {
            Some(base) => read(&root().join(base.as_str().expect("a path"))),
            None => spec.clone(),
        };
        let (reference, _) = emit("the reference", &spec, &app_info);
        let mut changed = [("spec", spec), ("appInfo", app_info.clone())];
        for key in change.as_object().expect("a mapping").keys() {
            let known = changed.iter().any(|(name, _)| name == key);
            assert!(known, "{title} changes `{key}`, which is no input");
        }
        for (name, value) in &mut changed {
            if let Some(patch) = change.get(*name) {
                merge(value, patch);
            }
        }
        let [(_, spec), (_, app_info)] = &changed;
        let (tree, warnings) = emit(&title, spec, app_info);
        let text = difference(&reference, &tree) + "\n" + &warnings;
        compare("changes", &title, &text);
    }
}

/// Compares a text with the snapshot of this name in a folder of the tests.
fn compare(folder: &str, title: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(title, text.trim()));
}

/// The names of the tags of a description, in their order.
fn tags(spec: &Value) -> Vec<String> {
    let tags = spec["tags"].as_array().into_iter().flatten();
    let names = tags.filter_map(|tag| tag["name"].as_str());
    names.map(str::to_owned).collect()
}

/// A description without the operations of a tag. Components that nothing uses any more stay in it.
fn without(spec: &Value, tag: &str) -> Value {
    let mut spec = spec.clone();
    let is_of_tag = |operation: &Value| {
        let tags = operation["tags"].as_array();
        tags.is_some_and(|tags| tags.iter().any(|one| one == tag))
    };
    let paths = spec["paths"].as_object_mut().expect("a mapping");
    for path in paths.values_mut() {
        let path = path.as_object_mut().expect("a mapping");
        path.retain(|_, operation| !is_of_tag(operation));
    }
    paths.retain(|_, path| {
        let mut operations = path.as_object().expect("a mapping").values();
        operations.any(|operation| operation.get("operationId").is_some())
    });
    let tags = spec["tags"].as_array_mut().expect("a list");
    tags.retain(|one| one["name"] != tag);
    spec
}

#[test]
fn each_recipe_comes_and_goes_with_all_that_only_it_needs() {
    const FOLDER: &str = "changes/recipes";
    let spec = read(&root().join("spec/auth.yaml"));
    let app_info = read(&root().join("spec/appInfo.yaml"));
    let (whole, _) = emit("the reference", &spec, &app_info);
    let mut expected = BTreeSet::new();
    for tag in tags(&spec) {
        let (rest, warnings) = emit(&tag, &without(&spec, &tag), &app_info);
        let name = tag.to_lowercase().replace(' ', "-");
        for (title, text) in [
            (
                format!("{name}-is-removed"),
                difference(&whole, &rest) + "\n" + &warnings,
            ),
            (format!("{name}-is-added"), difference(&rest, &whole)),
        ] {
            compare(FOLDER, &title, &text);
            expected.insert(format!("{title}.snap"));
        }
    }
    let folder = root().join("tests").join(FOLDER);
    let entries = fs::read_dir(folder).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let found: BTreeSet<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, expected, "a snapshot is stale");
}

#[test]
fn every_snapshot_has_its_change() {
    let titles: BTreeSet<_> = changes()
        .iter()
        .map(|path| path.with_extension("snap"))
        .collect();
    for entry in fs::read_dir(root().join("tests/changes")).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|end| end == "snap") {
            assert!(titles.contains(&path), "{} is stale", path.display());
        }
    }
}
