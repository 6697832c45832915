//! A plan as a graph for drawing: what comes after what, on the level of phases, decisions, loops and points of no
//! return.

use std::collections::BTreeMap;

use super::sentence::{items, sentence, sign, way_back};
use crate::{
    cli::terminal::text::one_line,
    plan::outline::{Kind, Outline, Part, Taken, WayBack},
};

/// What is drawn.
#[derive(Debug, Default)]
pub struct Flow {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// From a node to one that comes after it, with what is said of that.
    pub edges: Vec<(usize, usize, String)>,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// What is in it, a line each.
    pub lines: Vec<String>,
    /// How it is drawn.
    pub shape: Shape,
    /// The part it stands for; none for begin and end.
    pub part: Option<u32>,
}

/// How a node is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Where the plan begins or ends
    Terminal,
    /// Something that is done
    Work,
    /// A decision
    Decision,
    /// An option of a decision
    Option,
    /// A person
    Person,
    /// What comes before is final
    Commit,
    /// What can't be undone
    Irreversible,
    /// Something that is looked at
    Look,
}

impl Flow {
    /// Of a plan: its phases as single nodes with what is in them, what stands between them one by one.
    pub fn of(outline: &Outline) -> Flow {
        let mut flow = Flow::default();
        let begin = flow.node(None, Shape::Terminal, vec![outline.plan.to_string()]);
        let ends = flow.sequence(&outline.parts, vec![(begin, String::new())]);
        let end = flow.node(None, Shape::Terminal, vec!["done".to_owned()]);
        flow.connect(&ends, end);
        flow
    }

    fn node(&mut self, part: Option<&Part>, shape: Shape, lines: Vec<String>) -> usize {
        self.nodes.push(Node { lines, shape, part: part.map(|part| part.id) });
        self.nodes.len() - 1
    }

    fn connect(&mut self, from: &[Open], to: usize) {
        for (from, label) in from {
            self.edges.push((*from, to, label.clone()));
        }
    }

    /// Draws parts one after another; gives what is left to be connected.
    fn sequence(&mut self, parts: &[Part], from: Vec<Open>) -> Vec<Open> {
        parts.iter().fold(from, |from, part| self.part(part, from))
    }

    fn part(&mut self, part: &Part, from: Vec<Open>) -> Vec<Open> {
        match &part.kind {
            Kind::Phases => self.phases(part, &from),
            Kind::Decide { .. } => self.decision(part, &from),
            Kind::When { complete, depends_on: _ } => self.ways(part, *complete, from),
            Kind::Parallel { .. } => {
                let mut ends = Vec::new();
                for branch in part.inside() {
                    let node = self.node(Some(branch), Shape::Work, described(branch));
                    self.connect(&from, node);
                    ends.push((node, String::new()));
                }
                ends
            }
            Kind::Check(_) | Kind::On { .. } | Kind::AfterEach | Kind::Return | Kind::Unwind => from,
            Kind::Phase { .. }
            | Kind::Branch
            | Kind::Probe { .. }
            | Kind::Step { .. }
            | Kind::BlockStep { .. }
            | Kind::Task { .. }
            | Kind::Approve { .. }
            | Kind::Loop(_)
            | Kind::Rollout(_)
            | Kind::Wait { .. }
            | Kind::WaitFor { .. }
            | Kind::Emit { .. }
            | Kind::Attempt
            | Kind::Commit { .. }
            | Kind::Run { .. }
            | Kind::Fail { .. } => {
                let node = self.node(Some(part), shape(part), described(part));
                self.connect(&from, node);
                vec![(node, String::new())]
            }
        }
    }

    fn phases(&mut self, group: &Part, from: &[Open]) -> Vec<Open> {
        let phases: Vec<&Part> = group.inside().collect();
        let nodes: Vec<usize> =
            phases.iter().map(|phase| self.node(Some(phase), Shape::Work, described(phase))).collect();
        let mut waited_for: BTreeMap<usize, bool> = BTreeMap::new();
        for (at, phase) in phases.iter().enumerate() {
            let Kind::Phase { after, .. } = &phase.kind else { continue };
            for before in after {
                self.edges.push((nodes[*before], nodes[at], String::new()));
                waited_for.insert(*before, true);
            }
            if after.is_empty() {
                self.connect(from, nodes[at]);
            }
        }
        let last = nodes.iter().enumerate().filter(|(at, _)| !waited_for.contains_key(at));
        last.map(|(_, node)| (*node, String::new())).collect()
    }

    fn decision(&mut self, part: &Part, from: &[Open]) -> Vec<Open> {
        let question = one_line(&sentence(part).text);
        let node = self.node(Some(part), Shape::Decision, vec![format!("{}: {question}", part.name)]);
        self.connect(from, node);
        let mut ends = Vec::new();
        for way in &part.ways {
            let takes = way.takes.map(|takes| format!(" · {}", super::text::takes(takes))).unwrap_or_default();
            let not = if way.taken == Taken::No { " · not taken" } else { "" };
            let mut lines = vec![format!("{}{takes}{not}", way.name)];
            lines.extend(way.title.as_deref().map(one_line));
            lines.extend(way.condition.as_deref().map(|condition| format!("when {}", one_line(condition))));
            let option = self.node(None, Shape::Option, lines);
            self.edges.push((node, option, String::new()));
            ends.extend(self.sequence(&way.parts, vec![(option, String::new())]));
        }
        ends
    }

    fn ways(&mut self, part: &Part, complete: bool, from: Vec<Open>) -> Vec<Open> {
        let mut ends = Vec::new();
        for way in &part.ways {
            let condition = way.condition.as_deref().map_or_else(|| "else".to_owned(), one_line);
            let from = from.iter().map(|(node, _)| (*node, condition.clone())).collect();
            ends.extend(self.sequence(&way.parts, from));
        }
        if !complete {
            ends.extend(from);
        }
        ends
    }
}

