//! What is read of a description is what serde_yaml and openapiv3 read of it, which share no code with
//! [`parse`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use openapiv3::{OpenAPI, Parameter, ParameterData, ReferenceOr, RequestBody, StatusCode};

use crate::name::printable;
use crate::source::SourceFile;
use crate::spec::document::Location;
use crate::spec::parse;

/// What both readers say of an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Facts {
    path: String,
    method: String,
    id: Option<String>,
    deprecated: bool,
    tag: String,
    /// Where each parameter is sent, its name, and whether it is required.
    parameters: BTreeSet<(&'static str, String, bool)>,
    /// The media types of the body.
    body: BTreeSet<String>,
    responses: BTreeSet<String>,
}

fn of_parameter(parameter: &Parameter) -> (&'static str, String, bool) {
    let location = match parameter {
        Parameter::Query { .. } => "query",
        Parameter::Header { .. } => "header",
        Parameter::Path { .. } => "path",
        Parameter::Cookie { .. } => "cookie",
    };
    let ParameterData { name, required, .. } = parameter.parameter_data_ref();
    (location, name.clone(), *required)
}

fn parameter<'a>(api: &'a OpenAPI, listed: &'a ReferenceOr<Parameter>) -> &'a Parameter {
    match listed {
        ReferenceOr::Item(parameter) => parameter,
        ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/parameters/");
            let components = api.components.as_ref().expect("it refers to components");
            let found = components.parameters.get(name.expect("a parameter"));
            parameter(api, found.expect("it exists"))
        }
    }
}

fn body<'a>(api: &'a OpenAPI, listed: &'a ReferenceOr<RequestBody>) -> &'a RequestBody {
    match listed {
        ReferenceOr::Item(body) => body,
        ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/requestBodies/");
            let components = api.components.as_ref().expect("it refers to components");
            let found = components.request_bodies.get(name.expect("a body"));
            body(api, found.expect("it exists"))
        }
    }
}

/// What openapiv3 reads; `None` where it refuses the file.
fn read_by_others(text: &str) -> Option<BTreeSet<Facts>> {
    let api: OpenAPI = serde_yaml::from_str(text).ok()?;
    let operations = api.operations().map(|(path, method, operation)| {
        let item = api.paths.paths[path].as_item().expect("it is no reference");
        let own: Vec<_> = operation
            .parameters
            .iter()
            .map(|listed| parameter(&api, listed))
            .collect();
        let overridden = |shared: &&Parameter| {
            let shared = of_parameter(shared);
            own.iter().any(|own| {
                let own = of_parameter(own);
                (own.0, &own.1) == (shared.0, &shared.1)
            })
        };
        let shared = item.parameters.iter().map(|listed| parameter(&api, listed));
        let parameters = shared
            .filter(|shared| !overridden(shared))
            .chain(own.iter().copied());
        let responses = &operation.responses;
        let codes = responses.responses.keys().map(StatusCode::to_string);
        Facts {
            path: path.to_owned(),
            method: method.to_owned(),
            id: operation.operation_id.clone(),
            deprecated: operation.deprecated,
            // Comments hold it in one line.
            tag: printable(operation.tags.first().map_or("", String::as_str))
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            parameters: parameters.map(of_parameter).collect(),
            body: operation
                .request_body
                .iter()
                .flat_map(|listed| body(&api, listed).content.keys().cloned())
                .collect(),
            responses: codes
                .chain(responses.default.iter().map(|_| "default".to_owned()))
                .collect(),
        }
    });
    Some(operations.collect())
}

/// What we read.
fn read_by_us(name: &str, text: &str) -> BTreeSet<Facts> {
    let document = parse(&SourceFile::new(name, text)).expect("it is read");
    let operations = document.operations.iter().map(|operation| {
        let own = &operation.parameters;
        let shared = operation.shared_parameters.iter().filter(|shared| {
            !own.iter()
                .any(|own| (&own.name, own.location) == (&shared.name, shared.location))
        });
        let parameters = own.iter().chain(shared).map(|parameter| {
            let location = match parameter.location {
                Location::Query => "query",
                Location::Header => "header",
                Location::Path => "path",
                Location::Cookie => "cookie",
            };
            (location, parameter.name.clone(), parameter.required)
        });
        Facts {
            path: operation.path.clone(),
            method: operation.method.to_owned(),
            id: operation.id.clone(),
            deprecated: operation.deprecated,
            tag: operation.tag.clone(),
            parameters: parameters.collect(),
            body: operation
                .body
                .iter()
                .flat_map(|body| body.content.iter().map(|media| media.name.clone()))
                .collect(),
            responses: operation
                .responses
                .iter()
                // Classes are `4XX` or `4xx`.
                .map(|response| response.code.replace('x', "X"))
                .collect(),
        }
    });
    operations.collect()
}

/// The descriptions of this repository that are no errors.
fn descriptions() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![
        root.join("spec/auth.yaml"),
        root.join("tests/browser/login-methods.yaml"),
    ];
    for case in fs::read_dir(root.join("tests/cases")).expect("folder") {
        found.push(case.expect("entry").path().join("api.yaml"));
    }
    found
}

#[test]
fn descriptions_are_read_as_openapiv3_reads_them() {
    let mut compared = 0;
    for path in descriptions() {
        let text = fs::read_to_string(&path).expect("text");
        let name = path.display().to_string();
        // Errors that are tolerated by name are errors to openapiv3.
        let Some(theirs) = read_by_others(&text) else {
            continue;
        };
        assert!(!theirs.is_empty(), "{name}");
        assert_eq!(read_by_us(&name, &text), theirs, "{name}");
        compared += 1;
    }
    assert!(compared >= 8, "only {compared} descriptions were compared");
}
