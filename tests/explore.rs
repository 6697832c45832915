//! Exploring: which paths there are, what is found on them, and that the same is found each time.

use std::{collections::BTreeMap, sync::Arc};

use orch::{
    check::{LoadError, check},
    explore::{Deviation, Ending, Exploration, Finding, Report, Settings, Stated, Terms, When, findings::Kind},
    ir::Program,
    machine::{Entry, Record},
    simulate::test::Suite,
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
    let mut exploration =
        Exploration::new(program, &name, &Map::new(), settings, Terms::default()).expect("the run begins");
    walk_all(&mut exploration);
    exploration
}

fn walk_all(exploration: &mut Exploration) {
    loop {
        let batch = exploration.batch();
        if batch.is_empty() {
            return;
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
/// again, which is lost for good or interrupted: 3 more. An operator cancels while it is in flight, and it was done or not:
/// 2 more. With the one that goes undisturbed, n steps have 1 + 10n.
#[test]
fn the_paths_of_steps_are_those_that_one_counts() {
    for (steps, body) in [(1, "step again()"), (2, "step a = again() step b = again()")] {
        let report = explored(&format!("plan p() {{ {body} }}"));
        assert_eq!((report.paths, report.left_out), (1 + 10 * steps, 0), "{report:#?}");
        // It is undone if a step fails, or is cancelled; it is stuck where nobody ever hears of one.
        let (failed, stuck) = (3 * steps, steps);
        let completed = 1 + 10 * steps - failed - stuck;
        let expected = endings([(Ending::Completed, completed), (Ending::Compensated, failed), (Ending::Stuck, stuck)]);
        assert_eq!(report.endings, expected);
        assert!(single(&report).is_empty());
    }
}

/// A second step fails, and the first is undone: that fails, for good or once, is lost though done or not, or is interrupted
/// before or after, 6 paths more. So it is where the second was stopped, as the run was cancelled: it may be in flight still.
#[test]
fn the_way_back_is_walked_with_a_fault_of_its_own() {
    let report = explored("plan p() { step a = undoable() step b = again() }");
    assert_eq!(report.paths, 1 + 2 * 10 + 2 * 6, "{report:#?}");
    let not_undone =
        report.findings.iter().find(|finding| finding.kind == Kind::NotUndone).expect("it can't be undone");
    assert_eq!((not_undone.address.as_str(), not_undone.faults()), ("a/undo", 2));
    let told: Vec<String> = not_undone.taken.iter().map(ToString::to_string).collect();
    assert_eq!(told.last().map(String::as_str), Some("a/undo fails"), "{told:?}");
}

/// What has a `confirm` is looked for: 2 paths for that look. Found not done after a crash, it is started again: 3 paths
/// for that. Cancelled, it was done or not: 2; that the first look has no answer and the second has: 1.
#[test]
fn what_is_found_out_is_a_path_of_its_own() {
    let report = explored("plan p() { step asked() }");
    assert_eq!(report.paths, 1 + 5 + 2 + 3 + 2 + 1, "{report:#?}");
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
    // An operator cancels at each of the six, and what the step did when it was stopped nobody knows.
    assert_eq!(report.endings[&Ending::Compensated], 10 + 6 + 1, "{report:#?}");
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
    assert!(has(&|entry| matches!(entry, Entry::Unwinding { .. })));
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
    // Three of the six ways that leave the first path, and three that leave one of the others.
    assert_eq!((report.paths, report.left_out), (4, 3 + 3), "{report:#?}");
    assert!(
        only(&explored("plan p() { step again() }"))
            .taken
            .iter()
            .any(|taken| taken.deviation == Deviation::LostForGood)
    );
}

/// A step that fails is tried again and goes well: one path more. On it the process can die while the second try is in
/// flight: another. Both come to the end that the plan has undisturbed.
#[test]
fn what_fails_once_goes_well_when_it_is_tried_again() {
    let plan = |retry: &str| format!("plan p() {{ step a = undoable() {retry} step b = again() }}");
    let (once, twice) = (explored(&plan("")), explored(&plan("retry 2")));
    assert_eq!(twice.paths, once.paths + 2, "{once:#?} {twice:#?}");
    let mut expected = once.endings.clone();
    *expected.entry(Ending::Completed).or_default() += 2;
    assert_eq!(twice.endings, expected);
}

/// The stock is held while one waits; who cancels meanwhile loses it, as nothing gives it back.
const GAP: &str = r#"
event Stop = { order: String, hard: Bool, amount: Int }
action hold() = exec("./x", ["hold"]) idempotent compensate nothing
action order() = exec("./x", ["order"]) idempotent compensate nothing
action free() = exec("./x", ["free"]) idempotent compensate nothing
probe stock() -> Int = exec("./x", ["stock"])
probe kind() -> String = exec("./x", ["kind"])
"#;

/// How the shortest path goes on which a property is broken, and the line that is told with it.
fn broken(plan: &str, when: When, expectation: &str) -> Option<(Vec<String>, String)> {
    let text = format!("{ACTIONS}{GAP}{plan}\ntest \"it\" {{\n  run p()\n  expect {expectation}\n}}\n");
    let checked = check("test.orch", text.as_str(), &|_: &str| Err(LoadError("no such file".to_owned())));
    let program = Arc::new(checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)));
    let suite = Suite::new(Arc::clone(&program));
    let property = suite.tests().map(|test| suite.property(test)).next().expect("a test").expect("a property");
    let stated = vec![Stated { text: expectation.to_owned(), when, property }];
    let mut exploration =
        Exploration::new(program, "p", &Map::new(), Settings::default(), Terms { stated, given: None })
            .expect("it begins");
    walk_all(&mut exploration);
    let report = exploration.report();
    let found = report.findings.iter().find(|finding| finding.kind == Kind::Broken)?;
    let line = found.span.map(|span| text[span.start as usize..span.end as usize].to_owned());
    Some((found.taken.iter().map(ToString::to_string).collect(), line.unwrap_or_default()))
}

/// Stock that is held has to be followed by an order or by a release.
const NEVER_LEFT: &str = r#"not ("hold" in done) or "order" in done or "hold" in undone"#;

#[test]
fn an_operator_who_cancels_while_one_waits_is_a_path_of_its_own() {
    for waits in ["wait 3d", r#"approve go "Shall we?" by "boss" timeout 1d"#, r#"task go "Do it" by "team""#] {
        let plan = format!("plan p() {{ step hold = hold() {waits} step order = order() }}");
        let (told, _) = broken(&plan, When::Eventually, NEVER_LEFT).expect("it is broken");
        assert_eq!(told.len(), 1, "{told:?}");
    }
    // What can be undone is left only where that goes wrong, too.
    let safe = "plan p() { step hold = hold() compensate free() wait 3d step order = order() }";
    let (told, _) = broken(safe, When::Eventually, NEVER_LEFT).expect("its way back can fail");
    assert!(told.len() == 2 && told[1].starts_with("hold/undo "), "{told:?}");
}

#[test]
fn an_event_that_is_handled_arrives_at_each_place() {
    let plan = r#"plan p() {
        on Stop as stop where stop.order == "o-7" and stop.amount > 41 { fail "stopped" }
        step before = again(1)
        step hold = hold() compensate free()
        wait 3d
        step order = order()
    }"#;
    let (told, _) = broken(plan, When::Always, r#"not ("hold" in undone)"#).expect("it is broken");
    assert_eq!(told.len(), 1, "{told:?}");
    let (told, _) =
        broken(plan, When::Eventually, r#"not ("order" in done) or not ("before" in done)"#).expect("as it goes");
    assert!(told.is_empty(), "{told:?}");
    // What one event is enough for takes no fault.
    let without = with_faults_of(plan, 0);
    assert!(without.endings[&Ending::Compensated] >= 2, "{without:#?}");
}

#[test]
fn what_is_handled_goes_wrong_too_and_carries_what_it_compares() {
    let plan = r#"plan p() {
        on Stop as stop { when stop.hard and stop.amount >= 100 { step u = unknown() } }
        step a = again(1)
    }"#;
    let report = with_faults_of(plan, 1);
    let found = report.findings.iter().find(|finding| finding.address.ends_with("/u")).expect("it is in doubt");
    let told: Vec<String> = found.taken.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("Stop arrives at "), "{told:?}");
}

