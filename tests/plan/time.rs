//! When things would happen.

use orch::plan::{Takes, Timeline, Trials, outline::Outline, timeline};
use proptest::prelude::*;

use crate::outline;

/// The phases that a phase waits for, and how many days it takes: at best, likely, at worst.
type Drawn = (Vec<usize>, (i64, i64, i64));

const DAY: i64 = 86_400_000_000_000;

/// A plan of phases, each with the phases it waits for and what it takes in days.
fn phases(phases: &[Drawn]) -> Outline {
    let phase = |(number, (after, (shortest, likely, longest))): (usize, &Drawn)| {
        let names: Vec<String> = after.iter().map(|before| format!("f{before}")).collect();
        let after = if names.is_empty() { "start".to_owned() } else { names.join(", ") };
        format!("phase f{number} after {after} takes {shortest}d..{likely}d..{longest}d {{ wait 0s }}\n")
    };
    outline(&format!("plan p() {{ {} }}", phases.iter().enumerate().map(phase).collect::<String>()))
}

/// Phases that wait for some of those before them.
fn some_phases() -> impl Strategy<Value = Vec<Drawn>> {
    let one = (proptest::collection::vec(any::<proptest::sample::Index>(), 0..3), 1..9i64, 0..9i64, 0..20i64);
    proptest::collection::vec(one, 1..9).prop_map(|drawn| {
        let phase =
            |(number, (before, shortest, more, most)): (usize, (Vec<proptest::sample::Index>, i64, i64, i64))| {
                let mut after: Vec<usize> =
                    before.iter().filter(|_| number > 0).map(|index| index.index(number.max(1))).collect();
                after.sort_unstable();
                after.dedup();
                (after, (shortest, shortest + more, shortest + more + most))
            };
        drawn.into_iter().enumerate().map(phase).collect()
    })
}

/// How long the longest way to the end of each phase is.
fn longest(phases: &[Drawn]) -> Vec<i64> {
    let mut ends: Vec<i64> = Vec::new();
    for (after, (shortest, likely, longest)) in phases {
        let begins = after.iter().map(|before| ends[*before]).max().unwrap_or(0);
        let takes = Takes::of(&[shortest * DAY, likely * DAY, longest * DAY]).expect("three numbers");
        ends.push(begins + takes.mean());
    }
    ends
}

proptest! {
    #![proptest_config(crate::chance::config(48))]

    #[test]
    fn the_critical_path_is_the_longest(drawn in some_phases()) {
        let outline = phases(&drawn);
        let timeline = Timeline::of(&outline, Trials { count: 0, seed: 1 });
        let ends = longest(&drawn);
        prop_assert_eq!(timeline.expected, ends.iter().copied().max().unwrap_or(0));
        for (phase, end) in outline.phases().into_iter().zip(&ends) {
            let slot = timeline.slot(phase.id).expect("it takes time");
            prop_assert_eq!(slot.ends, *end);
            prop_assert!(slot.slack >= 0);
            prop_assert!(!slot.critical || slot.slack == 0, "what decides has nothing to spare");
            prop_assert!(slot.ends + slot.slack <= timeline.expected);
        }
        let path = outline.phases().into_iter().filter(|phase| timeline.slot(phase.id).is_some_and(|slot| slot.critical));
        let along: i64 = path.filter_map(|phase| phase.takes).map(Takes::mean).sum();
        prop_assert_eq!(along, timeline.expected, "what is critical fills the time");
    }

    #[test]
    fn the_trials_are_in_order_and_within_what_is_possible(drawn in some_phases(), seed in any::<u64>()) {
        let outline = phases(&drawn);
        let timeline = Timeline::of(&outline, Trials { count: 300, seed });
        let within = timeline.within;
        prop_assert!(within.p50 <= within.p80 && within.p80 <= within.p95);
        let at = |pick: fn(&(i64, i64, i64)) -> i64| {
            let exact: Vec<_> = drawn.iter().map(|(after, takes)| (after.clone(), (pick(takes), pick(takes), pick(takes)))).collect();
            longest(&exact).into_iter().max().unwrap_or(0)
        };
        prop_assert!(at(|takes| takes.0) <= within.p50 && within.p95 <= at(|takes| takes.2));
        let chances: Vec<f64> = outline.phases().into_iter().filter_map(|phase| timeline.slot(phase.id)).map(|slot| slot.chance).collect();
        prop_assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
        prop_assert!(chances.iter().sum::<f64>() >= 0.99, "some phase decides each trial");
    }

    #[test]
    fn what_is_exact_comes_out_exact(lengths in proptest::collection::vec(1..400i64, 1..6)) {
        let exact: Vec<_> = lengths.iter().enumerate().map(|(at, days)| {
            (at.checked_sub(1).into_iter().collect(), (*days, *days, *days))
        }).collect();
        let outline = phases(&exact);
        let whole = lengths.iter().sum::<i64>() * DAY;
        let timeline = Timeline::of(&outline, Trials { count: 100, seed: 3 });
        prop_assert_eq!((timeline.within.p50, timeline.within.p80, timeline.within.p95), (whole, whole, whole));
        prop_assert_eq!(timeline.trials, 0, "there is nothing to draw");
        let trials = timeline::trials(&outline, Trials { count: 5, seed: 9 });
        prop_assert!(trials.into_iter().all(|trial| trial == whole));
    }
}

