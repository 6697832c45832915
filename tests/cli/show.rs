//! `orch list` and `orch show`.

use serde_json::Value as Json;

use orch::run::{
    SqliteStore,
    driver::now,
    store::{NewRun, Store},
};

use super::project::Project;

fn failed() -> (Project, String) {
    let project = Project::two_steps();
    project.write("second.sh", "echo 'out of paper' >&2; exit 3\n");
    project.orch(&["run", "plan.orch", "--set", "name=b c"]).says(1, &[]);
    let id = project.run_id();
    (project, id)
}

#[test]
fn a_run_is_shown_with_its_parts() {
    let (project, id) = failed();
    let shown = project.orch(&["show", &id]);
    shown.says(0, &[]).prints(&[
        &format!("{id} · both · compensated "),
        "goal: Both are done for b c",
        "↩ one",
        "first(\"b c\")",
        "✖ two",
        "✖ `two` failed: ",
        &format!("orch show {id} two"),
    ]);
    assert_eq!(shown.err, "");
}

#[test]
fn a_part_is_shown_with_its_tries() {
    let (project, id) = failed();
    project.orch(&["show", &id, "two"]).prints(&[
        "✖ two · failed: ",
        "try 1 · ",
        "failed: exit 3",
        "printed      out of paper",
    ]);
    project.orch(&["show", &id, "one"]).prints(&["↩ one · undone", "key ", "/one", "undoing, try 1", "sh undo.sh i-1"]);
    project.orch(&["show", &id, "tow"]).says(2, &["has no part `tow`", "did you mean `two`?"]);
}

#[test]
fn programs_get_documents_with_a_version() {
    let (project, id) = failed();
    let document =
        |arguments: &[&str]| -> Json { serde_json::from_str(&project.orch(arguments).says(0, &[]).out).unwrap() };
    let list = document(&["list", "--json"]);
    assert_eq!((&list["version"], &list["runs"][0]["status"]), (&Json::from(1), &Json::from("compensated")));
    let only = |status: &str| document(&["list", "--json", "--status", status])["runs"].as_array().unwrap().len();
    assert_eq!((only("compensated"), only("stuck")), (1, 0));
    project.orch(&["list", "--status", "stuk"]).says(2, &["a run is one of new, running"]);
    let run = document(&["show", &id, "--json"]);
    assert_eq!(
        (&run["version"], &run["failure"]["address"], &run["undone"][0]),
        (&1.into(), &"two".into(), &"one".into())
    );
    assert_eq!(run["inputs"], serde_json::json!({ "name": "b c", "count": 1 }));
    let part = document(&["show", &id, "two", "--json"]);
    assert_eq!(
        (&part["version"], &part["state"], &part["tries"][0]["outcome"]),
        (&1.into(), &"failed".into(), &"failed".into())
    );
    assert_eq!(part["tries"][0]["printed"], "out of paper\n");
}

#[test]
fn a_store_that_is_not_there_has_no_runs() {
    let project = Project::two_steps();
    project.orch(&["list"]).says(0, &["there are no runs here; `orch run FILE` starts one"]);
    assert_eq!(
        serde_json::from_str::<Json>(&project.orch(&["list", "--json"]).out).unwrap()["runs"],
        serde_json::json!([])
    );
    project.orch(&["show", "k7f2"]).says(2, &["there is no run `k7f2`: there is no store", ".orch/runs.db"]);
    assert!(!project.path(".orch").exists(), "looking creates nothing");
}

#[test]
fn the_list_says_how_each_run_stands() {
    let (project, id) = failed();
    project.orch(&["list"]).says(0, &[]).prints(&[&id, "both", "compensated", "since "]);
}

const SIDE_BY_SIDE: &str = r#"
uses exec("sh")
action nap(time: Decimal) = exec("sh", ["-c", "sleep {time}"]) idempotent compensate nothing
plan p() {
  phase one "One" { step slow = nap(0.3)
    step last = nap(0) }
  phase two "Two" after start { step first = nap(0)
    step second = nap(0.1) }
  commit "both are done"
  require 1 == 2 else "not today"
}
"#;

/// The rows of `orch show`, as their signs and names.
fn rows(shown: &str) -> Vec<&str> {
    let rows = shown.lines().skip_while(|line| !line.is_empty()).skip(1).take_while(|line| !line.is_empty());
    rows.map(|row| row.get(..22).unwrap_or(row).trim_end()).collect()
}

