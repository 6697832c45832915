//! The loop that drives one run: an event, one journal write, then what followed from it.
//!
//! Invariants: nothing is carried out before the record it follows from is durable; every effect that was started
//! is waited for; a command of a replayed record is never carried out. The only clock of a run is read here, and
//! its time never goes back.

pub mod control;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value as Json;
use tokio::{
    task::{Id as TaskId, JoinSet},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use control::{Control, Wish};

use super::{
    effects::Effects,
    error::Error,
    store::{Append, RunId, RunInfo, Said, Standing, Store, WordId},
};
use crate::machine::{
    Command, EffectId, Ending, Event, Machine, Outcome, Publish, Record, Refused, Status, Step, Timestamp, Wait, Word,
};

/// How often one looks whether an operator has left a word from another process.
const LISTEN: Duration = Duration::from_millis(200);

/// How long one sleeps at most before looking at the clock again: it may be set, and machines are suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// How long one waits for effects to be gone that were ended by force.
const FORCE: Duration = Duration::from_secs(2);

/// How many records are read at a time.
const PAGE: usize = 1000;

/// How a driver came to leave its run.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// The run is over; with the plan's value.
    Ended(Ending, Json),
    /// A person is needed for this, and nothing else can go on.
    Stuck(Vec<Wait>),
    /// People are asked for this, and nothing else can go on before they answer.
    Waiting(Vec<Wait>),
    /// It was asked to leave, and waited for what was in flight.
    Asked,
    /// It was asked to leave at once: how what was in flight ended is to be found out.
    AskedTwice,
    /// The word on whose behalf it took the run up was refused.
    Refused(Refused),
}

/// Drives one run.
pub struct Driver<'a, E> {
    run: RunId,
    store: &'a mut dyn Store,
    machine: Machine,
    effects: Arc<E>,
    control: Control,
    observer: Observer<'a>,
    in_flight: JoinSet<Outcome>,
    effect_of: HashMap<TaskId, EffectId>,
    written: u64,
    last: Timestamp,
    standing: Standing,
    on_behalf_of: Option<WordId>,
    refused: Option<Refused>,
}

/// Is shown every record once it is durable.
pub type Observer<'a> = Box<dyn FnMut(&Record) + 'a>;

