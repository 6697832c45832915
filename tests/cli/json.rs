//! What commands print with `--json` is what the schemas in the reference say, and nothing beside.

use std::{collections::BTreeMap, fs, path::Path};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value as Json, json};

use super::project::{Ended, Project};

/// Where the schemas stand in this test; they name each other by their files.
const BASE: &str = "https://schemas.test/";

/// A plan in which everything happens that a journal can tell of, but for what takes long or a crash.
const PLAN: &str = r#"
uses exec("sh")

action note(what: String) = exec("sh", ["note.sh", what], env: { "WHAT": what }) idempotent
  compensate exec("sh", ["note.sh", "not {what}"])

action flaky() = exec("sh", ["flaky.sh"]) idempotent compensate nothing

action lost() = exec("sh", ["lost.sh"]) compensate exec("sh", ["note.sh", "not lost"])

probe share() -> Int = exec("sh", ["-c", "echo 10"])

event Paid = { amount: Int }

plan move(books: Int = 3, each: Int = 1) {
  goal "All {books} books are moved"
  phase prepare "Prepare" takes 1h..2h..4h {
    probe seen = share()
    step boxes = note("boxes")
    step tape = flaky() retry 2 backoff 1ms..1ms
    verify still: share() <= 10
    wait 2ms
    rollout shelves as part 50% for 2ms -> 100% {
      step fill = note("part {part}")
      gate few: share() < 20 every 1ms
    }
    attempt { step risky = note("risky") fail "not this way" } else { step safe = note("safe") }
    for shelf in ["a", "b"] parallel limit 2 { step dust = note(shelf) }
  }
  decide path "How do they go?" {
    option fast "By lorry" when prepare.seen < 5 takes 1h { step lorry = note("lorry") }
    option slow otherwise { step hands = note("hands") }
  }
  commit "they are there"
  step gone = lost()
  emit Paid { amount: 3 }
  wait for Paid as paid where paid.amount > 5
  task unpack "Unpack them" by "readers"
  approve go "Is the room ready?" by "caretakers"
  let portion = books.div(each - 1)
  fail "each carries {portion}"
}
"#;

/// The schemas of the reference, made strict: a field they don't know is a mistake here.
struct Reference {
    schemas: Schemas,
    known: BTreeMap<String, SchemaIndex>,
}

impl Reference {
    fn read() -> Reference {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/schemas");
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.enable_format_assertions();
        let mut names = Vec::new();
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let mut schema: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            be_strict(&mut schema);
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            compiler.add_resource(&format!("{BASE}{name}"), schema).unwrap();
            names.push(name);
        }
        assert!(names.len() > 10, "{names:?}");
        let mut known = BTreeMap::new();
        for name in names {
            let schema = compiler.compile(&format!("{BASE}{name}"), &mut schemas);
            known.insert(name.clone(), schema.unwrap_or_else(|error| panic!("{name}: {error:#}")));
        }
        Reference { schemas, known }
    }

    /// Each line, or the whole, is a document of this schema.
    #[track_caller]
    fn holds(&self, name: &str, document: &Json) {
        let checked = self.schemas.validate(document, self.known[name]);
        checked.unwrap_or_else(|error| panic!("{name}: {error:#}\n{document:#}"));
    }

    #[track_caller]
    fn one(&self, name: &str, ended: &Ended) -> Json {
        let document = serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:#?}"));
        self.holds(name, &document);
        document
    }

    /// One document a line, and there is at least one.
    #[track_caller]
    fn lines(&self, name: &str, ended: &Ended) -> Vec<Json> {
        let lines: Vec<Json> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!lines.is_empty(), "{ended:#?}");
        lines.iter().for_each(|line| self.holds(name, line));
        lines
    }
}