/// A node that something is to come after, and what is said of that way.
type Open = (usize, String);

fn shape(part: &Part) -> Shape {
    match &part.kind {
        Kind::Approve { .. } | Kind::Task { .. } => Shape::Person,
        Kind::Commit { .. } => Shape::Commit,
        Kind::Step { way_back: WayBack::Irreversible, .. } => Shape::Irreversible,
        Kind::Probe { .. } => Shape::Look,
        Kind::Step {
            way_back: WayBack::Own(_) | WayBack::Inherited(_) | WayBack::Scope(_) | WayBack::Nothing | WayBack::None,
            ..
        }
        | Kind::BlockStep { .. }
        | Kind::Phases
        | Kind::Phase { .. }
        | Kind::When { .. }
        | Kind::Decide { .. }
        | Kind::Parallel { .. }
        | Kind::Branch
        | Kind::Loop(_)
        | Kind::Rollout(_)
        | Kind::Check(_)
        | Kind::Wait { .. }
        | Kind::WaitFor { .. }
        | Kind::On { .. }
        | Kind::Emit { .. }
        | Kind::Attempt
        | Kind::Run { .. }
        | Kind::AfterEach
        | Kind::Fail { .. }
        | Kind::Return
        | Kind::Unwind => Shape::Work,
    }
}

/// What a node says: its name, and of a phase or branch what is in it.
fn described(part: &Part) -> Vec<String> {
    let said = sentence(part);
    let title = part.title.as_ref().map(|title| format!(" · {}", one_line(title))).unwrap_or_default();
    let mark = sign(part);
    let mark = if mark.is_empty() { String::new() } else { format!("{mark} ") };
    let takes = part.takes.map(|takes| format!(" · {}", super::text::takes(takes))).unwrap_or_default();
    let mut lines = if matches!(part.kind, Kind::Phase { .. } | Kind::Branch) {
        vec![format!("{}{title}{takes}", part.name)]
    } else {
        let own = format!("{mark}{}", one_line(&worded(part, &said.text)));
        std::iter::once(own).chain(done_and_undone(part, &said.text)).collect()
    };
    lines.extend(part.ways.iter().flat_map(|way| &way.parts).flat_map(brief));
    lines
}

/// What a step that stands alone calls, and what undoes it.
fn done_and_undone(part: &Part, call: &str) -> Vec<String> {
    let Kind::Step { way_back: undo, .. } = &part.kind else { return Vec::new() };
    let call = (!part.name.is_empty()).then(|| one_line(call));
    let undo = undo.undo().map(|_| one_line(&way_back(undo)));
    call.into_iter().chain(undo).collect()
}

/// The lines that a part adds to the node it lies in.
fn brief(part: &Part) -> Vec<String> {
    let said = sentence(part);
    let mark = sign(part);
    let mark = if mark.is_empty() { String::new() } else { format!("{mark} ") };
    match &part.kind {
        Kind::Phases | Kind::When { .. } | Kind::Parallel { .. } | Kind::Attempt => {
            part.inside().flat_map(brief).collect()
        }
        Kind::Branch => {
            let inner: Vec<String> = part.inside().flat_map(brief).collect();
            vec![format!("∥ {}: {}", part.name, inner.join(", "))]
        }
        Kind::Loop(each) => {
            let pace = said.notes.iter().find(|note| note.ends_with("at a time")).map(|pace| format!(", {pace}"));
            let mut lines = vec![format!("for {}{}", one_line(&said.text), pace.unwrap_or_default())];
            lines.extend(items(each));
            let inner = part.inside().flat_map(brief);
            lines.extend(inner.map(|line| if line.starts_with("– ") { line } else { format!("– {line}") }));
            lines
        }
        Kind::Probe { .. } | Kind::Check(_) | Kind::On { .. } | Kind::AfterEach | Kind::Return | Kind::Unwind => {
            Vec::new()
        }
        Kind::Phase { .. }
        | Kind::Step { .. }
        | Kind::BlockStep { .. }
        | Kind::Task { .. }
        | Kind::Approve { .. }
        | Kind::Decide { .. }
        | Kind::Rollout(_)
        | Kind::Wait { .. }
        | Kind::WaitFor { .. }
        | Kind::Emit { .. }
        | Kind::Commit { .. }
        | Kind::Fail { .. } => vec![format!("{mark}{}", one_line(&worded(part, &said.text)))],
        Kind::Run { plan, .. } => {
            let inner = part.inside().filter(|inner| !matches!(inner.kind, Kind::Loop(_))).flat_map(brief);
            vec![format!("run {plan}: {}", inner.collect::<Vec<_>>().join(", ")).trim_end_matches(": ").to_owned()]
        }
    }
}

/// The shortest that says what a part is.
fn worded(part: &Part, text: &str) -> String {
    match &part.kind {
        Kind::Step { .. } | Kind::BlockStep { .. } | Kind::Task { .. } if !part.name.is_empty() => {
            part.name.to_string()
        }
        Kind::Rollout(_) => format!("{} {text}", part.name),
        Kind::Loop(_) => format!("for {text}"),
        Kind::Probe { .. } => format!("probe {}", part.name),
        Kind::Wait { .. } => format!("wait {text}"),
        Kind::WaitFor { .. } => format!("wait for {text}"),
        Kind::Emit { .. } => format!("emit {text}"),
        Kind::Run { .. } => format!("run {text}"),
        Kind::Fail { .. } => format!("fail: {text}"),
        _ => text.to_owned(),
    }
}
