//! What is to be written, before it is known where lines end.
//!
//! A layout is a flat list of pieces. Between [`Piece::Open`] and [`Piece::Close`] stands a group: either all of its
//! own breaks are lines, or none of them is. Which, is decided from left to right when it is rendered.

use crate::source::Span;

/// The longest line, in characters, as far as it can be helped.
pub const WIDTH: usize = 100;

/// How much deeper a level is.
pub const INDENT: usize = 2;

/// A group of a [`Layout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupId(pub u32);

/// What is written.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// A part of the text as it stands there.
    Verbatim {
        /// Where it begins.
        start: u32,
        /// Where it ends.
        end: u32,
        /// How wide its first line is.
        width: u32,
        /// How wide its last line is, if it has more than one.
        last: Option<u32>,
    },
    /// `,`
    Comma,
    /// A blank.
    Space,
    /// What stands before the `{` of a block: a blank, or a line break if the two lines before are deeper than it.
    BeforeBrace,
    /// A line break if the group is broken; else, with `space`, a blank.
    Break {
        /// Whose break it is.
        group: GroupId,
        /// A blank where it is no line break.
        space: bool,
        /// With a blank line.
        blank: bool,
    },
    /// A sign that stands only if the group is broken: the last comma of a list, the first `|` of a type.
    IfBroken(GroupId, &'static str),
    /// A line break.
    Line {
        /// With a blank line.
        blank: bool,
        /// One level deeper, because what goes on is no line of its own.
        hangs: bool,
    },
    /// A comment at the end of the line.
    Trailing(Span),
    /// A comment under the one at the end of the line before.
    Continued(Span),
    /// What follows is a group.
    Open(GroupId),
    /// The group ends.
    Close,
    /// What follows is a level deeper.
    Indent(When),
    /// The level ends.
    Dedent(When),
}

/// When something is deeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In any case.
    Always,
    /// If a group is broken.
    Broken(GroupId),
}

/// What becomes of a group that does not fit on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Its breaks become lines.
    Plain,
    /// A block, from before its `{`: the same, and so it is where the `{` goes to the next line.
    Block,
    /// Arguments: if the last one begins on the line and can be broken itself, only that one is.
    Arguments,
    /// Parameters with the type of the result: if that is broken whatever fits, only that one is.
    Parameters,
    /// What stands behind `=`: it goes to the next line.
    Value,
    /// What stands behind `=` and can be broken itself: it goes to the next line only if it fits there.
    ValueIfFits,
}

/// A group.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What becomes of it if it does not fit.
    pub kind: Kind,
    /// A line ends within it, whatever fits; not in its last part.
    pub forced: bool,
    /// A line ends within its last part, whatever fits.
    pub forced_in_last: bool,
    /// Where its last part is opened, which can be broken itself.
    pub last: Option<u32>,
    /// If this group is broken, it is too.
    pub follows: Option<GroupId>,
    /// The last part is being written.
    in_last: bool,
}

/// Pieces in order, with their groups.
#[derive(Debug, Default)]
pub struct Layout {
    /// In order.
    pub pieces: Vec<Piece>,
    groups: Vec<Group>,
    open: Vec<GroupId>,
}

impl Layout {
    /// Adds a piece.
    pub fn push(&mut self, piece: Piece) {
        if let Piece::Line { .. } | Piece::Trailing(_) | Piece::Continued(_) = piece {
            self.force();
        }
        self.pieces.push(piece);
    }

    /// Begins a group.
    pub fn open(&mut self, kind: Kind) -> GroupId {
        let group = GroupId(self.groups.len() as u32);
        self.note_last_part();
        let (forced, forced_in_last, in_last) = (false, false, false);
        self.groups.push(Group { kind, forced, forced_in_last, last: None, follows: None, in_last });
        self.open.push(group);
        self.pieces.push(Piece::Open(group));
        group
    }

    /// Ends the group that was begun last.
    pub fn close(&mut self) {
        self.open.pop();
        self.pieces.push(Piece::Close);
    }

    /// Says that the breaks of all open groups are lines.
    pub fn force(&mut self) {
        for group in self.open.iter().rev() {
            let Some(group) = self.groups.get_mut(group.0 as usize) else { continue };
            let forced = if group.in_last { &mut group.forced_in_last } else { &mut group.forced };
            if std::mem::replace(forced, true) {
                break;
            }
        }
    }

    /// Says that a group is broken if the one that ended before it is.
    pub fn follow(&mut self, group: GroupId, leader: Option<GroupId>) {
        if let Some(group) = self.groups.get_mut(group.0 as usize) {
            group.follows = leader;
        }
    }

    /// The last part of a group begins, and it can be broken itself.
    pub fn begin_last(&mut self, group: GroupId) {
        if let Some(group) = self.groups.get_mut(group.0 as usize) {
            group.in_last = true;
        }
    }

    /// The last part of a group ends.
    pub fn end_last(&mut self, group: GroupId) {
        if let Some(group) = self.groups.get_mut(group.0 as usize) {
            group.in_last = false;
        }
    }

    fn note_last_part(&mut self) {
        let at = self.pieces.len() as u32;
        let outer = self.open.last().and_then(|outer| self.groups.get_mut(outer.0 as usize));
        if let Some(outer) = outer.filter(|outer| outer.in_last) {
            outer.last = Some(at);
        }
    }

    /// A group.
    pub fn group(&self, group: GroupId) -> Option<&Group> {
        self.groups.get(group.0 as usize)
    }

    /// How many groups there are.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }
}
