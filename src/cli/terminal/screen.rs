//! The lines at the bottom of a terminal that are drawn over again, below those that stay.
//!
//! The cursor always rests below what is drawn and is never hidden, no mode is left on, and nothing is drawn outside
//! the lines of one's own. So there is nothing to restore: not at an end, not at a panic, not at SIGKILL.

use super::{Size, text::width};

/// Ends what was drawn up to here and draws the rest at once, where a terminal knows how; others ignore it.
const TOGETHER: (&str, &str) = ("\u{1b}[?2026h", "\u{1b}[?2026l");

/// A line that is too long is cut by the terminal instead of broken, and how that ends.
const CUT: (&str, &str) = ("\u{1b}[?7l", "\u{1b}[?7h");

/// Clears the rest of the line.
const REST_OF_LINE: &str = "\u{1b}[K";

/// Clears the line, and that it was broken: a terminal that gets wider would join it with the next.
const WHOLE_LINE: &str = "\u{1b}[2K";

/// Clears everything from here on. Never before the first line: some terminals keep a copy of what is cleared so.
const BELOW: &str = "\u{1b}[J";

/// What is drawn at the bottom of a terminal.
#[derive(Debug, Default)]
pub struct Screen {
    drawn: Vec<String>,
    width: usize,
}

impl Screen {
    /// What is to be written so that `lasting` stands where the drawn lines began, and `frame` below it.
    ///
    /// Nothing, if that is how it stands. A line of `frame` must be narrower than the terminal.
    pub fn paint(&mut self, lasting: &[String], frame: Vec<String>, size: Size) -> String {
        if lasting.is_empty() && frame == self.drawn && size.width == self.width {
            return String::new();
        }
        let mut text = TOGETHER.0.to_owned() + &self.back(size.width);
        let before = if size.width == self.width { "" } else { WHOLE_LINE };
        for line in lasting {
            // Where a line is full, the cursor rests on its last character, which is not to be cleared.
            let is_full = !line.is_empty() && plain_width(line).is_multiple_of(size.width);
            text.extend([before, line, if is_full { "" } else { REST_OF_LINE }, "\n"]);
        }
        text.push_str(CUT.0);
        frame.iter().for_each(|line| text.extend([before, line, REST_OF_LINE, "\n"]));
        text.extend([CUT.1, BELOW, TOGETHER.1]);
        (self.drawn, self.width) = (frame, size.width);
        text
    }

    /// Something else was written below what is drawn: it stays as it is, and is drawn anew further down.
    pub fn forget(&mut self) {
        self.drawn.clear();
    }

    /// Moves the cursor to the beginning of what is drawn. A terminal that became narrower has broken its lines.
    fn back(&self, now: usize) -> String {
        let rows = |line: &String| if now < self.width { plain_width(line).div_ceil(now).max(1) } else { 1 };
        match self.drawn.iter().map(rows).sum::<usize>() {
            0 => "\r".to_owned(),
            rows => format!("\r\u{1b}[{rows}A"),
        }
    }
}

/// How many columns a line takes, its colours left out.
fn plain_width(line: &str) -> usize {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().map_or(0, width);
    first + parts.map(|part| part.split_once('m').map_or(0, |(_, text)| width(text))).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 10, height: 5 };

    fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
        lines.map(str::to_owned).to_vec()
    }

    #[test]
    fn a_frame_is_drawn_over_the_one_before() {
        let mut screen = Screen { width: SIZE.width, ..Screen::default() };
        let first = screen.paint(&lines(["done", "0123456789"]), lines(["a", "b"]), SIZE);
        assert_eq!(
            first,
            "\u{1b}[?2026h\rdone\u{1b}[K\n0123456789\n\u{1b}[?7la\u{1b}[K\nb\u{1b}[K\n\u{1b}[?7h\u{1b}[J\u{1b}[?2026l"
        );
        let second = screen.paint(&[], lines(["c"]), SIZE);
        assert_eq!(second, "\u{1b}[?2026h\r\u{1b}[2A\u{1b}[?7lc\u{1b}[K\n\u{1b}[?7h\u{1b}[J\u{1b}[?2026l");
        assert_eq!(screen.paint(&[], lines(["c"]), SIZE), "", "nothing changed");
    }

    #[test]
    fn what_a_narrower_terminal_has_broken_is_drawn_over() {
        let mut screen = Screen::default();
        screen.paint(&[], lines(["\u{1b}[32m✔\u{1b}[0m 345678", "b"]), SIZE);
        let narrow = screen.paint(&[], lines(["c"]), Size { width: 4, height: 5 });
        assert!(narrow.contains("\r\u{1b}[3A\u{1b}[?7l\u{1b}[2Kc"), "two lines and one: {narrow:?}");
        screen.forget();
        assert!(!screen.paint(&[], lines(["d"]), SIZE).contains('A'));
    }
}
