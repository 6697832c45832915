//! The way back as it is written.

use super::{
    Checker,
    call::UNDOES,
    frame::{Around, Captures},
    scope::{BindingId, Names},
    statement::plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{self, Compensation, CompensationBody, Statement, StatementKind, Type},
    source::Span,
    syntax::ast,
};

impl<'a> Checker<'a> {
    /// The way back of one thing done; `own` is the result of what it undoes, which `always` can't mention.
    pub(super) fn compensation(&mut self, written: &'a ast::Compensation, own: Option<BindingId>) -> Compensation {
        self.compensation_in(Around::Compensation, written, own)
    }

    fn compensation_in(
        &mut self,
        around: Around,
        written: &'a ast::Compensation,
        own: Option<BindingId>,
    ) -> Compensation {
        let refused = match written.mode {
            ast::CompensationMode::Always => own,
            ast::CompensationMode::Normal | ast::CompensationMode::BestEffort => None,
        };
        let before = std::mem::replace(&mut self.frame.refused, refused);
        let body = match &written.body {
            ast::CompensationBody::Nothing => CompensationBody::Nothing,
            ast::CompensationBody::Call { call, modifiers } => {
                let (operation, _) = self.operation(call, &Type::Nothing, UNDOES);
                CompensationBody::Call { operation, tries: self.tries(modifiers) }
            }
            ast::CompensationBody::Block(block) => self.compensating_block(around, block),
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
        let compensation = self.compensation_in(Around::ScopeCompensation, written, None);
        self.frame.scopes.leave();
        Some(compensation)
    }

    /// `unwind`: undo the inside as its parts say.
    pub(super) fn unwind(&mut self, span: Span) -> Statement {
        let around = self.frame.around.iter().rev().find(|around| !around.is_way());
        if around != Some(&Around::ScopeCompensation) {
            let message = "`unwind` stands in the `compensate { .. }` of a scope";
            let help = "a phase, a loop, a rollout, a `run` and a step with a block are scopes: `unwind` undoes what is inside";
            self.report(Diagnostic::new(Code::E0408, span, message, "there is nothing inside to be undone").help(help));
        }
        plain(StatementKind::Unwind, None, span)
    }

    fn compensating_block(&mut self, around: Around, block: &'a ast::Block) -> CompensationBody {
        let captures = Captures { from: self.frame.locals.len() as u32, ..Captures::default() };
        let outer = self.frame.captures.replace(captures);
        let (block, _, _) = self.scope(around, None, block);
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
