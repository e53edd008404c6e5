//! What lowering makes of small specs.

mod published;

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
