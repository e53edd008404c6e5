//! `auth-gen init`: the files that a project begins with, beside what is there already.

mod parts;
mod survey;
mod workflow;
mod write;

use std::path::{Component, Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::config::FILE;
use super::console::Console;
use super::files::{read, shown};
use super::{Exit, Outcome};
use crate::diagnostic::Diagnostics;
use crate::settings::{self, Project};
use parts::Part;
use survey::{Frontend, Kind, Survey};
use write::{Done, Step};

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Files that are there are kept; `.gitignore` gets the lines that it lacks. The workflow is written
where the repository begins. An appInfo.* or backendConfig.* below the folder is used as it is, and
so are a Cargo workspace, a Next.js application and a Vite application.")]
pub(super) struct InitArgs {
    /// The folder of the project [default: the current one]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The Git repository that the workflow installs auth-gen from [default: where this program was
    /// installed from]
    #[arg(long, value_name = "URL")]
    git: Option<String>,
    /// A further part of the description: its operations stand in it beside the others
    #[arg(long, value_name = "PART")]
    with: Vec<Part>,
}

/// The description and appInfo are those of auth-gen itself, so a new project starts with files that
/// our tests run.
const SPEC: &str = include_str!("../../spec/auth.yaml");
const APP_INFO: &str = include_str!("../../spec/appInfo.yaml");
const SETTINGS: &str = include_str!("../../templates/project/auth-gen.toml");
const IGNORED: &str = include_str!("../../templates/project/gitignore");

/// Where the output goes.
const OUT: &str = "auth";

pub(super) fn run(args: &InitArgs, console: &Console) -> Outcome {
    let folder = args.dir.clone().unwrap_or_default();
    let survey = Survey::of(&folder);
    let known = existing(&folder)?;
    let mut steps = Vec::new();
    let mut step = |path: PathBuf, done: Done| steps.push(Step { path, done });

    // Settings that are there name the other files.
    let spec = known.as_ref().and_then(|known| known.spec.clone());
    let spec = spec.unwrap_or_else(|| "auth.yaml".to_owned());
    let app_info = match &known {
        Some(known) => known.app_info.clone(),
        None => survey.app_info.as_ref().map(|path| shown(path)),
    };
    let own_app_info = app_info
        .clone()
        .unwrap_or_else(|| "appInfo.yaml".to_owned());
    let is_yaml = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml");
    let path = folder.join(&spec);
    if is_yaml(&spec) {
        let text = parts::with_parts(SPEC, &args.with);
        step(path.clone(), write::create(&path, &text)?);
    }
    // `file#name` names an export of a file.
    let file = own_app_info.split('#').next().unwrap_or_default();
    let path = below(&folder, file);
    if known.is_none() || is_yaml(file) {
        step(path.clone(), write::create(&path, &app_info_text(&survey))?);
    }
    let path = folder.join(FILE);
    let text = settings_text(&folder, &survey, &own_app_info);
    step(path.clone(), write::create(&path, &text)?);
    let path = folder.join(".gitignore");
    step(path.clone(), write::append_lines(&path, IGNORED)?);
    let repository = survey.repository.clone();
    let path = repository.as_deref().unwrap_or(&folder);
    let path = path.join(".github/workflows/auth-gen.yml");
    let source = workflow::Source::find(args.git.as_deref());
    let text = workflow::text(&source, &survey.inside, &spec);
    step(path.clone(), write::create(&path, &text)?);

    if console.is_json() {
        console.print_json(&json(&steps))?;
    } else {
        console.print(&report(&steps, &survey, &source, &folder))?;
    }
    Ok(Exit::Done)
}

/// A path that settings in a folder name, without `a/..` in it.
fn below(folder: &Path, path: &str) -> PathBuf {
    let mut below = folder.to_owned();
    for part in Path::new(path).components() {
        if part != Component::ParentDir || below.file_name().is_none() {
            below.push(part);
        } else {
            below.pop();
        }
    }
    below
}

/// The settings of a project that is there.
fn existing(folder: &Path) -> Result<Option<Project>, Diagnostics> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(settings::parse(&read(&path)?)?))
}

/// appInfo, with the ports of the website that is there.
fn app_info_text(survey: &Survey) -> String {
    match survey.frontend.as_ref().map(|frontend| frontend.kind) {
        Some(Kind::Vite) => APP_INFO.replace("localhost:3000", "localhost:5173"),
        // Next.js forwards, so that the APIs are on its own origin.
        Some(Kind::NextApp | Kind::NextPages) => APP_INFO
            .replace("localhost:3001", "localhost:3000")
            .replace("apiBasePath: /auth", "apiBasePath: /api/auth"),
        None => APP_INFO.to_owned(),
    }
}

