//! `orch test`: what is shown of tests that pass and of those that don't, for people and for programs.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use super::project::Project;

const SAGA: &str = r#"uses exec("./shop")

action reserve(order: String) -> { id: String } = exec("./shop", ["reserve", order])
  idempotent
  compensate exec("./shop", ["release", result.id])
action ship(order: String) = exec("./shop", ["ship", order]) idempotent

plan sell(order: String) {
  step hold = reserve(order)
  wait 2d
  step ship(order)
}

test "it is shipped" {
  given reserve(_) returns { id: "h-1" }
  run sell("o-1")
  expect outcome is completed
}

test "a ship that sinks" {
  given reserve(_) returns { id: "h-1" }
  given ship(_) fails "it sank"
  run sell("o-1")
  expect outcome is compensated
}
"#;

const BROKEN: &str = r#"
test "it floats" {
  given reserve(_) returns { id: "h-1" }
  given ship(_) fails "it sank"
  run sell("o-1")
  expect done == ["hold", "ship"]
}

test "nothing given" {
  run sell("o-1")
  expect outcome is completed
}
"#;

fn broken() -> Project {
    Project::new(&format!("{SAGA}{BROKEN}"))
}

#[test]
fn tests_that_hold_are_named_and_counted() {
    let ended = Project::new(SAGA).orch(&["test", "plan.orch"]);
    ended.says(0, &["plan.orch", "✔ it is shipped  2d of virtual time", "✔ a ship that sinks", "2 tests passed"]);
    assert_eq!(ended.out, "", "what is said for people goes to stderr");
}

/// A test that passes may not test what it says: what it gives and no run asks for is told.
#[test]
fn what_is_given_and_never_asked_for_is_told_of_a_test_that_passes() {
    let given = r#"
test "nobody asks" {
  given reserve(_) returns { id: "h-1" }
  given ship("o-2") fails "it sank"
  run sell("o-1")
  expect outcome is completed
}

test "one of the faults asks" {
  given reserve(_) returns { id: "h-1" }
  given "hold/undo" fails "no"
  run sell("o-1") under every fault
  expect outcome is completed or outcome is compensated or outcome is stuck
}
"#;
    let project = Project::new(&format!("{SAGA}{given}"));
    let ended = project.orch(&["test", "plan.orch"]);
    ended.says(0, &["✔ nobody asks", "given, and never asked for", "29  given ship(\"o-2\") fails \"it sank\""]);
    assert_eq!(ended.err.matches("never asked for").count(), 1, "{}", ended.err);
    let printed = project.orch(&["test", "plan.orch", "--json"]).out;
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let unused: Vec<&serde_json::Value> =
        printed["tests"].as_array().unwrap().iter().map(|test| &test["never_asked_for"]).collect();
    assert_eq!(*unused[2], serde_json::json!(["given ship(\"o-2\") fails \"it sank\""]));
    assert_eq!(*unused[3], serde_json::json!([]));
}

#[test]
fn what_does_not_hold_is_shown_with_both_sides_and_the_run() {
    let ended = broken().orch(&["test", "plan.orch"]);
    ended.says(
        1,
        &[
            "✖ it floats",
            "error[E0604]: `done == [\"hold\", \"ship\"]` does not hold",
            "plan.orch:31:10",
            "is        [\"hold\"]",
            "expected  [\"hold\", \"ship\"]",
            "missing \"ship\"",
            "✔ hold",
            "2d       ✔ wait 2d",
            "✖ ship",
            "it sank",
            "↩ hold",
            "2 of 4 tests failed, 2 passed",
        ],
    );
}

#[test]
fn what_is_not_given_is_told_with_the_line_that_gives_it() {
    let ended = broken().orch(&["test", "plan.orch", "--filter", "nothing"]);
    ended.says(
        1,
        &[
            "error[E0605]: nothing is given for `reserve(\"o-1\")`, which `hold` needs",
            "asked for here",
            "given reserve(\"o-1\") returns { id: \"id-",
            "1 of 1 test failed",
        ],
    );
    assert!(!ended.err.contains("it floats"), "{}", ended.err);
}

