//! What operators say: settle, retry, cancel; to a run that nobody drives, and to one in another process.

use super::project::{Project, ended};

/// A run that is stuck on `two`: nobody knows whether it was done.
fn stuck() -> (Project, String) {
    let project = Project::two_steps();
    project.write("second.sh", "echo second >>log; echo 'half way' >&2; kill -9 $$\n");
    project.write("done.sh", "exit 2\n");
    let run = project.orch(&["run", "plan.orch"]);
    let id = project.run_id();
    run.says(
        7,
        &[
            "stuck on `two`: half way (killed by signal 9 (SIGKILL))",
            &format!("orch retry {id} two                asks once more whether it was done"),
            &format!("orch settle {id} two --done        it was done"),
            &format!("orch settle {id} two --not-done    it was not done: it has failed"),
        ],
    );
    (project, id)
}

#[test]
fn what_was_done_is_settled_and_the_run_goes_on() {
    let (project, id) = stuck();
    project.orch(&["inbox"]).prints(&["two  stuck", "nobody knows whether it was done: half way"]);
    let settled = project.orch(&["settle", &id, "two", "--done", "--because", "seen in the log"]);
    settled.says(0, &["» ann says `two` was done: seen in the log", "✔ two", "settled by ann", "completed in"]);
    settled.prints(&["i-1"]);
    project.orch(&["show", &id]).prints(&["✔ two", "settled by ann"]);
    project.orch(&["show", &id, "two"]).prints(&["known by     settled by ann"]);
}

#[test]
fn who_has_no_name_is_known_by_a_number() {
    let (project, id) = stuck();
    let mut settle = project.command(&["settle", &id, "two", "--done"]);
    let settled = ended(settle.env_remove("USER").env("LOGNAME", "").output().unwrap());
    settled.says(0, &["» uid ", "settled by uid "]);
}

#[test]
fn how_a_doubt_was_settled_is_told() {
    let project = Project::two_steps();
    project.write("first.sh", "[ -e again ] || { touch again; kill -9 $$; }; echo '{\"id\": \"i-1\"}'\n");
    project.write("second.sh", "echo second >>log; kill -9 $$\n");
    let again = "first(\"a\"), done again with the same key";
    let found = "found done by `done()`";
    project.orch(&["run", "plan.orch"]).says(0, &["? one", "? two", again, found]);
    let id = project.run_id();
    project.orch(&["show", &id]).prints(&[again, found]);
    let document: serde_json::Value = serde_json::from_str(&project.orch(&["show", &id, "two", "--json"]).out).unwrap();
    assert_eq!(document["settled"], found);
}

/// The place where one could look was away.
#[test]
fn who_says_retry_has_it_found_out_again() {
    let (project, id) = stuck();
    project.write("done.sh", "echo true\n");
    let retried = project.orch(&["retry", &id]);
    retried.says(0, &["✔ two", "found done by `done()`", "completed in"]);
    assert_eq!(project.read("log").matches("second").count(), 1);
}

#[test]
fn what_was_not_done_fails_the_run() {
    let (project, id) = stuck();
    project.orch(&["settle", &id, "two", "--not-done"]).says(1, &["compensated: `two` failed", "1 of 1 step undone"]);
    assert!(project.read("log").ends_with("undo i-1\n"));
}

#[test]
fn a_word_that_is_illegal_is_refused_with_what_is_legal() {
    let (project, id) = stuck();
    project.orch(&["settle", &id, "one", "--done"]).says(6, &["nothing is in doubt at `one`", "possible: orch settle"]);
    let retried = project.orch(&["retry", &id, "one"]);
    let retry = format!("possible: orch retry {id} two\n");
    retried.says(6, &["nothing is stuck at `one`", &retry, "two --done\n", "two --not-done\n"]);
    let cancelled = project.orch(&["cancel", &id, "--because", "enough"]);
    cancelled.says(7, &["» ann cancels the run: enough", "stuck on `two`"]);
    let settled = project.orch(&["settle", &id, "two", "--not-done"]);
    settled.says(1, &["compensated: cancelled by ann: enough", "1 of 1 step undone"]);
    project.orch(&["cancel", &id]).says(6, &["refused: the run is over"]);
    project.orch(&["cancel", "none"]).says(2, &["there is no run `none`"]);
}

#[test]
fn a_compensation_that_failed_for_good_is_tried_again() {
    let project = Project::two_steps();
    project.write(
        "plan.orch",
        &super::project::TWO_STEPS.replace(
            "compensate exec(\"sh\", [\"undo.sh\", result.id])",
            "compensate exec(\"sh\", [\"undo.sh\", result.id]) retry 1 backoff 1ms",
        ),
    );
    project.write("second.sh", "exit 1\n");
    project.write("undo.sh", "echo 'no way' >&2; exit 4\n");
    let run = project.orch(&["run", "plan.orch"]);
    let id = project.run_id();
    run.says(7, &["stuck on `one/undo`: ", "no way", &format!("orch retry {id} one/undo")]);
    project.write("undo.sh", "echo undone >>log\n");
    project
        .orch(&["retry", &id])
        .says(1, &["» ann tries again", "↩ one", "compensated: `two` failed, 1 of 1 step undone"]);
}

