//! Events: those a run hears, those it tells of, and what it does then.

#[expect(dead_code, reason = "what other tests of the machine use of this world")]
mod support;

use orch::machine::{Ending, Event, Status, Timestamp, WaitOn, Word};
use serde_json::{Value as Json, json};
use support::actions::{but_bad, ended, say, seconds, well};
use support::{Answer, World, fails};

const EVENTS: &str = "event Paid = { order: String, amount: Int }\nevent Seen = { what: String }\n";

fn world(plan: &str, script: impl FnMut(&str, usize) -> Answer + 'static) -> World {
    support::actions::world(&format!("{EVENTS}{plan}"), script)
}

fn paid(id: &str, order: &str, amount: i64) -> Word {
    Word::Event { event: "Paid".into(), id: id.into(), payload: json!({ "order": order, "amount": amount }) }
}

/// Why a word is refused.
fn refused(world: &mut World, word: Word) -> String {
    let event = Event::Operator { word, who: "test".into(), why: None };
    world.machine.step(Timestamp(world.now), event).expect_err("it is not legal").reason
}

mod waiting_for {
    use super::*;

    const PLAN: &str =
        "plan p() -> Int { step x = a() wait for Paid as e where e.amount > 1 timeout 1d return e.amount }";

    #[test]
    fn the_oldest_that_is_meant_and_not_taken_is_taken() {
        let plan = "plan p() -> List<Int> { wait 1h wait for Paid as e where e.amount > 1 wait for Paid as f \
                    return [e.amount, f.amount] }";
        let mut world = world(plan, well);
        for (id, amount) in [("1", 1), ("2", 5), ("3", 7)] {
            world.event(Event::Operator { word: paid(id, "o", amount), who: "shop".into(), why: None });
        }
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!([5, 1])));
    }

    #[test]
    fn one_waits_until_it_arrives() {
        let mut world = world(PLAN, well);
        world.run_until(1);
        assert_eq!(world.status(), Status::Waiting);
        let waits = world.machine.waits();
        assert!(matches!(&waits[0].on, WaitOn::Event { event, until: Some(_) } if event == "Paid"), "{waits:?}");
        say(&mut world, paid("1", "o", 3));
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(3)));
    }

    #[test]
    fn but_not_longer_than_the_timeout() {
        let mut world = world(PLAN, well);
        world.run();
        assert_eq!(seconds(world.now), 86_400);
        assert_eq!(world.effects(), ["a", "un a"]);
    }

    #[test]
    fn a_pause_takes_it_and_does_not_count() {
        let mut world = world(PLAN, well);
        world.run_until(1);
        say(&mut world, Word::Pause);
        world.run_until(10 * 86_400_000_000_000);
        assert_eq!(world.status(), Status::Paused);
        world.event(Event::Operator { word: paid("1", "o", 3), who: "shop".into(), why: None });
        assert_eq!(world.status(), Status::Paused, "what comes after it does not begin");
        say(&mut world, Word::Resume);
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(3)));
    }

    #[test]
    fn a_second_one_with_the_same_id_is_not_heard() {
        let plan = "plan p() { wait for Paid as e wait for Paid as f where f.amount > 0 step x = un(\"{e.amount}{f.amount}\") }";
        let mut world = world(plan, well);
        for (id, amount) in [("1", 1), ("1", 2), ("2", 3)] {
            world.event(Event::Operator { word: paid(id, "o", amount), who: "shop".into(), why: None });
        }
        world.run();
        assert_eq!(world.effects(), ["un 13"]);
    }

    #[test]
    fn a_sub_plan_hears_what_arrives_after_it_began() {
        let mut world = world("plan p() { run q() } plan q() { wait for Seen as e } ", well);
        let mut later = super::world("plan p() { wait 1h run q() } plan q() { wait for Seen as e } ", well);
        let seen = |id: &str| Word::Event { event: "Seen".into(), id: id.into(), payload: json!({ "what": "w" }) };
        say(&mut world, seen("1"));
        assert_eq!(world.status(), ended(Ending::Completed));
        say(&mut later, seen("1"));
        assert_eq!(later.status(), Status::Waiting);
        say(&mut later, seen("2"));
        assert_eq!(later.status(), ended(Ending::Completed));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut world = world(PLAN, well);
        world.run_until(1);
        let word = |event: &str, payload: Json| Word::Event { event: event.into(), id: "1".into(), payload };
        assert_eq!(refused(&mut world, word("Piad", json!({}))), "the program has no event `Piad`");
        let reason = refused(&mut world, word("Paid", json!({ "order": "o" })));
        assert!(reason.starts_with("what the event carries does not fit: "), "{reason}");
    }
}

