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

/// A plan whose ways depend on what is seen, on who decides, and on an answer that changes.
const GIVEN: &str = r#"
uses exec("./shop")

event Paid = { order: String }

action order() = exec("./shop", ["order"]) idempotent compensate nothing
action send(way: String) = exec("./shop", ["send", way]) idempotent compensate nothing
probe stock() -> Int = exec("./shop", ["stock"])

plan sell() {
  require stock() > 5 else "sold out"
  step order()
  decide way "How?" by "sales" {
    option quick { step fast = send("quick") }
    option slow { step late = send("slow") }
  }
  wait until stock() == 0 every 1h
}
"#;

fn given(arguments: &[&str]) -> (i32, Json) {
    let explored = Project::new(GIVEN).orch(&[&["explore", "plan.orch", "--json"], arguments].concat());
    (explored.code, serde_json::from_str(&explored.out).unwrap_or_else(|_| panic!("{explored:?}")))
}

#[test]
fn what_is_given_is_answered_so_and_goes_wrong_all_the_same() {
    let (_, all) = given(&["--eventually", "not (\"way/late\" in done)"]);
    assert_eq!(all["kept"], serde_json::json!([]), "the slow way is one of them: {all:#}");
    let stock = "stock() returns 6 times 3 then returns 0";
    let said = ["--given", stock, "--given", "\"way\" chooses quick", "--eventually", "not (\"way/late\" in done)"];
    let (code, quick) = given(&said);
    assert_eq!((code, &quick["unused"]), (0, &serde_json::json!([])), "{quick:#}");
    assert_eq!(quick["kept"].as_array().unwrap().len(), 1, "{quick:#}");
    assert_eq!(quick["undisturbed"]["ending"], "completed", "it comes to the last answer: {quick:#}");
    assert!(quick["endings"]["compensated"].as_u64().unwrap() > 0, "a step fails on some path: {quick:#}");
    assert_eq!(quick["not_reached"], serde_json::json!(["plan.orch:15:5"]), "{quick:#}");
    assert!(quick["paths"].as_u64() < all["paths"].as_u64());
}

#[test]
fn what_is_given_may_be_what_ends_the_plan_and_what_nobody_asks_for_is_told() {
    let (_, sold_out) = given(&["--given", "stock() returns 1", "--given", "\"way\" chooses slow"]);
    assert_eq!(sold_out["undisturbed"]["ending"], "compensated");
    assert_eq!(sold_out["unused"], serde_json::json!(["given \"way\" chooses slow"]));
    let project = Project::new(GIVEN);
    project.write("calm.txt", "given order() fails \"closed\"\ngiven \"way\" chooses slow\n");
    let told = project.orch(&["explore", "plan.orch", "--scenario", "calm.txt"]);
    assert!(told.out.contains("no path asked for `given \"way\" chooses slow`"), "{told:?}");
    assert!(told.out.contains("closed"), "{told:?}");
}

#[test]
fn what_explore_tries_itself_can_not_be_given() {
    let project = Project::new(GIVEN);
    for (given, why) in [
        (
            "Paid { order: \"o-1\" } after 2d",
            "`given Paid { order: \"o-1\" } after 2d` can't be given here: that an event comes",
        ),
        ("operator pause after 2d", "that an operator cancels is tried"),
        ("\"order\" crashes before", "that orch dies is tried at every place"),
    ] {
        project.orch(&["explore", "plan.orch", "--given", given]).says(2, &[why, "`orch simulate` shows"]);
    }
    project.orch(&["explore", "plan.orch", "--given", "\"ordr\" fails"]).says(2, &["did you mean `order`?"]);
}

/// Both ways come to the same state, but one has used up the first answer: they go on otherwise, and neither joins the other.
#[test]
fn what_is_used_up_of_what_is_given_tells_states_apart() {
    let project = Project::new(
        r#"uses exec("./x")
probe stock() -> Int = exec("./x", ["stock"])
probe seen() -> Bool = exec("./x", ["seen"])
action put() = exec("./x", ["put"]) idempotent compensate nothing
plan p() {
  attempt {
    probe known = seen()
    when known { probe first = stock() require first < 5 }
    fail "as always"
  } else { }
  step put()
  probe second = stock()
  require second > 5
}
"#,
    );
    let arguments = ["explore", "plan.orch", "--faults", "0", "--given", "stock() returns 1 then returns 9", "--json"];
    let explored: Json = serde_json::from_str(&project.orch(&arguments).out).unwrap();
    assert_eq!(explored["endings"], serde_json::json!({ "completed": 1, "compensated": 1 }), "{explored:#}");
}
