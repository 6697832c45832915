//! A run goes on under another program: what may differ, what stands against it, and that it stays whole.

use std::{thread::sleep, time::Duration};

use serde_json::Value as Json;

use super::project::{Project, signal};

/// It waits twice; by then three steps are done, each with another kind of way back.
const PLAN: &str = r#"
uses exec("sh")

action note(what: String) -> { id: Int } = exec("sh", ["note.sh", what, key])
  idempotent
  compensate exec("sh", ["undo.sh", "{what} {result.id}"])

plan move(name: String) -> Int {
  step before = note("before {name}")
  phase one "One" {
    step first = note("first")
    wait 1ms
  }
  phase two "Two" {
    step second = note("second {one.first.id}") compensate { step back = note("back") }
    task count: Int "Count the sheep" by "shepherds"
    approve go "Shall we?" by "leads"
    step third = note("third")
  }
  return two.count
}
"#;

fn project() -> Project {
    let project = Project::new(PLAN);
    project.write("note.sh", "echo \"$1\" >>log; echo \"$2\" >>keys; echo '{\"id\": 3}'\n");
    project.write("undo.sh", "echo \"undo $1\" >>log\n");
    project
}

/// A run of the plan that waits for a person.
fn waiting() -> (Project, String) {
    let project = project();
    project.orch(&["run", "plan.orch", "--set", "name=x"]).says(7, &["waits for shepherds at `two/count`"]);
    let id = project.run_id();
    (project, id)
}

/// Writes the plan with these changes, each of which must be one.
fn rewrite(project: &Project, text: &str, changes: &[(&str, &str)]) {
    let changed = changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "nothing to change: {from}");
        text.replace(from, to)
    });
    project.write("new.orch", &changed);
}

fn shown(project: &Project, id: &str) -> Json {
    serde_json::from_str(&project.orch(&["show", id, "--json"]).out).unwrap()
}

/// What is said against these changes, and that nothing was changed by saying it.
#[track_caller]
fn refused(changes: &[(&str, &str)], texts: &[&str]) {
    let (project, id) = waiting();
    rewrite(&project, PLAN, changes);
    let before = shown(&project, &id);
    let refused = project.orch(&["migrate", &id, "new.orch"]);
    refused.says(6, &[format!("run `{id}` can't go on under `new.orch`").as_str()]).says(6, texts);
    assert_eq!(shown(&project, &id), before);
    assert_eq!(before["program"], 1);
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads at `two/go`"]);
}

#[test]
fn a_run_goes_on_under_a_program_that_differs_in_what_is_to_come() {
    let (project, id) = waiting();
    let changes = [
        ("plan move(name: String)", "plan move(name: String, more: Int = 1)"),
        ("\"One\"", "\"The first\""),
        ("the sheep", "all sheep"),
        ("note(\"third\")", "note(\"last\") compensate exec(\"sh\", [\"undo.sh\", \"last, really\"])"),
        (
            "  return two.count",
            "  phase three \"Three\" {\n    step fourth = note(\"fourth\")\n    approve again \"Really?\" by \"leads\"\n  }\n  return two.count + more",
        ),
    ];
    rewrite(&project, PLAN, &changes);
    let explained = project.orch(&["migrate", &id, "new.orch", "--explain"]);
    explained.says(0, &["nothing stands against it; nothing was done"]);
    explained.prints(&[
        "one  title  new.orch:10:3",
        "- One",
        "+ The first",
        "two/count  question",
        "+ Count all sheep",
    ]);
    assert_eq!(shown(&project, &id)["program"], 1);

    let moved = project.orch(&["migrate", &id, "new.orch", "--because", "it lacked a phase"]);
    moved.says(0, &["migrated:", "version 2 of its program", "+ The first"]);
    assert_eq!(shown(&project, &id)["program"], 2);
    assert_eq!(shown(&project, &id)["migrations"][0]["because"], "it lacked a phase");
    project.orch(&["inbox"]).prints(&["Count all sheep"]);
    project
        .orch(&["show", &id])
        .prints(&["(version 2 of its program)", "ann lets it go on under another program: it lacked a phase"]);
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads at `two/go`"]);
    project.orch(&["approve", &id, "two/go"]).says(7, &["waits for leads at `three/again`"]);
    project.orch(&["approve", &id, "three/again"]).says(0, &["completed"]).prints(&["6"]);
    assert_eq!(project.read("log"), "before x\nfirst\nsecond 3\nlast\nfourth\n");
    let shown = project.orch(&["show", &id]).out;
    let at = |said: &str| shown.find(said).unwrap_or_else(|| panic!("{said}: {shown}"));
    assert!(at("under another program") < at("says the task"), "what was said first stands first: {shown}");
}

