//! `orch export`: a run in one file, to be sent to somebody who is to look at it, or to what collects traces.

use std::{fs::File, io::Write, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{exit::Exit, failure::Failure, global::Global, show::known_of, subject::Subject, trace};
use crate::run::export::Export;

/// Write a run with its sources and its journal to one file; show, journal and report read it in place of a run.
#[derive(Args, Debug)]
pub struct ExportRun {
    /// The run, or the beginning of its name
    run: String,
    /// What is written
    #[arg(long, value_enum, default_value_t = Format::Orch)]
    format: Format,
    /// The file; else `RUN.json` here (`RUN.otlp.jsonl` for a trace), `-` for stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The run with its sources and its journal
    Orch,
    /// Its trace, as a collector of OpenTelemetry reads it: OTLP/JSON, a request a line
    Otlp,
}

impl ExportRun {
    /// Writes it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let subject = Subject::find(&self.run, global)?;
        let id = subject.info.id.clone();
        let (text, usual, holds) = match self.format {
            Format::Orch => {
                let text = Export::of(subject.store(), &subject.info)?.to_text();
                (text, format!("{id}.json"), "it holds what the run was given, asked for and was answered; no secrets")
            }
            Format::Otlp => {
                let text = trace::batches(&known_of(subject)?).join("\n");
                (text, format!("{id}.otlp.jsonl"), "each line can be sent to `/v1/traces` of a collector; no secrets")
            }
        };
        let file = self.output.unwrap_or_else(|| PathBuf::from(usual));
        if file.as_os_str() == "-" {
            global.terminal.data(text)?;
            return Ok(Exit::Done);
        }
        let written = File::create_new(&file).and_then(|mut file| writeln!(file, "{text}"));
        written.map_err(|error| Failure::usage(format!("can't write `{}`: {error}", file.display())))?;
        global.terminal.note(format_args!("written to {}", file.display()));
        global.terminal.note(format_args!("  {holds}"));
        Ok(Exit::Done)
    }
}