#[test]
fn programs_get_one_document() {
    let ended = broken().orch(&["test", "plan.orch", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    assert_eq!((&document["passed"], &document["failed"]), (&2.into(), &2.into()));
    let floats = &document["tests"][2];
    assert_eq!((&floats["name"], &floats["place"]), (&"it floats".into(), &"plan.orch:27:6".into()));
    assert_eq!(floats["failures"][0]["actual"], serde_json::json!(["hold"]));
    let given = document["tests"][3]["failures"][0]["given"].as_str().unwrap();
    assert!(given.starts_with("given reserve("), "{given}");
    let ended = broken().orch(&["test", "plan.orch", "--format", "junit"]);
    for part in ["<testsuite name=\"plan.orch\" tests=\"4\"", "failures=\"2\"", "type=\"E0604\"", "it sank"] {
        assert!(ended.out.contains(part), "{}", ended.out);
    }
}

#[test]
fn coverage_says_where_no_test_has_been() {
    let more = "plan other() {\n  decide way \"How?\" {\n    option a when 1 < 2 { wait 1s }\n    option b otherwise { wait 2s }\n  }\n}\n";
    let test = "test \"other\" {\n  run other()\n  expect outcome is completed\n}\n";
    let project = Project::new(&format!("{more}{SAGA}{test}"));
    let ended = project.orch(&["test", "plan.orch", "--coverage"]);
    ended.says(
        0,
        &[
            "plan.orch  5 of 6 statements",
            "1 of 2 options",
            "1 of 1 ways back",
            "    4  option, statement",
            "option b otherwise",
        ],
    );
    let ended = project.orch(&["test", "plan.orch", "--coverage", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(document["coverage"][0]["options"], serde_json::json!({ "covered": 1, "all": 2 }));
    assert_eq!(document["coverage"][0]["uncovered"][0]["line"], 4);
}

#[test]
fn watching_runs_the_tests_again_when_a_file_changes() {
    let project = Project::new(SAGA);
    let mut child = Command::new(env!("CARGO_BIN_EXE_orch"))
        .args(["test", "plan.orch", "--watch"])
        .current_dir(project.path("."))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut seen = Vec::new();
    for line in lines {
        seen.push(line.clone());
        if line.contains("waits for a change") && seen.iter().all(|line| !line.contains("failed")) {
            std::fs::write(project.path("plan.orch"), format!("{SAGA}{BROKEN}")).unwrap();
        }
        if line.contains("2 of 4 tests failed") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let text = seen.join("\n");
    assert!(text.contains("2 tests passed") && text.contains("2 of 4 tests failed"), "{text}");
}

#[test]
fn a_program_with_mistakes_is_not_tested_and_the_others_are() {
    let project = Project::new(SAGA);
    std::fs::create_dir(project.path("more")).unwrap();
    std::fs::write(project.path("more/bad.orch"), "plan bad() { require none_such }").unwrap();
    let ended = project.orch(&["test", "more", "plan.orch"]);
    ended.says(3, &["error[E0201]", "`more/bad.orch` was not tested", "2 tests passed"]);
    let document = project.orch(&["test", "more", "plan.orch", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&document.out).unwrap();
    assert_eq!(document["not_tested"], serde_json::json!(["more/bad.orch"]));
    let xml = project.orch(&["test", "more", "plan.orch", "--format", "junit"]).out;
    assert!(xml.contains("errors=\"1\"") && xml.contains("more/bad.orch"), "{xml}");
    project.orch(&["test", "none.orch"]).says(2, &["can't read `none.orch`"]);
}

#[test]
fn a_filter_that_fits_no_test_is_refused_with_the_names_that_are_near() {
    let project = broken();
    let near = project.orch(&["test", "plan.orch", "--filter", "shiped"]);
    near.says(2, &["no test has `shiped` in its name", "did you mean \"it is shipped\""]);
    let far = project.orch(&["test", "plan.orch", "--filter", "zebra", "--json"]);
    far.says(2, &["no test has `zebra` in its name", "there is \"it is shipped\", \"a ship that sinks\""]);
    assert_eq!(far.out, "", "nothing was run, so there is no document");
    let none = Project::new("plan p() {}");
    none.orch(&["test", "plan.orch", "--filter", "x"]).says(2, &["there is no test at all"]);
    none.orch(&["test", "plan.orch"]).says(0, &["there is no test"]);
}

#[test]
fn coverage_is_of_all_files_and_of_the_chosen_tests() {
    let project = Project::new(SAGA);
    let beside = "import \"./plan.orch\" as shop\nimport std/notify\n\ntest \"one\" {\n  given shop.reserve(_) returns { id: \"h\" }\n  run shop.sell(\"o\")\n  expect never notify.post(_, _)\n}\n\ntest \"two\" {\n  expect 1 < 2\n}\n";
    std::fs::write(project.path("beside_test.orch"), beside).unwrap();
    let alone = project.orch(&["test", "beside_test.orch", "--coverage", "--filter", "one"]);
    alone.says(0, &["covered by 1 of 2 tests", "plan.orch  3 of 3 statements", "0 of 1 ways back"]);
    assert!(!alone.err.contains("notify"), "the standard library is not counted: {}", alone.err);
    let both = project.orch(&["test", ".", "--coverage", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&both.out).unwrap();
    let files: Vec<&str> =
        document["coverage"].as_array().unwrap().iter().filter_map(|file| file["file"].as_str()).collect();
    assert_eq!(files, ["plan.orch"], "what two programs share counts once");
    assert_eq!(document["coverage"][0]["ways_back"], serde_json::json!({ "covered": 1, "all": 1 }));
}

#[test]
fn what_does_not_hold_is_told_so_that_one_sees_why() {
    let many = r#"
test "order" {
  given reserve(_) returns { id: "h-1" } given ship(_) fails "it sank"
  given reserve("o-9") fails
  run sell("o-1")
  let wanted = ["a part with quite a long address", "another part with a long one", "one more", "hold"]
  expect undone == wanted
}

test "calls" {
  given reserve(_) returns { id: "h-1" }
  run sell("o-1")
  expect called ship("o-2")
}

test "misfit" {
  given "hold" returns { id: "h-1" }
  given exec("./shop", _) returns "nothing of this kind"
  given exec("./shop", ["reserve", "o-1"]) returns 1
  run sell("o-1")
  expect failure.message == ""
}
"#;
    let ended = Project::new(&format!("{SAGA}{many}")).orch(&["test", "plan.orch"]);
    ended.says(
        1,
        &[
            "`-` is expected and did not come, `+` came and is not expected",
            "- \"a part with quite a long address\"",
            "= \"hold\"",
            "given, and never asked for",
            "29  given reserve(\"o-9\") fails",
            "it was called never, and should have been",
            "called were",
            "ship(\"o-1\")",
            "the run did not fail, so there is no `failure`",
        ],
    );
}
