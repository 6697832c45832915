//! The `test` blocks of programs: those of every program here hold, and each word of a test means what it says.

#![expect(clippy::disallowed_methods, reason = "the programs lie in files")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use orch::{
    check::{Checked, LoadError, check},
    simulate::test::{Failure, Report, Suite, What},
};

fn suite(checked: Checked) -> Suite {
    Suite::new(Arc::new(checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))))
}

fn of_text(text: &str) -> Suite {
    suite(check("test.orch", text, &|_: &str| Err(LoadError("no such file".to_owned()))))
}

/// All programs in a folder and below it.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(programs(&path));
        } else if path.extension().is_some_and(|extension| extension == "orch") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What came of the tests of all programs.
#[derive(Default)]
struct Tested {
    tests: usize,
    failed: Vec<String>,
    /// By file and line, the text there, and whether some test came through it.
    parts: BTreeMap<(String, u32), (String, bool)>,
}

static TESTED: LazyLock<Tested> = LazyLock::new(|| {
    let folders = ["tests/corpus/programs", "examples", "docs"];
    let paths: Vec<PathBuf> = folders.iter().flat_map(|folder| programs(Path::new(folder))).collect();
    let (next, tested) = (AtomicUsize::new(0), Mutex::new(Tested::default()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let program = tested_program(path);
                    tested.lock().expect("no test panics here").add(program);
                }
            });
        }
    });
    tested.into_inner().expect("no test panics here")
});

impl Tested {
    fn add(&mut self, other: Tested) {
        self.tests += other.tests;
        self.failed.extend(other.failed);
        for (at, (text, covered)) in other.parts {
            self.parts.entry(at).or_insert((text, false)).1 |= covered;
        }
    }
}

fn tested_program(path: &Path) -> Tested {
    let load = |path: &str| fs::read_to_string(path).map_err(|error| LoadError(error.to_string()));
    let text = fs::read_to_string(path).expect("a program");
    let checked = check(&path.to_string_lossy(), text, &load);
    let sources = checked.sources.clone();
    let suite = suite(checked);
    let mut tested = Tested::default();
    for test in suite.tests() {
        tested.tests += 1;
        let failures = suite.run(test).failures;
        tested.failed.extend(failures.iter().map(|failure| format!("{}: {}: {failure:?}", path.display(), test.name)));
    }
    for part in suite.coverage() {
        let source = sources.get(part.span.file);
        let at = (source.name().to_owned(), source.position(part.span.start).line);
        let (_, covered) = tested.parts.entry(at).or_insert((sources.text(part.span).to_owned(), true));
        *covered &= part.covered;
    }
    tested
}

#[test]
fn the_tests_of_every_program_hold() {
    assert!(TESTED.tests >= 140, "only {} tests were found", TESTED.tests);
    assert!(TESTED.failed.is_empty(), "{}", TESTED.failed.join("\n"));
}

/// The programs that everything here is measured by, which have their tests beside them.
#[test]
fn the_tests_of_the_target_programs_come_through_every_statement_option_and_way_back() {
    let targets =
        ["order_saga", "microservices", "database_migration", "auth_migration", "feature_flags", "api_versioning"];
    for target in targets {
        let file = format!("tests/corpus/programs/{target}.orch");
        let parts: Vec<_> = TESTED.parts.iter().filter(|((name, _), _)| *name == file).collect();
        assert!(parts.len() > 5, "{file} is not tested");
        let missing: Vec<&str> =
            parts.iter().filter(|(_, (_, covered))| !covered).map(|(_, (text, _))| text.as_str()).collect();
        // Nothing can fail between this one and the `commit` behind it.
        let never = |text: &&str| text.starts_with("step beta = flags.target");
        assert!(missing.iter().all(never), "{file}: no test comes through\n{}", missing.join("\n"));
    }
}

const SHOP: &str = r#"
uses exec("./shop"), shell

event Stop = { why: String }

action reserve(order: String) -> { id: String } = exec("./shop", ["reserve", order])
  idempotent
  compensate release(result.id)
action release(id: String) = exec("./shop", ["release", id]) idempotent
action charge(order: String) -> Int { probe price = cost(order) return exec("./shop", ["charge", order, "{price}"]) }
  confirm find(order)
  compensate exec("./shop", ["refund", order])
