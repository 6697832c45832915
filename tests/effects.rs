//! Real effects: processes and files, what may happen and what is said of how it ended.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use orch::{
    ir::{Address, Grant, PathRef, Process, Request},
    machine::{EffectId, Outcome, Perform, Purpose},
    run::{
        Effects, LocalEffects,
        effects::{ModuleSite, Site},
    },
};
use tokio::time::{Instant, sleep, timeout};

/// A folder with a program's files, and the effects of that program.
struct World {
    folder: tempfile::TempDir,
    effects: Arc<LocalEffects>,
}

impl World {
    fn new() -> World {
        World::granting(vec![Grant::Exec(vec!["sh".into(), "./do".into()]), Grant::File(vec!["data/".into()])])
    }

    fn granting(grants: Vec<Grant>) -> World {
        let folder = tempfile::tempdir().unwrap();
        let module = |name: &str, grants| ModuleSite { name: name.into(), folder: folder.path().into(), grants };
        let modules = vec![module("plan.orch", grants)];
        World::at(Site { modules, environment: environment() }, folder)
    }

    fn at(site: Site, folder: tempfile::TempDir) -> World {
        let effects = Arc::new(LocalEffects::new(site, folder.path().join("children")));
        World { folder, effects }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Written by a process of its own: what this one has open for writing, a process that another test starts just
    /// now may have open too, and then nobody can start it.
    fn script(&self, name: &str, text: &str) {
        let write = r#"printf '#!/bin/sh\n%s\n' "$2" >"$1"; chmod 755 "$1""#;
        let mut sh = std::process::Command::new("sh");
        let written = sh.args(["-c", write, "sh"]).arg(self.path(name)).arg(text).status().unwrap();
        assert!(written.success());
    }

    async fn perform(&self, request: Request) -> Outcome {
        self.perform_as(Purpose::Do, request).await
    }

    async fn perform_as(&self, purpose: Purpose, request: Request) -> Outcome {
        let ended = Arc::clone(&self.effects).perform(asked(purpose, request));
        timeout(Duration::from_secs(20), ended).await.expect("it ends")
    }

    async fn sh(&self, script: &str) -> Outcome {
        self.perform(sh(script)).await
    }
}

fn environment() -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
    let own = [("HOME", "/home/ann"), ("SECRET", "hush"), ("REGION", "eu"), ("ORCH_STORE", "/x")];
    let path = std::env::var_os("PATH").unwrap();
    own.iter().map(|(name, value)| (name.into(), value.into())).chain([("PATH".into(), path)]).collect()
}

fn asked(purpose: Purpose, request: Request) -> Perform {
    let key = matches!(purpose, Purpose::Do | Purpose::Undo).then(|| "k7f2-1/hold".into());
    Perform { effect: EffectId(1), address: Address::typed("hold"), purpose, key, request, wants_output: true }
}

fn exec(program: &str, arguments: &[&str]) -> Request {
    Request::Exec(process(program, arguments))
}

fn process(program: &str, arguments: &[&str]) -> Process {
    Process {
        program: program.into(),
        origin: 0,
        module: 0,
        arguments: arguments.iter().map(|argument| argument.to_string()).collect(),
        env: BTreeMap::new(),
        stdin: None,
        cwd: None,
    }
}

fn sh(script: &str) -> Request {
    exec("sh", &["-c", script])
}

fn succeeds(script: &str) -> Request {
    Request::Succeeds(process("sh", &["-c", script]))
}

fn at(path: &str) -> PathRef {
    PathRef { path: path.into(), origin: 0 }
}

fn read(path: &str) -> Request {
    Request::FileRead { path: at(path), module: 0 }
}

fn write(path: &str, content: &str) -> Request {
    Request::FileWrite { path: at(path), content: content.into(), module: 0 }
}

fn ok(output: &str) -> Outcome {
    Outcome::Ok { output: output.into(), printed: String::new() }
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed { reason: reason.into(), printed: String::new() }
}

fn unknown(reason: &str) -> Outcome {
    Outcome::Unknown { reason: reason.into(), printed: String::new() }
}

