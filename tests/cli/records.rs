//! What is kept of a run, as a journal, as a report, and in a file for somebody else.

use serde_json::Value as Json;

use super::project::{Project, signal};

/// It has a way back, a look, a try that fails, decisions by rule and by a person, an approval, a wait and an end that
/// undoes it.
const PLAN: &str = r#"
uses exec("sh")

action note(what: String) = exec("sh", ["note.sh", what]) idempotent
  compensate exec("sh", ["note.sh", "not {what}"])

action flaky() = exec("sh", ["flaky.sh"]) idempotent compensate nothing

probe share() -> Int = exec("sh", ["-c", "echo 10"])

plan move(books: Int = 3) takes 1h {
  goal "All {books} books are moved"
  phase prepare "Prepare" takes 1h..2h..4h {
    probe seen = share()
    step boxes = note("boxes")
    step tape = flaky() retry 2 backoff 1ms..1ms
    verify still: share() <= 10
    wait 2ms
  }
  decide path "How | <they> go?" {
    option fast "By lorry" when prepare.seen < 5 takes 1h { step lorry = note("lorry") }
    option slow otherwise { step hands = note("hands") }
  }
  decide colour "Which colour?" by "painters" {
    option red { step red = note("red") compensate nothing }
    option blue "A calm blue" risk low { step blue = note("blue") compensate nothing }
  }
  approve go "Is the room ready?" by "caretakers"
  require books < 3 else "too many books"
}
"#;

fn project() -> (Project, String) {
    let project = Project::new(PLAN);
    project.write("note.sh", "echo \"$1\" >>log\n");
    project.write("flaky.sh", "[ -e tried ] && exit 0; touch tried; echo 'not yet' >&2; exit 1\n");
    project.orch(&["run", "plan.orch"]).says(7, &["waits for painters"]);
    let id = project.run_id();
    (project, id)
}

