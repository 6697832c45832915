//! Attempts: what is undone when one fails, what is done then, and what happens beside and around it.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Status, Word};
use serde_json::json;
use support::actions::{but_bad, crash_everywhere, ended, say, seconds, stuck_on, well, world};
use support::{Answer, fails, ok};

#[test]
fn what_ends_well_is_kept_and_undone_with_what_is_around_it() {
    let plan = "plan p() { step x = a() attempt { step y = b() } else { step y = c() } step w = d() step z = bad() }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.effects(), ["a", "b", "d", "un d", "un b", "un a"]);
}

#[test]
fn a_failure_undoes_the_inside_alone_and_goes_the_other_way() {
    let plan = "plan p() -> String { step x = a() \
        attempt { step y = b() step z = bad() } else as failure { step y = c() \
        return \"{failure.message} at {failure.address}, {failure.kind is effect}\" } return \"well\" }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.effects(), ["a", "b", "un b", "c"]);
    assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("no (exit 3) at z, true")));
    let keys: Vec<&str> = world.done.iter().map(|(_, _, key)| key.as_str()).collect();
    assert_eq!(keys, ["test/x", "test/y", "test/y/undo", "test/y~2"]);
}

#[test]
fn the_kinds_of_failure_are_told_apart() {
    for (inside, kind) in [
        ("step z = bad()", "effect"),
        ("probe q = rate() timeout 1s", "effect"),
        ("require holds()", "check"),
        ("when 1 == 1 { fail \"so\" }", "stated"),
        ("let n = 1 / (1 - 1)", "fault"),
    ] {
        let plan = format!(
            "plan p() -> Bool {{ attempt go {{ {inside} return false }} else as f {{ return f.kind is {kind} }} return go }}"
        );
        let mut world = world(&plan, |words, count| match words {
            "holds" => ok("false"),
            "rate" => fails("no data"),
            words => but_bad(words, count),
        });
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(true)), "{inside}");
    }
}

#[test]
fn an_attempt_with_a_name_is_what_its_blocks_return() {
    let plan = "plan p() -> String { attempt x { step y = b() require holds() return y } else { step y = c() return y } \
                step z = bad() best_effort return x }";
    for (holds, gives, effects) in [("true", "b", vec!["b"]), ("false", "c", vec!["b", "un b", "c"])] {
        let mut world =
            world(plan, move |words, count| if words == "holds" { ok(holds) } else { but_bad(words, count) });
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(gives)));
        assert_eq!(world.effects(), effects);
    }
}

#[test]
fn names_of_a_block_that_failed_have_no_value_after_it() {
    let plan = "plan p() -> String? { attempt { step x = a() step z = bad() } else { } return x }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
}

#[test]
fn a_failure_in_the_other_way_is_that_of_what_is_around() {
    let plan = "plan p() { step x = a() attempt { step y = b() fail \"one\" } else { step w = c() step z = bad() } }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.effects(), ["a", "b", "un b", "c", "un c", "un a"]);
    assert_eq!(world.machine.failure().map(|(_, reason)| reason), Some("no (exit 3)"));
}

#[test]
fn attempts_in_attempts_each_catch_their_own() {
    let plan = "plan p() { attempt { step x = a() attempt { step y = b() step z = bad() } else { step w = c() } \
                fail \"outer\" } else { step v = d() } }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects(), ["a", "b", "un b", "c", "un c", "un a", "d"]);
}

#[test]
fn a_return_out_of_an_attempt_keeps_what_it_did() {
    let plan = "plan p() { run q() step z = bad() } plan q() { attempt { step x = a() return } else { } }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.effects(), ["a", "un a"]);
}

#[test]
fn a_cancel_is_never_caught() {
    let plan = "plan p() { step x = a() attempt { step y = b() wait 1h } else { step w = c() } }";
    let mut world = world(plan, well);
    world.run_until(60_000_000_000);
    say(&mut world, Word::Cancel);
    assert_eq!(world.status(), ended(Ending::Compensated));
    assert_eq!(world.effects(), ["a", "b", "un b", "un a"]);
}

#[test]
fn unwindings_side_by_side_do_not_wait_for_each_other() {
    let plan = "plan p() { parallel { \
        branch l { attempt { step x = a() step z = bad() } else { step v = c() } } \
        branch r { attempt { step y = b() wait 1h fail \"r\" } else { step w = d() } } } }";
    let script = |words: &str, count| if words == "un a" && count < 6 { fails("busy") } else { but_bad(words, count) };
    let mut world = world(plan, script);
    world.run();
    assert_eq!(stuck_on(&world), ["l/x/undo"]);
    assert_eq!(world.effects(), ["a", "b", "un b", "d"], "the other branch went on");
    say(&mut world, Word::Retry { address: None });
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects(), ["a", "b", "un b", "d", "un a", "c"]);
}

