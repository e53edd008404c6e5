//! The files around the sources: manifest, README, example environment, Dockerfile.

use std::collections::BTreeSet;

use askama::Template;

use super::groups::Group;
use super::{models, routes};
use crate::app_info::Setting;
use crate::catalog;
use crate::contract::Sends;
use crate::ir::Api;
use crate::settings::{Feature, RuntimeSource, Settings};
use crate::tree::Tree;

// The table of the generated server, and so the very same file.
#[allow(
    dead_code,
    unexpected_cfgs,
    unused_imports,
    unreachable_pub,
    reason = "the generated server uses more of this file than the generator, and has the features that it asks for"
)]
#[path = "../../../templates/runtime/src/config/variables.rs"]
mod server;

#[derive(Template)]
#[template(path = "crate/Cargo.toml.jinja")]
struct Manifest<'a> {
    package: &'a str,
    standalone: bool,
    vendored: bool,
    runtime: String,
}

#[derive(Template)]
#[template(path = "crate/README.md.jinja")]
struct Readme<'a> {
    title: &'a str,
    package: &'a str,
    variables: &'a [Variable],
    config: &'a [&'static server::Variable],
    spec: &'a str,
    spec_copy: &'a str,
    table: String,
    /// The methods of `Endpoints`.
    groups: Vec<String>,
    vendored: bool,
}

#[derive(Template)]
#[template(path = "crate/env.example.jinja")]
struct Environment<'a> {
    variables: &'a [Variable],
    /// With the value that the settings give.
    config: Vec<(&'static server::Variable, Option<String>)>,
}

#[derive(Template)]
#[template(path = "crate/Dockerfile.jinja")]
struct Dockerfile<'a> {
    package: &'a str,
}

/// A variable that appInfo reads.
struct Variable {
    name: String,
    field: &'static str,
    default: Option<String>,
}

/// What a build leaves in the folder, and what must not leave it.
const IGNORED: &str = "/target/\n*.db\n*.db-shm\n*.db-wal\n.env\n";

/// Files that a review need not open: the same in every project, or copies.
const NOT_FOR_READING: &str = "/runtime/** linguist-generated\n/openapi.* linguist-generated\n/auth-gen.lock linguist-generated\n";

/// The files.
pub(super) fn emit(api: &Api, groups: &[Group<'_>], settings: &Settings, tree: &mut Tree) {
    let package = settings.server_package.as_str();
    let variables = variables(api);
    let features = features(api, settings);
    let config = settings_of(&features);
    let mut add = |name: &str, text: askama::Result<String>| {
        let text = text.expect("the template has no fallible part");
        tree.insert(
            format!("server/{name}"),
            super::one_line_break_at_the_end(text),
        );
    };
    add(".dockerignore", Ok(IGNORED.to_owned()));
    add(".gitignore", Ok(IGNORED.to_owned()));
    add(".gitattributes", Ok(NOT_FOR_READING.to_owned()));
    let manifest = Manifest {
        package,
        standalone: settings.standalone_workspace,
        vendored: settings.runtime == RuntimeSource::Vendored,
        runtime: settings.runtime.dependency(features),
    };
    add("Cargo.toml", manifest.render());
    let readme = Readme {
        title: &api.title,
        package,
        variables: &variables,
        config: &config,
        spec: &api.spec_name,
        spec_copy: crate::emit::spec_copy(api),
        table: routes::markdown(api),
        groups: groups.iter().map(|group| group.name.clone()).collect(),
        vendored: settings.runtime == RuntimeSource::Vendored,
    };
    add("README.md", readme.render());
    let environment = Environment {
        variables: &variables,
        config: config
            .iter()
            .map(|row| (*row, value(settings, row.name)))
            .collect(),
    };
    add(".env.example", environment.render());
    add("Dockerfile", Dockerfile { package }.render());
}

/// Variables of the server that the settings decide, with their values. Those of a recipe that it is built without would
/// stop its start.
pub(crate) fn environment(api: &Api, settings: &Settings) -> Vec<(&'static str, String)> {
    let known = settings_of(&features(api, settings)).into_iter();
    known
        .filter_map(|row| Some((row.name, value(settings, row.name)?)))
        .collect()
}

/// What the settings of the generator say of a variable of the server.
fn value(settings: &Settings, name: &str) -> Option<String> {
    match name {
        "AUTH_APP_ID" => settings.app_id.clone(),
        "AUTH_PASSWORD_BLOCK_LIST" => {
            (settings.block_common_passwords).then(|| "common".to_owned())
        }
        _ => None,
    }
}

/// The Cargo features of the runtime that the server is built with: those that the settings name, without what no
/// operation uses, and the recipes that the description asks for, by operations, by answers or by name.
fn features(api: &Api, settings: &Settings) -> BTreeSet<&'static str> {
    let built_ins = || api.operations.iter().filter_map(models::built_in);
    let recipes = built_ins().filter_map(|built_in| {
        catalog::features().find(|feature| *feature == built_in.behaviour.module)
    });
    let by_answers = server::OF_RECIPES
        .iter()
        .filter_map(|recipe| match recipe.asked_by {
            server::AskedBy::Operation(_) | server::AskedBy::Name => None,
            server::AskedBy::Answer(statuses) => documents(api, statuses).then_some(recipe.recipe),
        });
    let sends_sms = built_ins().any(|built_in| built_in.behaviour.sends == Sends::MailOrSms);
    // What no operation uses is left out.
    let asked = settings.features.iter();
    let asked = asked.filter(|feature| **feature != Feature::SMS || sends_sms);
    let asked = asked.map(|feature| feature.name());
    let named = api.recipes.iter().copied();
    let recipes = recipes.chain(by_answers).chain(named);
    recipes.chain(asked).collect()
}

