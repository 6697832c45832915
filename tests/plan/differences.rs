//! `orch diff`: what differs in what two plans would do.

use std::{fs, path::Path};

use serde_json::Value as Json;

use crate::{a_sample, orch, plans};

const OLD: &str = r#"uses exec("./ops")

action up(name: String) = exec("./ops", ["up", name]) idempotent compensate exec("./ops", ["down", name])

plan p(name: String = "a") {
  goal "It is up"
  phase first "First" takes 1d {
    step one = up(name)
    step two = up("b")
  }
  phase second "Second" after first {
    approve go "Go on?" by "us"
    step three = up("c")
  }
}
"#;

/// What differs, each as what it is about and where.
fn differs(new: &str) -> (Option<i32>, Vec<(String, String)>) {
    between(OLD, new)
}

fn between(old: &str, new: &str) -> (Option<i32>, Vec<(String, String)>) {
    let project = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(project.path().join(name), text).expect("it is written");
    write("old.orch", old);
    write("new.orch", new);
    let ended = orch(project.path(), &["diff", "old.orch", "new.orch", "--json"]);
    let json: Json = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}", ended.err));
    let text = |one: &Json, field: &str| one[field].as_str().expect("a text").to_owned();
    let found = json["differences"].as_array().expect("a list");
    (ended.code, found.iter().map(|one| (text(one, "about"), text(one, "address"))).collect())
}

fn changed(from: &str, to: &str) -> Vec<(String, String)> {
    assert!(OLD.contains(from), "{from}");
    let (code, found) = differs(&OLD.replace(from, to));
    assert_eq!(code, Some(i32::from(!found.is_empty())));
    found
}

fn about(word: &str, address: &str) -> Vec<(String, String)> {
    vec![(word.to_owned(), address.to_owned())]
}

#[test]
fn lines_words_and_comments_make_no_difference() {
    assert_eq!(differs(OLD), (Some(0), vec![]));
    let commented = OLD.replace("step one", "\n\n// a remark\nstep one");
    assert_eq!(differs(&commented), (Some(0), vec![]));
}

const BEGUN: &str = r#"uses exec("./ops")

event Placed = { order: String, total: Int }
event Stop = { why: String }

action up(name: String) = exec("./ops", ["up", name]) idempotent compensate exec("./ops", ["down", name])

plan p() -> Int on Placed as placed where placed.total > 10 keyed placed.order {
  on Stop as stop { fail "stopped: {stop.why}" }
  step one = up(placed.order)
  return 1
}
"#;

#[test]
fn what_begins_a_plan_and_what_ends_it_makes_a_difference() {
    let differs = |from: &str, to: &str| {
        assert!(BEGUN.contains(from), "{from}");
        between(BEGUN, &BEGUN.replace(from, to)).1
    };
    assert_eq!(differs("return 1", "return 2"), about("effects", ""));
    assert_eq!(differs("stopped:", "told to stop:"), about("effects", "Stop"));
    assert_eq!(differs("placed.total > 10", "placed.total > 11"), about("inputs", ""));
    assert_eq!(differs("keyed placed.order", "keyed \"{placed.total}\""), about("inputs", ""));
    assert_eq!(differs("why: String", "why: String, who: String"), about("definitions", ""));
    let unkeyed = differs(" where placed.total > 10 keyed placed.order", "");
    assert_eq!(unkeyed, about("inputs", ""));
}

