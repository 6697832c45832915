//! What stands inside a compensation, or is done after a phase: attempts, guards, handlers.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Event, Status, Word};
use serde_json::json;
use support::actions::{crash_everywhere, ended, say, stuck_on, well, world};
use support::{Answer, fails};

/// All that is called so fails.
fn failing(what: &'static [&'static str]) -> impl FnMut(&str, usize) -> Answer + 'static {
    move |words: &str, count: usize| if what.contains(&words) { fails("no") } else { well(words, count) }
}

mod attempts {
    use super::*;

    const PLAN: &str = "plan p() { step w = a() phase q { step x = b() compensate nothing } compensate { \
        attempt { step y = c() step z = un(\"one\") compensate nothing } else as why { step v = un(\"other: {why.address}\") } \
        step u = un(\"rest\") } step last = bad() }";

    #[test]
    fn one_in_a_compensation_goes_another_way_and_then_the_compensation_goes_on() {
        let mut world = world(PLAN, failing(&["bad", "un one"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        // What was done inside it is undone before it goes the other way; its steps are tried as those of compensations.
        assert_eq!(world.effects(), ["a", "b", "c", "un c", "un other: q/undo/z", "un rest", "un a"]);
        let tries =
            world.journal().iter().filter(|entry| entry.contains("TryFailed") && entry.contains("q/undo/z")).count();
        assert_eq!(tries, 5);
    }

    #[test]
    fn what_it_did_is_not_undone_if_it_goes_well() {
        let mut world = world(PLAN, failing(&["bad"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "c", "un one", "un rest", "un a"]);
    }

    #[test]
    fn if_the_other_way_fails_the_compensation_is_stuck() {
        let mut world = world(PLAN, failing(&["bad", "un one", "un other: q/undo/z"]));
        world.run();
        assert_eq!(stuck_on(&world), ["q/undo/v"]);
        assert_eq!(world.effects(), ["a", "b", "c", "un c"]);
    }

    #[test]
    fn a_cancel_of_an_attempt_around_it_lets_it_finish() {
        let plan = "plan p() { step w = a() attempt { phase q { step x = b() compensate nothing } compensate { \
                    attempt { wait 1h fail \"no\" } else { step v = un(\"other\") } step u = un(\"rest\") } step z = bad() } \
                    else { step never = c() } }";
        let mut world = world(plan, failing(&["bad"]));
        world.run_until(60_000_000_000);
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un other", "un rest", "un a"]);
    }

    #[test]
    fn a_doubt_in_it_is_settled_by_doing_it_again() {
        let script = |words: &str, count: usize| match (words, count) {
            ("bad", _) => fails("no"),
            ("un one", 0) => Answer::LostDone,
            _ => well(words, count),
        };
        let mut world = world(PLAN, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "c", "un one", "un rest", "un a"]);
    }

    #[test]
    fn a_compensation_that_fails_beside_it_drops_it_and_begins_anew() {
        let plan = "plan p() { phase q { step x = b() compensate nothing } compensate { parallel { \
                    branch l { attempt { step y = c() wait 1d } else { } } branch r { wait 1h fail \"no\" } } } step z = bad() }";
        let mut world = world(plan, failing(&["bad"]));
        world.run();
        assert_eq!(stuck_on(&world), ["q/undo"]);
        assert_eq!(world.effects(), ["b", "c"], "the compensation is begun anew as a whole");
        say(&mut world, Word::Retry { address: None });
        assert_eq!(stuck_on(&world), ["q/undo~2"]);
    }

    #[test]
    fn one_after_a_phase_undoes_its_own_and_nothing_else_does() {
        let plan = "plan p() { phase q { step x = a() } after each phase as p { \
                    attempt { step y = b() step z = bad() } else { step v = c() } attempt { step u = d() } else { } } \
                    step last = un(\"end\") }";
        let mut world = world(plan, failing(&["bad", "un end"]));
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un b", "c", "d", "un a"]);
    }

    #[test]
    fn a_failure_of_its_other_way_after_a_phase_is_stuck() {
        let plan =
            "plan p() { phase q { } after each phase as p { attempt { step z = bad() } else { step v = bad() } } }";
        let mut world = world(plan, failing(&["bad"]));
        world.run();
        assert_eq!(stuck_on(&world), ["after[q]"]);
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
    }

    #[test]
    fn crashes_change_nothing() {
        let script = |words: &str, count: usize| if words == "bad" { fails("no") } else { well(words, count) };
        let undoing = PLAN.replace("un(\"one\") compensate nothing", "bad()");
        let after = "plan p() { phase q { step x = a() } after each phase as p { attempt { step y = b() step z = bad() } \
                     else { step v = c() } } step last = bad() }";
        assert!(crash_everywhere(&[&undoing, after], script) > 20);
    }
}

mod watching {
    use super::*;

    #[test]
    fn a_guard_in_a_compensation_fails_it() {
        let plan = "plan p() { phase q { step x = a() compensate nothing } compensate { guard holds() every 1m \
                    wait 10m step u = un(\"q\") } step z = bad() }";
        let script = |words: &str, count: usize| match (words, count) {
            ("bad", _) => fails("no"),
            ("holds", 3) => support::ok("false"),
            _ => well(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(stuck_on(&world), ["q/undo"]);
        assert_eq!(support::actions::seconds(world.now), 180);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un q"]);
    }

    #[test]
    fn a_handler_in_a_compensation_handles_until_that_ends() {
        let plan = "event Seen = { what: String } plan p() { phase q { step x = a() compensate nothing } compensate { \
                    on Seen as s { step h = un(s.what) } wait 1h step u = un(\"q\") } step z = bad() }";
        let mut world = world(plan, failing(&["bad"]));
        world.run_until(60_000_000_000);
        let seen = |id: &str| Word::Event { event: "Seen".into(), id: id.into(), payload: json!({ "what": id }) };
        world.event(Event::Operator { word: seen("1"), who: "shop".into(), why: None });
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un 1", "un q"]);
    }

    #[test]
    fn a_guard_after_a_phase_fails_what_is_done_there_and_only_that() {
        let plan = "plan p() { phase q { step x = a() } after each phase as p { guard holds() every 1m wait 10m } \
                    step last = b() }";
        let script = |words: &str, count: usize| {
            if (words, count) == ("holds", 3) { support::ok("false") } else { well(words, count) }
        };
        let mut world = world(plan, script);
        world.run();
        assert_eq!((world.status(), stuck_on(&world)), (Status::Stuck, vec!["after[q]".to_owned()]));
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a", "b"]);
    }
}
