//! How things look at the prompt. Colours carry no meaning alone.

use std::fmt::Display;

use super::session::{Mistakes, Valued};
use crate::{
    diagnostic::render::{Manner, human},
    evaluate::Fault,
    format::format,
    ide::{Kind, highlight},
    ir::text::Nested,
    source::{FileId, Sources},
};

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// ANSI escapes are understood.
    pub colour: bool,
    /// How many columns make a line.
    pub width: usize,
    /// No line may be longer.
    pub cuts: bool,
}

impl Look {
    /// Of what matters less.
    pub fn dim(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    /// Of what is looked for first.
    pub fn bold(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    /// Of what failed.
    pub fn red(self, text: impl Display) -> String {
        self.paint("31", text)
    }

    /// Of what went well.
    pub fn green(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    /// Of what needs attention.
    pub fn yellow(self, text: impl Display) -> String {
        self.paint("33", text)
    }

    fn paint(self, code: &str, text: impl Display) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    /// A text of the language, its words in colours.
    pub fn code(self, text: &str) -> String {
        let mut painted = String::with_capacity(text.len() * 2);
        let mut at = 0;
        for (range, kind) in highlight(text) {
            painted.push_str(&text[at..range.start]);
            painted.push_str(&self.word(kind, &text[range.clone()]));
            at = range.end;
        }
        painted + &text[at..]
    }

    fn word(self, kind: Kind, text: &str) -> String {
        match kind {
            Kind::Word => self.paint("35", text),
            Kind::Constant | Kind::Number => self.paint("36", text),
            Kind::TypeName => self.paint("33", text),
            Kind::Text => self.paint("32", text),
            Kind::Comment => self.paint("2", text),
            Kind::Wrong => self.paint("31", text),
            Kind::Plain => text.to_owned(),
        }
    }

    /// A value as one would write it, with its type: `49  Decimal`.
    pub fn value(self, Valued { value, ty }: &Valued) -> String {
        let written = Nested(value).to_string();
        let ty = ty.to_string();
        if written.len() + 2 + ty.len() <= self.width {
            return format!("{}  {}", self.code(&written), self.dim(&ty));
        }
        format!("{}\n{}", self.code(&in_lines(&written)), self.dim(&ty))
    }

    /// What is wrong, drawn where it is.
    pub fn mistakes(self, mistakes: &Mistakes) -> String {
        let width = self.cuts.then_some(self.width);
        let manner = Manner { colour: self.colour, width, mends: false, ..Manner::PLAIN };
        human(&mistakes.sources, &mistakes.diagnostics, manner).trim_end().to_owned()
    }

    /// What could not be computed, and where that is written.
    pub fn fault(self, sources: &Sources, fault: &Fault) -> String {
        let (place, text) = (sources.place(fault.span), sources.text(sources.first_line(fault.span)));
        self.error(&format!("{fault}\n  {place}: {text}"))
    }

    /// Why something was not done.
    pub fn error(self, message: &str) -> String {
        format!("{}: {message}", self.red("error"))
    }
}

/// A value in lines as the formatter breaks them; what is no source text, such as JSON, stays as it is.
fn in_lines(written: &str) -> String {
    const BEFORE: &str = "const shown = ";
    let formatted = format(FileId::default(), &format!("{BEFORE}{written}"));
    let value = formatted.ok().and_then(|text| text.trim_end().strip_prefix(BEFORE).map(str::to_owned));
    value.unwrap_or_else(|| written.to_owned())
}
