//! What a simulated run asks of its world, and what it is answered.

use std::{collections::BTreeMap, fmt, sync::Arc};

use smol_str::SmolStr;

use crate::{
    ir::{ActionId, Address, ProbeId, Program, Request, Type, Value, test::CrashTime, text::Nested},
    machine::{Asking, EffectId, Machine, Purpose, StandIns, Timestamp},
    source::Span,
};

/// What says how requests end. It may count what it answered; it is cloned with its simulation.
pub trait World: Clone {
    /// How what is asked will end.
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer;

    /// What it answers in place of what the program says, for all of a run.
    fn stand_ins(&self) -> Arc<dyn StandIns>;

    /// Whether it will answer from now on as it does now. Only asked where a run does nothing but look.
    fn is_settled(&self, past: &Past<'_>) -> bool {
        let _ = past;
        true
    }

    /// The process died before anybody heard the answer to this, and it will be asked again.
    fn forget(&mut self, question: &Question) {
        let _ = question;
    }
}

/// What a world may know when it answers.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// The run, as it stands.
    pub machine: &'a Machine,
    /// When it began.
    pub began: Timestamp,
    /// What time it is.
    pub now: Timestamp,
    /// Its program.
    pub program: &'a Program,
    pub(super) run: &'a str,
    pub(super) happened: &'a BTreeMap<SmolStr, Value>,
}

impl<'a> Past<'a> {
    /// What was done under an idempotency key, if it was, and what it gave.
    pub fn happened(&self, key: &str) -> Option<&'a Value> {
        self.happened.get(key)
    }

    /// The idempotency key of the step or compensation at an address.
    pub fn key(&self, address: &Address) -> SmolStr {
        SmolStr::from(format!("{}/{}", self.run, address.as_str()))
    }

    /// Nanoseconds since the run began.
    pub fn elapsed(&self) -> i64 {
        self.now.since(self.began)
    }
}

/// Something that only the world can answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// How many were asked before it in this run: a choice point.
    pub number: u32,
    /// What it is part of.
    pub address: Address,
    /// What is asked.
    pub asks: Asks,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Asks {
    /// An effect
    Effect(Box<Effect>),
    /// A person
    Person(Box<Person>),
}

/// An effect that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its number in the run.
    pub effect: EffectId,
    /// What it is for.
    pub purpose: Purpose,
    /// Which try, from 1.
    pub attempt: u32,
    /// Its idempotency key; looks have none.
    pub key: Option<SmolStr>,
    /// What asks for it.
    pub call: Call,
    /// What is asked for. [`Request::Extern`] is the call itself, or a condition; any other is a built-in effect.
    pub request: Arc<Request>,
    /// What the answer is decoded to.
    pub expects: Type,
    /// Where it is written, or what stands for it is declared.
    pub span: Span,
    /// When its time is up.
    pub until: Option<Timestamp>,
    /// Whether its call has been told nothing so far.
    pub is_first: bool,
}

impl Effect {
    /// Whether the call is asked as a whole: its answer is the value of the call.
    pub fn is_whole(&self) -> bool {
        matches!(*self.request, Request::Extern { .. })
    }

    /// Whether it only looks.
    pub fn looks(&self) -> bool {
        match self.purpose {
            Purpose::Look | Purpose::Confirm => true,
            Purpose::Do | Purpose::Undo => false,
        }
    }
}

/// What asks for an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// An action with its arguments, or its body
    Action(ActionId, Vec<Value>),
    /// A probe with its arguments, or its body
    Probe(ProbeId, Vec<Value>),
    /// A built-in effect that stands in no body
    Builtin,
    /// A condition whose verdict is asked for
    Condition,
    /// Nobody waits for it any more
    Nobody,
}

impl Call {
    /// As people write it: `charge("o-1", 24.5)`; `None` for what calls nothing that has a name.
    pub fn summary(&self, program: &Program) -> Option<String> {
        let (name, arguments) = self.parts(program)?;
        let mut summary = String::new();
        // A text takes whatever is written to it.
        let _ = write_call(name, arguments, &mut summary);
        Some(summary)
    }

