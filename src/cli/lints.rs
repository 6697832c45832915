//! The levels of lints that are chosen on the command line.

use clap::Args;

use super::failure::Failure;
use crate::diagnostic::{
    Levels,
    levels::{Level, Lint},
};

/// Levels that are chosen for this time. Where a lint is given several, the strictest counts.
#[derive(Args, Debug)]
pub struct Lints {
    /// Don't report a lint, whatever orch.toml says: its code, its name, or `warnings` for all
    #[arg(long, value_name = "LINT")]
    allow: Vec<String>,
    /// Report a lint as a warning
    #[arg(long, value_name = "LINT")]
    warn: Vec<String>,
    /// Report a lint as an error
    #[arg(long, value_name = "LINT")]
    deny: Vec<String>,
}

impl Lints {
    /// What was chosen, from the mildest to the strictest.
    pub fn chosen(&self) -> Result<Chosen, Failure> {
        let typed = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        let all = typed.into_iter().flat_map(|(lints, level)| lints.iter().map(move |lint| (lint, level)));
        all.map(|(typed, level)| Ok((lint(typed)?, level))).collect::<Result<_, Failure>>().map(Chosen)
    }
}

fn lint(typed: &str) -> Result<Lint, Failure> {
    Lint::parse(typed).map_err(|unknown| {
        let help = unknown.help.unwrap_or_else(|| "`orch explain` lists all lints".to_owned());
        Failure::usage(unknown.message).help(help)
    })
}

/// Levels to be put in the place of others.
pub struct Chosen(Vec<(Lint, Level)>);

impl Chosen {
    /// Puts them in the place of what the project says.
    pub fn over(&self, levels: &mut Levels) {
        self.0.iter().for_each(|(lint, level)| levels.set(*lint, *level));
    }
}
