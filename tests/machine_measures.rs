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

mod timeline {
    use super::*;

    /// What the run knew of itself, when.
    fn told(plan: &str) -> Vec<String> {
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed), "{:?}", world.machine.failure());
        world.effects().iter().map(|words| words.trim_start_matches("un ").to_owned()).collect()
    }

    const TELL: &str = "step told = un(\"{t.due} {t.slip} {t.bottleneck}\") compensate nothing";

    #[test]
    fn a_probe_is_answered_by_the_run_itself() {
        let plan = format!(
            "plan p() {{ phase q takes 1h {{ wait 30m probe t = timeline() {TELL} }} \
             phase long takes 3h {{ wait 3h }} wait 1h }}"
        );
        // Half an hour of `q` is left, then three of `long`, and the hour behind them.
        assert_eq!(told(&plan), ["1970-01-01T05:00:00Z 0% long"]);
    }

    #[test]
    fn what_stands_around_it_counts_as_far_as_it_is_left() {
        let plan = format!(
            "plan p() {{ phase outer {{ phase inner {{ wait 90m probe t = timeline() {TELL} wait 15m }} \
             phase beside after start takes 2h {{ wait 2h }} }} phase last takes 1h {{ wait 1h }} }}"
        );
        // `beside` has half an hour left, which is more than the quarter of `inner`.
        assert_eq!(told(&plan), ["1970-01-01T03:00:00Z 0% last"]);
        let plan = format!("plan p() {{ for x in [1, 2, 3] {{ wait 1h probe t = timeline() {TELL} }} wait 1h }}");
        assert_eq!(told(&plan)[0], "1970-01-01T04:00:00Z 0% ");
    }

    #[test]
    fn conditions_may_ask_for_it_and_its_answer_is_evidence() {
        let plan = "plan p() { wait 1h verify timeline().slip <= 0% }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        let journal = world.journal().join("\n");
        assert!(journal.contains("timeline = { due: "), "{journal}");
        assert!(!journal.contains("Intent"), "nothing is asked of the world: {journal}");
    }

    #[test]
    fn crashes_change_nothing() {
        let plan = format!(
            "plan p() {{ phase q takes 1h {{ step x = a() probe t = timeline() {TELL} step y = b() }} step z = bad() }}"
        );
        assert!(crash_everywhere(&[&plan], but_bad) > 5);
    }
}
