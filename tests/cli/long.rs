//! Runs with a history of thousands of records: what is shown of them, and how much of it is read for that.

use std::sync::Arc;

use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::{Command, Event, Machine, Outcome, Perform, Record, Timestamp},
    run::{
        Folder, RunId, Runner, SqliteStore, Standing, Store,
        driver::{Listener, now},
        store::{Append, KeptSource, NewRun, Saving},
    },
};
use serde_json::Map;

use super::project::{Ended, Project};

/// Whose history is long before somebody is asked, and goes on after that.
const LONG: &str = r#"
uses exec("sh")
action note(group: Int, item: Int) = exec("sh", ["note.sh", "{group}", "{item}"]) idempotent compensate nothing
action last(text: String) = exec("sh", ["last.sh", text]) idempotent compensate exec("sh", ["undo.sh", text])
plan long(groups: Int) {
  goal "All {groups} groups are noted"
  phase first "The beginning" { step begin = last("first") }
  phase second "The long part" after first {
    for group in range(0, groups) { for item in range(0, 100) { step note(group, item) } }
    task look "Look at it" by "ann"
    step end = last("second")
  }
}
plan clock(groups: Int) { step begin = last("first") wait 1s step end = last("second") }
plan undone(groups: Int) {
  for item in range(0, groups) { step put = last("{item}") }
  require groups < 0 else "this never holds"
}
"#;

/// Compiles what a run has kept.
fn compiled(sources: &[KeptSource]) -> Result<Arc<Program>, String> {
    let no_files = |_: &str| Err(LoadError("no such file".to_owned()));
    check("plan.orch", sources[0].text.as_str(), &no_files)
        .program
        .map(Arc::new)
        .ok_or_else(|| "it has mistakes".to_owned())
}

/// A run that has noted so many groups and asks a person.
fn waiting(project: &Project, groups: u32) -> RunId {
    written(project, "long", groups, "nowhere", 0)
}

/// A run of a plan with so many groups, as a driver leaves it that can't go on, or that dies while it does something at
/// an address, on a clock that goes so many nanoseconds ahead. Every effect was done at once, and did nothing; many records are saved together, so that this ends soon.
fn written(project: &Project, plan: &str, groups: u32, dies_at: &str, ahead: i64) -> RunId {
    let folder = Folder::at(project.path(".orch"));
    folder.create().unwrap();
    let store = SqliteStore::open(&folder.database()).unwrap();
    let kept = KeptSource { name: "plan.orch".into(), folder: project.path(""), text: LONG.into() };
    let (inputs, at) = (Map::from_iter([("groups".to_owned(), groups.into())]), now());
    let (sources, key) = (vec![kept.clone()], None);
    let new = NewRun { plan: plan.into(), inputs, deepest: None, unique: "0".into(), key, sources, at };
    let run = store.create(&new).unwrap().id().clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut machine = Machine::new(compiled(&[kept]).unwrap());
    let (mut event, mut number, mut saving) = (Some(new.beginning(&run)), 0, Vec::new());
    while let Some(happened) = event.take() {
        number += 1;
        let (record, began) = stepped(&mut machine, happened, now().plus(ahead));
        event = began.filter(|began| began.address.as_str() != dies_at).map(|began| done(&began));
        saving.push(append(&store, &run, number, &machine, &record));
        if saving.len() == 500 || event.is_none() {
            runtime.block_on(async {
                for saved in saving.drain(..) {
                    saved.await.unwrap();
                }
            });
        }
    }
    for script in ["note.sh", "last.sh", "undo.sh"] {
        project.write(script, "echo \"$0 $1\" >>log\n");
    }
    run
}

/// A record, and the effect that follows from it.
fn stepped(machine: &mut Machine, event: Event, at: Timestamp) -> (Record, Option<Perform>) {
    let step = machine.step(at, event.clone()).unwrap();
    let began = step.commands.into_iter().find_map(|command| match command {
        Command::Perform(perform) => Some(perform),
        Command::Stop(_) | Command::Publish(_) => None,
    });
    (Record { at, event, then: step.entries }, began)
}

fn done(effect: &Perform) -> Event {
    let outcome = Outcome::Ok { output: String::new(), printed: String::new() };
    Event::Outcome { effect: effect.effect, outcome }
}

/// Saves a record, now and then with a snapshot.
fn append(store: &SqliteStore, run: &RunId, number: u64, machine: &Machine, record: &Record) -> Saving {
    let snapshot = number.is_multiple_of(1_000).then(|| machine.snapshot());
    let (standing, due) = (Standing::from(&machine.status()), machine.due());
    let snapshot = snapshot.as_deref();
    store.append(run, Append { number, record, standing, due, accepted: None, published: &[], snapshot })
}

