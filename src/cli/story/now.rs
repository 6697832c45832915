//! The story of a run whose history is long: how it stands somewhere, by its machine, and from there on its records.

use super::{Looks, Part, State, Story, Try};
use crate::{
    ir::Address,
    machine::{GateState, Kind, Machine, OpenEffect, OpenPart, Record, Stands, Status, Timestamp},
    run::{Left, driver::Listener},
};

/// What a story does not tell: what was over before it begins.
#[derive(Clone, Copy, Debug)]
pub struct LeftOut {
    /// When it begins.
    pub until: Timestamp,
    /// Whether something had gone wrong by then: how that came about is left out, too.
    wrong: bool,
}

impl Listener for Story {
    fn begins(&mut self, behind: u64, machine: &Machine) {
        let Story { plan, inputs, sources, .. } = std::mem::take(self);
        *self = Story { plan, inputs, sources, ..Story::default() };
        if behind > 0 {
            self.stands(behind, machine);
        }
    }

    fn hears(&mut self, record: &Record, machine: &Machine) {
        self.add(record, machine);
    }
}

impl Story {
    /// What is left out, if it does not begin with the run.
    pub fn left_out(&self) -> Option<LeftOut> {
        self.left_out
    }

    /// Whether it can't tell why its run was left so: what went wrong is left out.
    pub fn misses_why(&self, left: &Left) -> bool {
        use crate::machine::Ending;
        let tells_why = match left {
            Left::Ended(Ending::Compensated | Ending::Halted | Ending::Partial | Ending::Killed, _)
            | Left::Stuck(_) => true,
            Left::Ended(Ending::Completed, _)
            | Left::Waiting(_)
            | Left::Sleeping(..)
            | Left::Asked
            | Left::AskedTwice
            | Left::Refused(_) => false,
        };
        tells_why && self.left_out.is_some_and(|left_out| left_out.wrong)
    }

    /// How many items of a loop were done before it begins.
    pub fn done_before(&self, items: &str) -> usize {
        self.done_before.get(items).copied().unwrap_or_default()
    }

    /// How the run stands behind so many records.
    fn stands(&mut self, records: u64, machine: &Machine) {
        let wrong = machine.failure().is_some()
            || machine.killed().is_some()
            || matches!(machine.status(), Status::Stuck | Status::Ended(..));
        machine.unique_name().clone_into(&mut self.name);
        (self.started, self.last, self.records) = (machine.began(), machine.now(), records);
        self.left_out = Some(LeftOut { until: machine.now(), wrong });
        machine.open_parts().into_iter().for_each(|part| self.open_part(part));
        machine.open_effects().into_iter().for_each(|effect| self.open_effect(effect));
        self.done_before = machine.loops().into_iter().map(|each| (each.address.to_string(), each.done)).collect();
        let owned = |(address, text): (&Address, &str)| (address.clone(), text.to_owned());
        (self.failure, self.commit) = (machine.failure().map(owned), machine.last_commit().map(owned));
        self.owed = machine.owed().to_vec();
        self.killed = machine.killed().map(str::to_owned);
        if let Status::Ended(ending, value) = machine.status() {
            self.ended = Some((ending, value, machine.now()));
        }
    }

    fn open_part(&mut self, open: OpenPart) {
        let OpenPart { address, kind, title, since, stands, hold } = open;
        let (state, until) = match stands {
            Stands::Open => (State::Open, None),
            Stands::Done(until) => (State::Done, Some(until)),
            Stands::InDoubt(reason) => (State::InDoubt(reason.to_string()), None),
            Stands::Stuck(reason) => (State::Stuck(reason.to_string()), None),
            Stands::Left => (State::Left, None),
        };
        let mut part = Part { kind, title: title.map(String::from), state, until, ..Part::begun(since) };
        let gates = hold.into_iter().flat_map(|(held, needed, gates)| {
            part.hold = Some((held, needed));
            gates
        });
        let gates: Vec<GateState> = gates.collect();
        part.gates = gates.iter().map(|gate| gate.address.clone()).collect();
        self.parts.entry(address).or_insert(part);
        gates.into_iter().for_each(|gate| self.open_gate(since, gate));
    }

    fn open_gate(&mut self, since: Timestamp, gate: GateState) {
        let GateState { address, last, answers, looks: count, unknown, .. } = gate;
        let answers = answers.iter().map(ToString::to_string).collect();
        let looks = last.map(|last| Looks { count, unknown, last, answers });
        self.parts.insert(address, Part { kind: Some(Kind::Gate), looks, ..Part::begun(since) });
    }

    fn open_effect(&mut self, open: OpenEffect) {
        let OpenEffect { effect, address, since, purpose, attempt, key, call, request } = open;
        let (key, call) = (key.map(String::from), call.map(String::from));
        self.tried(effect, &address, Try { purpose, attempt, key, call, request, at: since, ended: None });
    }
}