#[test]
fn what_was_done_before_is_undone_as_the_new_program_says() {
    let (project, id) = waiting();
    let changes = [
        ("[\"undo.sh\", \"{what} {result.id}\"]", "[\"undo.sh\", \"{result.id} of {what}\"]"),
        ("note(\"back\")", "note(\"all the way back\")"),
    ];
    rewrite(&project, PLAN, &changes);
    let moved = project.orch(&["migrate", &id, "new.orch"]);
    moved.says(
        0,
        &[
            "would be undone otherwise",
            "- sh undo.sh 'before x 3'",
            "+ sh undo.sh '3 of before x'",
            "+ step back = note(\"all the way back\")",
        ],
    );
    let ended = project.orch(&["refuse", &id, "two/count", "--because", "no sheep"]);
    ended.says(1, &["compensated", "3 of 3 steps undone"]);
    assert_eq!(
        project.read("log"),
        "before x\nfirst\nsecond 3\nall the way back\nundo 3 of first\nundo 3 of before x\n"
    );
}

#[test]
fn what_a_compensation_was_stuck_on_can_be_mended() {
    let project = project();
    project.write("undo.sh", "[ \"$1\" = right ] && echo undone >>log\n");
    project.orch(&["run", "plan.orch", "--set", "name=x"]);
    let id = project.run_id();
    let quick = PLAN.replace("\"{what} {result.id}\"])", "\"{what} {result.id}\"]) retry 0");
    project.write("plan.orch", &quick);
    project.orch(&["migrate", &id, "plan.orch"]).says(0, &["migrated"]);
    project.orch(&["cancel", &id]).says(7, &["stuck on `one/first/undo`"]);
    rewrite(&project, &quick, &[("\"{what} {result.id}\"", "\"right\"")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["migrated", "version 3", "+ sh undo.sh right"]);
    project.orch(&["retry", &id]).says(1, &["compensated"]);
    assert!(project.read("log").ends_with("back\nundone\nundone\n"), "{}", project.read("log"));
}

#[test]
fn what_was_done_must_still_be_there() {
    refused(
        &[("    step first = note(\"first\")\n", ""), ("{one.first.id}", "3")],
        &["one/first  new.orch:10:3", "not in the new program"],
    );
    refused(&[("step first", "step premier"), ("one.first.id", "one.premier.id")], &["one/first  new.orch:10:3"]);
    refused(
        &[("phase one", "phase uno"), ("one.first.id", "uno.first.id"), ("step before", "step avant")],
        &["2 things stand against it", "before", "one  new.orch:8:6"],
    );
    refused(&[("plan move", "plan moved")], &["it has no plan `move`"]);
}

#[test]
fn what_was_done_must_have_the_same_order() {
    let changes = [
        ("  step before = note(\"before {name}\")\n", ""),
        ("    wait 1ms\n  }\n", "    wait 1ms\n  }\n  step before = note(\"before {name}\")\n"),
    ];
    refused(&changes, &["before", "is: `before` begins", "would be: `one` begins: One"]);
    // A name is not a length.
    refused(&[("wait 1ms", "wait pause: 1ms")], &["one/wait 1ms", "not in the new program"]);
}

#[test]
fn a_value_must_still_be_what_it_was() {
    refused(
        &[("{ id: Int }", "{ id: String }"), ("undo.sh\", \"{what} {result.id}\"", "undo.sh\", result.id")],
        &["before", "would be", "id"],
    );
}

#[test]
fn what_is_waited_for_must_still_be_asked() {
    refused(
        &[("    task count: Int \"Count the sheep\" by \"shepherds\"\n", ""), ("return two.count", "return 1")],
        &["two/count", "not in the new program"],
    );
    refused(
        &[("task count: Int", "approve count"), ("return two.count", "return 1")],
        &["two/count", "is: `two/count` begins", "would be: `two/count` begins"],
    );
}

#[test]
fn what_was_done_must_still_be_undone() {
    refused(
        &[("  compensate exec(\"sh\", [\"undo.sh\", \"{what} {result.id}\"])", "  compensate nothing")],
        &[
            "2 things stand against it",
            "before",
            "is: it would be undone by sh undo.sh 'before x 3'",
            "would be: it would not be undone",
        ],
    );
    refused(
        &[("compensate { step back = note(\"back\") }", "compensate nothing")],
        &["two/second", "it would not be undone"],
    );
}

#[test]
fn mistakes_in_the_new_program_are_shown() {
    let (project, id) = waiting();
    rewrite(&project, PLAN, &[("note(\"third\")", "nota(\"third\")")]);
    project.orch(&["migrate", &id, "new.orch"]).says(3, &["new.orch:18"]);
    project.orch(&["migrate", &id, "gone.orch"]).says(2, &["can't read `gone.orch`"]);
    project.orch(&["migrate", &id, "plan.orch"]).says(0, &["runs under this program already"]);
    project.orch(&["cancel", &id]).says(1, &["compensated"]);
    project.orch(&["migrate", &id, "new.orch"]).says(3, &[]);
    rewrite(&project, PLAN, &[("\"One\"", "\"Uno\"")]);
    project.orch(&["migrate", &id, "new.orch"]).says(6, &["is over"]);
}

/// A run whose process was killed while its second step was in flight.
fn killed_in_flight() -> (Project, String) {
    let project = project();
    project.write("note.sh", "echo \"$1\" >>log; echo \"$2\" >>keys; [ \"$1\" = first ] && [ ! -e on ] && touch hangs && sleep 60; echo '{\"id\": 3}'\n");
    let mut driver = project.start(&["run", "plan.orch", "--set", "name=x"]);
    project.until_there("hangs");
    let id = project.run_id();
    let driven = project.orch(&["migrate", &id, "plan.orch"]);
    driven.says(6, &["is driven by another process"]);
    project.orch(&["migrate", &id, "plan.orch", "--explain"]).says(0, &[]);
    signal(&driver, "KILL");
    driver.wait().unwrap();
    project.write("on", "");
    (project, id)
}

#[test]
fn what_may_be_done_again_with_its_key_stays_what_it_is() {
    let (project, id) = killed_in_flight();
    rewrite(&project, PLAN, &[("note(\"first\")", "note(\"erste\")")]);
    project.orch(&["migrate", &id, "new.orch"]).says(
        6,
        &[
            "one/first",
            "nobody knows yet how it ended, so it may be done again: sh note.sh first",
            "something else would be done: sh note.sh erste",
        ],
    );
    // Another file before it changes the number of its file, and nothing else.
    project.write("other.orch", "//! Nothing that is used.\n\nconst nothing_much = 1\n");
    rewrite(
        &project,
        PLAN,
        &[
            ("uses exec", "import \"./other.orch\" as other\n\nuses exec"),
            ("note(\"third\")", "note(\"third {other.nothing_much}\")"),
        ],
    );
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["migrated"]);
    project.orch(&["resume", &id]).says(7, &["waits for shepherds"]);
    let keys = project.read("keys");
    let keys: Vec<&str> = keys.lines().collect();
    assert_eq!(keys[1], keys[2], "{keys:?}");
    project.orch(&["done", &id, "two/count", "5"]);
    project.orch(&["approve", &id, "two/go"]).says(0, &["completed"]);
    assert_eq!(project.read("log"), "before x\nfirst\nfirst\nsecond 3\nthird 1\n");
}

