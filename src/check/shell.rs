//! Shell scripts: what is interpolated is delivered outside of the source, as words, so that no value can change the
//! command around it.

use smol_str::SmolStr;

use super::{Checker, expr::constant};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Expr, Type, Value},
    source::Span,
    syntax::ast::{self, TemplatePart},
};

/// What a place in a script is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// `"..."`
    Double,
    /// `'...'`
    Single,
    /// `` `...` ``
    Backticks,
    /// `$(...)`, `(...)`
    Parentheses,
    /// `${...}`
    Braces,
    /// `$((...))`
    Arithmetic,
    /// `# ...`
    Comment,
}

/// Reads a script as far as its quotes.
#[derive(Default)]
struct Quotes {
    around: Vec<Inside>,
    /// A backslash stands right before.
    escaped: bool,
    before: Option<char>,
    /// A here-document has begun somewhere before.
    document: bool,
}

impl Checker<'_> {
    /// The source of a script with a place for each word, and the words.
    pub(super) fn script(&mut self, script: &ast::Expr) -> (SmolStr, Vec<Expr>) {
        let ast::ExprKind::Text(template) = &script.kind else {
            self.infer(script, Some(&Type::String));
            let message = "`shell` takes its script as a literal";
            let help = "write the script here, with `{value}` where a word is computed; a script in a file is started by `exec`";
            self.report(Diagnostic::new(Code::E0508, script.span, message, "this is computed").help(help));
            return Default::default();
        };
        let mut quotes = Quotes::default();
        let mut source = String::new();
        let mut words = Vec::new();
        for part in &template.parts {
            match part {
                TemplatePart::Text(text) => {
                    text.chars().for_each(|character| quotes.read(character));
                    source.push_str(text);
                }
                TemplatePart::Expr(expr) => {
                    words.push(self.word(expr));
                    let place = quotes.place().unwrap_or_else(|why| {
                        self.no_word(expr.span, why);
                        Place::Quoted
                    });
                    let quote = if place == Place::Bare { "\"" } else { "" };
                    source.push_str(&format!("{quote}${{{}}}{quote}", words.len()));
                    quotes.before = Some('}');
                }
            }
        }
        (source.into(), words)
    }

    fn word(&mut self, expr: &ast::Expr) -> Expr {
        let value = self.infer(expr, None);
        let value = self.present(value, "becomes a word of a script");
        if self.secret_is_used(&value, "the words of a script can be seen by everyone on the machine") {
            return constant(Value::text(""), Type::String, value.span);
        }
        value
    }

    fn no_word(&mut self, span: Span, (message, help): (&str, &str)) {
        self.report(Diagnostic::new(Code::E0508, span, message, "").help(help));
    }
}

/// How a word stands in a script.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In double quotes already.
    Quoted,
    Bare,
}

impl Quotes {
    /// How a word stands here, or why none can, with what to do.
    fn place(&self) -> Result<Place, (&'static str, &'static str)> {
        let inside = self.around.last().copied();
        if self.escaped {
            return Err(("a value stands behind a backslash", "drop the backslash: a value becomes one quoted word"));
        }
        if self.before == Some('$') && inside != Some(Inside::Single) {
            return Err((
                "a value stands behind `$`",
                "write `{name}` for a value of the plan, and `$NAME` for a variable of the shell",
            ));
        }
        if self.document {
            return Err((
                "a value stands behind a here-document",
                "give the text to `stdin:`, or print it: `printf '%s' {value} | ..`",
            ));
        }
        match inside {
            Some(Inside::Single) => Err((
                "a value stands in single quotes, where the shell expands nothing",
                "drop the quotes: a value becomes one quoted word",
            )),
            Some(Inside::Backticks) => {
                Err(("a value stands in backticks", "write `$( .. )` in place of the backticks"))
            }
            Some(Inside::Braces) => {
                Err(("a value stands in `$\\{ .. }`", "give it a name before: `name={value}`, then use `$name`"))
            }
            Some(Inside::Arithmetic) => {
                Err(("a value stands in `$(( .. ))`, where it would be computed", "compute it in the plan"))
            }
            Some(Inside::Double) => Ok(Place::Quoted),
            Some(Inside::Parentheses | Inside::Comment) | None => Ok(Place::Bare),
        }
    }

    fn read(&mut self, character: char) {
        let before = self.before.replace(character);
        if std::mem::take(&mut self.escaped) {
            self.before = None;
            return;
        }
        match (self.around.last().copied(), character) {
            (Some(Inside::Single), '\'') | (Some(Inside::Double), '"') | (Some(Inside::Backticks), '`') => {
                self.around.pop();
            }
            (Some(Inside::Comment), '\n') | (Some(Inside::Parentheses), ')') | (Some(Inside::Braces), '}') => {
                self.around.pop();
            }
            (Some(Inside::Arithmetic), ')') if before == Some(')') => {
                self.around.pop();
            }
            (Some(Inside::Single | Inside::Comment | Inside::Arithmetic), _) => {}
            (_, '\\') => self.escaped = true,
            (_, '`') => self.around.push(Inside::Backticks),
            (_, '{') if before == Some('$') => self.around.push(Inside::Braces),
            (_, '(') if before == Some('$') => self.around.push(Inside::Parentheses),
            (Some(Inside::Double), _) => {}
            (_, '"') => self.around.push(Inside::Double),
            (_, '\'') => self.around.push(Inside::Single),
            (around, '(') => self.open(around, before),
            (_, '#') if before.is_none_or(|before| before.is_whitespace() || before == ';') => {
                self.around.push(Inside::Comment);
            }
            (_, '<') if before == Some('<') => self.document = !self.document,
            _ => {}
        }
    }

    /// `(`, the second one of `$((` too.
    fn open(&mut self, around: Option<Inside>, before: Option<char>) {
        if around == Some(Inside::Parentheses) && before == Some('(') {
            self.around.pop();
            self.around.push(Inside::Arithmetic);
        } else {
            self.around.push(Inside::Parentheses);
        }
    }
}
