//! What each entry of a journal adds to the story.

use smol_str::SmolStr;

use super::{Looks, Part, Settled, State, Story, Try};
use crate::{
    ir::Address,
    machine::{EffectId, Entry, Machine, Outcome, Owed, Owing, Timestamp, Verdict},
};

impl Story {
    pub(super) fn entry(&mut self, at: Timestamp, entry: &Entry, machine: &Machine) {
        match entry {
            Entry::Entered { address, kind, title } => {
                let part = self.open(at, address);
                part.kind = Some(*kind);
                part.title = title.as_ref().map(ToString::to_string);
            }
            Entry::Intent { effect, address, purpose, attempt, key, request } => {
                let key = key.as_ref().map(ToString::to_string);
                let (purpose, attempt, request) = (*purpose, *attempt, request.clone());
                let call = machine.called(*effect).map(String::from);
                self.tried(*effect, address, Try { purpose, attempt, key, call, request, at, ended: None });
            }
            Entry::InDoubt { address, reason } => self.open(at, address).comes_in_doubt(reason),
            Entry::Done { address, value } => {
                self.done(at, address);
                self.open(at, address).value = value.clone();
            }
            Entry::Failed { address, reason, tolerated: false } => {
                self.close(at, address, State::Failed(reason.to_string()));
            }
            Entry::Failed { address, reason, tolerated: true } => {
                self.close(at, address, State::Tolerated(reason.to_string()));
            }
            Entry::Verdict { address, verdict, answers, held } => {
                self.looked(at, address, *verdict, answers.iter().map(ToString::to_string).collect());
                self.held(address, *held);
            }
            Entry::Decided { address, option, evidence } => {
                let because = if evidence.is_empty() { String::new() } else { format!(": {}", evidence.join(", ")) };
                self.open(at, address).title = Some(format!("{option}{because}"));
            }
            Entry::Asked { address, .. } | Entry::Waits { address, .. } => {
                self.open(at, address);
            }
            Entry::Holds { address, needed } => self.open(at, address).hold = Some((0, *needed)),
            Entry::Committed { address, text } => {
                self.close(at, address, State::Done);
                self.open(at, address).title = Some(text.to_string());
                self.commit = Some((address.clone(), text.to_string()));
            }
            Entry::Unwinding { address, reason } => {
                self.failure = Some((address.clone(), reason.to_string()));
                self.turn(at, |_, part| matches!(part.state, State::Open), State::Left);
            }
            Entry::SteppedBack { address, reason } => self.close(at, address, State::Failed(reason.to_string())),
            Entry::Left { address } => self.close(at, address, State::Left),
            Entry::Undone { address } => self.is_undone(at, address),
            Entry::NotUndone { address, reason } => self.owe(at, address, Owing::NotUndone, reason, None),
            Entry::Owed { address, owing, reason, undo } => self.owe(at, address, *owing, reason, undo.as_ref()),
            Entry::Settled { address } => self.is_put_right(at, address),
            Entry::Killed { reason } => self.is_killed(at, reason),
            Entry::Stuck { address, reason } => self.open(at, address).state = State::Stuck(reason.to_string()),
            Entry::Unstuck { address } => self.goes_on(at, address),
            Entry::Ended { ending, value } => self.ended = Some((*ending, value.clone(), at)),
            Entry::TryFailed { .. }
            | Entry::AttemptFailed { .. }
            | Entry::Emitted { .. }
            | Entry::Measured { .. }
            | Entry::Otherwise { .. }
            | Entry::Paused { .. }
            | Entry::Resumed
            | Entry::Promoted { .. } => {}
        }
    }

    pub(super) fn tried(&mut self, effect: EffectId, address: &Address, tried: Try) {
        let part = self.open(tried.at, address);
        part.tries.push(tried);
        let number = part.tries.len() - 1;
        self.effects.insert(effect, (address.clone(), number));
    }

    pub(super) fn outcome(&mut self, at: Timestamp, effect: EffectId, outcome: &Outcome) {
        let Some((address, number)) = self.effects.remove(&effect) else { return };
        let part = self.parts.get_mut(&address).and_then(|part| part.tries.get_mut(number));
        if let Some(tried) = part {
            tried.ended = Some((at, outcome.clone()));
        }
    }

