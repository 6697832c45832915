//! The margin of a drawing: what ariadne leaves to be done around the lines of the source.

use super::clean::{clean, folded};
use super::human::Manner;

/// Stands for a place in what ariadne draws. No text that is shown contains it.
pub const PLACE: char = '\u{1}';

/// Where a line of the source is shown.
const BAR: char = '│';
/// Where lines of the source are left out.
const GAP: &str = "┆";
/// What stands before what to do.
const HELP: &str = "help: ";
/// The least room for what to do.
const NARROWEST: usize = 24;

/// What ariadne drew without its header, with the places where they belong (ariadne gives those in the excerpt), and
/// with a gap where lines are left out.
pub fn lines(drawn: &str, places: Vec<String>) -> Vec<String> {
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    let mut parts = body.split(PLACE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (place, part) in places.into_iter().zip(parts) {
        text.push_str(&place);
        text.push_str(part.trim_start_matches(|character: char| character == ':' || character.is_ascii_digit()));
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    show_gaps(&mut lines);
    lines
}

/// An empty margin between two lines that don't follow each other is a gap.
fn show_gaps(lines: &mut [String]) {
    let mut last = None;
    let mut empty = Vec::new();
    for at in 0..lines.len() {
        let shown = without_escapes(&lines[at]);
        let shown = shown.trim();
        if shown.chars().eq([BAR]) {
            empty.push(at);
            continue;
        }
        if let Some(number) = line_number(shown) {
            if last.is_some_and(|last| last + 1 < number) {
                empty.iter().for_each(|at| lines[*at] = lines[*at].replacen(BAR, GAP, 1));
            }
            last = Some(number);
        } else if !shown.starts_with(BAR) {
            last = None;
        }
        empty.clear();
    }
}

/// The number of a line of the source: ` 18 │   phase schema {`.
fn line_number(shown: &str) -> Option<u32> {
    shown.split_once(BAR)?.0.trim().parse().ok()
}

/// A text without the escapes that colour it.
fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default();
    let others = parts.map(|part| part.split_once('m').map_or("", |(_, rest)| rest));
    std::iter::once(first).chain(others).collect()
}

/// Adds what to do above the last line, in lines that fit.
pub fn add_help(lines: &mut Vec<String>, help: &str, manner: Manner) {
    let Some(last) = lines.pop() else { return };
    let indent = without_escapes(&last).chars().take_while(|character| *character == '─').count();
    let blank = " ".repeat(indent);
    let bar = if manner.colour { format!("{blank}\u{1b}[2m{BAR}\u{1b}[0m") } else { format!("{blank}{BAR}") };
    let room = manner.width.map_or(usize::MAX, |width| width.saturating_sub(indent + 2 + HELP.len()).max(NARROWEST));
    let said: Vec<String> = help.lines().map(clean).flat_map(|line| folded(&line, room)).collect();
    lines.extend((!said.is_empty()).then(|| bar.clone()));
    for (at, line) in said.iter().enumerate() {
        let before = match (at, manner.colour) {
            (0, true) => "\u{1b}[1;36mhelp\u{1b}[0m: ",
            (0, false) => HELP,
            (_, _) => "      ",
        };
        lines.push(format!("{bar} {before}{line}"));
    }
    lines.push(last);
}
