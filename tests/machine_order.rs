//! In which order things are undone: the reverse order of intents, one at a time, whatever stands around them.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::Ending;
use support::actions::{ended, well, world};
use support::{Answer, fails};

/// Everything goes well but `bad`, and the first try of `c`.
fn script(words: &str, count: usize) -> Answer {
    match (words, count) {
        ("bad", _) | ("c", 0) => fails("no"),
        _ => well(words, count),
    }
}

/// What happens when the plan `p` fails at its end, or where it says.
fn check(what: &str, plan: &str, expected: &[&str]) {
    let mut world = world(plan, script);
    world.run();
    assert_eq!(world.effects(), expected, "{what}");
    let halted = plan.contains("commit");
    assert_eq!(world.status(), ended(if halted { Ending::Halted } else { Ending::Compensated }), "{what}");
}

const ITEM: &str = "step x = un(\"{n}\") compensate un(\"back {n}\")";

#[test]
fn every_structure_is_undone_in_the_reverse_order_of_intents() {
    check("sequence", "plan p() { step x = a() step y = b() step z = bad() }", &["a", "b", "un b", "un a"]);
    check(
        "parallel",
        "plan p() { parallel { branch l { wait 2h step x = a() } branch r { wait 1h step y = b() } } step z = bad() }",
        &["b", "a", "un a", "un b"],
    );
    check(
        "nested parallel",
        "plan p() { parallel { branch l { wait 1h parallel { branch m { step x = a() wait 2h step w = d() } \
         branch n { wait 1h step y = b() } } } branch r { wait 90m step v = un(\"r\") compensate un(\"back r\") } } \
         step z = bad() }",
        &["a", "un r", "b", "d", "un d", "un b", "un back r", "un a"],
    );
    check(
        "loop",
        &format!("plan p() {{ for n in [1, 2, 3] {{ {ITEM} }} step z = bad() }}"),
        &["un 1", "un 2", "un 3", "un back 3", "un back 2", "un back 1"],
    );
    check(
        "fan-out",
        &format!("plan p() {{ for n in [1, 2, 3] parallel {{ wait 1h * (4 - n) {ITEM} }} step z = bad() }}"),
        &["un 3", "un 2", "un 1", "un back 1", "un back 2", "un back 3"],
    );
    check(
        "sub-plan",
        "plan p() { step w = a() run q() step z = bad() } plan q() { step x = b() step y = d() }",
        &["a", "b", "d", "un d", "un b", "un a"],
    );
    check(
        "phase with its own compensation, at the place of its latest effect",
        "plan p() { parallel { branch l { phase q { step x = a() wait 2h step y = b() } compensate un(\"q\") } \
         branch r { wait 1h step v = d() } } step z = bad() }",
        &["a", "d", "b", "un q", "un d"],
    );
    check(
        "retry: the place of a step is that of its first intent",
        "plan p() { parallel { branch l { step x = c() retry 1 backoff 2h } branch r { wait 1h step y = b() } } step z = bad() }",
        &["b", "c", "un b", "un c"],
    );
    check(
        "attempt that failed: its own inside at once",
        "plan p() { step w = a() attempt { step x = b() step z = bad() } else { step y = d() } step last = bad() }",
        &["a", "b", "un b", "d", "un d", "un a"],
    );
    check(
        "attempt that went well: with what is around it",
        "plan p() { step w = a() attempt { step x = b() } else { } step y = d() step z = bad() }",
        &["a", "b", "d", "un d", "un b", "un a"],
    );
    check(
        "commit: to it and no further",
        "plan p() { step w = a() commit \"so\" step x = b() step y = d() step z = bad() }",
        &["a", "b", "d", "un d", "un b"],
    );
    check(
        "phases side by side",
        "plan p() { phase l { wait 1h step x = a() } phase r after start { step y = b() wait 2h step w = d() } step z = bad() }",
        &["b", "a", "d", "un d", "un a", "un b"],
    );
    check(
        "rollout",
        "plan p() { rollout t as share 1% -> 2% { step s = set(share) compensate un(\"{share}\") } step z = bad() }",
        &["set 1%", "set 2%", "un 2%", "un 1%"],
    );
    check(
        "step of several effects",
        "plan p() { step all { step x = a() step y = b() } step z = bad() }",
        &["a", "b", "un b", "un a"],
    );
    check(
        "unwind in the middle of a way back",
        "plan p() { phase q { step x = a() step y = b() } compensate { step u = un(\"first\") unwind step v = un(\"last\") } \
         step z = bad() }",
        &["a", "b", "un first", "un b", "un a", "un last"],
    );
    check(
        "a loop with its own compensation, at the place of its latest effect",
        "plan p() { parallel { branch l { for n in [1, 2] { step x = un(\"{n}\") wait 2h } compensate un(\"all\") } \
         branch r { wait 1h step y = a() wait 2h step w = b() } } step z = bad() }",
        &["un 1", "a", "un 2", "b", "un b", "un all", "un a"],
    );
    check(
        "a sub-plan with its own compensation",
        "plan p() { step w = a() run q() compensate un(\"q\") step v = d() step z = bad() } plan q() { step x = b() }",
        &["a", "b", "d", "un d", "un q", "un a"],
    );
    check(
        "items that are final stay",
        "plan p() { for n in [1, 2] { step x = un(\"{n}\") compensate un(\"back {n}\") commit \"{n}\" } \
         step y = b() step z = bad() }",
        &["un 1", "un 2", "b", "un b"],
    );
    check(
        "attempts side by side: each at once, and what went well with what is around",
        "plan p() { parallel { branch l { attempt { step x = a() wait 2h step z = bad() } else { step w = un(\"l\") compensate un(\"back l\") } } \
         branch r { wait 1h attempt { step y = b() } else { } } } step last = bad() }",
        &["a", "b", "un a", "un l", "un back l", "un b"],
    );
    check(
        "a step that failed has its place if it is undone in any case",
        "plan p() { step w = a() step x = un(\"x\") compensate always un(\"back x\") step z = bad() compensate always un(\"back z\") }",
        &["a", "un x", "un back z", "un back x", "un a"],
    );
    check(
        "what can't be undone best effort holds nothing up",
        "plan p() { step w = a() step x = b() compensate best_effort bad() step z = bad() }",
        &["a", "b", "un a"],
    );
    check(
        "what a handler does stands between what the scope does",
        "event Told = { n: Int } plan p() { step w = a() phase q { on Told as t { step x = b() } step y = d() wait 1h emit Told { n: 1 } \
         wait more: 1h step v = un(\"v\") compensate un(\"back v\") } step z = bad() }",
        &["a", "d", "b", "un v", "un back v", "un b", "un d", "un a"],
    );
    check(
        "a scope in which all is undone already has nothing to undo",
        "plan p() { phase q { attempt { step x = a() fail \"n\" } else { } require rate() > 5% } compensate un(\"q\") }",
        &["a", "un a"],
    );
    check(
        "a scope that only looked has nothing to undo",
        "plan p() { phase q { probe h = holds() fail \"n\" } compensate un(\"q\") }",
        &[],
    );
    check(
        "a scope in which something was begun is undone, though that failed and was let pass",
        "plan p() { phase q { step x = bad() best_effort fail \"n\" } compensate un(\"q\") }",
        &["un q"],
    );
    check(
        "each scope sees the names of its own time",
        "plan p() { for n in [1, 2] { phase q { step x = a() } compensate un(\"{n} {x ?? \"-\"}\") } step z = bad() }",
        &["a", "a", "un 2 a", "un 1 a"],
    );
    check(
        "nested sub-plans to any depth",
        "plan p() { run q(2) step z = bad() } plan q(n: Int) { step x = un(\"{n}\") compensate un(\"back {n}\") \
         when n > 0 { run q(n - 1) } step y = un(\"{n} too\") compensate un(\"back {n} too\") }",
        &[
            "un 2",
            "un 1",
            "un 0",
            "un 0 too",
            "un 1 too",
            "un 2 too",
            "un back 2 too",
            "un back 1 too",
            "un back 0 too",
            "un back 0",
            "un back 1",
            "un back 2",
        ],
    );
}
