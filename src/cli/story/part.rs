//! One part of a run: how it stands, what was tried for it, what was seen.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    ir::{Address, Request},
    machine::{Kind, Outcome, Purpose, Timestamp, Verdict},
};

/// A part of a run.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: Option<Kind>,
    /// Its title.
    pub title: Option<String>,
    /// How it stands.
    pub state: State,
    /// When it began.
    pub since: Timestamp,
    /// When it ended.
    pub until: Option<Timestamp>,
    /// What it gave.
    pub value: Json,
    /// Every effect that was started for it.
    pub tries: Vec<Try>,
    /// What was seen when one looked last, and how often.
    pub looks: Option<Looks>,
    /// How long a stage was held and is to be held, in nanoseconds.
    pub hold: Option<(i64, i64)>,
    /// The gates of a stage that was held.
    pub gates: Vec<Address>,
    /// Who skipped the rest of the hold of a stage.
    pub skipped: Option<Skipped>,
    /// How many tries there were when it came in doubt.
    pub(super) doubt: Option<usize>,
    /// How a doubt was settled, or what could not be undone.
    pub settled: Option<Settled>,
}

/// How it was settled whether a part was done, where its own end did not say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// By this look.
    Found(String),
    /// By doing it again with the same key.
    Again,
    /// By this person.
    By(String),
}

/// Somebody said that the rest of a hold is not to be waited for, whatever its gates say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Who.
    pub who: String,
    /// Why.
    pub why: Option<String>,
}

/// How a part stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It began.
    Open,
    /// It ended well.
    Done,
    /// It failed, for this reason.
    Failed(String),
    /// It failed, which was tolerated.
    Tolerated(String),
    /// Nobody knows whether it was done.
    InDoubt(String),
    /// A person is needed.
    Stuck(String),
    /// It was undone.
    Undone,
    /// It was left as it was, because the run failed.
    Left,
    /// A gate that did not hold when somebody skipped the rest of its hold.
    Skipped(String),
}

/// One effect that was started.
#[derive(Clone, Debug)]
pub struct Try {
    /// What for.
    pub purpose: Purpose,
    /// Which try, from 1.
    pub attempt: u32,
    /// Its key.
    pub key: Option<String>,
    /// What was called, as one would write it; nothing, if an effect was asked for as such.
    pub call: Option<String>,
    /// What was asked for.
    pub request: Arc<Request>,
    /// When it was started.
    pub at: Timestamp,
    /// How and when it ended.
    pub ended: Option<(Timestamp, Outcome)>,
}

impl Try {
    /// What was called, else what was asked for, in short.
    pub fn told(&self) -> String {
        self.call.clone().unwrap_or_else(|| self.request.summary())
    }
}

/// The looks of a condition.
#[derive(Clone, Debug)]
pub struct Looks {
    /// How often one looked.
    pub count: u32,
    /// How often there was no answer.
    pub unknown: u32,
    /// What came out last.
    pub last: Verdict,
    /// Each answer: `error_rate() = 0.4%`.
    pub answers: Vec<String>,
}

impl std::fmt::Display for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Settled::Found(look) => write!(f, "found done by `{look}`"),
            Settled::Again => f.write_str("done again with the same key"),
            Settled::By(who) => write!(f, "settled by {who}"),
        }
    }
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let because = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        write!(f, "skipped by {}{because}", self.who)
    }
}

impl Part {
    pub(super) fn begun(at: Timestamp) -> Part {
        Part {
            kind: None,
            title: None,
            state: State::Open,
            since: at,
            until: None,
            value: Json::Null,
            tries: Vec::new(),
            looks: None,
            hold: None,
            gates: Vec::new(),
            skipped: None,
            doubt: None,
            settled: None,
        }
    }

    pub(super) fn comes_in_doubt(&mut self, reason: &str) {
        self.state = State::InDoubt(reason.to_owned());
        self.doubt = Some(self.tries.len());
    }

    /// What ended a doubt; nothing if a look found that it was not done, and it was then done as usual.
    pub(super) fn found(&self) -> Option<Settled> {
        let since = self.tries.get(self.doubt?..)?;
        let last = since.last()?;
        match last.purpose {
            Purpose::Confirm | Purpose::Look => Some(Settled::Found(last.told())),
            Purpose::Do | Purpose::Undo => {
                let looked = since.iter().any(|tried| tried.purpose == Purpose::Confirm);
                (!looked).then_some(Settled::Again)
            }
        }
    }

    /// Whether it has begun and not ended.
    pub fn goes_on(&self) -> bool {
        matches!(self.state, State::Open | State::InDoubt(_) | State::Stuck(_))
    }

    /// How long it took, if it is over.
    pub fn took(&self) -> Option<i64> {
        self.until.map(|until| until.since(self.since))
    }

    /// The last thing that was done for it, or looked at.
    pub fn last_try(&self) -> Option<&Try> {
        self.tries.iter().rev().find(|tried| tried.purpose != Purpose::Confirm).or(self.tries.last())
    }

    /// The end of what the last process printed that printed something.
    pub fn printed(&self) -> Option<&str> {
        let ended = self.tries.iter().rev().filter_map(|tried| tried.ended.as_ref());
        ended.map(|(_, outcome)| printed(outcome)).find(|printed| !printed.trim().is_empty())
    }
}

/// The end of what an effect said beside its output.
pub fn printed(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Ok { printed, .. } | Outcome::Failed { printed, .. } | Outcome::Unknown { printed, .. } => printed,
    }
}
