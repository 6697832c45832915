//! Brackets of a declaration that could not be read: what is not closed is closed, what closes nothing is dropped, so
//! that whatever else is wrong can be told apart from it.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::MAX_DEPTH;
use crate::syntax::token::Token;

/// The tokens of a declaration, changed until they can be read.
#[derive(Clone, Debug, Default)]
pub struct Patched {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Where each stands.
    pub spans: Vec<Span>,
    marks: Vec<Mark>,
}

/// What else is known about a token.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    first_of_line: bool,
    inserted: bool,
}

impl Patched {
    /// The tokens of a declaration as they were written.
    pub fn new(text: &str, tokens: &[Token], spans: &[Span]) -> Self {
        let end_before = |at: usize| at.checked_sub(1).map_or(0, |before| spans[before].end as usize);
        let first = |at: usize| text[end_before(at)..spans[at].start as usize].contains('\n');
        let marks = (0..tokens.len()).map(|at| Mark { first_of_line: first(at), inserted: false }).collect();
        Self { tokens: tokens.to_vec(), spans: spans.to_vec(), marks }
    }

    /// Replaces tokens by others. One that was there before stands where it stood; of what is new, the first stands
    /// where all of them stood, if none is left of them, and the rest take no room.
    pub fn splice(&mut self, range: std::ops::Range<usize>, tokens: &[Token]) {
        let range = self.within(range);
        let span = match self.spans.get(range.clone()) {
            Some([first, .., last]) => first.to(*last),
            Some([one]) => *one,
            _ => self.spans[..range.start].last().map(|span| span.after()).unwrap_or_default(),
        };
        let first_of_line = !range.is_empty() && self.marks[range.start].first_of_line;
        let places = self.places(range.clone(), tokens, span);
        let mark = |at: usize| Mark { first_of_line: at == 0 && first_of_line, inserted: true };
        self.tokens.splice(range.clone(), tokens.iter().copied());
        self.spans.splice(range.clone(), places);
        self.marks.splice(range.clone(), (0..tokens.len()).map(mark));
        if tokens.is_empty()
            && first_of_line
            && let Some(next) = self.marks.get_mut(range.start)
        {
            next.first_of_line = true;
        }
    }

    /// Where new tokens stand: each that is among the old ones where that stood, counted from behind.
    fn places(&self, range: std::ops::Range<usize>, tokens: &[Token], whole: Span) -> Vec<Span> {
        if tokens.len() == range.len() {
            return self.spans[range].to_vec();
        }
        let mut left = range.end;
        let mut kept = vec![None; tokens.len()];
        for (token, place) in tokens.iter().zip(&mut kept).rev() {
            let old = (range.start..left).rev().find(|at| self.tokens[*at] == *token);
            if let Some(at) = old.filter(|_| *token != Token::Error) {
                *place = Some(self.spans[at]);
                left = at;
            }
        }
        let mut end = if kept.iter().any(Option::is_some) { Span { end: whole.start, ..whole } } else { whole };
        let mut places = Vec::with_capacity(tokens.len());
        for place in kept {
            let span = place.unwrap_or(end);
            places.push(span);
            end = span.after();
        }
        places
    }

    /// A range as far as there are tokens: what is known to be wrong may go on behind the end of the text.
    pub fn within(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let end = range.end.min(self.tokens.len());
        range.start.min(end)..end
    }

    fn insert(&mut self, at: usize, token: Token) {
        self.splice(at..at, &[token]);
    }

    fn remove(&mut self, at: usize) {
        self.tokens.remove(at);
        self.spans.remove(at);
        self.marks.remove(at);
    }

    /// Whether a token was put in.
    pub fn is_inserted(&self, at: usize) -> bool {
        self.marks.get(at).is_some_and(|mark| mark.inserted)
    }

    /// Whether a token is the first of its line.
    pub fn begins_line(&self, at: usize) -> bool {
        self.marks.get(at).is_some_and(|mark| mark.first_of_line)
    }

    /// Whether the word at a token is a name by its place: behind `.` or before `:`.
    pub fn is_name_by_place(&self, at: usize) -> bool {
        let behind_dot = at > 0 && matches!(self.tokens[at - 1], Token::Dot | Token::QuestionDot);
        behind_dot || self.tokens.get(at + 1) == Some(&Token::Colon)
    }
}

/// How many brackets of one declaration are reported.
const MAX_FAULTS: usize = 32;

/// What one look over the brackets found first.
enum Finding {
    /// The bracket is closed only if `token` is put in at `at`; `seen` is where that shows.
    Unclosed { opener: usize, at: usize, seen: Option<usize> },
    /// The bracket is closed by one of another kind.
    Wrong { opener: usize, at: usize },
    /// Nothing is open that this could close.
    Stray { at: usize },
}

