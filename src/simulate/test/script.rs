//! What a test gives, evaluated once: all its runs share it.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    Broken,
    given::{Given, Match, PartKind, Segment, Subject, Turn},
};
use crate::{
    evaluate::{Answers, Constants, Evaluator, Locals, Scope, Stop},
    ir::{
        Address, Expr, PlanId, Program, Value,
        json::to_json,
        test::{
            Answer, ArgumentMatch, CallMatch, GivenSubject, Test, TestStatement, TestStatementKind, TestTime, Under,
        },
    },
    machine::Word,
    source::Span,
};

/// Computes what a test says.
#[derive(Clone, Debug)]
pub(super) struct Computer {
    pub program: Arc<Program>,
    pub constants: Arc<Constants>,
}

impl Computer {
    pub(super) fn value(&self, expr: &Expr, names: &dyn Scope) -> Result<Value, Stop> {
        Evaluator::new(&self.program, &self.constants).evaluate(expr, names, &Answers::new())
    }

    /// A value that a test can't do without.
    fn needed(&self, expr: &Expr, names: &dyn Scope) -> Result<Value, Broken> {
        self.value(expr, names).map_err(|stop| Broken { span: expr.span, reason: why(&stop) })
    }

    fn duration(&self, expr: &Expr, names: &dyn Scope) -> Result<i64, Broken> {
        match self.needed(expr, names)? {
            Value::Duration(nanoseconds) if nanoseconds >= 0 => Ok(nanoseconds),
            other => Err(Broken { span: expr.span, reason: format!("`{other}` is no length of time") }),
        }
    }

    fn count(&self, expr: &Expr, names: &dyn Scope) -> Result<u32, Broken> {
        let number = if let Value::Int(number) = self.needed(expr, names)? { u32::try_from(number).ok() } else { None };
        number.ok_or_else(|| Broken { span: expr.span, reason: "this is no number of times".to_owned() })
    }

    fn text(&self, expr: &Expr, names: &dyn Scope) -> Result<SmolStr, Broken> {
        Ok(match self.needed(expr, names)? {
            Value::Text(text) => text,
            other => SmolStr::from(other.to_string()),
        })
    }
}

/// Why a value can't be computed.
pub(super) fn why(stop: &Stop) -> String {
    match stop {
        Stop::Fault(fault) => fault.to_string(),
        Stop::Needs(_) | Stop::NoAnswer { .. } => "it looks at the world where only computing is possible".to_owned(),
    }
}

/// A test, ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub computer: Computer,
    /// What messages call what the test's file imports, and what the file calls it.
    pub imported: Vec<(SmolStr, SmolStr)>,
    /// The names that have a value before the run.
    pub names: Locals,
    /// What is given, in the order written.
    pub givens: Vec<Arc<Given>>,
    pub events: Vec<(Said, When)>,
    pub run: Option<Run>,
    /// What is said behind `run`.
    pub after: Vec<TestStatement>,
}

/// The run of a test.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub plan: PlanId,
    pub arguments: Vec<Value>,
    pub under: Under,
    pub span: Span,
}

/// What is said to the run.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub word: Word,
    pub why: Option<String>,
    pub span: Span,
}

/// When.
#[derive(Clone, Debug)]
pub(super) enum When {
    /// So many nanoseconds after the beginning
    After(i64),
    /// When the part with this address begins
    At(Address),
}

impl Script {
    /// Evaluates all of `test` that stands before its run.
    pub(super) fn of(computer: Computer, test: &Test) -> Result<Script, Broken> {
        let (names, givens, events) = (Locals::new(), Vec::new(), Vec::new());
        let imported = test.imported.clone();
        let mut script = Script { computer, imported, names, givens, events, run: None, after: Vec::new() };
        for statement in &test.statements {
            script.add(statement, test.plan())?;
        }
        Ok(script)
    }

