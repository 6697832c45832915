//! What is said of what happens in a simulated run: a line for each thing that one would want to hear of.

use crate::{
    ir::{Address, Value, text::Nested},
    machine::{Ending, Entry, Event, Kind, Record, Timestamp, Verdict, Word},
    repl::look::Look,
};

/// Something that happened, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, in nanoseconds since the run began.
    pub at: i64,
    /// What kind of thing it is.
    pub sign: Sign,
    /// What it happened to.
    pub address: Address,
    /// What else is to be said of it.
    pub text: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A part begins that has others in it.
    Begins,
    /// It ended well.
    Done,
    /// It failed, or does not hold.
    Failed,
    /// Nobody knows.
    Unknown,
    /// It was undone.
    Undone,
    /// It is tried again later.
    Again,
    /// It waits.
    Waits,
    /// An option was taken.
    Decided,
    /// Somebody or something said something.
    Said,
    /// A person is needed.
    Stuck,
    /// Nothing new starts.
    Paused,
    /// What came before is final.
    Committed,
    /// The run is over.
    Ended,
}

impl Sign {
    fn drawn(self, look: Look) -> String {
        match self {
            Sign::Begins => "▸".to_owned(),
            Sign::Done => look.green("✔"),
            Sign::Failed => look.red("✖"),
            Sign::Unknown => look.yellow("?"),
            Sign::Undone => look.yellow("↩"),
            Sign::Again => look.yellow("↻"),
            Sign::Waits => "◷".to_owned(),
            Sign::Decided => "◆".to_owned(),
            Sign::Said => "»".to_owned(),
            Sign::Stuck => look.red("‼"),
            Sign::Paused => look.yellow("‖"),
            Sign::Committed => "⚑".to_owned(),
            Sign::Ended => "■".to_owned(),
        }
    }
}

impl Line {
    /// The line as it is printed: `  3d  ✔ prepare/hold  reserve("o-1")`.
    pub fn drawn(&self, look: Look) -> String {
        let (at, sign) = (Value::Duration(self.at).to_string(), self.sign.drawn(look));
        let at = look.dim(format_args!("{at:>6}"));
        let text = format!("{at}  {sign} {}", what(&self.address, &self.text));
        text.trim_end().to_owned()
    }

    /// What happened, in two words: `↩ payment`.
    pub fn short(&self) -> String {
        let plain = Look { colour: false, width: 0, cuts: false };
        let what = if self.address.is_root() { self.text.clone() } else { self.address.to_string() };
        format!("{} {what}", self.sign.drawn(plain))
    }
}

fn what(address: &Address, text: &str) -> String {
    if address.is_root() { text.to_owned() } else { format!("{address:<28}  {text}") }
}

/// What there is to tell of a record; `done` says what was done for a part that ended well.
pub fn lines(record: &Record, began: Timestamp, done: &dyn Fn(&Address) -> String) -> Vec<Line> {
    let at = record.at.since(began);
    let line = |sign, address: &Address, text: String| Line { at, sign, address: address.clone(), text };
    let said = word(&record.event).map(|text| line(Sign::Said, &Address::root(), text));
    let told = record.then.iter().filter_map(|entry| {
        let (sign, address, text) = entry_line(entry, done)?;
        Some(line(sign, &address, text))
    });
    said.into_iter().chain(told).collect()
}

/// What somebody said; answers of people are told by what they answer.
fn word(event: &Event) -> Option<String> {
    let Event::Operator { word, why, .. } = event else {
        return matches!(event, Event::Recovered).then(|| "the process died, and another takes the run up".to_owned());
    };
    let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let text = match word {
        Word::Event { event, payload, .. } => format!("{event} {payload} arrives"),
        Word::Cancel => format!("cancel{why}"),
        Word::Kill => format!("kill{why}"),
        Word::Pause => format!("pause{why}"),
        Word::Resume => format!("resume{why}"),
        Word::Promote { .. } => format!("promote{why}"),
        Word::Abort { .. } => format!("abort{why}"),
        Word::Retry { .. } => format!("retry{why}"),
        Word::Waive { address } => format!("waive {address}{why}"),
        Word::Settle { address, .. } => format!("settle {address}{why}"),
        Word::Done { .. } | Word::Approve { .. } | Word::Refuse { .. } | Word::Choose { .. } => return None,
    };
    Some(text)
}

