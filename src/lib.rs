//! auth-gen: from an OpenAPI description and an appInfo file to an auth server and its client.

pub mod app_info;
mod catalog;
mod changes;
pub mod cli;
// What an operation of a recipe is, and the structs that recipes hand out: the very files of the runtime.
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the runtime uses more of this file than the generator"
)]
#[path = "../templates/runtime/src/contract.rs"]
mod contract;
pub mod diagnostic;
pub mod disk;
mod emit;
mod ir;
mod lower;
mod name;
mod parallel;
mod routes;
pub mod settings;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the runtime uses more of this file than the generator"
)]
#[path = "../templates/runtime/src/shapes.rs"]
mod shapes;
pub mod source;
mod spec;
pub use spec::{check_spec, references};
pub mod tree;

pub use changes::{Change, Effect};
pub use routes::RouteRow;

use app_info::AppInfoSource;
use diagnostic::Diagnostics;
use ir::Api;
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
    /// Variables of the server that the settings decide, with their values: `auth-gen dev` sets them.
    pub environment: Vec<(&'static str, String)>,
}

/// Copies a file that the description refers to, where its copy finds it: files below the folder of
/// the description only.
fn copy_part(tree: &mut Tree, main: &str, part: &SourceFile) {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let below = match folder {
        "" | "." => Some(part.name()),
        folder => part
            .name()
            .strip_prefix(folder.trim_start_matches("./"))
            .and_then(|rest| rest.strip_prefix('/')),
    };
    let is_data = |path: &&str| {
        [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    let Some(below) = below.filter(is_data) else {
        return;
    };
    let path = format!("server/{below}");
    // Whatever is in the way keeps its place: the copy is for readers.
    let lower = path.to_ascii_lowercase();
    let is_free = tree.iter().all(|(known, _)| {
        let known = known.to_ascii_lowercase();
        known != lower && !lower.starts_with(&format!("{known}/"))
    });
    if is_free && tree::is_plain(&path) {
        tree.insert(path, part.text().replace("\r\n", "\n"));
    }
}

/// The texts as what is to be generated, and the warnings about them.
fn understand(
    spec: &SourceFile,
    app_info: &AppInfoSource,
) -> Result<(Api, Diagnostics), Diagnostics> {
    let (document, app_info) = match (spec::parse(spec), app_info::parse(app_info)) {
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
    match lower::lower(&document, app_info) {
        Ok((api, found)) => {
            warnings.extend(found);
            Ok((api, warnings))
        }
        Err(errors) => {
            warnings.extend(errors);
            Err(warnings)
        }
    }
}

/// What a change of the description means, the worst first. Warnings about either are not among it.
///
/// # Errors
/// When one of the descriptions or appInfo has mistakes.
pub fn compare(
    old: &SourceFile,
    new: &SourceFile,
    app_info: &AppInfoSource,
) -> Result<Vec<Change>, Diagnostics> {
    match (understand(old, app_info), understand(new, app_info)) {
        (Ok((old, _)), Ok((new, _))) => Ok(changes::compare(&old, &new)),
        (old, new) => {
            let mut all = Diagnostics::default();
            for diagnostics in [old.err(), new.err()].into_iter().flatten() {
                all.extend(diagnostics);
            }
            all.group();
            Err(all)
        }
    }
}

/// From texts to files, in memory.
///
/// # Errors
/// When the input has mistakes: all of them at once.
pub fn generate(inputs: &Inputs) -> Result<Generated, Diagnostics> {
    let levels = &inputs.settings.warnings;
    match generate_all(inputs) {
        Ok(mut generated) => {
            generated.warnings = generated.warnings.leveled(levels);
            if generated.warnings.has_errors() {
                return Err(generated.warnings);
            }
            Ok(generated)
        }
        Err(diagnostics) => Err(diagnostics.leveled(levels)),
    }
}

/// The same with all warnings.
fn generate_all(inputs: &Inputs) -> Result<Generated, Diagnostics> {
    let (mut api, mut warnings) = understand(&inputs.spec, &inputs.app_info)?;
    if !inputs.settings.check_constraints {
        api.drop_constraints();
    }
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
    for part in inputs.spec.parts() {
        copy_part(&mut tree, inputs.spec.name(), part);
    }
    Ok(Generated {
        tree,
        nextjs: (inputs.settings.nextjs)
            .map(|nextjs| emit::nextjs(&api, nextjs, inputs.settings.app_id.as_deref())),
        warnings,
        routes: routes::rows(&api),
        environment: emit::environment(&api, &inputs.settings),
    })
}
