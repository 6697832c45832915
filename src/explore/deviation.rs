//! What can go otherwise than nothing disturbing a run.

use std::fmt;

use smol_str::SmolStr;

use crate::{
    ir::{Address, Value, test::CrashTime, text::Nested},
    machine::Purpose,
    simulate::{Answer, Ends},
};

/// What goes otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Deviation {
    /// An effect fails, and so do all its further tries
    Fails,
    /// A look has no answer, however often one looks
    NoAnswer,
    /// A condition does not hold, however often one looks
    Broken,
    /// An effect is done, and nobody hears of it
    LostDone,
    /// An effect is not done, and nobody knows
    LostNotDone,
    /// However often an effect is asked for, nobody hears of it again
    LostForGood,
    /// It does not end before its time is up
    Hangs,
    /// A person says no
    Refused,
    /// Nobody answers before the time is up, or no event comes
    NeverComes,
    /// The process dies before it is done
    CrashBefore,
    /// The process dies when it is done, before that is written down
    CrashAfter,
    /// Something happens, whatever is asked
    Disturbed(Disturbance),
    /// No fault: what failed goes well when it is tried again
    Recovers,
    /// No fault: this option is taken
    Chooses(SmolStr),
    /// No fault: what is asked gives this, or an event carries it
    Gives(Value),
}

/// What can happen at any moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Disturbance {
    /// The process dies, while nothing new is asked
    Dies,
    /// An operator cancels the run
    Cancelled,
    /// No fault: an event arrives that this part handles, and carries this
    Arrives(Address, Value),
}

/// What went otherwise on a path, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// How many things had happened before.
    pub after: u32,
    /// The question that is answered otherwise; none, for an event, and for what happens whatever is asked.
    pub question: Option<u32>,
    /// The part of the run.
    pub address: Address,
    /// What is asked there, for people: the call of a look, the name of an event, nothing for others.
    pub what: Option<String>,
    /// What the question was for.
    pub purpose: Option<Purpose>,
    /// How it goes.
    pub deviation: Deviation,
}

impl Deviation {
    /// Whether something is wrong, and it is not only another way.
    pub fn is_fault(&self) -> bool {
        match self {
            Deviation::Recovers
            | Deviation::Chooses(_)
            | Deviation::Gives(_)
            | Deviation::Disturbed(Disturbance::Arrives(..)) => false,
            Deviation::Fails
            | Deviation::NoAnswer
            | Deviation::Broken
            | Deviation::LostDone
            | Deviation::LostNotDone
            | Deviation::LostForGood
            | Deviation::Hangs
            | Deviation::Refused
            | Deviation::NeverComes
            | Deviation::CrashBefore
            | Deviation::CrashAfter
            | Deviation::Disturbed(Disturbance::Dies | Disturbance::Cancelled) => true,
        }
    }

    /// Whether what is asked at the same place again goes the same way.
    pub(super) fn stays(&self) -> bool {
        match self {
            Deviation::Fails | Deviation::NoAnswer | Deviation::Broken | Deviation::LostForGood => true,
            Deviation::LostDone
            | Deviation::LostNotDone
            | Deviation::Hangs
            | Deviation::Refused
            | Deviation::NeverComes
            | Deviation::CrashBefore
            | Deviation::CrashAfter
            | Deviation::Disturbed(_)
            | Deviation::Recovers
            | Deviation::Chooses(_)
            | Deviation::Gives(_) => false,
        }
    }

    /// What is answered, where `usual` would be.
    pub(super) fn answer(&self, usual: Answer) -> Answer {
        match self {
            Deviation::Fails => Answer::now(Ends::Fails("it failed".into())),
            Deviation::NoAnswer => Answer::now(Ends::Fails("no answer".into())),
            Deviation::Broken => Answer::now(Ends::Returns(Value::Bool(false))),
            Deviation::LostDone => Answer { ends: usual.ends.lost(), ..usual },
            Deviation::LostNotDone | Deviation::LostForGood => Answer::now(Ends::LostNotDone),
            Deviation::Hangs | Deviation::NeverComes => Answer::now(Ends::Hangs),
            Deviation::Refused => Answer::now(Ends::Refused("no".into())),
            Deviation::CrashBefore => usual.crashes(CrashTime::Before),
            Deviation::CrashAfter => usual.crashes(CrashTime::After),
            Deviation::Disturbed(_) | Deviation::Recovers => usual,
            Deviation::Chooses(option) => Answer::now(Ends::Chooses(option.clone())),
            Deviation::Gives(value) => Answer::now(Ends::Returns(value.clone())),
        }
    }
}

/// For people, behind what it is said of: ``is lost, though done``.
impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deviation::Fails => f.write_str("fails"),
            Deviation::NoAnswer => f.write_str("gives no answer"),
            Deviation::Broken => f.write_str("does not hold"),
            Deviation::LostDone => f.write_str("is lost, though done"),
            Deviation::LostNotDone => f.write_str("is lost, and not done"),
            Deviation::LostForGood => f.write_str("is lost each time it is done again"),
            Deviation::Hangs => f.write_str("takes too long"),
            Deviation::Refused => f.write_str("is refused"),
            Deviation::NeverComes => f.write_str("does not come in time"),
            Deviation::CrashBefore => f.write_str("is interrupted: orch dies before it is done"),
            Deviation::CrashAfter => f.write_str("is done, and orch dies before it is written down"),
            Deviation::Disturbed(Disturbance::Dies) => f.write_str("is interrupted: orch dies"),
            Deviation::Disturbed(Disturbance::Cancelled) => f.write_str("is interrupted: an operator cancels the run"),
            Deviation::Disturbed(Disturbance::Arrives(..)) => f.write_str("arrives"),
            Deviation::Recovers => f.write_str("goes well when tried again"),
            Deviation::Chooses(option) => write!(f, "goes `{option}`"),
            Deviation::Gives(value) => write!(f, "gives {}", Nested(value)),
        }
    }
}

/// `payment is lost, though done`, `payment: find_charge("o-1") gives no answer`.
impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.what, self.purpose) {
            (Some(event), _) if matches!(self.deviation, Deviation::Disturbed(Disturbance::Arrives(..))) => {
                write!(f, "{event} arrives at {}", Part(&self.address))
            }
            (Some(what), Some(Purpose::Confirm)) => write!(f, "{}: {what} {}", self.address, self.deviation),
            (Some(what), _) => write!(f, "{what} {}", self.deviation),
            (None, _) => write!(f, "{} {}", Part(&self.address), self.deviation),
        }
    }
}

/// An address in a sentence: the root is the run.
struct Part<'a>(&'a Address);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() { f.write_str("the run") } else { self.0.fmt(f) }
    }
}