probe cost(order: String) -> Int = exec("./shop", ["price", order])
probe find(order: String) -> Int? = exec("./shop", ["find", order])
probe errors() -> Percent = exec("./shop", ["errors"])
probe open() -> Bool = exec("./shop", ["open"])

plan sell(order: String = "o-1") -> Int {
  on Stop as stop {
    fail "stopped: {stop.why}"
  }
  require open() else "closed"
  step hold = reserve(order)
  step payment = charge(order) retry 2
  decide way "How?" by "sales" {
    option quick { }
    option slow { wait 1d }
  }
  task count: Int "Count" by "warehouse" takes 2h
  approve go "Send?" by "sales"
  rollout traffic as share 10% for 1h -> 100% for 1h {
    gate quiet: errors() < 1% every 10m
  }
  step told = exec("./shop", ["tell"]) compensate nothing
  return count
}

plan steps(items: List<String>) {
  decide size "How many?" {
    option few when items.len() < 3 { }
    option many otherwise { fail "too many" }
  }
  for item in items {
    step held = reserve(item)
  }
  fail "and back"
}
"#;

/// What stands above every run of `sell` that goes well.
const WELL: &str = r#"
  given open() returns true
  given cost(_) returns 5
  given reserve(_ as order) returns { id: "h-{order}" }
  given charge("o-1") returns 5
  given "way" chooses quick
  given "count" returns 3
  given errors() returns 0.1%
"#;

fn report(test: &str) -> Report {
    let suite = of_text(&format!("{SHOP}\ntest \"it\" {{\n{test}\n}}"));
    let test = suite.tests().next().expect("a test");
    suite.run(test)
}

#[track_caller]
fn holds(test: &str) -> Report {
    let report = report(test);
    assert!(report.passed(), "{:#?}", report.failures);
    report
}

/// What is given before the others counts before them.
#[track_caller]
fn sold(given: &str, expected: &str) -> Report {
    holds(&format!("{given}\n{WELL}\n run sell()\n{expected}"))
}

#[track_caller]
fn fails(test: &str) -> Failure {
    let report = report(test);
    report.failures.first().unwrap_or_else(|| panic!("it holds")).clone()
}

#[test]
fn a_run_that_goes_well_is_known_in_all_its_parts() {
    let report = sold(
        "",
        r#"expect outcome is completed and result == 3
           expect done == ["hold", "payment", "count", "told"] and undone == [] and owed == [] and stuck_on == []
           expect decided == { way: "quick" }
           expect duration == 4h
           expect called reserve("o-1") times 1
           expect called errors() times 12
           expect never release(_)
           expect called exec("./shop", ["tell"])"#,
    );
    assert_eq!((report.runs, report.elapsed), (1, 4 * 3_600_000_000_000));
}

#[test]
fn an_answer_is_the_one_whose_turn_it_is() {
    sold(
        "given errors() returns 0% times 2 then fails \"no data\" then returns 0.5%",
        "expect outcome is completed expect called errors() times 13",
    );
    sold("given errors() returns 0% from 3h10m returns 4%", "expect outcome is compensated expect duration == 3h10m");
    sold("given open() returns true takes 5m", "expect duration == 4h5m");
}

#[test]
fn of_what_fits_an_address_counts_first_and_then_what_is_written_first() {
    sold(
        "given reserve(_) returns { id: \"second\" } given \"hold\" returns { id: \"first\" } given \"told\" fails",
        "expect outcome is compensated expect undone == [\"payment\", \"hold\"]",
    );
    let failed = fails(&format!(
        "given \"hold/undo\" fails \"gone\" given \"told\" fails {WELL} run sell() expect stuck_on == [\"x\"]"
    ));
    let What::Expected { sides: Some(sides), .. } = failed.what else { panic!("{failed:?}") };
    assert_eq!(sides.actual.to_string(), "[\"hold/undo\"]");
    sold("given reserve(\"o-2\") fails", "expect outcome is completed");
}

#[test]
fn what_is_given_and_never_asked_for_is_known() {
    let given = "given reserve(\"o-2\") fails given open() returns true";
    let program = format!("{SHOP}\ntest \"it\" {{\n{given} {WELL} run sell() expect never open()\n}}");
    let suite = of_text(&program);
    let report = suite.run(suite.tests().next().expect("a test"));
    let unused: Vec<&str> = report.unused.iter().map(|span| &program[span.start as usize..span.end as usize]).collect();
    // What stands first answers `open`, and `charge` is answered as a whole, without what it costs.
    assert_eq!(unused, ["given reserve(\"o-2\") fails", "given open() returns true", "given cost(_) returns 5"]);
}

