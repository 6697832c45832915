//! A layout to text: which groups are broken, and in which column comments stand.

use super::layout::{Group, GroupId, INDENT, Kind, Layout, Piece, WIDTH, When};
use super::margin::{Mark, with_marks};
use crate::source::Span;

/// Writes a layout.
pub fn render(text: &str, layout: &Layout) -> String {
    let mut renderer = Renderer {
        text,
        layout,
        modes: vec![Mode::Undecided; layout.group_count()],
        open: Vec::new(),
        indent: 0,
        out: String::with_capacity(text.len() + text.len() / 8),
        line: Line::default(),
        marks: Vec::new(),
    };
    for (at, piece) in layout.pieces.iter().enumerate() {
        renderer.piece(at, *piece);
    }
    with_marks(text, &renderer.out, &renderer.marks)
}

/// What was decided about a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Undecided,
    /// All of it is on one line.
    Flat,
    /// Its own breaks are no lines; what is in it decides for itself.
    Inner,
    /// Its own breaks are lines.
    Broken,
}

/// The line that is being written.
#[derive(Clone, Copy, Default)]
struct Line {
    number: u32,
    /// How far it is indented; nothing is written yet if it is not begun.
    indent: usize,
    /// How far the line above is.
    above: usize,
    begun: bool,
    /// How many characters of it are written.
    column: usize,
}

struct Renderer<'t> {
    text: &'t str,
    layout: &'t Layout,
    modes: Vec<Mode>,
    open: Vec<GroupId>,
    indent: usize,
    out: String,
    line: Line,
    marks: Vec<Mark>,
}

impl<'t> Renderer<'t> {
    fn piece(&mut self, at: usize, piece: Piece) {
        match piece {
            Piece::Verbatim { start, end, width: _, last: _ } => self.verbatim(start, end),
            Piece::Comma => self.write(","),
            Piece::Space => self.write(" "),
            Piece::BeforeBrace if self.head_is_long() => self.end_line(false, 0),
            Piece::BeforeBrace => self.write(" "),
            Piece::Break { group, space, blank } => match self.mode(group) {
                Mode::Broken => self.end_line(blank, 0),
                Mode::Undecided | Mode::Flat | Mode::Inner if space => self.write(" "),
                Mode::Undecided | Mode::Flat | Mode::Inner => {}
            },
            Piece::IfBroken(group, sign) => {
                if self.mode(group) == Mode::Broken {
                    self.write(sign);
                }
            }
            Piece::Line { blank, hangs } => self.end_line(blank, if hangs { INDENT } else { 0 }),
            Piece::Trailing(remark) => self.mark(remark, false),
            Piece::Continued(remark) => {
                self.end_line(false, 0);
                self.mark(remark, true);
            }
            Piece::Open(group) => self.decide(at, group),
            Piece::Close => drop(self.open.pop()),
            Piece::Indent(when) if self.applies(when) => self.indent += INDENT,
            Piece::Dedent(when) if self.applies(when) => self.indent = self.indent.saturating_sub(INDENT),
            Piece::Indent(_) | Piece::Dedent(_) => {}
        }
    }

    fn mode(&self, group: GroupId) -> Mode {
        self.modes.get(group.0 as usize).copied().unwrap_or(Mode::Undecided)
    }

