//! `orch fmt`: programs in their canonical form.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{compile, exit::Exit, failure::Failure, files, global::Global, programs, terminal::text::harmless};
use crate::{
    diagnostic::render::{self, Manner},
    format::{Unformatted, format},
    source::Sources,
};

/// Write programs in their canonical form.
#[derive(Args, Debug)]
#[command(after_help = "\
One layout for everyone: lines of at most 100 characters, two blanks a level, comments kept where they are. It is up to \
you where a blank line stands, which clauses and conditions go on on a line of their own, and which lists stand an \
element a line: those whose first element begins one.")]
pub struct Fmt {
    /// The files, or folders with files that end in `.orch`; `-` is stdin, which is written to stdout
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Change nothing; show what would change, and exit with 9 if anything would
    #[arg(long)]
    check: bool,
    /// As JSON, one object a file: how each file is, or was
    #[arg(long)]
    json: bool,
}

/// What `orch fmt --json` prints of a file.
#[derive(Serialize)]
struct Row<'a> {
    /// The version of this document.
    version: u32,
    file: &'a str,
    state: State,
    /// The first line that is or was not in canonical form
    line: Option<usize>,
}

/// How a program is, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Canonical,
    Formatted,
    Differs,
    Mistakes,
}

/// What stdin is called in messages. It can't be mended in its place.
const STDIN: &str = "<stdin>";

/// How many lines of each side are shown of a difference at most.
const SHOWN: usize = 8;

impl Fmt {
    /// Formats each file; one that can't be does not keep the others from it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let stdin = |path: &PathBuf| path.as_os_str() == "-";
        if self.paths.iter().all(stdin) {
            return self.stdin(global);
        }
        if self.paths.iter().any(stdin) {
            return Err(Failure::usage("`-` is stdin, which is formatted alone"));
        }
        let mut exit = Exit::Done;
        for path in &self.paths {
            let files = programs::programs(path).map_err(|failure| told(failure, global));
            exit = graver(exit, files.as_ref().err().copied().unwrap_or(Exit::Done));
            for file in files.unwrap_or_default() {
                exit = graver(exit, self.file(&file, global).unwrap_or_else(|failure| told(failure, global)));
            }
        }
        Ok(exit)
    }

    fn stdin(&self, global: &Global) -> Result<Exit, Failure> {
        if self.json && !self.check {
            return Err(Failure::usage("what becomes of stdin is written to stdout: `--json` needs `--check` there"));
        }
        let (path, text) = (Path::new(STDIN), files::read_stdin()?);
        let formatted = formatted(path, &text, global)?;
        if self.check {
            return self.compared(path, &text, formatted.as_deref(), global);
        }
        let Some(formatted) = formatted else { return Ok(Exit::Mistakes) };
        if let Some(lines) = formatted.strip_suffix('\n') {
            global.terminal.data(lines)?;
        }
        Ok(Exit::Done)
    }

    fn file(&self, path: &Path, global: &Global) -> Result<Exit, Failure> {
        let text = files::read_named(path)?;
        let formatted = formatted(path, &text, global)?;
        if let Some(formatted) = formatted.as_ref().filter(|formatted| !self.check && **formatted != text) {
            files::replace(path, &text, formatted)?;
            global.terminal.note(format_args!("{}: formatted", path.display()));
        }
        self.compared(path, &text, formatted.as_deref(), global)
    }

    /// Tells how a text is, and how it differs from its canonical form, if it was not brought into it.
    fn compared(&self, path: &Path, text: &str, formatted: Option<&str>, global: &Global) -> Result<Exit, Failure> {
        let difference = formatted.filter(|formatted| *formatted != text).map(|new| Difference::first(text, new));
        let (state, exit) = match (formatted, &difference) {
            (None, _) => (State::Mistakes, Exit::Mistakes),
            (Some(_), None) => (State::Canonical, Exit::Done),
            (Some(_), Some(_)) if self.check => (State::Differs, Exit::Unformatted),
            (Some(_), Some(_)) => (State::Formatted, Exit::Done),
        };
        if self.json {
            let (file, line) = (path.to_string_lossy(), difference.map(|difference| difference.line));
            let row = Row { version: 1, file: &file, state, line };
            global.terminal.data(serde_json::to_string(&row).unwrap_or_default())?;
        } else if let Some(difference) = difference.filter(|_| state == State::Differs) {
            shown(path, &difference, global)?;
        }
        Ok(exit)
    }
}

