//! The part of a file that a drawing needs: the lines its labels touch, at their own line numbers, each shortened to
//! what surrounds the labels, and with nothing in them that could move a cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::source::Source;

/// A line of up to so many bytes is shown whole where lines may have any length.
const WHOLE_LINE: usize = 160;
/// What a drawing has to the left of a line.
const MARGIN: usize = 8;
/// The least that is shown on each side of a place in a line that is too long, in bytes.
const LEAST_AROUND: usize = 10;
/// What stands for what is left out.
const LEFT_OUT: char = '…';

/// A text that has the lines of a file which some spans touch, and is empty elsewhere.
pub struct Excerpt {
    /// The text; its lines end with a line feed and have the numbers of the file's lines.
    pub text: String,
    /// Where in `text` the spans are, in the order given. None is empty or ends in blanks.
    pub ranges: Vec<Range<usize>>,
}

impl Excerpt {
    /// The excerpt of `source` for `spans`, whose bytes may lie outside of the text or inside a character, for a
    /// drawing that may be so wide.
    pub fn new(source: &Source, spans: impl Iterator<Item = Range<usize>>, width: Option<usize>) -> Self {
        let text = source.text();
        let spans: Vec<_> = spans.map(|span| visible(text, span)).collect();
        let points: BTreeSet<usize> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
        let mut lines = BTreeMap::new();
        for point in &points {
            let number = source.position(*point as u32).line as usize;
            lines.entry(number).or_insert_with(|| line_around(text, *point));
        }
        let room = width.map_or(WHOLE_LINE, |width| width.saturating_sub(MARGIN).min(WHOLE_LINE));
        let mut copy = Copy { text: String::new(), lines: 0, points, marks: BTreeMap::new(), room };
        for (number, line) in lines {
            copy.line(text, number, line);
        }
        let ranges = spans.iter().map(|span| copy.range(span)).collect();
        Self { text: copy.text, ranges }
    }
}

/// A text as it is shown: what would move the cursor or turn the writing direction is replaced by a sign.
pub fn shown(character: char) -> char {
    match character {
        '\t' => '\t',
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

/// The bytes of a span that can be seen: inside the text, whole characters, no blanks at its end, and at least the
/// character that follows unless the line ends there.
fn visible(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    let covered = text[start..end].trim_end();
    if !covered.is_empty() {
        return start..start + covered.len();
    }
    let line = line_around(text, start);
    let start = start.min(line.end);
    let next = text[start..line.end].chars().next().map_or(0, char::len_utf8);
    start..start + next
}

/// The line that a byte is in, without what ends it.
fn line_around(text: &str, byte: usize) -> Range<usize> {
    let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
    let end = text[byte..].find('\n').map_or(text.len(), |at| byte + at);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end
}

/// The text of an excerpt while it grows, and where the places of interest came to lie in it.
struct Copy {
    text: String,
    lines: usize,
    points: BTreeSet<usize>,
    marks: BTreeMap<usize, usize>,
    /// How many bytes of a line are shown.
    room: usize,
}

impl Copy {
    /// Copies one line, with a blank behind it for a label that points at the line's end.
    fn line(&mut self, text: &str, number: usize, line: Range<usize>) {
        self.text.extend(std::iter::repeat_n('\n', number - 1 - self.lines));
        self.lines = number;
        let mut done = line.start;
        for window in windows(text, &line, &self.points, self.room) {
            self.gap(done..window.start);
            done = window.end;
            self.window(text, window);
        }
        self.gap(done..line.end);
        self.text.push_str(" \n");
    }

    fn gap(&mut self, left_out: Range<usize>) {
        if !left_out.is_empty() {
            self.text.push(LEFT_OUT);
        }
    }

    fn window(&mut self, text: &str, window: Range<usize>) {
        for (at, character) in text[window.clone()].char_indices() {
            self.mark(window.start + at);
            self.text.push(shown(character));
        }
        self.mark(window.end);
    }

    fn mark(&mut self, byte: usize) {
        if self.points.contains(&byte) {
            self.marks.entry(byte).or_insert(self.text.len());
        }
    }

    /// Where a visible span is now. The blank behind each line stands for a span with nothing in it.
    fn range(&self, span: &Range<usize>) -> Range<usize> {
        let at = |byte| self.marks.get(byte).copied().unwrap_or_default();
        let (start, end) = (at(&span.start), at(&span.end));
        if start < end { start..end } else { start..start + 1 }
    }
}

/// What of a line is shown: all of it, or what is around each of the points in it. Two points fit in the room.
fn windows(text: &str, line: &Range<usize>, points: &BTreeSet<usize>, room: usize) -> Vec<Range<usize>> {
    let around = (room / 4).max(LEAST_AROUND);
    if line.len() <= room {
        return vec![line.clone()];
    }
    let mut windows: Vec<Range<usize>> = Vec::new();
    for point in points.range(line.start..=line.end) {
        let start = text.floor_char_boundary(point.saturating_sub(around)).max(line.start);
        let end = text.ceil_char_boundary(point + around).min(line.end);
        match windows.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => windows.push(start..end),
        }
    }
    windows
}
