//! What a plan would do, when, and what if not: as the command says it, and as the library does.
#![expect(clippy::disallowed_methods, reason = "the programs lie in files, and the command is a process")]

#[path = "../support/chance.rs"]
mod chance;
mod command;
mod differences;
mod page;
mod time;
mod undo;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use orch::{
    check::{LoadError, check},
    ir::Program,
    plan::{Given, Outline},
    source::Sources,
};

/// Where the programs lie.
const PROGRAMS: &str = "tests/corpus/programs";

/// What a command printed, and its exit code.
struct Ended {
    out: String,
    err: String,
    code: Option<i32>,
}

/// Runs the command in a folder, where lines may have a hundred columns.
fn orch(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
    command.args(arguments).current_dir(folder).env("COLUMNS", "100").env("NO_COLOR", "1").env_remove("ORCH_STORE");
    let ended = command.output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    Ended { out: text(ended.stdout), err: text(ended.stderr), code: ended.status.code() }
}

/// The plans of the corpus: files with a plan, by name, and which plan where there are several.
fn plans() -> Vec<(String, Option<&'static str>)> {
    let files = fs::read_dir(PROGRAMS).expect("the programs are there");
    let mut names: Vec<String> = files
        .map(|file| file.expect("an entry").path())
        .filter(|file| file.extension().is_some_and(|kind| kind == "orch"))
        .filter(|file| fs::read_to_string(file).expect("a text").contains("\nplan "))
        .map(|file| file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned())
        .collect();
    names.sort();
    let which = |name: &str| (name == "order_events.orch").then_some("fulfil");
    names.into_iter().map(|name| (which(&name), name)).map(|(plan, name)| (name, plan)).collect()
}

/// The program of a text without mistakes, with its sources.
fn program(text: &str) -> (Program, Sources) {
    let none = |_: &str| Err(LoadError("there is none".to_owned()));
    let checked = check("test.orch", text, &none);
    let said: Vec<&str> = checked.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    (checked.program.unwrap_or_else(|| panic!("{said:?}\n{text}")), checked.sources)
}

/// The program of a text that imports what lies beside it.
fn program_beside(text: &str, folder: &Path) -> (Program, Sources) {
    let beside = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| LoadError(error.to_string()));
    let checked = check("test.orch", text, &beside);
    let said: Vec<&str> = checked.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    (checked.program.unwrap_or_else(|| panic!("{said:?}")), checked.sources)
}

/// What the plan `p` of a text would do.
fn outline(text: &str) -> Outline {
    let (program, sources) = program(text);
    let plan = program.plan("p").expect("the plan");
    Outline::of(&program, &sources, plan, &Given::default())
}

/// Some of them, those of the design among them; all under `ORCH_TEST_ALL`.
fn a_sample(plans: Vec<(String, Option<&'static str>)>) -> Vec<(String, Option<&'static str>)> {
    let all = env::var_os("ORCH_TEST_ALL").is_some();
    let chosen = ["microservices.orch", "database_migration.orch", "order_saga.orch", "tenant_upgrade.orch"];
    let wanted = |(at, (file, _)): &(usize, (String, _))| all || at % 8 == 0 || chosen.contains(&file.as_str());
    plans.into_iter().enumerate().filter(wanted).map(|(_, plan)| plan).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(PROGRAMS)
}
