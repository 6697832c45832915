//! What a program may touch, and what that opens.

use smol_str::SmolStr;

use crate::ir::{Grant, Program};

/// What a program may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// `exec`, `shell`, `http`, `env` or `file`.
    pub word: &'static str,
    /// What of it: programs, hosts, variables, files. Nothing for `shell`.
    pub names: Vec<SmolStr>,
    /// What it lets happen that is not written there.
    pub opens: Option<String>,
}

/// Programs that do whatever they are told: shells, interpreters, and programs that start others. A grant for one is a
/// grant for all that can be started from it.
const OPEN: [&str; 39] = [
    "ansible",
    "ansible-playbook",
    "ash",
    "awk",
    "bash",
    "bun",
    "busybox",
    "csh",
    "dash",
    "deno",
    "docker",
    "env",
    "expect",
    "find",
    "fish",
    "gawk",
    "irb",
    "java",
    "ksh",
    "kubectl",
    "lua",
    "make",
    "mawk",
    "nix-shell",
    "node",
    "npx",
    "parallel",
    "perl",
    "php",
    "podman",
    "psql",
    "pwsh",
    "python",
    "python3",
    "ruby",
    "sh",
    "ssh",
    "sudo",
    "zsh",
];

/// What a program may touch: what its root file grants. The files it imports may use less of that, never more.
pub(super) fn capabilities(program: &Program) -> Vec<Capability> {
    let grants = program.modules.first().map(|root| root.grants.as_slice()).unwrap_or_default();
    let capability = |grant: &Grant| {
        let (word, names) = parts(grant);
        Capability { word, names, opens: opens(grant) }
    };
    grants.iter().map(capability).collect()
}

fn parts(grant: &Grant) -> (&'static str, Vec<SmolStr>) {
    match grant {
        Grant::Exec(programs) => ("exec", programs.clone()),
        Grant::Shell => ("shell", Vec::new()),
        Grant::Http(hosts) => ("http", hosts.clone()),
        Grant::Env(names) => ("env", names.clone()),
        Grant::File(files) => ("file", files.clone()),
    }
}

fn opens(grant: &Grant) -> Option<String> {
    match grant {
        Grant::Shell => Some("a shell starts any program, touches any file and reaches any host".to_owned()),
        Grant::Exec(programs) => {
            let open: Vec<&str> = programs.iter().map(SmolStr::as_str).filter(|program| is_open(program)).collect();
            let does = if open.len() == 1 { "does what it is told" } else { "do what they are told" };
            let opens = "that opens all that can be started from there";
            (!open.is_empty()).then(|| format!("{} {does}: {opens}", open.join(", ")))
        }
        Grant::Http(_) | Grant::Env(_) | Grant::File(_) => None,
    }
}

/// Whether a program, by its path, does whatever it is told.
fn is_open(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    OPEN.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_opens_what_it_can_start() {
        assert!(OPEN.is_sorted(), "it is searched by halves");
        assert!(is_open("/usr/bin/python3") && is_open("bash") && !is_open("./ops"));
        assert!(opens(&Grant::Shell).is_some());
        assert_eq!(opens(&Grant::Exec(vec!["./ops".into()])), None);
        let said = opens(&Grant::Exec(vec!["psql".into(), "git".into()]));
        assert_eq!(said.as_deref(), Some("psql does what it is told: that opens all that can be started from there"));
    }
}
