//! `orch inbox`: what people are asked, by all runs of the store.

use clap::Args;
use serde::Serialize;

use super::{
    closing::settled,
    compile::from_kept,
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::rfc3339,
    terminal::{
        Style,
        text::{one_line, padded, readable, width},
    },
    view::{
        asks::{limit, urgency},
        hints::{Hint, hint_lines, unblock},
        sign::Sign,
        telling::{said, since, speaks_of, until, waiting},
    },
};
use crate::{
    ir::Address,
    machine::{Asking, Owed, Timestamp, Wait, WaitOn, short_digest},
    run::{
        Error, RunInfo, Runner, Standing, Store,
        store::{Said, WordId},
    },
};

/// How much room the rest of a line takes: blanks, and since when.
const SINCE: usize = 44;

/// List what people are asked for: tasks, approvals, decisions, what runs are stuck on or paused by, and what they owe.
#[derive(Args, Debug)]
pub struct Inbox {
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What `orch inbox --json` prints.
#[derive(Serialize)]
pub struct Document {
    /// The version of this document.
    version: u32,
    asked: Vec<Row>,
}

/// Something a person is asked for.
#[derive(Serialize)]
struct Row {
    run: String,
    plan: String,
    address: String,
    /// `task`, `approve`, `decide`, `paused`, `stuck`, `owed`
    what: &'static str,
    /// Who is asked; anyone, without
    by: Option<String>,
    text: String,
    /// RFC 3339
    since: String,
    /// When it is too late to answer, in RFC 3339; never, without
    until: Option<String>,
    /// What an approval is for; `orch approve --digest` says yes to that and nothing else
    digest: Option<String>,
    /// What can be typed to answer it
    commands: Vec<String>,
}

impl Inbox {
    /// Prints the list: what runs are stuck on, then what has waited longest first.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let mut asked = match global.existing()? {
            Some(runner) => asked(&runner, |error| global.terminal.failure(&Failure::from(error)))?,
            None => Vec::new(),
        };
        asked.sort_by_key(|asked| (asked.urgency(), asked.since()));
        if self.json {
            global.terminal.data(serde_json::to_string_pretty(&of(&asked)).unwrap_or_default())?;
        } else if asked.is_empty() {
            global.terminal.note("nobody is asked for anything");
        } else {
            let (now, style) = (global.now(), global.terminal.data);
            let columns = columns(&asked, style);
            let pages = asked.iter().map(|asked| asked.lines(columns, now, style).join("\n"));
            global.terminal.data(pages.collect::<Vec<_>>().join("\n\n"))?;
        }
        Ok(Exit::Done)
    }
}

/// Something that a person is asked for, or is to put right.
pub struct Asked {
    run: RunInfo,
    on: On,
    /// What was said of it, and is not taken up yet.
    unheard: Option<String>,
}

enum On {
    Wait(Wait),
    Owed(Owed),
}

/// These as a document.
pub fn of(asked: &[Asked]) -> Document {
    Document { version: 1, asked: asked.iter().map(Asked::row).collect() }
}

/// What every run asks for that is not over, and what runs owe that failed. A run that can't be read is `unread`, and does
/// not hide the others.
pub fn asked(runner: &Runner, unread: impl Fn(Error)) -> Result<Vec<Asked>, Error> {
    let mut asked = Vec::new();
    for listed in runner.listed()? {
        let run = match listed {
            Ok(run) => run,
            Err(unreadable) => {
                unread(unreadable.error.into());
                continue;
            }
        };
        if matches!(run.standing, Standing::New | Standing::Completed) {
            continue;
        }
        let read = runner.state(&run, &from_kept);
        match read.and_then(|(machine, _)| Ok((machine, runner.store().unanswered(&run.id)?))) {
            Ok((machine, unheard)) => {
                let waits = machine.waits().into_iter().filter(|wait| told(wait).is_some()).map(On::Wait);
                let owed = machine.owed().iter().cloned().map(On::Owed);
                asked.extend(waits.chain(owed).map(|on| Asked::of(&run, on, &unheard)));
            }
            Err(error) => unread(error),
        }
    }
    Ok(asked)
}

impl Asked {
    fn of(run: &RunInfo, on: On, unheard: &[(WordId, Said)]) -> Asked {
        let asked = Asked { run: run.clone(), on, unheard: None };
        let about = |heard: &&Said| speaks_of(&heard.word) == Some(asked.address());
        let unheard = unheard.iter().map(|(_, said)| said).find(about);
        let unheard = unheard.map(|heard| said(&heard.who, &heard.word, heard.why.as_deref()));
        Asked { unheard, ..asked }
    }

    /// Since when.
    pub fn since(&self) -> Timestamp {
        match &self.on {
            On::Wait(wait) => wait.since,
            On::Owed(owed) => owed.since,
        }
    }

