//! What was explored, as one JSON document.

use serde_json::{Map, Value as Json, json};

use super::Explored;
use crate::explore::{Ending, Finding, Taken, findings::Kind};

/// `{ "plan": .., "paths": 43, "endings": { "completed": 22, .. }, "findings": [ .. ] }`
pub(super) fn document(explored: &Explored<'_>) -> Json {
    let report = &explored.report;
    let endings: Map<String, Json> =
        report.endings.iter().map(|(ending, count)| (word(*ending).to_owned(), Json::from(*count))).collect();
    let findings: Vec<Json> = report.findings.iter().map(|found| finding(explored, found)).collect();
    json!({
        "version": 1,
        "plan": explored.plan,
        "faults": explored.settings.faults,
        "seed": explored.settings.seed,
        "made_up": explored.made_up,
        "paths": report.paths,
        "joined": report.joined,
        "alike": report.alike,
        "left_out": report.left_out,
        "states": report.states,
        "endings": endings,
        "undisturbed": report.undisturbed.as_ref().map(|(ending, failed)| json!({
            "ending": word(*ending),
            "failure": failed.as_ref().map(|(address, reason)| json!({ "address": address.to_string(), "reason": reason })),
        })),
        "not_reached": report.not_reached.iter().map(|span| explored.sources.place(*span)).collect::<Vec<_>>(),
        "unused": explored.unused().collect::<Vec<_>>(),
        "kept": explored.kept().collect::<Vec<_>>(),
        "findings": findings,
    })
}

fn finding(explored: &Explored<'_>, finding: &Finding) -> Json {
    let kind = match finding.kind {
        Kind::InDoubt => "in_doubt",
        Kind::NotUndone => "not_undone",
        Kind::Measure => "measure",
        Kind::Owed => "owed",
        Kind::Broken => "broken",
    };
    json!({
        "kind": kind,
        "address": finding.address,
        "reason": finding.reason,
        "paths": finding.paths,
        "faults": finding.faults(),
        "shortest": finding.taken.iter().map(taken).collect::<Vec<_>>(),
        "place": finding.span.map(|span| explored.sources.place(span)),
        "advice": finding.advice,
    })
}

fn taken(taken: &Taken) -> Json {
    json!({
        "address": taken.address.to_string(),
        "asks": taken.what,
        "goes": taken.deviation.to_string(),
        "fault": taken.deviation.is_fault(),
    })
}

fn word(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::Compensated => "compensated",
        Ending::Halted => "halted",
        Ending::Partial => "partial",
        Ending::Stuck => "stuck",
        Ending::Paused => "paused",
        Ending::Waiting => "waiting",
        Ending::Endless => "endless",
    }
}
