//! Built-in effects.

use smol_str::SmolStr;

use super::{expr::Expr, program::ModuleId, request::HttpMethod, types::Type};
use crate::source::Span;

/// A built-in effect with its arguments.
#[derive(Clone, Debug)]
pub struct EffectCall {
    /// Which.
    pub kind: EffectKind,
    /// The module whose grant it needs, beside the root's.
    pub module: ModuleId,
    /// What its output is decoded to.
    pub expects: Type,
    /// Where it stands.
    pub span: Span,
}

/// The built-in effects.
#[derive(Clone, Debug)]
pub enum EffectKind {
    /// `exec(program, [args], env:, stdin:, cwd:)`
    Exec(Exec),
    /// `succeeds(program, [args], ..)`: 0 is true, 1 is false
    Succeeds(Exec),
    /// `shell("... {value} ...", env:, stdin:, cwd:)`
    Shell(Box<Shell>),
    /// `http.get(url, headers:)`, `http.post(url, headers:, body:)`
    Http(Box<Http>),
    /// `env("NAME")`
    Env(Expr),
    /// `file.read(path)`
    FileRead(PathExpr),
    /// `file.write(path, text)`
    FileWrite(PathExpr, Expr),
    /// `timeline()`: what the run itself knows
    Timeline,
}

/// The arguments of `exec` and `succeeds`.
#[derive(Clone, Debug)]
pub struct Exec {
    /// The program.
    pub program: PathExpr,
    /// A `List<String>`.
    pub arguments: Expr,
    /// A map of texts and secrets.
    pub env: Option<Box<Expr>>,
    /// A text, a secret, or a list of them.
    pub stdin: Option<Box<Expr>>,
    /// The folder it runs in; without it, the root file's.
    pub cwd: Option<Box<PathExpr>>,
}

/// The arguments of `shell`.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The script, in which `${1}` stands for the first of the words.
    pub source: SmolStr,
    /// What is interpolated: each becomes one word, in its text form.
    pub words: Vec<Expr>,
    /// A map of texts and secrets.
    pub env: Option<Expr>,
    /// A text, a secret, or a list of them.
    pub stdin: Option<Expr>,
    /// The folder it runs in; without it, the root file's.
    pub cwd: Option<PathExpr>,
}

/// The arguments of `http.get` and the like.
#[derive(Clone, Debug)]
pub struct Http {
    /// Which.
    pub method: HttpMethod,
    /// A `String`.
    pub url: Expr,
    /// A map of texts, which are encoded and added to the URL.
    pub query: Option<Expr>,
    /// A map of texts and secrets.
    pub headers: Option<Expr>,
    /// A text, a secret, or a list of them.
    pub body: Option<Expr>,
}

impl EffectCall {
    /// Its arguments.
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            EffectKind::Exec(exec) | EffectKind::Succeeds(exec) => exec.parts(),
            EffectKind::Shell(shell) => shell.parts(),
            EffectKind::Http(http) => http.parts(),
            EffectKind::Env(name) => vec![name],
            EffectKind::FileRead(path) => vec![&path.value],
            EffectKind::FileWrite(path, text) => vec![&path.value, text],
            EffectKind::Timeline => Vec::new(),
        }
    }
}

impl EffectKind {
    /// As it is called.
    pub fn word(&self) -> &'static str {
        match self {
            EffectKind::Exec(_) => "exec",
            EffectKind::Succeeds(_) => "succeeds",
            EffectKind::Shell(_) => "shell",
            EffectKind::Http(http) => http.method.word(),
            EffectKind::Env(_) => "env",
            EffectKind::FileRead(_) => "file.read",
            EffectKind::FileWrite(..) => "file.write",
            EffectKind::Timeline => "timeline",
        }
    }

    /// Whether doing it twice is doing it once, whatever it is asked for.
    pub fn is_idempotent_by_nature(&self) -> bool {
        match self {
            EffectKind::Exec(_) | EffectKind::Shell(_) => false,
            EffectKind::Http(http) => http.method.is_idempotent(),
            EffectKind::Succeeds(_)
            | EffectKind::Env(_)
            | EffectKind::FileRead(_)
            | EffectKind::FileWrite(..)
            | EffectKind::Timeline => true,
        }
    }
}

impl Exec {
    fn parts(&self) -> Vec<&Expr> {
        let Exec { program, arguments, env, stdin, cwd } = self;
        let cwd = cwd.iter().map(|cwd| &cwd.value);
        let named = env.iter().chain(stdin).map(|value| value.as_ref());
        [&program.value, arguments].into_iter().chain(named).chain(cwd).collect()
    }
}

impl Shell {
    fn parts(&self) -> Vec<&Expr> {
        let Shell { source: _, words, env, stdin, cwd } = self;
        words.iter().chain(env).chain(stdin).chain(cwd.as_ref().map(|cwd| &cwd.value)).collect()
    }
}

impl Http {
    fn parts(&self) -> Vec<&Expr> {
        let Http { method: _, url, query, headers, body } = self;
        std::iter::once(url).chain(query).chain(headers).chain(body).collect()
    }
}

/// A path: relative to the folder of the file whose literal it is, a computed one to the root file's.
#[derive(Clone, Debug)]
pub struct PathExpr {
    /// The path, a `String`.
    pub value: Expr,
    /// The module whose folder it is relative to.
    pub origin: ModuleId,
}
