//! Where the store is, and what is said where it can't be used.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Command,
};

use super::project::{Ended, Project, ended};

#[test]
fn the_store_is_beside_the_project_or_where_one_says() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch", "--store", "elsewhere"]).says(0, &["elsewhere/runs.db"]);
    assert!(project.path("elsewhere/runs.db").exists());
    let said = project.command(&["list"]).env("ORCH_STORE", project.path("elsewhere")).output().unwrap();
    ended(said).says(0, &[]).prints(&["completed"]);
    assert!(!project.path(".orch").exists());

    project.write("orch.toml", "");
    fs::create_dir_all(project.path("a/b")).unwrap();
    let inside = project.command(&["run", "../../plan.orch"]).current_dir(project.path("a/b")).output().unwrap();
    ended(inside).says(0, &[]);
    assert!(project.path(".orch/runs.db").exists());
    assert_eq!(project.read("log"), "first a\nsecond\nfirst a\nsecond\n", "processes run beside the root file");
}

#[test]
fn only_the_owner_can_read_it() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let mode = |name: &str| fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(".orch"), mode(".orch/runs.db"), mode(".orch/locks")), (0o700, 0o600, 0o700));
}

#[test]
fn a_store_that_can_t_be_used_is_told_and_nothing_is_started() {
    let project = Project::two_steps();
    project.write("file", "");
    fs::create_dir(project.path("foreign")).unwrap();
    fs::write(project.path("foreign/runs.db"), "this is no database".repeat(100)).unwrap();
    for (store, expected) in
        [("file", "can't use `file`: not a folder"), ("foreign", "`foreign/runs.db` is not a store of orch")]
    {
        project.orch(&["run", "plan.orch", "--store", store]).says(8, &[expected, "`--store DIR`"]);
    }
    project.orch(&["list", "--store", "file"]).says(8, &["can't use `file`: not a folder"]);
    assert_eq!(project.read("log"), "");
}

#[test]
fn a_newer_store_is_refused() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let store = rusqlite::Connection::open(project.path(".orch/runs.db")).unwrap();
    store.execute_batch("PRAGMA user_version = 7").unwrap();
    drop(store);
    project.orch(&["list"]).says(8, &["has version 7, and this orch knows versions up to 2"]);
}

#[test]
fn a_damaged_journal_is_named_and_other_runs_go_on() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let id = project.run_id();
    let store = rusqlite::Connection::open(project.path(".orch/runs.db")).unwrap();
    store.execute_batch("UPDATE entry SET record = replace(record, 'i-1', 'i-2') WHERE number = 2").unwrap();
    drop(store);
    project
        .orch(&["show", &id])
        .says(8, &[&format!("the journal of run `{id}` is damaged at entry 2: its checksum does not fit")]);
    // What a run ended as is kept beside its journal: only who reads that sees what is wrong with it.
    project.orch(&["list"]).says(0, &[]).prints(&["completed"]);
    let verified = project.orch(&["list", "--verify"]);
    verified.says(8, &[]).prints(&["damaged", &format!("`{id}` is damaged at entry 2")]);
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    assert_eq!(project.orch(&["list", "--verify"]).out.matches("completed").count(), 1);
}

/// What is lost may have been done: so nothing goes on by itself.
#[test]
fn a_store_that_was_emptied_or_is_of_an_earlier_moment_is_told_and_nothing_is_started() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let earlier = fs::read(project.path(".orch/runs.db")).unwrap();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let log = project.read("log");
    for (content, lost) in [(Vec::new(), "it is empty"), (earlier, "it has 1 runs, and had 2")] {
        fs::write(project.path(".orch/runs.db"), content).unwrap();
        let expected = format!(".orch/runs.db` is not what it was: {lost}");
        for words in [&["run", "plan.orch"][..], &["list"], &["resume"]] {
            project.orch(words).says(8, &[&expected, "would be done again", ".orch/runs.mark`"]);
        }
    }
    assert_eq!(project.read("log"), log);
    fs::remove_file(project.path(".orch/runs.mark")).unwrap();
    project.orch(&["list"]).says(0, &[]).prints(&["completed"]);
}

