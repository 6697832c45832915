//! Secrets: nowhere but where they are needed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::project::{Ended, Project, ended};

const SECRET: &str = "correct-horse-battery";

const PLAN: &str = r#"
uses exec("sh"), shell, env("TOKEN", "REGION"), file("key")

probe seen(token: Secret) -> String = exec("sh", ["-c", "echo token=$TOKEN; echo key=$(cat); echo warn $TOKEN >&2"],
  env: { "TOKEN": token }, stdin: secret file("key"))

action keep(token: Secret) -> String = shell("printf %s \"$TOKEN\" > kept; echo $TOKEN >&2; echo {"done"}",
  env: { "TOKEN": token })
  idempotent
  compensate shell("echo undo $TOKEN; exit 3", env: { "TOKEN": token }) retry 0

plan p(token: Secret = secret env("TOKEN")) -> String {
  probe told = seen(token)
  step kept = keep(token)
  probe others: String = exec("sh", ["-c", "echo [$TOKEN] [$REGION]; cat kept"])
  step last = exec("sh", ["-c", "echo $T; echo lost $T >&2; exit 4"], env: { "T": token }) compensate nothing
  return "{told} {kept} {others}"
}
"#;

fn project() -> Project {
    let project = Project::new(PLAN);
    project.write("key", "staple-of-the-key\n");
    project
}

fn run(project: &Project, words: &[&str]) -> Ended {
    let command = project.command(words).env("TOKEN", SECRET).env("REGION", "eu").output().unwrap();
    ended(command)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let inside = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    inside.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_secret_stands_in_no_journal_and_is_said_by_no_command() {
    let project = project();
    let ran = run(&project, &["run", "plan.orch"]);
    ran.says(7, &["lost [secret TOKEN] (exit 4)"]);
    assert_eq!(project.read("kept"), SECRET, "it did reach the script");
    let id = project.run_id();
    let all = [
        ran,
        run(&project, &["show", &id]),
        run(&project, &["show", &id, "--json"]),
        run(&project, &["show", &id, "kept"]),
        run(&project, &["show", &id, "told"]),
        run(&project, &["show", &id, "last", "--json"]),
        run(&project, &["list", "--json"]),
        run(&project, &["inbox"]),
    ];
    all[4].prints(&["token=[secret TOKEN]", "key=[secret key]"]);
    for said in &all {
        let text = format!("{}{}", said.out, said.err);
        assert!(!text.contains(SECRET) && !text.contains("staple"), "{text}");
    }
    for file in files(&project.path(".orch")) {
        let bytes = fs::read(&file).unwrap();
        let holds = |secret: &str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!holds(SECRET) && !holds("staple"), "{}", file.display());
    }
}

#[test]
fn a_variable_that_is_a_secret_is_not_in_the_environment_of_other_processes() {
    let project = project();
    run(&project, &["run", "plan.orch"]).says(7, &[]);
    run(&project, &["show", &project.run_id(), "others"]).prints(&["[] [eu]", "[secret TOKEN]"]);
}

#[test]
fn a_secret_that_is_not_there_is_named_and_nothing_happens() {
    let project = project();
    let command = project.command(&["run", "plan.orch"]).env_remove("TOKEN").output().unwrap();
    ended(command).says(1, &["secret env(\"TOKEN\"): the variable is not set"]);
    fs::remove_file(project.path("key")).unwrap();
    run(&project, &["run", "plan.orch"]).says(1, &["secret file(\"key\"): not found"]);
    assert!(!project.path("kept").exists());
}

#[test]
fn a_secret_may_be_a_parameter_and_is_taken_up_anew() {
    let project = project();
    project.write("other", "another-staple\n");
    let plan = PLAN.replace("file(\"key\")\n\nprobe", "file(\"key\", \"other\")\n\nprobe");
    project.write("plan.orch", &plan);
    let words = ["run", "plan.orch", "--set", "token=file:other"];
    run(&project, &words).says(7, &["lost [secret other] (exit 4)"]);
    assert_eq!(project.read("kept"), "another-staple");
    project.write("other", "a-newer-staple\n");
    run(&project, &["retry", &project.run_id()]).says(7, &["undo [secret other]"]);
}

#[test]
fn what_is_given_in_place_of_a_secret_is_not_repeated() {
    let project = project();
    let given = run(&project, &["run", "plan.orch", "--set", "token=hunter2hunter2"]);
    given.says(2, &["`env:NAME` or `file:PATH`"]);
    assert!(!given.err.contains("hunter2") && !given.out.contains("hunter2"), "{given:?}");
}

/// Who answers a question may sit elsewhere than who has the secrets.
#[test]
fn a_run_is_not_taken_up_by_a_word_where_its_secrets_are_not() {
    let project = Project::new(
        r#"
uses exec("sh"), env("TOKEN")
action keep(token: Secret) = exec("sh", ["-c", "printf %s $T > kept"], env: { "T": token }) idempotent
plan p() {
  approve go "Shall we?" by "leads"
  step kept = keep(secret env("TOKEN")) compensate nothing
}
"#,
    );
    let without = |words: &[&str]| ended(project.command(words).env_remove("TOKEN").output().unwrap());
    without(&["run", "plan.orch"]).says(7, &["note: `TOKEN` is not set, which the program names as a secret"]);
    let id = project.run_id();
    let approved = without(&["approve", &id, "go"]);
    approved.says(6, &["`TOKEN` is not set", "what was said to it is kept", &format!("`TOKEN= orch resume {id}`")]);
    without(&["resume", &id]).says(6, &["`TOKEN` is not set"]);
    without(&["resume", "--due"]).says(6, &[&format!("run `{id}` is not taken up here: `TOKEN` is not set")]);
    assert!(!project.path("kept").exists());
    project.orch(&["show", &id]).prints(&["◷ ", " ann says yes to `go`  (not taken up yet)"]);
    project.orch(&["inbox"]).prints(&[&format!("ann says yes to `go`  (not taken up yet: orch resume {id})")]);
    run(&project, &["resume", &id]).says(0, &["says yes to `go`", "completed"]);
    assert!(!project.orch(&["show", &id]).out.contains("not taken up"));
    assert_eq!(project.read("kept"), SECRET);
}

#[test]
fn a_run_is_killed_wherever_its_secrets_are() {
    let project = Project::new(
        "uses env(\"TOKEN\")\nplan p(token: Secret = secret env(\"TOKEN\")) { approve go \"?\" by \"leads\" }",
    );
    run(&project, &["run", "plan.orch"]).says(7, &[]);
    let words = ["kill", &project.run_id(), "--because", "no more"];
    ended(project.command(&words).env_remove("TOKEN").output().unwrap()).says(11, &[]);
}