/// Numbers and texts are tried on both sides of what they are compared with, wherever they came from.
#[test]
fn both_sides_of_each_comparison_are_tried() {
    let is_found = |plan: &str| with_faults_of(plan, 0).paths;
    for (plan, ways) in [
        ("probe n = stock() when n > 1000 { step again() }", 2),
        (
            "probe n = stock() let m = n when m >= 1000 and m < 2000 { step again() } else when m == 3000 { step b = again() }",
            4,
        ),
        ("probe k = kind() when k == \"big\" { step again() }", 2),
        ("probe k = kind() when k { \"big\" => { step again() } \"small\" => { step b = again() } _ => {} }", 3),
        ("probe n = stock() step again(match n { 0 => 1, 1..9 => 2, _ => 3 })", 3),
        ("probe n = stock() step again(if n > 1000 then 1 else 2)", 2),
        ("probe n = stock() when many(n) { step again() }", 2),
        ("probe n = stock() when 1000 < n { step again() }", 2),
    ] {
        let plan = format!("fn many(n: Int) -> Bool = n > 1000\nplan p() {{ {plan} }}");
        assert_eq!(is_found(&plan), ways, "{plan}");
    }
}

fn with_faults_of(plan: &str, faults: u32) -> Report {
    with_faults(&format!("{GAP}{plan}"), faults)
}

