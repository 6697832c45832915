//! `orch repl` with what comes from a pipe, and the same session in memory.

use std::{cell::RefCell, rc::Rc};

use orch::{
    check::LoadError,
    diagnostic::Levels,
    repl::{Loaded, Look, Repl, Spoken, Surroundings, Unable, View},
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use super::project::Project;

const SHOP: &str = r#"uses exec("./shop")

type Speed = quick | slow(days: Int)

event Stop = { why: String }

/// Takes it off the shelf.
action reserve(order: String) -> { id: String } = exec("./shop", ["reserve", order])
  idempotent
  compensate exec("./shop", ["release", result.id])

action ship(order: String) = exec("./shop", ["ship", order]) idempotent compensate exec("./shop", ["call-back", order])

probe stock(item: String) -> Int = exec("./shop", ["stock", item])

plan sell(order: String, item: String = "mug") -> String {
  on Stop as stop {
    fail "stopped: {stop.why}"
  }
  require stock(item) > 0
  step hold = reserve(order)
  decide path "How is it sent?" by "sales" {
    option quick { }
    option slow { }
  }
  task count: Int "Count the parcels" by "warehouse" takes 2h
  approve go "Send {count} parcels?" by "sales"
  wait 1d
  step sale = ship(order)
  return hold.id
}

const sample = "o-1"
"#;

/// What a session prints that reads these lines, with them.
#[track_caller]
fn transcript(project: &Project, lines: &str) -> String {
    let ended = project.orch_reading(lines, &["repl", "plan.orch", "--echo"]);
    assert!(ended.code == 0 || ended.code == 3, "{ended:?}");
    ended.out + &ended.err
}

#[test]
fn values_go_to_stdout_and_mistakes_to_stderr() {
    let project = Project::new(SHOP);
    let ended = project.orch_reading("1 + 1\nnope\nsample\n", &["repl", "plan.orch"]);
    let loaded = "sell(order: String, item: String = \"mug\") -> String · 3 steps\n";
    assert_eq!(ended.out, format!("{loaded}2  Int\n\"o-1\"  String\n"));
    ended.says(3, &["there is no `nope` here", "<line 2>:1:1"]);
    assert_eq!(project.orch_reading("1 + 1", &["repl"]).out, "2  Int\n");
    assert_eq!(project.orch_reading("1 + 1", &["repl"]).code, 0);
}

#[test]
fn a_page_of_the_reference_is_shown_as_one_reads_it() {
    let project = Project::new(SHOP);
    let said = transcript(&project, ":doc step\n:doc retry\n");
    assert!(said.contains("orch> :doc step\nstep\n\n  step NAME"), "{said}");
    assert!(said.contains("\n`retry N`        up to `N` more tries"), "{said}");
    assert!(said.contains("\n  step web \"The web server\" = deploy"), "{said}");
    for raw in ["|---", "```", "](", "## "] {
        assert!(!said.contains(raw), "{raw}: {said}");
    }
    assert!(!transcript(&project, ":doc wait\n").contains("prelude"), "the statement, not the page that is called so");
}

#[test]
fn what_is_declared_takes_the_place_of_what_was() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        "let n = 2\nlet m = n * 2\nlet n = 5\nm\nlet n = \"text\"\nm\nfn stock_of(item: String) -> Int = 3\n:type stock_of(sample)\n",
    );
    // A binding that the others would not go with is not made.
    assert!(said.contains("\n10  Int\n"), "{said}");
    assert_eq!(said.matches("10  Int").count(), 2, "{said}");
    assert!(said.contains("`*` does not go with `String` and `Int`") && said.contains("<line 2>"), "{said}");
    assert!(said.contains("fn stock_of(item: String) -> Int\norch> :type stock_of(sample)\nInt\n"), "{said}");
}

#[test]
fn a_run_is_asked_for_and_answered() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        ":simulate sell(sample)\n:answer stock(_) = 3\n:answer reserve(\"o-1\") = { id: \"h-1\" }\n:continue\n:choose path slow\n\
         :continue\n:done count 2\n:continue\n:state\n:approve\n:continue\n:why path\n",
    );
    for part in [
        ":choose path quick\n      :choose path slow",
        "? count  \"Count the parcels\" by warehouse\n      :done count",
        "? go  \"Send 2 parcels?\" by sales\n      :approve go\n      :refuse go",
        "to undo: hold",
        "    1d  ■ completed  \"h-1\"",
        "decided: slow",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn going_back_and_another_way() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        ":simulate sell(sample)\n:invent\n:continue\n:back 1\n:fail sale \"no van\"\n:continue\n:back 100\n:step\n:undo-stack\n",
    );
    assert!(said.contains("■ completed"), "{said}");
    assert!(said.contains("✖ sale                          no van") && said.contains("↩ hold"), "{said}");
    assert!(said.contains("■ compensated"), "{said}");
    assert!(said.contains("error: one can go back by "), "{said}");
}

