//! Comments at the ends of lines: those of neighbouring lines stand in one column.

use super::layout::WIDTH;
use crate::source::Span;

/// A comment at the end of a line.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Where it is to be written.
    pub at: usize,
    /// The line.
    pub line: u32,
    /// How far the line is indented.
    pub indent: usize,
    /// How wide the line is.
    pub column: usize,
    /// It has the line for itself, and continues the one above.
    pub continued: bool,
    /// The comment.
    pub remark: Span,
}

/// The blanks before a comment.
const DISTANCE: usize = 2;

/// Writes the comments into the text they belong to.
pub fn with_marks(source: &str, written: &str, marks: &[Mark]) -> String {
    let mut out = String::with_capacity(written.len() + written.len() / 16);
    let mut from = 0;
    for run in marks.chunk_by(stand_together) {
        let column = run.iter().map(|mark| mark.column).max().unwrap_or(0) + DISTANCE;
        for mark in run {
            out.push_str(written.get(from..mark.at).unwrap_or_default());
            out.extend(std::iter::repeat_n(' ', column - mark.column));
            out.push_str(source.get(mark.remark.range()).unwrap_or_default());
            from = mark.at;
        }
    }
    out.push_str(written.get(from..).unwrap_or_default());
    out
}

/// Whether two comments stand in one column. A line that is too long anyway moves no comment but its own.
fn stand_together(above: &Mark, below: &Mark) -> bool {
    let alike = above.indent == below.indent && above.column <= WIDTH && below.column <= WIDTH && !above.continued;
    above.line + 1 == below.line && (below.continued || alike)
}
