//! What a run listens for, and whether it would take an event: for who thinks of events that could come.

use super::Machine;
use super::compute::Names;
use super::phases::statement_at;
use super::state::{EnvId, Frame, Work};
use crate::evaluate::Inner;
use crate::ir::{Address, EventId, Expr, LocalId, Place, StatementKind, Value};

/// A part of a run that listens for events: a `wait for`, or an `on`.
#[derive(Clone, Copy, Debug)]
pub struct Listener<'m> {
    machine: &'m Machine,
    env: EnvId,
    scope: &'m Address,
    place: Place,
    /// Which event.
    pub event: EventId,
    /// What the event is called in the condition.
    pub local: Option<LocalId>,
    /// Which of the events are meant; all of them, without.
    pub condition: Option<&'m Expr>,
    /// It is an `on`, which handles each event. A `wait for` takes one.
    pub is_handler: bool,
}

impl Machine {
    /// Everything that listens now, in the order in which it began; a handler that is busy is not among them.
    pub fn listeners(&self) -> Vec<Listener<'_>> {
        self.state.live.frames.values().filter_map(|frame| self.listener(frame)).collect()
    }

    /// Whether what is waited for at an address can come too late, for itself or for a part around it.
    pub fn is_limited(&self, address: &Address) -> bool {
        self.state.live.frames.values().any(|frame| frame.limit.is_some() && address.is_within(&frame.address))
    }

    fn listener<'m>(&'m self, frame: &'m Frame) -> Option<Listener<'m>> {
        let (Work::WaitFor(place) | Work::Handler { place, busy: false, .. }) = &frame.work else { return None };
        let place = *place;
        let listener = |event: &EventId, local: &Option<LocalId>, condition, is_handler| Listener {
            machine: self,
            env: frame.env,
            scope: &frame.address,
            place,
            event: *event,
            local: *local,
            condition,
            is_handler,
        };
        let kind = &statement_at(&self.program, place).kind;
        if let StatementKind::WaitFor { event, local, condition, .. } = kind {
            return Some(listener(event, local, condition.as_deref(), false));
        }
        let StatementKind::On { event, local, condition, .. } = kind else { return None };
        Some(listener(event, local, condition.as_ref(), true))
    }
}

impl Listener<'_> {
    /// The part of the run: of an `on` what its runs are items of.
    pub fn address(&self) -> Address {
        let segment = statement_at(&self.machine.program, self.place).segment.as_ref();
        match segment.filter(|_| self.is_handler) {
            Some(segment) => self.scope.child(segment),
            None => self.scope.clone(),
        }
    }

    /// Whether an event that carries this is meant.
    pub fn takes(&self, payload: &Value) -> bool {
        let Some(condition) = self.condition else { return true };
        let names = Names { live: &self.machine.state.live, env: self.env };
        let own = self.local.map(|local| (local, payload.clone()));
        let inner = Inner::new(&names, own.into_iter().collect());
        matches!(self.machine.compute_with(&inner, condition), Ok(Value::Bool(true)))
    }

    /// The value of an expression that stands in its condition and speaks of what the run knows.
    pub fn value(&self, expr: &Expr) -> Option<Value> {
        self.machine.compute(self.env, expr).ok()
    }
}
