//! What `orch show --json` prints: types of their own, with a version.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::Known;
use crate::{
    cli::{
        moment::rfc3339,
        story::{Moved, Part, Skipped, State, Story, Try, printed},
        view::hints::unblock,
    },
    ir::{Address, Request},
    machine::{GateState, Outcome, Owed, Purpose, Timestamp, Verdict, Wait, WaitOn},
    run::RunId,
};

/// The version of both documents.
const VERSION: u32 = 1;

/// A run.
#[derive(Serialize)]
struct RunDocument<'a> {
    version: u32,
    id: &'a str,
    plan: &'a str,
    file: &'a str,
    /// `new`, `running`, `waiting`, `unwinding`, `stuck`, `completed`, `compensated`, `halted`,
    /// `partial`, `killed`
    status: &'static str,
    /// RFC 3339, like all moments
    started: String,
    since: String,
    goals: &'a [String],
    inputs: &'a Map<String, Json>,
    /// What the plan gave; `null` until it completed
    value: Option<&'a Json>,
    /// What failed first
    failure: Option<Failed<'a>>,
    parts: Vec<PartRow<'a>>,
    waits: Vec<WaitRow>,
    /// In the order in which it would be undone
    to_undo: Vec<String>,
    undone: Vec<&'a str>,
    /// What is to be put right by hand
    owed: Vec<OwedRow<'a>>,
    /// The process that drives it
    driver: Option<u32>,
    /// How many records its journal has
    records: u64,
    /// Which program it runs under: 1 for the one it was started with
    program: u32,
    migrations: Vec<MigrationRow<'a>>,
}

/// Where a run began to go on under another program.
#[derive(Serialize)]
struct MigrationRow<'a> {
    at: String,
    /// The digest of the sources
    sources: &'a str,
    who: &'a str,
    because: Option<&'a str>,
}

/// A part of a run, with all its tries.
#[derive(Serialize)]
struct PartDocument<'a> {
    version: u32,
    run: &'a str,
    #[serde(flatten)]
    part: PartRow<'a>,
    tries: Vec<TryRow<'a>>,
    undo_tries: Vec<TryRow<'a>>,
}

/// What failed, as documents tell it.
#[derive(Serialize)]
pub struct Failed<'a> {
    address: &'a str,
    reason: &'a str,
    /// `file:line:column` of what could not be computed, if that is why
    place: Option<String>,
}

/// Something that is owed, as documents tell it.
#[derive(Serialize)]
pub struct OwedRow<'a> {
    address: &'a str,
    /// `not_undone`, `waived`, `unknown`
    owing: crate::machine::Owing,
    reason: &'a str,
    /// What would undo it
    undo: Option<&'a str>,
    /// RFC 3339
    since: String,
}

/// A part as documents tell it.
#[derive(Serialize)]
pub struct PartRow<'a> {
    address: &'a str,
    /// `phase`, `step`, ...
    kind: Option<crate::machine::Kind>,
    title: Option<&'a str>,
    /// `open`, `done`, `failed`, `tolerated`, `in_doubt`, `stuck`, `undone`, `left`, `skipped`
    state: &'static str,
    reason: Option<&'a str>,
    /// `file:line:column` of what could not be computed, if that is why
    place: Option<String>,
    since: String,
    until: Option<String>,
    value: &'a Json,
    /// How it was settled whether it was done, if its own end did not say so
    settled: Option<String>,
    looks: Option<LooksRow<'a>>,
    hold: Option<HoldRow>,
}

#[derive(Serialize)]
struct LooksRow<'a> {
    count: u32,
    unknown: u32,
    last: Verdict,
    answers: &'a [String],
}

#[derive(Serialize)]
struct HoldRow {
    held_ns: i64,
    needed_ns: i64,
    /// Who said that the rest is not to be waited for
    skipped: Option<SkippedRow>,
}

#[derive(Serialize)]
struct SkippedRow {
    by: String,
    because: Option<String>,
}

