//! `orch simulate`: what a run would be like, with what is given and what is made up.

use serde_json::Value as Json;

use super::project::Project;

const SHOP: &str = r#"
uses exec("./shop")

type Order = { id: String, total: Decimal }

event Paid = { order: String }

action reserve(order: Order) -> { id: String } = exec("./shop", ["reserve", order.id])
  idempotent
  compensate release(result.id)

action release(hold: String) = exec("./shop", ["release", hold]) idempotent compensate nothing

action ship(order: Order) = exec("./shop", ["ship", order.id]) idempotent compensate nothing

probe in_stock(order: Order) -> Int = exec("./shop", ["stock", order.id])

plan sell(order: Order) -> String {
  require in_stock(order) > 0 else "sold out"
  step hold = reserve(order)
  decide way "How is it sent?" by "sales" {
    option quick { }
    option slow { wait 2w }
  }
  approve go "Send it?" by "sales" timeout 3d
  wait for Paid as paid where paid.order == order.id timeout 1d
  step ship(order)
  return hold.id
}

test "it is sold" {
  given in_stock(_) returns 3
  given reserve(_)  returns { id: "h-1" }
  given "way" chooses slow
  given Paid { order: "o-1" } after 2w2h
  run sell({ id: "o-1", total: 2 })
  expect outcome is completed
}
"#;

const ORDER: &str = r#"order={"id": "o-1", "total": 2}"#;

fn simulate(project: &Project, more: &[&str]) -> super::project::Ended {
    let paid = r#"Paid { order: "o-1" } after 1h"#;
    project.orch(&[&["simulate", "plan.orch", "--set", ORDER, "--event", paid, "--choose", "way=quick"], more].concat())
}

