//! The canonical form of a program: one layout for what was written, with its comments.
//!
//! What stands in a program is never changed but for its layout; strings and comments keep every character. A line
//! has at most 100 characters if that can be helped, a level is two blanks deep. Of the writer's own layout stay:
//! blank lines between statements, one of several; blocks of one line that hold little; clauses and operators `and`
//! and `or` on lines of their own; lists whose first element begins a line. Comments at the ends of neighbouring
//! lines stand in one column.
//!
//! The tree is walked in the order of the text (one file for each part of the grammar), which makes a `layout` of the
//! `lexeme`s and the comments between them; `render` decides where lines end. Then `proof` reads the result: what
//! cannot be shown to say the same is not given out.

mod block;
mod brackets;
mod branching;
mod chain;
mod clause;
mod expression;
mod item;
mod layout;
mod lexeme;
mod margin;
mod pattern;
mod proof;
mod render;
mod statement;
mod test;
mod types;
mod value;
mod writer;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Span};
use crate::syntax::ast::File;
use crate::syntax::lexer::lex;
use crate::syntax::parse;
use lexeme::Lexemes;
use proof::Reading;
use writer::Writer;

/// Why a text was not formatted.
#[derive(Clone, Debug, PartialEq)]
pub enum Unformatted {
    /// It can't be read.
    Mistakes(Vec<Diagnostic>),
    /// A bug: what was made of it would say something else, first at this place of the text.
    Changed(Span),
}

/// The canonical form of a program.
pub fn format(file: FileId, text: &str) -> Result<String, Unformatted> {
    let tree = read(file, text).map_err(Unformatted::Mistakes)?;
    let lexemes = Lexemes::new(text, &lex(file, text));
    let mut writer = Writer::new(text, &lexemes);
    writer.file(&tree);
    if let Some(span) = writer.strayed {
        return Err(Unformatted::Changed(span));
    }
    let mut written = render::render(text, &writer.layout);
    if !written.is_empty() {
        written.push('\n');
    }
    match changed(file, &Reading { text, lexemes: &lexemes, file: &tree }, &written) {
        Some(span) => Err(Unformatted::Changed(span)),
        None => Ok(written),
    }
}

fn read(file: FileId, text: &str) -> Result<File, Vec<Diagnostic>> {
    let parsed = parse(file, text);
    let wrong = parsed.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if wrong { Err(parsed.diagnostics) } else { Ok(parsed.file) }
}

/// Where a text that was written says something else than before.
fn changed(file: FileId, before: &Reading<'_>, written: &str) -> Option<Span> {
    let tree = match read(file, written) {
        Ok(tree) => tree,
        Err(_) => return Some(Span::new(file, 0, 0)),
    };
    let lexemes = Lexemes::new(written, &lex(file, written));
    proof::difference(before, &Reading { text: written, lexemes: &lexemes, file: &tree })
}
