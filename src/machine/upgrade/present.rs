//! How a machine stands, for comparing it with that of another program: what is not settled, and how all that was done
//! would be undone.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::{
    evaluate::{Answers, Needed, Stop},
    ir::{Address, BlockId, Request, Value},
    machine::{
        EffectId, Machine, Outcome,
        act::is_its_effect,
        state::{Act, ActState, Call, Flight, FrameId, Undo, UndoState, WayBack, Work},
    },
    source::{Sources, Span},
};

/// How a part of the run would be undone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    pub address: Address,
    pub how: How,
}

/// What would be done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum How {
    /// It is not done yet, or nobody knows.
    Open,
    /// This would be asked for.
    Request(Arc<Request>),
    /// This would be called: its request depends on what it sees first.
    Call(String),
    /// A block with this text; the digest is of what it does.
    Block { text: String, digest: SmolStr },
    /// It can't be computed, for this reason.
    Broken(SmolStr),
}

impl Machine {
    /// The effects that may be done again with the key they have: those in flight, and those nobody knows about.
    pub(super) fn unsettled(&self) -> Vec<(EffectId, Address, Arc<Request>)> {
        let flight = |act: &'_ Act| match &act.state {
            ActState::InFlight { flight, .. } => Some(flight.clone()).filter(|flight| !self.has_ended(flight)),
            ActState::Confirming { .. }
            | ActState::ConfirmBackoff { .. }
            | ActState::RepeatBackoff(_)
            | ActState::Stuck { doubt: true, .. } => act.last.clone(),
            ActState::Preparing | ActState::Backoff(_) | ActState::Stuck { doubt: false, .. } => None,
        };
        let unsettled = self.acts().filter_map(|(_, address, act)| Some((address.clone(), flight(act)?)));
        unsettled.map(|(address, flight)| (flight.effect, address, flight.request)).collect()
    }

    /// Whether the end of an effect is known, and only was not taken up before the process left.
    fn has_ended(&self, flight: &Flight) -> bool {
        let known = |outcome: &Outcome| !matches!(outcome, Outcome::Unknown { .. });
        self.state.held_back.iter().any(|(effect, outcome)| *effect == flight.effect && known(outcome))
    }

    /// All that would be undone if the run failed now, in that order, and how.
    pub(super) fn ways_back(&self, sources: &Sources) -> Vec<Way> {
        let mut all: Vec<&Undo> = self.state.regions.values().flat_map(|region| &region.undo).collect();
        all.sort_by_key(|undo| undo.first);
        let mut ways: Vec<Way> = Vec::new();
        for way in all.into_iter().rev().filter_map(|undo| self.way_back(undo, sources)) {
            if !ways.iter().any(|known| known.address == way.address) {
                ways.push(way);
            }
        }
        ways
    }

    fn way_back(&self, undo: &Undo, sources: &Sources) -> Option<Way> {
        let scope = undo.scope.and_then(|scope| self.outermost(scope, None));
        if let Some(scope) = scope.and_then(|scope| self.state.scopes.get(&scope)) {
            let written = self.scope_compensation(scope.place);
            let text = written.map(|written| one_line(sources, written.span)).unwrap_or_default();
            let how = How::Block { text, digest: self.digest_of_way_back(&written) };
            return Some(Way { address: scope.address.clone(), how });
        }
        let how = match &undo.state {
            UndoState::Started => return None,
            UndoState::Pending { frame, .. } if !self.is_open(*frame) => return None,
            UndoState::Pending { .. } => How::Open,
            UndoState::Done(way_back) => self.how(&undo.address, way_back, sources),
        };
        Some(Way { address: undo.address.clone(), how })
    }

    /// Whether what was begun could be undone once it is done.
    fn is_open(&self, frame: FrameId) -> bool {
        let asked = self.state.live.frames.get(&frame).is_some_and(|frame| matches!(frame.work, Work::Ask(_)));
        asked || self.is_undoable(frame)
    }

    fn how(&self, undone: &Address, way_back: &WayBack, sources: &Sources) -> How {
        match way_back {
            WayBack::Call { call, .. } => self.what_is_asked(undone, call),
            WayBack::Block { block, .. } => {
                How::Block { text: self.block_text(*block, sources), digest: self.digest_of_way_back(block) }
            }
            WayBack::Broken { reason, .. } => How::Broken(reason.clone()),
        }
    }

    /// The request of a call, where it is known without looking at anything.
    fn what_is_asked(&self, undone: &Address, call: &Call) -> How {
        let (action, arguments) = match call {
            Call::Effect { request, .. } => return How::Request(Arc::clone(request)),
            Call::Action(action, arguments) => (&self.program.actions[action.index()], arguments),
        };
        let key = Value::Text(SmolStr::from(format!("{}/{}", self.state.run, undone.undo().as_str())));
        let asked = action
            .body
            .body()
            .map(|body| self.evaluator().body(body, arguments, &[(action.key_local, key)], &Answers::default()));
        let by_name = How::Call(called(&action.name, arguments));
        let Some(Err(Stop::Needs(needed))) = asked else { return by_name };
        match *needed {
            Needed::Effect { request, span, .. } if is_its_effect(action, span) => How::Request(request),
            Needed::Effect { .. } | Needed::Look { .. } => by_name,
        }
    }

    fn block_text(&self, block: BlockId, sources: &Sources) -> String {
        let statements = self.program.blocks.get(block.index()).map(|block| block.statements.as_slice());
        match statements.unwrap_or_default() {
            [] => String::new(),
            [first, .., last] => one_line(sources, first.span.to(last.span)),
            [only] => one_line(sources, only.span),
        }
    }
}

fn called(name: &str, arguments: &[Value]) -> String {
    let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    format!("{name}({})", arguments.join(", "))
}

/// What stands there, without regard to lines.
fn one_line(sources: &Sources, span: Span) -> String {
    sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}
