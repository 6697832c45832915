//! All that is given: of what fits a question the one that counts, and the answer whose turn it is.

use std::{collections::BTreeMap, sync::Arc};

use super::given::{Given, PartKind, Segment, Subject, Turn, not_computed};
use crate::{
    ir::{Value, test::CrashTime},
    simulate::{Answer, Effect, Ends, NotGiven, Past, Question},
    source::Span,
};

/// What is given, with how much of it was used up.
#[derive(Clone, Debug, Default)]
pub struct Givens {
    /// What speaks of an address, then what speaks of calls, each in the order in which it counts.
    all: Arc<Vec<Arc<Given>>>,
    /// For each, the segment it is in and how many of its answers are used up.
    used: Vec<(usize, u32)>,
    /// Which was used up for looks that may not have ended, and when they do: what nobody hears is given again.
    looks: BTreeMap<u32, (usize, i64)>,
    /// Where the answer stands that was given last.
    latest: Option<Span>,
}

/// How far what is given is used up: two that are equal go on alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsedUp {
    at: Vec<(usize, u32)>,
    until: Option<i64>,
}

/// How something that is given answers.
struct Chosen {
    ends: Option<Ends>,
    takes: Option<i64>,
    crash: Option<CrashTime>,
}

impl Givens {
    /// Of several that fit a question, what speaks of an address counts before what speaks of a call, and of those the
    /// first.
    pub fn new(mut all: Vec<Arc<Given>>) -> Givens {
        all.sort_by_key(|given| given.place().is_none());
        Givens { used: vec![(0, 0); all.len()], all: Arc::new(all), ..Givens::default() }
    }

    /// The same with other things given; of those that stay, what was used up is.
    pub fn replaced(&self, all: Vec<Arc<Given>>) -> Givens {
        let mut new = Givens::new(all);
        for (given, used) in new.all.iter().zip(new.used.iter_mut()) {
            let before = self.all.iter().zip(&self.used).find(|(before, _)| Arc::ptr_eq(before, given));
            before.into_iter().for_each(|(_, before)| *used = *before);
        }
        new
    }

    /// All that is given, as it counts.
    pub fn all(&self) -> &[Arc<Given>] {
        &self.all
    }

    /// Where the answer stands that was given last.
    pub(super) fn latest(&self) -> Option<Span> {
        self.latest
    }

    /// What is given and was never asked for, by where it stands.
    pub(super) fn unused(&self) -> Vec<Span> {
        let unused = self.all.iter().zip(&self.used).filter(|(given, (_, count))| {
            // What is given for a part that holds others is no answer.
            *count == 0 && !matches!(given.subject, Subject::Part(_, PartKind::Scope))
        });
        let mut spans: Vec<Span> = unused.map(|(given, _)| given.span).collect();
        spans.sort_by_key(|span| span.start);
        spans
    }

    /// What tells how it will go on answering from what it has answered so far, `elapsed` nanoseconds after the run began:
    /// of each thing that is given, where it is, and the time while something is still to change by itself.
    pub(super) fn used_up(&self, elapsed: i64) -> UsedUp {
        let at = self.all.iter().zip(&self.used).map(|(given, (segment, count))| {
            let turns = given.segments.get(*segment).map(|segment| segment.turns.as_slice()).unwrap_or_default();
            // The last answer is given again and again.
            (*segment, turns.iter().map(|turn| turn.times).sum::<u32>().min(*count))
        });
        UsedUp { at: at.collect(), until: (!self.is_settled(elapsed)).then_some(elapsed) }
    }

    /// Whether nothing that is given changes any more by time alone.
    pub(super) fn is_settled(&self, elapsed: i64) -> bool {
        let segments = self.all.iter().flat_map(|given| &given.segments);
        segments.map(|segment| segment.from).max().is_none_or(|last| last <= elapsed)
    }

