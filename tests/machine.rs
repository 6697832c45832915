//! What a run does: programs in a world of memory, under a virtual clock.

#[expect(dead_code, reason = "what the properties use of this world")]
mod support;

use orch::machine::{Ending, Event, OnRetry, Settlement, Status, Verdict, WaitOn, Word};
use serde_json::{Value as Json, json};
use support::actions::{ACTIONS, address, ended, say, seconds, stuck_on, well, world};
use support::{Answer, World, fails, ok};

mod sequence {
    use super::*;

    #[test]
    fn steps_run_one_after_another_and_the_plan_gives_its_value() {
        let mut world = world("plan p() -> String { step x = a() step y = b() return \"{x}-{y}\" }", well);
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("a-b")));
        assert_eq!(world.effects(), ["a", "b"]);
    }

    #[test]
    fn what_was_done_is_undone_in_the_reverse_order() {
        let script = |words: &str, count| if words == "bad" { fails("no") } else { well(words, count) };
        let mut world = world("plan p() { step x = a() step y = b() step z = bad() }", script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un b", "un a"]);
        let (failed, reason) = world.machine.failure().expect("it failed");
        assert_eq!((failed.as_str(), reason), ("z", "no (exit 3)"));
    }

    #[test]
    fn the_outcome_of_a_step_and_the_intent_of_the_next_are_one_record() {
        let mut world = world("plan p() { step x = a() step y = b() }", well);
        world.run();
        let both = world.records.iter().filter(|record| {
            let text = format!("{:?}", record.then);
            matches!(record.event, Event::Outcome { .. }) && text.contains("Done") && text.contains("Intent")
        });
        assert_eq!(both.count(), 1);
        assert_eq!(world.records.len(), 3);
    }

    #[test]
    fn a_loop_runs_its_items_in_order_and_names_them_by_key() {
        let plan = "plan p() { for n in [\"q\", \"r\"] { step x = a() } fail \"enough\" }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.effects(), ["a", "a", "un a", "un a"]);
        let keys: Vec<&str> = world.done.iter().map(|(_, _, key)| key.as_str()).collect();
        assert_eq!(keys, ["test/n[q]/x", "test/n[r]/x", "test/n[r]/x/undo", "test/n[q]/x/undo"]);
    }

    #[test]
    fn two_equal_keys_fail_a_loop_before_its_first_item() {
        let mut world = world("plan p() { for n in [\"q\", \"q\"] { step x = a() } }", well);
        world.run();
        assert_eq!(world.effects(), Vec::<&str>::new());
        assert_eq!(world.machine.failure().map(|(_, reason)| reason), Some("two items have the key `q`"));
    }

    #[test]
    fn a_condition_chooses_and_a_return_inside_it_ends_the_plan() {
        let plan = "plan p() -> Int { probe h = holds() when h { return 1 } else { return 2 } }";
        let mut yes = world(plan, well);
        yes.run();
        assert_eq!(yes.status(), Status::Ended(Ending::Completed, json!(1)));
        let mut no = world(plan, |_, _| ok("false"));
        no.run();
        assert_eq!(no.status(), Status::Ended(Ending::Completed, json!(2)));
    }

    #[test]
    fn a_wait_takes_its_time() {
        let mut world = world("plan p() { wait 24h }", well);
        world.run();
        assert_eq!(seconds(world.now), 24 * 3600);
    }

    #[test]
    fn a_computation_that_can_not_be_done_fails_its_statement() {
        let mut world = world("plan p() { step x = a() probe r = rate() let n = 1 / (r / 1% - 0.1) }", well);
        world.run();
        let failure = world.machine.failure().map(|(address, reason)| (address.to_string(), reason));
        assert_eq!(failure, Some(("n".to_owned(), "division by zero")));
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un a"]);
    }
}

mod tries {
    use super::*;