#[test]
fn what_would_be_done_differently_is_told_by_what_it_is_about() {
    assert_eq!(changed("uses exec(\"./ops\")", "uses exec(\"./ops\", \"git\")"), about("capabilities", ""));
    assert_eq!(changed("name: String = \"a\"", "name: String")[0], ("inputs".to_owned(), String::new()));
    assert_eq!(changed("up(\"c\")", "up(\"d\")")[0], ("effects".to_owned(), "second/three".to_owned()));
    assert_eq!(changed("    step two = up(\"b\")\n", ""), about("effects", "first/two"));
    assert_eq!(changed("after first", "after start"), about("order", "second"));
    assert_eq!(changed("by \"us\"", "by \"them\""), about("approvals", "second/go"));
    assert_eq!(changed("takes 1d", "takes 1d..2d..9d"), about("estimates", "first"));
    assert_eq!(changed("step one = up(name)", "step one = up(name) compensate nothing"), about("undo", "first/one"));
    assert_eq!(
        changed("step three = up(\"c\")", "commit \"now\"\n    step three = up(\"c\")")[0].0,
        "undo",
        "a commit makes final what was not"
    );
    assert_eq!(
        changed(
            "    step one = up(name)\n    step two = up(\"b\")\n",
            "    step two = up(\"b\")\n    step one = up(name)\n"
        ),
        about("order", "first")
    );
}

/// What is not told by a part, but by what it calls or how it is written.
#[test]
fn nothing_that_would_be_done_differently_is_passed_over() {
    const DEEP: &str = r#"uses exec("./ops"), exec("./m")
const most: Int = 5
event Over = { why: String }
probe count(name: String) -> Int = exec("./ops", ["count", name]) timeout 10s
fn few(n: Int) -> Bool = n < most
action up(name: String) = exec("./ops", ["up", name]) confirm count(name) > 0 compensate down(name)
action down(name: String) = exec("./ops", ["down", name]) idempotent
plan p() takes 1h risk low {
  probe now = count("a")
  require few(now)
  step one = up("a") retry 1 backoff 1s..1m compensate down("b") retry 3
  step two = up("c")
  for name in ["x"] keyed name { step up(name) }
  emit Over { why: "done" }
  verify count("a") > 0 within 1h every 5m
}
"#;
    let differs = |from: &str, to: &str| {
        let project = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(project.path().join(name), text).expect("it is written");
        assert!(DEEP.contains(from), "{from}");
        write("old.orch", DEEP);
        write("new.orch", &DEEP.replacen(from, to, 1));
        let ended = orch(project.path(), &["diff", "old.orch", "new.orch"]);
        assert_eq!(ended.code, Some(1), "{from} → {to}: {}{}", ended.out, ended.err);
        ended.out
    };
    for (from, to, says) in [
        (r#"["up", name]"#, r#"["start", name]"#, "action up"),
        (r#"["down", name]"#, r#"["stop", name]"#, "action down"),
        (r#"["count", name]"#, r#"["counts", name]"#, "probe count"),
        ("timeout 10s", "timeout 20s", "probe count"),
        ("most: Int = 5", "most: Int = 6", "const most"),
        ("n < most", "n <= most", "fn few"),
        ("confirm count(name) > 0", "idempotent", "action up"),
        ("backoff 1s..1m", "backoff 1s..2m", "one"),
        ("retry 3", "retry 4", "one"),
        ("takes 1h risk", "takes 2h risk", "2h"),
        ("risk low", "risk high", "high risk"),
        ("why: \"done\"", "why: \"over\"", "over"),
    ] {
        let told = differs(from, to);
        assert!(told.contains(says), "{from} → {to}:\n{told}");
    }
}

#[test]
fn what_does_the_same_under_another_name_is_renamed() {
    assert_eq!(changed("step two", "step second_one"), about("names", "first/two"));
    let (_, phase) = differs(&OLD.replace("phase first", "phase begin").replace("after first", "after begin"));
    assert!(phase.contains(&("names".to_owned(), "first".to_owned())), "{phase:?}");
    assert!(phase.iter().all(|(about, _)| about == "names"), "nothing else is done, in the same order: {phase:?}");
}

#[test]
fn no_program_differs_from_itself() {
    for (file, plan) in a_sample(plans()) {
        let mut arguments = vec!["diff", &file, &file];
        arguments.extend(plan.into_iter().flat_map(|plan| ["--plan", plan]));
        let ended = orch(Path::new(crate::PROGRAMS), &arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), "no difference in what they would do\n"), "{file}");
    }
}