#[test]
fn the_mean_of_the_trials_is_that_of_pert() {
    let outline = phases(&[(vec![], (1, 2, 9))]);
    let trials = timeline::trials(&outline, Trials { count: 40_000, seed: 7 });
    let mean = trials.iter().map(|trial| *trial as f64).sum::<f64>() / trials.len() as f64 / DAY as f64;
    assert!((mean - 3.0).abs() < 0.02, "(1 + 4 * 2 + 9) / 6, not {mean}");
    assert_eq!(trials, timeline::trials(&outline, Trials { count: 40_000, seed: 7 }), "the same seed draws the same");
}

#[test]
fn two_ways_that_are_as_long_decide_half_of_the_trials_each() {
    let outline = phases(&[(vec![], (1, 5, 9)), (vec![], (1, 5, 9))]);
    let timeline = Timeline::of(&outline, Trials { count: 20_000, seed: 7 });
    let chances: Vec<f64> =
        outline.phases().iter().map(|phase| timeline.slot(phase.id).expect("a slot").chance).collect();
    assert!(chances.iter().all(|chance| (chance - 0.5).abs() < 0.02), "{chances:?}");
    assert!(timeline.within.p50 > timeline.expected, "the longer of two is later than either: {timeline:?}");
}

/// How long a loop over these items takes, each a day for each letter of its key.
fn loop_of(order: &str) -> i64 {
    let text = format!(
        r#"type Item = {{ key: String, needs: List<String>, days: Int }}
const items: List<Item> = [
  {{ key: "a", needs: [], days: 3 }},
  {{ key: "b", needs: [], days: 1 }},
  {{ key: "c", needs: ["b"], days: 1 }},
  {{ key: "d", needs: [], days: 1 }},
]
plan p() {{ for item in items keyed item.key {order} {{ wait 1d * item.days }} }}"#
    );
    Timeline::of(&outline(&text), Trials { count: 0, seed: 1 }).expected / DAY
}

#[test]
fn loops_go_as_a_run_would_let_them() {
    assert_eq!(loop_of(""), 6, "one after another");
    assert_eq!(loop_of("parallel"), 3, "all at once");
    assert_eq!(loop_of("after item.needs"), 3, "c behind b, beside a");
    assert_eq!(loop_of("parallel limit 2"), 3, "a beside b, c, d");
    assert_eq!(loop_of("after item.needs by item.days limit 2"), 4, "b and d first, then c and a");
    assert_eq!(loop_of("after item.needs by item.days descending limit 2"), 3, "a first, the others beside it");
}

#[test]
fn holds_and_waits_take_time_and_people_are_told_apart() {
    let text = r#"uses exec("x")
action act(share: Percent) = exec("x", ["{share}"]) idempotent
probe well() -> Bool = exec("x", ["well"])
plan p(bake: Duration = 2d) {
  wait 12h
  rollout traffic as share 10% for bake -> 100% for 2 * bake {
    step shift = act(share)
    gate well() every 1h
  } compensate act(0%)
  approve go "Go on?" by "us"
}"#;
    let outline = outline(text);
    let timeline = Timeline::of(&outline, Trials { count: 0, seed: 1 });
    assert_eq!(timeline.expected, 6 * DAY + DAY / 2);
    assert_eq!(timeline.uncounted.len(), 1, "nobody says how long the approval takes");
}