    #[test]
    fn a_failed_try_is_repeated_after_pauses_that_double() {
        let script = |words: &str, count| if words == "a" && count < 3 { fails("no") } else { well(words, count) };
        let mut world = world("plan p() { step x = a() retry 3 backoff 1s..3s }", script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(seconds(world.now), 1 + 2 + 3);
    }

    #[test]
    fn the_next_try_leaves_alone_for_as_long_as_it_was_asked_to() {
        let busy = |seconds: i64| Answer::Busy(seconds * 1_000_000_000);
        let plan = "plan p() { step x = a() retry 2 backoff 10s probe h = holds() retry 1 }";
        let mut world = world(plan, move |words, count| match (words, count) {
            ("a", 0) | ("holds", 0) => busy(90),
            ("a", 1) => busy(5),
            _ => well(words, count),
        });
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(seconds(world.now), 90 + 20 + 90, "the later of both counts");
    }

    #[test]
    fn also_what_is_repeated_because_nobody_knows() {
        let script = |words: &str, count| match (words, count) {
            ("a", 0) => Answer::LostNotDone,
            ("a", 1) => Answer::Busy(600_000_000_000),
            _ => well(words, count),
        };
        let mut world = world("plan p() { step x = a() }", script);
        world.run();
        assert_eq!(seconds(world.now), 1 + 600);
    }

    #[test]
    fn all_tries_of_a_step_have_one_key() {
        let script = |words: &str, count| if words == "a" && count < 2 { fails("no") } else { well(words, count) };
        let mut world = world("plan p() { step x = a() retry 3 }", script);
        world.run();
        let journal = world.journal().join("\n");
        assert_eq!(journal.matches("key: Some(\"test/x\")").count(), 3, "{journal}");
    }

    #[test]
    fn a_try_that_takes_too_long_is_stopped_and_then_nobody_knows() {
        let script = |words: &str, count| if words == "once" { Answer::Hangs } else { well(words, count) };
        let mut world = world("plan p() { step x = once() timeout 10s step y = a() }", script);
        world.run();
        assert_eq!(world.status(), Status::Stuck);
        assert_eq!(seconds(world.now), 10);
        assert_eq!(stuck_on(&world), ["x"]);
    }

    #[test]
    fn a_probe_that_hangs_is_stopped_and_gave_no_answer() {
        let plan = "plan p() { probe h = holds() timeout 5s }";
        let mut world = world(plan, |_, _| Answer::Hangs);
        world.run();
        assert_eq!(
            world.machine.failure().map(|(_, reason)| reason),
            Some("`holds()` gave no answer: no end after 5s")
        );
    }

    #[test]
    fn a_timeout_covers_what_an_action_looks_at_before_it_acts() {
        let plan = "action e() -> String { probe h = holds() return exec(\"x\", [\"{h}\"]) } idempotent \
                    compensate nothing plan p() { step x = e() retry 1 backoff 1s timeout 10s }";
        let mut world = world(plan, |words, _| if words == "holds" { Answer::Hangs } else { ok("") });
        world.run();
        assert_eq!(world.machine.failure().map(|(_, reason)| reason), Some("no end after 10s"));
        assert_eq!(seconds(world.now), 10 + 1 + 10);
    }

    #[test]
    fn a_timeout_of_a_probe_covers_the_probes_it_asks() {
        let plan = "probe both() -> Bool { probe a = holds() return a } timeout 5s plan p() { require both() }";
        let mut world = world(plan, |_, _| Answer::Hangs);
        world.run();
        assert_eq!(seconds(world.now), 5);
        assert_eq!(world.status(), ended(Ending::Compensated));
    }

    #[test]
    fn a_look_that_hangs_does_not_keep_a_verify_beyond_its_time() {
        let mut world = world("plan p() { verify holds() within 1m every 10s }", |_, count| {
            if count < 2 { ok("false") } else { Answer::Hangs }
        });
        world.run();
        assert_eq!(seconds(world.now), 60);
        let reason = world.machine.failure().map(|(_, reason)| reason.to_owned()).unwrap_or_default();
        assert!(reason.ends_with("(the last look did not end)"), "{reason}");
    }

    #[test]
    fn each_try_of_a_probe_has_its_own_time() {
        let plan = "plan p() { probe h = holds() retry 1 backoff 10s timeout 5s }";
        let mut slow_once = world(plan, |_, count| if count == 0 { Answer::Hangs } else { ok("true") });
        slow_once.run();
        assert_eq!(slow_once.status(), ended(Ending::Completed));
        let mut always_slow = world(plan, |_, _| Answer::Hangs);
        always_slow.run();
        assert_eq!(seconds(always_slow.now), 5 + 10 + 5);
    }

    #[test]
    fn a_look_that_was_interrupted_has_its_time_anew() {
        let text = format!("{ACTIONS}\nplan p() {{ verify holds() within 1m every 10s }}");
        let program = support::program(&text);
        let mut world = World::of(std::sync::Arc::clone(&program), json!({}), |_, _| ok("true"));
        world.now += 3_600_000_000_000;
        world.crash(program, 1, false);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn what_is_best_effort_may_fail() {
        let script = |words: &str, count| if words == "bad" { fails("no") } else { well(words, count) };
        let mut world = world("plan p() { step x = bad() best_effort step y = a() }", script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a"]);
    }
}

mod doubt {
    use super::*;

    #[test]
    fn what_is_idempotent_is_done_again_with_the_same_key() {
        let script =
            |words: &str, count| if words == "a" && count == 0 { Answer::LostDone } else { well(words, count) };
        let mut world = world("plan p() { step x = a() }", script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a"]);
    }

    #[test]
    fn a_confirm_that_finds_it_gives_its_value() {
        let script = |words: &str, count| match words {
            "sure" => Answer::LostDone,
            "find" => ok("s-7"),
            words => well(words, count),
        };
        let mut world = world("plan p() -> String { step x = sure() step y = a() return x }", script);
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("s-7")));
        assert_eq!(world.effects(), ["sure", "a"]);
    }

    #[test]
    fn a_confirm_that_finds_nothing_makes_it_a_failure_that_is_retried() {
        let script =
            |words: &str, count| if words == "sure" && count == 0 { Answer::LostNotDone } else { well(words, count) };
        let mut world = world("plan p() { step x = sure() retry 1 step y = a() }", script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["sure", "a"]);
    }

    #[test]
    fn without_either_a_person_is_asked_and_believed() {
        let lost = |words: &str, count| if words == "once" { Answer::LostDone } else { well(words, count) };
        let plan = "plan p() -> String { step x = once() step y = a() return x }";
        let mut done = world(plan, lost);
        done.run();
        assert_eq!(done.status(), Status::Stuck);
        let verdict = Settlement::Done(json!("o-1"));
        say(&mut done, Word::Settle { address: address("x"), verdict });
        assert_eq!(done.status(), Status::Ended(Ending::Completed, json!("o-1")));

        let mut not_done = world(plan, lost);
        not_done.run();
        say(&mut not_done, Word::Settle { address: address("x"), verdict: Settlement::NotDone });
        assert_eq!(not_done.status(), ended(Ending::Compensated));
    }

    /// What the machine did by itself, and gave up: it has no need to know whether it was done.
    #[test]
    fn who_says_retry_has_a_doubt_looked_into_again() {
        for (action, words) in [("a", "a"), ("sure", "find")] {
            let script = move |asked: &str, count| match asked {
                "sure" => Answer::LostDone,
                "find" if count < 6 => fails("no route"),
                "find" => ok("s-7"),
                "a" if count < 6 => Answer::LostDone,
                asked => well(asked, count),
            };
            let mut world = world(&format!("plan p() {{ step x = {action}() step y = once() }}"), script);
            world.run();
            assert_eq!(world.status(), Status::Stuck, "{words}");
            let waits = world.machine.waits();
            let on_retry = if action == "a" { OnRetry::SameKey } else { OnRetry::Confirm };
            assert!(
                matches!(&waits[0].on, WaitOn::Settlement { on_retry: Some(how), .. } if *how == on_retry),
                "{waits:?}"
            );
            say(&mut world, Word::Retry { address: Some(address("x")) });
            assert_eq!(world.status(), ended(Ending::Completed), "{words}");
            assert_eq!(world.effects(), [action, "once"]);
        }
    }

    #[test]
    fn a_retry_of_the_wrong_thing_says_what_is_stuck() {
        let script = |words: &str, count| if words == "once" { Answer::LostDone } else { well(words, count) };
        let mut world = world("plan p() { step x = once() step y = a() }", script);
        world.run();
        let mut refused = |address| {
            let event = Event::Operator { word: Word::Retry { address }, who: "test".into(), why: None };
            world.machine.step(orch::machine::Timestamp(world.now), event).expect_err("nobody knows").to_string()
        };
        assert_eq!(refused(None), "nobody knows whether `x` was done, so it is not done again unasked");
        assert_eq!(refused(Some(address("y"))), "nothing is stuck at `y`");
    }

    #[test]
    fn a_settlement_of_the_wrong_type_is_refused_with_both_shapes() {
        let lost = |words: &str, count| if words == "once" { Answer::LostDone } else { well(words, count) };
        let mut world = world("plan p() { step x = once() step y = a() }", lost);
        world.run();
        let word = Word::Settle { address: address("x"), verdict: Settlement::Done(json!({ "id": 1 })) };
        let event = Event::Operator { word, who: "test".into(), why: None };
        let refused = world.machine.step(orch::machine::Timestamp(world.now), event).expect_err("it does not fit");
        assert!(refused.reason.contains("String"), "{refused}");
        assert_eq!(world.status(), Status::Stuck);
    }

    #[test]
    fn output_that_does_not_fit_is_doubt_not_failure() {
        let plan =
            "action n() -> Int = exec(\"x\", [\"n\"]) compensate un(\"n\")\nplan p() { step x = n() step y = a() }";
        let mut world = world(plan, |words, count| if words == "n" { ok("many") } else { well(words, count) });
        world.run();
        assert_eq!(world.status(), Status::Stuck);
        assert_eq!(world.effects(), ["n"]);
    }
}

mod undoing {
    use super::*;

    /// What can't be undone and perhaps happened is no run that "was undone".
    #[test]
    fn a_cancel_leaves_a_last_step_in_doubt_to_a_person() {
        let plan = "action last() = exec(\"x\", [\"last\"])\nplan p() { step x = a() step y = last() }";
        let script = |words: &str, count| if words == "last" { Answer::LostDone } else { well(words, count) };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(stuck_on(&world), ["y"]);
        say(&mut world, Word::Cancel);
        assert_eq!((world.status(), stuck_on(&world)), (Status::Stuck, vec!["y".to_owned()]));
        assert_eq!(world.effects(), ["a", "last"], "nothing from before it is undone over its head");
        say(&mut world, Word::Settle { address: address("y"), verdict: Settlement::Done(Json::Null) });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "last", "un a"]);
    }

