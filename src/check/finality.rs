//! What is final: where a `commit` may stand, and what an irreversible step needs before it.

use rustc_hash::FxHashSet;

use super::pass::Pass;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, Compensation, CompensationBody, Operation, Phase, Plan, Statement, StatementKind, Step},
    plan::PhaseGraph,
    source::Span,
};

/// Checks the finality of one plan.
pub(super) fn check(pass: &mut Pass, plan: &Plan) {
    let (state, found) = (State::default(), Found::default());
    Walk { pass, forbidden: Vec::new(), runs: Vec::new(), state, found, reported: FxHashSet::default() }
        .block(plan.body);
}

/// What is known at a point of the plan.
#[derive(Clone, Copy, Default)]
struct State {
    committed: bool,
    /// The latest step or scope since then that can be undone.
    undoable: Option<Span>,
}

/// What a part of the plan holds.
#[derive(Clone, Copy, Default)]
struct Found {
    irreversible: Option<Span>,
    undoable: Option<Span>,
}

/// Why no `commit` may stand here.
#[derive(Clone, Copy)]
enum Forbidden {
    /// The scope at a place is undone as a whole, or gone through again.
    By { why: &'static str, place: Span },
    /// This phase of the run of that depth, if another one may run at the same time. Whether one may is asked only
    /// where a `commit` stands: it takes a look at the whole run.
    Phase { depth: usize, index: usize },
}

/// Phases that stand together.
struct Run {
    graph: PhaseGraph,
    spans: Vec<Span>,
}

struct Walk<'w, 'p> {
    pass: &'w mut Pass<'p>,
    forbidden: Vec<Forbidden>,
    /// The runs of phases around this place.
    runs: Vec<Run>,
    state: State,
    found: Found,
    reported: FxHashSet<Span>,
}

impl Walk<'_, '_> {
    fn block(&mut self, block: BlockId) {
        for statement in self.pass.statements(block) {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Step(step) => self.step(step, span),
            StatementKind::BlockStep { block, compensation } => {
                self.scope(Some("a step with a block is undone as a whole"), span, *block, compensation.as_ref());
            }
            StatementKind::Phases(phases) => self.phases(phases),
            StatementKind::When { branches, otherwise } => {
                let blocks = branches.iter().map(|(_, block)| Some(*block)).chain([*otherwise]);
                self.ways(blocks);
            }
            StatementKind::For { block, compensation, .. } => {
                self.repeated(
                    "the items before would be final, and those after would not",
                    span,
                    *block,
                    compensation.as_ref(),
                );
            }
            StatementKind::Rollout(rollout) => {
                let why = "a rollout is undone as a whole";
                self.repeated(why, span, rollout.block, rollout.compensation.as_ref());
            }
            StatementKind::Commit(_) => self.commit(span),
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Wait(_)
            | StatementKind::Fail(_)
            | StatementKind::Return(_) => {}
        }
    }

    fn commit(&mut self, span: Span) {
        if let Some((why, place)) = self.forbidden.iter().rev().find_map(|forbidden| self.reason(*forbidden)) {
            let (span, place) = (self.pass.first_line(span), self.pass.first_line(place));
            let message = "a `commit` can't stand here";
            self.pass.report(
                Diagnostic::new(Code::E0403, span, message, "what came before would be final")
                    .label(place, why)
                    .help("move it behind, onto the plan's own way"),
            );
        }
        self.state = State { committed: true, undoable: None };
    }

    fn reason(&self, forbidden: Forbidden) -> Option<(&'static str, Span)> {
        match forbidden {
            Forbidden::By { why, place } => Some((why, place)),
            Forbidden::Phase { depth, index } => {
                let Run { graph, spans } = &self.runs[depth];
                let other = *graph.beside(index).first()?;
                Some(("this phase may run at the same time", spans[other]))
            }
        }
    }

    fn step(&mut self, step: &Step, span: Span) {
        let action = match &step.operation {
            Operation::Action(id, _) => Some(&self.pass.program.actions[id.index()]),
            Operation::Effect(_) => None,
        };
        let inherited = action.and_then(|action| action.compensation.as_ref());
        let never =
            step.irreversible || step.compensation.is_none() && action.is_some_and(|action| action.irreversible);
        let undoable = step.compensation.as_ref().or(inherited).is_some_and(undoes);
        if never {
            self.irreversible(span);
        } else if undoable {
            self.undoable(span);
        }
        self.compensation(step.compensation.as_ref());
    }

    fn irreversible(&mut self, span: Span) {
        self.found.irreversible.get_or_insert(span);
        match self.state {
            State { committed: false, .. } => self.report(span, None),
            State { undoable: Some(undoable), .. } => self.report(span, Some(undoable)),
            State { committed: true, undoable: None } => {}
        }
    }

    fn undoable(&mut self, span: Span) {
        self.state.undoable = Some(span);
        self.found.undoable = Some(span);
    }

    fn report(&mut self, span: Span, between: Option<Span>) {
        if !self.reported.insert(span) {
            return;
        }
        let (step, written) = (self.pass.first_line(span), self.pass.first_line_text(span));
        let diagnostic = match between {
            None => {
                let message = format!("`{written}` can't be undone, and there is no `commit` before it");
                Diagnostic::new(Code::E0402, step, message, "can't be undone")
                    .help("write `commit \"..\"` before it: up to there everything is final")
            }
            Some(between) => {
                let message = format!("`{written}` can't be undone, and what comes before it can");
                Diagnostic::new(Code::E0402, step, message, "can't be undone")
                    .label(self.pass.first_line(between), "this could still be undone then")
                    .help("write `commit \"..\"` between the two")
            }
        };
        self.pass.report(diagnostic);
    }

