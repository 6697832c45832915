//! The form of a text, with all that has to hold for every one.

use orch::format::{Unformatted, format};
use orch::source::FileId;
use orch::syntax::lexer::lex;
use orch::syntax::parse;

/// What a text says, without where it stands.
pub fn tree(text: &str) -> String {
    let shown = format!("{:?}", parse(FileId(0), text).file);
    let mut without_spans = String::new();
    let mut rest = shown.as_str();
    while let Some((before, after)) = rest.split_once("Span { file: FileId(0), start: ") {
        without_spans.push_str(before);
        rest = after.split_once('}').unwrap().1;
    }
    without_spans + rest
}

/// Its comments, in order.
pub fn comments(text: &str) -> Vec<&str> {
    lex(FileId(0), text).trivia.iter().map(|comment| &text[comment.span.range()]).collect()
}

/// Its form.
#[track_caller]
pub fn formatted(text: &str) -> String {
    format(FileId(0), text).unwrap_or_else(|wrong| match wrong {
        Unformatted::Mistakes(said) => panic!("{said:?} in\n{text}"),
        Unformatted::Changed(span) => panic!("`{}` would change in\n{text}", &text[span.range()]),
    })
}

/// Its form, which is its own form, says the same and has the same comments.
#[track_caller]
pub fn proved(text: &str) -> String {
    let once = formatted(text);
    assert_eq!(once, formatted(&once), "not its own form:\n{text}");
    assert_eq!(tree(text), tree(&once), "\n{text}\n{once}");
    assert_eq!(comments(text), comments(&once), "\n{text}\n{once}");
    assert_tidy(&once);
    once
}

/// No blanks at the ends of lines, no blank lines but single ones between things, a line end at the end.
#[track_caller]
fn assert_tidy(text: &str) {
    let in_strings = text.contains("\"\"\"");
    let untidy = |line: &str| line.ends_with([' ', '\t', '\r']);
    assert!(in_strings || !text.lines().any(untidy), "{text}");
    let blank = ["\n\n\n", "{\n\n", "[\n\n", "(\n\n"].into_iter().find(|blank| text.contains(blank));
    assert!(in_strings || blank.is_none() && !text.starts_with('\n'), "{text}");
    assert!(text.is_empty() || text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
}