    /// Where there is nothing to undo, nobody has to know.
    #[test]
    fn a_cancel_does_not_ask_about_a_step_with_nothing_to_undo() {
        let plan =
            "action last() = exec(\"x\", [\"last\"]) compensate nothing\nplan p() { step x = a() step y = last() }";
        let script = |words: &str, count| if words == "last" { Answer::LostDone } else { well(words, count) };
        let mut world = world(plan, script);
        world.run();
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
    }

    fn failing_last(words: &str, count: usize) -> Answer {
        if words == "bad" { fails("no") } else { well(words, count) }
    }

    #[test]
    fn a_step_says_better_than_its_action_how_it_is_undone() {
        let plan = "plan p() { step x = a() compensate un(\"{x}!\") step y = b() compensate nothing step z = bad() }";
        let mut world = world(plan, failing_last);
        world.run();
        assert_eq!(world.effects(), ["a", "b", "un a!"]);
    }

    #[test]
    fn always_also_undoes_what_failed() {
        let plan = "plan p() { step x = a() step z = bad() compensate always un(\"z\") }";
        let mut world = world(plan, failing_last);
        world.run();
        assert_eq!(world.effects(), ["a", "un z", "un a"]);
    }

    #[test]
    fn a_block_undoes_with_the_values_of_its_time() {
        let plan = "plan p() { step x = a() compensate { step one = un(\"{x}1\") step two = un(\"{x}2\") } \
                    step z = bad() }";
        let mut world = world(plan, failing_last);
        world.run();
        assert_eq!(world.effects(), ["a", "un a1", "un a2"]);
        assert_eq!(world.done[1].2, "test/x/undo/one");
    }

