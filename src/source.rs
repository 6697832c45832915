//! Source files, byte spans in them, and the line and column of a byte.
//!
//! A span is three numbers, so every later structure can carry one by value. The text it speaks of lives in
//! [`Sources`], which only grows: a [`FileId`] stays valid as long as its `Sources` lives.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A file of a [`Sources`], by the order in which it was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A range of bytes, `start..end`, of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The file the bytes are in.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// From where `self` begins to where `other` ends.
    pub fn to(self, other: Span) -> Span {
        Span { end: other.end.max(self.end), ..self }
    }

    /// The place just behind the span, with no bytes in it.
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }

    /// The span as a range of indexes into the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where a byte is for a person: both count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

/// One file: its name as messages print it, its text, and where its lines begin.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
}

impl Source {
    fn new(name: String, text: Arc<str>) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Self { name, text, line_starts }
    }

    /// The name messages print: the path as the user gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte; a byte past the end is taken as the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = byte.min(self.text.len() as u32);
        let line = self.line_starts.partition_point(|start| *start <= byte) - 1;
        let before = &self.text.as_bytes()[self.line_starts[line] as usize..byte as usize];
        let characters = before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Position { line: line as u32 + 1, column: characters as u32 + 1 }
    }
}

/// All files of a program, root file first.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// The largest file that is read, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024 * 1024;

    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives the id by which spans speak of it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(Source::new(name.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of an id that this `Sources` gave.
    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.0 as usize]
    }

    /// Whether there is such a file: an id may come from elsewhere.
    pub fn has(&self, file: FileId) -> bool {
        (file.0 as usize) < self.files.len()
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        &self.get(span.file).text()[span.range()]
    }

    /// The first line of something, to underline: without a comment at its end.
    pub fn first_line(&self, span: Span) -> Span {
        let text = self.text(span);
        let line = text.lines().next().unwrap_or(text);
        let line = line.split("//").next().filter(|code| !code.contains('"')).unwrap_or(line).trim_end();
        Span { end: span.start + line.len() as u32, ..span }
    }

    /// `name:line:column` of where a span begins.
    pub fn place(&self, span: Span) -> String {
        let file = self.get(span.file);
        let Position { line, column } = file.position(span.start);
        format!("{}:{line}:{column}", file.name())
    }

    /// All files with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(at as u32), file))
    }
}
