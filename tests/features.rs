//! Recipes as Cargo features: each has one, and settings and migrations are known whatever the features.

mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Inputs, generate};
use toml::de::{DeTable, DeValue};

/// Recipes whose operations the core itself serves, in every build.
const OF_THE_CORE: &[&str] = &["session", "jwt", "openid"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).expect(name)
}

/// The folders of recipes that have a feature.
fn recipes() -> BTreeSet<String> {
    let entries = fs::read_dir(path("templates/runtime/src/recipes")).expect("there are recipes");
    let folders = entries.map(|entry| entry.expect("it can be read"));
    let folders = folders.filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let recipes: BTreeSet<String> = names
        .filter(|recipe| !OF_THE_CORE.contains(&recipe.as_str()))
        .collect();
    assert!(recipes.len() > 3, "{recipes:?}");
    recipes
}

/// The Cargo features of the runtime, each with what it turns on.
fn features() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = read("tests/runtime/Cargo.toml");
    let manifest = DeTable::parse(&manifest).expect("Cargo reads it");
    let features = manifest.get_ref()["features"].get_ref().as_table();
    let texts = |list: &DeValue<'_>| {
        let list = list.as_array().expect("it is a list").iter();
        let texts = list.map(|text| text.get_ref().as_str().expect("it is a text"));
        texts.map(str::to_owned).collect()
    };
    let features = features.expect("it is a table").iter();
    let features = features.map(|(name, list)| (name.get_ref().to_string(), texts(list.get_ref())));
    features.collect()
}

#[test]
fn a_recipe_is_compiled_where_the_feature_of_its_name_is_on() {
    let (recipes, features) = (recipes(), features());
    assert_eq!(
        features["recipes"], recipes,
        "tests/runtime/Cargo.toml: `recipes` names each recipe that the core does not serve"
    );
    assert!(features["default"].contains("recipes"));
    let registry = read("templates/runtime/src/recipes.rs");
    for recipe in &recipes {
        assert!(
            features.contains_key(recipe),
            "tests/runtime/Cargo.toml: `{recipe}` has no feature"
        );
        let module = format!("#[cfg(feature = \"{recipe}\")]\npub mod {recipe};");
        assert!(registry.contains(&module), "recipes.rs: {module}");
    }
}

#[test]
fn the_feature_of_a_recipe_turns_on_those_that_it_uses() {
    let (recipes, features) = (recipes(), features());
    let mut uses = 0;
    for recipe in &recipes {
        let folder = format!("templates/runtime/src/recipes/{recipe}");
        for file in fs::read_dir(path(&folder)).expect("it is a folder") {
            let file = file.expect("it can be read").path();
            if file.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("it is UTF-8");
            for used in recipes.iter().filter(|used| *used != recipe) {
                if text.contains(&format!("recipes::{used}")) {
                    uses += 1;
                    assert!(
                        features[recipe].contains(used),
                        "tests/runtime/Cargo.toml: `{recipe}` turns on `{used}`"
                    );
                }
            }
        }
    }
    assert!(uses > 0, "the uses of recipes were not found");
}

/// Whether some code is compiled with one feature only. The statements for PostgreSQL are read by its driver alone.
fn depends_on_a_feature(code: &str) -> bool {
    let code = code.replace("#[cfg(feature = \"postgres\")]", "");
    code.contains("feature = ")
}

/// A database to which a recipe is added later has its tables from the start.
#[test]
fn migrations_are_the_same_whatever_the_features() {
    const LIST: &str = "templates/runtime/src/store/migrations.rs";
    let list = read(LIST);
    assert!(!depends_on_a_feature(&list), "{LIST}");
    for recipe in recipes() {
        let name = format!("recipes/{recipe}/migrations.rs");
        let file = format!("templates/runtime/src/{name}");
        if path(&file).is_file() {
            assert!(!depends_on_a_feature(&read(&file)), "{file}");
            let line = format!("include!(\"../{name}\")");
            assert!(list.contains(&line), "{LIST}: {line}");
        }
    }
}

/// The manifest and the README of the server that is generated from a description.
fn generated(spec: &str) -> (String, String) {
    let inputs = Inputs {
        spec: SourceFile::new("auth.yaml", spec),
        app_info: SourceFile::new("appInfo.yaml", &read("spec/appInfo.yaml")).into(),
        settings: Settings::default(),
    };
    let tree = match generate(&inputs) {
        Ok(generated) => generated.tree,
        Err(diagnostics) => panic!("it is refused:\n{}", diagnostics.render(false)),
    };
    let text = |path| tree.get(path).expect(path).to_owned();
    (text("server/Cargo.toml"), text("server/README.md"))
}

#[test]
fn a_server_is_built_with_the_recipes_that_its_description_has_operations_of() {
    let (everything, with_all_settings) = generated(&parts::with_all_parts());
    let (small, without_settings) = generated(&read("tests/server/tests/own_operations/auth.yaml"));
    for recipe in recipes() {
        let line = format!("\n    {recipe:?},\n");
        assert!(everything.contains(&line), "{everything}");
        assert!(!small.contains(&recipe), "{small}");
    }
    assert!(small.contains("\n    \"postgres\",\n"), "{small}");
    // A variable of a recipe that is not there would stop the start.
    for variable in [
        "AUTH_ACCOUNT_LINKING",
        "AUTH_EMAIL_VERIFICATION",
        "AUTH_PASSWORDLESS_FLOW_TYPE",
    ] {
        assert!(with_all_settings.contains(variable), "{variable}");
        assert!(!without_settings.contains(variable), "{variable}");
    }
}