fn told(failure: Failure, global: &Global) -> Exit {
    global.terminal.failure(&failure);
    failure.exit
}

/// The canonical form of a text; of one with mistakes, these are shown and there is none.
fn formatted(path: &Path, text: &str, global: &Global) -> Result<Option<String>, Failure> {
    let mut sources = Sources::new();
    let file = sources.add(path.to_string_lossy(), text);
    match format(file, text) {
        Ok(formatted) => Ok(Some(formatted)),
        Err(Unformatted::Mistakes(mistakes)) => {
            let style = global.terminal.notes;
            let mends = path != Path::new(STDIN);
            let manner = Manner { mends, ..compile::manner(style) };
            global.terminal.note(render::human(&sources, &mistakes, manner).trim_end());
            Ok(None)
        }
        Err(Unformatted::Changed(place)) => {
            let message = format!("a bug in orch: {} would say something else when formatted", sources.place(place));
            let failure = Failure { exit: Exit::Bug, message, help: Vec::new() };
            Err(failure.help("it was left as it is; please report it, with the program if you can"))
        }
    }
}

/// Shows how a text differs from its canonical form.
fn shown(path: &Path, difference: &Difference<'_>, global: &Global) -> Result<(), Failure> {
    let Difference { line, removed, added } = difference;
    let style = global.terminal.data;
    let removed = removed.iter().map(|line| style.red(format_args!("- {}", harmless(line))));
    let added = added.iter().map(|line| style.green(format_args!("+ {}", harmless(line))));
    let lines: Vec<String> = removed.chain(added).collect();
    global.terminal.data(format_args!("{}:{line}: not formatted\n{}", path.display(), lines.join("\n")))
}

/// The first lines in which two texts differ.
#[derive(Debug, PartialEq)]
struct Difference<'t> {
    /// The number of the first of them.
    line: usize,
    removed: Vec<&'t str>,
    added: Vec<&'t str>,
}

impl<'t> Difference<'t> {
    fn first(old: &'t str, new: &'t str) -> Difference<'t> {
        let alike = old.split('\n').zip(new.split('\n')).take_while(|(old, new)| old == new).count();
        let rest = |text: &'t str| text.split('\n').skip(alike).take(SHOWN).collect::<Vec<_>>();
        let (mut removed, mut added) = (rest(old), rest(new));
        let (old_lines, new_lines) = meeting(&removed, &added);
        removed.truncate(old_lines);
        added.truncate(new_lines);
        Difference { line: alike + 1, removed, added }
    }
}

/// After how many lines of each side both go on with the same line, as few as can be. A blank line is the same only
/// where both sides have had another line before.
fn meeting(old: &[&str], new: &[&str]) -> (usize, usize) {
    let pairs = (0..old.len() + new.len()).flat_map(|sum| (0..=sum).map(move |at| (at, sum - at)));
    let mut meet = pairs.filter(|(at, other)| match (old.get(*at), new.get(*other)) {
        (Some(line), Some(other_line)) => line == other_line && (*at.min(other) > 0 || !line.trim().is_empty()),
        _ => false,
    });
    meet.next().unwrap_or((old.len(), new.len()))
}

/// The exit of two that says more.
fn graver(one: Exit, other: Exit) -> Exit {
    let weight = |exit: Exit| match exit {
        Exit::Done => 0,
        Exit::Unformatted => 1,
        Exit::Mistakes => 2,
        Exit::Bug => 4,
        Exit::Undone
        | Exit::Usage
        | Exit::Halted
        | Exit::Partial
        | Exit::Killed
        | Exit::Found
        | Exit::Left
        | Exit::Refused
        | Exit::Stuck
        | Exit::Store
        | Exit::Interrupted => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_ends_where_both_sides_go_on_alike() {
        let first = |old, new| {
            let Difference { line, removed, added } = Difference::first(old, new);
            (line, removed, added)
        };
        assert_eq!(first("a\nb\nc\n", "a\nB\nc\n"), (2, vec!["b"], vec!["B"]));
        assert_eq!(first("a\nb, c\nd\n", "a\nb\nc\nd\n"), (2, vec!["b, c"], vec!["b", "c"]));
        assert_eq!(first("a\n\n\nb\n", "a\n\nb\n"), (3, vec![""], vec![]));
        assert_eq!(first("a", "a\n"), (2, vec![], vec![""]));
    }
}
