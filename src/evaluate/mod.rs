//! Expressions to values.
//!
//! Evaluating is pure. Where an expression must look at the world, or change it, evaluation stops with
//! [`Stop::Needs`]; whoever asked gets the answer, adds it to the [`Answers`], and evaluates again. So `and`, `or`
//! and `if` ask only for what matters, each distinct call is made once, and a replay with the journaled answers
//! takes the same way.
//!
//! Absent by design: IO, clock, randomness, and a panic for any program or value.

mod answers;
mod bounded;
mod effects;
mod expressions;
mod fault;
mod library;
mod locals;
pub mod operations;
mod pattern;

pub use answers::{Answers, Needed};
pub use fault::{Fault, FaultKind, Stop};
pub use locals::{Inner, Locals, Scope};
pub use operations::{binary, unary};
pub use pattern::matched;

use std::cell::Cell;

use crate::ir::{Body, ConstantId, EffectCall, Expr, LocalId, Program, Request, Value};
use expressions::{Context, Evaluation};
use locals::Frame;

/// Evaluates the expressions of one program, whose constants it has evaluated already.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator<'p> {
    program: &'p Program,
    constants: &'p Constants,
}

/// The constants of a program, evaluated once.
#[derive(Clone, Debug, Default)]
pub struct Constants(Vec<Result<Value, Fault>>);

impl Constants {
    /// Evaluates the constants of `program`; a fault in one is kept, and given to every expression that mentions it.
    pub fn new(program: &Program) -> Constants {
        let mut known = Constants(Vec::with_capacity(program.constants.len()));
        for constant in &program.constants {
            let value = Evaluator::new(program, &known).evaluate(&constant.value, &Locals::new(), &Answers::new());
            known.0.push(value.map_err(|stop| stop.into_fault(constant.value.span)));
        }
        known
    }

    /// The value of a constant; `None` if the program has no such constant.
    pub fn get(&self, constant: ConstantId) -> Option<Result<&Value, &Fault>> {
        self.0.get(constant.index()).map(Result::as_ref)
    }
}

impl<'p> Evaluator<'p> {
    /// Evaluates with the constants of `program`.
    pub fn new(program: &'p Program, constants: &'p Constants) -> Self {
        Evaluator { program, constants }
    }

    /// The program whose expressions these are.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// The value of `expr`, with its names from `scope` and what it looked at from `answers`.
    ///
    /// # Errors
    /// [`Stop`]: it needs an answer not there yet, has one that is a failure, or can't be computed.
    pub fn evaluate(&self, expr: &Expr, scope: &dyn Scope, answers: &Answers) -> Result<Value, Stop> {
        self.evaluation(answers).value(expr, Context::outermost(scope))
    }

    /// What the body of a function, probe or action gives. Its parameters are the locals from 0 on, `extra` are its
    /// other locals that have a value before it begins.
    ///
    /// # Errors
    /// As for [`Evaluator::evaluate`].
    pub fn body(
        &self,
        body: &Body,
        arguments: &[Value],
        extra: &[(LocalId, Value)],
        answers: &Answers,
    ) -> Result<Value, Stop> {
        self.evaluation(answers).body(body, Frame::new(arguments, extra), 0)
    }

    /// What a built-in effect asks for.
    ///
    /// # Errors
    /// As for [`Evaluator::evaluate`].
    pub fn request(&self, call: &EffectCall, scope: &dyn Scope, answers: &Answers) -> Result<Request, Stop> {
        self.evaluation(answers).request(call, Context::outermost(scope))
    }

    fn evaluation<'e>(&'e self, answers: &'e Answers) -> Evaluation<'e> {
        Evaluation { program: self.program, constants: &self.constants.0, answers, spent: Cell::new(0) }
    }
}
