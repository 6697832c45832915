//! From a program to the outline of a plan: what is known is computed, what is not is left open and says on what it
//! depends.
//!
//! A program is read once, in order, with the names that have a value by then. Of ways that are not known to be taken
//! all are read; what one of them binds is not known behind them. Items of a known list are read one by one.

mod called;
mod given;
mod leaves;
mod loops;
mod names;
mod shape;
mod tries;
mod watch;
mod way_back;
mod written;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{
    capability::capabilities,
    estimate::Takes,
    outline::{Input, Kind, Outline, Part, Taken, Way},
};
use crate::{
    evaluate::Constants,
    ir::{
        Address, BlockId, Estimate, Expr, LocalId, Operation, Plan, PlanId, Program, Segment, Statement, StatementKind,
    },
    source::{Sources, Span},
};
use called::is_called;
pub use given::{Ask, Given, Patience};
use names::{Known, Names};
use watch::Watch;

/// How many parts of single items are read; of more items, only what is done for any of them.
const MAX_PARTS: u32 = 20_000;

/// How deep sub-plans, loops and blocks are read.
const MAX_DEPTH: usize = 64;

impl Outline {
    /// What `plan` would do, as far as it can be known.
    pub fn of(program: &Program, sources: &Sources, plan: PlanId, given: &Given) -> Outline {
        let constants = Constants::new(program);
        let known = Known { program, sources, constants: &constants, answers: &given.answers };
        let mut reader = Reader {
            known,
            chosen: &given.chosen,
            stack: vec![plan],
            count: 0,
            depth: 0,
            acted: false,
            looks: Vec::new(),
            faults: Vec::new(),
            words: Vec::new(),
        };
        let declared = &program.plans[plan.index()];
        let mut names = Names::default();
        let inputs = reader.inputs(declared, given, &mut names);
        let here = Here { plan: declared, address: Address::root(), covered: None };
        let goals = declared.goals.iter().map(|goal| known.text(&names, goal)).collect();
        let takes = known.takes(&names, &declared.estimate);
        let risk = known.risk(&names, declared.estimate.risk.as_deref());
        let parts = reader.block(&here, &mut names, declared.body);
        let undone = parts.iter().flat_map(Part::all).filter_map(|part| Some(part.way_back()?.undo()?.call.clone()));
        reader.words.extend(undone);
        let begins = known.begins(declared);
        reader.words.push(begins.clone());
        Outline {
            plan: declared.name.clone(),
            goals,
            inputs,
            begins,
            capabilities: capabilities(program),
            takes,
            risk,
            parts,
            count: reader.count,
            looks: reader.looks,
            faults: reader.faults,
            definitions: known.definitions(&reader.words),
        }
    }
}

/// Where one is.
#[derive(Clone)]
struct Here<'p> {
    plan: &'p Plan,
    address: Address,
    /// The scope that is undone as a whole, if one is.
    covered: Option<Address>,
}

impl Here<'_> {
    fn inside(&self, address: Address) -> Self {
        Here { address, ..self.clone() }
    }

    fn part(&self, segment: Option<&Segment>) -> Address {
        segment.map_or_else(|| self.address.clone(), |segment| self.address.child(segment))
    }
}

struct Reader<'p> {
    known: Known<'p>,
    chosen: &'p BTreeMap<SmolStr, SmolStr>,
    /// The plans that are being read, outermost first.
    stack: Vec<PlanId>,
    count: u32,
    depth: usize,
    /// Something was done by then: what a probe would say there can't be asked before.
    acted: bool,
    looks: Vec<Ask>,
    faults: Vec<(Address, String)>,
    /// Everything that is written in the statements that were read.
    words: Vec<String>,
}

impl<'p> Known<'p> {
    fn takes(&self, names: &Names, estimate: &Estimate) -> Option<Takes> {
        let written: Option<Vec<i64>> = estimate.takes.iter().map(|takes| self.duration(names, takes)).collect();
        Takes::of(&written?)
    }
}