    /// What a run waits for comes before what it owes.
    fn urgency(&self) -> (bool, Option<u8>) {
        match &self.on {
            On::Wait(wait) => (false, urgency(wait)),
            On::Owed(_) => (true, None),
        }
    }

    fn address(&self) -> &Address {
        match &self.on {
            On::Wait(wait) => &wait.address,
            On::Owed(owed) => &owed.address,
        }
    }

    /// What is asked, of whom, and what the program says of it.
    fn told(&self) -> (&'static str, Option<&str>, &str) {
        match &self.on {
            On::Wait(wait) => told(wait).unwrap_or_default(),
            On::Owed(owed) => ("owed", None, &owed.reason),
        }
    }

    /// What the program says of it, or what is the matter, for a person.
    fn sentence(&self, now: Timestamp) -> String {
        match &self.on {
            On::Wait(wait) if urgency(wait) == Some(0) => waiting(wait, true, now),
            On::Wait(_) | On::Owed(_) => self.told().2.to_owned(),
        }
    }

    fn hints(&self) -> Vec<Hint> {
        match &self.on {
            On::Wait(wait) => unblock(&self.run.id, wait),
            On::Owed(owed) => settled(&self.run.id, owed),
        }
    }

    fn until(&self) -> Option<Timestamp> {
        if let On::Wait(wait) = &self.on { limit(wait) } else { None }
    }

    /// What an approval is for.
    fn digest(&self) -> Option<&str> {
        let On::Wait(Wait { on: WaitOn::Person { digest, .. }, .. }) = &self.on else { return None };
        digest.as_deref()
    }

    fn row(&self) -> Row {
        let (what, by, text) = self.told();
        Row {
            run: self.run.id.to_string(),
            plan: self.run.plan.to_string(),
            address: self.address().as_str().to_owned(),
            what,
            by: by.map(str::to_owned),
            text: text.to_owned(),
            since: rfc3339(self.since()),
            until: self.until().map(rfc3339),
            digest: self.digest().map(str::to_owned),
            commands: self.hints().into_iter().map(|hint| hint.command).collect(),
        }
    }

    /// `m8  retire/go  approve  dba  since 09:12:30 (4h)`, then the text and what can be typed.
    fn lines(&self, columns: Columns, now: Timestamp, style: Style) -> Vec<String> {
        let (what, ..) = self.told();
        let sign = if matches!(what, "stuck" | "owed") { Sign::Stuck } else { Sign::Waits };
        let cells = self.cells();
        let cells: Vec<String> = cells.iter().zip(columns).map(|(cell, room)| padded(cell, room)).collect();
        let limit = self.until().map(|limit| format!(", {}", until(limit, now))).unwrap_or_default();
        let head = format!("{} {}  {}{limit}", sign.drawn(style), cells.join("  "), since(self.since(), now));
        let mut lines = style.hanging(&head, 2);
        let digest = self.digest().map(|digest| format!("  ({})", short_digest(digest))).unwrap_or_default();
        lines.extend(style.hanging(&format!("  {}{digest}", one_line(&self.sentence(now))), 2));
        if let Some(unheard) = &self.unheard {
            lines.extend(style.hanging(&format!("  {unheard}  (not taken up yet: orch resume {})", self.run.id), 2));
        }
        lines.extend(hint_lines(&self.hints(), style));
        lines
    }

    fn cells(&self) -> [String; 4] {
        let (what, by, _) = self.told();
        let address = readable(self.address().as_str());
        [self.run.id.to_string(), address, what.to_owned(), one_line(by.unwrap_or("anyone"))]
    }
}

/// What is asked, of whom, and what the program says of it; nothing, if it ends without a person.
fn told(wait: &Wait) -> Option<(&'static str, Option<&str>, &str)> {
    match &wait.on {
        WaitOn::Person { asking, text, by, .. } => {
            let what = match asking {
                Asking::Task => "task",
                Asking::Approval => "approve",
                Asking::Decision => "decide",
            };
            Some((what, Some(by), text))
        }
        WaitOn::Paused { reason } => Some(("paused", None, reason)),
        WaitOn::Settlement { reason, .. } | WaitOn::Compensation { reason } | WaitOn::Measure { reason } => {
            Some(("stuck", None, reason))
        }
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Event { .. } => None,
    }
}

/// How wide the columns of the list are: run, address, what, by whom.
type Columns = [usize; 4];

/// As wide as what stands in them, where all fit in a line; else there are none.
fn columns(asked: &[Asked], style: Style) -> Columns {
    let mut columns = [0; 4];
    for cells in asked.iter().map(Asked::cells) {
        columns.iter_mut().zip(&cells).for_each(|(room, cell)| *room = width(cell).max(*room));
    }
    if columns.iter().sum::<usize>() + SINCE > style.width { [0; 4] } else { columns }
}
