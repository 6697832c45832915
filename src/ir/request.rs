//! What is asked of the world, as plain data: journaled, simulated, or done.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{
    json::{decode_json, decode_output, to_json},
    mismatch::Mismatch,
    program::Param,
    secret::{Input, SecretRef, Text},
    types::Type,
    value::Value,
};

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
    pub env: BTreeMap<String, Text>,
    /// What it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<Input>,
    /// Where it runs; without it, in the root file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathRef>,
}

/// A script to be run by `sh`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The script, in which `${1}` stands for the first of the words.
    pub source: String,
    /// The words it is started with.
    pub words: Vec<String>,
    /// The module whose grant it needs, beside the root's.
    pub module: u32,
    /// The variables it gets beside the usual ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Text>,
    /// What it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<Input>,
    /// Where it runs; without it, in the root file's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathRef>,
}

/// A request over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// Which.
    pub method: HttpMethod,
    /// Where to.
    pub url: String,
    /// The module whose grant it needs, beside the root's.
    pub module: u32,
    /// Its headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Text>,
    /// What it sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Input>,
}

/// The methods of HTTP that there are effects for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpMethod {
    /// `http.get`
    Get,
    /// `http.post`
    Post,
    /// `http.put`
    Put,
    /// `http.delete`
    Delete,
}

impl HttpMethod {
    /// The effect.
    pub fn word(self) -> &'static str {
        match self {
            HttpMethod::Get => "http.get",
            HttpMethod::Post => "http.post",
            HttpMethod::Put => "http.put",
            HttpMethod::Delete => "http.delete",
        }
    }

    /// Whether doing it twice is doing it once.
    pub fn is_idempotent(self) -> bool {
        self != HttpMethod::Post
    }
}

/// One effect with all its arguments. Journals keep requests for years: names and meanings of fields are frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// `exec(program, [args], ..)`: what the process prints is the answer
    Exec(Process),
    /// `succeeds(program, [args], ..)`: exit code 0 is true, 1 is false
    Succeeds(Process),
    /// `shell("..")`: what the script prints is the answer
    Shell(Script),
    /// `http.get(url, ..)` and the like: the body is the answer
    Http(HttpRequest),
    /// `env("NAME")`: the variable's text is the answer
    Env {
        /// Which variable.
        name: String,
        /// The module whose grant it needs, beside the root's.
        module: u32,
        /// Whether one that is not set is an answer, too: nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        may_be_missing: bool,
    },
    /// `timeline()`: what the run knows of itself is the answer
    Timeline,
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
    /// What an `extern` probe or action stands for: the program that embeds this one does it, and its JSON is the answer
    Extern {
        /// As it is declared.
        name: String,
        /// Each parameter with its value.
        arguments: Map<String, Json>,
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
            Request::Shell(script) => format!("shell {}", script.command_line()),
            Request::Http(request) => format!("{} {}", request.method.word(), word(&request.url)),
            Request::Env { name, .. } => format!("env {}", word(name)),
            Request::Timeline => "timeline".to_owned(),
            Request::FileRead { path, .. } => format!("file.read {}", word(&path.path)),
            Request::FileWrite { path, content, .. } => {
                format!("file.write {} ({} bytes)", word(&path.path), content.len())
            }
            // What stands in for a condition has its text in place of a name.
            Request::Extern { name, arguments } if arguments.is_empty() && !is_name(name) => name.clone(),
            Request::Extern { name, arguments } => {
                format!("{name}({})", fields(arguments))
            }
        };
        shortened(whole)
    }

    /// Whether doing it twice is doing it once, whatever it is asked for. A program only says so by its action.
    pub fn is_idempotent_by_nature(&self) -> bool {
        match self {
            Request::Exec(_) | Request::Shell(_) | Request::Extern { .. } => false,
            Request::Http(request) => request.method.is_idempotent(),
            Request::Succeeds(_)
            | Request::Env { .. }
            | Request::Timeline
            | Request::FileRead { .. }
            | Request::FileWrite { .. } => true,
        }
    }
}

impl Request {
    /// The request for what a host program provides under the name `name`, as messages print it: the name by which a
    /// module was imported is not the host's concern.
    pub fn to_host(name: &str, params: &[Param], arguments: &[Value]) -> Request {
        let declared = name.rsplit('.').next().unwrap_or(name).to_owned();
        let arguments = params.iter().zip(arguments).map(|(param, value)| (param.name.to_string(), to_json(value)));
        Request::Extern { name: declared, arguments: arguments.collect() }
    }