mod handling {
    use super::*;

    const PLAN: &str = "plan p() { step w = a() phase q { on Paid as e where e.amount > 1 { \
                        step x = un(e.order) compensate un(\"back {e.order}\") wait 10m } wait 1h } step z = bad() }";

    fn send(world: &mut World, id: &str, order: &str, amount: i64) {
        world.event(Event::Operator { word: paid(id, order, amount), who: "shop".into(), why: None });
    }

    #[test]
    fn each_is_seen_once_in_order_and_one_at_a_time() {
        let mut world = world(PLAN, but_bad);
        world.run_until(1_000_000_000);
        for (id, order, amount) in [("1", "o-1", 2), ("2", "o-2", 1), ("3", "o-3", 3)] {
            send(&mut world, id, order, amount);
        }
        world.run();
        assert_eq!(world.effects(), ["a", "un o-1", "un o-3", "un back o-3", "un back o-1", "un a"]);
        assert_eq!(world.done[1].2, "test/q/Paid[1]/x");
        assert_eq!(seconds(world.now), 3600);
    }

    #[test]
    fn the_scope_ends_when_what_was_begun_is_done() {
        let mut world = world(PLAN, but_bad);
        world.run_until(3_595_000_000_000);
        send(&mut world, "1", "o-1", 2);
        world.run();
        assert_eq!(world.effects(), ["a", "un o-1", "un back o-1", "un a"]);
        assert_eq!(seconds(world.now), 3595 + 600);
    }

    #[test]
    fn after_its_scope_nobody_listens() {
        let plan = "plan p() { phase q { on Paid as e { step x = un(e.order) compensate nothing } } wait 1h }";
        let mut world = world(plan, well);
        world.run_until(1);
        send(&mut world, "1", "o-1", 2);
        world.run();
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), Vec::<&str>::new());
    }

    #[test]
    fn its_failure_is_that_of_its_scope() {
        let plan = "plan p() { step w = a() on Paid as e { step z = bad() } wait 1h }";
        let mut world = world(plan, but_bad);
        world.run_until(1_000_000_000);
        send(&mut world, "1", "o-1", 2);
        world.run();
        assert_eq!(world.machine.failure().map(|(address, _)| address.to_string()), Some("Paid[1]/z".into()));
        assert_eq!(world.effects(), ["a", "un a"]);
    }

    #[test]
    fn a_return_waits_for_what_it_would_leave() {
        let plan = "plan p() -> Int { on Paid as e { step x = un(e.order) compensate nothing wait 10m } \
                    wait for Seen as s return 1 }";
        let mut world = world(plan, well);
        world.run_until(1);
        send(&mut world, "1", "o-1", 2);
        let seen = Word::Event { event: "Seen".into(), id: "1".into(), payload: json!({ "what": "w" }) };
        world.event(Event::Operator { word: seen, who: "shop".into(), why: None });
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(1)));
        assert_eq!(seconds(world.now), 600);
    }
}

mod after_a_halt {
    use super::*;

    fn seen(world: &mut World, id: &str) {
        let word = Word::Event { event: "Seen".into(), id: id.into(), payload: json!({ "what": id }) };
        world.event(Event::Operator { word, who: "shop".into(), why: None });
        world.run();
    }

    /// `bad` fails the first time.
    fn once_bad(words: &str, count: usize) -> Answer {
        if words == "bad" && count == 0 { fails("no") } else { well(words, count) }
    }

    #[test]
    fn an_event_that_was_taken_is_not_given_again() {
        let plan = "plan p() -> String { commit \"so\" wait for Seen as s step z = bad() return s.what }";
        let mut world = world(plan, once_bad);
        seen(&mut world, "1");
        assert_eq!(world.status(), ended(Ending::Halted));
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), Status::Waiting, "the first is taken");
        seen(&mut world, "2");
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("2")));
    }

    #[test]
    fn a_handler_does_not_see_again_what_halted_the_run() {
        let plan =
            "plan p() { on Seen as s where s.what == \"1\" { fail \"stop\" } commit \"so\" wait 1h step x = a() }";
        let mut world = world(plan, well);
        world.run_until(1);
        seen(&mut world, "1");
        assert_eq!(world.status(), ended(Ending::Halted));
        say(&mut world, Word::Retry { address: None });
        assert_eq!(world.status(), ended(Ending::Completed));
        assert_eq!(world.effects(), ["a"]);
    }
}

