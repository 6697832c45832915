//! The lines one sees while a run goes on: one for each thing that happened.

use super::{
    moment::{duration, moment},
    story::{Part, Settled, State, Story},
    terminal::{Style, harmless, readable},
};
use crate::{
    ir::Address,
    machine::{Entry, Event, Kind, Purpose, Record, Timestamp, Verdict, Word},
};

/// Where lines have no room for a second column, they have none.
const NARROW: usize = 60;

/// How much room a sign and what is before and after it take.
const SIGN: usize = 4;

/// How much room is left for how long something took.
const TOOK: usize = 8;

/// Turns records into lines.
pub struct Live {
    /// What has happened so far.
    pub story: Story,
    style: Style,
}

impl Live {
    /// Goes on from `story`.
    pub fn new(story: Story, style: Style) -> Live {
        Live { story, style }
    }

    /// The lines that a record adds.
    pub fn lines(&mut self, record: &Record) -> Vec<String> {
        let verdicts: Vec<_> = record.then.iter().map(|entry| self.verdict_before(entry)).collect();
        self.story.add(record);
        // Who cancels a run says why.
        let said = self.said(&record.event);
        let followed = record.then.iter().zip(verdicts).filter(|(entry, _)| !is_told_by_failure(entry, &record.then));
        let cancelled = matches!(record.event, Event::Operator { word: Word::Cancel, .. });
        let followed = followed.filter(|(entry, _)| !cancelled || !matches!(entry, Entry::Unwinding { .. }));
        let followed = followed.filter_map(|(entry, before)| self.line(record.at, entry, before));
        said.into_iter().chain(followed).collect()
    }

    fn verdict_before(&self, entry: &Entry) -> Option<Verdict> {
        let Entry::Verdict { address, .. } = entry else { return None };
        Some(self.story.part(address)?.looks.as_ref()?.last)
    }

    fn said(&self, event: &Event) -> Option<String> {
        let Event::Operator { word, who, why } = event else { return None };
        let why = why.as_ref().map(|why| format!(": {}", harmless(why))).unwrap_or_default();
        Some(self.mark("»", &format!("{} {}{why}", harmless(who), spoken(word)), "", ""))
    }

    fn line(&self, at: Timestamp, entry: &Entry, before: Option<Verdict>) -> Option<String> {
        let style = self.style;
        match entry {
            Entry::Entered { address, kind: Kind::Phase | Kind::Stage | Kind::Branch | Kind::Plan, title } => {
                Some(self.mark("▸", address.as_str(), title.as_deref().unwrap_or_default(), ""))
            }
            Entry::Entered { .. } | Entry::Intent { .. } => None,
            Entry::TryFailed { address, reason, next } => {
                let again = format!("{reason}, again in {}", duration(next.since(at)));
                Some(self.mark(&style.yellow("↻"), address.as_str(), &again, ""))
            }
            Entry::InDoubt { address, reason } => {
                let doubt = format!("{reason}: was it done?");
                Some(self.mark(&style.yellow("?"), address.as_str(), &doubt, ""))
            }
            Entry::Done { address, .. } => self.done(address),
            // The failure of the whole is told when the way back begins.
            Entry::Failed { address, .. } if address.is_root() => None,
            Entry::Failed { address, reason, tolerated } => {
                let tolerated = if *tolerated { ", which is tolerated" } else { "" };
                Some(self.mark(&style.red("✖"), address.as_str(), &format!("{reason}{tolerated}"), ""))
            }
            Entry::Verdict { address, verdict, answers, .. } => self.verdict(address, *verdict, before, answers),
            Entry::Decided { address, option, evidence } => {
                Some(self.mark("◆", address.as_str(), &format!("{option}  {}", evidence.join(", ")), ""))
            }
            Entry::Asked { address, text, by, .. } => {
                Some(self.mark("◷", address.as_str(), &format!("waits for {by}: {text} (see `orch inbox`)"), ""))
            }
            Entry::Measured { address, timeline, .. } => {
                let due = timeline["due"].as_str().unwrap_or_default();
                Some(self.mark("◔", address.as_str(), &format!("due {due}"), ""))
            }
            Entry::Emitted { event, .. } => Some(self.mark("»", event, "is published", "")),
            Entry::Paused { reason, .. } => Some(self.mark(&style.yellow("⏸"), "paused", reason, "")),
            Entry::Resumed => Some(self.mark("▸", "goes on", "", "")),
            Entry::Promoted { address } => {
                Some(self.mark("»", address.as_str(), "the rest of the hold is skipped", ""))
            }
            Entry::SteppedBack { address, reason } => {
                Some(self.mark(&style.yellow("↩"), address.as_str(), &format!("a stage back: {reason}"), ""))
            }
            Entry::Waits { address, until } => {
                let until = format!("until {} ({})", moment(*until, at), duration(until.since(at)));
                Some(self.mark("◷", address.as_str(), &until, ""))
            }
            Entry::Holds { address, needed } => {
                Some(self.mark("◷", address.as_str(), &format!("held for {}", duration(*needed)), ""))
            }
            Entry::Committed { text, .. } => Some(self.mark("⚑", "commit", text, "")),
            Entry::Unwinding { address, reason } if address.is_root() => {
                Some(self.mark(&style.red("✖"), reason, "", ""))
            }
            Entry::Unwinding { .. } => None,
            Entry::AttemptFailed { attempt, .. } => {
                Some(self.mark(&style.yellow("↩"), attempt.as_str(), "the attempt is undone", ""))
            }
            Entry::Left { .. } => None,
            Entry::Otherwise { attempt } => Some(self.mark("▸", attempt.as_str(), "goes the other way", "")),
            Entry::Undone { address } => Some(self.undone(at, address)),
            Entry::NotUndone { address, reason } => {
                Some(self.mark(&style.red("✖"), address.as_str(), &format!("not undone: {reason}"), ""))
            }
            Entry::Stuck { address, reason } => {
                Some(self.mark(&style.red("‼"), address.as_str(), &format!("stuck: {reason}"), ""))
            }
            Entry::Unstuck { address } => Some(self.mark("»", address.as_str(), "goes on", "")),
            Entry::Ended { .. } => None,
        }
    }

