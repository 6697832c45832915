//! The traffic of `examples/rollout` does what the tests of the rollout rely on.

#![expect(clippy::disallowed_methods, reason = "a test of a real program, in a real folder")]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Traffic in a folder of its own.
struct Traffic {
    folder: TempDir,
}

impl Traffic {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/rollout/traffic");
        std::os::unix::fs::symlink(original, folder.path().join("traffic")).expect("a link to the traffic");
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.folder.path().join("traffic"));
        command.args(arguments).env("ORCH_IDEMPOTENCY_KEY", "k").output().expect("it starts")
    }

    /// What a command that succeeds prints.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        text(&output.stdout)
    }

    /// What a command that exits with `code` complains about.
    fn refuses(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {output:?}");
        text(&output.stderr)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("state/log")).expect("something was changed")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

#[test]
fn a_version_takes_over_share_by_share() {
    let traffic = Traffic::new();
    assert_eq!(traffic.says(&["share"]), r#""0%""#);
    assert_eq!(traffic.says(&["answers", "v2"]), "false");
    traffic.says(&["deploy", "v2"]);
    assert_eq!(traffic.says(&["answers", "v2"]), "true");
    for share in ["1%", "10%", "100%"] {
        traffic.says(&["set", share]);
        assert_eq!(traffic.says(&["share"]), format!("{share:?}"));
        assert_eq!(traffic.says(&["error-rate"]), r#""0.1%""#);
    }
    assert_eq!(traffic.log(), "deploy\tv2\tk\nset\t1%\tk\nset\t10%\tk\nset\t100%\tk\n");
}

#[test]
fn it_goes_bad_at_a_share() {
    let traffic = Traffic::new();
    traffic.says(&["deploy", "v2"]);
    traffic.says(&["bad-at", "10"]);
    let rate = |share| {
        traffic.says(&["set", share]);
        traffic.says(&["error-rate"])
    };
    assert_eq!([rate("1%"), rate("10%"), rate("50%")], [r#""0.1%""#, r#""10.09%""#, r#""50.05%""#]);
    traffic.says(&["good"]);
    assert_eq!(traffic.says(&["error-rate"]), r#""0.1%""#);
}

#[test]
fn what_is_done_twice_is_done_once() {
    let traffic = Traffic::new();
    for arguments in [["deploy", "v2"], ["set", "1%"], ["set", "0%"], ["withdraw", "v2"]] {
        traffic.says(&arguments);
        traffic.says(&arguments);
    }
    assert_eq!(traffic.log(), "deploy\tv2\tk\nset\t1%\tk\nset\t0%\tk\nwithdraw\tv2\tk\n");
}

#[test]
fn servers_with_traffic_stay() {
    let traffic = Traffic::new();
    assert_eq!(traffic.refuses(3, &["set", "1%"]), "traffic: there is no new version");
    traffic.says(&["deploy", "v2"]);
    traffic.says(&["set", "1%"]);
    assert_eq!(traffic.refuses(3, &["withdraw", "v2"]), "traffic: v2 still gets 1% of the requests");
    assert_eq!(traffic.refuses(64, &["set", "much"]), "traffic: not a share: much");
}
