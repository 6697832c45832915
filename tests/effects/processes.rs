//! Processes: how they are started, what is said of how they ended, how they are stopped.

use std::{fs, path::Path, sync::Arc};

use orch::{
    ir::{Grant, PathRef, Process, Request},
    machine::{EffectId, Outcome, Perform, Purpose},
    run::{
        Effects, LocalEffects,
        effects::{ModuleSite, Site},
    },
};

use super::world::*;

#[tokio::test]
async fn the_end_of_a_process_says_what_is_known() {
    let world = World::new();
    assert_eq!(world.sh("printf 'a\\nb'").await, ok("a\nb"));
    let printed = |text: &str| text.to_owned();
    let expected = Outcome::failed("exit 3", printed("offline\n"));
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
    let world = World::at(Site { modules, environment: environment(), ..Site::default() }, folder);
    world.script("lib/do", "pwd");
    let process = Process { origin: 1, module: 1, ..process("./do", &[]) };
    let root = world.folder.path().canonicalize().unwrap();
    assert_eq!(world.perform(Request::Exec(process.clone())).await, ok(&format!("{}\n", root.display())));
    let cwd = Some(PathRef { path: ".".into(), origin: 1 });
    let request = Request::Exec(Process { cwd, ..process });
    assert_eq!(world.perform(request).await, ok(&format!("{}\n", root.join("lib").display())));
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
    let site = Site::default();
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
