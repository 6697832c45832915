//! One line for each thing that happens.

use crate::{
    cli::{
        moment::duration,
        story::{Part, State, Story},
        view::{
            row::Row,
            sign::Sign,
            telling::{paused_why, said, until, verdict, waiting, what},
        },
    },
    ir::Address,
    machine::{Entry, Event, Kind, Machine, Record, Timestamp, Verdict, Word},
};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is told of it.
    pub row: Row,
    /// It stays true: where what goes on is drawn as a tree, the others are left out, as they are told there.
    pub lasting: bool,
}

/// Adds a record to the story, and gives the lines it adds.
pub fn lines(story: &mut Story, record: &Record, machine: &Machine) -> Vec<Line> {
    let before: Vec<_> = record.then.iter().map(|entry| verdict_before(story, entry)).collect();
    story.add(record, machine);
    let said = word(&record.event).map(lasting);
    let entries = record.then.iter().zip(before).filter(|(entry, _)| !is_told_elsewhere(entry, record));
    let lines = entries.filter_map(|(entry, before)| line(story, machine, record.at, entry, before));
    said.into_iter().chain(lines).collect()
}

fn lasting(row: Row) -> Line {
    Line { row, lasting: true }
}

/// What goes on from now, and is told as long as it does.
fn passing(row: Row) -> Line {
    Line { row, lasting: false }
}

fn row(sign: Sign, address: &Address, about: &str) -> Row {
    Row::new(sign, address.as_str()).about(about)
}

/// What somebody may want to do something about is told to its end.
fn wrong(sign: Sign, address: &Address, about: String) -> Line {
    lasting(row(sign, address, &about).whole())
}

/// A reason, with the place where it is written what could not be computed: `division by zero (shop.orch:12:20)`.
fn why(story: &Story, address: &Address, reason: &str) -> String {
    story.place(address).map_or_else(|| reason.to_owned(), |place| format!("{reason} ({place})"))
}

fn verdict_before(story: &Story, entry: &Entry) -> Option<Verdict> {
    let Entry::Verdict { address, .. } = entry else { return None };
    Some(story.part(address)?.looks.as_ref()?.last)
}

/// What an operator says.
fn word(event: &Event) -> Option<Row> {
    let Event::Operator { word, who, why } = event else { return None };
    Some(Row::sentence(Sign::Said, &said(who, word, why.as_deref())))
}

/// A verdict that fails its part at once is told with the failure; and who cancels a run has said why.
fn is_told_elsewhere(entry: &Entry, record: &Record) -> bool {
    if let Entry::Verdict { address, .. } = entry {
        let is_it = |other: &Entry| matches!(other, Entry::Failed { address: failed, .. } if failed == address);
        return record.then.iter().any(is_it);
    }
    let is_cancelled = matches!(record.event, Event::Operator { word: Word::Cancel, .. });
    is_cancelled && matches!(entry, Entry::Unwinding { .. })
}

