//! Secrets: what an effect is given that needs one, and what is seen of it.

use std::{fs, sync::Arc};

use orch::{
    ir::{Grant, Input, PathRef, Process, Request, Script, SecretPlace, SecretRef, Text, UrlPart},
    machine::{EffectId, Outcome, Perform, Purpose},
    run::effects::{ModuleSite, Site},
};

use super::world::*;

/// May start `sh`, read two variables and a folder.
fn world() -> World {
    World::granting(vec![
        Grant::Exec(vec!["sh".into()]),
        Grant::Shell,
        Grant::Env(vec!["SECRET".into(), "REGION".into(), "GONE".into()]),
        Grant::File(vec!["keys/".into()]),
    ])
}

fn variable(name: &str) -> SecretRef {
    SecretRef::whole(SecretPlace::Env(name.into()), 0)
}

fn file(path: &str) -> SecretRef {
    SecretRef::whole(SecretPlace::File(PathRef { path: path.into(), origin: 0 }), 0)
}

fn text(secret: SecretRef) -> Text {
    Text::Secret(Arc::new(secret))
}

/// A script in whose environment `TOKEN` is a secret.
fn with_token(secret: SecretRef, script: &str) -> Request {
    let env = [("TOKEN".to_owned(), text(secret))].into();
    Request::Exec(Process { env, ..process("sh", &["-c", script]) })
}

/// The length of the secret tells that it was there, though nobody may see it.
const LENGTH: &str = "printf %s \"$TOKEN\" | wc -c";

#[tokio::test]
async fn a_secret_reaches_the_process_and_its_name_stands_for_it_in_all_that_comes_back() {
    let world = world();
    assert_eq!(world.perform(with_token(variable("SECRET"), LENGTH)).await, ok("4\n"));
    let outcome = world.perform(with_token(variable("SECRET"), "echo $TOKEN; echo \"bad $TOKEN\" >&2")).await;
    let expected = Outcome::Ok { output: "[secret SECRET]\n".into(), printed: "bad [secret SECRET]\n".into() };
    assert_eq!(outcome, expected);
    let failing = world.perform(with_token(variable("SECRET"), "echo \"bad $TOKEN\"; exit 3")).await;
    let expected = Outcome::failed("exit 3", "bad [secret SECRET]\n".to_owned());
    assert_eq!(failing, expected);
}

#[tokio::test]
async fn a_file_is_read_without_its_last_line_break_anew_for_each_effect() {
    let world = world();
    fs::create_dir(world.path("keys")).unwrap();
    for (content, length) in [("hush", "4\n"), ("hush\n", "4\n"), ("hush\r\n", "4\n"), ("hush!\n\n", "6\n")] {
        fs::write(world.path("keys/token"), content).unwrap();
        assert_eq!(world.perform(with_token(file("keys/token"), LENGTH)).await, ok(length), "{content:?}");
    }
}

#[tokio::test]
async fn texts_and_secrets_are_joined_unseen() {
    let world = world();
    let stdin: Input = ["<".into(), text(variable("SECRET")), ">".into()].into_iter().collect();
    let cat = |script: &str| Request::Exec(Process { stdin: Some(stdin.clone()), ..process("sh", &["-c", script]) });
    assert_eq!(world.perform(cat("cat")).await, ok("<[secret SECRET]>"));
    assert_eq!(world.perform(cat("wc -c")).await, ok("6\n"));
}

#[tokio::test]
async fn a_script_is_given_secrets_as_a_process_is() {
    let env = [("TOKEN".to_owned(), text(variable("SECRET")))].into();
    let source = format!("{LENGTH}; echo $TOKEN");
    let script =
        Script { source, words: vec![], module: 0, env, stdin: Some(text(variable("SECRET")).into()), cwd: None };
    assert_eq!(world().perform(Request::Shell(script)).await, ok("4\n[secret SECRET]\n"));
}

#[tokio::test]
async fn one_that_can_t_be_read_keeps_its_effect_from_beginning() {
    let world = world();
    fs::create_dir(world.path("keys")).unwrap();
    fs::write(world.path("keys/odd"), b"ab\xff").unwrap();
    let check = async |secret: SecretRef, expected: &str| {
        assert_eq!(world.perform(with_token(secret, "touch happened")).await, failed(expected));
    };
    check(variable("GONE"), "secret env(\"GONE\"): the variable is not set").await;
    check(file("keys/none"), "secret file(\"keys/none\"): not found").await;
    check(file("keys/odd"), "secret file(\"keys/odd\"): not UTF-8 at byte 2").await;
    check(file("keys/"), "secret file(\"keys/\"): not a file").await;
    assert!(!world.path("happened").exists());
}

