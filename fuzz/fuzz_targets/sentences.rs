#![no_main]
//! Texts that are nearly programs: a sentence of the grammar, with a few bytes of it changed.

#[path = "../bodies.rs"]
#[expect(dead_code, reason = "each target runs one body")]
mod bodies;
#[path = "../../tests/grammar/ebnf.rs"]
mod ebnf;
#[path = "../nearly.rs"]
mod nearly;
#[path = "../../tests/grammar/sentence.rs"]
mod sentence;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = nearly::a_program(bytes);
    bodies::parser(text.as_bytes());
    bodies::checker(text.as_bytes());
    bodies::formatter(text.as_bytes());
});
