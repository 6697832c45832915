//! A row: a sign, what it is about, what is said of it, how long it took; laid out in columns, or one below the other.

use super::sign::Sign;
use crate::cli::terminal::{
    Style,
    text::{one_line, padded, readable, width},
};

/// Where lines have no room for a second column, they have none.
const NARROW: usize = 60;

/// A row is not wider than this, however wide the terminal is: what is far apart is not read together.
const WIDEST: usize = 120;

/// How much room a sign and the blank behind it take.
const SIGN: usize = 2;

/// How much room is left for how long something took.
const TOOK: usize = 8;

/// One thing that is told of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How deep it lies in others.
    pub depth: usize,
    /// How it stands.
    pub sign: Sign,
    name: String,
    about: String,
    took: String,
    whole: bool,
}

impl Row {
    /// About what this address names.
    pub fn new(sign: Sign, address: &str) -> Row {
        let (about, took) = (String::new(), String::new());
        Row { depth: 0, sign, name: readable(address), about, took, whole: false }
    }

    /// A sentence that stands for itself, told to its end.
    pub fn sentence(sign: Sign, text: &str) -> Row {
        Row { name: one_line(text), ..Row::new(sign, "").whole() }
    }

    /// So deep in others.
    pub fn at(mut self, depth: usize) -> Row {
        self.depth = depth;
        self
    }

    /// With what is said of it.
    pub fn about(mut self, text: &str) -> Row {
        self.about = one_line(text);
        self
    }

    /// With how long it took.
    pub fn took(mut self, took: String) -> Row {
        self.took = took;
        self
    }

    /// What is said of it is told to its end, in several lines if it must be.
    pub fn whole(mut self) -> Row {
        self.whole = true;
        self
    }

    /// Its lines, `margin` columns from the left.
    pub fn lines(&self, margin: usize, style: Style) -> Vec<String> {
        let style = if style.cuts { Style { width: style.width.min(WIDEST), ..style } } else { style };
        let margin = margin + 2 * self.depth;
        let column = (style.addresses() + 2).saturating_sub(2 * self.depth);
        let room = style.width.saturating_sub(margin + SIGN);
        let lines = if self.about.is_empty() && self.took.is_empty() {
            told(&self.name, self.whole, room, style)
        } else if style.cuts && (style.width < NARROW || width(&self.name) > column) {
            self.stacked(room, style)
        } else {
            self.columns(margin, column, style)
        };
        let begin = format!("{:margin$}{} ", "", self.sign.drawn(style));
        let below = " ".repeat(margin + SIGN);
        let lines = lines.iter().zip(std::iter::once(&begin).chain(std::iter::repeat(&below)));
        lines.map(|(line, before)| format!("{before}{line}").trim_end().to_owned()).collect()
    }

    /// `hold        ./shop reserve o-1        12 ms`
    fn columns(&self, margin: usize, column: usize, style: Style) -> Vec<String> {
        let took = if self.took.is_empty() { 0 } else { width(&self.took).max(TOOK) + 2 };
        let room = style.width.saturating_sub(margin + SIGN + column + took);
        let mut about = told(&self.about, self.whole, room, style).into_iter();
        // A name that is too long for its column, where lines may be long, stands apart all the same.
        let gap = if width(&self.name) + 2 > column { "  " } else { "" };
        let first = format!("{}{gap}{}", padded(&self.name, column), about.next().unwrap_or_default());
        let first =
            if took == 0 { first } else { format!("{}  {}", padded(&first, column + room), style.dim(&self.took)) };
        std::iter::once(first).chain(about.map(|line| format!("{:column$}{line}", ""))).collect()
    }

    /// All in one line if it fits, else what is said below what it is about.
    fn stacked(&self, room: usize, style: Style) -> Vec<String> {
        let parts = [&self.name, &self.about, &self.took].into_iter().filter(|part| !part.is_empty());
        let all = parts.cloned().collect::<Vec<_>>().join("  ");
        if width(&all) <= room {
            return vec![all];
        }
        let took = if self.took.is_empty() { String::new() } else { format!("  {}", self.took) };
        let name = style.fitted_address(&self.name, room.saturating_sub(width(&took)));
        let about =
            told(&self.about, self.whole, room.saturating_sub(2), style).into_iter().filter(|line| !line.is_empty());
        std::iter::once(name + &took).chain(about.map(|line| format!("  {line}"))).collect()
    }
}

/// A text, cut or told to its end.
fn told(text: &str, whole: bool, room: usize, style: Style) -> Vec<String> {
    if whole { style.broken(text, room) } else { vec![style.fitted(text, room)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(width: usize, cuts: bool) -> Style {
        Style { colour: false, width, cuts }
    }

    fn drawn(row: &Row, width: usize) -> String {
        row.lines(2, style(width, true)).join("\n")
    }

    #[test]
    fn a_row_has_columns() {
        let row = Row::new(Sign::Done, "path/pick").about("./ops pick").took("1 s".to_owned());
        assert_eq!(drawn(&row, 60), "  ✔ path/pick                 ./ops pick            1 s");
        assert_eq!(
            row.lines(0, style(100, false)),
            ["✔ path/pick                             ./ops pick                                          1 s"]
        );
    }

    #[test]
    fn what_is_too_long_is_cut_or_told_below() {
        let row = Row::new(Sign::Failed, "traffic[10%25]/route").about("the load balancer does not answer any more\n");
        assert_eq!(drawn(&row, 60), "  ✖ traffic[10%]/route        the load balancer does not an…");
        let whole = row.whole();
        assert_eq!(
            drawn(&whole, 60),
            "  ✖ traffic[10%]/route        the load balancer does not\n                              answer any more"
        );
        assert_eq!(
            drawn(&whole, 40),
            "  ✖ traffic[10%]/route\n      the load balancer does not answer\n      any more"
        );
        let one = whole.lines(2, style(60, false));
        assert_eq!(one.len(), 1, "where lines may be long, one event is one line: {one:?}");
    }

    #[test]
    fn columns_stay_where_they_are_at_any_depth_and_width() {
        let row =
            |depth, name: &str| Row::new(Sign::Open, name).at(depth).about("x").lines(0, style(80, true)).remove(0);
        let column = |line: String| width(line.split('x').next().unwrap());
        assert_eq!(column(row(0, "数据")), column(row(3, "b")));
    }
}
