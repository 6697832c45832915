//! `orch report`: what a run did, as a document that one would attach to a ticket.

mod document;
mod facts;
mod incidents;
mod madr;
mod markdown;

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::{exit::Exit, failure::Failure, global::Global, subject::Subject};
use facts::Facts;

/// Report what a run did, decided, waited for and undid, and how long it took against what was planned.
#[derive(Args, Debug)]
pub struct Report {
    /// The run, the beginning of its name, or a file that it was exported to
    run: String,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// As one JSON document
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write a decision record for each decision into this folder instead, in the form of MADR 4
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "json"])]
    decisions: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Markdown,
    Json,
}

impl Report {
    /// Writes it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let facts = Facts::of(&Subject::find(&self.run, global)?)?;
        if let Some(folder) = &self.decisions {
            return write_decisions(&facts, folder, global);
        }
        let text = match (self.format, self.json) {
            (Format::Markdown, false) => markdown::report(&facts),
            (Format::Json, _) | (_, true) => document::report(&facts),
        };
        global.terminal.data(text.trim_end())?;
        Ok(Exit::Done)
    }
}

/// One file a decision. A file that is there already is somebody's, and stays.
fn write_decisions(facts: &Facts, folder: &Path, global: &Global) -> Result<Exit, Failure> {
    let failed =
        |path: &Path, error: std::io::Error| Failure::usage(format!("can't write `{}`: {error}", path.display()));
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for (number, decision) in facts.decisions.iter().enumerate() {
        let path = folder.join(madr::file_name(number + 1, decision));
        let written =
            File::create_new(&path).and_then(|mut file| file.write_all(madr::record(facts, decision).as_bytes()));
        written.map_err(|error| failed(&path, error))?;
        global.terminal.data(path.display())?;
    }
    if facts.decisions.is_empty() {
        global.terminal.note(format_args!("run {} has decided nothing", facts.info.id));
    }
    Ok(Exit::Done)
}
