//! The writer: goes over the lexemes in step with the walk over the tree, and takes the comments along.
//!
//! The walk says what stands next and what may stand before it; every lexeme is written once and in order. A walk that
//! asks for something else than what is there has strayed, and its layout is thrown away.

use super::layout::{GroupId, Kind, Layout, Piece, When};
use super::lexeme::{Lexeme, Lexemes, Place, Remark};
use crate::source::Span;
use crate::syntax::ast::{Name, Template};
use crate::syntax::token::Token;

/// What stands between two lexemes.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    between: Between,
    /// Blank lines are kept, one of several.
    blank: bool,
    /// It follows what opens a block or list: no blank line first.
    opens: bool,
    /// It precedes what closes a block or list: its level ends before the last line, without a blank line.
    closes: Option<When>,
}

#[derive(Clone, Copy, Debug)]
enum Between {
    Nothing,
    Space,
    /// A blank behind a block.
    SpaceBehindBlock,
    BeforeBrace,
    Break(GroupId, bool),
    Line,
}

impl Gap {
    const fn of(between: Between) -> Gap {
        Gap { between, blank: false, opens: false, closes: None }
    }

    /// Nothing.
    pub const NOTHING: Gap = Gap::of(Between::Nothing);
    /// A blank.
    pub const SPACE: Gap = Gap::of(Between::Space);
    /// A blank behind a block.
    pub const BEHIND_BLOCK: Gap = Gap::of(Between::SpaceBehindBlock);
    /// What stands before the `{` of a block.
    pub const BEFORE_BRACE: Gap = Gap::of(Between::BeforeBrace);
    /// A line.
    pub const LINE: Gap = Gap::of(Between::Line);

    /// A line if the group is broken, else a blank.
    pub fn blank_or_line(group: GroupId) -> Gap {
        Gap::of(Between::Break(group, true))
    }

    /// A line if the group is broken, else nothing.
    pub fn nothing_or_line(group: GroupId) -> Gap {
        Gap::of(Between::Break(group, false))
    }

    /// The same, keeping blank lines.
    pub fn keeping_blank_lines(self) -> Gap {
        Gap { blank: true, ..self }
    }

    /// The same, behind what opens a block or list.
    pub fn opening(self) -> Gap {
        Gap { blank: true, opens: true, ..self }
    }

    /// The same, before what closes a block or list.
    pub fn closing(self, level: When) -> Gap {
        Gap { blank: true, closes: Some(level), ..self }
    }
}

/// Makes the layout of a file.
pub struct Writer<'t> {
    text: &'t str,
    lexemes: &'t Lexemes,
    next: usize,
    /// Comments that stood before a comma and come behind it.
    late: Vec<Remark>,
    /// What stands before the next lexeme is said.
    settled: bool,
    /// What was made so far.
    pub layout: Layout,
    /// The group that ends with the last lexeme and is broken by its operators.
    pub tail: Option<GroupId>,
    /// Where the walk asked for something else.
    pub strayed: Option<Span>,
}

