//! What has an address: the parts of a plan as a test, an operator or a journal speak of them.

use crate::ir::{
    Block, BlockId, Operation, PlanId, Program, Role, Segment, Statement, StatementKind, Type, address::without_marks,
};

/// A part of a plan, as far as it matters for what it can be given.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// Something that changes the world, and what it gives
    Action(Type),
    /// Something that looks, and what it sees
    Look(Type),
    /// Work of a person, and what is reported
    Task(Type),
    /// A question to a person
    Approval,
    /// A decision, with its options
    Decision(Vec<String>),
    /// A condition
    Verdict,
    /// A part that holds others
    Scope,
    /// Not known, for a reason that is reported or because it is computed
    Unknown,
}

/// Where the search for an address came to its end.
pub(super) struct Missing<'t> {
    /// The part that is not there.
    pub(super) part: &'t str,
    /// The names beside it.
    pub(super) near: Vec<String>,
}

/// What has that address in a plan, in which `*` stands for any key.
pub(super) fn find<'t>(program: &Program, plan: PlanId, address: &'t str) -> Result<Place, Missing<'t>> {
    let parts: Vec<Part> = address.trim_matches('/').split('/').map(Part::read).collect();
    let mut search = Search { program, near: Vec::new(), deepest: 0 };
    let body = program.plans[plan.index()].body;
    search.block(body, &parts, 0).ok_or_else(|| {
        let part = address.trim_matches('/').split('/').nth(search.deepest).unwrap_or(address);
        Missing { part, near: search.near }
    })
}

/// Whether a part of an address has the key of an item behind its name.
#[derive(Clone, Copy)]
enum Keys {
    /// It has none
    Never,
    /// A rollout as a whole, or one of its stages
    Perhaps,
    /// It stands for items only
    Always,
}

impl Keys {
    fn of(kind: &StatementKind) -> Keys {
        match kind {
            StatementKind::For(_) | StatementKind::On { .. } | StatementKind::AfterEach { .. } => Keys::Always,
            StatementKind::Rollout(_) => Keys::Perhaps,
            StatementKind::Let { .. }
            | StatementKind::Step(_)
            | StatementKind::BlockStep { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Task(_)
            | StatementKind::Approve { .. }
            | StatementKind::Decide(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::Phases(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Parallel { .. }
            | StatementKind::Wait(_)
            | StatementKind::WaitFor { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => Keys::Never,
        }
    }

    fn fit(self, keyed: bool) -> bool {
        match self {
            Keys::Never => !keyed,
            Keys::Perhaps => true,
            Keys::Always => keyed,
        }
    }
}

/// A part of an address.
struct Part {
    segment: Segment,
    keyed: bool,
}

impl Part {
    /// `name`, `name[key]`, `name~2`
    fn read(text: &str) -> Part {
        let text = without_marks(text);
        match text.split_once('[') {
            Some((name, key)) if key.ends_with(']') => Part { segment: Segment::name(name), keyed: true },
            _ => Part { segment: Segment::name(&text), keyed: false },
        }
    }
}

struct Search<'p> {
    program: &'p Program,
    /// The names beside the first part that is not there.
    near: Vec<String>,
    /// How many parts were found.
    deepest: usize,
}

impl Search<'_> {
    fn block(&mut self, block: BlockId, parts: &[Part], depth: usize) -> Option<Place> {
        let Block { statements } = self.program.blocks.get(block.index())?;
        statements.iter().find_map(|statement| self.statement(statement, parts, depth))
    }

    fn statement(&mut self, statement: &Statement, parts: &[Part], depth: usize) -> Option<Place> {
        match &statement.kind {
            StatementKind::Phases(phases) => phases.iter().find_map(|phase| {
                let rest = self.enter(&phase.segment, Keys::Never, parts, depth)?;
                self.inside(rest, &[phase.block], depth)
            }),
            StatementKind::Parallel { branches, .. } => branches.iter().find_map(|branch| {
                let rest = self.enter(&branch.segment, Keys::Never, parts, depth)?;
                self.inside(rest, &[branch.block], depth)
            }),
            StatementKind::Run(run) => {
                let rest = self.enter(statement.segment.as_ref()?, Keys::Never, parts, depth)?;
                let body = self.program.plans.get(run.plan.index()).map(|plan| plan.body);
                self.inside(rest, body.as_slice(), depth)
            }
            kind => {
                let blocks = kind.blocks();
                let Some(segment) = &statement.segment else {
                    return blocks.into_iter().find_map(|block| self.block(block, parts, depth));
                };
                let rest = self.enter(segment, Keys::of(kind), parts, depth)?;
                let gate = match (kind, rest) {
                    (StatementKind::Rollout(rollout), [only]) => {
                        rollout.gates.iter().any(|gate| gate.segment == only.segment)
                    }
                    _ => false,
                };
                if gate {
                    return Some(Place::Verdict);
                }
                let place = self.place(kind.role());
                match (rest, place) {
                    ([], place) => Some(place),
                    ([undo], Place::Action(_) | Place::Task(_)) if undo.segment.as_str() == "undo" => {
                        Some(Place::Action(Type::Nothing))
                    }
                    (rest, _) => self.inside(rest, &blocks, depth),
                }
            }
        }
    }

    /// What follows a part that is met.
    fn enter<'s>(&mut self, segment: &Segment, keys: Keys, parts: &'s [Part], depth: usize) -> Option<&'s [Part]> {
        let (first, rest) = parts.split_first()?;
        if first.segment == *segment && keys.fit(first.keyed) {
            return Some(rest);
        }
        if depth >= self.deepest {
            if depth > self.deepest {
                self.near.clear();
            }
            self.deepest = depth;
            let key = if matches!(keys, Keys::Always) { "[*]" } else { "" };
            self.near.push(format!("{}{key}", segment.as_str()));
        }
        None
    }

    fn inside(&mut self, rest: &[Part], blocks: &[BlockId], depth: usize) -> Option<Place> {
        match rest {
            [] => Some(Place::Scope),
            [undo] if undo.segment.as_str() == "undo" => Some(Place::Action(Type::Nothing)),
            rest => blocks.iter().find_map(|block| self.block(*block, rest, depth + 1)),
        }
    }

    fn place(&self, role: Role<'_>) -> Place {
        match role {
            Role::Act(step) => Place::Action(match (&step.decode, &step.operation) {
                (Some(ty), _) => ty.clone(),
                (None, Operation::Action(id, _)) => self.program.actions[id.index()].result.clone(),
                (None, Operation::Effect(effect)) => effect.expects.clone(),
            }),
            Role::Look(look) => Place::Look(look.ty.clone()),
            Role::Task(task) => Place::Task(task.result.clone()),
            Role::Approval => Place::Approval,
            Role::Decision(decide) => {
                Place::Decision(decide.options.iter().map(|option| option.name.to_string()).collect())
            }
            Role::Verdict(_) => Place::Verdict,
            Role::Scope => Place::Scope,
        }
    }
}
