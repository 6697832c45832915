//! The parts of a run that go on, as its state tells them: for who shows a run without reading all that came before.

use std::sync::Arc;

use smol_str::SmolStr;

use super::phases::statement_at;
use super::state::{Act, ActOf, ActState, CheckOf, EnvId, Flight, Frame, FrameId, Role, Stage, Work};
use super::{Asking, EffectId, GateState, Kind, Machine, Purpose, Timestamp};
use crate::ir::{Address, Place, Request, StatementKind, Value};

/// A part of a run that has begun and not ended, or a phase that is done beside others that are not.
#[derive(Clone, Debug)]
pub struct OpenPart {
    /// Which.
    pub address: Address,
    /// What it is; nothing for what no record says it of, as a gate.
    pub kind: Option<Kind>,
    /// Its title.
    pub title: Option<SmolStr>,
    /// When it began.
    pub since: Timestamp,
    /// How it stands.
    pub stands: Stands,
    /// How long a stage that is held was held and is to be held, in nanoseconds, with its gates.
    pub hold: Option<(i64, i64, Vec<GateState>)>,
}

/// How a part stands that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It goes on.
    Open,
    /// It ended well, at that moment.
    Done(Timestamp),
    /// Nobody knows whether it was done, for this reason, and that is being found out.
    InDoubt(SmolStr),
    /// A person is needed, for this reason.
    Stuck(SmolStr),
    /// What is around it failed: nothing in it begins any more.
    Left,
}

/// An effect that was asked for and whose end is not known.
#[derive(Clone, Debug)]
pub struct OpenEffect {
    /// Which.
    pub effect: EffectId,
    /// The part it is for.
    pub address: Address,
    /// When that began.
    pub since: Timestamp,
    /// What it is for.
    pub purpose: Purpose,
    /// Which try, from 1.
    pub attempt: u32,
    /// Its idempotency key; looks have none.
    pub key: Option<SmolStr>,
    /// What was called, as one would write it; nothing, if an effect was asked for as such.
    pub call: Option<SmolStr>,
    /// What was asked for.
    pub request: Arc<Request>,
}

/// What a frame is to those who are told of the run.
type Named = (Option<Kind>, Option<SmolStr>);

impl Machine {
    /// The parts that have begun and not ended, and the phases beside them that are done, in the order in which they
    /// began. What else has ended is told by the journal only.
    pub fn open_parts(&self) -> Vec<OpenPart> {
        let frames = &self.state.live.frames;
        let going_on = frames.iter().filter_map(|(id, frame)| self.open_part(*id, frame));
        let phases = frames.values().flat_map(|frame| self.phases_done(frame));
        let mut parts: Vec<OpenPart> = phases.chain(going_on).collect();
        parts.sort_by_key(|part| part.since);
        parts
    }

    /// The effects whose end is not known, in the order of their intents.
    pub fn open_effects(&self) -> Vec<OpenEffect> {
        self.state.effects.iter().filter_map(|(effect, id)| self.open_effect(*effect, *id)).collect()
    }

    /// What the last commit said, if the run could go on from there.
    pub fn last_commit(&self) -> Option<(&Address, &str)> {
        self.state.floor.as_ref().map(|floor| (&floor.address, floor.text.as_str()))
    }

    /// When the run began.
    pub fn began(&self) -> Timestamp {
        self.state.began
    }

    /// The name of the run that no other has anywhere.
    pub fn unique_name(&self) -> &str {
        &self.state.run
    }

    /// By whom it was killed, and why.
    pub fn killed(&self) -> Option<&str> {
        self.state.killed.as_deref()
    }

    fn open_part(&self, id: FrameId, frame: &Frame) -> Option<OpenPart> {
        let (kind, title) = self.part_named(frame)?;
        let hold = if let Work::Stage(stage) = &frame.work { self.open_hold(stage) } else { None };
        let stands = self.stands(id, frame);
        Some(OpenPart { address: frame.address.clone(), kind, title, since: frame.since, stands, hold })
    }

    fn open_hold(&self, stage: &Stage) -> Option<(i64, i64, Vec<GateState>)> {
        let (held, gates) = self.held(stage)?;
        Some((held, stage.needed, gates))
    }