#[derive(Serialize)]
struct TryRow<'a> {
    purpose: Purpose,
    attempt: u32,
    key: Option<&'a str>,
    /// What was called, as one would write it
    call: Option<&'a str>,
    request: &'a Request,
    at: String,
    until: Option<String>,
    /// `ok`, `failed`, `unknown`; `null` while in flight
    outcome: Option<&'static str>,
    reason: Option<&'a str>,
    output: Option<&'a str>,
    printed: Option<&'a str>,
}

/// Something that is waited for, as documents tell it.
#[derive(Serialize)]
pub struct WaitRow {
    address: String,
    since: String,
    /// `effect`, `time`, `backoff`, `hold`, `person`, `event`, `paused`, `settlement`, `compensation`, `measure`
    on: &'static str,
    /// Who is asked, where a person is
    by: Option<String>,
    until: Option<String>,
    reason: Option<String>,
    hold: Option<HoldRow>,
    gates: Vec<GateRow>,
    /// What can be typed to end it
    commands: Vec<String>,
}

#[derive(Serialize)]
struct GateRow {
    address: String,
    condition: String,
    last: Option<Verdict>,
    answers: Vec<String>,
    looks: u32,
    unknown: u32,
    next: Option<String>,
}

/// The document of a whole run.
pub fn run(known: &Known) -> String {
    let Known { info, story, position, goals, unheard: _, holder, now: _ } = known;
    let document = RunDocument {
        version: VERSION,
        id: info.id.as_str(),
        plan: &info.plan,
        file: &info.file,
        status: info.standing.as_str(),
        started: rfc3339(info.started),
        since: rfc3339(info.since),
        goals,
        inputs: &story.inputs,
        value: story.ended.as_ref().map(|(_, value, _)| value),
        failure: failure(story),
        parts: story.parts.iter().map(|(address, part)| part_row(story, address, part)).collect(),
        waits: position.waits.iter().map(|wait| wait_row(&info.id, wait)).collect(),
        to_undo: position.to_undo.iter().map(|address| address.as_str().to_owned()).collect(),
        undone: story.undone.iter().map(Address::as_str).collect(),
        owed: position.owed.iter().map(owed_row).collect(),
        driver: holder.as_ref().map(|holder| holder.pid),
        records: story.records,
        program: info.version,
        migrations: story.migrations.iter().map(migration_row).collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// What failed first, as documents tell it.
pub fn failure(story: &Story) -> Option<Failed<'_>> {
    let (address, reason) = story.failure.as_ref()?;
    Some(Failed { address: address.as_str(), reason, place: story.place(address) })
}

/// Something that is owed, as documents tell it.
pub fn owed_row(owed: &Owed) -> OwedRow<'_> {
    let Owed { address, owing, reason, undo, since } = owed;
    let (address, undo, since) = (address.as_str(), undo.as_deref(), rfc3339(*since));
    OwedRow { address, owing: *owing, reason, undo, since }
}

