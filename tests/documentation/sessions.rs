//! Sessions happen as they are shown.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{Seek, Write},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

use super::page::{Block, Page, pages};

/// The names of runs: as they are shown, and as they are here.
type Names = BTreeMap<String, String>;

#[test]
fn sessions_happen_as_they_are_shown() {
    let mut sessions = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let printed = played(&page);
        sessions += printed.len();
        let mut text = page.text.clone();
        for (block, printed) in &printed {
            if *printed != block.text {
                wrong.push(format!("{}:\n{printed}", page.place(block)));
                text = text.replacen(&block.text, printed, 1);
            }
        }
        if env::var_os("ORCH_WRITE").is_some() && text != page.text {
            fs::write(&page.path, text).unwrap();
        }
    }
    assert!(sessions > 3, "only {sessions} sessions were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The sessions of a page, each with what it looks like here.
fn played(page: &Page) -> Vec<(Block, String)> {
    let folder = workplace(page);
    let mut names = Names::new();
    let mut played = Vec::new();
    for block in page.blocks() {
        if let Some(name) = block.file() {
            is_as_in_the_companion(page, name, &block);
            let path = folder.path().join(name);
            // What stands there may be a link into the repository.
            drop(fs::remove_file(&path));
            fs::write(path, &block.text).unwrap();
        }
        if block.is("console") {
            let printed = session(&block.text, folder.path(), &mut names);
            played.push((block, printed));
        }
    }
    played
}

/// A program that is shown and lies in the folder of the page too is the same in both places.
fn is_as_in_the_companion(page: &Page, name: &str, block: &Block) {
    if let Some(there) = page.companion().and_then(|folder| fs::read_to_string(folder.join(name)).ok()) {
        assert_eq!(there, block.text, "{}: {name} is not as in its folder", page.place(block));
    }
}

/// A folder with what lies in the folder of the page.
fn workplace(page: &Page) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in page.companion().iter().flat_map(|companion| fs::read_dir(companion).unwrap()) {
        let path = entry.unwrap().path();
        if path.is_file() {
            // Links: a script that was just copied may still be open for writing in a process that is being started.
            symlink(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

/// Types each command; gives the session with what is printed here, where that is something else.
fn session(text: &str, folder: &Path, names: &mut Names) -> String {
    let mut typed: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => typed.push((command, Vec::new())),
            None => typed.last_mut().expect("a session begins with a command").1.push(line),
        }
    }
    let mut written = String::new();
    for (command, expected) in typed {
        let printed = match prompted(&expected) {
            Some(typed) => run(&format!("{} --echo", really(command, names)), folder, &typed),
            None => run(&really(command, names), folder, ""),
        };
        learn_names(&expected.join("\n"), &printed, names);
        let same = expected.iter().map(|line| plain(line, names)).eq(printed.lines().map(|line| plain(line, names)));
        let shown = if same { expected.join("\n") } else { as_shown(printed.trim_end(), names) };
        written += &format!("$ {command}\n{shown}{}", if shown.is_empty() { "" } else { "\n" });
    }
    written
}

/// What is typed at the prompt of `orch repl`, if these lines are of it.
fn prompted(lines: &[&str]) -> Option<String> {
    let typed =
        lines.iter().filter_map(|line| ["orch> ", "  ..> "].into_iter().find_map(|prompt| line.strip_prefix(prompt)));
    let typed: String = typed.map(|line| format!("{line}\n")).collect();
    Some(typed).filter(|typed| !typed.is_empty())
}

/// What a command prints that reads this.
fn run(command: &str, folder: &Path, stdin: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_orch"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), env::var("PATH").unwrap());
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(stdin.as_bytes()).unwrap();
    input.rewind().unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("USER", "ada")
        .env_remove("ORCH_STORE")
        .stdin(input)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A command with the names that runs have here.
fn really(command: &str, names: &Names) -> String {
    let word_here = |word: &str| {
        let name = word.trim_end_matches([' ', '/']);
        names.get(name).map_or(word.to_owned(), |here| word.replacen(name, here, 1))
    };
    // A name may be part of a URL.
    command.split_inclusive([' ', '/']).map(word_here).collect()
}

/// What is printed, with the names that runs have in the document; a name may happen to be a part of another word.
fn as_shown(printed: &str, names: &Names) -> String {
    let shown = |word: &str| {
        let (name, end) = word.split_at(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len());
        let known = names.iter().find(|(_, here)| *here == name);
        known.map_or(word.to_owned(), |(shown, _)| format!("{shown}{end}"))
    };
    printed.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(shown).collect()
}

/// `run k7f2 ..` in the document is `run x1y2 ..` here.
fn learn_names(expected: &str, printed: &str, names: &mut Names) {
    let name_of = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("run "))?;
        line.split(' ').nth(1).map(str::to_owned)
    };
    if let (Some(shown), Some(here)) = (name_of(expected), name_of(printed)) {
        names.insert(shown, here);
    }
}

/// A line without what differs each time: blanks are one, names of runs as in the document, measures as `#`.
fn plain(line: &str, names: &Names) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ':');
    let is_unit = |word: &str| matches!(word.trim_end_matches([',', ')']), "ms" | "s");
    let is_measure = |at: usize| {
        let here = words.get(at).is_some_and(|word| is_number(word));
        here && words.get(at + 1).is_some_and(|next| is_unit(next))
    };
    let shown = words.iter().enumerate().map(|(at, word)| {
        let known = names.iter().find(|(_, here)| word.trim_matches([':', '`']) == here.as_str());
        match known {
            Some((shown, here)) => word.replace(here.as_str(), shown),
            None if is_measure(at) || (is_number(word) && word.contains(':')) => "#".to_owned(),
            None if at > 0 && is_measure(at - 1) => "#".to_owned(),
            None => (*word).to_owned(),
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}
