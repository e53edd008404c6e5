//! From flags and `auth-gen.toml` to the inputs of [`generate`].

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::console::Console;
use crate::app_info::AppInfoSource;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::settings::{self, Project};
use crate::source::{Files, SourceFile, Span};
use crate::tree::Tree;
use crate::{Generated, Inputs, generate, references};

const FILE: &str = "auth-gen.toml";

/// What every command that reads the input takes; a flag wins over the file.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// The OpenAPI description (3.0, 3.1 or 3.2), YAML or JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// The folder that holds all files that the description refers to [default: that of
    /// auth-gen.toml, or else that of the description]
    #[arg(long, value_name = "DIR")]
    ref_root: Option<PathBuf>,
    /// The appInfo file: YAML, JSON, TOML, TypeScript or JavaScript; `FILE#NAME` for an export of it
    #[arg(long, value_name = "FILE")]
    app_info: Option<PathBuf>,
    /// The folder that gets `server/` and `client/`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The settings file [default: auth-gen.toml in the current folder, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What a command takes that reads appInfo alone.
#[derive(Debug, Args)]
pub(super) struct AppInfoArgs {
    /// The appInfo file: YAML, JSON, TOML, TypeScript or JavaScript; `FILE#NAME` for an export of it
    #[arg(long, value_name = "FILE")]
    app_info: Option<PathBuf>,
    /// The settings file [default: auth-gen.toml in the current folder, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl AppInfoArgs {
    /// Reads the file that the flag or the settings name.
    pub(super) fn load(&self) -> Result<AppInfoSource, Diagnostics> {
        let (project, home) = project(self.config.as_deref())?;
        match place(&home, self.app_info.as_ref(), project.app_info) {
            Some(path) => Ok(read_app_info(&path)?),
            None => Err(missing("--app-info FILE", "app_info", "appInfo file").into()),
        }
    }
}

/// What commands that work on the whole output take, too.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Only this part of the output, and `--out` is its folder [default: what auth-gen.toml asks for]
    #[arg(long, value_name = "TARGET")]
    target: Option<Target>,
}

/// A part of the output, with a folder and an `auth-gen.lock` of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// The Rust server and its TypeScript client
    Server,
    /// The route of a Next.js application that forwards to the server
    Nextjs,
}

/// One tree and where it belongs.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) target: Target,
    pub(super) folder: PathBuf,
    pub(super) tree: Tree,
}

impl OutputArgs {
    /// What is generated, and the outputs that are wanted of it, at least one.
    pub(super) fn generate(
        &self,
        console: &Console,
    ) -> Result<(Generated, Vec<Output>), Diagnostics> {
        let loaded = match self.target {
            Some(Target::Nextjs) => self.input.load_for_nextjs()?,
            _ => self.input.load_with_out()?,
        };
        let generated = loaded.generate()?;
        console.diagnose(generated.warnings.clone());
        let mut outputs = loaded.outputs(&generated)?;
        outputs.retain(|output| self.target.is_none_or(|target| target == output.target));
        Ok((generated, outputs))
    }
}

/// The inputs, read, and the places that commands work on, as the user knows them.
#[derive(Debug)]
pub(super) struct Loaded {
    /// For [`generate`].
    pub(super) inputs: Inputs,
    /// The output folder, if one is named.
    out: Option<PathBuf>,
    /// The folder of the Next.js application, if there is one.
    nextjs_out: PathBuf,
    /// The folder of `auth-gen.toml`; empty for the current one.
    pub(super) home: PathBuf,
}

impl InputArgs {
    /// Like [`InputArgs::load`], for commands that cannot do without the output folder.
    fn load_with_out(&self) -> Result<Loaded, Diagnostics> {
        let (project, home) = self.project()?;
        let is_named = self.out.is_some() || project.out.is_some();
        let loaded = self.load_project(project, home);
        if is_named {
            return loaded;
        }
        let mut diagnostics = loaded.err().unwrap_or_default();
        diagnostics.push(missing("--out DIR", "out", "output folder"));
        Err(diagnostics)
    }

    /// Like [`InputArgs::load`], with `--out` for the folder of the Next.js application.
    fn load_for_nextjs(&self) -> Result<Loaded, Diagnostics> {
        let (mut project, home) = self.project()?;
        project.settings.nextjs.get_or_insert_default();
        let mut loaded = self.load_project(project, home)?;
        loaded.out = None;
        if let Some(folder) = &self.out {
            loaded.nextjs_out.clone_from(folder);
        }
        Ok(loaded)
    }

