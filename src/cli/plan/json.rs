//! What `orch plan --format json` prints: types of their own, with a version.

use serde::Serialize;

use super::{Preview, sentence::sentence};
use crate::{
    ir::Address,
    plan::{
        Takes,
        outline::{Answer, CheckKind, Item, Kind, Part, Taken, Way, WayBack},
        summary::Count,
        timeline::{Percentiles, Slot},
        undo::{Ends, FailurePoints, Undone},
    },
    source::Sources,
};

/// The version of the document.
const VERSION: u32 = 1;

/// A plan. All lengths of time are nanoseconds, all moments nanoseconds from the beginning.
#[derive(Serialize)]
struct PlanDocument<'a> {
    version: u32,
    plan: &'a str,
    file: &'a str,
    goals: &'a [String],
    inputs: Vec<InputRow<'a>>,
    capabilities: Vec<CapabilityRow<'a>>,
    takes: Option<TakesRow>,
    risk: Option<&'static str>,
    /// In the order written; what is in a part is in its `ways`
    parts: Vec<PartRow<'a>>,
    timeline: TimelineRow,
    alternatives: Vec<AlternativeRow<'a>>,
    /// From which point on what is undone if something fails
    failures: Vec<FailureRow<'a>>,
    summary: SummaryRow,
    /// What can't be computed with what is given
    faults: Vec<FaultRow<'a>>,
}

#[derive(Serialize)]
struct InputRow<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    /// Its text; `null` if it is not known
    value: Option<&'a str>,
    default: bool,
}

#[derive(Serialize)]
struct CapabilityRow<'a> {
    /// `exec`, `shell`, `http`, `env`, `file`
    kind: &'static str,
    names: Vec<&'a str>,
    /// What it lets happen that is not written there
    opens: Option<&'a str>,
}

#[derive(Serialize)]
struct TakesRow {
    shortest_ns: i64,
    likely_ns: i64,
    longest_ns: i64,
}

#[derive(Serialize)]
struct PartRow<'a> {
    /// `*` stands for the key of any item or stage
    address: &'a str,
    /// `probe`, `step`, `block_step`, `task`, `approve`, `phases`, `phase`, `when`, `decide`, `parallel`, `branch`, `for`,
    /// `rollout`, `require`, `verify`, `wait_until`, `guard`, `gate`, `wait`, `wait_for`, `on`, `emit`, `attempt`,
    /// `commit`, `run`, `after_each`, `fail`, `return`, `unwind`
    kind: &'static str,
    name: &'a str,
    title: Option<&'a str>,
    /// What is done, looked at or asked
    text: String,
    /// What else is to be known of it, for people
    notes: Vec<String>,
    /// `file:line:column`
    place: String,
    takes: Option<TakesRow>,
    risk: Option<&'static str>,
    timeout_ns: Option<i64>,
    /// Who does, answers or decides it
    by: Option<&'a str>,
    /// What decides it, where that is not known yet
    depends_on: Vec<&'a str>,
    /// What a probe answered
    answer: Option<&'a str>,
    /// The names of the phases it waits for
    after: Option<Vec<&'a str>>,
    way_back: Option<WayBackRow<'a>>,
    time: Option<SlotRow>,
    items: Option<Vec<ItemRow<'a>>>,
    stages: Option<Vec<StageRow<'a>>>,
    ways: Vec<WayRow<'a>>,
    gates: Vec<PartRow<'a>>,
}

#[derive(Serialize)]
struct WayRow<'a> {
    name: &'a str,
    title: Option<&'a str>,
    condition: Option<&'a str>,
    /// `always`, `yes`, `no`, `open`
    taken: &'static str,
    takes: Option<TakesRow>,
    risk: Option<&'static str>,
    parts: Vec<PartRow<'a>>,
}

#[derive(Serialize)]
struct WayBackRow<'a> {
    /// `own`, `inherited`, `scope`, `nothing`, `irreversible`, `none`
    kind: &'static str,
    call: Option<&'a str>,
    /// The scope that is undone as a whole
    scope: Option<&'a str>,
    always: bool,
    best_effort: bool,
}

#[derive(Serialize)]
struct ItemRow<'a> {
    key: &'a str,
    after: Vec<&'a str>,
    time: Option<SlotRow>,
}

#[derive(Serialize)]
struct StageRow<'a> {
    value: &'a str,
    hold_ns: Option<i64>,
}

#[derive(Serialize)]
struct SlotRow {
    begins_ns: i64,
    ends_ns: i64,
    slack_ns: i64,
    critical: bool,
    /// In which share of the trials it was on the critical path, 0 to 1
    chance: f64,
    p50_ns: i64,
    p80_ns: i64,
    p95_ns: i64,
    /// How long its parts take, where its author says something else of the whole
    parts_ns: Option<i64>,
}

