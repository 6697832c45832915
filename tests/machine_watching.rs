//! What is watched: guards, gates and what they do, pauses, and what operators say to a rollout.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Event, Record, Status, Timestamp, WaitOn, Word};
use support::actions::{but_bad, crash_everywhere, ended, say, seconds, well, world};
use support::{Answer, World, fails, ok};

const HOUR: i64 = 3_600_000_000_000;

fn failure(world: &World) -> (String, String) {
    let (address, reason) = world.machine.failure().expect("it failed");
    (address.to_string(), reason.to_owned())
}

/// `holds` answers so, look after look, and then with the last for ever.
fn holding(answers: &'static [&'static str]) -> impl FnMut(&str, usize) -> Answer + 'static {
    move |words, count| match words {
        "holds" => match answers[count.min(answers.len() - 1)] {
            "no answer" => fails("no answer"),
            answer => ok(answer),
        },
        words => but_bad(words, count),
    }
}

mod guards {
    use super::*;

    const PLAN: &str = "plan p() { step w = a() phase q { guard up: holds() every 10m tolerate 1 step x = b() wait 1h \
                        step y = c() } step v = d() }";

    /// Who is called at night must not look for what did not happen.
    #[test]
    fn one_that_has_no_answer_does_not_say_that_it_does_not_hold() {
        for (answer, said) in [("no answer", "`holds()` could not be found out"), ("false", "too many errors")] {
            let answers: &'static [&'static str] = if answer == "false" { &["false"] } else { &["no answer"] };
            let mut world =
                world("plan p() { guard up: holds() every 10m else \"too many errors\" wait 1h }", holding(answers));
            let journal = world.run_until(HOUR / 2).journal().join("\n");
            assert!(journal.contains(&format!("reason: \"{said}")), "{journal}");
            assert_eq!(journal.contains("too many errors"), answer == "false", "{journal}");
        }
    }

    /// A later version may say better why.
    #[test]
    fn a_journal_that_says_why_in_other_words_replays() {
        let mut world = world("plan p() { guard up: holds() every 10m wait 1h }", holding(&["false"]));
        world.run();
        let text = |record: &Record| serde_json::to_string(record).expect("a record is JSON");
        let other = |text: String| text.replace("`holds()` does not hold", "it was not so");
        let records: Vec<String> = world.records.iter().map(text).collect();
        let others: Vec<String> = records.iter().cloned().map(other).collect();
        assert_ne!(records, others);
        let mut machine = orch::machine::Machine::new(world.machine.shared_program());
        for record in others {
            machine.replay(&serde_json::from_str(&record).expect("a record")).expect("the same entries");
        }
        assert_eq!(machine.status(), world.status());
    }

    #[test]
    fn one_looks_at_once_and_then_again_and_again() {
        let mut world = world(PLAN, holding(&["true"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a", "b", "c", "d"]);
        let journal = world.journal();
        let verdicts = journal.iter().filter(|entry| entry.starts_with("Verdict")).count();
        assert!((6..=7).contains(&verdicts), "{verdicts}");
        let first = journal.iter().position(|entry| entry.starts_with("Verdict")).expect("a verdict");
        let next = journal.iter().position(|entry| entry.starts_with("Entered") && entry.contains("q/x"));
        assert!(Some(first) < next, "before the next statement");
    }

    #[test]
    fn its_failure_is_that_of_its_scope() {
        let mut world = world(PLAN, holding(&["true", "false", "true", "false", "false"]));
        world.run();
        assert_eq!(failure(&world), ("q/up".into(), "`holds()` does not hold (holds() = false)".into()));
        assert_eq!(seconds(world.now), 4 * 600);
        assert_eq!(world.effects(), ["a", "b", "un b", "un a"]);
    }

    #[test]
    fn it_ends_with_its_scope() {
        let plan = "plan p() { phase q { guard up: holds() every 10m step x = b() } wait 5h }";
        let mut world = world(plan, holding(&["true", "false"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(seconds(world.now), 5 * 3600);
    }

    #[test]
    fn it_ends_when_the_phase_begins_that_it_names() {
        let plan = "plan p() { guard up: holds() every 10m until r phase q { wait 25m } phase r { wait 5h } }";
        let mut world = world(plan, holding(&["true", "true", "true", "false"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn an_attempt_around_its_scope_catches_it_and_one_inside_does_not() {
        let around = "plan p() { attempt { guard up: holds() every 10m step x = a() wait 1h } else { step y = b() } }";
        let mut caught = world(around, holding(&["true", "false"]));
        caught.run();
        assert_eq!(caught.effects(), ["a", "un a", "b"]);
        let inside = "plan p() { guard up: holds() every 10m attempt { step x = a() wait 1h } else { step y = b() } }";
        let mut not_caught = world(inside, holding(&["true", "false"]));
        not_caught.run();
        assert_eq!(not_caught.status(), ended(Ending::Compensated));
        assert_eq!(not_caught.effects(), ["a", "un a"]);
    }

    #[test]
    fn without_an_answer_it_pauses_and_the_next_statement_does_not_begin() {
        let mut world = world(PLAN, holding(&["no answer", "no answer", "no answer", "true"]));
        world.run_until(HOUR);
        assert_eq!(world.status(), Status::Paused);
        assert_eq!(world.effects(), ["a"]);
        say(&mut world, Word::Resume);
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn it_watches_again_after_a_halt() {
        let plan = "plan p() { guard up: holds() every 10m commit \"half\" wait 1h step z = bad() step y = b() }";
        let mut world = world(plan, |words, count| match words {
            "bad" if count == 0 => fails("no"),
            words => well(words, count),
        });
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        let before = world.journal().iter().filter(|entry| entry.starts_with("Verdict")).count();
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        let after = world.journal().iter().filter(|entry| entry.starts_with("Verdict")).count();
        assert!(after >= before + 6, "{before}, {after}");
    }
}

mod pauses {
    use super::*;

    #[test]
    fn nothing_new_starts_and_what_is_limited_stands_still() {
        let plan = "plan p() { phase q timeout 2h { step x = a() wait 1h step y = b() wait 30m step w = c() } }";
        let mut world = world(plan, well);
        world.run_until(HOUR / 2);
        say(&mut world, Word::Pause);
        world.run_until(10 * HOUR);
        assert_eq!(world.status(), Status::Paused);
        assert_eq!(world.effects(), ["a"]);
        let waits = world.machine.waits();
        assert!(waits.iter().any(|wait| matches!(wait.on, WaitOn::Paused { .. })), "{waits:?}");
        say(&mut world, Word::Resume);
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a", "b", "c"]);
    }

    #[test]
    fn a_cancel_is_not_held() {
        let mut world = world("plan p() { step x = a() wait 1h step y = b() }", well);
        world.run_until(HOUR / 2);
        say(&mut world, Word::Pause);
        let pause = Event::Operator { word: Word::Pause, who: "test".into(), why: None };
        let refused = world.machine.step(Timestamp(world.now), pause.clone()).expect_err("it is paused");
        assert_eq!(refused.reason, "the run is paused already: paused by test");
        // Journals of a time before that have a second pause, which did nothing.
        let second = Record { at: Timestamp(world.now), event: pause, then: Vec::new() };
        world.machine.replay(&second).expect("it is as it was");
        assert_eq!(world.status(), Status::Paused);
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un a"]);
        let word = Event::Operator { word: Word::Resume, who: "test".into(), why: None };
        let refused = world.machine.step(Timestamp(world.now), word).expect_err("it is over");
        assert_eq!(refused.reason, "the run is not paused");
    }

    #[test]
    fn what_fails_while_it_is_paused_is_undone() {
        let plan = "plan p() { step x = a() phase q { step y = once() timeout 10s } phase r after start { wait 1h } }";
        let mut world = world(plan, |words, count| if words == "once" { Answer::Hangs } else { well(words, count) });
        world.run_until(1);
        say(&mut world, Word::Pause);
        assert_eq!(world.status(), Status::Paused, "its time stands still");
        say(&mut world, Word::Resume);
        assert_eq!(world.status(), Status::Stuck);
    }
}

mod rollouts {
    use super::*;

    fn plan(reaction: &str) -> String {
        format!(
            "plan p() {{ step x = a() rollout t as share 1% for 1h -> 10% for 1h -> 100% for 1h {{ \
             step s = set(share) gate up: holds() every 20m {reaction} }} compensate set(0%) step y = b() }}"
        )
    }

    #[test]
    fn a_gate_that_steps_back_runs_the_stage_before_again_and_undoes_nothing() {
        let mut world = world(&plan("on fail step_back"), holding(&["true", "true", "true", "false", "true"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a", "set 1%", "set 10%", "set 1%", "set 10%", "set 100%", "b"]);
        assert_eq!(world.done[3].2, "test/t[1%25]~2/s");
    }

    #[test]
    fn at_the_first_stage_and_after_twice_it_is_undone() {
        let mut first = world(&plan("on fail step_back"), holding(&["false"]));
        first.run();
        assert_eq!(first.effects(), ["a", "set 1%", "set 0%", "un a"]);
        let up_and_down =
            &["true", "true", "true", "false", "true", "true", "true", "false", "true", "true", "true", "false"];
        let mut often = world(&plan("on fail step_back"), holding(up_and_down));
        often.run();
        let shares = ["set 1%", "set 10%", "set 1%", "set 10%", "set 1%", "set 10%", "set 0%"];
        assert_eq!(often.effects()[1..8], shares);
        assert_eq!(often.status(), ended(Ending::Compensated));
    }

    #[test]
    fn a_gate_that_pauses_asks_a_person() {
        let mut world = world(&plan("on fail pause"), holding(&["true", "false", "true"]));
        world.run_until(20 * HOUR);
        assert_eq!(world.status(), Status::Paused);
        assert_eq!(world.effects(), ["a", "set 1%"]);
        say(&mut world, Word::Resume);
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn a_hold_counts_no_time_in_a_pause() {
        let mut world = world(&plan(""), holding(&["true"]));
        world.run_until(HOUR / 2);
        say(&mut world, Word::Pause);
        world.run_until(20 * HOUR);
        say(&mut world, Word::Resume);
        assert_eq!(world.status(), ended(Ending::Completed));
        let spent = seconds(world.now) - 20 * 3600;
        assert!((2 * 3600 + 1800..=2 * 3600 + 2400 + 600).contains(&spent), "{spent}");
    }

    #[test]
    fn an_operator_promotes_and_aborts() {
        let mut world = world(&plan(""), holding(&["true"]));
        world.run_until(HOUR / 2);
        world.event(Event::Operator { word: Word::Promote { address: None }, who: "ann".into(), why: None });
        world.run_until(HOUR / 2 + 60_000_000_000);
        assert_eq!(world.effects(), ["a", "set 1%", "set 10%"]);
        let word = Word::Abort { address: Some(support::actions::address("t")) };
        world.event(Event::Operator { word, who: "ann".into(), why: Some("enough".into()) });
        world.run();
        assert_eq!(failure(&world), ("t".into(), "aborted by ann: enough".into()));
        assert_eq!(world.effects(), ["a", "set 1%", "set 10%", "set 0%", "un a"]);
    }

    #[test]
    fn there_must_be_something_to_promote() {
        let mut world = world("plan p() { wait 1h }", well);
        let event = Event::Operator { word: Word::Promote { address: None }, who: "ann".into(), why: None };
        let refused = world.machine.step(Timestamp(world.now), event).expect_err("nothing is held");
        assert_eq!(refused.reason, "nothing is held");
    }
}

#[test]
fn crashes_change_nothing() {
    let points = crash_everywhere(
        &[
            "plan p() { guard up: holds() every 10m step x = a() wait 1h step y = b() step z = bad() }",
            "plan p() { attempt { guard r: rate() < 1% every 10m step x = a() wait 1h step z = bad() } \
             else { step y = b() } }",
            "plan p() { rollout t as share 1% for 1h -> 10% for 1h { step s = set(share) guard up: holds() every 7m \
             gate rate() < 1% every 20m on fail pause } compensate set(0%) step z = bad() }",
        ],
        but_bad,
    );
    assert!(points > 60, "only {points} points");
}
