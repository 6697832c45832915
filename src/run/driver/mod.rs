//! The loop that drives one run: an event, one journal write, then what followed from it.
//!
//! Invariants: nothing is carried out before the record it follows from is durable; every effect that was started
//! is waited for; a command of a replayed record is never carried out. The only clock of a run is read here, and
//! its time never goes back.

pub mod bells;
mod clock;
pub mod control;
mod recovery;
mod snapshots;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value as Json;
use tokio::{
    task::{Id as TaskId, JoinSet},
    time::{sleep, timeout},
};

use bells::{Bell, Bells};
use clock::Clock;
use control::{Control, Wish};
pub use recovery::{Listener, Recovered, recover, replay, tell};
use snapshots::Snapshots;

use super::{
    effects::Effects,
    error::Error,
    store::{Append, RunId, Said, Standing, Store, WordId},
};
use crate::machine::{
    Command, EffectId, Ending, Event, Machine, Outcome, Publish, Record, Refused, Status, Step, Timestamp, Wait, Word,
};

/// How long one sleeps at most before looking at the clock again: it may be set, and machines are suspended.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What comes within these nanoseconds is waited for even by who does not wait.
const SOON: i64 = 10_000_000_000;

/// After so many effects that ended at once one listens for words, as one does while something is waited for.
const LISTENS_AFTER: u32 = 100;

/// How long one waits for effects to be gone that were ended by force.
const FORCE: Duration = Duration::from_secs(2);

/// How a driver came to leave its run.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// The run is over; with the plan's value.
    Ended(Ending, Json),
    /// A person is needed for this, and nothing else can go on.
    Stuck(Vec<Wait>),
    /// People are asked for this, and nothing else can go on before they answer.
    Waiting(Vec<Wait>),
    /// Nothing is left but waiting, and it was wished not to wait: until this moment it goes on with nothing.
    Sleeping(Timestamp, Vec<Wait>),
    /// It was asked to leave, and waited for what was in flight.
    Asked,
    /// It was asked to leave at once: how what was in flight ended is to be found out.
    AskedTwice,
    /// The word on whose behalf it took the run up was refused.
    Refused(Refused),
}

/// Drives one run.
pub struct Driver<E> {
    run: RunId,
    store: Arc<dyn Store>,
    machine: Machine,
    effects: Arc<E>,
    control: Control,
    observer: Observer,
    bell: Bell,
    in_flight: JoinSet<Outcome>,
    /// Effects that ended as soon as they began, and were not taken up yet.
    at_once: VecDeque<(EffectId, Outcome)>,
    /// How many of them were taken up since one listened for words.
    unheard: u32,
    effect_of: HashMap<TaskId, EffectId>,
    written: u64,
    snapshots: Snapshots,
    clock: Clock,
    on_behalf_of: Option<WordId>,
    only_hears: bool,
    waits: bool,
    refused: Option<Refused>,
}

/// Is shown every record once it is durable, and the machine as it stands then.
pub type Observer = Box<dyn FnMut(&Record, &Machine) + Send>;

impl<E: Effects> Driver<E> {
    /// A driver of `run`, whose program `machine` has.
    pub fn new(run: RunId, store: Arc<dyn Store>, machine: Machine, effects: Arc<E>) -> Driver<E> {
        let bells = Bells::new(Arc::clone(&store));
        Driver {
            bell: bells.bell(&run),
            run,
            store,
            machine,
            effects,
            control: Control::none(),
            observer: Box::new(|_, _| ()),
            in_flight: JoinSet::new(),
            at_once: VecDeque::new(),
            unheard: 0,
            effect_of: HashMap::new(),
            written: 0,
            snapshots: Snapshots::default(),
            clock: Clock::at(Timestamp::default()),
            on_behalf_of: None,
            only_hears: false,
            waits: true,
            refused: None,
        }
    }

