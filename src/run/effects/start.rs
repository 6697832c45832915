//! From what a program asks for to what is started: which program, with which words and variables, and where.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, sync::Arc};

use zeroize::Zeroizing;

use super::{
    grants,
    process::Spawn,
    secret::{Known, Opened},
    site::Site,
    unable::Unable,
};
use crate::{
    ir::{Input, PathRef, Process, Script, Text},
    machine::Perform,
};

/// The variable in which a process finds its idempotency key.
const KEY_VARIABLE: &str = "ORCH_IDEMPOTENCY_KEY";

/// The shell of every system that is like Unix.
const SHELL: &str = "/bin/sh";

/// Starts what an effect asks for.
pub struct Starting<'a> {
    /// Where.
    pub site: &'a Site,
    /// The effect.
    pub perform: &'a Perform,
    /// The secrets of its run.
    pub known: &'a Known,
    /// Its secrets.
    pub opened: &'a Opened,
}

impl Starting<'_> {
    /// What a program was asked for; or why it can't be started.
    pub fn process(&self, process: &Process) -> Result<Spawn, Unable> {
        let Process { program, origin, module, arguments, env, stdin, cwd } = process;
        let path = grants::program_path(self.site, program, *origin);
        let around = Around { module: *module, env, stdin: stdin.as_ref(), cwd: cwd.as_ref() };
        self.spawn(program, path, arguments.clone(), &around)
    }

    /// A script is given to the shell as it is written. The words stand behind it, as its parameters: the shell reads
    /// them as values, never as a part of the script, whatever is in them.
    pub fn script(&self, script: &Script) -> Result<Spawn, Unable> {
        let Script { source, words, module, env, stdin, cwd } = script;
        let fixed = ["-c", "--", source.as_str(), "sh"].map(str::to_owned);
        let arguments = fixed.into_iter().chain(words.iter().cloned()).collect();
        let around = Around { module: *module, env, stdin: stdin.as_ref(), cwd: cwd.as_ref() };
        self.spawn("sh", SHELL.into(), arguments, &around)
    }

    fn spawn(&self, name: &str, path: PathBuf, arguments: Vec<String>, around: &Around) -> Result<Spawn, Unable> {
        if let Some(argument) = arguments.iter().find(|argument| argument.contains('\0')) {
            return Err(Unable::Argument { program: name.to_owned(), argument: argument.clone() });
        }
        Ok(Spawn {
            path,
            name: name.to_owned(),
            arguments,
            environment: self.environment(around.module),
            own: self.own(around.env)?,
            stdin: around.stdin.map(|stdin| self.opened.input(stdin)),
            folder: around.cwd.map_or_else(|| self.site.folder(0).to_owned(), |path| self.site.resolve(path)),
            wants_output: self.perform.wants_output,
            hidden: Arc::clone(&self.opened.hidden),
        })
    }

    fn environment(&self, module: u32) -> BTreeMap<OsString, OsString> {
        self.site.environment_for(module, self.known).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The variables that the program says itself, and the key.
    fn own(&self, env: &BTreeMap<String, Text>) -> Result<Vec<(String, Zeroizing<String>)>, Unable> {
        let mut own = Vec::new();
        for (name, value) in env {
            if name.is_empty() || name.contains(['=', '\0']) {
                return Err(Unable::VariableName(name.clone()));
            }
            let value = self.opened.text(value);
            if value.contains('\0') {
                return Err(Unable::Variable(name.clone()));
            }
            own.push((name.clone(), value));
        }
        own.extend(self.perform.key.iter().map(|key| (KEY_VARIABLE.to_owned(), Zeroizing::new(key.to_string()))));
        Ok(own)
    }
}

/// What surrounds a process.
struct Around<'a> {
    module: u32,
    env: &'a BTreeMap<String, Text>,
    stdin: Option<&'a Input>,
    cwd: Option<&'a PathRef>,
}