/// The compensation in flight finishes, the rest joins the outer list in the order of intents, no `else` runs.
#[test]
fn a_failure_around_it_takes_over_what_is_left_to_undo() {
    let plan = "plan p() { step w = d() parallel { \
        branch l { attempt { step x = a() step y = b() step z = bad() } else { step v = c() } } \
        branch r { wait 500ms step z = bad() } } }";
    let script = |words: &str, count| match words {
        "un b" if count == 0 => fails("busy"),
        "bad" => Answer::Fails("no".into()),
        words => well(words, count),
    };
    let mut world = world(plan, script);
    world.run();
    assert_eq!(world.status(), ended(Ending::Compensated), "{}", world.journal().join("\n"));
    assert_eq!(world.effects(), ["d", "a", "b", "un b", "un a", "un d"]);
}

#[test]
fn what_is_stuck_in_it_holds_only_what_stands_before_it_in_the_outer_list() {
    let plan = "plan p() { step w = d() parallel { \
        branch l { attempt { step x = a() step z = bad() } else { } } \
        branch r { wait 2h step y = b() wait 1h fail \"r\" } } }";
    let script = |words: &str, count| if words == "un a" && count < 6 { fails("busy") } else { but_bad(words, count) };
    let mut world = world(plan, script);
    world.run();
    assert_eq!(stuck_on(&world), ["l/x/undo"]);
    assert_eq!(world.effects(), ["d", "a", "b", "un b"]);
    say(&mut world, Word::Retry { address: None });
    assert_eq!(world.status(), ended(Ending::Compensated));
    assert_eq!(world.effects(), ["d", "a", "b", "un b", "un a", "un d"]);
}

/// A phase's own way back is for when the phase fails; an attempt in it undoes its parts as they say.
#[test]
fn a_scope_around_it_is_not_what_undoes_its_inside() {
    let plan = "plan p() { phase q { attempt { step x = a() step z = bad() } else { step y = b() } require holds() } \
                compensate un(\"q\") }";
    let mut world = world(plan, |words, count| if words == "holds" { ok("false") } else { but_bad(words, count) });
    world.run();
    assert_eq!(world.effects(), ["a", "un a", "b", "un q"]);
}

#[test]
fn a_scope_inside_it_undoes_its_own() {
    let plan = "plan p() { attempt { phase q { step x = a() step y = b() } compensate un(\"q\") step z = bad() } \
                else { } }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects(), ["a", "b", "un q"]);
}

#[test]
fn what_runs_in_it_is_stopped_and_settled_before_the_other_way_begins() {
    let plan = "plan p() { attempt { parallel { branch l { step x = a() } branch r { step y = b() step z = bad() } } } \
                else { step w = c() } }";
    let script = |words: &str, count| if words == "a" && count == 0 { Answer::Hangs } else { but_bad(words, count) };
    let mut world = world(plan, script);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects(), ["b", "un b", "a", "un a", "c"]);
    assert!(seconds(world.now) > 0, "it was done again, to know how it ended");
}

/// `unwind` in the way back of a scope.
mod unwinding_the_inside {
    use super::*;

    #[test]
    fn its_parts_are_undone_as_they_say_and_then_the_way_back_goes_on() {
        let plan = "plan p() { step w = d() phase q { step x = a() phase r { step y = b() step v = b() } \
                    compensate un(\"r\") step u = c() } \
                    compensate { step first = un(\"first\") unwind step last = un(\"last\") } step z = bad() }";
        let mut world = world(plan, but_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects()[5..], ["un first", "un c", "un r", "un a", "un last", "un d"]);
    }

    #[test]
    fn what_is_stuck_in_it_is_tried_again() {
        let plan = "plan p() { phase q { step x = a() step y = b() } compensate { unwind step last = un(\"last\") } \
                    step z = bad() }";
        let script =
            |words: &str, count| if words == "un b" && count < 6 { fails("busy") } else { but_bad(words, count) };
        let mut world = world(plan, script);
        world.run();
        assert_eq!(stuck_on(&world), ["q/y/undo"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un b", "un a", "un last"]);
    }

    #[test]
    fn a_way_back_that_is_begun_anew_undoes_what_is_left() {
        let plan = "plan p() { phase q { step x = a() step y = b() } compensate { unwind require holds() \
                    step last = un(\"last\") } step z = bad() }";
        let mut world = world(plan, |words, count| match words {
            "holds" if count == 0 => ok("false"),
            words => but_bad(words, count),
        });
        world.run();
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Compensated));
        assert_eq!(world.effects(), ["a", "b", "un b", "un a", "un last"]);
    }
}

#[test]
fn crashes_change_nothing() {
    let points = crash_everywhere(
        &[
            "plan p() { step x = a() attempt { step y = b() step z = bad() } else { step y = c() } step w = d() }",
            "plan p() { attempt { step x = a() attempt { step y = b() step z = bad() } else { step w = c() } \
             fail \"outer\" } else { step v = d() } }",
            "plan p() -> String { attempt x { step y = b() step z = bad() return y } else as f { return f.message } \
             return x }",
            "plan p() { attempt { phase q { step x = a() step y = b() } compensate un(\"q\") step z = bad() } \
             else { step w = c() } }",
            "plan p() { phase q { step x = a() step y = b() } compensate { unwind step last = un(\"last\") } \
             step z = bad() }",
            "plan p() { step w = d() parallel { branch l { attempt { step x = a() wait 1h step z = bad() } else { } } \
             branch r { wait 2h step y = b() step z = bad() } } }",
        ],
        but_bad,
    );
    assert!(points > 60, "only {points} points");
}
