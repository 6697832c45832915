//! `shell`: a value is a word of the script, whatever is in it.

use std::sync::Arc;

use orch::{
    ir::{Grant, PathRef, Request, Script},
    machine::{EffectId, Outcome, Perform, Purpose},
    run::Effects,
};

use super::world::*;

fn world() -> World {
    World::granting(vec![Grant::Shell])
}

fn script(source: &str, words: &[&str]) -> Script {
    let words = words.iter().map(|word| word.to_string()).collect();
    Script { source: source.into(), words, module: 0, env: [].into(), stdin: None, cwd: None }
}

fn shell(source: &str, words: &[&str]) -> Request {
    Request::Shell(script(source, words))
}

#[tokio::test]
async fn a_value_does_not_change_the_command_around_it() {
    let world = world();
    let values = [
        "plain",
        "",
        "two words",
        " \t ",
        "it's",
        "\"quoted\"",
        "'; touch happened; '",
        "\"; touch happened; \"",
        "$(touch happened)",
        "`touch happened`",
        "${1}${2} $HOME $$",
        "a\n touch happened\nb",
        "back\\slash\\",
        "* ? [a-z] ~ {a,b}",
        "-n",
        "--",
        "-c",
        "a; b & c | d > happened",
        "# no comment",
        "!!",
        "%s %d",
        "naïve 漢字 \u{202e}",
        "\u{1}\u{1b}[31m\r\n",
    ];
    for value in values {
        let each =
            world.perform(shell("printf '[%s]' \"${1}\" x\"${1}\"y \"$(printf '%s' \"${1}\")\"", &[value])).await;
        let substituted = value.trim_end_matches('\n');
        assert_eq!(each, ok(&format!("[{value}][x{value}y][{substituted}]")), "{value:?}");
    }
    let files: Vec<_> = std::fs::read_dir(world.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["children"]);
}

#[tokio::test]
async fn each_value_stays_one_word_in_its_own_place() {
    let world = world();
    let words: Vec<String> = (1..=12).map(|number| format!("word {number}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(world.perform(shell("echo $#; echo \"${12}|${1}\"", &words)).await, ok("12\nword 12|word 1\n"));
}

#[tokio::test]
async fn a_script_that_begins_like_an_option_is_a_script() {
    let outcome = world().perform(shell("-x 2>&1", &[])).await;
    assert!(matches!(&outcome, Outcome::Failed { reason, .. } if reason == "exit 127"), "{outcome:?}");
}

#[tokio::test]
async fn a_value_that_no_program_can_be_given_is_refused() {
    let expected = failed("sh: \"a\\0b\" has a NUL character, which no program can be given");
    assert_eq!(world().perform(shell("touch happened", &["a\0b"])).await, expected);
    let too_long = "x".repeat(200_000);
    let outcome = world().perform(shell("true", &[&too_long])).await;
    assert!(matches!(&outcome, Outcome::Failed { reason, .. } if reason.starts_with("sh: Argument list too long")));
}

#[tokio::test]
async fn a_script_has_its_input_its_variables_its_key_and_its_folder() {
    let world = world();
    std::fs::create_dir(world.path("in")).unwrap();
    let request = Request::Shell(Script {
        env: [("MODE".to_owned(), "fast".into())].into(),
        stdin: Some("given\n".into()),
        cwd: Some(PathRef { path: "in".into(), origin: 0 }),
        ..script("cat; echo $MODE $ORCH_IDEMPOTENCY_KEY $SECRET; basename \"$PWD\"", &[])
    });
    assert_eq!(world.perform(request).await, ok("given\nfast k7f2-1/hold\nin\n"));
}

#[tokio::test]
async fn the_end_of_a_script_is_that_of_a_process() {
    let world = world();
    let expected = Outcome::failed("exit 3", "offline\n".to_owned());
    assert_eq!(world.perform(shell("echo offline >&2; exit 3", &[])).await, expected);
    assert_eq!(world.perform(shell("kill -9 $$", &[])).await, unknown("killed by signal 9 (SIGKILL)"));
    let half = world.perform(shell("if", &[])).await;
    assert!(matches!(&half, Outcome::Failed { reason, .. } if reason == "exit 2"), "{half:?}");
}

#[tokio::test]
async fn a_stopped_script_ends_with_all_that_it_started() {
    let world = world();
    let child = world.path("child");
    let source = "sleep 100 & echo $! > \"${1}.new\"; mv \"${1}.new\" \"${1}\"; wait";
    let request = shell(source, &[child.to_str().unwrap()]);
    let ended = tokio::spawn(Arc::clone(&world.effects).perform(asked(Purpose::Do, request)));
    until("the child of the script runs", || child.exists()).await;
    let pid = std::fs::read_to_string(&child).unwrap();
    world.effects.stop(EffectId(1));
    assert_eq!(ended.await.unwrap(), unknown("killed by signal 15 (SIGTERM)"));
    until("the child of the script has ended", || !alive(&pid)).await;
}

#[tokio::test]
async fn a_script_whose_output_nobody_wants_may_print_anything() {
    let world = world();
    let unread = Perform { wants_output: false, ..asked(Purpose::Do, shell("printf 'ab\\377'", &[])) };
    let outcome = Arc::clone(&world.effects).perform(unread).await;
    assert!(matches!(outcome, Outcome::Ok { output, .. } if output.is_empty()));
}