/// The document of one part.
pub fn part(known: &Known, address: &Address) -> String {
    let Some(part) = known.story.part(address) else { return String::new() };
    let undo = known.story.part(&address.undo());
    let document = PartDocument {
        version: VERSION,
        run: known.info.id.as_str(),
        part: part_row(&known.story, address, part),
        tries: part.tries.iter().map(try_row).collect(),
        undo_tries: undo.iter().flat_map(|undo| &undo.tries).map(try_row).collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn migration_row(moved: &Moved) -> MigrationRow<'_> {
    let Moved { at, sources, who, why } = moved;
    MigrationRow { at: rfc3339(*at), sources, who, because: why.as_deref() }
}

/// A part as documents tell it.
pub fn part_row<'a>(story: &Story, address: &'a Address, part: &'a Part) -> PartRow<'a> {
    let (state, reason) = match &part.state {
        State::Open => ("open", None),
        State::Done => ("done", None),
        State::Failed(reason) => ("failed", Some(reason)),
        State::Tolerated(reason) => ("tolerated", Some(reason)),
        State::InDoubt(reason) => ("in_doubt", Some(reason)),
        State::Stuck(reason) => ("stuck", Some(reason)),
        State::Undone => ("undone", None),
        State::Left => ("left", None),
        State::Skipped(by) => ("skipped", Some(by)),
    };
    PartRow {
        address: address.as_str(),
        kind: part.kind,
        title: part.title.as_deref(),
        state,
        reason: reason.map(String::as_str),
        place: story.place(address),
        since: rfc3339(part.since),
        until: part.until.map(rfc3339),
        value: &part.value,
        settled: part.settled.as_ref().map(ToString::to_string),
        looks: part.looks.as_ref().map(|looks| LooksRow {
            count: looks.count,
            unknown: looks.unknown,
            last: looks.last,
            answers: &looks.answers,
        }),
        hold: part.hold.map(|(held_ns, needed_ns)| HoldRow {
            held_ns,
            needed_ns,
            skipped: part.skipped.clone().map(|Skipped { who, why }| SkippedRow { by: who, because: why }),
        }),
    }
}

fn try_row(tried: &Try) -> TryRow<'_> {
    let (outcome, reason, output) = match tried.ended.as_ref().map(|(_, outcome)| outcome) {
        None => (None, None, None),
        Some(Outcome::Ok { output, .. }) => (Some("ok"), None, Some(output.as_str())),
        Some(Outcome::Failed { reason, .. }) => (Some("failed"), Some(reason.as_str()), None),
        Some(Outcome::Unknown { reason, .. }) => (Some("unknown"), Some(reason.as_str()), None),
    };
    TryRow {
        purpose: tried.purpose,
        attempt: tried.attempt,
        key: tried.key.as_deref(),
        call: tried.call.as_deref(),
        request: &tried.request,
        at: rfc3339(tried.at),
        until: tried.ended.as_ref().map(|(at, _)| rfc3339(*at)),
        outcome,
        reason,
        output,
        printed: tried.ended.as_ref().map(|(_, outcome)| printed(outcome)),
    }
}

/// Something that a run waits for, as documents tell it.
pub fn wait_row(run: &RunId, wait: &Wait) -> WaitRow {
    let moment = |at: &Timestamp| Some(rfc3339(*at));
    let (on, until, reason, hold) = match &wait.on {
        WaitOn::Effect { summary, .. } => ("effect", None, Some(summary.clone()), None),
        WaitOn::Time { until } => ("time", moment(until), None, None),
        WaitOn::Backoff { until, reason, .. } => ("backoff", moment(until), Some(reason.to_string()), None),
        WaitOn::Hold { held, needed, .. } => {
            ("hold", None, None, Some(HoldRow { held_ns: *held, needed_ns: *needed, skipped: None }))
        }
        WaitOn::Person { text, until, .. } => ("person", until.as_ref().and_then(moment), Some(text.to_string()), None),
        WaitOn::Event { event, until } => ("event", until.as_ref().and_then(moment), Some(event.to_string()), None),
        WaitOn::Paused { reason } => ("paused", None, Some(reason.to_string()), None),
        WaitOn::Settlement { reason, .. } => ("settlement", None, Some(reason.to_string()), None),
        WaitOn::Measure { reason } => ("measure", None, Some(reason.to_string()), None),
        WaitOn::Compensation { reason } => ("compensation", None, Some(reason.to_string()), None),
    };
    let gates = if let WaitOn::Hold { gates, .. } = &wait.on { gates.as_slice() } else { &[] };
    let commands = unblock(run, wait).into_iter().map(|hint| hint.command);
    WaitRow {
        address: wait.address.as_str().to_owned(),
        since: rfc3339(wait.since),
        on,
        by: if let WaitOn::Person { by, .. } = &wait.on { Some(by.to_string()) } else { None },
        until,
        reason,
        hold,
        gates: gates.iter().map(gate_row).collect(),
        commands: commands.collect(),
    }
}

fn gate_row(gate: &GateState) -> GateRow {
    GateRow {
        address: gate.address.as_str().to_owned(),
        condition: gate.text.to_string(),
        last: gate.last,
        answers: gate.answers.iter().map(ToString::to_string).collect(),
        looks: gate.looks,
        unknown: gate.unknown,
        next: gate.next.map(rfc3339),
    }
}
