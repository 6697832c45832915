//! `orch explore`: what a person reads, what a program reads, and the exit code.

use serde_json::Value as Json;

use super::project::Project;

/// A plan of which one step can't be found out about.
const SHOP: &str = r#"
uses exec("./shop")

type Order = { id: String, total: Decimal }

action reserve(order: Order) -> { id: String } = exec("./shop", ["reserve", order.id])
  idempotent
  compensate release(result.id)

action release(hold: String) = exec("./shop", ["release", hold]) idempotent compensate nothing

action charge(order: Order) = exec("./shop", ["charge", order.id]) compensate nothing

plan sell(order: Order) {
  step hold = reserve(order)
  step charge(order)
}
"#;

fn mended() -> String {
    SHOP.replace("order.id]) compensate nothing", "order.id])\n  confirm is_charged(order.id)\n  compensate nothing")
        .replace("plan sell", "probe is_charged(id: String) -> Bool = exec(\"./shop\", [\"charged\", id])\n\nplan sell")
}

#[test]
fn what_one_fault_is_enough_for_is_told_with_how_and_what_to_do() {
    let project = Project::new(SHOP);
    let explored = project.orch(&["explore", "plan.orch"]);
    assert_eq!(explored.code, 13, "{explored:?}");
    insta::assert_snapshot!(explored.out);
    assert!(explored.err.starts_with("explored in "), "{}", explored.err);
}

#[test]
fn a_plan_that_deals_with_each_fault_passes() {
    let project = Project::new(&mended());
    let explored = project.orch(&["explore", "plan.orch", "--all"]);
    assert_eq!(explored.code, 0, "{explored:?}");
    insta::assert_snapshot!(explored.out);
}

#[test]
fn what_is_found_is_data_too_and_the_same_however_many_walk() {
    let project = Project::new(SHOP);
    let document = |jobs: &str| project.orch(&["explore", "plan.orch", "--json", "--jobs", jobs]).out;
    let (one, three) = (document("1"), document("3"));
    assert_eq!(one, three);
    let json: Json = serde_json::from_str(&one).unwrap();
    assert_eq!(json["made_up"], serde_json::json!(["order"]));
    let single: Vec<&Json> =
        json["findings"].as_array().unwrap().iter().filter(|finding| finding["faults"] == 1).collect();
    assert_eq!(single.len(), 1, "{json:#}");
    assert_eq!(single[0]["place"], "plan.orch:12:8");
    assert_eq!(single[0]["shortest"][0]["goes"], "is lost, though done");
    let endings: u64 = json["endings"].as_object().unwrap().values().filter_map(Json::as_u64).sum();
    assert_eq!(json["paths"], endings);
}

#[test]
fn arguments_and_bounds_are_taken_from_the_command_line() {
    let project = Project::new(SHOP);
    let order = r#"order={"id": "o-1", "total": 2}"#;
    let without = project.orch(&["explore", "plan.orch", "sell", "--set", order, "--faults", "0"]);
    assert_eq!(without.code, 0, "{without:?}");
    assert!(without.out.contains("sell: 1 path, ") && without.out.contains("1 completed"), "{}", without.out);
    assert!(!without.out.contains("made up"), "{}", without.out);
    let limited = project.orch(&["explore", "plan.orch", "--limit", "2"]);
    assert!(limited.out.contains("were left out: see `--limit`"), "{}", limited.out);
    project.orch(&["explore", "plan.orch", "--set", "nothing=1"]).says(2, &["has no parameter `nothing`"]);
    project.orch(&["explore", "missing.orch"]).says(2, &["missing.orch"]);
}

/// Stock that is held and never freed, and servers that are gone while traffic goes to them.
const PLANTED: &str = r#"
uses exec("./shop")

action hold() = exec("./shop", ["hold"]) idempotent compensate nothing
action sell() = exec("./shop", ["sell"]) idempotent compensate nothing
action start() = exec("./shop", ["start"]) idempotent compensate stop()
action stop() = exec("./shop", ["stop"]) idempotent compensate nothing
action route() = exec("./shop", ["route"]) idempotent compensate unroute()
action unroute() = exec("./shop", ["unroute"]) idempotent compensate nothing

plan p() {
  step stock = hold()
  step traffic = route()
  step servers = start()
  step sale = sell()
}
"#;

#[test]
fn what_must_hold_is_asked_of_every_path() {
    let project = Project::new(PLANTED);
    let explored = |more: &[&str]| project.orch(&[&["explore", "plan.orch"], more].concat());
    assert_eq!(explored(&[]).code, 0);
    let freed = "not (\"stock\" in done) or \"sale\" in done or \"stock\" in undone";
    let found = explored(&["--eventually", freed]);
    assert_eq!(found.code, 13, "{found:?}");
    let told = format!("‼ eventually {freed}  does not hold");
    assert!(
        found.out.contains(&told) && found.out.contains("when  stock is interrupted: an operator cancels"),
        "{}",
        found.out
    );
    assert!(found.out.contains("at    plan.orch:12"), "the line of the step that is left: {}", found.out);
    let gone = "\"servers\" in undone and not (\"traffic\" in undone)";
    let found = explored(&["--never", gone]);
    assert!(found.code == 13 && found.out.contains("when  servers is interrupted"), "{found:?}");
    assert!(found.out.contains("at    plan.orch:14"), "the line of what is undone too early: {}", found.out);
    let traced = explored(&["--never", gone, "--trace"]);
    assert!(traced.out.contains("↩ servers  "), "the run is told: {}", traced.out);
    // The other way round is how it must be, and is.
    assert_eq!(explored(&["--never", "\"traffic\" in undone and not (\"servers\" in undone)"]).code, 13);
    assert_eq!(explored(&["--always", "not (\"sale\" in undone)"]).code, 0);
    explored(&["--never", "\"stocks\" in undone"])
        .says(2, &["no part with the address `stocks`", "did you mean `stock`"]);
    explored(&["--always", "dune == []"]).says(2, &["what is given can't be used", "dune"]);
}