/// The run, undone at its end.
fn undone() -> (Project, String) {
    let (project, id) = project();
    project.orch(&["choose", &id, "colour", "blue", "--because", "it calms"]).says(7, &["waits for caretakers"]);
    project.orch(&["approve", &id, "go"]).says(1, &["compensated"]);
    (project, id)
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_report_tells_what_was_planned_seen_decided_asked_and_undone() {
    let (project, id) = undone();
    let report = project.orch(&["report", &id]);
    report.prints(&[
        "# move: compensated\n\n> All 3 books are moved\n",
        "| given | `books` = `3` |",
        "| why | `require books < 3` failed: too many books |",
        "| `prepare` | **Prepare** | undone | ",
        " (planned 2h: over 99% less) |",
        "| `prepare/seen` | `share()` gave `10` | done | ",
        "| `prepare/tape` | `flaky()` (2 tries) | done | ",
        "| `path/hands` | `note(\"hands\")` | undone | ",
        "| `prepare/still` | holds | share() = 10 | once |",
        "| `path` | How \\| &lt;they> go? | **slow** | prepare.seen = 10 | by rule |",
        "| `colour` | Which colour? | **blue** |  | ann: it calms |",
        "| `go` | approval | Is the room ready? | caretakers | **approved** by ann, ",
        "| `prepare/wait 2ms` | time, or a condition | ",
        "| `prepare/tape` | try failed | not yet (exit 1) |",
        "## Undone\n\n| part | how | took |\n|---|---|---|\n| `path/hands` | `sh note.sh 'not hands'` | ",
    ]);
    assert!(!report.out.contains("taken up"), "{}", report.out);
    let document = json(&project.orch(&["report", &id, "--json"]).out);
    assert_eq!(document["status"], "compensated");
    assert_eq!(document["planned_ns"], 3_600_000_000_000_i64);
    assert_eq!(document["undone"], serde_json::json!(["path/hands", "prepare/boxes"]));
    assert_eq!(document["decisions"][1]["because"], "it calms");
    assert_eq!(document["decisions"][0]["options"][0]["condition"], "prepare.seen < 5");
    assert_eq!(document["asked"][1]["answer"], "approved");
    assert_eq!(document["incidents"][0]["what"], "try failed");
}

#[test]
fn a_report_of_a_run_that_goes_on_tells_what_it_waits_for() {
    let (project, id) = project();
    project.orch(&["report", &id]).prints(&[
        "# move: waiting",
        "| last entry | ",
        "## What it waits for\n\n| part | for | since |\n|---|---|---|\n| `colour` | painters: Which colour? | ",
        "## Would be undone if it failed now\n\n|  | part |\n|---|---|\n| 1 | `path/hands` |\n| 2 | `prepare/boxes` |",
    ]);
}

#[test]
fn a_crash_is_an_incident() {
    let project = Project::two_steps();
    project.write("second.sh", "echo second >>log; touch hangs; sleep 60\n");
    let mut driver = project.start(&["run", "plan.orch"]);
    project.until_there("hangs");
    signal(&driver, "KILL");
    driver.wait().unwrap();
    let id = project.run_id();
    project.orch(&["resume", &id]).says(0, &["completed"]);
    project.orch(&["report", &id]).prints(&[
        "| taken up | the process that drove it had ended while something was in flight |",
        "| `two` | in doubt | orch ended while it ran |",
        "| `two` | `second()` found done by `done()` | done | ",
    ]);
}

#[test]
fn each_decision_is_a_record() {
    let (project, id) = undone();
    let written = project.orch(&["report", &id, "--decisions", "adr"]);
    written.prints(&["adr/0001-how-they-go.md\n", "adr/0002-which-colour.md\n"]);
    let first = project.read("adr/0001-how-they-go.md");
    for part in [
        "---\nstatus: accepted\ndate: 2",
        "decision-makers: the plan, by rule\n---\n\n# How | &lt;they> go?\n",
        "* `prepare.seen = 10`\n\n## Considered Options\n\n* fast: By lorry\n* slow\n",
        "Chosen option: \"slow\", because the condition of no other option held.",
        "* `path/hands` was undone\n",
        "### fast: By lorry\n\n* open when `prepare.seen < 5`\n* takes about 1h\n",
    ] {
        assert!(first.contains(part), "{part} in\n{first}");
    }
    let second = project.read("adr/0002-which-colour.md");
    assert!(second.contains("decision-makers: \"ann, for painters\"\n"), "{second}");
    assert!(second.contains("because ann chose it: it calms."), "{second}");
    let again = project.orch(&["report", &id, "--decisions", "adr"]);
    again.says(2, &["can't write `adr/0001-how-they-go.md`: File exists"]);
}

#[test]
fn a_journal_is_listed_by_part_and_by_number() {
    let (project, id) = undone();
    let journal = project.orch(&["journal", &id]);
    journal.prints(&[
        "started       move {\"books\":3}",
        "try failed    not yet (exit 1), again at ",
        "said          ann chooses `blue` for `colour`: it calms",
    ]);
    let part = project.orch(&["journal", &id, "prepare/tape"]);
    assert!(part.out.lines().all(|line| line.contains("prepare/tape")), "{}", part.out);
    assert_eq!(part.out.lines().filter(|line| line.contains("  does ")).count(), 2, "{}", part.out);
    let records: Vec<Json> = project.orch(&["journal", &id, "--json"]).out.lines().map(json).collect();
    let numbers: Vec<u64> = records.iter().map(|record| record["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=records.len() as u64).collect::<Vec<_>>());
    assert_eq!(records[0]["event"]["is"], "started");
    assert_eq!(records.last().unwrap()["then"].as_array().unwrap().last().unwrap()["is"], "ended");
    let elsewhere = project.orch(&["journal", &id, "prepare/tap"]);
    elsewhere.says(2, &[&format!("run `{id}` has no part `prepare/tap`"), "did you mean `prepare/tape`?"]);
    assert_eq!(elsewhere.out, "");
    // What a part did before the first record that is shown is no reason to say that there is none.
    assert_eq!(project.orch(&["journal", &id, "prepare/tape", "--from", "1000"]).says(0, &[]).out, "");
    let tail = project.orch(&["journal", &id, "--json", "--from", "4"]);
    assert_eq!(json(tail.out.lines().next().unwrap())["number"], 4);
}

#[test]
fn a_journal_is_followed_until_the_run_is_over() {
    let (project, id) = project();
    let follower = project.start(&["journal", &id, "--follow"]);
    project.orch(&["choose", &id, "colour", "blue"]);
    project.orch(&["approve", &id, "go"]).says(1, &["compensated"]);
    let ended = super::project::ended(follower.wait_with_output().unwrap());
    ended.says(0, &[]).prints(&["started       move", "compensated"]);
}

#[test]
fn a_run_in_a_file_can_be_looked_at_and_not_be_driven() {
    let (project, id) = project();
    let file = format!("{id}.json");
    project.orch(&["export", &id]).says(0, &[&format!("written to {file}")]);
    project.orch(&["export", &id]).says(2, &["File exists"]);
    let elsewhere = Project::new("");
    elsewhere.write("run.json", &project.read(&file));
    let here = |arguments: &[&str]| project.orch(arguments).out;
    assert_eq!(here(&["show", &id, "--json"]), elsewhere.orch(&["show", "run.json", "--json"]).out);
    assert_eq!(here(&["journal", &id, "--json"]), elsewhere.orch(&["journal", "run.json", "--json"]).out);
    assert_eq!(here(&["report", &id]), elsewhere.orch(&["report", "run.json"]).out);
    assert_eq!(here(&["export", &id, "-o", "-"]), elsewhere.orch(&["export", "run.json", "-o", "-"]).out);
    elsewhere.orch(&["resume", "run.json"]).says(2, &["there is no run `run.json`"]);
    assert!(!elsewhere.path(".orch").exists());
}

#[test]
fn a_file_that_is_not_what_was_written_is_refused() {
    let (project, id) = project();
    let whole = project.orch(&["export", &id, "-o", "-"]).out;
    let refuse = |text: &str, why: &str| {
        project.write("run.json", text);
        project.orch(&["show", "run.json"]).says(2, &["can't read `run.json`", why]);
    };
    refuse(&whole.replacen("painters", "dogs", 1), "its digest does not fit");
    refuse(&whole.replacen("\"version\":1", "\"version\":2", 1), "written by a newer orch");
    refuse(&whole[..whole.len() / 2], "it is not an exported run");
    refuse("{}", "it is not an exported run");
    // How it is laid out says nothing.
    project.write("run.json", &serde_json::to_string_pretty(&json(&whole)).unwrap());
    project.orch(&["show", "run.json"]).says(0, &[]);
}

/// A span as it is exported: its name, what it is about, the span around it, whether it failed.
fn span<'s>(spans: &'s [Json], address: &str, purpose: Option<&str>) -> &'s Json {
    let has = |span: &Json, key: &str, value: &str| {
        let attributes = span["attributes"].as_array().unwrap();
        attributes.iter().any(|one| one["key"] == key && one["value"]["stringValue"] == value)
    };
    let is_meant = |span: &&Json| {
        has(span, "orch.address", address)
            && match purpose {
                Some(purpose) => has(span, "orch.purpose", purpose),
                None => span["kind"] == 1,
            }
    };
    spans.iter().find(is_meant).unwrap_or_else(|| panic!("{address} {purpose:?}: {spans:#?}"))
}

/// As `trace.proto` and the JSON encoding of OTLP want it: names of fields, numbers as text, identifiers in hexadecimal.
#[test]
fn a_run_is_exported_as_a_trace() {
    let (project, id) = undone();
    let exported = project.orch(&["export", &id, "--format", "otlp"]);
    exported.says(0, &[&format!("written to {id}.otlp.jsonl")]);
    let text = project.read(&format!("{id}.otlp.jsonl"));
    let trace = json(text.trim());
    assert_eq!(
        trace["resourceSpans"][0]["resource"]["attributes"][0],
        serde_json::json!({"key": "service.name", "value": {"stringValue": "orch"}})
    );
    let scope = &trace["resourceSpans"][0]["scopeSpans"][0];
    assert_eq!(scope["scope"]["name"], "orch");
    let spans = scope["spans"].as_array().unwrap();
    let known = [
        "traceId",
        "spanId",
        "parentSpanId",
        "name",
        "kind",
        "startTimeUnixNano",
        "endTimeUnixNano",
        "attributes",
        "events",
        "links",
        "status",
    ];
    let mut ids = std::collections::BTreeSet::new();
    for one in spans {
        let unknown = one.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str()));
        assert_eq!(unknown, None, "{one}");
        let hexadecimal = |key: &str, length: usize| {
            let text = one[key].as_str().unwrap();
            text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit()) && text.chars().any(|c| c != '0')
        };
        assert!(hexadecimal("traceId", 32) && hexadecimal("spanId", 16), "{one}");
        assert_eq!(one["traceId"], spans[0]["traceId"]);
        assert!(ids.insert(one["spanId"].as_str().unwrap()), "{one} is there twice");
        let moment = |key: &str| one[key].as_str().unwrap().parse::<u64>().unwrap();
        assert!(moment("startTimeUnixNano") <= moment("endTimeUnixNano"), "{one}");
    }
    let outside: Vec<&Json> = spans.iter().filter(|one| one.get("parentSpanId").is_none()).collect();
    assert_eq!(outside.len(), 1, "the run is around all");
    assert!(spans.iter().all(|one| one["parentSpanId"].as_str().is_none_or(|parent| ids.contains(parent))));

    let (run, prepare, tape) = (outside[0], span(spans, "prepare", None), span(spans, "prepare/tape", None));
    assert_eq!((&run["name"], &run["status"]["code"]), (&Json::from("move"), &Json::from(2)));
    assert_eq!(run["events"][0]["name"], "chooses `blue` for `colour`");
    assert_eq!((&prepare["parentSpanId"], &tape["parentSpanId"]), (&run["spanId"], &prepare["spanId"]));
    let first = span(spans, "prepare/tape", Some("do"));
    assert_eq!(
        (&first["name"], &first["kind"], &first["parentSpanId"]),
        (&Json::from("flaky"), &Json::from(3), &tape["spanId"])
    );
    assert_eq!(first["status"], serde_json::json!({"message": "exit 1", "code": 2}));
    let undo = span(spans, "prepare/boxes/undo", None);
    assert_eq!(
        (&undo["parentSpanId"], &undo["links"][0]["spanId"]),
        (&prepare["spanId"], &span(spans, "prepare/boxes", None)["spanId"])
    );

    let again = project.orch(&["export", &id, "--format", "otlp", "-o", "-"]);
    assert_eq!(again.out, text, "a run has one trace");
    project.orch(&["export", &id, "-o", "run.json"]).says(0, &[]);
    let sent = project.orch(&["export", "run.json", "--format", "otlp", "-o", "-"]);
    assert_eq!(sent.out, text, "also where it was sent to");
}
