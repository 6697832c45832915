//! A world in which some things are given, and the rest is made up.

use std::sync::Arc;

use super::{
    Answer, Ends, Generated, Past, Question, World,
    test::{Scripted, UsedUp},
};
use crate::{
    ir::{Address, Expr, ExprKind, ProbeId, Program},
    machine::{Calling, Purpose, StandIns},
    source::Span,
};

/// A world in which some things are given, and the rest is made up.
#[derive(Clone, Debug)]
pub struct Completed {
    given: Scripted,
    usual: Generated,
    program: Arc<Program>,
    plan: String,
    made_up: Vec<u32>,
}

impl Completed {
    /// What is `given` for a plan of this name, and what is made up from a seed where nothing is.
    pub fn new(given: Scripted, seed: u64, program: Arc<Program>, plan: &str) -> Completed {
        Completed { given, usual: Generated::new(seed), program, plan: plan.to_owned(), made_up: Vec::new() }
    }

    /// What is given and was never asked for, by where it stands.
    pub fn unused(&self) -> Vec<Span> {
        self.given.unused()
    }

    /// What tells how it will go on answering, `elapsed` nanoseconds after the run began.
    pub fn used_up(&self, elapsed: i64) -> UsedUp {
        self.given.used_up(elapsed)
    }

    /// The questions whose answers were made up, by number.
    pub fn made_up(&self) -> &[u32] {
        &self.made_up
    }
}

impl World for Completed {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        match self.given.given(question, past) {
            // It is only said that the process dies at it: what it gives is made up.
            Ok(Some(Answer { ends: Ends::NotGiven(_), crash: Some(crash), .. })) => {
                self.made_up.push(question.number);
                return self.usual.answer(question, past).crashes(crash);
            }
            Ok(Some(answer)) => return answer,
            Ok(None) => {}
            Err(missing) => return Answer::now(Ends::NotGiven(missing)),
        }
        // What finds out what happened is told the truth, which is not made up.
        if question.effect().is_none_or(|effect| effect.purpose != Purpose::Confirm) {
            self.made_up.push(question.number);
        }
        self.usual.answer(question, past)
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        let (given, program, plan) = (self.given.clone(), Arc::clone(&self.program), self.plan.clone());
        Arc::new(ForTheRest { stand_ins: given.stand_ins(), given, program, plan })
    }

    fn forget(&mut self, question: &Question) {
        self.given.forget(question);
    }
}

/// Stands in for what is given, and for every call and condition that nothing is given for.
#[derive(Debug)]
struct ForTheRest {
    given: Scripted,
    stand_ins: Arc<dyn StandIns>,
    program: Arc<Program>,
    plan: String,
}

impl StandIns for ForTheRest {
    /// A body is only evaluated where answers are given for what it asks.
    fn call(&self, call: Calling<'_>, purpose: Purpose, at: &Address) -> bool {
        self.stand_ins.call(call, purpose, at) || !self.given.gives_builtins()
    }

    /// A condition is evaluated with what is given; one that looks where nothing is given is taken to hold.
    fn condition(&self, at: &Address) -> bool {
        let found = self.program.find(&self.plan, at).and_then(|(_, found)| found.check());
        let looks = found.map(|check| probes(&check.condition)).unwrap_or_default();
        let is_made_up = |probe: &ProbeId| !self.given.gives(*probe);
        self.stand_ins.condition(at) || !self.given.gives_builtins() && looks.iter().any(is_made_up)
    }

    fn decision(&self, at: &Address) -> bool {
        self.stand_ins.decision(at)
    }
}

/// The probes that an expression calls.
fn probes(expr: &Expr) -> Vec<ProbeId> {
    let (mut found, mut left) = (Vec::new(), vec![expr]);
    while let Some(expr) = left.pop() {
        if let ExprKind::Look(probe, _) = &expr.kind {
            found.push(*probe);
        }
        expr.each_part(|part| left.push(part));
    }
    found
}
