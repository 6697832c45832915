//! The built-in effects: their parameters, and what they are decoded to.

use std::sync::Arc;

use super::{Checker, arguments::Parameter, frame::Allowed, placeholder};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{EffectCall, EffectKind, Exec, Expr, ExprKind, ModuleId, PathExpr, Type, Value},
    source::Span,
    syntax::ast::{self, Argument, Name},
};

/// A built-in effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    /// `exec(program, [args], env:, stdin:, cwd:)`
    Exec,
    /// `succeeds(program, [args], env:, stdin:, cwd:)`
    Succeeds,
    /// `file.read(path)`
    FileRead,
    /// `file.write(path, text)`
    FileWrite,
}

/// The names by which built-in effects are called.
pub(super) const NAMES: [&str; 4] = ["exec", "succeeds", "file.read", "file.write"];

/// Built-in names of the language that this version can't run.
pub(super) const NOT_YET: [&str; 5] = ["shell", "http", "env", "range", "timeline"];

impl Builtin {
    pub(super) fn by_name(name: &str) -> Option<Builtin> {
        match name {
            "exec" => Some(Builtin::Exec),
            "succeeds" => Some(Builtin::Succeeds),
            _ => None,
        }
    }

    pub(super) fn by_path(base: &str, name: &str) -> Option<Builtin> {
        match (base, name) {
            ("file", "read") => Some(Builtin::FileRead),
            ("file", "write") => Some(Builtin::FileWrite),
            _ => None,
        }
    }

    /// Whether it can change something.
    pub(super) fn changes(self) -> bool {
        match self {
            Builtin::Exec | Builtin::FileWrite => true,
            Builtin::Succeeds | Builtin::FileRead => false,
        }
    }

    /// Whether it can be a look.
    pub(super) fn looks(self) -> bool {
        self != Builtin::FileWrite
    }

    fn parameters(self) -> Vec<Parameter<'static>> {
        match self {
            Builtin::Exec | Builtin::Succeeds => vec![
                Parameter::required("program"),
                Parameter::optional("arguments"),
                Parameter::named("env"),
                Parameter::named("stdin"),
                Parameter::named("cwd"),
            ],
            Builtin::FileRead => vec![Parameter::required("path")],
            Builtin::FileWrite => vec![Parameter::required("path"), Parameter::required("text")],
        }
    }
}

impl Checker<'_> {
    /// A built-in effect where a value is due: in a probe, a condition, or the result of an action.
    pub(super) fn built_in_value(
        &mut self,
        span: Span,
        builtin: Builtin,
        name: &Name,
        arguments: &[Argument],
        hint: Option<&Type>,
    ) -> Expr {
        let fine = match self.frame.allowed {
            Allowed::Pure => false,
            Allowed::Look => builtin.looks(),
            Allowed::Change => builtin.changes(),
        };
        let expects = hint.filter(|hint| **hint != Type::Error).cloned().unwrap_or(Type::String);
        let effect = self.built_in(span, builtin, name, arguments, expects);
        if !fine {
            self.effect_out_of_place(name, builtin);
        }
        let ty = effect.expects.clone();
        Expr { kind: ExprKind::Effect(Box::new(effect)), ty, span }
    }

    fn effect_out_of_place(&mut self, name: &Name, builtin: Builtin) {
        let diagnostic = if builtin.looks() {
            let message = format!("`{}` reaches into the world, and this place only computes", name.text);
            let help = format!("bind it with `probe x = {}(..)` first, and use `x` here", name.text);
            Diagnostic::new(Code::E0501, name.span, message, "").help(help)
        } else {
            let message = format!("`{}` changes the world, and this place does not", name.text);
            let help = format!("do it in a step: `step x = {}(..)`", name.text);
            Diagnostic::new(Code::E0502, name.span, message, "").help(help)
        };
        self.report(diagnostic);
    }

    /// A built-in effect with its arguments.
    pub(super) fn built_in(
        &mut self,
        span: Span,
        builtin: Builtin,
        name: &Name,
        arguments: &[Argument],
        expects: Type,
    ) -> EffectCall {
        let before = std::mem::replace(&mut self.frame.allowed, Allowed::Pure);
        let given = self.matched(span, name, &builtin.parameters(), arguments, None);
        let (kind, expects) = match builtin {
            Builtin::Exec => (EffectKind::Exec(self.exec(span, &given)), expects),
            Builtin::Succeeds => (EffectKind::Succeeds(self.exec(span, &given)), Type::Bool),
            Builtin::FileRead => (EffectKind::FileRead(self.file(span, given[0])), expects),
            Builtin::FileWrite => {
                let path = self.file(span, given[0]);
                let text = self.optional_argument(given[1], &Type::String, "the text");
                (EffectKind::FileWrite(path, text.map_or_else(|| placeholder(span), |text| *text)), Type::Nothing)
            }
        };
        self.frame.allowed = before;
        EffectCall { kind, module: self.module, expects, span }
    }

    fn exec(&mut self, span: Span, given: &[Option<&ast::Expr>]) -> Exec {
        let program = self.path(span, given[0], "the program");
        self.needs_program(&program);
        let texts = Type::List(Arc::new(Type::String));
        let none = Expr { kind: ExprKind::List(Vec::new()), ty: texts.clone(), span };
        Exec {
            program,
            arguments: self.optional_argument(given[1], &texts, "the arguments").map_or(none, |arguments| *arguments),
            env: self.optional_argument(given[2], &Type::Map(Arc::new(Type::String)), "`env`"),
            stdin: self.optional_argument(given[3], &Type::String, "`stdin`"),
            cwd: given[4].map(|cwd| Box::new(self.path(span, Some(cwd), "`cwd`"))),
        }
    }

    fn file(&mut self, span: Span, given: Option<&ast::Expr>) -> PathExpr {
        let path = self.path(span, given, "the path");
        self.needs_file(&path);
        path
    }

    fn optional_argument(&mut self, given: Option<&ast::Expr>, ty: &Type, what: &str) -> Option<Box<Expr>> {
        given.map(|value| Box::new(self.expect(value, ty, what)))
    }

    fn path(&mut self, span: Span, given: Option<&ast::Expr>, what: &str) -> PathExpr {
        let value = match given {
            Some(value) => self.expect(value, &Type::String, what),
            None => placeholder(span),
        };
        let origin = self.origin(&value);
        PathExpr { value, origin }
    }

    /// The module whose folder a path is relative to: that of the literal, the root's for a computed one.
    fn origin(&self, path: &Expr) -> ModuleId {
        match &path.kind {
            ExprKind::Literal(_) => self.module,
            ExprKind::Constant(id) if self.literal_text(path).is_some() => self.symbols.constant_modules[id.index()],
            _ => ModuleId(0),
        }
    }

    /// The text of a literal, or of a constant that is one.
    pub(super) fn literal_text<'e>(&'e self, expr: &'e Expr) -> Option<&'e str> {
        match &expr.kind {
            ExprKind::Literal(Value::Text(text)) => Some(text),
            ExprKind::Constant(id) => match &self.program.constants[id.index()].value.kind {
                ExprKind::Literal(Value::Text(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What stands in for an effect that is wrong.
pub(super) fn nothing(path: Expr, origin: ModuleId) -> EffectKind {
    EffectKind::FileRead(PathExpr { value: path, origin })
}
