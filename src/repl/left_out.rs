//! A file with mistakes: what has none is loaded, and what is left out is told.

use std::sync::Arc;

use super::session::{Mistakes, Session};
use crate::{
    source::{FileId, Span},
    syntax::parse,
};

/// What was left out of a file that has mistakes.
#[derive(Debug)]
pub struct LeftOut {
    /// How each declaration begins that was left out.
    pub heads: Vec<String>,
    /// What is wrong with them.
    pub mistakes: Mistakes,
}

impl Session {
    /// Goes on with the file without the declarations that have mistakes, and without those that need them; gives how they
    /// begin. `None` if what is wrong stands elsewhere, or in all of them.
    pub(super) fn adopt_without(&mut self, mistakes: &Mistakes) -> Option<Vec<String>> {
        let text = Arc::clone(&self.file.as_ref()?.text);
        let mut left: Vec<Span> = parse(FileId(0), &text).file.items.iter().map(|item| item.span).collect();
        let mut out: Vec<Span> = Vec::new();
        let mut wrong = places(mistakes);
        loop {
            if wrong.iter().any(|place| place.file != FileId(0)) {
                return None;
            }
            let (bad, good) =
                left.iter().partition(|item| wrong.iter().any(|place| item.range().contains(&place.range().start)));
            left = good;
            let bad: Vec<Span> = bad;
            if bad.is_empty() || left.is_empty() {
                return None;
            }
            out.extend(bad);
            self.readable = Some(without(&text, &out));
            let checked = self.check(None);
            match self.adopt(checked) {
                Ok(()) => break,
                Err(more) => wrong = places(&more),
            }
        }
        out.sort_by_key(|item| item.start);
        Some(out.iter().map(|item| head(&text[item.range()])).collect())
    }
}

/// Where mistakes stand.
fn places(mistakes: &Mistakes) -> Vec<Span> {
    mistakes.diagnostics.iter().filter_map(|diagnostic| Some(diagnostic.labels.first()?.span)).collect()
}

/// A text in which blanks stand for these parts, so that everything else stays where it is.
fn without(text: &str, parts: &[Span]) -> Arc<str> {
    let is_out = |at: usize| parts.iter().any(|part| part.range().contains(&at));
    let blank = |(at, sign): (usize, char)| match sign {
        '\n' => "\n".to_owned(),
        sign if is_out(at) => " ".repeat(sign.len_utf8()),
        sign => sign.to_string(),
    };
    text.char_indices().map(blank).collect::<String>().into()
}

/// How a declaration begins: `plan place_order(order: Order)`.
fn head(item: &str) -> String {
    let line = item.lines().find(|line| !line.trim_start().starts_with("///")).unwrap_or_default();
    line.split(['{', '=']).next().unwrap_or(line).trim().to_owned()
}
