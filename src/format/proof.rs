//! The proof that a formatted text says what it said before.
//!
//! Both are the same words, signs, strings and comments in the same order, but for the commas and the `|` that a
//! layout may add or leave away; and the parser reads both as the same tree: what stands over the same lexemes is of
//! the same kind.

use std::mem::{Discriminant, discriminant};

use super::lexeme::{Lexeme, Lexemes};
use crate::source::Span;
use crate::syntax::ast::{Block, Expr, ExprKind, File, Pattern, PatternKind, Statement, StatementKind, Type, TypeKind};
use crate::syntax::token::Token;
use crate::syntax::visit::{self, Visitor};

/// A text as it was read.
pub struct Reading<'t> {
    /// The text.
    pub text: &'t str,
    /// Its lexemes and comments.
    pub lexemes: &'t Lexemes,
    /// Its tree.
    pub file: &'t File,
}

/// The first place in `before` at which it says something else than `after`.
pub fn difference(before: &Reading<'_>, after: &Reading<'_>) -> Option<Span> {
    let (said, says) = (Said::by(before), Said::by(after));
    let (tree, other_tree) = (Nodes::of(before, &said), Nodes::of(after, &says));
    first_difference(&said.parts, &says.parts).or_else(|| first_difference(&tree.nodes, &other_tree.nodes))
}

/// The place of the first element that differs from the one of another list.
fn first_difference<T: PartialEq>(list: &[(T, Span)], other: &[(T, Span)]) -> Option<Span> {
    let alike = list.iter().zip(other).take_while(|((element, _), (other, _))| element == other).count();
    let place = list.get(alike).or(list.last()).map_or_else(Span::default, |(_, span)| *span);
    (alike < list.len().max(other.len())).then_some(place)
}

/// What a text says: its lexemes and comments, without what a layout decides.
struct Said<'t> {
    parts: Vec<(&'t str, Span)>,
    /// Where its lexemes begin.
    starts: Vec<u32>,
}

impl<'t> Said<'t> {
    fn by(reading: &Reading<'t>) -> Said<'t> {
        let mut said = Said { parts: Vec::new(), starts: Vec::new() };
        let part = |span: Span| (reading.text.get(span.range()).unwrap_or_default(), span);
        let mut late = Vec::new();
        let mut before = None;
        for (at, lexeme) in reading.lexemes.all.iter().enumerate() {
            late.extend_from_slice(reading.lexemes.remarks(lexeme));
            // Comments before a comma may come behind it.
            if lexeme.token != Token::Comma {
                said.parts.extend(late.drain(..).map(|remark| part(remark.span)));
            }
            if !is_layout(before, lexeme, reading.lexemes.all.get(at + 1)) {
                said.parts.push(part(lexeme.span));
                said.starts.push(lexeme.span.start);
            }
            before = Some(lexeme.token);
        }
        said
    }

    /// A place as a lexeme and a distance from where that begins.
    fn place(&self, byte: u32) -> (usize, u32) {
        let lexeme = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        (lexeme, byte - self.starts.get(lexeme).copied().unwrap_or(0).min(byte))
    }
}

/// Whether a lexeme says nothing: the comma behind the last element, the `|` before the first variant.
fn is_layout(before: Option<Token>, lexeme: &Lexeme, after: Option<&Lexeme>) -> bool {
    match lexeme.token {
        Token::Comma => after.is_some_and(|after| after.token.closes()),
        Token::Pipe => before == Some(Token::Assign),
        _ => false,
    }
}

/// What stands over which lexemes.
#[derive(PartialEq)]
struct Node {
    kind: NodeKind,
    first: (usize, u32),
    last: (usize, u32),
}

#[derive(PartialEq)]
enum NodeKind {
    Expr(Discriminant<ExprKind>),
    Type(Discriminant<TypeKind>),
    Pattern(Discriminant<PatternKind>),
    Statement(Discriminant<StatementKind>),
    Block,
}

/// All nodes of a tree, from the outside in and in the order written.
struct Nodes<'s, 't> {
    said: &'s Said<'t>,
    nodes: Vec<(Node, Span)>,
}

impl<'s, 't> Nodes<'s, 't> {
    fn of(reading: &Reading<'_>, said: &'s Said<'t>) -> Nodes<'s, 't> {
        let mut nodes = Nodes { said, nodes: Vec::new() };
        visit::file(&mut nodes, reading.file);
        nodes
    }

    fn add(&mut self, kind: NodeKind, span: Span) {
        let (first, last) = (self.said.place(span.start), self.said.place(span.end.saturating_sub(1)));
        self.nodes.push((Node { kind, first, last }, span));
    }
}

impl Visitor for Nodes<'_, '_> {
    fn expr(&mut self, expr: &Expr) {
        self.add(NodeKind::Expr(discriminant(&expr.kind)), expr.span);
    }
    fn ty(&mut self, ty: &Type) {
        self.add(NodeKind::Type(discriminant(&ty.kind)), ty.span);
    }
    fn pattern(&mut self, pattern: &Pattern) {
        self.add(NodeKind::Pattern(discriminant(&pattern.kind)), pattern.span);
    }
    fn statement(&mut self, statement: &Statement) {
        self.add(NodeKind::Statement(discriminant(&statement.kind)), statement.span);
    }
    fn block(&mut self, block: &Block) {
        self.add(NodeKind::Block, block.span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::syntax::lexer::lex;
    use crate::syntax::parse;

    /// The text at which two programs differ.
    fn differs<'t>(before: &'t str, after: &str) -> Option<&'t str> {
        let trees = [before, after].map(|text| parse(FileId(0), text).file);
        let lexemes = [before, after].map(|text| Lexemes::new(text, &lex(FileId(0), text)));
        let reading = |text, at: usize| Reading { text, lexemes: &lexemes[at], file: &trees[at] };
        difference(&reading(before, 0), &reading(after, 1)).map(|span| &before[span.range()])
    }

    #[test]
    fn layout_says_nothing() {
        assert_eq!(differs("type A = // why\n | a | b", "type A =  // why\n  | a\n  | b"), None);
        assert_eq!(differs("const a = [1 // one\n, 2]", "const a = [\n  1,  // one\n  2,\n]"), None);
        assert_eq!(differs("const a = \"{ b }\" // c", "const a = \"{ b }\"  // c\n"), None);
    }

    #[test]
    fn a_word_or_comment_that_is_not_there_is_a_difference() {
        assert_eq!(differs("const a = [1, 2]", "const a = [1, 3]"), Some("2"));
        assert_eq!(differs("const a = [1] // b", "const a = [1]"), Some("// b"));
        assert_eq!(differs("const a = 1 // b\nconst c = 2", "const a = 1\nconst c // b\n= 2"), Some("// b"));
        assert_eq!(differs("const a = \"{ b }\"", "const a = \"{b}\""), Some("\"{ b }\""));
        assert_eq!(differs("const a = 1", "const a = 1 const b = 2"), Some(""));
    }

    #[test]
    fn another_tree_over_the_same_words_is_a_difference() {
        let [before, other] = ["const a = b - c - d", "const a = b - c * d"];
        let tree = |text| parse(FileId(0), text).file;
        let lexemes = Lexemes::new(before, &lex(FileId(0), before));
        let reading = |file| Reading { text: before, lexemes: &lexemes, file };
        let (left, right) = (tree(before), tree(other));
        let span = difference(&reading(&left), &reading(&right)).unwrap();
        assert_eq!(&before[span.range()], "b - c");
        assert_eq!(difference(&reading(&left), &reading(&left)), None);
    }
}
