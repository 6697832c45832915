//! What `orch plan --format json` prints: types of their own, with a version.

mod document;
mod rows;

use smol_str::SmolStr;

use super::{Preview, names::Names, sentence::sentence};
use crate::{
    ir::Address,
    plan::{
        Outline, Timeline,
        outline::{Answer, CheckKind, Item, Kind, Part, Way},
        undo::{Ends, FailurePoints},
    },
    source::Sources,
};
use document::{FailureRow, FaultRow, ItemRow, PartRow, PlanDocument, StageRow, TimelineRow, WayRow};
use rows::taken;

/// The version of the document.
const VERSION: u32 = 1;

/// The document.
pub fn json(preview: &Preview, sources: &Sources) -> String {
    let outline = &preview.outline;
    let rows = Rows { preview, sources };
    let document = PlanDocument {
        version: VERSION,
        plan: &outline.plan,
        file: &preview.file,
        goals: &outline.goals,
        inputs: outline.inputs.iter().map(Into::into).collect(),
        capabilities: outline.capabilities.iter().map(Into::into).collect(),
        takes: outline.takes.map(Into::into),
        risk: outline.risk.map(|risk| risk.as_str()),
        parts: rows.parts(&outline.parts, None),
        timeline: timeline(outline, &preview.timeline),
        alternatives: preview.alternatives.iter().map(Into::into).collect(),
        failures: rows.failures(),
        summary: (&preview.summary).into(),
        faults: outline.faults.iter().map(|(address, reason)| FaultRow { address: address.as_str(), reason }).collect(),
    };
    // Texts, numbers and lists can always be written.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn timeline(outline: &Outline, timeline: &Timeline) -> TimelineRow {
    let names = Names::of(outline);
    let named = |parts: &[u32]| parts.iter().map(|part| names.of_part(*part)).collect();
    let critical = timeline.critical.iter().map(|(_, part)| *part).filter(|part| names.is_worth_naming(*part));
    TimelineRow {
        expected_ns: timeline.expected,
        p50_ns: timeline.within.p50,
        p80_ns: timeline.within.p80,
        p95_ns: timeline.within.p95,
        parts_ns: timeline.parts,
        trials: timeline.trials,
        critical_path: named(&critical.collect::<Vec<u32>>()),
        not_counted: named(&timeline.uncounted),
        steps_without_estimate: timeline.untimed,
        counted_once: named(&timeline.open),
    }
}

struct Rows<'a> {
    preview: &'a Preview,
    sources: &'a Sources,
}

impl<'a> Rows<'a> {
    /// Parts that stand together; `group` are the phases that they may wait for.
    fn parts(&self, parts: &'a [Part], group: Option<&'a [Part]>) -> Vec<PartRow<'a>> {
        parts.iter().map(|part| self.part(part, group)).collect()
    }

    fn part(&self, part: &'a Part, group: Option<&'a [Part]>) -> PartRow<'a> {
        let said = sentence(part);
        let (by, depends_on, answer) = facts(part);
        PartRow {
            address: part.address.as_str(),
            kind: kind(part),
            name: &part.name,
            title: part.title.as_deref(),
            text: said.text,
            notes: said.notes,
            place: self.sources.place(part.span),
            takes: part.takes.map(Into::into),
            risk: part.risk.map(|risk| risk.as_str()),
            timeout_ns: part.timeout,
            by,
            depends_on,
            answer,
            after: group.and_then(|group| after(part, group)),
            way_back: part.way_back().map(Into::into),
            time: self.preview.timeline.slot(part.id).map(Into::into),
            items: self.items(part),
            stages: stages(part),
            ways: part.ways.iter().map(|way| self.way(way)).collect(),
            gates: self.parts(part.gates(), None),
        }
    }

    fn way(&self, way: &'a Way) -> WayRow<'a> {
        WayRow {
            name: &way.name,
            title: way.title.as_deref(),
            condition: way.condition.as_deref(),
            taken: taken(way.taken),
            takes: way.takes.map(Into::into),
            risk: way.risk.map(|risk| risk.as_str()),
            parts: self.parts(&way.parts, Some(&way.parts)),
        }
    }

    /// The items of a loop, if it is one and they are known.
    fn items(&self, part: &'a Part) -> Option<Vec<ItemRow<'a>>> {
        let Kind::Loop(each) = &part.kind else { return None };
        let items = each.items.as_ref()?;
        let row = |item: &'a Item| ItemRow {
            key: &item.key,
            after: item.after.iter().map(|before| items[*before].key.as_str()).collect(),
            time: self.preview.timeline.slot(item.id).map(Into::into),
        };
        Some(items.iter().map(row).collect())
    }

    fn failures(&self) -> Vec<FailureRow<'a>> {
        let parts = self.preview.outline.all();
        let address = |id: &u32| parts.iter().find(|part| part.id == *id).map(|part| part.address.as_str());
        let row = |points: &'a FailurePoints| {
            let (ends, ends_at) = match &points.ends {
                Ends::Compensated => ("compensated", None),
                Ends::Halted(commit) => ("halted", Some(commit.as_str())),
                Ends::Otherwise(attempt) => ("otherwise", Some(attempt.as_str())),
            };
            FailureRow {
                at: points.parts.iter().filter_map(address).collect(),
                undone: points.undone.iter().map(Into::into).collect(),
                stays: points.stays.iter().map(Address::as_str).collect(),
                ends,
                ends_at,
            }
        };
        self.preview.failures.iter().map(row).collect()
    }
}

