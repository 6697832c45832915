//! What is undone if something fails: for each point at which a plan may fail, in which order.
//!
//! What is done is undone from the last to the first, back to what made all before it final. This is what the program
//! says; which of the things that go on side by side were done by then, only a run knows.

use crate::ir::Address;

use super::outline::{CheckKind, Kind, Loop, Pace, Part, Taken, Undo, Way, WayBack};

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
    /// If an item of a loop has come to this commit by then, it ends there in place of that.
    pub or_at: Option<String>,
}

/// Something that is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The step, or the scope that is undone as a whole.
    pub address: Address,
    /// What undoes it.
    pub undo: Undo,
    /// It is there once for each other item of a loop that has done it.
    pub each: bool,
    /// Only a run knows whether it is there: it lies on a way that may be taken, goes on beside what failed, or may have
    /// been made final by then.
    pub perhaps: bool,
    /// It goes on beside what failed.
    pub beside: bool,
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
    let mut state = State {
        undo: Vec::new(),
        beside: Vec::new(),
        unsure: false,
        stays: Vec::new(),
        ends: Ends::Compensated,
        or_at: None,
    };
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
    /// What goes on beside that may be done by then, the first first.
    beside: Vec<Undone>,
    /// What goes on beside may make final what was done here.
    unsure: bool,
    stays: Vec<Address>,
    ends: Ends,
    or_at: Option<String>,
}

impl State {
    fn push(&mut self, address: &Address, undo: &Undo) {
        // A scope is undone once, at the place of what was done in it last.
        self.undo.retain(|done| done.each || done.address != *address);
        let (address, undo) = (address.clone(), undo.clone());
        self.undo.push(Undone { address, undo, each: false, perhaps: self.unsure, beside: false });
    }

    /// What was done since `before` is undone with others, as `mark` says.
    fn mark_since(&mut self, before: usize, mark: impl Fn(&mut Undone)) {
        self.undo.iter_mut().skip(before).for_each(mark);
    }

    /// These go on beside: what they do may be done by then, and what they make final, too.
    fn goes_on_beside(&mut self, others: &[&Part], each: bool) {
        for other in others {
            self.beside.extend(all_undoable(other).map(|done| Undone { each, beside: true, ..done }));
            self.unsure |= commit_in(other).is_some();
        }
        if self.unsure {
            self.mark_since(0, |done| done.perhaps = true);
        }
    }
}

/// Everything in a part that may have been done and can be undone then, the first first.
fn all_undoable(part: &Part) -> impl Iterator<Item = Undone> {
    let undo = |inner: &&Part| Some((inner.address.clone(), inner.way_back()?.undo()?.clone()));
    let found: Vec<(Address, Undo)> = part.all().iter().filter_map(undo).collect();
    found.into_iter().map(|(address, undo)| Undone { address, undo, each: false, perhaps: true, beside: false })
}