/// A file may not grow beyond what the shell allows: as on a full disk, a write fails.
#[test]
fn a_full_disk_stops_the_run_and_what_was_saved_is_whole() {
    let project = Project::two_steps();
    project.write("first.sh", "echo first >>log; head -c 300000 /dev/zero | tr '\\0' x >&2; printf '{\"id\": \"'; head -c 300000 /dev/zero | tr '\\0' x; echo '\"}'\n");
    let script = format!("trap '' XFSZ; ulimit -f 400; exec {} run plan.orch", env!("CARGO_BIN_EXE_orch"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(project.path(".")).output().unwrap();
    ended(output).says(8, &["error: can't save entry 2 of run `", "nothing that follows from it was started"]);
    assert_eq!(project.read("log"), "first\n");
    project.write("first.sh", "echo again >>log; echo '{\"id\": \"i-1\"}'\n");
    project.orch(&["resume"]).says(0, &["? one", "completed in"]);
    assert_eq!(project.read("log"), "first\nagain\nsecond\n");
}

/// As above, but nobody has told the shell to leave the signal out.
#[test]
fn a_file_that_may_not_grow_is_told_and_not_died_of() {
    let project = Project::two_steps();
    project.write("first.sh", "head -c 300000 /dev/zero | tr '\\0' x >&2; printf '{\"id\": \"'; head -c 300000 /dev/zero | tr '\\0' x; echo '\"}'\n");
    for (blocks, expected) in [("400", "error: can't save entry 2 of run `"), ("8", "error: can't open the store `")] {
        let script = format!("ulimit -f {blocks}; exec {} run plan.orch", env!("CARGO_BIN_EXE_orch"));
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(project.path(".")).env_remove("ORCH_STORE");
        ended(shell.output().unwrap()).says(8, &[expected]);
        fs::remove_dir_all(project.path(".orch")).unwrap();
    }
}

#[test]
fn an_empty_name_of_a_store_is_none() {
    let project = Project::two_steps();
    let run = project.command(&["run", "plan.orch"]).env("ORCH_STORE", "").output().unwrap();
    ended(run).says(0, &[" · .orch/runs.db"]);
}

#[test]
fn a_store_that_can_t_be_written_can_be_looked_at() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let id = project.run_id();
    let mode = |mode: u32| {
        for (name, more) in [(".orch/runs.db", 0), (".orch", 0o111)] {
            fs::set_permissions(project.path(name), fs::Permissions::from_mode(mode | more)).unwrap();
        }
    };
    mode(0o444);
    project.orch(&["list"]).says(0, &[]).prints(&[&id, "completed"]);
    project.orch(&["show", &id]).says(0, &[]).prints(&["✔ one"]);
    // Who may do everything may write there.
    let store = orch::run::SqliteStore::open_to_read(&project.path(".orch/runs.db")).unwrap();
    assert_eq!(orch::run::Store::runs(&store).unwrap().len(), 1);
    mode(0o644);
}

/// What can't be said is told with the file that can't be written, and what to do.
#[test]
fn nothing_is_said_to_a_store_that_can_t_be_written() {
    let project = Project::new("event Paid = { amount: Int }\nplan p() { wait for Paid as paid }");
    project.orch(&["run", "plan.orch"]).says(7, &[]);
    let id = project.run_id();
    for (name, mode) in [(".orch/runs.db", 0o444), (".orch", 0o555)] {
        fs::set_permissions(project.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    let unwritable = "/.orch/runs.db` can't be written";
    for (words, tried) in [
        (&["emit", "Paid", "{\"amount\": 3}"][..], "can't tell of an event: `".to_owned()),
        (&["cancel", &id], format!("can't say anything to `{id}`: `")),
        (&["resume", &id], format!("can't go on with run `{id}`: `")),
    ] {
        let said = obeying(&project, words);
        said.says(8, &[&tried, unwritable, "nothing was said and nothing started", "--store DIR"]);
    }
    obeying(&project, &["show", &id]).says(0, &[]).prints(&["wait for Paid"]);
    fs::set_permissions(project.path(".orch"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Who asks under the wrong name must not be told that there is nothing to do.
#[test]
fn a_store_that_may_not_be_read_is_told() {
    let project = Project::two_steps();
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    let id = project.run_id();
    fs::set_permissions(project.path(".orch"), fs::Permissions::from_mode(0o000)).unwrap();
    for words in [&["list"][..], &["inbox"], &["resume", "--due"], &["show", &id]] {
        let expected = "/.orch/runs.db`: Permission denied";
        obeying(&project, words).says(8, &["error: can't read the store `", expected, "be somebody who may read"]);
    }
    fs::set_permissions(project.path(".orch"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_store_that_was_named_is_there_or_it_is_told() {
    let project = Project::two_steps();
    for words in [&["list"][..], &["inbox"], &["resume", "--due"], &["emit", "Paid"]] {
        let named = project.command(words).env("ORCH_STORE", "misspelt").output().unwrap();
        ended(named).says(2, &["error: there is no store in `misspelt`", "named with `--store` or `ORCH_STORE`"]);
    }
    assert!(!project.path("misspelt").exists());
    project.orch(&["list"]).says(0, &[]);
}

/// The room is enough for the word and not for what follows from it: then it is not told as if it had not been said.
#[test]
fn a_word_that_is_kept_though_the_run_can_t_go_on_is_told_as_kept() {
    let project = Project::new("plan p() { approve go \"Shall we?\" by \"leads\" }");
    project.orch(&["run", "plan.orch"]).says(7, &[]);
    let id = project.run_id();
    let kept = (1..40).map(|pages| approved_with_room_for(&project, &id, pages)).find(|said| said.contains("is kept"));
    let kept = kept.expect("with some room the word can be saved, and nothing else");
    assert!(
        kept.contains("error: can't save entry") && kept.contains(&format!("`orch resume {id}` goes on")),
        "{kept}"
    );
    project.orch(&["resume", &id]).says(0, &["says yes to `go`", "completed in"]);
}

/// What an approval says where no file may be longer than so many pages.
fn approved_with_room_for(project: &Project, id: &str, pages: usize) -> String {
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = format!("trap '' XFSZ; ulimit -f {}; exec {orch} approve {id} go", pages * 8);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(project.path(".")).env_remove("ORCH_STORE");
    ended(shell.output().unwrap()).err
}

/// `orch`, for whom the modes of files count: who may do everything is made to be nobody special.
fn obeying(project: &Project, arguments: &[&str]) -> Ended {
    let may_do_everything = fs::metadata("/proc/self").unwrap().uid() == 0;
    let orch = project.command(arguments);
    if !may_do_everything {
        return ended(project.command(arguments).output().unwrap());
    }
    let mut without = Command::new("setpriv");
    without.args(["--bounding-set=-dac_override,-dac_read_search", "--"]).arg(orch.get_program()).args(arguments);
    without.current_dir(project.path("")).env("USER", "ann").env_remove("ORCH_STORE");
    ended(without.output().unwrap())
}