/// Whether a built-in operation documents one of these answers.
fn documents(api: &Api, statuses: &[&str]) -> bool {
    let built_ins = api.operations.iter().filter_map(models::built_in);
    let mut documented = built_ins
        .flat_map(|built_in| &built_in.outcomes)
        .filter(|tied| tied.arm.is_some());
    documented.any(|tied| (tied.outcome.status).is_some_and(|status| statuses.contains(&status)))
}

/// The settings of a server with these features. Those of other recipes would stop its start.
fn settings_of(features: &BTreeSet<&'static str>) -> Vec<&'static server::Variable> {
    let built = catalog::with_those_below(features);
    server::of(|recipe| built.contains(recipe.recipe)).collect()
}

fn variables(api: &Api) -> Vec<Variable> {
    let info = &api.app_info;
    let fields = [
        ("appName", Some(&info.app_name)),
        ("apiDomain", Some(&info.api_domain)),
        ("apiBasePath", info.api_base_path.as_ref()),
        ("apiGatewayPath", info.api_gateway_path.as_ref()),
        ("websiteDomain", info.website_domain.as_ref()),
        ("origin", info.origin.as_ref()),
        ("websiteBasePath", info.website_base_path.as_ref()),
    ];
    let mut variables: Vec<Variable> = Vec::new();
    for (field, setting) in fields {
        for (name, default) in setting.map(Setting::variables).unwrap_or_default() {
            // One variable may serve two fields.
            if variables.iter().all(|known| known.name != name) {
                variables.push(Variable {
                    name,
                    field,
                    default,
                });
            }
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_are_those_of_the_server() {
        let find = |name| server::all().find(|row| row.name == name);
        let database = find("DATABASE_URL").and_then(server::Variable::default_value);
        assert_eq!(database, Some("sqlite://auth.db"));
        let address = find("AUTH_LISTEN_ADDR").expect("it is a setting");
        assert_eq!(address.default_value(), None, "words about a value");
    }

    #[test]
    fn settings_of_a_recipe_are_those_of_a_feature_and_name_an_operation_that_brings_it() {
        assert!(!server::OF_RECIPES.is_empty());
        for table in server::OF_RECIPES {
            match table.asked_by {
                server::AskedBy::Operation(operation) => {
                    let contract = catalog::by_operation_id(operation).expect(operation);
                    assert_eq!(contract.module, table.recipe);
                }
                server::AskedBy::Answer(statuses) => {
                    for status in statuses {
                        let mut outcomes = catalog::behaviours().flat_map(|known| known.outcomes);
                        let is_known = outcomes.any(|outcome| outcome.status == Some(*status));
                        assert!(is_known, "{status}");
                    }
                    assert!(catalog::features().any(|feature| feature == table.recipe));
                }
                server::AskedBy::Name => {
                    let mut recipes = catalog::recipe_features();
                    assert!(recipes.any(|recipe| recipe == table.recipe));
                }
            }
            let of_recipe = settings_of(&BTreeSet::from([table.recipe]));
            let of_none = settings_of(&BTreeSet::new());
            for variable in table.variables {
                assert!(of_recipe.contains(&variable), "{}", variable.name);
                assert!(!of_none.contains(&variable), "{}", variable.name);
            }
        }
    }
}
