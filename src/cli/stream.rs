//! What `--json` prints of a run while it goes on: one JSON object a line, each with its version and with what it is.

use clap::Args;
use serde::Serialize;
use serde_json::Value as Json;

use super::{
    exit::Exit,
    failure::Failure,
    instead::commands,
    moment::rfc3339,
    show::{Failed, OwedRow, WaitRow, failure, owed_row, wait_row},
    story::Story,
    terminal::Terminal,
    view::hints::{go_on, look_at, resume},
};
use crate::{
    ir::Address,
    machine::{Ending, Record, Wait},
    run::{Folder, Left, RunId, RunInfo, store::Answer},
};

/// The version of every line.
const VERSION: u32 = 1;

/// How a command that drives runs prints what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The value of the plan, for people.
    Text,
    /// Every record of the journal and the end, for programs.
    Lines,
}

/// The option that all commands have that drive runs.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct AsLines {
    /// As JSON, one object a line: what is journaled while it goes on, and how it ends
    #[arg(long)]
    json: bool,
}

impl AsLines {
    /// The form that is wished.
    pub fn form(self) -> Form {
        if self.json { Form::Lines } else { Form::Text }
    }
}

#[derive(Serialize)]
struct Versioned<'a> {
    version: u32,
    #[serde(flatten)]
    line: Line<'a>,
}

/// What a line tells.
#[derive(Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Line<'a> {
    /// The run that the lines after it are about.
    Run {
        run: &'a str,
        plan: &'a str,
        file: &'a str,
        /// The database it is kept in.
        store: String,
        how: How,
    },
    /// A record of its journal, once it is durable.
    Record {
        run: &'a str,
        number: u64,
        #[serde(flatten)]
        record: &'a Record,
    },
    /// How the process left it.
    Left(Box<End<'a>>),
    /// What became of an operator's word.
    Answered {
        run: &'a str,
        /// `accepted`, `refused`.
        answer: &'static str,
        reason: Option<&'a str>,
        instead: &'a [String],
        /// The same, as one types it.
        commands: Vec<String>,
        exit: u8,
    },
    /// How many runs were told of an event; none, if they were told before.
    Told {
        event: &'a str,
        runs: usize,
        /// Whether it had not been told before.
        new: bool,
    },
}

/// How a process came to drive a run, or to tell of one.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is new.
    Started,
    /// It was started before with the same key.
    Known,
    /// It had been left.
    Resumed,
}

/// How a run was left.
#[derive(Serialize)]
pub struct End<'a> {
    run: &'a str,
    plan: &'a str,
    /// How it ended, if it did: `completed`, `compensated`, `halted`, `partial`, `killed`. Else why it was left: a person
    /// is needed (`stuck`, `waiting`), a moment is waited for (`sleeping`), Ctrl-C came (`left`, `stopped`), or the word
    /// on whose behalf it was taken up was `refused`.
    status: &'static str,
    exit: u8,
    /// What the plan gave.
    value: Option<&'a Json>,
    failure: Option<Failed<'a>>,
    undone: Vec<&'a str>,
    owed: Vec<OwedRow<'a>>,
    /// What a person or a moment can end.
    waits: Vec<WaitRow>,
    /// Until when it does nothing.
    until: Option<String>,
    /// What can be typed next.
    commands: Vec<String>,
}

/// Writes one line.
///
/// # Errors
/// It can't be written, and not because nobody reads it any more.
pub fn write(line: Line<'_>, terminal: &Terminal) -> Result<(), Failure> {
    terminal.data(serde_json::to_string(&Versioned { version: VERSION, line }).unwrap_or_default())
}

/// Tells a program which run the lines after this one are about.
///
/// # Errors
/// As of [`write`].
pub fn begin(info: &RunInfo, how: How, folder: &Folder, form: Form, terminal: &Terminal) -> Result<(), Failure> {
    if form == Form::Text {
        return Ok(());
    }
    let store = folder.database().display().to_string();
    write(Line::Run { run: info.id.as_str(), plan: &info.plan, file: &info.file, store, how }, terminal)
}

/// Tells what became of a word.
///
/// # Errors
/// As of [`write`].
pub fn answered(run: &RunId, answer: Option<&Answer>, exit: Exit, terminal: &Terminal) -> Result<(), Failure> {
    let (answer, reason, instead) = match answer {
        None => ("none yet", None, [].as_slice()),
        Some(Answer::Accepted) => ("accepted", None, [].as_slice()),
        Some(Answer::Refused { reason, instead }) => ("refused", Some(reason.as_str()), instead.as_slice()),
    };
    let commands = commands(run, instead);
    let (run, exit) = (run.as_str(), exit as u8);
    write(Line::Answered { run, answer, reason, instead, commands, exit }, terminal)
}

/// How a run was left, with what is owed and what can be typed.
pub fn end<'a>(run: &'a RunId, story: &'a Story, left: &'a Left, exit: Exit) -> Line<'a> {
    let value = if let Left::Ended(_, value) = left { Some(value) } else { None };
    let until = if let Left::Sleeping(until, _) = left { Some(rfc3339(*until)) } else { None };
    Line::Left(Box::new(End {
        run: run.as_str(),
        plan: &story.plan,
        status: status(left),
        exit: exit as u8,
        value,
        failure: failure(story),
        undone: story.undone.iter().map(Address::as_str).collect(),
        owed: story.owed.iter().map(owed_row).collect(),
        waits: waits(left).iter().map(|wait| wait_row(run, wait)).collect(),
        until,
        commands: next(run, story, left),
    }))
}

fn status(left: &Left) -> &'static str {
    match left {
        Left::Ended(Ending::Completed, _) => "completed",
        Left::Ended(Ending::Compensated, _) => "compensated",
        Left::Ended(Ending::Halted, _) => "halted",
        Left::Ended(Ending::Partial, _) => "partial",
        Left::Ended(Ending::Killed, _) => "killed",
        Left::Stuck(_) => "stuck",
        Left::Waiting(_) => "waiting",
        Left::Sleeping(..) => "sleeping",
        Left::Asked => "left",
        Left::AskedTwice => "stopped",
        Left::Refused(_) => "refused",
    }
}

fn waits(left: &Left) -> &[Wait] {
    match left {
        Left::Stuck(waits) | Left::Waiting(waits) | Left::Sleeping(_, waits) => waits,
        Left::Ended(..) | Left::Asked | Left::AskedTwice | Left::Refused(_) => &[],
    }
}

/// What goes on with the run, and what shows more; what ends a wait stands with the wait.
fn next(run: &RunId, story: &Story, left: &Left) -> Vec<String> {
    let look = || story.failure.as_ref().filter(|(address, _)| !address.is_root());
    let look = || look().map(|(address, _)| look_at(run, address));
    let hints = match left {
        Left::Ended(Ending::Halted, _) => look().into_iter().chain([go_on(run)]).collect(),
        Left::Ended(Ending::Compensated | Ending::Partial, _) => look().into_iter().collect(),
        Left::Ended(Ending::Completed | Ending::Killed, _) | Left::Stuck(_) | Left::Waiting(_) | Left::Refused(_) => {
            Vec::new()
        }
        Left::Sleeping(..) | Left::Asked | Left::AskedTwice => vec![resume(run)],
    };
    hints.into_iter().map(|hint| hint.command).collect()
}
