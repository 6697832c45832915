//! What holds for every text. Each body is a fuzz target, and run by `tests/fuzz.rs` over some cases in every build.
//!
//! A new target is a body here, a file in `fuzz_targets`, a `[[bin]]` in `Cargo.toml`, and a test in `tests/fuzz.rs`.

use orch::check::{LoadError, check};
use orch::diagnostic::{Diagnostic, Severity};
use orch::format::{Unformatted, format};
use orch::source::FileId;
use orch::syntax::ast::{Expr, ExprKind, ItemKind};
use orch::syntax::lexer::lex;
use orch::syntax::visit::{self, Visitor};
use orch::syntax::{parse, parse_expression, parse_statements};

/// Tokens lie in the text, one behind the other, each on whole characters.
pub fn lexer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lexed = lex(FileId(0), &text);
    assert_eq!(lexed.tokens.len(), lexed.spans.len());
    let mut before = 0;
    for span in lexed.spans {
        assert!(text.get(span.range()).is_some() && before <= span.start, "{span:?}");
        before = span.end;
    }
    said(&text, &lexed.diagnostics);
}

/// Whatever is read, what is said points into the text; where nothing is said, nothing was unreadable.
pub fn parser(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parsed = parse(FileId(0), &text);
    said(&text, &parsed.diagnostics);
    if parsed.diagnostics.is_empty() {
        let mut read = Read(parsed.file.items.iter().all(|item| item.kind != ItemKind::Error));
        visit::file(&mut read, &parsed.file);
        assert!(read.0, "unreadable without a word");
    }
    said(&text, &parse_expression(FileId(0), &text).1);
    said(&text, &parse_statements(FileId(0), &text).1);
}

/// A program exists exactly where there is no error.
pub fn checker(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let nothing = |_: &str| Err(LoadError("no such file".to_owned()));
    let checked = check("main.orch", text.as_ref(), &nothing);
    let wrong = checked.diagnostics.iter().any(|said| said.severity == Severity::Error);
    assert_eq!(checked.program.is_none(), wrong);
    said(&text, &checked.diagnostics);
}

/// What can be formatted is formatted once and for all; what can't is reported where it stands.
pub fn formatter(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match format(FileId(0), &text) {
        Ok(formatted) => assert_eq!(format(FileId(0), &formatted).as_ref(), Ok(&formatted)),
        Err(Unformatted::Mistakes(mistakes)) => said(&text, &mistakes),
        Err(Unformatted::Changed(place)) => panic!("it would say something else at {place:?}"),
    }
}

/// Every diagnostic says something, at places that are there; its fix can be made.
fn said(text: &str, diagnostics: &[Diagnostic]) {
    for Diagnostic { message, labels, fix, .. } in diagnostics {
        assert!(!message.is_empty() && !labels.is_empty());
        let edits = fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        let places = labels.iter().map(|label| label.span).chain(edits);
        for span in places {
            assert!(text.get(span.range()).is_some(), "{span:?} of {message}");
        }
    }
}

/// Whether every expression could be read.
struct Read(bool);

impl Visitor for Read {
    fn expr(&mut self, expr: &Expr) {
        self.0 &= expr.kind != ExprKind::Error;
    }
}
