//! The lines one sees while a run goes on: one for each thing that happened.

use super::{
    moment::{duration, moment},
    story::{Part, State, Story},
    terminal::{Style, harmless, readable, shortened},
};
use crate::{
    ir::Address,
    machine::{Entry, Event, Kind, Purpose, Record, Timestamp, Verdict, Word},
};

/// How wide the column of addresses is at least and at most.
const ADDRESSES: (usize, usize) = (10, 36);

/// Where a line has no room for a second column, it has none.
const NARROW: usize = 60;

/// Turns records into lines.
pub struct Live {
    /// What has happened so far.
    pub story: Story,
    style: Style,
    width: usize,
}

impl Live {
    /// Goes on from `story`, in lines of `width` characters.
    pub fn new(story: Story, style: Style, width: usize) -> Live {
        Live { story, style, width }
    }

    /// The lines that a record adds.
    pub fn lines(&mut self, record: &Record) -> Vec<String> {
        let verdicts: Vec<_> = record.then.iter().map(|entry| self.verdict_before(entry)).collect();
        self.story.add(record);
        let said = self.said(&record.event);
        let followed = record.then.iter().zip(verdicts).filter(|(entry, _)| !is_told_by_failure(entry, &record.then));
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
            Entry::Entered { address, kind: Kind::Phase | Kind::Stage, title } => {
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
            Entry::Failed { address, reason, tolerated } => {
                let tolerated = if *tolerated { ", which is tolerated" } else { "" };
                Some(self.mark(&style.red("✖"), address.as_str(), &format!("{reason}{tolerated}"), ""))
            }
            Entry::Verdict { address, verdict, answers, .. } => self.verdict(address, *verdict, before, answers),
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
            None | Some(Kind::Item | Kind::Compensation | Kind::Gate | Kind::Commit) => None,
            Some(
                Kind::Phase
                | Kind::Probe
                | Kind::Step
                | Kind::BlockStep
                | Kind::Rollout
                | Kind::Stage
                | Kind::Require
                | Kind::Verify
                | Kind::Wait,
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
        let gate = self.story.part(address).and_then(|part| part.kind).is_none_or(|kind| kind == Kind::Gate);
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
        if self.width < NARROW {
            let line =
                [first.as_str(), second, last].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
            return format!("  {sign} {}", line.join("  "));
        }
        let column = (self.width / 3).clamp(ADDRESSES.0, ADDRESSES.1);
        let room = self.width.saturating_sub(column + 6 + last.len().max(8));
        let last = if last.is_empty() { String::new() } else { format!("  {}", self.style.dim(last)) };
        let line = match (second.is_empty(), last.is_empty()) {
            (true, true) => first,
            (_, true) => format!("{first:<column$}  {second}"),
            _ => format!("{first:<column$}  {:<room$}{last}", shortened(second, room)),
        };
        format!("  {sign} {line}")
    }
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
    match &part.looks {
        Some(looks) if !looks.answers.is_empty() => looks.answers.join(", "),
        _ => format!("{call}{again}"),
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
    }
}
