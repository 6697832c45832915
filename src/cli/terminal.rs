//! Where a command writes: data to stdout, progress to stderr, in colour where a person looks.

use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal, Write},
    os::fd::AsFd,
};

use super::{exit::Exit, failure::Failure};

/// How wide the column of addresses is at least and at most.
const ADDRESSES: (usize, usize) = (12, 36);

/// How wide lines are where nobody says.
const USUAL_WIDTH: usize = 100;

/// What the two streams can show.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// What stdout can show.
    pub data: Style,
    /// What stderr can show.
    pub notes: Style,
}

/// What a stream can show. Nothing is said by a colour alone.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// ANSI escapes are understood.
    pub colour: bool,
    /// How many characters make a line.
    pub width: usize,
    /// No line may be longer: a terminal would break it.
    pub cuts: bool,
}

impl Terminal {
    /// As this process finds it: colours on a terminal unless `NO_COLOR` is set.
    pub fn here() -> Terminal {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Terminal { data: Style::of(io::stdout(), wanted), notes: Style::of(io::stderr(), wanted) }
    }

    /// Writes a line of progress. That it can't be written stops nothing.
    pub fn note(&self, line: impl Display) {
        // Nobody is there to be told.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Writes data. A reader who has seen enough is no failure.
    pub fn data(&self, text: impl Display) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure {
                exit: Exit::Store,
                message: format!("can't write the output: {error}"),
                help: Vec::new(),
            }),
            _ => Ok(()),
        }
    }

    /// Says why a command failed.
    pub fn failure(&self, failure: &Failure) {
        self.note(format_args!("{}: {}", self.notes.red("error"), failure.message));
        for line in &failure.help {
            self.note(format_args!("  {line}"));
        }
    }
}

impl Style {
    /// Of a stream; `COLUMNS` says better than the terminal how wide it is.
    fn of(stream: impl IsTerminal + AsFd, colours: bool) -> Style {
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
        let seen = || terminal_size::terminal_size_of(&stream).map(|(width, _)| usize::from(width.0));
        let width = said.or_else(seen).filter(|width| *width > 0);
        let colour = colours && stream.is_terminal();
        Style { colour, width: width.unwrap_or(USUAL_WIDTH), cuts: width.is_some() }
    }

    /// How wide the column of addresses is: two fifths of a line, within bounds.
    pub fn addresses(self) -> usize {
        (self.width * 2 / 5).clamp(ADDRESSES.0, ADDRESSES.1)
    }

    /// A text that is to fit in `room` characters, cut if lines may not be longer.
    pub fn fitted(self, text: &str, room: usize) -> String {
        if self.cuts { shortened(text, room) } else { text.to_owned() }
    }

    /// An address that is to fit in `room` characters; what is left out of it is left out in its middle.
    pub fn fitted_address(self, address: &str, room: usize) -> String {
        if self.cuts { without_middle(address, room) } else { address.to_owned() }
    }

    /// Of what went well.
    pub fn green(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    /// Of what failed.
    pub fn red(self, text: impl Display) -> String {
        self.paint("31", text)
    }

    /// Of what needs attention.
    pub fn yellow(self, text: impl Display) -> String {
        self.paint("33", text)
    }

    /// Of what matters less.
    pub fn dim(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    /// Of what is looked for first.
    pub fn bold(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    fn paint(self, code: &str, text: impl Display) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }
}

/// The text with what a terminal could take for a command shown as a sign: nothing a program printed moves a cursor.
pub fn harmless(text: &str) -> String {
    let sign = |c: char| match c {
        '\n' | '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    };
    text.chars().map(sign).collect()
}

/// An address as it is easiest to read: `share[10%]` for `share[10%25]`.
pub fn readable(address: &str) -> String {
    let escapes = [("%2F", "/"), ("%5B", "["), ("%5D", "]"), ("%7E", "~"), ("%25", "%")];
    escapes.iter().fold(harmless(address), |text, (escape, sign)| text.replace(escape, sign))
}

/// At most `width` characters of a line, with a sign where something was left out.
pub fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// At most `width` characters of an address: both ends of it say more than its middle.
fn without_middle(text: &str, width: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    if all.len() <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let (beginning, end) = (kept / 2, all.len() - (kept - kept / 2));
    all[..beginning].iter().chain(&['…']).chain(&all[end..]).collect()
}

/// As one word of a command that can be typed into a shell.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_ends() {
        assert_eq!(shortened("päckchen", 8), "päckchen");
        assert_eq!(shortened("päckchen", 4), "päc…");
    }

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(word("prepare/hold"), "prepare/hold");
        assert_eq!(word("item[mug]/require x > 1"), "'item[mug]/require x > 1'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn an_address_is_read_without_its_escapes() {
        assert_eq!(readable("auth_v2[10%25]~2/require a %5B0%5D == 1%25"), "auth_v2[10%]~2/require a [0] == 1%");
        assert_eq!(readable("x[%250A]"), "x[%0A]");
    }

    #[test]
    fn no_escape_reaches_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\r\n"), "a␛[31mb␍\n");
    }

    #[test]
    fn colours_can_be_left_out() {
        let style = |colour| Style { colour, width: 80, cuts: true };
        assert_eq!(style(false).red("x"), "x");
        assert_eq!(style(true).red("x"), "\u{1b}[31mx\u{1b}[0m");
    }

    #[test]
    fn a_long_address_loses_its_middle() {
        assert_eq!(without_middle("prepare/hold", 12), "prepare/hold");
        assert_eq!(without_middle("prepare/hold", 7), "pre…old");
        assert_eq!(without_middle("prepare/hold", 6), "pr…old");
    }
}
