//! What is asked of the world, as plain data: journaled, simulated, or done.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

/// A path, and the module whose folder it is relative to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRef {
    /// As the program gave it.
    pub path: String,
    /// The number of the module; the root file is 0.
    pub origin: u32,
}

/// A process to be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The program; a name without `/` is found on the PATH.
    pub program: String,
    /// The module whose folder a relative `program` starts from.
    pub origin: u32,
    /// The module whose grant it needs, beside the root's.
    pub module: u32,
    /// What it is started with.
    pub arguments: Vec<String>,
    /// The variables it gets beside the usual ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// What it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// Where it runs; without it, in the root file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathRef>,
}

/// One effect with all its arguments. Journals keep requests for years: names and meanings of fields are frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// `exec(program, [args], ..)`: what the process prints is the answer
    Exec(Process),
    /// `succeeds(program, [args], ..)`: exit code 0 is true, 1 is false
    Succeeds(Process),
    /// `file.read(path)`: the file's text is the answer
    FileRead {
        /// Which file.
        path: PathRef,
        /// The module whose grant it needs, beside the root's.
        module: u32,
    },
    /// `file.write(path, text)`
    FileWrite {
        /// Which file.
        path: PathRef,
        /// Its whole new text.
        content: String,
        /// The module whose grant it needs, beside the root's.
        module: u32,
    },
}

/// How many characters a summary has at most, the mark of what is left out included.
const MAX_SUMMARY: usize = 120;

impl Request {
    /// One short line for people: `./shop charge o-1 24.5`.
    pub fn summary(&self) -> String {
        let whole = match self {
            Request::Exec(process) => process.command_line(),
            Request::Succeeds(process) => format!("succeeds {}", process.command_line()),
            Request::FileRead { path, .. } => format!("file.read {}", word(&path.path)),
            Request::FileWrite { path, content, .. } => {
                format!("file.write {} ({} bytes)", word(&path.path), content.len())
            }
        };
        shortened(whole)
    }

    /// Whether doing it twice is doing it once, whatever it is asked for. A program only says so by its action.
    pub fn is_idempotent_by_nature(&self) -> bool {
        match self {
            Request::Exec(_) => false,
            Request::Succeeds(_) | Request::FileRead { .. } | Request::FileWrite { .. } => true,
        }
    }
}

impl Process {
    fn command_line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|text| word(text)).collect::<Vec<_>>().join(" ")
    }
}

/// As one word of a command line, without line breaks.
fn word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,~".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Cow::Owned(format!("'{}'", one_line.replace('\'', r"'\''")))
}

fn shortened(text: String) -> String {
    if text.chars().count() <= MAX_SUMMARY {
        return text;
    }
    text.chars().take(MAX_SUMMARY - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec(program: &str, arguments: &[&str]) -> Request {
        let arguments = arguments.iter().map(|argument| argument.to_string()).collect();
        let (program, env) = (program.to_owned(), BTreeMap::new());
        Request::Exec(Process { program, origin: 0, module: 0, arguments, env, stdin: None, cwd: None })
    }

    fn write() -> Request {
        let path = PathRef { path: "out dir/flags.json".into(), origin: 1 };
        Request::FileWrite { path, content: "{}\n".into(), module: 1 }
    }

    #[test]
    fn a_summary_is_one_short_line() {
        let check = |request: Request, expected: &str| assert_eq!(request.summary(), expected);
        check(exec("./shop", &["charge", "o-1", "24.5"]), "./shop charge o-1 24.5");
        check(exec("psql", &["-c", "select 1;\nselect 'x'", ""]), r"psql -c 'select 1; select '\''x'\''' ''");
        check(write(), "file.write 'out dir/flags.json' (3 bytes)");
        check(exec("echo", &[&"é".repeat(300)]), &format!("echo {}…", "é".repeat(114)));
    }

    #[test]
    fn the_journaled_form_is_frozen() {
        let check = |request: Request, expected: &str| {
            assert_eq!(serde_json::to_string(&request).expect("JSON"), expected);
            assert_eq!(serde_json::from_str::<Request>(expected).expect("a request"), request);
        };
        check(exec("a", &["b"]), r#"{"exec":{"program":"a","origin":0,"module":0,"arguments":["b"]}}"#);
        check(
            Request::Succeeds(Process {
                program: "test".into(),
                origin: 0,
                module: 2,
                arguments: vec![],
                env: [("B".to_owned(), "2".to_owned()), ("A".to_owned(), "1".to_owned())].into(),
                stdin: Some("in".into()),
                cwd: Some(PathRef { path: "..".into(), origin: 2 }),
            }),
            r#"{"succeeds":{"program":"test","origin":0,"module":2,"arguments":[],"env":{"A":"1","B":"2"},"stdin":"in","cwd":{"path":"..","origin":2}}}"#,
        );
        check(
            write(),
            r#"{"file_write":{"path":{"path":"out dir/flags.json","origin":1},"content":"{}\n","module":1}}"#,
        );
    }

    #[test]
    fn only_a_program_needs_to_say_that_it_is_idempotent() {
        assert!(!exec("a", &[]).is_idempotent_by_nature());
        assert!(write().is_idempotent_by_nature());
    }
}
