//! Real parts: found, started on a free port of this machine, and ended with the test.

use std::{
    env, fs,
    io::Write,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Where a program is; `None` if it is not on the PATH and need not be, which is said.
pub fn found(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("ORCH_TEST_ALL").is_none(), "`{program}` is not on the PATH, and all tests were asked for");
        // Not by a macro: what those print in a test that passes is not shown.
        let said = format!("left out: `{program}` is not on the PATH\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
    }
    found
}

/// A port on which nobody listens just now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A process that is ended with the test.
pub struct Part {
    child: Child,
}

impl Part {
    /// Starts it and waits until something listens on `port`.
    pub fn start(command: &mut Command, port: u16) -> Part {
        let mut part = Part { child: command.spawn().unwrap() };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(part.child.try_wait().unwrap().is_none(), "it has ended");
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing listens on {port}");
            sleep(Duration::from_millis(20));
        }
        part
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with a plan in it.
pub struct Project {
    pub folder: TempDir,
}

impl Project {
    /// With a program of `tests/corpus/standard`, in which each pair's first text is replaced by its second.
    pub fn with(program: &str, replaced: &[(&str, &str)]) -> Project {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/standard");
        let text = fs::read_to_string(corpus.join(program)).unwrap();
        let text = replaced.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "no `{from}` in {program}");
            text.replace(from, to)
        });
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plan.orch"), text).unwrap();
        Project { folder }
    }

    /// Runs a plan with these parameters and variables.
    pub fn run(&self, plan: &str, set: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
        command.args(["run", "plan.orch", plan]).current_dir(self.folder.path()).env_remove("ORCH_STORE");
        command.args(set.iter().flat_map(|set| ["--set", set]));
        ended(command.envs(variables.iter().copied()).output().unwrap())
    }
}

/// How a command ended, and all that it said.
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
}

impl Ended {
    /// It ended with `code`, and said this.
    pub fn says(&self, code: i32, texts: &[&str]) -> &Ended {
        assert_eq!(self.code, Some(code), "{}", self.said);
        let missing: Vec<_> = texts.iter().filter(|text| !self.said.contains(**text)).collect();
        assert!(missing.is_empty(), "no {missing:?} in\n{}", self.said);
        self
    }
}

pub fn ended(output: Output) -> Ended {
    let said = [output.stdout, output.stderr].concat();
    Ended { code: output.status.code(), said: String::from_utf8(said).unwrap() }
}