fn settings_text(folder: &Path, survey: &Survey, app_info: &str) -> String {
    let absolute = survey::absolute(folder);
    let name = absolute.file_name().unwrap_or_default().to_string_lossy();
    let own = format!("app_id = \"{}\" ", app_id(&name));
    let mut text = SETTINGS.replace("app_id = \"app\" ", &own);
    if app_info != "appInfo.yaml" {
        text = text.replace(
            "app_info = \"appInfo.yaml\"  ",
            &format!("app_info = {app_info:?}  "),
        );
    }
    if survey
        .workspace
        .as_ref()
        .is_some_and(|workspace| workspace.has_server)
    {
        text = text.replace(
            "standalone_workspace = true  ",
            "standalone_workspace = false  ",
        );
    }
    match &survey.frontend {
        Some(Frontend { kind, folder }) if *kind != Kind::Vite && survey.is_same_origin => {
            let out = match shown(folder) {
                path if path.is_empty() => ".".to_owned(),
                path => path,
            };
            let router = if *kind == Kind::NextApp {
                "app"
            } else {
                "pages"
            };
            text.replace("# [nextjs]", "[nextjs]")
                .replace("# out = \".\" ", &format!("out = {out:?} "))
                .replace("# router = \"app\" ", &format!("router = {router:?} "))
        }
        _ => text,
    }
}

/// The id of the app, after the folder: two projects on `localhost` with one id would have cookies of one
/// name, and browsers do not distinguish cookies by port (RFC 6265 §8.5), so each would sign the other's users
/// out.
fn app_id(folder: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = folder.chars().map(plain).take(32).collect();
    let id = id.trim_matches('-').to_lowercase();
    // The server's own default is what every project without an id has.
    if id.is_empty() || id == "public" {
        "app".to_owned()
    } else {
        id
    }
}

fn json(steps: &[Step]) -> Value {
    let of = |done: Done| -> Vec<String> {
        let steps = steps.iter().filter(|step| step.done == done);
        steps.map(|step| shown(&step.path)).collect()
    };
    json!({ "written": of(Done::Written), "extended": of(Done::Extended), "kept": of(Done::Kept) })
}

/// What was done, what was found, and what to do now.
fn report(steps: &[Step], survey: &Survey, source: &workflow::Source, folder: &Path) -> String {
    let is_new = steps.iter().any(|step| step.done != Done::Kept);
    let is_known = steps
        .iter()
        .any(|step| step.done == Done::Kept && step.path.ends_with(FILE));
    let mut text = String::from(match (is_known, is_new) {
        (false, _) => "started a project:\n",
        (true, true) => "completed the project:\n",
        (true, false) => "the project is complete:\n",
    });
    for step in steps {
        let what = match step.done {
            Done::Written => "wrote",
            Done::Extended => "extended",
            Done::Kept => "kept",
        };
        text.push_str(&format!("  {what:9} {}\n", shown(&step.path)));
    }
    let found = survey.findings();
    if !found.is_empty() {
        text.push_str("found:\n");
        found
            .iter()
            .for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text.push_str("next:\n");
    let is_written = |name: &str| {
        let mut steps = steps.iter();
        steps.any(|step| step.done == Done::Written && step.path.ends_with(name))
    };
    if is_written("appInfo.yaml") {
        text.push_str("  name your application in `appInfo.yaml`\n");
    }
    if matches!(source, workflow::Source::Unknown) && is_written("auth-gen.yml") {
        text.push_str(
            "  set the variable AUTH_GEN_GIT of your repository on GitHub to the Git URL of auth-gen, or \
             delete the\n  workflow and run `auth-gen init --git URL`: CI has to install this program\n",
        );
    }
    if !folder.as_os_str().is_empty() {
        text.push_str(&format!("  cd {}\n", shown(folder)));
    }
    text.push_str(&format!(
        "  `auth-gen dev` generates, builds and runs the server\n  commit all of it, `{OUT}/` too: CI \
         compares that with what the description generates\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn each_project_has_an_id_after_its_folder() {
        for (folder, id) in [
            ("shop", "shop"),
            ("My Shop 2", "my-shop-2"),
            (".tmpX", "tmpx"),
            ("läden", "l-den"),
            ("", "app"),
            ("店", "app"),
            ("public", "app"),
        ] {
            assert_eq!(app_id(folder), id, "{folder}");
            assert!(settings::is_app_id(&app_id(folder)));
        }
    }

    /// Every text that is replaced in a template is there once.
    #[test]
    fn the_settings_are_those_of_the_project() {
        let survey = Survey {
            workspace: Some(survey::Workspace {
                manifest: "Cargo.toml".into(),
                has_server: true,
            }),
            frontend: Some(Frontend {
                kind: Kind::NextPages,
                folder: "web/src".into(),
            }),
            is_same_origin: true,
            ..Survey::default()
        };
        let text = settings_text(Path::new("/work/My Shop"), &survey, "web/appInfo.ts");
        let project = settings::parse(&SourceFile::new(FILE, &text)).expect("it is right");
        assert_eq!(project.app_info.as_deref(), Some("web/appInfo.ts"));
        assert_eq!(project.settings.app_id.as_deref(), Some("my-shop"));
        assert!(!project.settings.standalone_workspace);
        assert_eq!(project.nextjs_out.as_deref(), Some("web/src"));
        let nextjs = project.settings.nextjs.expect("it is asked for");
        assert_eq!(nextjs.router, settings::Router::Pages);
        let app_info = app_info_text(&survey);
        assert!(app_info.contains("http://localhost:3000}\napiBasePath: /api/auth\n"));
    }
}