/// How much of a run is told.
#[derive(Default)]
struct Counted {
    behind: u64,
    heard: u64,
}

impl Listener for Counted {
    fn begins(&mut self, behind: u64, _: &Machine) {
        (self.behind, self.heard) = (behind, 0);
    }

    fn hears(&mut self, _: &Record, _: &Machine) {
        self.heard += 1;
    }
}

/// How many records a run has, and how many of them are told.
fn told(project: &Project, run: &RunId) -> (u64, Counted) {
    let runner = Runner::open(Folder::at(project.path(".orch"))).unwrap();
    let info = runner.store().info(run).unwrap();
    let mut counted = Counted::default();
    runner.tell(&info, &compiled, &mut counted).unwrap();
    (info.entries, counted)
}

fn lacks(ended: &Ended, text: &str) {
    assert!(!ended.out.contains(text), "{}", ended.out);
}

#[test]
fn what_is_told_of_a_long_history_does_not_grow_with_it() {
    let project = Project::new(LONG);
    let (short, long) = (waiting(&project, 10), waiting(&project, 70));
    let (records, short) = told(&project, &short);
    assert_eq!((short.behind, short.heard), (0, records), "a short history is told whole");
    let (records, told) = told(&project, &long);
    assert!(records > 7_000, "{records}");
    assert_eq!(told.behind + told.heard, records, "nothing between is left out");
    assert!(told.heard <= 1_000, "of {records} records {} were replayed", told.heard);
}

#[test]
fn a_long_run_is_shown_as_it_stands_and_whole_if_that_is_asked_for() {
    let project = Project::new(LONG);
    let run = waiting(&project, 70);
    let shown = project.orch(&["show", run.as_str()]);
    shown.prints(&[
        "goal: All 70 groups are noted",
        "✔ first ",
        "The beginning",
        "◐ second ",
        "The long part",
        "✔ group ",
        "70 done",
        "waits for ann",
        "… and what ended before",
        &format!("orch show {run} --all"),
    ]);
    lacks(&shown, "✔ begin");
    let whole = project.orch(&["show", run.as_str(), "--all"]);
    whole.prints(&["✔ first ", "✔ begin", "✔ group ", "70 done", "waits for ann"]);
    lacks(&whole, "what ended before");
    project.orch(&["show", run.as_str(), "first/begin"]).prints(&["last.sh"]);
    let document: serde_json::Value =
        serde_json::from_str(&project.orch(&["show", run.as_str(), "--json"]).out).unwrap();
    assert!(document["parts"].as_array().unwrap().len() > 7_000, "a document tells all");
}

#[test]
fn a_long_run_goes_on_and_its_end_is_told() {
    let project = Project::new(LONG);
    let run = waiting(&project, 70);
    project.orch(&["resume", run.as_str()]).says(7, &["waits for ann at `second/look`"]);
    project.orch(&["done", run.as_str(), "second/look"]).says(0, &["✔ second/end", "completed in"]);
    assert_eq!(project.read("log"), "last.sh second\n", "nothing is done twice");
}

#[test]
fn a_long_run_that_fails_says_why() {
    let project = Project::new(LONG);
    let run = waiting(&project, 70);
    project.write("last.sh", "echo no such place >&2; exit 3\n");
    let failed = project.orch(&["done", run.as_str(), "second/look"]);
    failed.says(1, &["compensated: `second/end` failed, 1 of 1 step undone", "no such place"]);
    assert_eq!(project.read("log"), "undo.sh first\n");
    project.orch(&["show", run.as_str()]).prints(&["compensated", "`second/end` failed"]);
}

#[test]
fn a_run_that_died_on_a_long_way_back_says_all_that_was_undone() {
    let project = Project::new(LONG);
    let run = written(&project, "undone", 2_800, "item[1]/put/undo", 0);
    let (records, told) = told(&project, &run);
    assert!(records > 5_500 && told.behind == 5_000, "it failed before its last snapshot: {records} {}", told.behind);
    let resumed = project.orch(&["resume", run.as_str()]);
    resumed.says(1, &["compensated", "this never holds", "2800 of 2800 steps undone"]);
    assert_eq!(project.read("log"), "undo.sh 1\nundo.sh 0\n", "nothing else is undone again");
}

#[test]
fn a_wait_ends_although_the_clock_was_set_back_meanwhile() {
    let project = Project::new(LONG);
    let run = written(&project, "clock", 1, "nowhere", 3_600_000_000_000);
    let mut resumed = project.start(&["resume", run.as_str()]);
    project.until("it is over", || project.orch(&["list"]).out.contains("completed"));
    assert!(resumed.wait().unwrap().success());
    assert_eq!(project.read("log"), "last.sh second\n");
}