    /// Reads the settings, then the files that they and the flags name.
    pub(super) fn load(&self) -> Result<Loaded, Diagnostics> {
        let (project, home) = self.project()?;
        self.load_project(project, home)
    }

    fn load_project(&self, project: Project, home: PathBuf) -> Result<Loaded, Diagnostics> {
        let spec = place(&home, self.spec.as_ref(), project.spec);
        let app_info = place(&home, self.app_info.as_ref(), project.app_info);
        let out = place(&home, self.out.as_ref(), project.out);
        let nextjs_out = home.join(project.nextjs_out.as_deref().unwrap_or("."));

        let spec = spec
            .ok_or_else(|| missing("--spec FILE", "spec", "OpenAPI description"))
            .and_then(|path| read(&path))
            .map(|spec| {
                let root = self.ref_root.clone();
                let root = root.unwrap_or_else(|| ref_root(&home, Path::new(spec.name())));
                with_parts(spec, &root)
            });
        let app_info = app_info
            .ok_or_else(|| missing("--app-info FILE", "app_info", "appInfo file"))
            .and_then(|path| read_app_info(&path));
        match (spec, app_info) {
            (Ok(spec), Ok(app_info)) => Ok(Loaded {
                inputs: Inputs {
                    spec,
                    app_info,
                    settings: project.settings,
                },
                out,
                nextjs_out,
                home,
            }),
            (spec, app_info) => {
                let mut diagnostics = Diagnostics::default();
                for diagnostic in [spec.err(), app_info.err()].into_iter().flatten() {
                    diagnostics.push(diagnostic);
                }
                Err(diagnostics)
            }
        }
    }

    /// The settings, and the folder that their paths are relative to.
    fn project(&self) -> Result<(Project, PathBuf), Diagnostics> {
        project(self.config.as_deref())
    }
}

fn project(config: Option<&Path>) -> Result<(Project, PathBuf), Diagnostics> {
    let path = match config {
        Some(path) => path,
        None if Path::new(FILE).exists() => Path::new(FILE),
        None => return Ok((Project::default(), PathBuf::new())),
    };
    let home = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok((settings::parse(&read(path)?)?, home))
}

/// The appInfo file, where a script also finds what it imports. `file#name` names one of its
/// exports, unless a file of just this name exists.
fn read_app_info(path: &Path) -> Result<AppInfoSource, Diagnostic> {
    let text = path.to_string_lossy();
    let (file, name) = match text.rsplit_once('#') {
        Some((file, name)) if !name.is_empty() && !path.exists() => {
            (read(Path::new(file))?, Some(name.to_owned()))
        }
        _ => (read(path)?, None),
    };
    Ok(AppInfoSource {
        file,
        name,
        files: Files::new(|path| read(Path::new(path)).ok()),
    })
}

impl Loaded {
    /// The output folder.
    pub(super) fn out(&self) -> Result<&Path, Diagnostics> {
        self.out
            .as_deref()
            .ok_or_else(|| missing("--out DIR", "out", "output folder").into())
    }

    /// Every tree and its folder.
    ///
    /// # Errors
    /// When two would share a folder, and so an `auth-gen.lock`.
    pub(super) fn outputs(&self, generated: &Generated) -> Result<Vec<Output>, Diagnostics> {
        let mut outputs = Vec::new();
        if let Some(folder) = &self.out {
            outputs.push(Output {
                target: Target::Server,
                folder: folder.clone(),
                tree: generated.tree.clone(),
            });
        }
        if let Some(tree) = &generated.nextjs {
            let folder = self.nextjs_out.clone();
            if (self.out.as_ref()).is_some_and(|out| resolved(out) == resolved(&folder)) {
                return Err(Diagnostic::error(
                    "same-output",
                    format!(
                        "`{}` is the output folder and the Next.js application",
                        shown(&folder)
                    ),
                )
                .help("give each its own: `out = \"auth\"`, and under `[nextjs]` `out = \".\"`")
                .into());
            }
            outputs.push(Output {
                target: Target::Nextjs,
                folder,
                tree: tree.clone(),
            });
        }
        Ok(outputs)
    }

    /// Runs the generator.
    pub(super) fn generate(&self) -> Result<Generated, Diagnostics> {
        generate(&self.inputs)
    }
}

/// What a flag says, or else the settings, whose paths are relative to them.
fn place(home: &Path, flag: Option<&PathBuf>, setting: Option<String>) -> Option<PathBuf> {
    flag.cloned()
        .or_else(|| setting.map(|path| home.join(path)))
}

