//! `when` and `for`.

use super::{
    Checker,
    frame::Around,
    scope::{BindingKind, Names},
    statement::plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, CompensationBody, Expr, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, Name},
};

impl<'a> Checker<'a> {
    /// `when a { .. } else when b { .. } else { .. }`.
    pub(super) fn when(
        &mut self,
        span: Span,
        branches: &'a [(ast::Expr, ast::Block)],
        otherwise: Option<&'a ast::Block>,
    ) -> (Option<Statement>, bool) {
        let mark = self.frame.facts.mark();
        let mut ways = Ways { reuse: self.frame.scopes.take_reuse(), ..Ways::default() };
        let mut emitted: Vec<(Expr, BlockId)> = Vec::with_capacity(branches.len());
        let mut proven = 0;
        for (condition, block) in branches {
            let condition = self.expect(condition, &Type::Bool, "a condition");
            let outside = self.frame.facts.mark();
            self.frame.facts.learn(&condition, true);
            let (block, ends) = self.branch(block, &mut ways);
            self.frame.facts.forget(outside);
            self.frame.facts.learn(&condition, false);
            proven += usize::from(ends && proven == emitted.len());
            emitted.push((condition, block));
        }
        let otherwise_block = otherwise.map(|block| self.branch(block, &mut ways).0);
        self.frame.facts.forget(mark);
        for (condition, _) in &emitted[..proven] {
            self.frame.facts.learn(condition, false);
        }
        self.frame.addresses.restore(std::mem::take(&mut ways.addresses));
        self.frame.scopes.give_back(std::mem::take(&mut ways.reuse));
        let ends = otherwise.is_some() && ways.out.is_empty();
        let names = self.frame.scopes.merge(&ways.out, otherwise.is_some());
        for (name, named) in names {
            self.frame.scopes.set(name, named);
        }
        let kind = StatementKind::When { branches: emitted, otherwise: otherwise_block };
        (Some(plain(kind, None, span)), ends)
    }

    fn branch(&mut self, block: &'a ast::Block, ways: &mut Ways) -> (BlockId, bool) {
        let addresses = self.frame.addresses.mark();
        self.frame.scopes.enter(std::mem::take(&mut ways.reuse));
        self.frame.around.push(Around::When);
        let (block, ends) = self.block(block);
        self.frame.around.pop();
        let (names, reuse) = self.frame.scopes.leave();
        ways.reuse = reuse;
        self.frame.scopes.remember(&mut ways.reuse, &names);
        ways.addresses.extend(self.frame.addresses.take_back(addresses));
        if !ends {
            ways.out.push(names);
        }
        (block, ends)
    }

    /// `for x in list keyed k { .. }`.
    pub(super) fn for_loop(
        &mut self,
        span: Span,
        name: &'a Name,
        list: &'a ast::Expr,
        modifiers: &'a [Modifier],
        body: &'a ast::Block,
        compensation: Option<&'a ast::Compensation>,
    ) -> Statement {
        let list = self.infer(list, None);
        let list = self.present(list, "is gone through");
        let item = self.item_type(&list);
        let segment = self.loop_address(name);
        self.frame.scopes.enter(Default::default());
        let (variable, _) = self.bind(name, item.clone(), BindingKind::Variable);
        let key = modifiers.iter().filter_map(|modifier| self.loop_modifier(modifier)).last();
        let (block, _, _) = self.scope(Around::For, None, body);
        self.frame.scopes.leave();
        if key.is_none() && !is_scalar(&item) && self.touches_the_world(block) {
            let message = format!("the items of this loop need a key: `{item}` is no word or number");
            let help =
                format!("say what tells one from another: `for {} in .. keyed {}.name {{ .. }}`", name.text, name.text);
            self.report(Diagnostic::new(Code::E0406, name.span, message, "its steps have no address").help(help));
        }
        let compensation = self.scope_compensation(compensation, None);
        let kind = StatementKind::For { variable, list, key, block, compensation };
        plain(kind, Some(segment), span)
    }

