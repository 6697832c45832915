//! How what is done is undone, as far as the program says.

use super::{Here, Names, Reader};
use crate::{
    ir::{
        self, Address, BlockId, Compensation, CompensationBody, CompensationMode, Operation, Statement, StatementKind,
    },
    plan::outline::{Undo, WayBack},
};

impl<'p> Reader<'p> {
    pub(super) fn way_back_of_step(&self, here: &Here<'p>, names: &Names, step: &ir::Step) -> WayBack {
        let action = match &step.operation {
            Operation::Action(action, arguments) => Some((&self.known.program.actions[action.index()], arguments)),
            Operation::Effect(_) => None,
        };
        let silent = step.compensation.is_none();
        if step.irreversible || silent && action.is_some_and(|(action, _)| action.irreversible) {
            return WayBack::Irreversible;
        }
        if let Some(scope) = &here.covered {
            return WayBack::Scope(scope.clone());
        }
        if let Some(compensation) = &step.compensation {
            return self.undo(names, compensation, None).map_or(WayBack::Nothing, WayBack::Own);
        }
        let Some((action, arguments)) = action else { return WayBack::None };
        match &action.compensation {
            Some(compensation) => {
                self.undo(names, compensation, Some(arguments)).map_or(WayBack::Nothing, WayBack::Inherited)
            }
            None => WayBack::None,
        }
    }

    /// What undoes something; `None` if that is nothing. `arguments` are those of the action whose way back this is.
    fn undo(&self, names: &Names, compensation: &Compensation, arguments: Option<&[ir::Expr]>) -> Option<Undo> {
        let (call, longest, takes) = match &compensation.body {
            CompensationBody::Nothing => return None,
            CompensationBody::Call { operation, tries } => {
                let call = match arguments {
                    Some(arguments) => self.known.inherited(names, arguments, operation),
                    None => self.known.call(names, operation),
                };
                (call, self.longest_of_call(names, tries, operation), None)
            }
            CompensationBody::Block { block, captures: _ } => {
                (self.calls(names, *block), self.longest_of_block(names, *block), self.takes_of_block(names, *block))
            }
        };
        let (always, best_effort) = match compensation.mode {
            CompensationMode::Normal => (false, false),
            CompensationMode::Always => (true, false),
            CompensationMode::BestEffort => (false, true),
        };
        Some(Undo { call, always, best_effort, longest, takes })
    }

    /// The way back of a scope, and the scope as which what lies in it is undone.
    ///
    /// A block with `unwind` lets the inside be undone as it says itself.
    pub(super) fn scope_way_back(
        &self,
        here: &Here<'p>,
        names: &Names,
        compensation: Option<&Compensation>,
        address: &Address,
    ) -> (Option<WayBack>, Option<Address>) {
        let Some(compensation) = compensation else {
            return (None, here.covered.clone());
        };
        if let Some(scope) = &here.covered {
            return (Some(WayBack::Scope(scope.clone())), Some(scope.clone()));
        }
        let unwinds = match &compensation.body {
            CompensationBody::Block { block, .. } => self.unwinds(*block),
            CompensationBody::Nothing | CompensationBody::Call { .. } => false,
        };
        let way_back = self.undo(names, compensation, None).map_or(WayBack::Nothing, WayBack::Own);
        (Some(way_back), (!unwinds).then(|| address.clone()))
    }

    fn unwinds(&self, block: BlockId) -> bool {
        self.statements(block).iter().any(|statement| match &statement.kind {
            StatementKind::Unwind => true,
            kind => kind.blocks().into_iter().any(|block| self.unwinds(block)),
        })
    }

    /// What a block does, as calls one after another.
    fn calls(&self, names: &Names, block: BlockId) -> String {
        let calls: Vec<String> = self.statements(block).iter().filter_map(|inner| self.doing(names, inner)).collect();
        if calls.is_empty() { "its own block".to_owned() } else { calls.join(", then ") }
    }

    fn doing(&self, names: &Names, statement: &Statement) -> Option<String> {
        match &statement.kind {
            StatementKind::Step(step) => Some(self.known.call(names, &step.operation)),
            StatementKind::Task(task) => {
                let (text, by) = (self.known.text(names, &task.text), self.known.text(names, &task.by));
                Some(format!("task \"{text}\" by {by}"))
            }
            StatementKind::Unwind => Some("what is inside, each as it says".to_owned()),
            StatementKind::Run(run) => Some(format!("run {}", self.known.program.plans[run.plan.index()].name)),
            kind => {
                let inner: Vec<String> = kind.blocks().into_iter().map(|block| self.calls(names, block)).collect();
                (!inner.is_empty()).then(|| inner.join(" or "))
            }
        }
    }

    pub(super) fn statements(&self, block: BlockId) -> &'p [Statement] {
        &self.known.program.blocks[block.index()].statements
    }
}
