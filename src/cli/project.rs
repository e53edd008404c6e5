//! From flags and `auth-gen.toml` to the inputs of [`generate`].

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::config::{APP_INFO, Config, OUT, SPEC, config, not_named};
use super::console::Console;
use super::files::{read, read_app_info, ref_root, resolved, shown, with_parts};
use crate::app_info::AppInfoSource;
use crate::diagnostic::{Diagnostic, Diagnostics, WarningLevels};
use crate::settings::DevProgram;
use crate::tree::Tree;
use crate::{Generated, Inputs, generate};

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
    /// The settings file [default: auth-gen.toml in the current folder or the next one above
    /// that has it, within the same repository]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Make errors of warnings that auth-gen.toml does not allow
    #[arg(long, value_name = "WHAT")]
    deny: Option<Deny>,
}

/// What may be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

/// What a command takes that reads appInfo alone.
#[derive(Debug, Args)]
pub(super) struct AppInfoArgs {
    /// The appInfo file: YAML, JSON, TOML, TypeScript or JavaScript; `FILE#NAME` for an export of it
    #[arg(long, value_name = "FILE")]
    app_info: Option<PathBuf>,
    /// The settings file [default: auth-gen.toml in the current folder or the next one above
    /// that has it, within the same repository]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl AppInfoArgs {
    /// Reads the file that the flag or the settings name; also gives which warnings are allowed.
    pub(super) fn load(&self) -> Result<(AppInfoSource, WarningLevels), Diagnostics> {
        let config = config(self.config.as_deref())?;
        match config.place(self.app_info.as_ref(), |project| &project.app_info) {
            Some(path) => Ok((read_app_info(&path)?, config.project.settings.warnings)),
            None => Err(config.missing(&[(APP_INFO, true)])),
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
    /// See [`InputArgs::reads_stdin`].
    pub(super) fn reads_stdin(&self) -> bool {
        self.input.reads_stdin()
    }

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

/// The inputs, read, and the folders that commands work on, as the user wrote them.
#[derive(Debug)]
pub(super) struct Loaded {
    /// For [`generate`].
    pub(super) inputs: Inputs,
    /// The output folder, if one is named.
    out: Option<PathBuf>,
    /// The folder of the Next.js application, if there is one.
    nextjs_out: PathBuf,
    /// The program that `dev` runs in place of the generated one.
    pub(super) dev: Option<DevProgram>,
    /// The folder of `auth-gen.toml`; empty for the current one.
    pub(super) home: PathBuf,
}

impl InputArgs {
    /// Whether the description comes from standard input, which can be read once only.
    pub(super) fn reads_stdin(&self) -> bool {
        self.spec.as_deref() == Some(Path::new("-"))
    }

    /// Like [`InputArgs::load`], for commands that cannot do without the output folder.
    fn load_with_out(&self) -> Result<Loaded, Diagnostics> {
        self.load_config(config(self.config.as_deref())?, true)
    }

    /// Like [`InputArgs::load`], with `--out` for the folder of the Next.js application.
    fn load_for_nextjs(&self) -> Result<Loaded, Diagnostics> {
        let mut config = config(self.config.as_deref())?;
        config.project.settings.nextjs.get_or_insert_default();
        let mut loaded = self.load_config(config, false)?;
        loaded.out = None;
        if let Some(folder) = &self.out {
            loaded.nextjs_out.clone_from(folder);
        }
        Ok(loaded)
    }

    /// Reads the settings, then the files that they and the flags name.
    pub(super) fn load(&self) -> Result<Loaded, Diagnostics> {
        self.load_config(config(self.config.as_deref())?, false)
    }

    fn load_config(&self, config: Config, needs_out: bool) -> Result<Loaded, Diagnostics> {
        let spec = config.place(self.spec.as_ref(), |project| &project.spec);
        let app_info = config.place(self.app_info.as_ref(), |project| &project.app_info);
        let out = config.place(self.out.as_ref(), |project| &project.out);
        let wanted = [
            (SPEC, spec.is_none()),
            (APP_INFO, app_info.is_none()),
            (OUT, needs_out && out.is_none()),
        ];
        let mut diagnostics = config.missing(&wanted);
        let mut failed = |diagnostic| diagnostics.push(diagnostic);
        let spec = spec.and_then(|path| read(&path).map_err(&mut failed).ok());
        let app_info = app_info.and_then(|path| read_app_info(&path).map_err(&mut failed).ok());
        let (Some(spec), Some(app_info), true) = (spec, app_info, diagnostics.is_empty()) else {
            return Err(diagnostics);
        };
        let root = self.ref_root.clone();
        let root = root.unwrap_or_else(|| ref_root(&config.home, Path::new(spec.name())));
        let nextjs_out = config.project.nextjs_out.as_deref().unwrap_or(".");
        let mut settings = config.project.settings;
        settings.warnings.deny |= self.deny == Some(Deny::Warnings);
        Ok(Loaded {
            inputs: Inputs {
                spec: with_parts(spec, &root),
                app_info,
                settings,
            },
            out,
            nextjs_out: config.home.join(nextjs_out),
            dev: config.project.dev,
            home: config.home,
        })
    }
}

impl Loaded {
    /// The output folder.
    pub(super) fn out(&self) -> Result<&Path, Diagnostics> {
        self.out.as_deref().ok_or_else(|| not_named(OUT).into())
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