#[tokio::test]
async fn the_end_of_a_process_says_what_is_known() {
    let world = World::new();
    assert_eq!(world.sh("printf 'a\\nb'").await, ok("a\nb"));
    let printed = |text: &str| text.to_owned();
    let expected = Outcome::Failed { reason: "exit 3".into(), printed: printed("offline\n") };
    assert_eq!(world.sh("echo offline >&2; exit 3").await, expected);
    assert_eq!(world.sh("kill -9 $$").await, unknown("killed by signal 9 (SIGKILL)"));
    assert_eq!(world.sh("kill -TERM $$").await, unknown("killed by signal 15 (SIGTERM)"));
}

#[tokio::test]
async fn what_did_not_start_did_not_happen() {
    let world = World::granting(vec![Grant::Exec(vec!["./gone".into(), "nowhere-to-be-found".into(), "./dry".into()])]);
    fs::write(world.path("dry"), "").unwrap();
    assert_eq!(world.perform(exec("./gone", &[])).await, failed("./gone: not found"));
    assert_eq!(world.perform(exec("nowhere-to-be-found", &[])).await, failed("nowhere-to-be-found: not found"));
    assert_eq!(world.perform(exec("./dry", &[])).await, failed("./dry: permission denied"));
    world.script("dry", "");
    fs::write(world.path("dry"), "#!/no/such/shell\n").unwrap();
    let expected = "./dry: the interpreter that its first line names was not found";
    assert_eq!(world.perform(exec("./dry", &[])).await, failed(expected));
}

#[tokio::test]
async fn an_output_that_can_t_be_taken_leaves_an_act_in_doubt_and_a_look_without_answer() {
    let world = World::new();
    let long = "head -c 1048577 /dev/zero | tr '\\0' x";
    assert_eq!(world.sh(long).await, unknown("printed more than 1 MiB"));
    assert_eq!(world.perform_as(Purpose::Look, sh(long)).await, failed("printed more than 1 MiB"));
    let exact = world.sh("head -c 1048576 /dev/zero | tr '\\0' x").await;
    assert!(matches!(exact, Outcome::Ok { output, .. } if output.len() == 1_048_576));
    let odd = "printf 'ab\\377'";
    assert_eq!(world.sh(odd).await, unknown("what it printed is not UTF-8 at byte 2"));
    assert_eq!(world.perform_as(Purpose::Confirm, sh(odd)).await, failed("what it printed is not UTF-8 at byte 2"));
}

