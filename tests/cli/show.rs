//! `orch list` and `orch show`.

use serde_json::Value as Json;

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
        "sh first.sh 'b c'",
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