#[derive(Serialize)]
struct TimelineRow {
    expected_ns: i64,
    p50_ns: i64,
    p80_ns: i64,
    p95_ns: i64,
    parts_ns: Option<i64>,
    trials: u32,
    critical_path: Vec<String>,
    not_counted: Vec<String>,
    /// These count as no time
    steps_without_estimate: u32,
    counted_once: Vec<String>,
}

#[derive(Serialize)]
struct AlternativeRow<'a> {
    decision: &'a str,
    option: &'a str,
    expected_ns: i64,
    p80_ns: i64,
}

#[derive(Serialize)]
struct FailureRow<'a> {
    /// The addresses of the parts that may fail
    at: Vec<&'a str>,
    undone: Vec<UndoneRow<'a>>,
    stays: Vec<&'a str>,
    /// `compensated`, `halted`, `otherwise`
    ends: &'static str,
    /// The commit it is undone to, or the attempt that goes another way
    ends_at: Option<&'a str>,
}

#[derive(Serialize)]
struct UndoneRow<'a> {
    address: &'a str,
    call: &'a str,
    /// Once for each item that was done
    each: bool,
    /// Only if it was done by then
    perhaps: bool,
}

#[derive(Serialize)]
struct SummaryRow {
    phases: usize,
    undoable_phases: usize,
    steps: CountRow,
    commits: CountRow,
    approvals: CountRow,
    tasks: CountRow,
    open_decisions: usize,
    irreversible: CountRow,
    without_way_back: CountRow,
}

#[derive(Serialize)]
struct CountRow {
    at_least: usize,
    /// `null` where nobody knows
    at_most: Option<usize>,
    exact: bool,
}

#[derive(Serialize)]
struct FaultRow<'a> {
    address: &'a str,
    reason: &'a str,
}

/// The document.
pub fn json(preview: &Preview, sources: &Sources) -> String {
    let (outline, timeline, summary) = (&preview.outline, &preview.timeline, &preview.summary);
    let rows = Rows { preview, sources };
    let names = super::names::Names::of(outline);
    let named = |parts: &[u32]| parts.iter().map(|part| names.of_part(*part)).collect();
    let critical: Vec<u32> =
        timeline.critical.iter().map(|(_, part)| *part).filter(|part| names.is_worth_naming(*part)).collect();
    let document = PlanDocument {
        version: VERSION,
        plan: &outline.plan,
        file: &preview.file,
        goals: &outline.goals,
        inputs: outline
            .inputs
            .iter()
            .map(|input| InputRow {
                name: &input.name,
                ty: &input.ty,
                value: input.value.as_deref(),
                default: input.is_default,
            })
            .collect(),
        capabilities: outline
            .capabilities
            .iter()
            .map(|capability| CapabilityRow {
                kind: capability.word,
                names: capability.names.iter().map(|name| name.as_str()).collect(),
                opens: capability.opens.as_deref(),
            })
            .collect(),
        takes: outline.takes.map(takes),
        risk: outline.risk.map(|risk| risk.as_str()),
        parts: rows.parts(&outline.parts, None),
        timeline: TimelineRow {
            expected_ns: timeline.expected,
            p50_ns: timeline.within.p50,
            p80_ns: timeline.within.p80,
            p95_ns: timeline.within.p95,
            parts_ns: timeline.parts,
            trials: timeline.trials,
            critical_path: named(&critical),
            not_counted: named(&timeline.uncounted),
            steps_without_estimate: timeline.untimed,
            counted_once: named(&timeline.open),
        },
        alternatives: preview
            .alternatives
            .iter()
            .map(|one| AlternativeRow {
                decision: one.decision.as_str(),
                option: &one.option,
                expected_ns: one.timeline.expected,
                p80_ns: one.timeline.within.p80,
            })
            .collect(),
        failures: rows.failures(),
        summary: SummaryRow {
            phases: summary.phases,
            undoable_phases: summary.undoable_phases,
            steps: count(summary.steps),
            commits: count(summary.commits),
            approvals: count(summary.approvals),
            tasks: count(summary.tasks),
            open_decisions: summary.open_decisions,
            irreversible: count(summary.irreversible),
            without_way_back: count(summary.without_way_back),
        },
        faults: outline.faults.iter().map(|(address, reason)| FaultRow { address: address.as_str(), reason }).collect(),
    };
    // Texts, numbers and lists can always be written.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

struct Rows<'a> {
    preview: &'a Preview,
    sources: &'a Sources,
}

