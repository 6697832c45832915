//! The way back as it is written.

use super::{
    Checker,
    frame::{Around, Captures},
    scope::{BindingId, Names},
};
use crate::{
    ir::{self, Compensation, CompensationBody, Type},
    syntax::ast,
};

impl<'a> Checker<'a> {
    /// A compensation; `own` is the result of what it undoes, which `always` can't mention.
    pub(super) fn compensation(&mut self, written: &'a ast::Compensation, own: Option<BindingId>) -> Compensation {
        let refused = match written.mode {
            ast::CompensationMode::Always => own,
            ast::CompensationMode::Normal | ast::CompensationMode::BestEffort => None,
        };
        let before = std::mem::replace(&mut self.frame.refused, refused);
        let body = match &written.body {
            ast::CompensationBody::Nothing => CompensationBody::Nothing,
            ast::CompensationBody::Call { call, modifiers } => {
                let (operation, _) = self.operation(call, &Type::Nothing, "a compensation changes something");
                CompensationBody::Call { operation, tries: self.tries(modifiers) }
            }
            ast::CompensationBody::Block(block) => self.compensating_block(block),
        };
        self.frame.refused = before;
        Compensation { mode: mode(written.mode), body, span: written.span }
    }

    /// The whole way back of a scope; it sees what is bound inside, as far as that got.
    pub(super) fn scope_compensation(
        &mut self,
        written: Option<&'a ast::Compensation>,
        inside: Option<&Names>,
    ) -> Option<Compensation> {
        let written = written?;
        self.frame.scopes.enter(Default::default());
        if let Some(inside) = inside {
            let maybe = self.frame.scopes.maybe(inside);
            for (name, named) in maybe {
                self.frame.scopes.set(name, named);
            }
        }
        let compensation = self.compensation(written, None);
        self.frame.scopes.leave();
        Some(compensation)
    }

    fn compensating_block(&mut self, block: &'a ast::Block) -> CompensationBody {
        let captures = Captures { from: self.frame.locals.len() as u32, ..Captures::default() };
        let outer = self.frame.captures.replace(captures);
        let (block, _, _) = self.scope(Around::Compensation, None, block);
        let found =
            std::mem::replace(&mut self.frame.captures, outer).map(|captures| captures.found).unwrap_or_default();
        if let Some(outer) = &mut self.frame.captures {
            found.iter().for_each(|local| outer.mention(*local));
        }
        CompensationBody::Block { block, captures: found.into_iter().collect() }
    }
}

fn mode(mode: ast::CompensationMode) -> ir::CompensationMode {
    match mode {
        ast::CompensationMode::Normal => ir::CompensationMode::Normal,
        ast::CompensationMode::Always => ir::CompensationMode::Always,
        ast::CompensationMode::BestEffort => ir::CompensationMode::BestEffort,
    }
}
