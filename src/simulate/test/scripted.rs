//! The world of a test: what is given answers; what is not has its usual end, or none.

use std::sync::Arc;

use super::{
    Coverage,
    given::{PartKind, Subject},
    givens::{Givens, UsedUp},
    script::Script,
    usual,
};
use crate::{
    ir::{Address, Place, ProbeId, test::Called},
    machine::{Asking, Calling, Purpose, StandIns},
    simulate::{Answer, Asks, Ends, NotGiven, Past, Question, World, generate::confirmed},
    source::Span,
};

/// The world of a test.
#[derive(Clone, Debug)]
pub struct Scripted {
    script: Arc<Script>,
    coverage: Arc<Coverage>,
    givens: Givens,
}

impl Scripted {
    pub(super) fn new(script: Arc<Script>, coverage: Arc<Coverage>) -> Scripted {
        let givens = Givens::new(script.givens.clone());
        Scripted { script, coverage, givens }
    }

    /// Where the answer stands that was given last.
    pub(super) fn latest(&self) -> Option<Span> {
        self.givens.latest()
    }

    /// What is given and was never asked for, by where it stands.
    pub fn unused(&self) -> Vec<Span> {
        self.givens.unused()
    }

    /// What tells how it will go on answering, `elapsed` nanoseconds after the run began.
    pub fn used_up(&self, elapsed: i64) -> UsedUp {
        self.givens.used_up(elapsed)
    }

    /// The answer that is given for a question; `None` if nothing is.
    ///
    /// # Errors
    /// What is given can't be computed.
    pub fn given(&mut self, question: &Question, past: &Past<'_>) -> Result<Option<Answer>, Box<NotGiven>> {
        let Scripted { script, givens, .. } = self;
        givens.answer(question, past, || unsaid(script, question, past), usual_time(question))
    }

    /// Whether answers are given for a probe.
    pub fn gives(&self, probe: ProbeId) -> bool {
        self.calls().any(|called| *called == Called::Probe(probe))
    }

    /// Whether answers are given for built-in effects, so that the bodies of calls have to be evaluated.
    pub fn gives_builtins(&self) -> bool {
        self.calls().any(|called| matches!(called, Called::Builtin(_)))
    }

    fn calls(&self) -> impl Iterator<Item = &Called> {
        self.givens.all().iter().filter_map(|given| match &given.subject {
            Subject::Call(called, _) => Some(called),
            Subject::Part(..) => None,
        })
    }
}

/// How something ends of which the test says nothing.
fn unsaid(script: &Script, question: &Question, past: &Past<'_>) -> Ends {
    match &question.asks {
        Asks::Effect(effect) if effect.purpose == Purpose::Confirm => confirmed(question, effect, past),
        Asks::Effect(_) | Asks::Person(_) => usual::ends(question, past, script),
    }
}

/// A task takes as long as its author says.
fn usual_time(question: &Question) -> i64 {
    question.person().filter(|person| person.asking == Asking::Task).map_or(0, |person| person.likely)
}

impl World for Scripted {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        match self.given(question, past) {
            Ok(Some(answer)) => answer,
            Ok(None) => Answer::now(unsaid(&self.script, question, past)).takes(usual_time(question)),
            Err(missing) => Answer::now(Ends::NotGiven(missing)),
        }
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        Arc::new(ForGivens(Arc::clone(&self.script), Arc::clone(&self.coverage)))
    }

    /// What changes at a moment has changed.
    fn is_settled(&self, past: &Past<'_>) -> bool {
        self.givens.is_settled(past.elapsed())
    }

    fn forget(&mut self, question: &Question) {
        self.givens.forget(question);
    }
}

/// Stands in for what is given, and for looks that find out what really happened.
#[derive(Debug)]
struct ForGivens(Arc<Script>, Arc<Coverage>);

impl ForGivens {
    fn part(&self, kind: PartKind, at: &Address) -> bool {
        self.0.givens.iter().any(|given| given.stands_at(kind, at))
    }
}

impl StandIns for ForGivens {
    fn call(&self, call: Calling<'_>, purpose: Purpose, at: &Address) -> bool {
        let kind = match purpose {
            // What finds out whether something was done is told what really happened.
            Purpose::Confirm => return true,
            Purpose::Look => PartKind::Look,
            Purpose::Do | Purpose::Undo => PartKind::Act,
        };
        self.part(kind, at) || self.0.givens.iter().any(|given| given.stands_for(call))
    }

    fn condition(&self, at: &Address) -> bool {
        self.part(PartKind::Verdict, at)
    }

    fn decision(&self, at: &Address) -> bool {
        self.part(PartKind::Asked, at)
    }

    fn begins(&self, place: Place) {
        self.1.begins(place);
    }
}
