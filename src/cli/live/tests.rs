//! Pictures of runs, drawn without a terminal: a program, what happens to it, a moment and a size.

use std::path::PathBuf;

use serde_json::Map;

use super::lines::lines;
use crate::{
    cli::{
        compile::from_kept,
        story::Story,
        terminal::{Size, Style, text::width},
        view::{
            Position, View,
            frame::frame,
            tree::{Shown, rows},
        },
    },
    machine::{Command, Event, Machine, Outcome, Perform, Record, Timestamp, Word},
    run::{RunId, store::KeptSource},
};

const SECOND: i64 = 1_000_000_000;

/// A phase that is done, a loop and a task side by side, a rollout that is held, and a phase that waits.
const MOVE: &str = r#"
uses exec("ops")
action act(what: String) = exec("ops", [what]) idempotent compensate exec("ops", ["undo", what])
probe errors() -> Percent = exec("ops", ["errors"])
probe latency() -> Duration = exec("ops", ["latency"])
event Paid = { amount: Int }

plan migrate() {
  goal "Authentication runs as its own service"
  phase path "The way is chosen" takes 1h { step pick = act("pick") }
  phase copy "Copy" takes 30s after path {
    for table in range(0, 40) parallel limit 3 { step fill = act("fill {table}") retry 3 backoff 10s..60s }
  }
  phase clean "Clean up" after path {
    task tables "Drop the tables\nthat nobody reads" by "dba"
    wait for Paid as e timeout 2h
  }
  phase cutover "Cutover" takes 2h after path {
    rollout auth as share 10% for 1h -> 100% {
      step route = act("route {share}")
      gate few: errors() < 1% every 60s
      gate latency() < 250ms every 5m
    }
  }
  phase finish "Finish" after copy, clean, cutover { approve go "Remove the login?" by "identity" }
}
"#;

/// What a program prints and says must not reach the terminal as it is.
const HOSTILE: &str = r#"
uses exec("ops")
action act(what: String) = exec("ops", [what]) idempotent compensate nothing
plan p(what: String = "x") {
  phase data "数据库迁移 {what}" {
    parallel {
      branch a { step kopie = act("{what} 数据数据数据数据数据数据数据数据数据数据数据数据数据数据") retry 3 backoff 10s..60s }
      branch b { task tables "{what}" by "dba {what}" }
    }
  }
}
"#;

/// A run that is played with virtual time.
struct Play {
    machine: Machine,
    story: Story,
    now: Timestamp,
    in_flight: Vec<Perform>,
    /// The lines that stay, and those of what goes on.
    told: Vec<String>,
    passing: Vec<String>,
    /// What the probe of errors says.
    errors: &'static str,
    style: Style,
}

impl Play {
    fn new(text: &str, inputs: serde_json::Value) -> Play {
        let source = KeptSource { name: "plan.orch".to_owned(), folder: PathBuf::from("/"), text: text.to_owned() };
        let program = from_kept(&[source]).unwrap();
        let (plan, run) = (program.plans[0].name.clone(), "k7f2-1".into());
        let serde_json::Value::Object(inputs) = inputs else { panic!("{inputs}") };
        let mut play = Play {
            machine: Machine::new(program),
            story: Story::default(),
            // Noon, so that it is the same day in nearly all time zones.
            now: Timestamp(1_775_044_800 * SECOND),
            in_flight: Vec::new(),
            told: Vec::new(),
            passing: Vec::new(),
            errors: "0.4%",
            style: Style { colour: false, width: 100, cuts: true },
        };
        play.hear(Event::Started { run, plan, inputs, deepest: None });
        play
    }

    fn hear(&mut self, event: Event) {
        let step = self.machine.step(self.now, event.clone()).unwrap();
        for command in step.commands {
            if let Command::Perform(perform) = command {
                self.in_flight.push(perform);
            }
        }
        let record = Record { at: self.now, event, then: step.entries };
        let lines = lines(&mut self.story, &record, &self.machine);
        self.story.turn_wholes(&self.machine.to_undo());
        for line in lines {
            let told = if line.lasting { &mut self.told } else { &mut self.passing };
            told.extend(line.row.lines(2, self.style));
        }
    }

    /// Lets seconds go by; what is due in them happens.
    fn pass(&mut self, seconds: i64) {
        let end = self.now.plus(seconds * SECOND);
        while let Some(due) = self.machine.next_deadline().filter(|due| *due <= end) {
            self.now = due;
            self.hear(Event::Time);
            self.answer_looks();
        }
        self.now = end;
    }

    /// Looks at the world are answered at once.
    fn answer_looks(&mut self) {
        while let Some(at) = self.in_flight.iter().position(|perform| perform.key.is_none()) {
            let perform = self.in_flight.remove(at);
            let is_errors = perform.request.summary().contains("errors");
            let output = if is_errors { format!("\"{}\"", self.errors) } else { "\"212ms\"".to_owned() };
            self.outcome(&perform, ok(&output));
        }
    }

