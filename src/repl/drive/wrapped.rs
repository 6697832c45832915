//! A text that is put together from what was typed and words around it, and where in it what was typed stands.

use std::ops::Range;

use crate::{
    diagnostic::Diagnostic,
    repl::session::Mistakes,
    source::{FileId, Sources, Span},
};

/// A text that is read in place of what was typed.
#[derive(Clone, Debug, Default)]
pub struct Wrapped {
    text: String,
    /// Which parts of it were typed: where they begin here, and where they stand in what was typed.
    typed: Vec<(usize, Range<usize>)>,
}

impl Wrapped {
    /// Adds words that nobody typed.
    pub fn own(mut self, text: &str) -> Wrapped {
        self.text.push_str(text);
        self
    }

    /// Puts words in front that nobody typed.
    pub fn before(mut self, text: &str) -> Wrapped {
        self.text.insert_str(0, text);
        self.typed.iter_mut().for_each(|(start, _)| *start += text.len());
        self
    }

    /// Adds a part of what was typed.
    pub fn typed(mut self, whole: &str, part: Range<usize>) -> Wrapped {
        self.typed.push((self.text.len(), part.clone()));
        self.text.push_str(whole.get(part).unwrap_or_default());
        self
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Mistakes in the text, as mistakes in what was typed, which is the last file but those of imports, `file`.
    pub fn as_typed(&self, mistakes: Mistakes, file: FileId, typed: &str) -> Mistakes {
        let mut sources = Sources::new();
        for (id, source) in mistakes.sources.iter() {
            sources.add(source.name(), if id == file { typed } else { source.text() });
        }
        let diagnostics = mistakes.diagnostics.into_iter().map(|diagnostic| self.moved(diagnostic, file, typed.len()));
        Mistakes { sources, diagnostics: diagnostics.collect() }
    }

    fn moved(&self, mut diagnostic: Diagnostic, file: FileId, length: usize) -> Diagnostic {
        for label in &mut diagnostic.labels {
            if label.span.file == file {
                label.span = self.span(label.span, length);
            }
        }
        // Nobody sees that it is read as a part of a test.
        diagnostic.help = diagnostic.help.filter(|help| !help.contains("a test sees"));
        // What would mend the wrapped text may not mend what was typed.
        diagnostic.fix = diagnostic.fix.filter(|fix| fix.edits.iter().all(|edit| edit.span.file != file));
        diagnostic
    }

    fn span(&self, span: Span, length: usize) -> Span {
        let start = self.place(span.start as usize).min(length);
        let end = self.place(span.end as usize).clamp(start, length);
        Span { start: start as u32, end: end as u32, ..span }
    }

    /// Where in what was typed a place of the text stands; of words that nobody typed, the end of what was typed before.
    fn place(&self, at: usize) -> usize {
        let before = self.typed.iter().rev().find(|(start, _)| *start <= at);
        let first = || self.typed.first().map_or(0, |(_, part)| part.start);
        before.map_or_else(first, |(start, part)| (part.start + at - start).min(part.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_what_was_typed() {
        let typed = "stock(_) = 3x";
        let wrapped =
            Wrapped::default().own("given ").typed(typed, 0..9).own("returns ").typed(typed, 11..13).own(" }");
        assert_eq!(wrapped.text(), "given stock(_) returns 3x }");
        let check = |at: usize, expected: usize| assert_eq!(wrapped.place(at), expected, "{at}");
        check(0, 0);
        check(6, 0);
        check(11, 5);
        check(18, 9);
        check(23, 11);
        check(24, 12);
        check(27, 13);
    }
}
