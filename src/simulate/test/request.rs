//! The arguments of built-in effects, as their patterns speak of them: by the number of the parameter.

use indexmap::IndexMap;
use smol_str::SmolStr;

use crate::ir::{HttpRequest, Input, PathRef, Process, Request, Script, Text, Value};

/// As it is called.
pub(super) fn name(request: &Request) -> &'static str {
    match request {
        Request::Exec(_) => "exec",
        Request::Succeeds(_) => "succeeds",
        Request::Shell(_) => "shell",
        Request::Http(request) => request.method.word(),
        Request::Env { .. } => "env",
        Request::Timeline => "timeline",
        Request::FileRead { .. } => "file.read",
        Request::FileWrite { .. } => "file.write",
        Request::Extern { .. } => "extern",
    }
}

/// The value of a parameter; `None` where nothing is given for it.
pub(super) fn argument(request: &Request, number: u32) -> Option<Value> {
    match request {
        Request::Exec(process) | Request::Succeeds(process) => of_process(process, number),
        Request::Shell(script) => of_script(script, number),
        Request::Http(request) => of_http(request, number),
        Request::Env { name, .. } => (number == 0).then(|| Value::text(name.as_str())),
        Request::FileRead { path, .. } => (number == 0).then(|| of_path(path)),
        Request::FileWrite { path, content, .. } => match number {
            0 => Some(of_path(path)),
            1 => Some(Value::text(content.as_str())),
            _ => None,
        },
        Request::Timeline | Request::Extern { .. } => None,
    }
}

fn of_process(process: &Process, number: u32) -> Option<Value> {
    match number {
        0 => Some(Value::text(process.program.as_str())),
        1 => Some(Value::list(process.arguments.iter().map(|text| Value::text(text.as_str())).collect())),
        2 => Some(texts(&process.env)),
        3 => process.stdin.as_ref().map(of_input),
        4 => process.cwd.as_ref().map(of_path),
        _ => None,
    }
}

/// A script is what it reads like with its words in their places.
fn of_script(script: &Script, number: u32) -> Option<Value> {
    match number {
        0 => {
            let words = script.words.iter().enumerate().rev();
            let filled = words.fold(script.source.clone(), |source, (at, word)| {
                let place = format!("${{{}}}", at + 1);
                source.replace(&format!("\"{place}\""), word).replace(&place, word)
            });
            Some(Value::text(filled))
        }
        1 => Some(texts(&script.env)),
        2 => script.stdin.as_ref().map(of_input),
        3 => script.cwd.as_ref().map(of_path),
        _ => None,
    }
}

/// The query of a URL is a parameter of its own, so a URL is compared without what was added to it.
fn of_http(request: &HttpRequest, number: u32) -> Option<Value> {
    let (url, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    match number {
        0 => Some(Value::text(url)),
        1 => Some(Value::record(query.split('&').filter_map(pair).collect())),
        2 => Some(texts(&request.headers)),
        3 => request.body.as_ref().map(of_input),
        _ => None,
    }
}

/// A pair of a query, without the escapes of RFC 3986.
fn pair(text: &str) -> Option<(SmolStr, Value)> {
    let (name, value) = text.split_once('=')?;
    Some((SmolStr::from(unescaped(name)), Value::text(unescaped(value))))
}

fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut at, mut plain) = (0, Vec::with_capacity(bytes.len()));
    while let Some(byte) = bytes.get(at) {
        let digits =
            bytes.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                plain.push(escaped);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn texts(map: &std::collections::BTreeMap<String, Text>) -> Value {
    let entries = map.iter().map(|(name, text)| (SmolStr::from(name.as_str()), of_text(text)));
    Value::record(entries.collect::<IndexMap<_, _>>())
}

fn of_text(text: &Text) -> Value {
    match text {
        Text::Plain(text) => Value::text(text.as_str()),
        Text::Secret(secret) => Value::Secret(std::sync::Arc::clone(secret)),
    }
}

fn of_input(input: &Input) -> Value {
    let mut parts: Vec<Value> = input.parts().iter().map(of_text).collect();
    if parts.len() == 1 { parts.remove(0) } else { Value::list(parts) }
}

fn of_path(path: &PathRef) -> Value {
    Value::text(path.path.as_str())
}