impl<'a, E: Effects> Driver<'a, E> {
    /// A driver of `run`, whose program `machine` has.
    pub fn new(run: RunId, store: &'a mut dyn Store, machine: Machine, effects: Arc<E>) -> Driver<'a, E> {
        Driver {
            run,
            store,
            machine,
            effects,
            control: Control::none(),
            observer: Box::new(|_| ()),
            in_flight: JoinSet::new(),
            effect_of: HashMap::new(),
            written: 0,
            last: Timestamp::default(),
            standing: Standing::New,
            on_behalf_of: None,
            refused: None,
        }
    }

    /// Listens to `control`.
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// Shows every new record to `observer`, once it is durable.
    pub fn observe(mut self, observer: impl FnMut(&Record) + 'a) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// Leaves if this word is refused: the run was only taken up to hear it.
    pub fn on_behalf_of(mut self, word: WordId) -> Self {
        self.on_behalf_of = Some(word);
        self
    }

    /// Starts the run with `event`, which is an [`Event::Started`], and drives it.
    pub async fn start(mut self, event: Event) -> Result<Left, Error> {
        self.step(event, None)?;
        self.drive().await
    }

    /// Takes the run up where its journal ends, and drives it.
    pub async fn take_up(mut self, info: &RunInfo) -> Result<Left, Error> {
        self.written = replay(&mut self.machine, &*self.store, info, |record| self.last = record.at)?;
        if self.written == 0 {
            return Err(Error::NeverBegan { run: self.run });
        }
        self.standing = Standing::from(&self.machine.status());
        let marks = |source| Error::Files { doing: "stop what is left of", path: self.run.as_str().into(), source };
        self.effects.stop_survivors().await.map_err(marks)?;
        if self.goes_on()? {
            self.hear_who_cancelled()?;
            self.step(Event::Recovered, None)?;
        }
        self.drive().await
    }

    /// Whether there is anything to recover: a run that is over for good only answers.
    fn goes_on(&self) -> Result<bool, Error> {
        Ok(match self.machine.status() {
            Status::Ended(Ending::Halted, _) => !self.store.unanswered(&self.run)?.is_empty(),
            Status::Ended(..) => false,
            _ => true,
        })
    }

    /// Who cancelled a run that nobody drives wants nothing new to be started: that is heard before the run goes on.
    fn hear_who_cancelled(&mut self) -> Result<(), Error> {
        let is_cancel = |word: &Word| *word == Word::Cancel;
        if self.store.unanswered(&self.run)?.iter().any(|(_, said)| is_cancel(&said.word)) {
            // A machine that is suspended takes the word and starts nothing: the way back begins when it is recovered,
            // with what was in flight. After a crash nobody has suspended it yet.
            self.begin_to_leave(Wish::Leave)?;
            self.hear(is_cancel)?;
        }
        Ok(())
    }

    async fn drive(mut self) -> Result<Left, Error> {
        let left = self.run_loop().await;
        match left {
            Err(_) => self.let_go().await,
            // They were ended by force, which takes a moment to be seen to.
            Ok(Left::AskedTwice) => drop(timeout(FORCE, self.drained()).await),
            Ok(_) => {}
        }
        left
    }

    async fn run_loop(&mut self) -> Result<Left, Error> {
        let mut listen = interval(LISTEN);
        listen.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut wish = Wish::GoOn;
        self.hear(|_| true)?;
        loop {
            self.catch_up()?;
            if let Some(left) = self.leaves(wish) {
                return Ok(left);
            }
            if self.refused.is_some() && wish == Wish::GoOn {
                wish = Wish::Leave;
                self.begin_to_leave(wish)?;
            }
            let until_deadline = self.until_deadline();
            tokio::select! {
                biased;
                more = self.control.beyond(wish) => {
                    wish = more;
                    self.begin_to_leave(wish)?;
                }
                Some(ended) = self.in_flight.join_next_with_id() => self.ended(ended)?,
                () = sleep(until_deadline) => {}
                _ = listen.tick() => {
                    if self.store.changed()? {
                        self.hear(|_| true)?;
                    }
                }
            }
        }
    }

    /// Feeds the moments that have come.
    fn catch_up(&mut self) -> Result<(), Error> {
        while let Some(deadline) = self.machine.next_deadline().filter(|deadline| *deadline <= self.now()) {
            let changed = self.step(Event::Time, None)?;
            if !changed && self.machine.next_deadline() == Some(deadline) {
                return Err(Error::Bug("the machine waits for a moment and does nothing when it comes".to_owned()));
            }
        }
        Ok(())
    }

    fn leaves(&mut self, wish: Wish) -> Option<Left> {
        if wish == Wish::LeaveAtOnce {
            return Some(Left::AskedTwice);
        }
        if !self.in_flight.is_empty() {
            return None;
        }
        if let Some(refused) = self.refused.take() {
            return Some(Left::Refused(refused));
        }
        match self.machine.status() {
            Status::Ended(ending, value) => Some(Left::Ended(ending, value)),
            _ if wish == Wish::Leave => Some(Left::Asked),
            Status::Stuck if self.machine.next_deadline().is_none() => Some(Left::Stuck(self.machine.waits())),
            Status::Waiting | Status::Paused if self.machine.next_deadline().is_none() => {
                Some(Left::Waiting(self.machine.waits()))
            }
            Status::New | Status::Running | Status::Waiting | Status::Paused | Status::Unwinding | Status::Stuck => {
                None
            }
        }
    }

    fn begin_to_leave(&mut self, wish: Wish) -> Result<(), Error> {
        match wish {
            Wish::GoOn => {}
            Wish::Leave if matches!(self.machine.status(), Status::Ended(..)) => {}
            Wish::Leave => {
                self.step(Event::Suspended, None)?;
            }
            Wish::LeaveAtOnce => self.effects.stop_all_at_once(),
        }
        Ok(())
    }

    /// Takes up those words of operators that are `meant`.
    fn hear(&mut self, meant: impl Fn(&Word) -> bool) -> Result<(), Error> {
        let unanswered = self.store.unanswered(&self.run)?;
        for (id, said) in unanswered.into_iter().filter(|(_, said)| meant(&said.word)) {
            let event = Event::Operator { word: said.word, who: said.who, why: said.why };
            let at = self.now();
            match self.machine.step(at, event.clone()) {
                Ok(step) => self.write(at, event, step, Some(id))?,
                Err(refused) => {
                    self.store.refuse(id, refused.clone())?;
                    if self.on_behalf_of == Some(id) {
                        self.refused = Some(refused);
                    }
                }
            }
        }
        Ok(())
    }

    fn ended(&mut self, ended: Result<(TaskId, Outcome), tokio::task::JoinError>) -> Result<(), Error> {
        let (task, outcome) = ended.unwrap_or_else(|error| {
            let reason = format!("orch lost sight of it: {error}");
            (error.id(), Outcome::Unknown { reason, printed: String::new() })
        });
        let Some(effect) = self.effect_of.remove(&task) else {
            return Err(Error::Bug("an effect ended that was not started".to_owned()));
        };
        self.step(Event::Outcome { effect, outcome }, None)?;
        Ok(())
    }

    /// Gives an event to the machine; whether anything followed from it.
    fn step(&mut self, event: Event, accepted: Option<WordId>) -> Result<bool, Error> {
        let at = self.now();
        let step = self.machine.step(at, event.clone());
        let step = step.map_err(|refused| Error::Bug(format!("only operators can be refused: {refused}")))?;
        let changed = !step.entries.is_empty() || !step.commands.is_empty();
        self.write(at, event, step, accepted)?;
        Ok(changed)
    }

    /// Makes a step durable, then carries out what followed from it.
    fn write(&mut self, at: Timestamp, event: Event, step: Step, accepted: Option<WordId>) -> Result<(), Error> {
        let record = Record { at, event, then: step.entries };
        let standing = Standing::from(&self.machine.status());
        let changed = (standing != self.standing).then_some(standing);
        let number = self.written + 1;
        self.store.append(&self.run, Append { number, record: &record, standing: changed, accepted })?;
        (self.written, self.last, self.standing) = (number, at, standing);
        (self.observer)(&record);
        step.commands.into_iter().try_for_each(|command| self.carry_out(command))
    }

    fn carry_out(&mut self, command: Command) -> Result<(), Error> {
        match command {
            Command::Perform(perform) => {
                let effect = perform.effect;
                let task = self.in_flight.spawn(Arc::clone(&self.effects).perform(perform));
                self.effect_of.insert(task.id(), effect);
            }
            Command::Stop(effect) => self.effects.stop(effect),
            Command::Publish(event) => self.publish(event)?,
        }
        Ok(())
    }

    /// Tells every other run of the store that is not over of an event.
    fn publish(&mut self, event: Publish) -> Result<(), Error> {
        let Publish { event, id, payload } = event;
        let said =
            Said { word: Word::Event { event, id, payload }, who: self.run.to_string(), why: None, at: self.last };
        for run in self.store.runs()? {
            if run.id != self.run && !run.standing.ended() {
                self.store.say(&run.id, &said)?;
            }
        }
        Ok(())
    }

    /// The journal can't be written any more: what is in flight is asked to stop, and waited for.
    async fn let_go(&mut self) {
        for effect in self.effect_of.values() {
            self.effects.stop(*effect);
        }
        self.drained().await;
    }

    async fn drained(&mut self) {
        while self.in_flight.join_next().await.is_some() {}
    }

    fn until_deadline(&self) -> Duration {
        let left = self.machine.next_deadline().map(|deadline| deadline.since(self.now()));
        left.map_or(LONGEST_SLEEP, |left| Duration::from_nanos(left.unsigned_abs()).min(LONGEST_SLEEP))
    }

    fn now(&self) -> Timestamp {
        now().max(self.last)
    }
}

/// Feeds the journal of a run to a machine of its program; gives how many records there are.
pub fn replay(
    machine: &mut Machine,
    store: &dyn Store,
    info: &RunInfo,
    mut seen: impl FnMut(&Record),
) -> Result<u64, Error> {
    let mut written = 0;
    loop {
        let records = store.records(&info.id, written + 1, PAGE)?;
        for record in &records {
            written += 1;
            machine.replay(record).map_err(|mismatch| Error::Mismatch {
                run: info.id.clone(),
                entry: written,
                why: mismatch.to_string(),
                orch: info.orch.clone(),
            })?;
            seen(record);
        }
        if records.len() < PAGE {
            return Ok(written);
        }
    }
}

/// This moment, by the clock of this machine.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
