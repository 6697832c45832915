//! What waits: for people, for something to hold, and for how long at most.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Event, Status, Timestamp, WaitOn, Word};
use serde_json::{Value as Json, json};
use support::actions::{address, but_bad, ended, say, seconds, well, world};
use support::{Answer, World, ok};

fn done(at: &str, value: Json) -> Word {
    Word::Done { address: address(at), value }
}

fn approve(at: &str) -> Word {
    Word::Approve { address: address(at), digest: None }
}

fn refuse(at: &str) -> Word {
    Word::Refuse { address: address(at) }
}

fn choose(at: &str, option: &str) -> Word {
    Word::Choose { address: address(at), option: option.into() }
}

/// Why a word is refused, and what could be said instead.
fn refused(world: &mut World, word: Word) -> (String, Vec<String>) {
    let before = (world.status(), world.machine.waits());
    let event = Event::Operator { word, who: "test".into(), why: None };
    let refused = world.machine.step(Timestamp(world.now), event).expect_err("it is not legal");
    assert_eq!((world.status(), world.machine.waits()), before, "a refused word changes nothing");
    (refused.reason, refused.instead)
}

fn failure(world: &World) -> (String, String) {
    let (address, reason) = world.machine.failure().expect("it failed");
    (address.to_string(), reason.to_owned())
}

mod tasks {
    use super::*;

    const PLAN: &str = "plan p() -> Int { step x = a() \
        task count: Int \"Count the sheep\" by \"shepherds\" step y = b() return count }";

    #[test]
    fn a_task_waits_until_it_is_reported_done_with_a_value() {
        let mut world = world(PLAN, well);
        world.run();
        assert_eq!(world.status(), Status::Waiting);
        let waits = world.machine.waits();
        let WaitOn::Person { text, by, expects, .. } = &waits[0].on else { panic!("{waits:?}") };
        assert_eq!((text.as_str(), by.as_str(), expects.as_str()), ("Count the sheep", "shepherds", "Int"));
        say(&mut world, done("count", json!(7)));
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(7)));
    }

    #[test]
    fn a_report_that_does_not_fit_is_refused_before_anything_happens() {
        let mut world = world(PLAN, well);
        world.run();
        let (reason, instead) = refused(&mut world, done("count", json!("many")));
        assert!(reason.starts_with("what it reports does not fit:"), "{reason}");
        assert_eq!(instead, ["done count with a value of type Int"]);
        assert_eq!(refused(&mut world, approve("count")).0, "`count` is a task");
        let expected = (
            "nothing is asked at `cuont`".to_owned(),
            vec!["done count with a value of type Int".into(), "refuse count".into()],
        );
        assert_eq!(refused(&mut world, done("cuont", json!(7))), expected);
    }

    #[test]
    fn what_comes_late_or_twice_is_refused() {
        let plan = PLAN.replace("step y", "wait 1h step y");
        let mut world = super::world(&plan, well);
        world.run();
        world.event(Event::Operator { word: done("count", json!(7)), who: "ann".into(), why: None });
        assert_eq!(refused(&mut world, done("count", json!(8))).0, "nothing is asked at `count` any more");
        world.run();
        assert_eq!(refused(&mut world, done("count", json!(8))).0, "the run is over");
    }

    #[test]
    fn a_task_without_a_type_reports_no_value() {
        let mut world = world("plan p() { task tidy \"Tidy up\" by \"all\" }", well);
        world.run();
        assert_eq!(refused(&mut world, done("tidy", json!(1))).0, "the task `tidy` reports no value");
        say(&mut world, done("tidy", json!(null)));
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn a_task_that_is_refused_fails() {
        let mut world = world(PLAN, well);
        world.run();
        world.event(Event::Operator { word: refuse("count"), who: "ann".into(), why: Some("no sheep".into()) });
        world.run();
        assert_eq!(failure(&world), ("count".into(), "refused by ann: no sheep".into()));
        assert_eq!(world.effects(), ["a", "un a"]);
    }

    #[test]
    fn what_was_done_by_hand_is_undone_as_the_task_says() {
        let plan =
            "plan p() { step x = a() task t: String \"?\" by \"all\" compensate un(t) step y = b() step z = bad() }";
        let mut world = world(plan, but_bad);
        world.run();
        say(&mut world, done("t", json!("hand")));
        assert_eq!(world.effects(), ["a", "b", "un b", "un hand", "un a"]);
    }

    #[test]
    fn a_cancel_withdraws_it() {
        let mut world = world(PLAN, well);
        world.run();
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(refused(&mut world, done("count", json!(7))).0, "the run is over");
    }
}

mod approvals {
    use super::*;

