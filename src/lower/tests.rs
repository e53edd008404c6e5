//! What lowering makes of small specs.

mod answers;
mod limits;
mod marks;
mod nulls;
mod oddities;
mod routes;
mod shapes;
mod show;
mod versions;

use super::lower;
use crate::app_info::{AppInfo, Setting};
use crate::diagnostic::Diagnostics;
use crate::ir::Api;
use crate::source::SourceFile;
use crate::spec;

/// An appInfo with nothing unusual in it.
fn app_info() -> AppInfo {
    let text = |text: &str| Setting::Text(text.to_owned());
    AppInfo {
        app_name: text("test"),
        api_domain: text("http://localhost:3001"),
        api_base_path: Some(text("/auth")),
        api_gateway_path: None,
        website_domain: Some(text("http://localhost:3000")),
        origin: None,
        website_base_path: None,
    }
}

/// Lowers a spec that reads.
fn try_lower(yaml: &str) -> Result<(Api, Diagnostics), Diagnostics> {
    let file = SourceFile::new("api.yaml", yaml);
    let document = match spec::parse(&file) {
        Ok(document) => document,
        Err(diagnostics) => panic!("{}", diagnostics.render(false)),
    };
    lower(&document, app_info())
}

/// Lowers a spec without errors.
fn lowered(yaml: &str) -> Api {
    match try_lower(yaml) {
        Ok((api, _)) => api,
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

/// What is wrong with a spec.
fn errors(yaml: &str) -> String {
    match try_lower(yaml) {
        Ok(_) => String::new(),
        Err(errors) => errors.render(false),
    }
}

/// A spec with one operation, `run`, that has these lines too.
fn operation(lines: &str) -> String {
    format!(
        "openapi: 3.0.3
info: {{ title: t, version: '1' }}
paths:
  /{{apiBasePath}}/run:
    post:
      operationId: run
      {lines}
      responses: {{ '200': {{ description: done }} }}
"
    )
}
