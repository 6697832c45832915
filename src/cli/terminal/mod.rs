//! Where a command writes: data to stdout, progress to stderr, in colour where a person looks.

pub mod screen;
pub mod text;

use std::{
    fmt::Display,
    fs,
    io::{self, ErrorKind, IsTerminal, Write},
    os::fd::AsFd,
};

use super::{exit::Exit, failure::Failure};
use text::{shortened, without_middle};

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
    /// Progress can be drawn over again: stderr is a terminal that knows how to move its cursor.
    pub redraws: bool,
}

/// What a stream can show. Nothing is said by a colour alone.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// ANSI escapes are understood.
    pub colour: bool,
    /// How many columns make a line.
    pub width: usize,
    /// No line may be longer: a terminal would break it.
    pub cuts: bool,
}

/// How many columns and lines a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: usize,
    /// Lines.
    pub height: usize,
}

impl Terminal {
    /// As this process finds it: colours on a terminal unless `NO_COLOR` is set.
    pub fn here() -> Terminal {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let wanted = !dumb && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let redraws = !dumb && io::stderr().is_terminal() && size().is_some();
        Terminal { data: Style::of(io::stdout(), wanted), notes: Style::of(io::stderr(), wanted), redraws }
    }

    /// The terminal as it is now: a person may have made it wider or narrower.
    pub fn again(self) -> Terminal {
        Terminal { redraws: self.redraws, ..Terminal::here() }
    }

    /// Writes a line of progress. That it can't be written stops nothing.
    pub fn note(&self, line: impl Display) {
        self.draw(&format!("{line}\n"));
    }

    /// Writes what is to be drawn in one piece, so that nobody sees half of it.
    pub fn draw(&self, text: &str) {
        // Nobody is there to be told.
        let _ = io::stderr().lock().write_all(text.as_bytes());
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

/// How large the terminal is that progress goes to.
pub fn size() -> Option<Size> {
    let (width, height) = terminal_size::terminal_size_of(io::stderr())?;
    Some(Size { width: usize::from(width.0), height: usize::from(height.0) }).filter(|size| size.width > 0)
}

/// Whether this process may draw on its terminal: one in the background would draw over what somebody types.
pub fn in_foreground() -> bool {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: state, parent, group, session, terminal, its foreground group.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields.get(2) == fields.get(5)
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

    /// A text that is to fit in `room` columns, cut if lines may not be longer.
    pub fn fitted(self, text: &str, room: usize) -> String {
        if self.cuts { shortened(text, room) } else { text.to_owned() }
    }

    /// An address that is to fit in `room` columns; what is left out of it is left out in its middle.
    pub fn fitted_address(self, address: &str, room: usize) -> String {
        if self.cuts { without_middle(address, room) } else { address.to_owned() }
    }

    /// A text in lines that fit in `room` columns, if lines may not be longer.
    pub fn broken(self, text: &str, room: usize) -> Vec<String> {
        if self.cuts { text::wrapped(text, room) } else { vec![text.to_owned()] }
    }

    /// A text in lines that fit, if lines may not be longer; all but the first begin `indent` columns further right.
    pub fn hanging(self, text: &str, indent: usize) -> Vec<String> {
        let lines = self.broken(text, self.width.saturating_sub(indent)).into_iter().enumerate();
        lines.map(|(at, line)| if at == 0 { line } else { format!("{:indent$}{line}", "") }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_can_be_left_out() {
        let style = |colour| Style { colour, width: 80, cuts: true };
        assert_eq!(style(false).red("x"), "x");
        assert_eq!(style(true).red("x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
