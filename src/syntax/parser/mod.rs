//! Tokens to tree. The grammar is in `item`, `statement`, `clause`, `expression`, `types`, `pattern` and
//! `test`, one rule for each production of `grammar/orch.ebnf`; chumsky stays in here.
//!
//! A file is split where declarations begin (`split`), and each is parsed alone, without collecting anything about
//! errors. Only one that fails is parsed again, by `repair`.

mod balance;
mod clause;
mod expression;
mod fault;
mod habit;
mod item;
mod pattern;
mod repair;
mod report;
mod rule;
mod split;
mod statement;
mod test;
mod types;

use chumsky::Parser;
use chumsky::error::EmptyErr;
use chumsky::extra::SimpleState;

use self::item::Grammar;
use self::repair::Root;
use self::rule::Source;
use self::split::Part;
use super::ast::{Block, Expr, ExprKind, File, Item, ItemKind, MAX_DEPTH};
use super::lexer::{Lexed, Trivia, lex};
use super::token::Token;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// A file as a tree, with what is not in the tree and what is wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The tree; what could not be read is an `Error` node in it.
    pub file: File,
    /// The comments, in order.
    pub trivia: Vec<Trivia>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Never fails: what is wrong is in the diagnostics, everything else in the tree.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let Lexed { tokens, spans, trivia, mut diagnostics } = lex(file, text);
    let grammar = item::grammar::<EmptyErr>();
    let mut items = Vec::new();
    let mut wrong = Vec::new();
    for Part { tokens: range, too_deep } in split::split(text, &tokens, &spans) {
        let (part, places) = (&tokens[range.clone()], &spans[range]);
        let item = match too_deep {
            Some(at) => {
                wrong.push(nested_too_deeply(spans[at]));
                None
            }
            None => read_item(&grammar, text, part, places, &mut wrong),
        };
        items.push(item.unwrap_or_else(|| unreadable(places)));
    }
    add_unsaid(text, &mut diagnostics, wrong);
    Parsed { file: File { items }, trivia, diagnostics }
}

fn read_item<'t>(
    grammar: &Grammar<'t, EmptyErr>,
    text: &'t str,
    tokens: &'t [Token],
    spans: &'t [Span],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Item> {
    let mut source = SimpleState(Source::new(text, spans));
    if let Some(item) = grammar.item.parse_with_state(tokens, &mut source).into_output() {
        return Some(item);
    }
    let (item, wrong) = repair::repair(text, tokens, spans, |grammar| grammar.item);
    diagnostics.extend(wrong);
    item
}

/// Adds what the parser says to what the lexer said. A string without end makes what follows on its line, or in the
/// whole file, mean something else, so nothing more is said about that.
fn add_unsaid(text: &str, diagnostics: &mut Vec<Diagnostic>, wrong: Vec<Diagnostic>) {
    let misread: Vec<std::ops::Range<usize>> = diagnostics
        .iter()
        .filter(|diagnostic| matches!(diagnostic.code, Code::E0102 | Code::E0103))
        .map(|diagnostic| {
            let start = diagnostic.span().start as usize;
            let triple = text[start..].trim_start_matches('r').starts_with("\"\"\"");
            let line = text[start..].find('\n').filter(|_| !triple);
            start..line.map_or(text.len(), |line| start + line) + 1
        })
        .collect();
    let to_the_end = misread.iter().any(|range| range.end > text.len());
    let unsaid = |diagnostic: &Diagnostic| {
        let start = diagnostic.span().start as usize;
        let unclosed_by_it = to_the_end && diagnostic.code == Code::E0111;
        !unclosed_by_it && !misread.iter().any(|range| range.contains(&start))
    };
    diagnostics.extend(wrong.into_iter().filter(unsaid));
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
}

fn unreadable(spans: &[Span]) -> Item {
    let span = spans.first().zip(spans.last()).map(|(first, last)| first.to(*last)).unwrap_or_default();
    Item { kind: ItemKind::Error, span }
}

fn nested_too_deeply(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0113, span, "nested too deeply", format!("more than {MAX_DEPTH} levels"))
        .help("give a part of it a name with `let`, or move it into a `fn`")
}

/// Reads one expression.
pub fn parse_expression(file: FileId, text: &str) -> (Expr, Vec<Diagnostic>) {
    let whole = Span::new(file, 0, text.len() as u32);
    let (expr, diagnostics) = parse_rooted(lex(file, text), text, |grammar| grammar.expr);
    (expr.unwrap_or(Expr { kind: ExprKind::Error, span: whole }), diagnostics)
}

/// Reads statements as they stand between the braces of a plan; the span of the block is that of the text.
pub fn parse_statements(file: FileId, text: &str) -> (Block, Vec<Diagnostic>) {
    let whole = Span::new(file, 0, text.len() as u32);
    let mut lexed = lex(file, text);
    lexed.tokens.insert(0, Token::LBrace);
    lexed.spans.insert(0, Span { end: 0, ..whole });
    lexed.tokens.push(Token::RBrace);
    lexed.spans.push(whole.after());
    let (block, diagnostics) = parse_rooted(lexed, text, |grammar| grammar.block);
    (Block { span: whole, ..block.unwrap_or_default() }, diagnostics)
}

fn parse_rooted<O>(lexed: Lexed, text: &str, root: Root<O>) -> (Option<O>, Vec<Diagnostic>) {
    let Lexed { tokens, spans, mut diagnostics, .. } = lexed;
    let tree = match split::too_deep(&tokens) {
        Some(at) => {
            diagnostics.push(nested_too_deeply(spans[at]));
            None
        }
        None => {
            let (tree, wrong) = repair::repair(text, &tokens, &spans, root);
            add_unsaid(text, &mut diagnostics, wrong);
            tree
        }
    };
    (tree, diagnostics)
}