    fn done(&self, address: &Address) -> Option<String> {
        let part = self.story.part(address)?;
        match part.kind {
            None | Some(Kind::Item | Kind::Compensation | Kind::Gate | Kind::Guard | Kind::Commit | Kind::Decision) => {
                None
            }
            Some(
                Kind::Phase
                | Kind::Probe
                | Kind::Step
                | Kind::BlockStep
                | Kind::Rollout
                | Kind::Stage
                | Kind::Require
                | Kind::Verify
                | Kind::Wait
                | Kind::Plan
                | Kind::Branch
                | Kind::Attempt
                | Kind::Task
                | Kind::Approval
                | Kind::WaitFor
                | Kind::Handler,
            ) => Some(self.mark(&self.style.green("✔"), address.as_str(), &what(part), &took(part))),
        }
    }

    fn undone(&self, at: Timestamp, address: &Address) -> String {
        let way_back = self.story.part(&address.undo());
        let (what, took) = way_back.map(|part| (what(part), duration(at.since(part.since)))).unwrap_or_default();
        self.mark(&self.style.yellow("↩"), address.as_str(), &what, &took)
    }

    /// A condition that is looked at again and again is only told of when it changes.
    fn verdict(
        &self,
        address: &Address,
        verdict: Verdict,
        before: Option<Verdict>,
        answers: &[smol_str::SmolStr],
    ) -> Option<String> {
        let gate = self
            .story
            .part(address)
            .and_then(|part| part.kind)
            .is_none_or(|kind| matches!(kind, Kind::Gate | Kind::Guard));
        if before == Some(verdict) || !gate && verdict == Verdict::Pass {
            return None;
        }
        let (sign, word) = match verdict {
            Verdict::Pass => (self.style.green("✔"), "pass"),
            Verdict::Fail => (self.style.yellow("✖"), "does not hold"),
            Verdict::Unknown => (self.style.yellow("?"), "no answer"),
        };
        Some(self.mark(&sign, address.as_str(), &format!("{word}  {}", answers.join(", ")), ""))
    }

    /// `  ✔ hold        ./shop reserve o-1    12 ms`
    fn mark(&self, sign: &str, first: &str, second: &str, last: &str) -> String {
        let first = readable(first).replace('\n', " ");
        let second = harmless(second).replace('\n', " ");
        let second = second.trim_end();
        let lines = if self.style.width < NARROW {
            self.narrow(&first, second, last)
        } else {
            self.in_columns(&first, second, last)
        };
        format!("  {sign} {}", lines.trim_end())
    }