impl<'p> Reader<'p> {
    fn inputs(&self, plan: &Plan, given: &Given, names: &mut Names) -> Vec<Input> {
        let params = plan
            .params
            .iter()
            .zip(0..)
            .map(|(param, number)| (&param.name, &param.ty, LocalId(number), param.default.as_ref()));
        let event = plan.trigger.iter().map(|trigger| {
            let payload = &self.known.program.events[trigger.event.index()].payload;
            (&plan.locals[trigger.local.index()].name, payload, trigger.local, None)
        });
        let mut inputs = Vec::new();
        for (name, ty, local, default) in params.chain(event) {
            let typed = given.inputs.get(name).cloned();
            let is_default = typed.is_none();
            let value = typed.or_else(|| self.known.value(&Names::default(), default?));
            inputs.push(Input {
                name: name.clone(),
                ty: ty.to_string(),
                is_default: is_default && value.is_some(),
                value: value.as_ref().map(ToString::to_string),
            });
            match value {
                Some(value) => names.know(local, value),
                None => names.open(local, [name.clone()]),
            }
        }
        inputs
    }

    fn block(&mut self, here: &Here<'p>, names: &mut Names, block: BlockId) -> Vec<Part> {
        if self.depth >= MAX_DEPTH {
            return Vec::new();
        }
        self.depth += 1;
        let statements = &self.known.program.blocks[block.index()].statements;
        let parts = statements.iter().filter_map(|statement| self.statement(here, names, statement)).collect();
        self.depth -= 1;
        parts
    }

    /// The part that a statement is; none for one that only computes.
    fn statement(&mut self, here: &Here<'p>, names: &mut Names, statement: &'p Statement) -> Option<Part> {
        let id = self.number();
        let address = here.part(statement.segment.as_ref());
        let words = self.words_of(statement);
        let (kind, ways) = self.kind(here, names, statement, &address)?;
        let name = statement.segment.as_ref().map(|segment| SmolStr::new(segment.as_str())).unwrap_or_default();
        let timeout = statement.timeout.as_deref().and_then(|timeout| self.known.duration(names, timeout));
        Some(Part {
            id,
            address,
            name: if is_called(&statement.kind, &name) { name } else { SmolStr::default() },
            title: self.title(names, statement.title.as_deref()),
            takes: self.known.takes(names, &statement.estimate),
            risk: self.known.risk(names, statement.estimate.risk.as_deref()),
            timeout: timeout.or_else(|| self.own_timeout(names, &statement.kind)),
            span: statement.span,
            words,
            kind,
            ways,
        })
    }

    /// What a statement says in its own words; what it calls and what undoes it is remembered, too.
    fn words_of(&mut self, statement: &Statement) -> String {
        let words = self.known.words_of(statement);
        self.words.push(words.clone());
        let operation = if let StatementKind::Step(step) = &statement.kind { Some(&step.operation) } else { None };
        let called = operation.and_then(|operation| match operation {
            Operation::Action(action, _) => Some(self.known.program.actions[action.index()].name.to_string()),
            Operation::Effect(_) => None,
        });
        self.words.extend(called);
        words
    }