#[test]
fn a_run_that_is_killed_owes_what_it_did_until_that_is_settled() {
    let project = Project::two_steps();
    project.write("second.sh", "touch begun; exec sleep 100\n");
    let run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    let id = project.run_id();
    project.orch(&["kill", &id]).says(2, &["--because <WHY>"]);
    project.orch(&["kill", &id, "--because", "too slow"]).says(0, &["accepted"]);
    let owed = ["killed by ann: too slow: nothing was undone, 2 owed", "owed: two: ", "owed: one: killed by ann"];
    ended(run.wait_with_output().unwrap()).says(11, &owed);
    let log = project.read("log");
    assert!(!log.contains("undo"), "{log}");
    project.orch(&["list"]).prints(&["killed", &format!("orch show {id}")]);
    project.orch(&["show", &id]).prints(&["owed: one", &format!("orch settle {id} one/undo --done")]);
    project.orch(&["settle", &id, "one/undo", "--done"]).says(0, &["is settled", "nothing was undone, 1 owed"]);
    project.orch(&["settle", &id, "two", "--not-done"]).says(0, &["nothing is owed"]);
    let document: serde_json::Value = serde_json::from_str(&project.orch(&["show", &id, "--json"]).out).unwrap();
    assert_eq!((document["status"].as_str(), document["owed"].as_array().map(Vec::len)), (Some("killed"), Some(0)));
    project.orch(&["kill", &id, "--because", "again"]).says(6, &["refused: the run is over"]);
}

#[test]
fn a_run_that_nobody_drives_is_killed_without_starting_anything() {
    let (project, id) = stuck();
    let log = project.read("log");
    project.orch(&["kill", &id, "--because", "enough"]).says(11, &["2 owed", "owed: two: half way", "owed: one: "]);
    assert_eq!(project.read("log"), log);
}

#[test]
fn a_compensation_that_is_waived_is_owed() {
    let project = Project::two_steps();
    project.write("second.sh", "exit 1\n");
    project.write("undo.sh", "echo 'no way' >&2; exit 4\n");
    let text = super::project::TWO_STEPS;
    let without_retries = text.replace("[\"undo.sh\", result.id])", "[\"undo.sh\", result.id]) retry 0");
    project.write("plan.orch", &without_retries);
    let run = project.orch(&["run", "plan.orch"]);
    let id = project.run_id();
    run.says(7, &["stuck on `one/undo`", &format!("orch waive {id} one/undo --because WHY")]);
    project.orch(&["waive", &id, "two", "--because", "so"]).says(6, &["no compensation is stuck at `two`"]);
    let waived = project.orch(&["waive", &id, "one/undo", "--because", "by hand, tomorrow"]);
    waived.says(
        10,
        &["» ann waives `one/undo`: by hand, tomorrow", "partial: `two` failed", "1 owed", "owed: one: waived"],
    );
    project.orch(&["list"]).prints(&["partial"]);
}

#[test]
fn a_word_to_a_run_in_another_process_is_answered_there() {
    let project = Project::two_steps();
    project.write("second.sh", "touch begun; exec sleep 100\n");
    let run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    let id = project.run_id();
    project.orch(&["settle", &id, "two", "--done"]).says(6, &["nothing is in doubt at `two`: this run is not stuck"]);
    project.orch(&["cancel", &id, "--because", "too slow"]).says(0, &["accepted"]);
    ended(run.wait_with_output().unwrap())
        .says(1, &["» ann cancels the run: too slow", "compensated: cancelled by ann"]);
}

#[test]
fn a_halted_run_goes_on_from_its_commit() {
    let plan = super::project::TWO_STEPS.replace("  step two", "  commit \"one is final\"\n  step two");
    let project = Project::two_steps();
    project.write("plan.orch", &plan);
    project.write("second.sh", "exit 1\n");
    let run = project.orch(&["run", "plan.orch"]);
    let id = project.run_id();
    run.says(4, &["⚑", "halted at the commit `one is final`: `two` failed", &format!("orch retry {id}")]);
    project.write("second.sh", "echo second >>log\n");
    project.orch(&["retry", &id]).says(0, &["completed in"]);
    assert_eq!(project.read("log"), "first a\nsecond\n");
}

