//! `orch run`: arguments, what is said while a plan runs, how it ends.

use super::project::{Project, TWO_STEPS};

#[test]
fn a_run_that_completes_says_what_it_did_and_prints_its_value() {
    let project = Project::two_steps();
    let ended = project.orch(&["run", "plan.orch"]);
    ended.says(0, &["run ", " · both · .orch/runs.db", "  ✔ one", "first(\"a\")", "  ✔ two", "completed in "]);
    let value: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(value, serde_json::json!({ "id": "i-1" }));
    assert_eq!(project.read("log"), "first a\nsecond\n");
    assert!(!ended.err.contains('\u{1b}'), "no colours where nobody looks");
}

#[test]
fn a_run_that_fails_is_undone_and_says_why_what_is_left_and_what_to_type() {
    let project = Project::two_steps();
    project.write("second.sh", "echo 'out of paper' >&2; exit 3\n");
    let ended = project.orch(&["run", "plan.orch"]);
    let next = format!("orch show {} two    what it was given and what it printed", project.run_id());
    ended.says(
        1,
        &[
            "  ✖ two",
            "  ↩ one",
            "sh undo.sh i-1",
            "compensated: `two` failed, 1 of 1 step undone, nothing is owed",
            "out of paper",
            &next,
        ],
    );
    assert_eq!(ended.out, "");
    assert_eq!(project.read("log"), "first a\nundo i-1\n");
}

#[test]
fn a_message_on_stdout_is_not_lost() {
    let project = Project::two_steps();
    project.write("second.sh", "echo 'out of paper'; exit 3\n");
    project.orch(&["run", "plan.orch"]).says(1, &["✖ two", "out of paper (exit 3)"]);
    project.orch(&["show", &project.run_id(), "two"]).prints(&["printed      out of paper"]);
}

#[test]
fn what_was_printed_is_told_once_and_in_its_order() {
    let project = Project::two_steps();
    project.write("second.sh", "for line in first second third; do echo \"the $line line\" >&2; done; exit 3\n");
    let run = project.orch(&["run", "plan.orch"]);
    run.says(1, &["\n  the first line\n  the second line\n  the third line (exit 3)\n  orch show "]);
    project.write("second.sh", "echo one >&2; echo two >&2; kill -9 $$\n");
    project.write("done.sh", "exit 2\n");
    let run = project.orch(&["run", "plan.orch"]);
    run.says(7, &["stuck on `two`:\n  one\n  two (killed by signal 9 (SIGKILL))"]);
}

#[test]
fn a_fault_of_the_plan_itself_is_told_once() {
    let project = Project::new("plan p(x: Int = 0) -> Decimal { return 1 / x }");
    let run = project.orch(&["run", "plan.orch"]);
    run.says(1, &["  ✖ division by zero\n\ncompensated: division by zero", "─[ plan.orch:1:40 ]", "return 1 / x"]);
    assert_eq!(run.err.matches('✖').count(), 1, "{}", run.err);
    let shown = project.orch(&["show", &project.run_id()]).out;
    assert_eq!(shown.matches("division by zero").count(), 1, "{shown}");
    assert_eq!(shown.matches('✖').count(), 1, "{shown}");
    assert!(shown.contains("─[ plan.orch:1:40 ]"), "{shown}");
}

/// Whatever has no value, is named with its line: in the plan, in what it calls, and in what an effect answered.
#[test]
fn what_cant_be_computed_is_told_with_its_line() {
    let plan = r#"
uses exec("sh")
fn share(boxes: Int, helpers: Int) -> Decimal = boxes / helpers
probe seen() -> Int = exec("sh", ["-c", "echo many"])
action hold() = exec("sh", ["-c", "true"]) idempotent compensate exec("sh", ["-c", "true"])
action give() -> Int = exec("sh", ["-c", "echo some"])
  confirm exec("sh", ["-c", "true"]) compensate nothing

plan divides(helpers: Int = 0) {
  step first = hold()
  let each = share(12, helpers)
  fail "{each}"
}
plan looks() { probe at = seen() fail "{at}" }
plan verifies(list: List<Int> = []) { verify first: list[0] > 1 }
plan ignores() { step two = give() best_effort }
"#;
    let project = Project::new(plan);
    let run = |plan: &str| project.orch(&["run", "plan.orch", plan]);
    run("divides").says(
        1,
        &[
            "✖ each                                  division by zero (plan.orch:3:49)",
            "compensated: `each` failed, 1 of 1 step undone",
            "error[E0901]: division by zero",
            "─[ plan.orch:3:49 ]",
            "boxes / helpers",
        ],
    );
    run("looks").says(1, &["expected JSON for `Int`, found `many` (plan.orch:4:23)", "─[ plan.orch:4:23 ]"]);
    run("verifies").says(1, &["no item `0` in an empty list) (plan.orch:15:53)", "error[E0901]: "]);
    run("ignores").says(0, &["(plan.orch:6:24), which is tolerated"]);
    let list: serde_json::Value = serde_json::from_str(&project.orch(&["list", "--json"]).out).unwrap();
    let first = list["runs"][0]["id"].as_str().unwrap();
    project.orch(&["show", first]).prints(&["─[ plan.orch:3:49 ]"]);
    project.orch(&["show", first, "each"]).prints(&["failed: division by zero", "─[ plan.orch:3:49 ]"]);
    project.orch(&["report", first]).prints(&["| why | `each` failed: division by zero (`plan.orch:3:49`) |"]);
}

