//! Time: every timer fires once and in order, however late the run hears of the time, and whichever way the clock goes.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use std::sync::Arc;

use orch::machine::{Ending, Event, Status, Timestamp, Word};
use serde_json::json;
use support::actions::{ACTIONS, ended, say, seconds, well, world};
use support::{Answer, World, program};

const HOUR: i64 = 3_600_000_000_000;
const WEEK: i64 = 168 * HOUR;

const TIMERS: &str = "plan p() { parallel { \
    branch third { wait 3h step x = un(\"3\") compensate nothing } branch first { wait 1h step x = un(\"1\") compensate nothing } \
    branch second { wait 2h step x = un(\"2\") compensate nothing } } step last = un(\"end\") compensate nothing }";

#[test]
fn suspended_for_a_week_every_timer_fires_once_and_in_order() {
    let program = program(&format!("{ACTIONS}\n{TIMERS}"));
    let mut world = World::of(Arc::clone(&program), json!({}), well);
    world.run_until(HOUR / 2);
    world.event(Event::Suspended);
    let kept = world.records.len();
    world.now += WEEK;
    world.crash(program, kept, false);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects(), ["un 1", "un 2", "un 3", "un end"]);
}

#[test]
fn a_clock_that_goes_forward_fires_what_is_due_in_order() {
    let mut world = world(TIMERS, well);
    world.run_until(1);
    world.now += WEEK;
    world.event(Event::Time);
    world.run();
    assert_eq!(world.effects(), ["un 1", "un 2", "un 3", "un end"]);
}

#[test]
fn a_clock_that_goes_back_counts_as_the_latest_time_seen() {
    let mut world = world(TIMERS, well);
    world.run_until(90 * HOUR / 60);
    assert_eq!(world.effects(), ["un 1"]);
    world.now = 0;
    world.event(Event::Time);
    assert_eq!(world.machine.next_deadline(), Some(Timestamp(2 * HOUR)), "a deadline is a moment, not a time from now");
    world.run();
    assert_eq!(world.effects(), ["un 1", "un 2", "un 3", "un end"]);
    assert_eq!(seconds(world.now), 3 * 3600);
}

#[test]
fn a_time_that_is_over_ends_before_what_comes_later_begins() {
    // The limit is over an hour before the wait would have been.
    let plan = "plan p() { attempt { phase q timeout 1h { wait 2h step x = a() } } else { step y = b() } }";
    let mut world = world(plan, well);
    world.run_until(1);
    world.now += WEEK;
    world.event(Event::Time);
    world.run();
    assert_eq!(world.effects(), ["b"]);
}

#[test]
fn while_a_run_is_paused_the_time_of_a_step_stands_still() {
    let plan = "plan p() { step x = once() timeout 30m compensate nothing }";
    let mut world = world(plan, |_, _| Answer::Hangs);
    world.run_until(HOUR / 4);
    say(&mut world, Word::Pause);
    world.run_until(WEEK);
    assert_eq!(world.status(), Status::Paused);
    say(&mut world, Word::Resume);
    assert_eq!(seconds(world.now - WEEK), 15 * 60, "a quarter of an hour was left of the half");
}

#[test]
fn what_fails_while_a_run_is_paused_is_tried_again_soon_after_it() {
    let mut world = world("plan p() { step x = a() retry 1 backoff 1s step y = b() }", |words: &str, count| {
        if (words, count) == ("a", 0) { support::fails("no") } else { well(words, count) }
    });
    world.event(Event::Operator { word: Word::Pause, who: "test".into(), why: None });
    world.now = 9 * HOUR;
    world.run_until(10 * HOUR);
    assert_eq!(world.effects(), Vec::<&str>::new(), "nothing new starts");
    say(&mut world, Word::Resume);
    assert_eq!(world.effects(), ["a", "b"]);
    assert_eq!(seconds(world.now), 36_001, "the pause before the next try is a second, not nine hours");
}

#[test]
fn what_is_done_again_after_a_crash_in_a_pause_has_its_own_time() {
    let program = program(&format!("{ACTIONS}\nplan p() {{ step x = a() timeout 30s retry 0 step y = b() }}"));
    let mut world = World::of(Arc::clone(&program), json!({}), |_, _| Answer::Hangs);
    world.run_until(1);
    world.event(Event::Operator { word: Word::Pause, who: "test".into(), why: None });
    world.now = 9 * HOUR;
    let kept = world.records.len();
    world.crash(program, kept, false);
    world.run_until(10 * HOUR);
    say(&mut world, Word::Resume);
    assert_eq!((world.status(), seconds(world.now)), (Status::Stuck, 36_030));
}

#[test]
fn what_is_verified_within_a_time_has_that_time_over_a_crash_and_one_more_look() {
    let program = program(&format!("{ACTIONS}\nplan p() {{ verify holds() within 1h every 10m }}"));
    let no_then_yes = |_: &str, count: usize| support::ok(if count < 2 { "false" } else { "true" });
    for (away, ending) in [(HOUR / 2, Ending::Completed), (WEEK, Ending::Completed)] {
        let mut world = World::of(Arc::clone(&program), json!({}), no_then_yes);
        world.run_until(HOUR / 3 + 1);
        let kept = world.records.len();
        world.now += away;
        world.crash(Arc::clone(&program), kept, false);
        world.run();
        assert_eq!(world.status(), ended(ending), "away for {} s", seconds(away));
    }
    let mut never = World::of(Arc::clone(&program), json!({}), |_, _| support::ok("false"));
    never.run_until(HOUR / 3 + 1);
    let kept = never.records.len();
    never.now += WEEK;
    never.crash(program, kept, false);
    never.run();
    assert_eq!(never.status(), ended(Ending::Compensated), "the time is over, and nobody may wait for ever");
}
