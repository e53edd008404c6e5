//! auth-gen: from an OpenAPI description and an appInfo file to an auth server and its client.

pub mod app_info;
mod catalog;
pub mod cli;
pub mod diagnostic;
pub mod disk;
mod emit;
mod ir;
mod lower;
mod name;
mod routes;
pub mod settings;
pub mod source;
mod spec;
pub use spec::check_spec;
pub mod tree;

pub use routes::RouteRow;

use app_info::AppInfoSource;
use diagnostic::Diagnostics;
use settings::Settings;
use source::SourceFile;
use tree::Tree;

/// What is read.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The OpenAPI description.
    pub spec: SourceFile,
    /// The appInfo file, and what it may import.
    pub app_info: AppInfoSource,
    /// Package names and the like.
    pub settings: Settings,
}

/// What comes out.
#[derive(Debug, Clone)]
pub struct Generated {
    /// All files, under `server/` and `client/`.
    pub tree: Tree,
    /// The files of the Next.js application, if one is wanted.
    pub nextjs: Option<Tree>,
    /// What was understood in another way than it was written.
    pub warnings: Diagnostics,
    /// One row for each operation, in spec order.
    pub routes: Vec<RouteRow>,
}

/// From texts to files, in memory.
///
/// # Errors
/// When the input has mistakes: all of them at once.
pub fn generate(inputs: &Inputs) -> Result<Generated, Diagnostics> {
    let (document, app_info) = match (
        spec::parse(&inputs.spec, &[]),
        app_info::parse(&inputs.app_info),
    ) {
        (Ok(document), Ok(app_info)) => (document, app_info),
        (document, app_info) => {
            let mut all = Diagnostics::default();
            for diagnostics in [document.err(), app_info.err()].into_iter().flatten() {
                all.extend(diagnostics);
            }
            return Err(all);
        }
    };
    let (app_info, doubts) = app_info;
    let mut warnings = document.warnings.clone();
    warnings.extend(doubts);
    let api = match lower::lower(&document, app_info) {
        Ok((api, found)) => {
            warnings.extend(found);
            api
        }
        Err(errors) => {
            warnings.extend(errors);
            return Err(warnings);
        }
    };
    if let Some(nextjs) = inputs.settings.nextjs {
        let base_path = api.app_info.default_api_base_path();
        if let Err(problems) = nextjs.check(&base_path, api.has("jwt.jwks")) {
            warnings.extend(problems);
            return Err(warnings);
        }
    }
    let mut tree = emit::emit(&api, &inputs.settings);
    tree.insert(
        format!("server/{}", emit::spec_copy(&api)),
        // One kind of line break, so that a checkout of another system makes no difference.
        inputs.spec.text().replace("\r\n", "\n"),
    );
    Ok(Generated {
        tree,
        nextjs: (inputs.settings.nextjs)
            .map(|nextjs| emit::nextjs(&api, nextjs, inputs.settings.app_id.as_deref())),
        warnings,
        routes: routes::rows(&api),
    })
}
