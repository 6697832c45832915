//! The shop of `examples/order_saga` does what the tests of the saga rely on.

#![expect(clippy::disallowed_methods, reason = "a test of a real program, in a real folder")]

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A shop in a folder of its own.
struct Shop {
    folder: TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/order_saga/shop");
        // Not a copy: a program that another thread's child still holds open for writing can't be started.
        std::os::unix::fs::symlink(original, folder.path().join("shop")).expect("a link to the shop");
        Self { folder }
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn command(&self, key: Option<&str>, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program());
        command.args(arguments).env_remove("ORCH_IDEMPOTENCY_KEY").stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(key) = key {
            command.env("ORCH_IDEMPOTENCY_KEY", key);
        }
        command
    }

    fn run(&self, key: Option<&str>, arguments: &[&str]) -> Output {
        self.command(key, arguments).output().expect("the shop starts")
    }

    /// What a command that succeeds prints.
    fn says(&self, arguments: &[&str]) -> String {
        said(arguments, &self.run(None, arguments))
    }

    /// What a command with a key that succeeds prints.
    fn says_for(&self, key: &str, arguments: &[&str]) -> String {
        said(arguments, &self.run(Some(key), arguments))
    }

    /// What a command that exits with 3 complains about.
    fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(None, arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
        text(&output.stderr)
    }

    /// `operation id key` of all that was done.
    fn log(&self) -> Vec<String> {
        let log = self.says(&["log"]);
        log.lines().map(|line| line.split('\t').take(3).collect::<Vec<_>>().join(" ")).collect()
    }
}

fn said(arguments: &[&str], output: &Output) -> String {
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

#[test]
fn the_example_is_the_program_of_the_corpus() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let example = read("examples/order_saga/order_saga.orch").expect("the example");
    assert_eq!(example, read("tests/corpus/programs/order_saga.orch").expect("the program"));
}