#[test]
fn parts_stand_under_what_they_lie_in_and_a_commit_is_done() {
    let project = Project::new(SIDE_BY_SIDE);
    project.orch(&["run", "plan.orch"]).says(4, &["halted at the commit `both are done`"]);
    let shown = project.orch(&["show", &project.run_id()]).out;
    let expected =
        ["✔ one", "  ✔ slow", "  ✔ last", "✔ two", "  ✔ first", "  ✔ second", "✔ commit \"both", "✖ require 1 =="];
    let begin_so = rows(&shown).iter().zip(expected).all(|(row, name)| row.starts_with(name));
    assert!(rows(&shown).len() == expected.len() && begin_so, "{shown}");
}

#[test]
fn a_way_back_that_is_shown_stands_under_its_step() {
    let project = Project::new(
        &SIDE_BY_SIDE
            .replace("compensate nothing", "compensate exec(\"sh\", [\"-c\", \"exit 1\"]) retry 0")
            .replace("  commit \"both are done\"\n", ""),
    );
    project.orch(&["run", "plan.orch"]).says(7, &["stuck on `one/last/undo`"]);
    let shown = project.orch(&["show", &project.run_id()]).out;
    let rows = rows(&shown);
    let way_back = rows.iter().position(|row| row.starts_with("    ‼ undo"));
    assert!(way_back.is_some_and(|at| rows[at - 1].starts_with("  ✔ last")), "{shown}");
}

#[test]
fn rows_fit_a_narrow_terminal() {
    let project = Project::two_steps();
    project.write("second.sh", "echo 'there is no more paper in any of the printers of this house' >&2; exit 3\n");
    for columns in ["40", "72", "100"] {
        let run = project.command(&["run", "plan.orch"]).env("COLUMNS", columns).output().unwrap();
        let err = String::from_utf8(run.stderr).unwrap();
        let id = err.split(' ').nth(1).unwrap().to_owned();
        let shown = project.command(&["show", &id]).env("COLUMNS", columns).output().unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        let width = columns.parse().unwrap();
        let is_row = |line: &&str| line.trim_start().starts_with(['✔', '✖', '↩']) && !line.contains("failed");
        let mut all = err.lines().chain(shown.lines()).filter(is_row);
        assert!(all.all(|line| line.chars().count() <= width), "{columns}: {err}{shown}");
    }
}

#[test]
fn addresses_are_printed_as_they_are_read_and_understood_in_both_forms() {
    let plan = r#"
uses exec("sh")
action set(share: Percent) = exec("sh", ["-c", "exit 3"])
plan p() {
  rollout traffic as share 10% for 1s -> 100% for 1s {
    step route = set(share)
  } compensate nothing
}
"#;
    let project = Project::new(plan);
    let run = project.orch(&["run", "plan.orch"]);
    let id = project.run_id();
    run.says(1, &["`traffic[10%]/route` failed", &format!("orch show {id} 'traffic[10%]/route'")]);
    for address in ["traffic[10%]/route", "traffic[10%25]/route"] {
        project.orch(&["show", &id, address]).says(0, &[]).prints(&["✖ traffic[10%]/route · failed"]);
    }
    project.orch(&["show", &id, "traffic[11%]/route"]).says(2, &["did you mean `traffic[10%]/route`?"]);
    project.write("plan.orch", &plan.replace("exit 3", "kill -9 $$"));
    for (address, by) in [("traffic[10%]/route", "--not-done"), ("traffic[10%25]/route", "--not-done")] {
        let run = project.orch(&["run", "plan.orch"]);
        let id = run.err.split(' ').nth(1).unwrap().to_owned();
        run.says(7, &[&format!("orch settle {id} 'traffic[10%]/route' --done")]);
        project.orch(&["settle", &id, address, by]).says(1, &["says `traffic[10%]/route` was not done"]);
    }
}

#[test]
fn a_fresh_hold_names_its_gate_and_what_is_not_known_is_left_out() {
    let plan = r#"
uses exec("sh")
action set(share: Percent) = exec("sh", ["-c", "exit 0"]) idempotent
probe errors() -> Percent = exec("sh", ["-c", "echo 0%"])
plan p() {
  rollout traffic as share 100% for 60s {
    step route = set(share)
    gate few_errors: errors() < 1% every 30s
  } compensate nothing
}
"#;
    let project = Project::new(plan);
    let mut run = project.start(&["run", "plan.orch"]);
    super::project::until_said(&mut run, "held for");
    let shown = project.orch(&["show", &project.run_id()]).out;
    let gate = shown.lines().find(|line| line.contains("few_errors")).unwrap_or_default();
    assert!(gate.contains("◷ few_errors: errors() < 1%  ") && gate.ends_with(" not looked at yet"), "{shown}");
    super::project::signal(&run, "HUP");
    super::project::ended(run.wait_with_output().unwrap()).says(5, &["left: nothing is in flight"]);
}

