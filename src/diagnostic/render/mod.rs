//! Diagnostics as a person reads them ([`human`]) and as programs read them: [`json`] of our own, [`short`] lines for
//! editors, [`sarif`] for what collects reports, [`github`] for the annotations of a workflow; and the [`page`] of a
//! code.
//!
//! What is drawn is bounded by the number of diagnostics, never by the size of the files: a line of ten megabytes is
//! shown by the few characters around each place. Nothing of a file reaches the terminal as a control character.
//! Lines and columns count from 1, columns in characters.

mod clean;
mod excerpt;
mod github;
mod human;
mod json;
mod margin;
mod page;
mod sarif;
mod short;
#[cfg(test)]
mod tests;

pub use github::github;
pub use human::{Manner, drawn, human};
pub use json::json;
pub use page::{codes, page, page_on_terminal};
pub use sarif::sarif;
pub use short::{headline, short};

use super::Severity;

impl Severity {
    /// The word for it, as headers and JSON print it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// `1 error`, `3 warnings`.
pub fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