/// Balances brackets, at most as many as can be open. One diagnostic for each that is in the way.
pub fn balance(text: &str, patched: &mut Patched) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut reported = None;
    for _ in 0..MAX_DEPTH {
        let finding = look(text, patched).filter(|_| diagnostics.len() < MAX_FAULTS);
        let Some(finding) = finding else { break };
        match finding {
            Finding::Stray { at } => {
                diagnostics.push(stray(text, patched.spans[at]));
                patched.remove(at);
            }
            Finding::Wrong { opener, at } => {
                let closer = patched.tokens[opener].closer();
                diagnostics.push(wrong(text, patched, opener, at));
                patched.tokens[at] = closer;
            }
            Finding::Unclosed { opener, at, seen } => {
                if reported != Some(at) {
                    diagnostics.push(unclosed(text, patched, opener, seen));
                }
                patched.insert(at, patched.tokens[opener].closer());
                reported = Some(at + 1);
            }
        }
    }
    diagnostics
}

fn look(text: &str, patched: &Patched) -> Option<Finding> {
    let mut open: Vec<usize> = Vec::new();
    let mut misplaced = None;
    for (at, token) in patched.tokens.iter().copied().enumerate() {
        if let Some(&opener) = open.last()
            && token <= Token::Compensate
            && patched.begins_line(at)
            && !patched.is_name_by_place(at)
            && holds_values(patched, opener)
        {
            return Some(Finding::Unclosed { opener, at, seen: None });
        }
        if token.opens() {
            open.push(at);
        } else if token.closes() || token == Token::TextMiddle {
            let fits = |opener: &usize| {
                let closer = patched.tokens[*opener].closer();
                closer == token || (token == Token::TextMiddle && closer == Token::TextTail)
            };
            match open.last() {
                Some(opener) if fits(opener) => {
                    if misplaced.is_none() && stands_under_another(text, patched, *opener, at) {
                        misplaced = Some((*opener, at));
                    }
                    open.pop_if(|_| token != Token::TextMiddle);
                }
                Some(opener) if open.iter().any(fits) => {
                    return Some(Finding::Unclosed { opener: *opener, at, seen: Some(at) });
                }
                Some(opener) if !matches!(patched.tokens[*opener], Token::LBrace | Token::TextHead) => {
                    return Some(Finding::Wrong { opener: *opener, at });
                }
                _ => return Some(Finding::Stray { at }),
            }
        }
    }
    let innermost = *open.last()?;
    Some(match misplaced {
        Some((opener, at)) => Finding::Unclosed { opener, at, seen: Some(at) },
        None => Finding::Unclosed { opener: innermost, at: patched.tokens.len(), seen: None },
    })
}

/// Whether a bracket holds values, so that no statement can begin in it.
fn holds_values(patched: &Patched, opener: usize) -> bool {
    use Token::{Assign, Colon, Comma, LBracket, LParen, Return};
    let before = opener.checked_sub(1).map(|before| patched.tokens[before]);
    match patched.tokens[opener] {
        Token::LBrace => {
            matches!(before, Some(Assign | Colon | Comma | LBracket | LParen | Return))
                && !super::sync::begins_statement(patched, opener + 1)
        }
        Token::TextHead => false,
        _ => true,
    }
}

/// Whether a `}` is the first of a line that is indented less than the line of its `{`.
fn stands_under_another(text: &str, patched: &Patched, opener: usize, closer: usize) -> bool {
    let indent = |at: usize| {
        let line = text[..patched.spans[at].start as usize].rfind('\n').map_or(0, |newline| newline + 1);
        text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len()
    };
    let brace = patched.tokens[closer] == Token::RBrace && patched.begins_line(closer);
    brace && indent(closer) < indent(opener)
}

fn unclosed(text: &str, patched: &Patched, opener: usize, seen: Option<usize>) -> Diagnostic {
    let mut span = patched.spans[opener];
    if patched.tokens[opener] == Token::TextHead {
        span.start = span.end.saturating_sub(1);
    }
    let shown = &text[span.range()];
    let closer = match patched.tokens[opener].closer() {
        Token::TextTail => "}",
        closer => closer.text(),
    };
    let diagnostic = Diagnostic::new(Code::E0111, span, format!("`{shown}` is not closed"), "opened here")
        .help(format!("close it with `{closer}`"));
    match seen {
        Some(at) => diagnostic.label(patched.spans[at], "should be closed before this"),
        None => diagnostic,
    }
}

fn wrong(text: &str, patched: &Patched, opener: usize, at: usize) -> Diagnostic {
    let (open, close) = (patched.spans[opener], patched.spans[at]);
    let message = format!("`{}` closes `{}`", &text[close.range()], &text[open.range()]);
    let closer = patched.tokens[opener].closer().text();
    Diagnostic::new(Code::E0111, close, message, format!("expected `{closer}`"))
        .label(open, "opened here")
        .help(format!("write `{closer}`"))
        .fix(close, closer)
}

fn stray(text: &str, span: Span) -> Diagnostic {
    let shown = &text[span.range()];
    Diagnostic::new(Code::E0112, span, format!("`{shown}` closes nothing"), "nothing is open here")
        .help("remove it, or open what it should close")
        .fix(span, "")
}