#[test]
fn a_run_reads_like_a_run_and_says_what_was_made_up() {
    let project = Project::new(SHOP);
    let simulated = simulate(&project, &["--given", r#"reserve(_) returns { id: "h-1" }"#]);
    assert_eq!(simulated.code, 0, "{simulated:?}");
    insta::assert_snapshot!(simulated.out);
    assert!(!project.path(".orch").exists(), "nothing is kept");
}

#[test]
fn what_is_given_happens() {
    let project = Project::new(SHOP);
    let ends = |more: &[&str], code: i32, told: &str| {
        let simulated = simulate(&project, more);
        assert_eq!(simulated.code, code, "{simulated:?}");
        assert!(simulated.out.contains(told), "{told}: {}", simulated.out);
    };
    ends(&["--fail", "ship=no more vans"], 1, "compensated in 1h: `ship` failed: no more vans; undone: hold");
    ends(&["--refuse", "go=too late"], 1, "`go` failed: refused by people: too late; undone: hold");
    ends(&["--answer", "in_stock(_)=0"], 1, "sold out");
    ends(&["--answer", r#"hold={ id: "h-7" }"#], 0, "\"h-7\"");
    ends(&["--crash", "hold:after"], 0, "orch dies, and another process takes the run up");
    ends(&["--given", "release(_) fails", "--fail", "ship"], 7, "stuck on `hold/undo`");
    ends(&["--operator", "cancel after 10m"], 1, "undone: hold");
}

#[test]
fn weeks_pass_at_once() {
    let project = Project::new(SHOP);
    let simulated = project.orch(&["simulate", "plan.orch", "--test", "it is sold"]);
    assert_eq!(simulated.code, 0, "{simulated:?}");
    assert!(simulated.out.contains("completed in 2w"), "{}", simulated.out);
    assert!(simulated.out.contains("\n  2w "), "each line has its time: {}", simulated.out);
}

#[test]
fn a_scenario_is_a_file_of_given_lines() {
    let project = Project::new(SHOP);
    project.write("bad_day.orch", "let hold = { id: \"h-2\" }\ngiven reserve(_) returns hold\ngiven ship(_) hangs\n");
    let simulated = simulate(&project, &["--scenario", "bad_day.orch"]);
    assert!(simulated.out.contains("`ship` does not end"), "{}", simulated.out);
    assert_eq!(simulated.code, 7);
}

#[test]
fn the_same_is_made_up_from_the_same_number() {
    let project = Project::new(SHOP);
    let of = |seed: &str| simulate(&project, &["--json", "--seed", seed]).out;
    assert_eq!(of("1"), of("1"));
    assert_ne!(of("1"), of("2"));
    let json: Json = serde_json::from_str(&of("1")).unwrap();
    assert_eq!((json["ending"].as_str(), json["duration"].as_str()), (Some("completed"), Some("1h")));
    let made_up: Vec<&str> =
        json["made_up"]["answers"].as_array().unwrap().iter().filter_map(|made| made["address"].as_str()).collect();
    assert!(made_up.contains(&"hold") && made_up.contains(&"go") && !made_up.contains(&"way"), "{made_up:?}");
    assert_eq!(json["journal"][0]["event"]["inputs"]["order"]["id"], "o-1");
}

#[test]
fn a_failure_more_changes_nothing_that_was_made_up() {
    let project = Project::new(SHOP);
    let hold = |more: &[&str]| {
        let json: Json = serde_json::from_str(&simulate(&project, &[&["--json"], more].concat()).out).unwrap();
        let entries = json["journal"].as_array().unwrap().iter().flat_map(|record| record["then"].as_array().cloned());
        entries.flatten().find(|entry| entry["is"] == "done" && entry["address"] == "hold").unwrap()["value"].clone()
    };
    assert_eq!(hold(&[]), hold(&["--fail", "ship"]));
}

#[test]
fn with_strict_nothing_is_made_up() {
    let project = Project::new(SHOP);
    let strict = simulate(&project, &["--strict"]);
    strict.says(2, &["in_stock", "--given 'in_stock("]);
    project.orch(&["simulate", "plan.orch", "--strict"]).says(2, &["with `--strict`, give order"]);
}

#[test]
fn what_can_not_be_given_is_told_like_in_a_test() {
    let project = Project::new(SHOP);
    simulate(&project, &["--fail", "shipp"]).says(2, &["has no part with the address `shipp`", "did you mean `ship`?"]);
    simulate(&project, &["--answer", "in_stock(_)=\"many\""]).says(2, &["given in_stock(_) returns \"many\""]);
    simulate(&project, &["--crash", "ship:later"]).says(2, &["`before`, `during` or `after`"]);
    simulate(&project, &["--choose", "way"]).says(2, &["says no ADDRESS=OPTION"]);
    project.orch(&["simulate", "plan.orch", "--test", "nothing"]).says(2, &["there is no test", "it is sold"]);
}

#[test]
fn what_is_given_and_never_asked_for_is_told() {
    let project = Project::new(SHOP);
    let given = ["--answer", "in_stock(_)=0", "--fail", "ship=no more vans", "--answer", "in_stock(_)=7"];
    let simulated = simulate(&project, &given);
    for unused in
        [r#"never asked for: `given "ship" fails "no more vans"`"#, "never asked for: `given in_stock(_) returns 7`"]
    {
        assert!(simulated.out.contains(unused), "{unused}: {}", simulated.out);
    }
    assert!(!simulated.out.contains("never asked for: `given in_stock(_) returns 0`"), "{}", simulated.out);
    let document: Json =
        serde_json::from_str(&simulate(&project, &["--json", "--fail", "ship", "--answer", "in_stock(_)=0"]).out)
            .unwrap();
    assert!(
        document["unused"].as_array().is_some_and(|unused| unused.iter().any(|line| line == "given \"ship\" fails")),
        "{document:#}"
    );
}

/// As deep as `orch run` goes, and deeper where that is allowed: what is simulated and explored is what would run.
#[test]
fn plans_run_each_other_as_deep_as_is_said() {
    let project = Project::new("plan down(n: Int) {\n  when n > 0 {\n    run down(n - 1)\n  }\n}\n");
    for command in ["simulate", "explore"] {
        let refused = project.orch(&[command, "plan.orch", "--set", "n=40"]);
        assert!(refused.out.contains("the limit is 32"), "{command}: {refused:?}");
        let ended = project.orch(&[command, "plan.orch", "--set", "n=40", "--deepest", "41"]);
        ended.says(0, &[]);
        assert!(!ended.out.contains("limit is"), "{command}: {ended:?}");
    }
}