#[test]
fn the_list_has_dates_for_what_was_not_today() {
    let project = Project::two_steps();
    std::fs::create_dir(project.path(".orch")).unwrap();
    let store = SqliteStore::open(&project.path(".orch/runs.db")).unwrap();
    let at = now().plus(-3 * 86_400 * 1_000_000_000);
    let (inputs, unique) = (serde_json::Map::new(), "0".into());
    store
        .create(&NewRun { plan: "both".into(), inputs, deepest: None, unique, key: None, sources: Vec::new(), at })
        .unwrap();
    drop(store);
    let list = project.orch(&["list"]).out;
    let since: Vec<&str> = list.split("since ").nth(1).unwrap().split_whitespace().collect();
    assert!(since[1].parse::<u32>().is_ok() && since[3].contains(':'), "{list}");
}

const FAN_OUT: &str = r#"
uses exec("sh")
action patch(server: String) = exec("sh", ["-c", "test {server} != s3"])
action back(server: String) = exec("sh", ["-c", "true"])
plan patch_all() {
  phase all "All" {
    for name in ["s1", "s2", "s3"] as server {
      step patch = patch(name) compensate back(name)
      step note = back(name) compensate nothing
      return name
    }
  }
}
"#;

/// Who reads "2 done" after a way back believes that two are patched.
#[test]
fn what_was_undone_is_not_counted_as_done() {
    let project = Project::new(FAN_OUT);
    project.orch(&["run", "plan.orch"]).says(1, &["2 of 2 steps undone"]);
    let id = project.run_id();
    let shown = project.orch(&["show", &id]);
    shown.prints(&["✖ name", "2 undone, 1 failed", "↩ name[s1]", "✔ note"]);
    assert!(!shown.out.contains(" done"), "{}", shown.out);
    // A loop is no part of its own, but a row that one wants to look at.
    let looped = project.orch(&["show", &id, "all/name"]);
    looped.says(0, &[]).prints(&["✖ name", "2 undone, 1 failed", "↩ name[s1]"]);
    let run: Json = serde_json::from_str(&project.orch(&["show", &id, "--json"]).out).unwrap();
    let state = |address: &str| {
        let parts = run["parts"].as_array().unwrap();
        parts.iter().find(|part| part["address"] == address).unwrap()["state"].clone()
    };
    assert_eq!((state("all/name[s1]"), state("all/name[s1]/note")), ("undone".into(), "done".into()));
    project.orch(&["report", &id]).prints(&["| `all/name[s2]` |  | undone |"]);
}

/// What is owed is to be found without looking into every run, until it is settled.
#[test]
fn what_is_owed_is_listed_and_asked_for_until_it_is_settled() {
    let plan = FAN_OUT.replace("compensate back(name)", "compensate exec(\"sh\", [\"-c\", \"test {name} = s2\"])");
    let project = Project::new(&plan);
    project.orch(&["run", "plan.orch"]).says(7, &["stuck on `all/name[s1]/patch/undo`"]);
    let id = project.run_id();
    let undo = "all/name[s1]/patch/undo";
    project.orch(&["waive", &id, undo, "--because", "it is old"]).says(10, &["1 owed"]);
    project.orch(&["list"]).prints(&[&format!("1 owed: orch show {id}")]);
    let settle = format!("orch settle {id} '{undo}' --done");
    project.orch(&["inbox"]).prints(&["‼ ", "owed  anyone  since", &settle]);
    let inbox: Json = serde_json::from_str(&project.orch(&["inbox", "--json"]).out).unwrap();
    assert_eq!((&inbox["asked"][0]["what"], &inbox["asked"][0]["commands"][0]), (&"owed".into(), &settle.into()));
    project.orch(&["settle", &id, undo, "--done"]).says(0, &["nothing is owed"]);
    assert!(!project.orch(&["list"]).out.contains("owed"));
    project.orch(&["inbox"]).says(0, &["nobody is asked for anything"]);
}

#[test]
fn a_narrow_list_keeps_its_columns() {
    let (project, id) = failed();
    project.orch(&["run", "plan.orch", "--set", "name=d"]).says(1, &[]);
    project.orch(&["run", "plan.orch", "--set", "name=d"]);
    let list = |columns: &str| {
        let list = project.command(&["list"]).env("COLUMNS", columns).output().unwrap();
        String::from_utf8(list.stdout).unwrap()
    };
    assert!(
        list("60").lines().next().unwrap().starts_with(&format!("{id}  both  compensated   since ")),
        "{}",
        list("60")
    );
}

#[test]
fn who_resumes_what_is_over_is_told_so() {
    let (project, id) = failed();
    project.orch(&["resume", &id]).says(1, &[&format!("run {id} · both · is over already"), "compensated: "]);
}
