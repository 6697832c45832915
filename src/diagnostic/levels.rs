//! Which lints are reported, and how much they matter: what a project, and who checks it, has to say about them.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Severity};

/// What happens where a lint finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Allow,
    /// A warning.
    Warn,
    /// An error: the program is not run.
    Deny,
}

impl Level {
    /// All levels, from the mildest.
    pub const ALL: [Level; 3] = [Level::Allow, Level::Warn, Level::Deny];

    /// As it is written: `deny`.
    pub fn word(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The level of a word.
    pub fn parse(word: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// What levels are given to: one lint, or `warnings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lint {
    /// The lint of this code.
    One(Code),
    /// All that would be warnings otherwise.
    Warnings,
}

/// The word for [`Lint::Warnings`].
const WARNINGS: &str = "warnings";

/// Why a text is no lint, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLint {
    /// Why: lower case, no full stop.
    pub message: String,
    /// What may have been meant.
    pub help: Option<String>,
}

impl Lint {
    /// The lint of a code, of a name, or of the word `warnings`.
    pub fn parse(text: &str) -> Result<Lint, UnknownLint> {
        if text == WARNINGS {
            return Ok(Lint::Warnings);
        }
        lint(text).map(Lint::One)
    }
}

/// The lint of a code or name.
pub fn lint(text: &str) -> Result<Code, UnknownLint> {
    match Code::parse(text) {
        Some(code) if code.level().is_some() => Ok(code),
        Some(code) => {
            let message = format!("`{}` is an error, not a lint: it has no level", code.as_str());
            Err(UnknownLint { message, help: None })
        }
        None => {
            let help = Code::nearest_lint(text).map(|close| format!("did you mean `{close}`?"));
            Err(UnknownLint { message: format!("there is no lint `{text}`"), help })
        }
    }
}

/// The levels that were chosen. What was not chosen is as the table of codes says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    chosen: BTreeMap<Code, Level>,
    warnings: Option<Level>,
}

impl Levels {
    /// Chooses a level, in place of what was chosen before.
    pub fn set(&mut self, lint: Lint, level: Level) {
        match lint {
            Lint::One(code) => drop(self.chosen.insert(code, level)),
            Lint::Warnings => self.warnings = Some(level),
        }
    }

    /// The level of a lint; none for the code of an error.
    pub fn of(&self, code: Code) -> Option<Level> {
        let level = self.chosen.get(&code).copied().or(code.level())?;
        Some(if level == Level::Warn { self.warnings.unwrap_or(Level::Warn) } else { level })
    }
}

/// Takes out what is allowed, and makes errors of what is denied.
pub fn apply(diagnostics: &mut Vec<Diagnostic>, levels: &Levels) {
    diagnostics.retain_mut(|diagnostic| {
        let Some(level) = levels.of(diagnostic.code) else { return true };
        diagnostic.severity = if level == Level::Deny { Severity::Error } else { Severity::Warning };
        level != Level::Allow
    });
}
