//! Who saves together: what several drivers have to save goes into one commit.
//!
//! There is no thread for it. Whoever has something to save first lets the others have their turn, and then one of
//! them saves what all of them brought meanwhile. A run that goes on alone so pays for a commit and nothing else, and
//! a thousand runs share one.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::super::super::error::StoreError;

/// How something that was brought was saved.
pub type Saved = Result<(), StoreError>;

/// What saves.
pub trait Save<J>: Send + Sync {
    /// Saves all of them in one commit if it can, and says of each whether it is durable.
    fn save(&self, jobs: Vec<J>) -> Vec<Saved>;
}

/// What waits to be saved.
pub struct Together<J, S> {
    saver: S,
    line: Mutex<Line<J>>,
}

struct Line<J> {
    waiting: VecDeque<(J, Arc<Ticket>)>,
    /// Whether somebody is saving.
    busy: bool,
}

/// What one of them waits with.
#[derive(Default)]
struct Ticket(Mutex<Turn>);

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
        let ticket = Arc::new(Ticket::default());
        self.line().waiting.push_back((job, Arc::clone(&ticket)));
        Brought { together: Arc::clone(self), ticket, gave_way: false, over: false }
    }

    fn line(&self) -> MutexGuard<'_, Line<J>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves what waits, unless somebody else does.
    fn lead(&self) {
        let batch = {
            let mut line = self.line();
            if line.busy {
                return;
            }
            line.busy = !line.waiting.is_empty();
            std::mem::take(&mut line.waiting)
        };
        if batch.is_empty() {
            return;
        }
        let (jobs, tickets): (Vec<J>, Vec<Arc<Ticket>>) = batch.into_iter().unzip();
        let saved = self.saver.save(jobs);
        tickets.iter().zip(saved).for_each(|(ticket, saved)| ticket.answer(saved));
        self.hand_over();
    }

    /// Nobody saves any more; the next in line is to.
    fn hand_over(&self) {
        let mut line = self.line();
        line.busy = false;
        let next = line.waiting.front().map(|(_, ticket)| Arc::clone(ticket));
        drop(line);
        next.iter().for_each(|ticket| ticket.wake());
    }

    /// Takes back what has not been saved yet.
    fn leave(&self, ticket: &Arc<Ticket>) {
        let mut line = self.line();
        line.waiting.retain(|(_, other)| !Arc::ptr_eq(other, ticket));
        let next = line.waiting.front().filter(|_| !line.busy).map(|(_, ticket)| Arc::clone(ticket));
        drop(line);
        next.iter().for_each(|ticket| ticket.wake());
    }
}

impl Ticket {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, saved: Saved) {
        let waker = {
            let mut turn = self.turn();
            turn.saved = Some(saved);
            turn.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    fn wake(&self) {
        let waker = self.turn().waker.take();
        waker.into_iter().for_each(Waker::wake);
    }

    /// How it was saved, or whom to wake when it is.
    fn ask(&self, context: &Context<'_>) -> Option<Saved> {
        let mut turn = self.turn();
        if turn.saved.is_none() {
            turn.waker = Some(context.waker().clone());
        }
        turn.saved.take()
    }
}

/// Something that was brought: resolves once it is saved, or can't be.
pub struct Brought<J, S: Save<J>> {
    together: Arc<Together<J, S>>,
    ticket: Arc<Ticket>,
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
            context.waker().wake_by_ref();
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
