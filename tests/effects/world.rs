//! A folder with a program's files in it, the effects of that program, and the short forms of what tests ask for.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc, time::Duration};

use orch::{
    ir::{Address, Grant, PathRef, Process, Request},
    machine::{EffectId, Outcome, Perform, Purpose},
    run::{
        Effects, LocalEffects,
        effects::{ModuleSite, Site},
    },
};
use tokio::time::{Instant, sleep, timeout};

/// A folder with a program's files, and the effects of that program.
pub struct World {
    pub folder: tempfile::TempDir,
    pub effects: Arc<LocalEffects>,
}

impl World {
    pub fn new() -> World {
        World::granting(vec![Grant::Exec(vec!["sh".into(), "./do".into()]), Grant::File(vec!["data/".into()])])
    }

    pub fn granting(grants: Vec<Grant>) -> World {
        let folder = tempfile::tempdir().unwrap();
        let module = |name: &str, grants| ModuleSite { name: name.into(), folder: folder.path().into(), grants };
        let modules = vec![module("plan.orch", grants)];
        World::at(Site { modules, environment: environment(), ..Site::default() }, folder)
    }

    pub fn at(site: Site, folder: tempfile::TempDir) -> World {
        let effects = Arc::new(LocalEffects::new(site, folder.path().join("children")));
        World { folder, effects }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Written by a process of its own: what this one has open for writing, a process that another test starts just
    /// now may have open too, and then nobody can start it.
    pub fn script(&self, name: &str, text: &str) {
        let write = r#"printf '#!/bin/sh\n%s\n' "$2" >"$1"; chmod 755 "$1""#;
        let mut sh = std::process::Command::new("sh");
        let written = sh.args(["-c", write, "sh"]).arg(self.path(name)).arg(text).status().unwrap();
        assert!(written.success());
    }

    pub async fn perform(&self, request: Request) -> Outcome {
        self.perform_as(Purpose::Do, request).await
    }

    pub async fn perform_as(&self, purpose: Purpose, request: Request) -> Outcome {
        let ended = Arc::clone(&self.effects).perform(asked(purpose, request));
        timeout(Duration::from_secs(20), ended).await.expect("it ends")
    }

    pub async fn sh(&self, script: &str) -> Outcome {
        self.perform(sh(script)).await
    }
}

pub fn environment() -> Vec<(std::ffi::OsString, std::ffi::OsString)> {
    let own = [("HOME", "/home/ann"), ("SECRET", "hush"), ("REGION", "eu"), ("ORCH_STORE", "/x")];
    let path = std::env::var_os("PATH").unwrap();
    own.iter().map(|(name, value)| (name.into(), value.into())).chain([("PATH".into(), path)]).collect()
}

pub fn asked(purpose: Purpose, request: Request) -> Perform {
    let key = matches!(purpose, Purpose::Do | Purpose::Undo).then(|| "k7f2-1/hold".into());
    Perform {
        effect: EffectId(1),
        address: Address::typed("hold"),
        purpose,
        key,
        request: request.into(),
        wants_output: true,
    }
}

pub fn exec(program: &str, arguments: &[&str]) -> Request {
    Request::Exec(process(program, arguments))
}

pub fn process(program: &str, arguments: &[&str]) -> Process {
    Process {
        program: program.into(),
        origin: 0,
        module: 0,
        arguments: arguments.iter().map(|argument| argument.to_string()).collect(),
        env: BTreeMap::new(),
        stdin: None,
        cwd: None,
    }
}

pub fn sh(script: &str) -> Request {
    exec("sh", &["-c", script])
}

pub fn succeeds(script: &str) -> Request {
    Request::Succeeds(process("sh", &["-c", script]))
}

pub fn at(path: &str) -> PathRef {
    PathRef { path: path.into(), origin: 0 }
}

pub fn read(path: &str) -> Request {
    Request::FileRead { path: at(path), module: 0 }
}

pub fn write(path: &str, content: &str) -> Request {
    Request::FileWrite { path: at(path), content: content.into(), module: 0 }
}

pub fn ok(output: &str) -> Outcome {
    Outcome::Ok { output: output.into(), printed: String::new() }
}

pub fn failed(reason: &str) -> Outcome {
    Outcome::failed(reason, String::new())
}

pub fn unknown(reason: &str) -> Outcome {
    Outcome::Unknown { reason: reason.into(), printed: String::new() }
}

pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

pub fn alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}