#[test]
fn time_events_words_and_crashes() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        ":simulate sell(sample)\n:answer stock(_) = 3\n:crash\n:answer reserve(_) = { id: \"h-1\" }\n:continue\n:advance 3h\n\
         :say pause \"lunch\"\n:say promote\n:say resume\n:emit Stop { why: \"enough\" }\n:continue\n",
    );
    for part in [
        "the process died, and another takes the run up",
        "it is 3h since it began",
        "pause: lunch",
        "Stop {\"why\":\"enough\"} arrives",
        "stopped: enough",
        "■ compensated",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains("error: "), "nothing is held that could be promoted: {said}");
}

#[test]
fn what_is_wrong_with_an_answer_is_shown_where_it_was_typed() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        ":simulate sell(sample)\n:answer stock(_) = \"many\"\n:answer nope(_) = 1\n:fail sael\n:simulate sell\n",
    );
    for part in [
        " 1 │ stock(_) = \"many\"\n   │            ───┬──",
        " 1 │ nope(_) = 1\n   │ ──┬─",
        "`sell` has no part `sael`: did you mean `sale`?",
        "`sell` needs order: String",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("what was typed"), "{said}");
}

#[test]
fn what_was_tried_becomes_a_test() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        "let order = \"o-7\"\n:simulate sell(order)\n:answer stock(_) = 3\n:fail sale \"no van\"\n:invent\n:save \"no van\"\n:save \"no van\"\n",
    );
    assert_eq!(said.matches("wrote a test into plan.orch").count(), 1, "{said}");
    assert!(said.contains("error: there is a test called \"no van\" already"), "{said}");
    let text = project.read("plan.orch");
    let (before, test) = text.split_at(SHOP.len());
    assert_eq!(before, SHOP);
    insta::assert_snapshot!(test);
    assert_eq!(project.orch(&["fmt", "--check", "plan.orch"]).code, project_is_formatted(), "{text}");
    project.orch(&["check", "plan.orch"]).says(0, &[]);
    let tested = project.orch(&["test", "plan.orch"]);
    assert_eq!(tested.code, 0, "{tested:?}");
}

#[test]
fn a_plan_is_seen_before_it_runs() {
    let project = Project::new(SHOP);
    let said =
        transcript(&project, ":plan sell(\"o-9\")\n:timeline\n:graph sell\n:paths\n:live sell(sample)\n:plan nope\n");
    for part in [
        "may use  exec ./shop",
        "critical path: ",
        "flowchart TD",
        "every decision each way, and every fault",
        "(`orch explore plan.orch sell --all` says how each comes about, and what can be done)",
        "error: `:live` runs for real and asks first: that needs a terminal",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!project.path(".orch").exists(), "nothing was run");
}

/// The program of these tests, but for the new one, is in its canonical form.
fn project_is_formatted() -> i32 {
    Project::new(SHOP).orch(&["fmt", "--check", "plan.orch"]).code
}

/// A session that reads no files and says everything into one text.
#[derive(Default)]
struct Memory(Rc<RefCell<String>>);

impl Surroundings for Memory {
    fn print(&mut self, text: &str) {
        self.0.borrow_mut().push_str(text);
    }

    fn complain(&mut self, text: &str) {
        self.0.borrow_mut().push_str(text);
    }

    fn read(&self, path: &str) -> Result<Loaded, Unable> {
        Ok(Loaded { path: path.to_owned(), text: SHOP.into(), levels: Levels::default() })
    }

    fn write(&self, _: &str, _: &str, _: &str) -> Result<(), Unable> {
        Ok(())
    }

    fn show(&self, _: &Spoken<'_>, _: View) -> Result<String, Unable> {
        Ok(String::new())
    }

    fn live(&mut self, _: &str, _: &str, _: &Map<String, Json>) -> Result<(), Unable> {
        Err(Unable("nothing runs for real here".to_owned()))
    }
}

fn no_imports(_: &str) -> Result<String, LoadError> {
    Err(LoadError("no such file".to_owned()))
}

