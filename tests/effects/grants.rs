//! What is not granted is refused, right before it would happen.

use std::fs;

use orch::{
    ir::{Grant, Process, Request, Script},
    machine::{Outcome, Purpose},
    run::effects::{ModuleSite, Site},
};

use super::world::*;

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
        let world = World::at(Site { modules, environment: environment(), ..Site::default() }, folder);
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
async fn a_script_and_a_variable_need_their_grants() {
    let world = World::new();
    let script = Script { source: "true".into(), words: vec![], module: 0, env: [].into(), stdin: None, cwd: None };
    let expected = failed("`shell` is not granted: add `uses shell` to plan.orch");
    assert_eq!(world.perform(Request::Shell(script)).await, expected);
    let variable = |name: &str| Request::Env { name: name.into(), module: 0, may_be_missing: true };
    let expected = failed("env of `SECRET` is not granted: add `uses env(\"SECRET\")` to plan.orch");
    assert_eq!(world.perform_as(Purpose::Look, variable("SECRET")).await, expected);
}
