//! Actions for small programs, and a world in which they go well.

use std::sync::Arc;

use orch::machine::{Ending, Event, Status, WaitOn, Word};
use serde_json::{Value as Json, json};

use super::{Answer, World, fails, ok};

/// Actions for programs: `a` .. `e` can be undone by `un`, and say their name.
pub const ACTIONS: &str = r#"
uses exec("x")
action un(what: String) = exec("x", ["un", what]) idempotent
action a() -> String = exec("x", ["a"]) idempotent compensate un("a")
action b() -> String = exec("x", ["b"]) idempotent compensate un("b")
action c() -> String = exec("x", ["c"]) idempotent compensate un("c")
action d() -> String = exec("x", ["d"]) idempotent compensate un("d")
action bad() = exec("x", ["bad"]) confirm was_bad() compensate nothing
action once() -> String = exec("x", ["once"]) compensate un("once")
action sure() -> String = exec("x", ["sure"]) confirm find() compensate un(result)
action set(share: Percent) = exec("x", ["set", "{share}"]) idempotent
probe find() -> String? = exec("x", ["find"])
probe was_bad() -> Bool = exec("x", ["was_bad"])
probe holds() -> Bool = exec("x", ["holds"])
probe rate() -> Percent = exec("x", ["rate"])
"#;

/// A run of a plan that uses them.
pub fn world(plan: &str, script: impl FnMut(&str, usize) -> Answer + 'static) -> World {
    World::start(&format!("{ACTIONS}\n{plan}"), json!({}), script)
}

/// Everything goes well: an action prints its name, a probe says yes.
pub fn well(words: &str, _count: usize) -> Answer {
    match words {
        "holds" => ok("true"),
        "was_bad" => ok("false"),
        "rate" => ok("\"0.1%\""),
        "find" => ok(""),
        words => ok(words),
    }
}

/// It ended so, and gave nothing.
pub fn ended(ending: Ending) -> Status {
    Status::Ended(ending, Json::Null)
}

/// Whole seconds.
pub fn seconds(nanoseconds: i64) -> i64 {
    nanoseconds / 1_000_000_000
}

/// What the run is stuck on.
pub fn stuck_on(world: &World) -> Vec<String> {
    let stuck =
        |on: &WaitOn| matches!(on, WaitOn::Settlement { .. } | WaitOn::Compensation { .. } | WaitOn::Measure { .. });
    world.machine.waits().iter().filter(|wait| stuck(&wait.on)).map(|wait| wait.address.to_string()).collect()
}

/// An operator says something, and the run goes on.
pub fn say(world: &mut World, word: Word) {
    world.event(Event::Operator { word, who: "test".into(), why: None });
    world.run();
}

/// An address as it is typed.
pub fn address(text: &str) -> orch::ir::Address {
    orch::ir::Address::typed(text)
}

/// Each plan is run, and dies between any two of its records, with what was in flight done or not: it ends where it
/// would have. Gives how many points there were.
pub fn crash_everywhere(plans: &[&str], script: fn(&str, usize) -> Answer) -> usize {
    let mut points = 0;
    for plan in plans {
        let program = super::program(&format!("{ACTIONS}\n{plan}"));
        let start = || World::of(Arc::clone(&program), json!({}), script);
        let mut calm = start();
        calm.run();
        assert!(matches!(calm.status(), Status::Ended(..)), "{plan} does not end: {:?}", calm.machine.waits());
        let expected = (calm.status(), in_any_order(&calm));
        for point in 1..calm.records.len() {
            for happens in [false, true] {
                let mut world = start();
                while world.records.len() < point && world.one() {}
                let kept = point.min(world.records.len());
                world.crash(Arc::clone(&program), kept, happens);
                world.run();
                assert_eq!((world.status(), in_any_order(&world)), expected, "{plan} at {point}, {happens}");
                points += 1;
            }
        }
    }
    points
}

/// What happened; which of two things that run side by side ends first, a crash may change.
fn in_any_order(world: &World) -> Vec<String> {
    let mut effects: Vec<String> = world.effects().into_iter().map(str::to_owned).collect();
    effects.sort_unstable();
    effects
}

/// Everything goes well but `bad`.
pub fn but_bad(words: &str, count: usize) -> Answer {
    if words == "bad" { fails("no") } else { well(words, count) }
}
