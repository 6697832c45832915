//! `unwind`: in the way back of a scope, its inside is undone as the parts of it say.

use smol_str::SmolStr;

use super::block::Begun;
use super::state::{Failure, FailureKind, FrameId, Region, RegionId, ScopeId, Target, Undo, UndoState, Work};
use super::{Machine, Report};

impl Machine {
    /// The inside of the scope that is being undone becomes a region of its own, which fails.
    pub(super) fn begin_unwinding(&mut self, id: FrameId) -> Begun {
        let address = self.address_of(id);
        let Some((around, scope)) = self.scope_undone_by(id) else { return Begun::Over };
        self.state.numbers.region += 1;
        let region = RegionId(self.state.numbers.region);
        let undo = self.take_inside(around, scope);
        let inside = |at: &ScopeId| *at != scope && self.is_in(Some(*at), scope);
        let inside: Vec<ScopeId> = self.state.scopes.keys().copied().filter(inside).collect();
        for at in inside {
            if let Some(scope) = self.state.scopes.get_mut(&at) {
                scope.region = region;
            }
        }
        let reason = SmolStr::new_static("it is undone as its parts say");
        let failure = Some(Failure { address: address.clone(), reason, kind: FailureKind::Stated });
        self.state.regions.insert(region, Box::new(Region { undo, failure, ..Region::default() }));
        self.runs(id, address, Work::Unwind { region })
    }

    /// The scope that the compensation around a frame undoes, and the region in whose list it stands.
    fn scope_undone_by(&self, id: FrameId) -> Option<(RegionId, ScopeId)> {
        let whole = self.compensation_around(id)?;
        let region = self.state.live.frames.get(&whole)?.region;
        match self.state.regions.get(&region)?.undoing.get(&whole)? {
            Target::Scope(scope) => Some((region, *scope)),
            Target::Part(_) => None,
        }
    }

    /// Takes what was started in a scope out of a list; the scope itself keeps its place.
    fn take_inside(&mut self, around: RegionId, scope: ScopeId) -> Vec<Undo> {
        let undo = std::mem::take(&mut self.region(around).undo);
        let (inside, mut beside): (Vec<Undo>, Vec<Undo>) =
            undo.into_iter().partition(|undo| self.is_in(undo.scope, scope));
        if let Some(last) = inside.last() {
            let (first, address) = (last.first, last.address.clone());
            beside.push(Undo { first, address, scope: Some(scope), state: UndoState::Started });
            beside.sort_by_key(|undo| undo.first);
        }
        self.region(around).undo = beside;
        inside
    }

    /// Nothing is left of the inside: the way back of the scope goes on.
    pub(super) fn inside_is_undone(&mut self, region: RegionId) -> bool {
        let unwinds = |work: &Work| matches!(work, Work::Unwind { region: of } if *of == region);
        let found = self.state.live.frames.iter().find(|(_, frame)| unwinds(&frame.work)).map(|(id, _)| *id);
        let Some(id) = found else { return false };
        self.state.regions.remove(&region);
        self.leave(id, Report::Done);
        true
    }
}