    fn stands(&self, id: FrameId, frame: &Frame) -> Stands {
        match &frame.work {
            Work::Act(act) => match &act.state {
                ActState::Stuck { reason, doubt: false, .. } => Stands::Stuck(reason.clone()),
                ActState::Stuck { reason, doubt: true, .. }
                | ActState::Confirming { reason, .. }
                | ActState::InFlight { doubt: Some(reason), .. } => Stands::InDoubt(reason.clone()),
                ActState::ConfirmBackoff { backoff, .. } | ActState::RepeatBackoff(backoff) => {
                    Stands::InDoubt(backoff.reason.clone())
                }
                ActState::Preparing | ActState::InFlight { doubt: None, .. } | ActState::Backoff(_) => {
                    self.open_or_left(id, frame)
                }
            },
            Work::Measure(measure) => measure.failed.clone().map_or(Stands::Open, Stands::Stuck),
            Work::Block { .. }
            | Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Loop { .. }
            | Work::Attempt { .. }
            | Work::Unwind { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Look(_)
            | Work::Check(_)
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Handler { .. }
            | Work::Return(_)
            | Work::Wait { .. }
            | Work::Ask(_) => self.open_or_left(id, frame),
        }
    }

    fn open_or_left(&self, id: FrameId, frame: &Frame) -> Stands {
        let is_left = self.failure_of(frame.region).is_some() && self.compensation_around(id).is_none();
        if is_left { Stands::Left } else { Stands::Open }
    }

    /// What kind of part a frame is, with its title; nothing, if it is none of its own.
    fn part_named(&self, frame: &Frame) -> Option<Named> {
        let outside = frame.parent.map_or(frame.env, |parent| self.env_of(parent));
        let titled = |place: Place, kind: Kind| Some((Some(kind), self.title_at(place, outside)));
        let bare = |kind: Kind| Some((Some(kind), None));
        match &frame.work {
            Work::Block { role, .. } => self.named_block(frame, *role, outside),
            Work::Attempt { place, .. } => {
                statement_at(&self.program, *place).segment.as_ref().and_then(|_| titled(*place, Kind::Attempt))
            }
            Work::Measure(measure) => measure.failed.as_ref().map(|_| (None, None)),
            Work::Rollout { place, .. } => titled(*place, Kind::Rollout),
            Work::Stage(_) => bare(Kind::Stage),
            Work::Probe { place, .. } => titled(*place, Kind::Probe),
            Work::Act(act) => match &act.of {
                ActOf::Step(place) => titled(*place, Kind::Step),
                ActOf::Undo { .. } => bare(Kind::Compensation),
            },
            Work::Check(check) => match check.of {
                CheckOf::Require(place) => titled(place, Kind::Require),
                CheckOf::Verify(place) => titled(place, Kind::Verify),
                CheckOf::WaitUntil(place) => titled(place, Kind::Wait),
                // A stage tells of its gates, and a guard goes on when its look is over.
                CheckOf::Gate(..) | CheckOf::Guard(_) => None,
            },
            Work::Guard(guard) => titled(guard.place, Kind::Guard),
            Work::WaitFor(place) => titled(*place, Kind::WaitFor),
            Work::Wait { .. } => bare(Kind::Wait),
            Work::Ask(ask) => {
                let kind = match ask.asking {
                    Asking::Task => Kind::Task,
                    Asking::Approval => Kind::Approval,
                    Asking::Decision => Kind::Decision,
                };
                Some((Some(kind), Some(ask.text.clone())))
            }
            Work::Phases { .. }
            | Work::Parallel { .. }
            | Work::Loop { .. }
            | Work::Unwind { .. }
            | Work::Look(_)
            | Work::Handler { .. }
            | Work::Return(_) => None,
        }
    }

    fn named_block(&self, frame: &Frame, role: Role, outside: EnvId) -> Option<Named> {
        match role {
            // The attempt around its blocks is the part.
            Role::Plan | Role::Inline | Role::Attempt { .. } => None,
            Role::SubPlan(place) => Some((Some(Kind::Plan), self.title_at(place, outside))),
            Role::Choice(place) => Some((Some(Kind::Decision), self.option_taken(frame.env, place))),
            Role::Branch(place, number) => Some((Some(Kind::Branch), self.title_of_branch(place, number, outside))),
            Role::Item => Some((Some(Kind::Item), None)),
            Role::Compensation { .. } => Some((Some(Kind::Compensation), None)),
            Role::Scope => self.named_scope(frame, outside),
        }
    }

    /// A phase, an item, what a handler does, or a step of several.
    fn named_scope(&self, frame: &Frame, outside: EnvId) -> Option<Named> {
        let around = self.state.live.frames.get(&frame.parent?)?;
        Some(match &around.work {
            Work::Phases { place, .. } => (Some(Kind::Phase), self.title_of_phase(*place, frame.slot, outside)),
            Work::Loop { .. } => (Some(Kind::Item), None),
            Work::Handler { .. } => (Some(Kind::Handler), None),
            Work::Block { block, next, .. } => {
                let place = Place { block: *block, index: next.saturating_sub(1) };
                (Some(Kind::BlockStep), self.title_at(place, outside))
            }
            Work::Parallel { .. }
            | Work::Attempt { .. }
            | Work::Measure(_)
            | Work::Unwind { .. }
            | Work::Rollout { .. }
            | Work::Stage(_)
            | Work::Probe { .. }
            | Work::Look(_)
            | Work::Act(_)
            | Work::Check(_)
            | Work::Guard(_)
            | Work::WaitFor(_)
            | Work::Return(_)
            | Work::Wait { .. }
            | Work::Ask(_) => return None,
        })
    }

    /// The title of a statement; one that can't be computed is left out.
    fn title_at(&self, place: Place, env: EnvId) -> Option<SmolStr> {
        let title = statement_at(&self.program, place).title.as_deref();
        self.text(env, title).ok().flatten()
    }

    fn title_of_phase(&self, place: Place, slot: usize, env: EnvId) -> Option<SmolStr> {
        let StatementKind::Phases(phases) = &statement_at(&self.program, place).kind else { return None };
        self.text(env, phases.get(slot)?.title.as_deref()).ok().flatten()
    }

    fn title_of_branch(&self, place: Place, number: usize, env: EnvId) -> Option<SmolStr> {
        let StatementKind::Parallel { branches, .. } = &statement_at(&self.program, place).kind else { return None };
        self.text(env, branches.get(number)?.title.as_deref()).ok().flatten()
    }

    /// `fast: share = 10%`
    fn option_taken(&self, env: EnvId, place: Place) -> Option<SmolStr> {
        let StatementKind::Decide(decide) = &statement_at(&self.program, place).kind else { return None };
        let Value::Variant(option, _) = self.local(env, decide.local) else { return None };
        let evidence = self.evidence(env, decide);
        let because = if evidence.is_empty() { String::new() } else { format!(": {}", evidence.join(", ")) };
        Some(SmolStr::from(format!("{option}{because}")))
    }

    /// The phases that are done of those that stand together.
    fn phases_done(&self, around: &Frame) -> Vec<OpenPart> {
        let Work::Phases { place, times, .. } = &around.work else { return Vec::new() };
        let StatementKind::Phases(phases) = &statement_at(&self.program, *place).kind else { return Vec::new() };
        let done = |(phase, times): (&crate::ir::Phase, &Option<(Timestamp, Option<Timestamp>)>)| {
            let (since, until) = (*times)?;
            Some(OpenPart {
                address: around.address.child(&phase.segment),
                kind: Some(Kind::Phase),
                title: self.text(around.env, phase.title.as_deref()).ok().flatten(),
                since,
                stands: Stands::Done(until?),
                hold: None,
            })
        };
        phases.iter().zip(times).filter_map(done).collect()
    }

    fn open_effect(&self, effect: EffectId, id: FrameId) -> Option<OpenEffect> {
        let frame = self.state.live.frames.get(&id)?;
        let (purpose, attempt, key, flight) = if let Work::Look(look) = &frame.work {
            (look.purpose, look.attempt, None, look.flight.as_ref()?)
        } else {
            let act = self.act(id)?;
            (self.purpose_of(id), act.launches, Some(self.key_of(id)), in_flight(act)?)
        };
        let (address, since) = (frame.address.clone(), frame.since);
        let (call, request) = (self.called(effect), Arc::clone(&flight.request));
        Some(OpenEffect { effect, address, since, purpose, attempt, key, call, request })
    }
}

fn in_flight(act: &Act) -> Option<&Flight> {
    match &act.state {
        ActState::InFlight { flight, .. } => Some(flight),
        ActState::Preparing
        | ActState::Backoff(_)
        | ActState::Confirming { .. }
        | ActState::ConfirmBackoff { .. }
        | ActState::RepeatBackoff(_)
        | ActState::Stuck { .. } => None,
    }
}
