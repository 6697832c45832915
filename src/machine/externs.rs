//! What only the program can do that embeds this one.

use std::fmt;

use crate::source::Span;

/// Something `extern` that a plan could ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extern {
    /// Where it is declared.
    pub span: Span,
    /// Whether it changes something.
    pub kind: ExternKind,
    /// As it is declared.
    pub name: String,
}

/// Whether something `extern` changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExternKind {
    /// `extern action`
    Action,
    /// `extern probe`
    Probe,
}

/// For people: `action reserve`.
impl fmt::Display for Extern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ExternKind::Action => "action",
            ExternKind::Probe => "probe",
        };
        write!(f, "`{kind} {}`", self.name)
    }
}