mod telling {
    use super::*;

    #[test]
    fn what_a_run_tells_of_it_hears_too() {
        let plan = "plan p() -> String { parallel { branch l { wait for Seen as s step x = un(s.what) compensate nothing } \
                    branch r { wait 1h emit Seen { what: \"it\" } } } return \"done\" }";
        let mut world = world(plan, well);
        world.run();
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("done")));
        assert_eq!(world.effects(), ["un it"]);
        let journal = world.journal().join("\n");
        assert!(journal.contains("Emitted { address: Address(\"r/emit Seen"), "{journal}");
    }
}

#[test]
fn crashes_change_nothing() {
    let plan = "plan p() { on Seen as s { step x = un(s.what) compensate un(\"back {s.what}\") } \
                emit Seen { what: \"1\" } step y = a() wait 1h emit Seen { what: \"2\" } wait for Seen as e step z = bad() }";
    let script = |words: &str, count: usize| if words == "bad" { fails("no") } else { well(words, count) };
    let plan = format!("{EVENTS}{plan}");
    let points = support::actions::crash_everywhere(&[&plan], script);
    assert!(points > 10, "only {points} points");
}

mod beginning {
    use super::*;
    use orch::machine::Beginning;

    const PLAN: &str = "plan p(share: Percent = 10%) -> String on Paid as e where e.amount > 1 keyed e.order \
                        { return \"{e.order} {e.amount} {share}\" }";

    fn program(plan: &str) -> std::sync::Arc<orch::ir::Program> {
        support::program(&format!("{EVENTS}{plan}"))
    }

    #[test]
    fn an_event_gives_the_inputs_of_the_run_that_it_begins() {
        let program = program(PLAN);
        let beginning = Beginning::of(&program, &program.plans[0]);
        let begun =
            |event: &str, payload: Json| beginning.by_event(event, &payload).map(|inputs| inputs.map(Json::Object));
        let payload = json!({ "order": "o-1", "amount": 2, "more": true });
        let inputs = json!({ "share": "10%", "e": { "order": "o-1", "amount": 2 } });
        assert_eq!(begun("Paid", payload.clone()), Ok(Some(inputs)));
        assert_eq!(begun("Seen", payload), Ok(None), "another event");
        assert_eq!(begun("Paid", json!({ "order": "o-1", "amount": 1 })), Ok(None), "`where` does not hold");
        let unfit = begun("Paid", json!({ "order": "o-1" })).expect_err("it lacks a field");
        assert_eq!(unfit.reason, "`e`: at `amount`: expected `Int`, found only `order`");
    }

    #[test]
    fn the_run_knows_the_event() {
        let program = program(PLAN);
        let beginning = Beginning::of(&program, &program.plans[0]);
        let inputs = beginning.by_event("Paid", &json!({ "order": "o-1", "amount": 2 })).expect("it fits");
        let world = World::of(program.clone(), Json::Object(inputs.expect("it begins a run")), well);
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!("o-1 2 10%")));
    }

    #[test]
    fn a_key_is_computed_from_what_is_given() {
        let keyed = program("plan p(order: String, count: Int = 2) keyed \"{order}-{count}\" { }");
        let beginning = Beginning::of(&keyed, &keyed.plans[0]);
        let Json::Object(given) = json!({ "order": "o-1" }) else { unreachable!() };
        let inputs = beginning.complete(&given).expect("it fits");
        assert_eq!(beginning.key(&inputs), Ok(Some("o-1-2".into())));
        let unkeyed = program("plan p() { }");
        assert_eq!(Beginning::of(&unkeyed, &unkeyed.plans[0]).key(&serde_json::Map::new()), Ok(None));
    }

    #[test]
    fn what_can_t_be_computed_says_where() {
        let program = program("plan p() on Paid as e where 1 / e.amount > 0 { }");
        let beginning = Beginning::of(&program, &program.plans[0]);
        let unfit = beginning.by_event("Paid", &json!({ "order": "o-1", "amount": 0 })).expect_err("1 / 0");
        assert_eq!(unfit.reason, "`where` can't be computed: division by zero");
        assert!(unfit.span.is_some());
    }
}

