//! What operators say to a run, and what it answers.

use serde::{Deserialize, Serialize};

use crate::machine::{Refused, Timestamp, Word};

/// The number of an operator's word in its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub i64);

/// What an operator said, from whatever process.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// What.
    pub word: Word,
    /// Who.
    pub who: String,
    /// Why.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What a run answered to an operator's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Answer {
    /// It was taken up, and is in the journal.
    Accepted,
    /// It changed nothing.
    Refused {
        /// What is wrong with it in this state.
        reason: String,
        /// What can be said instead.
        instead: Vec<String>,
    },
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Answer {
        Answer::Refused { reason: refused.reason, instead: refused.instead }
    }
}
