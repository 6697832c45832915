//! What is wrong with a program, as plain data.
//!
//! A [`Diagnostic`] says what, where, why and what to do. Its [`Code`] is stable and has a page
//! (`orch explain CODE`); wording that depends on the program is written where the mistake is found.
//! Drawing it for a person or a program is the business of [`render`] alone.

pub mod codes;
pub mod levels;
pub mod mend;
pub mod render;
pub mod suggest;

pub use codes::Code;
pub use levels::{Level, Levels};

use crate::source::Span;
use suggest::Suggestion;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The program can run, and probably should not.
    Warning,
    /// The program is not run.
    Error,
}

/// A place in the source, and what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there: lower case, no full stop. Empty for an underline alone.
    pub text: String,
}

/// A change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// What mends the mistake for certain: all of its edits, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an editor offers it: lower case, no full stop.
    pub title: String,
    /// The changes; no two touch each other.
    pub edits: Vec<Edit>,
}

impl Edit {
    /// What it does: "insert `after schema`".
    fn title(&self) -> String {
        let text = self.replacement.trim();
        match (self.span.start == self.span.end, text.is_empty()) {
            (true, _) => format!("insert `{text}`"),
            (false, true) => "take it out".to_owned(),
            (false, false) => format!("write `{text}`"),
        }
    }
}

/// One mistake.
///
/// Messages are lower case without a full stop, text of the user stands in backticks, and what to do is said in
/// `help`, never in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Whether it stops the program from running.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where it is wrong; the first is the mistake itself, the others are places involved.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// The changes of the text that do it, where that is certain.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error or warning (as its code says by default) at `span`, which `label` describes.
    pub fn new(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, text: label.into() }],
            help: None,
            fix: None,
        }
    }

    /// Adds another place that is involved.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what to do where nothing is said yet.
    pub fn or_help(mut self, text: impl FnOnce() -> Option<String>) -> Self {
        self.help = self.help.or_else(text);
        self
    }

    /// Suggests the known name that is nearest to what was written, and writes it where no other one is as near.
    pub fn suggest<'n>(self, written: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        let Some(Suggestion { name, is_certain }) = suggest::suggestion(written, known) else { return self };
        let span = self.span();
        let said = self.help(format!("did you mean `{name}`?"));
        if is_certain { said.fix(span, name) } else { said }
    }

    /// Gives the one change of the text that mends it for certain.
    pub fn fix(self, span: Span, replacement: impl Into<String>) -> Self {
        let edit = Edit { span, replacement: replacement.into() };
        self.fix_with(Fix { title: edit.title(), edits: vec![edit] })
    }

    /// Gives the changes of the text that mend it for certain.
    pub fn fix_with(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Where the mistake itself is.
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}
