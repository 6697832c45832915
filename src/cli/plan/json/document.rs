//! The types of the document: they are its schema, and change only by additions.

use serde::Serialize;

/// A plan. All lengths of time are nanoseconds, all moments nanoseconds from the beginning.
#[derive(Serialize)]
pub(super) struct PlanDocument<'a> {
    pub version: u32,
    pub plan: &'a str,
    pub file: &'a str,
    pub goals: &'a [String],
    pub inputs: Vec<InputRow<'a>>,
    pub capabilities: Vec<CapabilityRow<'a>>,
    pub takes: Option<TakesRow>,
    pub risk: Option<&'static str>,
    /// In the order written; what is in a part is in its `ways`
    pub parts: Vec<PartRow<'a>>,
    pub timeline: TimelineRow,
    pub alternatives: Vec<AlternativeRow<'a>>,
    /// From which point on what is undone if something fails
    pub failures: Vec<FailureRow<'a>>,
    pub summary: SummaryRow,
    /// What can't be computed with what is given
    pub faults: Vec<FaultRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct InputRow<'a> {
    pub name: &'a str,
    #[serde(rename = "type")]
    pub ty: &'a str,
    /// Its text; `null` if it is not known
    pub value: Option<&'a str>,
    pub default: bool,
}

#[derive(Serialize)]
pub(super) struct CapabilityRow<'a> {
    /// `exec`, `shell`, `http`, `env`, `file`
    pub kind: &'static str,
    pub names: Vec<&'a str>,
    /// What it lets happen that is not written there
    pub opens: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct TakesRow {
    pub shortest_ns: i64,
    pub likely_ns: i64,
    pub longest_ns: i64,
}

#[derive(Serialize)]
pub(super) struct PartRow<'a> {
    /// `*` stands for the key of any item or stage
    pub address: &'a str,
    /// `probe`, `step`, `block_step`, `task`, `approve`, `phases`, `phase`, `when`, `decide`, `parallel`, `branch`, `for`,
    /// `rollout`, `require`, `verify`, `wait_until`, `guard`, `gate`, `wait`, `wait_for`, `on`, `emit`, `attempt`,
    /// `commit`, `run`, `after_each`, `fail`, `return`, `unwind`
    pub kind: &'static str,
    pub name: &'a str,
    pub title: Option<&'a str>,
    /// What is done, looked at or asked
    pub text: String,
    /// What else is to be known of it, for people
    pub notes: Vec<String>,
    /// `file:line:column`
    pub place: String,
    pub takes: Option<TakesRow>,
    pub risk: Option<&'static str>,
    pub timeout_ns: Option<i64>,
    /// Who does, answers or decides it
    pub by: Option<&'a str>,
    /// What decides it, where that is not known yet
    pub depends_on: Vec<&'a str>,
    /// What a probe answered
    pub answer: Option<&'a str>,
    /// The names of the phases it waits for
    pub after: Option<Vec<&'a str>>,
    pub way_back: Option<WayBackRow<'a>>,
    pub time: Option<SlotRow>,
    pub items: Option<Vec<ItemRow<'a>>>,
    pub stages: Option<Vec<StageRow<'a>>>,
    pub ways: Vec<WayRow<'a>>,
    pub gates: Vec<PartRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct WayRow<'a> {
    pub name: &'a str,
    pub title: Option<&'a str>,
    pub condition: Option<&'a str>,
    /// `always`, `yes`, `no`, `open`
    pub taken: &'static str,
    pub takes: Option<TakesRow>,
    pub risk: Option<&'static str>,
    pub parts: Vec<PartRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct WayBackRow<'a> {
    /// `own`, `inherited`, `scope`, `nothing`, `irreversible`, `none`
    pub kind: &'static str,
    pub call: Option<&'a str>,
    /// The scope that is undone as a whole
    pub scope: Option<&'a str>,
    pub always: bool,
    pub best_effort: bool,
}

#[derive(Serialize)]
pub(super) struct ItemRow<'a> {
    pub key: &'a str,
    pub after: Vec<&'a str>,
    pub time: Option<SlotRow>,
}

#[derive(Serialize)]
pub(super) struct StageRow<'a> {
    pub value: &'a str,
    pub hold_ns: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct SlotRow {
    pub begins_ns: i64,
    pub ends_ns: i64,
    pub slack_ns: i64,
    pub critical: bool,
    /// In which share of the trials it was on the critical path, 0 to 1
    pub chance: f64,
    pub p50_ns: i64,
    pub p80_ns: i64,
    pub p95_ns: i64,
    /// How long its parts take, where its author says something else of the whole
    pub parts_ns: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct TimelineRow {
    pub expected_ns: i64,
    pub p50_ns: i64,
    pub p80_ns: i64,
    pub p95_ns: i64,
    pub parts_ns: Option<i64>,
    pub trials: u32,
    pub critical_path: Vec<String>,
    pub not_counted: Vec<String>,
    /// These count as no time
    pub steps_without_estimate: u32,
    pub counted_once: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct AlternativeRow<'a> {
    pub decision: &'a str,
    pub option: &'a str,
    pub expected_ns: i64,
    pub p80_ns: i64,
}

#[derive(Serialize)]
pub(super) struct FailureRow<'a> {
    /// The addresses of the parts that may fail
    pub at: Vec<&'a str>,
    pub undone: Vec<UndoneRow<'a>>,
    pub stays: Vec<&'a str>,
    /// `compensated`, `halted`, `otherwise`
    pub ends: &'static str,
    /// The commit it is undone to, or the attempt that goes another way
    pub ends_at: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct UndoneRow<'a> {
    pub address: &'a str,
    pub call: &'a str,
    /// Once for each item that was done
    pub each: bool,
    /// Only if it was done by then
    pub perhaps: bool,
}

#[derive(Serialize)]
pub(super) struct SummaryRow {
    pub phases: usize,
    pub undoable_phases: usize,
    pub steps: CountRow,
    pub commits: CountRow,
    pub approvals: CountRow,
    pub tasks: CountRow,
    pub open_decisions: usize,
    pub irreversible: CountRow,
    pub without_way_back: CountRow,
}

#[derive(Serialize)]
pub(super) struct CountRow {
    pub at_least: usize,
    /// `null` where nobody knows
    pub at_most: Option<usize>,
    pub exact: bool,
}

#[derive(Serialize)]
pub(super) struct FaultRow<'a> {
    pub address: &'a str,
    pub reason: &'a str,
}
