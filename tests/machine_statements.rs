//! What each statement of the language does when it runs: programs in a world of memory, under a virtual clock.

#[expect(dead_code, reason = "what the properties use of this world")]
mod support;

use orch::machine::{Ending, Event, Machine, Status};
use serde_json::json;
use support::actions::{ACTIONS, but_bad, crash_everywhere, ended, seconds, well, world};
use support::{World, fails, ok, program};

/// Why the run failed, and where.
fn failure(world: &World) -> Option<(String, String)> {
    world.machine.failure().map(|(address, reason)| (address.to_string(), reason.to_owned()))
}

fn failed(address: &str, reason: &str) -> Option<(String, String)> {
    Some((address.to_owned(), reason.to_owned()))
}

/// The keys of what was done, without the name of the run.
fn addresses(world: &World) -> Vec<&str> {
    world.done.iter().map(|(_, _, key)| key.strip_prefix("test/").expect("a key of this run")).collect()
}

mod patterns {
    use super::*;

    const PLAN: &str = "type Scheme = jwt | mixed(count: Int)\n\
        probe scheme() -> Scheme = exec(\"x\", [\"scheme\"])\n\
        plan p() -> Int { probe s = scheme() when s { jwt => { return 0 } mixed(count) => { return count + 1 } } }";

    #[test]
    fn the_arm_that_matches_is_taken_with_what_it_names() {
        for (scheme, gives) in [("\"jwt\"", 0), ("{\"mixed\": {\"count\": 6}}", 7)] {
            let mut world = world(PLAN, move |_, _| ok(scheme));
            world.run();
            assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(gives)));
        }
    }

    #[test]
    fn a_name_that_not_every_way_binds_is_none_where_it_was_not_bound() {
        let plan = "plan p() -> String? { probe h = holds() when h { step x = a() } return x }";
        let mut bound = world(plan, well);
        bound.run();
        assert_eq!(bound.status(), Status::Ended(Ending::Completed, json!("a")));
        let mut unbound = world(plan, |_, _| ok("false"));
        unbound.run();
        assert_eq!(unbound.status(), ended(Ending::Completed));
    }
}

mod sub_plans {
    use super::*;

    #[test]
    fn a_sub_plan_has_its_own_names_an_address_and_a_value() {
        let plan = "plan p() -> String { step x = a() run y = q(\"{x}!\") return y }\n\
                    plan q(what: String) -> String { let x = \"{what}?\" step z = b() return \"{x}{z}\" }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("a!?b")));
        assert_eq!(addresses(&world), ["x", "y/z"]);
    }

    #[test]
    fn what_a_sub_plan_did_is_undone_with_what_its_caller_did() {
        let plan = "plan p() { step x = a() run q() step z = bad() } plan q() { step y = b() step w = c() }";
        let mut world = world(plan, but_bad);
        world.run();
        assert_eq!(world.effects(), ["a", "b", "c", "un c", "un b", "un a"]);
        assert_eq!(addresses(&world)[3], "q/w/undo");
    }

    #[test]
    fn a_way_back_of_the_run_is_the_whole_way_back() {
        let plan = "plan p() { step x = a() run y = q() compensate un(y ?? \"half\") step z = bad() }\n\
                    plan q() -> String { step y = b() step w = c() return \"{y}{w}\" }";
        let mut after = world(plan, but_bad);
        after.run();
        assert_eq!(after.effects(), ["a", "b", "c", "un bc", "un a"]);
        let mut within = world(plan, |words, count| if words == "c" { fails("no") } else { but_bad(words, count) });
        within.run();
        assert_eq!(within.effects(), ["a", "b", "un half", "un a"]);
    }

    #[test]
    fn a_plan_that_runs_itself_ends_or_fails_at_a_limit() {
        let plan = "plan p(n: Int = 5) -> Int { when n == 0 { return 0 } step x = a() run y = p(n - 1) return y + n }";
        let text = format!("{ACTIONS}\n{plan}");
        let mut ends = World::start(&text, json!({ "n": 3 }), well);
        ends.run();
        assert_eq!(ends.status(), Status::Ended(Ending::Completed, json!(6)));
        assert_eq!(addresses(&ends), ["x", "y/x", "y/y/x"]);
        let mut too_deep = World::start(&text, json!({ "n": 100 }), well);
        too_deep.run();
        let reason = "`p` would be run 33 plans deep, and the limit is 32";
        assert_eq!(failure(&too_deep).map(|(_, found)| found), Some(reason.to_owned()));
        assert_eq!(too_deep.effects().len(), 2 * 33);
    }