#[test]
fn a_step_without_result_may_print_as_much_as_it_likes() {
    let project = Project::two_steps();
    project.write("second.sh", "head -c 2000000 /dev/zero | tr '\\0' x; echo; echo that is all\n");
    project.orch(&["run", "plan.orch"]).says(0, &["✔ two"]);
    project.orch(&["show", &project.run_id(), "two"]).prints(&["printed ", "ok"]);
    assert!(std::fs::metadata(project.path(".orch/runs.db")).unwrap().len() < 500_000);
}

#[test]
fn arguments_come_from_settings_and_files() {
    let plan = r#"
type Item = { sku: String, size: Size }
plan show(item: Item, share: Percent, note: String, pause: Duration = 90s, tags: List<String> = []) -> Json {
  return { item: item, share: share, note: note, pause: pause, tags: tags }
}"#;
    let project = Project::new(
        &plan
            .replace("-> Json", "-> { item: Item, share: Percent, note: String, pause: Duration, tags: List<String> }"),
    );
    project.write("item.json", r#"{ "sku": "mug", "size": "2GB", "more": 1 }"#);
    project.write("note.txt", "first\nsecond");
    project.write("all.json", r#"{ "item": { "sku": "cup", "size": 5 }, "share": 0.5, "note": "n", "tags": ["x"] }"#);
    let set = [
        "run",
        "plan.orch",
        "--set",
        "item=@item.json",
        "--set",
        "share=10%",
        "--set",
        "note=@note.txt",
        "--set=tags=[\"a\"]",
    ];
    let ended = project.orch(&set);
    let value: serde_json::Value = serde_json::from_str(&ended.says(0, &[]).out).unwrap();
    assert_eq!(value["item"]["sku"], "mug");
    assert_eq!((value["share"].as_str(), value["pause"].as_str()), (Some("10%"), Some("1m30s")));
    assert_eq!((value["note"].as_str(), &value["tags"]), (Some("first\nsecond"), &serde_json::json!(["a"])));
    let ended = project.orch(&["run", "plan.orch", "--input", "all.json", "--set", "share=1%"]);
    let value: serde_json::Value = serde_json::from_str(&ended.says(0, &[]).out).unwrap();
    assert_eq!((value["item"]["sku"].as_str(), value["share"].as_str()), (Some("cup"), Some("1%")));
}

#[test]
fn wrong_arguments_start_nothing() {
    let project = Project::two_steps();
    project.write("odd.json", "{ \"count\": ");
    project.write("list.json", "[]");
    project.write("text.json", "{ \"count\": \"many\" }");
    for (arguments, expected) in [
        (vec!["--set", "cuont=2"], "`both` has no parameter `cuont`\n  did you mean `count`?"),
        (vec!["--set", "count=two"], "`count` does not fit: expected `Int`"),
        (vec!["--set", "count=1", "--set", "count=2"], "`count` is set twice"),
        (vec!["--set", "count"], "`--set count` has no value"),
        (vec!["--set", "count=@none.json"], "can't read `none.json`: no such file"),
        (vec!["--set", "count=@odd.json"], "`odd.json` is no JSON: "),
        (vec!["--input", "list.json"], "`list.json` holds no object"),
        (vec!["--input", "text.json"], "`count` does not fit: expected `Int`"),
        (vec!["bothh"], "there is no plan `bothh` in this file\n  did you mean `both`?"),
    ] {
        let arguments: Vec<&str> = ["run", "plan.orch"].into_iter().chain(arguments).collect();
        project.orch(&arguments).says(2, &[expected]);
    }
    project.write("plan.orch", &TWO_STEPS.replace(" = \"a\", count: Int = 1", ", count: Int"));
    project
        .orch(&["run", "plan.orch"])
        .says(2, &["`both` needs `name`, `count`", "--set name=VALUE", "--set count=VALUE"]);
    assert_eq!(project.read("log"), "");
    assert!(!project.path(".orch").exists());
}

#[test]
fn one_of_several_plans_must_be_named() {
    let project = Project::new("plan a() -> Int { return 1 }\nplan b(x: Int) -> Int { return x }");
    project.orch(&["run", "plan.orch"]).says(2, &["this file has several plans: say which\n  a()\n  b(x: Int)"]);
    assert_eq!(project.orch(&["run", "plan.orch", "b", "--set", "x=7"]).says(0, &[]).out, "7\n");
    project.write("plan.orch", "type A = Int\n");
    project.orch(&["run", "plan.orch"]).says(2, &["this file has no plan"]);
}

#[test]
fn a_program_with_mistakes_is_not_run() {
    let project = Project::new("plan a() { let x = y }");
    project.orch(&["run", "plan.orch"]).says(3, &["error[", "`plan.orch` was not run"]);
    assert!(!project.path(".orch").exists());
}

#[test]
fn a_narrow_page_and_a_reader_who_leaves_are_served() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    for _ in 0..40 {
        project.orch(&["run", "plan.orch"]);
    }
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = format!("{orch} list | head -n 1; {orch} explain | head -n 1");
    let output =
        std::process::Command::new("sh").args(["-c", &script]).current_dir(project.path(".")).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
}

#[test]
fn a_plan_that_needs_a_program_around_it_is_not_begun() {
    let plan = "
        extern probe ready() -> Bool
        extern action act() idempotent compensate nothing
        plan p() { require ready() step act() }
    ";
    let project = Project::new(plan);
    let said = project.orch(&["run", "plan.orch"]);
    said.says(3, &["error[E0902]: `probe ready` is done by the program", "`action act`", "nothing was started"]);
    assert!(!project.path(".orch/runs.db").exists());
}

#[test]
fn what_is_computed_and_not_granted_is_refused_when_it_would_happen() {
    let plan = r#"
        uses exec("sh", "./do"), file("data/"), env("REGION")
        plan program(name: String) { step exec(name, []) compensate nothing }
        plan file(path: String) { probe text: String = file.read(path) require text != "" }
        plan variable(name: String) { probe text: String = env(name) require text != "" }
    "#;
    let project = Project::new(plan);
    project.write("private", "hush");
    std::fs::create_dir(project.path("data")).unwrap();
    std::os::unix::fs::symlink(project.path("private"), project.path("data/link")).unwrap();
    let refused = |plan: &str, set: &str, kind: &str, what: &str| {
        let said = project.orch(&["run", "plan.orch", plan, "--set", set]);
        said.says(1, &[&format!("{kind} of `{what}` is not granted: add `uses {kind}({what:?})` to plan.orch")]);
        assert!(!said.err.contains("hush"), "{}", said.err);
    };
    refused("program", "name=env", "exec", "env");
    refused("program", "name=/bin/sh", "exec", "/bin/sh");
    refused("program", "name=./data/../other", "exec", "./data/../other");
    refused("file", "path=private", "file", "private");
    refused("file", "path=data/../private", "file", "data/../private");
    refused("file", "path=data/link", "file", "data/link");
    refused("variable", "name=HOME", "env", "HOME");
}

#[test]
fn how_deep_plans_run_each_other_is_said_when_the_run_begins_and_holds_to_its_end() {
    let project = Project::new(
        "plan down(n: Int) -> Int {
  when n == 0 { task look \"Is it deep?\" by \"ann\" return 0 }
  run deeper = down(n - 1)
  return deeper + 1
}
",
    );
    project.orch(&["run", "plan.orch", "--set", "n=40"]).says(
        1,
        &[
            "`down` would be run 33 plans deep, and the limit is 32 (`orch run --deepest` says otherwise)",
            "compensated",
        ],
    );
    project
        .orch(&["run", "plan.orch", "--set", "n=2", "--deepest", "1"])
        .says(1, &["2 plans deep, and the limit is 1"]);
    let asked = project.orch(&["run", "plan.orch", "--set", "n=40", "--deepest", "40"]);
    let run = asked.says(7, &["waits for ann"]).err.split_whitespace().nth(1).unwrap().to_owned();
    let look = format!("{}look", "deeper/".repeat(40));
    project.orch(&["done", &run, &look]).says(0, &["completed"]).prints(&["40"]);
    for wrong in ["0", "1001", "deep"] {
        project.orch(&["run", "plan.orch", "--set", "n=1", "--deepest", wrong]).says(2, &["--deepest <N>"]);
    }
}
