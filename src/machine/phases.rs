//! Phases that stand together, and the items of a loop.

use smol_str::SmolStr;

use super::compute::text_of;
use super::state::{EnvId, FrameId, Progress, Role, ScopePlace, Work};
use super::{Entry, Kind, Machine, Report};
use crate::evaluate::Stop;
use crate::ir::{BlockId, Expr, LocalId, Place, Segment, Statement, StatementKind, Value};

impl Machine {
    /// Begins every phase whose predecessors are done, in the order written.
    pub(super) fn go_on_phases(&mut self, id: FrameId, report: Report) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Phases { place, phases: progress } = &mut frame.work else { return };
        if let Report::Done(slot) = report {
            progress[slot] = Progress::Done;
        }
        let (place, seen) = (*place, progress.clone());
        let StatementKind::Phases(phases) = &statement_at(&program, place).kind else { return };
        if seen.iter().all(|progress| *progress == Progress::Done) {
            return self.leave(id, Report::Done);
        }
        let may_begin = |number: &usize| {
            let done = |before: &u32| seen[*before as usize] == Progress::Done;
            seen[*number] == Progress::Waiting && phases[*number].after.iter().all(done)
        };
        for number in (0..phases.len()).filter(may_begin) {
            self.begin_phase(id, place, number, &phases[number]);
        }
    }

    fn begin_phase(&mut self, id: FrameId, place: Place, number: usize, phase: &crate::ir::Phase) {
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let env = frame.env;
        if let Work::Phases { phases, .. } = &mut frame.work {
            phases[number] = Progress::Running;
        }
        let address = self.address_of(id).child(&phase.segment);
        let address = self.enter(address);
        let title = self.text(env, phase.title.as_ref()).unwrap_or_else(Some);
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Phase, title });
        let compensation = phase.compensation.as_ref();
        self.begin_scope(id, address, number, phase.block, compensation, ScopePlace::Phase(place, number));
    }

    /// The items of a loop with their keys; two equal keys fail it before its first item.
    pub(super) fn items(
        &mut self,
        env: EnvId,
        variable: LocalId,
        list: &Expr,
        key: Option<&Expr>,
    ) -> Result<Vec<(SmolStr, Value)>, SmolStr> {
        let Value::List(values) = self.compute(env, list)? else { return Err("there is no list to go through".into()) };
        let inner = self.new_env(Some(env));
        let mut items = Vec::with_capacity(values.len());
        for value in values.iter() {
            self.bind(inner, variable, value.clone());
            let key = key.map_or_else(|| Ok(value.clone()), |key| self.compute(inner, key));
            items.push(key.map(|key| (text_of(&key), value.clone())));
        }
        self.release_env(inner);
        let items: Vec<(SmolStr, Value)> = items.into_iter().collect::<Result<_, _>>()?;
        twice(&items).map_or(Ok(()), |key| Err(SmolStr::from(format!("two items have the key `{key}`"))))?;
        Ok(items)
    }

    /// Begins the next item, or ends the loop.
    pub(super) fn go_on_loop(&mut self, id: FrameId) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Loop { place, items, next } = &mut frame.work else { return };
        let Some((key, value)) = items.get(*next).cloned() else { return self.leave(id, Report::Done) };
        *next += 1;
        let statement = statement_at(&program, *place);
        let StatementKind::For { variable, block, .. } = &statement.kind else { return };
        let segment = statement.segment.clone().unwrap_or_else(|| Segment::name("for"));
        let address = frame.address.item(&segment, &key);
        let address = self.enter(address);
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Item, title: None });
        self.begin_with(id, address, *block, Role::Scope, Some((*variable, value)));
    }

    /// Begins a block that has names of its own.
    pub(super) fn begin_with(
        &mut self,
        parent: FrameId,
        address: crate::ir::Address,
        block: BlockId,
        role: Role,
        binding: Option<(LocalId, Value)>,
    ) {
        let env = self.new_env(Some(self.env_of(parent)));
        if let Some((local, value)) = binding {
            self.bind(env, local, value);
        }
        let child = self.push_child(parent, address, 0, Work::Block { block, next: 0, role });
        if let Some(frame) = child.and_then(|id| self.state.live.frames.get_mut(&id)) {
            frame.env = env;
            frame.owns_env = true;
        }
    }

    /// Looks once, and binds what was seen.
    pub(super) fn go_on_probe(&mut self, id: FrameId, report: Report) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let env = frame.env;
        let Work::Probe { place, answers } = &mut frame.work else { return };
        let place = *place;
        if let Report::Value(answer) = report {
            answer.add_to(answers);
        }
        let answers = answers.clone();
        let StatementKind::Probe { local, look, tries } = &statement_at(&program, place).kind else { return };
        match self.look_into(env, look, &answers) {
            Ok(value) => {
                let shown = crate::ir::json::to_json(&value);
                self.bind(env, *local, value);
                self.done(id, shown);
            }
            Err(Stop::Needs(needed)) => self.begin_look(id, *needed, Some(tries)),
            Err(stop) => self.fail(id, self.reason(&stop)),
        }
    }
}

/// The statement at a place.
pub(super) fn statement_at(program: &crate::ir::Program, place: Place) -> &Statement {
    &program.blocks[place.block.index()].statements[place.index as usize]
}

/// A key that stands twice.
fn twice(items: &[(SmolStr, Value)]) -> Option<SmolStr> {
    let mut seen = std::collections::BTreeSet::new();
    items.iter().find(|(key, _)| !seen.insert(key.clone())).map(|(key, _)| key.clone())
}
