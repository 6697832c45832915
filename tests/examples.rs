//! The examples, run by the real binary on the parts they come with.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder in which an example works: its files are links, its state is its own.
struct Example {
    folder: TempDir,
}

impl Example {
    fn new(name: &str) -> Example {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        for entry in std::fs::read_dir(&example).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                symlink(entry.path(), folder.path().join(entry.file_name())).unwrap();
            }
        }
        Example { folder }
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).current_dir(self.folder.path()).env_remove("ORCH_STORE").stdin(Stdio::null());
        command
    }

    fn tool(&self, words: &[&str]) -> String {
        let program = self.folder.path().join(words[0]);
        let output = self.command(program.to_str().unwrap(), &words[1..]).output().unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn orch(&self, words: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_orch"), words).output().unwrap()
    }

    fn start(&self, words: &[&str]) -> Child {
        let mut command = self.command(env!("CARGO_BIN_EXE_orch"), words);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What `orch list --json` says of the only run.
    fn run(&self) -> Option<serde_json::Value> {
        let list: serde_json::Value = serde_json::from_slice(&self.orch(&["list", "--json"]).stdout).ok()?;
        list["runs"].get(0).cloned()
    }

    fn show(&self) -> String {
        let run = self.run().map(|run| run["id"].as_str().unwrap_or_default().to_owned()).unwrap_or_default();
        String::from_utf8(self.orch(&["show", &run]).stdout).unwrap()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Where each line that begins with one of the signs stands in what was printed.
fn places(printed: &str, lines: &[&str]) -> Vec<usize> {
    let words = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let found = |wanted: &&str| printed.lines().position(|line| words(line) == **wanted);
    lines.iter().map(|line| found(line).unwrap_or_else(|| panic!("no line `{line}` in\n{printed}"))).collect()
}

const ORDER: [&str; 4] = ["run", "order_saga.orch", "--set", "order=@order.json"];

#[test]
fn an_order_goes_through_and_the_shop_shows_it() {
    let example = Example::new("order_saga");
    let output = example.orch(&ORDER);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let receipt: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(receipt, serde_json::json!({ "order": "o-1", "charge": "c-1" }));
    let status = example.tool(&["shop", "status"]);
    for line in ["mug      3 of 5", "h-1      o-1      held", "c-1      o-1      paid      24.5", "o-1      confirmed"]
    {
        assert!(status.contains(line), "no `{line}` in\n{status}");
    }
}

#[test]
fn an_order_that_can_not_be_confirmed_gives_back_the_money_and_then_the_stock() {
    let example = Example::new("order_saga");
    let before = example.tool(&["shop", "status"]);
    example.tool(&["shop", "fail", "confirm", "the warehouse is offline"]);
    let output = example.orch(&ORDER);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let printed = stderr(&output);
    let order = places(&printed, &["✔ hold", "✔ payment", "✖ sale", "↩ payment", "↩ hold"]);
    assert!(order.is_sorted(), "{printed}");
    example.tool(&["shop", "heal"]);
    let after = example.tool(&["shop", "status"]);
    let there_is = |status: &str, what: &str| status.lines().find(|line| line.contains(what)).map(str::to_owned);
    assert_eq!(there_is(&after, "mug      5"), there_is(&before, "mug      5"));
    assert_eq!(there_is(&after, "open"), there_is(&before, "open"));
    assert!(after.contains("released") && after.contains("refunded"), "{after}");
    let log = example.tool(&["shop", "log"]);
    let done: Vec<&str> = log.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(done, ["reserve", "charge", "refund", "release"]);
}

#[test]
fn a_share_that_goes_bad_is_taken_back_and_then_the_phase_before() {
    let example = Example::new("rollout");
    example.tool(&["traffic", "bad-at", "10"]);
    let output = example.orch(&["run", "rollout.orch", "--set", "hold=100ms"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let log = std::fs::read_to_string(example.folder.path().join("state/log")).unwrap();
    let done: Vec<String> = log.lines().map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(done, ["deploy v2", "set 1%", "set 10%", "set 0%", "withdraw v2"]);
    let shown = example.show();
    let parts = ["↩ prepare", "↩ servers", "■ shift", "↩ traffic", "↩ traffic[1%]", "■ traffic[10%]", "✖ errors"];
    places(&shown, &parts);
}

#[test]
fn each_share_is_held_for_its_time_and_show_tells_while_it_is() {
    let example = Example::new("rollout");
    let begun = Instant::now();
    let mut run = example.start(&["run", "rollout.orch", "--set", "hold=800ms"]);
    let held = loop {
        let shown = example.show();
        if shown.contains("of 800 ms observed") {
            break shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it never held:\n{shown}");
    };
    for part in
        ["shift/traffic[", "errors: error_rate() < 1%", "undone if it fails now: shift/traffic, prepare/servers"]
    {
        assert!(held.contains(part), "no `{part}` in\n{held}");
    }
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() >= Duration::from_millis(4 * 800), "held for {:?}", begun.elapsed());
    assert!(example.tool(&["traffic", "status"]).contains("share        100%"));
}
