//! What is said where something that was typed is not done.

use super::{
    Unable,
    drive::NotTaken,
    look::Look,
    session::{Mistakes, NoValue},
};
use crate::{evaluate::Fault, source::Sources};

/// Why something that was typed was not done.
#[derive(Debug)]
pub enum Complaint {
    /// In words
    Words(String),
    /// What is wrong with it, shown where it stands
    Mistakes(Mistakes),
    /// The same, and what follows from it
    NotUsed(Mistakes, String),
    /// It can't be computed, shown where that stands
    Fault(Sources, Fault),
}

/// What comes of something that was typed: what is said of it.
pub type Said = Result<String, Complaint>;

impl Complaint {
    /// In words: what is wrong, and what to type instead.
    pub fn of(words: impl Into<String>) -> Complaint {
        Complaint::Words(words.into())
    }

    /// As it is told at the prompt.
    pub fn drawn(&self, look: Look) -> String {
        match self {
            Complaint::Words(words) => look.error(words),
            Complaint::Mistakes(mistakes) => look.mistakes(mistakes),
            Complaint::NotUsed(mistakes, so) => format!("{}\n{so}", look.mistakes(mistakes)),
            Complaint::Fault(sources, fault) => look.fault(sources, fault),
        }
    }
}

impl From<Mistakes> for Complaint {
    fn from(mistakes: Mistakes) -> Complaint {
        Complaint::Mistakes(mistakes)
    }
}

impl From<NoValue> for Complaint {
    fn from(why: NoValue) -> Complaint {
        match why {
            NoValue::Mistakes(mistakes) => Complaint::Mistakes(mistakes),
            NoValue::Fault(sources, fault) => Complaint::Fault(sources, fault),
        }
    }
}

impl From<Unable> for Complaint {
    fn from(Unable(why): Unable) -> Complaint {
        Complaint::Words(why)
    }
}

impl From<NotTaken> for Complaint {
    fn from(why: NotTaken) -> Complaint {
        match why {
            NotTaken::Mistakes(mistakes) => Complaint::Mistakes(mistakes),
            NotTaken::Unknown(why) => Complaint::Words(why),
        }
    }
}
