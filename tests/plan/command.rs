//! `orch plan`, as it is typed.

use std::fs;

use crate::{a_sample, folder, orch, plans};

#[test]
fn every_program_is_shown_as_it_is() {
    let plans = plans();
    assert!(plans.len() >= 30, "only {} programs found", plans.len());
    for (file, plan) in plans {
        let mut arguments = vec!["plan", &file, "--trials", "500"];
        arguments.extend(plan);
        let shown = orch(&folder(), &arguments);
        assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""), "{file}");
        let too_long: Vec<&str> = shown.out.lines().filter(|line| is_too_long(line)).collect();
        assert!(too_long.is_empty(), "{file}: {too_long:#?}");
        insta::assert_snapshot!(file.trim_end_matches(".orch"), shown.out);
    }
}

/// Longer than a line may be, and not because of one word or call that is not broken.
fn is_too_long(line: &str) -> bool {
    line.chars().count() > 100 && !line.contains('"') && !line.contains('(')
}

#[test]
fn the_same_plan_gives_the_same_figures() {
    let shown = || orch(&folder(), &["plan", "auth_migration.orch", "--trials", "300", "--format", "json"]).out;
    assert_eq!(shown(), shown());
    let other =
        orch(&folder(), &["plan", "auth_migration.orch", "--trials", "300", "--format", "json", "--seed", "2"]).out;
    assert_ne!(shown(), other, "other numbers are drawn");
}

#[test]
fn what_is_given_lets_more_be_known() {
    let given = r#"order={"id":"o-9","items":[{"sku":"mug","quantity":2},{"sku":"hat","quantity":1}],"total":10}"#;
    let tables = tempfile::tempdir().expect("a folder");
    let file = tables.path().join("order.json");
    fs::write(&file, given.trim_start_matches("order=")).expect("it is written");
    let set = format!("order=@{}", file.display());
    let shown = orch(&folder(), &["plan", "order_saga.orch", "--set", &set]).out;
    assert!(
        shown.contains("2 items") && shown.contains("mug → hat") && shown.contains("confirm_order(\"o-9\")"),
        "{shown}"
    );
    let open = orch(&folder(), &["plan", "order_saga.orch"]).out;
    assert!(open.contains("order is not given (Order)") && open.contains("depends on order"), "{open}");
}

#[test]
fn an_option_can_be_assumed_and_a_wrong_one_is_told() {
    let plan = |choice: &str| orch(&folder(), &["plan", "database_migration.orch", "--choose", choice]);
    let one = plan("strategy=one_pass");
    assert!(one.out.contains("● one_pass") && one.out.contains("· batches"), "{}", one.out);
    assert!(one.out.contains("● when strategy is one_pass"), "what depends on it is known: {}", one.out);
    for (choice, says) in [
        ("strategy=onepass", "did you mean `one_pass`?"),
        ("stratgy=batches", "did you mean `strategy`?"),
        ("strategy", "write `--choose decision=option`"),
    ] {
        let refused = plan(choice);
        assert_eq!(refused.code, Some(2), "{choice}");
        assert!(refused.err.contains(says), "{}", refused.err);
    }
}

