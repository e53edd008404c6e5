//! From flags and `auth-gen.toml` to the inputs of [`generate`].

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::settings::{self, Project};
use crate::source::SourceFile;
use crate::{Generated, Inputs, generate};

const FILE: &str = "auth-gen.toml";

/// What every command that reads the input takes; a flag wins over the file.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// The OpenAPI 3.0 description, YAML or JSON
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The appInfo file: YAML, JSON, TOML, TypeScript or JavaScript
    #[arg(long, value_name = "FILE")]
    app_info: Option<PathBuf>,
    /// The folder that gets `server/` and `client/`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The settings file [default: auth-gen.toml in the current folder, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The inputs, read, and the places that commands work on, as the user knows them.
#[derive(Debug)]
pub(super) struct Loaded {
    /// For [`generate`].
    pub(super) inputs: Inputs,
    /// The output folder, if one is named.
    out: Option<PathBuf>,
    /// The folder of `auth-gen.toml`; empty for the current one.
    pub(super) home: PathBuf,
}

impl InputArgs {
    /// Reads the settings, then the files that they and the flags name.
    pub(super) fn load(&self) -> Result<Loaded, Diagnostics> {
        let (project, home) = self.project()?;
        let place = |flag: &Option<PathBuf>, setting: Option<String>| {
            flag.clone().or_else(|| setting.map(|path| home.join(path)))
        };
        let spec = place(&self.spec, project.spec);
        let app_info = place(&self.app_info, project.app_info);
        let out = place(&self.out, project.out);

        let mut diagnostics = Diagnostics::default();
        let mut source = |path: Option<PathBuf>, flag: &str, key: &str, what: &str| {
            let result = match path {
                Some(path) => read(&path),
                None => Err(missing(flag, key, what)),
            };
            result
                .map_err(|diagnostic| diagnostics.push(diagnostic))
                .ok()
        };
        let spec = source(spec, "--spec FILE", "spec", "OpenAPI description");
        let app_info = source(app_info, "--app-info FILE", "app_info", "appInfo file");
        match (spec, app_info) {
            (Some(spec), Some(app_info)) => Ok(Loaded {
                inputs: Inputs {
                    spec,
                    app_info,
                    settings: project.settings,
                },
                out,
                home,
            }),
            _ => Err(diagnostics),
        }
    }

    /// The settings, and the folder that their paths are relative to.
    fn project(&self) -> Result<(Project, PathBuf), Diagnostics> {
        let path = match &self.config {
            Some(path) => path.as_path(),
            None if Path::new(FILE).exists() => Path::new(FILE),
            None => return Ok((Project::default(), PathBuf::new())),
        };
        let home = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok((settings::parse(&read(path)?)?, home))
    }
}

impl Loaded {
    /// The output folder.
    pub(super) fn out(&self) -> Result<&Path, Diagnostics> {
        self.out
            .as_deref()
            .ok_or_else(|| missing("--out DIR", "out", "output folder").into())
    }

    /// Runs the generator.
    pub(super) fn generate(&self) -> Result<Generated, Diagnostics> {
        generate(&self.inputs)
    }
}

fn missing(flag: &str, key: &str, what: &str) -> Diagnostic {
    Diagnostic::error("missing-setting", format!("no {what} is named")).help(format!(
        "give `{flag}`, or write `{key} = \"…\"` in `{FILE}`; `auth-gen init` starts a project that \
         has it"
    ))
}

fn read(path: &Path) -> Result<SourceFile, Diagnostic> {
    let name = shown(path);
    let problem = |reason: String, help: &str| {
        Diagnostic::error(
            "unreadable-input",
            format!("cannot read `{name}`: {reason}"),
        )
        .help(help)
    };
    let bytes = fs::read(path).map_err(|error| {
        problem(
            error.to_string(),
            match error.kind() {
                ErrorKind::NotFound => {
                    "flags are relative to the current folder, paths in `auth-gen.toml` to that file"
                }
                ErrorKind::IsADirectory => "name a file in it",
                _ => "see to the cause and run the command again",
            },
        )
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|error| problem(error.utf8_error().to_string(), "save the file as UTF-8"))?;
    Ok(SourceFile::new(name.as_str(), &text))
}

/// A path as the user gave it, with `/` on every system.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
