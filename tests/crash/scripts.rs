//! The scripts of a program: in which ways its world, and the people in it, may go wrong.
//!
//! They are found, not written: the program is run, and each effect it asked for, each person it asked and each event
//! it heard goes wrong in each way there is. What is only asked for where something went wrong already (a compensation,
//! a `confirm`) goes wrong there as well.

use std::collections::{BTreeMap, BTreeSet};

use orch::machine::{Asking, Entry, Event, Purpose, Word};

use super::corpus::Case;
use super::scene::{Scene, said, well};
use super::support::{Answer, fails, ok, words};

/// How an effect goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Whenever it is asked for.
    Always(Answer),
    /// The first time.
    First(Answer),
}

impl Fault {
    /// The answer to being asked for after it was asked for so often.
    pub fn answer(&self, count: usize) -> Option<Answer> {
        match self {
            Fault::Always(answer) => Some(answer.clone()),
            Fault::First(answer) => (count == 0).then(|| answer.clone()),
        }
    }
}

/// What a person does, or an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Person {
    /// Says no.
    Refuses,
    /// Chooses this.
    Chooses(String),
    /// Says nothing; an event does not come.
    Silent,
}

/// One way for a world to be.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub name: String,
    /// By the words of the effect.
    pub faults: BTreeMap<String, Fault>,
    /// By address, or the id of an event.
    pub people: BTreeMap<String, Person>,
    /// What an operator says, or that the driver leaves, once there are so many records.
    pub said: Option<(usize, Event)>,
}

/// How deep faults are put on faults.
const DEEPEST: usize = 3;

/// The scripts of a program under which its run comes to an end.
pub fn scripts(case: &Case) -> Vec<Script> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    let plain = Script { name: "well".into(), ..Script::default() };
    let mut next = vec![(plain.clone(), plain)];
    for depth in 0..=DEEPEST {
        let tried: Vec<(Script, Script)> = std::mem::take(&mut next);
        for (script, before) in tried {
            let Some(calm) = calm(case, &script) else { continue };
            if depth > 0 && depends_on_how_often(case, &script, &before, &calm) {
                continue;
            }
            next.extend(more(case, &script, &calm, &mut known).into_iter().map(|more| (more, script.clone())));
            found.push(script.clone());
        }
    }
    let records = calm(case, &found[0]).map_or(0, |well| well.world.records.len());
    found.extend((1..records).flat_map(spoken).filter(|script| is_heard(case, script)));
    found
}

/// Whether what an operator says is legal at that record, and the run comes to an end.
fn is_heard(case: &Case, script: &Script) -> bool {
    let Some(calm) = calm(case, script) else { return false };
    let heard = |(record, event): &(usize, Event)| calm.world.records.get(*record).is_some_and(|at| at.event == *event);
    script.said.as_ref().is_some_and(heard)
}

fn calm<'a>(case: &'a Case, script: &'a Script) -> Option<Scene<'a>> {
    let mut scene = Scene::start(case, script);
    scene.go_on(|_| ()).then_some(scene)
}

/// What goes wrong once is no fault of the program's if it ends otherwise than without: a crash, after which it is
/// asked for again, may be what it takes. Such a script has no end of its own.
fn depends_on_how_often(case: &Case, script: &Script, before: &Script, calm: &Scene) -> bool {
    let once = script
        .faults
        .iter()
        .any(|(words, fault)| matches!(fault, Fault::First(_)) && !before.faults.contains_key(words));
    once && self::calm(case, before).is_none_or(|before| super::points::end(&before) != super::points::end(calm))
}

/// What else can go wrong in a run: what no run before it asked for.
fn more(case: &Case, script: &Script, calm: &Scene, known: &mut BTreeSet<String>) -> Vec<Script> {
    let mut more = Vec::new();
    for entry in calm.world.records.iter().flat_map(|record| &record.then) {
        match entry {
            Entry::Intent { request, purpose, .. } if known.insert(words(request)) => {
                let words = words(request);
                // Whether it was done decides how the way back goes on, and nobody finds out.
                if case.is_never_settled(&words) {
                    continue;
                }
                for (name, fault) in faults(case, &words, *purpose) {
                    let mut worse = script.clone();
                    worse.name = format!("{}, {words} {name}", script.name);
                    worse.faults.insert(words.clone(), fault);
                    more.push(worse);
                }
            }
            Entry::Asked { address, asking, options, .. } if known.insert(format!("person {address}")) => {
                let mut people = vec![Person::Refuses, Person::Silent];
                if *asking == Asking::Decision {
                    people = options.iter().skip(1).map(|option| Person::Chooses(option.to_string())).collect();
                    people.push(Person::Silent);
                }
                more.extend(people.into_iter().map(|person| with_person(script, address.as_str(), person)));
            }
            _ => {}
        }
    }
    let events = case.world.events.iter().filter(|arriving| known.insert(format!("event {}", arriving.id)));
    more.extend(events.map(|arriving| with_person(script, &arriving.id, Person::Silent)));
    more
}

fn with_person(script: &Script, at: &str, person: Person) -> Script {
    let mut worse = script.clone();
    worse.name = format!("{}, {at} {person:?}", script.name);
    worse.people.insert(at.to_owned(), person);
    worse
}

fn faults(case: &Case, words: &str, purpose: Purpose) -> Vec<(&'static str, Fault)> {
    match purpose {
        Purpose::Do | Purpose::Undo => {
            let Answer::Ok(output) = well(&case.world, words) else { return Vec::new() };
            vec![
                ("fails", Fault::Always(fails("no"))),
                ("fails once", Fault::First(fails("no"))),
                ("is busy once", Fault::First(Answer::Busy(3_000_000_000))),
                ("is lost when done", Fault::First(Answer::LostReturning(output))),
                ("is lost when not done", Fault::Always(Answer::LostNotDone)),
                ("is lost when not done once", Fault::First(Answer::LostNotDone)),
                ("hangs", Fault::Always(Answer::Hangs)),
                ("hangs once", Fault::First(Answer::Hangs)),
            ]
        }
        Purpose::Look | Purpose::Confirm => {
            let not = |output: &str| match output {
                "true" => Some(ok("false")),
                share if share.contains('%') => Some(ok("\"99%\"")),
                _ => None,
            };
            let no = match well(&case.world, words) {
                Answer::Ok(output) | Answer::Changes(output, ..) => not(&output),
                _ => None,
            };
            let mut faults = vec![
                ("has no answer", Fault::Always(fails("nobody there"))),
                ("has no answer once", Fault::First(fails("nobody there"))),
                ("hangs", Fault::Always(Answer::Hangs)),
            ];
            let says_no = |no: Answer| [("says no", Fault::Always(no.clone())), ("says no once", Fault::First(no))];
            faults.extend(no.into_iter().flat_map(says_no));
            faults
        }
    }
}

/// What an operator may say at a record, and that the driver leaves there.
fn spoken(record: usize) -> Vec<Script> {
    let words = [
        ("cancel", said(Word::Cancel)),
        ("pause", said(Word::Pause)),
        ("kill", said(Word::Kill)),
        ("promote", said(Word::Promote { address: None })),
        ("abort", said(Word::Abort { address: None })),
        ("leaves", Event::Suspended),
    ];
    let at = |(name, event): (&str, Event)| Script {
        name: format!("{name} at {record}"),
        said: Some((record, event)),
        ..Script::default()
    };
    words.map(at).into()
}
