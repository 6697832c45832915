//! `after each phase`: what is measured, told and done when a phase has ended.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Status, Word};
use support::actions::{but_bad, crash_everywhere, ended, say, stuck_on, well, world};
use support::{Answer, fails};

const PLAN: &str = "plan p() { phase q \"First\" takes 1h { wait 90m } phase r takes 2h { wait 2h } \
    after each phase as p { step told = un(\"{p.title} {p.actual} {p.estimate} {p.slip} {timeline.due} {timeline.bottleneck}\") } }";

#[test]
fn every_phase_is_measured_before_what_waits_for_it() {
    let mut world = world(PLAN, well);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
    let told = ["un First 1h30m 1h 50% 1970-01-01T03:30:00Z r", "un r 2h 2h 0% 1970-01-01T03:30:00Z r"];
    let rounded: Vec<String> = world.effects().iter().map(|words| words.replace("2h1ms", "2h")).collect();
    assert_eq!(rounded, told);
    assert_eq!(world.done[0].2, "test/after[q]/told");
    let journal = world.journal();
    let measured = journal.iter().position(|entry| entry.starts_with("Measured")).expect("it is journaled");
    let next = journal.iter().position(|entry| entry.contains("Entered") && entry.contains("\"r\"")).expect("r begins");
    assert!(measured < next);
}

#[test]
fn holds_that_depend_on_their_stage_are_part_of_an_estimate() {
    let plan = "plan p() { phase q { \
        rollout t as share 1% for 1h -> 2% for (share / 1%) * 1h { step shift = set(share) compensate nothing } \
        rollout u as share in [1%, 3%] for (share / 1%) * 1h { step shift = set(share) compensate nothing } } \
        after each phase as p { step told = un(\"{p.estimate} {p.actual}\") } }";
    let mut world = world(plan, well);
    world.run();
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects().last().map(|told| told.replace("7h4ms", "7h")).as_deref(), Some("un 7h 7h"));
}

#[test]
fn what_it_did_is_never_undone() {
    let plan = "plan p() { phase q { step x = a() } after each phase as p { step y = b() } step z = bad() }";
    let mut world = world(plan, but_bad);
    world.run();
    assert_eq!(world.status(), ended(Ending::Compensated));
    assert_eq!(world.effects(), ["a", "b", "un a"]);
}

#[test]
fn its_failure_undoes_nothing_and_waits_for_a_person() {
    let plan = "plan p() { phase q { step x = a() } after each phase as p { step y = b() } step z = c() }";
    let script = |words: &str, count| if words == "b" && count == 0 { fails("no") } else { well(words, count) };
    let mut world = world(plan, script);
    world.run();
    assert_eq!(world.status(), Status::Stuck);
    assert_eq!(world.effects(), ["a"]);
    assert_eq!(stuck_on(&world), ["after[q]"]);
    say(&mut world, Word::Retry { address: None });
    assert_eq!(world.status(), ended(Ending::Completed));
    assert_eq!(world.effects(), ["a", "b", "c"]);
    assert_eq!(world.done[1].2, "test/after[q]~2/y");
}

#[test]
fn a_cancel_drops_it() {
    let plan = "plan p() { phase q { step x = a() } after each phase as p { step y = b() timeout 10s } }";
    let mut world = world(plan, |words, count| if words == "b" { Answer::Hangs } else { well(words, count) });
    world.run_until(1_000_000_000);
    say(&mut world, Word::Cancel);
    assert_eq!(world.status(), ended(Ending::Compensated));
    assert_eq!(world.effects(), ["a", "un a"]);
}

#[test]
fn crashes_change_nothing() {
    let plans = ["plan p() { phase q { step x = a() wait 1h } phase r after start { step v = c() } \
                  after each phase as p { step y = b() } step z = bad() }"];
    let points = crash_everywhere(&plans, but_bad);
    assert!(points > 10, "only {points} points");
}