fn line(story: &Story, machine: &Machine, at: Timestamp, entry: &Entry, before: Option<Verdict>) -> Option<Line> {
    Some(match entry {
        Entry::Entered { address, kind: Kind::Phase | Kind::Stage | Kind::Branch | Kind::Plan, title } => {
            passing(row(Sign::Begins, address, title.as_deref().unwrap_or_default()))
        }
        Entry::Entered { address, kind: Kind::WaitFor, .. } => {
            passing(row(Sign::Waits, address, &waited(machine, address, at)?))
        }
        Entry::TryFailed { address, reason, next } => wrong(
            Sign::Again,
            address,
            format!("{}, again in {}", why(story, address, reason), duration(next.since(at))),
        ),
        Entry::InDoubt { address, reason } => {
            wrong(Sign::Unknown, address, format!("{}: was it done?", why(story, address, reason)))
        }
        Entry::Done { address, .. } => lasting(done(address, story.part(address)?)?),
        // The failure of the whole is told when the way back begins.
        Entry::Failed { address, .. } if address.is_root() => return None,
        Entry::Failed { address, reason, tolerated: true } => {
            wrong(Sign::Failed, address, format!("{}, which is tolerated", why(story, address, reason)))
        }
        Entry::Failed { address, reason, tolerated: false } => {
            wrong(Sign::Failed, address, why(story, address, reason))
        }
        Entry::Verdict { address, verdict, answers, .. } => {
            seen(address, story.part(address)?, before, *verdict, &answers.join(", "))?
        }
        Entry::Decided { address, option, evidence } => {
            lasting(row(Sign::Decided, address, &format!("{option}  {}", evidence.join(", "))))
        }
        Entry::Asked { address, text, by, .. } => {
            let waited = waited(machine, address, at).unwrap_or_else(|| format!("waits for {by}: {text}"));
            passing(row(Sign::Waits, address, &format!("{waited} (see `orch inbox`)")))
        }
        Entry::Measured { address, timeline, .. } => {
            lasting(row(Sign::Measured, address, &format!("due {}", timeline["due"].as_str().unwrap_or_default())))
        }
        Entry::Emitted { event, .. } => lasting(Row::new(Sign::Said, event).about("is published")),
        Entry::Paused { reason, .. } => lasting(Row::new(Sign::Paused, "paused").about(paused_why(reason)).whole()),
        Entry::Resumed => lasting(Row::sentence(Sign::Begins, "goes on")),
        Entry::Promoted { address } => lasting(row(Sign::Said, address, &skipped(story, address)).whole()),
        Entry::SteppedBack { address, reason } => wrong(Sign::Undone, address, format!("a stage back: {reason}")),
        Entry::Waits { address, until: at_last } => passing(row(Sign::Waits, address, &until(*at_last, at))),
        Entry::Holds { address, needed } => {
            passing(row(Sign::Waits, address, &format!("held for {}", duration(*needed))))
        }
        Entry::Committed { text, .. } => lasting(Row::new(Sign::Committed, "commit").about(text)),
        Entry::Unwinding { address, reason } if address.is_root() => lasting(Row::sentence(Sign::Failed, reason)),
        Entry::AttemptFailed { attempt, .. } => lasting(row(Sign::Undone, attempt, "the attempt is undone")),
        Entry::Otherwise { attempt } => lasting(row(Sign::Begins, attempt, "goes the other way")),
        Entry::Undone { address } => lasting(undone(story, at, address)),
        Entry::NotUndone { address, reason } => {
            wrong(Sign::Failed, address, format!("not undone: {}", why(story, address, reason)))
        }
        Entry::Stuck { address, reason } => {
            wrong(Sign::Stuck, address, format!("stuck: {}", why(story, address, reason)))
        }
        Entry::Killed { reason } => lasting(Row::sentence(Sign::Failed, reason)),
        Entry::Owed { address, reason, .. } => wrong(Sign::Failed, address, format!("owed: {reason}")),
        Entry::Settled { address } => lasting(row(Sign::Said, address, "is settled")),
        Entry::Unstuck { address } => lasting(row(Sign::Said, address, "goes on")),
        Entry::Entered { .. }
        | Entry::Intent { .. }
        | Entry::Unwinding { .. }
        | Entry::Left { .. }
        | Entry::Ended { .. } => return None,
    })
}

/// What a part waits for, and until when, if it does.
fn waited(machine: &Machine, address: &Address, now: Timestamp) -> Option<String> {
    let wait = machine.waits().into_iter().find(|wait| wait.address == *address)?;
    Some(waiting(&wait, true, now))
}

/// Parts that are told by what lies in them, or at their end by others, have no line when they are done.
fn done(address: &Address, part: &Part) -> Option<Row> {
    match part.kind? {
        Kind::Item | Kind::Compensation | Kind::Gate | Kind::Guard | Kind::Commit | Kind::Decision => None,
        Kind::Phase
        | Kind::Probe
        | Kind::Step
        | Kind::BlockStep
        | Kind::Rollout
        | Kind::Stage
        | Kind::Require
        | Kind::Verify
        | Kind::Wait
        | Kind::Plan
        | Kind::Branch
        | Kind::Attempt
        | Kind::Task
        | Kind::Approval
        | Kind::WaitFor
        | Kind::Handler => {
            let took = part.took().map(duration).unwrap_or_default();
            Some(Row::new(Sign::Done, address.as_str()).about(&what(part)).took(took))
        }
    }
}

/// What is skipped with the rest of a hold.
fn skipped(story: &Story, stage: &Address) -> String {
    let gates = story.part(stage).map(|stage| stage.gates.as_slice()).unwrap_or_default();
    let is_skipped = |gate: &&Address| story.part(gate).is_some_and(|part| matches!(part.state, State::Skipped(_)));
    let names: Vec<String> = gates.iter().filter(is_skipped).map(|gate| format!("`{}`", gate.last_part())).collect();
    match names.as_slice() {
        [] => "the rest of the hold is skipped".to_owned(),
        names => format!("the rest of the hold is skipped, with {}, which did not pass", names.join(", ")),
    }
}

fn undone(story: &Story, at: Timestamp, address: &Address) -> Row {
    let row = Row::new(Sign::Undone, address.as_str());
    match story.part(&address.undo()) {
        Some(way_back) => row.about(&what(way_back)).took(duration(at.since(way_back.since))),
        None => row,
    }
}

/// A condition that is looked at again and again is only told of when it changes; one that is not a gate or a guard
/// has ended when it holds.
fn seen(address: &Address, part: &Part, before: Option<Verdict>, now: Verdict, answers: &str) -> Option<Line> {
    let watches = part.kind.is_none_or(|kind| matches!(kind, Kind::Gate | Kind::Guard));
    if before == Some(now) || !watches && now == Verdict::Pass {
        return None;
    }
    let row = row(Sign::of_verdict(Some(now)), address, &format!("{}  {answers}", verdict(Some(now))));
    Some(Line { row, lasting: before.is_some() || now != Verdict::Pass })
}