/// The names of the phases that a phase waits for.
fn after<'a>(part: &'a Part, group: &'a [Part]) -> Option<Vec<&'a str>> {
    let Kind::Phase { after, way_back: _ } = &part.kind else { return None };
    Some(after.iter().map(|before| group[*before].name.as_str()).collect())
}

/// The stages of a rollout, if it is one and they are known.
fn stages(part: &Part) -> Option<Vec<StageRow<'_>>> {
    let Kind::Rollout(rollout) = &part.kind else { return None };
    Some(rollout.stages.as_ref()?.iter().map(Into::into).collect())
}

/// Who, what it depends on, and what was answered.
fn facts(part: &Part) -> (Option<&str>, Vec<&str>, Option<&str>) {
    match &part.kind {
        Kind::Task { by, .. } | Kind::Approve { by, .. } => (Some(by), Vec::new(), None),
        Kind::Decide { by, depends_on, .. } => (by.as_deref(), names_of(depends_on), None),
        Kind::When { depends_on, complete: _ } => (None, names_of(depends_on), None),
        Kind::Loop(each) => (None, names_of(&each.depends_on), None),
        Kind::Rollout(rollout) => (None, names_of(&rollout.depends_on), None),
        Kind::Probe { answer: Answer::Given(value), .. } => (None, Vec::new(), Some(value)),
        Kind::Probe { answer: Answer::Open | Answer::Failed(_), .. }
        | Kind::Step { .. }
        | Kind::BlockStep { .. }
        | Kind::Phases
        | Kind::Phase { .. }
        | Kind::Parallel { .. }
        | Kind::Branch
        | Kind::Check(_)
        | Kind::Wait { .. }
        | Kind::WaitFor { .. }
        | Kind::On { .. }
        | Kind::Emit { .. }
        | Kind::Attempt
        | Kind::Commit { .. }
        | Kind::Run { .. }
        | Kind::AfterEach
        | Kind::Fail { .. }
        | Kind::Return
        | Kind::Unwind => (None, Vec::new(), None),
    }
}

fn names_of(names: &[SmolStr]) -> Vec<&str> {
    names.iter().map(SmolStr::as_str).collect()
}

/// What a part is, as a word for programs.
pub fn kind(part: &Part) -> &'static str {
    match &part.kind {
        Kind::Probe { .. } => "probe",
        Kind::Step { .. } => "step",
        Kind::BlockStep { .. } => "block_step",
        Kind::Task { .. } => "task",
        Kind::Approve { .. } => "approve",
        Kind::Phases => "phases",
        Kind::Phase { .. } => "phase",
        Kind::When { .. } => "when",
        Kind::Decide { .. } => "decide",
        Kind::Parallel { .. } => "parallel",
        Kind::Branch => "branch",
        Kind::Loop(_) => "for",
        Kind::Rollout(_) => "rollout",
        Kind::Check(check) => match &check.way {
            CheckKind::Require => "require",
            CheckKind::Verify => "verify",
            CheckKind::WaitUntil => "wait_until",
            CheckKind::Guard(..) => "guard",
            CheckKind::Gate(_) => "gate",
        },
        Kind::Wait { .. } => "wait",
        Kind::WaitFor { .. } => "wait_for",
        Kind::On { .. } => "on",
        Kind::Emit { .. } => "emit",
        Kind::Attempt => "attempt",
        Kind::Commit { .. } => "commit",
        Kind::Run { .. } => "run",
        Kind::AfterEach => "after_each",
        Kind::Fail { .. } => "fail",
        Kind::Return => "return",
        Kind::Unwind => "unwind",
    }
}