#[test]
fn completion_knows_what_is_in_scope() {
    let mut memory = Memory::default();
    let look = Look { colour: false, width: 80, cuts: true };
    let mut repl = Repl::new(no_imports, &mut memory, look);
    let help = repl.helper();
    repl.load("plan.orch");
    let check = |text: &str, expected: &[&str]| {
        let (from, found) = help.completions(text);
        let missing: Vec<&&str> = expected.iter().filter(|word| !found.contains(&(**word).to_owned())).collect();
        assert!(missing.is_empty() && from <= text.len(), "{text}: {missing:?} is missing in {found:?}");
        assert!(found.iter().all(|word| word.starts_with(&text[from..])), "{text}: {found:?}");
    };
    check("sa", &["sample"]);
    check("sample.tr", &["trim"]);
    check("[1].", &["map", "sum", "len"]);
    check(":si", &["simulate "]);
    check(":simulate se", &["sell"]);
    check(":simulate sell(", &["order: ", "sample"]);
    check(":doc re", &["reserve", "retry"]);
    check("fn f(a: Int) -> Sp", &["Speed"]);
    assert!(help.completions("\"a").1.is_empty(), "a text is not completed");
    repl.enter(":simulate sell(sample)");
    check(":until ", &["hold", "sale", "path"]);
    assert_eq!(help.shown_behind("sample").as_deref(), Some("  String"));
    assert_eq!(
        help.shown_behind(":simulate sell(").as_deref(),
        Some("  sell(order: String, item: String = \"mug\") -> String")
    );
    assert_eq!(
        help.shown_behind("sample.replace(").as_deref(),
        Some("  replace(part: String, with: String) -> String")
    );
}

/// Pieces of what people type, and of what they don't.
fn lines() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            ":simulate",
            ":answer",
            ":fail",
            ":step",
            ":continue",
            ":until",
            ":back",
            ":advance",
            ":done",
            ":approve",
            ":refuse",
            ":choose",
            ":emit",
            ":say",
            ":crash",
            ":state",
            ":undo-stack",
            ":why",
            ":save",
            ":type",
            ":doc",
            ":load",
            ":reload",
            ":invent",
            ":help",
            ":",
        ]),
        prop::sample::select(vec![
            "sell(sample)",
            "sell",
            "(",
            ")",
            "{",
            "}",
            "=",
            "stock(_)",
            "3",
            "hold",
            "sale",
            "path",
            "slow",
            "count",
            "\"",
            "\"why\"",
            "1d",
            "Stop",
            "{ why: \"x\" }",
            "let x = 1",
            "let",
            "fn f() -> Int = f()",
            "x",
            ".",
            "sample",
            "import",
            "\"./a.orch\"",
            "type T = T",
            "pause",
            "1 / 0",
            "%",
            "ä",
            "\u{1f600}",
            "\\",
            "[",
            "]",
            "-1",
            "fails",
            "go",
            "uses",
            "plan",
            "test \"t\" { }",
            "*",
            "[*]",
            "~2",
            "/undo",
            "?.",
            "\t",
            "//",
        ]),
    ];
    let noise = prop_oneof![8 => piece.prop_map(str::to_owned), 1 => "\\PC{0,6}"];
    prop::collection::vec(noise, 0..5).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(super::chance::config(20))]

    #[test]
    fn no_line_ends_a_session_but_quit(lines in prop::collection::vec(lines(), 1..12)) {
        let mut memory = Memory::default();
        let mut repl = Repl::new(no_imports, &mut memory, Look { colour: true, width: 40, cuts: true });
        let help = repl.helper();
        repl.load("plan.orch");
        for line in &lines {
            for (end, _) in line.char_indices().chain([(line.len(), ' ')]) {
                let (from, _) = help.completions(&line[..end]);
                prop_assert!(from <= end);
                help.shown_behind(&line[..end]);
                help.coloured(&line[..end]);
            }
            let quits = line.trim_start().strip_prefix(":q").is_some();
            prop_assert!(repl.enter(line) || quits, "{}", line);
        }
    }
}

