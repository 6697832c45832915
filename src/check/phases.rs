//! Phases that stand together: what each waits for, and in which order they are checked.

use std::rc::Rc;

use rustc_hash::{FxBuildHasher, FxHashMap};
use smol_str::SmolStr;

use super::{
    Checker,
    frame::Around,
    names::listed,
    scope::{Group, Named, PhaseRef},
    statement::plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Phase, Segment, Statement, StatementKind},
    plan::PhaseGraph,
    source::Span,
    syntax::ast::{self, Block, Compensation, Modifier, ModifierKind, Name, Template},
};

/// A run of phases that is being checked.
pub(super) struct Run {
    pub(super) id: u32,
    pub(super) graph: PhaseGraph,
    /// Its order makes no sense, which is reported.
    pub(super) broken: bool,
    /// The phases that wait for something unknown, which is reported.
    pub(super) unsure: Vec<usize>,
    /// The phase around this place.
    pub(super) current: usize,
    /// The names of its phases.
    pub(super) names: Vec<SmolStr>,
    /// Where each says `after`, with the names that stand there.
    pub(super) after: Vec<Option<(Span, Vec<SmolStr>)>>,
    /// Which of them each waits for.
    pub(super) waits_for: Vec<Vec<u32>>,
}

/// A phase as it is written.
#[derive(Clone, Copy)]
struct Written<'a> {
    name: &'a Name,
    title: Option<&'a Template>,
    modifiers: &'a [Modifier],
    body: &'a Block,
    compensation: Option<&'a Compensation>,
    span: Span,
}

/// How many statements from here belong to one run of phases: up to the last phase before a barrier.
pub(super) fn run_length(statements: &[ast::Statement]) -> usize {
    let mut length = 0;
    for (at, statement) in statements.iter().enumerate() {
        match statement.kind {
            ast::StatementKind::Phase { .. } => length = at + 1,
            ast::StatementKind::Goal(_) | ast::StatementKind::AfterEach { .. } => {}
            _ => break,
        }
    }
    length
}

impl<'a> Checker<'a> {
    /// A run of phases, with what stands between them and is no barrier.
    pub(super) fn phases(&mut self, statements: &'a [ast::Statement]) -> (Option<Statement>, bool) {
        let mut written = Vec::new();
        for statement in statements {
            self.allowed_phase(statement, &mut written);
        }
        let Some(first) = written.first() else { return (None, false) };
        let span = written.last().map_or(first.span, |last| first.span.to(last.span));
        let run = self.run_of(&written);
        let order = if run.broken { (0..written.len()).collect() } else { run.graph.order().to_vec() };
        let waits_for = run.waits_for.clone();
        self.frame.runs.push(run);
        let mut emitted: Vec<Option<Phase>> = written.iter().map(|_| None).collect();
        let mut ends = false;
        for index in order {
            let (phase, phase_ends) = self.phase(written[index], index, waits_for[index].clone());
            emitted[index] = Some(phase);
            ends |= phase_ends;
        }
        self.frame.runs.pop();
        let phases = emitted.into_iter().flatten().collect();
        (Some(plain(StatementKind::Phases(phases), None, span)), ends)
    }

    fn allowed_phase(&mut self, statement: &'a ast::Statement, written: &mut Vec<Written<'a>>) {
        match &statement.kind {
            ast::StatementKind::Phase { name, title, modifiers, body, compensation } => {
                let (title, compensation) = (title.as_ref(), compensation.as_deref());
                written.push(Written { name, title, modifiers, body, compensation, span: statement.span });
            }
            // What is done after each is done before the first: see `after_each_of`.
            ast::StatementKind::AfterEach { .. } => {}
            _ => {
                self.statement(statement);
            }
        }
    }

