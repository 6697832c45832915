//! What is wrong with a program, as plain data.
//!
//! A [`Diagnostic`] says what, where, why and what to do. Its [`Code`] is stable and has a page
//! (`orch explain CODE`); wording that depends on the program is written where the mistake is found.
//! Drawing it for a person or a program is the business of [`render`] alone.

pub mod codes;
pub mod render;
pub mod suggest;

pub use codes::Code;

use crate::source::Span;

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

/// A change of the text that mends the mistake for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// By what.
    pub replacement: String,
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
    /// The change of the text that does it, where that is certain.
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

    /// Gives the change of the text that mends it for certain.
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Where the mistake itself is.
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}
