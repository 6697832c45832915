//! Mistakes that the checker finds don't hide each other: several in one file are reported as each is alone.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use orch::diagnostic::{Code, Diagnostic};
use orch::source::FileId;
use orch::syntax::parse;
use proptest::prelude::*;
use proptest::sample::Index;

use super::sections::Section;
use super::{corpus, errors};

/// What declares the names that the statements use, and the parameters of their plan.
struct Frame {
    declarations: String,
    parameters: String,
}

/// Statements with a mistake that the checker finds, all of which fit into one frame.
static FRAME: LazyLock<(Frame, Vec<String>)> = LazyLock::new(|| {
    let files = corpus();
    let framed = files.iter().filter(|file| file.path.ends_with("plans.mistakes")).flat_map(|file| &file.sections);
    let whole = framed.map(|section| &section.program[..section.start]).next().unwrap();
    let (declarations, parameters) = whole.split_once("plan release").unwrap();
    let frame = Frame { declarations: declarations.to_owned(), parameters: parameters.to_owned() };
    let all = files.iter().flat_map(|file| &file.sections);
    let fit = all.filter(|section| section.program[..section.start] == *whole && is_of_the_checker(section));
    (frame, fit.map(|section| section.body.clone()).collect())
});

/// Whether the parser understands it. A step without a way back is looked for where nothing else is wrong.
fn is_of_the_checker(section: &Section) -> bool {
    let said = errors(&section.program);
    let here = said.iter().all(|error| error.code != Code::E0401 && error.span().start as usize >= section.start);
    here && said.len() == 1 && parse(FileId(0), &section.program).diagnostics.is_empty()
}

/// What is said, where, in which words.
type Said = (Code, Range<usize>, String);

/// How statements are put into a program: what stands before and behind them, by their number.
type Wrap = fn(&Frame, usize) -> (String, String);

fn said(program: &str) -> Vec<Said> {
    let shown = |said: Diagnostic| (said.code, said.span().range(), said.message);
    errors(program).into_iter().map(shown).collect()
}

/// In a plan of their own.
fn as_plan(frame: &Frame, at: usize) -> (String, String) {
    (format!("plan release_{at}{}", frame.parameters), "}\n".to_owned())
}

/// In a phase of one plan.
fn as_phase(_: &Frame, at: usize) -> (String, String) {
    (format!("phase part_{at} {{\n"), "}\n".to_owned())
}

/// What is not said of all statements together that is said of each alone, or is said more.
fn difference(statements: &[(usize, &str)], around: (&str, &str), wrap: Wrap) -> Option<String> {
    let (frame, _) = &*FRAME;
    let mut whole = format!("{}{}", frame.declarations, around.0);
    let mut expected = Vec::new();
    for (at, text) in statements {
        let (before, behind) = wrap(frame, *at);
        let alone = format!("{}{}{before}{text}{behind}{}", frame.declarations, around.0, around.1);
        let start = frame.declarations.len() + around.0.len();
        let forth = whole.len() - start;
        let moved = said(&alone).into_iter().map(|(code, at, words)| (code, at.start + forth..at.end + forth, words));
        expected.extend(moved);
        whole.push_str(&format!("{before}{text}{behind}"));
    }
    whole.push_str(around.1);
    let found = said(&whole);
    (found != expected).then(|| format!("{whole}\nfound    {found:?}\nexpected {expected:?}\n"))
}

fn of_plans(statements: &[(usize, &str)]) -> Option<String> {
    difference(statements, ("", ""), as_plan)
}

fn of_phases(statements: &[(usize, &str)]) -> Option<String> {
    let before = format!("plan release{}", FRAME.0.parameters);
    difference(statements, (&before, "}\n"), as_phase)
}

/// The statements that mean in a phase what they mean in a plan.
static IN_PHASES: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let all = FRAME.1.iter().enumerate();
    let same = all.filter(|(_, text)| {
        let (frame, before) = (&FRAME.0, format!("plan release{}", FRAME.0.parameters));
        let (open, close) = as_phase(frame, 0);
        let lead = format!("{}{before}", frame.declarations);
        let words = |program: &str| said(program).into_iter().map(|(code, _, words)| (code, words)).collect::<Vec<_>>();
        words(&format!("{lead}{text}}}\n")) == words(&format!("{lead}{open}{text}{close}}}\n"))
    });
    same.map(|(at, _)| at).collect()
});

#[test]
fn there_are_many_mistakes_of_the_checker() {
    assert!(FRAME.1.len() > 250, "only {} mistakes", FRAME.1.len());
    assert!(IN_PHASES.len() > 200, "only {} mistakes fit into a phase", IN_PHASES.len());
}

#[test]
fn all_mistakes_of_the_checker_in_one_file_are_all_reported() {
    let all: Vec<(usize, &str)> = FRAME.1.iter().map(String::as_str).enumerate().collect();
    assert_eq!(of_plans(&all), None);
}

fn picked(indexes: &[Index], of: &[usize]) -> Vec<(usize, &'static str)> {
    let chosen: BTreeSet<usize> = indexes.iter().map(|index| of[index.index(of.len())]).collect();
    chosen.into_iter().map(|at| (at, FRAME.1[at].as_str())).collect()
}

proptest! {
    #![proptest_config(super::chance::config(20))]

    #[test]
    fn ten_plans_with_a_mistake_each_are_ten_reports(indexes in prop::collection::vec(any::<Index>(), 10)) {
        let all: Vec<usize> = (0..FRAME.1.len()).collect();
        prop_assert_eq!(of_plans(&picked(&indexes, &all)), None);
    }

    #[test]
    fn ten_phases_with_a_mistake_each_are_ten_reports(indexes in prop::collection::vec(any::<Index>(), 10)) {
        prop_assert_eq!(of_phases(&picked(&indexes, &IN_PHASES)), None);
    }
}