    /// What is called, with its arguments; `None` if it has no name.
    pub(super) fn parts<'a>(&'a self, program: &'a Program) -> Option<(&'a SmolStr, &'a [Value])> {
        match self {
            Call::Action(action, arguments) => Some((&program.actions.get(action.index())?.name, arguments)),
            Call::Probe(probe, arguments) => Some((&program.probes.get(probe.index())?.name, arguments)),
            Call::Builtin | Call::Condition | Call::Nobody => None,
        }
    }
}

/// Writes a call as people do.
pub(super) fn write_call(name: &str, arguments: &[Value], to: &mut impl fmt::Write) -> fmt::Result {
    write!(to, "{name}(")?;
    for (at, argument) in arguments.iter().enumerate() {
        to.write_str(if at > 0 { ", " } else { "" })?;
        write!(to, "{}", Nested(argument))?;
    }
    to.write_str(")")
}

/// A person who is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// For what.
    pub asking: Asking,
    /// What the program says of it.
    pub text: SmolStr,
    /// Who; empty for a decision that a rule makes and that is asked for all the same.
    pub by: SmolStr,
    /// The options of a decision that are open.
    pub options: Vec<SmolStr>,
    /// What a task reports; [`Type::Nothing`] if only that it is done.
    pub expects: Type,
    /// How many nanoseconds it is said to take: the likely of its `takes`.
    pub likely: i64,
}

/// How something ends, and after how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How.
    pub ends: Ends,
    /// After how many nanoseconds.
    pub takes: i64,
    /// Whether the process dies at it. What then happened and what did not follows from when; `ends` says what it gives.
    pub crash: Option<CrashTime>,
}

/// How something ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Ends {
    /// It succeeds with this; a task reports it
    Returns(Value),
    /// It succeeds and gives nothing; a task is done
    Done,
    /// It fails, and was not done
    Fails(SmolStr),
    /// It never ends by itself
    Hangs,
    /// It was done, gave this, and nobody heard
    LostDone(Option<Value>),
    /// It was not done, and nobody heard
    LostNotDone,
    /// An approval is given
    Granted,
    /// An approval or a task is refused, for this reason
    Refused(SmolStr),
    /// This option is chosen
    Chooses(SmolStr),
    /// It is not answered yet: whoever drives the simulation will
    Open,
    /// There is no answer, and the simulation stops here
    NotGiven(Box<NotGiven>),
}

impl Ends {
    /// It is done as it would have been, and nobody hears; what was not done, or is a person's answer, stays as it is.
    pub(crate) fn lost(self) -> Ends {
        match self {
            Ends::Returns(Value::None) | Ends::Done => Ends::LostDone(None),
            Ends::Returns(value) => Ends::LostDone(Some(value)),
            Ends::Fails(_)
            | Ends::Hangs
            | Ends::LostDone(_)
            | Ends::LostNotDone
            | Ends::Granted
            | Ends::Refused(_)
            | Ends::Chooses(_)
            | Ends::Open
            | Ends::NotGiven(_) => self,
        }
    }
}

impl Answer {
    /// At once.
    pub fn now(ends: Ends) -> Answer {
        Answer { ends, takes: 0, crash: None }
    }

    /// After so many nanoseconds.
    pub fn takes(self, takes: i64) -> Answer {
        Answer { takes: takes.max(0), ..self }
    }

    /// The process dies at it.
    pub fn crashes(self, at: CrashTime) -> Answer {
        Answer { crash: Some(at), ..self }
    }
}

/// Something that a world has no answer to.
#[derive(Clone, Debug, PartialEq)]
pub struct NotGiven {
    /// What was asked, as people write it.
    pub what: String,
    /// Where in the run.
    pub address: Address,
    /// Where it stands in the program.
    pub span: Option<Span>,
    /// The line that would answer it; `None` if the reason says all.
    pub given: Option<String>,
    /// Another line that would do, which answers the whole that it is a part of.
    pub instead: Option<String>,
    /// Why there is no answer.
    pub reason: String,
}

impl fmt::Display for NotGiven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`: {}", self.what, self.address, self.reason)
    }
}

/// An answer that does not fit its question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub String);

/// A question with how it ended, in the order asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What was asked.
    pub question: Arc<Question>,
    /// When.
    pub at: Timestamp,
    /// What was done under its key before; then it is no second doing.
    pub known: bool,
    /// The answer.
    pub answer: Answer,
}