    /// The type of the items of a list.
    pub(super) fn item_type(&mut self, list: &Expr) -> Type {
        match &list.ty {
            Type::List(item) => item.as_ref().clone(),
            Type::Error => Type::Error,
            ty => {
                let message = format!("what is gone through must be a `List`, not `{ty}`");
                let label = format!("this is `{ty}`");
                self.report(Diagnostic::new(Code::E0301, list.span, message, label));
                Type::Error
            }
        }
    }

    /// The key, if that is what a modifier says; any other is not supported yet.
    pub(super) fn loop_modifier(&mut self, modifier: &'a Modifier) -> Option<Expr> {
        match &modifier.kind {
            ModifierKind::Keyed(expr) => return Some(self.key(expr)),
            ModifierKind::Parallel => self.unsupported(modifier.span, "parallel"),
            ModifierKind::Limit(_) => self.unsupported(modifier.span, "limit"),
            ModifierKind::AfterItems(_) | ModifierKind::AfterPhases(_) => self.unsupported(modifier.span, "after"),
            ModifierKind::By { .. } => self.unsupported(modifier.span, "by"),
            ModifierKind::As(_) => self.unsupported(modifier.span, "as"),
            ModifierKind::Retry { .. }
            | ModifierKind::Timeout(_)
            | ModifierKind::Takes(_)
            | ModifierKind::Risk(_)
            | ModifierKind::Irreversible
            | ModifierKind::BestEffort
            | ModifierKind::Idempotent
            | ModifierKind::Confirm(_)
            | ModifierKind::On { .. }
            | ModifierKind::Tolerate(_)
            | ModifierKind::OnUnknown(_)
            | ModifierKind::OnFail(_)
            | ModifierKind::Until(_) => self.misplaced_modifier(modifier, "on a loop"),
        }
        None
    }

    fn key(&mut self, expr: &'a ast::Expr) -> Expr {
        let key = self.infer(expr, None);
        let key = self.present(key, "is the key of an item");
        if !is_scalar(&key.ty) {
            let message = format!("a key must be a word or a number, not `{}`", key.ty);
            self.report(Diagnostic::new(Code::E0301, key.span, message, format!("this is `{}`", key.ty)));
        }
        key
    }

    /// Whether a block has an effect, a look or a verdict, and so addresses.
    fn touches_the_world(&self, block: BlockId) -> bool {
        self.program.blocks[block.index()].statements.iter().any(|statement| match &statement.kind {
            StatementKind::Let { .. } | StatementKind::Fail(_) | StatementKind::Return(_) => false,
            StatementKind::Probe { .. }
            | StatementKind::Step(_)
            | StatementKind::BlockStep { .. }
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Wait(_)
            | StatementKind::Commit(_) => true,
            StatementKind::Phases(phases) => phases.iter().any(|phase| self.touches_the_world(phase.block)),
            StatementKind::When { branches, otherwise } => {
                branches.iter().map(|(_, block)| block).chain(otherwise).any(|block| self.touches_the_world(*block))
            }
            StatementKind::For { block, compensation, .. } => {
                self.touches_the_world(*block)
                    || compensation.as_ref().is_some_and(|c| !matches!(c.body, CompensationBody::Nothing))
            }
        })
    }
}

/// What the branches of a `when` bound.
#[derive(Default)]
struct Ways {
    reuse: super::scope::Reuse,
    /// The names of the branches that come out of it.
    out: Vec<Names>,
    addresses: Vec<(crate::ir::Segment, Span)>,
}

/// Whether a value of the type can be a key.
pub(super) fn is_scalar(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Int
        | Type::Decimal
        | Type::String
        | Type::Percent
        | Type::Duration
        | Type::Size
        | Type::Risk
        | Type::Error => true,
        Type::Enum(declared) => declared.variants.iter().all(|variant| variant.fields.is_empty()),
        Type::Json | Type::Nothing | Type::List(_) | Type::Map(_) | Type::Optional(_) | Type::Record(_) => false,
    }
}
