//! Events: each is journaled when it arrives. A `wait for` takes one, a handler sees each once and in order.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{Arrived, EnvId, Frame, FrameId, Role, Work};
use super::{Command, Entry, Kind, Machine, Publish, Refused, Report, WaitOn};
use crate::ir::{
    EventId, Expr, LocalId, Place, Segment, Statement, StatementKind, Value,
    json::{from_json, to_json},
    text::Shape,
};

impl Machine {
    /// Publishes an event; this run hears of it, too.
    pub(super) fn emit(
        &mut self,
        id: FrameId,
        statement: &Statement,
        event: EventId,
        payload: &Expr,
    ) -> Result<Begun, Refusal> {
        let address = self.enter_part(id, statement.segment.as_ref());
        let value = self.compute(self.env_of(id), payload).map_err(Refusal::at(&address))?;
        let name = self.program.events[event.index()].name.clone();
        let payload = to_json(&value);
        self.log(Entry::Emitted { address: address.clone(), event: name.clone(), payload: payload.clone() });
        let told = SmolStr::from(format!("{}/{}", self.state.run, address.as_str()));
        self.out.commands.push(Command::Publish(Publish { event: name, id: told, payload }));
        let id = SmolStr::new(address.as_str());
        self.arrive(Arrived { event, id, value, taken: false, outside: false });
        Ok(Begun::Over)
    }

    pub(super) fn allow_event(&self, event: &str, payload: &Json) -> Result<(), Refused> {
        if self.state.ended.is_some() {
            return Err(Refused { reason: "the run is over".into(), instead: Vec::new() });
        }
        let Some(declared) = self.program.events.iter().find(|declared| declared.name == event) else {
            let instead = self.program.events.iter().map(|declared| format!("emit {}", declared.name)).collect();
            return Err(Refused { reason: format!("the program has no event `{event}`"), instead });
        };
        from_json(&declared.payload, payload).map(drop).map_err(|mismatch| Refused {
            reason: format!("what the event carries does not fit: {mismatch}"),
            instead: vec![format!("emit {event} with {}", Shape(&declared.payload))],
        })
    }

    /// An event arrives from outside.
    pub(super) fn hear(&mut self, event: &str, id: SmolStr, payload: &Json) {
        let program = self.program();
        let Some(number) = program.events.iter().position(|declared| declared.name == event) else { return };
        if let Ok(value) = from_json(&program.events[number].payload, payload) {
            self.arrive(Arrived { event: EventId(number as u32), id, value, taken: false, outside: true });
        }
    }

    fn arrive(&mut self, arrived: Arrived) {
        let is_it = |known: &Arrived| known.event == arrived.event && known.id == arrived.id;
        let told_before = self.state.known.contains(&(arrived.event, arrived.id.clone()));
        if told_before || self.state.arrived.values().any(is_it) {
            return;
        }
        self.state.arrived.insert(self.state.numbers.event, arrived);
        self.state.numbers.event += 1;
        self.forget_events();
        let listens = |frame: &Frame| matches!(frame.work, Work::WaitFor(_) | Work::Handler { .. });
        let listeners = self.state.live.frames.iter().filter(|(_, frame)| listens(frame));
        let listeners: Vec<FrameId> = listeners.map(|(id, _)| *id).collect();
        self.ready.extend(listeners.into_iter().map(|id| (id, Report::Go)));
    }

    pub(super) fn begin_wait_for(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        timeout: Option<&Expr>,
    ) -> Result<Begun, Refusal> {
        let address = self.announce(id, statement, Kind::WaitFor)?;
        let limit = self.time_limit(self.env_of(id), timeout).map_err(Refusal::at(&address))?;
        let child = self.push_child(id, address, 0, Work::WaitFor(place));
        self.limit_time(child, limit);
        Ok(Begun::Runs)
    }