    const PLAN: &str = "plan p() { step x = a() approve go \"Shall we?\" by \"leads\" timeout 7d step y = b() }";

    #[test]
    fn a_yes_goes_on_and_a_no_undoes() {
        let mut yes = world(PLAN, well);
        yes.run_until(1);
        say(&mut yes, approve("go"));
        assert_eq!(yes.effects(), ["a", "b"]);
        let mut no = world(PLAN, well);
        no.run_until(1);
        say(&mut no, refuse("go"));
        assert_eq!(failure(&no), ("go".into(), "refused by test".into()));
        assert_eq!(no.effects(), ["a", "un a"]);
    }

    #[test]
    fn nobody_answers_for_ever() {
        let mut world = world(PLAN, well);
        world.run();
        assert_eq!(failure(&world), ("go".into(), "no end after 1w".into()));
        assert_eq!(seconds(world.now), 7 * 86_400);
    }

    #[test]
    fn a_no_is_a_failure_that_an_attempt_catches() {
        let plan = "plan p() -> Bool { attempt { approve go \"Shall we?\" by \"leads\" } else as f \
                    { return f.kind is refused } return false }";
        let mut world = world(plan, well);
        world.run();
        say(&mut world, refuse("go"));
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(true)));
    }
}

mod decisions {
    use super::*;

    const PLAN: &str = "plan p() -> String { probe h = holds() decide path \"Which way?\" by \"leads\" { \
        option fast when h { step x = a() } option slow \"Step by step\" { step x = b() } } return path.x }";

    #[test]
    fn a_person_chooses_among_the_options_that_hold() {
        let mut world = world(PLAN, |words, count| if words == "holds" { ok("false") } else { well(words, count) });
        world.run();
        let waits = world.machine.waits();
        let WaitOn::Person { options, .. } = &waits[0].on else { panic!("{waits:?}") };
        assert_eq!(*options, [("slow".into(), Some("Step by step".into()))]);
        let expected = ("`fast` is no option of `path` that is open".to_owned(), vec!["choose path slow".into()]);
        assert_eq!(refused(&mut world, choose("path", "fast")), expected);
        say(&mut world, choose("path", "slow"));
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("b")));
    }
}

mod waiting {
    use super::*;

    #[test]
    fn it_looks_until_it_holds_though_there_be_no_answer() {
        let plan = "plan p() { wait until holds() every 10s }";
        let mut world = world(plan, |_, count| match count {
            0 => Answer::Fails("no".into()),
            1..4 => ok("false"),
            _ => ok("true"),
        });
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(seconds(world.now), 40);
    }

    #[test]
    fn a_timeout_ends_it_after_a_last_look() {
        let plan = "plan p() -> Bool { attempt { wait until holds() every 10s timeout 25s else \"late\" } else as f \
                    { return f.kind is timeout } return false }";
        let plan = plan.replace(" else \"late\"", "");
        let mut world = world(&plan, |_, _| ok("false"));
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(true)));
        assert_eq!(seconds(world.now), 25);
    }
}

mod limits {
    use super::*;

    #[test]
    fn a_phase_that_takes_too_long_fails_as_itself() {
        let plan = "plan p() { step x = a() phase q timeout 1h { step y = b() wait 2h } }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(failure(&world), ("q".into(), "no end after 1h".into()));
        assert_eq!(seconds(world.now), 3600);
        assert_eq!(world.effects(), ["a", "b", "un b", "un a"]);
    }

    #[test]
    fn what_ends_at_that_very_moment_has_made_it() {
        let mut world = world("plan p() { phase q timeout 1h { wait 1h } }", well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn the_earliest_one_around_it_holds_also_when_nobody_watched() {
        let plan = "plan p() -> String { attempt { phase q timeout 3h { run r() timeout 1h } } else as f \
                    { return f.address } return \"\" } plan r() { wait 2h }";
        let mut world = world(plan, well);
        world.now += 86_400_000_000_000;
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("q/r")));
    }

    #[test]
    fn a_timeout_from_outside_is_not_caught_inside() {
        let plan = "plan p() { phase q timeout 1h { attempt { step x = a() wait 2h } else { step y = b() } } }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un a"]);
    }

    #[test]
    fn the_way_back_has_all_its_time() {
        let plan = "plan p() { phase q timeout 1h { step x = a() step z = bad() } }";
        let script = |words: &str, count| match words {
            "un a" if count < 4 => Answer::Fails("busy".into()),
            words => but_bad(words, count),
        };
        let mut world = world(&plan.replace("1h", "2s"), script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(seconds(world.now), 1 + 2 + 4 + 8);
    }
}
