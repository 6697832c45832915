//! A store that was written once, with runs in every state: later versions open it, and its runs go on.
//!
//! `ORCH_WRITE=1 cargo test --test crash stores` writes `tests/stores/version2.db` if it is missing, and never one that
//! is there. A new version of the tables gets a file of its own, and this one stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use orch::machine::{Machine, Word};
use orch::run::effects::{LocalEffects, Site};
use orch::run::error::StoreError;
use orch::run::store::{KeptSource, NewRun, Said};
use orch::run::{Driver, Folder, RunId, SqliteStore, Store};
use serde_json::{Map, Value as Json};

use super::support;
use super::watched_store::{AtWrites, Watched};

const PROGRAM: &str = r#"uses exec("true", "false")

action good(what: String) = exec("true", [what], cwd: "/") idempotent compensate undo(what)
action undo(what: String) = exec("true", ["undo {what}"], cwd: "/") idempotent compensate nothing
action bad() = exec("false", [], cwd: "/") idempotent compensate nothing
action unsure(what: String) = exec("true", [what], cwd: "/") compensate undo(what)

plan completed(name: String) -> String {
  step a = good(name)
  return "done {name}"
}

plan compensated() {
  step a = good("a")
  step b = bad()
}

plan halted() {
  step a = good("a")
  commit "So far"
  step b = good("b")
  step c = bad()
}

plan asked() -> String {
  step a = good("a")
  approve go "Go on?" by "ops"
  step b = good("b")
  return "went on"
}

plan cancelled() {
  step a = good("a")
  approve go "Go on?" by "ops"
}

plan due() {
  step a = good("a")
  wait 1s
  step b = good("b")
}

plan interrupted() {
  for n in [1, 2] { step a = good("{n}") }
}

plan unsure_of_it() {
  step a = unsure("a")
  step b = good("b")
}

plan never_begun() {
  step a = good("a")
}
"#;

/// The process dies before this record is written.
struct Dies(u64);

impl AtWrites for Dies {
    fn before(&self, number: u64) -> Result<(), StoreError> {
        if number < self.0 {
            return Ok(());
        }
        Err(StoreError::Database { doing: "save".into(), why: "it dies here".into(), help: "" })
    }

    fn after(&self, _number: u64) {}
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/version2.db")
}

/// A plan, and before which of its records the process that drives it dies.
const PLANS: [(&str, u64); 8] = [
    ("completed", u64::MAX),
    ("compensated", u64::MAX),
    ("halted", u64::MAX),
    ("asked", u64::MAX),
    ("cancelled", u64::MAX),
    ("due", 3),
    ("interrupted", 3),
    ("unsure_of_it", 2),
];

fn write() {
    let folder = tempfile::tempdir().unwrap();
    let place = Folder::at(folder.path());
    let create = |plan: &str| {
        let store = SqliteStore::open(&place.database()).unwrap();
        let source = KeptSource { name: "plan.orch".into(), folder: "/srv/plans".into(), text: PROGRAM.into() };
        let inputs: Map<String, Json> = match plan {
            "completed" => Map::from_iter([("name".to_owned(), "it".into())]),
            _ => Map::new(),
        };
        let at = orch::run::driver::now();
        let key = Some(plan.into());
        let new = NewRun {
            plan: plan.into(),
            inputs,
            deepest: None,
            unique: "golden".into(),
            key,
            sources: vec![source],
            at,
        };
        (store.create(&new).unwrap().id().clone(), new)
    };
    for (plan, dies) in PLANS {
        let (run, new) = create(plan);
        drive(&place, &run, &new, dies);
    }
    // Whoever takes it up finds out that nobody knows how its step ended.
    let (run, new) = create("unsure_of_it");
    drive(&place, &run, &new, u64::MAX);
    create("never_begun");
    let (run, new) = create("cancelled");
    let store = SqliteStore::open(&place.database()).unwrap();
    store.say(&[run], &Said { word: Word::Cancel, who: "ann".into(), why: Some("late".into()), at: new.at }).unwrap();
    drop(store);
    fs::copy(place.database(), path()).unwrap();
}

fn drive(place: &Folder, run: &RunId, new: &NewRun, dies: u64) {
    let program = support::program(PROGRAM);
    let inner = SqliteStore::open(&place.database()).unwrap();
    let store = Arc::new(Watched { inner, at_writes: Arc::new(Dies(dies)) });
    let effects = LocalEffects::new(Site::new(&program, &new.sources), place.children(run));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let left = runtime.block_on(Driver::new(run.clone(), store, Machine::new(program), Arc::new(effects)).go());
    assert_eq!(left.is_err(), dies < u64::MAX, "{left:?}");
}

/// A project with a copy of the store.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".orch")).unwrap();
        let path = path();
        fs::copy(&path, folder.path().join(".orch/runs.db")).unwrap_or_else(|error| {
            panic!("{}: {error}; `ORCH_WRITE=1 cargo test --test crash stores` writes it", path.display())
        });
        Project(folder)
    }

    fn orch(&self, words: &[&str], code: i32) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
        let output = command.args(words).current_dir(self.0.path()).env_remove("ORCH_STORE").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The run of each plan, and how it stands.
    fn runs(&self) -> BTreeMap<String, (String, String)> {
        let list: Json = serde_json::from_str(&self.orch(&["list", "--json"], 0)).unwrap();
        let text = |run: &Json, field: &str| run[field].as_str().unwrap().to_owned();
        let run = |run: &Json| (text(run, "plan"), (text(run, "id"), text(run, "status")));
        list["runs"].as_array().unwrap().iter().map(run).collect()
    }

    fn standings(&self) -> Vec<(String, String)> {
        self.runs().into_iter().map(|(plan, (_, standing))| (plan, standing)).collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(plan, standing)| ((*plan).to_owned(), (*standing).to_owned())).collect()
}

#[test]
fn a_store_of_this_version_is_opened_and_its_runs_go_on() {
    if std::env::var_os("ORCH_WRITE").is_some() && !path().exists() {
        write();
    }
    let project = Project::new();
    let before = [
        ("asked", "waiting"),
        ("cancelled", "waiting"),
        ("compensated", "compensated"),
        ("completed", "completed"),
        ("due", "waiting"),
        ("halted", "halted"),
        ("interrupted", "running"),
        ("never_begun", "new"),
        ("unsure_of_it", "stuck"),
    ];
    assert_eq!(project.standings(), pairs(&before));
    let runs = project.runs();
    for (id, _) in runs.values() {
        project.orch(&["journal", id], 0);
        project.orch(&["show", id], 0);
        project.orch(&["report", id], 0);
    }
    let id = |plan: &str| runs[plan].0.as_str();
    project.orch(&["resume", id("never_begun")], 0);
    project.orch(&["resume", "--due"], 0);
    assert_eq!(project.orch(&["approve", id("asked"), "go"], 0).trim(), "\"went on\"");
    project.orch(&["settle", id("unsure_of_it"), "a", "--done"], 0);
    // What failed there fails again.
    project.orch(&["retry", id("halted")], 4);
    let after = [
        ("asked", "completed"),
        ("cancelled", "compensated"),
        ("compensated", "compensated"),
        ("completed", "completed"),
        ("due", "completed"),
        ("halted", "halted"),
        ("interrupted", "completed"),
        ("never_begun", "completed"),
        ("unsure_of_it", "completed"),
    ];
    assert_eq!(project.standings(), pairs(&after));
}
