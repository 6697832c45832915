//! A plan as text: what is given and may be touched, what is done in which order, when, and what it comes to.
//!
//! `line` writes one part, `facts` says what is to be known of it beside what it does.

mod facts;
mod line;

use super::{
    Preview,
    sentence::{depends, items, sentence},
    timeline_text,
};
use crate::{
    cli::terminal::{
        Style,
        text::{one_line, width},
    },
    plan::{
        Capability,
        outline::{CheckKind, Kind, Part, Taken, Way},
    },
};
pub use facts::{capability, counted, input, summary_line, takes};
use facts::{estimates, joined, order, way_facts};

/// How wide the column of names in front of texts is at most.
const NAMES: usize = 14;

/// How far what lies in something is set in.
const INDENT: usize = 2;

/// How wide the words at the beginning of the head are.
const HEAD: usize = 9;

/// The whole preview.
pub fn text(preview: &Preview, style: Style) -> String {
    let mut page = Page { style, lines: Vec::new(), phases: 0 };
    page.head(preview);
    page.parts(&preview.outline.parts, 0);
    page.lines.extend(timeline_text::lines(preview, style));
    page.summary(preview);
    page.lines.dedup_by(|later, line| later.is_empty() && line.is_empty());
    page.lines.join("\n")
}

struct Page {
    style: Style,
    lines: Vec<String>,
    /// How many phases of the plan itself were told.
    phases: usize,
}

impl Page {
    fn head(&mut self, preview: &Preview) {
        let outline = &preview.outline;
        let estimate = outline.takes.map(|said| format!(" · {}", takes(said))).unwrap_or_default();
        let risk = outline.risk.map(|risk| format!(" · {} risk", risk.as_str())).unwrap_or_default();
        self.lines.push(format!("{} · {}{estimate}{risk}", self.style.bold(&outline.plan), preview.file));
        for goal in &outline.goals {
            self.lines.extend(self.style.hanging(&one_line(goal), 0));
        }
        self.lines.push(String::new());
        let inputs: Vec<String> = outline.inputs.iter().map(input).collect();
        if !inputs.is_empty() {
            self.fact("given", &inputs.join(", "));
        }
        self.capabilities(&outline.capabilities);
        for part in outline.parts.iter().filter(|part| is_guard(part)) {
            let said = sentence(part);
            self.fact("holds", &joined(&[&[one_line(&said.text)], said.notes.as_slice()].concat()));
        }
        for (address, why) in &outline.faults {
            self.fact("fails", &self.style.red(format!("at {address}: {why}")));
        }
        self.lines.push(String::new());
    }

    /// A line of the head: a word, and what is to be said of it.
    fn fact(&mut self, word: &str, text: &str) {
        let room = self.style.width.saturating_sub(HEAD);
        for (at, line) in self.style.broken(text, room).into_iter().enumerate() {
            let word = if at == 0 { word } else { "" };
            self.lines.push(format!("{}{line}", self.style.dim(format!("{word:HEAD$}"))));
        }
    }

    fn capabilities(&mut self, capabilities: &[Capability]) {
        if capabilities.is_empty() {
            return self.fact("may use", "nothing");
        }
        let shown: Vec<String> = capabilities.iter().map(capability).collect();
        self.fact("may use", &joined(&shown));
        for opens in capabilities.iter().filter_map(|capability| capability.opens.as_ref()) {
            self.fact("", &self.style.yellow(format!("‼ {opens}")));
        }
    }

    fn parts(&mut self, parts: &[Part], indent: usize) {
        let names = parts.iter().filter(|part| part.ways.is_empty()).map(|part| width(&part.name)).max();
        let names = names.unwrap_or(0).min(NAMES);
        let outer = indent == 0;
        let mut apart = false;
        for part in parts.iter().filter(|part| !(outer && is_guard(part))) {
            // On the plan's own way, what has parts stands apart from what has none.
            let blank =
                outer && (!part.ways.is_empty() || apart) && self.lines.last().is_some_and(|line| !line.is_empty());
            if blank && !matches!(part.kind, Kind::Phases) {
                self.lines.push(String::new());
            }
            apart = !part.ways.is_empty();
            self.part(part, indent, names);
        }
    }