    /// A plan that runs itself `n` times.
    fn nesting() -> std::sync::Arc<orch::ir::Program> {
        let plan = "plan p(n: Int) -> Int { when n == 0 { step x = a() return 0 } run y = p(n - 1) return y + 1 }";
        program(&format!("{ACTIONS}\n{plan}"))
    }

    /// A run of it, begun with this limit.
    fn nested(n: u32, deepest: Option<u32>) -> World {
        let mut world = World::new(nesting(), well);
        let inputs = serde_json::Map::from_iter([("n".to_owned(), json!(n))]);
        world.event(Event::Started { run: "test".into(), plan: "p".into(), inputs, deepest });
        world.run();
        world
    }

    #[test]
    fn who_begins_a_run_says_how_deep_its_plans_go_and_its_journal_keeps_that() {
        let reason = |world: &World| failure(world).map(|(_, reason)| reason).unwrap();
        let journaled = "`p` would be run 33 plans deep, and the limit is 32";
        assert_eq!(reason(&nested(33, None)), journaled, "as in the journals of runs of which nobody could say it");
        let told = "`p` would be run 4 plans deep, and the limit is 3 (`orch run --deepest` says otherwise)";
        assert_eq!(reason(&nested(4, Some(3))), told);
        for (n, deepest) in [(3, Some(3)), (32, None), (1_000, Some(1_000))] {
            let world = nested(n, deepest);
            assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(n)));
            let started = serde_json::to_value(&world.records[0].event).unwrap();
            assert_eq!(started.get("deepest"), deepest.map(|deepest| json!(deepest)).as_ref());
            let mut again = Machine::new(nesting());
            world.records.iter().for_each(|record| drop(again.replay(record).unwrap()));
            assert_eq!(again.status(), world.status());
        }
    }
}

mod branches {
    use super::*;

    #[test]
    fn branches_run_together_and_are_what_they_return_or_bind() {
        let plan = "plan p() -> String { parallel { branch l { wait 1h step x = a() return \"{x}!\" } \
                    branch r { wait 2h step y = b() } } return \"{l}{r.y}\" }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("a!b")));
        assert_eq!(addresses(&world), ["l/x", "r/y"]);
        assert_eq!(seconds(world.now), 2 * 3600);
    }

    #[test]
    fn a_limit_holds_branches_back() {
        let plan = "plan p() { parallel limit 2 { branch l { wait 1h } branch m { wait 3h } branch r { wait 1h } } }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(seconds(world.now), 3 * 3600);
        let one = plan.replace("limit 2", "limit 1");
        let mut alone = super::world(&one, well);
        alone.run();
        assert_eq!(seconds(alone.now), 5 * 3600);
    }

    #[test]
    fn a_failure_in_one_undoes_all_of_them() {
        let plan = "plan p() { parallel { branch l { step x = a() } branch r { wait 1h step z = bad() } } }";
        let mut world = world(plan, but_bad);
        world.run();
        assert_eq!(world.effects(), ["a", "un a"]);
        assert_eq!(failure(&world), failed("r/z", "no (exit 3)"));
    }
}

mod items {
    use super::*;

    const NEEDS: &str = "type Service = { name: String, needs: List<String>, risk: Risk }\n\
        const services: List<Service> = [\
          { name: \"users\", needs: [\"auth\"], risk: low },\
          { name: \"catalog\", needs: [], risk: high },\
          { name: \"auth\", needs: [], risk: medium }]\n";

