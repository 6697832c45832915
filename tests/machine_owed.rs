//! What a run leaves to be put right by hand: `kill`, `waive`, and the list of what is owed.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Event, Owing, Refused, Settlement, Status, Timestamp, Word};
use serde_json::Value as Json;
use support::actions::{address, ended, stuck_on, well, world};
use support::{Answer, World, fails};

/// An operator says something for a reason, and the run goes on.
fn say(world: &mut World, word: Word) {
    world.event(Event::Operator { word, who: "mia".into(), why: Some("it is late".into()) });
    world.run();
}

fn refused(world: &mut World, word: Word, why: Option<&str>) -> Refused {
    let event = Event::Operator { word, who: "mia".into(), why: why.map(str::to_owned) };
    world.machine.step(Timestamp(world.now), event).expect_err("it is not legal")
}

fn waive(at: &str) -> Word {
    Word::Waive { address: address(at) }
}

fn settle(at: &str, verdict: Settlement) -> Word {
    Word::Settle { address: address(at), verdict }
}

fn done() -> Settlement {
    Settlement::Done(Json::Null)
}

/// What is owed: address, what about it, what would undo it.
fn owed(world: &World) -> Vec<(String, Owing, Option<String>)> {
    let owed = world.machine.owed().iter();
    owed.map(|owed| (owed.address.to_string(), owed.owing, owed.undo.as_ref().map(ToString::to_string))).collect()
}

fn not_undone(at: &str, undo: Option<&str>) -> (String, Owing, Option<String>) {
    (at.to_owned(), Owing::NotUndone, undo.map(str::to_owned))
}

mod kill {
    use super::*;

    #[test]
    fn undoes_nothing_and_lists_what_is_owed_latest_first() {
        let mut world = world("plan p() { step x = a() step y = b() wait 1d }", well);
        world.run_until(1_000_000_000);
        say(&mut world, Word::Kill);
        assert_eq!(world.status(), ended(Ending::Killed));
        assert_eq!(world.effects(), ["a", "b"]);
        assert_eq!(owed(&world), [not_undone("y", Some("un(\"b\")")), not_undone("x", Some("un(\"a\")"))]);
        assert_eq!(world.machine.owed()[0].reason, "killed by mia: it is late");
    }

    #[test]
    fn needs_a_reason() {
        let mut world = world("plan p() { wait 1d }", well);
        for why in [None, Some(" ")] {
            let refused = refused(&mut world, Word::Kill, why);
            assert_eq!(refused.reason, "`kill` needs a reason");
            assert_eq!(refused.instead, ["kill --because WHY"]);
        }
    }

    #[test]
    fn what_is_in_flight_is_stopped_and_waited_for() {
        let script = |words: &str, count| if words == "once" { Answer::Hangs } else { well(words, count) };
        let mut world = world("plan p() { step x = a() step y = once() }", script);
        world.run();
        world.event(Event::Operator { word: Word::Kill, who: "mia".into(), why: Some("it is late".into()) });
        assert_eq!(world.status(), ended(Ending::Killed), "the world stops what it is asked to stop at once");
        let unknown = ("y".to_owned(), Owing::Unknown, Some("un(..)".to_owned()));
        assert_eq!(owed(&world), [unknown, not_undone("x", Some("un(\"a\")"))]);
    }

    #[test]
    fn what_still_came_to_its_end_is_known() {
        let program = support::program(&format!("{}\nplan p() {{ step x = a() }}", support::actions::ACTIONS));
        let mut machine = orch::machine::Machine::new(program);
        let start = Event::Started { run: "r".into(), plan: "p".into(), inputs: serde_json::Map::new(), deepest: None };
        machine.step(Timestamp(0), start).expect("it begins");
        let kill = || Event::Operator { word: Word::Kill, who: "mia".into(), why: Some("late".into()) };
        let step = machine.step(Timestamp(1), kill()).expect("it is legal");
        assert_eq!(step.commands, [orch::machine::Command::Stop(orch::machine::EffectId(0))]);
        assert_eq!((machine.status(), machine.next_deadline()), (Status::Running, None));
        assert_eq!(machine.step(Timestamp(2), kill()).expect("again is harmless").entries, []);
        let outcome = orch::machine::Outcome::Ok { output: "a".into(), printed: String::new() };
        machine.step(Timestamp(3), Event::Outcome { effect: orch::machine::EffectId(0), outcome }).expect("it ended");
        assert_eq!(machine.status(), ended(Ending::Killed));
        assert_eq!(machine.owed().len(), 1);
        assert_eq!(machine.owed()[0].owing, Owing::NotUndone);
    }