    fn applies(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::Broken(group) => self.mode(group) == Mode::Broken,
        }
    }

    fn end_line(&mut self, blank: bool, deeper: usize) {
        if self.out.is_empty() {
            return;
        }
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        let number = self.line.number + if blank { 2 } else { 1 };
        let above = self.line.indent;
        self.line = Line { number, indent: self.indent + deeper, above, begun: false, column: 0 };
    }

    fn begin_line(&mut self) {
        if !self.line.begun {
            self.out.extend(std::iter::repeat_n(' ', self.line.indent));
            self.line = Line { begun: true, column: self.line.indent, ..self.line };
        }
    }

    fn write(&mut self, sign: &str) {
        self.begin_line();
        self.out.push_str(sign);
        self.line.column += sign.len();
    }

    fn verbatim(&mut self, start: u32, end: u32) {
        let written = self.text.get(start as usize..end as usize).unwrap_or_default();
        self.begin_line();
        self.out.push_str(written);
        match written.rsplit_once('\n') {
            None => self.line.column += written.chars().count(),
            Some((before, last)) => {
                self.line.number += 1 + before.bytes().filter(|byte| *byte == b'\n').count() as u32;
                self.line.column = last.chars().count();
            }
        }
    }

    fn mark(&mut self, remark: Span, continued: bool) {
        let Line { number, indent, column, above: _, begun: _ } = self.line;
        self.marks.push(Mark { at: self.out.len(), line: number, indent, column, continued, remark });
    }

    fn decide(&mut self, at: usize, group: GroupId) {
        let outer = self.open.last().map(|outer| self.mode(*outer));
        self.open.push(group);
        let mode = match (outer, self.layout.group(group)) {
            (Some(Mode::Flat), _) | (_, None) => Mode::Flat,
            (_, Some(what)) => self.mode_of(at, what),
        };
        if let Some(decided) = self.modes.get_mut(group.0 as usize) {
            *decided = mode;
        }
    }

    /// The mode of a group that begins at a piece, with the width that is left.
    fn mode_of(&self, at: usize, group: &Group) -> Mode {
        let left = WIDTH.saturating_sub(self.column());
        let follows = group.follows.is_some_and(|leader| self.mode(leader) == Mode::Broken);
        let head = group.kind == Kind::Block && self.head_is_long();
        let free = !group.forced && !follows && !head;
        if free && !group.forced_in_last && self.fits(at, None, left) {
            return Mode::Flat;
        }
        let last_only = || free && group.last.is_some_and(|last| self.fits(at, Some(last as usize), left));
        match group.kind {
            Kind::Arguments if last_only() => Mode::Inner,
            Kind::Parameters if group.forced_in_last && last_only() => Mode::Inner,
            Kind::ValueIfFits => {
                // The blank that becomes a line break is counted as one.
                let below = (WIDTH + 1).saturating_sub(self.indent + INDENT);
                if free && self.fits(at, None, below) { Mode::Broken } else { Mode::Inner }
            }
            Kind::Plain | Kind::Block | Kind::Arguments | Kind::Parameters | Kind::Value => Mode::Broken,
        }
    }

    /// Whether what stands before a block took at least two lines that are as deep as what is in the block.
    fn head_is_long(&self) -> bool {
        self.line.indent.min(self.line.above) > self.indent
    }

    fn column(&self) -> usize {
        if self.line.begun { self.line.column } else { self.line.indent }
    }

    /// Whether everything from the opening of a group on fits in a width: to `until`, or else to where the first line
    /// may end behind the group.
    fn fits(&self, opening: usize, until: Option<usize>, width: usize) -> bool {
        let mut left = width;
        let mut depth = 0u32;
        let mut behind = false;
        for (at, piece) in self.layout.pieces.iter().enumerate().skip(opening) {
            if Some(at) == until {
                return true;
            }
            let needed = match *piece {
                Piece::Open(_) => {
                    depth += 1;
                    0
                }
                Piece::Close => {
                    depth = depth.saturating_sub(1);
                    behind |= depth == 0;
                    0
                }
                Piece::Break { group, .. } if behind && self.may_break(group) => return true,
                Piece::Line { .. } | Piece::Trailing(_) | Piece::Continued(_) => return true,
                // Behind a string of several lines there is room again.
                Piece::Verbatim { width, last: Some(last), .. } if width as usize <= left => {
                    left = WIDTH;
                    last as usize
                }
                Piece::Verbatim { width, .. } => width as usize,
                Piece::Break { space, .. } => usize::from(space),
                Piece::IfBroken(group, sign) if self.mode(group) == Mode::Broken => sign.len(),
                Piece::Comma | Piece::Space | Piece::BeforeBrace => 1,
                Piece::IfBroken(..) | Piece::Indent(_) | Piece::Dedent(_) => 0,
            };
            match left.checked_sub(needed) {
                Some(rest) => left = rest,
                None => return false,
            }
        }
        true
    }

    fn may_break(&self, group: GroupId) -> bool {
        matches!(self.mode(group), Mode::Broken | Mode::Undecided)
    }
}