#[test]
fn a_failure_says_why_where_and_of_which_kind() {
    sold(
        "given charge(_) fails \"no money\"",
        r#"expect outcome is compensated and undone == ["hold"]
           expect failure.message == "no money" and failure.address == "payment" and failure.kind is effect
           expect called charge("o-1") times 3"#,
    );
    sold(
        "given \"go\" refused \"not today\"",
        "expect failure.message.contains(\"not today\") and failure.kind is refused",
    );
    sold(
        "given \"require open()\" returns false",
        "expect failure.message.starts_with(\"closed\") and failure.kind is check",
    );
    sold("given open() fails", "expect failure.kind is check");
}

/// `charge` finds out by a look that nothing is given for; it tells what really happened.
#[test]
fn what_is_lost_is_found_or_done_again() {
    sold("given charge(_) lost returns 7", "expect outcome is completed expect called charge(_) times 1");
    sold("given charge(_) lost not done then returns 5", "expect outcome is completed expect called charge(_) times 2");
    // The last answer repeats, but what was done with a key is not lost again: it is idempotent, and told.
    sold("given reserve(_) lost returns { id: \"h\" }", "expect outcome is completed expect called reserve(_) times 1");
    sold(
        "given find(_) fails \"nobody knows\" given charge(_) lost returns 7",
        "expect outcome is stuck and stuck_on == [\"payment\"]",
    );
}

#[test]
fn the_process_dies_where_it_is_said_to() {
    for (time, deaths) in [("before", 2), ("during", 2), ("after", 1)] {
        let report = sold(&format!("given \"hold\" crashes {time} times 2"), "expect outcome is completed");
        let died = report.records.iter().filter(|record| record.event == orch::machine::Event::Recovered).count();
        assert_eq!(died, deaths, "{time}");
    }
    sold("given \"go\" crashes during", "expect outcome is completed");
    sold("given \"traffic\" crashes during", "expect outcome is completed");
    sold("given \"traffic[*]\" crashes after", "expect outcome is completed");
    sold("given charge(_) returns 5 given \"payment\" crashes after", "expect called charge(_) times 1");
}

#[test]
fn people_and_events_come_when_they_are_said_to() {
    sold("given \"count\" returns 1 takes 1w", "expect result == 1 and duration > 1w");
    sold("given Stop { why: \"fire\" } after 30m", "expect failure.message == \"stopped: fire\" and duration == 30m");
    sold("given Stop { why: \"fire\" } at \"go\"", "expect undone == [\"payment\", \"hold\"] and duration == 2h");
    sold(
        "given operator pause \"lunch\" after 2h30m given operator resume after 5h",
        "expect outcome is completed and duration == 6h40m",
    );
    sold("given operator promote after 2h30m", "expect outcome is completed and duration == 3h30m");
    sold("given operator abort \"no\" at \"traffic[100%]\"", "expect outcome is compensated and duration == 3h");
    sold("given operator cancel after 10m", "expect outcome is compensated and duration == 10m");
}

#[test]
fn a_decision_by_rule_can_be_given_too() {
    let run = "given reserve(_) returns { id: \"h\" } run steps([\"a\"])";
    holds(&format!("{run} expect decided[\"size\"] == \"few\" and undone == [\"item[a]/held\"]"));
    holds(&format!("given \"size\" chooses many {run} expect failure.message == \"too many\""));
}