    /// The gates of a stage end with it.
    fn done(&mut self, at: Timestamp, address: &Address) {
        let gates = std::mem::take(&mut self.open(at, address).gates);
        gates.iter().for_each(|gate| self.close(at, gate, State::Done));
        self.settle(at, address);
        self.close(at, address, State::Done);
    }

    /// When it was done stays; its way back is a part of its own.
    fn is_undone(&mut self, at: Timestamp, address: &Address) {
        self.open(at, address).state = State::Undone;
        if self.parts.contains_key(&address.undo()) {
            self.settle(at, &address.undo());
            self.close(at, &address.undo(), State::Done);
        }
        self.undone.push(address.clone());
    }

    /// Somebody helped; a run that was over goes on with what was left around that part.
    fn goes_on(&mut self, at: Timestamp, address: &Address) {
        let part = self.open(at, address);
        if part.state != State::Done {
            part.state = State::Open;
        }
        if self.ended.take().is_some() {
            self.failure = None;
            self.turn(at, |left, part| part.state == State::Left && address.is_within(left), State::Open);
        }
    }

    fn owe(&mut self, since: Timestamp, address: &Address, owing: Owing, reason: &SmolStr, undo: Option<&SmolStr>) {
        let way_back = address.undo();
        if self.parts.get(&way_back).is_some_and(Part::goes_on) {
            self.close(since, &way_back, State::Failed(reason.to_string()));
        }
        let (reason, undo) = (reason.clone(), undo.cloned());
        self.owed.push(Owed { address: address.clone(), owing, reason, undo, since });
    }

    /// Somebody has put right what was owed, or found out that there is nothing to put right.
    fn is_put_right(&mut self, at: Timestamp, address: &Address) {
        let Some(place) = self.owed.iter().position(|owed| owed.address == *address) else { return };
        match self.owed.remove(place).owing {
            Owing::NotUndone | Owing::Waived => {
                self.by_hand.push(address.clone());
                self.open(at, address).state = State::Undone;
                self.settle(at, &address.undo());
                self.close(at, &address.undo(), State::Done);
            }
            Owing::Unknown => {}
        }
    }

    fn is_killed(&mut self, at: Timestamp, reason: &str) {
        self.failure.get_or_insert_with(|| (Address::root(), reason.to_owned()));
        self.killed = Some(reason.to_owned());
        self.turn(at, |_, part| matches!(part.state, State::Open), State::Left);
    }

    /// It turned out to be done: how one knows, if not by its own end.
    fn settle(&mut self, at: Timestamp, address: &Address) {
        let person = self.settler.as_ref().filter(|(settled, _)| settled == address).map(|(_, who)| who.clone());
        let part = self.open(at, address);
        part.settled = person.map(Settled::By).or_else(|| part.found());
    }

    fn open(&mut self, at: Timestamp, address: &Address) -> &mut Part {
        self.parts.entry(address.clone()).or_insert_with(|| Part::begun(at))
    }

    fn close(&mut self, at: Timestamp, address: &Address, state: State) {
        let part = self.open(at, address);
        part.state = state;
        part.until = Some(at);
    }

    fn looked(&mut self, at: Timestamp, address: &Address, verdict: Verdict, answers: Vec<String>) {
        let part = self.open(at, address);
        let before = part.looks.as_ref().map_or((0, 0), |looks| (looks.count, looks.unknown));
        let unknown = before.1 + u32::from(verdict == Verdict::Unknown);
        part.looks = Some(Looks { count: before.0 + 1, unknown, last: verdict, answers });
    }

    /// A gate tells how long its stage, which is the part around it, has been held.
    fn held(&mut self, gate: &Address, held: Option<i64>) {
        let stage = gate.as_str().rsplit_once('/').map(|(stage, _)| Address::typed(stage));
        let Some(held) = held else { return };
        let Some(stage) = stage.and_then(|stage| self.parts.get_mut(&stage)) else { return };
        stage.hold = stage.hold.map(|(_, needed)| (held, needed));
        if !stage.gates.contains(gate) {
            stage.gates.push(gate.clone());
        }
    }

    /// Parts that are so stand differently from now on.
    fn turn(&mut self, at: Timestamp, are_so: impl Fn(&Address, &Part) -> bool, state: State) {
        for (address, part) in &mut self.parts {
            if are_so(address, part) {
                part.until = (state == State::Left).then_some(at);
                part.state = state.clone();
            }
        }
    }
}
