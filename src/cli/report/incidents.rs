//! What went otherwise than planned.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    cli::view::telling::spoken,
    ir::Address,
    machine::{EffectId, Entry, Event, Record, Timestamp, Verdict, Word},
};

/// How many different reasons are told of one incident.
const REASONS: usize = 5;

/// Something that went otherwise than planned.
pub struct Incident {
    /// When; the first time, if it happened several times in a row.
    pub at: Timestamp,
    /// Where; the root, if it was the run as a whole.
    pub address: Address,
    /// What: `try failed`, `stuck`, `paused`, ..
    pub what: &'static str,
    /// Why, or what was seen.
    pub text: String,
    /// How often in a row.
    pub times: u32,
}

/// What was found so far.
#[derive(Default)]
pub struct Incidents {
    found: Vec<Incident>,
    /// What was seen last of each condition that did not hold then.
    failing: BTreeMap<Address, Failing>,
    /// Whether the process said that it would leave.
    left: bool,
    /// The effects whose end is not known.
    in_flight: BTreeSet<EffectId>,
    /// Since when nothing new starts.
    paused: Option<Timestamp>,
}

/// A condition that does not hold, or has no answer.
struct Failing {
    verdict: Verdict,
    /// Its place among what was found.
    number: usize,
    /// What was seen, each once: at most so many, and one that stands for all others.
    seen: Vec<String>,
}

impl Failing {
    /// Why there is no answer, else what was seen last.
    fn sees(&mut self, answers: String) -> String {
        match self.verdict {
            Verdict::Pass | Verdict::Fail => answers,
            Verdict::Unknown => {
                if !self.seen.contains(&answers) && self.seen.len() <= REASONS {
                    self.seen.push(if self.seen.len() == REASONS { "and others".to_owned() } else { answers });
                }
                self.seen.join("; ")
            }
        }
    }
}

impl Incidents {
    /// Looks through a record.
    pub fn take(&mut self, record: &Record) {
        self.event(record.at, &record.event);
        let is_told = |entry: &Entry| is_told_by_failure(entry, &record.then);
        for entry in record.then.iter().filter(|entry| !is_told(entry)) {
            self.entry(record.at, entry);
        }
    }

    /// All of them, in the order in which they happened.
    pub fn finish(self) -> Vec<Incident> {
        self.found
    }

    fn event(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Recovered => {
                let in_flight = std::mem::take(&mut self.in_flight);
                if !std::mem::take(&mut self.left) && !in_flight.is_empty() {
                    let text = "the process that drove it had ended while something was in flight".to_owned();
                    self.add(at, Address::root(), "taken up", text);
                }
            }
            Event::Outcome { effect, .. } => {
                self.in_flight.remove(effect);
            }
            Event::Suspended => self.left = true,
            Event::Operator { word, who, why } if steps_in(word) => {
                let because = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                self.add(at, Address::root(), "stepped in", format!("{who} {}{because}", spoken(word)));
            }
            Event::Migrated { who, why, .. } => {
                let because = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                self.add(
                    at,
                    Address::root(),
                    "migrated",
                    format!("{who} lets it go on under another program{because}"),
                );
            }
            Event::Started { .. } | Event::Time | Event::Operator { .. } => {}
        }
    }

    fn entry(&mut self, at: Timestamp, entry: &Entry) {
        let address = entry.address().cloned().unwrap_or_default();
        match entry {
            Entry::Intent { effect, .. } => {
                self.in_flight.insert(*effect);
            }
            Entry::TryFailed { reason, .. } => self.add(at, address, entry.what(), reason.to_string()),
            Entry::InDoubt { .. }
            | Entry::SteppedBack { .. }
            | Entry::AttemptFailed { .. }
            | Entry::NotUndone { .. }
            | Entry::Stuck { .. }
            | Entry::Unstuck { .. } => self.add(at, address, entry.what(), entry.values()),
            Entry::Failed { .. } if !address.is_root() => self.add(at, address, entry.what(), entry.values()),
            Entry::Unwinding { address: failed, reason } if failed.is_root() => {
                self.add(at, address, "unwinding", reason.to_string());
            }
            Entry::Paused { reason, .. } => {
                self.paused = Some(at);
                self.add(at, address, "paused", reason.to_string());
            }
            Entry::Resumed => {
                let since = self.paused.take().unwrap_or(at);
                let stood = crate::cli::moment::duration(at.since(since));
                self.add(at, address, "resumed", format!("nothing new had begun for {stood}"));
            }
            Entry::Verdict { verdict, answers, .. } => self.verdict(at, address, *verdict, answers.join(", ")),
            Entry::Entered { .. }
            | Entry::Done { .. }
            | Entry::Failed { .. }
            | Entry::Decided { .. }
            | Entry::Measured { .. }
            | Entry::Emitted { .. }
            | Entry::Asked { .. }
            | Entry::Waits { .. }
            | Entry::Holds { .. }
            | Entry::Promoted { .. }
            | Entry::Committed { .. }
            | Entry::Unwinding { .. }
            | Entry::Left { .. }
            | Entry::Otherwise { .. }
            | Entry::Undone { .. }
            | Entry::Killed { .. }
            | Entry::Owed { .. }
            | Entry::Settled { .. }
            | Entry::Ended { .. } => {}
        }
    }

    /// A condition that does not hold again and again is one incident, with what was seen last; one without an answer,
    /// with each reason why there was none.
    fn verdict(&mut self, at: Timestamp, address: Address, verdict: Verdict, answers: String) {
        let what = match verdict {
            Verdict::Pass => {
                self.failing.remove(&address);
                return;
            }
            Verdict::Fail => "did not hold",
            Verdict::Unknown => "no answer",
        };
        if let Some(failing) = self.failing.get_mut(&address).filter(|failing| failing.verdict == verdict)
            && let Some(incident) = self.found.get_mut(failing.number)
        {
            incident.times += 1;
            incident.text = failing.sees(answers);
            return;
        }
        let failing = Failing { verdict, number: self.found.len(), seen: vec![answers.clone()] };
        self.failing.insert(address.clone(), failing);
        self.add(at, address, what, answers);
    }

    fn add(&mut self, at: Timestamp, address: Address, what: &'static str, text: String) {
        self.found.push(Incident { at, address, what, text, times: 1 });
    }
}

/// Whether a word changes what a run would do by itself; an answer to what was asked does not.
fn steps_in(word: &Word) -> bool {
    match word {
        Word::Settle { .. }
        | Word::Retry { .. }
        | Word::Cancel
        | Word::Kill
        | Word::Waive { .. }
        | Word::Pause
        | Word::Promote { .. }
        | Word::Abort { .. } => true,
        Word::Done { .. }
        | Word::Approve { .. }
        | Word::Refuse { .. }
        | Word::Choose { .. }
        | Word::Event { .. }
        | Word::Resume => false,
    }
}

/// A verdict that fails its part at once is told with the failure.
fn is_told_by_failure(entry: &Entry, all: &[Entry]) -> bool {
    let Entry::Verdict { address, .. } = entry else { return false };
    all.iter().any(|other| matches!(other, Entry::Failed { address: failed, .. } if failed == address))
}