/// Something that can be made, and taken away unless its name is `kept`.
const MADE: &str = r#"
uses exec("sh")
action make(name: String) = exec("sh", ["-c", "echo made $0 >>log", name]) idempotent compensate best_effort exec("sh", ["-c", "echo dropped $0 >>log; [ $0 != kept ]", name]) retry 0
action must(name: String) = exec("sh", ["-c", "true", name]) idempotent compensate exec("sh", ["-c", "exit 3"]) retry 0
action fails() = exec("sh", ["-c", "exit 3"]) idempotent compensate exec("sh", ["-c", "true"])
plan tolerated() { step a = make("kept") step b = make("other") fail "no more" }
plan waived() { step a = must("a") step b = make("b") fail "no more" }
plan again() { step a = make("a") step b = fails() retry 5 backoff 1h }
event Go = { n: Int }
plan listens() { on Go as go { step h = make("{go.n}") } task look "Look" by "ann" }
plan paused() { step a = make("a") task look "Look" by "ann" }
"#;

/// A run of one of these plans, and its name.
fn made(plan: &str, code: i32) -> (Project, String) {
    let project = Project::new(MADE);
    project.orch(&["run", "plan.orch", plan]).says(code, &[]);
    let id = project.run_id();
    (project, id)
}

#[test]
fn a_way_back_that_was_given_up_does_not_go_on() {
    let (project, id) = made("tolerated", 1);
    let shown = project.orch(&["show", &id]);
    shown.prints(&["✖ undo"]);
    assert!(!shown.out.contains('◐'), "{}", shown.out);
    let settled = project.orch(&["settle", &id, "a/undo", "--done"]);
    settled.says(0, &["1 of 2 steps undone, 1 by hand, nothing is owed"]);
    let shown = project.orch(&["show", &id]);
    assert!(!shown.out.contains('✖') || !shown.out.contains("✖ undo"), "{}", shown.out);
    shown.prints(&["↩ a"]);
}

#[test]
fn what_was_waived_is_told_as_owed_and_does_not_go_on() {
    let (project, id) = made("waived", 7);
    project.orch(&["waive", &id, "a/undo", "--because", "it is gone"]).says(10, &["1 of 2 steps undone, 1 owed"]);
    let shown = project.orch(&["show", &id]);
    shown.prints(&["✖ undo", "owed: a: waived by ann: it is gone"]);
    assert!(!shown.out.contains('◐'), "{}", shown.out);
}

#[test]
fn what_failed_and_is_tried_again_later_would_not_be_undone() {
    let project = Project::new(MADE);
    project.orch(&["run", "plan.orch", "again", "--no-wait"]).says(5, &["again in 1h"]);
    let id = project.run_id();
    project.orch(&["show", &id]).prints(&["undone if it fails now: a (1 step"]);
    project.orch(&["cancel", &id]).says(1, &["1 of 1 step undone"]);
}

#[test]
fn a_run_that_is_paused_already_is_not_paused_again() {
    let (project, id) = made("paused", 7);
    project.orch(&["pause", &id, "--because", "lunch"]).says(7, &["paused by ann: lunch"]);
    let again = project.orch(&["pause", &id]);
    again.says(6, &["refused: the run is paused already: paused by ann: lunch", &format!("orch resume {id}")]);
    project.orch(&["resume", &id]).says(7, &["goes on", "waits for ann"]);
    project.orch(&["resume", &id]).says(7, &["waits for ann"]);
    project.orch(&["pause", &id]).says(7, &["paused by ann"]);
}

#[test]
fn who_kills_a_run_on_its_way_back_is_told_what_was_undone() {
    let project = Project::new(
        r#"
uses exec("sh")
action make(name: String) = exec("sh", ["-c", "true", name]) idempotent compensate exec("sh", ["undo.sh", name])
plan both() { step a = make("a") step b = make("b") wait 1h }
"#,
    );
    project.write("undo.sh", "[ $1 = b ] || { touch begun; sleep 60; }\n");
    let run = project.start(&["run", "plan.orch"]);
    project.until("it waits", || project.orch(&["list"]).out.contains("waiting"));
    let id = project.run_id();
    project.orch(&["cancel", &id]).says(0, &["accepted"]);
    project.until_there("begun");
    project.orch(&["kill", &id, "--because", "enough"]).says(0, &["accepted"]);
    ended(run.wait_with_output().unwrap()).says(11, &["killed by ann: enough: 1 of 2 steps undone, 1 owed"]);
    project.orch(&["show", &id]).prints(&["cancelled by ann", "killed by ann: enough"]);
}

