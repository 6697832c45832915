//! The events that a run may hear: those that it waits for, and those that it would handle.

use smol_str::SmolStr;

use super::Run;
use crate::{
    explore::{compared::fitting, deviation::Disturbance, origin::Source, situation::keyless},
    ir::{Address, Value, json::to_json},
    machine::{Listener, Machine, WaitOn, Word},
    simulate::generate,
};

/// Who tells of events.
pub(super) const WORLD: &str = "world";

impl Run {
    /// The events that are waited for come, but for the one that goes otherwise: it carries this, or does not come.
    pub(super) fn events_come(&mut self, otherwise: Option<(&Address, Option<&Value>)>) {
        for (address, event) in std::mem::take(&mut self.awaited) {
            let other = otherwise.filter(|(missing, _)| **missing == address).map(|(_, payload)| payload.cloned());
            let payload = match other {
                Some(other) => other,
                None => self.payload(&address),
            };
            let Some(payload) = payload else { continue };
            let word = Word::Event { event, id: SmolStr::new(address.as_str()), payload: to_json(&payload) };
            let now = self.simulation.now();
            self.simulation.plan_word(now, word, WORLD, None);
        }
    }

    /// What an event carries that is taken by what listens at an address.
    pub(in crate::explore) fn payload(&self, address: &Address) -> Option<Value> {
        let program = self.simulation.program();
        let listeners = self.simulation.machine().listeners();
        let listener = listeners.iter().find(|listener| listener.address() == *address)?;
        let event = program.events.get(listener.event.index())?;
        fitting(listener, program, &generate(&event.payload, 0, &event.name))
    }

    /// What else an event could carry that is waited for there, so that the plan is likely to go another way.
    pub(in crate::explore) fn other_payloads(&self, address: &Address) -> Vec<Value> {
        let listeners = self.simulation.machine().listeners();
        let Some(listener) = listeners.iter().find(|listener| listener.address() == *address) else {
            return Vec::new();
        };
        let usual = self.payload(address);
        usual.map(|usual| self.others_taken(listener, &usual)).unwrap_or_default()
    }

    fn others_taken(&self, listener: &Listener<'_>, usual: &Value) -> Vec<Value> {
        let others = self.about.compared.others(Source::Event(listener.event), usual);
        others.into_iter().filter(|payload| listener.takes(payload)).collect()
    }

    /// The events that would be handled, each with its handler and what it carries. A handler is tried once on a path.
    pub(in crate::explore) fn arrivals(&self) -> Vec<Disturbance> {
        let (machine, program) = (self.simulation.machine(), self.simulation.program());
        if machine.failure().is_some() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for listener in machine.listeners().iter().filter(|listener| listener.is_handler) {
            let address = listener.address();
            let Some(event) = program.events.get(listener.event.index()) else { continue };
            let usual = generate(&event.payload, 0, &event.name);
            let Some(fits) = fitting(listener, program, &usual) else { continue };
            if self.handled.contains(&keyless(&address)) {
                continue;
            }
            let others = self.others_taken(listener, &fits);
            let payloads = std::iter::once(fits).chain(others);
            all.extend(payloads.map(|payload| Disturbance::Arrives(address.clone(), payload)));
        }
        all
    }
}

/// The event that is waited for at an address.
pub(super) fn awaited(address: &Address, machine: &Machine) -> Option<SmolStr> {
    let wait = machine.waits().into_iter().find(|wait| wait.address == *address)?;
    if let WaitOn::Event { event, until: _ } = wait.on { Some(event) } else { None }
}