    /// The answer that is given for a question; `None` if nothing is. `unsaid` is how it ends where it is only said that
    /// the process dies at it, and `usual` how long it takes where nothing is said of that.
    ///
    /// # Errors
    /// What is given can't be computed.
    pub fn answer(
        &mut self,
        question: &Question,
        past: &Past<'_>,
        unsaid: impl FnOnce() -> Ends,
        usual: i64,
    ) -> Result<Option<Answer>, Box<NotGiven>> {
        let Chosen { ends, takes, crash } = self.chosen(question, past)?;
        let ends = match (ends, crash) {
            (Some(ends), _) => ends,
            (None, None) => return Ok(None),
            // What did not begin, or was interrupted, needs no answer.
            (None, Some(CrashTime::Before | CrashTime::During)) if question.effect().is_some() => Ends::LostNotDone,
            (None, Some(_)) => unsaid(),
        };
        Ok(Some(Answer { ends, takes: takes.unwrap_or(usual), crash }))
    }

    fn chosen(&mut self, question: &Question, past: &Past<'_>) -> Result<Chosen, Box<NotGiven>> {
        let mut chosen = Chosen { ends: None, takes: None, crash: None };
        let all = Arc::clone(&self.all);
        for (number, given) in all.iter().enumerate() {
            let Some(names) = given.fits(question) else { continue };
            let Some(turn) = self.turn(number, given, past.elapsed(), &mut chosen.crash) else { continue };
            self.latest = Some(turn.span);
            let takes = turn.takes.as_ref().map(|takes| given.computer.value(takes, &names));
            chosen.takes = match takes.transpose() {
                Ok(Some(Value::Duration(takes))) => Some(takes),
                Ok(_) => None,
                Err(stop) => return Err(not_computed(question, turn, &stop)),
            };
            if chosen.crash.is_none() && question.effect().is_some_and(Effect::looks) {
                let now = past.elapsed();
                self.looks.retain(|_, (_, until)| *until >= now);
                self.looks.insert(question.number, (number, now.saturating_add(chosen.takes.unwrap_or(0))));
            }
            let known = question.key().and_then(|key| past.happened(key));
            chosen.ends = Some(given.ends(turn, &names, known, question)?);
            return Ok(chosen);
        }
        Ok(chosen)
    }

    /// The answer whose turn it is, and whether the process dies at it. A crash is no answer: the one after it is given
    /// when it is asked again, or what else is given.
    fn turn<'g>(
        &mut self,
        number: usize,
        given: &'g Given,
        elapsed: i64,
        crash: &mut Option<CrashTime>,
    ) -> Option<&'g Turn> {
        let at = given.segments.iter().enumerate().rev().find(|(_, segment)| segment.from <= elapsed)?.0;
        let (segment, count) = &mut self.used[number];
        if *segment != at {
            (*segment, *count) = (at, 0);
        }
        let segment = &given.segments[at];
        let (mut turn, mut used) = (nth(segment, *count), 1);
        if let Some(time) = turn.and_then(Turn::crash).filter(|_| crash.is_none()) {
            *crash = Some(time);
            // What was done before the crash was done once; it is asked for again if it was not.
            used = if time == CrashTime::After { 2 } else { 1 };
            turn = nth(segment, *count + 1).filter(|turn| turn.crash().is_none());
        }
        *count += used;
        turn.filter(|turn| turn.crash().is_none())
            .or_else(|| segment.turns.iter().rev().find(|turn| turn.crash().is_none()))
    }

    /// A look that nobody heard of did not count.
    pub fn forget(&mut self, question: &Question) {
        if let Some((number, _)) = self.looks.remove(&question.number) {
            self.used[number].1 = self.used[number].1.saturating_sub(1);
        }
    }
}

/// The answer to the call number `count`, from 0; `None` where the answers are used up.
fn nth(segment: &Segment, count: u32) -> Option<&Turn> {
    let mut left = count;
    segment.turns.iter().find(|turn| match left.checked_sub(turn.times) {
        None => true,
        Some(rest) => {
            left = rest;
            false
        }
    })
}
