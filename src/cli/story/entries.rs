//! What each entry of a journal adds to the story.

use smol_str::SmolStr;

use super::{Looks, Part, Settled, Skipped, State, Story, Try};
use crate::{
    ir::Address,
    machine::{EffectId, Entry, Kind, Machine, Outcome, Owed, Owing, Purpose, Retold, Timestamp, Verdict},
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
            Entry::Holds { address, needed } => {
                let part = self.open(at, address);
                part.hold = Some((0, *needed));
                part.gates = machine.gates_of(address);
            }
            Entry::Promoted { address } => self.is_skipped(at, address),
            Entry::Committed { address, text } => {
                self.close(at, address, State::Done);
                self.open(at, address).title = Some(text.to_string());
                self.commit = Some((address.clone(), text.to_string()));
            }
            Entry::Unwinding { address, reason } => {
                self.failure = Some((address.clone(), reason.to_string()));
                self.turn(at, |_, part| matches!(part.state, State::Open), State::Left);
            }
            Entry::SteppedBack { address, reason } => self.steps_back(at, address, reason),
            Entry::Left { address } => self.close(at, address, State::Left),
            Entry::Otherwise { attempt } => self.goes_otherwise(attempt),
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
            | Entry::Paused { .. }
            | Entry::Resumed => {}
        }
    }

    pub(super) fn tried(&mut self, effect: EffectId, address: &Address, tried: Try) {
        let part = self.open(tried.at, address);
        // What is done once more is not in doubt any more: a look found that it was not done, or its key makes it one.
        if matches!((&part.state, tried.purpose), (State::InDoubt(_), Purpose::Do | Purpose::Undo)) {
            part.state = State::Open;
        }
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

    /// The gates of a stage end with it. One that does not hold then did not pass: somebody has skipped it.
    fn done(&mut self, at: Timestamp, address: &Address) {
        let stage = self.open(at, address);
        if stage.skipped.is_none() {
            stage.hold = stage.hold.map(|(_, needed)| (needed, needed));
        }
        let (gates, skipped) = (stage.gates.clone(), stage.skipped.as_ref().map(ToString::to_string));
        for gate in &gates {
            let part = self.open(at, gate);
            part.kind = Some(Kind::Gate);
            let holds = part.looks.as_ref().is_some_and(|looks| looks.last == Verdict::Pass);
            let state = skipped.clone().filter(|_| !holds).map_or(State::Done, State::Skipped);
            self.close(at, gate, state);
        }
        self.settle(at, address);
        self.close(at, address, State::Done);
    }

    /// A part goes on under another name, or another question is asked there.
    pub(super) fn is_retold(&mut self, retold: &Retold) {
        let Retold { address, becomes, question } = retold;
        if let (Some(question), Some(part)) = (question, self.parts.get_mut(address)) {
            part.title = Some(question.text.to_string());
        }
        let Some(becomes) = becomes else { return };
        if let Some((place, _, part)) = self.parts.shift_remove_full(address) {
            self.parts.shift_insert(place, becomes.clone(), part);
        }
    }

    /// The gates of a stage end with it: one that does not hold is why it is left.
    fn steps_back(&mut self, at: Timestamp, stage: &Address, reason: &SmolStr) {
        for gate in self.open(at, stage).gates.clone() {
            let holds = self.open(at, &gate).looks.as_ref().is_none_or(|looks| looks.last == Verdict::Pass);
            let state = if holds { State::Left } else { State::Failed(reason.to_string()) };
            self.close(at, &gate, state);
        }
        self.close(at, stage, State::Failed(reason.to_string()));
    }

    /// Whoever said the last word has skipped the rest of the hold.
    fn is_skipped(&mut self, at: Timestamp, stage: &Address) {
        let skipped = self.words.last().map(|said| Skipped { who: said.who.clone(), why: said.why.clone() });
        self.open(at, stage).skipped = skipped;
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
        if let Some(part) = self.parts.get_mut(gate) {
            part.kind = Some(Kind::Gate);
        }
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
