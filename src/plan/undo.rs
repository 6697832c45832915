//! What is undone if something fails: for each point at which a plan may fail, in which order.
//!
//! What is done is undone from the last to the first, back to what made all before it final. This is what the program
//! says; which of the things that go on side by side were done by then, only a run knows.

use crate::ir::Address;

use super::outline::{CheckKind, Kind, Part, Taken, Undo, Way, WayBack};

/// Points at which a plan may fail, one after another, from which the way back is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailurePoints {
    /// The parts that may fail, in order.
    pub parts: Vec<u32>,
    /// What is undone, in this order.
    pub undone: Vec<Undone>,
    /// Steps since the last point of no return that can't be undone, and stay done.
    pub stays: Vec<Address>,
    /// How it ends.
    pub ends: Ends,
}

/// Something that is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The step, or the scope that is undone as a whole.
    pub address: Address,
    /// What undoes it.
    pub undo: Undo,
    /// It is there once for each item of a loop that was done.
    pub each: bool,
    /// It is there only if the way it lies on was taken, or if it was done by then beside what failed.
    pub perhaps: bool,
}

/// How a plan ends that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// All that was done is undone.
    Compensated,
    /// It is undone to this commit, and can go on from there.
    Halted(String),
    /// An attempt goes another way.
    Otherwise(Address),
}

/// All points at which the parts of a plan may fail, in the order in which it comes to them.
pub fn failure_points(parts: &[Part]) -> Vec<FailurePoints> {
    let mut walk = Walk { found: Vec::new() };
    let mut state = State { undo: Vec::new(), stays: Vec::new(), ends: Ends::Compensated };
    walk.parts(parts, &mut state);
    walk.found
}

struct Walk {
    found: Vec<FailurePoints>,
}

#[derive(Clone)]
struct State {
    /// What was done and can be undone, the first first.
    undo: Vec<Undone>,
    stays: Vec<Address>,
    ends: Ends,
}

impl State {
    fn push(&mut self, address: &Address, undo: &Undo) {
        // A scope is undone once, at the place of what was done in it last.
        self.undo.retain(|done| done.address != *address);
        self.undo.push(Undone { address: address.clone(), undo: undo.clone(), each: false, perhaps: false });
    }

    /// What was done since `before` is undone with others, as `mark` says.
    fn mark_since(&mut self, before: usize, mark: impl Fn(&mut Undone)) {
        self.undo.iter_mut().skip(before).for_each(mark);
    }
}

impl Walk {
    fn parts(&mut self, parts: &[Part], state: &mut State) {
        parts.iter().for_each(|part| self.part(part, state));
    }

    fn part(&mut self, part: &Part, state: &mut State) {
        match &part.kind {
            Kind::Step { way_back, best_effort, .. } => {
                if !best_effort {
                    let mut failed = state.clone();
                    if let Some(undo) = way_back.undo().filter(|undo| undo.always) {
                        failed.push(&part.address, undo);
                    }
                    self.may_fail(part, &failed);
                }
                match way_back {
                    WayBack::Own(undo) | WayBack::Inherited(undo) => state.push(&part.address, undo),
                    WayBack::Irreversible => state.stays.push(part.address.clone()),
                    WayBack::Scope(_) | WayBack::Nothing | WayBack::None => {}
                }
            }
            Kind::Task { way_back, .. } => {
                self.may_fail(part, state);
                if let Some(undo) = way_back.as_ref().and_then(WayBack::undo) {
                    state.push(&part.address, undo);
                }
            }
            Kind::Check(check) => match check.way {
                CheckKind::Require | CheckKind::Verify | CheckKind::WaitUntil | CheckKind::Gate(_) => {
                    self.may_fail(part, state);
                }
                // It may fail at any time.
                CheckKind::Guard(..) => {}
            },
            Kind::Probe { .. } | Kind::Approve { .. } | Kind::Fail { .. } => self.may_fail(part, state),
            Kind::WaitFor { .. } if part.timeout.is_some() => self.may_fail(part, state),
            Kind::Commit { text } => {
                state.undo.clear();
                state.stays.clear();
                if !matches!(state.ends, Ends::Otherwise(_)) {
                    state.ends = Ends::Halted(text.clone());
                }
            }
            Kind::Phases | Kind::Parallel { .. } => self.beside(part, state),
            Kind::Phase { way_back, .. } | Kind::BlockStep { way_back } | Kind::Run { way_back, .. } => {
                self.scope(part, way_back.as_ref(), state);
            }
            Kind::Branch => part.ways.iter().for_each(|way| self.parts(&way.parts, state)),
            Kind::Loop(each) => {
                let begin = state.undo.len();
                let mut once = state.clone();
                // What items before have done is undone, too.
                Walk { found: Vec::new() }.scope(part, each.way_back.as_ref(), &mut once);
                once.mark_since(begin.min(once.undo.len()), |done| done.each = each.way_back.is_none());
                let mut inside = State { undo: [once.undo.clone()].concat(), ..state.clone() };
                self.scope(part, each.way_back.as_ref(), &mut inside);
                *state = State { undo: once.undo, ..inside };
            }
            Kind::Rollout(rollout) => self.scope(part, rollout.way_back.as_ref(), state),
            Kind::When { .. } | Kind::Decide { .. } => self.ways(part, state),
            Kind::Attempt => self.attempt(part, state),
            Kind::WaitFor { .. }
            | Kind::Wait { .. }
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::AfterEach
            | Kind::Return
            | Kind::Unwind => {}
        }
    }