fn entry_line(entry: &Entry, done: &dyn Fn(&Address) -> String) -> Option<(Sign, Address, String)> {
    let (sign, address, text) = match entry {
        Entry::Entered { address, kind, title } => {
            let title = title.as_deref().unwrap_or_default();
            match kind {
                Kind::Phase | Kind::Rollout | Kind::Stage | Kind::Plan | Kind::Branch | Kind::Attempt => {
                    (Sign::Begins, address, title.to_owned())
                }
                Kind::Probe
                | Kind::Step
                | Kind::BlockStep
                | Kind::Item
                | Kind::Gate
                | Kind::Require
                | Kind::Verify
                | Kind::Wait
                | Kind::Commit
                | Kind::Compensation
                | Kind::Decision
                | Kind::Task
                | Kind::Approval
                | Kind::Guard
                | Kind::WaitFor
                | Kind::Handler => return None,
            }
        }
        Entry::Done { address, .. } if address.is_root() => return None,
        Entry::Done { address, .. } => (Sign::Done, address, done(address)),
        Entry::Failed { address, reason, tolerated } => {
            let tolerated = if *tolerated { ", which is tolerated" } else { "" };
            (Sign::Failed, address, format!("{reason}{tolerated}"))
        }
        Entry::TryFailed { address, reason, .. } => (Sign::Again, address, format!("{reason}: tried again")),
        Entry::InDoubt { address, reason } => (Sign::Unknown, address, format!("{reason}: was it done?")),
        Entry::Verdict { address, verdict, answers, .. } => match verdict {
            Verdict::Pass => return None,
            Verdict::Fail => (Sign::Failed, address, answers.join(", ")),
            Verdict::Unknown => (Sign::Unknown, address, "no answer".to_owned()),
        },
        Entry::Decided { address, option, evidence } => {
            let because = if evidence.is_empty() { String::new() } else { format!(": {}", evidence.join(", ")) };
            (Sign::Decided, address, format!("{option}{because}"))
        }
        Entry::Emitted { address, event, payload } => (Sign::Said, address, format!("{event} {payload}")),
        Entry::Asked { address, text, by, .. } => (Sign::Waits, address, format!("\"{text}\" by {by}")),
        Entry::Waits { address, .. } => (Sign::Waits, address, "waits".to_owned()),
        Entry::Holds { address, needed } => (Sign::Waits, address, format!("held for {}", Value::Duration(*needed))),
        Entry::Paused { address, reason } => (Sign::Paused, address, reason.to_string()),
        Entry::Resumed => return Some((Sign::Said, Address::root(), "it goes on".to_owned())),
        Entry::Promoted { address } => (Sign::Said, address, "promoted".to_owned()),
        Entry::SteppedBack { address, reason } => (Sign::Failed, address, format!("{reason}: one stage back")),
        Entry::Committed { address, text } => (Sign::Committed, address, text.to_string()),
        Entry::Unwinding { address, reason } if address.is_root() => (Sign::Failed, address, reason.to_string()),
        Entry::Unwinding { .. } | Entry::Measured { .. } | Entry::Left { .. } | Entry::Settled { .. } => return None,
        Entry::AttemptFailed { attempt, reason, .. } => (Sign::Failed, attempt, format!("{reason}: another way")),
        Entry::Otherwise { attempt } => (Sign::Begins, attempt, "else".to_owned()),
        Entry::Undone { address } => (Sign::Undone, address, done(&address.undo())),
        Entry::NotUndone { address, reason } => (Sign::Failed, address, format!("not undone: {reason}")),
        Entry::Killed { reason } => return Some((Sign::Ended, Address::root(), format!("killed: {reason}"))),
        Entry::Owed { address, reason, .. } => (Sign::Stuck, address, format!("owed: {reason}")),
        Entry::Stuck { address, reason } => (Sign::Stuck, address, reason.to_string()),
        Entry::Unstuck { address } => (Sign::Said, address, "a person helped".to_owned()),
        Entry::Ended { ending, value } => {
            let value = if value.is_null() { String::new() } else { format!("  {value}") };
            return Some((Sign::Ended, Address::root(), format!("{}{value}", ending_word(*ending))));
        }
        Entry::Intent { .. } => return None,
    };
    Some((sign, address.clone(), text))
}

/// How a run ended, in the word that tests use.
pub fn ending_word(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::Compensated => "compensated",
        Ending::Halted => "halted",
        Ending::Partial => "partial",
        Ending::Killed => "killed",
    }
}

/// A value in a line, cut if it is long.
pub fn brief(value: &Value) -> String {
    const MOST: usize = 60;
    let text = Nested(value).to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// What a person said about a part of the run.
pub fn person(word: &Word, about: &Address) -> Option<String> {
    let (address, text) = match word {
        Word::Done { address, .. } => (address, "reported done".to_owned()),
        Word::Approve { address, .. } => (address, "approved".to_owned()),
        Word::Refuse { address } => (address, "refused".to_owned()),
        Word::Choose { address, option } => (address, format!("chosen: {option}")),
        Word::Settle { address, .. } => (address, "settled".to_owned()),
        Word::Waive { address } => (address, "waived".to_owned()),
        Word::Retry { .. }
        | Word::Cancel
        | Word::Kill
        | Word::Event { .. }
        | Word::Pause
        | Word::Resume
        | Word::Promote { .. }
        | Word::Abort { .. } => return None,
    };
    (address == about).then_some(text)
}