fn missing(flag: &str, key: &str, what: &str) -> Diagnostic {
    Diagnostic::error("missing-setting", format!("no {what} is named")).help(format!(
        "give `{flag}`, or write `{key} = \"…\"` in `{FILE}`; `auth-gen init` starts a project that \
         has it"
    ))
}

fn read(path: &Path) -> Result<SourceFile, Diagnostic> {
    if path == Path::new("-") {
        return read_stdin();
    }
    let name = shown(path);
    let problem = |reason: String, help: &str| {
        Diagnostic::error(
            "unreadable-input",
            format!("cannot read `{name}`: {reason}"),
        )
        .help(help)
    };
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => problem(
            "there is no such file".to_owned(),
            &neighbour(path).map_or_else(
                || {
                    "flags are relative to the current folder, paths in `auth-gen.toml` to that file"
                        .to_owned()
                },
                |near| format!("did you mean `{near}`?"),
            ),
        ),
        ErrorKind::IsADirectory => problem("it is a folder".to_owned(), "name a file in it"),
        ErrorKind::NotADirectory => problem(
            "there is no such file".to_owned(),
            "a folder of this path is in truth a file",
        ),
        _ => problem(error.to_string(), "see to the cause and run the command again"),
    })?;
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(SourceFile::new(name.as_str(), &text)),
        Err(error) => error,
    };
    let valid = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let help = "save the file as UTF-8; PowerShell does it with `-Encoding utf8`";
        return Err(problem("it is UTF-16".to_owned(), help));
    }
    if bytes.contains(&0) {
        return Err(problem("it is no text".to_owned(), "check the path"));
    }
    let wrong = format!("the byte 0x{:02X} here", bytes[valid]);
    let source = SourceFile::new(name.as_str(), &String::from_utf8_lossy(bytes));
    let place = Span {
        file: source,
        range: valid..valid + char::REPLACEMENT_CHARACTER.len_utf8(),
    };
    Err(problem("it is not UTF-8".to_owned(), "save the file as UTF-8").at(place, wrong))
}

/// Files that one description may refer to; more are a mistake.
const MAX_PARTS: usize = 1_000;

/// The folder of the project if the description lies in it, or else that of the description.
fn ref_root(home: &Path, spec: &Path) -> PathBuf {
    let here = |path: &Path| match path.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => path.to_owned(),
    };
    let (home, folder) = (here(home), here(spec.parent().unwrap_or(Path::new(""))));
    if resolved(&folder).starts_with(resolved(&home)) {
        home
    } else {
        folder
    }
}

/// Reads the files that a description refers to, as far as they lie in a folder. What is not read is
/// reported where it is referred to.
fn with_parts(spec: SourceFile, root: &Path) -> SourceFile {
    let root = resolved(root);
    let mut parts: Vec<SourceFile> = Vec::new();
    let mut seen = BTreeSet::from([spec.name().to_owned()]);
    let mut todo = references(&spec);
    while let Some(path) = todo.pop() {
        if parts.len() == MAX_PARTS || !seen.insert(path.clone()) {
            continue;
        }
        // By its real place: a symbolic link may lead anywhere.
        if !resolved(Path::new(&path)).starts_with(&root) {
            continue;
        }
        if let Ok(part) = read(Path::new(&path)) {
            todo.extend(references(&part));
            parts.push(part);
        }
    }
    spec.with_parts(parts)
}

/// What comes in by standard input.
fn read_stdin() -> Result<SourceFile, Diagnostic> {
    let problem = |reason: String| {
        Diagnostic::error(
            "unreadable-input",
            format!("cannot read standard input: {reason}"),
        )
        .help("pipe a description into the command, as UTF-8")
    };
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| problem(error.to_string()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new("stdin", &text)),
        Err(_) => Err(problem("it is not UTF-8".to_owned())),
    }
}

/// A file of nearly this name beside the one that is not there.
fn neighbour(path: &Path) -> Option<String> {
    let parent = path.parent()?;
    let folder = match parent.as_os_str().is_empty() {
        true => Path::new("."),
        false => parent,
    };
    let mut names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let near = closest(
        path.file_name()?.to_str()?,
        names.iter().map(String::as_str),
    )?;
    Some(shown(&parent.join(near)))
}

/// A folder by its one name, as far as it exists.
fn resolved(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    fs::canonicalize(&absolute).unwrap_or_else(|_| absolute.components().collect())
}

/// A path as the user gave it, with `/` on every system.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
