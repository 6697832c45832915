//! Mistakes don't hide each other: several of the corpus in one file are reported as each is alone, at their places.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use orch::diagnostic::{Code, Diagnostic};
use orch::source::FileId;
use orch::syntax::parse;
use proptest::prelude::*;
use proptest::sample::Index;

use super::corpus;

/// A mistake of syntax.
struct Mistake {
    /// The statements alone, if it stands in a plan and no name in the next line could go on with them.
    statements: Option<String>,
    /// The whole program.
    program: String,
}

/// The mistakes that the parser speaks of. Of a file of another language not every line is reported.
static MISTAKES: LazyLock<Vec<Mistake>> = LazyLock::new(|| {
    let files = corpus();
    let all = files.iter().flat_map(|file| {
        file.sections.iter().map(|section| Mistake {
            statements: Some(section.body.clone()).filter(|text| file.has_frame() && is_complete(text)),
            program: section.program.clone(),
        })
    });
    all.filter(|mistake| said(&mistake.program).len() == 1 && !is_foreign(&mistake.program)).collect()
});

/// Those behind which a declaration can be told apart. To find them takes longer than all that is done with them.
static CLOSED: LazyLock<Vec<&Mistake>> =
    LazyLock::new(|| MISTAKES.iter().filter(|mistake| is_closed(&mistake.program)).collect());

/// Those that can stand in one plan.
static IN_PLANS: LazyLock<Vec<&Mistake>> =
    LazyLock::new(|| MISTAKES.iter().filter(|mistake| mistake.statements.is_some()).collect());

fn is_foreign(program: &str) -> bool {
    let diagnostics = parse(FileId(0), program).diagnostics;
    matches!(diagnostics.as_slice(), [Diagnostic { code: Code::E0118, fix: None, .. }])
}

/// Whether a declaration behind it that can't be read either is told apart: not, if a brace is left open.
fn is_closed(program: &str) -> bool {
    let behind = said(&format!("{program}\nuses: nothing\n"));
    behind.len() == 2 && behind[..1] == said(program)
}

/// Whether what stands before and behind is not taken for a part of it: `compensate ..` belongs to a step before it,
/// a text to a `verify`, and behind `let a = b +` any name is an operand.
fn is_complete(statements: &str) -> bool {
    let alone = said(&format!("{LEAD}{statements}{TAIL}"));
    let same_behind = |before: &str, reported: usize| {
        let behind = said(&format!("{LEAD}{before}{statements}{TAIL}")).into_iter().skip(reported);
        behind.eq(moved(alone.clone(), 0, before.len()))
    };
    let same_before = |behind: &str, reported: usize| {
        let mut before = said(&format!("{LEAD}{statements}{behind}{TAIL}"));
        before.truncate(before.len() - reported);
        before == alone
    };
    let behind = [("step nobody = f()\n", 0), ("verify nobody\n", 0), ("require 1 < 2 < 3\n", 1)];
    let before = [("nobody = 1\n", 1), ("verify true\n", 0)];
    behind.into_iter().all(|(text, reported)| same_behind(text, reported))
        && before.into_iter().all(|(text, reported)| same_before(text, reported))
}

/// What is said, where, in which words.
type Said = (Code, Range<usize>, String);

fn said(text: &str) -> Vec<Said> {
    let shown = |said: Diagnostic| (said.code, said.span().range(), said.message);
    parse(FileId(0), text).diagnostics.into_iter().map(shown).collect()
}

fn moved(said: Vec<Said>, back: usize, forth: usize) -> impl Iterator<Item = Said> {
    said.into_iter().map(move |(code, at, words)| (code, at.start + forth - back..at.end + forth - back, words))
}

/// What is not said of texts together that is said of each alone, or is said more.
fn difference(texts: &[&str], lead: &str, tail: &str) -> Option<String> {
    let (mut whole, mut expected) = (lead.to_owned(), Vec::new());
    for text in texts {
        expected.extend(moved(said(&format!("{lead}{text}{tail}")), lead.len(), whole.len()));
        whole.push_str(text);
        whole.push('\n');
    }
    whole.push_str(tail);
    let found = said(&whole);
    (found != expected).then(|| format!("{whole}\nfound    {found:?}\nexpected {expected:?}\n"))
}

const LEAD: &str = "plan mistaken() {\n";
const TAIL: &str = "}\n";

/// What is not said of programs in one file.
fn of_programs(mistakes: &[&Mistake]) -> Option<String> {
    let texts: Vec<&str> = mistakes.iter().map(|mistake| mistake.program.as_str()).collect();
    difference(&texts, "", "")
}

/// What is not said of statements in one plan.
fn of_statements(mistakes: &[&Mistake]) -> Option<String> {
    let texts: Vec<&str> = mistakes.iter().filter_map(|mistake| mistake.statements.as_deref()).collect();
    difference(&texts, LEAD, TAIL)
}

#[test]
fn a_mistake_hides_none_before_or_behind_it() {
    assert!(MISTAKES.len() > 300, "only {} mistakes", MISTAKES.len());
    let find = |text: &str| MISTAKES.iter().find(|mistake| mistake.program.contains(text)).unwrap();
    let (other, last) = (find("setp web"), find("1 < count < 10"));
    let wrong: Vec<String> = IN_PLANS.iter().filter_map(|mistake| of_statements(&[other, mistake, last])).collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Different mistakes: that a word of the language is no name is said once of each word.
fn picked(indexes: &[Index], of: &[&'static Mistake]) -> Vec<&'static Mistake> {
    let chosen: BTreeSet<usize> = indexes.iter().map(|index| index.index(of.len())).collect();
    chosen.into_iter().map(|index| of[index]).collect()
}

proptest! {
    #![proptest_config(super::chance::config(20))]

    #[test]
    fn ten_declarations_with_a_mistake_each_are_ten_reports(indexes in prop::collection::vec(any::<Index>(), 10)) {
        prop_assert_eq!(of_programs(&picked(&indexes, &CLOSED)), None);
    }

    #[test]
    fn ten_mistakes_in_one_plan_are_ten_reports(indexes in prop::collection::vec(any::<Index>(), 10)) {
        prop_assert_eq!(of_statements(&picked(&indexes, &IN_PLANS)), None);
    }
}
