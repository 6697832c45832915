//! Runs in a virtual world: what is asked, what is answered, and what comes of it when things go wrong.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use orch::{
    check::{LoadError, check},
    ir::{Program, Type, Value},
    machine::{Ending, Entry, Machine, StandIns, Status, Timestamp, Word},
    simulate::{
        Answer, Ends, Fault, Faulty, Generated, Halt, Past, Path, Pending, Question, Simulation, World, generate, paths,
    },
};
use serde_json::Map;

const SAGA: &str = r#"
uses exec("./shop")

action reserve(order: String) -> { id: String } = exec("./shop", ["reserve", order])
  idempotent
  compensate release(result.id)
action release(id: String) = exec("./shop", ["release", id]) idempotent
action charge(order: String) -> { id: String } = exec("./shop", ["charge", order])
  confirm find_charge(order)
  compensate refund(result.id)
action refund(id: String) = exec("./shop", ["refund", id]) idempotent
probe find_charge(order: String) -> { id: String }? = exec("./shop", ["find", order])
probe in_stock(order: String) -> Bool = exec("./shop", ["stock", order])
action ship(order: String) = exec("./shop", ["ship", order]) idempotent

plan sell(order: String = "o-1") {
  require in_stock(order)
  step hold = reserve(order)
  step payment = charge(order)
  approve go "Ship it?" by "sales"
  wait 2d
  step ship(order)
}
"#;

