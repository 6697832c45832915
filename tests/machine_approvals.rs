//! What an approval is for: an answer to something else is none.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Entry, Event, Machine, Status, Timestamp, WaitOn, Word};
use serde_json::json;
use support::actions::{ACTIONS, address, ended, say, well};
use support::{World, program};

/// A run that has asked, of a program that is written so.
fn asked(text: &str) -> World {
    let mut world = World::start(&format!("{ACTIONS}\n{text}"), json!({ "size": 3 }), well);
    world.run_until(1_000_000);
    world
}

/// What is asked there.
fn digest(world: &World) -> String {
    match &world.machine.waits()[0].on {
        WaitOn::Person { digest: Some(digest), .. } => digest.to_string(),
        other => panic!("nothing is asked: {other:?}"),
    }
}

const PLAN: &str = "fn doubled(n: Int) -> Int = n * 2 \
    plan p(size: Int) { let m = doubled(size) approve go \"all {size}?\" by \"us\" step x = a() run q() } \
    plan q() { step y = b() } plan other() { step z = c() }";

#[test]
fn it_changes_with_what_is_asked_and_what_would_run_and_what_is_seen() {
    let before = digest(&asked(PLAN));
    for (from, to) in [
        ("all {size}?", "everything?"),
        ("by \"us\"", "by \"them\""),
        ("step x = a()", "step x = c()"),
        ("step y = b()", "step y = c()"),
        ("n * 2", "n * 3"),
        ("run q()", "run q() step last = a()"),
    ] {
        let after = digest(&asked(&PLAN.replace(from, to)));
        assert_ne!(before, after, "`{from}` is `{to}`");
    }
    let actions = ACTIONS.replace("[\"a\"]", "[\"A\"]");
    let mut other = World::start(&format!("{actions}\n{PLAN}"), json!({ "size": 3 }), well);
    other.run_until(1_000_000);
    assert_ne!(before, digest(&other), "what an action does");
}

#[test]
fn it_does_not_change_with_what_is_beside_it_or_was_before() {
    let before = digest(&asked(PLAN));
    for (from, to) in [
        ("plan p", "\n\n// a comment\nplan p"),
        ("plan other() { step z = c() }", "plan other() { step z = d() }"),
        ("fn doubled", "fn first(n: Int) -> Int = n plan p0() { let x = first(1) verify x > 0 } fn doubled"),
    ] {
        let text = PLAN.replace(from, to);
        let program = program(&format!("{ACTIONS}\n{text}"));
        let mut world = World::new(program, well);
        let inputs = json!({ "size": 3 }).as_object().cloned().unwrap_or_default();
        world.event(Event::Started { run: "test".into(), plan: "p".into(), inputs, deepest: None });
        world.run_until(1_000_000);
        assert_eq!(before, digest(&world), "`{from}` is `{to}`");
    }
}

#[test]
fn a_text_that_looks_like_a_place_is_a_text() {
    let text =
        |said: &str| PLAN.replace("step x = a()", &format!("step x = un(\"Span \\{{ {said} }}\") compensate nothing"));
    assert_ne!(digest(&asked(&text("1"))), digest(&asked(&text("2"))));
}

#[test]
fn an_answer_to_something_else_is_refused() {
    let mut world = asked(PLAN);
    let digest = digest(&world);
    let approve = |digest: &str| Word::Approve { address: address("go"), digest: Some(digest.into()) };
    let refused = |world: &mut World, said: &str| {
        let event = Event::Operator { word: approve(said), who: "mia".into(), why: None };
        world.machine.step(Timestamp(world.now), event).expect_err("it is for something else")
    };
    let short = &digest[..12];
    for wrong in ["0123456789abcdef", &digest[..7], ""] {
        let refused = refused(&mut world, wrong);
        assert_eq!(refused.reason, format!("what would run has changed since: `go` asks for `{short}`, not `{wrong}`"));
        assert_eq!(refused.instead, [format!("approve go --digest {short}"), "refuse go".to_owned()]);
    }
    say(&mut world, approve(short));
    assert!(matches!(world.status(), Status::Ended(..)), "{:?}", world.status());
}

#[test]
fn a_journal_of_before_there_were_digests_is_replayed() {
    let mut world = asked(PLAN);
    world.event(Event::Operator {
        word: Word::Approve { address: address("go"), digest: None },
        who: "mia".into(),
        why: None,
    });
    world.run();
    let mut machine = Machine::new(program(&format!("{ACTIONS}\n{PLAN}")));
    for mut record in world.records {
        for entry in &mut record.then {
            if let Entry::Asked { digest, .. } = entry {
                *digest = None;
            }
        }
        machine.replay(&record).expect("it fits");
    }
    assert_eq!(machine.status(), ended(orch::machine::Ending::Completed));
}

#[test]
fn what_was_told_then_is_what_is_asked_for() {
    let world = asked(PLAN);
    let mut machine = Machine::new(program(&format!("{ACTIONS}\n{PLAN}")));
    for mut record in world.records {
        for entry in &mut record.then {
            if let Entry::Asked { digest, .. } = entry {
                *digest = Some("computed otherwise by another version".into());
            }
        }
        machine.replay(&record).expect("it fits");
    }
    let word = Word::Approve { address: address("go"), digest: Some("computed otherwise".into()) };
    machine.step(Timestamp(1), Event::Operator { word, who: "mia".into(), why: None }).expect("it is for that");
}