impl<'a> Rows<'a> {
    fn parts(&self, parts: &'a [Part], group: Option<&'a [Part]>) -> Vec<PartRow<'a>> {
        parts.iter().map(|part| self.part(part, group)).collect()
    }

    fn part(&self, part: &'a Part, group: Option<&'a [Part]>) -> PartRow<'a> {
        let said = sentence(part);
        let (by, depends_on, answer) = facts(part);
        let after = match (&part.kind, group) {
            (Kind::Phase { after, .. }, Some(group)) => {
                Some(after.iter().map(|before| group[*before].name.as_str()).collect())
            }
            _ => None,
        };
        let items = match &part.kind {
            Kind::Loop(each) => each.items.as_ref().map(|items| self.items(items)),
            _ => None,
        };
        let (stages, gates) = match &part.kind {
            Kind::Rollout(rollout) => {
                let stage =
                    |stage: &'a crate::plan::outline::Stage| StageRow { value: &stage.value, hold_ns: stage.hold };
                (
                    rollout.stages.as_ref().map(|stages| stages.iter().map(stage).collect()),
                    self.parts(&rollout.gates, None),
                )
            }
            _ => (None, Vec::new()),
        };
        PartRow {
            address: part.address.as_str(),
            kind: kind(part),
            name: &part.name,
            title: part.title.as_deref(),
            text: said.text,
            notes: said.notes,
            place: self.sources.place(part.span),
            takes: part.takes.map(takes),
            risk: part.risk.map(|risk| risk.as_str()),
            timeout_ns: part.timeout,
            by,
            depends_on,
            answer,
            after,
            way_back: part.way_back().map(way_back),
            time: self.preview.timeline.slot(part.id).map(slot),
            items,
            stages,
            ways: part.ways.iter().map(|way| self.way(way)).collect(),
            gates,
        }
    }

    fn way(&self, way: &'a Way) -> WayRow<'a> {
        WayRow {
            name: &way.name,
            title: way.title.as_deref(),
            condition: way.condition.as_deref(),
            taken: match way.taken {
                Taken::Always => "always",
                Taken::Yes => "yes",
                Taken::No => "no",
                Taken::Open => "open",
            },
            takes: way.takes.map(takes),
            risk: way.risk.map(|risk| risk.as_str()),
            parts: self.parts(&way.parts, Some(&way.parts)),
        }
    }

    fn items(&self, items: &'a [Item]) -> Vec<ItemRow<'a>> {
        let item = |item: &'a Item| ItemRow {
            key: &item.key,
            after: item.after.iter().map(|before| items[*before].key.as_str()).collect(),
            time: self.preview.timeline.slot(item.id).map(slot),
        };
        items.iter().map(item).collect()
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
                undone: points.undone.iter().map(undone).collect(),
                stays: points.stays.iter().map(Address::as_str).collect(),
                ends,
                ends_at,
            }
        };
        self.preview.failures.iter().map(row).collect()
    }
}

fn undone(done: &Undone) -> UndoneRow<'_> {
    UndoneRow { address: done.address.as_str(), call: &done.undo.call, each: done.each, perhaps: done.perhaps }
}

fn takes(takes: Takes) -> TakesRow {
    TakesRow { shortest_ns: takes.shortest, likely_ns: takes.likely, longest_ns: takes.longest }
}

fn count(count: Count) -> CountRow {
    CountRow { at_least: count.least, at_most: count.most, exact: count.is_exact() }
}

fn slot(slot: &Slot) -> SlotRow {
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

fn way_back(way_back: &WayBack) -> WayBackRow<'_> {
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

/// Who, what it depends on, and what was answered.
fn facts(part: &Part) -> (Option<&str>, Vec<&str>, Option<&str>) {
    match &part.kind {
        Kind::Task { by, .. } | Kind::Approve { by, .. } => (Some(by), Vec::new(), None),
        Kind::Decide { by, depends_on, .. } => {
            (by.as_deref(), depends_on.iter().map(|name| name.as_str()).collect(), None)
        }
        Kind::When { depends_on, complete: _ } => (None, depends_on.iter().map(|name| name.as_str()).collect(), None),
        Kind::Loop(each) => (None, each.depends_on.iter().map(|name| name.as_str()).collect(), None),
        Kind::Rollout(rollout) => (None, rollout.depends_on.iter().map(|name| name.as_str()).collect(), None),
        Kind::Probe { answer: Answer::Given(value), .. } => (None, Vec::new(), Some(value)),
        _ => (None, Vec::new(), None),
    }
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
