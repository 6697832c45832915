//! What the documentation shows is what happens.
//!
//! In `README.md` and `docs/`, a block of `orch` is a whole program without mistakes, unless it says `mistakes`; with
//! `file=NAME` it is also the file of that name in the folder where the commands run, which is a copy of `examples/order_saga`. A block of
//! `console` is a session: lines that begin with `$ ` are typed, the others are what is printed. Numbers before a
//! unit of time, clock times, process numbers and names of runs may differ; everything else may not.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use orch::check::{LoadError, check};
use orch::diagnostic::Severity;

/// A fenced block: what is said behind the fence, and its lines.
struct Block {
    info: String,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(Block { info: info.to_owned(), text: text.join("\n") + "\n" });
    }
    blocks
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md")];
    if let Ok(docs) = std::fs::read_dir(root.join("docs")) {
        found
            .extend(docs.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    found.sort();
    found
}

#[test]
fn programs_have_no_mistakes() {
    let mut programs = 0;
    for path in documents() {
        for block in blocks(&std::fs::read_to_string(&path).unwrap()) {
            if !block.info.starts_with("orch") || block.info.contains("mistakes") {
                continue;
            }
            programs += 1;
            let no_imports = |_: &str| Err(LoadError("no such file".to_owned()));
            let checked = check("block.orch", block.text.as_str(), &no_imports);
            let errors = checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
            let errors: Vec<&str> = errors.map(|diagnostic| diagnostic.message.as_str()).collect();
            assert!(errors.is_empty(), "{}: {errors:?} in\n{}", path.display(), block.text);
        }
    }
    assert!(programs > 0, "no program was found");
}

#[test]
fn sessions_happen_as_they_are_shown() {
    let mut commands = 0;
    for path in documents() {
        let folder = workplace();
        for block in blocks(&std::fs::read_to_string(&path).unwrap()) {
            if let Some((_, name)) = block.info.split_once("file=") {
                std::fs::write(folder.path().join(name), &block.text).unwrap();
                is_as_in_the_example(name, &block.text);
            }
            if block.info == "console" {
                commands += session(&block.text, folder.path(), &path);
            }
        }
    }
    assert!(commands > 3, "only {commands} commands were found");
}

/// A program that is shown and lies among the examples too is the same in both places.
fn is_as_in_the_example(name: &str, shown: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/order_saga").join(name);
    if let Ok(there) = std::fs::read_to_string(path) {
        assert_eq!(there, shown, "examples/order_saga/{name}");
    }
}

/// A copy of the order saga with a shop as new.
fn workplace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/order_saga");
    for name in ["order_saga.orch", "order.json", "shop"] {
        // Links: a script that was just copied may still be open for writing in a process that is being started.
        std::os::unix::fs::symlink(example.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// Types each command and compares what is printed; gives how many there were.
fn session(text: &str, folder: &Path, document: &Path) -> usize {
    let mut names = BTreeMap::new();
    let mut typed: Vec<(String, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => typed.push((command.to_owned(), Vec::new())),
            None => typed.last_mut().expect("a session begins with a command").1.push(line),
        }
    }
    for (command, expected) in &typed {
        let command = names.iter().fold(command.clone(), |command, (shown, real): (&String, &String)| {
            command
                .split(' ')
                .map(|word| if word == shown { real.as_str() } else { word })
                .collect::<Vec<_>>()
                .join(" ")
        });
        let printed = run(&command, folder);
        learn_names(&expected.join("\n"), &printed, &mut names);
        let expected: Vec<String> = expected.iter().map(|line| plain(line, &names)).filter(|l| !l.is_empty()).collect();
        let printed: Vec<String> = printed.lines().map(|line| plain(line, &names)).filter(|l| !l.is_empty()).collect();
        assert_eq!(printed, expected, "{}: $ {command}", document.display());
    }
    typed.len()
}

fn run(command: &str, folder: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_orch"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("USER", "ada")
        .env_remove("ORCH_STORE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// `run k7f2 ..` in the document is `run x1y2 ..` here.
fn learn_names(expected: &str, printed: &str, names: &mut BTreeMap<String, String>) {
    let name_of = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("run "))?;
        line.split(' ').nth(1).map(str::to_owned)
    };
    if let (Some(shown), Some(real)) = (name_of(expected), name_of(printed)) {
        names.insert(shown, real);
    }
}

/// A line without what differs each time: blanks are one, names of runs as in the document, measures as `#`.
fn plain(line: &str, names: &BTreeMap<String, String>) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ':');
    let is_unit = |word: &str| matches!(word.trim_end_matches([',', ')']), "ms" | "s");
    let shown = words.iter().enumerate().map(|(at, word)| {
        let unit_follows = words.get(at + 1).is_some_and(|next| is_unit(next));
        let real = names.iter().find(|(_, real)| word.trim_matches([':', '`']) == real.as_str());
        match real {
            Some((shown, real)) => word.replace(real.as_str(), shown),
            None if is_number(word) && (unit_follows || word.contains(':')) => "#".to_owned(),
            None => (*word).to_owned(),
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}