    /// Listens to `control`.
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// Shows every new record to `observer`, once it is durable, and the machine as it stands then.
    pub fn observe(mut self, observer: impl FnMut(&Record, &Machine) + Send + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// Shares its look for words with the other drivers of its store.
    pub fn listen(mut self, bells: &Arc<Bells>) -> Self {
        self.bell = bells.bell(&self.run);
        self
    }

    /// Leaves if this word is refused: the run was only taken up to hear it.
    pub fn on_behalf_of(mut self, word: WordId) -> Self {
        self.on_behalf_of = Some(word);
        self
    }

    /// Leaves if all that was said to the run is refused, and it is not due: it was only taken up to hear that.
    pub fn only_hears(mut self) -> Self {
        self.only_hears = true;
        self
    }

    /// Leaves where nothing is left but waiting for a moment. It stays for what comes within ten seconds, and while
    /// something is being watched.
    pub fn no_wait(mut self) -> Self {
        self.waits = false;
        self
    }

    /// Begins the run, or takes it up where its journal ends, and drives it.
    ///
    /// # Errors
    /// Its journal can't be read or written, or does not fit its program. What was saved before is whole.
    pub fn go(self) -> impl Future<Output = Result<Left, Error>> + Send {
        // A future has room twice for what it is given, and there may be very many runs that only wait.
        let mut driver = Box::new(self);
        async move {
            if let Some(refused) = driver.begin().await? {
                return Ok(Left::Refused(refused));
            }
            driver.drive().await
        }
    }

    /// Begins the run, or takes it up; a run that was only taken up for a word that is refused is left as it was.
    async fn begin(&mut self) -> Result<Option<Refused>, Error> {
        self.recover()?;
        if let Some(refused) = self.refused_before()? {
            return Ok(Some(refused));
        }
        let marks = |source| Error::Files { doing: "stop what is left of", path: self.run.as_str().into(), source };
        self.effects.stop_survivors().await.map_err(marks)?;
        if self.written == 0 {
            let beginning = self.store.beginning(&self.run)?;
            let beginning = beginning.ok_or_else(|| Error::NeverBegan { run: self.run.clone() })?;
            self.step(beginning, None).await?;
        } else if self.goes_on()? {
            self.hear_who_ends_it().await?;
            self.step(Event::Recovered, None).await?;
        }
        Ok(None)
    }

    /// Refuses what was said to the run, if it was only taken up to hear it and all of it would be refused: then
    /// nothing is left of it, not even that somebody took the run up.
    fn refused_before(&mut self) -> Result<Option<Refused>, Error> {
        let goes_on_by_itself = self.machine.due().is_some_and(|due| due <= self.now());
        let only_hears = self.on_behalf_of.is_some() || self.only_hears && !goes_on_by_itself;
        if self.written == 0 || !only_hears {
            return Ok(None);
        }
        let Some(all) = self.would_refuse()? else { return Ok(None) };
        for (word, refused) in &all {
            self.store.refuse(*word, refused.clone())?;
        }
        let own = all.iter().find(|(word, _)| Some(*word) == self.on_behalf_of);
        Ok(own.or(all.last()).map(|(_, refused)| refused.clone()))
    }

    /// The words that were said, if the run would refuse them all once it is taken up.
    fn would_refuse(&self) -> Result<Option<Vec<(WordId, Refused)>>, Error> {
        let unanswered = self.store.unanswered(&self.run)?;
        let (mut tried, at) = (self.machine.clone(), self.now());
        if unanswered.is_empty() || self.goes_on()? && tried.step(at, Event::Recovered).is_err() {
            return Ok(None);
        }
        let mut all = Vec::new();
        for (word, said) in unanswered {
            match tried.step(at, Event::Operator { word: said.word, who: said.who, why: said.why }) {
                Ok(_) => return Ok(None),
                Err(refused) => all.push((word, refused)),
            }
        }
        Ok(Some(all))
    }

    /// To where its journal ends.
    fn recover(&mut self) -> Result<(), Error> {
        let info = self.store.info(&self.run)?;
        let recovered = recover(&self.machine, &*self.store, &info)?;
        (self.machine, self.written) = (recovered.machine, recovered.entries);
        self.clock = Clock::at(recovered.last);
        self.snapshots.taken_up(recovered.replayed);
        Ok(())
    }

    /// Whether there is anything to recover: a run that is over for good only answers.
    fn goes_on(&self) -> Result<bool, Error> {
        Ok(match self.machine.status() {
            Status::Ended(Ending::Halted, _) => !self.store.unanswered(&self.run)?.is_empty(),
            Status::Ended(..) => false,
            Status::New | Status::Running | Status::Waiting | Status::Paused | Status::Unwinding | Status::Stuck => {
                true
            }
        })
    }

    /// Who cancels or kills a run that nobody drives wants nothing new to be started: that is heard before it goes on.
    async fn hear_who_ends_it(&mut self) -> Result<(), Error> {
        let ends_it = |word: &Word| matches!(word, Word::Cancel | Word::Kill);
        if self.store.unanswered(&self.run)?.iter().any(|(_, said)| ends_it(&said.word)) {
            // A machine that is suspended takes the word and starts nothing: the way back begins when it is recovered,
            // with what was in flight. After a crash nobody has suspended it yet.
            self.begin_to_leave(Wish::Leave).await?;
            self.hear(ends_it).await?;
        }
        Ok(())
    }

    async fn drive(&mut self) -> Result<Left, Error> {
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
        let mut wish = Wish::GoOn;
        self.hear(|_| true).await?;
        loop {
            self.catch_up().await?;
            if let Some(left) = self.leaves(wish) {
                return Ok(left);
            }
            if self.refused.is_some() && wish == Wish::GoOn {
                wish = Wish::Leave;
                self.begin_to_leave(wish).await?;
            }
            match self.happens(wish).await? {
                Happened::Wished(more) => {
                    wish = more;
                    self.begin_to_leave(wish).await?;
                }
                Happened::Ended(effect, outcome) => drop(self.step(Event::Outcome { effect, outcome }, None).await?),
                Happened::TimePassed => {}
                Happened::Rang => self.hear(|_| true).await?,
            }
        }
    }

    /// Waits for what happens next.
    async fn happens(&mut self, wish: Wish) -> Result<Happened, Error> {
        if let Some(happened) = self.happened_at_once(wish) {
            return Ok(happened);
        }
        let until_deadline = self.until_deadline();
        tokio::select! {
            biased;
            more = self.control.beyond(wish) => Ok(Happened::Wished(more)),
            Some(ended) = self.in_flight.join_next_with_id() => {
                let (task, outcome) = ended.unwrap_or_else(|error| (error.id(), lost(&error)));
                let effect = self.effect_of.remove(&task);
                let effect = effect.ok_or_else(|| Error::Bug("an effect ended that was not started".to_owned()))?;
                Ok(Happened::Ended(effect, outcome))
            }
            () = sleep(until_deadline) => Ok(Happened::TimePassed),
            rang = self.bell.rung() => Ok(rang.map(|()| Happened::Rang)?),
        }
    }

    /// What ended at once is taken up before anything is waited for; now and then one listens for words all the same.
    fn happened_at_once(&mut self, wish: Wish) -> Option<Happened> {
        if self.at_once.is_empty() || self.control.wish() > wish {
            return None;
        }
        self.unheard += 1;
        if self.unheard == LISTENS_AFTER {
            self.unheard = 0;
            return Some(Happened::Rang);
        }
        self.at_once.pop_front().map(|(effect, outcome)| Happened::Ended(effect, outcome))
    }

    /// Feeds the moments that have come.
    async fn catch_up(&mut self) -> Result<(), Error> {
        while let Some(deadline) = self.machine.next_deadline().filter(|deadline| *deadline <= self.now()) {
            let changed = self.step(Event::Time, None).await?;
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
        if !self.in_flight.is_empty() || !self.at_once.is_empty() {
            return None;
        }
        if let Some(refused) = self.refused.take() {
            return Some(Left::Refused(refused));
        }
        match self.machine.status() {
            Status::Ended(ending, value) => Some(Left::Ended(ending, value)),
            _ if wish == Wish::Leave => Some(Left::Asked),
            Status::Stuck if self.machine.next_deadline().is_none() => Some(Left::Stuck(self.machine.waits())),
            Status::Waiting | Status::Paused if self.machine.next_change().is_none() => {
                Some(Left::Waiting(self.machine.waits()))
            }
            Status::Waiting | Status::Paused | Status::Unwinding | Status::Stuck if !self.waits => {
                let until = self.machine.next_change().filter(|_| !self.machine.is_watching())?;
                (until.since(self.now()) > SOON).then(|| Left::Sleeping(until, self.machine.waits()))
            }
            Status::New | Status::Running | Status::Waiting | Status::Paused | Status::Unwinding | Status::Stuck => {
                None
            }
        }
    }

    async fn begin_to_leave(&mut self, wish: Wish) -> Result<(), Error> {
        match wish {
            Wish::GoOn => {}
            Wish::Leave if matches!(self.machine.status(), Status::Ended(..)) => {}
            Wish::Leave => {
                self.step(Event::Suspended, None).await?;
            }
            Wish::LeaveAtOnce => self.effects.stop_all_at_once(),
        }
        Ok(())
    }

    /// Takes up those words of operators that are `meant`.
    async fn hear(&mut self, meant: impl Fn(&Word) -> bool) -> Result<(), Error> {
        let unanswered = self.store.unanswered(&self.run)?;
        for (id, said) in unanswered.into_iter().filter(|(_, said)| meant(&said.word)) {
            let event = Event::Operator { word: said.word, who: said.who, why: said.why };
            let at = self.now();
            match self.machine.step(at, event.clone()) {
                Ok(step) => self.write(at, event, step, Some(id)).await?,
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

    /// Gives an event to the machine; whether anything followed from it.
    async fn step(&mut self, event: Event, accepted: Option<WordId>) -> Result<bool, Error> {
        let at = self.now();
        let step = self.machine.step(at, event.clone());
        let step = step.map_err(|refused| Error::Bug(format!("only operators can be refused: {refused}")))?;
        let changed = !step.entries.is_empty() || !step.commands.is_empty();
        self.write(at, event, step, accepted).await?;
        Ok(changed)
    }

    /// Makes a step durable, then carries out what followed from it.
    async fn write(&mut self, at: Timestamp, event: Event, step: Step, accepted: Option<WordId>) -> Result<(), Error> {
        let record = Record { at, event, then: step.entries };
        let standing = Standing::from(&self.machine.status());
        let number = self.written + 1;
        let published: Vec<Said> = step.commands.iter().filter_map(|command| self.published(at, command)).collect();
        let due = self.machine.due();
        let snapshot = self.snapshots.next(&self.machine);
        let snapshot = snapshot.as_deref();
        let append = Append { number, record: &record, standing, due, accepted, published: &published, snapshot };
        self.store.append(&self.run, append).await?;
        (self.written, self.clock) = (number, Clock::at(at));
        (self.observer)(&record, &self.machine);
        if !published.is_empty() {
            self.bell.bells().ring_those_spoken_to()?;
        }
        for command in step.commands {
            self.carry_out(command).await;
        }
        Ok(())
    }

    async fn carry_out(&mut self, command: Command) {
        match command {
            Command::Perform(perform) => {
                let effect = perform.effect;
                match begun(Box::pin(Arc::clone(&self.effects).perform(perform))).await {
                    Begun::Ended(outcome) => self.at_once.push_back((effect, outcome)),
                    Begun::Goes(doing) => {
                        let task = self.in_flight.spawn(doing);
                        self.effect_of.insert(task.id(), effect);
                    }
                }
            }
            Command::Stop(effect) => self.effects.stop(effect),
            // It was saved with the record.
            Command::Publish(_) => {}
        }
    }

    /// What every other run of the store that is not over is told.
    fn published(&self, at: Timestamp, command: &Command) -> Option<Said> {
        let Command::Publish(Publish { event, id, payload }) = command else { return None };
        let word = Word::Event { event: event.clone(), id: id.clone(), payload: payload.clone() };
        Some(Said { word, who: self.run.to_string(), why: None, at })
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
        self.clock.now()
    }
}

/// What a driver waits for.
enum Happened {
    /// It is wished to leave.
    Wished(Wish),
    /// An effect ended.
    Ended(EffectId, Outcome),
    /// A moment came, or may have.
    TimePassed,
    /// An operator may have spoken.
    Rang,
}

/// An effect that was begun.
enum Begun<F> {
    /// It has ended.
    Ended(Outcome),
    /// It goes on.
    Goes(F),
}

/// Begins an effect. What ends at once, as a provider of this process may, needs no task of its own.
async fn begun<F: Future<Output = Outcome> + Unpin>(mut doing: F) -> Begun<F> {
    let looked = poll_fn(|context| {
        // A panic in an effect is no panic of its run, wherever it happens.
        let looked = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut doing).poll(context)));
        Poll::Ready(looked.unwrap_or_else(|_| Poll::Ready(lost(&"it panicked"))))
    });
    match looked.await {
        Poll::Ready(outcome) => Begun::Ended(outcome),
        Poll::Pending => Begun::Goes(doing),
    }
}

fn lost(why: &dyn fmt::Display) -> Outcome {
    Outcome::Unknown { reason: format!("orch lost sight of it: {why}"), printed: String::new() }
}

/// This moment, by the clock of this machine.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
