//! The built-in effects: their parameters, and what they are decoded to.

use std::sync::Arc;

use super::{Checker, arguments::Parameter, frame::Allowed, placeholder, secret::has_secret};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{
        self, EffectCall, EffectKind, Exec, Expr, ExprKind, Http, HttpMethod, ModuleId, PathExpr, Shell, Type, Value,
    },
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
    /// `shell("... {value} ...", env:, stdin:, cwd:)`
    Shell,
    /// `http.get(url, query:, headers:)`, `http.post(url, query:, headers:, body:)`
    Http(HttpMethod),
    /// `env("NAME")`
    Env,
    /// `file.read(path)`
    FileRead,
    /// `file.write(path, text)`
    FileWrite,
    /// `timeline()`
    Timeline,
}

/// The built-in effects by the names by which they are called.
const ALL: [(&str, Builtin); 11] = [
    ("exec", Builtin::Exec),
    ("succeeds", Builtin::Succeeds),
    ("shell", Builtin::Shell),
    ("http.get", Builtin::Http(HttpMethod::Get)),
    ("http.post", Builtin::Http(HttpMethod::Post)),
    ("http.put", Builtin::Http(HttpMethod::Put)),
    ("http.delete", Builtin::Http(HttpMethod::Delete)),
    ("env", Builtin::Env),
    ("file.read", Builtin::FileRead),
    ("file.write", Builtin::FileWrite),
    ("timeline", Builtin::Timeline),
];

/// The names by which built-in effects are called.
pub(super) fn names<'n>() -> impl Iterator<Item = &'n str> {
    ALL.iter().map(|(name, _)| *name)
}

/// The built-in effects by the names by which they are called, with what their parameters are called.
pub fn builtin_effects() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    ALL.iter().map(|(name, builtin)| (*name, builtin.parameters().iter().map(|parameter| parameter.name).collect()))
}

/// The names of the built-in effects that are called `family.something`.
pub(super) fn of_family(family: &str) -> Vec<&'static str> {
    let own = |name: &&str| name.split_once('.').is_some_and(|(before, _)| before == family);
    ALL.iter().map(|(name, _)| *name).filter(own).collect()
}

/// Whether built-in effects are called `base.something`.
pub(super) fn is_family(base: &str) -> bool {
    matches!(base, "http" | "file")
}

impl Builtin {
    pub(super) fn by_name(name: &str) -> Option<Builtin> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, builtin)| *builtin)
    }

    pub(super) fn by_path(base: &str, name: &str) -> Option<Builtin> {
        let same = |known: &str| known.strip_prefix(base).and_then(|rest| rest.strip_prefix('.')) == Some(name);
        ALL.iter().find(|(known, _)| same(known)).map(|(_, builtin)| *builtin)
    }

    /// Whether it can change something.
    pub(super) fn changes(self) -> bool {
        match self {
            Builtin::Exec | Builtin::Shell | Builtin::Http(_) | Builtin::FileWrite => true,
            Builtin::Succeeds | Builtin::Env | Builtin::FileRead | Builtin::Timeline => false,
        }
    }

    /// Whether it can be a look.
    pub(super) fn looks(self) -> bool {
        match self {
            Builtin::Exec
            | Builtin::Succeeds
            | Builtin::Shell
            | Builtin::Http(HttpMethod::Get)
            | Builtin::Env
            | Builtin::FileRead
            | Builtin::Timeline => true,
            Builtin::Http(HttpMethod::Post | HttpMethod::Put | HttpMethod::Delete) | Builtin::FileWrite => false,
        }
    }

    pub(super) fn parameters(self) -> Vec<Parameter<'static>> {
        let process = ["env", "stdin", "cwd"].map(Parameter::named);
        match self {
            Builtin::Exec | Builtin::Succeeds => {
                [Parameter::required("program"), Parameter::optional("arguments")].into_iter().chain(process).collect()
            }
            Builtin::Shell => std::iter::once(Parameter::required("script")).chain(process).collect(),
            Builtin::Http(HttpMethod::Get | HttpMethod::Delete) => {
                vec![Parameter::required("url"), Parameter::named("query"), Parameter::named("headers")]
            }
            Builtin::Http(HttpMethod::Post | HttpMethod::Put) => {
                let named = ["query", "headers", "body"].map(Parameter::named);
                std::iter::once(Parameter::required("url")).chain(named).collect()
            }
            Builtin::Env => vec![Parameter::required("name")],
            Builtin::FileRead => vec![Parameter::required("path")],
            Builtin::FileWrite => vec![Parameter::required("path"), Parameter::required("text")],
            Builtin::Timeline => Vec::new(),
        }
    }

    /// What it gives, if that is not for its place to say.
    fn gives(self) -> Option<Type> {
        match self {
            Builtin::Succeeds => Some(Type::Bool),
            Builtin::FileWrite => Some(Type::Nothing),
            Builtin::Timeline => Some(ir::builtin::timeline()),
            Builtin::Exec | Builtin::Shell | Builtin::Http(_) | Builtin::Env | Builtin::FileRead => None,
        }
    }
}

/// The argument of each parameter, in their order.
struct Given<'e> {
    span: Span,
    values: Vec<Option<&'e ast::Expr>>,
}

