//! What is underlined of a statement: the word it begins with, and what it is called.

use crate::{
    source::{Sources, Span},
    syntax::token::Token,
};

/// The word that begins a statement and the name behind it, `step copy`; the first line of anything else.
pub(super) fn head(sources: &Sources, span: Span) -> Span {
    let line = sources.first_line(span);
    let text = sources.text(line);
    let word = name_at(text);
    if !begins_statement(word) {
        return line;
    }
    let behind = &text[word.len()..];
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    let name = name_at(&behind[blanks..]);
    let length = if blanks == 0 || name.is_empty() { word.len() } else { word.len() + blanks + name.len() };
    Span { end: span.start + length as u32, ..span }
}

/// The name at the beginning of a text, with that of its module before it; empty if there is none.
fn name_at(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '.');
    let name = &text[..end.unwrap_or(text.len())];
    if name.starts_with(|letter: char| letter.is_ascii_digit()) { "" } else { name }
}

fn begins_statement(word: &str) -> bool {
    Token::HARD.iter().any(|(token, text)| token.begins_statement() && *text == word)
}
