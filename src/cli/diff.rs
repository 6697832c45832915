//! `orch diff`: what differs between two plans in what they would do.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::{
    compile,
    exit::Exit,
    failure::Failure,
    files,
    global::Global,
    plan::{
        one_plan,
        sentence::{sentence, way_back},
        text::takes,
    },
    terminal::{Style, text::one_line},
};
use crate::plan::{
    Given, Outline, Takes,
    difference::{About, Difference, Telling, differences},
    outline::{Part, WayBack},
};

/// Say what differs between two plans in what they would do, not in lines.
#[derive(Args, Debug)]
pub struct Diff {
    /// The file of the plan as it was
    old: PathBuf,
    /// The file of the plan as it is
    new: PathBuf,
    /// The plan of the first file; may be left out if there is one that no other plan of the file runs
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
    /// The plan of the second file, if it has another name
    #[arg(long, value_name = "PLAN")]
    to: Option<String>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// The version of the document.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    old: Side<'a>,
    new: Side<'a>,
    differences: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Side<'a> {
    file: String,
    plan: &'a str,
}

#[derive(Serialize)]
struct Row<'a> {
    /// `capabilities`, `inputs`, `effects`, `definitions`, `order`, `decisions`, `approvals`, `checks`, `undo`, `estimates`, `names`
    about: &'static str,
    /// Empty for what is about the whole plan
    address: &'a str,
    /// `null` of what is new
    before: Option<&'a str>,
    /// `null` of what is gone
    after: Option<&'a str>,
}

impl Diff {
    /// Compares two plans; the exit code says whether they differ.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let old = outline(&self.old, self.plan.as_deref(), global)?;
        let second = self.to.as_deref().or(self.plan.as_deref());
        let new = outline(&self.new, second, global)?;
        let found = differences(&old, &new, &Words);
        if self.json {
            global.terminal.data(self.document(&old, &new, &found))?;
        } else {
            global.terminal.data(text(&found, global.terminal.data))?;
        }
        Ok(if found.is_empty() { Exit::Done } else { Exit::Undone })
    }

    fn document(&self, old: &Outline, new: &Outline, found: &[Difference]) -> String {
        let rows = found.iter().map(|one| Row {
            about: one.about.word(),
            address: one.address.as_str(),
            before: one.before.as_deref(),
            after: one.after.as_deref(),
        });
        let document = Document {
            version: VERSION,
            old: Side { file: files::from_here(&self.old), plan: &old.plan },
            new: Side { file: files::from_here(&self.new), plan: &new.plan },
            differences: rows.collect(),
        };
        // Texts and lists can always be written.
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }
}

fn outline(file: &Path, plan: Option<&str>, global: &Global) -> Result<Outline, Failure> {
    let (program, sources, _) = compile::checked(file, "was not compared", &global.terminal)?;
    let (number, _) = one_plan(&program, plan)?;
    Ok(Outline::of(&program, &sources, number, &Given::default()))
}

/// Parts in the words of a preview.
struct Words;

impl Telling for Words {
    fn part(&self, part: &Part) -> String {
        let said = sentence(part);
        let notes = said.notes.iter().map(|note| format!(" · {}", one_line(note))).collect::<String>();
        format!("{} {}{notes}", said.word, one_line(&said.text)).trim().to_owned()
    }

    fn way_back(&self, undo: &WayBack) -> String {
        one_line(&way_back(undo))
    }

    fn takes(&self, said: Takes) -> String {
        takes(said)
    }

    fn estimate(&self, part: &Part) -> String {
        let risk = part.risk.map(|risk| format!("{} risk", risk.as_str()));
        part.takes.map(takes).into_iter().chain(risk).collect::<Vec<_>>().join(" · ")
    }
}

fn text(found: &[Difference], style: Style) -> String {
    if found.is_empty() {
        return "no difference in what they would do".to_owned();
    }
    let mut lines = Vec::new();
    for about in About::ALL {
        let of_it: Vec<&Difference> = found.iter().filter(|one| one.about == about).collect();
        if of_it.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(style.bold(about.word()));
        of_it.iter().for_each(|one| lines.extend(told(one, style)));
    }
    let many = if found.len() == 1 { "" } else { "s" };
    lines.extend([String::new(), format!("{} difference{many}", found.len())]);
    lines.join("\n")
}

fn told(one: &Difference, style: Style) -> Vec<String> {
    let address = one.address.to_string();
    let place = if address.is_empty() { String::new() } else { format!("{address}  ") };
    match (&one.before, &one.after) {
        (Some(before), Some(after)) if one.about == About::Definitions => {
            let name = before.split(" = ").next().unwrap_or_default();
            let text = |whole: &str| {
                whole.strip_prefix(name).and_then(|rest| rest.strip_prefix(" = ")).unwrap_or(whole).to_owned()
            };
            let mut lines = vec![format!("  ~ {name}")];
            lines.extend(style.hanging(&style.red(format!("    - {}", text(before))), 6));
            lines.extend(style.hanging(&style.green(format!("    + {}", text(after))), 6));
            lines
        }
        (Some(before), Some(after)) if one.about == About::Names && *before == address => {
            vec![format!("  ~ {before} is called {after}")]
        }
        (Some(before), Some(after)) => {
            // What is about the whole plan stands at no address.
            let place = if address.is_empty() { "the plan" } else { &address };
            let mut lines = vec![format!("  ~ {place}")];
            lines.extend(style.hanging(&style.red(format!("    - {before}")), 6));
            lines.extend(style.hanging(&style.green(format!("    + {after}")), 6));
            lines
        }
        (Some(before), None) => style.hanging(&style.red(format!("  - {place}{before}")), 6),
        (None, Some(after)) => style.hanging(&style.green(format!("  + {place}{after}")), 6),
        (None, None) => Vec::new(),
    }
}
