//! Who is told that an operator has spoken: one look at the store for all runs that a process drives.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turns, Notify},
    time::{Instant, sleep_until},
};

use crate::run::{
    error::StoreError,
    store::{RunId, Store},
};

/// How often one looks whether an operator has left a word from another process.
const LISTEN: Duration = Duration::from_millis(200);

/// One for each run that this process drives.
pub struct Bells {
    store: Arc<dyn Store>,
    driven: Mutex<HashMap<RunId, Arc<Notify>>>,
    /// When one looks next. Whoever has the turn looks for all.
    next: Turns<Instant>,
}

impl Bells {
    /// For drivers of runs in `store`.
    pub fn new(store: Arc<dyn Store>) -> Arc<Bells> {
        Arc::new(Bells { store, driven: Mutex::default(), next: Turns::new(Instant::now()) })
    }

    /// A word may have been left for `run`: its driver takes it up now, if it is in this process.
    pub fn ring(&self, run: &RunId) {
        let bell = self.driven().get(run).cloned();
        bell.iter().for_each(|bell| bell.notify_one());
    }

    /// The same for every run that has words without an answer.
    pub fn ring_those_spoken_to(&self) -> Result<(), StoreError> {
        self.store.spoken_to()?.iter().for_each(|run| self.ring(run));
        Ok(())
    }

    pub(super) fn bell(self: &Arc<Self>, run: &RunId) -> Bell {
        let rings = Arc::new(Notify::new());
        self.driven().insert(run.clone(), Arc::clone(&rings));
        Bell { bells: Arc::clone(self), run: run.clone(), rings }
    }

    fn driven(&self) -> MutexGuard<'_, HashMap<RunId, Arc<Notify>>> {
        self.driven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for all, as long as it is waited for; others wait for the turn. Only a failure ends it.
    async fn watch(&self) -> StoreError {
        let mut next = self.next.lock().await;
        loop {
            sleep_until(*next).await;
            *next = Instant::now() + LISTEN;
            let rung =
                self.store.changed().and_then(|changed| if changed { self.ring_those_spoken_to() } else { Ok(()) });
            if let Err(failed) = rung {
                return failed;
            }
        }
    }
}

/// The bell of one run.
pub(super) struct Bell {
    bells: Arc<Bells>,
    run: RunId,
    rings: Arc<Notify>,
}

impl Bell {
    /// Waits until a word may have been left.
    pub(super) async fn rung(&self) -> Result<(), StoreError> {
        tokio::select! {
            biased;
            () = self.rings.notified() => Ok(()),
            failed = self.bells.watch() => Err(failed),
        }
    }

    /// The bells of all runs.
    pub(super) fn bells(&self) -> &Bells {
        &self.bells
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.bells.driven().remove(&self.run);
    }
}
