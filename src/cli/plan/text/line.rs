//! The lines of one part: what it does, and behind that, as far as there is room, what is to be known of it.

use super::{
    INDENT, Page,
    facts::{estimates, joined},
};
use crate::{
    cli::{
        plan::sentence::{Sentence, sentence, sign, way_back},
        terminal::text::{one_line, width},
    },
    plan::outline::{Kind, Part, WayBack},
};

/// What stands behind what a part does.
struct Behind<'p> {
    /// What else is to be known of it.
    notes: String,
    /// How it is undone.
    way_back: Option<&'p WayBack>,
}

impl Behind<'_> {
    /// How it is undone, without colours.
    fn undo(&self) -> String {
        self.way_back.map(|way| one_line(&way_back(way))).unwrap_or_default()
    }
}

impl Page {
    /// A part without what lies in it: what it does, what is to be known of it, and how it is undone.
    pub(super) fn line(&mut self, part: &Part, indent: usize, names: usize) {
        let said = sentence(part);
        let deep = indent + 2 * INDENT;
        let mut lines = self.style.hanging(&format!("{:indent$}{}", "", words(part, &said, names)), deep);
        let last = lines.last().map_or(0, |line| width(line));
        if let Some(first) = lines.first_mut() {
            *first = first.replacen(said.word, &self.style.dim(said.word), 1);
        }
        let notes: Vec<String> = said.notes.iter().map(|note| one_line(note)).chain(estimates(part)).collect();
        let behind = Behind { notes: joined(&notes), way_back: part.way_back() };
        if last + gap(&behind.notes) + gap(&behind.undo()) <= self.style.width {
            let notes =
                if behind.notes.is_empty() { String::new() } else { format!("  {}", self.style.dim(&behind.notes)) };
            if let Some(line) = lines.last_mut() {
                line.push_str(&format!("{notes}{}", self.undo(&behind)));
            }
            self.lines.extend(lines);
        } else {
            self.lines.extend(lines);
            self.below(&behind, deep);
        }
    }

    /// What has no room behind what a part does: in one line if it can be, else broken.
    fn below(&mut self, behind: &Behind<'_>, indent: usize) {
        let room = self.style.width.saturating_sub(indent);
        if !behind.notes.is_empty() && width(&behind.notes) + gap(&behind.undo()) <= room {
            let line = format!("{:indent$}{}{}", "", self.style.dim(&behind.notes), self.undo(behind));
            return self.lines.push(line);
        }
        if !behind.notes.is_empty() {
            let lines = self.style.broken(&behind.notes, room);
            self.lines.extend(lines.iter().map(|line| format!("{:indent$}{}", "", self.style.dim(line))));
        }
        if behind.way_back.is_some() {
            let lines = self.style.broken(&behind.undo(), room);
            self.lines.extend(lines.iter().map(|line| format!("{:indent$}{line}", "")));
        }
    }

    fn undo(&self, behind: &Behind<'_>) -> String {
        behind.way_back.map(|way| format!("  {}", self.way_back(way, ""))).unwrap_or_default()
    }

    /// How something is undone, in the colour of how much that matters.
    pub(super) fn way_back(&self, undo: &WayBack, how: &str) -> String {
        let text = format!("{}{how}", one_line(&way_back(undo)));
        match undo {
            WayBack::Irreversible => self.style.red(text),
            WayBack::None => self.style.yellow(text),
            WayBack::Own(_) | WayBack::Inherited(_) => text,
            WayBack::Scope(_) | WayBack::Nothing => self.style.dim(text),
        }
    }
}

/// What a part does, behind its sign; names that stand below each other have a column.
fn words(part: &Part, said: &Sentence, names: usize) -> String {
    let is_plan = matches!(&part.kind, Kind::Run { plan, .. } if *plan == part.name);
    let is_nameless = is_plan || matches!(part.kind, Kind::Loop(_));
    let name = if is_nameless { "" } else { part.name.as_str() };
    let text = one_line(&said.text);
    let has_column = matches!(said.word, "step" | "probe" | "task" | "gate" | "approve")
        && part.ways.is_empty()
        && !part.name.is_empty()
        && names > 0;
    let words = if has_column {
        format!("{} {name:names$}  {text}", said.word)
    } else {
        let words = [said.word, name.trim_end(), text.as_str()].into_iter().filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    };
    let sign = sign(part);
    if sign.is_empty() { words } else { format!("{sign} {words}") }
}

/// How much room a text takes behind another one.
fn gap(text: &str) -> usize {
    if text.is_empty() { 0 } else { 2 + width(text) }
}