    /// Takes the oldest event that is meant and that nobody took, if there is one.
    pub(super) fn go_on_wait_for(&mut self, id: FrameId) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let Work::WaitFor(place) = frame.work else { return };
        let (env, from) = (frame.env, frame.heard);
        let StatementKind::WaitFor { event, local, condition, .. } = &statement_at(&program, place).kind else {
            return;
        };
        let is_free = |arrived: &Arrived| !arrived.taken && arrived.event == *event;
        let free = self.state.arrived.range(from..).filter(|(_, arrived)| is_free(arrived));
        let free: Vec<(usize, Value)> = free.map(|(number, arrived)| (*number, arrived.value.clone())).collect();
        for (number, value) in free {
            match self.is_meant(env, *local, condition.as_deref(), &value) {
                Ok(false) => {}
                Err(reason) => return self.fail(id, reason),
                Ok(true) => {
                    self.state.arrived.get_mut(&number).into_iter().for_each(|arrived| arrived.taken = true);
                    self.forget_events();
                    let shown = to_json(&value);
                    if let Some(local) = local {
                        self.bind(env, *local, value);
                    }
                    return self.done(id, shown);
                }
            }
        }
    }

    /// Whether `where` holds of an event.
    fn is_meant(
        &mut self,
        env: EnvId,
        local: Option<LocalId>,
        condition: Option<&Expr>,
        value: &Value,
    ) -> Result<bool, Reason> {
        let Some(condition) = condition else { return Ok(true) };
        let inner = self.new_env(Some(env));
        if let Some(local) = local {
            self.bind(inner, local, value.clone());
        }
        let holds = self.compute(inner, condition);
        self.release_env(inner);
        Ok(holds? == Value::Bool(true))
    }

    /// A handler listens from here on, until the block ends it stands in.
    pub(super) fn begin_handler(&mut self, id: FrameId, place: Place) -> Begun {
        let (address, next) = (self.address_of(id), self.state.numbers.event);
        self.state.live.watched = true;
        self.push_child(id, address, 0, Work::Handler { place, next, busy: false });
        Begun::Over
    }

    /// Handles the next event, once the one before is done.
    pub(super) fn go_on_handler(&mut self, id: FrameId, report: &Report) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let (env, parent) = (frame.env, frame.parent);
        let Work::Handler { place, next, busy } = &mut frame.work else { return };
        if let Report::Done(_) = report {
            *busy = false;
        }
        if *busy {
            return;
        }
        let place = *place;
        if *next >= self.state.numbers.event {
            return self.handler_is_idle(parent);
        }
        let number = *next;
        *next += 1;
        self.state.seen.insert(id, *next);
        let statement = statement_at(&program, place);
        let StatementKind::On { event: wanted, local, condition, block } = &statement.kind else { return };
        let meant = self.state.arrived.get(&number).filter(|arrived| arrived.event == *wanted).cloned();
        self.forget_events();
        // What is forgotten by now was none of its events.
        let Some(Arrived { id: key, value, .. }) = meant else { return self.ready.push_back((id, Report::Go)) };
        match self.is_meant(env, *local, condition.as_ref(), &value) {
            Ok(false) => self.ready.push_back((id, Report::Go)),
            Err(reason) => self.fail(id, reason),
            Ok(true) => {
                let segment = statement.segment.clone().unwrap_or_else(|| Segment::name("on"));
                let address = self.address_of(id).item(&segment, &key);
                let address = self.enter(address);
                self.log(Entry::Entered { address: address.clone(), kind: Kind::Handler, title: None });
                if let Some(Work::Handler { busy, .. }) =
                    self.state.live.frames.get_mut(&id).map(|frame| &mut frame.work)
                {
                    *busy = true;
                }
                self.begin_with(id, address, *block, Role::Scope, 0, local.map(|local| (local, value)));
            }
        }
    }

    /// A block that only waited for its handlers ends, and so does a `return` that did.
    fn handler_is_idle(&mut self, block: Option<FrameId>) {
        let returns = self.state.live.frames.iter().filter(|(_, frame)| matches!(frame.work, Work::Return(_)));
        let returns: Vec<FrameId> = returns.map(|(id, _)| *id).collect();
        self.ready.extend(returns.into_iter().map(|id| (id, Report::Go)));
        let Some(block) = block else { return };
        if let Some(Work::Block { block: statements, next, .. }) =
            self.state.live.frames.get(&block).map(|frame| &frame.work)
            && *next as usize > self.program.blocks[statements.index()].statements.len()
        {
            self.ready.push_back((block, Report::Go));
        }
    }

    /// Whether a handler of a block has something to do.
    pub(super) fn handles(&self, block: FrameId) -> bool {
        let arrived = self.state.numbers.event;
        let busy = |work: &Work| matches!(work, Work::Handler { next, busy, .. } if *busy || *next < arrived);
        let watched = self.state.live.watched;
        watched && self.state.live.frames.values().any(|frame| frame.parent == Some(block) && busy(&frame.work))
    }

    /// Where something handles events, a `return` may have to wait for it.
    pub(super) fn begin_return(&mut self, id: FrameId, value: Option<&Expr>) -> Result<Begun, Refusal> {
        let value = value.map_or(Ok(Value::None), |value| self.compute(self.env_of(id), value))?;
        if self.state.live.watched {
            let address = self.address_of(id);
            self.push_child(id, address, 0, Work::Return(value));
        } else {
            self.return_value(id, value);
        }
        Ok(Begun::Runs)
    }

    /// A `return` leaves what is around it once no event is being handled there.
    pub(super) fn return_when_idle(&mut self, id: FrameId, value: Value) {
        let parent = |id: &FrameId| self.state.live.frames.get(id).and_then(|frame| frame.parent);
        let Some(block) = parent(&id) else { return };
        let left = std::iter::successors(Some(block), parent);
        let takes = |id: &FrameId| {
            let work = self.state.live.frames.get(id).map(|frame| &frame.work);
            if let Some(Work::Block { role, .. }) = work { role.takes_return() } else { false }
        };
        let mut ended = false;
        let mut left = left.take_while(|id| !std::mem::replace(&mut ended, takes(id)));
        if left.any(|id| self.handles(id)) {
            return;
        }
        self.state.live.frames.remove(&id);
        self.return_value(block, value);
    }

    /// The events that handlers of the run handle whenever they come, each once, by name.
    pub fn hears(&self) -> Vec<SmolStr> {
        let handled = self.state.live.frames.values().filter_map(|frame| {
            let Work::Handler { place, .. } = frame.work else { return None };
            let StatementKind::On { event, .. } = statement_at(&self.program, place).kind else { return None };
            Some(event)
        });
        let handled: BTreeSet<EventId> = handled.collect();
        handled.into_iter().map(|event| self.program.events[event.index()].name.clone()).collect()
    }

    /// Whether an event was heard before, by what tells it from others: told again, it changes nothing.
    pub fn has_heard(&self, event: &str, id: &str) -> bool {
        let is_it = |number: EventId| self.program.events[number.index()].name == event;
        let known = self.state.known.iter().map(|(event, id)| (*event, id));
        let arrived = self.state.arrived.values().map(|arrived| (arrived.event, &arrived.id));
        known.chain(arrived).any(|(number, known)| known == id && is_it(number))
    }

    pub(super) fn event_wait(&self, place: Place, frame: &Frame) -> Option<WaitOn> {
        let StatementKind::WaitFor { event, .. } = &statement_at(&self.program, place).kind else { return None };
        let event = self.program.events[event.index()].name.clone();
        Some(WaitOn::Event { event, until: frame.limit.map(|limit| limit.at) })
    }
}