/// The last commit in a part that makes final what is done around it, too: what an attempt commits, it does for itself.
fn commit_in(part: &Part) -> Option<String> {
    if let Kind::Commit { text } = &part.kind {
        return Some(text.clone());
    }
    let around = part.inside().filter(|_| !matches!(part.kind, Kind::Attempt));
    around.filter_map(commit_in).last()
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
                state.or_at = None;
                if !matches!(state.ends, Ends::Otherwise(_)) {
                    state.ends = Ends::Halted(text.clone());
                }
            }
            Kind::Phases | Kind::Parallel { .. } => self.beside(part, state),
            Kind::Phase { way_back, .. } | Kind::BlockStep { way_back } | Kind::Run { way_back, .. } => {
                self.scope(part, way_back.as_ref(), state);
            }
            Kind::Branch => part.ways.iter().for_each(|way| self.parts(&way.parts, state)),
            Kind::Loop(each) => match each.way_back.as_ref().and_then(WayBack::undo) {
                Some(_) => self.scope(part, each.way_back.as_ref(), state),
                None => self.items(part, each, state),
            },
            Kind::Rollout(rollout) => self.scope(part, rollout.way_back.as_ref(), state),
            Kind::When { .. } => self.ways(part, state),
            Kind::Decide { by, .. } => {
                // A person who does not decide in time lets it fail.
                if by.is_some() && part.timeout.is_some() {
                    self.may_fail(part, state);
                }
                self.ways(part, state);
            }
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
        let undone: Vec<Undone> = state.beside.iter().rev().chain(state.undo.iter().rev()).cloned().collect();
        let (stays, ends, or_at) = (state.stays.clone(), state.ends.clone(), state.or_at.clone());
        let points = FailurePoints { parts: vec![part.id], undone, stays, ends, or_at };
        match self.found.last_mut() {
            Some(last) if FailurePoints { parts: last.parts.clone(), ..points.clone() } == *last => {
                last.parts.push(part.id);
            }
            _ => self.found.push(points),
        }
    }

    /// A scope that may be undone as a whole: from its first effect on.
    fn scope(&mut self, part: &Part, way_back: Option<&WayBack>, state: &mut State) {
        let inside: Vec<&Part> = part.inside().collect();
        let mut own = way_back.and_then(WayBack::undo);
        let covers = |inner: &&Part| matches!(inner.way_back(), Some(WayBack::Scope(scope)) if *scope == part.address);
        if let Some(undo) = own.filter(|_| !part.all().iter().any(covers)) {
            // What lies in it is undone as it says itself, and then this.
            state.push(&part.address, undo);
            own = None;
        }
        for inner in inside {
            let acts = own.is_some() && inner.all().iter().any(|part| matches!(part.kind, Kind::Step { .. }));
            if let Some(undo) = own.filter(|_| acts) {
                // Before its first step there is nothing to undo yet, but then that step may be what fails.
                state.push(&part.address, undo);
            }
            self.part(inner, state);
        }
    }

    /// What is done for any item: items before it have done the same, and others may be about to.
    fn items(&mut self, part: &Part, each: &Loop, state: &mut State) {
        let body: Vec<&Part> = part.inside().collect();
        let commit = body.iter().rev().find_map(|inner| commit_in(inner));
        let mut inside = state.clone();
        if let Some(commit) = &commit {
            // The items before it may have made final what was done before the loop.
            inside.mark_since(0, |done| done.perhaps = true);
            inside.or_at = Some(commit.clone());
        }
        if each.pace == Pace::AtMost(1) {
            if commit.is_none() {
                let before = body.iter().flat_map(|inner| all_undoable(inner));
                inside.undo.extend(before.map(|done| Undone { each: true, perhaps: false, ..done }));
            }
        } else {
            inside.goes_on_beside(&body, true);
        }
        self.scope(part, None, &mut inside);
        let begin = state.undo.len();
        let (beside, unsure, or_at) = (state.beside.clone(), state.unsure, state.or_at.clone());
        Walk { found: Vec::new() }.scope(part, None, state);
        if commit.is_none() {
            state.mark_since(begin, |done| done.each = true);
        }
        (state.beside, state.unsure, state.or_at) = (beside, unsure, or_at);
        state.stays = inside.stays;
    }

    /// What goes on side by side: what others have done by then is undone, too.
    fn beside(&mut self, part: &Part, state: &mut State) {
        let inside: Vec<&Part> = part.inside().collect();
        let after: Vec<Vec<u32>> =
            inside.iter().map(|inner| inner.after().iter().map(|before| *before as u32).collect()).collect();
        let graph = super::PhaseGraph::new(&after);
        let mut done: Vec<Vec<Undone>> = vec![Vec::new(); inside.len()];
        for at in graph.order().iter().copied() {
            let mut own = state.clone();
            for (_, undo) in done.iter().enumerate().filter(|(other, _)| graph.comes_after(at, *other)) {
                own.undo.extend(undo.iter().cloned());
            }
            let is_beside =
                |other: &usize| *other != at && !graph.comes_after(at, *other) && !graph.comes_after(*other, at);
            let others: Vec<&Part> = (0..inside.len()).filter(is_beside).map(|other| inside[other]).collect();
            own.goes_on_beside(&others, false);
            let begin = own.undo.len();
            let ends = own.ends.clone();
            self.part(inside[at], &mut own);
            if own.ends != ends || own.undo.len() < begin {
                // Something in it made all before it final.
                *state = State { undo: Vec::new(), ends: own.ends, stays: own.stays, ..state.clone() };
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
        let goes_on = matches!(state.ends, Ends::Otherwise(_)) || !fails_at_last(otherwise);
        let ends = if goes_on { Ends::Otherwise(part.address.clone()) } else { state.ends.clone() };
        // It is undone alone if the plan goes on; else what was done around it follows.
        let around = if goes_on { None } else { Some(state.clone()) };
        let mut inside = around.unwrap_or(State {
            undo: Vec::new(),
            beside: Vec::new(),
            unsure: false,
            stays: Vec::new(),
            ends,
            or_at: None,
        });
        let (begin, stayed) = (inside.undo.len(), inside.stays.len());
        self.parts(&tried.parts, &mut inside);
        let mut other = state.clone();
        self.parts(&otherwise.parts, &mut other);
        state.undo.extend(inside.undo.into_iter().skip(begin));
        state.stays.extend(inside.stays.into_iter().skip(stayed));
    }
}

/// Whether a way ends in a failure.
fn fails_at_last(way: &Way) -> bool {
    way.parts.last().is_some_and(|last| matches!(last.kind, Kind::Fail { .. }))
}
