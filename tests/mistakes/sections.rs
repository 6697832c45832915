//! Files of mistakes: a frame, and sections that are put into it.

use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use orch::diagnostic::{Diagnostic, Fix};
use orch::source::FileId;

/// A file of mistakes.
pub struct MistakeFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What stands before the first section.
    head: String,
    /// The mistakes.
    pub sections: Vec<Section>,
}

/// A mistake.
pub struct Section {
    /// What is wrong, in words.
    pub title: String,
    /// The line of its title.
    pub line: usize,
    allowed: Vec<String>,
    /// The section with its expectations, without its title.
    pub written: String,
    /// The section alone.
    pub body: String,
    /// The section in its frame.
    pub program: String,
    /// Where in the program the section begins.
    pub start: usize,
}

/// The files of mistakes in a folder, by name.
pub fn files(folder: &Path) -> Vec<MistakeFile> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "mistakes"));
    paths.sort();
    assert!(!paths.is_empty(), "no mistakes in {}", folder.display());
    paths.into_iter().map(MistakeFile::read).collect()
}

impl MistakeFile {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let mut head = String::new();
        let mut parts: Vec<(usize, &str, String)> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match (line.strip_prefix("--- "), parts.last_mut()) {
                (Some(title), _) => parts.push((at + 1, title, String::new())),
                (None, Some((_, _, section))) => writeln!(section, "{line}").unwrap(),
                (None, None) => writeln!(head, "{line}").unwrap(),
            }
        }
        let frame = head.split_once("\n...\n").unwrap_or_default();
        let sections = parts.into_iter().map(|(line, title, text)| Section::new(line, title, &text, frame)).collect();
        Self { path, head, sections }
    }

    /// Whether its sections stand in something.
    pub fn has_frame(&self) -> bool {
        self.head.contains("\n...\n")
    }

    /// The file with other texts for its sections.
    pub fn with_sections(&self, texts: impl Iterator<Item = String>) -> String {
        let mut whole = self.head.clone();
        for (section, text) in self.sections.iter().zip(texts) {
            write!(whole, "--- {}\n{text}\n", section.title).unwrap();
        }
        whole.truncate(whole.trim_end().len());
        whole + "\n"
    }
}

/// Whether a line says what is said, and belongs to no program.
fn is_expectation(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('^')
        || ["label", "help", "fix", "also"].iter().any(|kind| line.starts_with(&format!("= {kind}: ")))
}

impl Section {
    fn new(line: usize, title: &str, text: &str, (before, after): (&str, &str)) -> Self {
        let written = format!("{}\n", text.trim_end());
        let body: String =
            written.lines().filter(|line| !is_expectation(line)).map(|line| format!("{line}\n")).collect();
        let before = if before.is_empty() { String::new() } else { format!("{before}\n") };
        let allowed = title.split_once('[').map_or("", |(_, codes)| codes.trim_end_matches(']'));
        Self {
            title: title.to_owned(),
            line,
            allowed: allowed.split_whitespace().map(str::to_owned).collect(),
            program: format!("{before}{body}{after}"),
            start: before.len(),
            written,
            body,
        }
    }

    /// Whether a diagnostic does not count.
    pub fn allows(&self, diagnostic: &Diagnostic) -> bool {
        self.allowed.iter().any(|code| code == diagnostic.code.as_str())
    }

    /// Where a diagnostic stands in the section: the line, and its first and last column.
    pub fn place(&self, diagnostic: &Diagnostic) -> (usize, Range<usize>) {
        let range = diagnostic.span().range();
        let Some(before) = self.program.get(self.start..range.start) else { return (0, 0..0) };
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line..].chars().count();
        let width = self.program[range].chars().count();
        (before.matches('\n').count(), column..column + width)
    }

    /// Where the expectations say that something is wrong.
    pub fn places(&self) -> Vec<(usize, Range<usize>)> {
        let mut places = Vec::new();
        let mut lines = 0;
        for line in self.written.lines() {
            let column = line.chars().take_while(|letter| *letter == ' ').count();
            let width = line.trim_start().chars().take_while(|letter| *letter == '^').count();
            if width > 0 {
                places.push((lines - 1, column..column + width));
            } else if !is_expectation(line) {
                lines += 1;
            }
        }
        places
    }

    /// The section with what is said written under it.
    pub fn shown(&self, said: &[Diagnostic]) -> String {
        let mut shown = String::new();
        for (at, line) in self.body.lines().enumerate() {
            writeln!(shown, "{line}").unwrap();
            for diagnostic in said.iter().filter(|diagnostic| self.place(diagnostic).0 == at) {
                self.write(&mut shown, diagnostic);
            }
        }
        shown
    }

    fn write(&self, shown: &mut String, diagnostic: &Diagnostic) {
        let Diagnostic { code, severity: _, message, labels, help, fix } = diagnostic;
        let (_, columns) = self.place(diagnostic);
        let (indent, carets) = (" ".repeat(columns.start), "^".repeat(columns.len()));
        writeln!(shown, "{indent}{carets} {} {message}", code.as_str()).unwrap();
        let mut say = |kind: &str, text: &str| writeln!(shown, "{indent}    = {kind}: {text}").unwrap();
        if !labels[0].text.is_empty() {
            say("label", &labels[0].text);
        }
        for label in &labels[1..] {
            let place = match label.span.file {
                FileId(0) => format!("`{}`", self.program[label.span.range()].escape_debug()),
                _ => "(in another file)".to_owned(),
            };
            say("also", &format!("{place} {}", label.text));
        }
        if let Some(help) = help {
            say("help", help);
        }
        if let Some(fix) = fix {
            let mut mended = self.program.clone();
            apply(fix, &mut mended);
            let first = fix.edits.iter().map(|edit| edit.span.start).min().unwrap_or_default();
            let line = mended[..first as usize].rfind('\n').map_or(0, |newline| newline + 1);
            let line = mended[line..].lines().next().unwrap_or_default().trim();
            say("fix", if line.is_empty() { "(an empty line)" } else { line });
        }
    }
}

/// Makes the changes of a fix in a program of one file.
pub fn apply(fix: &Fix, program: &mut String) {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    edits.iter().for_each(|edit| program.replace_range(edit.span.range(), &edit.replacement));
}