impl<'t> Writer<'t> {
    /// A writer at the beginning of a text.
    pub fn new(text: &'t str, lexemes: &'t Lexemes) -> Writer<'t> {
        let layout = Layout::default();
        Writer { text, lexemes, next: 0, late: Vec::new(), settled: false, layout, tail: None, strayed: None }
    }

    fn upcoming(&self) -> Option<&'t Lexeme> {
        self.lexemes.all.get(self.next)
    }

    /// Whether a token stands next.
    pub fn is_next(&self, token: Token) -> bool {
        self.upcoming().is_some_and(|lexeme| lexeme.token == token)
    }

    /// Whether what stands next was written on a line of its own, or has to be, because of a comment.
    pub fn begins_line(&self) -> bool {
        !self.late.is_empty() || self.upcoming().is_some_and(|lexeme| lexeme.breaks > 0)
    }

    /// Whether comments stand before what stands next.
    pub fn is_remarked(&self) -> bool {
        let here = self.upcoming().is_some_and(|lexeme| !self.lexemes.remarks(lexeme).is_empty());
        here || !self.late.is_empty()
    }

    /// Whether all that follows the next lexeme was written on its line, up to the first lexeme at or behind a place.
    pub fn goes_on_in_line(&self, to: u32) -> bool {
        let behind = self.lexemes.all.get(self.next + 1..).unwrap_or_default();
        let before = behind.iter().take_while(|lexeme| lexeme.span.start < to).count();
        behind.iter().take(before + 1).all(|lexeme| lexeme.breaks == 0)
    }

    /// The lexeme that stands next.
    pub fn lexeme(&mut self) {
        let Some(Lexeme { span, .. }) = self.upcoming().copied() else { return };
        if !self.settled {
            self.gap(Gap::NOTHING);
        }
        let written = self.text.get(span.range()).unwrap_or_default();
        let (first, rest) = written.split_once('\n').map_or((written, None), |(first, rest)| (first, Some(rest)));
        let wide = |line: &str| line.chars().count() as u32;
        let last = rest.map(|rest| wide(rest.rsplit('\n').next().unwrap_or_default()));
        self.layout.push(Piece::Verbatim { start: span.start, end: span.end, width: wide(first), last });
        self.pass();
    }

    fn pass(&mut self) {
        self.next += 1;
        self.settled = false;
        self.tail = None;
    }

    /// A word or sign.
    pub fn sign(&mut self, token: Token) {
        self.stray_unless(self.is_next(token));
        self.lexeme();
    }

    /// A blank, and a word or sign.
    pub fn spaced(&mut self, token: Token) {
        self.gap(Gap::SPACE);
        self.sign(token);
    }

    /// A word.
    pub fn name(&mut self, name: &Name) {
        self.whole(name.span);
    }

    /// A blank, and a word.
    pub fn spaced_name(&mut self, name: &Name) {
        self.gap(Gap::SPACE);
        self.name(name);
    }

    /// A string.
    pub fn text(&mut self, text: &Template) {
        self.whole(text.span);
    }

    /// A blank, and a string.
    pub fn spaced_text(&mut self, text: &Template) {
        self.gap(Gap::SPACE);
        self.text(text);
    }

    /// One lexeme that covers a span.
    pub fn whole(&mut self, span: Span) {
        self.stray_unless(self.upcoming().is_some_and(|lexeme| lexeme.span == span));
        self.lexeme();
    }

    /// The lexemes to the end of a span, with nothing between them.
    pub fn glued(&mut self, span: Span) {
        while self.upcoming().is_some_and(|lexeme| lexeme.span.start < span.end) {
            self.lexeme();
        }
    }

    fn stray_unless(&mut self, expected: bool) {
        if !expected && self.strayed.is_none() {
            self.strayed = self.upcoming().map(|lexeme| lexeme.span);
        }
    }

    /// The comma that separates two elements; comments before it come behind it.
    pub fn comma(&mut self) {
        self.stray_unless(self.is_next(Token::Comma));
        self.skip();
        self.layout.push(Piece::Comma);
    }

    /// Leaves a sign away that is written again only where it is needed.
    pub fn skip_if(&mut self, token: Token) {
        if self.is_next(token) {
            self.skip();
        }
    }

    fn skip(&mut self) {
        if let Some(lexeme) = self.upcoming() {
            self.late.extend_from_slice(self.lexemes.remarks(lexeme));
        }
        self.pass();
    }

    /// Says what stands before the next lexeme, and writes the comments that stand there.
    pub fn gap(&mut self, gap: Gap) {
        let Some(lexeme) = self.upcoming().filter(|_| !self.settled) else { return };
        self.settled = true;
        let mut remarks = std::mem::take(&mut self.late);
        remarks.extend_from_slice(self.lexemes.remarks(lexeme));
        self.remarks(&remarks, gap);
        if let Some(level) = gap.closes {
            self.layout.push(Piece::Dedent(level));
        }
        let blank = gap.blank && gap.closes.is_none() && lexeme.breaks > 1;
        let blank = blank && (!gap.opens || !remarks.is_empty());
        if !remarks.is_empty() {
            self.layout.push(Piece::Line { blank, hangs: gap.hangs() });
            return;
        }
        match gap.between {
            Between::Nothing => {}
            Between::Space | Between::SpaceBehindBlock => self.layout.push(Piece::Space),
            Between::BeforeBrace => self.layout.push(Piece::BeforeBrace),
            Between::Break(group, space) => self.layout.push(Piece::Break { group, space, blank }),
            Between::Line => self.layout.push(Piece::Line { blank, hangs: false }),
        }
    }

    /// A comment at the end of a line stays there; there can be but one.
    fn remarks(&mut self, remarks: &[Remark], gap: Gap) {
        let mut above = None;
        for remark in remarks {
            let first = above.is_none();
            let place = match (remark.place, above) {
                (Place::Trailing, None) => Place::Trailing,
                (Place::Continued, Some(Place::Trailing | Place::Continued)) => Place::Continued,
                _ => Place::Own,
            };
            above = Some(place);
            match place {
                Place::Trailing => self.layout.push(Piece::Trailing(remark.span)),
                Place::Continued => self.layout.push(Piece::Continued(remark.span)),
                Place::Own => {
                    let blank = gap.blank && remark.breaks > 1 && !(gap.opens && first);
                    self.layout.push(Piece::Line { blank, hangs: gap.hangs() });
                    self.remark(remark.span);
                }
            }
        }
    }

    /// Writes the comments at the end of the text.
    pub fn finish(&mut self) {
        let gap = Gap::LINE.keeping_blank_lines();
        let remarks = self.upcoming().map(|end| self.lexemes.remarks(end)).unwrap_or_default();
        self.stray_unless(self.next + 1 == self.lexemes.all.len());
        self.remarks(remarks, gap);
    }

    fn remark(&mut self, Span { start, end, file: _ }: Span) {
        self.layout.push(Piece::Verbatim { start, end, width: end - start, last: None });
    }

    /// Begins a group, which holds what stands before the next lexeme only if that is still to be said.
    pub fn open(&mut self, kind: Kind) -> GroupId {
        self.layout.open(kind)
    }

    /// Ends a group.
    pub fn close(&mut self) {
        self.layout.close();
    }

    /// What follows is deeper if the group is broken.
    pub fn indent(&mut self, level: When) {
        self.layout.push(Piece::Indent(level));
    }

    /// The level ends.
    pub fn dedent(&mut self, level: When) {
        self.layout.push(Piece::Dedent(level));
    }
}

impl Gap {
    /// Whether a line that only a comment makes is deeper.
    fn hangs(self) -> bool {
        matches!(self.between, Between::Nothing | Between::Space) && !self.opens
    }
}
