//! Who saves together: what several drivers have to save goes into one commit.
//!
//! There is no thread for it. Whoever has something to save first lets the others have their turn, and then one of
//! them saves what all of them brought meanwhile. A run that goes on alone so pays for a commit and nothing else, and
//! hundreds share one. While one saves, the others go on and bring what the next one will save.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::super::super::error::StoreError;

/// How many are saved together at most. If more were, all runs would wait for one thread that saves, and then it for
/// them; so some go on while others are saved. A commit of so many costs each of them about a microsecond of the disk.
const TOGETHER: usize = 256;

/// How often one saves in a row before another does. What is needed to save stays in the caches of one core so, and the
/// others have theirs for the runs; but the run of who saves waits meanwhile.
const IN_A_ROW: usize = 64;

/// How something that was brought was saved.
pub type Saved = Result<(), StoreError>;

/// What saves.
pub trait Save<J>: Send + Sync {
    /// Saves all of them in one commit if it can, and says of each whether it is durable.
    fn save(&self, jobs: &[&J]) -> Vec<Saved>;
}

/// What waits to be saved.
pub struct Together<J, S> {
    saver: S,
    line: Mutex<Line<J>>,
}

struct Line<J> {
    waiting: VecDeque<Arc<Ticket<J>>>,
    /// Whether somebody is saving.
    busy: bool,
}

/// What one of them waits with.
struct Ticket<J> {
    /// What is to be saved. Who brought it lets go of it, too: memory goes back to the thread it came from.
    job: J,
    turn: Mutex<Turn>,
}

#[derive(Default)]
struct Turn {
    waker: Option<Waker>,
    saved: Option<Saved>,
}

impl<J, S: Save<J>> Together<J, S> {
    /// Nothing waits yet.
    pub fn new(saver: S) -> Together<J, S> {
        Together { saver, line: Mutex::new(Line { waiting: VecDeque::new(), busy: false }) }
    }

    /// What saves.
    pub fn saver(&self) -> &S {
        &self.saver
    }

    /// Brings something; it is saved when the future is polled, together with what others brought.
    pub fn bring(self: &Arc<Self>, job: J) -> Brought<J, S> {
        let ticket = Arc::new(Ticket { job, turn: Mutex::default() });
        self.line().waiting.push_back(Arc::clone(&ticket));
        Brought { together: Arc::clone(self), ticket, gave_way: false, over: false }
    }

    fn line(&self) -> MutexGuard<'_, Line<J>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody saves now. Who is in line is woken when that is over.
    fn is_busy(&self) -> bool {
        self.line().busy
    }

    /// Saves what waits, and what comes meanwhile, unless somebody else does.
    fn lead(&self) {
        let mut line = self.line();
        if line.busy {
            return;
        }
        for _ in 0..IN_A_ROW {
            if line.waiting.is_empty() {
                return;
            }
            let batch = line.take_batch();
            line.busy = true;
            drop(line);
            self.save(batch);
            line = self.line();
            line.busy = false;
        }
        let next = line.waiting.front().cloned();
        drop(line);
        next.iter().for_each(|ticket| ticket.wake());
    }

    fn save(&self, batch: Vec<Arc<Ticket<J>>>) {
        let jobs: Vec<&J> = batch.iter().map(|ticket| &ticket.job).collect();
        let saved = self.saver.save(&jobs);
        batch.into_iter().zip(saved).for_each(|(ticket, saved)| ticket.answer(saved));
    }

    /// Takes back what has not been saved yet.
    fn leave(&self, ticket: &Arc<Ticket<J>>) {
        let mut line = self.line();
        line.waiting.retain(|other| !Arc::ptr_eq(other, ticket));
        let next = line.waiting.front().filter(|_| !line.busy).cloned();
        drop(line);
        next.iter().for_each(|ticket| ticket.wake());
    }
}

impl<J> Line<J> {
    /// What is saved together next.
    fn take_batch(&mut self) -> Vec<Arc<Ticket<J>>> {
        let together = self.waiting.len().min(TOGETHER);
        self.waiting.drain(..together).collect()
    }
}

impl<J> Ticket<J> {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(self: Arc<Self>, saved: Saved) {
        let waker = {
            let mut turn = self.turn();
            turn.saved = Some(saved);
            turn.waker.take()
        };
        drop(self);
        waker.into_iter().for_each(Waker::wake);
    }

    fn wake(&self) {
        let waker = self.turn().waker.take();
        waker.into_iter().for_each(Waker::wake);
    }

    /// How it was saved, or whom to wake when it is.
    fn ask(&self, context: &Context<'_>) -> Option<Saved> {
        let mut turn = self.turn();
        let knows = turn.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker()));
        if turn.saved.is_none() && !knows {
            turn.waker = Some(context.waker().clone());
        }
        turn.saved.take()
    }
}

/// Something that was brought: resolves once it is saved, or can't be.
pub struct Brought<J, S: Save<J>> {
    together: Arc<Together<J, S>>,
    ticket: Arc<Ticket<J>>,
    gave_way: bool,
    over: bool,
}

impl<J, S: Save<J>> Brought<J, S> {
    fn ask(&mut self, context: &Context<'_>) -> Poll<Saved> {
        let saved = self.ticket.ask(context);
        self.over = saved.is_some();
        saved.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<J, S: Save<J>> Future for Brought<J, S> {
    type Output = Saved;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Saved> {
        if let Poll::Ready(saved) = self.ask(context) {
            return Poll::Ready(saved);
        }
        if !std::mem::replace(&mut self.gave_way, true) {
            if !self.together.is_busy() {
                context.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        self.together.lead();
        self.ask(context)
    }
}

impl<J, S: Save<J>> Drop for Brought<J, S> {
    fn drop(&mut self) {
        if !self.over {
            self.together.leave(&self.ticket);
        }
    }
}