#[tokio::test]
async fn the_end_of_stderr_is_kept() {
    let world = World::new();
    let outcome = world.sh("head -c 100000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1").await;
    let Outcome::Failed { printed, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(printed.len(), 4096);
    assert!(printed.ends_with("xend\n"));
}

#[tokio::test]
async fn what_failed_and_wrote_nothing_to_stderr_is_known_by_the_end_of_its_stdout() {
    let world = World::new();
    let printed = |outcome: Outcome| match outcome {
        Outcome::Failed { printed, .. } | Outcome::Unknown { printed, .. } => printed,
        Outcome::Ok { .. } => panic!("{outcome:?}"),
    };
    assert_eq!(printed(world.sh("echo 'no such plan'; exit 3").await), "no such plan\n");
    assert_eq!(printed(world.sh("echo 'half way'; echo >&2; kill -9 $$").await), "half way\n");
    assert_eq!(printed(world.sh("echo data; echo offline >&2; exit 3").await), "offline\n");
    let long = printed(world.sh("head -c 2000000 /dev/zero | tr '\\0' x; echo end; exit 1").await);
    assert_eq!((long.len(), long.ends_with("xend\n")), (4096, true));
    assert_eq!(printed(world.perform_as(Purpose::Look, succeeds("echo lost; exit 2")).await), "lost\n");
}

#[tokio::test]
async fn where_no_output_is_wanted_any_will_do_and_only_its_end_is_kept() {
    let world = World::new();
    let unread = |script: &str| Perform { wants_output: false, ..asked(Purpose::Do, sh(script)) };
    let perform = |script: &str| Arc::clone(&world.effects).perform(unread(script));
    let Outcome::Ok { output, printed } = perform("head -c 2000000 /dev/zero | tr '\\0' x; echo end").await else {
        panic!("it was done")
    };
    assert_eq!((output.as_str(), printed.len(), printed.ends_with("xend\n")), ("", 4096, true));
    assert!(matches!(perform("printf 'ab\\377'").await, Outcome::Ok { output, .. } if output.is_empty()));
}

#[tokio::test]
async fn succeeds_asks_for_the_exit_code() {
    let world = World::new();
    assert_eq!(world.perform_as(Purpose::Look, succeeds("exit 0")).await, ok("true"));
    assert_eq!(world.perform_as(Purpose::Look, succeeds("echo no; exit 1")).await, ok("false"));
    assert_eq!(world.perform_as(Purpose::Look, succeeds("exit 2")).await, failed("exit 2"));
}

#[tokio::test]
async fn a_process_gets_the_usual_variables_the_granted_ones_its_own_and_its_key_and_nothing_else() {
    let world = World::granting(vec![Grant::Exec(vec!["env".into()]), Grant::Env(vec!["REGION".into()])]);
    let env = [("TABLE".to_owned(), "users".into())].into();
    let request = Request::Exec(Process { env, ..process("env", &[]) });
    let outcome = world.perform(request).await;
    let Outcome::Ok { output, .. } = outcome else { panic!("{outcome:?}") };
    let mut names: Vec<&str> = output.lines().filter(|line| !line.starts_with("PATH=")).collect();
    names.sort_unstable();
    assert_eq!(names, ["HOME=/home/ann", "ORCH_IDEMPOTENCY_KEY=k7f2-1/hold", "REGION=eu", "TABLE=users"]);
}

#[tokio::test]
async fn a_process_reads_what_it_is_given_or_nothing() {
    let world = World::new();
    let large = "line\n".repeat(100_000);
    let stdin = Some(large.clone().into());
    let request = Request::Exec(Process { stdin: stdin.clone(), ..process("sh", &["-c", "cat"]) });
    assert_eq!(world.perform(request).await, ok(&large));
    assert_eq!(world.sh("cat").await, ok(""));
    let unread = Request::Exec(Process { stdin, ..process("sh", &["-c", "exit 0"]) });
    assert_eq!(world.perform(unread).await, ok(""));
}

#[tokio::test]
async fn paths_start_from_the_module_they_stand_in_and_processes_run_beside_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let lib = folder.path().join("lib");
    fs::create_dir(&lib).unwrap();
    let module = |name: &str, folder: &Path, program: &str| ModuleSite {
        name: name.into(),
        folder: folder.into(),
        grants: vec![Grant::Exec(vec![program.into()])],
    };
    let modules = vec![module("plan.orch", folder.path(), "./lib/do"), module("lib/ops.orch", &lib, "./do")];
    let world = World::at(Site { modules, environment: environment() }, folder);
    world.script("lib/do", "pwd");
    let process = Process { origin: 1, module: 1, ..process("./do", &[]) };
    let root = world.folder.path().canonicalize().unwrap();
    assert_eq!(world.perform(Request::Exec(process.clone())).await, ok(&format!("{}\n", root.display())));
    let cwd = Some(PathRef { path: ".".into(), origin: 1 });
    let request = Request::Exec(Process { cwd, ..process });
    assert_eq!(world.perform(request).await, ok(&format!("{}\n", root.join("lib").display())));
}

#[tokio::test]
async fn what_is_not_granted_is_refused_before_it_happens() {
    let world = World::new();
    world.script("other", "touch happened");
    world.script("do", "echo done");
    let expected = "exec of `./other` is not granted: add `uses exec(\"./other\")` to plan.orch";
    assert_eq!(world.perform(exec("./other", &[])).await, failed(expected));
    assert!(!world.path("happened").exists());
    assert_eq!(
        world.perform(exec("./../x/../do", &[])).await,
        failed("exec of `./../x/../do` is not granted: add `uses exec(\"./../x/../do\")` to plan.orch")
    );
    assert_eq!(world.perform(exec("././do", &[])).await, ok("done\n"));
    assert!(
        matches!(world.perform(exec("/bin/sh", &["-c", ""])).await, Outcome::Failed { reason, .. } if reason.contains("not granted"))
    );
}

