//! Functions as arguments: `x => e`, `(a, b) => e`, and `.field` for a function of one value.

use super::{
    Checker,
    assign::{Want, What},
    placeholder,
    scope::BindingKind,
    types::count,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Argument, Expr, ExprKind, LocalId, Type},
    source::Span,
    syntax::ast::{self, Name, RecordItem, TemplatePart},
};

/// A function that an argument must be.
pub(super) struct WantedFunction<'w> {
    /// The parameter it is for.
    pub(super) param: &'w str,
    pub(super) takes: &'w [Type],
    /// What it must give, as far as that is known.
    pub(super) gives: Option<&'w Type>,
    /// What is likely wanted, if it is not.
    pub(super) hint: Option<&'w Type>,
}

impl Checker<'_> {
    /// An argument that must be a function, and what the function gives.
    pub(super) fn function_argument(&mut self, written: &ast::Expr, wanted: &WantedFunction) -> Option<Argument> {
        match &written.kind {
            ast::ExprKind::Lambda { params, body } => self.lambda(written.span, params, body, wanted),
            ast::ExprKind::Error => None,
            _ if has_shorthand(written) => self.short_function(written, wanted),
            _ => {
                self.no_function(written, wanted);
                None
            }
        }
    }

    fn lambda(&mut self, span: Span, params: &[Name], body: &ast::Expr, wanted: &WantedFunction) -> Option<Argument> {
        let fits = params.len() == wanted.takes.len();
        if !fits {
            let takes = count(wanted.takes.len(), "value");
            let message = format!("`{}` is a function of {takes}, and this takes {}", wanted.param, params.len());
            self.error(Code::E0306, span, message);
        }
        self.frame.scopes.enter(Default::default());
        let types = wanted.takes.iter().chain(std::iter::repeat(&Type::Error));
        let locals: Vec<LocalId> = params.iter().zip(types).map(|(name, ty)| self.lambda_param(name, ty)).collect();
        let outer = self.frame.shorthand.take();
        let body = self.function_body(body, wanted);
        self.frame.shorthand = outer;
        self.frame.scopes.leave();
        fits.then_some(Argument::Function { params: locals, body })
    }

    fn lambda_param(&mut self, name: &Name, ty: &Type) -> LocalId {
        match name.text.as_str() {
            "_" => self.frame.local(name.text.clone(), ty.clone()),
            _ => self.bind(name, ty.clone(), BindingKind::Parameter).0,
        }
    }

    /// `.risk > low`: a function of one value, whose fields these are.
    fn short_function(&mut self, written: &ast::Expr, wanted: &WantedFunction) -> Option<Argument> {
        let [taken] = wanted.takes else {
            let takes = count(wanted.takes.len(), "value");
            let message = format!("`{}` is a function of {takes}, and `.field` of one", wanted.param);
            self.report(
                Diagnostic::new(Code::E0306, written.span, message, "").help("name what it takes: `(a, b) => ..`"),
            );
            return None;
        };
        let local = self.frame.local(smol_str::SmolStr::new_static("_"), taken.clone());
        let outer = self.frame.shorthand.replace((local, taken.clone()));
        let body = self.function_body(written, wanted);
        self.frame.shorthand = outer;
        Some(Argument::Function { params: vec![local], body })
    }

    fn function_body(&mut self, body: &ast::Expr, wanted: &WantedFunction) -> Expr {
        let value = self.infer(body, wanted.gives.or(wanted.hint));
        match wanted.gives {
            Some(gives) => self.coerce(value, gives, Want { what: What::Gives(wanted.param), place: None }),
            None => value,
        }
    }

    /// What a value of its own function is called in a `.field`.
    pub(super) fn shorthand_value(&mut self, span: Span) -> Option<Expr> {
        if let Some((local, ty)) = self.frame.shorthand.clone() {
            return Some(Expr { kind: ExprKind::Local(local), ty, span });
        }
        let message = "`.field` stands for a function, and none is due here";
        let help = "put what it is a field of before the dot; in an argument that is a function, `.field` means `x => x.field`";
        self.report(Diagnostic::new(Code::E0315, span, message, "").help(help));
        None
    }

    /// A function where a value is due.
    pub(super) fn misplaced_lambda(&mut self, span: Span, params: &[Name], body: &ast::Expr) -> Expr {
        self.report(
            Diagnostic::new(Code::E0315, span, "a function stands where a value is due", "")
                .help("functions are arguments of `map`, `filter`, `all` and the like; declare others with `fn`"),
        );
        self.frame.scopes.enter(Default::default());
        for name in params {
            self.lambda_param(name, &Type::Error);
        }
        self.infer(body, None);
        self.frame.scopes.leave();
        placeholder(span)
    }

    fn no_function(&mut self, written: &ast::Expr, wanted: &WantedFunction) {
        let text = self.sources.text(written.span);
        let named = matches!(&written.kind, ast::ExprKind::Name(_)) && !self.is_value_name(text);
        if !named {
            self.infer(written, None);
        }
        let message = format!("`{}` must be a function", wanted.param);
        let help = match wanted.takes {
            [_] if named => format!("write `x => {text}(x)`"),
            [_] => "write `x => ..`, or `.field` for a field of the value".to_owned(),
            _ => "write `(a, b) => ..`".to_owned(),
        };
        self.report(Diagnostic::new(Code::E0315, written.span, message, "this is a value").help(help));
    }

    /// Whether a name stands for a value of the body.
    fn is_value_name(&self, name: &str) -> bool {
        self.frame.scopes.get(name).is_some()
    }
}

/// Whether an expression contains a bare `.field`; what stands in the arguments of a call is its own affair.
fn has_shorthand(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Shorthand(_) => true,
        ast::ExprKind::Number(_)
        | ast::ExprKind::Unit(_)
        | ast::ExprKind::Bool(_)
        | ast::ExprKind::None
        | ast::ExprKind::Name(_)
        | ast::ExprKind::Secret { .. }
        | ast::ExprKind::Lambda { .. }
        | ast::ExprKind::Error => false,
        ast::ExprKind::Text(text) => text.parts.iter().any(|part| match part {
            TemplatePart::Text(_) => false,
            TemplatePart::Expr(expr) => has_shorthand(expr),
        }),
        ast::ExprKind::List(items) => items.iter().any(has_shorthand),
        ast::ExprKind::Record(items) => items.iter().any(|item| match item {
            RecordItem::Spread(value) | RecordItem::Field { name: _, value } => has_shorthand(value),
        }),
        ast::ExprKind::Match { value, arms } => has_shorthand(value) || arms.iter().any(|(_, way)| has_shorthand(way)),
        ast::ExprKind::Paren(inner)
        | ast::ExprKind::Field { base: inner, .. }
        | ast::ExprKind::Call { callee: inner, .. }
        | ast::ExprKind::Unary { operand: inner, .. }
        | ast::ExprKind::Is { value: inner, .. } => has_shorthand(inner),
        ast::ExprKind::Index { base, index } => has_shorthand(base) || has_shorthand(index),
        ast::ExprKind::Binary { left, right, .. } => has_shorthand(left) || has_shorthand(right),
        ast::ExprKind::If { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().any(|part| has_shorthand(part))
        }
    }
}