    /// The value of type `ty` that an answer to it says.
    ///
    /// # Errors
    /// A [`Mismatch`] between the type and the answer.
    pub fn decode(&self, ty: &Type, output: &str) -> Result<Value, Mismatch> {
        match self {
            Request::Extern { .. } => decode_json(ty, output),
            Request::Exec(_)
            | Request::Succeeds(_)
            | Request::Shell(_)
            | Request::Http(_)
            | Request::Env { .. }
            | Request::Timeline
            | Request::FileRead { .. }
            | Request::FileWrite { .. } => decode_output(ty, output),
        }
    }
}

impl Process {
    fn command_line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|text| word(text)).collect::<Vec<_>>().join(" ")
    }
}

impl Script {
    /// The script with its words in their places.
    fn command_line(&self) -> String {
        let words = self.words.iter().enumerate().rev();
        let filled = words.fold(self.source.clone(), |source, (at, text)| {
            let place = format!("${{{}}}", at + 1);
            source.replace(&format!("\"{place}\""), &word(text)).replace(&place, text)
        });
        filled.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Names with their values, as one would write them; of a secret only what it refers to.
fn fields(values: &Map<String, Json>) -> String {
    values.iter().map(|(name, value)| format!("{name}: {}", written(value))).collect::<Vec<_>>().join(", ")
}

fn written(value: &Json) -> String {
    match value {
        Json::Object(values) => match SecretRef::from_json(value) {
            Some(secret) => secret.to_string(),
            None => format!("{{ {} }}", fields(values)),
        },
        Json::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Json::Null => "none".to_owned(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => value.to_string(),
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
    use crate::ir::secret::{SecretPlace, SecretRef};

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
        let sku = Param { name: "sku".into(), ty: Type::String, default: None, span: crate::source::Span::default() };
        check(Request::to_host("ops.reserve", &[sku], &[Value::text("a-1")]), r#"reserve(sku: "a-1")"#);
        let order =
            Json::from_iter([("id", Json::from("o-1")), ("items", Json::from(vec![1, 2])), ("note", Json::Null)]);
        let token = SecretRef::whole(SecretPlace::Env("TOKEN".into()), 0).to_json();
        let arguments = Map::from_iter([("order".to_owned(), order), ("token".to_owned(), token)]);
        let charged = r#"charge(order: { id: "o-1", items: [1, 2], note: none }, token: secret env("TOKEN"))"#;
        check(Request::Extern { name: "charge".into(), arguments }, charged);
        let script = Script {
            source: "grep \"${1}\" x |\n  wc \"-l ${2}\"".into(),
            words: vec!["it's".into(), "3".into()],
            module: 0,
            env: BTreeMap::new(),
            stdin: None,
            cwd: None,
        };
        check(Request::Shell(script), r#"shell grep 'it'\''s' x | wc "-l 3""#);
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
                env: [("B".to_owned(), "2".into()), ("A".to_owned(), "1".into())].into(),
                stdin: Some("in".into()),
                cwd: Some(PathRef { path: "..".into(), origin: 2 }),
            }),
            r#"{"succeeds":{"program":"test","origin":0,"module":2,"arguments":[],"env":{"A":"1","B":"2"},"stdin":"in","cwd":{"path":"..","origin":2}}}"#,
        );
        let token = || Text::Secret(SecretRef::whole(SecretPlace::Env("TOKEN".into()), 1).into());
        check(
            Request::Shell(Script {
                source: "ls \"${1}\"".into(),
                words: vec!["a b".into()],
                module: 0,
                env: [("T".to_owned(), token())].into(),
                stdin: Some(["x".into(), token()].into_iter().collect()),
                cwd: None,
            }),
            r#"{"shell":{"source":"ls \"${1}\"","words":["a b"],"module":0,"env":{"T":{"secret":{"source":{"env":"TOKEN"},"module":1}}},"stdin":["x",{"secret":{"source":{"env":"TOKEN"},"module":1}}]}}"#,
        );
        check(
            Request::Http(HttpRequest {
                method: HttpMethod::Post,
                url: "https://example.com/".into(),
                module: 2,
                headers: [("Authorization".to_owned(), token())].into(),
                body: Some("{}".into()),
            }),
            r#"{"http":{"method":"post","url":"https://example.com/","module":2,"headers":{"Authorization":{"secret":{"source":{"env":"TOKEN"},"module":1}}},"body":"{}"}}"#,
        );
        let variable = |may_be_missing| Request::Env { name: "REGION".into(), module: 0, may_be_missing };
        check(variable(false), r#"{"env":{"name":"REGION","module":0}}"#);
        check(variable(true), r#"{"env":{"name":"REGION","module":0,"may_be_missing":true}}"#);
        check(Request::Timeline, r#""timeline""#);
        let arguments = Map::from_iter([("sku".to_owned(), Json::from("a-1")), ("count".to_owned(), Json::from(2))]);
        check(
            Request::Extern { name: "reserve".into(), arguments },
            r#"{"extern":{"name":"reserve","arguments":{"sku":"a-1","count":2}}}"#,
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
