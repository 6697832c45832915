//! `attempt { .. } else as failure { .. }`.

use super::{Checker, frame::Around, scope::BindingKind, statement::plain, ways::Ways};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Attempt, BlockId, LocalId, Statement, StatementKind, Type, builtin},
    source::Span,
    syntax::ast::{self, Name},
};

/// The blocks of an attempt once they are checked.
struct Blocks {
    block: BlockId,
    failure: Option<LocalId>,
    otherwise: BlockId,
}

impl<'a> Checker<'a> {
    /// An attempt; without a name, its names are those of the scope around it.
    pub(super) fn attempt(
        &mut self,
        span: Span,
        name: Option<&'a Name>,
        body: &'a ast::Block,
        alias: Option<&'a Name>,
        otherwise: &'a ast::Block,
    ) -> (Option<Statement>, bool) {
        let (blocks, segment, local, ends) = match name {
            None => {
                let mut ways = Ways::taking_up(self.frame.scopes.take_reuse());
                let blocks = self.attempt_blocks(&mut ways, Around::Attempt, body, alias, otherwise);
                let ends = ways.out.is_empty();
                self.open_ways(ways, true);
                (blocks, None, None, ends)
            }
            Some(name) => {
                let (blocks, local, ends) = self.named_attempt(name, body, alias, otherwise);
                (blocks, Some(self.named_address(name)), local, ends)
            }
        };
        let Blocks { block, failure, otherwise } = blocks;
        let kind = StatementKind::Attempt(Box::new(Attempt { local, block, failure, otherwise }));
        (Some(plain(kind, segment, span)), ends)
    }

    /// An attempt with a name is what its blocks return.
    fn named_attempt(
        &mut self,
        name: &'a Name,
        body: &'a ast::Block,
        alias: Option<&'a Name>,
        otherwise: &'a ast::Block,
    ) -> (Blocks, Option<LocalId>, bool) {
        let fresh = self.free(name);
        let mut ways = Ways::default();
        self.frame.addresses.enter();
        let (blocks, gives) = self.returning("the attempt", |checker| {
            checker.attempt_blocks(&mut ways, Around::NamedAttempt, body, alias, otherwise)
        });
        self.after_ways(&mut ways, true);
        self.frame.addresses.leave();
        let (gives, ends) = match gives {
            Some(gives) => (self.returned_type(name, ways.out.is_empty(), gives), false),
            None if ways.out.is_empty() => (Type::Error, true),
            None => (self.returns_nothing(name), false),
        };
        let known = if fresh { gives.clone() } else { Type::Error };
        let (local, _) = self.bind_free(name, known, BindingKind::Outcome);
        (blocks, (gives != Type::Nothing).then_some(local), ends)
    }

    fn returns_nothing(&mut self, name: &Name) -> Type {
        if !self.has_unread_parts() {
            let message = format!("`{}` never gets a value", name.text);
            let help = "an attempt with a name is what its blocks `return`: return something, or drop the name";
            self.report(Diagnostic::new(Code::E0311, name.span, message, "").help(help));
        }
        Type::Error
    }

    fn attempt_blocks(
        &mut self,
        ways: &mut Ways,
        around: Around,
        body: &'a ast::Block,
        alias: Option<&'a Name>,
        otherwise: &'a ast::Block,
    ) -> Blocks {
        let ((), block, _) = self.way(ways, around, body, |_| ());
        let bind =
            |checker: &mut Self| alias.map(|alias| checker.bind(alias, builtin::failure(), BindingKind::Alias).0);
        let (failure, otherwise, _) = self.way(ways, around, otherwise, bind);
        Blocks { block, failure, otherwise }
    }
}
