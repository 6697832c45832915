//! The mistakes people make, each with what is said about it: `tests/corpus/mistakes`.
//!
//! A file is made of sections, each a mistake. `--- title` begins one; what stands before the first is a frame, in
//! which the line `...` stands for the section, so that a section is a whole program. Under the mistake stands what is
//! said about it, at the place where it is said:
//!
//! ```text
//! --- a word is misspelt
//! pahse prepare {
//! ^^^^^ E0114 `pahse` begins no statement
//!     = label: did you mean `phase`?
//!     = fix: phase prepare {
//!   step a()
//! }
//! ```
//!
//! `= fix:` is the line as the fix leaves it. `--- title [E0303]` says that errors of that code don't count. What a
//! section imports by its path lies beside the corpus, in `parts`.
//! `ORCH_WRITE=1 cargo test --test mistakes` writes what is said into the files: read the difference.

#![expect(clippy::disallowed_methods, reason = "the corpus lies in files")]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use orch::check::{LoadError, check};
use orch::diagnostic::{Diagnostic, Severity};

#[path = "../support/chance.rs"]
mod chance;
mod mixes;
mod sections;
mod together;

use sections::{MistakeFile, Section, files};

/// What checking a program says, without warnings.
fn errors(program: &str) -> Vec<Diagnostic> {
    let folder = folder();
    let imported = |path: &str| fs::read_to_string(folder.join(path)).map_err(|_| LoadError("no such file".to_owned()));
    let mut said = check("mistake.orch", program, &imported).diagnostics;
    said.retain(|diagnostic| diagnostic.severity == Severity::Error);
    said
}

/// The errors of a section that count.
fn said(section: &Section) -> Vec<Diagnostic> {
    let mut said = errors(&section.program);
    said.retain(|diagnostic| !section.allows(diagnostic));
    said
}

#[test]
fn each_mistake_is_reported_once_at_its_place_in_its_words() {
    let mut figures = Figures::default();
    let mut wrong = Vec::new();
    for file in corpus() {
        for section in &file.sections {
            let said = said(section);
            figures.count(section, &said);
            let shown = section.shown(&said);
            if shown != section.written || said.len() != 1 {
                wrong.push(format!("{}:{}: {}\n{shown}", file.path.display(), section.line, section.title));
            }
        }
    }
    println!("{figures:?}");
    assert!(figures.mistakes >= 400, "only {} mistakes", figures.mistakes);
    assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), figures.mistakes, wrong.join("\n"));
    assert_eq!((figures.on_the_token, figures.with_a_second), (figures.mistakes, 0));
}

/// How good the messages are, in numbers.
#[derive(Debug, Default)]
struct Figures {
    mistakes: usize,
    on_the_token: usize,
    with_a_second: usize,
    with_help: usize,
    with_a_fix: usize,
}

impl Figures {
    fn count(&mut self, section: &Section, said: &[Diagnostic]) {
        self.mistakes += 1;
        self.on_the_token += usize::from(said.first().is_some_and(|first| section.places() == [section.place(first)]));
        self.with_a_second += usize::from(said.len() > 1);
        self.with_help += usize::from(said.first().is_some_and(|first| first.help.is_some()));
        self.with_a_fix += usize::from(said.first().is_some_and(|first| first.fix.is_some()));
    }
}

#[test]
fn fixes_mend_their_mistakes() {
    let mut wrong = String::new();
    let mut fixes = 0;
    for section in corpus().iter().flat_map(|file| &file.sections) {
        if said(section).iter().any(|diagnostic| diagnostic.fix.is_some()) {
            fixes += 1;
            let mut left = errors(&mended(section));
            left.retain(|diagnostic| !section.allows(diagnostic));
            let left: Vec<String> = left.into_iter().map(|error| error.message).collect();
            if !left.is_empty() {
                writeln!(wrong, "{}\n{}{left:?}\n", section.title, section.written).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(fixes >= 370, "only {fixes} fixes");
}

/// The program of a section when everything that can be mended is.
fn mended(section: &Section) -> String {
    let mut program = section.program.clone();
    for _ in 0..10 {
        let Some(fix) = errors(&program).into_iter().find_map(|error| error.fix) else { break };
        sections::apply(&fix, &mut program);
    }
    program
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/mistakes")
}

fn corpus() -> Vec<MistakeFile> {
    let folder = folder();
    let files = files(&folder);
    if env::var_os("ORCH_WRITE").is_some() {
        files.iter().for_each(rewrite);
        return sections::files(&folder);
    }
    files
}

fn rewrite(file: &MistakeFile) {
    let texts = file.sections.iter().map(|section| section.shown(&said(section)));
    let whole: Vec<(PathBuf, String)> = vec![(file.path.clone(), file.with_sections(texts))];
    for (path, text) in whole {
        fs::write(path, text).unwrap();
    }
}
