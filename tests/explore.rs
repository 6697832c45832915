//! Exploring: which paths there are, what is found on them, and that the same is found each time.

use std::{collections::BTreeMap, sync::Arc};

use orch::{
    check::{LoadError, check},
    explore::{Deviation, Ending, Exploration, Finding, Report, Settings, findings::Kind},
    ir::Program,
    machine::{Entry, Record},
};
use serde_json::Map;

/// A step that can be done again and needs no undoing.
const ACTIONS: &str = r#"
uses exec("./x")
action again(n: Int = 1) = exec("./x", ["again", "{n}"]) idempotent compensate nothing
action asked() = exec("./x", ["asked"]) confirm was_asked() compensate nothing
action unknown() = exec("./x", ["unknown"]) compensate nothing
action undoable() = exec("./x", ["do"]) idempotent compensate undo()
action undo() = exec("./x", ["undo"]) idempotent compensate nothing
probe was_asked() -> Bool = exec("./x", ["was-asked"])
probe seen() -> Bool = exec("./x", ["seen"])
"#;

fn program(plan: &str) -> Arc<Program> {
    let text = format!("{ACTIONS}{plan}");
    let checked = check("test.orch", text.as_str(), &|_: &str| Err(LoadError("no such file".to_owned())));
    Arc::new(checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

fn exploration(plan: &str, settings: Settings) -> Exploration {
    let program = program(plan);
    let name = program.plans[0].name.clone();
    let mut exploration = Exploration::new(program, &name, &Map::new(), settings, Vec::new()).expect("the run begins");
    loop {
        let batch = exploration.batch();
        if batch.is_empty() {
            return exploration;
        }
        let walked = batch.into_iter().map(|path| path.walk(exploration.seen(), exploration.settings())).collect();
        exploration.take(walked);
    }
}

fn explored(plan: &str) -> Report {
    exploration(plan, Settings::default()).report()
}

fn with_faults(plan: &str, faults: u32) -> Report {
    exploration(plan, Settings { faults, ..Settings::default() }).report()
}

fn endings<const N: usize>(counts: [(Ending, u64); N]) -> BTreeMap<Ending, u64> {
    counts.into_iter().collect()
}

fn only(report: &Report) -> &Finding {
    match report.findings.as_slice() {
        [only] => only,
        several => panic!("{several:#?}"),
    }
}

/// What is alone enough for something.
fn single(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|finding| finding.faults() < 2).collect()
}

/// A step fails, is lost though done or not done, or is interrupted before or after: 5 paths. It is settled by being done
/// again, which is lost for good or interrupted: 3 more. With the one that goes undisturbed, n steps have 1 + 8n.
#[test]
fn the_paths_of_steps_are_those_that_one_counts() {
    for (steps, body) in [(1, "step again()"), (2, "step a = again() step b = again()")] {
        let report = explored(&format!("plan p() {{ {body} }}"));
        assert_eq!((report.paths, report.left_out), (1 + 8 * steps, 0), "{report:#?}");
        // It is undone if a step fails; it is stuck where nobody ever hears of one.
        let (failed, stuck) = (steps, steps);
        let completed = 1 + 8 * steps - failed - stuck;
        let expected = endings([(Ending::Completed, completed), (Ending::Compensated, failed), (Ending::Stuck, stuck)]);
        assert_eq!(report.endings, expected);
        assert!(single(&report).is_empty());
    }
}

/// A second step fails, and the first is undone: that fails, is lost though done or not, or is interrupted before or
/// after, 5 paths more.
#[test]
fn the_way_back_is_walked_with_a_fault_of_its_own() {
    let report = explored("plan p() { step a = undoable() step b = again() }");
    assert_eq!(report.paths, 1 + 2 * 8 + 5, "{report:#?}");
    let not_undone =
        report.findings.iter().find(|finding| finding.kind == Kind::NotUndone).expect("it can't be undone");
    assert_eq!((not_undone.address.as_str(), not_undone.faults()), ("a/undo", 2));
    let told: Vec<String> = not_undone.taken.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["b fails", "a/undo fails"]);
}

/// What has a `confirm` is looked for: 2 paths for that look. Found not done after a crash, it is started again: 3 paths
/// for that.
#[test]
fn what_is_found_out_is_a_path_of_its_own() {
    let report = explored("plan p() { step asked() }");
    assert_eq!(report.paths, 1 + 5 + 2 + 3, "{report:#?}");
    let told: Vec<String> =
        report.findings.iter().flat_map(|finding| &finding.taken).map(ToString::to_string).collect();
    assert!(told.contains(&"asked: was_asked() gives no answer".to_owned()), "{told:?}");
}

#[test]
fn without_faults_only_the_ways_are_counted_that_the_plan_has() {
    let plan = r#"plan p() {
        decide size "How?" { option small when false { step a = again() } option big otherwise { step b = again() } }
        probe known = seen()
        when known { step c = again() }
    }"#;
    let report = with_faults(plan, 0);
    assert_eq!(report.endings, endings([(Ending::Completed, 4)]), "two options, two answers");
}

