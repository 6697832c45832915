//! A server in a folder of its own, and requests to it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A folder with programs, in which servers run.
pub struct Place(TempDir);

/// A process of `orch serve`; it is killed when it is dropped.
pub struct Server {
    process: Child,
    socket: PathBuf,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

/// A request that a server of the test was sent.
pub struct Received {
    #[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "only traces have a place of their own"))]
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Json,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Takes one request, and answers it with this status.
pub fn receive(listener: &TcpListener, status: &str) -> Received {
    let (mut stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    let path = line().split(' ').nth(1).unwrap().to_owned();
    let lines = std::iter::from_fn(|| Some(line()).filter(|line| !line.is_empty()));
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_lowercase(), value.to_owned())
    });
    let headers: Vec<(String, String)> = headers.collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, length)| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    Received { path, headers, body: serde_json::from_slice(&body).unwrap() }
}

impl Place {
    /// A folder with one program.
    pub fn with(program: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plan.orch"), program).unwrap();
        Place(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Types a command.
    pub fn orch(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
        command.args(arguments).current_dir(self.path()).env_remove("ORCH_STORE").env_remove("ORCH_TOKEN");
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Serves the program at a socket, with more arguments; comes back when it listens.
    pub fn serve_with(&self, name: &str, arguments: &[&str]) -> Server {
        let listen = format!("unix:{name}");
        let mut command = self.command(&["serve", "--listen", &listen]);
        let mut process = command.args(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("listens at ") {
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "{said}");
        }
        // Nobody reads the rest of the log, and it must not fill its pipe.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Server { process, socket: self.path().join(name) }
    }

    pub fn serve(&self) -> Server {
        self.serve_with("api", &["plan.orch"])
    }

    /// What the program's actions have written.
    pub fn lines(&self, file: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path().join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Server {
    /// A connection that sends these bytes.
    pub fn connect(&self, bytes: &[u8]) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        // It may refuse before it has read everything.
        let _ = stream.write_all(bytes);
        stream
    }

    /// A request with these headers.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let request = format!("{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        let mut answer = Vec::new();
        self.connect(request.as_bytes()).read_to_end(&mut answer).unwrap();
        Answer::of(&String::from_utf8(answer).unwrap())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.ask("POST", path, &[("Content-Type", "application/json")], &body.to_string())
    }

    /// An event, in the structured mode.
    pub fn event(&self, path: &str, kind: &str, id: &str, data: &Json) -> Answer {
        let event = json!({"specversion": "1.0", "type": kind, "source": "/test", "id": id, "data": data});
        self.ask("POST", path, &[("Content-Type", "application/cloudevents+json")], &event.to_string())
    }

    /// Starts a plan; its name.
    pub fn start(&self, plan: &str, inputs: &Json) -> String {
        let answer = self.post("/v1/runs", &json!({"plan": plan, "inputs": inputs}));
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// Follows a run to its end; its status then.
    pub fn follow(&self, run: &str) -> String {
        let answer = self.get(&format!("/v1/runs/{run}/journal?follow"));
        assert_eq!(answer.status, 200, "{answer:?}");
        self.get(&format!("/v1/runs/{run}")).json()["status"].as_str().unwrap().to_owned()
    }

    /// Follows a run until something is in its journal.
    pub fn follow_until(&self, run: &str, what: &str) {
        let stream = self.connect(format!("GET /v1/runs/{run}/journal?follow HTTP/1.0\r\n\r\n").as_bytes());
        let found = BufReader::new(stream).lines().map(Result::unwrap).any(|line| line.contains(what));
        assert!(found, "`{what}` is not in the journal of {run}");
    }

    /// The runs of the store.
    pub fn runs(&self, which: &str) -> Vec<Json> {
        self.get(&format!("/v1/runs{which}")).json()["runs"].as_array().unwrap().clone()
    }

    /// Asks again and again until it is so.
    pub fn until<T>(&self, is_so: impl Fn(&Server) -> Option<T>) -> T {
        loop {
            if let Some(found) = is_so(self) {
                return found;
            }
            // So that what is waited for has the processor.
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// As a machine would that loses its power.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to leave, and waits.
    pub fn leave(mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Answer {
    fn of(text: &str) -> Answer {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Answer { status, head: head.to_lowercase(), text: body.to_owned() }
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What is wrong, of a problem.
    pub fn detail(&self) -> String {
        assert!(self.head.contains("content-type: application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        problem["detail"].as_str().unwrap().to_owned()
    }
}
