//! Keeps all runs going: takes up what is due or spoken to and what nobody drives.
//!
//! A run is driven by a task of its own. One that waits only for people or events has none, and is taken up again when
//! something is said to it; so is one that another process lets go.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::{Id as TaskId, JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{log, metrics::InFlight, service::Service};
use crate::{
    machine::{Machine, Record, Status},
    run::{
        ActiveRun, Error, Left, RunInfo, Runner, Standing, Store, Wish,
        driver::now,
        lock::RunLock,
        store::{Pulse, RunId},
    },
};

/// How often one looks whether something was written.
const LOOK: Duration = Duration::from_millis(100);

/// How often one looks which runs are due that nobody drives.
const LOOK_FOR_DUE: Duration = Duration::from_secs(2);

/// When a run is tried again that could not be taken up, or whose journal could not be written.
const AGAIN: Duration = Duration::from_secs(30);

/// Keeps runs going.
pub struct Keeper {
    service: Arc<Service>,
    begun: mpsc::Receiver<ActiveRun>,
    tasks: JoinSet<Ended>,
    /// Those that are driven here, and by which task.
    driven: HashMap<RunId, TaskId>,
    /// Something may have been said to a run that was being left.
    look_at_words: bool,
    /// Those that could not be taken up: why, and when that was.
    failed: HashMap<RunId, (String, Instant)>,
}

/// A task that drove a run is over.
struct Ended {
    run: RunId,
    plan: String,
    left: Result<Left, Error>,
}

impl Keeper {
    /// A keeper of the runs of a service, which drives those that are begun.
    pub fn new(service: Arc<Service>, begun: mpsc::Receiver<ActiveRun>) -> Keeper {
        Keeper {
            service,
            begun,
            tasks: JoinSet::new(),
            driven: HashMap::new(),
            look_at_words: false,
            failed: HashMap::new(),
        }
    }

    /// Keeps the runs going until the process is asked to leave, and all of them are left.
    pub async fn keep(mut self) {
        let mut look = interval(LOOK);
        let mut look_for_due = interval(LOOK_FOR_DUE);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look_for_due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut control = self.service.control.clone();
        loop {
            tokio::select! {
                _ = control.beyond(Wish::GoOn) => break,
                Some(run) = self.begun.recv() => self.drive(run),
                Some(ended) = self.tasks.join_next_with_id() => self.ended(ended),
                () = self.service.look.notified() => self.look().await,
                _ = look.tick() => self.look().await,
                _ = look_for_due.tick() => self.take_up_all(due_or_spoken_to).await,
            }
        }
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.ended(ended);
        }
    }

    /// Takes up what was spoken to, if anything was written.
    async fn look(&mut self) {
        let Ok(pulse) = self.service.ask(|runner| runner.store().pulse()).await else { return };
        let before: Pulse = self.service.pulse.send_replace(pulse);
        if before.word != pulse.word || std::mem::take(&mut self.look_at_words) {
            self.take_up_all(spoken_to).await;
        }
    }

    async fn take_up_all(&mut self, which: impl Fn(&Runner) -> Result<Vec<RunInfo>, Error> + Send + 'static) {
        match self.service.ask(move |runner| which(runner)).await {
            Ok(runs) => runs.into_iter().for_each(|run| self.take_up(&run)),
            Err(problem) => log::line(format_args!("can't look at the runs: {}", problem.detail)),
        }
    }

    fn take_up(&mut self, info: &RunInfo) {
        let waits = self.failed.get(&info.id).is_some_and(|(_, at)| at.elapsed() < AGAIN);
        if waits || self.driven.contains_key(&info.id) {
            return;
        }
        if RunLock::holder(self.service.runner.folder(), &info.id).is_some() {
            // Nothing is wrong with that, and it is not told.
            return;
        }
        let taken_up = self.service.runner.take_up(info, &self.service.compile).and_then(|run| {
            // One that is over does nothing that could need them.
            if !info.standing.ended() {
                run.has_its_secrets()?;
            }
            Ok(run)
        });
        match taken_up {
            Ok(run) => {
                log::run(&info.id, &info.plan, "taken up");
                self.drive(run.only_hears());
            }
            Err(Error::Held { .. }) => {}
            Err(error) => self.could_not(&info.id, &info.plan, &error),
        }
    }

    fn drive(&mut self, run: ActiveRun) {
        let info = run.info().clone();
        let (id, service) = (info.id.clone(), Arc::clone(&self.service));
        let task = self.tasks.spawn(async move {
            let left = go(service, run).await;
            Ended { run: info.id, plan: info.plan.to_string(), left }
        });
        self.driven.insert(id, task.id());
        self.service.driven.store(self.driven.len(), Ordering::Relaxed);
    }

    fn ended(&mut self, ended: Result<(TaskId, Ended), JoinError>) {
        let Ended { run, plan, left } = match ended {
            Ok((_, ended)) => ended,
            Err(error) => match self.driven.iter().find(|(_, task)| **task == error.id()) {
                Some((run, _)) => {
                    let left = Err(Error::Bug(error.to_string()));
                    Ended { run: run.clone(), plan: String::new(), left }
                }
                None => return,
            },
        };
        self.driven.remove(&run);
        self.service.driven.store(self.driven.len(), Ordering::Relaxed);
        let left = match left {
            Ok(left) => left,
            Err(error) => return self.could_not(&run, &plan, &error),
        };
        self.failed.remove(&run);
        match left {
            Left::Ended(ending, value) => {
                if let Some(told) = &self.service.ended {
                    // Whoever has left wants to be told of nothing.
                    let _ = told.send(run.clone());
                }
                log::run(&run, &plan, Standing::from(&Status::Ended(ending, value)).as_str());
            }
            Left::Stuck(waits) | Left::Waiting(waits) | Left::Sleeping(_, waits) => {
                log::waits(&run, &plan, &waits);
                self.look_at_words = true;
            }
            Left::Asked => log::run(&run, &plan, "left: nothing is in flight"),
            Left::AskedTwice => log::run(&run, &plan, "stopped at once"),
            // Whoever said it is told why.
            Left::Refused(_) => {}
        }
    }

    /// The same failure is told once, and the run is tried again later.
    fn could_not(&mut self, run: &RunId, plan: &str, error: &Error) {
        let why = error.to_string();
        if self.failed.get(run).is_none_or(|(before, _)| *before != why) {
            log::run(run, plan, format_args!("can't go on: {why}"));
        }
        self.failed.insert(run.clone(), (why, Instant::now()));
    }
}

/// The runs that have words without an answer.
fn spoken_to(runner: &Runner) -> Result<Vec<RunInfo>, Error> {
    let runs = runner.store().spoken_to()?;
    Ok(runs.iter().map(|run| runner.store().info(run)).collect::<Result<_, _>>()?)
}

/// The runs that go on by themselves now, and those: a process that died has told nobody.
fn due_or_spoken_to(runner: &Runner) -> Result<Vec<RunInfo>, Error> {
    let mut runs = spoken_to(runner)?;
    runs.extend(runner.store().due(now())?);
    Ok(runs)
}

async fn go(service: Arc<Service>, run: ActiveRun) -> Result<Left, Error> {
    let mut in_flight = InFlight::new();
    let control = service.control.clone();
    let see = move |record: &Record, _: &Machine| {
        service.metrics.see(&mut in_flight, record);
        service.look.notify_one();
    };
    run.observe(see).go(control).await
}
