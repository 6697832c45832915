//! `for`: its items, their keys and order, and what they return.

use std::sync::Arc;

use super::{Checker, assign::fits, frame::Around, operators::has_order, scope::BindingKind, statement::plain};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{BlockId, Expr, For, ForOrder, LocalId, Statement, StatementKind, Type},
    source::Span,
    syntax::ast::{self, Modifier, ModifierKind, Name},
};

/// A loop as it is written.
#[derive(Clone, Copy)]
pub(super) struct Loop<'a> {
    pub(super) name: &'a Name,
    pub(super) list: &'a ast::Expr,
    pub(super) modifiers: &'a [Modifier],
    pub(super) body: &'a ast::Block,
    pub(super) compensation: Option<&'a ast::Compensation>,
}

impl<'a> Checker<'a> {
    /// `for x in list keyed k { .. }`.
    pub(super) fn for_loop(&mut self, span: Span, written: Loop<'a>) -> Statement {
        let Loop { name, list, modifiers, body, compensation } = written;
        let list = self.infer(list, None);
        let list = self.present(list, "is gone through");
        let item = self.item_type(&list);
        let segment = self.loop_address(name);
        let limit = modifiers.iter().find_map(|modifier| match &modifier.kind {
            ModifierKind::Limit(limit) => Some(self.limit(limit)),
            _ => None,
        });
        self.frame.scopes.enter(Default::default());
        let (variable, _) = self.bind(name, item.clone(), BindingKind::Variable);
        let key = modifiers.iter().find_map(|modifier| match &modifier.kind {
            ModifierKind::Keyed(key) => Some(self.key(key)),
            _ => None,
        });
        let named_by = key.as_ref().map_or(&item, |key| &key.ty).clone();
        let order = ForOrder { limit, ..self.order_of_items(modifiers, &named_by) };
        self.limits_something(modifiers, &order);
        let results = results_of(modifiers);
        let (block, gives) = self.loop_body(results, body);
        self.frame.scopes.leave();
        if key.is_none() && !is_scalar(&item) && (order.after.is_some() || self.touches_the_world(block)) {
            self.needs_key(name, &item);
        }
        let compensation = self.scope_compensation(compensation, None);
        let collect = results.map(|results| self.collected(results, gives));
        let kind = For { variable, list, key, order, block, collect, compensation };
        plain(StatementKind::For(Box::new(kind)), Some(segment), span)
    }

    /// The body of a loop, and what its items return if that is collected.
    fn loop_body(&mut self, results: Option<&'a Name>, body: &'a ast::Block) -> (BlockId, Option<Type>) {
        let Some(results) = results else { return (self.scope(Around::For, None, body).0, None) };
        let ((block, _, ends), gives) =
            self.returning("the item", |checker| checker.scope(Around::Collecting, None, body));
        (block, gives.map(|gives| self.returned_type(results, ends, gives)))
    }

    /// `as results`: what the items return, in the order of the list.
    fn collected(&mut self, results: &'a Name, gives: Option<Type>) -> LocalId {
        let item = match gives {
            None | Some(Type::Nothing) => {
                if !self.has_unread_parts() {
                    let message = format!("nothing is collected in `{}`", results.text);
                    let help = "end the items with `return ..`, or drop `as`";
                    self.report(Diagnostic::new(Code::E0311, results.span, message, "").help(help));
                }
                Type::Error
            }
            Some(item) => item,
        };
        let ty = if item == Type::Error { Type::Error } else { Type::List(Arc::new(item)) };
        self.bind(results, ty, BindingKind::Alias).0
    }

    /// The type of the items of a list.
    pub(super) fn item_type(&mut self, list: &Expr) -> Type {
        match &list.ty {
            Type::List(item) => item.as_ref().clone(),
            Type::Error => Type::Error,
            ty => {
                let message = format!("what is gone through must be a `List`, not `{ty}`");
                let label = format!("this is `{ty}`");
                let diagnostic = Diagnostic::new(Code::E0301, list.span, message, label);
                let said = self.made_list(list, diagnostic);
                self.report(said);
                Type::Error
            }
        }
    }

    fn key(&mut self, expr: &'a ast::Expr) -> Expr {
        let key = self.infer(expr, None);
        let key = self.present(key, "is the key of an item");
        self.must_be_scalar(&key, "a key");
        key
    }

    /// Reports a key that is none.
    pub(super) fn must_be_scalar(&mut self, key: &Expr, what: &str) {
        if !is_scalar(&key.ty) {
            let message = format!("{what} must be a word or a number, not `{}`", key.ty);
            self.report(Diagnostic::new(Code::E0301, key.span, message, format!("this is `{}`", key.ty)));
        }
    }

