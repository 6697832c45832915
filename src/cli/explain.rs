//! `orch explain`: the page of a diagnostic's code.

use clap::Args;

use super::{exit::Exit, failure::Failure, global::Global};
use crate::diagnostic::Code;
use crate::diagnostic::suggest::nearest;

/// Explain the code of a diagnostic.
#[derive(Args, Debug)]
pub struct Explain {
    /// The code, such as E0101; without it, all codes with their titles
    code: Option<String>,
}

impl Explain {
    /// Prints the page.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let text = match self.code {
            None => list(),
            Some(code) => page(&code)?,
        };
        global.terminal.data(text.trim_end())?;
        Ok(Exit::Done)
    }
}

fn list() -> String {
    Code::ALL.iter().map(|code| format!("{}  {}\n", code.as_str(), code.title())).collect()
}

fn page(typed: &str) -> Result<String, Failure> {
    if let Some(code) = Code::parse(typed.trim()) {
        return Ok(code.page().to_owned());
    }
    let failure = Failure::usage(format!("there is no code `{typed}`"));
    let typed = typed.to_uppercase();
    Err(match nearest(&typed, Code::ALL.iter().map(|code| code.as_str())) {
        Some(close) => failure.help(format!("did you mean `{close}`? `orch explain` lists all codes")),
        None => failure.help("`orch explain` lists all codes"),
    })
}