    fn scope(&mut self, why: Option<&'static str>, place: Span, block: BlockId, compensation: Option<&Compensation>) {
        let depth = self.forbidden.len();
        self.forbidden.extend(why.map(|why| Forbidden::By { why, place }));
        if let Some(compensation) = compensation {
            let why = "its scope is undone as a whole by this";
            self.forbidden.push(Forbidden::By { why, place: compensation.span });
        }
        self.block(block);
        self.forbidden.truncate(depth);
        if let Some(compensation) = compensation.filter(|compensation| undoes(compensation)) {
            self.undoable(compensation.span);
        }
        self.compensation(compensation);
    }

    /// Nothing in a compensation is final.
    fn compensation(&mut self, compensation: Option<&Compensation>) {
        let Some(Compensation { body: CompensationBody::Block { block, .. }, span, .. }) = compensation else { return };
        let (state, found) = (self.state, self.found);
        self.state = State { committed: true, undoable: None };
        let why = "a compensation takes back, and makes nothing final";
        self.forbidden.push(Forbidden::By { why, place: *span });
        self.commits_only(*block);
        self.forbidden.pop();
        (self.state, self.found) = (state, found);
    }

    fn commits_only(&mut self, block: BlockId) {
        for statement in self.pass.statements(block) {
            match &statement.kind {
                StatementKind::Commit(_) => self.commit(statement.span),
                StatementKind::When { branches, otherwise } => {
                    branches
                        .iter()
                        .map(|(_, block)| block)
                        .chain(otherwise)
                        .for_each(|block| self.commits_only(*block));
                }
                StatementKind::For { block, .. } | StatementKind::BlockStep { block, .. } => self.commits_only(*block),
                StatementKind::Rollout(rollout) => self.commits_only(rollout.block),
                StatementKind::Phases(phases) => phases.iter().for_each(|phase| self.commits_only(phase.block)),
                StatementKind::Step(_)
                | StatementKind::Let { .. }
                | StatementKind::Probe { .. }
                | StatementKind::Require(_)
                | StatementKind::Verify { .. }
                | StatementKind::Wait(_)
                | StatementKind::Fail(_)
                | StatementKind::Return(_) => {}
            }
        }
    }

    /// What it does last comes before what it does first.
    fn repeated(&mut self, why: &'static str, place: Span, block: BlockId, compensation: Option<&Compensation>) {
        let outer = std::mem::take(&mut self.found);
        self.scope(Some(why), place, block, None);
        if let Found { irreversible: Some(irreversible), undoable: Some(undoable) } = self.found {
            self.report(irreversible, Some(undoable));
        }
        if let Some(compensation) = compensation {
            if undoes(compensation) {
                self.undoable(compensation.span);
            }
            self.compensation(Some(compensation));
        }
        self.found = outer.with(self.found);
    }

    fn ways(&mut self, blocks: impl Iterator<Item = Option<BlockId>>) {
        let before = self.state;
        let mut after: Option<State> = None;
        for block in blocks {
            self.state = before;
            if let Some(block) = block {
                self.block(block);
            }
            let this = self.state;
            after = Some(after.map_or(this, |after| State {
                committed: after.committed && this.committed,
                undoable: after.undoable.or(this.undoable),
            }));
        }
        self.state = after.unwrap_or(before);
    }

    fn phases(&mut self, phases: &[Phase]) {
        let after: Vec<Vec<u32>> = phases.iter().map(|phase| phase.after.clone()).collect();
        let graph = PhaseGraph::new(&after);
        let order = graph.order().to_vec();
        let depth = self.runs.len();
        self.runs.push(Run { graph, spans: phases.iter().map(|phase| phase.span).collect() });
        let linear = phases.iter().enumerate().all(|(at, phase)| at == 0 || phase.after.contains(&(at as u32 - 1)));
        let outer = std::mem::take(&mut self.found);
        let mut all = outer;
        let mut each = vec![Found::default(); phases.len()];
        for index in order {
            let phase = &phases[index];
            let outer = self.forbidden.len();
            if !linear {
                self.forbidden.push(Forbidden::Phase { depth, index });
            }
            self.scope(None, phase.span, phase.block, phase.compensation.as_ref());
            self.forbidden.truncate(outer);
            each[index] = std::mem::take(&mut self.found);
            all = all.with(each[index]);
        }
        self.found = all;
        let Some(Run { graph, .. }) = self.runs.pop() else { return };
        for (index, found) in each.iter().enumerate() {
            if let Some(irreversible) = found.irreversible.filter(|_| !linear) {
                let beside = graph.beside(index).into_iter().find_map(|other| each[other].undoable);
                if beside.is_some() {
                    self.report(irreversible, beside);
                }
            }
        }
    }
}

impl Found {
    fn with(self, later: Found) -> Found {
        Found { irreversible: self.irreversible.or(later.irreversible), undoable: later.undoable.or(self.undoable) }
    }
}

/// Whether a compensation has something to do.
fn undoes(compensation: &Compensation) -> bool {
    !matches!(compensation.body, CompensationBody::Nothing)
}
