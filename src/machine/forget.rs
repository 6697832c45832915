//! What a run forgets, so that one that goes on for months is no larger than what it may still need.
//!
//! Nothing of it shows: what is forgotten is what no way on and no way back leads to any more.

use std::collections::BTreeSet;

use super::Machine;
use super::phases::statement_at;
use super::state::{Arrived, EnvId, Live, RegionId, ScopeId, Target, Work};
use crate::ir::{EventId, Program, StatementKind};

impl Machine {
    /// Forgets what nobody asks for any more: events that a `wait for` has taken, or that none is for, once every handler
    /// that they are for has seen them. A handler that may go on from a commit has seen what it saw before.
    pub(super) fn forget_events(&mut self) {
        let program = self.program();
        let floors = [&self.state.floor, &self.state.parts_floor].into_iter().flatten();
        let lives: Vec<&Live> = std::iter::once(&self.state.live).chain(floors.map(|floor| &floor.live)).collect();
        self.state.seen.retain(|id, _| lives.iter().any(|live| live.frames.contains_key(id)));
        let handlers = lives.iter().flat_map(|live| live.frames.iter()).filter_map(|(id, frame)| {
            let Work::Handler { place, next, .. } = frame.work else { return None };
            let StatementKind::On { event, .. } = statement_at(&program, place).kind else { return None };
            Some((event, self.state.seen.get(id).copied().unwrap_or(next)))
        });
        let handlers: Vec<(EventId, usize)> = handlers.collect();
        let is_asked_for = |number: usize, arrived: &Arrived| {
            let handled = handlers.iter().any(|(event, next)| *event == arrived.event && *next <= number);
            handled || !arrived.taken && is_waited_for(&program, arrived.event)
        };
        let known = &mut self.state.known;
        self.state.arrived.retain(|number, arrived| {
            let asked_for = is_asked_for(*number, arrived);
            if !asked_for && arrived.outside {
                known.insert((arrived.event, arrived.id.clone()));
            }
            asked_for
        });
    }

    /// Forgets scopes in which nothing is left that could be undone, and names that neither a frame nor a scope sees. What
    /// is being undone may need any of them.
    pub(super) fn forget_scopes(&mut self) {
        if self.failure_of(RegionId::RUN).is_some() {
            return;
        }
        let needed = self.scopes_needed();
        self.state.scopes.retain(|id, _| needed.contains(id));
        let seen: Vec<Vec<EnvId>> = self.state.scopes.values().map(|scope| self.state.live.chain(scope.env)).collect();
        self.state.live.envs.values_mut().for_each(|env| env.uses = 0);
        for env in seen.iter().flatten() {
            self.state.live.envs.get_mut(env).into_iter().for_each(|env| env.uses += 1);
        }
        self.state.live.forget_names(&seen.into_iter().flatten().collect());
        if let Some(floor) = &mut self.state.floor {
            floor.live.forget_names(&BTreeSet::new());
        }
    }

    /// The scopes that something live, or something to be undone, is in.
    fn scopes_needed(&self) -> BTreeSet<ScopeId> {
        let of_target = |target: &Target| match target {
            Target::Scope(scope) => Some(*scope),
            Target::Part(_) => None,
        };
        let regions = self.state.regions.values();
        let listed = regions.flat_map(|region| {
            let blocked = region.blocked.iter().map(|blocked| &blocked.target);
            let targets = region.undoing.values().chain(blocked).filter_map(of_target);
            region.undo.iter().filter_map(|undo| undo.scope).chain(targets)
        });
        let live = self.state.live.frames.values().filter_map(|frame| frame.scope);
        let parent = |id: &ScopeId| self.state.scopes.get(id).and_then(|scope| scope.parent);
        listed.chain(live).flat_map(|scope| std::iter::successors(Some(scope), parent)).collect()
    }
}

impl Live {
    /// Only names stay that its frames see, or that are `needed` beside that.
    fn forget_names(&mut self, needed: &BTreeSet<EnvId>) {
        let seen: BTreeSet<EnvId> = self.frames.values().flat_map(|frame| self.chain(frame.env)).collect();
        self.envs.retain(|env, _| seen.contains(env) || needed.contains(env));
    }
}

/// Whether a `wait for` is written for an event.
fn is_waited_for(program: &Program, wanted: EventId) -> bool {
    let statements = program.blocks.iter().flat_map(|block| &block.statements);
    statements
        .into_iter()
        .any(|statement| matches!(&statement.kind, StatementKind::WaitFor { event, .. } if *event == wanted))
}
