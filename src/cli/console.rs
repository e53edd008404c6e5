//! Where the text goes: results to standard output, diagnostics to standard error.

use std::cell::RefCell;
use std::env;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use super::{Color, Format, Global};
use crate::diagnostic::{Diagnostic, Diagnostics, from_root};

/// The two streams, with their format and colours.
#[derive(Debug)]
pub(super) struct Console {
    color: Color,
    format: Format,
    /// Whether every warning has its lines.
    verbose: bool,
    /// As JSON and SARIF all diagnostics of a run are one document, so they wait for its end.
    held: RefCell<Diagnostics>,
}

impl Console {
    pub(super) fn new(global: &Global) -> Self {
        Self {
            color: global.color,
            format: global.format,
            verbose: global.verbose,
            held: RefCell::default(),
        }
    }

    /// Whether results are to be JSON.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether results may be coloured.
    pub(super) fn colors_results(&self) -> bool {
        self.colors(stdout().is_terminal())
    }

    fn colors(&self, is_terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            // https://no-color.org: any non-empty value.
            Color::Auto => {
                is_terminal
                    && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && env::var_os("TERM").is_none_or(|value| value != "dumb")
            }
        }
    }

    /// Writes a result. A closed pipe (`auth-gen routes | head`) is no error.
    pub(super) fn print(&self, text: &str) -> Result<(), Diagnostics> {
        let mut stream = stdout().lock();
        match stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.flush())
        {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Diagnostic::error(
                "unwritable-output",
                format!("cannot write to standard output: {error}"),
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// Writes a result as JSON, on lines of its own.
    pub(super) fn print_json(&self, value: &serde_json::Value) -> Result<(), Diagnostics> {
        self.print(&format!("{value:#}\n"))
    }

    /// Takes diagnostics: text is written at once, documents at the end.
    pub(super) fn diagnose(&self, diagnostics: Diagnostics) {
        match self.format {
            Format::Text => {
                let color = self.colors(stderr().is_terminal());
                Self::complain(&if self.verbose {
                    diagnostics.render(color)
                } else {
                    diagnostics.render_short(color)
                });
                // GitHub reads its commands from both streams.
                if is_on_github() {
                    Self::complain(&diagnostics.to_github(&folder_on_github()));
                }
            }
            Format::Json | Format::Sarif => self.held.borrow_mut().extend(diagnostics),
        }
    }

    /// Shows a text at a file of a pull request, where GitHub Actions reads this.
    pub(super) fn annotate(&self, file: &str, title: &str, text: &str) {
        if self.format == Format::Text && is_on_github() {
            let file = from_root(&folder_on_github(), file);
            Self::complain(&format!("::error file={file},title={title}::{text}\n"));
        }
    }

    /// Ends the diagnostics of a run.
    pub(super) fn finish(&self) {
        let held = self.held.take();
        if self.format == Format::Sarif {
            // A log without results is what says that there are none.
            Self::complain(&format!("{}\n", held.to_sarif(&folder_on_github())));
        } else if !held.is_empty() {
            Self::complain(&format!("{}\n", held.to_json()));
        }
    }

    /// Where standard error is closed as well, only the exit code reports the failure.
    fn complain(text: &str) {
        let _ = stderr().lock().write_all(text.as_bytes());
    }
}

fn is_on_github() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// The way from the repository to the current folder; empty where that is its root.
fn folder_on_github() -> String {
    let workspace = env::var_os("GITHUB_WORKSPACE").map(std::path::PathBuf::from);
    let current = env::current_dir().ok();
    let inside = current.zip(workspace).and_then(|(current, workspace)| {
        let inside = current.strip_prefix(workspace).ok()?;
        Some(super::files::shown(inside))
    });
    inside.unwrap_or_default()
}

/// Rows of cells, in columns as wide as their widest cell.
pub(super) fn table<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.into_iter().collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, &width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