impl<'e> Given<'e> {
    fn get(&self, at: usize) -> Option<&'e ast::Expr> {
        self.values.get(at).copied().flatten()
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
            return Expr { ty: Type::Error, ..placeholder(span) };
        }
        let ty = effect.expects.clone();
        Expr { kind: ExprKind::Effect(Box::new(effect)), ty, span }
    }

    fn effect_out_of_place(&mut self, name: &Name, builtin: Builtin) {
        let (code, message, word) = if builtin.looks() {
            (Code::E0501, format!("`{}` reaches into the world, and this place only computes", name.text), "probe")
        } else {
            (Code::E0502, format!("`{}` changes the world, and this place does not", name.text), "step")
        };
        let diagnostic = Diagnostic::new(code, name.span, message, "");
        self.report(self.done_before(diagnostic, name.span, &name.text, word));
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
        let arguments = self.program_alone(builtin, arguments);
        let given = Given { span, values: self.matched(span, name, &builtin.parameters(), arguments, None) };
        let kind = match builtin {
            Builtin::Exec => EffectKind::Exec(self.exec(&given)),
            Builtin::Succeeds => EffectKind::Succeeds(self.exec(&given)),
            Builtin::Shell => EffectKind::Shell(Box::new(self.shell(name, &given))),
            Builtin::Http(method) => EffectKind::Http(Box::new(self.http(method, &given))),
            Builtin::Env => {
                let variable = self.text_argument(&given, 0, "the name of the variable");
                self.needs_variable(&variable);
                EffectKind::Env(variable)
            }
            Builtin::FileRead => EffectKind::FileRead(self.file(&given)),
            Builtin::FileWrite => {
                let path = self.file(&given);
                EffectKind::FileWrite(path, self.text_argument(&given, 1, "the text"))
            }
            Builtin::Timeline => EffectKind::Timeline,
        };
        self.frame.allowed = before;
        let expects = builtin.gives().unwrap_or(expects);
        if has_secret(&expects) {
            self.no_secret_in(&expects, name.span, "what an effect gives");
        }
        EffectCall { kind, module: self.module, expects, span }
    }

    /// The arguments of a call, but for those of a program that stand beside it instead of in a list.
    fn program_alone<'e>(&mut self, builtin: Builtin, arguments: &'e [Argument]) -> &'e [Argument] {
        let [program, rest @ ..] = arguments else { return arguments };
        let is_text = |argument: &Argument| {
            argument.name.is_none() && matches!(argument.value.kind, ast::ExprKind::Text(_) | ast::ExprKind::Number(_))
        };
        let [first, .., last] = rest else { return arguments };
        if !matches!(builtin, Builtin::Exec | Builtin::Succeeds) || program.name.is_some() || !rest.iter().all(is_text)
        {
            return arguments;
        }
        let texts = rest.iter().map(|argument| match &argument.value.kind {
            ast::ExprKind::Number(number) => format!("\"{number}\""),
            _ => self.sources.text(argument.value.span).to_owned(),
        });
        let list = format!("[{}]", texts.collect::<Vec<_>>().join(", "));
        let span = first.value.span.to(last.value.span);
        let message = "the arguments of a program stand in one list";
        let diagnostic = Diagnostic::new(Code::E0306, span, message, "").help(format!("write `{list}`"));
        self.report(diagnostic.fix(span, list));
        std::slice::from_ref(program)
    }

    fn exec(&mut self, given: &Given) -> Exec {
        let program = self.path(given, 0, "the program");
        self.needs_program(&program);
        let texts = Type::List(Arc::new(Type::String));
        let arguments = match given.get(1) {
            Some(arguments) => self.expect(arguments, &texts, "the arguments"),
            None => Expr { kind: ExprKind::List(Vec::new()), ty: texts, span: given.span },
        };
        Exec {
            program,
            arguments,
            env: self.entries_argument(given.get(2), "`env`").map(Box::new),
            stdin: self.input_argument(given.get(3), "`stdin`").map(Box::new),
            cwd: given.get(4).map(|_| Box::new(self.path(given, 4, "`cwd`"))),
        }
    }

    fn shell(&mut self, name: &Name, given: &Given) -> Shell {
        self.needs_shell(name.span);
        let (source, words) = given.get(0).map(|script| self.script(script)).unwrap_or_default();
        Shell {
            source,
            words,
            env: self.entries_argument(given.get(1), "`env`"),
            stdin: self.input_argument(given.get(2), "`stdin`"),
            cwd: given.get(3).map(|_| self.path(given, 3, "`cwd`")),
        }
    }

    fn http(&mut self, method: HttpMethod, given: &Given) -> Http {
        let url = self.text_argument(given, 0, "the URL");
        self.needs_host(&url);
        Http {
            method,
            url,
            query: given.get(1).map(|query| self.expect(query, &Type::Map(Arc::new(Type::String)), "`query`")),
            headers: self.entries_argument(given.get(2), "`headers`"),
            body: self.body_argument(given.get(3)),
        }
    }

    fn file(&mut self, given: &Given) -> PathExpr {
        let path = self.path(given, 0, "the path");
        self.needs_file(&path);
        path
    }

    fn text_argument(&mut self, given: &Given, at: usize, what: &str) -> Expr {
        match given.get(at) {
            Some(value) => self.expect(value, &Type::String, what),
            None => placeholder(given.span),
        }
    }

    fn path(&mut self, given: &Given, at: usize, what: &str) -> PathExpr {
        let value = self.text_argument(given, at, what);
        self.path_of(value)
    }

    /// A text as a path: relative to the folder of the file whose literal it is, to the root's if it is computed.
    pub(super) fn path_of(&self, value: Expr) -> PathExpr {
        let origin = match &value.kind {
            ExprKind::Literal(_) => self.module,
            ExprKind::Constant(id) if self.literal_text(&value).is_some() => self.symbols.constant_modules[id.index()],
            _ => ModuleId(0),
        };
        PathExpr { value, origin }
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
