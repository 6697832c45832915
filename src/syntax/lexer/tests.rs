use super::*;

/// The tokens of a text, as what each covers.
fn lexed(text: &str) -> Vec<(Token, &str)> {
    let Lexed { tokens, spans, diagnostics, .. } = lex(FileId(0), text);
    assert_eq!(diagnostics, []);
    assert_eq!(tokens.len(), spans.len());
    tokens.into_iter().zip(spans).map(|(token, span)| (token, &text[span.range()])).collect()
}

/// The messages about a text, with what they point at.
fn said(text: &str) -> Vec<(String, &str)> {
    let diagnostics = lex(FileId(0), text).diagnostics;
    diagnostics.into_iter().map(|said| (said.message.clone(), &text[said.span().range()])).collect()
}

#[test]
fn a_number_goes_on_only_over_a_dot_with_a_digit_behind_it() {
    use Token::{Dot, DotDot, Name, Number, Unit};
    assert_eq!(lexed("1w..4w"), [(Unit, "1w"), (DotDot, ".."), (Unit, "4w")]);
    assert_eq!(lexed("1..4"), [(Number, "1"), (DotDot, ".."), (Number, "4")]);
    assert_eq!(lexed("1.5.x"), [(Number, "1.5"), (Dot, "."), (Name, "x")]);
    assert_eq!(
        lexed("1h30m 99.9% 512MiB 1_000"),
        [(Unit, "1h30m"), (Unit, "99.9%"), (Unit, "512MiB"), (Number, "1_000"),]
    );
}

#[test]
fn words_are_as_long_as_they_can_be() {
    use Token::{Name, StepBack, TypeName, Underscore};
    assert_eq!(
        lexed("stepping step_back _ _x T2"),
        [(Name, "stepping"), (StepBack, "step_back"), (Underscore, "_"), (Name, "_x"), (TypeName, "T2"),]
    );
}

#[test]
fn a_string_is_one_token_until_it_holds_an_expression() {
    use Token::{Dot, LBrace, Name, RBrace, Text, TextHead, TextMiddle, TextTail};
    assert_eq!(
        lexed(r#""a\{" r"{x}" """ "b" """"#),
        [(Text, r#""a\{""#), (Text, r#"r"{x}""#), (Text, r#"""" "b" """"#)]
    );
    assert_eq!(
        lexed(r#""a {b} c {"d {e}"} f""#),
        [
            (TextHead, r#""a {"#),
            (Name, "b"),
            (TextMiddle, "} c {"),
            (TextHead, r#""d {"#),
            (Name, "e"),
            (TextTail, r#"}""#),
            (TextTail, r#"} f""#),
        ]
    );
    assert_eq!(
        lexed(r#""{{ }.x}""#),
        [(TextHead, r#""{"#), (LBrace, "{"), (RBrace, "}"), (Dot, "."), (Name, "x"), (TextTail, r#"}""#),]
    );
}

#[test]
fn comments_are_no_tokens_but_kept() {
    let text = "//! file\n// c  \n/// doc\nplan //! late\n//// rule";
    let lexed = lex(FileId(0), text);
    let trivia: Vec<_> = lexed.trivia.iter().map(|trivia| (trivia.kind, &text[trivia.span.range()])).collect();
    assert_eq!(
        trivia,
        [
            (TriviaKind::FileDoc, "//! file"),
            (TriviaKind::Comment, "// c"),
            (TriviaKind::Doc, "/// doc"),
            (TriviaKind::Comment, "//! late"),
            (TriviaKind::Comment, "//// rule"),
        ]
    );
    assert_eq!(lexed.tokens, [Token::Plan]);
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(lexed("\u{feff}plan"), [(Token::Plan, "plan")]);
}

#[test]
fn an_interpolation_does_not_leave_its_line() {
    let text = "\"a {b\nstep";
    let lexed = lex(FileId(0), text);
    assert_eq!(lexed.tokens, [Token::TextHead, Token::Name, Token::TextTail, Token::Step]);
    assert_eq!(said(text), [("an expression in a string that does not end".to_owned(), "{")]);
    assert_eq!(said("\"\"\"a {b\n}\"\"\""), []);
}

#[test]
fn what_means_nothing_is_reported_once_in_a_run() {
    assert_eq!(
        said("@@@ ü"),
        [("`@` means nothing here".to_owned(), "@"), ("`ü` is not written like a name".to_owned(), "ü")]
    );
    assert_eq!(lex(FileId(0), "@@@ ü").tokens, [Token::Error, Token::Name]);
    assert_eq!(said("5min"), [("unknown unit `min` in `5min`".to_owned(), "5min")]);
}