    #[test]
    fn what_failed_is_not_owed_but_what_is_always_undone_is() {
        let plan = "plan p() { step x = bad() retry 9 step y = a() }";
        let always = "plan p() { step x = un(\"x\") retry 9 compensate always un(\"y\") }";
        let script = |words: &str, count| match words {
            "bad" | "un x" => fails("no"),
            words => well(words, count),
        };
        for (plan, expected) in [(plan, vec![]), (always, vec![not_undone("x", Some("un(\"y\")"))])] {
            let mut world = world(plan, script);
            world.run_until(1_000_000);
            say(&mut world, Word::Kill);
            assert_eq!(world.status(), ended(Ending::Killed));
            assert_eq!(owed(&world), expected, "{plan}");
        }
    }

    #[test]
    fn a_scope_with_a_way_back_of_its_own_is_owed_as_a_whole() {
        let plan = "plan p() { phase q { step x = a() step y = b() wait 1d } compensate un(\"q\") }";
        let mut world = world(plan, well);
        world.run_until(1_000_000_000);
        say(&mut world, Word::Kill);
        assert_eq!(owed(&world), [not_undone("q", Some("un(\"q\")"))]);
    }

    #[test]
    fn a_way_back_that_is_stuck_is_owed_with_its_reason() {
        let plan = "plan p() { step x = a() step y = b() step z = bad() }";
        let script = |words: &str, count| match words {
            "bad" | "un b" => fails("no"),
            words => well(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(stuck_on(&world), ["y/undo"]);
        say(&mut world, Word::Kill);
        assert_eq!(owed(&world), [not_undone("y", Some("un(\"b\")")), not_undone("x", Some("un(\"a\")"))]);
        assert_eq!(world.machine.owed()[0].reason, "no (exit 3)");
    }

    #[test]
    fn of_a_way_back_in_flight_one_waits_for_the_end() {
        let plan = "plan p() { step x = a() step y = b() step z = bad() }";
        let script = |words: &str, count| match words {
            "bad" => fails("no"),
            "un b" => Answer::Hangs,
            words => well(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        say(&mut world, Word::Kill);
        assert_eq!(world.status(), ended(Ending::Killed));
        assert_eq!(owed(&world), [not_undone("y", Some("un(\"b\")")), not_undone("x", Some("un(\"a\")"))]);
        assert_eq!(world.machine.owed()[0].reason, "killed by signal 15");
    }

    #[test]
    fn what_is_final_is_not_owed() {
        let mut world = world("plan p() { step x = a() commit \"so\" step y = b() wait 1d }", well);
        world.run_until(1_000_000_000);
        say(&mut world, Word::Kill);
        assert_eq!(owed(&world), [not_undone("y", Some("un(\"b\")"))]);
    }

    #[test]
    fn is_possible_in_every_state_that_is_no_end() {
        let waits = ["wait 1d", "task t \"do\" by \"us\"", "approve \"so?\" by \"us\"", "step z = once()"];
        let script = |words: &str, count| if words == "once" { Answer::LostNotDone } else { well(words, count) };
        for wait in waits {
            for before in [None, Some(Word::Pause), Some(Word::Cancel)] {
                let mut world = world(&format!("plan p() {{ step x = a() {wait} }}"), script);
                world.run_until(1_000_000);
                before.clone().into_iter().for_each(|word| {
                    world.event(Event::Operator { word, who: "mia".into(), why: None });
                });
                if matches!(world.status(), Status::Ended(..)) {
                    continue;
                }
                say(&mut world, Word::Kill);
                assert_eq!(world.status(), ended(Ending::Killed), "{wait} after {before:?}");
                assert_eq!(world.effects(), ["a"], "{wait} after {before:?}");
                assert_eq!(owed(&world).last(), Some(&not_undone("x", Some("un(\"a\")"))));
            }
        }
    }

    #[test]
    fn after_a_crash_nothing_is_begun_again() {
        let text = format!("{}\nplan p() {{ step x = a() step y = b() }}", support::actions::ACTIONS);
        let program = support::program(&text);
        let script = |words: &str, count| if words == "b" { Answer::Hangs } else { well(words, count) };
        let mut world = World::of(std::sync::Arc::clone(&program), serde_json::json!({}), script);
        world.run();
        let mut machine = orch::machine::Machine::new(program);
        for record in &world.records {
            machine.replay(record).expect("the journal fits");
        }
        machine.step(Timestamp(world.now), Event::Suspended).expect("it is possible");
        let kill = Event::Operator { word: Word::Kill, who: "mia".into(), why: Some("late".into()) };
        let step = machine.step(Timestamp(world.now), kill).expect("it is legal");
        let recovered = machine.step(Timestamp(world.now), Event::Recovered).expect("it is possible");
        let performs = |step: &orch::machine::Step| {
            step.commands.iter().any(|command| matches!(command, orch::machine::Command::Perform(_)))
        };
        assert!(!performs(&step) && !performs(&recovered));
        assert_eq!(machine.status(), ended(Ending::Killed));
        let owed: Vec<_> = machine.owed().iter().map(|owed| (owed.address.to_string(), owed.owing)).collect();
        assert_eq!(owed, [("y".to_owned(), Owing::Unknown), ("x".to_owned(), Owing::NotUndone)]);
    }

    #[test]
    fn an_end_is_an_end() {
        let mut world = world("plan p() { step x = a() }", well);
        world.run();
        assert_eq!(refused(&mut world, Word::Kill, Some("late")).reason, "the run is over");
    }
}

mod waive {
    use super::*;

    const PLAN: &str = "plan p() { step x = a() step y = b() step z = bad() }";

    fn stuck() -> World {
        let mut world = world(PLAN, |words, count| match words {
            "bad" | "un b" => fails("no"),
            words => well(words, count),
        });
        world.run();
        world
    }

    #[test]
    fn the_rest_is_undone_and_the_run_ends_partial() {
        let mut world = stuck();
        say(&mut world, waive("y/undo"));
        assert_eq!(world.status(), ended(Ending::Partial));
        assert_eq!(world.effects(), ["a", "b", "un a"]);
        assert_eq!(owed(&world), [("y".to_owned(), Owing::Waived, Some("un(\"b\")".to_owned()))]);
        assert_eq!(world.machine.owed()[0].reason, "waived by mia: it is late (no (exit 3))");
    }

    #[test]
    fn only_what_is_stuck_and_undoes_something_is_waived() {
        let mut world = stuck();
        let reason = refused(&mut world, waive("x/undo"), Some("late"));
        assert_eq!(reason.reason, "no compensation is stuck at `x/undo`");
        assert_eq!(reason.instead, ["retry y/undo | settle y/undo --done | waive y/undo --because WHY"]);
        assert_eq!(refused(&mut world, waive("y/undo"), None).reason, "`waive y/undo` needs a reason");
        let mut doubt = super::world("plan p() { step x = once() }", |_, _| Answer::LostNotDone);
        doubt.run();
        let reason = refused(&mut doubt, waive("x"), Some("late"));
        assert_eq!(reason.reason, "`x` is not the undoing of something, so there is nothing to waive");
        assert_eq!(reason.instead, ["settle x --done | --not-done"]);
    }

    #[test]
    fn a_block_is_waived_as_a_whole_wherever_in_it_it_is_stuck() {
        let plan = "plan p() { step x = a() phase q { step y = b() compensate nothing } compensate { step u = un(\"u\") \
                    step v = bad() step w = un(\"w\") } step z = bad() }";
        for at in ["q/undo", "q/undo/v"] {
            let mut world =
                super::world(plan, |words, count| if words == "bad" { fails("no") } else { well(words, count) });
            world.run();
            assert_eq!(stuck_on(&world), ["q/undo/v"]);
            say(&mut world, waive(at));
            assert_eq!(world.status(), ended(Ending::Partial), "{at}");
            assert_eq!(world.effects(), ["a", "b", "un u", "un a"]);
            let undo = Some("its `compensate` block".to_owned());
            assert_eq!(owed(&world), [("q".to_owned(), Owing::Waived, undo)]);
        }
    }

    #[test]
    fn what_can_t_be_computed_is_waived_too() {
        let plan =
            "plan p() { let empty = range(0, 0, 1) step x = a() compensate un(\"{1 / empty.len()}\") step z = bad() }";
        let mut world = world(plan, |words, count| if words == "bad" { fails("no") } else { well(words, count) });
        world.run();
        assert_eq!(stuck_on(&world), ["x/undo"]);
        say(&mut world, waive("x/undo"));
        assert_eq!(world.status(), ended(Ending::Partial));
    }

    #[test]
    fn in_an_attempt_the_run_goes_the_other_way_and_owes_it() {
        let plan = "plan p() -> Int { attempt { step y = b() step z = bad() } else { step w = a() } return 1 }";
        let mut world = world(plan, |words, count| match words {
            "bad" | "un b" => fails("no"),
            words => well(words, count),
        });
        world.run();
        say(&mut world, waive("y/undo"));
        assert_eq!(world.status(), Status::Ended(Ending::Completed, serde_json::json!(1)));
        assert_eq!(owed(&world), [("y".to_owned(), Owing::Waived, Some("un(\"b\")".to_owned()))]);
    }

    #[test]
    fn a_best_effort_is_owed_without_a_word() {
        let plan = "plan p() { step x = a() compensate best_effort un(\"x\") retry 0 step z = bad() }";
        let mut world = world(plan, |words, count| match words {
            "bad" | "un x" => fails("no"),
            words => well(words, count),
        });
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(owed(&world), [not_undone("x", Some("un(\"x\")"))]);
    }
}

mod settling {
    use super::*;

    fn killed() -> World {
        let script = |words: &str, count| if words == "once" { Answer::Hangs } else { well(words, count) };
        let mut world = world("plan p() { step x = a() step y = once() }", script);
        world.run();
        say(&mut world, Word::Kill);
        world
    }

    #[test]
    fn what_was_undone_by_hand_is_not_owed_any_more() {
        for at in ["x", "x/undo"] {
            let mut world = killed();
            say(&mut world, settle(at, done()));
            let left: Vec<_> = owed(&world).into_iter().map(|(address, ..)| address).collect();
            assert_eq!(left, ["y"]);
            assert_eq!(world.status(), ended(Ending::Killed), "how it ended stays");
        }
    }

    #[test]
    fn what_nobody_knew_of_is_off_the_list_or_still_to_be_undone() {
        let mut world = killed();
        say(&mut world, settle("y", done()));
        let undo = Some("un(..)".to_owned());
        assert_eq!(owed(&world).last(), Some(&("y".to_owned(), Owing::NotUndone, undo)));
        say(&mut world, settle("y/undo", done()));
        let mut other = killed();
        say(&mut other, settle("y", Settlement::NotDone));
        assert_eq!((owed(&world), owed(&world).len()), (owed(&other), 1));
    }

    #[test]
    fn nothing_else_is_settled() {
        let mut world = killed();
        let reason = refused(&mut world, settle("x/undo", Settlement::NotDone), None);
        assert_eq!(reason.reason, "it is known that `x` is not undone");
        assert_eq!(reason.instead, ["settle x/undo --done"]);
        let reason = refused(&mut world, settle("z", done()), None);
        assert_eq!(reason.reason, "nothing is in doubt at `z`: this run is not stuck");
        assert_eq!(reason.instead, ["settle y --done | --not-done", "settle x/undo --done"]);
    }
}

#[test]
fn a_word_that_is_illegal_is_answered_with_what_is_legal() {
    let plan = "plan p() { step x = a() task t \"do\" by \"us\" step z = bad() }";
    let mut world = world(plan, |words, count| if words == "un a" { fails("no") } else { well(words, count) });
    world.run();
    let legal = refused(&mut world, Word::Resume, None).instead;
    assert_eq!(legal, ["done t", "refuse t", "pause", "cancel", "kill --because WHY"]);
    support::actions::say(&mut world, Word::Pause);
    let legal = refused(&mut world, Word::Retry { address: None }, None).instead;
    assert_eq!(legal, ["done t", "refuse t", "resume", "cancel", "kill --because WHY"]);
    support::actions::say(&mut world, Word::Cancel);
    let legal = refused(&mut world, Word::Pause, None).instead;
    let undo = "retry x/undo | settle x/undo --done | waive x/undo --because WHY";
    assert_eq!(legal, [undo, "kill --because WHY"]);
}