mod what_is_remembered {
    use super::*;

    /// Every round tells, hears, does, undoes and makes final; between two of them there is a minute.
    const ROUNDS: &str = r#"
        action final(n: Int) -> Int = exec("x", ["{n}"]) idempotent irreversible
        plan p(n: Int) {
          for i in range(0, n) {
            emit Paid { order: "{i}", amount: 101 }
            wait for Paid as paid where paid.order == "{i}"
            emit Seen { what: "nobody asks for this one" }
            step first = a()
            step several { step deep = b() } compensate { step back = un("several") }
            attempt { step tried = a() fail "no" } else { step other = c() }
            for j in range(0, 3) { step each = d() }
            run inner = one(i)
            commit "done {i}"
            step last = final(i)
            wait 1m
          }
        }
        plan one(n: Int) -> String { on Seen as seen { step d = d() } emit Seen { what: "one" } step b = b() return b }"#;

    /// How many values the state of a run is made of.
    fn size(world: &World) -> usize {
        fn values(value: &Json) -> usize {
            1 + match value {
                Json::Array(inside) => inside.iter().map(values).sum(),
                Json::Object(inside) => inside.values().map(values).sum(),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
            }
        }
        let snapshot = world.machine.snapshot();
        let body = snapshot.iter().position(|byte| *byte == b'\n').unwrap();
        values(&serde_json::from_slice(&snapshot[body..]).unwrap())
    }

    #[test]
    fn a_loop_that_tells_hears_and_makes_final_keeps_of_each_round_only_that_it_was() {
        let text = format!("{}\n{EVENTS}{ROUNDS}", support::actions::ACTIONS);
        let number = |words: &str, count: usize| match words.parse::<i64>() {
            Ok(_) => support::ok(words),
            Err(_) => well(words, count),
        };
        let mut world = World::start(&text, json!({ "n": 50 }), number);
        let at = |round: i64| (60 * round + 30) * 1_000_000_000;
        let after = |world: &mut World, round: i64| {
            world.run_until(at(round));
            let committed = |record: &&orch::machine::Record| {
                record.then.iter().any(|entry| matches!(entry, orch::machine::Entry::Committed { .. }))
            };
            let failed = world.machine.failure();
            assert_eq!((world.records.iter().filter(committed).count() as i64, failed), (round + 1, None));
            size(world)
        };
        let (few, many) = (after(&mut world, 10), after(&mut world, 40));
        assert!(many <= few + 30, "after 10 rounds {few} values, after 40 {many}");
    }

    #[test]
    fn an_event_that_nobody_asks_for_any_more_is_known_by_its_id_only() {
        let plan = "plan p() -> Int { on Paid as paid where paid.amount > 9 { step c = c() } \
                    wait for Seen as seen wait for Paid as e where e.amount == 7 return e.amount }";
        let mut world = world(plan, well);
        let tell = |world: &mut World, word: Word| {
            world.event(Event::Operator { word, who: "shop".into(), why: None });
            world.run();
        };
        for round in 0..50 {
            tell(&mut world, paid(&format!("paid {round}"), "o", 10));
        }
        assert_eq!(world.effects().len(), 50, "each is handled");
        tell(&mut world, paid("paid 3", "o", 10));
        assert_eq!(world.effects().len(), 50, "a second one with the same id is not heard");
        tell(&mut world, Word::Event { event: "Seen".into(), id: "s".into(), payload: json!({ "what": "w" }) });
        tell(&mut world, paid("seven", "o", 7));
        assert_eq!(world.status(), Status::Ended(Ending::Completed, json!(7)), "what is still waited for is kept");
        let plan = "plan p() { on Paid as paid where paid.amount > 9 { step c = c() } wait for Seen }";
        let mut listening = super::world(plan, well);
        tell(&mut listening, paid("first", "o", 1));
        let few = size(&listening);
        for round in 0..50 {
            tell(&mut listening, paid(&format!("id {round}"), "o", 1));
        }
        assert!(size(&listening) <= few + 3 * 50, "{few} {}", size(&listening));
    }
}
