//! A run of a program under a script, with the people and events around it.
//!
//! What people say depends on the journal and on what really happened, never on how often they were asked: so a crash
//! changes nothing of what they would have said.

use std::sync::Arc;

use orch::ir::Address;
use orch::machine::{Asking, Ending, Event, Record, Settlement, Status, Timestamp, Wait, WaitOn, Word};
use serde_json::{Value as Json, json};

use super::corpus::{About, Arriving, Case};
use super::scripts::{Person, Script};
use super::support::{Answer, World, ok};

/// A run, and what it is under.
#[derive(Clone)]
pub struct Scene<'a> {
    pub case: &'a Case,
    pub script: &'a Script,
    pub world: World,
}

/// No run of the corpus has more records, or it never ends.
const MOST_RECORDS: usize = 400;

impl<'a> Scene<'a> {
    /// A run that has begun.
    pub fn start(case: &'a Case, script: &'a Script) -> Scene<'a> {
        let (about, faults) = (case.world.clone(), script.faults.clone());
        let answer = move |words: &str, count: usize| {
            let fault = faults.get(words).and_then(|fault| fault.answer(count));
            fault.unwrap_or_else(|| well(&about, words))
        };
        let mut world = World::new(Arc::clone(&case.program), answer);
        world.restored = false;
        let plan = case.program.plans[0].name.clone();
        world.event(Event::Started { run: "test".into(), plan, inputs: case.world.inputs.clone(), deepest: None });
        Scene { case, script, world }
    }

    /// Goes on to the end, showing how it stands after each turn; whether it came to one.
    pub fn go_on(&mut self, mut seen: impl FnMut(&Scene<'a>)) -> bool {
        while self.world.records.len() < MOST_RECORDS {
            seen(self);
            if !self.turn() {
                return matches!(self.world.status(), Status::Ended(..));
            }
        }
        false
    }

    /// Something happens; whether there was anything.
    pub fn turn(&mut self) -> bool {
        if let Some(event) = self.said_now() {
            self.world.event(event);
            return true;
        }
        if self.world.has_answer() {
            return self.world.one();
        }
        if self.is_left() {
            self.world.event(Event::Recovered);
            return true;
        }
        let deadline = self.world.machine.next_deadline().map_or(i64::MAX, |deadline| deadline.0);
        match self.arriving().filter(|arriving| arriving.minutes * 60_000_000_000 <= deadline) {
            Some(arriving) => {
                self.world.now = self.world.now.max(arriving.minutes * 60_000_000_000);
                self.world.event(said(arrival(&arriving)));
                true
            }
            None => self.world.one(),
        }
    }

    /// What an operator says at this moment.
    fn said_now(&self) -> Option<Event> {
        if let Some((record, event)) = &self.script.said
            && self.world.records.len() == *record
            && self.is_legal(event)
        {
            return Some(event.clone());
        }
        if self.world.status() == halted() && !self.was_said(|word| matches!(word, Word::Retry { address: None })) {
            return Some(said(Word::Retry { address: None }));
        }
        let settled = self
            .world
            .machine
            .owed()
            .iter()
            .map(|owed| Word::Settle { address: owed.address.clone(), verdict: Settlement::Done(Json::Null) });
        if let Status::Ended(..) = self.world.status() {
            return settled.map(said).find(|event| self.is_legal(event));
        }
        let answers = self.world.machine.waits().into_iter().filter_map(|wait| self.answer_to(&wait));
        answers.map(said).find(|event| self.is_legal(event))
    }

    fn is_legal(&self, event: &Event) -> bool {
        self.world.machine.clone().step(Timestamp(self.world.now), event.clone()).is_ok()
    }

    fn was_said(&self, is_it: impl Fn(&Word) -> bool) -> bool {
        self.times_said(is_it) > 0
    }

    fn times_said(&self, is_it: impl Fn(&Word) -> bool) -> usize {
        let is_it = |record: &&Record| matches!(&record.event, Event::Operator { word, .. } if is_it(word));
        self.world.records.iter().filter(is_it).count()
    }

    /// Whether its driver has left, and nothing is in flight any more.
    fn is_left(&self) -> bool {
        let last = |event: &Event| matches!(event, Event::Suspended | Event::Recovered);
        let last = self.world.records.iter().rev().map(|record| &record.event).find(|event| last(event));
        last == Some(&Event::Suspended) && !matches!(self.world.status(), Status::Ended(..))
    }

    fn answer_to(&self, wait: &Wait) -> Option<Word> {
        let address = wait.address.clone();
        let person = self.script.people.get(address.as_str());
        Some(match &wait.on {
            WaitOn::Settlement { expects, .. } => self.truth(address, expects),
            WaitOn::Compensation { .. } => self.help(address),
            // What is done after a phase can only be tried again, or the whole be given up.
            WaitOn::Measure { .. } if self.times_said(|word| matches!(word, Word::Retry { .. })) > 1 => Word::Cancel,
            WaitOn::Measure { .. } => Word::Retry { address: Some(address) },
            WaitOn::Paused { .. } => Word::Resume,
            WaitOn::Person { asking, options, .. } => match (person, asking) {
                (Some(Person::Silent), _) => return None,
                (Some(Person::Refuses), _) => Word::Refuse { address },
                (Some(Person::Chooses(option)), _) => Word::Choose { address, option: option.into() },
                (None, Asking::Decision) => Word::Choose { address, option: options.first()?.0.clone() },
                (None, Asking::Task) => Word::Done { value: self.reported(&address), address },
                (None, Asking::Approval) => Word::Approve { address, digest: None },
            },
            WaitOn::Effect { .. }
            | WaitOn::Time { .. }
            | WaitOn::Backoff { .. }
            | WaitOn::Hold { .. }
            | WaitOn::Event { .. } => return None,
        })
    }

    fn reported(&self, address: &Address) -> Json {
        self.case.world.tasks.get(address.as_str()).cloned().unwrap_or(Json::Null)
    }

    /// How an effect really ended.
    fn truth(&self, address: Address, expects: &str) -> Word {
        let known = self.world.remembers(&format!("test/{}", address.as_str()));
        let value = |output: &str| if expects.is_empty() { Json::Null } else { json!(output) };
        let verdict = known.map_or(Settlement::NotDone, |output| Settlement::Done(value(output)));
        Word::Settle { address, verdict }
    }

    /// A compensation that failed is tried once more, and then given up.
    fn help(&self, address: Address) -> Word {
        let retried = |word: &Word| matches!(word, Word::Retry { address: Some(at) } if *at == address);
        if self.was_said(retried) { Word::Waive { address } } else { Word::Retry { address: Some(address) } }
    }

    /// The next event that has not arrived yet.
    fn arriving(&self) -> Option<Arriving> {
        let known = |arriving: &Arriving| {
            self.was_said(|word| matches!(word, Word::Event { id, .. } if id.as_str() == arriving.id))
        };
        let lost = |arriving: &Arriving| self.script.people.get(&arriving.id) == Some(&Person::Silent);
        let coming = self.case.world.events.iter().filter(|arriving| !known(arriving) && !lost(arriving));
        let legal = coming.filter(|arriving| self.is_legal(&said(arrival(arriving))));
        legal.min_by_key(|arriving| arriving.minutes).cloned()
    }

    /// The process dies after `kept` records; of what is in flight the ones in `happens` do happen, by bits.
    pub fn crash(&mut self, kept: usize, happens: usize) {
        self.world.crash_where(Arc::clone(&self.case.program), kept, |place| happens >> (place % 16) & 1 == 1);
    }
}

fn halted() -> Status {
    Status::Ended(Ending::Halted, Json::Null)
}

fn arrival(arriving: &Arriving) -> Word {
    let Arriving { event, id, payload, minutes: _ } = arriving.clone();
    Word::Event { event: event.into(), id: id.into(), payload }
}

/// An operator says this.
pub fn said(word: Word) -> Event {
    Event::Operator { word, who: "test".into(), why: Some("because".into()) }
}

/// What is printed if everything goes well: what the world says, else the words themselves.
pub fn well(about: &About, words: &str) -> Answer {
    let first = words.split(' ').next().unwrap_or(words);
    let printed = about.answers.get(words).or_else(|| about.answers.get(first)).cloned();
    let printed = printed.unwrap_or_else(|| if first == "holds" { "true" } else { words }.to_owned());
    match (first, words.split_once(' '), about.changes.iter().find(|change| change.of == words)) {
        ("recall", Some((_, key)), _) => Answer::Recalls(key.to_owned()),
        ("did", Some((_, key)), _) => Answer::Confirms(key.to_owned()),
        (_, _, Some(change)) => Answer::Changes(printed, change.once.clone(), change.done, change.prints.clone()),
        _ => ok(printed),
    }
}