#[test]
fn an_event_that_a_run_has_heard_of_is_not_told_again() {
    let (project, id) = made("listens", 7);
    project.orch(&["show", &id]).prints(&[&format!("hears `Go`: orch emit Go JSON --run {id}")]);
    let told = || project.orch(&["emit", "Go", r#"{"n": 7}"#, "--run", &id, "--id", "one"]);
    told().says(7, &["✔ Go[one]"]);
    told().says(0, &["this was told before"]);
    assert_eq!(project.read("log"), "made 7\n");
}

/// A rollout whose first stage is held: one gate does not hold, one has not been looked at.
fn held() -> (Project, String) {
    let project = Project::new(
        "uses exec(\"sh\")\n\
         probe errors() -> Percent = exec(\"sh\", [\"-c\", \"echo '\\\"3%\\\"'\"])\n\
         probe slow() -> Bool = exec(\"sh\", [\"-c\", \"echo true\"])\n\
         plan p() {\n\
           rollout traffic as share 10% for 1h {\n\
             gate errors: errors() < 1% every 10ms on fail pause\n\
             gate slow: slow() every 30m\n\
           }\n\
         }\n",
    );
    project.orch(&["run", "plan.orch"]).says(7, &["paused"]);
    let id = project.run_id();
    (project, id)
}

#[test]
fn a_gate_that_is_skipped_is_never_told_as_one_that_held() {
    let (project, id) = held();
    let promoted = project.orch(&["promote", &id, "--because", "known noise"]);
    promoted.says(
        7,
        &["ann skips the rest of the hold: known noise", "with `errors`, `slow`, which did not pass", "orch resume"],
    );
    project.orch(&["resume", &id]).says(0, &["completed in"]);
    let by = "skipped by ann: known noise";
    let shown = project.orch(&["show", &id]);
    shown.prints(&[
        &format!("of 1h observed, {by}"),
        &format!("does not hold, errors() = 3%, 1 look, {by}"),
        &format!("not looked at yet, {by}"),
    ]);
    let ticked = shown.out.lines().any(|line| line.contains('✔') && (line.contains("errors") || line.contains("slow")));
    assert!(!ticked, "{}", shown.out);
    project.orch(&["show", &id, "traffic[10%]/errors"]).prints(&[&format!("it did not hold, and was {by}")]);
    project.orch(&["report", &id]).prints(&[
        &format!("`traffic[10%]/errors` | does not hold, {by}"),
        &format!("`traffic[10%]/slow` | not known, {by} |  | never"),
        &format!("of 1h observed, {by}"),
    ]);
    let document: serde_json::Value = serde_json::from_str(&project.orch(&["show", &id, "--json"]).out).unwrap();
    let parts = document["parts"].as_array().unwrap();
    let part = |address: &str| parts.iter().find(|part| part["address"] == address).unwrap();
    assert_eq!(
        (&part("traffic[10%25]/errors")["state"], &part("traffic[10%25]/errors")["reason"]),
        (&"skipped".into(), &by.into())
    );
    assert_eq!(part("traffic[10%25]/slow")["state"], "skipped");
    assert_eq!(part("traffic[10%25]")["hold"]["skipped"], serde_json::json!({ "by": "ann", "because": "known noise" }));
}

#[test]
fn a_word_that_is_refused_leaves_nothing_in_the_journal() {
    let project =
        Project::new("plan p() { parallel { branch a { approve go \"Go?\" by \"door\" } branch b { wait 1h } } }");
    project.orch(&["run", "plan.orch", "--no-wait"]).says(5, &[]);
    let id = project.run_id();
    let before = project.orch(&["journal", &id]).out;
    project.orch(&["approve", &id, "stay"]).says(6, &["possible: orch approve"]);
    project.orch(&["retry", &id]).says(6, &["nothing is stuck"]);
    project.orch(&["resume", &id, "--no-wait"]).says(5, &[]);
    let resumed = project.orch(&["journal", &id]).out;
    assert_ne!(resumed, before, "who is taken up on purpose says so");
    project.orch(&["refuse", &id, "b", "--because", "no"]).says(6, &[]);
    assert_eq!(project.orch(&["journal", &id]).out, resumed);
}

/// A process that hangs does not hold whoever speaks to its run.
#[test]
fn a_word_to_a_process_that_hangs_is_kept() {
    let project = Project::two_steps();
    project.write("second.sh", "touch begun; exec sleep 100\n");
    let run = project.start(&["run", "plan.orch"]);
    project.until_there("begun");
    let id = project.run_id();
    super::project::signal(&run, "STOP");
    let said = project.orch(&["cancel", &id, "--json"]);
    let help = format!("`kill -9 {}`: then `orch resume {id}` takes it up", run.id());
    said.says(5, &["has not answered for 10 s", "what was said is kept", &help]).prints(&["\"answer\":\"none yet\""]);
    super::project::signal(&run, "CONT");
    ended(run.wait_with_output().unwrap()).says(1, &["» ann cancels the run", "compensated"]);
}
