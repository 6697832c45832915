//! `orch check`: what is wrong with a program.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{compile, exit::Exit, failure::Failure, global::Global};
use crate::diagnostic::render;

/// Check programs without running them.
#[derive(Args, Debug)]
pub struct Check {
    /// The root files of the programs
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How diagnostics are written: to stderr for people, to stdout for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Short for `--format json`
    #[arg(long)]
    json: bool,
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    Human,
    /// One JSON document for each file
    Json,
}

impl Check {
    /// Checks each file; a file that can't be read does not keep the others from being checked.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let json = self.json || self.format == Format::Json;
        let mut exit = Exit::Done;
        for file in &self.files {
            let checked = match compile::from_disk(file) {
                Ok(checked) => checked,
                Err(failure) => {
                    global.terminal.failure(&failure);
                    exit = failure.exit;
                    continue;
                }
            };
            if checked.has_errors() && exit == Exit::Done {
                exit = Exit::Mistakes;
            }
            if json {
                global.terminal.data(render::json(&checked.sources, &checked.diagnostics))?;
            } else if checked.diagnostics.is_empty() {
                global.terminal.note(format_args!("{}: no mistakes", file.display()));
            } else {
                let style = global.terminal.notes;
                let drawn = render::human(&checked.sources, &checked.diagnostics, style.colour);
                global.terminal.note(drawn.trim_end());
            }
        }
        Ok(exit)
    }
}