    /// What is known of a run before its phases are looked into; their names are bound from here on.
    fn run_of(&mut self, written: &[Written<'a>]) -> Run {
        let id = self.frame.run_count;
        self.frame.run_count += 1;
        let mut by_name = FxHashMap::with_capacity_and_hasher(written.len(), FxBuildHasher);
        let mut broken = false;
        for (index, phase) in written.iter().enumerate() {
            if self.free(phase.name) {
                by_name.insert(phase.name.text.clone(), index);
                let pending = Named::Pending(PhaseRef { run: id, index }, phase.name.span);
                self.frame.scopes.set(phase.name.text.clone(), pending);
            } else {
                broken = true;
            }
        }
        let (waits_for, unsure) = self.waits_for(written, &by_name);
        let graph = PhaseGraph::new(&waits_for);
        if let Some(cycle) = graph.cycle() {
            broken = true;
            self.cycle(written, &cycle);
        }
        Run {
            id,
            graph,
            broken,
            unsure,
            current: 0,
            names: written.iter().map(|phase| phase.name.text.clone()).collect(),
            after: written.iter().map(|phase| written_after(phase.modifiers)).collect(),
            waits_for,
        }
    }

    /// Which phases of the run each waits for, and which wait for something unknown.
    fn waits_for(
        &mut self,
        written: &[Written<'a>],
        by_name: &FxHashMap<SmolStr, usize>,
    ) -> (Vec<Vec<u32>>, Vec<usize>) {
        let mut unsure = Vec::new();
        let mut waits_for: Vec<Vec<u32>> = Vec::with_capacity(written.len());
        // The phases so far that no other one so far waits for: what a phase without `after` follows.
        let mut last: Vec<u32> = Vec::new();
        for (index, phase) in written.iter().enumerate() {
            let known = self.diagnostics.len();
            let mut this = match names_after(phase.modifiers) {
                None => last.clone(),
                Some(names) => names.filter_map(|name| self.phase_named(name, by_name, written)).collect(),
            };
            this.sort_unstable();
            this.dedup();
            last.retain(|earlier| this.binary_search(earlier).is_err());
            last.push(index as u32);
            waits_for.push(this);
            if self.diagnostics.len() > known {
                unsure.push(index);
            }
        }
        (waits_for, unsure)
    }

    /// The phase of the run that is waited for; earlier ones are done anyway.
    fn phase_named(&mut self, name: &Name, by_name: &FxHashMap<SmolStr, usize>, written: &[Written]) -> Option<u32> {
        if let Some(index) = by_name.get(&name.text) {
            return Some(*index as u32);
        }
        if name.text == "start" {
            return None;
        }
        if let Some(Named::Group(group)) = self.frame.scopes.get(&name.text)
            && group.phase.is_some_and(|phase| self.frame.runs.iter().all(|run| run.id != phase.run))
        {
            return None;
        }
        let message = format!("there is no phase `{}` to wait for", name.text);
        let names = written.iter().map(|phase| phase.name.text.as_str());
        let diagnostic = Diagnostic::new(Code::E0410, name.span, message, "").suggest(&name.text, names);
        let beyond =
            self.frame.phases_of_blocks.last().and_then(|phases| phases.iter().find(|it| it.text == name.text));
        let bound =
            self.frame.scopes.get(&name.text).and_then(Named::value).map(|id| self.frame.scopes.binding(id).span);
        let diagnostic = match (beyond, bound) {
            (Some(phase), _) => diagnostic.label(phase.span, "another statement stands between"),
            (None, Some(bound)) => diagnostic.label(bound, "this is no phase, and done before all phases here anyway"),
            (None, None) => diagnostic,
        };
        let help = || Some("`after` names phases of the same block that no other statement separates".to_owned());
        self.report(diagnostic.or_help(help));
        None
    }

    fn cycle(&mut self, written: &[Written], cycle: &[usize]) {
        let name = |index: usize| &written[index].name.text;
        let first = cycle[0];
        let message = match cycle {
            [_] => format!("the phase `{}` waits for itself", name(first)),
            _ => {
                let names: Vec<&str> = cycle.iter().map(|index| name(*index).as_str()).collect();
                format!("the phases {} wait for each other", listed(&names))
            }
        };
        let label = |at: usize| {
            let next = cycle[(at + 1) % cycle.len()];
            format!("`{}` waits for `{}`", name(cycle[at]), name(next))
        };
        let mut diagnostic = Diagnostic::new(Code::E0411, written[first].name.span, message, label(0));
        for (at, index) in cycle.iter().enumerate().skip(1) {
            diagnostic = diagnostic.label(written[*index].name.span, label(at));
        }
        self.report(diagnostic.help("drop one of the names behind `after`"));
    }

    fn phase(&mut self, written: Written<'a>, index: usize, after: Vec<u32>) -> (Phase, bool) {
        if let Some(run) = self.frame.runs.last_mut() {
            run.current = index;
        }
        let title = self.title(written.title);
        let (block, names, ends) = self.scope(Around::Phase, Some(written.name), written.body);
        let compensation = self.scope_compensation(written.compensation, Some(&names));
        let run = self.frame.runs.last().map_or(0, |run| run.id);
        let phase = Some(PhaseRef { run, index });
        let group = Group { phase, ..Group::part(written.name.span, names) };
        if matches!(self.frame.scopes.get(&written.name.text), Some(Named::Pending(..))) {
            self.frame.scopes.set(written.name.text.clone(), Named::Group(Rc::new(group)));
            self.named_address(written.name);
        }
        let segment = Segment::name(&written.name.text);
        let estimate = self.estimate(written.modifiers);
        let timeout = self.timeout(written.modifiers);
        (Phase { segment, title, after, estimate, timeout, block, compensation, span: written.span }, ends)
    }
}

/// The names behind `after`; none without `after`.
fn names_after(modifiers: &[Modifier]) -> Option<impl Iterator<Item = &Name>> {
    let lists = || {
        modifiers.iter().filter_map(|modifier| match &modifier.kind {
            ModifierKind::AfterPhases(names) => Some(names),
            _ => None,
        })
    };
    lists().next()?;
    Some(lists().flatten())
}

fn written_after(modifiers: &[Modifier]) -> Option<(Span, Vec<SmolStr>)> {
    modifiers.iter().find_map(|modifier| match &modifier.kind {
        ModifierKind::AfterPhases(names) => Some((modifier.span, names.iter().map(|name| name.text.clone()).collect())),
        _ => None,
    })
}