    fn needs_key(&mut self, name: &Name, item: &Type) {
        let message = format!("the items of this loop need a key: `{item}` is no word or number");
        let help =
            format!("say what tells one from another: `for {} in .. keyed {}.name {{ .. }}`", name.text, name.text);
        self.report(Diagnostic::new(Code::E0406, name.span, message, "its steps have no address").help(help));
    }

    /// What an item waits for, and which of those that could begin does; `key` is what names an item.
    fn order_of_items(&mut self, modifiers: &'a [Modifier], key: &Type) -> ForOrder {
        let mut order = ForOrder::default();
        for modifier in modifiers {
            match &modifier.kind {
                ModifierKind::Parallel => order.parallel = true,
                ModifierKind::AfterItems(after) => order.after = Some(self.items_waited_for(after, key)),
                ModifierKind::By { order: by, descending } => {
                    order.by = Some(self.orders_items(by));
                    order.descending = *descending;
                }
                ModifierKind::Limit(_) | ModifierKind::Keyed(_) | ModifierKind::As(_) => {}
                _ => self.misplaced_modifier(modifier, "on a loop"),
            }
        }
        order
    }

    /// `after service.needs`: the key of another item, or several.
    fn items_waited_for(&mut self, after: &'a ast::Expr, key: &Type) -> Expr {
        let keys = Type::List(Arc::new(key.clone()));
        let after = self.infer(after, Some(&keys));
        let after = self.present(after, "names items that are waited for");
        if !is_scalar(key) || fits(&after.ty, key) || fits(&after.ty, &keys) {
            return after;
        }
        let message = format!("`after` names other items by their key, a `{key}`, and this is `{}`", after.ty);
        let help = format!("give it one key or a `List<{key}>`, or say which key is meant: `keyed ..`");
        self.report(Diagnostic::new(Code::E0301, after.span, message, format!("this is `{}`", after.ty)).help(help));
        after
    }

    fn orders_items(&mut self, by: &'a ast::Expr) -> Expr {
        let by = self.infer(by, None);
        let by = self.present(by, "orders the items");
        if by.ty != Type::Error && !has_order(&by.ty) {
            let message = format!("items can't be ordered by `{}`", by.ty);
            let help = match by.ty {
                Type::Bool => format!("say which come last: `if {} then 1 else 0`", self.sources.text(by.span)),
                _ => "order them by a number, a unit, a `Risk` or a text".to_owned(),
            };
            let label = format!("this is `{}`", by.ty);
            self.report(Diagnostic::new(Code::E0301, by.span, message, label).help(help));
        }
        by
    }

    fn limits_something(&mut self, modifiers: &[Modifier], order: &ForOrder) {
        let limit = modifiers.iter().find(|modifier| matches!(modifier.kind, ModifierKind::Limit(_)));
        if let Some(limit) = limit.filter(|_| !order.parallel && order.after.is_none()) {
            let message = "`limit` limits nothing: the items of this loop go one after another";
            self.report(Diagnostic::new(Code::E0408, limit.span, message, "").help("write `parallel limit ..`"));
        }
    }

    /// Whether a block has an effect, a look or a verdict, and so addresses.
    fn touches_the_world(&self, block: BlockId) -> bool {
        self.program.blocks[block.index()].statements.iter().any(|statement| match &statement.kind {
            StatementKind::Let { .. } | StatementKind::Fail(_) | StatementKind::Return(_) => false,
            kind @ (StatementKind::Phases(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Parallel { .. }
            | StatementKind::Attempt(_)
            | StatementKind::For(_)) => kind.blocks().into_iter().any(|block| self.touches_the_world(block)),
            StatementKind::Probe { .. }
            | StatementKind::Step(_)
            | StatementKind::BlockStep { .. }
            | StatementKind::Task(_)
            | StatementKind::Decide(_)
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::WaitFor { .. }
            | StatementKind::On { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Unwind => true,
        })
    }
}

/// `as results`
fn results_of(modifiers: &[Modifier]) -> Option<&Name> {
    modifiers.iter().find_map(|modifier| match &modifier.kind {
        ModifierKind::As(name) => Some(name),
        _ => None,
    })
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
        Type::Json
        | Type::Secret
        | Type::Nothing
        | Type::List(_)
        | Type::Map(_)
        | Type::Optional(_)
        | Type::Record(_) => false,
    }
}