#[test]
fn a_halted_run_goes_on_under_a_better_program() {
    let plan = PLAN.replace("  phase two", "  commit \"it is moved\"\n  phase two");
    let project = project();
    project.write("plan.orch", &plan);
    project.orch(&["run", "plan.orch", "--set", "name=x"]);
    let id = project.run_id();
    project.orch(&["refuse", &id, "two/count", "--because", "no sheep"]).says(4, &["halted at the commit"]);
    rewrite(&project, &plan, &[("note(\"third\")", "note(\"thrice\")")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["migrated"]);
    project.orch(&["retry", &id]).says(7, &["waits for shepherds at `two~2/count`"]);
    project.orch(&["done", &id, "two~2/count", "5"]);
    project.orch(&["approve", &id, "two~2/go"]).says(0, &["completed"]);
    assert!(project.read("log").ends_with("second 3\nthrice\n"));
}

#[test]
fn a_run_can_be_moved_again_and_back() {
    let (project, id) = waiting();
    rewrite(&project, PLAN, &[("\"One\"", "\"Uno\""), ("undo.sh", "never.sh")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["version 2"]);
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads"]);
    let back = project.orch(&["migrate", &id, "plan.orch", "--json"]);
    let document: Json = serde_json::from_str(&back.out).unwrap();
    assert_eq!((&document["migrated"], &document["from"], &document["to"]), (&true.into(), &2.into(), &3.into()));
    assert_eq!(document["differences"].as_array().unwrap().iter().filter(|row| row["aspect"] == "way back").count(), 2);
    project.orch(&["refuse", &id, "two/go", "--because", "no"]).says(1, &["3 of 3 steps undone"]);
    assert_eq!(project.read("log"), "before x\nfirst\nsecond 3\nback\nundo first 3\nundo before x 3\n");
}

#[test]
fn a_migration_that_is_killed_happened_or_did_not() {
    let (project, id) = waiting();
    let mut versions = vec![1];
    for killed_after in 0..24 {
        let title = format!("\"One, {killed_after}\"");
        rewrite(
            &project,
            PLAN,
            &[("\"One\"", &title), ("note(\"third\")", &format!("note(\"third {killed_after}\")"))],
        );
        let mut migration = project.start(&["migrate", &id, "new.orch"]);
        sleep(Duration::from_millis(killed_after));
        signal(&migration, "KILL");
        migration.wait().unwrap();
        let known = shown(&project, &id);
        let version = known["program"].as_u64().unwrap();
        let before = *versions.last().unwrap();
        assert!(version == before || version == before + 1, "{version} after {before}");
        assert_eq!(known["migrations"].as_array().unwrap().len() as u64 + 1, version);
        versions.push(version);
    }
    rewrite(&project, PLAN, &[("note(\"third\")", "note(\"third, at last\")")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["migrated"]);
    project.orch(&["done", &id, "two/count", "5"]);
    project.orch(&["approve", &id, "two/go"]).says(0, &["completed"]);
    assert_eq!(project.read("log"), "before x\nfirst\nsecond 3\nthird, at last\n");
}

#[test]
fn an_approval_dies_with_what_it_was_given_for() {
    let plan = PLAN.replace("    task count", "    approve early \"Shall we begin?\" by \"leads\"\n    task count");
    let project = project();
    project.write("plan.orch", &plan);
    project.orch(&["run", "plan.orch", "--set", "name=x"]);
    let id = project.run_id();
    project.orch(&["approve", &id, "two/early"]).says(7, &["waits for shepherds"]);
    rewrite(&project, &plan, &[("\"One\"", "\"Uno\"")]);
    // Nothing of what is approved is told otherwise.
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["version 2"]);
    assert_eq!(shown(&project, &id)["status"], "waiting");

    rewrite(&project, &plan, &[("note(\"third\")", "note(\"everything\")")]);
    let moved = project.orch(&["migrate", &id, "new.orch"]);
    moved.says(0, &["version 3", "two/early  approval", "- given", "+ to be given again, by letting the run go on"]);
    moved.says(
        0,
        &["paused: what would run now is not what `two/early` was approved for", &format!("orch resume {id}")],
    );
    assert_eq!(shown(&project, &id)["status"], "paused");
    project.orch(&["inbox"]).prints(&["what would run now is not what `two/early` was approved for"]);
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["paused: what would run now"]);
    project.orch(&["resume", &id]).says(7, &["ann lets it go on", "waits for leads at `two/go`"]);
    project.orch(&["approve", &id, "two/go"]).says(0, &["completed"]);
    assert_eq!(project.read("log"), "before x\nfirst\nsecond 3\neverything\n");
}

/// What is asked of people now and will be asked anew is told before it is done.
#[test]
fn an_open_question_that_will_be_asked_anew_is_told() {
    let project = project();
    project.orch(&["run", "plan.orch", "--set", "name=x"]);
    let id = project.run_id();
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads at `two/go`"]);
    rewrite(&project, PLAN, &[("note(\"third\")", "note(\"everything\")")]);
    let explained = project.orch(&["migrate", &id, "new.orch", "--explain"]);
    explained.says(0, &["nothing stands against it"]).prints(&[
        "two/go  approval",
        "- asked",
        "+ asked anew: something else would run after a yes",
    ]);
    rewrite(&project, PLAN, &[("\"One\"", "\"Uno\"")]);
    let explained = project.orch(&["migrate", &id, "new.orch", "--explain"]);
    assert!(!explained.out.contains("approval"), "{}", explained.out);
}

#[test]
fn a_parameter_that_nobody_has_given_stands_against_it() {
    refused(
        &[("move(name: String)", "move(name: String, often: Int)"), ("note(\"third\")", "note(\"third {often}\")")],
        &[
            "  the run",
            "is: it was given name = \"x\"",
            "would be: `often` is missing: it is a `Int`: give the new parameter a default, or make it a `T?`",
        ],
    );
}

/// What was let go on after one migration is not asked for again by the next that changes nothing of it.
#[test]
fn an_approval_that_was_given_anew_stays_given() {
    let plan = PLAN.replace("    task count", "    approve early \"Shall we begin?\" by \"leads\"\n    task count");
    let project = project();
    project.write("plan.orch", &plan);
    project.orch(&["run", "plan.orch", "--set", "name=x"]);
    let id = project.run_id();
    project.orch(&["approve", &id, "two/early"]).says(7, &["waits for shepherds"]);
    rewrite(&project, &plan, &[("note(\"third\")", "note(\"everything\")")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["two/early  approval"]);
    project.orch(&["resume", &id]).says(7, &["ann lets it go on"]);
    rewrite(&project, &plan, &[("note(\"third\")", "note(\"everything\")"), ("\"One\"", "\"Uno\"")]);
    let again = project.orch(&["migrate", &id, "new.orch"]);
    again.says(0, &["version 3"]);
    assert!(!again.out.contains("approval"), "{}", again.out);
    assert_eq!(shown(&project, &id)["status"], "waiting");
    // Going back is another thing than what was let go on.
    project.orch(&["migrate", &id, "plan.orch"]).says(0, &["version 4", "two/early  approval"]);
    assert_eq!(shown(&project, &id)["status"], "paused");
}

/// A wait that is over stays over, however long it would be now; one that goes on takes its new time.
#[test]
fn a_wait_that_is_over_may_be_another_one() {
    let plan = PLAN.replace("wait 1ms", "wait pause") + "const pause = 2ms\n";
    let project = project();
    project.write("plan.orch", &plan);
    project.orch(&["run", "plan.orch", "--set", "name=x"]).says(7, &["waits for shepherds"]);
    let id = project.run_id();
    rewrite(&project, &plan, &[("pause = 2ms", "pause = 3h")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["version 2", "one/wait pause  time"]);
    rewrite(&project, &plan, &[("pause = 2ms", "pause = 1ms")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["version 3"]);
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads"]);
    project.orch(&["approve", &id, "two/go"]).says(0, &["completed"]);
    assert_eq!(project.read("log"), "before x\nfirst\nsecond 3\nthird\n");
}

/// How a block undoes is what it does, not how it is written.
#[test]
fn a_block_that_undoes_is_compared_by_what_it_does() {
    let (project, id) = waiting();
    let block = "{ step back = note(\"back\") }";
    rewrite(&project, PLAN, &[(block, "{\n  // as it was\n  step back = note(\"back\")\n}")]);
    let same = project.orch(&["migrate", &id, "new.orch", "--explain"]);
    same.says(0, &["nothing stands against it"]);
    assert_eq!(same.out, "", "comments undo nothing");
    rewrite(&project, PLAN, &[("[\"note.sh\", what, key]", "[\"note.sh\", \"not {what}\", key]")]);
    let other = project.orch(&["migrate", &id, "new.orch", "--explain", "--json"]);
    let document: Json = serde_json::from_str(&other.out).unwrap();
    let rows = document["differences"].as_array().unwrap();
    let row = rows.iter().find(|row| row["aspect"] == "way back").unwrap_or_else(|| panic!("{document:#}"));
    assert_eq!(row["address"], "two/second");
    assert!(row["would_be"].as_str().unwrap().ends_with("of which what it calls is another"), "{row}");
}

/// A wait without a name is called by its length; it is the same wait, whatever its length is now.
#[test]
fn a_wait_that_goes_on_takes_its_new_time() {
    let plan = PLAN.replace("wait 1ms", "wait 1h");
    let project = project();
    project.write("plan.orch", &plan);
    project.orch(&["run", "plan.orch", "--set", "name=x", "--no-wait"]).says(5, &[]);
    let id = project.run_id();
    let until = || {
        let waits = shown(&project, &id)["waits"].clone();
        let until: jiff::Timestamp = waits[0]["until"].as_str().unwrap().parse().unwrap();
        (waits[0]["address"].as_str().unwrap().to_owned(), until)
    };
    let (_, first) = until();
    rewrite(&project, &plan, &[("wait 1h", "wait 3h")]);
    let moved = project.orch(&["migrate", &id, "new.orch"]);
    moved.says(0, &["version 2", "one/wait 1h  time"]);
    let (address, second) = until();
    assert_eq!((address.as_str(), second.duration_since(first).as_secs()), ("one/wait 3h", 2 * 3600));
    project.orch(&["journal", &id]).prints(&["one/wait 1h is one/wait 3h now"]);
    // What is over by then goes on at once, and back again is another migration of a wait that is over.
    rewrite(&project, &plan, &[("wait 1h", "wait 1ms")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["version 3"]);
    project.orch(&["resume", &id]).says(7, &["✔ one/wait 1ms", "waits for shepherds"]);
    let parts = shown(&project, &id)["parts"].clone();
    let waits = parts.as_array().unwrap().iter().filter(|part| part["kind"] == "wait");
    let waits: Vec<_> = waits.map(|part| (part["address"].clone(), part["state"].clone())).collect();
    assert_eq!(waits, [("one/wait 1ms".into(), "done".into())]);
    project.orch(&["migrate", &id, "plan.orch"]).says(0, &["version 4"]);
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads"]);
    project.orch(&["approve", &id, "two/go"]).says(0, &["completed"]);
    assert_eq!(project.read("log"), "before x\nfirst\nsecond 3\nthird\n");
}

/// What somebody said yes to is what was asked then, not what had been asked before.
#[test]
fn an_answer_is_kept_with_the_question_that_was_answered() {
    let project = project();
    project.orch(&["run", "plan.orch", "--set", "name=x"]);
    let id = project.run_id();
    project.orch(&["done", &id, "two/count", "5"]).says(7, &["waits for leads at `two/go`"]);
    rewrite(&project, PLAN, &[("\"Shall we?\" by \"leads\"", "\"Shall we, now?\" by \"bosses\"")]);
    project.orch(&["migrate", &id, "new.orch"]).says(0, &["two/go"]);
    project.orch(&["show", &id]).prints(&["waits for bosses: Shall we, now?"]);
    project.orch(&["approve", &id, "two/go"]).says(0, &["✔ two/go", "Shall we, now?", "completed"]);
    project.orch(&["show", &id, "two/go"]).prints(&["Shall we, now?"]);
    project.orch(&["journal", &id]).prints(&["asks bosses at two/go: Shall we, now?"]);
    let report = project.orch(&["report", &id]).out;
    assert!(report.contains("Shall we, now? | bosses | **approved** by ann"), "{report}");
    assert!(!report.contains("Shall we? |"), "{report}");
}