    fn number(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    fn title(&self, names: &Names, title: Option<&Expr>) -> Option<String> {
        title.map(|title| self.known.text(names, title))
    }

    /// What can't be computed though everything is known would fail there.
    fn note_fault(&mut self, address: &Address, names: &Names, expr: &Expr) {
        if let Some(fault) = self.known.fault(names, expr) {
            self.faults.push((address.clone(), fault));
        }
    }

    fn depends_on(&self, names: &Names, expr: &Expr) -> Vec<SmolStr> {
        self.known.depends_on(names, expr)
    }

    /// A way that is always taken.
    fn only_way(&mut self, here: &Here<'p>, names: &mut Names, block: BlockId) -> Way {
        only(self.block(here, names, block))
    }

    fn kind(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        statement: &'p Statement,
        address: &Address,
    ) -> Option<(Kind, Vec<Way>)> {
        Some(match &statement.kind {
            StatementKind::Let { local, value } => {
                self.note_fault(address, names, value);
                match self.known.value(names, value) {
                    Some(value) => names.know(*local, value),
                    None => names.open(*local, self.depends_on(names, value)),
                }
                return None;
            }
            StatementKind::Probe { local, look, tries } => self.probe(here, names, address, *local, (look, tries)),
            StatementKind::Step(step) => self.step(here, names, step),
            StatementKind::BlockStep { block, compensation } => {
                self.block_step(here, names, address, *block, compensation.as_ref())
            }
            StatementKind::Task(task) => self.task(here, names, task, address),
            StatementKind::Phases(phases) => self.phases(here, names, phases),
            StatementKind::When { branches, otherwise } => self.when(here, names, branches, *otherwise),
            StatementKind::Match { value, arms } => self.matching(here, names, value, arms),
            StatementKind::Decide(decide) => self.decide(here, names, decide, address),
            StatementKind::Parallel { limit, branches } => self.parallel(here, names, limit.as_ref(), branches),
            StatementKind::For(each) => self.each(here, names, statement, each),
            StatementKind::Rollout(rollout) => self.rollout(here, names, rollout, address),
            StatementKind::Require(check) => self.check(names, check, &Watch::once(), address),
            StatementKind::Verify { check, within } => {
                self.check(names, check, &Watch::verify(within.as_deref()), address)
            }
            StatementKind::Guard(guard) => self.check(names, &guard.check, &Watch::guard(guard), address),
            StatementKind::WaitUntil { check, every, timeout: _ } => {
                self.check(names, check, &Watch::until(every), address)
            }
            StatementKind::Wait(length) => {
                let text = self.known.argument(names, length);
                (Kind::Wait { length: self.known.duration(names, length), text }, Vec::new())
            }
            StatementKind::WaitFor { event, local, condition: _, timeout: _ } => {
                let event = self.known.program.events[event.index()].name.clone();
                local.iter().for_each(|local| names.open(*local, [event.clone()]));
                (Kind::WaitFor { event }, Vec::new())
            }
            StatementKind::On { event, local, condition: _, block } => {
                let event = self.known.program.events[event.index()].name.clone();
                local.iter().for_each(|local| names.open(*local, [event.clone()]));
                let way = self.aside(&here.inside(address.clone()), names, *block);
                (Kind::On { event }, vec![way])
            }
            StatementKind::Approve { question, by } => {
                let (question, by) = (self.known.text(names, question), self.known.text(names, by));
                (Kind::Approve { question, by }, Vec::new())
            }
            StatementKind::Emit { event, payload: _ } => {
                (Kind::Emit { event: self.known.program.events[event.index()].name.clone() }, Vec::new())
            }
            StatementKind::Attempt(attempt) => self.attempt(here, names, attempt, address),
            StatementKind::Commit(text) => (Kind::Commit { text: self.known.text(names, text) }, Vec::new()),
            StatementKind::Run(run) => self.run(here, names, run, address),
            StatementKind::AfterEach { local, timeline, block } => {
                for (local, because) in [(local, "each phase"), (timeline, "the timeline")] {
                    names.open(*local, [SmolStr::new_static(because)]);
                }
                (Kind::AfterEach, vec![self.aside(&here.inside(address.clone()), names, *block)])
            }
            StatementKind::Fail(text) => (Kind::Fail { text: self.known.text(names, text) }, Vec::new()),
            StatementKind::Return(_) => (Kind::Return, Vec::new()),
            StatementKind::Unwind => (Kind::Unwind, Vec::new()),
        })
    }

    /// What is done beside the way of the plan, whenever something happens: nothing behind it sees what it binds, and
    /// looks in it are not asked before.
    fn aside(&mut self, here: &Here<'p>, names: &Names, block: BlockId) -> Way {
        let (mut own, acted) = (names.clone(), self.acted);
        self.acted = true;
        let way = self.only_way(here, &mut own, block);
        self.acted = acted;
        way
    }
}

/// A way that is always taken.
fn only(parts: Vec<Part>) -> Way {
    Way { name: SmolStr::default(), title: None, condition: None, taken: Taken::Always, takes: None, risk: None, parts }
}

/// A part that is no statement of its own.
fn part(id: u32, address: Address, name: &Segment, kind: Kind, span: Span) -> Part {
    Part {
        id,
        address,
        name: SmolStr::new(name.as_str()),
        title: None,
        kind,
        takes: None,
        risk: None,
        timeout: None,
        span,
        words: String::new(),
        ways: Vec::new(),
    }
}