#[test]
fn orch_dies_while_only_time_is_waited_for() {
    let plan = r#"plan p() { wait 3d fail "at last" }"#;
    let report = explored(plan);
    // Undisturbed, dead, cancelled.
    assert_eq!((report.paths, report.findings.len()), (3, 0), "{report:#?}");
}

#[test]
fn the_line_of_what_breaks_a_property_is_told() {
    let plan = "plan p() { step a = undoable() step hold = hold() step order = order() }";
    let never = broken(plan, When::Always, r#"not ("a" in undone)"#).expect("it is broken");
    assert_eq!(never.0.len(), 1, "{never:?}");
    assert!(never.1.contains("undoable()"), "{never:?}");
    let left = broken(plan, When::Eventually, NEVER_LEFT).expect("it is broken");
    assert_eq!(left.0, ["hold is interrupted: an operator cancels the run"]);
    assert!(left.1.contains("hold()"), "{left:?}");
    let freed = "plan p() { step hold = hold() compensate free() step order = order() }";
    assert!(broken(freed, When::Always, r#"not ("order" in done) or "hold" in done"#).is_none());
}

#[test]
fn nobody_answers_before_the_time_of_what_is_around_is_up() {
    let plan = r#"plan p() { run one() timeout 1h } plan one() { approve go "Shall we?" by "boss" }"#;
    let report = explored(plan);
    // A person says no, nobody answers, an operator cancels.
    assert_eq!(report.endings[&Ending::Compensated], 3, "{report:#?}");
}

#[test]
fn what_no_path_comes_to_is_told_and_that_none_completes() {
    let plan = r#"
        probe listed() -> List<Int> = exec("./x", ["listed"])
        plan p() {
            probe all = listed()
            when all.len() > 50 { step a = again(1) }
            require seen()
            when all.len() < 50 { fail "no" }
            step b = again(2)
        }"#;
    let report = with_faults_of(plan, 1);
    assert_eq!(report.not_reached.len(), 2, "the step of the loop, and what stands behind the end: {report:#?}");
    let (ending, failed) = report.undisturbed.expect("a path without faults");
    assert_eq!((ending, failed.map(|(_, reason)| reason)), (Ending::Compensated, Some("no".to_owned())));
    let all = explored("plan p() { probe ready = seen() when ready { step a = again(1) } else { step b = again(2) } }");
    assert!(all.not_reached.is_empty(), "{all:#?}");
    assert!(matches!(all.undisturbed, Some((Ending::Completed, None))), "{all:#?}");
}

/// Two states that differ in their time alone are two, where what must hold speaks of it.
#[test]
fn a_property_may_speak_of_time() {
    let plan = "plan p() { step a = again(1) timeout 2h step hold = hold() }";
    let slow = r#"not ("hold" in done) or duration < 1h"#;
    let (told, _) = broken(plan, When::Always, slow).expect("a takes two hours, is done again, and then one goes on");
    assert_eq!(told, ["a takes too long"]);
}