    fn order_of(modifiers: &str) -> Vec<String> {
        let plan = format!(
            "{NEEDS}plan p() {{ for s in services keyed s.name {modifiers} {{ step x = un(s.name) compensate nothing }} }}"
        );
        let mut world = world(&plan, well);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        world.effects().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn items_begin_as_soon_as_those_they_name_are_done() {
        assert_eq!(order_of("after s.needs"), ["un catalog", "un auth", "un users"]);
        assert_eq!(order_of("after s.needs limit 1"), ["un catalog", "un auth", "un users"]);
    }

    #[test]
    fn by_picks_among_those_ready_and_ties_go_by_the_list() {
        assert_eq!(order_of("by s.risk"), ["un users", "un auth", "un catalog"]);
        assert_eq!(order_of("by s.risk descending"), ["un catalog", "un auth", "un users"]);
        assert_eq!(order_of("after s.needs limit 1 by s.risk"), ["un auth", "un users", "un catalog"]);
        assert_eq!(order_of("by 1"), ["un users", "un catalog", "un auth"]);
    }

    #[test]
    fn parallel_items_run_together_but_no_more_than_the_limit() {
        for (modifiers, hours) in [("", 3), ("parallel", 1), ("parallel limit 2", 2)] {
            let plan = format!("plan p() {{ for n in [1, 2, 3] {modifiers} {{ wait 1h }} }}");
            let mut world = world(&plan, well);
            world.run();
            assert_eq!(seconds(world.now), hours * 3600, "{modifiers}");
        }
    }

    #[test]
    fn what_they_return_is_collected_in_the_order_of_the_list() {
        let plan =
            "plan p() -> List<Int> { for n in [3, 1, 2] parallel as all { wait 1h * n return n * 10 } return all }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!([30, 10, 20])));
    }

    #[test]
    fn an_order_that_can_not_be_is_a_failure_before_the_first_item() {
        for (after, reason) in [
            ("if n == 2 then [9] else []", "`2` comes after `9`, which is not in the list"),
            ("if n == 1 then [3] else [n - 1]", "these items wait for each other: 1 → 3 → 2 → 1"),
            ("[n]", "these items wait for each other: 1 → 1"),
        ] {
            let plan = format!("plan p() {{ for n in [1, 2, 3] after ({after}) {{ step x = a() }} }}");
            let mut world = world(&plan, well);
            world.run();
            assert_eq!(failure(&world), failed("n", reason));
            assert_eq!(world.effects(), Vec::<&str>::new());
        }
    }

    #[test]
    fn nothing_can_begin_where_the_limit_is_none() {
        let plan = "plan p() { probe h = holds() for n in [1] parallel limit (if h then 0 else 1) { step x = a() } }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(failure(&world), failed("n", "`limit 0` lets nothing begin"));
    }
}

/// What lies in a part that has ended is not entered again, and so nobody has to know that it was entered.
#[test]
fn a_long_run_does_not_remember_all_that_it_did() {
    let plan = "plan p() { for m in range(0, 20) { for n in range(0, 20) { step un(\"{n}\") compensate nothing } } }";
    let mut world = world(plan, well);
    world.restored = false;
    let mut sizes = Vec::new();
    while world.one() {
        sizes.push(world.machine.snapshot().len());
    }
    assert_eq!(world.status(), ended(Ending::Completed));
    let (early, late) = (sizes[..50].iter().max(), sizes[350..].iter().max());
    assert!(late.zip(early).is_some_and(|(late, early)| *late < 2 * early), "{early:?} became {late:?}");
}

mod decisions {
    use super::*;

    const PLAN: &str = "plan p() -> String { probe r = rate() \
        decide path \"How fast?\" { option fast when r < 1% { step x = a() } option slow otherwise { step x = b() } } \
        when path is fast { return \"fast {path.x}\" } return \"slow {path.x}\" }";

