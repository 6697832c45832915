//! The checker against programs whose expected diagnostics stand beside the code:
//! `//~ error[E0412]: part of the message` on the line where the mistake is.

#![expect(clippy::disallowed_methods, reason = "the corpus lies in files")]

mod expectations;

use std::{fs, path::Path};

use expectations::{complaints_about, programs};
use orch::check::{LoadError, check};

#[test]
fn every_expected_diagnostic_is_reported_and_nothing_else() {
    let mut complaints = Vec::new();
    let files = programs(Path::new("tests/corpus/check"));
    assert!(files.len() > 20, "only {} programs found", files.len());
    for file in &files {
        complaints.extend(complaints_about(file));
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn no_beginning_of_a_program_makes_the_checker_fail() {
    let folders = ["tests/corpus/check", "tests/corpus/programs"];
    for file in folders.iter().flat_map(|folder| programs(Path::new(folder))) {
        let text = fs::read_to_string(&file).expect("the program can be read");
        let ends = (0..text.len()).step_by(397).filter(|end| text.is_char_boundary(*end));
        for end in ends {
            let checked = check("main.orch", &text[..end], &|_: &str| Err(LoadError("not there".to_owned())));
            assert!(checked.diagnostics.iter().all(|found| !found.message.is_empty()), "{file} up to {end}");
        }
    }
}