#[test]
fn a_missing_confirm_is_found_with_the_line_to_change() {
    let report = explored("plan p() { step unknown() }");
    let finding = single(&report)[0];
    assert_eq!((finding.kind, finding.address.as_str()), (Kind::InDoubt, "unknown"));
    assert!(finding.advice.contains("`confirm`") && finding.advice.contains("`idempotent`"), "{}", finding.advice);
    let text = format!("{ACTIONS}plan p() {{ step unknown() }}");
    let span = finding.span.expect("a place");
    assert!(text[span.start as usize..].starts_with("unknown()"), "{:?}", &text[span.start as usize..]);
}

#[test]
fn what_is_given_up_is_owed() {
    let report = explored("plan p() { step a = again() compensate best_effort undo() step b = again() }");
    let owed = report.findings.iter().find(|finding| finding.kind == Kind::Owed).expect("something is owed");
    assert_eq!((owed.address.as_str(), owed.faults()), ("a", 2), "{owed:#?}");
}

#[test]
fn conditions_people_events_and_time_go_wrong_too() {
    let plan = r#"
event Paid = { id: String }
plan p() {
  require seen() else "no"
  verify seen() within 1m every 1s
  approve go "Shall we?" by "boss" timeout 2d
  task work "Do it" by "team" timeout 1w
  wait for Paid timeout 3d
  step again() timeout 1m
}"#;
    let report = explored(plan);
    // A condition does not hold or has no answer, twice; a person says no or nothing, twice; no event comes; a step fails.
    assert_eq!(report.endings[&Ending::Compensated], 10, "{report:#?}");
    assert!(!report.endings.contains_key(&Ending::Endless) && !report.endings.contains_key(&Ending::Waiting));
}

/// A hundred items are explored like two: the first of them, and one behind another.
#[test]
fn items_of_a_loop_are_alike() {
    let paths = |count: u32| {
        let report = explored(&format!("plan p() {{ for n in range(0, {count}) {{ step undoable() }} }}"));
        (report.paths, report.alike)
    };
    let (few, many) = (paths(3), paths(60));
    assert_eq!(few.0, many.0, "{few:?} {many:?}");
    assert!(many.1 > few.1, "what is not walked is counted: {few:?} {many:?}");
}

#[test]
fn weeks_of_looks_are_few_steps() {
    let plan = r#"plan p() {
        guard seen() every 1s
        task work "Do it" by "team" takes 20w
        step again()
    }"#;
    let exploration = exploration(plan, Settings::default());
    let journal = exploration.journal(&[]);
    assert!(journal.len() < 200, "{} records", journal.len());
    let over = journal.last().map(|record| record.at.since(journal[0].at)).unwrap_or_default();
    assert!(over >= 20 * 7 * 24 * 3600 * 1_000_000_000, "{over}");
    let report = exploration.report();
    assert!(single(&report).is_empty(), "{report:#?}");
    assert!(report.endings[&Ending::Compensated] >= 2, "{report:#?}");
}

#[test]
fn the_same_is_found_twice_and_by_several() {
    let plan = "plan p() { for n in [1, 2, 3] parallel { step a = undoable() step b = asked() } }";
    let told = |exploration: &Exploration| format!("{:#?}", exploration.report());
    let first = exploration(plan, Settings::default());
    assert_eq!(told(&first), told(&exploration(plan, Settings::default())));
}

#[test]
fn a_journal_tells_how_a_finding_comes_about() {
    let exploration = exploration("plan p() { step a = undoable() step b = again() }", Settings::default());
    let report = exploration.report();
    let finding = report.findings.iter().find(|finding| finding.kind == Kind::NotUndone).expect("a finding");
    let journal = exploration.journal(&finding.taken);
    let has = |is: &dyn Fn(&Entry) -> bool| journal.iter().any(|record: &Arc<Record>| record.then.iter().any(is));
    assert!(has(&|entry| matches!(entry, Entry::Failed { address, .. } if address.as_str() == "b")));
    assert!(has(&|entry| matches!(entry, Entry::Stuck { address, .. } if address.as_str() == "a/undo")));
}

#[test]
fn more_faults_find_what_needs_them() {
    // Each of two looks is enough by itself, unless both give no answer.
    let plan = r#"plan p() {
        attempt { verify first: seen() } else { attempt { verify second: seen() } else { step unknown() } }
        step again()
    }"#;
    assert!(single(&explored(plan)).is_empty());
    let of_two = with_faults(plan, 2);
    assert!(of_two.paths > explored(plan).paths);
    let is_third = |finding: &&Finding| finding.address == "unknown" && finding.kind == Kind::InDoubt;
    assert!(!of_two.findings.iter().any(|finding| is_third(&finding)), "three are needed: {:#?}", of_two.findings);
    let of_three = with_faults(plan, 3);
    assert!(of_three.findings.iter().any(|finding| is_third(&finding)), "{:#?}", of_three.findings);
}

#[test]
fn what_is_left_out_is_counted() {
    let report = exploration("plan p() { step again() }", Settings { limit: 4, ..Settings::default() }).report();
    // Two of the five ways that leave the first path, and three that leave one of the others.
    assert_eq!((report.paths, report.left_out), (4, 2 + 3), "{report:#?}");
    assert!(
        only(&explored("plan p() { step again() }"))
            .taken
            .iter()
            .any(|taken| taken.deviation == Deviation::LostForGood)
    );
}
