//! `orch export`: a run in one file, to be sent to somebody who is to look at it.

use std::{fs::File, io::Write, path::PathBuf};

use clap::Args;

use super::{exit::Exit, failure::Failure, global::Global, subject::Subject};
use crate::run::export::Export;

/// Write a run with its sources and its journal to one file; show, journal and report read it in place of a run.
#[derive(Args, Debug)]
pub struct ExportRun {
    /// The run, or the beginning of its name
    run: String,
    /// The file; else `RUN.json` here, `-` for stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl ExportRun {
    /// Writes it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let subject = Subject::find(&self.run, global)?;
        let text = Export::of(subject.store(), &subject.info)?.to_text();
        let file = self.output.unwrap_or_else(|| PathBuf::from(format!("{}.json", subject.info.id)));
        if file.as_os_str() == "-" {
            global.terminal.data(text)?;
            return Ok(Exit::Done);
        }
        let written = File::create_new(&file).and_then(|mut file| writeln!(file, "{text}"));
        written.map_err(|error| Failure::usage(format!("can't write `{}`: {error}", file.display())))?;
        global.terminal.note(format_args!("written to {}", file.display()));
        global.terminal.note("  it holds what the run was given, asked for and was answered; no secrets");
        Ok(Exit::Done)
    }
}