    fn add(&mut self, statement: &TestStatement, plan: Option<PlanId>) -> Result<(), Broken> {
        let span = statement.span;
        match &statement.kind {
            TestStatementKind::Let(local, value) if self.run.is_none() => {
                let value = self.computer.needed(value, &self.names)?;
                self.names.set(*local, value);
            }
            TestStatementKind::Given(..)
            | TestStatementKind::GivenEvent { .. }
            | TestStatementKind::GivenOperator { .. }
                if self.run.is_some() =>
            {
                return Err(Broken { span, reason: "this is given after the plan was run".to_owned() });
            }
            TestStatementKind::Given(subject, answers) => {
                let given = self.given(subject, answers, plan, span)?;
                self.givens.push(Arc::new(given));
            }
            TestStatementKind::GivenEvent { event, payload, time } => {
                let payload = to_json(&self.computer.needed(payload, &self.names)?);
                let id = SmolStr::from(format!("given-{}", self.events.len() + 1));
                let word = Word::Event { event: self.computer.program.events[event.index()].name.clone(), id, payload };
                let when = self.when(time)?;
                self.events.push((Said { word, why: None, span }, when));
            }
            TestStatementKind::GivenOperator { word, reason, time } => {
                let word = operator(word).ok_or_else(|| Broken { span, reason: format!("nobody can say `{word}`") })?;
                let why = reason.as_ref().map(|reason| self.computer.text(reason, &self.names)).transpose()?;
                let when = self.when(time)?;
                self.events.push((Said { word, why: why.map(String::from), span }, when));
            }
            TestStatementKind::Run { plan, arguments, under } => {
                let arguments = arguments.iter().map(|argument| self.computer.needed(argument, &self.names));
                let arguments = arguments.collect::<Result<_, _>>()?;
                self.run = Some(Run { plan: *plan, arguments, under: *under, span });
            }
            TestStatementKind::Let(..)
            | TestStatementKind::ExpectCalled(..)
            | TestStatementKind::ExpectNever(_)
            | TestStatementKind::Expect(_) => self.after.push(statement.clone()),
        }
        Ok(())
    }

    fn when(&self, time: &TestTime) -> Result<When, Broken> {
        Ok(match time {
            TestTime::After(after) => When::After(self.computer.duration(after, &self.names)?),
            TestTime::At(address) => When::At(Address::typed(&self.computer.text(address, &self.names)?)),
        })
    }

    fn given(
        &self,
        subject: &GivenSubject,
        answers: &[Answer],
        plan: Option<PlanId>,
        span: Span,
    ) -> Result<Given, Broken> {
        let subject = match subject {
            GivenSubject::Address(address) => {
                let address = Address::typed(&self.computer.text(address, &self.names)?);
                let kind = plan.map_or(PartKind::Scope, |plan| PartKind::of(&self.computer.program, plan, &address));
                Subject::Part(address, kind)
            }
            GivenSubject::Call(call) => Subject::Call(call.callee.clone(), self.matches(call)?),
        };
        let (computer, names) = (self.computer.clone(), self.names.clone());
        Ok(Given { subject, span, segments: self.segments(answers, span)?, computer, names })
    }

    /// What a pattern of calls says of the arguments.
    pub(super) fn matches(&self, call: &CallMatch) -> Result<Vec<(u32, Match)>, Broken> {
        let matched = |(number, argument): &(u32, ArgumentMatch)| {
            Ok((
                *number,
                match argument {
                    ArgumentMatch::Bind(local) => Match::Bind(*local),
                    ArgumentMatch::Equals(value) => Match::Equals(self.computer.needed(value, &self.names)?),
                },
            ))
        };
        call.arguments.iter().map(matched).collect()
    }

    fn segments(&self, answers: &[Answer], span: Span) -> Result<Vec<Segment>, Broken> {
        let mut segments = vec![Segment::default()];
        for answer in answers {
            if let Some(from) = &answer.from {
                let from = self.computer.duration(from, &self.names)?;
                segments.push(Segment { from, turns: Vec::new() });
            }
            let times = answer.times.as_ref().map_or(Ok(1), |times| self.computer.count(times, &self.names))?;
            let turn = Turn { kind: answer.kind.clone(), times, takes: answer.takes.clone(), span };
            segments.last_mut().into_iter().for_each(|segment| segment.turns.push(turn.clone()));
        }
        Ok(segments)
    }
}

fn operator(word: &str) -> Option<Word> {
    Some(match word {
        "pause" => Word::Pause,
        "resume" => Word::Resume,
        "promote" => Word::Promote { address: None },
        "abort" => Word::Abort { address: None },
        "cancel" => Word::Cancel,
        _ => return None,
    })
}
