//! How what is known of a plan is written: each part of it that needs nothing else.

use super::document::{
    AlternativeRow, CapabilityRow, CountRow, InputRow, SlotRow, StageRow, SummaryRow, TakesRow, UndoneRow, WayBackRow,
};
use crate::plan::{
    Alternative, Capability, Takes,
    outline::{Input, Stage, Taken, WayBack},
    summary::{Count, Summary},
    timeline::{Percentiles, Slot},
    undo::Undone,
};

impl<'a> From<&'a Input> for InputRow<'a> {
    fn from(input: &'a Input) -> InputRow<'a> {
        InputRow { name: &input.name, ty: &input.ty, value: input.value.as_deref(), default: input.is_default }
    }
}

impl<'a> From<&'a Capability> for CapabilityRow<'a> {
    fn from(capability: &'a Capability) -> CapabilityRow<'a> {
        CapabilityRow {
            kind: capability.word,
            names: capability.names.iter().map(|name| name.as_str()).collect(),
            opens: capability.opens.as_deref(),
        }
    }
}

impl<'a> From<&'a Alternative> for AlternativeRow<'a> {
    fn from(alternative: &'a Alternative) -> AlternativeRow<'a> {
        AlternativeRow {
            decision: alternative.decision.as_str(),
            option: &alternative.option,
            expected_ns: alternative.timeline.expected,
            p80_ns: alternative.timeline.within.p80,
        }
    }
}

impl<'a> From<&'a Undone> for UndoneRow<'a> {
    fn from(done: &'a Undone) -> UndoneRow<'a> {
        UndoneRow { address: done.address.as_str(), call: &done.undo.call, each: done.each, perhaps: done.perhaps }
    }
}

impl<'a> From<&'a Stage> for StageRow<'a> {
    fn from(stage: &'a Stage) -> StageRow<'a> {
        StageRow { value: &stage.value, hold_ns: stage.hold }
    }
}

impl<'a> From<&'a WayBack> for WayBackRow<'a> {
    fn from(way_back: &'a WayBack) -> WayBackRow<'a> {
        let (kind, scope) = match way_back {
            WayBack::Own(_) => ("own", None),
            WayBack::Inherited(_) => ("inherited", None),
            WayBack::Scope(scope) => ("scope", Some(scope.as_str())),
            WayBack::Nothing => ("nothing", None),
            WayBack::Irreversible => ("irreversible", None),
            WayBack::None => ("none", None),
        };
        let undo = way_back.undo();
        WayBackRow {
            kind,
            call: undo.map(|undo| undo.call.as_str()),
            scope,
            always: undo.is_some_and(|undo| undo.always),
            best_effort: undo.is_some_and(|undo| undo.best_effort),
        }
    }
}

impl From<Takes> for TakesRow {
    fn from(takes: Takes) -> TakesRow {
        TakesRow { shortest_ns: takes.shortest, likely_ns: takes.likely, longest_ns: takes.longest }
    }
}

impl From<Count> for CountRow {
    fn from(count: Count) -> CountRow {
        CountRow { at_least: count.least, at_most: count.most, exact: count.is_exact() }
    }
}

impl From<&Summary> for SummaryRow {
    fn from(summary: &Summary) -> SummaryRow {
        SummaryRow {
            phases: summary.phases,
            undoable_phases: summary.undoable_phases,
            steps: summary.steps.into(),
            commits: summary.commits.into(),
            approvals: summary.approvals.into(),
            tasks: summary.tasks.into(),
            open_decisions: summary.open_decisions,
            irreversible: summary.irreversible.into(),
            without_way_back: summary.without_way_back.into(),
        }
    }
}

impl From<&Slot> for SlotRow {
    fn from(slot: &Slot) -> SlotRow {
        let Percentiles { p50, p80, p95 } = slot.within;
        SlotRow {
            begins_ns: slot.begins,
            ends_ns: slot.ends,
            slack_ns: slot.slack,
            critical: slot.critical,
            chance: slot.chance,
            p50_ns: p50,
            p80_ns: p80,
            p95_ns: p95,
            parts_ns: slot.parts,
        }
    }
}

/// Whether a way is taken, as a word for programs.
pub(super) fn taken(taken: Taken) -> &'static str {
    match taken {
        Taken::Always => "always",
        Taken::Yes => "yes",
        Taken::No => "no",
        Taken::Open => "open",
    }
}
