//! Journals that were written once, and are replayed for ever; and what the snapshots of their runs look like.
//!
//! Beside each program lie `NAME.done.jsonl`, of a run that died in the middle and went well, and `NAME.undone.jsonl`,
//! of one that was undone: a head, and a record a line. `ORCH_WRITE=1 cargo test --test crash golden` writes those that
//! are missing, and never one that is there.

use std::cmp::Reverse;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Once};

use orch::machine::{Ending, Event, Machine, Purpose, Record, Status};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::corpus::{Case, folder};
use super::scene::Scene;
use super::scripts::Script;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    /// What tells the text of its program from others.
    program: String,
    /// The version that wrote it.
    orch: String,
    /// What its world was like.
    script: String,
}

fn wishes_to_write() -> bool {
    std::env::var_os("ORCH_WRITE").is_some()
}

fn path(case: &Case, which: &str) -> PathBuf {
    folder().join(format!("{}.{which}.jsonl", case.name))
}

fn write(case: &Case, which: &str, script: &Script, records: &[Record]) {
    let head =
        Head { program: case.digest.clone(), orch: env!("CARGO_PKG_VERSION").to_owned(), script: script.name.clone() };
    let head = serde_json::to_string(&head).unwrap();
    let lines = records.iter().map(|record| serde_json::to_string(record).unwrap());
    let text: String = std::iter::once(head).chain(lines).map(|line| line + "\n").collect();
    fs::write(path(case, which), text).unwrap();
}

/// A run that goes well, but for a crash in the middle.
fn done<'a>(case: &'a Case, well: &'a Script) -> Scene<'a> {
    let mut scene = Scene::start(case, well);
    scene.go_on(|_| ());
    let middle = scene.world.records.len() / 2;
    let mut scene = Scene::start(case, well);
    while scene.world.records.len() < middle && scene.turn() {}
    scene.crash(scene.world.records.len(), 0xffff);
    scene.go_on(|_| ());
    scene
}

/// Of the runs that were undone the one in which most was, and of these the shortest.
fn undone<'a>(case: &'a Case, scripts: &'a [Script]) -> Scene<'a> {
    let run = |script| {
        let mut scene = Scene::start(case, script);
        scene.go_on(|_| ());
        scene
    };
    let is_undone = |scene: &Scene| {
        matches!(scene.world.status(), Status::Ended(Ending::Compensated | Ending::Halted | Ending::Partial, _))
    };
    let undone = scripts.iter().map(run).filter(is_undone);
    let undoing = |scene: &Scene| scene.world.done.iter().filter(|(purpose, ..)| *purpose == Purpose::Undo).count();
    undone.max_by_key(|scene| (undoing(scene), Reverse(scene.world.records.len()))).expect("something fails in it")
}

/// Writes what is missing, if that is wished.
fn prepare() {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if wishes_to_write() {
            write_what_is_missing();
        }
    });
}

fn write_what_is_missing() {
    for (case, scripts) in super::all_found() {
        for (which, scene) in [("done", done(case, &scripts[0])), ("undone", undone(case, scripts))] {
            if !path(case, which).exists() {
                write(case, which, scene.script, &scene.world.records);
            }
        }
    }
}

/// The records of a journal, after its program was found to be the one it was written under.
fn read(case: &Case, which: &str) -> Vec<Record> {
    let path = path(case, which);
    let name = path.display();
    let text = fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{name}: {error}; `ORCH_WRITE=1 cargo test --test crash golden` writes what is missing")
    });
    let (head, records) = text.split_once('\n').unwrap();
    let head: Head = serde_json::from_str(head).unwrap();
    let program = case.digest.as_str();
    assert_eq!(
        head.program, program,
        "{name} belongs to another text of {0}.orch. A program with journals is never changed: put {0}.orch back, and \
         what is new into a program of its own",
        case.name
    );
    let read = |(number, line): (usize, &str)| {
        let record: Record = serde_json::from_str(line).unwrap_or_else(|error| {
            panic!("{name}: record {}: {error}. What was written once must be readable for ever", number + 1)
        });
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            line,
            "{name}: record {} is written in another form than it was",
            number + 1
        );
        record
    };
    records.lines().enumerate().map(read).collect()
}

fn replay(case: &Case, which: &str, mut seen: impl FnMut(&Machine)) -> Machine {
    let mut machine = Machine::new(Arc::clone(&case.program));
    for (number, record) in read(case, which).iter().enumerate() {
        if let Err(mismatch) = machine.replay(record) {
            panic!(
                "{}: record {}: {mismatch}.\nRuns with such journals are in people's stores, and could not be taken up \
                 any more. Give the program its old meaning back; if it must have a new one, the old one has to be kept \
                 for the journals that have it",
                path(case, which).display(),
                number + 1
            );
        }
        seen(&machine);
    }
    machine
}

#[test]
fn what_was_written_is_replayed() {
    prepare();
    for case in super::corpus::cases() {
        let done = replay(&case, "done", |_| ());
        assert!(matches!(done.status(), Status::Ended(..)), "{}: {:?}", case.name, done.status());
        let recovered = |record: &Record| record.event == Event::Recovered;
        assert!(read(&case, "done").iter().any(recovered), "{}: it died in the middle", case.name);
        let undone = replay(&case, "undone", |_| ());
        let ending = undone.status();
        assert!(matches!(&ending, Status::Ended(how, _) if *how != Ending::Completed), "{}: {ending:?}", case.name);
    }
}

/// The form of snapshots, and all of them.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Snapshots {
    format: u64,
    digest: String,
}

fn snapshots() -> Snapshots {
    let mut hasher = Sha256::new();
    let mut format = 0;
    let mut add = |machine: &Machine| {
        let snapshot = machine.snapshot();
        let end = snapshot.iter().position(|byte| *byte == b'\n').expect("a head");
        let head: serde_json::Value = serde_json::from_slice(&snapshot[..end]).unwrap();
        format = head["format"].as_u64().unwrap();
        hasher.update(&snapshot[end..]);
    };
    for case in super::corpus::cases() {
        for which in ["done", "undone"] {
            replay(&case, which, &mut add);
        }
    }
    let digest = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Snapshots { format, digest }
}

/// A snapshot of another form than the one that is read is a wrong state, not an error: so its number must change.
#[test]
fn another_form_of_snapshots_has_another_number() {
    prepare();
    let path = folder().join("snapshots.json");
    let now = snapshots();
    let known: Option<Snapshots> = fs::read_to_string(&path).ok().map(|text| serde_json::from_str(&text).unwrap());
    if let Some(known) = &known {
        assert!(
            known.digest == now.digest || known.format != now.format,
            "the snapshots of the corpus are not what they were: count up `FORMAT` in src/machine/snapshot.rs, then \
             `ORCH_WRITE=1 cargo test --test crash golden`"
        );
    }
    if wishes_to_write() {
        fs::write(&path, serde_json::to_string_pretty(&now).unwrap() + "\n").unwrap();
    } else {
        let how = "`ORCH_WRITE=1 cargo test --test crash golden` keeps the number that is new";
        assert_eq!(known.as_ref(), Some(&now), "{how}");
    }
}