    #[test]
    fn the_first_option_that_holds_is_taken_and_its_evidence_recorded() {
        let mut fast = world(PLAN, well);
        fast.run();
        assert_eq!(fast.status(), Status::Ended(Ending::Completed, json!("fast a")));
        assert_eq!(addresses(&fast), ["path/x"]);
        let journal = fast.journal().join("\n");
        assert!(journal.contains("option: \"fast\", evidence: [\"r = 0.1%\"]"), "{journal}");

        let mut slow = world(PLAN, |words, count| if words == "rate" { ok("\"2%\"") } else { well(words, count) });
        slow.run();
        assert_eq!(slow.status(), Status::Ended(Ending::Completed, json!("slow b")));
    }
}

/// A process that dies between any two records ends where it would have.
#[test]
fn crashes_change_nothing() {
    let points = crash_everywhere(
        &[
            "plan p() { step x = a() run q() step z = bad() } plan q() { step y = b() }",
            "plan p() { run q() compensate un(\"q\") step z = bad() } plan q() { step y = b() step w = c() }",
            "plan p() { parallel limit 2 { branch l { step x = a() } branch m { step x = b() step y = c() } \
             branch r { step x = d() } } }",
            "plan p() -> List<String> { for n in [3, 1, 2] after (if n == 1 then [2] else []) by n as all \
             { step x = a() return x } return all }",
            "plan p() { probe h = holds() decide w \"?\" { option yes when h { step x = a() } \
             option no otherwise { } } step z = bad() }",
        ],
        but_bad,
    );
    assert!(points > 30, "only {points} points");
}

mod final_parts {
    use super::*;
    use orch::machine::Word;
    use support::Answer;
    use support::actions::say;

    const ITEMS: &str = "plan p() -> List<String> { commit \"ready\" for n in [1, 2, 3] parallel as all { \
        step x = a() wait 1h * n commit \"item {n}\" when n == 2 { step z = bad() } return \"{n}\" } return all }";

    /// `bad` fails the first time.
    fn once_bad(words: &str, count: usize) -> Answer {
        if words == "bad" && count == 0 { fails("no") } else { well(words, count) }
    }