#[test]
fn an_order_goes_through() {
    let shop = Shop::new();
    assert_eq!(shop.says(&["stock", "mug", "5"]), "true");
    assert_eq!(shop.says(&["stock", "mug", "6"]), "false");
    assert_eq!(shop.says(&["stock", "cup", "1"]), "false");
    assert_eq!(shop.says(&["find-charge", "o-1"]), "");
    assert_eq!(shop.says(&["is-confirmed", "o-1"]), "false");
    assert_eq!(shop.says_for("k/hold", &["reserve", "o-1"]), r#"{"id":"h-1"}"#);
    assert_eq!(shop.says(&["stock", "mug", "4"]), "false");
    assert_eq!(shop.says_for("k/payment", &["charge", "o-1", "24.5"]), r#"{"id":"c-1"}"#);
    assert_eq!(shop.says(&["find-charge", "o-1"]), r#"{"id":"c-1"}"#);
    assert_eq!(shop.says_for("k/sale", &["confirm", "o-1"]), "");
    assert_eq!(shop.says(&["is-confirmed", "o-1"]), "true");
    assert_eq!(shop.log(), ["reserve h-1 k/hold", "charge c-1 k/payment", "confirm o-1 k/sale"]);
}

#[test]
fn an_order_is_undone() {
    let shop = Shop::new();
    shop.says(&["reserve", "o-1"]);
    shop.says(&["charge", "o-1", "24.5"]);
    assert_eq!(shop.says(&["refund", "c-1"]), "");
    assert_eq!(shop.says(&["release", "h-1"]), "");
    assert_eq!(shop.says(&["stock", "mug", "5"]), "true");
    assert_eq!(shop.says(&["find-charge", "o-1"]), "");
    assert_eq!(
        shop.says(&["status"]),
        "stock\n  mug      5 of 5\n\
         holds\n  h-1      o-1      released  mug 2\n\
         charges\n  c-1      o-1      refunded  24.5\n\
         orders\n  o-1      open      mug 2\n\
         faults\n  none"
    );
    assert_eq!(shop.refuses(&["refund", "c-1"]), "shop: c-1 is refunded already");
    assert_eq!(shop.refuses(&["release", "h-2"]), "shop: there is no hold h-2");
}

#[test]
fn a_key_is_served_once_where_the_operation_says_so() {
    let shop = Shop::new();
    for _ in 0..2 {
        assert_eq!(shop.says_for("a", &["reserve", "o-1"]), r#"{"id":"h-1"}"#);
        shop.says_for("c", &["release", "h-1"]);
    }
    assert_eq!(shop.says_for("b", &["reserve", "o-1"]), r#"{"id":"h-2"}"#);
    assert_eq!(shop.log(), ["reserve h-1 a", "release h-1 c", "reserve h-2 b"]);
}

#[test]
fn a_second_charge_with_one_key_shows_in_the_log() {
    let shop = Shop::new();
    assert_eq!(shop.says_for("a", &["charge", "o-1", "24.5"]), r#"{"id":"c-1"}"#);
    assert_eq!(shop.says_for("a", &["charge", "o-1", "24.5"]), r#"{"id":"c-2"}"#);
    assert_eq!(shop.log(), ["charge c-1 a", "charge c-2 a"]);
}

#[test]
fn it_fails_as_told() {
    let shop = Shop::new();
    shop.says(&["fail", "confirm"]);
    shop.says(&["fail", "charge", "--times", "2"]);
    shop.says(&["fail", "reserve", "--attempt", "2", "come back later"]);
    for _ in 0..3 {
        assert_eq!(shop.refuses(&["confirm", "o-1"]), "shop: warehouse is offline");
    }
    for _ in 0..2 {
        assert_eq!(shop.refuses(&["charge", "o-1", "1"]), "shop: the card was declined");
    }
    assert_eq!(shop.says(&["charge", "o-1", "1"]), r#"{"id":"c-1"}"#);
    assert_eq!(shop.says(&["reserve", "o-1"]), r#"{"id":"h-1"}"#);
    assert_eq!(shop.refuses(&["reserve", "o-1"]), "shop: come back later");
    assert_eq!(shop.says(&["reserve", "o-1"]), r#"{"id":"h-2"}"#);
    shop.says(&["heal"]);
    assert_eq!(shop.says(&["confirm", "o-1"]), "");
}

#[test]
fn a_crash_is_a_signal_before_or_after_the_thing_is_done() {
    let shop = Shop::new();
    shop.says(&["crash", "charge", "--attempt", "1"]);
    shop.says(&["crash", "reserve", "--before"]);
    let after = shop.run(Some("a"), &["charge", "o-1", "24.5"]);
    let before = shop.run(Some("b"), &["reserve", "o-1"]);
    assert_eq!((after.status.signal(), before.status.signal()), (Some(9), Some(9)));
    assert_eq!((after.stdout, before.stdout), (vec![], vec![]));
    assert_eq!(shop.log(), ["charge c-1 a"]);
    assert_eq!(shop.says(&["find-charge", "o-1"]), r#"{"id":"c-1"}"#);
}

#[test]
fn a_slow_one_that_is_killed_did_nothing() {
    let shop = Shop::new();
    shop.says(&["slow", "charge", "60"]);
    let mut child = shop.command(None, &["charge", "o-1", "1"]).spawn().expect("the shop starts");
    while !shop.says(&["status"]).contains("every, 1 so far") {}
    child.kill().expect("it is there to be killed");
    child.wait().expect("it ends");
    assert_eq!(shop.log(), Vec::<String>::new());
}

#[test]
fn killed_at_any_moment_it_did_all_or_nothing() {
    let shop = Shop::new();
    shop.says(&["put", "mug", "100"]);
    for moment in 0..25 {
        let key = moment.to_string();
        let mut child = shop.command(Some(&key), &["reserve", "o-1"]).spawn().expect("the shop starts");
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().expect("it is there to be killed");
        child.wait().expect("it ends");
        assert_eq!(shop.says_for(&key, &["reserve", "o-1"]), format!(r#"{{"id":"h-{}"}}"#, moment + 1));
    }
    assert_eq!(shop.log().len(), 25);
    assert_eq!(shop.says(&["stock", "mug", "50"]), "true");
    assert_eq!(shop.says(&["stock", "mug", "51"]), "false");
}

#[test]
fn the_last_mugs_are_sold_once() {
    let shop = Shop::new();
    shop.says(&["put", "mug", "2"]);
    let children: Vec<_> = (0..8)
        .map(|number| shop.command(Some(&number.to_string()), &["reserve", "o-1"]).spawn().expect("the shop starts"))
        .collect();
    let outputs: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().expect("it ends")).collect();
    let (sold, refused): (Vec<&Output>, Vec<&Output>) = outputs.iter().partition(|output| output.status.success());
    assert_eq!((sold.len(), refused.len()), (1, 7));
    assert_eq!(text(&sold[0].stdout), r#"{"id":"h-1"}"#);
    for output in refused {
        assert_eq!(text(&output.stderr), "shop: not enough mug in stock");
    }
    assert_eq!(shop.log().len(), 1);
}

#[test]
fn the_first_eight_to_come_find_one_shop() {
    let shop = Shop::new();
    let children: Vec<_> =
        (0..8).map(|_| shop.command(Some("same"), &["reserve", "o-1"]).spawn().expect("the shop starts")).collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(said(&["reserve"], &output), r#"{"id":"h-1"}"#);
    }
    assert_eq!(shop.log(), ["reserve h-1 same"]);
}

#[test]
fn misuse_is_told_from_trouble() {
    let shop = Shop::new();
    let words: [&[&str]; 6] =
        [&["sell"], &["reserve"], &["charge", "o-1"], &["fail", "sell"], &["reserve", "../x"], &["slow", "charge"]];
    for arguments in words {
        assert_eq!(shop.run(None, arguments).status.code(), Some(64), "{arguments:?}");
    }
}
