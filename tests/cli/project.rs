//! A folder with a plan in it, and `orch` run there.

use std::{
    ffi::OsStr,
    fs,
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A plan of two steps with ways back; each step is a script that a test writes.
pub const TWO_STEPS: &str = r#"
uses exec("sh")

action first(name: String) -> { id: String } = exec("sh", ["first.sh", name])
  idempotent
  compensate exec("sh", ["undo.sh", result.id])

action second() = exec("sh", ["second.sh"])
  confirm done()

probe done() -> Bool = exec("sh", ["done.sh"])

plan both(name: String = "a", count: Int = 1) -> { id: String } {
  goal "Both are done for {name}, {count} times"
  step one = first(name)
  step two = second() retry 0 backoff 1ms..2ms
  return one
}
"#;

/// A folder with a plan in it.
pub struct Project {
    folder: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// Its data.
    pub out: String,
    /// Its progress.
    pub err: String,
}

impl Project {
    /// A folder with `plan` in `plan.orch`.
    pub fn new(plan: &str) -> Project {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        project.write("plan.orch", plan);
        project
    }

    /// [`TWO_STEPS`], of which all scripts succeed.
    pub fn two_steps() -> Project {
        let project = Project::new(TWO_STEPS);
        project.write("first.sh", "echo \"first $1\" >>log; echo '{\"id\": \"i-1\"}'\n");
        project.write("second.sh", "echo second >>log\n");
        project.write("undo.sh", "echo \"undo $1\" >>log\n");
        project.write("done.sh", "grep -qx second log && echo true || echo false\n");
        project
    }

    /// The path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in it.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// What a file in it holds.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// `orch` with these arguments, in the folder.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
        command.args(arguments).current_dir(self.folder.path()).env("USER", "ann");
        for name in ["ORCH_STORE", "NO_COLOR", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs `orch` to its end.
    pub fn orch<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        ended(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs `orch` to its end with a text on its stdin.
    pub fn orch_reading<A: AsRef<OsStr>>(&self, text: impl AsRef<[u8]>, arguments: &[A]) -> Ended {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end without having read everything.
        let _ = child.stdin.take().unwrap().write_all(text.as_ref());
        ended(child.wait_with_output().unwrap())
    }

    /// Starts `orch`.
    pub fn start<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The name of the only run.
    pub fn run_id(&self) -> String {
        let list: serde_json::Value = serde_json::from_str(&self.orch(&["list", "--json"]).out).unwrap();
        let runs = list["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs[0]["id"].as_str().unwrap().to_owned()
    }

    /// Waits until something holds.
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
            sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a file is there.
    pub fn until_there(&self, name: &str) {
        self.until(name, || self.path(name).exists());
    }
}

/// How a command ended whose output was taken.
pub fn ended(output: Output) -> Ended {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap_or_else(|| panic!("{}", output.status));
    Ended { code, out: text(output.stdout), err: text(output.stderr) }
}

/// Sends a signal to a process.
pub fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap().success());
}

impl Ended {
    /// It ended with this code and said all of this on stderr.
    #[track_caller]
    pub fn says(&self, code: i32, texts: &[&str]) -> &Ended {
        let missing: Vec<&&str> = texts.iter().filter(|text| !self.err.contains(**text)).collect();
        assert!(self.code == code && missing.is_empty(), "expected {code} with {missing:?}, got {self:#?}");
        self
    }

    /// It printed this data.
    #[track_caller]
    pub fn prints(&self, texts: &[&str]) -> &Ended {
        let missing: Vec<&&str> = texts.iter().filter(|text| !self.out.contains(**text)).collect();
        assert!(missing.is_empty(), "expected {missing:?}, got {self:#?}");
        self
    }
}

/// Reads what a process says until there is `text` in it.
pub fn until_said(run: &mut Child, text: &str) {
    let stderr = run.stderr.as_mut().unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains(text) {
        let mut byte = [0];
        stderr.read_exact(&mut byte).unwrap_or_else(|_| panic!("it never said `{text}`"));
        said.push(byte[0]);
    }
}