    #[test]
    fn items_that_were_made_final_stay_done_and_the_others_begin_anew() {
        let mut world = world(ITEMS, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["a", "a", "a", "un a"], "the third was not final");
        assert_eq!(addresses(&world)[3], "n[3]/x/undo");
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(["1", "2", "3"])));
        assert_eq!(addresses(&world)[4..], ["n[3]~2/x", "n[2]/z~2"]);
    }

    #[test]
    fn a_failure_before_any_was_final_goes_back_to_the_commit_before() {
        let plan = "plan p() { step w = b() commit \"ready\" require holds() for n in [1, 2] { step x = a() step z = bad() \
                    compensate nothing commit \"item {n}\" } }";
        let mut world = world(plan, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["b", "a", "un a"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(addresses(&world)[3..], ["n[1]~2/x", "n[1]~2/z", "n[2]/x", "n[2]/z"]);
    }

    #[test]
    fn a_failure_after_the_loop_does_not_go_through_it_again() {
        let plan = "plan p() { for n in [1, 2] { step x = a() commit \"item {n}\" } step y = b() step z = bad() }";
        let mut world = world(plan, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["a", "a", "b", "un b"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(addresses(&world)[4..], ["y~2", "z~2"]);
    }

    #[test]
    fn what_is_done_again_behind_a_commit_is_another_visit_of_it() {
        let plan = "plan p() { run q() step z = bad() } plan q() { commit \"ready\" step t { step x = a() } }";
        let mut world = world(plan, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(addresses(&world), ["q/t/x", "q/t/x/undo", "q/t~2/x", "z~2"]);
    }

    /// The first time `bad` fails, and `holds` says no at this look; then the run is told to go on, and ends well.
    fn irreversible(statements: &str, no: usize) -> World {
        let plan = format!("plan p() {{ commit \"ready\" {statements} step z = bad() }}");
        let mut world = world(&plan, move |words: &str, count| match words {
            "holds" if count == no => ok("false"),
            words => once_bad(words, count),
        });
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted), "{plan}");
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed), "{plan}");
        world
    }

    const STAGES: &str = "rollout t as r in [\"one\", \"two\"] for 10m { step x = un(r) irreversible \
                          gate holds() every 10m on fail step_back }";

    #[test]
    fn stages_that_can_not_be_undone_are_not_done_again_after_a_halt() {
        let world = irreversible(STAGES, usize::MAX);
        assert_eq!(world.effects(), ["un one", "un two", "bad"]);
    }

    #[test]
    fn a_step_back_does_again_what_can_not_be_undone() {
        let world = irreversible(STAGES, 1);
        assert_eq!(world.effects(), ["un one", "un two", "un one", "un two", "bad"]);
    }

    #[test]
    fn a_step_back_after_a_halt_does_it_again_too() {
        // The first two looks are before the halt.
        let world = irreversible(STAGES, 3);
        assert_eq!(world.effects(), ["un one", "un two", "un one", "un two", "bad"]);
    }

    #[test]
    fn the_other_way_of_an_attempt_does_what_has_the_name_of_what_was_done() {
        let world = irreversible(
            "attempt { step x = un(\"one\") irreversible require rate() > 5% } else { step x = un(\"two\") irreversible }",
            usize::MAX,
        );
        assert_eq!(world.effects(), ["un one", "un two", "bad"]);
    }

    #[test]
    fn a_way_back_that_can_not_be_undone_is_gone_every_time() {
        let plan = "action mail() = exec(\"x\", [\"mail\"]) idempotent irreversible \
                    plan p() { commit \"ready\" step x = a() compensate { step m = mail() } step z = bad() }";
        let mut world = world(plan, |words: &str, count| match words {
            "bad" if count < 2 => fails("no"),
            words => well(words, count),
        });
        world.run();
        assert_eq!(world.effects(), ["a", "mail"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["a", "mail", "a", "mail"]);
    }

    #[test]
    fn branches_and_plans_that_are_run_can_be_made_final() {
        let plan = "plan p() -> String { parallel { branch l { run v = q() wait 1h commit \"left\" } \
                    branch r { wait 2h step z = bad() } } return l.v }\n\
                    plan q() -> String { step x = a() return x }";
        let mut world = world(plan, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["a"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(addresses(&world), ["l/v/x", "r~2/z"]);
    }

    #[test]
    fn items_of_items_can_be_made_final() {
        let plan = "plan p() -> List<String> { for m in [1, 2] as all { for n in [1, 2] parallel as some { \
                    wait 1h * n step x = un(\"{m}{n}\") compensate nothing commit \"{m}{n}\" \
                    when m == 2 and n == 1 { step z = bad() } return \"{n}\" } return some.join(\"+\") } return all }";
        let mut world = world(plan, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted));
        assert_eq!(world.effects(), ["un 11", "un 12", "un 21"]);
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(["1+2", "1+2"])));
        // What was final is not done again: neither the first item, nor the first of the second.
        assert_eq!(world.effects(), ["un 11", "un 12", "un 21", "bad", "un 22"]);
        assert_eq!(addresses(&world)[3..], ["m[2]/n[1]/z~2", "m[2]/n[2]~2/x"]);
    }

    #[test]
    fn an_item_with_branches_that_are_final_goes_on_behind_them() {
        let plan = "plan p() { for m in [1, 2] parallel { parallel { branch l { step x = un(\"l{m}\") compensate nothing \
                    commit \"l\" } branch r { step x = un(\"r{m}\") compensate nothing commit \"r\" } } \
                    when m == 2 { step z = bad() } step last = un(\"last{m}\") compensate nothing } }";
        let mut world = world(plan, once_bad);
        world.run();
        assert_eq!(world.status(), ended(Ending::Halted), "{:?}", world.machine.failure());
        let before = world.done.len();
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        let mut after: Vec<&str> = world.effects()[before..].to_vec();
        after.sort_unstable();
        assert!(after.iter().all(|words| !words.starts_with("un l1") && !words.starts_with("un r")), "{after:?}");
        assert!(after.contains(&"un last2"), "{after:?}");
    }

    #[test]
    fn crashes_change_nothing() {
        let plans = [
            "plan p() { for m in [1, 2] { for n in [1, 2] parallel { wait 1h * n step x = un(\"{m}{n}\") compensate nothing \
             commit \"{m}{n}\" when m == 2 and n == 1 { step z = bad() } } } }",
            "plan p() { commit \"r\" for n in [1, 2, 3] parallel { step x = a() wait 1h * n commit \"item {n}\" \
             when n == 2 { step z = bad() } } }",
        ];
        let points = crash_everywhere(&plans, but_bad);
        assert!(points > 10, "only {points} points");
    }
}
