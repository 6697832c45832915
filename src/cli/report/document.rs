//! A report as JSON.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::facts::{Asked, Considered, Decision, Facts};
use crate::{
    cli::{
        moment::rfc3339,
        show::{Failed, OwedRow, PartRow, failure, owed_row, part_row},
    },
    ir::Address,
    machine::{Asking, Wait},
};

#[derive(Serialize)]
struct Document<'a> {
    /// The version of this document.
    version: u32,
    run: &'a str,
    plan: &'a str,
    file: &'a str,
    status: &'static str,
    goals: &'a [String],
    inputs: &'a Map<String, Json>,
    /// What the plan gave
    value: Option<&'a Json>,
    failure: Option<Failed<'a>>,
    /// RFC 3339, like all moments
    began: String,
    /// `null` until it is over
    ended: Option<String>,
    took_ns: i64,
    /// What its author says, as it looked when it began
    planned_ns: Option<i64>,
    parts: Vec<Planned<'a>>,
    decisions: Vec<DecisionRow<'a>>,
    asked: Vec<AskedRow<'a>>,
    incidents: Vec<IncidentRow<'a>>,
    undone: Vec<&'a str>,
    owed: Vec<OwedRow<'a>>,
    /// What it waits for
    waits: Vec<WaitRow>,
    /// In the order in which it would be undone
    to_undo: Vec<&'a str>,
}

/// A part as `orch show --json` prints it, with how long it took.
#[derive(Serialize)]
struct Planned<'a> {
    #[serde(flatten)]
    part: PartRow<'a>,
    took_ns: Option<i64>,
    planned_ns: Option<i64>,
}

#[derive(Serialize)]
struct DecisionRow<'a> {
    address: &'a str,
    question: &'a str,
    option: &'a str,
    options: Vec<OptionRow<'a>>,
    evidence: &'a [String],
    at: String,
    /// The number of the record in the journal
    record: u64,
    /// Who chose, and why; `null` if it was decided by rule
    by: Option<&'a str>,
    because: Option<&'a str>,
}

#[derive(Serialize)]
struct OptionRow<'a> {
    name: &'a str,
    title: Option<&'a str>,
    condition: Option<&'a str>,
    planned_ns: Option<i64>,
    risk: Option<&'a str>,
}

#[derive(Serialize)]
struct AskedRow<'a> {
    address: &'a str,
    /// `task`, `approval`, `decision`
    what: Asking,
    text: &'a str,
    of: &'a str,
    since: String,
    /// `done`, `approved`, `refused`, or an option; `null` without an answer
    answer: Option<&'a str>,
    by: Option<&'a str>,
    because: Option<&'a str>,
    at: Option<String>,
}

#[derive(Serialize)]
struct IncidentRow<'a> {
    at: String,
    address: &'a str,
    what: &'static str,
    reason: &'a str,
    times: u32,
}

#[derive(Serialize)]
struct WaitRow {
    address: String,
    since: String,
}

/// The whole document.
pub fn report(facts: &Facts) -> String {
    let (info, story) = (&facts.info, &facts.story);
    let until = story.ended.as_ref().map_or(facts.last, |(_, _, at)| *at);
    let document = Document {
        version: 1,
        run: info.id.as_str(),
        plan: &info.plan,
        file: &info.file,
        status: info.standing.as_str(),
        goals: &facts.goals,
        inputs: &story.inputs,
        value: story.ended.as_ref().map(|(_, value, _)| value),
        failure: failure(story),
        began: rfc3339(story.started),
        ended: story.ended.as_ref().map(|(_, _, at)| rfc3339(*at)),
        took_ns: until.since(story.started),
        planned_ns: facts.planned.get(&Address::root()).copied(),
        parts: parts(facts, &facts.planned),
        decisions: facts.decisions.iter().map(decision).collect(),
        asked: facts.asked.iter().map(|(address, row)| asked(address, row)).collect(),
        incidents: facts
            .incidents
            .iter()
            .map(|incident| IncidentRow {
                at: rfc3339(incident.at),
                address: incident.address.as_str(),
                what: incident.what,
                reason: &incident.text,
                times: incident.times,
            })
            .collect(),
        undone: story.undone.iter().map(Address::as_str).collect(),
        owed: story.owed.iter().map(owed_row).collect(),
        waits: facts.waits.iter().map(wait).collect(),
        to_undo: facts.to_undo.iter().map(Address::as_str).collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn parts<'a>(facts: &'a Facts, planned: &IndexMap<Address, i64>) -> Vec<Planned<'a>> {
    let parts = facts.story.parts.iter();
    parts
        .map(|(address, part)| Planned {
            part: part_row(&facts.story, address, part),
            took_ns: part.took(),
            planned_ns: planned.get(address).copied(),
        })
        .collect()
}

fn decision(decision: &Decision) -> DecisionRow<'_> {
    let chosen = decision.chosen.as_ref();
    DecisionRow {
        address: decision.address.as_str(),
        question: &decision.question,
        option: &decision.option,
        options: decision.options.iter().map(option).collect(),
        evidence: &decision.evidence,
        at: rfc3339(decision.at),
        record: decision.record,
        by: chosen.map(|(who, _)| who.as_str()),
        because: chosen.and_then(|(_, why)| why.as_deref()),
    }
}

fn option(option: &Considered) -> OptionRow<'_> {
    let Considered { name, title, condition, takes, risk } = option;
    OptionRow {
        name,
        title: title.as_deref(),
        condition: condition.as_deref(),
        planned_ns: *takes,
        risk: risk.as_deref(),
    }
}

fn asked<'a>(address: &'a Address, asked: &'a Asked) -> AskedRow<'a> {
    let answer = asked.answer.as_ref();
    AskedRow {
        address: address.as_str(),
        what: asked.asking,
        text: &asked.text,
        of: &asked.by,
        since: rfc3339(asked.since),
        answer: answer.map(|answer| answer.what.as_str()),
        by: answer.map(|answer| answer.who.as_str()),
        because: answer.and_then(|answer| answer.why.as_deref()),
        at: answer.map(|answer| rfc3339(answer.at)),
    }
}

fn wait(wait: &Wait) -> WaitRow {
    WaitRow { address: wait.address.as_str().to_owned(), since: rfc3339(wait.since) }
}