    fn part(&mut self, part: &Part, indent: usize, names: usize) {
        match &part.kind {
            Kind::Phases => {
                // Phases of the plan itself are numbered through, whatever stands between them.
                let before = if indent == 0 { self.phases } else { 0 };
                for (number, phase) in part.inside().enumerate() {
                    self.phase(part, phase, before + number, indent);
                }
                self.phases += if indent == 0 { part.inside().count() } else { 0 };
            }
            Kind::Phase { .. } => {}
            Kind::Decide { .. } | Kind::Attempt => {
                self.line(part, indent, names);
                self.ways(part, indent + INDENT);
            }
            Kind::When { .. } => self.ways(part, indent),
            Kind::Loop(each) => {
                self.line(part, indent, names);
                if let Some(items) = items(each) {
                    let room = self.style.width.saturating_sub(indent + 2 * INDENT);
                    for line in self.style.broken(&items, room) {
                        self.lines.push(format!("{:1$}{line}", "", indent + 2 * INDENT));
                    }
                }
                self.inside(part, indent);
            }
            Kind::Rollout(rollout) => {
                self.line(part, indent, names);
                self.inside(part, indent);
                self.parts(&rollout.gates, indent + INDENT);
            }
            Kind::Run { .. }
            | Kind::Branch
            | Kind::BlockStep { .. }
            | Kind::On { .. }
            | Kind::AfterEach
            | Kind::Parallel { .. } => {
                self.line(part, indent, names);
                self.inside(part, indent);
            }
            Kind::Return | Kind::Unwind => {}
            Kind::Probe { .. }
            | Kind::Step { .. }
            | Kind::Task { .. }
            | Kind::Approve { .. }
            | Kind::Check(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::Emit { .. }
            | Kind::Commit { .. }
            | Kind::Fail { .. } => self.line(part, indent, names),
        }
    }

    fn inside(&mut self, part: &Part, indent: usize) {
        part.ways.iter().for_each(|way| self.parts(&way.parts, indent + INDENT));
    }

    /// `2 extraction · Service extraction          after foundation · 14w · high risk`
    fn phase(&mut self, group: &Part, phase: &Part, number: usize, indent: usize) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
        let title = phase.title.as_ref().map(|title| format!(" · {}", one_line(title))).unwrap_or_default();
        let plain = format!("{:indent$}{} {}{title}", "", number + 1, phase.name);
        let drawn = format!("{:indent$}{} {}{title}", "", number + 1, self.style.bold(&phase.name));
        let facts = joined(&[order(group, phase), estimates(phase)].concat());
        self.beside(&plain, &drawn, &facts, indent + INDENT);
        if let Some(way) = phase.way_back() {
            self.lines.push(format!("{:1$}{2}", "", indent + INDENT, self.way_back(way, " as a whole")));
        }
        self.inside(phase, indent);
    }

    /// A text, and at the end of the line what is to be known of it; on a line of its own where there is no room.
    fn beside(&mut self, plain: &str, drawn: &str, facts: &str, indent: usize) {
        let room = self.style.width.saturating_sub(width(plain));
        if width(plain) > self.style.width && self.style.cuts {
            self.lines.extend(self.style.hanging(plain, indent + INDENT));
            self.lines.extend((!facts.is_empty()).then(|| format!("{:indent$}{}", "", self.style.dim(facts))));
        } else if facts.is_empty() {
            self.lines.push(drawn.to_owned());
        } else if room >= width(facts) + 2 {
            let blanks = room - width(facts);
            self.lines.push(format!("{drawn}{:blanks$}{}", "", self.style.dim(facts)));
        } else {
            self.lines.push(drawn.to_owned());
            let lines = self.style.broken(facts, self.style.width.saturating_sub(indent));
            self.lines.extend(lines.iter().map(|line| format!("{:indent$}{}", "", self.style.dim(line))));
        }
    }

    /// Ways of which one is taken.
    fn ways(&mut self, part: &Part, indent: usize) {
        let attempt = matches!(part.kind, Kind::Attempt);
        for (number, way) in part.ways.iter().enumerate() {
            if attempt && number == 0 {
                self.parts(&way.parts, indent);
                continue;
            }
            let goes_on = attempt && way.parts.iter().all(|part| matches!(part.kind, Kind::Return));
            let words = way_words(part, way, attempt);
            let plain = format!("{:indent$}{} {words}", "", taken(way));
            let mut facts = way_facts(way);
            facts.extend(goes_on.then(|| "the plan goes on".to_owned()));
            let returns = !attempt && matches!(way.parts.as_slice(), [only] if matches!(only.kind, Kind::Return));
            facts.extend(returns.then(|| "it ends there".to_owned()));
            if let Kind::When { depends_on, complete: _ } = &part.kind {
                facts.extend(depends(depends_on).filter(|_| number == 0));
            }
            let facts = joined(&facts);
            self.beside(&plain, &plain.clone(), &facts, indent + INDENT);
            self.parts(&way.parts, indent + 2 * INDENT);
        }
    }

    fn summary(&mut self, preview: &Preview) {
        self.lines.push(String::new());
        self.lines.extend(self.style.hanging(&summary_line(&preview.summary), 0));
    }
}

/// Whether a way is taken, as a sign.
fn taken(way: &Way) -> &'static str {
    match way.taken {
        Taken::Always | Taken::Yes => "●",
        Taken::Open => "○",
        Taken::No => "·",
    }
}

fn way_words(part: &Part, way: &Way, attempt: bool) -> String {
    let title = way.title.as_ref().map(|title| format!(" · {}", one_line(title))).unwrap_or_default();
    let decides = matches!(part.kind, Kind::Decide { .. });
    let condition = match &way.condition {
        Some(condition) => format!("when {}", one_line(condition)),
        None if attempt => "if it fails".to_owned(),
        None if decides && by_person(part) => String::new(),
        None if decides => "otherwise".to_owned(),
        None => "else".to_owned(),
    };
    match decides {
        true => format!("{}{title}  {condition}", way.name).trim_end().to_owned(),
        false => condition,
    }
}

fn by_person(part: &Part) -> bool {
    matches!(&part.kind, Kind::Decide { by: Some(_), .. })
}

/// A guard that stands on the plan's own way is told at the top.
fn is_guard(part: &Part) -> bool {
    matches!(&part.kind, Kind::Check(check) if matches!(check.way, CheckKind::Guard(..)))
}
