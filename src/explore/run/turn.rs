//! Where a run goes otherwise: a question has another answer, an event carries something else, or something happens that
//! nobody asked for.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Open, Run, events::WORLD};
use crate::{
    explore::{Deviation, Taken, deviation::Disturbance, situation::keyless, world::Met},
    ir::{Address, Request, json::to_json},
    machine::{Purpose, Word},
};

/// Who says what an operator says.
const OPERATOR: &str = "an operator";

/// Where a path leaves another one.
#[derive(Clone, Debug)]
pub(in crate::explore) struct Turn {
    pub at: Point,
    pub deviation: Deviation,
    /// It is a fault of the way back.
    pub behind: bool,
}

/// What can go otherwise at a moment.
#[derive(Clone, Debug)]
pub(in crate::explore) enum Point {
    /// A question of those just asked, by its place among them.
    Question(usize),
    /// An event that is waited for.
    Event(Address),
    /// The moment itself, whatever is asked.
    Moment,
}

impl Run {
    /// Goes otherwise from here on.
    pub(in crate::explore) fn turn(&mut self, turn: &Turn) {
        let Turn { at, deviation, behind } = turn;
        let after = self.steps;
        let (address, question, what, purpose) = match at {
            Point::Event(address) => {
                let event = self.awaited.iter().find(|(at, _)| at == address).map(|(_, event)| event.to_string());
                let payload = if let Deviation::Gives(payload) = deviation { Some(payload) } else { None };
                self.events_come(Some((address, payload)));
                (address.clone(), None, event, None)
            }
            Point::Moment => {
                let (place, event) = (self.place(), self.disturb(deviation));
                (place, None, event, None)
            }
            Point::Question(place) => {
                let met = self.met.split_off(*place);
                let Some((met, later)) = met.split_first() else { return };
                self.met = later.to_vec();
                self.answer_otherwise(met, deviation)
            }
        };
        let crashes = matches!(deviation, Deviation::CrashBefore | Deviation::CrashAfter);
        let acts = matches!(purpose, Some(Purpose::Do | Purpose::Undo));
        let interrupted_look = crashes && !acts;
        if !matches!(deviation, Deviation::Disturbed(_) | Deviation::Recovers) {
            self.open.push(Open { address: address.clone(), deviation: deviation.clone(), interrupted_look });
        }
        if deviation.is_fault() {
            let left = if *behind { &mut self.left.behind } else { &mut self.left.ahead };
            *left = left.saturating_sub(1);
        } else if *deviation != Deviation::Recovers {
            self.scars.insert(format!("{} {deviation}", keyless(&address)));
        }
        self.taken.push(Taken { after, question, address, what, purpose, deviation: deviation.clone() });
    }

    fn answer_otherwise(
        &mut self,
        met: &Met,
        deviation: &Deviation,
    ) -> (Address, Option<u32>, Option<String>, Option<Purpose>) {
        let question = &met.question;
        // Whatever can be asked for can go each of the ways that were thought of.
        let _ = self.simulation.answer(question.number, deviation.answer(met.usual.clone()));
        if *deviation == Deviation::Recovers {
            self.simulation.world_mut().stands_no_more(question);
            self.open.retain(|open| !(open.address == question.address && open.deviation.stays()));
        } else {
            self.simulation.world_mut().stands(question, deviation);
        }
        let effect = question.effect();
        let looks = effect.filter(|effect| effect.looks());
        let what = looks.map(|effect| {
            let call = effect.call.summary(self.simulation.program());
            call.unwrap_or_else(|| format!("`{}`", called(&effect.request)))
        });
        (question.address.clone(), Some(question.number), what, effect.map(|effect| effect.purpose))
    }

    /// Lets something happen now; the name of the event, if it is one.
    fn disturb(&mut self, deviation: &Deviation) -> Option<String> {
        let Deviation::Disturbed(disturbance) = deviation else { return None };
        let mut event = None;
        match disturbance {
            Disturbance::Dies => drop(self.simulation.crash(false)),
            Disturbance::Cancelled => {
                self.awaited.clear();
                // It is only tried while a run can be cancelled.
                let _ = self.simulation.say(Word::Cancel, OPERATOR, None);
                self.met.iter_mut().for_each(|met| met.stopped = true);
            }
            Disturbance::Arrives(handler, payload) => {
                self.handled.insert(keyless(handler));
                let listeners = self.simulation.machine().listeners();
                let number = listeners.iter().find(|listener| listener.address() == *handler)?.event;
                let name = self.simulation.program().events.get(number.index())?.name.clone();
                event = Some(name.to_string());
                let word = Word::Event { event: name, id: SmolStr::new(handler.as_str()), payload: to_json(payload) };
                // It was made to fit.
                let _ = self.simulation.say(word, WORLD, None);
            }
        }
        self.steps += 1;
        let asked: BTreeSet<u32> = self.simulation.open().map(|question| question.number).collect();
        self.met.retain(|met| asked.contains(&met.question.number));
        self.hear();
        event
    }
}

/// What a request is called that stands for a condition.
fn called(request: &Request) -> String {
    match request {
        Request::Extern { name, .. } => name.clone(),
        other => other.summary(),
    }
}