    fn may_fail(&mut self, part: &Part, state: &State) {
        let undone: Vec<Undone> = state.undo.iter().rev().cloned().collect();
        if let Some(last) = self.found.last_mut()
            && last.undone == undone
            && last.ends == state.ends
            && last.stays == state.stays
        {
            return last.parts.push(part.id);
        }
        let (stays, ends) = (state.stays.clone(), state.ends.clone());
        self.found.push(FailurePoints { parts: vec![part.id], undone, stays, ends });
    }

    /// A scope that may be undone as a whole: from its first effect on.
    fn scope(&mut self, part: &Part, way_back: Option<&WayBack>, state: &mut State) {
        let own = way_back.and_then(WayBack::undo);
        let inside: Vec<&Part> = part.inside().collect();
        for inner in inside {
            let acts = own.is_some() && inner.all().iter().any(|part| matches!(part.kind, Kind::Step { .. }));
            if let Some(undo) = own.filter(|_| acts) {
                // Before its first step there is nothing to undo yet, but then that step may be what fails.
                state.push(&part.address, undo);
            }
            self.part(inner, state);
        }
    }

    /// What goes on side by side: what others have done by then is undone, too.
    fn beside(&mut self, part: &Part, state: &mut State) {
        let inside: Vec<&Part> = part.inside().collect();
        let after: Vec<Vec<u32>> = inside.iter().map(|inner| waits(inner)).collect();
        let graph = super::PhaseGraph::new(&after);
        let mut done: Vec<Vec<Undone>> = vec![Vec::new(); inside.len()];
        for at in graph.order().iter().copied() {
            let mut own = state.clone();
            for (other, undo) in done.iter().enumerate().filter(|(_, undo)| !undo.is_empty()) {
                let surely = graph.comes_after(at, other);
                own.undo.extend(undo.iter().cloned().map(|done| Undone { perhaps: done.perhaps || !surely, ..done }));
            }
            let begin = own.undo.len();
            let ends = own.ends.clone();
            self.part(inside[at], &mut own);
            if own.ends != ends || own.undo.len() < begin {
                // Something in it made all before it final.
                *state = State { undo: Vec::new(), ..own.clone() };
                done.iter_mut().for_each(Vec::clear);
                done[at] = own.undo;
            } else {
                done[at] = own.undo.split_off(begin);
                state.stays = own.stays;
            }
        }
        state.undo.extend(done.into_iter().flatten());
    }

    fn ways(&mut self, part: &Part, state: &mut State) {
        if let Some(way) = part.ways.iter().find(|way| matches!(way.taken, Taken::Yes | Taken::Always)) {
            return self.parts(&way.parts, state);
        }
        let before = state.clone();
        for way in part.ways.iter().filter(|way| way.taken == Taken::Open) {
            let mut own = before.clone();
            self.parts(&way.parts, &mut own);
            let known = before.undo.len().min(own.undo.len());
            own.mark_since(known, |done| done.perhaps = true);
            state.undo.extend(own.undo.into_iter().skip(known));
        }
    }

    /// What fails inside is undone alone; then the other way is taken.
    fn attempt(&mut self, part: &Part, state: &mut State) {
        let [tried, otherwise] = part.ways.as_slice() else { return };
        let goes_on = matches!(state.ends, Ends::Otherwise(_)) || !only_fails(otherwise);
        let ends = if goes_on { Ends::Otherwise(part.address.clone()) } else { state.ends.clone() };
        let mut inside = State { undo: Vec::new(), stays: Vec::new(), ends };
        self.parts(&tried.parts, &mut inside);
        let mut other = state.clone();
        self.parts(&otherwise.parts, &mut other);
        state.undo.extend(inside.undo);
        state.stays.extend(inside.stays);
    }
}

/// Whether a way does nothing but fail.
fn only_fails(way: &Way) -> bool {
    matches!(way.parts.as_slice(), [only] if matches!(only.kind, Kind::Fail { .. }))
}

fn waits(part: &Part) -> Vec<u32> {
    match &part.kind {
        Kind::Phase { after, .. } => after.iter().map(|before| *before as u32).collect(),
        _ => Vec::new(),
    }
}
