//! What a pass over the emitted program works with.

use crate::{
    diagnostic::Diagnostic,
    ir::{BlockId, Program, Statement},
    source::{Sources, Span},
};

/// The program, and what is found wrong with it.
pub(super) struct Pass<'p> {
    pub(super) program: &'p Program,
    pub(super) sources: &'p Sources,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'p> Pass<'p> {
    pub(super) fn statements(&self, block: BlockId) -> &'p [Statement] {
        &self.program.blocks[block.index()].statements
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The first line of something, to underline.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let text = self.sources.text(span);
        let line = text.lines().next().unwrap_or(text);
        let line = line.split("//").next().filter(|code| !code.contains('"')).unwrap_or(line).trim_end();
        Span { end: span.start + line.len() as u32, ..span }
    }

    /// The text of the first line of something.
    pub(super) fn first_line_text(&self, span: Span) -> &'p str {
        self.sources.text(self.first_line(span))
    }
}