    #[test]
    fn a_scope_with_a_way_back_of_its_own_is_undone_by_it_alone_and_once() {
        let plan = "plan p() { step w = a() \
                    for n in [\"q\", \"r\"] { step x = b() } compensate un(\"all\") \
                    step z = bad() }";
        let mut world = world(plan, failing_last);
        world.run();
        assert_eq!(world.effects(), ["a", "b", "b", "un all", "un a"]);
    }

    #[test]
    fn a_scope_is_undone_wherever_it_stopped_even_if_its_first_step_failed() {
        let plan = "plan p() { step w = a() phase q { step z = bad() step y = b() } compensate un(\"q\") }";
        let mut world = world(plan, failing_last);
        world.run();
        assert_eq!(world.effects(), ["a", "un q", "un a"]);
    }

    #[test]
    fn a_compensation_is_tried_again_and_then_a_person_is_needed() {
        let script = |words: &str, count| match words {
            "bad" => fails("no"),
            "un b" if count < 6 => fails("still busy"),
            words => well(words, count),
        };
        let mut world = world("plan p() { step x = a() step y = b() step z = bad() }", script);
        world.run();
        assert_eq!(world.status(), Status::Stuck);
        assert_eq!(stuck_on(&world), ["y/undo"]);
        assert_eq!(world.effects(), ["a", "b"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un b", "un a"]);
    }

    #[test]
    fn a_person_can_say_that_it_is_undone() {
        let script = |words: &str, count| if words == "un b" { fails("no") } else { failing_last(words, count) };
        let mut world = world("plan p() { step x = a() step y = b() step z = bad() }", script);
        world.run();
        say(&mut world, Word::Settle { address: address("y/undo"), verdict: Settlement::Done(Json::Null) });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un a"]);
    }

    #[test]
    fn a_best_effort_compensation_does_not_block() {
        let plan = "plan p() { step x = a() step y = b() compensate best_effort un(\"y\") retry 0 step z = bad() }";
        let script = |words: &str, count| if words == "un y" { fails("no") } else { failing_last(words, count) };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un a"]);
    }

    #[test]
    fn a_cancel_undoes_too_and_twice_is_as_once() {
        let mut world = world("plan p() { step x = a() wait 24h step y = b() }", well);
        world.run_until(3_600_000_000_000);
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un a"]);
        assert_eq!(seconds(world.now), 3600);
    }

    #[test]
    fn a_cancel_undoes_from_wherever_the_run_stands_paused_or_not() {
        const MINUTE: i64 = 60_000_000_000;
        let script = |words: &str, count| match words {
            "bad" => fails("no"),
            "c" if count == 0 => Answer::Hangs,
            words => well(words, count),
        };
        let hold = "rollout t as share 1% for 1d { step s = set(share) gate rate() < 1% every 10m } compensate set(0%)";
        let both = "parallel { branch l { step y = b() wait 1d } branch r { task k \"?\" by \"us\" } }";
        let items = "for n in [1, 2, 3] parallel limit 2 { step u = un(\"{n}\") compensate un(\"back {n}\") wait 1d }";
        let otherwise =
            "attempt { step y = b() fail \"no\" } else { step v = un(\"v\") compensate un(\"back v\") wait 1d }";
        let measuring = "phase q { } after each phase as p { wait 1d }";
        let stuck = "phase q { } after each phase as p { step z = bad() }";
        let states: [(&str, &[&str]); 15] = [
            ("wait 1d", &[]),
            ("task k \"?\" by \"us\"", &[]),
            ("approve k \"?\" by \"us\"", &[]),
            ("decide k \"?\" by \"us\" { option l { } option m { } }", &[]),
            ("wait until rate() > 5% every 10m", &[]),
            ("verify rate() > 5% within 1d every 10m", &[]),
            ("guard rate() > 5% every 10m on fail pause wait 2d", &[]),
            ("step z = bad() retry 9 backoff 1h..1h", &[]),
            ("step z = c() timeout 2d", &["c", "un c"]),
            (hold, &["set 1%", "set 0%"]),
            (both, &["b", "un b"]),
            (items, &["un 1", "un 2", "un back 2", "un back 1"]),
            (otherwise, &["b", "un b", "un v", "un back v"]),
            (measuring, &[]),
            (stuck, &[]),
        ];
        for ((statement, undone), paused) in states.iter().flat_map(|state| [(state, false), (state, true)]) {
            let mut world = world(&format!("plan p() {{ step x = a() {statement} step y = d() }}"), script);
            world.run_until(MINUTE);
            if paused && world.status() != Status::Paused {
                world.event(Event::Operator { word: Word::Pause, who: "test".into(), why: None });
            }
            say(&mut world, Word::Cancel);
            let expected: Vec<&str> = ["a"].iter().chain(*undone).chain(&["un a"]).copied().collect();
            assert_eq!(
                (world.status(), world.effects()),
                (ended(Ending::Compensated), expected),
                "{statement} {paused}"
            );
        }
    }

    #[test]
    fn what_runs_beside_is_stopped_and_keeps_its_place_while_it_is_settled() {
        let plan = "plan p() { phase q { step x = a() } phase r after start { step y = b() step z = bad() } }";
        let script = |words: &str, count| match words {
            "a" if count == 0 => Answer::Hangs,
            words => failing_last(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["b", "un b", "a", "un a"]);
    }
}

mod phases {
    use super::*;

    #[test]
    fn phases_that_do_not_wait_for_each_other_run_side_by_side() {
        let plan = "plan p() { phase q { wait 1h step x = a() } phase r after start { wait 2h step y = b() } \
                    phase s after q, r { step z = c() } }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(seconds(world.now), 2 * 3600);
        assert_eq!(world.effects(), ["a", "b", "c"]);
    }

    #[test]
    fn what_a_phase_bound_is_seen_after_it() {
        let plan = "plan p() -> String { phase q { step x = a() } phase r after q { step y = c() compensate \
                    un(q.x) } step z = bad() return q.x }";
        let script = |words: &str, count| if words == "bad" { fails("no") } else { well(words, count) };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.effects(), ["a", "c", "un a", "un a"]);
    }
}

mod conditions {
    use super::*;

    #[test]
    fn what_is_required_must_hold_and_unknown_is_no() {
        let plan = "plan p() { require holds() else \"it must\" step x = a() }";
        let mut no = world(plan, |_, _| ok("false"));
        no.run();
        assert_eq!(no.machine.failure().map(|(_, reason)| reason), Some("it must (holds() = false)"));
        let mut unknown = world(plan, |_, _| fails("no such thing"));
        unknown.run();
        assert_eq!(unknown.status(), ended(Ending::Compensated));
        assert!(unknown.journal().iter().any(|entry| entry.contains("Unknown")));
    }

    #[test]
    fn each_distinct_call_is_made_once_and_only_where_it_matters() {
        let mut world = world("plan p() { require holds() and holds() and (holds() or rate() < 1%) }", well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.records.len(), 2);
    }

    #[test]
    fn what_is_verified_may_come_to_hold() {
        let script = |words: &str, count| if words == "holds" && count < 3 { ok("false") } else { well(words, count) };
        let mut world = world("plan p() { verify holds() within 5m every 10s }", script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(seconds(world.now), 30);
    }

    #[test]
    fn the_last_look_of_a_verify_is_at_its_end() {
        let mut world = world("plan p() { verify holds() within 25s every 10s }", |_, _| ok("false"));
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(seconds(world.now), 25);
    }
}

mod rollouts {
    use super::*;

    const PLAN: &str = "plan p() { step x = a() \
        rollout traffic as share 1% for 1h -> 10% for 2h -> 100% { \
          step shift = set(share) \
          gate errors: rate() < 1% every 10m tolerate 1 \
        } compensate set(0%) \
        step last = b() }";

    #[test]
    fn each_stage_is_held_for_its_time() {
        let mut world = world(PLAN, well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a", "set 1%", "set 10%", "set 100%", "b"]);
        assert_eq!(seconds(world.now), 3 * 3600);
    }

    #[test]
    fn a_hold_may_depend_on_its_stage() {
        let of_list = PLAN.replace("1% for 1h -> 10% for 2h -> 100%", "in [1%, 10%] for (share / 1%) * 1h");
        let mut world = world(&of_list, well);
        world.run();
        assert_eq!(seconds(world.now), 11 * 3600);

        let listed = PLAN.replace("1% for 1h -> 10% for 2h -> 100%", "1% for 1h -> 10% for (share / 1%) * 2h");
        let mut world = self::world(&listed, well);
        world.run();
        assert_eq!(seconds(world.now), 21 * 3600);
    }

    #[test]
    fn a_bad_rate_takes_it_back_and_then_what_was_before() {
        let script = |words: &str, count| if words == "rate" && count > 6 { ok("\"3%\"") } else { well(words, count) };
        let mut world = world(PLAN, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "set 1%", "set 10%", "set 0%", "un a"]);
        let (failed, reason) = world.machine.failure().expect("it failed");
        assert_eq!(failed.as_str(), "traffic[10%25]/errors");
        assert_eq!(reason, "`rate() < 1%` does not hold (rate() = 3%)");
    }

    #[test]
    fn one_failure_is_tolerated_and_does_not_end_a_hold() {
        let script = |words: &str, count| if words == "rate" && count == 5 { ok("\"3%\"") } else { well(words, count) };
        let mut world = world(PLAN, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(seconds(world.now), 3 * 3600 + 600);
    }

    #[test]
    fn an_unknown_credits_nothing_and_three_in_a_row_fail() {
        let one =
            |words: &str, count| if words == "rate" && count == 2 { fails("no data") } else { well(words, count) };
        let mut held_longer = world(PLAN, one);
        held_longer.run();
        assert_eq!(seconds(held_longer.now), 3 * 3600 + 600);

        let ever =
            |words: &str, count| if words == "rate" && count > 1 { fails("no data") } else { well(words, count) };
        let mut failed = world(PLAN, ever);
        failed.run();
        assert_eq!(failed.status(), ended(Ending::Compensated));
        assert_eq!(seconds(failed.now), 5 * 600);
    }

    #[test]
    fn a_hold_shows_how_long_and_what_was_seen() {
        let mut world = world(PLAN, well);
        world.run_until(1_900_000_000_000);
        let waits = world.machine.waits();
        let Some(WaitOn::Hold { held, needed, gates }) = waits.first().map(|wait| &wait.on) else {
            panic!("{waits:?}")
        };
        assert_eq!((seconds(*held), seconds(*needed)), (1800, 3600));
        assert_eq!((gates[0].last, gates[0].looks), (Some(Verdict::Pass), 3));
        assert_eq!(gates[0].answers, ["rate() = 0.1%"]);
        let undo: Vec<String> = world.machine.to_undo().iter().map(ToString::to_string).collect();
        assert_eq!(undo, ["traffic", "x"]);
    }

    #[test]
    fn between_two_looks_at_most_the_interval_counts_however_late_the_second_is() {
        let mut world = world(PLAN, well);
        world.run_until(1_900_000_000_000);
        world.now += 86_400_000_000_000; // a machine that slept, with all its processes
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        let since_it_woke = seconds(world.now) - 1900 - 86_400;
        assert_eq!(since_it_woke, 1800 - 600 + 2 * 3600, "the sleep counts as one interval of ten minutes");
    }

    #[test]
    fn time_in_which_nobody_watched_is_not_counted() {
        let text = format!("{ACTIONS}\n{PLAN}");
        let program = support::program(&text);
        let mut world = World::of(std::sync::Arc::clone(&program), json!({}), well);
        world.run_until(1_900_000_000_000);
        let kept = world.records.len();
        world.now += 86_400_000_000_000;
        world.crash(program, kept, false);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        let since_the_crash = seconds(world.now) - 1900 - 86_400;
        assert_eq!(since_the_crash, 1800 + 2 * 3600);
    }
}

mod commits {
    use super::*;

    const PLAN: &str = "plan p() { step x = a() commit \"half\" step y = b() step z = bad() step w = c() }";

    #[test]
    fn a_failure_after_a_commit_unwinds_to_it_and_a_retry_goes_on_from_it() {
        let script = |words: &str, count| if words == "bad" && count == 0 { fails("no") } else { well(words, count) };
        let mut world = world(PLAN, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["a", "b", "un b"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a", "b", "un b", "b", "bad", "c"]);
        assert_eq!(world.done[3].2, "test/y~2");
    }

    #[test]
    fn an_irreversible_step_that_was_done_stays_done() {
        let plan = "plan p() -> String { step x = a() commit \"half\" step y = once() irreversible step z = bad() \
                    return y }";
        let script = |words: &str, count| if words == "bad" && count == 0 { fails("no") } else { well(words, count) };
        let mut world = world(plan, script);
        world.run();
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("once")));
        assert_eq!(world.effects(), ["a", "once", "bad"]);
    }
}

/// What is in doubt when the run fails, is left by its process, or is spoken to.
mod in_between {
    use super::*;

    #[test]
    fn what_is_found_not_done_after_a_crash_is_no_try_even_if_a_person_says_so() {
        let program = support::program(&format!("{ACTIONS}\nplan p() {{ step x = once() step y = a() }}"));
        let mut world = World::of(std::sync::Arc::clone(&program), json!({}), well);
        let kept = world.records.len();
        world.crash(program, kept, false);
        assert_eq!(stuck_on(&world), ["x"]);
        say(&mut world, Word::Settle { address: address("x"), verdict: Settlement::NotDone });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["once", "a"]);
    }

    #[test]
    fn a_best_effort_block_blocks_nothing_though_its_step_fails() {
        let plan =
            "plan p() { step x = a() step y = b() compensate best_effort { step u = un(\"y\") } step z = bad() }";
        for answer in [fails("no"), Answer::LostNotDone] {
            let script = move |words: &str, count| match words {
                "bad" => fails("no"),
                "un y" => answer.clone(),
                words => well(words, count),
            };
            let mut world = world(plan, script);
            world.run();
            assert_eq!(world.status(), ended(Ending::Compensated));
            assert_eq!(world.effects(), ["a", "b", "un a"]);
        }
    }

    #[test]
    fn a_best_effort_compensation_of_which_nobody_knows_blocks_nothing() {
        let plan = "plan p() { step x = a() step y = b() compensate best_effort un(\"y\") step z = bad() }";
        let script = |words: &str, count| match words {
            "bad" => fails("no"),
            "un y" => Answer::LostNotDone,
            words => well(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un a"]);
    }

    #[test]
    fn a_best_effort_compensation_that_can_not_be_computed_blocks_nothing() {
        let plan = "plan p() { step x = a() probe r = rate() step y = b() compensate best_effort \
                    un(\"{1 / (r / 1% - 0.1)}\") step z = bad() }";
        let script = |words: &str, count| if words == "bad" { fails("no") } else { well(words, count) };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un a"]);
    }

    #[test]
    fn a_compensation_of_which_nobody_knows_can_be_tried_again() {
        let script = |words: &str, count| match words {
            "bad" => fails("no"),
            "un a" if count < 6 => Answer::LostNotDone,
            words => well(words, count),
        };
        let mut world = world("plan p() { step x = a() step z = bad() }", script);
        world.run();
        assert_eq!(stuck_on(&world), ["x/undo"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un a"]);
    }

    #[test]
    fn an_irreversible_step_in_flight_is_settled_so_that_it_is_not_done_again() {
        let plan = "plan p() { commit \"half\" phase q { step x = once() irreversible } \
                    phase r after start { step z = bad() } }";
        let program = support::program(&format!("{ACTIONS}\n{plan}"));
        let script = |words: &str, count| match words {
            "once" => Answer::Hangs,
            "bad" if count == 0 => fails("no"),
            words => well(words, count),
        };
        let mut world = World::of(program, json!({}), script);
        world.run();
        assert_eq!(stuck_on(&world), ["q/x"]);
        say(&mut world, Word::Settle { address: address("q/x"), verdict: Settlement::Done(json!("o-1")) });
        assert_eq!(world.status(), ended(Ending::Halted));
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["bad"]);
    }

    #[test]
    fn what_need_not_be_known_is_not_looked_into_when_the_run_fails() {
        let plan = "plan p() { phase q { step x = sure() } compensate un(\"q\") }";
        let script = |words: &str, count| match words {
            "sure" => Answer::LostDone,
            "find" => Answer::Hangs,
            words => well(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        say(&mut world, Word::Cancel);
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["sure", "un q"]);
    }

    #[test]
    fn a_word_starts_nothing_while_the_run_is_suspended() {
        let script = |words: &str, count| match words {
            "once" => Answer::LostDone,
            words => well(words, count),
        };
        let text = format!("{ACTIONS}\nplan p() {{ step x = once() step y = a() }}");
        let program = support::program(&text);
        let mut world = World::of(std::sync::Arc::clone(&program), json!({}), script);
        world.run();
        world.event(Event::Suspended);
        say(&mut world, Word::Settle { address: address("x"), verdict: Settlement::Done(json!("o-1")) });
        assert_eq!(world.effects(), ["once"]);
        let kept = world.records.len();
        world.crash(program, kept, false);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["once", "a"]);
    }

    #[test]
    fn a_confirm_that_can_not_be_asked_gave_no_answer() {
        let text = "uses exec(\"x\")\n\
            probe find(n: Int) -> String? = exec(\"x\", [\"find\"]) timeout 1s * n\n\
            action un() = exec(\"x\", [\"un\"]) idempotent\n\
            action sure(n: Int) -> String = exec(\"x\", [\"sure\"]) confirm find(n) compensate un()\n\
            plan p() { step x = sure(-1) wait 1h }";
        let script = |words: &str, count| if words == "sure" { Answer::LostDone } else { well(words, count) };
        let mut world = World::start(text, json!({}), script);
        world.run();
        assert_eq!(stuck_on(&world), ["x"]);
        say(&mut world, Word::Settle { address: address("x"), verdict: Settlement::Done(json!("s")) });
        assert_eq!(world.status(), ended(Ending::Completed));
    }

    #[test]
    fn the_block_of_a_compensation_may_have_phases() {
        let plan = "plan p() { step x = a() compensate { phase q { step u = un(\"1\") } \
                    phase r { step v = un(\"2\") } } step z = bad() }";
        let script = |words: &str, count| if words == "bad" { fails("no") } else { well(words, count) };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un 1", "un 2"]);
    }

    #[test]
    fn what_runs_beside_in_a_compensation_that_fails_is_stopped_before_it_is_begun_anew() {
        let plan = "plan p() { step x = a() compensate { phase q { step u = un(\"1\") } \
                    phase r after start { require holds() } } step z = bad() }";
        let script = |words: &str, count| match words {
            "un 1" if count == 0 => Answer::Hangs,
            "holds" if count == 0 => ok("false"),
            "bad" => fails("no"),
            words => well(words, count),
        };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(world.machine.in_flight(), []);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "un 1"]);
    }
}

/// A process that dies between any two records, with what was in flight done or not, ends where it would have.
mod crashes {
    use super::*;

    const PLANS: &[&str] = &[
        "plan p() -> String { step x = a() step y = b() retry 2 return x }",
        "plan p() { step x = a() step y = sure() step z = bad() }",
        "plan p() { for n in [\"q\", \"r\", \"s\"] { require holds() step x = a() } step z = bad() }",
        "plan p() { phase q { step x = a() wait 1h } phase r after start { step y = b() wait 2h } step z = bad() }",
        "plan p() { step x = a() rollout t as share 1% for 1h -> 10% for 1h { step s = set(share) \
         gate rate() < 1% every 20m } compensate set(0%) step z = bad() }",
        "plan p() { step x = a() compensate { step one = un(\"1\") step two = un(\"2\") } step z = bad() }",
        "plan p() { step x = a() commit \"half\" step y = b() step z = bad() }",
        "plan p() { phase q { step x = a() step y = b() } compensate un(\"q\") step z = bad() }",
        "plan p() { step x = a() step y = bad() best_effort verify holds() within 1h every 10m }",
    ];

    #[test]
    fn every_point_of_every_plan() {
        let points = support::actions::crash_everywhere(PLANS, |words, count| match words {
            "bad" => fails("no"),
            "find" => Answer::Remembers("sure"),
            words => well(words, count),
        });
        assert!(points > 100, "only {points} points");
    }
}