    /// How what is in flight at an address ends.
    fn ends(&mut self, address: &str, outcome: Outcome) {
        let at = self.in_flight.iter().position(|perform| perform.address.to_string() == address);
        let perform = self.in_flight.remove(at.unwrap_or_else(|| panic!("{address}: {:?}", self.in_flight)));
        self.outcome(&perform, outcome);
    }

    fn outcome(&mut self, perform: &Perform, outcome: Outcome) {
        self.hear(Event::Outcome { effect: perform.effect, outcome });
    }

    fn says(&mut self, word: Word) {
        self.hear(Event::Operator { word, who: "ann".to_owned(), why: Some("it is late".to_owned()) });
    }

    fn seen<T>(&self, see: impl FnOnce(&View<'_>) -> T) -> T {
        let (run, position) = (RunId::new("k7f2"), Position::of(&self.machine));
        see(&View { run: &run, story: &self.story, position: &position, driven: true, now: self.now })
    }

    fn frame(&self, width: usize, height: usize) -> Vec<String> {
        self.seen(|view| frame(view, false, self.style, Size { width, height }))
    }

    /// What stands on a terminal: what happened, and below it what goes on.
    fn picture(&self, width: usize, height: usize) -> String {
        let size = format!("{width} × {height}\n");
        timeless(&(size + &self.frame(width, height).join("\n")))
    }

    fn tree(&self, shown: Shown, width: usize) -> String {
        let style = Style { width, ..self.style };
        let lines = self.seen(|view| rows(view, shown)).iter().flat_map(|row| row.lines(0, style)).collect::<Vec<_>>();
        timeless(&lines.join("\n"))
    }
}

fn ok(output: &str) -> Outcome {
    Outcome::Ok { output: output.to_owned(), printed: String::new() }
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed { reason: reason.to_owned(), printed: String::new(), retry_after: None }
}

/// A text without the moments in it, which depend on where one is.
fn timeless(text: &str) -> String {
    let is_time = |word: &str| {
        let digits = word.trim_end_matches([',', ')']);
        digits.len() == 8 && digits.chars().all(|c| c.is_ascii_digit() || c == ':')
    };
    let line = |line: &str| {
        let words = line.split(' ').map(|word| if is_time(word) { "HH:MM:SS" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Everything at once: items are filled, some fail and are tried again, a stage is held.
fn under_way() -> Play {
    let mut play = Play::new(MOVE, Map::new().into());
    play.pass(90);
    play.ends("path/pick", ok(""));
    for table in 0..12 {
        play.ends(&format!("copy/table[{table}]/fill"), ok(""));
    }
    play.ends("copy/table[13]/fill", failed("connection refused by 10.0.0.7"));
    play.ends("cutover/auth[10%]/route", ok(""));
    play.pass(400);
    play.ends("copy/table[13]/fill", failed("connection refused by 10.0.0.7"));
    play.pass(5);
    play
}

#[test]
fn what_goes_on_is_drawn_as_a_tree() {
    let play = under_way();
    let pictures =
        [(80, 40), (80, 24), (200, 50), (40, 20), (80, 10)].map(|(width, height)| play.picture(width, height));
    insta::assert_snapshot!(pictures.join("\n\n"));
}

#[test]
fn what_is_done_is_told_once_and_stays() {
    let play = under_way();
    insta::assert_snapshot!(play.told.join("\n"));
}

#[test]
fn a_run_is_shown_as_a_tree_with_what_is_done() {
    let play = under_way();
    insta::assert_snapshot!([play.tree(Shown::All, 100), play.tree(Shown::All, 50)].join("\n\n"));
}

#[test]
fn a_run_that_is_paused_and_cancelled_says_what_is_left_to_undo() {
    let mut play = under_way();
    play.says(Word::Pause);
    let paused = play.picture(100, 50);
    play.says(Word::Cancel);
    while let Some(at) = play.in_flight.iter().position(|perform| !perform.address.as_str().ends_with("undo")) {
        let perform = play.in_flight.remove(at);
        play.outcome(&perform, failed("killed"));
    }
    play.pass(3);
    insta::assert_snapshot!([paused, play.picture(100, 50)].join("\n\n"));
}

/// What was told, and what is drawn at every size, holds no more than fits, and no command to the terminal.
fn fits_everywhere(play: &Play) {
    for (columns, height) in
        (1..160).step_by(9).flat_map(|columns| (1..60).step_by(4).map(move |height| (columns, height)))
    {
        let frame = play.frame(columns, height);
        assert!(frame.len() < height, "{columns} × {height}: {frame:#?}");
        let too_wide = frame.iter().find(|line| columns > 20 && width(line) >= columns);
        assert_eq!(too_wide, None, "{columns} × {height}");
        let control = frame.iter().chain(&play.told).find(|line| line.chars().any(char::is_control));
        assert_eq!(control, None, "{columns} × {height}");
    }
}

#[test]
fn a_picture_fits_every_terminal() {
    fits_everywhere(&under_way());
}

#[test]
fn nothing_a_program_says_commands_the_terminal() {
    let evil = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}5A\u{202e}\r\n\t数";
    let mut play = Play::new(HOSTILE, serde_json::json!({ "what": evil }));
    fits_everywhere(&play);
    play.ends("data/a/kopie", failed(evil));
    fits_everywhere(&play);
    play.says(Word::Pause);
    fits_everywhere(&play);
    insta::assert_snapshot!([play.picture(80, 24), play.told.join("\n")].join("\n\n"));
}

const CONFIRMED: &str = r#"
uses exec("ops")
probe was_frozen() -> Bool = exec("ops", ["frozen"])
action freeze() = exec("ops", ["freeze"]) confirm was_frozen() compensate nothing
plan p() { step freeze = freeze() retry 3 backoff 10s..60s }
"#;

/// A look found that it was not done: nobody doubts it any more while it is done once more.
#[test]
fn what_is_done_once_more_after_a_doubt_goes_on() {
    let mut play = Play::new(CONFIRMED, Map::new().into());
    let reason = "the process that drove it had ended".to_owned();
    play.ends("freeze", Outcome::Unknown { reason, printed: String::new() });
    assert!(play.tree(Shown::All, 100).starts_with("? freeze"), "{}", play.tree(Shown::All, 100));
    play.ends("freeze", ok("false"));
    play.pass(10);
    assert!(play.tree(Shown::All, 100).starts_with("◐ freeze"), "{}", play.tree(Shown::All, 100));
}

const STEPS_BACK: &str = r#"
uses exec("ops")
action route(share: Percent) = exec("ops", ["route {share}"]) idempotent compensate nothing
probe errors() -> Percent = exec("ops", ["errors"])
probe latency() -> Duration = exec("ops", ["latency"])
plan p() {
  rollout auth as share 10% for 1h -> 50% for 1h -> 100% {
    step set = route(share)
    gate few: errors() < 1% every 60s on fail step_back
    gate latency() < 250ms every 60s
  }
}
"#;

/// The gates of a stage that was left have ended with it.
#[test]
fn a_stage_back_ends_the_gates_of_the_stage_that_is_left() {
    let mut play = Play::new(STEPS_BACK, Map::new().into());
    play.ends("auth[10%]/set", ok(""));
    play.pass(3660);
    play.ends("auth[50%]/set", ok(""));
    play.errors = "7.5%";
    play.pass(120);
    let tree = play.tree(Shown::All, 100);
    assert!(tree.contains("    ✖ few ") && !tree.contains("◐ few") && !tree.contains("◐ gate"), "{tree}");
}

/// What is paused says so once, and does not promise a look that nobody takes.
#[test]
fn a_hold_that_is_paused_says_that_nothing_is_looked_at() {
    let mut play = under_way();
    play.says(Word::Pause);
    assert!(play.told.iter().any(|line| line.ends_with("  by ann: it is late")), "{:?}", play.told);
    let tree = play.tree(Shown::All, 120);
    assert!(tree.contains("held 5m of 1h observed, paused") && !tree.contains("next look"), "{tree}");
}

const BRANCHES: &str = r#"
event Go = { by: String }
plan p() { parallel {
  branch a { wait 2h }
  branch b { wait for Go as go timeout 2h }
  branch c { approve sign "Sign?" by "dba" timeout 2h }
} }
"#;

/// Of all that branches wait for there is a line where no tree is drawn, with until when.
#[test]
fn whatever_is_waited_for_has_a_line() {
    let play = Play::new(BRANCHES, Map::new().into());
    let waits = ["◷ a/wait 2h", "◷ b/wait for Go ", "waits for the event `Go`, until ", "waits for dba: Sign?, until "];
    let told = play.passing.join("\n");
    assert!(waits.iter().all(|wait| told.contains(wait)), "{told}");
}

const GUARDED: &str = r#"
uses exec("ops")
probe errors() -> Percent = exec("ops", ["errors"])
plan p() { guard low: errors() < 5% every 10s wait 1h }
"#;

#[test]
fn a_guard_that_looks_says_so_once() {
    let mut play = Play::new(GUARDED, Map::new().into());
    play.answer_looks();
    play.now = play.machine.next_deadline().unwrap();
    play.hear(Event::Time);
    let tree = play.tree(Shown::All, 100);
    assert!(
        tree.starts_with("◐ low                                   pass, errors() = 0.4%, 1 look, is looking  "),
        "{tree}"
    );
}