#[tokio::test]
async fn a_secret_needs_its_grant_like_what_it_is_read_from() {
    let world = world();
    let check = async |secret: SecretRef, expected: &str| {
        assert_eq!(world.perform(with_token(secret, "touch happened")).await, failed(expected));
    };
    check(variable("HOME"), "env of `HOME` is not granted: add `uses env(\"HOME\")` to plan.orch").await;
    let outside = "file of `keys/../plan` is not granted: add `uses file(\"keys/../plan\")` to plan.orch";
    check(file("keys/../plan"), outside).await;
    assert!(!world.path("happened").exists());
}

#[tokio::test]
async fn a_variable_that_is_a_secret_reaches_only_who_is_given_it() {
    let world = world();
    let shown = "echo \"$REGION|$SECRET\"";
    assert_eq!(world.sh(shown).await, ok("eu|hush\n"), "nobody has said that it is one");
    world.perform(with_token(variable("SECRET"), "true")).await;
    assert_eq!(world.sh(shown).await, ok("eu|\n"));
}

#[tokio::test]
async fn what_one_effect_was_given_another_does_not_show() {
    let world = world();
    assert_eq!(world.perform(with_token(variable("SECRET"), "printf %s $TOKEN > kept")).await, ok(""));
    assert_eq!(world.sh("cat kept").await, ok("[secret SECRET]"));
}

#[tokio::test]
async fn a_secret_is_hidden_across_the_pieces_in_which_a_process_prints_it() {
    let world = world();
    let script = "printf hu; sleep 0.05; printf sh; head -c 5000 /dev/zero | tr '\\0' x; printf hush >&2; \
                  head -c 4094 /dev/zero | tr '\\0' y >&2; exit 1";
    let outcome = world.perform(with_token(variable("SECRET"), script)).await;
    let Outcome::Failed { printed, .. } = &outcome else { panic!("{outcome:?}") };
    assert!(printed.starts_with("T]yyy"), "what is cut is the name: {}", &printed[..10]);
}

/// What asks for a server, and is told of none, takes the one of this machine.
#[tokio::test]
async fn parts_of_what_is_no_url_are_not_given() {
    let outcome = world().perform(with_token(variable("SECRET").part(UrlPart::Host), LENGTH)).await;
    let expected = "secret env(\"SECRET\") is no URL, like `postgresql://user:password@host/database`";
    assert_eq!(outcome, Outcome::failed(expected, String::new()));
}

#[tokio::test]
async fn parts_of_a_url_are_given_and_its_password_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let grants = vec![Grant::Exec(vec!["sh".into()]), Grant::Env(vec!["URL".into()])];
    let modules = vec![ModuleSite { name: "plan.orch".into(), folder: folder.path().into(), grants }];
    let mut environment = environment();
    environment.push(("URL".into(), "postgres://ann:p%40ss@db:1/shop".into()));
    let world = World::at(Site { modules, environment, ..Site::default() }, folder);
    let part = |part: UrlPart| text(variable("URL").part(part));
    let env = [
        ("USER".to_owned(), part(UrlPart::User)),
        ("PASSWORD".to_owned(), part(UrlPart::Password)),
        ("PLACE".to_owned(), part(UrlPart::Host)),
    ];
    let script = "echo $USER $PASSWORD $PLACE ${#PASSWORD}";
    let request = Request::Exec(Process { env: env.into(), ..process("sh", &["-c", script]) });
    assert_eq!(world.perform(request).await, ok("ann [secret URL] db 4\n"));
}

#[tokio::test]
async fn an_empty_secret_is_given_and_hides_nothing() {
    let world = world();
    fs::create_dir(world.path("keys")).unwrap();
    fs::write(world.path("keys/empty"), "\n").unwrap();
    assert_eq!(world.perform(with_token(file("keys/empty"), "echo \"<$TOKEN>\"")).await, ok("<>\n"));
}

#[tokio::test]
async fn a_secret_with_a_nul_is_no_variable_and_is_not_shown() {
    let world = world();
    fs::create_dir(world.path("keys")).unwrap();
    fs::write(world.path("keys/odd"), "hush\0hush").unwrap();
    let expected = failed("`TOKEN` has a NUL character, which no variable can have");
    assert_eq!(world.perform(with_token(file("keys/odd"), "true")).await, expected);
}

#[tokio::test]
async fn a_file_that_is_read_does_not_show_the_secret_in_it() {
    let world = world();
    fs::create_dir(world.path("keys")).unwrap();
    fs::write(world.path("keys/config"), "{\"token\": \"hush\"}").unwrap();
    world.perform(with_token(variable("SECRET"), "true")).await;
    assert_eq!(world.perform_as(Purpose::Look, read("keys/config")).await, ok("{\"token\": \"[secret SECRET]\"}"));
}

#[test]
fn what_is_shown_for_finding_bugs_has_no_secret() {
    let site = Site { environment: environment(), ..Site::default() };
    let perform = Perform { effect: EffectId(1), ..asked(Purpose::Do, with_token(variable("SECRET"), "true")) };
    assert!(!format!("{site:?}{perform:?}").contains("hush"));
}