#[test]
fn what_is_not_given_is_told_by_its_name() {
    let missing = |test: &str| match fails(test).what {
        What::NotGiven(missing) => (missing.address.to_string(), missing.given.unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    let given = |line: &str| {
        let kept: Vec<&str> = WELL.lines().filter(|known| !known.contains(line)).collect();
        format!("{} run sell() expect true", kept.join("\n"))
    };
    assert_eq!(missing(&given("open()")), ("require open()".into(), "given open() returns true".into()));
    let (address, line) = missing(&given("reserve("));
    assert!(address == "hold" && line.starts_with("given reserve(\"o-1\") returns { id: \"id-"), "{line}");
    assert_eq!(missing(&given("\"way\"")), ("way".into(), "given \"way\" chooses quick".into()));
    let (address, line) = missing(&given("\"count\""));
    assert!(address == "count" && line.starts_with("given \"count\" returns "), "{line}");
    // Nothing is given for `charge`, so its body looks at the price, and then what it starts has no answer.
    let (address, line) = missing(&given("charge("));
    assert!(address == "payment" && line.starts_with("given charge(\"o-1\") returns "), "{line}");
    let what = missing(&given("charge(").replace("given cost(_) returns 5", ""));
    assert_eq!(what.1.split(" returns").next(), Some("given cost(\"o-1\")"));
}

#[test]
fn a_line_that_is_proposed_helps() {
    let kept: Vec<&str> = WELL.lines().filter(|known| !known.contains("reserve(")).collect();
    let test = |more: &str| format!("{more}\n{}\nrun sell() expect outcome is completed", kept.join("\n"));
    let What::NotGiven(missing) = fails(&test("")).what else { panic!("it is given") };
    holds(&test(&missing.given.expect("a line")));
}

#[test]
fn a_built_in_effect_can_be_given() {
    sold("given exec(\"./shop\", [\"tell\"]) fails \"deaf\"", "expect failure.message == \"deaf\"");
}

#[test]
fn an_expectation_that_does_not_hold_shows_both_sides() {
    let failed = fails(&format!(
        "given \"told\" fails {WELL} run sell() expect outcome is compensated and undone == [\"hold\"]"
    ));
    let What::Expected { sides: Some(sides), names, why: None } = failed.what else { panic!("{failed:?}") };
    assert_eq!(sides.actual.to_string(), "[\"payment\", \"hold\"]");
    assert_eq!(sides.expected.to_string(), "[\"hold\"]");
    assert_eq!(names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["undone"]);
    let failed = fails(&format!("{WELL} run sell() expect failure.message == \"x\""));
    let What::Expected { why: Some(why), .. } = failed.what else { panic!("{failed:?}") };
    assert_eq!(why, "the run did not fail, so there is no `failure`");
    let failed = fails(&format!("{WELL} run sell() expect called reserve(\"o-2\")"));
    let What::Called { wanted: None, times: 0, calls } = failed.what else { panic!("{failed:?}") };
    assert_eq!(calls, [("reserve(\"o-1\")".to_owned(), false)]);
}

#[test]
fn a_word_that_is_refused_and_a_run_without_end_fail_the_test() {
    let failed = fails(&format!("given operator resume after 1h {WELL} run sell() expect outcome is completed"));
    assert!(matches!(failed.what, What::Refused { .. }), "{failed:?}");
    let failed = fails(&format!("given \"go\" hangs {WELL} run sell() expect outcome is completed"));
    assert!(matches!(failed.what, What::Waits(_)), "{failed:?}");
    let failed = fails("expect \"a\".split(\",\")[4] == \"x\"");
    assert!(matches!(failed.what, What::Expected { why: Some(_), .. }), "{failed:?}");
}

/// A run that is paused is watched for ever; nobody has to wait for that.
#[test]
fn a_run_that_only_looks_stands_still() {
    let suite = of_text(
        r#"uses exec("x")
        probe well() -> Bool = exec("x", [])
        plan a() { guard well() every 1m on unknown pause  wait 2d }
        test "it" { given well() returns true then fails run a() expect outcome is stuck }"#,
    );
    let report = suite.run(suite.tests().next().expect("a test"));
    assert!(report.passed(), "{:?}", report.failures);
}

#[test]
fn under_every_fault_the_shortest_run_that_breaks_is_told() {
    let under =
        |every: &str, expected: &str| report(&format!("{WELL} run sell() under every {every} expect {expected}"));
    let whole = under("fault", "outcome is completed or outcome is compensated or outcome is stuck");
    assert!(whole.passed() && whole.runs > 20, "{} {:?}", whole.runs, whole.failures);
    let crashes = under("crash", "outcome is completed");
    assert!(!crashes.passed(), "the process may die at `told`, which nobody can find out about");
    assert_eq!(crashes.faults.len(), 1);
    assert_eq!(crashes.faults[0].0.address.as_str(), "told");
    let broken = under("fault", "outcome is completed");
    let shortest = broken.records.len();
    assert!(
        !broken.passed() && broken.faults[0].0.address.as_str() == "require open()",
        "{shortest} {:?}",
        broken.faults
    );
}
