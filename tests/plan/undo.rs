//! What is undone if something fails: what a preview says, and what the machine does.

use serde_json::Value as Json;

use crate::{folder, orch};

fn json(arguments: &[&str]) -> Json {
    let shown = orch(&folder(), arguments);
    assert_eq!(shown.code, Some(0), "{arguments:?}: {}", shown.err);
    serde_json::from_str(&shown.out).expect("JSON")
}

fn texts(list: &Json, field: &str) -> Vec<String> {
    let list = list.as_array().expect("a list");
    list.iter().map(|one| one[field].as_str().expect("a text").to_owned()).collect()
}

/// In programs without branches, loops and attempts a preview knows exactly what a run would undo.
#[test]
fn the_preview_says_what_the_machine_does() {
    let mut compared = 0;
    for (file, options) in [
        ("order_saga.orch", vec![]),
        ("database_migration.orch", vec!["--choose", "strategy=one_pass"]),
        ("expand_contract.orch", vec![]),
    ] {
        let plan = json(&[vec!["plan", file, "--format", "json"], options.clone()].concat());
        for points in plan["failures"].as_array().expect("a list") {
            let said = texts(&points["undone"], "address");
            let sure = points["undone"]
                .as_array()
                .expect("a list")
                .iter()
                .all(|one| one["each"] == false && one["perhaps"] == false);
            for at in points["at"].as_array().expect("a list").iter().filter_map(Json::as_str) {
                let way = orch(
                    &folder(),
                    &[vec!["plan", file, "--format", "json", "--fail-at", at], options.clone()].concat(),
                );
                // What lies on another way is not come to.
                if !sure || at.contains('*') || way.code != Some(0) {
                    continue;
                }
                let way: Json = serde_json::from_str(&way.out).expect("JSON");
                assert_eq!(texts(&way["undone"], "address"), said, "{file}: {at}");
                assert_eq!(way["ending"], points["ends"], "{file}: {at}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 15, "only {compared} points were compared");
}

#[test]
fn an_order_whose_confirmation_fails_gives_the_money_back_then_frees_the_stock() {
    let way = json(&["plan", "order_saga.orch", "--fail-at", "sale", "--format", "json"]);
    assert_eq!(texts(&way["undone"], "address"), ["payment", "hold"]);
    assert_eq!(way["ending"], "compensated");
    let shown = orch(&folder(), &["plan", "order_saga.orch", "--fail-at", "sale"]).out;
    assert!(
        shown.starts_with("if sale fails\n  ↩ payment  refund(") && shown.contains("compensated: 2 steps are undone"),
        "{shown}"
    );
}

#[test]
fn behind_a_commit_nothing_before_it_is_undone() {
    let way = json(&["plan", "database_migration.orch", "--fail-at", "retire/stop", "--format", "json"]);
    assert_eq!((texts(&way["undone"], "address").len(), &way["ending"]), (0, &Json::from("halted")));
    let shown = orch(&folder(), &["plan", "database_migration.orch", "--fail-at", "retire/verify*"]);
    assert_eq!(shown.code, Some(2));
    let verify = r#"retire/verify ops.healthy("target")"#;
    let shown = orch(&folder(), &["plan", "database_migration.orch", "--fail-at", verify]).out;
    assert!(
        shown.contains("✂ retire/stop  stays done") && shown.contains("halted at “The new server is the truth”"),
        "{shown}"
    );
}

#[test]
fn one_item_of_many_is_undone_alone() {
    let way = json(&[
        "plan",
        "microservices.orch",
        "--fail-at",
        "extraction/service[users]/extract/data",
        "--format",
        "json",
    ]);
    let undone = texts(&way["undone"], "address");
    assert!(undone.contains(&"extraction/service[users]/extract/infra".to_owned()), "{undone:?}");
    assert!(
        undone.iter().all(|address| !address.starts_with("extraction/service[auth]")),
        "auth has moved: {undone:?}"
    );
    assert_eq!(way["ending"], "halted");
}

#[test]
fn an_address_that_is_not_there_is_told_with_the_one_that_is() {
    for (at, says) in
        [("sael", "did you mean `sale`?"), ("nowhere/at/all", "these may fail:"), ("order", "these may fail:")]
    {
        let refused = orch(&folder(), &["plan", "order_saga.orch", "--fail-at", at]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    let phase = orch(&folder(), &["plan", "database_migration.orch", "--fail-at", "writes"]).err;
    assert!(phase.contains("in it may fail:") && phase.contains("writes/switch"), "{phase}");
}
