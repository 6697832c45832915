//! The bodies of the fuzz targets over some cases; `ORCH_TEST_CASES` says how many.

#[path = "../fuzz/bodies.rs"]
mod bodies;
#[path = "support/chance.rs"]
mod chance;
#[path = "grammar/ebnf.rs"]
mod ebnf;
#[path = "../fuzz/nearly.rs"]
mod nearly;
#[path = "grammar/sentence.rs"]
mod sentence;

use proptest::prelude::*;

/// Pieces that texts are made of: most bytes by chance mean nothing at all.
const PIECES: &[&str] = &[
    "plan p() {",
    "}",
    "step a = f()",
    "let x =",
    "\"",
    "\"\"\"",
    "{",
    "(",
    ")",
    "[",
    "]",
    "compensate",
    "->",
    "=>",
    "..",
    "...",
    "5min",
    "10 %",
    "'",
    "/*",
    "*/",
    "#",
    "“",
    "\u{a0}",
    "é",
    "\u{200b}",
    ";",
    "==",
    "= ",
    ":",
    ",",
    ".",
    "if",
    "else",
    "when",
    "match",
    "for x in",
    "1",
    "2.5",
    "3h",
    "T",
    "List<",
    ">",
    "?",
    "\n",
    "\n  ",
    " ",
    "\t",
    "//",
    "///",
    "<<<<<<< a\n",
    "fn f(x: Int) -> Int =",
    "test \"t\" {",
    "uses exec(\"a\")",
    "option",
    "branch",
    "timeout",
];

fn pieces() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #![proptest_config(chance::config(100))]

    #[test]
    fn lexer(bytes in bytes(), text in pieces()) {
        bodies::lexer(&bytes);
        bodies::lexer(text.as_bytes());
    }

    #[test]
    fn parser(bytes in bytes(), text in pieces()) {
        bodies::parser(&bytes);
        bodies::parser(text.as_bytes());
    }

    #[test]
    fn checker(bytes in bytes(), text in pieces()) {
        bodies::checker(&bytes);
        bodies::checker(text.as_bytes());
    }

    #[test]
    fn formatter(bytes in bytes(), text in pieces()) {
        bodies::formatter(&bytes);
        bodies::formatter(text.as_bytes());
    }

    #[test]
    fn sentences(bytes in bytes()) {
        let text = nearly::a_program(&bytes);
        bodies::parser(text.as_bytes());
        bodies::checker(text.as_bytes());
        bodies::formatter(text.as_bytes());
    }
}
