//! Mistakes of syntax that may be the reason why a step seems to have no way back: the way back itself, the `commit`
//! behind the step or the `attempt` around it may be what could not be read.

use crate::{
    check::{
        modules::Module,
        pass::{Pass, RunSite, through_runs},
        symbols::Symbols,
    },
    source::Span,
};

/// What could not be read, as far as the way back depends on it.
pub(in crate::check) struct Doubts<'c> {
    modules: &'c [Module],
    /// Where plans are run that could not be read wholly, in the order of places.
    runs: Vec<Span>,
    /// Of each action, whether it could be read wholly.
    actions: Vec<bool>,
}

impl<'c> Doubts<'c> {
    /// From where plans are run, and what the files declare.
    pub(in crate::check) fn new(pass: &Pass, runs: &[RunSite], symbols: &Symbols, modules: &'c [Module]) -> Doubts<'c> {
        let actions = symbols.actions.iter().map(|action| modules[action.module.index()].has_read(action.span));
        let mut doubtful: Vec<bool> = symbols.complete.iter().map(|complete| !complete).collect();
        through_runs(runs, pass.program.plans.len(), |run| {
            let new = doubtful[run.callee.index()] && !doubtful[run.caller.index()];
            doubtful[run.caller.index()] |= new;
            new
        });
        let mut places: Vec<Span> =
            runs.iter().filter(|run| doubtful[run.callee.index()]).map(|run| run.span).collect();
        places.sort_unstable();
        Doubts { modules, runs: places, actions: actions.collect() }
    }

    /// Whether an action says for sure what it says of its way back.
    pub(super) fn has_read_action(&self, action: usize) -> bool {
        self.actions.get(action).is_none_or(|read| *read)
    }

    /// Whether a step that a danger behind or beside it would leave done is one for sure.
    pub(super) fn is_certain(&self, step: Span, danger: Span, run: Option<Span>) -> bool {
        let other = run.unwrap_or(danger);
        self.is_read(step, other) && self.is_read(other, step)
    }

    fn is_read(&self, place: Span, other: Span) -> bool {
        let Some(module) = self.modules.iter().find(|module| module.file == place.file) else { return true };
        let range = module.statements(place, other);
        let first = self.runs.partition_point(|run| (run.file, run.start) < (place.file, range.start));
        let runs = self.runs.get(first).is_none_or(|run| run.file != place.file || run.start >= range.end);
        runs && module.has_read_between(place, other)
    }
}