#[tokio::test]
async fn an_effect_needs_the_grant_of_its_module_and_of_the_root() {
    for (root, module, refused) in
        [("sh", "env", Some("lib.orch")), ("env", "sh", Some("plan.orch")), ("sh", "sh", None)]
    {
        let folder = tempfile::tempdir().unwrap();
        let site = |name: &str, program: &str| ModuleSite {
            name: name.into(),
            folder: folder.path().into(),
            grants: vec![Grant::Exec(vec![program.into()])],
        };
        let modules = vec![site("plan.orch", root), site("lib.orch", module)];
        let world = World::at(Site { modules, environment: environment() }, folder);
        let request = Request::Exec(Process { module: 1, ..process("sh", &["-c", "exit 0"]) });
        let expected =
            refused.map(|file| failed(&format!("exec of `sh` is not granted: add `uses exec(\"sh\")` to {file}")));
        assert_eq!(world.perform(request).await, expected.unwrap_or_else(|| ok("")));
    }
}

#[tokio::test]
async fn a_link_does_not_lead_out_of_a_granted_folder() {
    let world = World::new();
    fs::create_dir(world.path("data")).unwrap();
    fs::write(world.path("private"), "hush").unwrap();
    std::os::unix::fs::symlink(world.path("private"), world.path("data/link")).unwrap();
    for path in ["data/link", "data/../private", "private", "data2/x"] {
        let expected = format!("file of `{path}` is not granted: add `uses file({path:?})` to plan.orch");
        assert_eq!(world.perform_as(Purpose::Look, read(path)).await, failed(&expected));
    }
}

#[tokio::test]
async fn files_are_read_whole_or_not_at_all() {
    let world = World::new();
    fs::create_dir(world.path("data")).unwrap();
    fs::write(world.path("data/a"), "text\n").unwrap();
    fs::write(world.path("data/odd"), b"ab\xff").unwrap();
    fs::write(world.path("data/large"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
    assert_eq!(world.perform(read("data/a")).await, ok("text\n"));
    assert_eq!(world.perform(read("data/none")).await, failed("data/none: not found"));
    assert_eq!(world.perform(read("data/odd")).await, failed("data/odd: not UTF-8 at byte 2"));
    assert_eq!(world.perform(read("data/large")).await, failed("data/large: larger than 1 MiB"));
    assert_eq!(world.perform(read("data/")).await, failed("data/: not a file"));
}

#[tokio::test]
async fn a_file_is_replaced_at_once_and_keeps_who_may_read_it() {
    let world = World::new();
    fs::create_dir(world.path("data")).unwrap();
    assert_eq!(world.perform(write("data/flags.json", "{}")).await, ok(""));
    fs::set_permissions(world.path("data/flags.json"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(world.path("data/flags.json"), world.path("data/link")).unwrap();
    assert_eq!(world.perform(write("data/link", "{\"a\":1}")).await, ok(""));
    assert_eq!(fs::read_to_string(world.path("data/flags.json")).unwrap(), "{\"a\":1}");
    assert_eq!(fs::metadata(world.path("data/flags.json")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(world.path("data/link")).unwrap().is_symlink());
    assert_eq!(world.perform(write("data/no/such", "")).await, failed("data/no/such: not found"));
    assert_eq!(world.perform(write("data/", "")).await, failed("data/: not a file"));
    let mut names: Vec<_> = fs::read_dir(world.path("data")).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["flags.json", "link"], "nothing is left behind");
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

fn alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn a_stopped_process_ends_with_all_that_it_started() {
    let world = World::new();
    let child = world.path("child");
    let script = format!("sleep 100 & echo $! > {0}.new; mv {0}.new {0}; wait", child.display());
    let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Do, sh(&script))));
    until("the child of the child runs", || child.exists()).await;
    let pid = fs::read_to_string(&child).unwrap();
    assert!(world.path("children/1").exists(), "it has left its mark");
    world.effects.stop(EffectId(1));
    assert_eq!(ended.await.unwrap(), unknown("killed by signal 15 (SIGTERM)"));
    until("the child of the child has ended", || !alive(&pid)).await;
    assert!(!world.path("children/1").exists(), "the mark is removed");
}

#[tokio::test]
async fn a_process_that_answers_a_stop_with_an_exit_code_is_in_doubt() {
    let world = World::new();
    let script = format!(
        "exec 2>/dev/null; trap 'exit 4' TERM; touch {}; while :; do sleep 0.01; done",
        world.path("ready").display()
    );
    let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Do, sh(&script))));
    until("it runs", || world.path("ready").exists()).await;
    world.effects.stop(EffectId(1));
    assert_eq!(ended.await.unwrap(), unknown("stopped, exit 4"));
}

