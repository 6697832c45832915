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
    project.orch(&["test", "none.orch"]).says(2, &["can't read `none.orch`"]);
    project.orch(&["test", "plan.orch", "--filter", "no such"]).says(0, &["there is no test"]);
}