/// Refuses the fields that an object of a schema does not name.
fn be_strict(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            fields.values_mut().for_each(be_strict);
            if fields.contains_key("properties") && fields.get("type") == Some(&json!("object")) {
                fields.entry("additionalProperties").or_insert(Json::Bool(false));
            }
        }
        Json::Array(items) => items.iter_mut().for_each(be_strict),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn project() -> Project {
    let project = Project::new(PLAN);
    project.write("note.sh", "echo \"$1\" >>log\n");
    project.write("flaky.sh", "[ -e tried ] && exit 0; touch tried; echo 'not yet' >&2; exit 1\n");
    project.write("lost.sh", "[ -e lost ] && exit 0; touch lost; kill -9 $$\n");
    project
}

#[test]
fn what_is_printed_of_a_run_fits_the_schemas() {
    let (reference, project) = (Reference::read(), project());
    let begun = project.orch(&["run", "plan.orch", "--json"]);
    begun.says(7, &["stuck on `gone`"]);
    let lines = reference.lines("lines.json", &begun);
    let id = project.run_id();
    assert_eq!(lines[0]["is"], "run");
    assert_eq!(lines[0]["how"], "started");
    let numbers: Vec<u64> = lines.iter().filter_map(|line| line["number"].as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "every record, in order");
    let left = lines.last().unwrap();
    assert_eq!([&left["is"], &left["status"], &left["exit"]], [&json!("left"), &json!("stuck"), &json!(7)]);
    assert_eq!(left["waits"][0]["commands"][0], format!("orch settle {id} gone --done"));

    let settled = project.orch(&["settle", &id, "gone", "--done", "--json"]);
    let lines = reference.lines("lines.json", &settled);
    assert_eq!(lines[0]["how"], "resumed");
    let after = numbers.len() as u64 + 1;
    assert_eq!(lines[1]["number"], after, "it goes on where it was left: {settled:#?}");
    assert_eq!(lines.last().unwrap()["is"], "answered");
    assert_eq!(lines.last().unwrap()["answer"], "accepted");
    reference.one("inbox.json", &project.orch(&["inbox", "--json"]));
    reference.one("show.json", &project.orch(&["show", &id, "--json"]));

    let refused = project.orch(&["done", &id, "nowhere", "--json"]);
    refused.says(6, &[]);
    let lines = reference.lines("lines.json", &refused);
    let [.., left, answered] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!([&left["is"], &left["status"]], ["left", "refused"]);
    assert_eq!([&answered["answer"], &answered["exit"]], [&json!("refused"), &json!(6)]);
    assert!(answered["reason"].is_string(), "{answered}");

    let told = project.orch(&["emit", "Paid", r#"{"amount": 7}"#, "--id", "p-1", "--json"]);
    assert_eq!(
        reference.lines("lines.json", &told),
        [json!({"version": 1, "is": "told", "event": "Paid", "runs": 1, "new": true})]
    );
    let due = project.orch(&["resume", "--due", "--json"]);
    assert_eq!(reference.lines("lines.json", &due)[0]["status"], "waiting");
    assert_eq!(reference.one("inbox.json", &project.orch(&["inbox", "--json"]))["asked"][0]["what"], "task");
    reference.lines("lines.json", &project.orch(&["done", &id, "unpack", "--json"]));
    let ended = project.orch(&["approve", &id, "go", "--because", "it is", "--json"]);
    ended.says(4, &["halted at the commit"]);
    let lines = reference.lines("lines.json", &ended);
    let left = &lines[lines.len() - 2];
    assert_eq!(left["status"], "halted");
    assert_eq!(left["failure"]["place"], "plan.orch:40:17");
    assert!(left["commands"].as_array().unwrap().contains(&json!(format!("orch retry {id}"))), "{left}");

    reference.one("show.json", &project.orch(&["show", &id, "--json"]));
    let part = reference.one("part.json", &project.orch(&["show", &id, "prepare/tape", "--json"]));
    assert_eq!(part["tries"][0]["call"], "flaky()");
    reference.one("report.json", &project.orch(&["report", &id, "--json"]));
    let journal = project.orch(&["journal", &id, "--json"]);
    let records = reference.lines("record.json", &journal);
    assert!(records.len() > 20);
    reference.one("list.json", &project.orch(&["list", "--json"]));
    reference.one("migrate.json", &project.orch(&["migrate", &id, "plan.orch", "--explain", "--json"]));
    project.write(
        "other.orch",
        &PLAN.replace("note(\"boxes\")", "note(\"crates\")").replace("note(\"hands\")", "flaky()"),
    );
    let moved = reference.one("migrate.json", &project.orch(&["migrate", &id, "other.orch", "--explain", "--json"]));
    assert!(!moved["differences"].as_array().unwrap().is_empty(), "{moved}");
}

#[test]
fn what_is_printed_of_programs_fits_the_schemas() {
    let (reference, project) = (Reference::read(), Project::new("plan a(){ let x = nothin }\n"));
    let checked = reference.one("check.json", &project.orch(&["check", "plan.orch", "--json"]));
    assert_eq!(checked["errors"], 1);
    let codes = reference.one("explain.json", &project.orch(&["explain", "--json"]));
    assert!(codes["codes"].as_array().unwrap().len() > 50);
    let page = reference.one("explain.json", &project.orch(&["explain", "E0901", "--json"]));
    assert!(page["codes"][0]["page"].as_str().unwrap().contains("```orch"), "{page}");
    project.write("bad.orch", "plan a( {\n");
    let differs = project.orch(&["fmt", "--check", "--json", "plan.orch", "bad.orch"]);
    differs.says(3, &[]);
    let states: Vec<Json> = reference.lines("fmt.json", &differs).iter().map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["differs", "mistakes"]);
    let formatted = project.orch(&["fmt", "--json", "plan.orch"]);
    assert_eq!(reference.lines("fmt.json", &formatted)[0]["state"], "formatted");
    assert_eq!(reference.lines("fmt.json", &project.orch(&["fmt", "--json", "plan.orch"]))[0]["state"], "canonical");
    project.orch_reading("plan a() {}", &["fmt", "--json", "-"]).says(2, &["`--json` needs `--check` there"]);
}

/// What another process drives is told by it; what was said is answered here.
#[test]
fn a_word_to_a_run_that_is_driven_elsewhere_is_answered_in_one_line() {
    let (reference, project) = (Reference::read(), Project::two_steps());
    project.write("second.sh", "touch hangs; while [ ! -e go ]; do sleep 0.05; done; echo second >>log\n");
    let mut driver = project.start(&["run", "plan.orch"]);
    project.until_there("hangs");
    let id = project.run_id();
    let paused = project.orch(&["pause", &id, "--json"]);
    let answer = json!({"version": 1, "is": "answered", "run": id, "answer": "accepted", "reason": null, "instead": [], "commands": [], "exit": 0});
    assert_eq!(reference.lines("lines.json", &paused), [answer]);
    project.write("go", "");
    assert_eq!(driver.wait().unwrap().code(), Some(7));
    let resumed = project.orch(&["resume", &id, "--json"]);
    let lines = reference.lines("lines.json", &resumed);
    assert_eq!(lines[lines.len() - 2]["value"], json!({"id": "i-1"}), "{resumed:#?}");
}

/// A run whose row is damaged is told of as such, and hides no other.
#[test]
fn a_run_that_cant_be_read_is_listed_as_damaged() {
    let (reference, project) = (Reference::read(), Project::two_steps());
    project.orch(&["run", "plan.orch"]).says(0, &["completed"]);
    let first = project.run_id();
    project.orch(&["run", "plan.orch"]).says(0, &["completed"]);
    let store = rusqlite::Connection::open(project.path(".orch/runs.db")).unwrap();
    store.execute("UPDATE run SET plan = 'changed' WHERE id = ?1", [&first]).unwrap();
    let list = project.orch(&["list"]);
    list.prints(&[&format!("{first}  "), "damaged", "the journal of run", "completed"]);
    assert_eq!(list.code, 8);
    let list = project.orch(&["list", "--json"]);
    let document = reference.one("list.json", &list);
    assert_eq!(list.code, 8);
    assert_eq!(document["runs"][0]["status"], "damaged");
    let second = document["runs"][1]["id"].as_str().unwrap();
    project.orch(&["show", second]).prints(&["completed"]);
    project.orch(&["show", &first]).says(8, &["is damaged", "other runs in it can still be used"]);
}

/// A plan with all that a preview can tell of, and tests of it that pass, fail, and have no answer.
const PREVIEWED: &str = r#"
uses exec("sh")

event Stop = { why: String }

action note(what: String) = exec("sh", ["note.sh", what]) idempotent compensate exec("sh", ["note.sh", "not {what}"])
action lost() = exec("sh", ["lost.sh"]) compensate nothing
probe share() -> Int = exec("sh", ["share.sh"])

plan move(books: List<String> = ["a", "b"]) takes 1d {
  goal "All books are moved"
  on Stop as stop { fail "{stop.why}" }
  phase prepare "Prepare" takes 1h..2h..4h {
    probe seen = share()
    when seen > 50 { step boxes = note("boxes") } else { step bags = note("bags") }
    rollout shelves as part 50% for 2h -> 100% {
      step fill = note("part {part}")
      gate few: share() < 20 every 1m
    } compensate note("empty")
    attempt { step risky = lost() } else { step safe = note("safe") }
    for book in books after [] parallel limit 2 { step dust = note(book) timeout 1m }
  }
  decide path "How do they go?" {
    option fast "By lorry" when prepare.seen < 5 takes 1h risk high { step lorry = note("lorry") }
    option slow otherwise { step hands = note("hands") }
  }
  commit "they are there"
  task unpack "Unpack them" by "readers" takes 2d
  approve go "Is the room ready?" by "caretakers"
  fail "it is not"
}

test "it fails" {
  given share() returns 3
  given lost() fails
  run move()
  expect outcome is halted
}

test "it is not done" {
  given share() returns 3
  run move()
  expect outcome is completed
  expect "path" in decided
}

test "nobody says how much" {
  run move()
}
"#;

#[test]
fn what_is_known_before_a_run_is_data_too() {
    let reference = Reference::read();
    let project = Project::new(PREVIEWED);
    let one = |schema: &str, arguments: &[&str]| reference.one(schema, &project.orch(arguments));
    let plan = one("plan.json", &["plan", "plan.orch", "--format", "json"]);
    assert!(plan["parts"].as_array().is_some_and(|parts| parts.len() > 4), "{plan:#}");
    project.write(
        "other.orch",
        &PREVIEWED
            .replace("\"readers\"", "\"writers\"")
            .replace("commit \"they", "verify share() < 5\n  commit \"they"),
    );
    let diff = one("diff.json", &["diff", "plan.orch", "other.orch", "--json"]);
    assert!(diff["differences"].as_array().is_some_and(|found| found.len() > 1), "{diff:#}");
    let tests = one("test.json", &["test", "plan.orch", "--json", "--coverage"]);
    assert_eq!((&tests["passed"], &tests["failed"]), (&json!(1), &json!(2)), "{tests:#}");
    assert!(tests["coverage"][0]["uncovered"].as_array().is_some_and(|lines| !lines.is_empty()), "{tests:#}");
    for more in [
        &[][..],
        &["--fail", "prepare/safe", "--fail", "prepare/risky"],
        &["--given", "\"prepare/risky\" lost done"],
        &["--strict"],
    ] {
        let run = one("simulate.json", &[&["simulate", "plan.orch", "--json"], more].concat());
        assert!(run["journal"].as_array().is_some_and(|records| !records.is_empty()), "{run:#}");
    }
    let explored = one(
        "explore.json",
        &["explore", "plan.orch", "--json", "--never", "\"path\" in decided", "--always", "owed == []"],
    );
    let kinds: Vec<&str> =
        explored["findings"].as_array().into_iter().flatten().filter_map(|found| found["kind"].as_str()).collect();
    assert!(kinds.contains(&"broken") && kinds.contains(&"in_doubt"), "{kinds:?}");
}