#[tokio::test]
async fn a_question_that_is_stopped_is_not_answered_with_no() {
    let world = World::new();
    let ready = world.path("ready");
    let script = format!("trap 'exit 1' TERM; touch {}; while :; do sleep 0.01; done", ready.display());
    let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Look, succeeds(&script))));
    until("it runs", || ready.exists()).await;
    world.effects.stop(EffectId(1));
    assert!(matches!(ended.await.unwrap(), Outcome::Failed { reason, .. } if reason == "exit 1"));
}

#[tokio::test]
async fn one_that_will_not_hear_can_be_ended_at_once() {
    let world = World::new();
    let script = format!("trap '' TERM; touch {}; while :; do sleep 0.01; done", world.path("ready").display());
    let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Do, sh(&script))));
    until("it runs", || world.path("ready").exists()).await;
    world.effects.stop(EffectId(1));
    world.effects.stop_all_at_once();
    assert_eq!(ended.await.unwrap(), unknown("killed by signal 9 (SIGKILL)"));
}

#[tokio::test]
async fn one_that_is_stopped_before_it_starts_does_not_start() {
    let world = World::new();
    let ended = Arc::clone(&world.effects).perform(asked(Purpose::Do, sh("touch happened")));
    world.effects.stop(EffectId(1));
    assert_eq!(ended.await, failed("stopped before it was started"));
    assert!(!world.path("happened").exists());
}

#[tokio::test]
async fn a_service_left_running_does_not_hold_up_the_step_that_started_it() {
    let world = World::new();
    let outcome = world.sh("sleep 30 & echo $!").await;
    let Outcome::Ok { output, .. } = outcome else { panic!("{outcome:?}") };
    assert!(alive(&output), "what it started goes on");
    std::process::Command::new("kill").arg(output.trim()).status().unwrap();
}

/// What a driver that was killed leaves behind: its child, and the child's mark.
#[tokio::test]
async fn survivors_are_stopped_before_a_run_is_taken_up() {
    let world = World::new();
    let script = format!("touch {}; sleep 100", world.path("ready").display());
    let dead = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Do, sh(&script))));
    until("it runs", || world.path("ready").exists()).await;
    dead.abort();
    let mark = fs::read_to_string(world.path("children/1")).unwrap();
    let pid = mark.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(alive(&pid));
    let site = Site { modules: Vec::new(), environment: Vec::new() };
    let next = LocalEffects::new(site, world.path("children"));
    next.stop_survivors().await.unwrap();
    assert!(!alive(&pid));
    assert!(!world.path("children/1").exists());
}

#[tokio::test]
async fn a_process_that_only_has_the_number_of_a_survivor_is_left_alone() {
    let world = World::new();
    let mut bystander = std::process::Command::new("sleep").arg("100").spawn().unwrap();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", bystander.id())).unwrap();
    let (name, rest) = stat.rsplit_once(')').unwrap();
    let mut fields: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    fields[19] = "1".into();
    fs::create_dir(world.path("children")).unwrap();
    fs::write(world.path("children/1"), format!("{boot}{name}) {}", fields.join(" "))).unwrap();
    world.effects.stop_survivors().await.unwrap();
    assert!(bystander.try_wait().unwrap().is_none(), "it still runs");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}
