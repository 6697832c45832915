//! Real processes: one that dies at any write of its journal is taken up by the real `orch resume`.
//!
//! A process started anew drives the run with a store that aborts it before or after write N. `ORCH_TEST_ALL=1` tries
//! every point; without it every third. Beside it, real SIGKILLs at moments nobody chose.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use orch::check::{LoadError, check};
use orch::machine::Machine;
use orch::run::effects::{LocalEffects, Site};
use orch::run::error::StoreError;
use orch::run::store::{KeptSource, NewRun, SqliteStore, Store};
use orch::run::{Driver, Folder};
use serde_json::{Map, Value as Json};
use tempfile::TempDir;

use super::watched_store::{AtWrites, Watched};

/// Ends its process at one of the writes.
struct Abort {
    before: u64,
    after: u64,
}

impl AtWrites for Abort {
    fn before(&self, number: u64) -> Result<(), StoreError> {
        if number == self.before {
            std::process::abort();
        }
        Ok(())
    }

    fn after(&self, number: u64) {
        if number == self.after {
            std::process::abort();
        }
    }
}

fn no_imports(_path: &str) -> Result<String, LoadError> {
    Err(LoadError("no such file".to_owned()))
}

/// The process that dies. As a test it does nothing: it is started by the others, with its orders in the environment.
#[test]
fn child_that_dies() {
    let Ok(folder) = std::env::var("ORCH_TEST_CHILD") else { return };
    let order = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(u64::MAX);
    let (before, after) = (order("ORCH_TEST_BEFORE"), order("ORCH_TEST_AFTER"));
    let folder = PathBuf::from(folder);
    let text = std::fs::read_to_string(folder.join("plan.orch")).unwrap();
    let inputs: Map<String, Json> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("inputs.json")).unwrap()).unwrap();
    let program = Arc::new(check("plan.orch", text.as_str(), &no_imports).program.unwrap());
    let sources = vec![KeptSource { name: "plan.orch".to_owned(), folder: folder.clone(), text }];
    let place = Folder::at(folder.join(".orch"));
    place.create().unwrap();
    let inner = SqliteStore::open(&place.database()).unwrap();
    let store = Arc::new(Watched { inner, at_writes: Arc::new(Abort { before, after }) });
    let plan = program.plans[0].name.clone();
    let at = orch::run::driver::now();
    let new = NewRun { plan, inputs, deepest: None, unique: "crash".into(), key: None, sources, at };
    let run = store.create(&new).unwrap().id().clone();
    let effects = LocalEffects::new(Site::new(&program, &new.sources), place.children(&run));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let driver = Driver::new(run.clone(), store.clone(), Machine::new(program), Arc::new(effects));
    runtime.block_on(driver.go()).unwrap();
    std::fs::write(folder.join("writes"), store.records(&run, 1, 10_000).unwrap().len().to_string()).unwrap();
}

/// A folder with a program and a shop that works in it.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new(program: &str, orders: &[&[&str]]) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/order_saga");
        // A link: a script that was just copied may still be open for writing in a process that is being started.
        std::os::unix::fs::symlink(example.join("shop"), folder.path().join("shop")).unwrap();
        std::fs::write(folder.path().join("plan.orch"), program).unwrap();
        let order: Json = serde_json::from_str(&std::fs::read_to_string(example.join("order.json")).unwrap()).unwrap();
        std::fs::write(folder.path().join("inputs.json"), serde_json::json!({ "order": order }).to_string()).unwrap();
        let scene = Scene { folder };
        scene.shop(&["reset"]);
        orders.iter().for_each(|words| {
            scene.shop(words);
        });
        scene
    }

    fn shop(&self, words: &[&str]) -> String {
        let output = Command::new(self.folder.path().join("shop")).args(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn die_at(&self, point: Option<(&str, u64)>) -> ExitStatus {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "processes::child_that_dies"]).env("ORCH_TEST_CHILD", self.folder.path());
        if let Some((when, write)) = point {
            child.env(when, write.to_string());
        }
        child.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
    }

    fn orch(&self, words: &[&str]) -> Option<i32> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
        command.args(words).current_dir(self.folder.path()).env_remove("ORCH_STORE");
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.code().is_some(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.status.code()
    }

    /// What a person would say who has looked into the shop.
    fn settle_payment(&self) -> Option<i32> {
        let mut list = Command::new(env!("CARGO_BIN_EXE_orch"));
        list.args(["list", "--json"]).current_dir(self.folder.path()).env_remove("ORCH_STORE");
        let list: Json = serde_json::from_slice(&list.output().unwrap().stdout).unwrap();
        let run = list["runs"][0]["id"].as_str().unwrap().to_owned();
        match self.shop(&["find-charge", "o-1"]).trim() {
            "" => self.orch(&["settle", &run, "payment", "--not-done"]),
            charge => self.orch(&["settle", &run, "payment", "--done", charge]),
        }
    }

    fn writes(&self) -> u64 {
        std::fs::read_to_string(self.folder.path().join("writes")).unwrap().parse().unwrap()
    }

    /// What the shop's log says happened twice with one key.
    fn done_twice(&self) -> Vec<String> {
        let log = self.shop(&["log"]);
        let mut seen = BTreeSet::new();
        let mut twice = Vec::new();
        for line in log.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            let (operation, key) = (words[0], words[2]);
            assert_ne!(key, "-", "an effect without a key: {line}");
            if !seen.insert((operation.to_owned(), key.to_owned())) {
                twice.push(line.to_owned());
            }
        }
        twice
    }

    /// What there is in the shop, without the faults it was told to have, which count attempts.
    fn state(&self) -> String {
        self.shop(&["heal"]);
        self.shop(&["status"])
    }
}

