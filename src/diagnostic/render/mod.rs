//! Diagnostics as a person reads them ([`human`]) and as a program reads them ([`json`]).
//!
//! What is drawn is bounded by the number of diagnostics, never by the size of the files: a line of ten megabytes is
//! shown by the few characters around each place. Nothing of a file reaches the terminal as a control character.

mod excerpt;
mod human;
mod json;
#[cfg(test)]
mod tests;

pub use human::human;
pub use json::json;

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
fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