#[test]
fn looking_asks_probes_and_nothing_else() {
    let project = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(project.path().join(name), text).expect("it is written");
    write(
        "plan.orch",
        r#"uses exec("sh")
probe small() -> Bool = exec("sh", ["say.sh", "small", "true"])
probe broken() -> Int = exec("sh", ["say.sh", "broken", "none of that"])
action act() = exec("sh", ["say.sh", "act", ""]) idempotent compensate nothing
probe later() -> Int = exec("sh", ["say.sh", "later", "1"])
plan p() {
  require small() else "too large"
  probe is_small = small()
  probe number = broken()
  decide how "How?" {
    option quick when is_small { step quick = act() }
    option slow otherwise { step slow = act() }
  }
  probe behind = later()
  verify later() == number
}
"#,
    );
    write("say.sh", "echo $1 >> log; echo \"$2\"\n");
    let shown = orch(project.path(), &["plan", "plan.orch", "--live"]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    let log = fs::read_to_string(project.path().join("log")).expect("it was asked");
    let asked: Vec<&str> = log.lines().collect();
    assert_eq!(asked, ["small", "broken"], "each once, and nothing that acts or comes after it");
    assert!(shown.out.contains("require small()  holds now"), "{}", shown.out);
    assert!(shown.out.contains("= true") && shown.out.contains("● quick"), "{}", shown.out);
    assert!(shown.out.contains("unknown: it gave no answer"), "{}", shown.out);
    assert!(shown.err.contains("◷ small()"), "progress is told: {}", shown.err);
    assert!(!project.path().join(".orch").exists(), "no run was begun");
}

/// A look is tried as often and as long as it says itself, and what gives no answer says why.
#[test]
fn a_look_is_tried_as_often_and_as_long_as_it_says() {
    let project = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(project.path().join(name), text).expect("it is written");
    write(
        "plan.orch",
        r#"uses exec("sh")
probe third() -> Int = exec("sh", ["third.sh"])
probe asks() -> Int { probe inner = hangs() return inner }
probe hangs() -> Int = exec("sleep", ["600"]) timeout 100ms
probe never() -> Int = exec("sh", ["never.sh"]) retry 1 backoff 1ms
uses exec("sleep")
plan p() {
  probe count = third() retry 4 backoff 1ms..2ms
  probe late = asks()
  probe never_known = never()
}
"#,
    );
    write("third.sh", "echo x >> log; [ $(wc -l < log) -ge 3 ] && echo 7\n");
    write("never.sh", "echo x >> tries; exit 3\n");
    let shown = orch(project.path(), &["plan", "plan.orch", "--live"]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    let lines = |name: &str| fs::read_to_string(project.path().join(name)).expect("it was asked").lines().count();
    assert_eq!((lines("log"), lines("tries")), (3, 2), "until there is an answer, and as often as it may");
    assert!(shown.out.contains("= 7"), "{}", shown.out);
    assert!(shown.out.contains("no answer within 100 ms"), "{}", shown.out);
    assert!(shown.out.contains("(exit 3, at the last of 2 tries)"), "{}", shown.out);
}

#[test]
fn every_form_is_well_formed() {
    for (file, plan) in a_sample(plans()) {
        let shown = |form: &str| {
            let mut arguments = vec!["plan", &file, "--trials", "100", "--format", form];
            arguments.extend(plan);
            let shown = orch(&folder(), &arguments);
            assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""), "{file} {form}");
            shown.out
        };
        let json: serde_json::Value = serde_json::from_str(&shown("json")).expect("JSON");
        assert_eq!(json["version"], 1);
        assert!(!json["parts"].as_array().expect("parts").is_empty(), "{file}");
        let mermaid = shown("mermaid");
        assert!(
            mermaid.starts_with("flowchart TD\n") && mermaid.lines().all(|line| line.matches('"').count() % 2 == 0)
        );
        assert!(mermaid.lines().filter(|line| line.contains("-->")).count() >= 1, "{mermaid}");
        let dot = shown("dot");
        assert!(dot.starts_with("digraph ") && dot.trim_end().ends_with('}'), "{dot}");
        let unescaped = |line: &str| line.replace("\\\"", "").matches('"').count();
        assert!(dot.lines().all(|line| unescaped(line) % 2 == 0), "{dot}");
        let gantt = shown("gantt");
        let bars = gantt.lines().filter(|line| line.contains(" :"));
        assert!(bars.into_iter().all(|line| line.matches(':').count() == 1), "{gantt}");
    }
}

#[test]
fn a_program_with_mistakes_is_not_planned() {
    let project = tempfile::tempdir().expect("a folder");
    fs::write(project.path().join("plan.orch"), "plan p() { step x = nothing() }").expect("it is written");
    let refused = orch(project.path(), &["plan", "plan.orch"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""));
    assert!(refused.err.contains("was not planned"), "{}", refused.err);
}

#[test]
fn a_crash_in_a_step_asks_a_person_only_if_nobody_can_tell_whether_it_was_done() {
    let program = r#"uses http("h"), exec("sh")
action set(value: String) = http.put("https://h/value", body: value) compensate nothing
action send(value: String) = http.post("https://h/send", body: value) compensate nothing
plan p() {
  step one = set("x")
  step two = send("x")
}
"#;
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("p.orch"), program).expect("it is written");
    let shown = orch(place.path(), &["plan", "p.orch"]).out;
    let asks =
        |step: &str| shown.lines().any(|line| line.contains(step) && line.contains("a crash in it asks a person"));
    assert!(asks("step two") && !asks("step one"), "{shown}");
}