fn saga() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/order_saga/order_saga.orch");
    std::fs::read_to_string(path).unwrap()
}

/// Every point, or a sample of them that always has the first and the last.
fn points(writes: u64) -> Vec<(&'static str, u64)> {
    let every = |write: &u64| super::all() || write % 3 == 1 || *write == writes;
    let both = |write| [("ORCH_TEST_BEFORE", write), ("ORCH_TEST_AFTER", write)];
    (1..=writes).filter(every).flat_map(both).collect()
}

/// Dies at every point of the run, goes on with `resume`, and compares with the run that did not die.
fn at_every_point(program: &str, orders: &[&[&str]], code: i32) {
    let calm = Scene::new(program, orders);
    assert!(calm.die_at(None).success());
    let (writes, expected) = (calm.writes(), calm.state());
    assert!(writes >= 5, "only {writes} writes");
    for point in points(writes) {
        let scene = Scene::new(program, orders);
        assert!(!scene.die_at(Some(point)).success(), "{point:?}: it did not die");
        let over_already = point == ("ORCH_TEST_AFTER", writes);
        let resumed = scene.orch(&["resume"]);
        assert!(over_already || resumed == Some(code), "{point:?}: exit {resumed:?}");
        assert_eq!(scene.state(), expected, "{point:?}");
        assert_eq!(scene.done_twice(), Vec::<String>::new(), "{point:?}");
    }
}

#[test]
fn an_order_that_goes_well() {
    at_every_point(&saga(), &[], 0);
}

#[test]
fn an_order_that_is_undone() {
    at_every_point(&saga(), &[&["fail", "confirm", "warehouse is offline"]], 1);
}

/// An action with neither `confirm` nor `idempotent`: a person says how it ended, and it ends the same.
#[test]
fn an_order_of_which_a_person_is_asked() {
    let program = saga().replace("  confirm find_charge(order.id)\n", "");
    assert_ne!(program, saga());
    let calm = Scene::new(&program, &[]);
    assert!(calm.die_at(None).success());
    let (writes, expected) = (calm.writes(), calm.state());
    let mut asked = 0;
    for point in points(writes).into_iter().filter(|point| *point != ("ORCH_TEST_AFTER", writes)) {
        let scene = Scene::new(&program, &[]);
        assert!(!scene.die_at(Some(point)).success());
        let mut code = scene.orch(&["resume"]);
        if code == Some(7) {
            asked += 1;
            code = scene.settle_payment();
        }
        assert_eq!(code, Some(0), "{point:?}");
        assert_eq!(scene.state(), expected, "{point:?}");
        assert_eq!(scene.done_twice(), Vec::<String>::new(), "{point:?}");
    }
    assert!(asked > 0, "nobody was ever asked");
}

#[test]
fn real_kills_at_moments_nobody_chose() {
    for moment in [5, 20, 40, 60, 90, 130] {
        let scene = Scene::new(&saga(), &[&["slow", "charge", "0.05"]]);
        let mut child = Command::new(env!("CARGO_BIN_EXE_orch"))
            .args(["run", "plan.orch", "--input", "inputs.json"])
            .current_dir(scene.folder.path())
            .env_remove("ORCH_STORE")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().unwrap();
        child.wait().unwrap();
        let calm = Scene::new(&saga(), &[&["slow", "charge", "0.05"]]);
        assert_eq!(calm.orch(&["run", "plan.orch", "--input", "inputs.json"]), Some(0));
        if !scene.folder.path().join(".orch/runs.db").exists() || scene.orch(&["resume"]) == Some(2) {
            continue; // it was killed before it had begun
        }
        assert_eq!(scene.state(), calm.state(), "after {moment} ms");
        assert_eq!(scene.done_twice(), Vec::<String>::new(), "after {moment} ms");
    }
}
