//! The pages of codes: as they are written, in Markdown, and as a terminal shows them.

use super::clean::folded;
use crate::diagnostic::{Code, Level};

/// Lines of a page are not longer than this, however wide the terminal is.
const WIDEST: usize = 100;
/// How far examples are moved in.
const INDENT: &str = "    ";

/// The page of a code in Markdown.
pub fn page(code: Code) -> String {
    let lint = code.level().zip(code.name());
    let lint = lint.map(|(level, name)| format!("A lint: `{name}`, {}.\n\n", usual(level))).unwrap_or_default();
    format!("# {}: {}\n\n{lint}{}", code.as_str(), code.title(), code.page())
}

fn usual(level: Level) -> String {
    format!("`{}` unless the project says otherwise", level.word())
}

/// All codes with their titles, a line each; for a lint its level and its name, too.
pub fn codes() -> String {
    let widest = Code::lints().filter_map(Code::name).map(str::len).max().unwrap_or_default();
    let line = |code: &Code| match code.level().zip(code.name()) {
        Some((level, name)) => {
            format!("{}  {:5}  {name:widest$}  {}\n", code.as_str(), level.word(), code.title())
        }
        None => format!("{}  {}\n", code.as_str(), code.title()),
    };
    let (lints, errors): (Vec<Code>, Vec<Code>) = Code::ALL.iter().partition(|code| code.level().is_some());
    errors.iter().map(line).chain(std::iter::once("\n".to_owned())).chain(lints.iter().map(line)).collect()
}

/// The page of a code as a terminal shows it: the heading bold, examples moved in, lines as long as they may be.
pub fn page_on_terminal(code: Code, colour: bool, width: usize) -> String {
    let page = page(code);
    let mut drawn = String::new();
    let mut example = false;
    for part in page.split("\n\n") {
        let lines: Vec<&str> = part.lines().collect();
        let fences = lines.iter().filter(|line| line.starts_with("```")).count();
        if example || fences > 0 {
            let shown = lines.iter().filter(|line| !line.starts_with("```"));
            drawn.extend(shown.flat_map(|line| [INDENT, line, "\n"]));
            example ^= fences % 2 == 1;
        } else if let Some(heading) = part.strip_prefix("# ") {
            drawn.extend([paint(heading, "1", colour).as_str(), "\n"]);
        } else if part.starts_with('|') {
            drawn.push_str(&table(&lines, colour));
        } else {
            drawn.push_str(&text(&lines.join(" "), colour, width.min(WIDEST)));
        }
        drawn.push('\n');
    }
    drawn
}

/// A table in columns; its second line only says that it is one.
fn table(lines: &[&str], colour: bool) -> String {
    let rows = lines.iter().enumerate().filter(|(at, _)| *at != 1);
    let rows: Vec<Vec<&str>> =
        rows.map(|(_, line)| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect();
    let first = rows.iter().filter_map(|row| row.first()).map(|cell| cell.chars().count()).max().unwrap_or_default();
    let line = |row: &Vec<&str>| match row.split_first() {
        Some((cell, others)) => text(&format!("{INDENT}{cell:first$}  {}", others.join("  ")), colour, usize::MAX),
        None => String::new(),
    };
    rows.iter().map(line).collect()
}

fn paint(text: &str, how: &str, colour: bool) -> String {
    if colour { format!("\u{1b}[{how}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A paragraph in lines; what is of the language has a colour besides its backticks.
fn text(paragraph: &str, colour: bool, width: usize) -> String {
    let mut code = false;
    let mut lines = String::new();
    for line in folded(paragraph, width) {
        for (at, part) in line.split('`').enumerate() {
            if at > 0 {
                lines.push('`');
                code = !code;
            }
            lines.push_str(&if code { paint(part, "36", colour) } else { part.to_owned() });
        }
        lines.push('\n');
    }
    lines
}