fn program(text: &str) -> Arc<Program> {
    let checked = check("test.orch", text, &|_: &str| Err(LoadError("no such file".to_owned())));
    Arc::new(checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

fn begun<W: World>(text: &str, world: W) -> Simulation<W> {
    let program = program(text);
    let plan = program.plans[0].name.clone();
    let mut simulation = Simulation::new(program, world);
    simulation.start(&plan, &Map::new()).expect("the run begins");
    simulation
}

fn ending<W: World>(simulation: &Simulation<W>) -> Ending {
    match simulation.machine().status() {
        Status::Ended(ending, _) => ending,
        other => panic!("it goes on: {other:?} {:?}", simulation.machine().waits()),
    }
}

fn with_fault(number: u32, fault: Fault) -> Simulation<Faulty<Generated>> {
    let mut simulation = begun(SAGA, Faulty::new(Generated::new(1), Path::from([(number, fault)])));
    assert_eq!(simulation.run(1000), Halt::Ended, "{:?}", simulation.stopped());
    simulation
}

fn undone<W: World>(simulation: &Simulation<W>) -> Vec<String> {
    let entries = simulation.records().iter().flat_map(|record| &record.then);
    let undone = entries.filter_map(|entry| match entry {
        Entry::Undone { address } => Some(address.to_string()),
        _ => None,
    });
    undone.collect()
}

#[test]
fn a_run_goes_to_its_end_in_virtual_time() {
    let mut simulation = begun(SAGA, Generated::new(7));
    assert_eq!(simulation.run(1000), Halt::Ended);
    assert_eq!(ending(&simulation), Ending::Completed);
    assert_eq!(simulation.now().since(simulation.records()[0].at), 2 * 86_400_000_000_000);
    let asked: Vec<String> = simulation
        .asked()
        .iter()
        .filter_map(|asked| asked.question.effect()?.call.summary(simulation.program()))
        .collect();
    assert_eq!(asked.len(), 3, "the verdict of `require` is asked as one: {asked:?}");
}

#[test]
fn the_same_seed_makes_the_same_run_and_another_one_another() {
    let journal = |seed| {
        let mut simulation = begun(SAGA, Generated::new(seed));
        simulation.run(1000);
        simulation.records().to_vec()
    };
    assert_eq!(journal(3), journal(3));
    assert_ne!(journal(3), journal(4));
}

#[test]
fn the_journal_of_a_simulation_is_one_of_the_machine() {
    let simulation = with_fault(2, Fault::CrashAfter);
    let mut machine = Machine::new(Arc::clone(simulation.program())).with_stand_ins(simulation.world().stand_ins());
    for record in simulation.records() {
        machine.replay(record).expect("the journal is replayed");
    }
    assert_eq!(machine.status(), simulation.machine().status());
}

#[test]
fn what_failed_is_undone() {
    let simulation = with_fault(2, Fault::Fails);
    assert_eq!((ending(&simulation), undone(&simulation)), (Ending::Compensated, vec!["hold".to_owned()]));
}

#[test]
fn a_no_undoes_all() {
    let simulation = with_fault(3, Fault::Fails);
    assert_eq!(ending(&simulation), Ending::Compensated);
    assert_eq!(undone(&simulation), ["payment", "hold"]);
}

/// `charge` is confirmed by a look that nobody scripted: it tells what really happened.
#[test]
fn what_was_lost_is_found_again_by_what_really_happened() {
    for (fault, outcome, times) in [
        (Fault::LostDone, Ending::Completed, 1),
        (Fault::LostNotDone, Ending::Compensated, 1),
        (Fault::CrashAfter, Ending::Completed, 1),
        (Fault::CrashBefore, Ending::Completed, 2),
    ] {
        let simulation = with_fault(2, fault.clone());
        assert_eq!(ending(&simulation), outcome, "{fault:?}");
        let charges = simulation.asked().iter().filter(|asked| {
            let summary = asked.question.effect().and_then(|effect| effect.call.summary(simulation.program()));
            summary.is_some_and(|summary| summary.starts_with("charge"))
        });
        assert_eq!(charges.count(), times, "{fault:?}");
    }
}

#[test]
fn a_doing_with_a_known_key_is_no_second_one() {
    let simulation = with_fault(1, Fault::LostDone);
    assert_eq!(ending(&simulation), Ending::Completed);
    let known: Vec<bool> = simulation
        .asked()
        .iter()
        .filter(|asked| asked.question.address.as_str() == "hold")
        .map(|asked| asked.known)
        .collect();
    assert_eq!(known, [false, true]);
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut simulation = begun(SAGA, Generated::new(1));
    while simulation.asked().len() < 4 {
        simulation.step().expect("it goes on");
    }
    let mut other = simulation.clone();
    other.say(Word::Cancel, "mia", None).expect("a run can be cancelled");
    assert_eq!((other.run(1000), simulation.run(1000)), (Halt::Ended, Halt::Ended));
    assert_eq!((ending(&other), ending(&simulation)), (Ending::Compensated, Ending::Completed));
}

/// Leaves everything open.
#[derive(Clone, Debug)]
struct Silent;

impl World for Silent {
    fn answer(&mut self, _: &Question, _: &Past<'_>) -> Answer {
        Answer::now(Ends::Open)
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        Generated::new(0).stand_ins()
    }
}

#[test]
fn what_is_open_waits_for_whoever_drives() {
    let mut simulation = begun(SAGA, Silent);
    assert_eq!(simulation.run(10), Halt::Idle);
    let pending = simulation.pending();
    let [Pending::Question { question, due: None }] = pending.as_slice() else { panic!("{pending:?}") };
    assert!(simulation.answer(question.number, Answer::now(Ends::Granted)).is_err(), "no person is asked");
    assert!(simulation.answer(question.number, Answer::now(Ends::Returns(Value::Int(3)))).is_err(), "no verdict");
    let no = Answer::now(Ends::Returns(Value::Bool(false))).takes(3_000_000_000);
    simulation.answer(question.number, no).expect("it fits");
    assert_eq!(simulation.run(10), Halt::Ended);
    assert_eq!(ending(&simulation), Ending::Compensated);
    assert_eq!(simulation.now().since(simulation.records()[0].at), 3_000_000_000);
}

#[test]
fn time_passes_as_far_as_it_is_let() {
    let mut simulation = begun(SAGA, Generated::new(1));
    let began = simulation.now();
    assert_eq!(simulation.advance(86_400_000_000_000), Halt::Limit);
    assert_eq!(simulation.now(), Timestamp(began.0 + 86_400_000_000_000));
    assert_eq!(simulation.asked().len(), 4, "it waits for two days before it ships");
    assert_eq!(simulation.advance(2 * 86_400_000_000_000), Halt::Ended);
}

#[test]
fn every_single_fault_is_tried_and_nothing_is_held_for_nothing() {
    let world = Generated::new(1);
    let (mut endings, mut count) = (BTreeSet::new(), 0);
    let broken = paths(
        &world,
        |faulty| begun(SAGA, faulty),
        (1, 1000),
        |_, _| true,
        |simulation, halt| {
            count += 1;
            assert_eq!(halt, Halt::Ended, "{:?}", simulation.world().faults());
            endings.insert(format!("{:?}", ending(simulation)));
            ControlFlow::<()>::Continue(())
        },
    );
    assert!(broken.is_continue());
    assert_eq!(endings, BTreeSet::from(["Compensated".to_owned(), "Completed".to_owned()]));
    // Three effects with five faults each, a verdict and an approval with two each, and the run without.
    assert_eq!(count, 3 * 5 + 2 * 2 + 1);
}

#[test]
fn two_faults_reach_what_one_does_not() {
    let world = Generated::new(1);
    let stuck = paths(
        &world,
        |faulty| begun(SAGA, faulty),
        (2, 1000),
        |_, fault| *fault == Fault::Fails,
        |simulation, _| match simulation.machine().status() {
            Status::Stuck => ControlFlow::Break(simulation.world().faults().clone()),
            _ => ControlFlow::Continue(()),
        },
    );
    let ControlFlow::Break(path) = stuck else { panic!("a compensation that fails makes the run stuck") };
    assert_eq!(path.len(), 2, "{path:?}");
}

#[test]
fn made_up_values_fit_their_type() {
    let program = program(SAGA);
    for action in &program.actions {
        let value = generate(&action.result, 5, "x");
        let json = orch::ir::json::to_json(&value);
        assert_eq!(orch::ir::json::from_json(&action.result, &json).expect("it fits"), value);
    }
    assert_eq!(generate(&Type::Nothing, 1, "x"), Value::None);
}
