//! Tokens to tree. The grammar is in `item`, `statement`, `clause`, `expression`, `operators`, `types`, `pattern` and
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
mod operators;
mod pattern;
mod repair;
mod report;
mod rule;
mod split;
mod statement;
mod sync;
mod test;
mod types;
mod view;

use chumsky::Parser;
use chumsky::error::EmptyErr;
use chumsky::extra::SimpleState;
use smol_str::SmolStr;

use self::item::Grammar;
use self::repair::Root;
use self::rule::Source;
use self::split::Part;
use super::ast::{Block, Expr, ExprKind, File, Item, ItemKind, MAX_DEPTH};
use super::lexer::{Lexed, Trivia, TriviaKind, lex};
use super::token::Token;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// How many pieces of text that is no declaration are reported one after another: a file of another language is one
/// mistake, not thousands.
const MAX_JUNK: usize = 3;

/// How many declarations of a file are looked into when they can't be read. Behind them, nothing more is said.
const MAX_REPAIRED: usize = 5_000;

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
    let (mut junk, mut unread) = (0, 0);
    for Part { tokens: range, too_deep } in split::split(text, &tokens, &spans) {
        let (part, places) = (&tokens[range.clone()], &spans[range]);
        let item = match too_deep {
            Some(at) => {
                wrong.push(nested_too_deeply(spans[at]));
                None
            }
            None => {
                let (item, said) = read_item(&grammar, text, part, places, unread < MAX_REPAIRED);
                unread += usize::from(!said.is_empty());
                junk = if is_junk(&said) { junk + 1 } else { 0 };
                wrong.extend(said.into_iter().filter(|_| junk <= MAX_JUNK));
                item
            }
        };
        items.push(item.unwrap_or_else(|| unreadable(places)));
    }
    add_unsaid(text, &mut diagnostics, wrong);
    let docs = documentation(text, &trivia, &mut items);
    Parsed { file: File { docs, items }, trivia, diagnostics }
}

/// Gives each declaration what the comments directly before it say, and tells what those say that speak of the file.
fn documentation(text: &str, trivia: &[Trivia], items: &mut [Item]) -> Vec<SmolStr> {
    let line = |comment: &Trivia| {
        let words = text.get(comment.span.range()).and_then(|whole| whole.get(3..)).unwrap_or_default();
        SmolStr::new(words.strip_prefix(' ').unwrap_or(words))
    };
    let mut items = items.iter_mut().peekable();
    let mut before = 0;
    for comment in trivia.iter().filter(|comment| comment.kind == TriviaKind::Doc) {
        while let Some(item) = items.next_if(|item| item.span.start < comment.span.start) {
            before = item.span.end;
        }
        // What stands in a declaration speaks of a part of it.
        if comment.span.start >= before
            && let Some(item) = items.peek_mut()
        {
            item.docs.push(line(comment));
        }
    }
    trivia.iter().filter(|comment| comment.kind == TriviaKind::FileDoc).map(line).collect()
}

fn read_item<'t>(
    grammar: &Grammar<'t, EmptyErr>,
    text: &'t str,
    tokens: &'t [Token],
    spans: &'t [Span],
    repaired: bool,
) -> (Option<Item>, Vec<Diagnostic>) {
    let mut source = SimpleState(Source::new(text, spans));
    match grammar.item.parse_with_state(tokens, &mut source).into_output() {
        Some(item) => (Some(item), Vec::new()),
        None if repaired => repair::repair(text, tokens, spans, |grammar| grammar.item),
        None => (None, Vec::new()),
    }
}

/// Whether what was said is only that no declaration begins here, and nothing is known that was meant.
fn is_junk(said: &[Diagnostic]) -> bool {
    matches!(said, [Diagnostic { code: Code::E0118, fix: None, .. }])
}

/// Adds what the parser says to what the lexer said, of each place once. A string without end makes what follows on its line, or in the
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
    let mut told: Vec<u32> = diagnostics.iter().map(|diagnostic| diagnostic.span().start).collect();
    told.sort_unstable();
    let to_the_end = misread.last().is_some_and(|range| range.end > text.len());
    let unsaid = |diagnostic: &Diagnostic| {
        let start = diagnostic.span().start as usize;
        let behind = misread.partition_point(|range| range.start <= start);
        let within = misread[..behind].last().is_some_and(|range| start < range.end);
        let same_line = || misread.get(behind).is_some_and(|range| !text[start..range.start].contains('\n'));
        let unclosed_by_it = diagnostic.code == Code::E0111 && (to_the_end || same_line());
        let same_place = told.binary_search(&diagnostic.span().start).is_ok();
        !unclosed_by_it && !within && !same_place
    };
    diagnostics.extend(wrong.into_iter().filter(unsaid));
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
}

fn unreadable(spans: &[Span]) -> Item {
    let span = spans.first().zip(spans.last()).map(|(first, last)| first.to(*last)).unwrap_or_default();
    Item { docs: Vec::new(), kind: ItemKind::Error, span }
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
