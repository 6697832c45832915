//! What is undone if something fails: what a preview says, and what the machine does.

use std::{collections::BTreeMap, env, fs, sync::Arc};

use orch::{
    ir::Address,
    machine::Purpose,
    simulate::{Generated, Simulation, generate},
};
use serde_json::{Map, Value as Json};

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

/// The programs of the design, and whether a run of one is so long that only a part of it is tried.
const PROGRAMS: [(&str, bool); 6] = [
    ("order_saga.orch", false),
    ("database_migration.orch", false),
    ("feature_flags.orch", false),
    ("api_versioning.orch", false),
    ("auth_migration.orch", false),
    ("microservices.orch", true),
];

/// What a run that goes well does, by address: the steps of one place in the program together.
fn effects(file: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(folder().join(file)).expect("the program");
    let (program, _) = crate::program_beside(&text, &folder());
    let program = Arc::new(program);
    let plan = program.plans.last().expect("a plan").clone();
    let needed = plan.params.iter().filter(|param| param.default.is_none());
    let inputs: Map<String, Json> = needed
        .map(|param| (param.name.to_string(), orch::ir::json::to_json(&generate(&param.ty, 0, &param.name))))
        .collect();
    let mut simulation = Simulation::new(program, Generated::new(0));
    simulation.start(&plan.name, &inputs).expect("it begins");
    simulation.run(2_000_000);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for asked in simulation.asked() {
        let acts = asked.question.effect().is_some_and(|effect| effect.purpose == Purpose::Do && effect.attempt == 1);
        let address = asked.question.address.to_string();
        let of_place = found.entry(without_keys(&address)).or_default();
        if acts && !of_place.contains(&address) {
            of_place.push(address);
        }
    }
    found.retain(|_, addresses| !addresses.is_empty());
    found
}

fn without_keys(address: &str) -> String {
    address.split('/').map(|part| part.split('[').next().unwrap_or(part)).collect::<Vec<_>>().join("/")
}

/// What `orch simulate` says that it undid, one after another.
fn simulated(file: &str, at: &str) -> Vec<String> {
    let shown = orch(&folder(), &["simulate", file, "--fail", at]);
    // What is said last, in as many lines as that takes.
    let says: Vec<&str> = shown.out.lines().skip_while(|line| !line.contains(" failed: ")).collect();
    let says = says.into_iter().take_while(|line| !line.starts_with('~')).map(str::trim).collect::<Vec<_>>().join(" ");
    let (_, undone) = says.split_once("undone: ").unwrap_or_default();
    undone.split(", ").filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// For each thing that a simulation undoes, the line of the preview that tells it; a line for several items once.
fn lines_of<'l>(undone: &[String], lines: &'l [String], failed: &str) -> Vec<&'l String> {
    let mut found: Vec<&String> = Vec::new();
    for address in undone {
        let is_told = |line: &&String| orch::simulate::matches(&Address::typed(line), &Address::typed(address));
        let mut told = lines.iter().filter(is_told);
        let line = told.next().unwrap_or_else(|| panic!("{failed}: nothing tells of `{address}`: {lines:#?}"));
        if !found.contains(&line) {
            found.push(line);
        }
    }
    found
}

/// Whatever fails, the preview tells all that a simulation of that undoes, in that order, and nothing else.
#[test]
fn the_preview_of_a_failure_is_what_a_simulation_does() {
    let all = env::var_os("ORCH_TEST_ALL").is_some();
    let mut compared = 0;
    for (file, is_long) in PROGRAMS.into_iter().filter(|(_, is_long)| all || !is_long) {
        for addresses in effects(file).into_values() {
            let chosen: Vec<&String> = match (all, is_long) {
                (true, false) => addresses.iter().collect(),
                (true, true) => addresses.iter().take(1).chain(addresses.last()).collect(),
                (false, _) => addresses.iter().take(1).collect(),
            };
            for at in chosen {
                let way = json(&["plan", file, "--fail-at", at, "--format", "json"]);
                let told: Vec<String> =
                    texts(&way["undone"], "address").iter().map(|one| one.replace("%25", "%")).collect();
                let mut once: Vec<&String> = Vec::new();
                told.iter().for_each(|one| {
                    if !once.contains(&one) {
                        once.push(one)
                    }
                });
                let undone = simulated(file, at);
                assert_eq!(lines_of(&undone, &told, at), once, "{file}: {at}: a simulation undoes {undone:#?}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 25, "only {compared} failures were compared");
}

/// What the overview says of a failure holds in a run: it tells all that is undone, and what it is sure of is undone.
#[test]
fn the_overview_tells_all_that_a_run_may_undo() {
    let all = env::var_os("ORCH_TEST_ALL").is_some();
    let (mut number, mut compared) = (0, 0);
    for (file, _) in PROGRAMS.into_iter().filter(|(_, is_long)| !is_long) {
        let plan = json(&["plan", file, "--format", "json"]);
        for points in plan["failures"].as_array().expect("a list") {
            number += 1;
            if !all && number % 3 != 0 {
                continue;
            }
            let said: Vec<Address> =
                texts(&points["undone"], "address").iter().map(|one| Address::typed(one)).collect();
            for at in points["at"].as_array().expect("a list").iter().filter_map(Json::as_str) {
                let way = orch(&folder(), &["plan", file, "--fail-at", at, "--format", "json"]);
                // What lies on a way that is not taken is not come to.
                if way.code != Some(0) {
                    continue;
                }
                let way: Json = serde_json::from_str(&way.out).expect("JSON");
                let undone = texts(&way["undone"], "address");
                for address in &undone {
                    let is_told = said.iter().any(|said| orch::simulate::matches(said, &Address::typed(address)));
                    assert!(is_told, "{file}: if {at} fails, nothing tells of {address}: {said:?}");
                }
                let sure = points["undone"].as_array().expect("a list").iter();
                let sure = sure.filter(|one| one["each"] == false && one["perhaps"] == false);
                for one in sure.filter_map(|one| one["address"].as_str()) {
                    let is_done =
                        undone.iter().any(|done| orch::simulate::matches(&Address::typed(one), &Address::typed(done)));
                    assert!(is_done, "{file}: if {at} fails, {one} is not undone: {undone:?}");
                }
                compared += 1;
            }
        }
    }
    assert!(compared >= 10, "only {compared} points were compared");
}