#[test]
fn a_plan_that_an_event_begins_is_tried_and_saved() {
    let refund = r#"uses exec("./shop")

event Returned = { order: String, parcels: Int }

action refund(order: String) = exec("./shop", ["refund", order]) idempotent

plan give_back() -> String on Returned as parcel where parcel.parcels > 0 {
  step refund(parcel.order)
  return parcel.order
}
"#;
    let project = Project::new(refund);
    let said = transcript(&project, ":simulate give_back\n:simulate give_back() given Nothing { }\n");
    assert!(said.contains("`give_back` begins when `Returned` arrives"), "{said}");
    assert!(said.contains(":simulate give_back() given Returned { order: "), "{said}");
    assert!(said.contains("Nothing"), "{said}");
    let said = transcript(
        &project,
        ":simulate give_back given Returned { order: \"o-7\", parcels: 2 }\n:continue\n:simulate\n:continue\n:save \"it is given back\"\n",
    );
    assert_eq!(said.matches("■ completed").count(), 2, "{said}");
    assert!(said.contains("wrote a test into plan.orch"), "{said}");
    let text = std::fs::read_to_string(project.path("plan.orch")).unwrap();
    assert!(text.contains("given Returned { order: \"o-7\", parcels: 2 } after 0s"), "{text}");
    assert!(text.contains("expect result == \"o-7\""), "{text}");
    project.orch(&["test", "plan.orch"]).says(0, &["1 test passed"]);
}

#[test]
fn of_a_file_with_mistakes_what_has_none_is_loaded() {
    let broken = SHOP.replace("fail \"stopped: {stop.why}\"", "fail \"stopped: {stop.wy}\"");
    let more = "\nfn half(n: Int) -> Int = n.div(2)\n\nfn quarter(n: Int) -> Int = half(n.dvi(2))\n\nfn eighth(n: Int) -> Int = quarter(half(n))\n";
    let project = Project::new(&format!("{broken}{more}"));
    let said = transcript(&project, "half(8)\neighth(8)\nsample\n:simulate sell(\"o\")\n:save \"x\"\n");
    assert!(said.contains("no field `wy`") && said.contains("`dvi`"), "{said}");
    let without = "loaded without these; mend the file, and `:reload`\n  plan sell(order: String, item: String\n";
    assert!(said.contains(&without[..60]), "{said}");
    assert!(
        said.contains("  fn quarter(n: Int) -> Int\n  fn eighth(n: Int) -> Int\n"),
        "what needs it is left out, too: {said}"
    );
    assert!(said.contains("4  Int") && said.contains("\"o-1\"  String"), "{said}");
    assert!(said.contains("there is no `eighth`") || said.contains("`eighth`"), "{said}");
    let nothing = Project::new("plan p() { require nope }");
    assert!(transcript(&nothing, "1 + 1\n").contains("nothing was loaded"));
}

#[test]
fn what_was_answered_in_a_row_goes_on_where_it_was() {
    let project = Project::new(SHOP);
    let said = transcript(
        &project,
        ":simulate sell(sample)\n:answer stock(_) returns 0 then returns 3\n:answer reserve(_) = { id: \"h\" }\n:continue\n:simulate\n:continue\n",
    );
    // The first run ends at once; of the second the row begins anew.
    assert_eq!(said.matches("■ compensated").count(), 2, "{said}");
}

#[test]
fn going_on_stops_where_something_is_asked_though_time_could_pass() {
    let watched = "uses exec(\"./ops\")\nprobe fine() -> Bool = succeeds(\"./ops\", [\"fine\"])\nplan p() {\n  verify fine() within 10m every 15s\n}\n";
    let project = Project::new(watched);
    let said = transcript(&project, ":simulate p()\n:continue\n:answer fine() = true\n:continue\n");
    assert!(said.contains("asks fine()") && said.contains("■ completed"), "{said}");
    assert!(!said.contains("no answer"), "{said}");
}

#[test]
fn what_was_made_up_for_a_condition_is_saved_as_what_was_asked() {
    let shelf = "uses exec(\"./shop\")\nprobe stock(item: String) -> Int = exec(\"./shop\", [\"stock\", item])\nplan p(items: List<String>) {\n  for item in items {\n    require stock(item) > 0\n  }\n}\n";
    let project = Project::new(shelf);
    let said = transcript(&project, ":simulate p([\"mug\", \"pen\"])\n:invent\n:continue\n:save \"all there\"\n");
    assert!(said.contains("wrote a test into plan.orch"), "{said}");
    project.orch(&["test", "plan.orch"]).says(0, &["1 test passed"]);
}

#[test]
fn a_clumsy_word_is_told_what_it_may_be() {
    let project = Project::new(SHOP);
    let said = transcript(&project, ":s\n:contnue\n:simulate sell(sample)\n:advance x\n");
    assert!(said.contains("`:s` may be ") && said.contains("`:simulate`"), "{said}");
    assert!(said.contains("did you mean `:continue`?"), "{said}");
    assert!(said.contains("there is no `x` here") && !said.contains("did you mean ``"), "{said}");
    project.orch_reading("", &["repl", "nope.orch"]).says(2, &["can't read `nope.orch`"]);
}
