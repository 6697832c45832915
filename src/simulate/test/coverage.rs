//! Coverage: which statements, options and ways back of a program its tests have come through.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    ir::{
        Address, BlockId, Compensation, CompensationBody, Operation, Place, PlanId, Program, Statement, StatementKind,
        find::own_compensation,
    },
    machine::Purpose,
    simulate::{Simulation, World},
    source::Span,
};

/// What the tests of a program have come through so far. Tests that run side by side share one.
#[derive(Debug)]
pub struct Coverage {
    /// For each block its statements, and one more for its end: an empty block has an end, too.
    begun: Vec<Vec<AtomicBool>>,
    /// The parts that were undone, by where they stand.
    undone: Mutex<BTreeSet<(u32, u32, u32)>>,
}

/// Something that tests can come through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub what: Part,
    /// Whether some test came through it.
    pub covered: bool,
}

/// What tests can come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A statement, or a phase
    Statement,
    /// An option of a decision
    Option,
    /// How something is undone
    WayBack,
}

impl Coverage {
    /// Nothing of a program yet.
    pub fn new(program: &Program) -> Coverage {
        let marks = |statements: usize| (0..=statements).map(|_| AtomicBool::new(false)).collect();
        let begun = program.blocks.iter().map(|block| marks(block.statements.len())).collect();
        Coverage { begun, undone: Mutex::default() }
    }

    /// A statement begins.
    pub fn begins(&self, place: Place) {
        let mark = self.begun.get(place.block.index()).and_then(|marks| marks.get(place.index as usize));
        mark.into_iter().for_each(|mark| mark.store(true, Ordering::Relaxed));
    }

    /// Takes up what was undone in a run.
    pub(super) fn undone_in<W: World>(&self, simulation: &Simulation<W>, plan: PlanId) {
        let program = simulation.program();
        let plan = &program.plans[plan.index()].name;
        let asked = simulation.asked().iter().map(|asked| &asked.question);
        let undone = asked.filter(|question| question.effect().is_some_and(|effect| effect.purpose == Purpose::Undo));
        let parts: Vec<(u32, u32, u32)> = undone
            .filter_map(|question| {
                let (part, _) = question.address.as_str().split_once("/undo")?;
                let (_, found) = program.find(plan, &Address::typed(part))?;
                Some(key(found.span()))
            })
            .collect();
        self.undone.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
    }

    fn has_begun(&self, block: BlockId, index: usize) -> bool {
        let mark = self.begun.get(block.index()).and_then(|marks| marks.get(index));
        mark.is_some_and(|mark| mark.load(Ordering::Relaxed))
    }

    /// All that there is to come through in the plans of a program, file by file, in the order written.
    pub(super) fn all(&self, program: &Program) -> Vec<Covered> {
        let mut walk = Walk { coverage: self, program, found: Vec::new() };
        program.plans.iter().for_each(|plan| walk.block(plan.body));
        walk.found.sort_by_key(|found| (found.span.file.0, found.span.start, found.what));
        walk.found
    }

    /// Where the statements and options stand that nothing came to, in the plans that something came to, file by file and
    /// in the order written. What stands in one of them is not named as well.
    pub fn not_reached(&self, program: &Program) -> Vec<Span> {
        let mut walk = Walk { coverage: self, program, found: Vec::new() };
        let begun = program.plans.iter().filter(|plan| self.has_begun(plan.body, 0));
        begun.for_each(|plan| walk.block(plan.body));
        let missing = walk.found.iter().filter(|found| !found.covered && found.what != Part::WayBack);
        let mut spans: Vec<Span> = missing.map(|found| found.span).collect();
        spans.sort_by_key(|span| (span.file, span.start, std::cmp::Reverse(span.end)));
        let mut last: Option<Span> = None;
        spans.retain(|span| {
            let is_outermost = last.is_none_or(|last| last.file != span.file || span.start >= last.end);
            last = if is_outermost { Some(*span) } else { last };
            is_outermost
        });
        spans
    }
}

fn key(span: Span) -> (u32, u32, u32) {
    (span.file.0, span.start, span.end)
}

struct Walk<'w> {
    coverage: &'w Coverage,
    program: &'w Program,
    found: Vec<Covered>,
}

impl<'w> Walk<'w> {
    fn add(&mut self, what: Part, span: Span, covered: bool) {
        self.found.push(Covered { span, what, covered });
    }

    fn block(&mut self, block: BlockId) {
        let program: &'w Program = self.program;
        let Some(found) = program.blocks.get(block.index()) else { return };
        for (index, statement) in found.statements.iter().enumerate() {
            self.statement(statement, self.coverage.has_begun(block, index));
        }
    }

    fn statement(&mut self, statement: &'w Statement, begun: bool) {
        if let StatementKind::Phases(phases) = &statement.kind {
            // Each phase counts for itself.
            for phase in phases {
                self.add(Part::Statement, phase.span, self.coverage.has_begun(phase.block, 0));
                self.way_back(phase.compensation.as_ref(), phase.span);
            }
        } else {
            self.add(Part::Statement, statement.span, begun);
        }
        if let StatementKind::Decide(decide) = &statement.kind {
            for option in &decide.options {
                self.add(Part::Option, option.span, self.coverage.has_begun(option.block, 0));
            }
        }
        self.way_back(compensation(self.program, &statement.kind), statement.span);
        statement.kind.blocks().into_iter().for_each(|block| self.block(block));
    }

    fn way_back(&mut self, compensation: Option<&Compensation>, span: Span) {
        let covered = match compensation.map(|compensation| &compensation.body) {
            None | Some(CompensationBody::Nothing) => return,
            Some(CompensationBody::Block { block, .. }) => self.coverage.has_begun(*block, 0),
            Some(CompensationBody::Call { .. }) => {
                self.coverage.undone.lock().unwrap_or_else(PoisonError::into_inner).contains(&key(span))
            }
        };
        self.add(Part::WayBack, span, covered);
    }
}

/// The way back of a statement: its own, or that of its action.
fn compensation<'p>(program: &'p Program, kind: &'p StatementKind) -> Option<&'p Compensation> {
    let of_action = || match kind {
        StatementKind::Step(step) if !step.irreversible => match &step.operation {
            Operation::Action(action, _) => program.actions.get(action.index())?.compensation.as_ref(),
            Operation::Effect(_) => None,
        },
        _ => None,
    };
    own_compensation(kind).or_else(of_action)
}
