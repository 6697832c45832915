//! `orch explain`: the page of a diagnostic's code.

use std::io::IsTerminal;

use clap::Args;
use serde::Serialize;

use super::{exit::Exit, failure::Failure, global::Global};
use crate::diagnostic::{Code, Level, render};

/// Explain the code of a diagnostic.
#[derive(Args, Debug)]
pub struct Explain {
    /// The code, such as E0101, or the name of a lint; without it, all codes with their titles
    code: Option<String>,
    /// As one JSON document
    #[arg(long)]
    json: bool,
}

/// What `orch explain --json` prints.
#[derive(Serialize)]
struct Document {
    /// The version of this document.
    version: u32,
    codes: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    code: &'static str,
    /// The name by which a project gives it a level, if it is a lint
    lint: Option<&'static str>,
    /// `error`; of a lint `deny`, `warn` or `allow`, where no project says otherwise
    level: &'static str,
    title: &'static str,
    /// Its page; only of a code that was asked for
    page: Option<&'static str>,
}

impl Explain {
    /// Prints the page.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let style = global.terminal.data;
        let asked = self.code.as_deref().map(meant).transpose()?;
        if self.json {
            return document(asked, global);
        }
        let text = match asked {
            None => render::codes(),
            Some(code) if std::io::stdout().is_terminal() => render::page_on_terminal(code, style.colour, style.width),
            Some(code) => render::page(code),
        };
        global.terminal.data(text.trim_end())?;
        Ok(Exit::Done)
    }
}

fn document(asked: Option<Code>, global: &Global) -> Result<Exit, Failure> {
    let codes = match asked {
        None => Code::ALL.iter().map(|code| row(*code, None)).collect(),
        Some(code) => vec![row(code, Some(code.page()))],
    };
    let document = Document { version: 1, codes };
    global.terminal.data(serde_json::to_string_pretty(&document).unwrap_or_default())?;
    Ok(Exit::Done)
}

fn row(code: Code, page: Option<&'static str>) -> Row {
    let level = match code.level() {
        None => "error",
        Some(Level::Deny) => "deny",
        Some(Level::Warn) => "warn",
        Some(Level::Allow) => "allow",
    };
    Row { code: code.as_str(), lint: code.name(), level, title: code.title(), page }
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
