//! `orch explain`: the page of a diagnostic's code.

use std::io::IsTerminal;

use clap::Args;

use super::{exit::Exit, failure::Failure, global::Global};
use crate::diagnostic::{Code, render};

/// Explain the code of a diagnostic.
#[derive(Args, Debug)]
pub struct Explain {
    /// The code, such as E0101, or the name of a lint; without it, all codes with their titles
    code: Option<String>,
}

impl Explain {
    /// Prints the page.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let style = global.terminal.data;
        let text = match self.code.as_deref().map(meant).transpose()? {
            None => render::codes(),
            Some(code) if std::io::stdout().is_terminal() => render::page_on_terminal(code, style.colour, style.width),
            Some(code) => render::page(code),
        };
        global.terminal.data(text.trim_end())?;
        Ok(Exit::Done)
    }
}

fn meant(typed: &str) -> Result<Code, Failure> {
    let typed = typed.trim();
    Code::parse(typed).ok_or_else(|| {
        let failure = Failure::usage(format!("there is no code or lint `{typed}`"));
        match Code::nearest(typed) {
            Some(close) => failure.help(format!("did you mean `{close}`? `orch explain` lists all codes")),
            None => failure.help("`orch explain` lists all codes"),
        }
    })
}