    /// All in one line if it fits, else what is said of an address in a line of its own.
    fn narrow(&self, first: &str, second: &str, last: &str) -> String {
        let style = self.style;
        let all = [first, second, last].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
        let room = style.width.saturating_sub(SIGN);
        if second.is_empty() || all.chars().count() <= room {
            return style.fitted(&all, room);
        }
        let first = style.fitted_address(first, room.saturating_sub(last.len() + 2));
        let second = style.fitted(second, room.saturating_sub(2));
        format!("{first}  {last}").trim_end().to_owned() + &format!("\n{:1$}{second}", "", SIGN + 2)
    }

    fn in_columns(&self, first: &str, second: &str, last: &str) -> String {
        let style = self.style;
        let column = style.addresses();
        let room = style.width.saturating_sub(SIGN + column + 2);
        if second.is_empty() && last.is_empty() {
            return style.fitted(first, style.width.saturating_sub(SIGN));
        }
        let first = address_column(style, first, column, SIGN);
        if last.is_empty() {
            return format!("{first}  {}", style.fitted(second, room));
        }
        let room = room.saturating_sub(last.chars().count().max(TOOK) + 2);
        format!("{first}  {:<room$}  {}", style.fitted(second, room), style.dim(last))
    }
}

/// An address in its column, `before` characters from the left; one that is too long has a line of its own.
pub fn address_column(style: Style, address: &str, column: usize, before: usize) -> String {
    if address.chars().count() <= column {
        return format!("{address:<column$}");
    }
    let whole = style.fitted_address(address, style.width.saturating_sub(before));
    format!("{whole}\n{:1$}", "", before + column)
}

/// A verdict that fails its part at once is told with the failure.
fn is_told_by_failure(entry: &Entry, all: &[Entry]) -> bool {
    let Entry::Verdict { address, .. } = entry else { return false };
    all.iter().any(|other| matches!(other, Entry::Failed { address: failed, .. } if failed == address))
}

/// What was done for a part: the last call, and how often it was tried if more than once.
pub fn what(part: &Part) -> String {
    let again = match part.tries.iter().filter(|tried| matches!(tried.purpose, Purpose::Do | Purpose::Undo)).count() {
        0 | 1 => String::new(),
        tries => format!(" ({tries} tries)"),
    };
    let call = part.last_try().map(|tried| tried.request.summary()).or(part.title.clone()).unwrap_or_default();
    match (&part.looks, &part.settled) {
        (Some(looks), _) if !looks.answers.is_empty() => looks.answers.join(", "),
        (_, Some(Settled::Again)) => format!("{call}, {}", Settled::Again),
        (_, Some(settled)) => settled.to_string(),
        (_, None) => format!("{call}{again}"),
    }
}

fn took(part: &Part) -> String {
    part.took().map(duration).unwrap_or_default()
}

/// An operator's word as a person says it.
pub fn spoken(word: &Word) -> String {
    use crate::machine::Settlement;
    match word {
        Word::Settle { address, verdict: Settlement::Done(_) } => format!("says `{address}` was done"),
        Word::Settle { address, verdict: Settlement::NotDone } => format!("says `{address}` was not done"),
        Word::Retry { address: Some(address) } => format!("tries `{address}` again"),
        Word::Retry { address: None } => "tries again".to_owned(),
        Word::Cancel => "cancels the run".to_owned(),
        Word::Event { event, .. } => format!("tells of `{event}`"),
        Word::Pause => "pauses the run".to_owned(),
        Word::Resume => "lets it go on".to_owned(),
        Word::Promote { .. } => "skips the rest of the hold".to_owned(),
        Word::Abort { .. } => "aborts the rollout".to_owned(),
        Word::Done { address, .. } => format!("says the task `{address}` is done"),
        Word::Approve { address } => format!("says yes to `{address}`"),
        Word::Refuse { address } => format!("says no to `{address}`"),
        Word::Choose { address, option } => format!("chooses `{option}` for `{address}`"),
    }
}

/// The sign of a part, which says how it stands.
pub fn sign(state: &State, style: Style) -> String {
    match state {
        State::Open => "◐".to_owned(),
        State::Done => style.green("✔"),
        State::Failed(_) | State::Tolerated(_) => style.red("✖"),
        State::InDoubt(_) => style.yellow("?"),
        State::Stuck(_) => style.red("‼"),
        State::Undone => style.yellow("↩"),
        State::Left => style.dim("■"),
    }
}
